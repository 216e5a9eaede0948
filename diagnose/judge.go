package diagnose

import (
	"cmp"
	"slices"
	"strings"
)

// A candidate is a playbook some of whose words stand in the text.
type candidate struct {
	book      int
	alerts    []finding
	recovery  []finding
	titles    []finding
	certainty float64
}

// judge decides between the playbooks, and whether the text raises an alert,
// closes one or only talks of one.
func (r *Recognizer) judge(t *reading, at []int, findings []finding) Recognition {
	findings, reasons := r.accepted(t, at, findings)
	candidates := r.candidates(findings)
	if len(candidates) == 0 {
		return Recognition{Outcome: No, Reasons: reasons}
	}
	best := candidates[0]
	v := Recognition{Outcome: No, Confidence: best.certainty, Reasons: reasons}
	for _, f := range best.alerts {
		v.Words = append(v.Words, f.of.Words())
		if f.whole {
			v.Signals = append(v.Signals, signals(*f.of)...)
		}
		for _, g := range findings { // shorter words of the same playbook, which say something of their own
			if g.book == f.book && g.whole && !g.recovery && !g.title && g.inside(f) {
				v.Signals = append(v.Signals, unsaid(v.Signals, signals(*g.of))...)
			}
		}
		stands := "stands in it."
		if f.match.cut {
			stands = "stands in it, cut off."
		} else if !f.whole {
			stands = "stands in it for the most part."
		}
		v.Reasons = append(v.Reasons, r.words(f)+" "+stands)
	}
	for _, other := range candidates[1:] {
		if best.certainty-other.certainty < 0.05 {
			v.Others = append(v.Others, r.books[other.book].id)
		}
	}
	r.weigh(t, at, best, findings, &v)
	if v.Outcome != No || v.Recovered {
		v.Playbook = r.books[best.book].id
	} else {
		v.Others = nil
	}
	if v.Outcome == No {
		v.Signals = nil
	}
	return v
}

// signals is what the phrase's words say: about the causes, and as answers.
func signals(ph Phrase) []Evidence {
	var list []Evidence
	if len(ph.Speaks) > 0 {
		list = append(list, Evidence{Kind: KindSignal, Words: ph.Words()})
	}
	for _, a := range ph.Answers {
		list = append(list, Evidence{Kind: KindAnswer, Question: a.Question, Answer: a.Answer})
	}
	return list
}

// unsaid is those of more that list has nothing of: the longer words' answer to a
// question stands.
func unsaid(list, more []Evidence) (added []Evidence) {
	for _, e := range more {
		if !slices.ContainsFunc(list, func(have Evidence) bool {
			return have.Kind == e.Kind && have.Question == e.Question && have.Words == e.Words
		}) {
			added = append(added, e)
		}
	}
	return added
}

// accepted is the findings of playbooks that nothing in the text denies, and what
// denies the others'.
func (r *Recognizer) accepted(t *reading, at []int, findings []finding) (list []finding, reasons []string) {
	book, denied := none, ""
	for _, f := range findings { // in the order of the playbooks
		if f.book != book {
			book, denied = f.book, r.books[f.book].denies(t, at)
			if denied != "" {
				reasons = append(reasons, "“"+denied+"” says that it is something else.")
			}
		}
		if denied == "" {
			list = append(list, f)
		}
	}
	return list, slices.Compact(reasons)
}

// candidates lists the playbooks that the findings are for, the likeliest
// first, those whose order ties in the order of the playbooks. Words of one that stand
// within longer words of another are the other's.
func (r *Recognizer) candidates(findings []finding) (list []candidate) {
	for _, f := range findings {
		if !f.recovery && slices.ContainsFunc(findings, func(g finding) bool {
			return g.book != f.book && !g.recovery && !g.title && !f.title && f.inside(g) && g.confidence >= certainLikely
		}) {
			continue
		}
		if len(list) == 0 || list[len(list)-1].book != f.book {
			list = append(list, candidate{book: f.book})
		}
		c := &list[len(list)-1]
		switch {
		case f.recovery:
			c.recovery = append(c.recovery, f)
		case f.title:
			c.titles = append(c.titles, f)
		default:
			c.alerts = append(c.alerts, f)
		}
	}
	for i := range list {
		list[i].alerts = distinct(list[i].alerts)
		list[i].certainty = combined(list[i].alerts)
		if n := len(list[i].alerts); n > 0 && !list[i].alerts[0].named {
			list[i].certainty = min(list[i].certainty, certainUnnamed)
			if !slices.ContainsFunc(list[i].alerts, func(f finding) bool { return f.whole || f.match.cut }) {
				list[i].certainty = min(list[i].certainty, certainPartly)
			}
		}
		if len(list[i].recovery) > 0 {
			list[i].certainty = max(list[i].certainty, certainLikely)
		}
	}
	slices.SortStableFunc(list, func(a, b candidate) int {
		switch {
		case a.certainty > b.certainty:
			return -1
		case a.certainty < b.certainty:
			return 1
		}
		return 0
	})
	return list
}

