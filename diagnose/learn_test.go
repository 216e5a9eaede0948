package diagnose_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"syncfix/diagnose"
)

const day = 24 * time.Hour

// now is when the learning tests ask.
func now() time.Time { return time.Date(2025, 6, 1, 12, 0, 0, 0, time.UTC) }

func outcome(account, cause string, ago time.Duration) diagnose.VerifiedOutcome {
	return diagnose.VerifiedOutcome{Account: account, Credits: []diagnose.Credit{{Cause: cause, Share: 1}}, At: now().Add(-ago)}
}

func cases(learned []diagnose.Learned) map[string]float64 {
	m := map[string]float64{}
	for _, l := range learned {
		if l.Cases != 0 {
			m[l.Cause] = l.Cases
		}
	}
	return m
}

func TestLearnCounts(t *testing.T) {
	shares := func(credits ...diagnose.Credit) diagnose.VerifiedOutcome {
		return diagnose.VerifiedOutcome{Credits: credits, At: now()}
	}
	for name, tc := range map[string]struct {
		outcomes []diagnose.VerifiedOutcome
		want     map[string]float64
	}{
		"nothing":                       {nil, map[string]float64{}},
		"one":                           {[]diagnose.VerifiedOutcome{outcome("a", "fuse", 0)}, map[string]float64{"fuse": 1}},
		"half after 90 days":            {[]diagnose.VerifiedOutcome{outcome("a", "fuse", 90*day)}, map[string]float64{"fuse": 0.5}},
		"a quarter after 180":           {[]diagnose.VerifiedOutcome{outcome("a", "fuse", 180*day)}, map[string]float64{"fuse": 0.25}},
		"something else is learned too": {[]diagnose.VerifiedOutcome{outcome("a", diagnose.OtherCause, 0)}, map[string]float64{diagnose.OtherCause: 1}},
		"each cause gets its share": {
			[]diagnose.VerifiedOutcome{shares(diagnose.Credit{Cause: "fuse", Share: 0.75}, diagnose.Credit{Cause: "coil", Share: 0.25})},
			map[string]float64{"fuse": 0.75, "coil": 0.25},
		},
		"accounts vote for themselves":            {[]diagnose.VerifiedOutcome{outcome("a", "fuse", 0), outcome("b", "fuse", 0)}, map[string]float64{"fuse": 2}},
		"unknown accounts are not one":            {[]diagnose.VerifiedOutcome{outcome("", "fuse", 0), outcome("", "fuse", 0)}, map[string]float64{"fuse": 2}},
		"the later of two within 30 days":         {[]diagnose.VerifiedOutcome{outcome("a", "coil", 0), outcome("a", "fuse", 30*day-1)}, map[string]float64{"coil": 1}},
		"both after 30 days":                      {[]diagnose.VerifiedOutcome{outcome("a", "coil", 60*day), outcome("a", "coil", 90*day)}, map[string]float64{"coil": math.Exp2(-2.0/3) + 0.5}},
		"lasting trouble is one vote":             {[]diagnose.VerifiedOutcome{outcome("a", "fuse", 40*day), outcome("a", "fuse", 20*day), outcome("a", "coil", 0)}, map[string]float64{"coil": 1}},
		"not from the future":                     {[]diagnose.VerifiedOutcome{outcome("a", "fuse", -1)}, map[string]float64{}},
		"nor does the future displace":            {[]diagnose.VerifiedOutcome{outcome("a", "coil", 0), outcome("a", "fuse", -1)}, map[string]float64{"coil": 1}},
		"not of a cause the playbook lost":        {[]diagnose.VerifiedOutcome{outcome("a", "tilt", 0)}, map[string]float64{}},
		"nor does that displace":                  {[]diagnose.VerifiedOutcome{outcome("a", "coil", 90*day), outcome("a", "tilt", 80*day)}, map[string]float64{"coil": 0.5}},
		"of a lost cause's share nobody has more": {[]diagnose.VerifiedOutcome{shares(diagnose.Credit{Cause: "tilt", Share: 0.5}, diagnose.Credit{Cause: "coil", Share: 0.5})}, map[string]float64{"coil": 0.5}},
		"not a number":                            {[]diagnose.VerifiedOutcome{shares(diagnose.Credit{Cause: "fuse", Share: math.NaN()})}, map[string]float64{}},
		"negative":                                {[]diagnose.VerifiedOutcome{shares(diagnose.Credit{Cause: "fuse", Share: 1}, diagnose.Credit{Cause: "coil", Share: -0.5})}, map[string]float64{}},
		"more than one":                           {[]diagnose.VerifiedOutcome{shares(diagnose.Credit{Cause: "fuse", Share: math.Inf(1)})}, map[string]float64{}},
		"no credits":                              {[]diagnose.VerifiedOutcome{shares()}, map[string]float64{}},
	} {
		t.Run(name, func(t *testing.T) {
			got := cases(diagnose.Learn(kettle(), tc.outcomes, now()))
			if diff := cmp.Diff(tc.want, got, nearly()); diff != "" {
				t.Errorf("cases (-want +got):\n%s", diff)
			}
		})
	}
}

