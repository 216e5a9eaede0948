package diagnose_test

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"pgregory.net/rapid"

	"syncfix/diagnose"
)

// kettle is a small playbook with one of everything: two causes cured by taking
// it apart, one cured without, a way out, and a fix that requires it.
func kettle() diagnose.Playbook {
	return diagnose.Playbook{
		Version: 1, ID: "kettle", Title: "The kettle stays cold", System: "Kettle", Product: "Kitchen", Scope: diagnose.ScopeConnection,
		Alerts: diagnose.Alerts{
			Phrases: []diagnose.Phrase{
				{Text: "the kettle stays cold after a minute", Sure: true},
				{Text: "fuse blown", Needs: []string{"kettle"}, Says: "The alert speaks of the fuse", Speaks: speaks("fuse", diagnose.StronglyFor)},
			},
			Recovery: []string{"the kettle boils"},
		},
		Causes: []diagnose.Cause{
			{ID: "plug", Name: "Not plugged in", Statement: "The plug is out.", Frequency: diagnose.Common},
			{ID: "fuse", Name: "Blown fuse", Statement: "The fuse is blown.", Frequency: diagnose.Occasional},
			{ID: "coil", Name: "Broken coil", Statement: "The coil is broken.", Frequency: diagnose.Occasional},
		},
		Questions: []diagnose.Question{
			{ID: "lamp", Text: "Is the lamp on?", Minutes: 2, Answers: []diagnose.Answer{
				{ID: "on", Text: "On", Says: "The lamp is on", Speaks: speaks("plug", diagnose.RulesOut, "fuse", diagnose.RulesOut)},
				{ID: "off", Text: "Off", Says: "The lamp is off", Speaks: speaks("coil", diagnose.RulesOut)},
			}},
			{ID: "wall", Text: "Is the plug in the wall?", Minutes: 3, Answers: []diagnose.Answer{
				{ID: "in", Text: "In", Says: "The plug is in", Speaks: speaks("plug", diagnose.RulesOut)},
				{ID: "out", Text: "Out", Says: "The plug is out", Speaks: speaks("plug", diagnose.Confirms)},
			}},
		},
		Fixes: []diagnose.Fix{
			{ID: "plug_in", Title: "Plug it in", Solves: []diagnose.Solves{{Cause: "plug", How: 1}}, Minutes: 1, Stale: []string{"wall", "lamp"}},
			{ID: "new_fuse", Title: "Put in a new fuse", Solves: []diagnose.Solves{{Cause: "fuse", How: 0.95}}, Minutes: 10, FailMinutes: 60,
				Destructive: true, OfferAt: 0.8, Stale: []string{"lamp"}, Steps: []diagnose.Step{{
					ID: "open", Text: "Open the base.", Cannot: []diagnose.Cannot{
						{ID: "glued", Text: "It is glued", Fix: "saw", Speaks: speaks("fuse", diagnose.For)},
						{ID: "warranty", Text: "It is under warranty", Hand: "The warranty must be asked first."},
					},
				}}},
			{ID: "new_coil", Title: "Put in a new coil", Solves: []diagnose.Solves{{Cause: "coil", How: 0.9}}, Minutes: 20, FailMinutes: 60, Destructive: true, OfferAt: 0.8},
			{ID: "saw", Title: "Saw it open", Solves: []diagnose.Solves{{Cause: "fuse", How: 0.95}, {Cause: "coil", How: 0.5}}, Minutes: 30, FailMinutes: 60, Destructive: true, OfferAt: 0.8,
				Requires: []diagnose.Requires{{Fix: "new_fuse", Cannot: "glued"}}},
		},
	}
}

// speaks pairs causes with words.
func speaks(pairs ...any) []diagnose.Speaks {
	var list []diagnose.Speaks
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, diagnose.Speaks{Cause: pairs[i].(string), Word: pairs[i+1].(diagnose.Word)})
	}
	return list
}

func answer(question, id string) diagnose.Evidence {
	return diagnose.Evidence{Kind: diagnose.KindAnswer, Question: question, Answer: id}
}

func failed(fix string) diagnose.Evidence {
	return diagnose.Evidence{Kind: diagnose.KindFixFailed, Fix: fix}
}

func cannot(fix, way string) diagnose.Evidence {
	return diagnose.Evidence{Kind: diagnose.KindCannot, Fix: fix, Cannot: way}
}

func picked(cause string) diagnose.Evidence {
	return diagnose.Evidence{Kind: diagnose.KindPicked, Cause: cause}
}

func rejected(cause string) diagnose.Evidence {
	return diagnose.Evidence{Kind: diagnose.KindRejected, Cause: cause}
}

