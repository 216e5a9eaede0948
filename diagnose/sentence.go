package diagnose

import (
	"encoding/binary"
	"slices"
	"strings"
)

// What a sentence of a phrase must have to stand for all of it.
const (
	minSentenceOwn   = 4   // words that say something
	minSentenceShare = 0.4 // of the phrase's weight
)

// A stretch is the part of a phrase between two full stops and the like.
type stretch struct{ sign, from, to int } // words of the phrase

// addSentences adds the sentences that are specific enough to stand for the sure
// phrase that they are part of: those that few playbooks share, and that are no
// whole phrase of another.
func (r *Recognizer) addSentences() {
	whole := map[string]bool{}
	named := r.systems.words()
	parts, order := map[string][]stretch{}, []string(nil)
	for i := range r.signs {
		s := &r.signs[i]
		if s.recovery || s.title {
			continue
		}
		whole[wordsKey(s.phrase.words)] = true
		if !s.of.Sure {
			continue
		}
		for _, part := range s.sentences(r.lexicon, named, i) {
			key := wordsKey(s.phrase.words[part.from:part.to])
			if parts[key] == nil {
				order = append(order, key)
			}
			parts[key] = append(parts[key], part)
		}
	}
	for _, key := range order {
		if whole[key] || r.common(parts[key]) {
			continue
		}
		for _, part := range parts[key] {
			of := r.signs[part.sign]
			words, opens := of.phrase.words[part.from:part.to], of.phrase.opens[part.from:part.to]
			of.part, of.phrase = true, phrase{words: slices.Clone(words), opens: slices.Clone(opens)}
			of.of.Sure, of.of.NeedsSystem, of.of.Speaks, of.of.Answers = false, true, nil, nil
			r.signs = append(r.signs, of)
		}
	}
}

// words is all words of systems' names.
func (s *systems) words() map[int32]bool {
	all := map[int32]bool{}
	for _, names := range s.byWord {
		for _, n := range names {
			for _, w := range n.words {
				all[w] = true
			}
		}
	}
	return all
}

// sentences lists those of the sign's phrase that are long enough, without named, and have no slot.
func (s *sign) sentences(lex *lexicon, named map[int32]bool, number int) (list []stretch) {
	p := &s.phrase
	total := 0.0
	for _, w := range p.words {
		total += wordWeight(lex.words[w])
	}
	for from := 0; from < len(p.words); {
		to := from + 1
		for to < len(p.words) && !p.opens[to] {
			to++
		}
		own, weight := 0, 0.0
		for _, w := range p.words[from:to] {
			weight += wordWeight(lex.words[w])
			if !isLight(lex.words[w]) && !isAuxiliary(lex.words[w]) && !named[w] {
				own++
			}
		}
		slotted := slices.ContainsFunc(p.slots, func(s slot) bool { return s.at > from && s.at < to })
		if to-from < len(p.words) && own >= minSentenceOwn && weight >= minSentenceShare*total && !slotted {
			list = append(list, stretch{number, from, to})
		}
		from = to
	}
	return list
}

// common says whether so many playbooks of one system have the sentence that it
// tells none of them from the others.
func (r *Recognizer) common(parts []stretch) bool {
	books := map[int][]int{} // by system
	for _, part := range parts {
		book := r.signs[part.sign].book
		system := r.books[book].system
		if !slices.Contains(books[system], book) {
			books[system] = append(books[system], book)
		}
		if len(books[system]) > maxSharing {
			return true
		}
	}
	return false
}

func wordsKey(words []int32) string {
	b := make([]byte, 0, 4*len(words))
	for _, w := range words {
		b = binary.LittleEndian.AppendUint32(b, uint32(w))
	}
	return string(b)
}

func wordWeight(word string) float64 {
	if isLight(word) {
		return lightWeight
	}
	return 1
}

// intoSentence says whether the phrase's word k belongs to a sentence that has
// begun before it and isn't the first: a text that ends there is cut off.
func (p *phrase) intoSentence(k int) bool {
	return k > 0 && !p.opens[k] && slices.Contains(p.opens[:k], true)
}

// reportedWithin is how many words may stand between "says" and what is said.
const reportedWithin = 6

// reported says whether the words at place begin a sentence or a field, or a word
// before them tells of a failure.
func (t *reading) reported(place int) bool {
	head := strings.TrimRight(t.cleaned[:t.spans[place].from], " ")
	if head == "" || strings.ContainsAny(head[len(head)-1:], "\n:=.!?|>]-…") {
		return true
	}
	for at := max(0, place-reportedWithin); at < place; at++ {
		if reportsFailure(t.word(at)) {
			return true
		}
	}
	return false
}

// namesSystemAsField says whether the text has a field for the accounting system,
// as an alert of a sync has: "System: Oracle NetSuite".
func (t *reading) namesSystemAsField() bool {
	for line := range strings.Lines(headAndTail(t.cleaned)) {
		for field := range strings.SplitSeq(line, "|") {
			label, _, _ := strings.Cut(field, ":")
			switch fold(label[:min(len(label), 40)]) {
			case "system", "accounting system", "erp", "integration", "accounting software":
				return true
			}
		}
	}
	return false
}
