package diagnose

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// A plan weighs everything that can be done about a case by its expected cost of
// repair in minutes, as in decision-theoretic troubleshooting: the minutes of
// each question and each fix, what a failed try costs on top, and
// EscalateMinutes for handing over.
//
// It looks ahead to the end, second tries included. What is believed depends only
// on which answers were given and how often fixes failed, not on their order, so
// every state is valued once.
type plan struct {
	weights   []float64 // likelihood of each cause now, something else last
	questions []planQuestion
	fixes     []planFix
	rest      []planQuestion // left out: taken for never asked
	least     []float64      // by cause: what repair takes at least if it is known
	known     table          // values of states
	scratch   []float64      // weights of the states being valued, a row a depth
	destroyed int            // how many destructive tries have failed so far
	now       state
	budget    int // work left; below 0 the plan is given up
}

type planQuestion struct {
	place   int // in the playbook
	minutes float64
	like    [][]float64 // answer by cause: how often it is given
	speaks  []causeSet  // answer: the causes it speaks for
	shift   int         // where the answer, from 1, stands in a state
	mask    state
	favours []state // answer: causes it speaks for that a destructive fix solves, as in a state
	wakes   []state // answer: fixes it speaks for, as in a state
}

type planFix struct {
	place       int
	minutes     float64
	fail        float64
	destructive bool
	offerAt     float64
	left        []float64 // by cause: what a failed try leaves
	solves      causeSet
	reasons     state // the causes it solves, as in a state
	shift       int   // where its tries stand in a state
	tried       state // its tries now
	needs       []planNeed
}

// A planNeed is a requirement that answers to come can still bring.
type planNeed struct {
	question int // in the plan
	answers  uint64
}

// An action is a choice: ask questions[index], try fixes[index], or escalate.
type action struct {
	kind  DecisionKind
	index int
}

// maxPlanFixes is how many fixes a plan holds at most.
const maxPlanFixes = 10

// fewFixes is how many fixes a plan without questions holds, which has to be
// worked out whatever it takes.
const fewFixes = 6

// maxWork bounds a plan, and with it the time of a choice, in multiplications:
// twice as many are a few milliseconds.
const maxWork = 60_000

// otherCertain is how likely something else must be for a case to be handed over
// without asking further.
const otherCertain = 0.75

// worthAsking is how much of the belief a question must be expected to move to
// count as something left to ask.
const worthAsking = 0.01

// newPlan takes what there is to do about a case, as far as the scope goes.
func newPlan(s *standing, likelihood []float64, influences []influence, sc scope) *plan {
	pl := &plan{weights: likelihood, budget: sc.budget}
	_, pl.destroyed = s.destructiveFailures(none)
	shift := 0
	for i, q := range sc.open {
		width := bits.Len(uint(len(q.like)))
		if i >= sc.questions || shift+width > answerBits {
			pl.rest = append(pl.rest, q)
			continue
		}
		q.shift, q.mask = shift, 1<<width-1
		shift += width
		pl.questions = append(pl.questions, q)
	}
	pl.takeFixes(s, influences, sc.fixes)
	pl.setOut(s.unusedReasons(influences))
	return pl
}

// openQuestions is the questions still open, the one that tells most a minute first.
func (s *standing) openQuestions(likelihood []float64) []planQuestion {
	var open []planQuestion
	gain := map[int]float64{}
	for i, q := range s.p.Questions {
		if s.answered[i] != none || len(q.Answers) == 0 || q.Who == WhoAlert {
			continue
		}
		pq := planQuestion{place: i, minutes: cost(q.Minutes), like: s.p.answerLikelihoods(q)}
		for _, a := range q.Answers {
			pq.speaks = append(pq.speaks, s.p.spokenFor(a.Speaks))
		}
		open = append(open, pq)
		gain[i] = pq.moves(likelihood) / (1 + pq.minutes/10)
	}
	slices.SortStableFunc(open, func(a, b planQuestion) int {
		return compareRounded(gain[b.place], gain[a.place])
	})
	return open
}

// compareRounded orders numbers; what differs by less than rounding is equal, so
// that the playbook's order breaks the tie.
func compareRounded(a, b float64) int {
	return cmp.Compare(math.Round(a*1e9), math.Round(b*1e9))
}

