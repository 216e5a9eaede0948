package playbooks

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"syncfix/diagnose"
)

func netsuite(t *testing.T) diagnose.Playbook {
	t.Helper()
	l, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	p, ok := l.Get("oracle-netsuite-login")
	if !ok {
		t.Fatal("oracle-netsuite-login is not embedded")
	}
	return p
}

func disconnects(f diagnose.Fix) bool {
	return slices.ContainsFunc(f.Steps, func(s diagnose.Step) bool { return s.Gate.Kind == diagnose.GateDisconnect })
}

func solves(f diagnose.Fix, cause string) bool {
	return slices.ContainsFunc(f.Solves, func(s diagnose.Solves) bool { return s.Cause == cause })
}

// fits says whether an answer is to be expected where only this cause is at work:
// it doesn't speak against the cause, nor strongly for another.
func fits(a diagnose.Answer, cause string) bool {
	return !slices.ContainsFunc(a.Speaks, func(s diagnose.Speaks) bool {
		if s.Cause == cause {
			return s.Word.Ratio() < 1
		}
		return s.Word.Ratio() >= diagnose.StronglyFor.Ratio()
	})
}

// asked lists how many questions it takes until a fix for the cause is offered,
// for every way in which the questions can be answered where it is at work.
func asked(t *testing.T, p diagnose.Playbook, cause string, evidence []diagnose.Evidence) []int {
	t.Helper()
	d := diagnose.Next(p, evidence)
	switch d.Kind {
	case diagnose.Try:
		if f, _ := p.Fix(d.Fix); !solves(f, cause) {
			t.Errorf("%s: tries %s after %v", cause, d.Fix, evidence)
		}
		return []int{0}
	case diagnose.Escalate:
		t.Errorf("%s: hands over after %v: %s", cause, evidence, d.Reason)
		return []int{0}
	}
	var counts []int
	q, _ := p.Question(d.Question)
	for _, a := range q.Answers {
		if fits(a, cause) {
			next := append(slices.Clone(evidence), diagnose.Evidence{Kind: diagnose.KindAnswer, Question: q.ID, Answer: a.ID})
			for _, n := range asked(t, p, cause, next) {
				counts = append(counts, n+1)
			}
		}
	}
	return counts
}

func TestNetSuiteFindsEachCauseSoon(t *testing.T) {
	p := netsuite(t)
	var even []diagnose.Evidence
	for _, c := range p.Causes {
		even = append(even, diagnose.Evidence{Kind: diagnose.KindLearned, Cause: c.ID, Weight: 5})
	}
	for name, start := range map[string][]diagnose.Evidence{"as the playbook starts": nil, "all four equally likely": even} {
		t.Run(name, func(t *testing.T) {
			mean := 0.0
			for _, c := range p.Causes {
				counts, sum := asked(t, p, c.ID, start), 0
				for _, n := range counts {
					sum += n
				}
				t.Logf("%s: %v questions", c.ID, counts)
				if most := slices.Max(counts); most > 3 {
					t.Errorf("%s takes up to %d questions", c.ID, most)
				}
				mean += float64(sum) / float64(len(counts)) / float64(len(p.Causes))
			}
			if mean > 2.3 {
				t.Errorf("%.2f questions on average", mean)
			}
		})
	}
}

// walk follows every path through the playbook: every answer, every way out,
// every fix failing. Paths that know the same are followed once.
type walk struct {
	t       *testing.T
	p       diagnose.Playbook
	seen    map[string]bool
	reasons map[string]bool // of hand-offs
	offered map[string]bool // fixes
}

func (w *walk) from(evidence []diagnose.Evidence) {
	key := known(evidence)
	if w.seen[key] || w.t.Failed() {
		return
	}
	w.seen[key] = true
	if len(evidence) > 40 {
		w.t.Fatalf("no end: %v", evidence)
	}
	d := diagnose.Next(w.p, evidence)
	w.checkWords(d.Reason)
	switch d.Kind {
	case diagnose.Escalate:
		w.reasons[d.Reason] = true
	case diagnose.Ask:
		q, _ := w.p.Question(d.Question)
		for _, id := range append(answerIDs(q), diagnose.NotSure) {
			w.from(append(slices.Clone(evidence), diagnose.Evidence{Kind: diagnose.KindAnswer, Question: q.ID, Answer: id}))
		}
	case diagnose.Try:
		w.offered[d.Fix] = true
		f, _ := w.p.Fix(d.Fix)
		w.checkOffer(f, evidence)
		for _, s := range f.Steps {
			for _, c := range s.Cannot {
				w.from(append(slices.Clone(evidence), diagnose.Evidence{Kind: diagnose.KindCannot, Fix: f.ID, Cannot: c.ID}))
			}
		}
		w.from(append(slices.Clone(evidence), diagnose.Evidence{Kind: diagnose.KindCannot, Fix: f.ID}))
		w.from(append(diagnose.StaleAfter(w.p, f.ID, evidence), diagnose.Evidence{Kind: diagnose.KindFixFailed, Fix: f.ID}))
	}
}

