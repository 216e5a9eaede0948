package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"syncfix/playbooks"
)

// maxScenario bounds a scenario's file, in bytes.
const maxScenario = 1 << 20

// cast is who and what a scenario can name.
type cast struct {
	people, channels, samples []string
}

// parseScenario reads a scenario and returns everything that is wrong with it at
// once; where anything is, it must not be played.
func parseScenario(file, text string, who cast) ([]sceneLine, []playbooks.Problem) {
	r := sceneReader{file: file, cast: who, known: map[string]bool{}, lets: map[string]string{}, sentences: sentences()}
	switch {
	case len(text) > maxScenario:
		return nil, []playbooks.Problem{{File: file, Message: "the file is larger than 1 MB", Advice: "make two files of it"}}
	case !utf8.ValidString(text):
		return nil, []playbooks.Problem{{File: file, Message: "the file is not in UTF-8", Advice: "save it as UTF-8"}}
	}
	for i, raw := range strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n") {
		r.number, r.raw = i+1, strings.TrimRight(raw, " \t\r")
		if trimmed := strings.TrimSpace(r.raw); trimmed != "" && !strings.HasPrefix(trimmed, "#") {
			r.line()
		}
	}
	if len(r.lines) == 0 && len(r.problems) == 0 {
		r.problems = []playbooks.Problem{{File: file, Message: "there is nothing to play", Advice: "syncfix sandbox --help shows what can be written"}}
	}
	return r.lines, r.problems
}

// sceneReader reads a scenario line by line.
type sceneReader struct {
	cast
	file      string
	number    int
	raw       string
	sentences []sentence
	known     map[string]bool   // messages that have a name
	lets      map[string]string // "let NAME: TEXT"
	lines     []sceneLine
	problems  []playbooks.Problem
}

// word is a word of the line and where it stands.
type word struct {
	text   string
	column int // from 1, in characters
}

func (r *sceneReader) report(column int, message, advice string) {
	r.problems = append(r.problems, playbooks.Problem{File: r.file, Line: r.number, Column: column, Message: message, Advice: advice, Source: r.raw})
}

// colon ends the words: what follows it is text. The one of a time does not.
var colon = regexp.MustCompile(`:(?:\s|$)`)

func (r *sceneReader) line() {
	head, text, hasText := r.raw, "", false
	textColumn := utf8.RuneCountInString(r.raw) + 1
	if at := colon.FindStringIndex(r.raw); at != nil {
		head, hasText = r.raw[:at[0]], true
		rest := r.raw[at[0]+1:]
		text = strings.TrimSpace(rest)
		textColumn = utf8.RuneCountInString(r.raw[:at[0]+1]) + 1 + len(rest) - len(strings.TrimLeft(rest, " \t"))
	}
	words := split(head)
	switch {
	case len(words) == 0:
		r.report(1, "a line begins with a word", "")
		return
	case words[0].text == "let":
		r.let(words, text)
		return
	}
	for name, value := range r.lets {
		text = strings.ReplaceAll(text, "$"+name, value)
	}
	text = strings.ReplaceAll(text, `\n`, "\n")
	best, fits := 0, []string(nil)
	for _, s := range r.sentences {
		form, wants, formText := strings.Cut(s.form, ": ")
		l, n, ok := r.match(strings.Fields(form), words)
		if ok && formText == hasText && (text != "" || !hasText) {
			l.number, l.raw, l.text, l.play, l.column = r.number, r.raw, text, s.play, words[0].column
			if hasText {
				l.column = textColumn
			}
			r.take(l, s, words)
			return
		}
		if ok && formText && text == "" {
			r.report(textColumn, "the "+strings.ToLower(strings.Trim(wants, " …;"))+" is missing", "write: "+s.form)
			return
		}
		switch {
		case n > best:
			best, fits = n, []string{s.form}
		case n == best:
			fits = append(fits, s.form)
		}
	}
	r.unknown(words, best, fits)
}

// unknown says what could have been written where the words stop making sense.
func (r *sceneReader) unknown(words []word, best int, fits []string) {
	if best == 0 {
		r.report(words[0].column, fmt.Sprintf("%q isn't known here", words[0].text),
			"begin with post, sample, edit, delete, cut, wait, +30m, expect, let, or with somebody: "+strings.Join(r.people, ", "))
		return
	}
	advice := "write: " + strings.Join(fits, " | ")
	if best < len(words) {
		r.report(words[best].column, fmt.Sprintf("%q doesn't go on like that", words[best].text), advice)
		return
	}
	last := words[len(words)-1]
	r.report(last.column+utf8.RuneCountInString(last.text), "something is missing here", advice)
}

