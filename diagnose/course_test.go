package diagnose_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncfix/diagnose"
)

// A question for the alert's words is never asked of people; what the alert said
// counts like any answer, and a person's later word replaces it.
func TestTheAlertsOwnQuestion(t *testing.T) {
	p := kettle()
	p.Questions = append(p.Questions, diagnose.Question{ID: "code", Text: "Which code does the alert show?", Who: diagnose.WhoAlert, Answers: []diagnose.Answer{
		{ID: "e1", Text: "E1", Says: "The alert shows code E1", Speaks: speaks("coil", diagnose.Confirms)},
		{ID: "e2", Text: "E2", Says: "The alert shows code E2", Speaks: speaks("coil", diagnose.RulesOut)},
	}})
	p.Fixes[1].Requires = []diagnose.Requires{{Question: "code", Answer: "e2"}}
	var evidence []diagnose.Evidence
	for range 20 {
		d := diagnose.Next(p, evidence)
		if d.Kind == diagnose.Escalate {
			break
		}
		if d.Question == "code" || d.Fix == "new_fuse" {
			t.Fatalf("%s, which only the alert's words allow", does(d))
		}
		if d.Kind == diagnose.Ask {
			evidence = append(evidence, answer(d.Question, diagnose.NotSure))
		} else {
			evidence = append(evidence, failed(d.Fix))
		}
	}
	said := []diagnose.Evidence{answer("code", "e1")}
	if got := diagnose.Rank(p, said)[0]; got.Cause != "coil" || got.Why != "The alert shows code E1." {
		t.Errorf("the alert says E1, and first is %+v", got)
	}
	const quick = "“Not plugged in” is unlikely, but soon tried: 1 minute."
	if got := diagnose.Next(p, said).Reason; got != quick {
		t.Errorf("reason %q, want %q", got, quick)
	}
	if got := diagnose.Explain(p, said); !strings.Contains(got, "The alert shows code E1: ") {
		t.Errorf("not explained:\n%s", got)
	}
	changed := []diagnose.Evidence{said[0], answer("code", "e2")}
	if diff := cmp.Diff(diagnose.Rank(p, []diagnose.Evidence{answer("code", "e2")}), diagnose.Rank(p, changed)); diff != "" {
		t.Errorf("a person's later word doesn't replace the alert's:\n%s", diff)
	}
}

// clinic has three causes, each with a question that confirms it or rules it out
// and a fix for it alone.
func clinic() diagnose.Playbook {
	p := diagnose.Playbook{Version: 1, ID: "clinic"}
	for _, id := range []string{"a", "b", "c"} {
		p.Causes = append(p.Causes, diagnose.Cause{ID: id, Name: "Cause " + id, Frequency: diagnose.Common})
		p.Questions = append(p.Questions, diagnose.Question{ID: id + "?", Text: "Is it " + id + "?", Minutes: 3, Answers: []diagnose.Answer{
			{ID: "yes", Text: "Yes", Speaks: speaks(id, diagnose.Confirms)}, {ID: "no", Text: "No", Speaks: speaks(id, diagnose.RulesOut)},
		}})
		p.Fixes = append(p.Fixes, diagnose.Fix{ID: "fix_" + id, Title: "Fix " + id, Minutes: 10, FailMinutes: 20, Stale: []string{id + "?"}, Solves: []diagnose.Solves{{Cause: id, How: 0.95}}})
	}
	return p
}

// Answers that can't all be true leave the causes they name in front: they are
// fixed one after the other, nothing is asked again, and no hand-off comes before.
func TestContradictionsDontCorner(t *testing.T) {
	p := clinic()
	evidence := []diagnose.Evidence{answer("a?", "yes"), answer("b?", "yes"), answer("c?", "no")}
	for i, want := range []string{"try fix_a", "try fix_b"} {
		d := diagnose.Next(p, evidence)
		if got := does(d); got != want {
			t.Fatalf("%d: %s, want %s\n%s", i, got, want, diagnose.Explain(p, evidence))
		}
		evidence = append(diagnose.StaleAfter(p, d.Fix, evidence), failed(d.Fix))
	}
	none := []diagnose.Evidence{answer("a?", "no"), answer("b?", "no"), answer("c?", "no")}
	if got := does(diagnose.Next(p, none)); got != "escalate" {
		t.Errorf("nothing is left: %s", got)
	}
	if got := does(diagnose.Next(p, append(none, answer("b?", "yes")))); got != "try fix_b" {
		t.Errorf("an answer taken back: %s", got)
	}
}

