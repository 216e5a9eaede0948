package diagnose_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"syncfix/diagnose"
)

// does is a decision in short: "ask lamp", "try new_fuse", "escalate".
func does(d diagnose.Decision) string {
	switch d.Kind {
	case diagnose.Ask:
		return "ask " + d.Question
	case diagnose.Try:
		return "try " + d.Fix
	}
	return string(d.Kind)
}

func TestNext(t *testing.T) {
	for name, tc := range map[string]struct {
		evidence []diagnose.Evidence
		want     string
	}{
		"a cheap fix of a common cause comes before asking": {nil, "try plug_in"},
		"it failed: ask, since the others are dear":         {[]diagnose.Evidence{failed("plug_in")}, "ask lamp"},
		"likely enough: the dear fix":                       {[]diagnose.Evidence{failed("plug_in"), answer("lamp", "on")}, "try new_coil"},
		"a failed fix isn't offered again": {
			[]diagnose.Evidence{failed("plug_in"), answer("lamp", "off"), answer("wall", "in"), failed("new_fuse")}, "escalate",
		},
		"unless something new speaks for it": {
			[]diagnose.Evidence{failed("plug_in"), answer("wall", "out")}, "try plug_in",
		},
		"a picked cause's fix comes next":                    {[]diagnose.Evidence{picked("fuse")}, "try new_fuse"},
		"picking something else hands over":                  {[]diagnose.Evidence{picked("other")}, "escalate"},
		"the last pick counts":                               {[]diagnose.Evidence{picked("fuse"), picked("coil")}, "try new_coil"},
		"a pick ends when its fix has failed":                {[]diagnose.Evidence{picked("coil"), failed("new_coil")}, "try plug_in"},
		"a pick ends when it is rejected":                    {[]diagnose.Evidence{picked("coil"), rejected("coil")}, "try plug_in"},
		"picking is a fresh reason":                          {[]diagnose.Evidence{failed("new_fuse"), picked("fuse")}, "try new_fuse"},
		"a way out leads to its fix":                         {[]diagnose.Evidence{answer("lamp", "off"), cannot("new_fuse", "glued")}, "try saw"},
		"a way out that leads to a human":                    {[]diagnose.Evidence{cannot("new_fuse", "warranty")}, "escalate"},
		"a later pick overrules a way out":                   {[]diagnose.Evidence{cannot("new_fuse", "warranty"), picked("coil")}, "try new_coil"},
		"a way out ends when its fix has failed":             {[]diagnose.Evidence{cannot("new_fuse", "glued"), failed("saw")}, "try plug_in"},
		"a fix that can't be carried out isn't offered":      {[]diagnose.Evidence{cannot("plug_in", "")}, "ask wall"},
		"a picked cause whose only fix can't be carried out": {[]diagnose.Evidence{picked("coil"), cannot("new_coil", "")}, "try plug_in"},
		"everything rejected: something else":                {[]diagnose.Evidence{rejected("plug"), rejected("fuse"), rejected("coil")}, "escalate"},
		"nothing is left to ask: the dear fix": {
			[]diagnose.Evidence{failed("plug_in"), answer("lamp", diagnose.NotSure), answer("wall", diagnose.NotSure)}, "try new_fuse",
		},
		"but not as a shot in the dark": {
			[]diagnose.Evidence{cannot("plug_in", ""), answer("lamp", diagnose.NotSure), answer("wall", diagnose.NotSure)}, "escalate",
		},
		"nothing is left to ask and the dear fix is likelier than not": {
			[]diagnose.Evidence{failed("plug_in"), answer("lamp", diagnose.NotSure), answer("wall", diagnose.NotSure), {Kind: diagnose.KindSignal, Words: "fuse blown"}},
			"try new_fuse",
		},
		"nothing speaks for a second dear fix": {
			[]diagnose.Evidence{failed("plug_in"), answer("lamp", diagnose.NotSure), answer("wall", diagnose.NotSure), {Kind: diagnose.KindSignal, Words: "fuse blown"}, failed("new_fuse")},
			"escalate",
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := diagnose.Next(kettle(), tc.evidence)
			if got := does(d); got != tc.want {
				t.Errorf("%s, want %s\n%s", got, tc.want, diagnose.Explain(kettle(), tc.evidence))
			}
			if d.Reason == "" {
				t.Error("no reason")
			}
		})
	}
}

// A fix that may have been done badly is tried twice, not three times, even where
// something new speaks for it.
func TestNoFixIsTriedAThirdTime(t *testing.T) {
	p := kettle()
	p.Fixes[0].Solves[0].How = 0.5
	evidence := []diagnose.Evidence{failed("plug_in"), answer("wall", "out")}
	if got := does(diagnose.Next(p, evidence)); got != "try plug_in" {
		t.Fatalf("second time: %s", got)
	}
	evidence = []diagnose.Evidence{failed("plug_in"), failed("plug_in"), answer("wall", "out")}
	if got := does(diagnose.Next(p, evidence)); got == "try plug_in" {
		t.Error("tried a third time")
	}
	if got := does(diagnose.Next(p, append(evidence, picked("plug")))); got != "try plug_in" {
		t.Errorf("picked, and yet: %s", got)
	}
}

