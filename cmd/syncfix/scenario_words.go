package main

import (
	"strings"
	"time"
)

// sentence is one thing that a line of a scenario can be: fixed words in small
// letters, blanks in capitals, "[not]" where the opposite can be expected, and
// ": SOMETHING" where text follows.
type sentence struct {
	form string
	help string
	play func(p *player, l sceneLine) error
}

// sceneLine is a line of a scenario that was understood.
type sceneLine struct {
	number int
	column int // of what may fail: the text, or else the first word
	raw    string
	text   string // after the colon
	blanks map[string]string
	not    bool
	play   func(p *player, l sceneLine) error
}

func (l sceneLine) user() string { return userID(l.blanks["PERSON"]) }

// parts are the pieces of a text that is a list.
func (l sceneLine) parts() []string {
	var out []string
	for _, p := range strings.Split(l.text, ";") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// sentences is all that can be written, in the order in which it is explained.
func sentences() []sentence {
	return []sentence{
		{"post NAME in CHANNEL as APP: TEXT", "a tool posts; the scenario calls the message NAME", func(p *player, l sceneLine) error {
			return p.post(l.blanks["NAME"], l.blanks["CHANNEL"], l.blanks["APP"], map[string]string{"text": l.text})
		}},
		{"post NUMBER as NAME in CHANNEL as APP: TEXT", "many at once, NAME1 and so on; # in the text is the number", (*player).playMany},
		{"sample NAME in CHANNEL: SAMPLE", "an alert of a playbook: PLAYBOOK/SHAPE, with the shapes person, alertmanager, blocks, mail, again, success", (*player).playSample},
		{"PERSON says NAME in CHANNEL: TEXT", "ana, leo, gil (a guest) or eve (from another company)", func(p *player, l sceneLine) error {
			return p.say(l.blanks["NAME"], l.blanks["CHANNEL"], l.user(), l.text)
		}},
		{"PERSON replies to NAME: TEXT", "in its thread", func(p *player, l sceneLine) error { return p.reply(l.blanks["NAME"], l.user(), l.text) }},
		{"PERSON clicks on NAME: LABEL", "a button below NAME; its question, if it asks one, is answered with yes", func(p *player, l sceneLine) error {
			return p.press(l.blanks["NAME"], l.user(), l.text)
		}},
		{"PERSON chooses on NAME: LABEL", "an entry of a menu below NAME", func(p *player, l sceneLine) error { return p.press(l.blanks["NAME"], l.user(), l.text) }},
		{"PERSON answers NAME: QUESTION = LABEL; …", "until nothing is asked, in any order; some words of each question will do", func(p *player, l sceneLine) error {
			return p.answer(l.blanks["NAME"], l.user(), l.parts())
		}},
		{"PERSON types in CHANNEL: /COMMAND …", "a slash command", func(p *player, l sceneLine) error { return p.slack.Command(l.user(), l.blanks["CHANNEL"], l.text) }},
		{"PERSON uses the shortcut on NAME", "“" + shortcutName + "” in the message's menu", func(p *player, l sceneLine) error { return p.shortcut(l.blanks["NAME"], l.user()) }},
		{"PERSON fills in: FIELD = VALUE; …", "the open form, and submits it", func(p *player, l sceneLine) error { return p.fill(l, false) }},
		{"PERSON fills in wrongly: FIELD = VALUE; …", "… which must stay open, with errors", func(p *player, l sceneLine) error { return p.fill(l, true) }},
		{"PERSON clicks in the form: LABEL", "a button or an entry of the open form", func(p *player, l sceneLine) error { return p.slack.PressModal(l.user(), l.text) }},
		{"PERSON clicks at home: LABEL", "a button or an entry of App Home", func(p *player, l sceneLine) error { return p.slack.PressHome(l.user(), l.text) }},
		{"edit NAME: TEXT", "its author changes the message", func(p *player, l sceneLine) error {
			m := p.messages[l.blanks["NAME"]]
			return p.slack.Edit(m.channel, m.ts, l.text)
		}},
		{"delete NAME", "its author deletes the message", func(p *player, l sceneLine) error {
			m := p.messages[l.blanks["NAME"]]
			return p.slack.Delete(m.channel, m.ts)
		}},
		{"cut the connection", "all sockets break; syncfix connects again by itself", func(p *player, _ sceneLine) error { p.slack.DropSockets(); return nil }},
		{"+DURATION", "the clock moves on: +90s, +30m, +2h, +3d", func(p *player, l sceneLine) error { return p.pass(l.blanks["DURATION"]) }},
		{"wait DURATION", "the same", func(p *player, l sceneLine) error { return p.pass(l.blanks["DURATION"]) }},
		{"wait until TIME", "the clock moves on to that time of the day: 09:00", (*player).playUntil},
		{"expect [not] card of NAME: TEXT; …", "the card in its thread says all of it", func(p *player, l sceneLine) error {
			return p.expectCard(l.not, l.blanks["NAME"], l.parts())
		}},
		{"expect [not] thread of NAME: TEXT; …", "some post of the bot in its thread says all of it", func(p *player, l sceneLine) error {
			return p.expectThread(l.not, l.blanks["NAME"], l.parts())
		}},
		{"expect NUMBER posts below NAME", "so many of the bot's, in the end", (*player).playPosts},
		{"expect [not] button on NAME: LABEL", "there is such a button below NAME", (*player).playButton},
		{"expect [not] PERSON sees: TEXT; …", "something that only they see says all of it", func(p *player, l sceneLine) error {
			return p.expectPrivate(l.not, l.user(), l.parts())
		}},
		{"expect form of PERSON: TEXT; …", "their open form says all of it", func(p *player, l sceneLine) error { return p.expectForm(false, l.user(), l.parts()) }},
		{"expect no form of PERSON", "none is open", func(p *player, l sceneLine) error { return p.expectForm(true, l.user(), nil) }},
		{"expect home of PERSON: TEXT; …", "App Home, opened for it, says all of it", func(p *player, l sceneLine) error { return p.expectHome(l.user(), l.parts()) }},
		{"expect post NAME in CHANNEL: TEXT; …", "a post of the bot outside of threads, called NAME from then on", func(p *player, l sceneLine) error {
			return p.expectPost(l.blanks["NAME"], l.blanks["CHANNEL"], l.parts())
		}},
		{"expect reaction on NAME: EMOJI", "the bot's only one: eyes, white_check_mark, sos", func(p *player, l sceneLine) error {
			return p.expectReaction(l.blanks["NAME"], strings.Trim(l.text, ":"))
		}},
	}
}

// names says whether a form gives a message its name, rather than using one.
func (s sentence) names() bool {
	return strings.HasPrefix(s.form, "post ") || strings.HasPrefix(s.form, "sample ") || strings.HasPrefix(s.form, "PERSON says ") ||
		strings.HasPrefix(s.form, "expect post ")
}

// scenarioHelp tells people what can be written.
func scenarioHelp() string {
	var b strings.Builder
	b.WriteString("Built in are the scenarios " + builtIn() + ". Others are text files, a line a step. A scenario begins on a Monday at 10:00. " +
		"Lines with # are comments; \\n in a text is a new line; \"let NAME: TEXT\" makes $NAME stand for the text. A line is one of:\n\n")
	for _, s := range sentences() {
		b.WriteString("  " + s.form + "\n      " + s.help + "\n")
	}
	return b.String()
}

// parseWait is time.ParseDuration with days.
func parseWait(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		d, err := time.ParseDuration(days + "h")
		return 24 * d, err
	}
	return time.ParseDuration(s)
}
