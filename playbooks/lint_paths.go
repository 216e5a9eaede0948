package playbooks

import (
	"fmt"
	"slices"

	"syncfix/diagnose"
)

// A survey is what the paths of a playbook come to.
type survey struct {
	asked, offered map[string]bool
	again          []string // fixes that disconnect a second time without a new reason
	endless        bool
}

// checkPaths follows every path a case can take, and reports what none of them
// reaches and what none of them may do.
func (s *document) checkPaths() {
	v := survey{asked: map[string]bool{}, offered: map[string]bool{}}
	w := newWalk(s.p)
	for i, evidence := range starts(s.p) {
		if i > 0 && v.complete(s.p) {
			break // what an alert's words say only shortens the way
		}
		w.all(w.at(evidence), func(st *state) { v.visit(w, st) })
	}
	s.reportPaths(w, v)
	s.states, s.cut = len(w.states), w.cut
}

func (v *survey) visit(w *walk, st *state) {
	v.asked[st.next.Question], v.offered[st.next.Fix] = true, true
	if w.again(st) && !slices.Contains(v.again, st.next.Fix) {
		v.again = append(v.again, st.next.Fix)
	}
	v.endless = v.endless || st.endless
}

// complete says whether every question has been asked and every fix offered.
func (v *survey) complete(p diagnose.Playbook) bool {
	for _, q := range p.Questions {
		if !v.asked[q.ID] {
			return false
		}
	}
	for _, f := range p.Fixes {
		if !v.offered[f.ID] {
			return false
		}
	}
	return true
}

func (s *document) reportPaths(w *walk, v survey) {
	for i, q := range s.p.Questions {
		switch {
		case q.Who == diagnose.WhoAlert:
			if !s.answeredByAlert(q.ID) {
				s.report(Error, s.questionAt(i), fmt.Sprintf("question %q can never be answered: only an alert may, and no phrase does", q.ID),
					fmt.Sprintf("add to a phrase: answers: {%s: %s}; or let people answer: who: support", q.ID, q.Answers[0].ID))
			}
		case !v.asked[q.ID] && !w.cut && !s.silent(q):
			s.report(Error, s.questionAt(i), fmt.Sprintf("question %q is never asked, whatever is known", q.ID),
				"let its answers say more about causes with different fixes, or take less time (\"takes\"); otherwise drop it")
		}
	}
	for i, f := range s.p.Fixes {
		if !v.offered[f.ID] && !w.cut {
			s.report(Error, s.fixAt(i), fmt.Sprintf("fix %q is never offered, whatever is known", f.ID), neverOffered(f))
		}
		if slices.Contains(v.again, f.ID) {
			s.report(Error, s.fixAt(i), fmt.Sprintf("fix %q can disconnect a second time without a new reason", f.ID),
				"let the way out that leads to it say what it speaks for (\"speaks\"), or hand over there instead (\"hand\")")
		}
	}
	if v.endless {
		s.report(Error, s.root.at, "a case can go on without an end", "let its ways out lead to a hand-off")
	}
	if w.cut {
		s.report(Hint, s.root.at, fmt.Sprintf("there are more than %d ways a case can go; not all were looked at", maxStates), "drop questions or ways out that change little")
	}
}

// neverOffered is what to do about a fix that is never offered.
func neverOffered(f diagnose.Fix) string {
	switch {
	case len(f.Requires) > 0:
		return "what it requires never comes about where its cause is likely: correct \"requires\", or let that answer speak for its cause"
	case f.Destructive:
		return "add an answer that confirms its cause, so that it becomes likely enough for a destructive fix; otherwise drop it"
	}
	return "another fix for its causes always goes first, or they are never likely enough: correct \"solves\" and \"takes\", or drop it"
}

func (s *document) answeredByAlert(question string) bool {
	return slices.ContainsFunc(s.p.Alerts.Phrases, func(ph diagnose.Phrase) bool {
		return slices.ContainsFunc(ph.Answers, func(a diagnose.Answered) bool { return a.Question == question })
	})
}
