package sandbox

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// target is the channel of a call, which may be a channel's id or name, or a person's id (their direct message).
func (s *Server) target(call *apiCall) (*channel, error) {
	id := call.params.str("channel")
	if id == "" {
		return nil, slackError("channel_not_found")
	}
	if c := s.ws.directMessage(id); c != nil {
		return c, nil
	}
	if c := s.ws.resolveChannel(id); c != nil {
		return c, nil
	}
	return nil, slackError("channel_not_found")
}

// ownChannel is the channel of a call that the bot must be a member of.
func (s *Server) ownChannel(call *apiCall) (*channel, error) {
	c, err := s.target(call)
	if err == nil && !c.HasMember(botUserID) {
		err = slackError("not_in_channel")
	}
	return c, err
}

func (s *Server) chatPostMessage(call *apiCall) (object, error) {
	c, err := s.ownChannel(call)
	if err != nil {
		return nil, err
	}
	body, err := s.readContent(call.method, call.params)
	if err != nil {
		return nil, err
	}
	m := Message{Channel: c.ID, ThreadTS: call.params.str("thread_ts"), User: botUserID, BotID: botID, AppID: appID}
	body.fill(&m)
	if m.Metadata, _, err = readMetadata(call.params); err != nil {
		return nil, err
	}
	if m.ThreadTS != "" && call.params.flag("reply_broadcast") {
		m.Subtype = "thread_broadcast"
	}
	posted, err := s.post(m)
	if err != nil {
		return nil, err
	}
	return object{"channel": c.ID, "ts": posted.TS, "message": s.wireMessage(posted, true)}, nil
}

func (s *Server) chatPostEphemeral(call *apiCall) (object, error) {
	c, err := s.ownChannel(call)
	if err != nil {
		return nil, err
	}
	user := call.params.str("user")
	if s.ws.users[user] == nil || !c.HasMember(user) {
		return nil, slackError("user_not_in_channel")
	}
	body, err := s.readContent(call.method, call.params)
	if err != nil {
		return nil, err
	}
	m := Message{Channel: c.ID, ThreadTS: call.params.str("thread_ts"), User: botUserID, BotID: botID, AppID: appID}
	body.fill(&m)
	return object{"message_ts": s.postEphemeral(user, m).TS}, nil
}

// ownMessage is the message of a call that only its author may change.
func (s *Server) ownMessage(call *apiCall, notOurs string) (*Message, error) {
	c, err := s.target(call)
	if err != nil {
		return nil, err
	}
	m := s.ws.find(c.ID, call.params.str("ts"))
	if m == nil {
		return nil, slackError("message_not_found")
	}
	if m.BotID != botID {
		return nil, slackError(notOurs)
	}
	return m, nil
}

func (s *Server) chatUpdate(call *apiCall) (object, error) {
	m, err := s.ownMessage(call, "cant_update_message")
	if err != nil {
		return nil, err
	}
	if utf8.RuneCountInString(call.params.str("text")) > maxUpdateText {
		s.violation("chat.update: msg_too_long: text over %d characters", maxUpdateText)
		return nil, slackError("msg_too_long")
	}
	body, err := s.readContent(call.method, call.params)
	if err != nil {
		return nil, err
	}
	metadata, given, err := readMetadata(call.params)
	if err != nil {
		return nil, err
	}
	s.edit(m, botUserID, func(m *Message) {
		if body.HasText || body.HasBlocks {
			m.Text, m.Blocks = body.Text, body.Blocks // text alone deletes the blocks
		}
		if body.HasAtts {
			m.Attachments = body.Attachments
		}
		if given {
			m.Metadata = metadata
		}
	})
	return object{"channel": m.Channel, "ts": m.TS, "text": m.Text, "message": s.wireMessage(m, true)}, nil
}

func (s *Server) chatDelete(call *apiCall) (object, error) {
	m, err := s.ownMessage(call, "cant_delete_message")
	if err != nil {
		return nil, err
	}
	channel, ts := m.Channel, m.TS
	s.remove(m)
	return object{"channel": channel, "ts": ts}, nil
}

func (s *Server) chatGetPermalink(call *apiCall) (object, error) {
	c, err := s.target(call)
	if err != nil {
		return nil, err
	}
	m := s.ws.find(c.ID, call.params.str("message_ts"))
	if m == nil {
		return nil, slackError("message_not_found")
	}
	return object{"channel": c.ID, "permalink": s.permalink(m)}, nil
}

// permalink has the form of Slack's, on the sandbox's own address.
func (s *Server) permalink(m *Message) string {
	link := s.URL() + "archives/" + m.Channel + "/p" + strings.ReplaceAll(m.TS, ".", "")
	if m.IsReply() {
		link += "?thread_ts=" + m.ThreadTS + "&cid=" + m.Channel
	}
	return link
}

// reacted is the message of a reactions call, and the emoji's name.
func (s *Server) reacted(call *apiCall) (*Message, string, error) {
	name := strings.Trim(call.params.str("name"), ":")
	if name == "" || strings.ContainsAny(name, " <>&\"") {
		return nil, "", slackError("invalid_name")
	}
	c, err := s.ownChannel(call)
	if err != nil {
		return nil, "", err
	}
	m := s.ws.find(c.ID, call.params.str("timestamp"))
	if m == nil {
		return nil, "", slackError("message_not_found")
	}
	return m, name, nil
}

func (s *Server) reactionsAdd(call *apiCall) (object, error) {
	m, name, err := s.reacted(call)
	if err != nil {
		return nil, err
	}
	if slices.Contains(m.Reactions[name], botUserID) {
		return nil, slackError("already_reacted")
	}
	s.react(m, name, botUserID)
	return nil, nil
}

func (s *Server) reactionsRemove(call *apiCall) (object, error) {
	m, name, err := s.reacted(call)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(m.Reactions[name], botUserID) {
		return nil, slackError("no_reaction")
	}
	s.react(m, name, botUserID)
	return nil, nil
}

// react adds the person's reaction, or takes it away when it is there.
func (s *Server) react(m *Message, name, user string) {
	if m.Reactions == nil {
		m.Reactions = map[string][]string{}
	}
	if users := m.Reactions[name]; slices.Contains(users, user) {
		m.Reactions[name] = without(users, user)
	} else {
		m.Reactions[name] = append(users, user)
	}
	if len(m.Reactions[name]) == 0 {
		delete(m.Reactions, name)
	}
	s.changed(Change{Kind: ChangeUpdated, Channel: m.Channel, TS: m.TS, Thread: m.ThreadTS})
}