func nearly() cmp.Option {
	return cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })
}

// The start weights count as 20 cases: of plug, fuse and coil with 6, 3 and 3 of
// 13, the fuse starts at 3/13, and after ten cases more at (20×3/13 + 10)/30.
func TestLearnMovesTheStart(t *testing.T) {
	var outcomes []diagnose.VerifiedOutcome
	for i := range 10 {
		outcomes = append(outcomes, outcome(fmt.Sprint(i), "fuse", 0))
	}
	got := diagnose.Learn(kettle(), outcomes, now())
	want := []diagnose.Learned{
		{Cause: "plug", Name: "Not plugged in", Start: 6.0 / 13, Now: 20.0 * 6 / 13 / 30},
		{Cause: "fuse", Name: "Blown fuse", Start: 3.0 / 13, Now: (20.0*3/13 + 10) / 30, Cases: 10},
		{Cause: "coil", Name: "Broken coil", Start: 3.0 / 13, Now: 20.0 * 3 / 13 / 30},
		{Cause: "other", Name: "Something else", Start: 1.0 / 13, Now: 20.0 / 13 / 30},
	}
	if diff := cmp.Diff(want, got, nearly()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	evidence := diagnose.LearnedEvidence(got)
	if len(evidence) != 1 || evidence[0].Cause != "fuse" {
		t.Errorf("only the fuse was learned of: %+v", evidence)
	}
	if len(diagnose.LearnedEvidence(diagnose.Learn(kettle(), nil, now()))) != 0 || diagnose.LearnedEvidence(nil) != nil {
		t.Error("evidence of nothing")
	}
}

// A year of nothing but one cause, even a dozen a day, nears certainty and never
// reaches it, and the evidence says the same.
func TestAYearOfOneCause(t *testing.T) {
	var outcomes []diagnose.VerifiedOutcome
	for d := range 365 {
		for n := range 12 {
			outcomes = append(outcomes, outcome(fmt.Sprint(d, n), "coil", time.Duration(d)*day))
		}
	}
	learned := diagnose.Learn(kettle(), outcomes, now())
	r := diagnose.Rank(kettle(), diagnose.LearnedEvidence(learned))
	for _, l := range learned {
		if !(l.Now > 0 && l.Now < 1) {
			t.Errorf("%s starts at %g", l.Cause, l.Now)
		}
		if l.Cause == "coil" && l.Now < 0.98 {
			t.Errorf("still %g after a year", l.Now)
		}
		if got := likelihood(t, r, l.Cause); math.Abs(got-l.Now) > 1e-9 {
			t.Errorf("%s: the evidence says %g, Learn %g", l.Cause, got, l.Now)
		}
	}
}

func TestLearnProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlaybook(t)
		outcomes := drawOutcomes(t, p)
		before := slices.Clone(outcomes)
		learned := diagnose.Learn(p, outcomes, now())
		if diff := cmp.Diff(before, outcomes, cmp.Comparer(sameFloat)); diff != "" {
			t.Fatalf("it changed what it was given:\n%s", diff)
		}
		sum := 0.0
		r := diagnose.Rank(p, diagnose.LearnedEvidence(learned))
		for _, l := range learned {
			if !(l.Now > 0 && l.Now < 1 && l.Cases >= 0) || l.Name == "" {
				t.Fatalf("%+v", l)
			}
			if got := rankedAs(r, l.Cause); math.Abs(got-l.Now) > 1e-9 {
				t.Fatalf("%s: the evidence says %g, Learn %g", l.Cause, got, l.Now)
			}
			sum += l.Now
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Fatalf("adds up to %g", sum)
		}
		shuffled := rapid.Permutation(outcomes).Draw(t, "order")
		if diff := cmp.Diff(learned, diagnose.Learn(p, shuffled, now())); diff != "" {
			t.Fatalf("another order, something else learned:\n%s", diff)
		}
		for i, l := range learned { // the latest vote never lowers what it is for
			vote := outcome(rapid.SampledFrom([]string{"", "a", "b", "new"}).Draw(t, "voter"), l.Cause, 0)
			if more := diagnose.Learn(p, append(before, vote), now()); more[i].Now < l.Now-1e-12 {
				t.Fatalf("a vote for %s took it from %g to %g", l.Cause, l.Now, more[i].Now)
			}
		}
	})
}