// plainPlaybook has 2–6 causes, up to questions questions of 2–3 answers with
// words drawn evenly, and 1–4 fixes for 1–3 causes each, a third destructive.
func plainPlaybook(r *rand.Rand, questions int, words []diagnose.Word) diagnose.Playbook {
	p := diagnose.Playbook{Version: 1, ID: "random"}
	for i := range 2 + r.IntN(5) {
		p.Causes = append(p.Causes, diagnose.Cause{
			ID: fmt.Sprint("c", i), Name: fmt.Sprint("Cause ", i),
			Frequency: []diagnose.Frequency{diagnose.Common, diagnose.Occasional, diagnose.Rare}[r.IntN(3)],
		})
	}
	for i := range 1 + r.IntN(questions) {
		q := diagnose.Question{ID: fmt.Sprint("q", i), Text: fmt.Sprint("Question ", i), Minutes: float64(1 + r.IntN(15))}
		for a := range 2 + r.IntN(2) {
			ans := diagnose.Answer{ID: fmt.Sprint("a", a), Text: fmt.Sprint("Answer ", a)}
			for _, c := range p.Causes {
				if w := words[r.IntN(len(words))]; w != "" {
					ans.Speaks = append(ans.Speaks, diagnose.Speaks{Cause: c.ID, Word: w})
				}
			}
			q.Answers = append(q.Answers, ans)
		}
		p.Questions = append(p.Questions, q)
	}
	for i := range 1 + r.IntN(4) {
		f := diagnose.Fix{ID: fmt.Sprint("f", i), Title: fmt.Sprint("Fix ", i), Minutes: float64(5 + r.IntN(56)), OfferAt: diagnose.DefaultOfferAt}
		if r.IntN(3) == 0 {
			f.Destructive, f.FailMinutes = true, diagnose.DisconnectFailMinutes
		}
		for _, c := range r.Perm(len(p.Causes))[:1+r.IntN(min(3, len(p.Causes)))] {
			f.Solves = append(f.Solves, diagnose.Solves{Cause: p.Causes[c].ID, How: 0.6 + 0.4*r.Float64()})
		}
		p.Fixes = append(p.Fixes, f)
	}
	return p
}

// wordSets are the words that the random playbooks draw from: the six, and the
// six and silence.
func wordSets() map[string][]diagnose.Word {
	six := []diagnose.Word{
		diagnose.Confirms, diagnose.StronglyFor, diagnose.For, diagnose.Against, diagnose.StronglyAgainst, diagnose.RulesOut,
	}
	return map[string][]diagnose.Word{"six words": six, "and silence": append(slices.Clone(six), "")}
}

// randomPlaybook is a plain one whose fixes make answers stale.
func randomPlaybook(r *rand.Rand, questions int) diagnose.Playbook {
	p := plainPlaybook(r, questions, wordSets()["and silence"])
	for i := range p.Fixes {
		if r.IntN(4) == 0 {
			p.Fixes[i].Stale = []string{p.Questions[r.IntN(len(p.Questions))].ID}
		}
	}
	return p
}

// drawPlaybook draws a random playbook, drawEvidence any evidence, mostly about p.
func drawPlaybook(t *rapid.T) diagnose.Playbook {
	seed := rapid.Uint64().Draw(t, "playbook")
	if seed%8 == 0 {
		return kettle()
	}
	return randomPlaybook(rand.New(rand.NewPCG(seed, 1)), 4)
}

func drawEvidence(t *rapid.T, p diagnose.Playbook) []diagnose.Evidence {
	one := rapid.Custom(func(t *rapid.T) diagnose.Evidence {
		e := diagnose.Evidence{
			Kind: rapid.SampledFrom([]diagnose.EvidenceKind{
				diagnose.KindSignal, diagnose.KindAnswer, diagnose.KindAnswer, diagnose.KindAnswer, diagnose.KindFixFailed, diagnose.KindCannot,
				diagnose.KindHistory, diagnose.KindPicked, diagnose.KindRejected, diagnose.KindLearned, "rumour",
			}).Draw(t, "kind"),
			Stale: rapid.IntRange(0, 5).Draw(t, "stale") == 0,
		}
		q := rapid.SampledFrom(p.Questions).Draw(t, "question")
		e.Question = rapid.SampledFrom([]string{q.ID, q.ID, q.ID, "nonsense", ""}).Draw(t, "question id")
		e.Answer = rapid.SampledFrom([]string{q.Answers[0].ID, q.Answers[1].ID, diagnose.NotSure, "nonsense"}).Draw(t, "answer")
		e.Fix = rapid.SampledFrom([]string{rapid.SampledFrom(p.Fixes).Draw(t, "fix").ID, "nonsense"}).Draw(t, "fix id")
		e.Cannot = rapid.SampledFrom([]string{"glued", "warranty", "", "nonsense"}).Draw(t, "way out")
		e.Cause = rapid.SampledFrom([]string{rapid.SampledFrom(p.Causes).Draw(t, "cause").ID, diagnose.OtherCause, "nonsense"}).Draw(t, "cause id")
		e.Words = rapid.SampledFrom([]string{"fuse blown", "nonsense"}).Draw(t, "words")
		e.Weight = rapid.Float64().Draw(t, "weight")
		return e
	})
	return rapid.SliceOfN(one, 0, 14).Draw(t, "evidence")
}
