package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// shownLines is how much of a place that is new is written down.
const shownLines = 10

// place is something that somebody can see, by a key that sorts as it came.
type place struct {
	key, title, text string
}

// tell writes down what the bot shows now and did not before.
func (p *player) tell() {
	for _, at := range p.places() {
		was := p.shown[at.key]
		if was == at.text {
			continue
		}
		p.shown[at.key] = at.text
		old := map[string]bool{}
		for line := range strings.Lines(was) {
			old[strings.TrimRight(line, "\n")] = true
		}
		var fresh []string
		for line := range strings.Lines(at.text) {
			if line = strings.TrimRight(line, "\n"); line != "" && !old[line] {
				old[line] = true
				fresh = append(fresh, line)
			}
		}
		if len(fresh) == 0 {
			continue
		}
		verb := ""
		if was != "" {
			verb = ", now"
		}
		fmt.Fprintf(p.out, "             %s%s:\n", at.title, verb)
		for i, line := range fresh {
			if i == shownLines {
				fmt.Fprintf(p.out, "               … %d more\n", len(fresh)-i)
				break
			}
			fmt.Fprintf(p.out, "               %s\n", line)
		}
	}
}

// places are the bot's messages, its reactions aside, what only one person sees,
// and open forms.
func (p *player) places() []place {
	var all []place
	for _, c := range p.slack.Channels() {
		for _, root := range p.slack.Messages(c.ID) {
			for _, m := range p.slack.Thread(c.ID, root.TS) {
				if m.BotID != p.slack.BotID() || m.Deleted {
					continue
				}
				where := "syncfix in #" + c.Name
				if m.TS != root.TS {
					where += p.below(message{c.Name, root.TS})
				}
				if c.IM {
					where = "syncfix to one person"
				}
				if len(m.Blocks) > 2 { // the text is for notifications
					m.Text = ""
				}
				all = append(all, place{"1 " + m.TS + c.ID, where, p.readable(m.Plain())})
			}
		}
	}
	for _, u := range p.slack.Users() {
		for _, m := range p.slack.Ephemerals(u.ID) {
			all = append(all, place{"2 " + m.TS + u.ID, "only " + u.RealName + " sees", p.readable(m.Plain())})
		}
		if v, ok := p.slack.Modal(u.ID); ok {
			all = append(all, place{"3 " + v.ID, "a form of " + u.RealName, p.readable(v.Plain())})
		}
	}
	slices.SortStableFunc(all, func(a, b place) int { return strings.Compare(a.key, b.key) })
	return all
}

// below names the message that a thread hangs on.
func (p *player) below(root message) string {
	for _, name := range slices.Sorted(maps.Keys(p.messages)) {
		if p.messages[name] == root {
			return ", below " + name
		}
	}
	return ", in a thread"
}

// dates, people and links as Slack writes them: <…|shown>, or <@U0ANA>.
var (
	labelled = regexp.MustCompile(`<[^<>|]*\|([^<>]*)>`)
	mention  = regexp.MustCompile(`<@U0([A-Z]+)>`)
)

// readable is Slack's markup as a person reads it, near enough.
func (p *player) readable(text string) string {
	text = labelled.ReplaceAllString(text, "$1")
	text = mention.ReplaceAllStringFunc(text, func(m string) string { return "@" + strings.ToLower(m[4:len(m)-1]) })
	return strings.NewReplacer("&gt;", ">", "&lt;", "<", "&amp;", "&", "*", "").Replace(text)
}

// picture is what everybody sees, with what there is to press.
func (s *stage) picture() string {
	var b strings.Builder
	indent := func(text string) string { return strings.ReplaceAll(text, "\n", "\n    ") }
	for _, c := range s.slack.Channels() {
		for _, root := range s.slack.Messages(c.ID) {
			for _, m := range s.slack.Thread(c.ID, root.TS) {
				fmt.Fprintf(&b, "#%s %s %s%s", c.Name, m.TS, m.User, m.BotID)
				for _, emoji := range slices.Sorted(maps.Keys(m.Reactions)) {
					fmt.Fprintf(&b, " :%s:", emoji)
				}
				fmt.Fprintf(&b, "\n    %s\n", indent(m.Plain()))
				for _, button := range s.slack.Buttons(c.ID, m.TS) {
					fmt.Fprintf(&b, "    [%s] %s\n", button.Label, button.ActionID)
				}
			}
		}
	}
	for _, u := range s.slack.Users() {
		for _, m := range s.slack.Ephemerals(u.ID) {
			fmt.Fprintf(&b, "only %s sees:\n    %s\n", u.Name, indent(m.Plain()))
		}
		if v, ok := s.slack.Modal(u.ID); ok {
			fmt.Fprintf(&b, "%s's form:\n    %s\n", u.Name, indent(v.Plain()))
		}
	}
	return b.String()
}