// let gives a text a name: $NAME stands for it from then on.
func (r *sceneReader) let(words []word, text string) {
	if len(words) != 2 || text == "" {
		r.report(words[0].column, "a text gets a name like this", "write: let NAME: TEXT; then $NAME stands for it")
		return
	}
	r.lets[words[1].text] = text
}

func split(head string) []word {
	var out []word
	column := 1
	for _, part := range regexp.MustCompile(`\s+|\S+`).FindAllString(head, -1) {
		if strings.TrimSpace(part) != "" {
			out = append(out, word{part, column})
		}
		column += utf8.RuneCountInString(part)
	}
	return out
}

// match compares words with a form; n is how many of them fit.
func (r *sceneReader) match(form []string, words []word) (l sceneLine, n int, ok bool) {
	l.blanks = map[string]string{}
	for i, f := range form {
		switch {
		case f == "[not]":
			if n < len(words) && words[n].text == "not" {
				l.not = true
				n++
			}
			continue
		case n == len(words):
			return l, n, false
		}
		w := words[n].text
		switch {
		case f == "+DURATION":
			if !strings.HasPrefix(w, "+") {
				return l, n, false
			}
			l.blanks["DURATION"] = w[1:]
		case f == "PERSON":
			if !slices.Contains(r.people, w) {
				return l, n, false
			}
			l.blanks[f] = w
		case f == "NUMBER":
			if _, err := strconv.Atoi(w); err != nil {
				return l, n, false
			}
			l.blanks[f] = w
		case f == "APP" && i == len(form)-1: // may be several words
			var all []string
			for _, rest := range words[n:] {
				all = append(all, rest.text)
			}
			l.blanks[f] = strings.Join(all, " ")
			return l, len(words), true
		case f == strings.ToUpper(f):
			l.blanks[f] = w
		case f != w:
			return l, n, false
		}
		n++
	}
	return l, n, n == len(words)
}

// take checks what stands in the blanks, and keeps the line.
func (r *sceneReader) take(l sceneLine, s sentence, words []word) {
	before := len(r.problems)
	column := func(value string) int {
		for _, w := range words {
			if strings.TrimPrefix(w.text, "+") == value {
				return w.column
			}
		}
		return words[0].column
	}
	for _, blank := range slices.Sorted(maps.Keys(l.blanks)) {
		value := l.blanks[blank]
		switch blank {
		case "CHANNEL":
			l.blanks[blank] = strings.TrimPrefix(value, "#")
			if !slices.Contains(r.channels, l.blanks[blank]) {
				r.report(column(value), fmt.Sprintf("there is no channel %q", value), "write one of: "+strings.Join(r.channels, ", "))
			}
		case "NAME":
			if s.names() {
				r.name(value, l.blanks["NUMBER"])
			} else if !r.known[value] {
				r.report(column(value), fmt.Sprintf("no message is called %q", value), r.called())
			}
		case "NUMBER":
			if n, _ := strconv.Atoi(value); n < 0 || n > 500 {
				r.report(column(value), "that is too many or too few", "write a number from 0 to 500")
			}
		case "DURATION":
			if d, err := parseWait(value); err != nil || d <= 0 || d > maxPass {
				r.report(column(value), fmt.Sprintf("%q is no time to wait", value), "write a number and s, m, h or d, such as 30m; at most 366d")
			}
		case "TIME":
			if _, err := parseClock(value); err != nil {
				r.report(column(value), fmt.Sprintf("%q is no time of the day", value), "write hours and minutes, such as 09:00")
			}
		}
	}
	if strings.HasPrefix(s.form, "sample ") && !slices.Contains(r.samples, l.text) {
		r.report(l.column, fmt.Sprintf("there is no sample %q", l.text), r.samplesLike(l.text))
	}
	if len(r.problems) == before {
		r.lines = append(r.lines, l)
	}
}

func (r *sceneReader) name(name, number string) {
	r.known[name] = true
	n, _ := strconv.Atoi(number)
	for i := range min(n, 500) {
		r.known[name+strconv.Itoa(i+1)] = true
	}
}

// samplesLike are the samples that were probably meant: those of the same
// playbook, or else some.
func (r *sceneReader) samplesLike(text string) string {
	topic, _, _ := strings.Cut(text, "/")
	var some []string
	for _, s := range r.samples {
		if strings.HasPrefix(s, topic+"/") {
			some = append(some, s)
		}
	}
	if len(some) == 0 {
		some = r.samples[:min(len(r.samples), 8)]
	}
	return "write PLAYBOOK/SHAPE, such as " + strings.Join(some, ", ")
}

func (r *sceneReader) called() string {
	if len(r.known) == 0 {
		return "post or say something first: post NAME in CHANNEL as APP: TEXT"
	}
	return "write one of: " + strings.Join(slices.Sorted(maps.Keys(r.known)), ", ")
}
