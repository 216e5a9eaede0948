package slackio

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"syncfix/bot"
	"syncfix/diagnose"
)

// terse is how much a card may say. A card that would break a limit is drawn
// again with less: reasons and sources go first, then notes, then words, never a
// button.
type terse struct {
	text    int // of one piece of a playbook's text, in characters
	items   int // steps, warnings and things to have in hand
	reasons bool
	notes   bool
}

var levels = [...]terse{
	{text: 1500, items: 40, reasons: true, notes: true},
	{text: 600, items: 40, notes: true},
	{text: 250, items: 30},
	{text: 80, items: 25},
	{text: 50, items: 12},
}

// card is a case's card while it is drawn.
type card struct {
	*kit
	bot.Scene
	o     Options
	t     terse
	title string // what is next, for notifications
}

// renderCard draws a case's card at the first level of detail that fits.
func renderCard(s bot.Scene, o Options) Rendered {
	var c *card
	for _, t := range levels {
		prefix := fmt.Sprintf("%s/%s/%d", s.Case.ID, s.Case.Offer.ID, s.Case.Rev)
		c = &card{kit: o.message(prefix), Scene: s, o: o, t: t}
		c.draw()
		if len(c.blocks) <= maxBlocks && c.size <= maxCard {
			break
		}
	}
	return Rendered{Text: notice(headline(s.Case)+" ·", c.title), Blocks: c.blocks}
}

func (c *card) draw() {
	c.header(headline(c.Case))
	c.context(c.status())
	switch c.Case.State {
	case bot.Resolved:
		c.resolved()
	case bot.Dismissed:
		c.dismissed()
	case bot.Escalated:
		c.escalated()
	case bot.Waiting:
		c.waiting()
		c.next()
	default:
		c.next()
	}
}

// next is what the case asks for now.
func (c *card) next() {
	if c.Case.Anchor.TS == "" { // no alert to look at above
		c.verbatim(c.Case.Text, 600)
	}
	switch c.Case.Offer.Kind {
	case bot.OfferQuestion:
		c.question()
	case bot.OfferGate:
		c.fixing()
	case bot.OfferVerify:
		c.verifying()
	default:
		c.title = "The case is being worked out."
		c.section(c.title)
		c.actions(c.more())
	}
}

// headline names a case in one line of plain text.
func headline(c bot.Case) string {
	parts := []string{c.ID}
	if c.System != "" {
		parts = append(parts, shorten(oneLine(c.System), 40))
	}
	company, account := shorten(oneLine(c.Company), 50), shorten(oneLine(c.Account), 30)
	switch {
	case company != "" && account != "":
		parts = append(parts, company+" ("+account+")")
	case company != "":
		parts = append(parts, company)
	case account != "":
		parts = append(parts, "account "+account)
	}
	return strings.Join(parts, " · ")
}

// stateName is a state in a user's words.
func stateName(s bot.State) string {
	switch s {
	case bot.Proposed:
		return "❔ Not started"
	case bot.Triage:
		return "🔎 Finding the cause"
	case bot.Fixing:
		return "🛠️ Fixing"
	case bot.Verifying:
		return "⏳ Waiting for the sync"
	case bot.Waiting:
		return "⏸️ Waiting on the customer"
	case bot.Resolved:
		return "✅ Resolved"
	case bot.Escalated:
		return "🆘 Handed off"
	case bot.Dismissed:
		return "⚪ Closed"
	}
	return "New"
}

// status is the state, the owner, how often the failure was seen, and since when.
func (c *card) status() string {
	parts := []string{"*" + stateName(c.Case.State) + "*"}
	if c.Case.State != bot.Resolved && c.Case.State != bot.Dismissed {
		parts = append(parts, owner(c.Case))
	}
	if n := c.Case.Repeats.Count; n > 0 {
		parts = append(parts, fmt.Sprintf("seen %d×, last %s", n+1, when(c.Case.LastFailure)))
	}
	if off, yes := c.Case.Disconnected(); yes && c.Case.State.Open() {
		parts = append(parts, "⚠️ disconnected since "+when(off.At)+" ("+person(off.By)+")")
	}
	if c.Case.Reopened > 0 {
		parts = append(parts, "reopened "+times(c.Case.Reopened))
	}
	if subject := outside(c.Case.Subject, 80); subject != "" {
		parts = append(parts, subject)
	}
	if c.Case.Company == "" && c.Case.Account == "" && c.Case.State.Open() {
		parts = append(parts, "account not known: set it under More…")
	}
	return strings.Join(parts, "  ·  ")
}

func owner(c bot.Case) string {
	if name := outside(c.Owner.Name, 60); name != "" {
		return "owner " + name
	}
	if isID(c.Owner.ID) {
		return "owner <@" + c.Owner.ID + ">"
	}
	return "no owner yet"
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return plural(n, "time")
}