// denies is what in the text says that it isn't this playbook's; empty if nothing does.
func (b *book) denies(t *reading, at []int) string {
	for i, seq := range b.not {
		if at[seq] != none {
			return b.notWords[i]
		}
	}
	for _, p := range b.notPatterns {
		if where := p.stands(t.norm); where != nil {
			return t.norm[where[0]:where[1]]
		}
	}
	return ""
}

// weigh sets the outcome of the best candidate: what its words say, and what
// the turns of phrase around them make of it. all is every playbook's findings.
func (r *Recognizer) weigh(t *reading, at []int, c candidate, all []finding, v *Recognition) {
	again := r.cueAt(t, at, cueAgain, 0, len(t.words)) != ""
	if len(c.alerts) == 0 {
		turn := ""
		if len(c.recovery) == 0 {
			turn = r.closing(t, at, c, again)
		}
		weighSuccess(c, turn, again, v)
		return
	}
	start, end := extent(c.alerts)
	if turn := r.closing(t, at, c, again); turn != "" {
		v.Recovered = true
		v.Reasons = append(v.Reasons, "“"+turn+"” says that it is over.")
		return
	}
	if turn := r.cueOutside(t, at, cueOver, c.alerts); turn != "" && !again {
		v.Reasons = append(v.Reasons, "“"+turn+"”: somebody says that it is over.")
		return
	}
	if turn := t.settledBeside(finding{start: start, end: end}); turn != "" && !again {
		v.Reasons = append(v.Reasons, "“"+turn+"”: somebody says that it is over.")
		return
	}
	if turn := cmp.Or(r.cueAt(t, at, cueTelling, start-12, start), t.supposed(start)); turn != "" && !again {
		v.Reasons = append(v.Reasons, "“"+turn+"”: somebody talks about the error in general.")
		return
	}
	talk, signs := r.talk(t, at, errorsOf(all), again)
	if v.Confidence < certainSure && talk < talkMaybe && r.failureNotice(t, at, c.alerts) {
		v.Confidence = certainSure
	}
	switch {
	case talk >= talkOnly:
		v.Reasons = append(v.Reasons, "“"+strings.Join(signs, "”, “")+"”: the error is talked about, not reported.")
		return
	case v.Confidence >= certainSure:
		v.Outcome = Sure
	case v.Confidence >= certainLikely:
		v.Outcome = Likely
	default:
		v.Reasons = append(v.Reasons, "Too few of the words stand in it.")
		return
	}
	turn := r.cueAt(t, at, cueCurious, start-8, start)
	if turn == "" {
		turn = r.cueAt(t, at, cueWondering, end, end+8)
	}
	if turn == "" {
		turn = r.cueAt(t, at, cuePast, start-14, end+14)
	}
	if turn == "" && talk >= talkMaybe {
		turn = signs[0]
	}
	if turn != "" && v.Outcome == Sure && !again {
		v.Outcome, v.Confidence = Likely, min(v.Confidence, 0.7)
		v.Reasons = append(v.Reasons, "“"+turn+"” leaves it open whether it fails now.")
	}
}

// failureNotice says whether a tool's failed status stands in the text, and words
// that alone wouldn't be sure have a line to themselves, as a notice's field does.
func (r *Recognizer) failureNotice(t *reading, at []int, alerts []finding) bool {
	return r.cueAt(t, at, cueFailed, 0, len(t.words)) != "" && slices.ContainsFunc(alerts, func(f finding) bool {
		if !f.whole || !f.named || f.end-f.start < 2 {
			return false
		}
		head, tail := t.cleaned[:t.spans[f.start].from], t.cleaned[t.spans[f.end-1].to:]
		tail, _, _ = strings.Cut(tail, "\n")
		return fold(head[strings.LastIndexByte(head, '\n')+1:]) == "" && fold(tail) == ""
	})
}

// weighSuccess says whether a text without an error's words verifies a sync.
func weighSuccess(c candidate, closing string, again bool, v *Recognition) {
	v.Recovered = len(c.recovery) > 0 && !again
	v.Confidence = 0
	if v.Recovered {
		v.Confidence = certainMost
		v.Reasons = append(v.Reasons, "“"+c.recovery[0].of.Words()+"” says that the sync works.")
	} else if closing != "" {
		v.Recovered, v.Confidence = true, certainMost
		v.Reasons = append(v.Reasons, "“"+closing+"” says that “"+c.titles[0].of.Words()+"” is over.")
	}
}

// errorsOf is the findings that name errors.
func errorsOf(findings []finding) []finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f finding) bool { return f.recovery || f.title })
}

// cueAt is the first turn of phrase of kind that stands between from and to and
// isn't negated; empty if there is none.
func (r *Recognizer) cueAt(t *reading, at []int, kind cue, from, to int) string {
	for _, c := range r.cues[kind] {
		if at[c.seq] == none || at[c.seq] < from || at[c.seq] >= to {
			continue
		}
		place := at[c.seq]
		denied := kind != cueAgain && kind != cueTelling &&
			(place > 0 && negates(t.word(place-1)) || place > 1 && negates(t.word(place-2)))
		if !denied {
			return c.turn
		}
	}
	return ""
}

// extent is from where to where the findings stand.
func extent(findings []finding) (start, end int) {
	start, end = findings[0].start, findings[0].end
	for _, f := range findings {
		start, end = min(start, f.start), max(end, f.end)
	}
	return start, end
}