// takeFixes takes the fixes that may be tried, now or after an answer to come.
func (pl *plan) takeFixes(s *standing, influences []influence, most int) {
	for i, f := range s.p.Fixes {
		needs, ok := pl.needs(s, i)
		tried := s.tried(i, influences)
		if !ok || tried == triedOut {
			continue
		}
		pf := planFix{
			place: i, minutes: cost(f.Minutes), fail: cost(f.FailMinutes), needs: needs, tried: tried,
			destructive: f.Destructive, offerAt: f.OfferAt, left: s.p.ratios(nil),
		}
		for _, v := range f.Solves {
			if c := s.p.causeIndex(v.Cause); c >= 0 && v.How > 0 {
				pf.left[c] = left(v.How)
				pf.solves = pf.solves.with(c)
			}
		}
		pl.fixes = append(pl.fixes, pf)
	}
	slices.SortStableFunc(pl.fixes, func(a, b planFix) int {
		return compareRounded(b.works(pl.weights), a.works(pl.weights))
	})
	pl.fixes = pl.fixes[:min(len(pl.fixes), most)]
}

// needs is what fix f still requires of open questions; false if it requires
// something that can't come any more.
func (pl *plan) needs(s *standing, f int) ([]planNeed, bool) {
	var needs []planNeed
	reqs := s.p.Fixes[f].Requires
	for i, r := range reqs {
		if slices.ContainsFunc(reqs[:i], r.sameSubject) || slices.ContainsFunc(reqs, func(alt Requires) bool {
			return alt.sameSubject(r) && s.observed(alt)
		}) {
			continue
		}
		q := slices.IndexFunc(pl.questions, func(pq planQuestion) bool {
			return r.Question != "" && s.p.Questions[pq.place].ID == r.Question
		})
		if q < 0 {
			return nil, false
		}
		need := planNeed{question: q}
		for _, alt := range reqs {
			if a := s.p.Questions[pl.questions[q].place].answerIndex(alt.Answer); alt.sameSubject(r) && a >= 0 {
				need.answers |= 1 << a
			}
		}
		needs = append(needs, need)
	}
	return needs, true
}

// setOut works out what the search needs at every state.
func (pl *plan) setOut(unused causeSet) {
	var order []int // causes that a destructive fix solves, as they stand in a state
	for c := range pl.weights {
		if len(order) < reasonBits && slices.ContainsFunc(pl.fixes, func(f planFix) bool { return f.destructive && f.solves.has(c) }) {
			order = append(order, c)
		}
	}
	reasons := func(set causeSet) (in state) {
		for i, c := range order {
			if set.has(c) {
				in |= 1 << (reasonsAt + i)
			}
		}
		return in
	}
	pl.now = reasons(unused)
	again := EscalateMinutes // what comes after a failed try, at least
	for i := range pl.fixes {
		f := &pl.fixes[i]
		f.shift, f.reasons = triesAt+2*i, reasons(f.solves)
		pl.now |= f.tried << f.shift
		again = min(again, f.minutes)
	}
	for i := range pl.questions {
		q := &pl.questions[i]
		q.favours, q.wakes = nil, nil
		for _, set := range q.speaks {
			wakes := state(0)
			for _, f := range pl.fixes {
				if f.solves&set != 0 {
					wakes |= 1 << f.shift
				}
			}
			q.favours, q.wakes = append(q.favours, reasons(set)), append(q.wakes, wakes)
		}
	}
	pl.scratch = make([]float64, (len(pl.questions)+2*len(pl.fixes)+1)*len(pl.weights))
	copy(pl.scratch, pl.weights)
	pl.least = make([]float64, len(pl.weights))
	for c := range pl.least {
		pl.least[c] = EscalateMinutes
		for _, f := range pl.fixes {
			if f.left[c] < 1 {
				pl.least[c] = min(pl.least[c], f.minutes+f.left[c]*(f.fail+again))
			}
		}
	}
}

// plan is the best plan that fits the time of a choice, and what it says comes
// next: with every open question if it can be. Else it is the best of fixes
// alone, of as many questions as can be of those that tell most a minute, and of
// asking on.
func (s *standing) plan(likelihood []float64, influences []influence) (*plan, action) {
	open := s.openQuestions(likelihood)
	all := newPlan(s, likelihood, influences, scope{open, len(open), maxPlanFixes, maxWork})
	if a, _, ok := all.decide(); ok {
		return all, a
	}
	best := newPlan(s, likelihood, influences, scope{open, 0, fewFixes, math.MaxInt})
	choice, minutes, _ := best.decide()
	budget := maxWork
	for n := 1; n < len(open); n++ {
		more := newPlan(s, likelihood, influences, scope{open, n, maxPlanFixes, budget})
		a, m, ok := more.decide()
		if !ok {
			break
		}
		best, choice, minutes, budget = more, a, m, more.budget
	}
	if all.askOn() < minutes {
		return all, action{kind: Ask} // the first question
	}
	return best, choice
}

// A scope is how much a plan takes into account, and how much work that may be.
type scope struct {
	open      []planQuestion
	questions int // the first so many of open
	fixes     int
	budget    int
}
