package diagnose

import (
	"math"
	"slices"
	"time"
)

// standing is what a case's evidence amounts to: what counts of it, by its place
// in the playbook, so that the order in which independent things became known
// can't change a sum. Places hold the index of the evidence that counts, or none.
type standing struct {
	p         Playbook
	evidence  []Evidence
	answered  []int   // by question; a NotSure too
	signals   []int   // by phrase
	failed    [][]int // by fix, all of them
	undoable  []int   // by fix: a step can't be done
	wayOut    []int   // by fix: the last way out taken that the playbook knows
	picked    int     // the pick that stands
	rejected  []int   // by cause
	history   []int   // by cause
	learned   []int   // by cause
	directive int     // the last pick or way out that still says what comes next
}

// none is the place of evidence that isn't there.
const none = -1

// maxFailures is how many failed tries of one fix are counted: enough to sink a
// cause, few enough to let contrary evidence raise it again.
const maxFailures = 4

func stand(p Playbook, evidence []Evidence) standing {
	s := standing{
		p: p, evidence: evidence, picked: none, directive: none,
		answered: places(len(p.Questions)),
		signals:  places(len(p.Alerts.Phrases)),
		failed:   make([][]int, len(p.Fixes)),
		undoable: places(len(p.Fixes)),
		wayOut:   places(len(p.Fixes)),
		rejected: places(len(p.Causes) + 1),
		history:  places(len(p.Causes) + 1),
		learned:  places(len(p.Causes) + 1),
	}
	for at, e := range evidence {
		s.take(at, e)
	}
	return s
}

func places(n int) []int {
	l := make([]int, n)
	for i := range l {
		l[i] = none
	}
	return l
}

// take adds one piece of evidence; unknown ids and unknown kinds change nothing.
func (s *standing) take(at int, e Evidence) {
	switch e.Kind {
	case KindAnswer:
		q := s.p.questionIndex(e.Question)
		if q < 0 {
			return
		}
		if _, ok := s.p.Questions[q].Answer(e.Answer); !ok {
			return
		}
		s.answered[q] = at
		if e.Stale { // a stale answer replaced what was said before it
			s.answered[q] = none
		}
	case KindSignal:
		if i := s.p.phraseIndex(e.Words); i >= 0 && !e.Stale {
			s.signals[i] = at // the last one: a new error text is a fresh reason
		}
	case KindFixFailed, KindCannot:
		if f := s.p.fixIndex(e.Fix); f >= 0 && !e.Stale {
			s.takeFix(at, f, e)
		}
	case KindPicked, KindRejected, KindHistory, KindLearned:
		if c := s.p.causeIndex(e.Cause); c >= 0 && !e.Stale {
			s.takeCause(at, c, e)
		}
	}
}

func (s *standing) takeFix(at, f int, e Evidence) {
	if e.Kind == KindFixFailed {
		s.failed[f] = append(s.failed[f], at)
		if s.directive != none && s.directs(f) {
			s.directive = none
		}
		if s.picked != none && s.cures(f, s.p.causeIndex(s.evidence[s.picked].Cause)) {
			s.picked = none
		}
		return
	}
	way, _, ok := s.p.Fixes[f].WayOut(e.Cannot)
	switch {
	case e.Cannot != "" && !ok:
		return
	case ok:
		s.undoable[f], s.wayOut[f] = at, at
		if way.Fix != "" || way.Hand != "" {
			s.directive = at
		}
	default: // "I can't do this step", for a reason the playbook doesn't know
		s.undoable[f] = at
		if s.directive != none && s.directs(f) {
			s.directive = none
		}
	}
}

// directs says whether the standing directive leads to fix f.
func (s *standing) directs(f int) bool {
	e := s.evidence[s.directive]
	if e.Kind == KindPicked {
		return s.cures(f, s.p.causeIndex(e.Cause))
	}
	from, _ := s.p.Fix(e.Fix)
	way, _, _ := from.WayOut(e.Cannot)
	return way.Fix == s.p.Fixes[f].ID
}

// directsTo says whether the standing directive leads to a fix for the cause at place c.
func (s *standing) directsTo(c int) bool {
	for f := range s.p.Fixes {
		if s.directs(f) && s.cures(f, c) {
			return true
		}
	}
	return false
}

