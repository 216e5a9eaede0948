package diagnose

import (
	"cmp"
	"slices"
	"strings"
)

// What a phrase must keep whose head or tail is cut off.
const (
	minCutWeight = 2.4  // of words that stand, "did" and "not" and the like left out
	minCutShare  = 0.25 // of the whole phrase, where the system is named …
	// … and where it isn't.
	minCutShareUnnamed = 0.5
	// maxSharing is how many playbooks' phrases may go on from what stands.
	maxSharing = 3
	// tornLength is how many letters of a torn word must stand.
	tornLength = 2
)

// A piece is the part of a sign's phrase that stands at a place where the text is cut.
type piece struct {
	start, end int // words of the text
	weight     float64
	own        float64 // the weight of words that say something
	typos      int
}

// cutOff finds phrases of which a part stands before or behind a place where the
// text is cut off. Of the signs that stand, all does.
func (r *Recognizer) cutOff(t *reading, stands, foreign []bool) []finding {
	best := map[int]piece{}
	tried := map[[6]int32]bool{} // by the words around: lines repeat
	for _, c := range t.cuts {
		around := c.around(t)
		if tried[around] {
			continue
		}
		tried[around] = true
		for _, at := range c.beside(t) {
			if at < 0 || at+1 >= len(t.words) || t.words[at] == unknown || t.words[at+1] == unknown {
				continue
			}
			places := r.inside
			if c.plain && at == c.at-2 {
				places = r.begun
			}
			for _, p := range places[[2]int32(t.words[at:at+2])] {
				if stands[p.sign] || r.refuses(p.sign, foreign) {
					continue
				}
				if have, ok := r.signs[p.sign].phrase.piece(t, at, p.at); ok && have.weight > best[p.sign].weight {
					best[p.sign] = have
				}
			}
		}
	}
	var list []finding
	books := map[int]bool{}
	for i, have := range best {
		s := &r.signs[i]
		share := have.weight / s.phrase.total
		if have.own < minCutWeight || share < minCutShare {
			continue
		}
		confidence := 0.55
		if share >= minCutShareUnnamed {
			confidence = 0.6
		}
		of := s.of
		of.NeedsSystem = of.NeedsSystem || share < minCutShareUnnamed
		list = append(list, finding{
			of: &of, book: s.book, sign: i, confidence: confidence, start: have.start, end: have.end,
			match: match{coverage: share, start: have.start, end: have.end, typos: have.typos, cut: true},
		})
		books[s.book] = true
	}
	if len(books) > maxSharing {
		return nil
	}
	slices.SortFunc(list, func(a, b finding) int { return cmp.Compare(a.sign, b.sign) })
	return list
}

// around is the words to both sides of the cut.
func (c cut) around(t *reading) (words [6]int32) {
	for i := range words {
		words[i] = unknown
		if at := c.at - len(words)/2 + i; at >= 0 && at < len(t.words) {
			words[i] = t.words[at]
		}
	}
	return words
}

// beside lists where the pairs of whole words next to the cut begin, -1 for none: those beyond
// a torn word too. At a line's end without dots only a torn word or a sentence that was
// begun says that it was cut.
func (c cut) beside(t *reading) [4]int {
	list := [4]int{c.at - 2, -1, -1, -1}
	if !c.plain || t.elided {
		list[1] = c.at // a sentence of the phrase may begin here
	}
	if c.at > 0 && t.words[c.at-1] == unknown {
		list[2] = c.at - 3
	}
	if c.at < len(t.words) && t.words[c.at] == unknown {
		list[3] = c.at + 1
	}
	return list
}

// piece follows the phrase's word i at place at of the text to both sides, to the
// phrase's ends or to where the text is cut.
func (p *phrase) piece(t *reading, at, i int) (piece, bool) {
	from, j := at, i
	for from > 0 && j > 0 && t.words[from-1] == p.words[j-1] {
		from, j = from-1, j-1
	}
	to, k := at+1, i+1
	for to < len(t.words) && k < len(p.words) && t.words[to] == p.words[k] {
		to, k = to+1, k+1
	}
	if p.lead && j == 1 && from > 0 && isCode(t.word(from-1)) {
		return piece{}, false // another error's code
	}
	have := piece{start: from, end: to}
	for n := j; n < k; n++ {
		have.weight += p.weights[n]
		if p.weights[n] == 1 && !isAuxiliary(t.lexicon.words[p.words[n]]) {
			have.own++
		}
	}
	for n := from; n < to; n++ {
		if t.typo[n] {
			have.typos++
		}
	}
	if have.weight+0.5 < minCutShare*p.total {
		return piece{}, false
	}
	torn := false
	if j > 0 {
		ok, part := p.tornHead(t, from, j, k < len(p.words))
		if !ok {
			return piece{}, false
		}
		torn = torn || part
	}
	if k < len(p.words) {
		ok, part := p.tornTail(t, to, k)
		if !ok {
			return piece{}, false
		}
		torn = torn || part
	}
	if torn {
		have.weight, have.own = have.weight+0.5, have.own+0.5
	}
	return have, true
}

// tornTail says whether the text is cut before place to, or within the word
// there, which begins the phrase's word k.
func (p *phrase) tornTail(t *reading, to, k int) (ok, part bool) {
	if c, is := t.cutAt(to); is && (!c.plain || p.intoSentence(k)) {
		return true, false
	}
	if to >= len(t.words) {
		return false, false
	}
	c, is := t.cutAt(to + 1)
	word := t.word(to)
	if !is || len(word) < tornLength || c.plain && len(word) < tornLength+1 {
		return false, false
	}
	whole := t.lexicon.words[p.words[k]]
	if k+1 < len(p.words) {
		whole += t.lexicon.words[p.words[k+1]] // "canno" is the beginning of "can not"
	}
	return strings.HasPrefix(whole, word), true
}

// tornHead says the same of the text before place from, and the phrase's word
// j-1. Where the tail is cut off, a sentence of the phrase may begin on its own.
func (p *phrase) tornHead(t *reading, from, j int, tail bool) (ok, part bool) {
	if c, is := t.cutAt(from); is && (!c.plain || p.opens[j] && tail) {
		return true, false
	}
	if from == 0 {
		return false, false
	}
	c, is := t.cutAt(from - 1)
	word := stem(t.word(from - 1))
	if !is || len(word) < tornLength || c.plain && len(word) < tornLength+1 {
		return false, false
	}
	whole := t.lexicon.words[p.words[j-1]]
	if j > 1 {
		whole = t.lexicon.words[p.words[j-2]] + whole
	}
	return strings.HasSuffix(whole, word), true
}

// cutAt is the cut before a place.
func (t *reading) cutAt(at int) (cut, bool) {
	i, ok := slices.BinarySearchFunc(t.cuts, at, func(c cut, at int) int { return c.at - at })
	if !ok {
		return cut{}, false
	}
	return t.cuts[i], true
}

// elidedBeside says whether the text is cut off right beside a match.
func (t *reading) elidedBeside(m match) bool {
	for _, at := range [...]int{m.start - 1, m.start, m.end, m.end + 1} {
		if c, is := t.cutAt(at); is && !c.plain {
			return true
		}
	}
	return false
}

// isAuxiliary says whether the word helps a verb and says nothing by itself.
func isAuxiliary(word string) bool {
	switch word {
	case "not", "did", "do", "does", "can", "could", "may", "must", "will", "would", "should", "had", "no":
		return true
	}
	return false
}