// After three destructive tries a human takes over, however strong the next reason.
func TestNoFourthDestructiveTry(t *testing.T) {
	var p diagnose.Playbook
	var evidence []diagnose.Evidence
	for i := range 4 {
		cause, question, fix := fmt.Sprint("c", i), fmt.Sprint("q", i), fmt.Sprint("f", i)
		p.Causes = append(p.Causes, diagnose.Cause{ID: cause, Name: cause})
		p.Questions = append(p.Questions, diagnose.Question{ID: question, Text: question, Answers: []diagnose.Answer{
			{ID: "yes", Text: "Yes", Speaks: speaks(cause, diagnose.Confirms)}, {ID: "no", Text: "No", Speaks: speaks(cause, diagnose.RulesOut)},
		}})
		p.Fixes = append(p.Fixes, diagnose.Fix{ID: fix, Title: fix, Minutes: 5, Destructive: true, OfferAt: 0.8, Solves: []diagnose.Solves{{Cause: cause, How: 1}}})
	}
	for i := range 4 {
		evidence = append(evidence, answer(fmt.Sprint("q", i), "yes"))
		want := fmt.Sprint("try f", i)
		if i == 3 {
			want = "escalate"
		}
		if got := does(diagnose.Next(p, evidence)); got != want {
			t.Fatalf("%s, want %s\n%s", got, want, diagnose.Explain(p, evidence))
		}
		evidence = append(evidence, failed(fmt.Sprint("f", i)))
	}
}

func TestNextReasons(t *testing.T) {
	for want, evidence := range map[string][]diagnose.Evidence{
		"“Not plugged in” is most likely. Often the cause of this error.": nil,
		"“Not plugged in” is most likely. The plug is out.":               {answer("wall", "out")},
		"This tells “Blown fuse” from “Broken coil”.":                     {failed("plug_in")},
		"It is glued: this is the other way.":                             {cannot("new_fuse", "glued")},
		"The warranty must be asked first.":                               {cannot("new_fuse", "warranty")},
		"Somebody here picked “Broken coil”.":                             {picked("coil")},
		"Somebody here said that it is something else.":                   {picked("other")},
	} {
		if got := diagnose.Next(kettle(), evidence).Reason; got != want {
			t.Errorf("reason %q, want %q", got, want)
		}
	}
}

func TestRequirements(t *testing.T) {
	p := kettle()
	saw := slices.IndexFunc(p.Fixes, func(f diagnose.Fix) bool { return f.ID == "saw" })
	p.Fixes[saw].Requires = []diagnose.Requires{
		{Question: "lamp", Answer: "on"}, {Question: "lamp", Answer: "off"}, // either
		{Fix: "new_fuse", Cannot: "glued"}, // and this
	}
	if got := does(diagnose.Next(p, []diagnose.Evidence{cannot("new_fuse", "glued")})); got != "escalate" {
		t.Errorf("without the answer: %s", got)
	}
	if got := does(diagnose.Next(p, []diagnose.Evidence{answer("lamp", "off"), cannot("new_fuse", "glued")})); got != "try saw" {
		t.Errorf("with the answer: %s", got)
	}
}

func TestStaleAfter(t *testing.T) {
	evidence := []diagnose.Evidence{answer("lamp", "off"), answer("wall", "in"), picked("fuse")}
	before := slices.Clone(evidence)
	got := diagnose.StaleAfter(kettle(), "new_fuse", evidence)
	want := slices.Clone(before)
	want[0].Stale = true
	if !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
	if !slices.Equal(evidence, before) {
		t.Error("it changed what it was given")
	}
	if got := diagnose.StaleAfter(kettle(), "nonsense", evidence); !slices.Equal(got, before) {
		t.Errorf("an unknown fix made something stale: %+v", got)
	}
}

func TestLookup(t *testing.T) {
	p := kettle()
	if c, ok := p.Cause(diagnose.OtherCause); !ok || c.Name == "" {
		t.Error("other is not a cause")
	}
	q, _ := p.Question("lamp")
	if a, ok := q.Answer(diagnose.NotSure); !ok || a.Text == "" {
		t.Error("not sure is not an answer")
	}
	f, _ := p.Fix("new_fuse")
	if _, ok := f.Step("open"); !ok {
		t.Error("no step open")
	}
	if w, s, ok := f.WayOut("glued"); !ok || w.Fix != "saw" || s.ID != "open" {
		t.Error("no way out glued")
	}
	for what, found := range map[string]bool{
		"cause":    second(p.Cause("nonsense")),
		"question": second(p.Question("nonsense")),
		"fix":      second(p.Fix("nonsense")),
		"answer":   second(q.Answer("nonsense")),
		"step":     second(f.Step("nonsense")),
	} {
		if found {
			t.Errorf("found %s nonsense", what)
		}
	}
}

