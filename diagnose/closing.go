package diagnose

import (
	"slices"
	"strings"
)

// closing is the words by which a tool closes the alert that the text quotes;
// empty if it doesn't.
func (r *Recognizer) closing(t *reading, at []int, c candidate, again bool) string {
	if again {
		return ""
	}
	if t.closed != "" && !within(t.closing, c.alerts) {
		return t.closed
	}
	if turn := r.cueOutside(t, at, cueResolved, c.alerts); turn != "" {
		return turn
	}
	for _, f := range c.recovery {
		if start, _ := extent(c.alerts); f.end <= start && r.turns(t, f.end, start) {
			continue // "it synced successfully yesterday, but now …"
		}
		return f.of.Words()
	}
	return ""
}

// closes says whether anything in the text closes an alert.
func (r *Recognizer) closes(t *reading, at []int) bool {
	return t.closed != "" || r.cueAt(t, at, cueResolved, 0, len(t.words)) != ""
}

// turns says whether a word between from and to turns what was said before.
func (r *Recognizer) turns(t *reading, from, to int) bool {
	for i := from; i < to; i++ {
		switch t.word(i) {
		case "but", "however", "now", "then", "since", "again", "today", "until", "yet":
			return true
		}
	}
	return false
}

// cueOutside is the first turn of phrase of kind that is none of the error's own
// words, nor a record's state.
func (r *Recognizer) cueOutside(t *reading, at []int, kind cue, alerts []finding) string {
	for _, c := range r.cues[kind] {
		place := at[c.seq]
		if place == none || within(place, alerts) || place > 0 && negates(t.word(place-1)) || place > 1 && negates(t.word(place-2)) {
			continue
		}
		state := strings.HasPrefix(c.turn, "status ") || strings.HasPrefix(c.turn, "state ")
		if !state || place == 0 || !keepsState(t.word(place-1)) || strings.ContainsAny(t.cleaned[t.spans[place-1].to:max(t.spans[place-1].to, t.spans[place].from)], "\n.,;|:") {
			return c.turn
		}
	}
	return ""
}

// within says whether the word at place is one of a finding's.
func within(place int, findings []finding) bool {
	return slices.ContainsFunc(findings, func(f finding) bool { return f.start <= place && place < f.end })
}

// openingLines is how many lines may stand above a notice's own first word: an
// app's name, a mention, a title.
const openingLines = 5

// openedResolved is the word at the beginning of one of the first lines by which
// a tool closes an alert, and where that line begins: "[RESOLVED] …", "✅ Recovered: …".
// Empty if there is none.
func openedResolved(cleaned string) (word string, at int) {
	if listsFailure(cleaned) {
		return "", 0
	}
	lines, next, before := 0, 0, ""
	for line := range strings.Lines(cleaned) {
		at, next = next, next+len(line)
		if strings.TrimSpace(line) == "" {
			continue
		}
		if lines++; lines > openingLines {
			break
		}
		words := strings.Fields(fold(line[:min(len(line), 60)]))
		if len(words) == 0 {
			continue
		}
		if word := closedNotice(line); word != "" {
			return word, at
		}
		if opensFiring(words[0]) {
			return "", 0
		}
		if word, ok := resolvedOpening(line, words); ok && !goesOn(before) {
			return word, at
		}
		before = line
	}
	return "", 0
}

// goesOn says whether what the line says ends on the next one: its sentence, or
// the state of a record that it is the label of.
func goesOn(line string) bool {
	words := strings.Fields(fold(line[max(0, len(line)-60):]))
	if len(words) == 0 {
		return false
	}
	switch last := words[len(words)-1]; last {
	case "is", "are", "was", "were", "has", "have", "had", "been", "be", "already", "the", "a", "an", "not", "and", "or", "to", "for", "of", "in":
		return true
	case "status", "state":
		return len(words) > 1 && keepsState(words[len(words)-2])
	}
	return false
}

// keepsState says whether the word names something in the books that has a state
// of its own: "Period status: Closed" says nothing of the sync.
func keepsState(word string) bool {
	switch word {
	case "period", "periods", "account", "book", "books", "year", "quarter", "month", "invoice", "invoices", "bill", "bills", "payment", "payments", "vendor", "supplier",
		"customer", "order", "po", "record", "transaction", "approval", "entry", "journal", "document", "item", "class", "department", "location", "project", "subsidiary",
		"credit", "deposit", "posting", "accounting", "fiscal", "subscription", "employee", "contract":
		return true
	}
	return false
}

func resolvedOpening(line string, words []string) (string, bool) {
	if !opensResolved(words[0]) {
		return "", false
	}
	if len(words) > 1 {
		switch words[1] {
		case "no", "false", "0", "never", "pending", "not":
			return "", false
		}
	}
	switch words[0] {
	case "resolved", "recovered", "white_check_mark", "heavy_check_mark", "large_green_circle":
		return words[0], true
	}
	if strings.Contains(strings.ToLower(line), "fail") {
		return "", false // "Success: 3, failed: 2"
	}
	// The rest begin ordinary sentences as well: they must be set apart.
	i := strings.IndexFunc(line, isWordRune)
	rest := strings.TrimLeft(line[i+len(words[0]):], " ")
	apart := rest == "" || strings.ContainsRune("]):|-\n\r", rune(rest[0]))
	return words[0], apart
}
