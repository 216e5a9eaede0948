package slackio

import (
	"github.com/slack-go/slack"

	"syncfix/bot"
)

// renderProposal asks whether a likely alert is one; with several playbooks that
// fit, which. To one person it also says what becomes public.
func renderProposal(e bot.Effect, s bot.Scene, o Options) Rendered {
	c := s.Case
	k := o.message(c.ID + "/" + c.Offer.ID + "/proposal")
	if c.State != bot.Proposed {
		text := "This has been taken care of: " + caseLink(c, o) + " · " + stateName(c.State)
		k.section(text)
		return Rendered{Text: notice("This has been taken care of: " + c.ID), Blocks: k.blocks}
	}
	ids := append([]string{c.Playbook}, c.Others...)
	question := "This looks like *" + playbookTitle(s, c.Playbook) + "*. Shall I start a case?"
	text := "This looks like " + s.Titles[c.Playbook] + ". Shall I start a case?"
	if len(ids) > 1 {
		question = "This looks like a sync failure that I know more than one fix for. *Which one is it?*"
		text = "This looks like a sync failure. Which one is it?"
	}
	k.section(question)
	if e.To != "" && c.Anchor.TS == "" {
		k.verbatim(c.Text, 600)
		k.context("Only you can see this. When you start, the case is posted in this channel with the text above.")
	} else if e.To != "" {
		k.context("Only you can see this. The case is posted in the message's thread.")
	}
	var row []slack.BlockElement
	for i, id := range limit(ids, maxActions*4) {
		label, style := s.Titles[id], slack.StyleDefault
		if label == "" {
			label = id
		}
		if len(ids) == 1 {
			label = "Start a case"
		}
		if i == 0 {
			style = slack.StylePrimary
		}
		row = append(row, k.button(bot.Press{Case: c.ID, Offer: c.Offer.ID, Action: bot.ActionStart, Choice: id}, label, style))
	}
	row = append(row, k.button(bot.Press{Case: c.ID, Offer: c.Offer.ID, Action: bot.ActionDecline}, "Not this", slack.StyleDefault))
	k.actions(row...)
	return Rendered{Text: notice(text), Blocks: k.blocks}
}

func playbookTitle(s bot.Scene, id string) string {
	if t := prose(s.Titles[id], 150); t != "" {
		return t
	}
	return outside(id, 80)
}

// command is one line of the help.
type command struct{ form, does string }

// commands are those that Route knows.
func commands() []command {
	return []command{
		{"/syncfix", "opens a form: system, account and the error"},
		{"/syncfix <pasted error>", "starts a case from an error text"},
		{"/syncfix list", "the open cases"},
		{"/syncfix mine", "your cases"},
		{"/syncfix show SF-1", "one case: where it stands and what happened"},
		{"/syncfix resolve SF-1", "you saw the sync work: closes the case"},
		{"/syncfix dismiss SF-1 <reason>", "closes a case that isn't a sync failure"},
		{"/syncfix reopen SF-1", "takes a closed case up again"},
		{"/syncfix help", "this list"},
	}
}

// renderHelp is every command in one line each, after a line of the effect's own.
func renderHelp(e bot.Effect, o Options) Rendered {
	k := o.message("help")
	lead := prose(e.Text, 600)
	if lead != "" {
		k.section(lead)
	}
	list := "*What I understand*"
	for _, c := range commands() {
		list += "\n`" + escape(c.form) + "`  " + escape(c.does)
	}
	k.section(list)
	k.context("When a sync failure is reported in a channel I'm in, I answer in its thread. " +
		"You can also mention me, or choose “Fix this sync” in a message's menu. I never need a password.")
	if lead == "" {
		lead = "What I understand: /syncfix, list, mine, show, resolve, dismiss, reopen, help."
	}
	return Rendered{Text: lead, Blocks: k.blocks}
}
