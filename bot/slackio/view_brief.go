package slackio

import (
	"fmt"
	"strings"

	"syncfix/bot"
	"syncfix/diagnose"
)

// renderBrief is what somebody needs who takes the case over: the problem, its
// impact, the exact error, what happened, what was tried, what blocks, the best
// remaining hypothesis, and who it goes to. Of a long story the newest is told.
func renderBrief(s bot.Scene, o Options) Rendered {
	var k *kit
	for _, lines := range [...]int{15, 8, 4} {
		if k = brief(s, o, lines); k.size <= maxCard {
			break
		}
	}
	return Rendered{Text: notice("Hand-off of " + headline(s.Case) + ": " + s.Case.Reason), Blocks: k.blocks}
}

// brief tells at most so many lines of each list.
func brief(s bot.Scene, o Options, most int) *kit {
	c := s.Case
	k := o.message(fmt.Sprintf("%s/brief/%d", c.ID, c.Rev))
	k.header("Hand-off of " + headline(c))
	title := s.Playbook.Title
	if title == "" {
		title = s.Titles[c.Playbook]
	}
	lines := []string{
		"*Problem:* " + orDash(prose(title, 200)) + forWhom(c),
		"*Impact:* " + impact(c),
		"*What blocks:* " + orDash(outside(c.Reason, 500)),
		"*Best remaining hypothesis:* " + hypothesis(s),
	}
	if off, yes := c.Disconnected(); yes {
		lines = append(lines, "*Careful:* the sync is disconnected since "+when(off.At)+" ("+person(off.By)+")")
	}
	if to := prose(s.Playbook.Escalation.To, 200); to != "" {
		lines = append([]string{"*To:* " + to}, lines...)
	}
	k.section(strings.Join(lines, "\n"))
	if strings.TrimSpace(c.Text) != "" {
		k.section("*Exact error*")
		k.verbatim(c.Text, 1500)
	}
	if tried := triedLines(s, most); len(tried) > 0 {
		k.section("*What was tried*\n" + strings.Join(tried, "\n"))
	}
	if known := knownLines(s); len(known) > 0 {
		k.section("*What is known*\n" + strings.Join(last(known, 2*most), "\n"))
	}
	if events := timeline(s, most); len(events) > 0 {
		k.section("*Timeline*\n" + strings.Join(events, "\n"))
	}
	if attach := s.Playbook.Escalation.Attach; len(attach) > 0 {
		var list []string
		for _, a := range limit(attach, most) {
			list = append(list, "•  "+prose(a, 150))
		}
		k.section("*Please attach*\n" + strings.Join(list, "\n"))
	}
	return k
}

// impact is for how long and how often the failure has been seen.
func impact(c bot.Case) string {
	first := when(c.Opened)
	if c.Repeats.Count == 0 {
		return "the sync has been failing since " + first + "; reported once"
	}
	text := fmt.Sprintf("the sync has been failing since %s; reported %s, last %s", first, times(c.Repeats.Count+1), when(c.LastFailure))
	if c.Reopened > 0 {
		text += "; reopened " + times(c.Reopened)
	}
	return text
}

// hypothesis is the likeliest cause that is not ruled out, with its reason.
func hypothesis(s bot.Scene) string {
	for _, r := range s.Ranking {
		if r.Band != diagnose.RuledOut {
			text := prose(r.Name, 100) + " (" + string(r.Band) + ")"
			if why := prose(r.Why, 300); why != "" {
				text += ": " + why
			}
			return text
		}
	}
	return "none of the causes in the playbook"
}

// triedLines are the newest fixes tried, with what was pressed in each.
func triedLines(s bot.Scene, most int) []string {
	var lines []string
	for _, t := range last(s.Case.Tried, most) {
		line := "•  " + fixTitle(s.Playbook, t.Fix, 100) + ": *" + resultName(t.Result) + "*"
		if !t.Ended.IsZero() {
			line += ", " + when(t.Ended)
		}
		lines = append(lines, line)
		for _, g := range last(t.Gates, 6) {
			lines = append(lines, "      "+gateLine(g)+", "+when(g.At))
		}
	}
	return lines
}

// knownLines are the answers that still count.
func knownLines(s bot.Scene) []string {
	var lines []string
	for _, ev := range s.Case.Evidence {
		if ev.Kind != diagnose.KindAnswer || ev.Stale {
			continue
		}
		q, ok := s.Playbook.Question(ev.Question)
		if !ok {
			continue
		}
		if a, ok := q.Answer(ev.Answer); ok {
			lines = append(lines, "•  "+prose(q.Text, 150)+" – *"+outside(a.Text, 75)+"*")
		}
	}
	return lines
}

// renderCase is a summary of one case for one person.
func renderCase(e bot.Effect, s bot.Scene, o Options) Rendered {
	c := s.Case
	k := o.message(c.ID + "/show")
	if c.ID == "" {
		text := "There is no case " + outside(orDash(e.Case), 20) + ". `/syncfix list` shows the open ones."
		k.section(text)
		return Rendered{Text: text, Blocks: k.blocks}
	}
	k.section("*" + outside(headline(c), maxHeader) + "*\n" + stateName(c.State) + "  ·  " + owner(c) + "  ·  since " + when(c.Opened))
	lines := []string{"*Next:* " + pending(s)}
	if address := permalink(o.TeamURL, c.Card); address != "" {
		lines = append(lines, link(address, "Open the card"))
	}
	k.section(strings.Join(lines, "\n"))
	if events := timeline(s, 6); len(events) > 0 {
		k.context(strings.Join(events, "\n"))
	}
	return Rendered{Text: notice(headline(c)+".", stateName(c.State)+"."), Blocks: k.blocks}
}

// pending is what a case waits for, in one line.
func pending(s bot.Scene) string {
	c := s.Case
	switch c.State {
	case bot.Resolved:
		if c.Verified.Notice {
			return "nothing; a success notice came in " + when(c.Verified.At)
		}
		return "nothing; " + person(c.Verified.By) + " saw the sync work " + when(c.Verified.At)
	case bot.Dismissed:
		return "nothing; closed: " + outside(c.Reason, 200)
	case bot.Escalated:
		return "it's handed off; close it when the sync works"
	case bot.Waiting:
		return "the customer, until " + when(c.WaitUntil)
	case bot.Verifying:
		return "has the sync worked?"
	case bot.Fixing:
		if f, ok := s.Playbook.Fix(c.Offer.Fix); ok {
			_, gate := c.Stretch(f)
			return prose(f.Title, 150) + ", up to “" + outside(gate.Button, maxLabel) + "”"
		}
	case bot.Triage:
		if q, ok := s.Playbook.Question(c.Offer.Question); ok {
			return prose(q.Text, 200)
		}
	}
	return "see the card"
}
