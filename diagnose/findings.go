package diagnose

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A finding is one phrase that stands in a text.
type finding struct {
	of         *Phrase // the sign's or the pattern's; a copy of each finding would be large
	book       int
	recovery   bool
	title      bool
	named      bool // the text names the playbook's system
	match      match
	confidence float64
	whole      bool // all its words are there
	sign       int  // none for a pattern
	start, end int  // words
}

// A finder gathers the findings of one text.
type finder struct {
	r       *Recognizer
	t       *reading
	at      []int     // where each sequence stands
	said    []mention // the systems named
	list    []finding
	reasons []string
	stands  []bool // by sign: it was found
	taken   []bool // by word of the text: part of a phrase that stands whole
}

// findings lists the phrases that stand in the text, and why others that do
// don't count.
func (r *Recognizer) findings(t *reading, at []int, said []mention) (list []finding, reasons []string) {
	f := finder{r: r, t: t, at: at, said: said, stands: make([]bool, len(r.signs)), taken: make([]bool, len(t.words))}
	foreign := r.systems.foreign(said)
	f.phrases(foreign)
	for _, part := range r.cutOff(t, f.stands, foreign) {
		f.take(part, r.signs[part.sign].needs, r.signs[part.sign].unless)
	}
	for b := range r.books {
		for i := range r.books[b].patterns {
			ps := &r.books[b].patterns[i]
			if found, ok := ps.find(t); ok {
				found.of, found.book, found.sign, found.confidence = &ps.of, b, none, certainty(ps.of.Sure, 1, 0, 0)
				f.take(found, ps.needs, ps.unless)
			}
		}
	}
	slices.SortStableFunc(f.list, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.book, b.book), cmp.Compare(a.start, b.start), cmp.Compare(a.sign, b.sign))
	})
	slices.Sort(f.reasons)
	return f.list, slices.Compact(f.reasons)
}

// phrases finds the signs whose rarest words stand in the text: those that stand
// word for word first, the others around them.
func (f *finder) phrases(foreign []bool) {
	r, t := f.r, f.t
	seen := make([]bool, len(r.signs))
	closes := r.closes(t, f.at)
	var loose []int
	for place, w := range t.words {
		if w == unknown || int(t.first[w]) != place+1 {
			continue
		}
		for _, i := range r.anchors[w] {
			if seen[i] {
				continue
			}
			seen[i] = true
			s := &r.signs[i]
			if s.title && !closes || !s.phrase.present(t) {
				continue
			}
			if m, ok := s.phrase.verbatim(t); ok {
				f.found(i, m)
			} else if s.phrase.gaps {
				loose = append(loose, i)
			}
		}
	}
	for _, i := range loose {
		if r.refuses(i, foreign) {
			continue
		}
		if m, ok := r.signs[i].phrase.loose(t, f.taken); ok {
			f.found(i, m)
		}
	}
}

// refuses says whether the text names systems, but not that of sign i.
func (r *Recognizer) refuses(i int, foreign []bool) bool {
	system := r.books[r.signs[i].book].system
	return system != anySystem && foreign[system]
}

// found judges the match of sign i.
func (f *finder) found(i int, m match) {
	f.stands[i] = true
	s := &f.r.signs[i]
	found, ok := s.finding(f.t, m)
	if !ok {
		return
	}
	found.sign = i
	n := len(f.list)
	f.take(found, s.needs, s.unless)
	if len(f.list) == n || !found.whole || s.recovery || s.title || s.part || len(s.phrase.words) < minGapWords {
		return
	}
	for at := m.start; at < m.end; at++ {
		f.taken[at] = true
	}
}

// take lists the finding if nothing in the text speaks against it.
func (f *finder) take(found finding, needs, unless []int) {
	why := f.r.refusal(found, needs, unless, f.at)
	if why != "" && slices.Contains(found.of.Needs, "sync") && f.r.refusal(found, nil, unless, f.at) == "" && f.t.namesSystemAsField() {
		why, found.confidence = "", min(found.confidence, certainFromCard)
	}
	if why == "" {
		why = f.r.elsewhere(&found, f.said)
	}
	if why == "" && !found.named && !found.recovery && !found.title {
		why = f.othersSync(found)
	}
	switch {
	case found.title && !found.named:
	case why == "":
		f.list = append(f.list, found)
	case !found.recovery && !found.title:
		f.reasons = append(f.reasons, why)
	}
}

