package diagnose

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"sync"
)

// A Recognizer tells which playbook a text is an alert of. It is made once for
// all playbooks and safe for use by many goroutines; the zero Recognizer
// recognises nothing.
type Recognizer struct {
	lexicon *lexicon
	seqs    sequences
	cues    [cueKinds][]placedCue // by kind
	systems systems
	books   []book
	signs   []sign
	anchors [][]int                // by word: the signs it leads to
	inside  map[[2]int32][]posting // by two words: where they stand in long phrases
	begun   map[[2]int32][]posting // those of inside behind which a sentence goes on that isn't the first
	spare   *sync.Pool             // of *reading, so that a message needs little new memory
}

// maxSpare is the longest text, in bytes, whose reading is kept for the next.
const maxSpare = 64 << 10

// A posting is a place in a sign's phrase.
type posting struct{ sign, at int }

// A placedCue is a turn of phrase and its sequence in seqs.
type placedCue struct {
	seq  int
	turn string
}

// book is a playbook as far as recognising goes.
type book struct {
	id          string
	title       string
	system      int
	names       map[int32]bool // words of the system's names
	not         []int          // sequences
	notWords    []string
	notPatterns []pattern
	extract     []extractor
	patterns    []patternSign
}

// A sign is a phrase of one playbook.
type sign struct {
	book     int
	phrase   phrase
	of       Phrase
	recovery bool
	title    bool  // the playbook's title, which names the error once it is over
	part     bool  // a sentence of a longer phrase, which it stands for
	needs    []int // sequences, any of them
	unless   []int // sequences, none of them
}

// A patternSign is a Phrase that is a regular expression.
type patternSign struct {
	pattern
	of     Phrase
	needs  []int
	unless []int
}

// A pattern is a regular expression over normalised text.
type pattern struct {
	re      *regexp.Regexp
	literal string // must stand in the text for the expression to match; spares running it
}

// NewRecognizer prepares the playbooks' phrases. Its error lists every pattern
// that is no regular expression (RE2), with the playbook's id.
func NewRecognizer(playbooks []Playbook) (Recognizer, error) {
	r := Recognizer{lexicon: newLexicon(), spare: &sync.Pool{New: func() any { return new(reading) }}}
	for _, list := range cueList() {
		for _, words := range list.turns {
			r.cues[list.cue] = append(r.cues[list.cue], placedCue{r.sequence(words), words})
		}
	}
	var of []int
	r.systems, of = newSystems(r.lexicon, playbooks)
	var errs []error
	for i, p := range playbooks {
		b := book{id: p.ID, title: cmp.Or(p.Title, p.ID), system: of[i]}
		for _, err := range r.addBook(i, p, &b) {
			errs = append(errs, fmt.Errorf("playbook %s: %w", p.ID, err))
		}
		r.books = append(r.books, b)
	}
	r.index()
	return r, errors.Join(errs...)
}

// addBook adds what recognises playbook number i, and returns what is wrong with its patterns.
func (r *Recognizer) addBook(i int, p Playbook, b *book) (errs []error) {
	for _, not := range p.Alerts.Not {
		if seq := r.sequence(not); seq != none {
			b.not, b.notWords = append(b.not, seq), append(b.notWords, not)
		}
	}
	for _, not := range p.Alerts.NotPatterns {
		pattern, err := newPattern(not)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		b.notPatterns = append(b.notPatterns, pattern)
	}
	for _, ph := range p.Alerts.Phrases {
		needs, unless := r.sequences(ph.Needs), r.sequences(ph.Unless)
		if ph.Text != "" {
			r.addSign(sign{book: i, of: ph, needs: needs, unless: unless})
			continue
		}
		pattern, err := newPattern(ph.Pattern)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		b.patterns = append(b.patterns, patternSign{pattern, ph, needs, unless})
	}
	for _, text := range p.Alerts.Recovery {
		r.addSign(sign{book: i, of: Phrase{Text: text}, recovery: true})
	}
	if p.Title != "" {
		r.addSign(sign{book: i, of: Phrase{Text: p.Title}, title: true})
	}
	for _, e := range p.Alerts.Extract {
		ex, err := newExtractor(e)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		b.extract = append(b.extract, ex)
	}
	return errs
}

func (r *Recognizer) sequence(words string) int { return r.seqs.add(r.lexicon.add(Normalize(words))) }

func (r *Recognizer) sequences(list []string) []int {
	var seqs []int
	for _, words := range list {
		seqs = append(seqs, r.sequence(words))
	}
	return seqs
}

func (r *Recognizer) addSign(s sign) {
	s.phrase = parsePhrase(r.lexicon, s.of.Text)
	if len(s.phrase.words) > 0 {
		r.signs = append(r.signs, s)
	}
}

func newPattern(text string) (pattern, error) {
	re, err := regexp.Compile(text)
	if err != nil {
		return pattern{}, fmt.Errorf("pattern %q: %w", text, err)
	}
	return pattern{re, requiredLiteral(text)}, nil
}

