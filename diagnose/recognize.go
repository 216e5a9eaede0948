package diagnose

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
)

// A Recognizer tells which playbook a text is an alert of. It is made once for
// all playbooks and safe for use by many goroutines; the zero Recognizer
// recognises nothing.
type Recognizer struct {
	lexicon *lexicon
	seqs    sequences
	cues    []placedCue
	books   []book
	signs   []sign
	anchors [][]int // by word: the signs it leads to
}

// A placedCue is a turn of phrase and its sequence in seqs.
type placedCue struct {
	seq  int
	cue  cue
	turn string
}

// book is a playbook as far as recognising goes.
type book struct {
	id       string
	not      []int // sequences
	notWords []string
	extract  []extractor
	patterns []patternSign
}

// A sign is a phrase of one playbook.
type sign struct {
	book     int
	phrase   phrase
	of       Phrase
	recovery bool
	needs    []int // sequences, any of them
	unless   []int // sequences, none of them
}

// A patternSign is a Phrase that is a regular expression.
type patternSign struct {
	of      Phrase
	re      *regexp.Regexp
	literal string // must stand in the text for the expression to match; spares running it
	needs   []int
	unless  []int
}

// NewRecognizer prepares the playbooks' phrases. Its error lists every pattern
// that is no regular expression (RE2), with the playbook's id.
func NewRecognizer(playbooks []Playbook) (Recognizer, error) {
	r := Recognizer{lexicon: newLexicon()}
	var errs []error
	for _, list := range cueList() {
		for _, words := range list.turns {
			r.cues = append(r.cues, placedCue{r.sequence(words), list.cue, words})
		}
	}
	for i, p := range playbooks {
		b := book{id: p.ID}
		for _, not := range p.Alerts.Not {
			if seq := r.sequence(not); seq != none {
				b.not, b.notWords = append(b.not, seq), append(b.notWords, not)
			}
		}
		for _, ph := range p.Alerts.Phrases {
			if ph.Text == "" {
				ps, err := r.patternSign(ph)
				if err != nil {
					errs = append(errs, fmt.Errorf("playbook %s: %w", p.ID, err))
					continue
				}
				b.patterns = append(b.patterns, ps)
				continue
			}
			r.addSign(sign{book: i, of: ph, needs: r.sequences(ph.Needs), unless: r.sequences(ph.Unless)}, ph.Text)
		}
		for _, text := range p.Alerts.Recovery {
			r.addSign(sign{book: i, of: Phrase{Text: text}, recovery: true}, text)
		}
		for _, e := range p.Alerts.Extract {
			ex, err := newExtractor(e)
			if err != nil {
				errs = append(errs, fmt.Errorf("playbook %s: %w", p.ID, err))
				continue
			}
			b.extract = append(b.extract, ex)
		}
		r.books = append(r.books, b)
	}
	r.index()
	return r, errors.Join(errs...)
}

func (r *Recognizer) sequence(words string) int { return r.seqs.add(r.lexicon.add(Normalize(words))) }

func (r *Recognizer) sequences(list []string) []int {
	var seqs []int
	for _, words := range list {
		seqs = append(seqs, r.sequence(words))
	}
	return seqs
}

func (r *Recognizer) addSign(s sign, text string) {
	if s.phrase.words = r.lexicon.add(Normalize(placeholders().Replace(text))); len(s.phrase.words) > 0 {
		r.signs = append(r.signs, s)
	}
}

// placeholders drops what stands for words that vary.
func placeholders() *strings.Replacer {
	return strings.NewReplacer("{subject}", " ", "{account}", " ", "{company}", " ", "{any}", " ")
}

func (r *Recognizer) patternSign(ph Phrase) (patternSign, error) {
	re, err := regexp.Compile(ph.Pattern)
	if err != nil {
		return patternSign{}, fmt.Errorf("pattern %q: %w", ph.Pattern, err)
	}
	return patternSign{of: ph, re: re, literal: requiredLiteral(ph.Pattern), needs: r.sequences(ph.Needs), unless: r.sequences(ph.Unless)}, nil
}

