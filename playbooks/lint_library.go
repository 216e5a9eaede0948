package playbooks

import (
	"fmt"
	"slices"

	"syncfix/diagnose"
)

// checkTogether looks at what playbooks are to one another: ids, samples, phrases.
func (l *linter) checkTogether() {
	l.checkIDs()
	all := slices.DeleteFunc(slices.Clone(l.all), func(s *document) bool { return !s.readable() })
	var loaded []diagnose.Playbook
	for _, s := range all {
		loaded = append(loaded, s.p)
	}
	r, err := diagnose.NewRecognizer(loaded)
	if err != nil { // Decode refuses such patterns
		l.problems = append(l.problems, Problem{File: "playbooks", Message: "the phrases can't be used together: " + clip(err.Error()), Advice: "correct the patterns"})
		return
	}
	for _, s := range all {
		l.checkSamples(r, s)
	}
	l.checkSame(all)
}

func (l *linter) owns(s *document) bool { return slices.Contains(l.own, s) }

// checkIDs reports ids that stand twice among the files checked. One of the
// operator's folder may replace an embedded one.
func (l *linter) checkIDs() {
	for i, s := range l.all {
		for _, other := range l.all[:i] {
			if s.p.ID != "" && s.p.ID == other.p.ID && l.owns(s) {
				s.report(Error, s.at("id"), fmt.Sprintf("playbook %q stands in %s already", s.p.ID, other.name), "give one of them another id, or remove it")
			}
		}
	}
}

// checkSamples reports samples that go to another playbook, or that are only
// likely.
func (l *linter) checkSamples(r diagnose.Recognizer, s *document) {
	claims := claimed(r, s.p)
	for _, c := range claims {
		sample := clip(s.p.Alerts.Match[c.sample])
		if l.owns(s) {
			s.report(Error, s.sampleAt(c.sample), fmt.Sprintf("playbook %q claims the sample %q", c.by, sample), claimAdvice)
			continue
		}
		for _, thief := range l.own {
			if thief.p.ID == c.by {
				thief.report(Error, thief.at("id"), fmt.Sprintf("it claims the sample %q of playbook %q", sample, s.p.ID), claimAdvice)
			}
		}
	}
	if !l.owns(s) {
		return
	}
	for i, sample := range s.p.Alerts.Match {
		if got := r.Recognize(sample); got.Outcome == diagnose.Likely && got.Playbook == s.p.ID {
			s.report(Hint, s.sampleAt(i), "the sample is recognised only as likely: "+because(got), "let a phrase of it be sure, unless people are to be asked first whether it is one")
		}
	}
}

// checkSame reports phrases that two playbooks of one system share to the word.
func (l *linter) checkSame(all []*document) {
	type holder struct {
		s     *document
		needs []string
	}
	held := map[string][]holder{}
	for _, s := range slices.Concat(slices.DeleteFunc(slices.Clone(all), l.owns), slices.DeleteFunc(slices.Clone(all), func(s *document) bool { return !l.owns(s) })) {
		for i, ph := range s.p.Alerts.Phrases {
			key := s.p.System + "\n" + diagnose.Normalize(ph.Text) + "\n" + ph.Pattern
			twin := slices.IndexFunc(held[key], func(h holder) bool {
				return h.s != s && slices.Equal(h.needs, ph.Needs)
			})
			if twin >= 0 && l.owns(s) {
				s.report(Error, s.phraseAt(i), fmt.Sprintf("playbook %q has the same phrase for the same system", held[key][twin].s.p.ID),
					"add words that stand only in this error, or give both \"needs\" that differ")
			}
			held[key] = append(held[key], holder{s, ph.Needs})
		}
	}
}
