package playbooks

import (
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

// asked lists how many questions it takes until a fix for the cause is offered,
// for every way in which the questions can be answered where it is at work.
func asked(t *testing.T, p diagnose.Playbook, cause string, evidence []diagnose.Evidence) []int {
	t.Helper()
	d := diagnose.Next(p, evidence)
	switch d.Kind {
	case diagnose.Try:
		if f, _ := p.Fix(d.Fix); howWell(f, cause) == 0 {
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

// checkOffer: a dear fix is never a shot in the dark while something is left to
// ask, and tokens come only where 2FA can't be switched off.
func checkOffer(t *testing.T, p diagnose.Playbook, f diagnose.Fix, evidence []diagnose.Evidence) {
	t.Helper()
	directed := len(evidence) > 0 && evidence[len(evidence)-1].Kind == diagnose.KindCannot && evidence[len(evidence)-1].Cannot != ""
	works := 0.0
	for _, r := range diagnose.Rank(p, evidence) {
		works += r.Likelihood * howWell(f, r.Cause)
	}
	open := 0
	for _, q := range p.Questions {
		if !slices.ContainsFunc(evidence, func(e diagnose.Evidence) bool { return e.Question == q.ID && !e.Stale }) {
			open++
		}
	}
	if f.Destructive && !directed && works < f.OfferAt/2 && open > 0 {
		t.Errorf("%s is offered at %.2f with %d questions open: %v", f.ID, works, open, evidence)
	}
	if f.ID == "reconnect_tokens" && !slices.ContainsFunc(evidence, func(e diagnose.Evidence) bool {
		return e.Kind == diagnose.KindCannot && e.Fix == "two_factor_off" && e.Cannot != ""
	}) {
		t.Errorf("tokens before the 2FA change was found impossible: %v", evidence)
	}
}

// Every answer, every way out, every fix failing.
func TestNetSuiteEveryPath(t *testing.T) {
	if testing.Short() {
		t.Skip("walks every path")
	}
	p := netsuite(t)
	w := newWalk(p)
	reasons, offered, ends := map[string]bool{}, map[string]bool{}, 0
	w.all(w.at(nil), func(s *state) {
		if r := s.next.Reason; r == "" || len(r) > 300 || strings.Contains(r, "_") {
			t.Errorf("reason %q", r)
		}
		switch f, _ := p.Fix(s.next.Fix); s.next.Kind {
		case diagnose.Escalate:
			ends++
			reasons[s.next.Reason] = true
		case diagnose.Try:
			offered[f.ID] = true
			checkOffer(t, p, f, s.evidence)
			if w.again(s) {
				t.Errorf("%s disconnects again without a new reason: %v", f.ID, s.evidence)
			}
		}
		if len(s.evidence) > 40 {
			t.Errorf("no end: %v", s.evidence)
		}
	})
	t.Logf("%d states, %d of them hand-offs, for %d reasons", len(w.states), ends, len(reasons))
	for _, f := range p.Fixes {
		if !offered[f.ID] {
			t.Errorf("no path offers %s", f.ID)
		}
		for _, s := range f.Steps {
			for _, c := range s.Cannot {
				if c.Hand != "" && !reasons[c.Hand] {
					t.Errorf("no path hands over for %q", c.Hand)
				}
			}
		}
	}
}

// What lint says of the playbook: its promise to those who answer questions.
func TestNetSuiteFigures(t *testing.T) {
	f := figuresOf(netsuite(t))
	for name, o := range map[string]Odds{"even": f.Even, "start": f.Start} {
		t.Logf("%s: %+v", name, o)
		if o.Most > 3 || o.Questions > 2.3 {
			t.Errorf("%s odds: %.2f questions on average, %d at most", name, o.Questions, o.Most)
		}
		if o.FirstRight < 0.9 {
			t.Errorf("%s odds: the first fix is right in %.2f", name, o.FirstRight)
		}
	}
}
