package diagnose

import (
	"slices"
	"strings"
)

// listsFailure says whether the text lists results, a line each, and one of them
// is marked as failed: the others' check marks close nothing.
func listsFailure(cleaned string) bool {
	if !strings.Contains(cleaned, "_mark") && !strings.Contains(cleaned, "_green_") && !strings.ContainsAny(cleaned, "✔✓") {
		return false
	}
	good, bad := false, false
	for line := range strings.Lines(headAndTail(cleaned)) {
		line = strings.TrimLeft(line, " \t>-•·:")
		mark, rest, _ := strings.Cut(line[:min(len(line), 80)], " ")
		words := strings.Fields(fold(rest))
		switch strings.Trim(mark, ":") {
		case "white_check_mark", "heavy_check_mark", "large_green_circle", "✔", "✓":
			good = good || len(words) > 0 && !opensResolved(words[0])
		case "x", "✗", "✘", "red_circle", "heavy_multiplication_x", "no_entry", "no_entry_sign":
			bad = bad || len(words) > 0
		}
	}
	return good && bad
}

// closedNotice is the word by which the line closes a tool's alert or ticket that
// it names by its number: "Incident #7714 closed: …", "INC0098213 resolved by …".
// Empty if it doesn't.
func closedNotice(line string) string {
	words := strings.Fields(line[:min(len(line), 160)])
	for i, w := range words {
		if i == 0 || !isClosed(w) || !endsNotice(w, words[i+1:]) {
			continue
		}
		head := words[:i]
		for len(head) > 1 && isLinking(head[len(head)-1]) {
			head = head[:len(head)-1]
		}
		last := head[len(head)-1]
		if !strings.ContainsAny(last, "0123456789") {
			continue
		}
		if strings.HasPrefix(last, "#") || isTicketKey(last) || len(head) > 1 && isNoticeNoun(head[len(head)-2]) {
			return strings.ToLower(strings.Trim(w, ".,:;!()[]"))
		}
	}
	return ""
}

func isClosed(word string) bool {
	switch strings.ToLower(strings.Trim(word, ".,:;!()[]")) {
	case "closed", "resolved", "cleared", "recovered", "solved", "ended", "completed":
		return true
	}
	return false
}

// endsNotice says whether the closing word ends what the line says of the ticket:
// "Case 8812 closed period error" says something of a period.
func endsNotice(word string, rest []string) bool {
	if len(rest) == 0 || strings.ContainsAny(word[len(word)-1:], ".,:;!)]") || strings.ContainsAny(rest[0][:1], "(|-[:") {
		return true
	}
	return slices.Contains([]string{"by", "in", "after", "at", "on", "as", "with", "automatically", "today", "just"}, strings.ToLower(rest[0]))
}

func isLinking(word string) bool {
	switch strings.ToLower(strings.Trim(word, ":")) {
	case "is", "was", "has", "been", "now", "got", "auto", "automatically", "marked", "as":
		return true
	}
	return false
}

func isNoticeNoun(word string) bool {
	switch strings.ToLower(strings.Trim(word, "[]():*#")) {
	case "incident", "alert", "alarm", "issue", "problem", "ticket", "case", "monitor", "event", "request", "conversation":
		return true
	}
	return false
}

// isTicketKey says whether s is a ticket's own number: "INC0098213", "ERP-2204".
func isTicketKey(s string) bool {
	s = strings.Trim(s, "[]():,*")
	digits := strings.TrimLeft(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	letters := len(s) - len(digits)
	dashed := strings.HasPrefix(digits, "-")
	digits = strings.TrimPrefix(digits, "-")
	if letters < 2 || digits == "" || strings.Trim(digits, "0123456789") != "" {
		return false
	}
	switch s[:letters] {
	case "INV", "PO", "BILL", "PAY", "PMT", "JE":
		return false // a record's in the books
	}
	return dashed || len(digits) >= 5
}

// thanksFor is the word by which somebody gives thanks for help with what follows
// the word at a place.
func (t *reading) thanksFor(at int) string {
	switch t.word(at) {
	case "with", "on", "about":
	default:
		return ""
	}
	for i := at - 1; i >= max(0, at-7); i-- {
		if word := t.word(i); word == "thanks" || word == "thank" {
			return word
		}
	}
	return ""
}

// supposed is the word by which a sentence that the error's words end is said of
// any time, not of now: "When Xero says …", "if they get …". Empty if none does.
func (t *reading) supposed(start int) string {
	if start < 2 {
		return ""
	}
	switch t.word(start - 1) {
	case "does": // “does "…" count as urgent?”; “what does "…" mean?” is left open
		if w := t.word(start - 2); w != "what" && w != "how" && w != "why" {
			return "does"
		}
		return ""
	case "says", "say", "shows", "show", "gives", "returns", "reports", "gets", "get", "sees", "see":
	default:
		return ""
	}
	for at := start - 2; at >= max(0, start-4); at-- {
		switch t.word(at) {
		case "when", "if", "whenever", "wenn", "falls":
			head := strings.TrimRight(t.cleaned[:t.spans[at].from], " \"")
			if head == "" || strings.ContainsAny(head[len(head)-1:], ".:!?\n-(,;") {
				return t.word(at)
			}
		}
	}
	return ""
}

// settledBeside is the word right beside the error's own by which somebody says
// that it is over: "no more “…”", "the … is gone", "… - solved".
func (t *reading) settledBeside(f finding) string {
	if at := f.start - 1; at > 0 {
		switch before := t.word(at-1) + " " + t.word(at); before {
		case "no more", "no longer", "previous run":
			return before
		}
		if thanks := t.thanksFor(at); thanks != "" {
			return thanks
		}
	}
	for at := f.end; at < min(f.end+3, len(t.words)); at++ {
		switch word := t.word(at); word {
		case "gone", "disappeared", "vanished":
			if at > 0 && !negates(t.word(at-1)) {
				return word
			}
		case "solved", "resolved", "fixed", "sorted", "done":
			before := strings.TrimRight(t.cleaned[t.spans[at-1].to:max(t.spans[at-1].to, t.spans[at].from)], " ")
			after := strings.TrimLeft(t.cleaned[t.spans[at].to:], " ")
			apart := strings.ContainsAny(before, "-.,;:(|~>\"\n")
			if at == f.end && apart && (after == "" || strings.ContainsAny(after[:1], ".,;:!)|-\n")) {
				return word
			}
		}
	}
	return ""
}