// othersSync says why a phrase doesn't count that begins with "sync" where the word
// right before tells of another one: "Google Workspace directory sync …". Empty if none does.
func (f *finder) othersSync(found finding) string {
	at := found.start
	if at == 0 || f.t.word(at) != "sync" || f.t.words[at-1] != unknown {
		return ""
	}
	if between := f.t.cleaned[f.t.spans[at-1].to:f.t.spans[at].from]; between != " " || saysWhichSync(f.t.word(at-1)) {
		return ""
	}
	return fmt.Sprintf("%s stands in it, but of another sync: “%s sync”.", f.r.words(found), f.t.word(at-1))
}

// saysWhichSync says whether the word before "sync" may tell of an accounting sync.
func saysWhichSync(word string) bool {
	switch word {
	case "accounting", "erp", "bookkeeping", "bill", "bills", "cashflow360", "nightly", "daily", "hourly", "scheduled", "manual", "full", "automatic", "auto", "first", "initial",
		"latest", "current", "another", "next", "every", "our", "their", "his", "her", "my", "customer", "client", "integration", "ap", "ar", "gl", "ledger", "again", "overnight", "background":
		return true
	}
	return strings.IndexFunc(word, func(r rune) bool { return r < 'a' || r > 'z' }) >= 0
}

// words is how a reason shows the phrase found: its words, or what a pattern stands for.
func (r *Recognizer) words(f finding) string {
	if f.of.Text != "" {
		return "“" + f.of.Text + "”"
	}
	if f.of.Says != "" {
		return "“" + f.of.Says + "”"
	}
	return "“words like those of " + r.books[f.book].title + "”"
}

// wordsOf says whose phrase it is as well.
func (r *Recognizer) wordsOf(f finding) string {
	if f.of.Text == "" && f.of.Says == "" {
		return r.words(f)
	}
	return r.words(f) + " of “" + r.books[f.book].title + "”"
}

// elsewhere says why a phrase that stands in the text doesn't count where the
// text names another system, or none though the phrase needs it; empty if it counts.
func (r *Recognizer) elsewhere(f *finding, said []mention) string {
	own, other := r.systems.named(r.books[f.book].system, said, f.start, f.end)
	f.named = own
	switch {
	case other != "":
		return fmt.Sprintf("%s stands in it, but the text is about %s.", r.wordsOf(*f), other)
	case !own && f.of.NeedsSystem:
		return fmt.Sprintf("%s stands in it, but nothing names %s.", r.words(*f), r.systems.titles[r.books[f.book].system])
	}
	return ""
}

// stands says whether the pattern matches the normalised text, and where.
func (p pattern) stands(norm string) (where []int) {
	if !strings.Contains(norm, p.literal) {
		return nil
	}
	return p.re.FindStringIndex(norm)
}

// find is where the pattern first matches the text.
func (ps patternSign) find(t *reading) (finding, bool) {
	where := ps.stands(t.norm)
	if where == nil {
		return finding{}, false
	}
	start := t.placeOf(where[0])
	return finding{whole: true, start: start, end: max(start+1, t.placeOf(max(where[0], where[1]-1))+1)}, true
}

// finding judges a match of the sign; false if it is too weak to count.
func (s *sign) finding(t *reading, m match) (finding, bool) {
	f := finding{of: &s.of, book: s.book, recovery: s.recovery, title: s.title, match: m, whole: m.coverage >= coverageWhole, start: m.start, end: m.end}
	if s.title {
		return f, m.coverage >= coverageMost
	}
	if s.recovery {
		f.confidence = 1
		return f, f.whole && !s.denied(t, m)
	}
	if s.part && !t.reported(m.start) {
		return f, false
	}
	f.match.cut = s.part || !f.whole && t.elidedBeside(m)
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
	// certainUnnamed is the most where the text doesn't name the system.
	certainUnnamed = 0.7
	// certainFromCard is the most where only a field for the system tells of a sync.
	certainFromCard = 0.6
	// certainPartly is the most where it doesn't and words are missing besides.
	certainPartly = 0.45
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
func (r *Recognizer) refusal(f finding, needs, unless []int, at []int) string {
	ph := f.of
	stands := func(seq int) bool { return seq != none && at[seq] != none }
	for i, seq := range unless {
		if stands(seq) {
			return fmt.Sprintf("%s stands in it, but so does “%s”, which makes it something else.", r.words(f), ph.Unless[i])
		}
	}
	if len(needs) > 0 && !slices.ContainsFunc(needs, stands) {
		return fmt.Sprintf("%s stands in it, but nothing says %s.", r.words(f), strings.Join(ph.Needs, " or "))
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
