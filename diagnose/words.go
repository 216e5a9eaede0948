package diagnose

import (
	"slices"
	"strings"
)

// A lexicon numbers the words that phrases are made of, and finds them again
// when letters are wrong, missing, doubled, swapped or misread.
type lexicon struct {
	ids   map[string]int32
	words []string
	// near finds words by their first, or their last, two bytes: one edit in a
	// word of five bytes or more leaves one of the pairs as it was.
	near map[uint32][]form
	// shapes finds words by how they look, for what a scanner misreads.
	shapes map[string]int32
	// heads finds words by their first bytes, for spaces that are lost.
	heads map[string][]int32
	// joins finds a word by two others that it is made of, for spaces too many.
	joins map[[2]int32]int32
	// begin and end are sets of the first and last two bytes of all words: most
	// words of a text are none of ours, and shown to be so by them.
	begin, end pairs
	// beside is the pairs of words that stand side by side somewhere.
	beside map[[2]int32]bool
	// cannot is read as can and not, also where it is misspelt.
	cannot, can, not int32
}

// pairs is a set of two bytes each.
type pairs [1 << 10]uint64

func (p *pairs) add(a, b byte) { p[int(a)<<2|int(b>>6)] |= 1 << (b & 63) }

func (p *pairs) has(a, b byte) bool { return p[int(a)<<2|int(b>>6)]&(1<<(b&63)) != 0 }

// A form is a word as some phrase writes it, and its number.
type form struct {
	word string
	id   int32
}

// unknown is the number of a word that no phrase contains.
const unknown int32 = -1

const (
	// minTypoLength is how many letters a word needs before a wrong one is forgiven.
	minTypoLength = 5
	// minTypos is how many it needs before two wrong ones are.
	minTypos = 9
	// headLength is how many bytes of a word are its head.
	headLength = 3
)

func newLexicon() *lexicon {
	l := &lexicon{ids: map[string]int32{}, near: map[uint32][]form{}, shapes: map[string]int32{}, heads: map[string][]int32{}, beside: map[[2]int32]bool{}}
	ids := l.add("cannot can not")
	l.cannot, l.can, l.not = ids[0], ids[1], ids[2]
	return l
}

// stem is the word without the s of a plural: "vendor" for "vendors".
func stem(word string) string {
	n := len(word)
	if n < minTypoLength || word[n-1] != 's' || isCode(word) {
		return word
	}
	switch word[n-2] {
	case 's', 'u', 'i': // "access", "status", "analysis"
		return word
	}
	return word[:n-1]
}

// add numbers the words of a normalised text.
func (l *lexicon) add(normalised string) []int32 {
	var ids []int32
	for surface := range strings.FieldsSeq(normalised) {
		word := stem(surface)
		id, ok := l.ids[word]
		if !ok {
			id = int32(len(l.words))
			l.ids[word] = id
			l.words = append(l.words, word)
			l.enter(form{word, id})
		}
		if n := len(surface); n > 1 {
			l.begin.add(surface[0], surface[1])
			l.end.add(surface[n-2], surface[n-1])
			l.end.add(word[len(word)-2], word[len(word)-1])
		}
		if surface != word {
			l.enterNear(form{surface, id})
		}
		if n := len(ids); n > 0 {
			l.beside[[2]int32{ids[n-1], id}] = true
		}
		ids = append(ids, id)
	}
	return ids
}

// enter makes a new word findable by what errors leave of it.
func (l *lexicon) enter(f form) {
	l.enterNear(f)
	word, id := f.word, f.id
	if len(word) >= minShape {
		shape := string(appendShape(nil, word))
		if _, taken := l.shapes[shape]; !taken {
			l.shapes[shape] = id
		}
	}
	if len(word) > 1 && !isCode(word) {
		head := word[:min(len(word), headLength)]
		l.heads[head] = append(l.heads[head], id)
	}
}

func (l *lexicon) enterNear(f form) {
	if len(f.word) < minTypoLength || !forgivable(f.word) || isCode(f.word) {
		return
	}
	head, tail := ends(f.word)
	for _, key := range [...]uint32{head, tail} {
		if !slices.Contains(l.near[key], f) {
			l.near[key] = append(l.near[key], f)
		}
	}
}

