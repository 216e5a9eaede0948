package slackio

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"syncfix/bot"
)

// keyOf is what makes two deliveries of a payload the same thing; see the package
// doc for the kinds of keys.
func keyOf(kind bot.EnvelopeKind, payload object, self Identity) string {
	switch kind {
	case bot.EnvelopeEvent:
		return eventKey(payload, self)
	case bot.EnvelopeCommand:
		return key(payload, "t", payload.text("trigger_id"))
	case bot.EnvelopeInteractive:
		if payload.text("type") == "view_submission" {
			return key(payload, "v", payload.text("view", "id"), payload.text("view", "hash"))
		}
		return key(payload, "t", payload.text("trigger_id"))
	}
	return key(payload, "")
}

// eventKey is by the message for whatever is about a message: a mention and its
// message are one, and an event that Slack repeats under a new id still is.
func eventKey(payload object, self Identity) string {
	e := payload.at("event")
	ts, version := e.text("ts"), e.text("edited", "ts")
	switch e.text("type") + "/" + e.text("subtype") {
	case "message/message_changed":
		ts, version = e.text("message", "ts"), e.text("message", "edited", "ts")
		if version == "" || version == e.text("previous_message", "edited", "ts") { // not by its author: a preview, a thread's counts
			version = "u" + e.first("event_ts", "ts")
		}
	case "message/message_deleted":
		ts, version = e.text("deleted_ts"), "deleted"
	default:
		if kind := e.text("type"); kind != "message" && kind != "app_mention" {
			return key(payload, "e", payload.text("event_id"))
		}
	}
	parts := []string{"m", teamOf(payload, self), e.text("channel"), ts}
	if version != "" {
		parts = append(parts, version)
	}
	return key(payload, parts...)
}

// teamOf is the workspace that the bot is in. In a shared channel an event's
// team may be the sender's.
func teamOf(payload object, self Identity) string {
	if self.TeamID != "" {
		return self.TeamID
	}
	if id := payload.text("team_id"); id != "" {
		return id
	}
	return payload.text("team", "id")
}

// key joins parts. Where one is missing, or looks like none of Slack's ids, the
// payload's digest stands for all of them.
func key(payload object, parts ...string) string {
	for _, p := range parts {
		if p == "" || len(p) > 200 || strings.ContainsAny(p, "/\x00\n") {
			return "x/" + digest(mustMarshal(payload))
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
