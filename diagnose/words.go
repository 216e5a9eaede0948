package diagnose

import (
	"slices"
	"strings"
)

// A lexicon numbers the words that phrases are made of, and finds them again
// when one letter is wrong, missing, doubled or swapped with its neighbour.
type lexicon struct {
	ids   map[string]int32
	words []string
	// near finds words by their first, or their last, two bytes: one edit in a
	// word of five bytes or more leaves one of the pairs as it was.
	near map[uint32][]int32
}

// unknown is the number of a word that no phrase contains.
const unknown int32 = -1

// minTypoLength is how many letters a word needs before a wrong one is forgiven.
const minTypoLength = 5

func newLexicon() *lexicon {
	return &lexicon{ids: map[string]int32{}, near: map[uint32][]int32{}}
}

// add numbers the words of a normalised text.
func (l *lexicon) add(normalised string) []int32 {
	var ids []int32
	for word := range strings.FieldsSeq(normalised) {
		id, ok := l.ids[word]
		if !ok {
			id = int32(len(l.words))
			l.ids[word] = id
			l.words = append(l.words, word)
			if forgivable(word) {
				head, tail := ends(word)
				l.near[head] = append(l.near[head], id)
				l.near[tail] = append(l.near[tail], id)
			}
		}
		ids = append(ids, id)
	}
	return ids
}

// find is the number of word, and whether a typing error was forgiven.
func (l *lexicon) find(word string) (id int32, typo bool) {
	if id, ok := l.ids[word]; ok {
		return id, false
	}
	if !forgivable(word) {
		return unknown, false
	}
	head, tail := ends(word)
	for _, key := range [...]uint32{head, tail} {
		for _, candidate := range l.near[key] {
			if oneEdit(word, l.words[candidate]) {
				return candidate, true
			}
		}
	}
	return unknown, false
}

// forgivable says whether an error in the word may be forgiven: it is long
// enough, and no code or number, where every character counts.
func forgivable(word string) bool {
	if len(word) < minTypoLength || len(word) > 24 {
		return false
	}
	digits := 0
	for i := range len(word) {
		if c := word[i]; c == '_' {
			return false
		} else if c >= '0' && c <= '9' {
			digits++
		}
	}
	return digits <= 1
}

// ends are the keys in near of words that begin, or end, as word does.
func ends(word string) (head, tail uint32) {
	n := len(word)
	return uint32(word[0])<<8 | uint32(word[1]), 1<<16 | uint32(word[n-2])<<8 | uint32(word[n-1])
}

// oneEdit says whether a and b are one edit apart: a byte changed, added,
// dropped, or two neighbours swapped.
func oneEdit(a, b string) bool {
	if len(a) < len(b) {
		a, b = b, a
	}
	if len(a)-len(b) > 1 {
		return false
	}
	i := 0
	for i < len(b) && a[i] == b[i] {
		i++
	}
	if len(a) > len(b) {
		return a[i+1:] == b[i:]
	}
	if i == len(b) {
		return true
	}
	if a[i+1:] == b[i+1:] {
		return true
	}
	return i+1 < len(b) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// A sequence is words that must stand next to one another.
type sequence struct {
	words []int32
	id    int
}

// sequences finds any of many sequences in one pass.
type sequences struct {
	byFirst map[int32][]sequence
	count   int
}

// add adds the words and returns the number they are found under, none if there are no words.
func (s *sequences) add(words []int32) int {
	if len(words) == 0 {
		return none
	}
	for _, have := range s.byFirst[words[0]] {
		if slices.Equal(have.words, words) {
			return have.id
		}
	}
	if s.byFirst == nil {
		s.byFirst = map[int32][]sequence{}
	}
	s.byFirst[words[0]] = append(s.byFirst[words[0]], sequence{words, s.count})
	s.count++
	return s.count - 1
}

// find is where each sequence first stands in words, none where it doesn't.
func (s *sequences) find(words []int32) []int {
	first := places(s.count)
	for at, w := range words {
		if w == unknown {
			continue
		}
		for _, seq := range s.byFirst[w] {
			if first[seq.id] == none && len(seq.words) <= len(words)-at && slices.Equal(seq.words, words[at:at+len(seq.words)]) {
				first[seq.id] = at
			}
		}
	}
	return first
}