func (s *standing) takeCause(at, c int, e Evidence) {
	switch e.Kind {
	case KindPicked:
		s.picked, s.directive, s.rejected[c] = at, at, none
	case KindRejected:
		s.rejected[c] = at
		if s.picked != none && s.evidence[s.picked].Cause == e.Cause {
			if s.directive == s.picked {
				s.directive = none
			}
			s.picked = none
		}
		if s.directive != none && s.directsTo(c) {
			s.directive = none
		}
	case KindHistory:
		s.history[c] = at
	case KindLearned:
		if w := e.Weight; w > 0 && !math.IsInf(w, 0) { // NaN is not > 0
			s.learned[c] = at
		}
	}
}

// cures says whether fix f solves the cause at place c.
func (s *standing) cures(f, c int) bool {
	return slices.ContainsFunc(s.p.Fixes[f].Solves, func(v Solves) bool {
		return v.How > 0 && s.p.causeIndex(v.Cause) == c
	})
}

// An influence is one piece of evidence that counts and what it does to the
// weight of each cause.
type influence struct {
	at     int // place of the evidence
	says   string
	ratios []float64
	speaks []float64 // the words' own ratios, before an answer's are made comparable
}

// influences lists what moves the causes, in the playbook's order: answers,
// signals, history, picks and rejections, failed fixes, ways out.
func (s *standing) influences() []influence {
	var list []influence
	add := func(at int, says string, ratios, speaks []float64) {
		list = append(list, influence{at, says, ratios, speaks})
	}
	for q, at := range s.answered {
		if at == none || s.evidence[at].Answer == NotSure {
			continue
		}
		question := s.p.Questions[q]
		a := question.answerIndex(s.evidence[at].Answer)
		add(at, question.saying(a), s.p.answerLikelihoods(question)[a], s.p.ratios(question.Answers[a].Speaks))
	}
	for i, at := range s.signals {
		if at != none {
			r := s.p.ratios(s.p.Alerts.Phrases[i].Speaks)
			add(at, s.p.Alerts.Phrases[i].saying(), r, r)
		}
	}
	for c, at := range s.history {
		if at != none {
			r := s.only(c, historyRatio(s.evidence[at].Age))
			add(at, "This account had it "+ago(s.evidence[at].Age), r, r)
		}
	}
	if s.picked != none {
		r := s.only(s.p.causeIndex(s.evidence[s.picked].Cause), weightPicked)
		add(s.picked, "Somebody here picked it", r, r)
	}
	for c, at := range s.rejected {
		if at != none {
			r := s.only(c, weightRejected)
			add(at, "Somebody here said it isn't this", r, r)
		}
	}
	return append(list, s.triedInfluences()...)
}

func (s *standing) triedInfluences() []influence {
	var list []influence
	for f, ats := range s.failed {
		for _, at := range ats[:min(len(ats), maxFailures)] {
			r := s.p.ratios(nil)
			for _, v := range s.p.Fixes[f].Solves {
				if c := s.p.causeIndex(v.Cause); c >= 0 {
					r[c] = left(v.How)
				}
			}
			list = append(list, influence{at, "“" + s.p.Fixes[f].Title + "” didn't help", r, r})
		}
	}
	for f, at := range s.wayOut {
		if at != none {
			way, _, _ := s.p.Fixes[f].WayOut(s.evidence[at].Cannot)
			r := s.p.ratios(way.Speaks)
			list = append(list, influence{at, way.saying(), r, r})
		}
	}
	return list
}

func (s *standing) only(c int, ratio float64) []float64 {
	r := s.p.ratios(nil)
	r[c] = ratio
	return r
}

// start is the weight of each cause before anything is known of the case.
func (s *standing) start() []float64 {
	w := s.p.startWeights()
	for c := range w {
		if at := s.learned[c]; at != none {
			w[c] = min(max(s.evidence[at].Weight, 1/maxLearnedWeight), maxLearnedWeight)
		}
	}
	return w
}

// belief is the likelihood of each cause, something else last; it adds up to 1.
// It works in logarithms: a long case must not run out of exponent.
func belief(start []float64, influences []influence) []float64 {
	w := make([]float64, len(start))
	most := math.Inf(-1)
	for c := range w {
		w[c] = math.Log(start[c])
		for _, in := range influences {
			w[c] += math.Log(in.ratios[c])
		}
		most = max(most, w[c])
	}
	sum := 0.0
	for c := range w {
		w[c] = math.Exp(w[c] - most)
		sum += w[c]
	}
	for c := range w {
		w[c] /= sum
	}
	return w
}

// ago says an age as people do.
func ago(age time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case age < day:
		return "earlier today"
	case age < 2*day:
		return "yesterday"
	case age < 60*day:
		return plural(int(age/day), "day") + " ago"
	default:
		return plural(int(age/(30*day)), "month") + " ago"
	}
}