// index finds each phrase's rarest words, now that all phrases are known.
func (r *Recognizer) index() {
	uses := make([]int, len(r.lexicon.words))
	for _, s := range r.signs {
		for _, w := range s.phrase.words {
			uses[w]++
		}
	}
	r.anchors = make([][]int, len(r.lexicon.words))
	for i := range r.signs {
		s := &r.signs[i]
		s.phrase = newPhrase(s.phrase.words, r.lexicon, uses)
		s.phrase.gaps = strings.Contains(s.of.Text, "{") || len(s.phrase.words) >= minGapWords || s.recovery && len(s.phrase.words) >= minRecoveryGapWords
		for _, a := range s.phrase.anchors {
			if w := s.phrase.words[a]; !slices.Contains(r.anchors[w], i) {
				r.anchors[w] = append(r.anchors[w], i)
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

// A finding is one phrase that stands in a text.
type finding struct {
	of         Phrase
	book       int
	recovery   bool
	confidence float64
	whole      bool // all its words are there
	start, end int  // words
}

// Recognize says what the text is. Text is the union of everything readable in
// a message, its parts joined by new lines, as it came: Recognize normalises it.
// Its time grows with the text's length and no faster.
func (r Recognizer) Recognize(text string) Recognition {
	if r.lexicon == nil {
		return Recognition{Outcome: No, Reasons: []string{"No playbooks are loaded."}}
	}
	t := r.lexicon.read(text)
	if len(t.words) == 0 {
		return Recognition{Outcome: No, Reasons: []string{"There are no words in it."}}
	}
	at := r.seqs.find(t.words)
	findings, reasons := r.findings(t, at)
	v := r.judge(t, at, findings)
	v.Reasons = append(reasons, v.Reasons...)
	if len(v.Reasons) == 0 {
		v.Reasons = []string{"None of the playbooks' words stand in it."}
	}
	if v.Outcome != No || v.Recovered {
		r.extract(t, &v)
	}
	return v
}

// findings lists the phrases that stand in the text, and why others that do
// don't count.
func (r *Recognizer) findings(t *reading, at []int) (list []finding, reasons []string) {
	seen := make([]bool, len(r.signs))
	for w, first := range t.first {
		if first < 0 {
			continue
		}
		for _, i := range r.anchors[w] {
			if seen[i] {
				continue
			}
			seen[i] = true
			s := &r.signs[i]
			m, ok := s.phrase.match(t)
			if !ok {
				continue
			}
			if f, ok := s.finding(t, m); ok {
				if why := r.refusal(s.of, s.needs, s.unless, at); why != "" {
					reasons = append(reasons, why)
					continue
				}
				list = append(list, f)
			}
		}
	}
	for b := range r.books {
		for _, ps := range r.books[b].patterns {
			where, ok := ps.find(t.norm)
			if !ok {
				continue
			}
			if why := r.refusal(ps.of, ps.needs, ps.unless, at); why != "" {
				reasons = append(reasons, why)
				continue
			}
			where.of, where.book, where.confidence = ps.of, b, certainty(ps.of.Sure, 1, 0, 0)
			list = append(list, where)
		}
	}
	slices.SortStableFunc(list, func(a, b finding) int {
		if a.book != b.book {
			return a.book - b.book
		}
		return a.start - b.start
	})
	slices.Sort(reasons)
	return list, slices.Compact(reasons)
}

// find is where the pattern first matches the normalised text.
func (ps patternSign) find(norm string) (finding, bool) {
	if !strings.Contains(norm, ps.literal) {
		return finding{}, false
	}
	where := ps.re.FindStringIndex(norm)
	if where == nil {
		return finding{}, false
	}
	start := strings.Count(norm[:where[0]], " ")
	return finding{whole: true, start: start, end: start + strings.Count(norm[where[0]:where[1]], " ") + 1}, true
}

// finding judges a match of the sign; false if it is too weak to count.
func (s *sign) finding(t *reading, m match) (finding, bool) {
	f := finding{of: s.of, book: s.book, recovery: s.recovery, whole: m.coverage >= coverageWhole, start: m.start, end: m.end}
	if s.recovery {
		f.confidence = 1
		return f, f.whole && !s.denied(t, m)
	}
	f.confidence = certainty(s.of.Sure, m.coverage, m.typos, m.extra)
	return f, f.confidence > 0
}

// denied says whether a success notice's words are turned into their opposite.
func (s *sign) denied(t *reading, m match) bool {
	for i := max(0, m.start-2); i < m.end; i++ {
		if negates(t.word(i)) && (t.words[i] == unknown || !slices.Contains(s.phrase.words, t.words[i])) {
			return true
		}
	}
	return false
}

// How certain findings make a recognition.
const (
	certainSure   = 0.8 // from here on: sure
	certainLikely = 0.5 // from here on: likely
	certainMost   = 0.99
)

// certainty is how certain one finding makes an alert.
func certainty(sure bool, coverage float64, typos, extra int) float64 {
	slips := 0.02*float64(typos) + 0.01*float64(extra)
	switch {
	case sure && coverage >= coverageWhole:
		return max(0.85, 0.98-slips)
	case sure && coverage >= coverageMost:
		return 0.82
	case sure && coverage >= coveragePart:
		return 0.6
	case !sure && coverage >= coverageWhole:
		return max(0.5, 0.6-slips)
	}
	return 0
}

// refusal says why a phrase that stands in the text doesn't count; empty if it does.
func (r *Recognizer) refusal(ph Phrase, needs, unless []int, at []int) string {
	stands := func(seq int) bool { return seq != none && at[seq] != none }
	for i, seq := range unless {
		if stands(seq) {
			return fmt.Sprintf("“%s” stands in it, but so does “%s”, which makes it something else.", ph.Words(), ph.Unless[i])
		}
	}
	if len(needs) > 0 && !slices.ContainsFunc(needs, stands) {
		return fmt.Sprintf("“%s” stands in it, but nothing says %s.", ph.Words(), strings.Join(ph.Needs, " or "))
	}
	return ""
}

// distinct drops findings that overlap with one that says more: a phrase within a
// longer one, or one that differs from what stands there by a word.
func distinct(findings []finding) []finding {
	order := slices.Clone(findings)
	slices.SortStableFunc(order, func(a, b finding) int {
		return cmp.Or(cmp.Compare(b.confidence, a.confidence), cmp.Compare(b.end-b.start, a.end-a.start))
	})
	var kept []finding
	for _, f := range order {
		if !slices.ContainsFunc(kept, f.overlaps) {
			kept = append(kept, f)
		}
	}
	slices.SortStableFunc(kept, func(a, b finding) int { return cmp.Compare(a.start, b.start) })
	return kept
}

// combined is how certain several findings of one playbook make it: they add up.
func combined(findings []finding) float64 {
	doubt := 1.0
	for _, f := range findings {
		doubt *= 1 - f.confidence
	}
	return min(certainMost, 1-doubt)
}

func (f finding) overlaps(g finding) bool { return f.start < g.end && g.start < f.end }

// inside says whether f stands within the longer g.
func (f finding) inside(g finding) bool {
	return g.start <= f.start && f.end <= g.end && g.end-g.start > f.end-f.start
}
