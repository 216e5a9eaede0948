package sandbox

import (
	"encoding/json"
	"strings"
)

// emit sends an event of a channel to the app, if its bot is in the channel.
func (s *Server) emit(c *channel, what string, event object) {
	if !c.HasMember(botUserID) {
		return
	}
	s.dispatch("events_api", what, s.eventCallback(event, c.ExtShared))
}

func (s *Server) eventCallback(event object, extShared bool) object {
	return object{
		"token": "sandbox-verification-token", "team_id": teamID, "context_team_id": teamID, "context_enterprise_id": nil, "api_app_id": appID,
		"type": "event_callback", "event_id": s.id("Ev0"), "event_time": s.now().Unix(), "event": event,
		"authorizations":        []object{{"enterprise_id": nil, "team_id": teamID, "user_id": botUserID, "is_bot": true, "is_enterprise_install": false}},
		"is_ext_shared_channel": extShared, "event_context": s.id("4-"),
	}
}

func (s *Server) envelopeID() string { return s.id("e0000000-0000-4000-8000-000000") }

func (c *channel) kind() string {
	if c.IM {
		return "im"
	}
	return "channel"
}

// emitPosted tells of a new message, and of a mention of the bot in it as a second event.
func (s *Server) emitPosted(c *channel, m *Message) {
	event := s.wireMessage(m, false)
	event["channel"], event["channel_type"], event["event_ts"] = c.ID, c.kind(), m.TS
	what := "message"
	if m.Subtype != "" {
		what += "/" + m.Subtype
	}
	s.emit(c, what, event)
	if c.IM || m.User == "" || m.User == botUserID || m.Subtype != "" || !strings.Contains(m.Text, "<@"+botUserID+">") {
		return
	}
	mention := object{}
	for k, v := range event {
		if k != "channel_type" {
			mention[k] = v
		}
	}
	mention["type"] = "app_mention"
	s.emit(c, "app_mention", mention)
}

func (s *Server) emitChanged(c *channel, now, before object) {
	ts := s.ws.nextTS(s.now())
	s.emit(c, "message/message_changed", object{
		"type": "message", "subtype": "message_changed", "hidden": true, "channel": c.ID, "channel_type": c.kind(), "ts": ts, "event_ts": ts,
		"message": now, "previous_message": before,
	})
}

func (s *Server) emitDeleted(c *channel, deleted string, before object) {
	ts := s.ws.nextTS(s.now())
	s.emit(c, "message/message_deleted", object{
		"type": "message", "subtype": "message_deleted", "hidden": true, "channel": c.ID, "channel_type": c.kind(), "ts": ts, "event_ts": ts,
		"deleted_ts": deleted, "previous_message": before,
	})
}

// join adds somebody to a channel: the notice in the channel, and the event.
func (s *Server) join(c *channel, user, inviter string) {
	if c.HasMember(user) {
		return
	}
	c.Members = append(c.Members, user)
	s.changed(Change{Kind: ChangeChannel, Channel: c.ID, User: user})
	ts := s.ws.nextTS(s.now())
	s.emit(c, "member_joined_channel", object{
		"type": "member_joined_channel", "user": user, "channel": c.ID, "channel_type": "C", "team": teamID, "inviter": inviter, "event_ts": ts,
	})
	// The channel exists, and the notice starts no thread.
	_, _ = s.post(Message{
		Channel: c.ID, User: user, Subtype: "channel_join", Text: "<@" + user + "> has joined the channel", Extra: map[string]json.RawMessage{"inviter": mustJSON(inviter)},
	})
}

// leave takes somebody out of a channel.
func (s *Server) leave(c *channel, user string) {
	c.Members = without(c.Members, user)
	s.changed(Change{Kind: ChangeChannel, Channel: c.ID, User: user})
}

func without(list []string, item string) []string {
	var out []string
	for _, v := range list {
		if v != item {
			out = append(out, v)
		}
	}
	return out
}