func sameFloat(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }

func rankedAs(r diagnose.Ranking, cause string) float64 {
	i := slices.IndexFunc(r, func(c diagnose.Ranked) bool { return c.Cause == cause })
	return r[i].Likelihood
}

func drawOutcomes(t *rapid.T, p diagnose.Playbook) []diagnose.VerifiedOutcome {
	one := rapid.Custom(func(t *rapid.T) diagnose.VerifiedOutcome {
		cause := rapid.SampledFrom([]string{p.Causes[0].ID, p.Causes[len(p.Causes)-1].ID, diagnose.OtherCause, "nonsense"})
		share := rapid.SampledFrom([]float64{1, 0.5, 0.25, 0, -1, math.NaN(), math.Inf(1), 3})
		o := diagnose.VerifiedOutcome{
			Account: rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(t, "account"),
			At:      now().Add(-time.Duration(rapid.IntRange(-10, 400).Filter(func(d int) bool { return d != 0 }).Draw(t, "days ago")) * day),
			Credits: []diagnose.Credit{{Cause: cause.Draw(t, "cause"), Share: share.Draw(t, "share")}},
		}
		if rapid.Bool().Draw(t, "two") {
			o.Credits = append(o.Credits, diagnose.Credit{Cause: cause.Draw(t, "second"), Share: share.Draw(t, "second share")})
		}
		return o
	})
	return rapid.SliceOfN(one, 0, 20).Draw(t, "outcomes")
}

func TestCredits(t *testing.T) {
	if got := diagnose.Credits(kettle(), "nonsense", nil); got != nil {
		t.Errorf("an unknown fix credits %+v", got)
	}
	for name, tc := range map[string]struct {
		fix      string
		evidence []diagnose.Evidence
		want     []diagnose.Credit
	}{
		"one cause":        {"plug_in", nil, []diagnose.Credit{{Cause: "plug", Share: 1}}},
		"as likely before": {"saw", nil, []diagnose.Credit{{Cause: "fuse", Share: 0.95 / 1.45}, {Cause: "coil", Share: 0.5 / 1.45}}},
		"one likelier":     {"saw", []diagnose.Evidence{{Kind: diagnose.KindSignal, Words: "fuse blown"}}, []diagnose.Credit{{Cause: "fuse", Share: 9 * 0.95 / (9*0.95 + 0.5)}, {Cause: "coil", Share: 0.5 / (9*0.95 + 0.5)}}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, diagnose.Credits(kettle(), tc.fix, tc.evidence), nearly()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
