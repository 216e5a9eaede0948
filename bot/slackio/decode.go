package slackio

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"syncfix/bot"
)

// Decoder turns filed envelopes into what was done; it is the bot's Decoder.
type Decoder struct {
	Self Identity // tells the bot's own posts and its mentions apart
}

var _ bot.Decoder = Decoder{}

// Decode implements bot.Decoder. What is understood and of no interest (joins,
// previews, a closed form) is InNothing; an error means that the payload is not
// what Slack documents.
func (d Decoder) Decode(e bot.Envelope) (bot.Inbound, error) {
	payload, err := readObject(e.Body)
	if err != nil {
		return bot.Inbound{}, fmt.Errorf("decoding %s: %w", e.Kind, err)
	}
	in, err := d.decode(e.Kind, payload)
	if err != nil {
		return bot.Inbound{}, fmt.Errorf("decoding %s: %w", e.Kind, err)
	}
	in.Key, in.Learned = e.Key, e.Received
	if in.At.IsZero() {
		in.At = e.Received
	}
	if in.Kind == bot.InMessage || in.Kind == bot.InMention || in.Kind == bot.InCommand || in.Kind == bot.InForm {
		in.Removed = removed(payload) // of what the one who acted has written
	}
	return in, nil
}

func (d Decoder) decode(kind bot.EnvelopeKind, payload object) (bot.Inbound, error) {
	switch kind {
	case bot.EnvelopeEvent:
		return d.event(payload)
	case bot.EnvelopeCommand:
		return d.command(payload)
	case bot.EnvelopeInteractive:
		return d.interaction(payload)
	}
	return bot.Inbound{}, fmt.Errorf("no payload of Slack's is of kind %.40q", kind)
}