// person names who did something; a mention where only the id is known (Slack
// shows the name; nobody is notified by an update).
func person(a bot.Actor) string {
	if name := outside(a.Name, 60); name != "" {
		return name
	}
	if isID(a.ID) {
		return "<@" + a.ID + ">"
	}
	return "somebody"
}

// nameOf is the same as person, in plain text.
func nameOf(a bot.Actor) string {
	if name := shorten(oneLine(a.Name), 60); name != "" {
		return name
	}
	return "somebody"
}

// question asks, with a button for each answer.
func (c *card) question() {
	q, ok := c.Playbook.Question(c.Case.Offer.Question)
	if !ok {
		c.missing()
		return
	}
	c.title = q.Text
	var b strings.Builder
	b.WriteString("*" + outside(q.Text, c.t.text) + "*")
	if q.Who == diagnose.WhoCustomer {
		b.WriteString("\nOnly the customer's administrator can tell: please ask them.")
	}
	if q.Where != "" {
		b.WriteString("\n📍 " + prose(q.Where, c.t.text))
	}
	if q.Basis == diagnose.Inferred {
		b.WriteString("\n_Not in the documentation; our inference._")
	}
	for _, a := range limit(q.Answers, c.t.items) {
		if utf8.RuneCountInString(a.Text) > shown { // a button may not show all of it
			b.WriteString("\n•  " + prose(a.Text, min(c.t.text, 200)))
		}
	}
	c.section(b.String())
	c.reason()
	var row []slack.BlockElement
	for _, a := range limit(q.Answers, maxOptions) {
		row = append(row, c.press(bot.ActionAnswer, a.ID, a.Text, slack.StyleDefault))
	}
	row = append(row, c.press(bot.ActionAnswer, diagnose.NotSure, "Not sure", slack.StyleDefault), c.more())
	c.actions(row...)
	c.tried()
	c.causes()
}

// shown is how much of a button's label most screens show, in characters.
const shown = 30

// press is a button of the offer that stands.
func (c *card) press(a bot.Action, choice, label string, style slack.Style) *slack.ButtonBlockElement {
	return c.button(bot.Press{Case: c.Case.ID, Offer: c.Case.Offer.ID, Action: a, Choice: choice}, label, style)
}

func (c *card) reason() {
	if r := prose(c.Case.Offer.Reason, min(c.t.text, 400)); r != "" {
		c.context(r)
	}
}

// missing is a card whose playbook is no longer there.
func (c *card) missing() {
	c.title = "The playbook of this case isn't there any more. Please hand it off."
	c.section(c.title)
	c.actions(c.more())
}

// tried is what did not help before, in one line each.
func (c *card) tried() {
	var lines []string
	for _, t := range c.Case.Tried {
		if t.Result == bot.Failed || t.Result == bot.Blocked {
			lines = append(lines, "✗ "+fixTitle(c.Playbook, t.Fix, min(c.t.text, 80))+": "+resultName(t.Result)+", "+clock(t.Ended, c.Now))
		}
	}
	if len(lines) > 0 {
		c.context(strings.Join(last(lines, 5), "\n"))
	}
}

func fixTitle(p diagnose.Playbook, id string, n int) string {
	if f, ok := p.Fix(id); ok {
		return prose(f.Title, n)
	}
	return outside(id, n)
}

func resultName(r bot.Result) string {
	switch r {
	case bot.Worked:
		return "worked"
	case bot.Failed:
		return "the sync failed again"
	case bot.Blocked:
		return "a step couldn't be done"
	case bot.Abandoned:
		return "not finished"
	}
	return "under way"
}

// causes is what is thought about the causes: each with its reason, the ruled
// out ones in one line.
func (c *card) causes() {
	var lines, out []string
	for _, r := range c.Ranking {
		name := prose(r.Name, min(c.t.text, 80))
		if r.Band == diagnose.RuledOut {
			out = append(out, name)
			continue
		}
		line := bandName(r.Band) + ": *" + name + "*"
		if why := prose(r.Why, min(c.t.text, 160)); c.t.reasons && why != "" {
			line += " – " + why
		}
		lines = append(lines, line)
	}
	lines = limit(lines, 8)
	if len(out) > 0 {
		lines = append(lines, "Ruled out: "+strings.Join(limit(out, 8), ", "))
	}
	if len(lines) > 0 {
		c.context(strings.Join(lines, "\n"))
	}
}

func bandName(b diagnose.Band) string {
	switch b {
	case diagnose.MostLikely:
		return "Most likely"
	case diagnose.Possible:
		return "Possible"
	case diagnose.Unlikely:
		return "Unlikely"
	case diagnose.RuledOut:
		return "Ruled out"
	}
	return "Open"
}

func limit[T any](s []T, n int) []T { return s[:min(len(s), n)] }

func last[T any](s []T, n int) []T { return s[max(0, len(s)-n):] }
