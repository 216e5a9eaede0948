package slackio

import (
	"strings"

	"github.com/slack-go/slack"

	"syncfix/bot"
)

// maxLines is how many cases one list names.
const maxLines = 25

// caseLine is one case in one line: number, whose, state, owner, since when.
func caseLine(s bot.Scene, c bot.Case, o Options) string {
	parts := []string{"*" + caseLink(c, o) + "* " + whose(c)}
	if c.System != "" {
		parts = append(parts, outside(c.System, 40))
	}
	parts = append(parts, stateName(c.State))
	switch {
	case c.State == bot.Waiting:
		parts = append(parts, "until "+when(c.WaitUntil))
	case c.State == bot.Resolved || c.State == bot.Dismissed:
		parts = append(parts, when(c.Closed))
	default:
		parts = append(parts, owner(c))
		if d := s.Now.Sub(c.Changed); d >= 0 && !c.Changed.IsZero() {
			parts = append(parts, "unchanged for "+span(d))
		}
	}
	if n := c.Repeats.Count; n > 0 {
		parts = append(parts, "seen "+times(n+1))
	}
	return "•  " + strings.Join(parts, "  ·  ")
}

func caseLines(s bot.Scene, cases []bot.Case, o Options) string {
	var lines []string
	for _, c := range limit(cases, maxLines) {
		lines = append(lines, caseLine(s, c, o))
	}
	if more := len(cases) - maxLines; more > 0 {
		lines = append(lines, "… and "+plural(more, "more case")+": `/syncfix list`")
	}
	return strings.Join(lines, "\n")
}

// renderList is a list of cases for one person.
func renderList(e bot.Effect, s bot.Scene, o Options) Rendered {
	k := o.message("list")
	head, none := "Open cases", "There are no open cases."
	if e.List == bot.ListMine {
		head, none = "Your cases", "You have no open cases. `/syncfix list` shows everybody's."
	}
	if len(s.Cases) == 0 {
		k.section(none)
		return Rendered{Text: none, Blocks: k.blocks}
	}
	head += ": " + plural(len(s.Cases), "case")
	text := "*" + head + "*\n"
	if more := len(s.Cases) - maxLines; more > 0 {
		text += caseLines(s, s.Cases[:maxLines], o) + "\n… and " + plural(more, "more case") + ". App Home shows them by state."
	} else {
		text += caseLines(s, s.Cases, o)
	}
	k.section(text)
	return Rendered{Text: notice(head + "."), Blocks: k.blocks}
}

// renderDigest is the morning list of a channel's stuck cases.
func renderDigest(s bot.Scene, o Options) Rendered {
	k := o.message("digest")
	if len(s.Cases) == 0 { // closed between the tick and the post
		text := "No case is stuck in this channel."
		k.section(text)
		return Rendered{Text: text, Blocks: k.blocks}
	}
	head := plural(len(s.Cases), "case") + " in this channel " + map[bool]string{true: "needs", false: "need"}[len(s.Cases) == 1] + " somebody's attention"
	k.section("*" + head + "*\n" + caseLines(s, s.Cases, o))
	k.context("Each is handed off or hasn't moved for a while. Close it on its card when the sync works.")
	return Rendered{Text: notice(head + "."), Blocks: k.blocks}
}

// renderHome is the App Home of one person: theirs, the stuck, the waiting, the
// other open ones, and what was closed lately. No case stands in it twice.
func renderHome(e bot.Effect, s bot.Scene, o Options) *slack.HomeTabViewRequest {
	k := &kit{prefix: "home"}
	k.header("Sync failures")
	if e.Text != "" { // a refusal
		k.section(prose(e.Text, 300))
		return &slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: k.blocks}}
	}
	for _, p := range limit(s.Problems, 5) {
		k.section("⚠️ " + prose(p, 300))
	}
	var mine, stuck, waiting, open []bot.Case
	for _, c := range s.Cases {
		switch {
		case c.Owner.ID == e.To && e.To != "":
			mine = append(mine, c)
		case bot.Stuck(c, s.Now, bot.Settings{Stale: o.Stale}):
			stuck = append(stuck, c)
		case c.State == bot.Waiting:
			waiting = append(waiting, c)
		default:
			open = append(open, c)
		}
	}
	k.actions(k.button(bot.Press{Action: bot.ActionForm, Choice: string(bot.FormStart)}, "Start a case", slack.StylePrimary))
	group := func(title string, cases []bot.Case, none string) {
		if len(cases) == 0 && none == "" {
			return
		}
		text := "*" + title + "*\n" + none
		if len(cases) > 0 {
			text = "*" + title + "* (" + plural(len(cases), "case") + ")\n" + caseLines(s, cases, o)
		}
		k.section(text)
	}
	group("Yours", mine, "Nothing is waiting for you.")
	group("Stuck", stuck, "")
	group("Waiting on the customer", waiting, "")
	group("Open", open, "")
	group("Closed lately", s.Recent, "")
	return &slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: k.blocks}}
}