// removed is what redaction noted in the payload.
func removed(payload object) []string {
	list, _ := payload.at(noteKey)["removed"].([]any)
	var out []string
	for _, v := range list {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// nothing is what is understood and of no interest.
func nothing() bot.Inbound { return bot.Inbound{Kind: bot.InNothing} }

func (d Decoder) event(payload object) (bot.Inbound, error) {
	e := payload.at("event")
	if e == nil {
		return bot.Inbound{}, errors.New("the payload has no event")
	}
	in := bot.Inbound{At: timeOf(e.text("event_ts")), Place: bot.Place{Team: teamOf(payload, d.Self)}}
	if in.At.IsZero() {
		in.At = payload.seconds("event_time")
	}
	switch e.text("type") {
	case "message", "app_mention":
		return d.messageEvent(e, in)
	case "app_home_opened":
		if e.text("tab") == "messages" || e.text("user") == "" {
			return nothing(), nil
		}
		in.Kind, in.By = bot.InHome, bot.Actor{ID: e.text("user")}
		return in, nil
	case "member_joined_channel":
		if d.Self.UserID == "" || e.text("user") != d.Self.UserID {
			return nothing(), nil
		}
		in.Kind, in.By, in.Place.Channel = bot.InJoined, bot.Actor{ID: e.text("inviter")}, e.text("channel")
		return in, nil
	}
	return nothing(), nil
}

// messageEvent is a message in one of its versions. in has the team and, as far
// as known, the time.
func (d Decoder) messageEvent(e object, in bot.Inbound) (bot.Inbound, error) {
	in.Kind = bot.InMessage
	message := e
	switch subtype := e.text("subtype"); subtype {
	case "message_changed":
		message = e.at("message")
		if message.text("subtype") == "tombstone" { // deleted, with replies left
			in.Deleted = true
			break
		}
		if in.Edited = true; allText(message, "") == allText(e.at("previous_message"), "") {
			return nothing(), nil // a preview, a reaction, a thread's counts
		}
		if at := timeOf(message.text("edited", "ts")); !at.IsZero() {
			in.At = at
		}
	case "message_deleted":
		message, in.Deleted = e.at("previous_message"), true
	case "", "bot_message", "thread_broadcast", "file_share", "me_message":
		in.Edited = e.at("edited") != nil
		if at := timeOf(e.text("ts")); !at.IsZero() && !in.Edited {
			in.At = at
		}
	default:
		return nothing(), nil
	}
	in.Place = d.place(in.Place.Team, e, message)
	if in.Place.Channel == "" || in.Place.TS == "" {
		return in, errors.New("a message without channel or ts")
	}
	in.Replied = message.text("thread_ts") == in.Place.TS
	in.By, in.Own = author(message), d.own(message)
	if in.Deleted {
		return in, nil
	}
	message = d.others(message)
	in.Mails = bodiless(message)
	if e.text("type") == "app_mention" || d.mentioned(message) {
		in.Kind = bot.InMention
		in.Text = allText(message, d.Self.UserID)
		return in, nil
	}
	in.Text = allText(message, "")
	return in, nil
}

// bodiless are the mails whose text Slack gives only when asked for the file.
func bodiless(message object) []string {
	var ids []string
	for _, f := range message.list("files") {
		if (f.text("mode") == "email" || f.text("filetype") == "email") && f.text("plain_text") == "" && f.text("id") != "" {
			ids = append(ids, f.text("id"))
		}
	}
	return limit(ids, maxMails)
}

// maxMails bounds how many mails of one message are asked for.
const maxMails = 3

// place is where the message of an event stands.
func (d Decoder) place(team string, e, message object) bot.Place {
	p := bot.Place{Team: team, Channel: e.text("channel"), TS: message.text("ts"), Thread: message.text("thread_ts")}
	if deleted := e.text("deleted_ts"); deleted != "" {
		p.TS = deleted
	}
	if p.Thread == p.TS { // the thread's parent stands in the channel
		p.Thread = ""
	}
	return p
}

// author is who wrote a message. Tools post with a bot id, some of them with a
// user as well.
func author(m object) bot.Actor {
	a := bot.Actor{ID: m.text("user"), Name: m.text("username"), Team: m.first("user_team", "source_team", "team")}
	if id := m.text("bot_id"); id != "" || m.text("subtype") == "bot_message" {
		a.Bot = true
		if a.ID == "" {
			a.ID = id
		}
		if a.Name == "" {
			a.Name = m.text("bot_profile", "name")
		}
	}
	return a
}

// own says whether this bot wrote a message. Its posts may lack a user.
func (d Decoder) own(m object) bool {
	same := func(a, b string) bool { return a != "" && a == b }
	return same(m.text("user"), d.Self.UserID) || same(m.text("bot_id"), d.Self.BotID) ||
		same(m.text("app_id"), d.Self.AppID) || same(m.text("bot_profile", "app_id"), d.Self.AppID)
}

// others is the message without what it forwards of this bot's own.
func (d Decoder) others(m object) object {
	list, _ := m["attachments"].([]any)
	kept := slices.DeleteFunc(slices.Clone(list), func(v any) bool {
		a, _ := v.(map[string]any)
		shared := object(a)
		forwarded := shared["is_share"] == true || shared["is_msg_unfurl"] == true
		byUs := d.Self.UserID != "" && shared.text("author_id") == d.Self.UserID
		return forwarded && (byUs || d.own(shared))
	})
	if len(kept) == len(list) {
		return m
	}
	m = maps.Clone(m)
	m["attachments"] = kept
	return m
}

// mentioned says whether a message speaks to the bot. Slack sends an app_mention
// of such a message too, under the same key: whichever comes first is the mention.
func (d Decoder) mentioned(m object) bool {
	if d.Self.UserID == "" {
		return false
	}
	if at, _ := mentionAt(m.text("text"), d.Self.UserID); at >= 0 {
		return true
	}
	for _, b := range m.list("blocks") {
		if d.mentionedIn(b, 0) {
			return true
		}
	}
	return false
}

func (d Decoder) mentionedIn(b object, depth int) bool {
	if depth > maxNested {
		return false
	}
	if b.text("type") == "user" && b.text("user_id") == d.Self.UserID {
		return true
	}
	for _, e := range b.list("elements") {
		if d.mentionedIn(e, depth+1) {
			return true
		}
	}
	return false
}

func (d Decoder) command(payload object) (bot.Inbound, error) {
	in := bot.Inbound{
		Kind:    bot.InCommand,
		By:      bot.Actor{ID: payload.text("user_id"), Name: payload.text("user_name")},
		Place:   bot.Place{Team: teamOf(payload, d.Self), Channel: payload.text("channel_id")},
		Text:    strings.TrimSpace(plainText(payload.text("text"))),
		Trigger: payload.text("trigger_id"),
		ReplyTo: payload.text("response_url"),
	}
	if in.By.ID == "" || in.Place.Channel == "" {
		return in, errors.New("a command without user or channel")
	}
	return in, nil
}
