package playbooks

import (
	"slices"
	"strings"

	"syncfix/diagnose"
)

// An Offered is what a case of a playbook comes to: a question, a fix or a hand-off.
type Offered struct {
	Next     diagnose.Decision
	Evidence []diagnose.Evidence // what is known by then
}

// maxOffersLooked bounds how many states Offers looks at.
const maxOffersLooked = 2000

// Offers lists every question, every fix and every hand-off that a case of the playbook can come to, each once, as it
// first turns up: on the shortest way to it. Hand-offs whose reasons differ only in the names they quote are one. Of the
// largest playbooks only the nearest 2,000 states are looked at.
func Offers(p diagnose.Playbook) []Offered {
	w := newWalk(p)
	start := w.at(nil)
	var list []Offered
	seen := map[*state]bool{start: true}
	looked := 0
	for todo := []*state{start}; len(todo) > 0 && looked < maxOffersLooked; looked++ {
		s := todo[0]
		todo = todo[1:]
		if !slices.ContainsFunc(list, func(o Offered) bool { return sameOffer(o.Next, s.next) }) {
			list = append(list, Offered{s.next, slices.Clone(s.evidence)})
		}
		for _, v := range w.from(s) {
			if v.to != nil && !seen[v.to] {
				seen[v.to] = true
				todo = append(todo, v.to)
			}
		}
	}
	return list
}

func sameOffer(a, b diagnose.Decision) bool {
	if a.Kind == diagnose.Escalate && b.Kind == diagnose.Escalate {
		return unquoted(a.Reason) == unquoted(b.Reason)
	}
	return a.Kind == b.Kind && a.Question == b.Question && a.Fix == b.Fix
}

// unquoted is a reason without the names in it, however many there are, and what is said of the last.
func unquoted(reason string) string {
	before, rest, found := strings.Cut(reason, "“")
	if !found {
		return reason
	}
	_, after, _ := strings.Cut(rest, "”")
	if before != "" {
		return before
	}
	return after
}
