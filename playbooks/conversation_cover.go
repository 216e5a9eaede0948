package playbooks

import (
	"fmt"

	"syncfix/diagnose"
)

// Unrehearsed lists what none of a playbook's conversations comes to: fixes,
// ways out of their steps, questions and answers, in the playbook's order. turns
// has, for each conversation, what Rehearse returned.
func Unrehearsed(p diagnose.Playbook, conversations []Conversation, turns [][]Turn) []string {
	seen := map[string]bool{}
	for i, c := range conversations {
		if i < len(turns) {
			note(seen, c, turns[i])
		}
	}
	var missing []string
	miss := func(what string) {
		if !seen[what] {
			missing = append(missing, what)
		}
	}
	for _, q := range p.Questions {
		if q.Who == diagnose.WhoAlert {
			continue
		}
		if !seen[theQuestion(q.ID)] {
			miss(theQuestion(q.ID))
			continue
		}
		for _, a := range q.Answers {
			miss(theAnswer(q.ID, a.ID))
		}
	}
	for _, f := range p.Fixes {
		if !seen[theFix(f.ID)] {
			miss(theFix(f.ID))
			continue
		}
		for _, s := range f.Steps {
			for _, w := range s.Cannot {
				miss(theWayOut(f.ID, w.ID))
			}
		}
	}
	return missing
}

func theQuestion(id string) string         { return "question " + id }
func theAnswer(question, id string) string { return fmt.Sprintf("answer %s to %s", id, question) }
func theFix(id string) string              { return "fix " + id }
func theWayOut(fix, id string) string      { return fmt.Sprintf("way out %s of %s", id, fix) }

// note adds what a conversation comes to.
func note(seen map[string]bool, c Conversation, turns []Turn) {
	asked, tried := "", ""
	for i, t := range turns {
		switch in := c.Exchanges[i].Input; in.Kind {
		case InputAnswer:
			seen[theAnswer(asked, in.ID)] = true
		case InputChange:
			seen[theAnswer(in.Question, in.ID)] = true
		case InputCannot:
			seen[theWayOut(tried, in.ID)] = true
		}
		for _, o := range t.Outputs {
			switch o.Kind {
			case OutputAsks:
				asked = o.ID
				seen[theQuestion(o.ID)] = true
			case OutputSuggests:
				tried = o.ID
				seen[theFix(o.ID)] = true
			}
		}
	}
}
