package slackio

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"syncfix/bot"
	"syncfix/diagnose"
)

// fixing shows the steps up to and including the next gate, and the gate's button.
func (c *card) fixing() {
	f, ok := c.Playbook.Fix(c.Case.Offer.Fix)
	if !ok {
		c.missing()
		return
	}
	try := c.Case.Current()
	steps, gate := c.Case.Stretch(f)
	c.title = f.Title + ". Next: " + gate.Button
	c.section("*Fix: " + outside(f.Title, min(c.t.text, 150)) + "*")
	fresh := len(try.Gates) == 0
	if fresh {
		c.reason()
	}
	c.inHand(f, try)
	c.gatesDone(try)
	c.steps(f, steps)
	if gate.Title != "" && gate.Title != gate.Button {
		c.section("*" + outside(gate.Title, min(c.t.text, 150)) + "*")
	}
	row := []slack.BlockElement{c.gateButton(gate)}
	for _, sp := range steps {
		for _, w := range limit(sp.Cannot, 10) {
			row = append(row, c.press(bot.ActionCannot, w.ID, w.Text, slack.StyleDefault))
		}
	}
	row = append(limit(row, maxOptions), c.press(bot.ActionCannot, "", "Can't do this step", slack.StyleDefault), c.more())
	c.actions(row...)
	c.tried()
	if !fresh { // the reason has said it
		c.likely()
	}
	c.sources()
}

// inHand is what to have ready and what to beware of. Once a gate has been
// pressed in this time round, the former has been seen to; gates carried over from
// an earlier fix say nothing about what this one needs.
func (c *card) inHand(f diagnose.Fix, try bot.Try) {
	var lines []string
	pressed := slices.ContainsFunc(try.Gates, func(g bot.GateRun) bool { return !g.At.Before(try.Started) })
	if len(f.Needs) > 0 && !pressed {
		lines = append(lines, "Have in hand:")
		for _, n := range limit(f.Needs, c.t.items) {
			lines = append(lines, "•  "+prose(n, c.t.text))
		}
	}
	for _, w := range limit(f.Warnings, c.t.items) {
		lines = append(lines, "⚠️ "+prose(w, c.t.text))
	}
	if len(lines) > 0 {
		c.section(strings.Join(lines, "\n"))
	}
}

// gatesDone is one line for each confirmed press: what was done, by whom, when.
func (c *card) gatesDone(try bot.Try) {
	var lines []string
	for _, g := range last(try.Gates, 10) {
		lines = append(lines, gateLine(g)+", "+clock(g.At, c.Now))
	}
	if len(lines) > 0 {
		c.context(strings.Join(lines, "\n"))
	}
}

func gateLine(g bot.GateRun) string { return "✓ " + gateDone(g.Kind) + " · " + person(g.By) }

// gateDone is what a press on a gate says was done.
func gateDone(k diagnose.GateKind) string {
	switch k {
	case diagnose.GateBefore:
		return "Ready to disconnect"
	case diagnose.GateDisconnect:
		return "Disconnected"
	case diagnose.GateReconnect:
		return "Reconnected"
	case diagnose.GateRisk:
		return "Risk accepted"
	}
	return "Steps done"
}

// steps lists a stretch. Numbers are those of the whole fix, so that people can
// speak of "step 4" from beginning to end.
func (c *card) steps(f diagnose.Fix, steps []diagnose.Step) {
	if len(steps) == 0 {
		return
	}
	number := map[string]int{}
	for i, sp := range f.Steps {
		number[sp.ID] = i + 1
	}
	var lines []string
	for _, sp := range limit(steps, c.t.items) {
		n := number[sp.ID]
		if n == 0 { // a step that the fix itself doesn't have stands behind all of its own
			n = len(f.Steps) + 1
		}
		lines = append(lines, c.step(n, sp))
	}
	if n := len(steps) - c.t.items; n > 0 {
		lines = append(lines, fmt.Sprintf("… and %s more in the playbook.", plural(n, "step")))
	}
	c.section(strings.Join(lines, "\n"))
}

