package diagnose

import (
	"cmp"
	"slices"
	"strings"
)

// A reading is a text as the matcher sees it.
type reading struct {
	lexicon *lexicon
	source  string // as it came
	cleaned string
	norm    string
	from    []span  // scratch for read
	words   []int32 // by the lexicon's numbers
	typo    []bool
	spans   []span  // of each word, in cleaned
	folded  []span  // of each word, in norm
	first   []int32 // by word number: where it first stands plus 1, 0 if nowhere
	next    []int32 // by place: where the same word stands next, -1 if nowhere
	cuts    []cut
	elided  bool      // dots stand somewhere for the rest
	last    int       // where the last word of norm that was read begins in words
	table   []float64 // scratch for align
	origin  []int32   // scratch for align
	traced  []float64 // scratch for trace
	closed  string    // the word by which one of the first lines closes an alert
	closing int       // where that word stands in words
}

// A cut is a place before a word where a text may have been cut off, or where
// one whose head is missing may begin.
type cut struct {
	at    int
	plain bool // a line ends here; nothing but a torn word says that it was cut
}

// maxCuts bounds how many places are looked at.
const maxCuts = 24

// read reads the text into t, which may have held another.
func (l *lexicon) read(text string, t *reading) {
	t.reset()
	t.lexicon, t.source, t.cleaned = l, text, clean(text)
	if cap(t.from) == 0 {
		t.from = make([]span, 0, len(t.cleaned)/5+1)
	}
	t.norm, t.from = foldSpans(t.cleaned, t.from)
	from, n := t.from, len(t.from)
	t.words, t.typo = slices.Grow(t.words, n), slices.Grow(t.typo, n)
	t.folded, t.spans = slices.Grow(t.folded, n), slices.Grow(t.spans, n)
	for start, i := 0, 0; start < len(t.norm); i++ {
		end := strings.IndexByte(t.norm[start:], ' ')
		if end < 0 {
			end = len(t.norm)
		} else {
			end += start
		}
		l.take(t, span{int32(start), int32(end)}, from[i])
		start = end + 1
	}
	t.index(len(l.words))
	t.findCuts()
	var line int
	t.closed, line = openedResolved(t.cleaned)
	t.closing, _ = slices.BinarySearchFunc(t.spans, int32(line), func(s span, line int32) int { return cmp.Compare(s.from, line) })
}

// reset forgets the text and keeps the room.
func (t *reading) reset() {
	*t = reading{
		from: t.from[:0], words: t.words[:0], typo: t.typo[:0], spans: t.spans[:0], folded: t.folded[:0],
		first: t.first, next: t.next, cuts: t.cuts[:0], table: t.table, origin: t.origin, traced: t.traced,
	}
}

// take reads the word of norm at folded: as it is, or as one with the word
// before, or as two.
func (l *lexicon) take(t *reading, folded, source span) {
	word := t.norm[folded.from:folded.to]
	id, typo := l.find(word)
	if n := len(t.words); n > 0 {
		if whole, ok := l.joined(t, id, typo, folded); ok {
			folded.from, source.from = t.folded[t.last].from, t.spans[t.last].from
			t.words, t.typo, t.folded, t.spans = t.words[:t.last], t.typo[:t.last], t.folded[:t.last], t.spans[:t.last]
			id, typo = whole, true
		}
	}
	t.last = len(t.words)
	if id != unknown {
		t.put(id, typo, folded, source)
		return
	}
	left, right, at, ok := l.split(word)
	if !ok {
		t.put(unknown, false, folded, source)
		return
	}
	head, tail := source, source
	if int(source.to-source.from) == len(word) { // else letters were written out: the parts share the place
		head.to = source.from + int32(at)
		tail.from = head.to
	}
	t.put(left, true, span{folded.from, folded.from + int32(at)}, head)
	t.put(right, true, span{folded.from + int32(at), folded.to}, tail)
}

