package main

import (
	"strings"

	"syncfix/bot"
	"syncfix/playbooks"
)

// turn is what became of the case since before: the lines of a conversation.
// After a message something is always said, be it that the bot stays silent.
func (d *desk) turn(before bot.Case, text string, message bool) (playbooks.Turn, error) {
	after, err := d.current()
	if err != nil {
		return playbooks.Turn{}, err
	}
	t := playbooks.Turn{Text: text, Playbook: after.Playbook}
	if after.State == bot.Proposed {
		t.Playbook = "" // nobody has said yet that it is this one
	}
	fresh := after.ID != before.ID
	t.Outputs = d.changes(before, after, fresh)
	if !message || len(t.Outputs) > 0 {
		return t, nil
	}
	then := playbooks.Output{Kind: playbooks.OutputThen, ID: playbooks.Silent}
	if after.Rev != before.Rev {
		then.ID, then.Text = string(after.State), "the failure is counted"
	}
	t.Outputs = []playbooks.Output{then}
	return t, nil
}

// changes says what a person sees to be new.
func (d *desk) changes(before, after bot.Case, fresh bool) []playbooks.Output {
	p := d.playbook(after)
	moved := fresh || after.State != before.State
	offered := fresh || after.Offer.ID != before.Offer.ID
	then := func(text string) []playbooks.Output {
		return []playbooks.Output{{Kind: playbooks.OutputThen, ID: string(after.State), Text: text}}
	}
	switch after.State {
	case bot.Triage:
		if q, ok := p.Question(after.Offer.Question); ok && offered {
			return []playbooks.Output{{Kind: playbooks.OutputAsks, ID: q.ID, Text: q.Text, Because: after.Offer.Reason}}
		}
	case bot.Fixing:
		if f, ok := p.Fix(after.Offer.Fix); ok && (fresh || len(after.Tried) > len(before.Tried)) {
			return []playbooks.Output{{Kind: playbooks.OutputSuggests, ID: f.ID, Text: f.Title, Because: after.Offer.Reason}}
		}
	case bot.Verifying:
		if after.Offer.Asked && (moved || !before.Offer.Asked) {
			return then("asks whether the sync works now")
		}
	case bot.Proposed:
		if moved {
			return then(d.proposal(after))
		}
	case bot.Escalated, bot.Dismissed:
		if moved || after.Reason != before.Reason {
			return then(after.Reason)
		}
	}
	if moved {
		return then("")
	}
	return nil
}

// proposal is what a likely alert may be.
func (d *desk) proposal(c bot.Case) string {
	var titles []string
	for _, id := range append([]string{c.Playbook}, c.Others...) {
		p, _ := d.library.Get(id)
		titles = append(titles, "“"+p.Title+"”")
	}
	if len(titles) == 1 {
		return "it looks like " + titles[0]
	}
	return "asks which it is, " + strings.Join(titles, " or ")
}
