package diagnose

import "slices"

// Next says what to do next: ask a question, try a fix, or hand over. It is
// total (any evidence gets an answer) and deterministic, and takes a few
// milliseconds at most.
//
// A pick or a way out of a step that a person took comes first, until its fix
// has failed. Otherwise the choice has the least expected cost of repair; see
// plan. What no cost can buy:
//
//   - a fix whose Requires don't hold, or a step of which can't be done
//   - a fix that failed, until something known since speaks for a cause it solves
//   - a destructive fix below its OfferAt while a question is left that could tell
//     more, or below half of it at all
//   - a second destructive fix without a reason that the first did not use up
//   - a third try of a fix, or a fourth of destructive ones
//   - any fix while something else is the most likely cause: that is handed over,
//     at once if it is all but certain, otherwise unless a question is worth its minutes
func Next(p Playbook, evidence []Evidence) Decision {
	if len(evidence) == 0 && p.First != nil {
		return *p.First
	}
	s := stand(p, evidence)
	if d, ok := s.directed(); ok {
		return d
	}
	influences := s.influences()
	likelihood := belief(s.start(), influences)
	pl, a := s.plan(likelihood, influences)
	if a.kind == Ask {
		q := pl.questions[a.index]
		return Decision{Kind: Ask, Question: p.Questions[q.place].ID, Reason: s.askReason(q, likelihood)}
	}
	ranking := s.rank(likelihood, influences)
	if a.kind == Try {
		f := pl.fixes[a.index].place
		return Decision{Kind: Try, Fix: p.Fixes[f].ID, Reason: s.tryReason(f, ranking)}
	}
	if ranking[0].Cause == OtherCause {
		return Decision{Kind: Escalate, Reason: otherReason(ranking)}
	}
	return Decision{Kind: Escalate, Reason: s.endReason(ranking[0])}
}

// directed is what a person's pick, or the way out of a step, says comes next.
func (s *standing) directed() (Decision, bool) {
	if s.directive == none {
		return Decision{}, false
	}
	e := s.evidence[s.directive]
	if e.Kind == KindPicked {
		return s.pickedFix(e)
	}
	from, _ := s.p.Fix(e.Fix)
	way, _, _ := from.WayOut(e.Cannot)
	if way.Fix != "" {
		f := s.p.fixIndex(way.Fix)
		if f >= 0 && s.undoable[f] == none && s.requirementsHold(f) {
			return Decision{Kind: Try, Fix: way.Fix, Reason: way.saying() + ": this is the other way."}, true
		}
		return Decision{Kind: Escalate, Reason: way.saying() + ", and there is no other way left to try here."}, true
	}
	return Decision{Kind: Escalate, Reason: sentence(way.Hand) + "."}, true
}

func (s *standing) pickedFix(e Evidence) (Decision, bool) {
	c := s.p.causeIndex(e.Cause)
	if e.Cause == OtherCause {
		return Decision{Kind: Escalate, Reason: "Somebody here said that it is something else."}, true
	}
	best, how := none, 0.0
	for f, fix := range s.p.Fixes {
		if !s.requirementsHold(f) {
			continue
		}
		for _, v := range fix.Solves {
			cured := v.How
			if s.undoable[f] != none { // done only if nothing else is left
				cured /= 1000
			}
			if s.p.causeIndex(v.Cause) == c && cured > how {
				best, how = f, cured
			}
		}
	}
	if best == none {
		return Decision{}, false
	}
	return Decision{Kind: Try, Fix: s.p.Fixes[best].ID, Reason: "Somebody here picked “" + s.p.Causes[c].Name + "”."}, true
}

// requirementsHold says whether every question and fix that f requires
// something of has one of the answers or ways out it names.
func (s *standing) requirementsHold(f int) bool {
	reqs := s.p.Fixes[f].Requires
	return !slices.ContainsFunc(reqs, func(r Requires) bool {
		return !slices.ContainsFunc(reqs, func(alt Requires) bool { return alt.sameSubject(r) && s.observed(alt) })
	})
}

// sameSubject says whether two requirements are alternatives of one another.
func (r Requires) sameSubject(other Requires) bool {
	return r.Question == other.Question && r.Fix == other.Fix
}

func (s *standing) observed(r Requires) bool {
	if r.Question != "" {
		q := s.p.questionIndex(r.Question)
		return q >= 0 && s.answered[q] != none && s.evidence[s.answered[q]].Answer == r.Answer
	}
	f := s.p.fixIndex(r.Fix)
	return f >= 0 && s.wayOut[f] != none && s.evidence[s.wayOut[f]].Cannot == r.Cannot
}

// How often things are tried before a human takes over, unless somebody picks them.
const (
	maxTries       = 2 // one fix
	maxDestructive = 3 // destructive fixes, together
)

// tried says how the tries of fix f stand: out too where a step of it can't be
// done. What it requires is looked at elsewhere, since answers to come may bring it.
func (s *standing) tried(f int, influences []influence) state {
	tries := len(s.failed[f])
	switch {
	case s.undoable[f] != none || tries >= maxTries:
		return triedOut
	case tries == 0:
		return untried
	}
	last := s.failed[f][tries-1]
	if slices.ContainsFunc(influences, func(in influence) bool { return in.at > last && s.speaksForFix(in, f) }) {
		return wakened
	}
	return triedOnce
}

func (s *standing) speaksForFix(in influence, f int) bool {
	for c, r := range in.speaks {
		if r > 1 && s.cures(f, c) {
			return true
		}
	}
	return false
}

// destructiveFailures is when a destructive fix for the cause at c last failed,
// or none, and how often any destructive fix did.
func (s *standing) destructiveFailures(c int) (last, count int) {
	last = none
	for f, ats := range s.failed {
		if !s.p.Fixes[f].Destructive || len(ats) == 0 {
			continue
		}
		count += len(ats)
		if s.cures(f, c) {
			last = max(last, ats[len(ats)-1])
		}
	}
	return last, count
}

// unusedReasons is the set of causes for which something speaks that no
// destructive fix has failed on since.
func (s *standing) unusedReasons(influences []influence) causeSet {
	var set causeSet
	for c := range s.p.Causes {
		last, _ := s.destructiveFailures(c)
		for _, in := range influences {
			if in.speaks[c] > 1 && in.at > last {
				set = set.with(c)
			}
		}
	}
	return set
}

// StaleAfter returns the evidence with the answers marked that no longer hold
// once the fix was carried out. It changes nothing that it was given.
func StaleAfter(p Playbook, fix string, evidence []Evidence) []Evidence {
	marked := slices.Clone(evidence)
	f, ok := p.Fix(fix)
	if !ok {
		return marked
	}
	for i, e := range marked {
		if e.Kind == KindAnswer && slices.Contains(f.Stale, e.Question) {
			marked[i].Stale = true
		}
	}
	return marked
}

// A causeSet is a set of the places of causes. Places from 63 on are never in it;
// package playbooks refuses playbooks that long.
type causeSet uint64

func (s causeSet) with(c int) causeSet {
	if c < 0 || c >= 63 {
		return s
	}
	return s | 1<<c
}

func (s causeSet) has(c int) bool { return c >= 0 && c < 63 && s&(1<<c) != 0 }