// joined is the word that the last one and this make if a space is too many.
func (l *lexicon) joined(t *reading, id int32, typo bool, folded span) (int32, bool) {
	before, sure := t.words[t.last], t.last+1 == len(t.words) && !t.typo[t.last] && t.words[t.last] != unknown
	if sure && id != unknown && !typo {
		whole, ok := l.joins[[2]int32{before, id}]
		return whole, ok
	}
	from := t.folded[t.last].from
	if folded.to-from > maxWord || folded.to-from < 3 || !l.mayJoin(t.norm[from:folded.from-1], t.norm[folded.from:folded.to]) {
		return unknown, false
	}
	var buf [maxWord]byte
	b := append(buf[:0], t.norm[from:folded.from-1]...)
	b = append(b, t.norm[folded.from:folded.to]...)
	if n := len(b); n >= minTypoLength && b[n-1] == 's' {
		if whole, ok := l.ids[string(b[:n-1])]; ok {
			return whole, !isCode(l.words[whole])
		}
	}
	whole, ok := l.ids[string(b)]
	return whole, ok && !isCode(l.words[whole])
}

// mayJoin says whether some word begins and ends as the two put together do.
func (l *lexicon) mayJoin(before, after string) bool {
	second, n := after[0], len(after)
	if len(before) > 1 {
		second = before[1]
	}
	last := before[len(before)-1]
	if n > 1 {
		last = after[n-2]
	}
	return l.begin.has(before[0], second) && l.end.has(last, after[n-1])
}

func (t *reading) put(id int32, typo bool, folded, source span) {
	if id == t.lexicon.cannot {
		t.put(t.lexicon.can, typo, folded, source)
		id = t.lexicon.not
	}
	t.words, t.typo = append(t.words, id), append(t.typo, typo)
	t.folded, t.spans = append(t.folded, folded), append(t.spans, source)
}

// index notes where each word stands.
func (t *reading) index(words int) {
	t.first, t.next = slices.Grow(t.first[:0], words)[:words], slices.Grow(t.next[:0], len(t.words))[:len(t.words)]
	clear(t.first)
	for at := len(t.words) - 1; at >= 0; at-- {
		if w := t.words[at]; w != unknown {
			t.next[at], t.first[w] = t.first[w]-1, int32(at)+1
		}
	}
}

// findCuts notes where the text may have been cut off: at its ends, at dots that
// stand for the rest, and at the ends of lines.
func (t *reading) findCuts() {
	if len(t.words) == 0 {
		return
	}
	t.cuts = append(t.cuts, cut{0, true})
	for at := 1; at < len(t.words) && len(t.cuts) < maxCuts; at++ {
		if t.spans[at-1].to >= t.spans[at].from {
			continue
		}
		between := t.cleaned[t.spans[at-1].to:t.spans[at].from]
		switch {
		case elided(between):
			t.cuts = append(t.cuts, cut{at, false})
		case strings.Contains(between, "\n"), strings.ContainsAny(between, ":\"|"):
			t.cuts = append(t.cuts, cut{at, true})
		}
	}
	n := len(t.words)
	t.cuts = append(t.cuts, cut{n, !elided(t.cleaned[t.spans[n-1].to:])})
	if before := t.cleaned[:t.spans[0].from]; elided(before) {
		t.cuts[0].plain = false
	}
	t.elided = slices.ContainsFunc(t.cuts, func(c cut) bool { return !c.plain })
}

func elided(s string) bool {
	return len(s) > 2 && (strings.Contains(s, "…") || strings.Contains(s, "..."))
}

// word is the text's word at a place, as it was read.
func (t *reading) word(at int) string { return t.norm[t.folded[at].from:t.folded[at].to] }

// placeOf is the place of the word that stands at offset in norm.
func (t *reading) placeOf(offset int) int {
	at, _ := slices.BinarySearchFunc(t.folded, int32(offset), func(s span, offset int32) int { return int(s.to - offset) })
	if at < len(t.folded) && int(t.folded[at].to) == offset {
		at++
	}
	return at
}
