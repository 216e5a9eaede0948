package diagnose_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"syncfix/diagnose"
)

func order(r diagnose.Ranking) []string {
	var ids []string
	for _, c := range r {
		ids = append(ids, c.Cause)
	}
	return ids
}

func likelihood(t *testing.T, r diagnose.Ranking, cause string) float64 {
	t.Helper()
	for _, c := range r {
		if c.Cause == cause {
			return c.Likelihood
		}
	}
	t.Fatalf("%s is not in the ranking", cause)
	return 0
}

func TestRankOrder(t *testing.T) {
	for name, tc := range map[string]struct {
		evidence []diagnose.Evidence
		want     []string
	}{
		"nothing known: frequency, then the playbook's order": {nil, []string{"plug", "fuse", "coil", "other"}},
		"an answer rules out":    {[]diagnose.Evidence{answer("lamp", "on")}, []string{"coil", "other", "plug", "fuse"}},
		"an answer confirms":     {[]diagnose.Evidence{answer("wall", "out")}, []string{"plug", "fuse", "coil", "other"}},
		"the last answer counts": {[]diagnose.Evidence{answer("lamp", "on"), answer("lamp", "off")}, []string{"plug", "fuse", "other", "coil"}},
		"a stale answer doesn't": {
			[]diagnose.Evidence{{Kind: diagnose.KindAnswer, Question: "lamp", Answer: "on", Stale: true}},
			[]string{"plug", "fuse", "coil", "other"},
		},
		"a stale answer replaced the one before it": {
			[]diagnose.Evidence{answer("lamp", "on"), {Kind: diagnose.KindAnswer, Question: "lamp", Answer: "off", Stale: true}},
			[]string{"plug", "fuse", "coil", "other"},
		},
		"not sure takes an answer back": {[]diagnose.Evidence{answer("lamp", "on"), answer("lamp", diagnose.NotSure)}, []string{"plug", "fuse", "coil", "other"}},
		"unknown ids change nothing": {
			[]diagnose.Evidence{answer("lamp", "nonsense"), answer("nonsense", "on"), failed("nonsense"), cannot("new_fuse", "nonsense"), picked("nonsense"), {Kind: "rumour"}},
			[]string{"plug", "fuse", "coil", "other"},
		},
		"words of the alert speak": {[]diagnose.Evidence{{Kind: diagnose.KindSignal, Words: "fuse blown"}}, []string{"fuse", "plug", "coil", "other"}},
		"a failed fix sinks its cause": {
			[]diagnose.Evidence{answer("wall", "out"), {Kind: diagnose.KindAnswer, Question: "wall", Answer: "out", Stale: true}, failed("plug_in")},
			[]string{"fuse", "coil", "other", "plug"},
		},
		"a picked cause leads":             {[]diagnose.Evidence{picked("coil")}, []string{"coil", "plug", "fuse", "other"}},
		"a rejected cause goes far down":   {[]diagnose.Evidence{rejected("plug")}, []string{"fuse", "coil", "other", "plug"}},
		"picking takes the rejection back": {[]diagnose.Evidence{rejected("coil"), picked("coil")}, []string{"coil", "plug", "fuse", "other"}},
		"rejecting takes the pick back":    {[]diagnose.Evidence{picked("plug"), rejected("plug")}, []string{"fuse", "coil", "other", "plug"}},
		"the account's history speaks": {
			[]diagnose.Evidence{{Kind: diagnose.KindHistory, Cause: "coil", Age: 24 * time.Hour}},
			[]string{"coil", "plug", "fuse", "other"},
		},
		"outcomes learned set the start": {
			[]diagnose.Evidence{{Kind: diagnose.KindLearned, Cause: "fuse", Weight: 9}, {Kind: diagnose.KindLearned, Cause: "coil", Weight: math.NaN()}},
			[]string{"fuse", "plug", "coil", "other"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, order(diagnose.Rank(kettle(), tc.evidence))); diff != "" {
				t.Errorf("ranking (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRankSaysWhy(t *testing.T) {
	r := diagnose.Rank(kettle(), []diagnose.Evidence{answer("wall", "out")})
	want := diagnose.Ranked{Cause: "plug", Name: "Not plugged in", Band: diagnose.MostLikely, Why: "The plug is out."}
	want.Likelihood = r[0].Likelihood
	if diff := cmp.Diff(want, r[0]); diff != "" {
		t.Errorf("first (-want +got):\n%s", diff)
	}
	r = diagnose.Rank(kettle(), []diagnose.Evidence{answer("lamp", "on")})
	for _, c := range r {
		switch c.Cause {
		case "plug", "fuse":
			if c.Why != "The lamp is on." || c.Band != diagnose.RuledOut {
				t.Errorf("%s is %s: %s", c.Cause, c.Band, c.Why)
			}
		case "coil":
			if c.Band != diagnose.MostLikely {
				t.Errorf("coil is %s", c.Band)
			}
		}
	}
}

// What a word is said to weigh is what it weighs, where a question has nothing
// else to say.
func TestWordsWeighWhatTheTableSays(t *testing.T) {
	for word, ratio := range map[diagnose.Word]float64{
		diagnose.Confirms: 50, diagnose.StronglyFor: 9, diagnose.For: 3,
		diagnose.Against: 1.0 / 3, diagnose.StronglyAgainst: 1.0 / 9, diagnose.RulesOut: 1.0 / 50,
	} {
		p := kettle()
		p.Alerts.Phrases = append(p.Alerts.Phrases, diagnose.Phrase{Text: "sparks", Speaks: speaks("plug", word)})
		before, after := diagnose.Rank(p, nil), diagnose.Rank(p, []diagnose.Evidence{{Kind: diagnose.KindSignal, Words: "sparks"}})
		odds := func(r diagnose.Ranking) float64 { return likelihood(t, r, "plug") / likelihood(t, r, "fuse") }
		if got := odds(after) / odds(before); math.Abs(got-ratio) > 1e-9*ratio {
			t.Errorf("%s moves the odds by %g, want %g", word, got, ratio)
		}
	}
}

func TestHistoryFades(t *testing.T) {
	at := func(age time.Duration) float64 {
		return likelihood(t, diagnose.Rank(kettle(), []diagnose.Evidence{{Kind: diagnose.KindHistory, Cause: "coil", Age: age}}), "coil")
	}
	none := likelihood(t, diagnose.Rank(kettle(), nil), "coil")
	if !(at(time.Hour) > at(30*24*time.Hour) && at(30*24*time.Hour) > at(400*24*time.Hour) && at(400*24*time.Hour) > none) {
		t.Errorf("an hour %g, a month %g, a year %g, never %g", at(time.Hour), at(30*24*time.Hour), at(400*24*time.Hour), none)
	}
}

func TestRankProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlaybook(t)
		evidence := drawEvidence(t, p)
		before := slices.Clone(evidence)
		r := diagnose.Rank(p, evidence)
		if !slices.Equal(before, evidence) {
			t.Fatal("Rank changed the evidence")
		}
		if len(r) != len(p.Causes)+1 {
			t.Fatalf("%d ranked, want %d causes and other", len(r), len(p.Causes))
		}
		sum := 0.0
		for i, c := range r {
			if !(c.Likelihood > 0 && c.Likelihood <= 1) || c.Band == "" || c.Why == "" || c.Name == "" {
				t.Fatalf("incomplete: %+v", c)
			}
			if i > 0 && c.Likelihood > r[i-1].Likelihood+1e-8 {
				t.Fatalf("not in order: %v", r)
			}
			sum += c.Likelihood
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Fatalf("likelihoods add up to %g", sum)
		}
		if diff := cmp.Diff(r, diagnose.Rank(p, evidence)); diff != "" {
			t.Fatalf("not the same again:\n%s", diff)
		}
	})
}

// Answers to different questions may come in any order.
func TestRankIgnoresTheOrderOfAnswers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlaybook(t)
		var evidence []diagnose.Evidence
		for _, q := range p.Questions {
			if rapid.Bool().Draw(t, "asked") {
				evidence = append(evidence, answer(q.ID, rapid.SampledFrom(q.Answers).Draw(t, "answer").ID))
			}
		}
		shuffled := rapid.Permutation(evidence).Draw(t, "order")
		if diff := cmp.Diff(diagnose.Rank(p, evidence), diagnose.Rank(p, shuffled)); diff != "" {
			t.Fatalf("another order, another ranking:\n%s", diff)
		}
	})
}