// index finds each phrase's rarest words, now that all phrases are known.
func (r *Recognizer) index() {
	r.addSentences()
	r.lexicon.close()
	r.systems.spell(r.books)
	uses := make([]int, len(r.lexicon.words))
	for _, s := range r.signs {
		for _, w := range s.phrase.words {
			uses[w]++
		}
	}
	r.anchors, r.inside, r.begun = make([][]int, len(r.lexicon.words)), map[[2]int32][]posting{}, map[[2]int32][]posting{}
	for i := range r.signs {
		s := &r.signs[i]
		s.phrase = newPhrase(s.phrase, r.lexicon, r.books[s.book].names)
		if s.recovery {
			s.phrase.demandAll()
		}
		long := len(s.phrase.words) >= minGapWords && !s.part
		s.phrase.gaps = long || (s.recovery || s.title) && len(s.phrase.words) >= minRecoveryGapWords
		if long && !s.recovery && !s.title {
			for at := range s.phrase.words[1:] {
				pair := [2]int32(s.phrase.words[at : at+2])
				r.inside[pair] = append(r.inside[pair], posting{i, at})
				if at+2 < len(s.phrase.words) && s.phrase.intoSentence(at+2) {
					r.begun[pair] = append(r.begun[pair], posting{i, at})
				}
			}
		}
	}
	r.tell()
	for i := range r.signs {
		p := &r.signs[i].phrase
		p.anchor(uses)
		for _, a := range p.anchors {
			if w := p.words[a]; !slices.Contains(r.anchors[w], i) {
				r.anchors[w] = append(r.anchors[w], i)
			}
		}
	}
}

// tell marks the words that alone tell a phrase from another playbook's.
func (r *Recognizer) tell() {
	type place struct{ sign, at int }
	without := map[string][]place{} // by the words of a phrase but one
	key := func(words []int32, but int) string {
		b := make([]byte, 0, 4*len(words))
		for i, w := range words {
			if i != but {
				b = binary.LittleEndian.AppendUint32(b, uint32(w))
			}
		}
		return string(b)
	}
	for i, s := range r.signs {
		if s.recovery || s.title || s.part {
			continue
		}
		for at := range s.phrase.words {
			k := key(s.phrase.words, at)
			for _, other := range without[k] {
				if o := &r.signs[other.sign]; o.book != s.book {
					o.phrase.demand(other.at)
					s.phrase.demand(at)
				}
			}
			without[k] = append(without[k], place{i, at})
		}
	}
	for _, s := range r.signs { // the shorter of two that differ by a word more
		if s.recovery || s.title || s.part {
			continue
		}
		for _, longer := range without[key(s.phrase.words, -1)] {
			if l := &r.signs[longer.sign]; l.book != s.book {
				l.phrase.demand(longer.at)
			}
		}
	}
}

// requiredLiteral is the longest text that every match of the pattern contains;
// empty if there is none.
func requiredLiteral(pattern string) string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return ""
	}
	var longest func(*syntax.Regexp) string
	longest = func(re *syntax.Regexp) string {
		switch re.Op {
		case syntax.OpLiteral:
			if re.Flags&syntax.FoldCase == 0 {
				return string(re.Rune)
			}
		case syntax.OpCapture, syntax.OpPlus:
			return longest(re.Sub[0])
		case syntax.OpConcat:
			best := ""
			for _, sub := range re.Sub {
				if l := longest(sub); len(l) > len(best) {
					best = l
				}
			}
			return best
		}
		return ""
	}
	return longest(re.Simplify())
}

// Recognize says what the text is. Text is the union of everything readable in
// a message, its parts joined by new lines, as it came: Recognize normalises it.
// Its time grows with the text's length and no faster.
func (r Recognizer) Recognize(text string) Recognition {
	if r.lexicon == nil {
		return Recognition{Outcome: No, Reasons: []string{"No playbooks are loaded."}}
	}
	v := r.recognize(text)
	if v.Outcome == No {
		return v
	}
	if rest := withoutStruck(text); rest != text {
		if v = r.recognize(rest); v.Outcome == No {
			v.Reasons = append(v.Reasons, "What reports the error stands crossed out.")
		}
	}
	return v
}

func (r Recognizer) recognize(text string) Recognition {
	t := r.spare.Get().(*reading)
	defer func() {
		if t.reset(); len(text) <= maxSpare {
			r.spare.Put(t)
		}
	}()
	r.lexicon.read(text, t)
	if len(t.words) == 0 {
		return Recognition{Outcome: No, Reasons: []string{"There are no words in it."}}
	}
	at := r.seqs.find(t.words)
	said := r.systems.mentions(t)
	findings, reasons := r.findings(t, at, said)
	v := r.judge(t, at, findings)
	v.Reasons = append(reasons, v.Reasons...)
	if len(v.Reasons) == 0 {
		v.Reasons = []string{"None of the playbooks' words stand in it."}
	}
	if v.Outcome != No || v.Recovered {
		r.extract(t, findings, &v)
	}
	return v
}