// close finds the words that are made of two others, now that all are known. Two
// that stand side by side in some phrase stay two.
func (l *lexicon) close() {
	l.joins = map[[2]int32]int32{}
	for id, word := range l.words {
		for i := 1; i < len(word); i++ {
			a, left := l.ids[word[:i]]
			b, right := l.ids[word[i:]]
			if left && right && !l.beside[[2]int32{a, b}] {
				l.joins[[2]int32{a, b}] = int32(id)
			}
		}
	}
}

// find is the number of word, and whether an error was forgiven.
func (l *lexicon) find(word string) (id int32, typo bool) {
	if id, ok := l.ids[stem(word)]; ok {
		return id, false
	}
	if len(word) >= minShape && len(word) <= maxWord {
		var buf [maxWord + 1]byte
		shape := appendShape(buf[:0], word)
		if id, ok := l.shapes[string(shape)]; ok {
			return id, true
		}
		if n := len(shape); n >= minTypoLength && shape[n-1] == 's' {
			if id, ok := l.shapes[string(shape[:n-1])]; ok {
				return id, true
			}
		}
	}
	if !forgivable(word) {
		return unknown, false
	}
	word = lettersOf(word)
	head, tail := ends(word)
	for _, key := range [...]uint32{head, tail} {
		for _, f := range l.near[key] {
			if oneEdit(word, f.word) {
				return f.id, true
			}
		}
	}
	if len(word) < minTypos {
		return unknown, false
	}
	for _, key := range [...]uint32{head, tail} {
		for _, f := range l.near[key] {
			if len(f.word) >= minTypos && twoEdits(word, f.word) {
				return f.id, true
			}
		}
	}
	return unknown, false
}

// split parts a word between two others where a space was lost.
func (l *lexicon) split(word string) (left, right int32, at int, ok bool) {
	if n := len(word); n < 6 || n > maxWord || !l.begin.has(word[0], word[1]) || !l.end.has(word[n-2], word[n-1]) || isCode(word) {
		return unknown, unknown, 0, false
	}
	for n := 2; n <= headLength; n++ {
		for _, id := range l.heads[word[:n]] {
			w := l.words[id]
			if n == 2 && len(w) > 2 || !strings.HasPrefix(word, w) || len(word)-len(w) < 2 {
				continue
			}
			at := len(w)
			rest, ok := l.ids[stem(word[at:])]
			if !ok && word[at] == 's' && at+3 <= len(word) {
				at++
				rest, ok = l.ids[stem(word[at:])]
			}
			if ok {
				return id, rest, at, true
			}
		}
	}
	return unknown, unknown, 0, false
}

const (
	minShape = 2
	maxWord  = 32 // bytes; longer words are nobody's error
)

// appendShape appends what the word looks like: letters and digits that scanners
// and eyes take for one another are one.
func appendShape(b []byte, word string) []byte {
	for i := 0; i < len(word); i++ {
		c := word[i]
		switch c {
		case 'l', '1', '|':
			c = 'i'
		case '0':
			c = 'o'
		case '5':
			c = 's'
		case '8':
			c = 'b'
		case 'r':
			if i+1 < len(word) && word[i+1] == 'n' {
				c = 'm'
				i++
			}
		case 'v':
			if i+1 < len(word) && word[i+1] == 'v' {
				c = 'w'
				i++
			}
		}
		b = append(b, c)
	}
	return b
}

// lettersOf is the word with letters for digits that were read in their place.
func lettersOf(word string) string {
	if !isCode(word) {
		return word
	}
	return strings.NewReplacer("0", "o", "1", "l", "5", "s", "8", "b").Replace(word)
}

// isCode says whether the word is a number or a code, where every character counts.
func isCode(word string) bool {
	for i := range len(word) {
		if c := word[i]; c == '_' || c >= '0' && c <= '9' {
			return true
		}
	}
	return false
}

// forgivable says whether an error in the word may be forgiven: it is long
// enough, and no code or number, where every character counts.
func forgivable(word string) bool {
	if len(word) < minTypoLength-1 || len(word) > 24 {
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

// twoEdits says whether a and b, words of minTypos bytes or more, are at most two
// edits apart.
func twoEdits(a, b string) bool {
	if len(a)-len(b) > 2 || len(b)-len(a) > 2 {
		return false
	}
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	a, b = a[i:], b[i:]
	if a == "" || b == "" {
		return true
	}
	if oneEdit(a[1:], b) || oneEdit(a, b[1:]) || oneEdit(a[1:], b[1:]) {
		return true
	}
	return len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] && oneEdit(a[2:], b[2:])
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