func TestExplain(t *testing.T) {
	got := diagnose.Explain(kettle(), []diagnose.Evidence{
		{Kind: diagnose.KindLearned, Cause: "fuse", Weight: 4},
		answer("wall", "out"),
		answer("lamp", diagnose.NotSure),
		{Kind: diagnose.KindAnswer, Question: "wall", Answer: "out", Stale: true},
		failed("plug_in"),
		{Kind: diagnose.KindHistory, Cause: "coil", Age: 72 * time.Hour},
		answer("wall", "in"),
	})
	const want = `At the start: Not plugged in 46 %, Blown fuse 23 %, Broken coil 23 %, Something else 8 %.
What earlier cases turned out to be: Blown fuse 23 % → 29 %, Not plugged in 46 % → 43 %, Broken coil 23 % → 21 %.
“Is the plug in the wall?” Out: replaced by a later answer.
“Is the lamp on?” Not sure: changes nothing.
“Is the plug in the wall?” Out: no longer counts, a fix has changed it since.
“Plug it in” didn't help: Not plugged in 43 % → 1 %, Blown fuse 29 % → 49 %, Broken coil 21 % → 37 %, Something else 7 % → 12 %.
This account had it 3 days ago: Broken coil 37 % → 78 %, Blown fuse 49 % → 18 %, Something else 12 % → 4 %.
The plug is in: changes little.
Now: Broken coil 78 %, Blown fuse 18 %, Something else 4 %, Not plugged in under 1 %.
Next: offer “Put in a new coil”. “Broken coil” is most likely. This account had it 3 days ago.
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