func second[T any](_ T, ok bool) bool { return ok }

func TestNextProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlaybook(t)
		evidence := drawEvidence(t, p)
		before := slices.Clone(evidence)
		d := diagnose.Next(p, evidence)
		if !slices.Equal(before, evidence) {
			t.Fatal("Next changed the evidence")
		}
		if again := diagnose.Next(p, evidence); again != d {
			t.Fatalf("%+v, then %+v", d, again)
		}
		if d.Reason == "" {
			t.Fatalf("no reason for %+v", d)
		}
		switch d.Kind {
		case diagnose.Ask:
			if _, ok := p.Question(d.Question); !ok {
				t.Fatalf("asks %q", d.Question)
			}
			if standing(evidence, d.Question) != "" {
				t.Fatalf("asks %s again", d.Question)
			}
		case diagnose.Try:
			f, ok := p.Fix(d.Fix)
			if !ok {
				t.Fatalf("tries %q", d.Fix)
			}
			if f.ID == "saw" && !slices.ContainsFunc(evidence, func(e diagnose.Evidence) bool {
				return e.Kind == diagnose.KindCannot && e.Fix == "new_fuse" && e.Cannot == "glued" && !e.Stale
			}) {
				t.Fatal("saws without need")
			}
		case diagnose.Escalate:
		default:
			t.Fatalf("unknown kind %q", d.Kind)
		}
		if diagnose.Explain(p, evidence) == "" {
			t.Fatal("no explanation")
		}
	})
}

// standing is the answer that counts; empty if the question is open.
func standing(evidence []diagnose.Evidence, question string) string {
	last := ""
	for _, e := range evidence {
		if e.Kind == diagnose.KindAnswer && e.Question == question && e.Answer != "nonsense" {
			last = e.Answer
			if e.Stale {
				last = ""
			}
		}
	}
	return last
}

// Whatever is answered, and whatever fails, a case comes to an end, and nothing
// destructive is tried twice in a row for the same reason.
func TestEveryPathEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlaybook(t)
		var evidence []diagnose.Evidence
		for range 200 {
			d := diagnose.Next(p, evidence)
			switch d.Kind {
			case diagnose.Escalate:
				return
			case diagnose.Ask:
				q, _ := p.Question(d.Question)
				ids := []string{diagnose.NotSure}
				for _, a := range q.Answers {
					ids = append(ids, a.ID)
				}
				evidence = append(evidence, answer(q.ID, rapid.SampledFrom(ids).Draw(t, "answer")))
			case diagnose.Try:
				f, _ := p.Fix(d.Fix)
				if f.Destructive && destroyed(p, evidence) && !speaksAnew(p, evidence, f) {
					t.Fatalf("tries %s without a new reason after %+v", f.ID, evidence)
				}
				if f.ID == "new_fuse" && rapid.IntRange(0, 3).Draw(t, "stuck") == 0 {
					evidence = append(evidence, cannot(f.ID, "glued"))
					continue
				}
				evidence = append(diagnose.StaleAfter(p, f.ID, evidence), failed(f.ID))
			}
		}
		t.Fatalf("no end after 200 steps: %+v", evidence)
	})
}

func destroyed(p diagnose.Playbook, evidence []diagnose.Evidence) bool {
	return slices.ContainsFunc(evidence, func(e diagnose.Evidence) bool {
		f, _ := p.Fix(e.Fix)
		return e.Kind == diagnose.KindFixFailed && f.Destructive
	})
}

// speaksAnew says whether an answer or a way out speaks for a cause of f that no
// destructive fix has failed on since.
func speaksAnew(p diagnose.Playbook, evidence []diagnose.Evidence, f diagnose.Fix) bool {
	spent := map[string]bool{}
	for _, e := range slices.Backward(evidence) {
		fixed, _ := p.Fix(e.Fix)
		if e.Kind == diagnose.KindFixFailed && fixed.Destructive {
			for _, s := range fixed.Solves {
				spent[s.Cause] = true
			}
		}
		if e.Stale {
			continue
		}
		q, _ := p.Question(e.Question)
		a, _ := q.Answer(e.Answer)
		list := a.Speaks
		if w, _, ok := fixed.WayOut(e.Cannot); ok && e.Kind == diagnose.KindCannot {
			list = w.Speaks
		}
		for _, s := range list {
			if s.Word.Ratio() > 1 && !spent[s.Cause] && slices.ContainsFunc(f.Solves, func(v diagnose.Solves) bool { return v.Cause == s.Cause }) {
				return true
			}
		}
	}
	return false
}
