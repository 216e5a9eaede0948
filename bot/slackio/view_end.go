package slackio

import (
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"syncfix/bot"
	"syncfix/diagnose"
)

// resolved says on what evidence the case was closed.
func (c *card) resolved() {
	v := c.Case.Verified
	how := person(v.By) + " saw the sync work"
	c.title = "Resolved: " + nameOf(v.By) + " saw the sync work."
	if v.Notice {
		how, c.title = "A success notice came in", "Resolved: a success notice came in."
	}
	lines := []string{"*" + how + "*, " + when(v.At) + "."}
	if note := outside(v.Note, 300); note != "" {
		lines = append(lines, "“"+note+"”")
	}
	if v.Fix != "" {
		lines = append(lines, "What helped: "+fixTitle(c.Playbook, v.Fix, 150))
	}
	if cause, ok := c.Playbook.Cause(v.Cause); ok && v.Cause != "" {
		lines = append(lines, "Cause: "+prose(cause.Name, 100))
	}
	if d := v.At.Sub(c.Case.Opened); d > 0 && !c.Case.Opened.IsZero() {
		lines = append(lines, "Solved after "+span(d)+".")
	}
	c.section(strings.Join(lines, "\n"))
	if try := c.Case.Current(); v.Fix != "" && try.Fix == v.Fix {
		c.gatesDone(try)
	}
	c.reopen("If the failure is reported again in the next days, I'll reopen the case.")
}

// dismissed says why the case was closed without a fix.
func (c *card) dismissed() {
	reason := c.Case.Reason
	if reason == "" {
		reason = "Closed without a fix."
	}
	c.title = "Closed: " + reason
	c.section("*Closed:* " + outside(reason, 500))
	switch by := c.Case.ClosedBy; {
	case by.ID != "":
		c.context(person(by) + ", " + when(c.Case.Closed))
	case !c.Case.Closed.IsZero():
		c.context(when(c.Case.Closed))
	}
	c.reopen("")
}

func (c *card) reopen(hint string) {
	c.actions(c.button(bot.Press{Case: c.Case.ID, Action: bot.ActionReopen}, "Reopen", slack.StyleDefault))
	if hint != "" {
		c.context(hint)
	}
}

// escalated says who has the case now and why.
func (c *card) escalated() {
	to := prose(c.Playbook.Escalation.To, min(c.t.text, 200))
	head := "*Handed off*"
	if to != "" {
		head = "*Handed off to " + strings.ReplaceAll(to, "*", "") + "*"
	}
	c.title = "Handed off. The brief is in this thread."
	lines := []string{head}
	if reason := outside(c.Case.Reason, min(c.t.text, 500)); reason != "" {
		lines = append(lines, reason)
	}
	lines = append(lines, "The brief is in this thread. When the sync works again, close the case here.")
	c.section(strings.Join(lines, "\n"))
	if c.Case.Anchor.TS == "" {
		c.verbatim(c.Case.Text, 600)
	}
	c.actions(
		c.form(bot.FormResolve, "The sync worked", slack.StylePrimary),
		c.button(bot.Press{Case: c.Case.ID, Action: bot.ActionReopen}, "Reopen", slack.StyleDefault),
		c.more(),
	)
	c.tried()
}

func (c *card) form(f bot.FormKind, label string, style slack.Style) *slack.ButtonBlockElement {
	return c.button(bot.Press{Case: c.Case.ID, Action: bot.ActionForm, Choice: string(f)}, label, style)
}

// waiting says until when nobody is reminded; what the case asks for follows.
func (c *card) waiting() {
	c.section(fmt.Sprintf("*Waiting on the customer* until %s. I'll remind nobody before.", when(c.Case.WaitUntil)))
	c.actions(c.button(bot.Press{Case: c.Case.ID, Action: bot.ActionMenu, Choice: string(bot.MenuResume)}, "The customer has answered", slack.StylePrimary))
}

// more is the menu of what can be done in this state besides what is next.
func (c *card) more() *slack.SelectBlockElement { return c.menu(c.Case.ID, "More…", entries(c.Case)) }

// entries are the menu's, the most used first. What has a button on the card has
// no entry.
func entries(c bot.Case) []menuEntry {
	var list []menuEntry
	add := func(when bool, choice bot.MenuChoice, label string) {
		if when {
			list = append(list, menuEntry{choice, label})
		}
	}
	handedOff := c.State == bot.Escalated
	add(!handedOff, bot.MenuHandOff, "Hand off now")
	add(!handedOff && c.Offer.Kind != bot.OfferVerify, bot.MenuResolve, "The sync worked")
	add(!handedOff && c.State != bot.Waiting, bot.MenuWait, "Waiting on the customer")
	add(!handedOff, bot.MenuWrong, "Wrong diagnosis")
	add(true, bot.MenuCause, "Pick the cause")
	add(answered(c), bot.MenuAnswers, "Change an answer")
	add(true, bot.MenuAccount, "Set account and company")
	add(true, bot.MenuMine, "Take it over")
	add(true, bot.MenuDismiss, "Not a sync failure")
	return list
}

// answered says whether a question has been answered that can be changed.
func answered(c bot.Case) bool {
	for _, ev := range c.Evidence {
		if ev.Kind == diagnose.KindAnswer && !ev.Stale {
			return true
		}
	}
	return false
}
