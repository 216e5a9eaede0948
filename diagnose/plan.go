package diagnose

import (
	"cmp"
	"slices"
)

// A plan weighs everything that can be done about a case by its expected cost of
// repair in minutes, as in decision-theoretic troubleshooting: the minutes of
// each question and each fix, what a failed try costs on top, and
// EscalateMinutes for handing over.
//
// It looks ahead to the end. What is believed depends only on which answers
// were given and which fixes failed, not on their order, so every state is
// valued once. Playbooks of up to five questions of three answers with four fixes
// are solved exactly; of larger ones it takes the questions that tell most and
// the fixes likeliest to work, as many as maxStates allows.
type plan struct {
	weights   []float64 // likelihood of each cause now, something else last
	questions []planQuestion
	fixes     []planFix
	least     []float64 // by cause: what repair takes at least if it is known
	memo      []float64 // by state: its value; below 0: at least this much; 0: not known
	scratch   []float64 // weights of the states being valued, a row a depth
	given     []int     // by question: the answer (from 1) on the way to the state being valued
	spoken    causeSet  // causes something speaks for that no destructive fix has used up
	spent     causeSet  // causes that a destructive fix failed on, on the way
	destroyed int       // how many destructive tries have failed
}

type planQuestion struct {
	place   int // in the playbook
	minutes float64
	like    [][]float64 // answer by cause: how often it is given
	favours []causeSet  // answer: the causes it speaks for
	radix   int         // worth of this question's digit in a state's code
}

type planFix struct {
	place       int
	minutes     float64
	fail        float64
	destructive bool
	offerAt     float64
	left        []float64 // by cause: what a failed try leaves
	solves      causeSet
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

// maxStates bounds a plan, and with it the time of a choice.
const maxStates = 1 << 15

// maxPlanFixes is how many fixes a plan holds at most.
const maxPlanFixes = 6

// otherCertain is how likely something else must be for a case to be handed over
// without asking further.
const otherCertain = 0.75

// worthAsking is how much of the belief a question must be expected to move to
// count as something left to ask.
const worthAsking = 0.01

// newPlan takes what there is to do about a case, as much as limit states allow.
func newPlan(s *standing, likelihood []float64, influences []influence, limit int) *plan {
	pl := &plan{weights: likelihood, spoken: s.unusedReasons(influences)}
	_, pl.destroyed = s.destructiveFailures(none)
	pl.takeQuestions(s)
	pl.takeFixes(s, influences)
	for pl.states(limit) > limit && len(pl.questions) > 0 {
		pl.questions = pl.questions[:len(pl.questions)-1]
		pl.takeFixes(s, influences)
	}
	pl.setOut()
	return pl
}

// takeQuestions takes the questions still open, the one that tells most a minute first.
func (pl *plan) takeQuestions(s *standing) {
	gain := map[int]float64{}
	for i, q := range s.p.Questions {
		if s.answered[i] != none || len(q.Answers) == 0 {
			continue
		}
		pq := planQuestion{place: i, minutes: cost(q.Minutes), like: s.p.answerLikelihoods(q)}
		for _, a := range q.Answers {
			pq.favours = append(pq.favours, s.p.spokenFor(a.Speaks))
		}
		pl.questions = append(pl.questions, pq)
		gain[i] = pq.moves(pl.weights) / (1 + pq.minutes/10)
	}
	slices.SortStableFunc(pl.questions, func(a, b planQuestion) int {
		return cmp.Compare(gain[b.place], gain[a.place])
	})
}

// takeFixes takes the fixes that may be tried, now or after an answer to come.
func (pl *plan) takeFixes(s *standing, influences []influence) {
	pl.fixes = pl.fixes[:0]
	for i, f := range s.p.Fixes {
		needs, ok := pl.needs(s, i)
		if !ok || s.blocked(i, influences) {
			continue
		}
		pf := planFix{
			place: i, minutes: cost(f.Minutes), fail: cost(f.FailMinutes), needs: needs,
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
		return cmp.Compare(b.works(pl.weights), a.works(pl.weights))
	})
	pl.fixes = pl.fixes[:min(len(pl.fixes), maxPlanFixes)]
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

// states is how many states the plan could meet; beyond limit it stops counting.
func (pl *plan) states(limit int) int {
	n := 1 << len(pl.fixes)
	for _, q := range pl.questions {
		if n > limit {
			break
		}
		n *= len(q.like) + 1
	}
	return n
}

func (pl *plan) setOut() {
	radix := 1 << len(pl.fixes)
	for i := range pl.questions {
		pl.questions[i].radix = radix
		radix *= len(pl.questions[i].like) + 1
	}
	pl.memo = make([]float64, radix)
	pl.given = make([]int, len(pl.questions))
	pl.scratch = make([]float64, (len(pl.questions)+len(pl.fixes)+1)*len(pl.weights))
	copy(pl.scratch, pl.weights)
	again := EscalateMinutes // what comes after a failed try, at least
	for _, f := range pl.fixes {
		again = min(again, f.minutes)
	}
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
