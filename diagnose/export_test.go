package diagnose

import "math"

// Planned is what the plan expects a case to cost of which nothing is known, with
// as much work as it takes.
func Planned(p Playbook) float64 {
	s := stand(p, nil)
	likelihood := belief(s.start(), nil)
	open := s.openQuestions(likelihood)
	_, minutes, _ := newPlan(&s, likelihood, nil, scope{open, len(open), maxPlanFixes, math.MaxInt}).decide()
	return minutes
}