func answerIDs(q diagnose.Question) []string {
	var ids []string
	for _, a := range q.Answers {
		ids = append(ids, a.ID)
	}
	return ids
}

// known is what evidence amounts to: what fixes came to, in order, and the
// answers that count, before and after the last of them.
func known(evidence []diagnose.Evidence) string {
	var before, after, tries []string
	for _, e := range evidence {
		switch {
		case e.Kind == diagnose.KindFixFailed || e.Kind == diagnose.KindCannot:
			tries = append(tries, e.Fix+"/"+e.Cannot)
			before, after = append(before, after...), nil
		case !e.Stale:
			after = append(after, e.Question+e.Answer)
		}
	}
	for _, e := range evidence { // a stale answer is open again
		if e.Stale {
			before = slices.DeleteFunc(before, func(s string) bool { return s == e.Question+e.Answer })
		}
	}
	slices.Sort(before)
	slices.Sort(after)
	return fmt.Sprint(tries, before, after)
}

func (w *walk) checkWords(reason string) {
	if reason == "" || len(reason) > 300 || strings.Contains(reason, "_") {
		w.t.Errorf("reason %q", reason)
	}
}

// checkOffer: a dear fix is never a shot in the dark while something is left to
// ask, and a second disconnect has a reason that the first did not use up.
func (w *walk) checkOffer(f diagnose.Fix, evidence []diagnose.Evidence) {
	directed := len(evidence) > 0 && evidence[len(evidence)-1].Kind == diagnose.KindCannot && evidence[len(evidence)-1].Cannot != ""
	works := 0.0
	for _, r := range diagnose.Rank(w.p, evidence) {
		for _, s := range f.Solves {
			if s.Cause == r.Cause {
				works += r.Likelihood * s.How
			}
		}
	}
	open := 0
	for _, q := range w.p.Questions {
		if !slices.ContainsFunc(evidence, func(e diagnose.Evidence) bool { return e.Question == q.ID && !e.Stale }) {
			open++
		}
	}
	if f.Destructive && !directed && works < f.OfferAt/2 && open > 0 {
		w.t.Errorf("%s is offered at %.2f with %d questions open: %v", f.ID, works, open, evidence)
	}
	disconnected := slices.ContainsFunc(evidence, func(e diagnose.Evidence) bool {
		g, _ := w.p.Fix(e.Fix)
		return e.Kind == diagnose.KindFixFailed && disconnects(g)
	})
	if disconnects(f) && disconnected && !w.newReason(f, evidence) {
		w.t.Errorf("%s disconnects again without a new reason: %v", f.ID, evidence)
	}
	if f.ID == "reconnect_tokens" && !slices.ContainsFunc(evidence, func(e diagnose.Evidence) bool {
		return e.Kind == diagnose.KindCannot && e.Fix == "two_factor_off" && e.Cannot != ""
	}) {
		w.t.Errorf("tokens before the 2FA change was found impossible: %v", evidence)
	}
}

// newReason says whether an answer or a way out speaks for a cause of f on which
// no disconnect has failed since.
func (w *walk) newReason(f diagnose.Fix, evidence []diagnose.Evidence) bool {
	spent := map[string]bool{}
	for _, e := range slices.Backward(evidence) {
		g, _ := w.p.Fix(e.Fix)
		if e.Kind == diagnose.KindFixFailed && disconnects(g) {
			for _, s := range g.Solves {
				spent[s.Cause] = true
			}
		}
		q, _ := w.p.Question(e.Question)
		a, _ := q.Answer(e.Answer)
		speaks := a.Speaks
		if way, _, ok := g.WayOut(e.Cannot); ok && e.Kind == diagnose.KindCannot {
			speaks = way.Speaks
		}
		for _, s := range speaks {
			if !e.Stale && s.Word.Ratio() > 1 && !spent[s.Cause] && solves(f, s.Cause) {
				return true
			}
		}
	}
	return false
}

func TestNetSuiteEveryPath(t *testing.T) {
	if testing.Short() {
		t.Skip("walks every path")
	}
	w := &walk{t: t, p: netsuite(t), seen: map[string]bool{}, reasons: map[string]bool{}, offered: map[string]bool{}}
	w.from(nil)
	t.Logf("%d states, %d reasons to hand over", len(w.seen), len(w.reasons))
	for _, f := range w.p.Fixes {
		if !w.offered[f.ID] {
			t.Errorf("no path offers %s", f.ID)
		}
	}
	for _, f := range w.p.Fixes {
		for _, s := range f.Steps {
			for _, c := range s.Cannot {
				if c.Hand != "" && !w.reasons[c.Hand] {
					t.Errorf("no path hands over for %q", c.Hand)
				}
			}
		}
	}
}
