package diagnose

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A slot is where words stand that vary from text to text: {subject}, {any}.
type slot struct {
	at    int   // before this word of the phrase
	field Field // where what stands there is kept; empty for {any}
}

// maxSlot is how many words may stand in a slot; at least one must.
const maxSlot = 8

// parsePhrase reads a phrase's words, slots and sentences.
func parsePhrase(lex *lexicon, text string) phrase {
	var p phrase
	rest := text
	for rest != "" {
		open := strings.IndexByte(rest, '{')
		if open < 0 {
			break
		}
		name, after, closed := strings.Cut(rest[open+1:], "}")
		field, is := placeholder(name)
		if !closed || !is {
			p.addWords(lex, rest[:open+1])
			rest = rest[open+1:]
			continue
		}
		p.addWords(lex, rest[:open])
		rest = after
		if n := len(p.slots); n > 0 && p.slots[n-1].at == len(p.words) { // side by side: one run of words
			if p.slots[n-1].field == "" {
				p.slots[n-1].field = field
			}
			continue
		}
		p.slots = append(p.slots, slot{len(p.words), field})
	}
	p.addWords(lex, rest)
	return p
}

// placeholder is the field that a placeholder's name stands for, empty for any words.
func placeholder(name string) (Field, bool) {
	switch name {
	case "subject", "account", "company":
		return Field(name), true
	case "any":
		return "", true
	}
	return "", false
}

func (p *phrase) addWords(lex *lexicon, text string) {
	opens := false
	for sentence := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(":.!?", r) }) {
		for i, w := range lex.add(Normalize(sentence)) {
			p.words = append(p.words, w)
			p.opens = append(p.opens, opens && i == 0)
		}
		opens = true
	}
}

// verbatim finds the phrase word for word, with something in each slot, forgiving
// typing errors, in the place with fewest.
func (p *phrase) verbatim(t *reading) (best match, found bool) {
	a := p.anchors[0]
	if len(p.slots) == 0 {
		return p.straight(t, a)
	}
	places := make([]int32, len(p.words))
	for at := t.first[p.words[a]] - 1; at >= 0; at = t.next[at] {
		places[a] = at
		if !p.spread(t, places, a) {
			continue
		}
		m := match{coverage: 1, start: int(places[0]), end: int(places[len(places)-1]) + 1}
		for i, place := range places {
			if t.typo[place] {
				m.typos++
			}
			if i > 0 && place == places[i-1]+1 && p.slotAt(i) {
				m.typos++ // an empty slot is a slip as well
			}
		}
		if !found || m.typos < best.typos {
			best, found = m, true
			best.places = append([]int32(nil), places...)
		}
		if m.typos == 0 {
			break
		}
	}
	return best, found
}

// straight finds a phrase without slots.
func (p *phrase) straight(t *reading, a int) (best match, found bool) {
	for at := t.first[p.words[a]] - 1; at >= 0; at = t.next[at] {
		from := int(at) - a
		if from < 0 || from+len(p.words) > len(t.words) {
			continue
		}
		m := match{coverage: 1, start: from, end: from + len(p.words)}
		equal := true
		for i := from; i < m.end && equal; i++ {
			equal = t.words[i] == p.words[i-from]
			if t.typo[i] {
				m.typos++
			}
		}
		if !equal || len(p.words) == 1 && m.typos > 0 {
			continue
		}
		if !found || m.typos < best.typos {
			best, found = m, true
		}
		if m.typos == 0 {
			break
		}
	}
	return best, found
}

// spread places the phrase's words to both sides of the one at a.
func (p *phrase) spread(t *reading, places []int32, a int) bool {
	for i := a + 1; i < len(p.words); i++ {
		if places[i] = p.beside(t, places[i-1], i, i, +1); places[i] < 0 {
			return false
		}
	}
	for i := a - 1; i >= 0; i-- {
		if places[i] = p.beside(t, places[i+1], i, i+1, -1); places[i] < 0 {
			return false
		}
	}
	return true
}

// beside is where the phrase's word i stands next to the place before it in
// direction; over a slot, the nearest of the places that a slot allows.
func (p *phrase) beside(t *reading, from int32, i, boundary int, direction int32) int32 {
	stands := func(at int32) bool { return at >= 0 && int(at) < len(t.words) && t.words[at] == p.words[i] }
	if p.slotAt(boundary) {
		for gap := int32(1); gap <= maxSlot; gap++ {
			if at := from + direction*(gap+1); stands(at) && p.follows(t, at, i, direction) {
				return at
			}
		}
	}
	if at := from + direction; stands(at) {
		return at
	}
	return -1
}

