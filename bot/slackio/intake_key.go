package slackio

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"syncfix/bot"
)

// fields is a payload, however it was read.
type fields interface {
	// text is the string at the end of keys, empty if there is none.
	text(keys ...string) string
}

// keyOf is what makes two deliveries of a payload the same thing; see the package
// doc for the kinds of keys.
func keyOf(kind bot.EnvelopeKind, payload object, self Identity) string {
	key := ""
	switch {
	case kind == bot.EnvelopeEvent:
		key = eventKey(payload, payload.at("event"), self)
	case kind == bot.EnvelopeInteractive && payload.text("type") == "view_submission":
		key = joinKey("v", payload.text("view", "id"), payload.text("view", "hash"))
	case kind == bot.EnvelopeInteractive, kind == bot.EnvelopeCommand:
		key = joinKey("t", payload.text("trigger_id"))
	}
	if key == "" {
		key = "x/" + digest(mustMarshal(payload))
	}
	return key
}

// eventKey is by the message for whatever is about a message: a mention and its
// message are one, and an event e that Slack repeats under a new id still is. It is
// empty where Slack's ids are missing.
func eventKey(payload, e fields, self Identity) string {
	ts, version := e.text("ts"), e.text("edited", "ts")
	switch kind := e.text("type"); kind + "/" + e.text("subtype") {
	case "message/message_changed":
		ts, version = e.text("message", "ts"), e.text("message", "edited", "ts")
		if version == "" || version == e.text("previous_message", "edited", "ts") { // not by its author: a preview, a thread's counts
			version = "u" + cmp.Or(e.text("event_ts"), e.text("ts"))
		}
	case "message/message_deleted":
		ts, version = e.text("deleted_ts"), "deleted"
	default:
		if kind != "message" && kind != "app_mention" {
			return joinKey("e", payload.text("event_id"))
		}
	}
	parts := []string{"m", teamOf(payload, self), e.text("channel"), ts}
	if version != "" {
		parts = append(parts, version)
	}
	return joinKey(parts...)
}

// teamOf is the workspace that the bot is in. In a shared channel an event's
// team may be the sender's.
func teamOf(payload fields, self Identity) string {
	if self.TeamID != "" {
		return self.TeamID
	}
	if id := payload.text("team_id"); id != "" {
		return id
	}
	return payload.text("team", "id")
}

// joinKey joins parts; it is empty where one is missing, or looks like none of
// Slack's ids.
func joinKey(parts ...string) string {
	for _, p := range parts {
		if p == "" || len(p) > 200 || strings.ContainsAny(p, "/\x00\n") {
			return ""
		}
	}
	return strings.Join(parts, "/")
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}

// unknownKey is the key of what nobody could parse.
func unknownKey(envelopeID string, raw []byte) string {
	if envelopeID == "" || len(envelopeID) > 200 {
		return "x/" + digest(raw)
	}
	return "u/" + envelopeID
}
