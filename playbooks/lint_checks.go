package playbooks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"syncfix/diagnose"
)

// check looks at what can be seen without following a path.
func (s *document) check() {
	s.checkQuestions()
	s.checkCauses()
	s.checkPhrases()
}

// checkQuestions reports questions whose answers make no difference.
func (s *document) checkQuestions() {
	for i, q := range s.p.Questions {
		if s.silent(q) {
			message := fmt.Sprintf("the answers of question %q all say the same", q.ID)
			if !slices.ContainsFunc(q.Answers, func(a diagnose.Answer) bool { return len(a.Speaks) > 0 }) {
				message = fmt.Sprintf("no answer of question %q speaks for or against a cause", q.ID)
			}
			s.report(Error, s.questionAt(i), message, "write what each answer says about the causes, for example: speaks: {"+s.p.Causes[0].ID+": confirms}")
		}
	}
}

// silent says whether it makes no difference how a question is answered.
func (s *document) silent(q diagnose.Question) bool {
	for _, f := range s.p.Fixes {
		if slices.ContainsFunc(f.Requires, func(r diagnose.Requires) bool { return r.Question == q.ID }) {
			return false
		}
	}
	return !slices.ContainsFunc(s.p.Causes, func(c diagnose.Cause) bool {
		return slices.ContainsFunc(q.Answers, func(a diagnose.Answer) bool {
			return speaksFor(a.Speaks, c.ID) != speaksFor(q.Answers[0].Speaks, c.ID)
		})
	})
}

// checkCauses reports causes that nothing tells apart, and those without a fix.
func (s *document) checkCauses() {
	for i, c := range s.p.Causes {
		for _, other := range s.p.Causes[:i] {
			known, harmless, failed := s.apart(c.ID, other.ID)
			switch {
			case known, harmless && len(s.p.Questions) == 0: // trying one after the other is the way
				continue
			case harmless:
				s.report(Warning, s.causeAt(i), fmt.Sprintf("no question tells cause %q from %q, only a fix that fails", c.ID, other.ID),
					"add a question whose answers tell them apart")
				continue
			}
			if failed {
				s.report(Warning, s.causeAt(i), fmt.Sprintf("only a destructive fix that fails tells cause %q from %q", c.ID, other.ID),
					"add a question whose answers tell them apart")
			} else {
				s.report(Error, s.causeAt(i), fmt.Sprintf("no question, no phrase and no failed fix tells cause %q from %q", c.ID, other.ID),
					"add a question whose answers tell them apart, or make them one cause")
			}
			break
		}
		fixed := slices.ContainsFunc(s.p.Fixes, func(f diagnose.Fix) bool { return howWell(f, c.ID) > 0 })
		if !fixed && !s.found(c.ID) {
			s.report(Warning, s.causeAt(i), fmt.Sprintf("no fix solves cause %q, and nothing finds it", c.ID),
				"add a fix; if a human has to take over, add an answer that confirms it, so that the hand-off says why")
		}
	}
}

// apart says what tells two causes from one another: words that people or alerts
// say, a fix that may fail without harm, any fix that fails.
func (s *document) apart(a, b string) (known, harmless, failed bool) {
	differ := func(list []diagnose.Speaks) bool { return speaksFor(list, a) != speaksFor(list, b) }
	for _, q := range s.p.Questions {
		known = known || slices.ContainsFunc(q.Answers, func(v diagnose.Answer) bool { return differ(v.Speaks) })
	}
	for _, ph := range s.p.Alerts.Phrases {
		known = known || differ(ph.Speaks)
	}
	for _, f := range s.p.Fixes {
		if howWell(f, a) != howWell(f, b) {
			failed = true
			harmless = harmless || !f.Destructive
		}
		for _, step := range f.Steps {
			known = known || slices.ContainsFunc(step.Cannot, func(c diagnose.Cannot) bool { return differ(c.Speaks) })
		}
	}
	return known, harmless, failed
}

// found says whether something that people or alerts say points strongly to a
// cause: then a hand-off without a fix is meant.
func (s *document) found(cause string) bool {
	strong := func(list []diagnose.Speaks) bool {
		return speaksFor(list, cause) >= diagnose.StronglyFor.Ratio()
	}
	for _, q := range s.p.Questions {
		if slices.ContainsFunc(q.Answers, func(a diagnose.Answer) bool { return strong(a.Speaks) }) {
			return true
		}
	}
	return slices.ContainsFunc(s.p.Alerts.Phrases, func(ph diagnose.Phrase) bool { return strong(ph.Speaks) })
}

// minPhraseLetters is how many letters and digits a phrase needs to say anything.
const minPhraseLetters = 6

// checkPhrases reports phrases that say next to nothing, and those that no sample proves.
func (s *document) checkPhrases() {
	for i, ph := range s.p.Alerts.Phrases {
		words := regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(ph.Text, " ")
		if number := regexp.MustCompile(`[0-9]{5,}`).FindString(words); number != "" && s.p.Scope == diagnose.ScopeRecord {
			s.report(Warning, s.phraseAt(i), fmt.Sprintf("%s looks like the number of one record", number), "write {subject} in its place")
		}
		if n := len(strings.ReplaceAll(diagnose.Normalize(words), " ", "")); ph.Pattern == "" && n < minPhraseLetters {
			s.report(Error, s.phraseAt(i), fmt.Sprintf("the phrase %q says too little", clip(ph.Text)), "write the error as the screen shows it")
		}
		alone := s.p
		alone.Alerts.Phrases = []diagnose.Phrase{ph}
		r, err := diagnose.NewRecognizer([]diagnose.Playbook{alone})
		if err != nil { // Decode has refused it
			continue
		}
		if !slices.ContainsFunc(s.p.Alerts.Match, func(sample string) bool {
			got := r.Recognize(sample)
			return got.Outcome != diagnose.No || len(got.Signals) > 0
		}) {
			s.report(Warning, s.phraseAt(i), fmt.Sprintf("no sample proves the phrase %q", clip(ph.Words())), "add to samples.match an alert in which it stands")
		}
	}
}