// Where two causes are at work, the second is found after the first was fixed,
// from what is known and what the fix made stale.
func TestTwoCausesAtOnce(t *testing.T) {
	p := clinic()
	actual := map[string]bool{"b": true, "c": true}
	var evidence []diagnose.Evidence
	asked := map[string]int{}
	for range 12 {
		d := diagnose.Next(p, evidence)
		switch d.Kind {
		case diagnose.Ask:
			asked[d.Question]++
			id := "no"
			if actual[strings.TrimSuffix(d.Question, "?")] {
				id = "yes"
			}
			evidence = append(evidence, answer(d.Question, id))
		case diagnose.Try:
			delete(actual, strings.TrimPrefix(d.Fix, "fix_"))
			if len(actual) == 0 {
				for q, n := range asked {
					if n > 1 {
						t.Errorf("asks %s %d times", q, n)
					}
				}
				return
			}
			evidence = append(diagnose.StaleAfter(p, d.Fix, evidence), failed(d.Fix))
		default:
			t.Fatalf("hands over\n%s", diagnose.Explain(p, evidence))
		}
	}
	t.Fatalf("not found: %+v", evidence)
}

// A cause that is found but has no fix is handed over as what it is.
func TestAFoundCauseWithoutAFixIsNamed(t *testing.T) {
	p := diagnose.Playbook{
		Causes: []diagnose.Cause{{ID: "gone", Name: "The contact is gone", Frequency: diagnose.Common}, {ID: "renamed", Name: "Renamed", Frequency: diagnose.Common}},
		Questions: []diagnose.Question{{ID: "there", Text: "Is it there?", Minutes: 3, Answers: []diagnose.Answer{
			{ID: "no", Text: "No", Speaks: []diagnose.Speaks{{"gone", diagnose.Confirms}, {"renamed", diagnose.RulesOut}}},
			{ID: "yes", Text: "Yes", Speaks: []diagnose.Speaks{{"gone", diagnose.RulesOut}}},
		}}},
		Fixes: []diagnose.Fix{{ID: "name", Title: "Name it", Solves: []diagnose.Solves{{"renamed", 0.9}}, Minutes: 5, OfferAt: diagnose.DefaultOfferAt}},
	}
	d := diagnose.Next(p, []diagnose.Evidence{{Kind: diagnose.KindAnswer, Question: "there", Answer: "no"}})
	if want := "“The contact is gone” is most likely, and no steps are known for it."; d.Kind != diagnose.Escalate || d.Reason != want {
		t.Errorf("%s: %q, want %q", d.Kind, d.Reason, want)
	}
}

// A cause whose only fix can't be done is handed over with both.
func TestAFixThatCannotBeDoneIsNamed(t *testing.T) {
	p := diagnose.Playbook{
		Causes: []diagnose.Cause{{ID: "gone", Name: "The contact is gone", Frequency: diagnose.Common}},
		Fixes:  []diagnose.Fix{{ID: "new", Title: "Make it anew", Solves: []diagnose.Solves{{"gone", 0.9}}, Minutes: 5, OfferAt: diagnose.DefaultOfferAt}},
	}
	d := diagnose.Next(p, []diagnose.Evidence{{Kind: diagnose.KindCannot, Fix: "new"}})
	if want := "“The contact is gone” is most likely, but its steps can't be done here."; d.Kind != diagnose.Escalate || d.Reason != want {
		t.Errorf("%s: %q, want %q", d.Kind, d.Reason, want)
	}
}
