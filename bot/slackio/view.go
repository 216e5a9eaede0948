package slackio

import (
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"syncfix/bot"
)

// Rendered is what an effect looks like in Slack: a message (Text and Blocks), a
// modal or a Home tab. Text is what notifications and screen readers get; it is
// never empty for a message.
type Rendered struct {
	Text   string
	Blocks []slack.Block
	Modal  *slack.ModalViewRequest
	Home   *slack.HomeTabViewRequest
}

// Options are what a rendering needs besides the scene.
type Options struct {
	Delivery string        // the delivery's id; goes into the first block's id
	TeamURL  string        // "https://acme.slack.com/"; empty: cases are named, not linked
	Link     string        // pointer: the permalink of the case's card
	Stale    time.Duration // a case that has not moved for so long counts as stuck
}

// Render draws an effect. It is pure, total and keeps every limit of Block Kit
// for every scene. An effect without a face (a reaction) renders as nothing.
func Render(e bot.Effect, s bot.Scene, o Options) Rendered {
	switch e.Kind {
	case bot.ShowCard:
		return renderCard(s, o)
	case bot.ShowProposal:
		return renderProposal(e, s, o)
	case bot.Reply, bot.Whisper:
		return renderText(e, o)
	case bot.Brief:
		return renderBrief(s, o)
	case bot.Pointer:
		return renderPointer(e, s, o)
	case bot.ShowList:
		return renderList(e, s, o)
	case bot.ShowCase:
		return renderCase(e, s, o)
	case bot.ShowHelp:
		return renderHelp(e, o)
	case bot.OpenForm:
		return Rendered{Modal: renderForm(e, s)}
	case bot.ShowHome:
		return Rendered{Home: renderHome(e, s, o)}
	case bot.ShowDigest:
		return renderDigest(s, o)
	}
	return Rendered{}
}

// Plain is what an effect would show, in a line or a few of plain text, for an
// operator's list.
func Plain(e bot.Effect, s bot.Scene) string {
	r := Render(e, s, Options{})
	switch {
	case e.Kind == bot.ShowReaction:
		if mark := markOf(s.Case.State); mark != "" {
			return ":" + mark + ":"
		}
		return "no reaction"
	case r.Modal != nil:
		return "a form"
	case r.Home != nil:
		return "App Home"
	}
	return plainText(r.Text)
}

// message is the kit of an effect's message.
func (o Options) message(prefix string) *kit {
	k := &kit{prefix: prefix}
	if o.Delivery != "" {
		k.first = deliveryBlock(o.Delivery)
	}
	return k
}

// deliveryBlock is the block id by which a post of ours is found again where its
// metadata is not to be seen.
func deliveryBlock(id string) string { return shorten("delivery/"+id, maxBlockID) }

// maxNotice bounds the top-level text, of which a notification shows the beginning.
const maxNotice = 300

// notice is text for notifications and screen readers.
func notice(parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p = oneLine(p); p != "" {
			kept = append(kept, p)
		}
	}
	return orDash(balanceTicks(escapeTo(strings.Join(kept, " "), maxNotice)))
}

// renderText is a short message: a reply in the thread, or a word to one person.
func renderText(e bot.Effect, o Options) Rendered {
	k := o.message("text")
	text := escapeTo(strings.TrimSpace(clean(e.Text)), maxSection-200)
	text = mentions(e.Ping) + balanceTicks(text)
	k.section(orDash(text))
	return Rendered{Text: orDash(text), Blocks: k.blocks}
}

// mentions are the people and user groups to notify, ten at most.
func mentions(ids []string) string {
	var b strings.Builder
	for i, id := range ids {
		if i == 10 {
			break
		}
		switch {
		case !isID(id):
		case strings.HasPrefix(id, "S"):
			b.WriteString("<!subteam^" + id + "> ")
		default:
			b.WriteString("<@" + id + "> ")
		}
	}
	return b.String()
}

// isID says whether s looks like an id of Slack's: capitals and digits.
func isID(s string) bool {
	return s != "" && len(s) <= 40 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

// renderPointer says in another place where a failure is worked on.
func renderPointer(e bot.Effect, s bot.Scene, o Options) Rendered {
	k := o.message("pointer")
	c := s.Case
	name := escape(orDash(e.Case))
	where := name
	if o.Link != "" {
		where = link(o.Link, name)
	}
	text := fmt.Sprintf("This failure is being worked on as %s%s. Please go on there.", where, forWhom(c))
	k.section(text)
	return Rendered{Text: notice("This failure is being worked on as " + e.Case + "."), Blocks: k.blocks}
}

func forWhom(c bot.Case) string {
	if c.Company == "" && c.Account == "" {
		return ""
	}
	return " for " + whose(c)
}

// whose is whose sync it is, ready for markup: "Acme (1234567)".
func whose(c bot.Case) string {
	company, account := outside(c.Company, 60), outside(c.Account, 40)
	switch {
	case company != "" && account != "":
		return company + " (" + account + ")"
	case company != "":
		return company
	case account != "":
		return "account " + account
	}
	return "account not known"
}

// permalink is where a message stands, as Slack's clients write it; empty where
// the workspace's address is not known.
func permalink(teamURL string, p bot.Place) string {
	if teamURL == "" || p.Channel == "" || p.TS == "" {
		return ""
	}
	address := strings.TrimSuffix(teamURL, "/") + "/archives/" + p.Channel + "/p" + strings.ReplaceAll(p.TS, ".", "")
	if p.Thread != "" && p.Thread != p.TS {
		address += "?thread_ts=" + p.Thread + "&cid=" + p.Channel
	}
	return address
}

// caseLink names a case, with a link to its card where that is known.
func caseLink(c bot.Case, o Options) string {
	at := c.Card
	if at.TS == "" {
		at = c.Anchor
	}
	if address := permalink(o.TeamURL, at); address != "" {
		return link(address, escape(c.ID))
	}
	return escape(c.ID)
}