func (c *card) step(n int, sp diagnose.Step) string {
	line := "*" + strconv.Itoa(n) + ".*  "
	where := prose(sp.Where, min(c.t.text, 60))
	// "Press Save. Cashflow360: Save" would say it twice.
	if path := prose(sp.Path, min(c.t.text, 200)); path != "" && !strings.Contains(sp.Text, sp.Path) {
		if where != "" {
			where += ": "
		}
		where += path
	}
	line += prose(sp.Text, c.t.text)
	if where != "" {
		line += "  _" + where + "_"
	}
	if sp.Basis == diagnose.Inferred {
		line += "  (not in the documentation; our inference)"
	}
	if note := prose(sp.Note, c.t.text); c.t.notes && note != "" {
		line += "\n      " + note
	}
	return line
}

// gateButton is the press that must come before what follows. What can't be
// taken back asks once more, in Slack's own dialog.
func (c *card) gateButton(g diagnose.Gate) *slack.ButtonBlockElement {
	style, dangerous := slack.StylePrimary, false
	switch g.Kind {
	case diagnose.GateBefore, diagnose.GateDisconnect, diagnose.GateRisk:
		style, dangerous = slack.StyleDanger, true
	}
	b := c.press(bot.ActionGate, g.ID, g.Button, style)
	text := oneLine(g.Confirm)
	if text == "" && dangerous {
		text = "This is recorded with your name. Go on?"
	}
	if text != "" {
		title := oneLine(g.Title)
		if title == "" {
			title = "Are you sure?"
		}
		yes := oneLine(g.Button)
		if len([]rune(yes)) > shown {
			yes = "Yes, go on"
		}
		confirm := slack.NewConfirmationBlockObject(plain(shorten(title, 100)), plain(shorten(text, maxConfirm)), plain(orDash(yes)), plain("Not yet"))
		if dangerous {
			confirm.WithStyle(slack.StyleDanger)
		}
		b.WithConfirm(confirm)
	}
	return b
}

// likely is the ranking in one line, while a fix is under way.
func (c *card) likely() {
	var parts []string
	for _, r := range c.Ranking {
		if r.Band == diagnose.MostLikely || r.Band == diagnose.Possible {
			parts = append(parts, strings.ToLower(bandName(r.Band))+": "+prose(r.Name, min(c.t.text, 60)))
		}
	}
	if len(parts) > 0 {
		c.context("Cause: " + strings.Join(limit(parts, 4), "  ·  "))
	}
}

func (c *card) sources() {
	if !c.t.notes {
		return
	}
	var links []string
	for _, s := range limit(c.Playbook.Sources, 3) {
		title := outside(s.Title, 60)
		if title == "" {
			title = "source"
		}
		links = append(links, link(s.URL, title))
	}
	if len(links) > 0 {
		c.context("Source: " + strings.Join(links, "  ·  "))
	}
}

// verifying waits for the sync: a success notice, or a person who saw it.
func (c *card) verifying() {
	c.title = "Has the sync worked?"
	head := "*Has the sync worked?*"
	if c.Case.Offer.Asked {
		head = "*No word from the sync yet. Has it worked?*"
	}
	text := prose(c.Playbook.Verify.Text, c.t.text)
	if text == "" {
		text = "A success notice closes the case by itself; so does somebody who saw the sync work."
	}
	c.section(head + "\n" + text)
	if due, ok := c.Case.Timers[bot.TimerVerify]; ok && !c.Case.Offer.Asked {
		c.context("If there's no word by " + clock(due, c.Now) + ", I'll ask.")
	}
	c.actions(
		c.press(bot.ActionWorked, "", "The sync worked", slack.StylePrimary),
		c.press(bot.ActionFailing, "", "Still failing", slack.StyleDefault),
		c.more(),
	)
	try := c.Case.Current()
	c.context("Fix: " + fixTitle(c.Playbook, try.Fix, 100))
	c.gatesDone(try)
	c.tried()
}