// follows says whether the word beyond i, unless a slot parts them, stands beyond at.
func (p *phrase) follows(t *reading, at int32, i int, direction int32) bool {
	j, boundary := i+int(direction), i
	if direction > 0 {
		boundary = j
	}
	if j < 0 || j >= len(p.words) || p.slotAt(boundary) {
		return true
	}
	beyond := at + direction
	return beyond >= 0 && int(beyond) < len(t.words) && t.words[beyond] == p.words[j]
}

func (p *phrase) slotAt(i int) bool {
	for _, s := range p.slots {
		if s.at == i {
			return true
		}
	}
	return false
}

// captures gives to keep what stands in the slots of a match, as it is written.
func (p *phrase) captures(t *reading, m match, keep func(Field, string)) {
	for _, s := range p.slots {
		if s.field == "" || len(m.places) == 0 {
			continue
		}
		var text string
		switch {
		case s.at == 0:
			if m.places[0] >= 0 {
				text = before(t, int(m.places[0]))
			}
		case s.at == len(p.words):
			if last := m.places[s.at-1]; last >= 0 {
				text = after(t, int(last))
			}
		case m.places[s.at-1] >= 0 && m.places[s.at] > m.places[s.at-1]+1:
			text = t.cleaned[t.spans[m.places[s.at-1]].to:t.spans[m.places[s.at]].from]
		}
		if text = tidy(text); text != "" {
			keep(s.field, text)
		}
	}
}

// tidy is what stands in a slot without what surrounds it.
func tidy(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	s = strings.Trim(s, " \"'.,:;!?#=>-–—")
	for len(s) > 1 && strings.ContainsAny(s[:1], "([{<") && strings.ContainsAny(s[len(s)-1:], ")]}>") {
		s = strings.Trim(s[1:len(s)-1], " \"'#")
	}
	if strings.Count(s, "(") != strings.Count(s, ")") {
		s = strings.Trim(s, " ()\"'")
	}
	return strings.Trim(s, " []{}<>")
}

// after is what a slot at a phrase's end holds: a quotation, a number or name, or
// the words up to the end of the clause.
func after(t *reading, last int) string {
	rest := t.cleaned[t.spans[last].to:]
	rest = strings.TrimLeft(rest[:min(len(rest), 400)], " :#=(-")
	rest, _, _ = strings.Cut(rest, "\n")
	if rest != "" && strings.ContainsAny(rest[:1], "\"'") {
		if quoted, _, closed := strings.Cut(rest[1:], rest[:1]); closed {
			return quoted
		}
	}
	for _, stop := range []string{". ", ", ", "; ", " | ", " - ", ") ", "! ", "? "} {
		rest, _, _ = strings.Cut(rest, stop)
	}
	words := strings.Fields(rest)
	if len(words) == 0 || strings.HasPrefix(words[0], ".") {
		return ""
	}
	return strings.Join(words[:run(words)], " ")
}

// before is what a slot at a phrase's beginning holds.
func before(t *reading, first int) string {
	rest := t.cleaned[max(0, int(t.spans[first].from)-400):t.spans[first].from]
	rest = rest[strings.LastIndexByte(rest, '\n')+1:]
	rest = strings.TrimRight(rest, " :#=)-")
	if n := len(rest); n > 0 && strings.ContainsAny(rest[n-1:], "\"'") {
		if open := strings.LastIndex(rest[:n-1], rest[n-1:]); open >= 0 {
			return rest[open+1 : n-1]
		}
	}
	for _, stop := range []string{": ", ". ", ", ", "; ", " | ", " - ", " (", "! ", "? "} {
		if i := strings.LastIndex(rest, stop); i >= 0 {
			rest = rest[i+len(stop):]
		}
	}
	words := strings.Fields(rest)
	if len(words) == 0 {
		return ""
	}
	last := words[len(words)-1]
	if strings.ContainsAny(last, "0123456789") {
		return last
	}
	n := len(words)
	for n > 0 && len(words)-n < maxSlot && (n == len(words) || startsName(words[n-1]) == startsName(last)) {
		n--
	}
	return strings.Join(words[n:], " ")
}

// run is how many of the words name one thing: a number is one word, a name those
// with capitals, anything else all of them.
func run(words []string) int {
	if strings.ContainsAny(words[0], "0123456789") {
		return 1
	}
	n := 1
	for n < len(words) && n < maxSlot {
		if startsName(words[0]) && !startsName(words[n]) && !isJoiner(words[n]) {
			break
		}
		n++
	}
	return n
}

// startsName says whether the word may belong to a name or a number.
func startsName(word string) bool {
	word = strings.TrimLeft(word, "\"'(#<[")
	r, _ := utf8.DecodeRuneInString(word)
	return unicode.IsUpper(r) || unicode.IsDigit(r) || r == '&'
}
