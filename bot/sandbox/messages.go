package sandbox

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// find gives the message that is not deleted, or nil.
func (w *workspace) find(channel, ts string) *Message {
	c := w.channels[channel]
	if c == nil {
		return nil
	}
	m := c.byTS[ts]
	if m == nil || m.Deleted {
		return nil
	}
	return m
}

func (w *workspace) ephemeral(user, ts string) *Message {
	for _, m := range w.ephemerals[user] {
		if m.TS == ts {
			return m
		}
	}
	return nil
}

// insert keeps the log in order of ts, even for a message that carries an old one.
func (c *channel) insert(m *Message) {
	at, _ := slices.BinarySearchFunc(c.log, m.TS, func(o *Message, ts string) int { return compareTS(o.TS, ts) })
	c.log = slices.Insert(c.log, at, m)
	c.byTS[m.TS] = m
	if len(c.log) > c.keep+c.keep/10 {
		c.trim()
	}
}

// trim forgets the oldest messages beyond those kept, and the replies of roots that go.
func (c *channel) trim() {
	over := len(c.log) - c.keep
	gone := map[string]bool{}
	for _, m := range c.log[:over] {
		gone[m.TS] = true
	}
	c.log = slices.DeleteFunc(c.log, func(m *Message) bool {
		if gone[m.TS] || (m.IsReply() && gone[m.ThreadTS]) {
			delete(c.byTS, m.TS)
			return true
		}
		return false
	})
}

// thread gives a root and its replies, oldest first.
func (c *channel) thread(ts string) []*Message {
	start, _ := slices.BinarySearchFunc(c.log, ts, func(o *Message, ts string) int { return compareTS(o.TS, ts) })
	var out []*Message
	for _, m := range c.log[start:] {
		if m.TS == ts || m.ThreadTS == ts {
			out = append(out, m)
		}
	}
	return out
}

// recount sets a root's summary from its replies.
func (c *channel) recount(root *Message) {
	root.ReplyCount, root.ReplyUsers, root.LatestReply = 0, nil, ""
	for _, m := range c.thread(root.TS) {
		if m == root || m.Deleted {
			continue
		}
		root.ReplyCount++
		root.LatestReply = m.TS
		if who := m.author(); !slices.Contains(root.ReplyUsers, who) {
			root.ReplyUsers = append(root.ReplyUsers, who)
		}
	}
	root.ThreadTS = ""
	if root.ReplyCount > 0 {
		root.ThreadTS = root.TS
	}
}

func (m *Message) author() string {
	if m.User != "" {
		return m.User
	}
	return m.BotID
}

// inChannel reports whether the channel itself shows the message, and not only its thread.
func (m *Message) inChannel() bool { return !m.IsReply() || m.Subtype == "thread_broadcast" }

// post adds a message and tells the app. A TS that is set already is kept.
func (s *Server) post(m Message) (*Message, error) {
	c := s.ws.channels[m.Channel]
	if c == nil {
		return nil, slackError("channel_not_found")
	}
	if m.ThreadTS != "" {
		root := c.byTS[m.ThreadTS]
		if root == nil {
			return nil, slackError("thread_not_found")
		}
		if root.IsReply() { // a reply to a reply goes to its thread
			m.ThreadTS = root.ThreadTS
		}
	}
	if m.TS == "" {
		m.TS = s.ws.nextTS(s.now())
	}
	p := &m
	c.insert(p)
	s.changed(Change{Kind: ChangePosted, Channel: m.Channel, TS: m.TS, Thread: m.ThreadTS, User: m.User})
	if p.IsReply() {
		if root := c.byTS[p.ThreadTS]; root != nil {
			c.recount(root)
			s.changed(Change{Kind: ChangeUpdated, Channel: m.Channel, TS: root.TS, Thread: root.TS})
		}
	}
	s.emitPosted(c, p)
	return p, nil
}

// edit changes a message in place and tells the app.
func (s *Server) edit(m *Message, by string, change func(*Message)) {
	before := s.wireMessage(m, false)
	change(m)
	m.Edited, m.EditedBy, m.EditedTS = true, by, s.ws.nextTS(s.now())
	s.changed(Change{Kind: ChangeUpdated, Channel: m.Channel, TS: m.TS, Thread: m.ThreadTS})
	s.emitChanged(s.ws.channels[m.Channel], s.wireMessage(m, false), before)
}

// remove deletes a message. A root with replies leaves a tombstone.
func (s *Server) remove(m *Message) {
	c := s.ws.channels[m.Channel]
	before := s.wireMessage(m, false)
	s.changed(Change{Kind: ChangeDeleted, Channel: m.Channel, TS: m.TS, Thread: m.ThreadTS})
	if !m.IsReply() && m.ReplyCount > 0 {
		m.Deleted, m.Text = true, "This message was deleted."
		m.Blocks, m.Attachments, m.Files, m.Metadata, m.Reactions = nil, nil, nil, nil, nil
		m.User, m.BotID, m.AppID, m.Username, m.Subtype, m.Extra = slackbotID, "", "", "", "tombstone", nil
		s.emitChanged(c, s.wireMessage(m, false), before)
		return
	}
	delete(c.byTS, m.TS)
	c.log = slices.DeleteFunc(c.log, func(o *Message) bool { return o == m })
	if root := c.byTS[m.ThreadTS]; root != nil && m.IsReply() {
		c.recount(root)
		s.changed(Change{Kind: ChangeUpdated, Channel: m.Channel, TS: root.TS, Thread: root.TS})
	}
	s.emitDeleted(c, m.TS, before)
}

// postEphemeral shows a message to one person.
func (s *Server) postEphemeral(user string, m Message) *Message {
	m.TS, m.Ephemeral, m.For = s.ws.nextTS(s.now()), true, user
	s.ws.ephemerals[user] = append(s.ws.ephemerals[user], &m)
	if more := len(s.ws.ephemerals[user]) - maxEphemerals; more > 0 {
		s.ws.ephemerals[user] = slices.Delete(s.ws.ephemerals[user], 0, more)
	}
	s.changed(Change{Kind: ChangeEphemeral, Channel: m.Channel, TS: m.TS, Thread: m.ThreadTS, User: user})
	return &m
}

func (s *Server) dropEphemeral(user, ts string) {
	s.ws.ephemerals[user] = slices.DeleteFunc(s.ws.ephemerals[user], func(m *Message) bool { return m.TS == ts })
	s.changed(Change{Kind: ChangeEphemeral, TS: ts, User: user})
}

// copyOf is a message that the caller may keep.
func copyOf(m *Message) Message {
	out := *m
	out.Reactions = make(map[string][]string, len(m.Reactions))
	for name, users := range m.Reactions {
		out.Reactions[name] = slices.Clone(users)
	}
	out.ReplyUsers = slices.Clone(m.ReplyUsers)
	out.Extra = maps.Clone(m.Extra)
	out.State = cloneState(m.State)
	return out
}

func cloneState(in map[string]map[string]json.RawMessage) map[string]map[string]json.RawMessage {
	out := make(map[string]map[string]json.RawMessage, len(in))
	for block, actions := range in {
		out[block] = maps.Clone(actions)
	}
	return out
}

// resolveChannel finds a channel by id, or by name with or without #.
func (w *workspace) resolveChannel(nameOrID string) *channel {
	if c := w.channels[nameOrID]; c != nil {
		return c
	}
	name := strings.TrimPrefix(nameOrID, "#")
	for _, id := range w.chOrder {
		if c := w.channels[id]; c.Name == name && name != "" {
			return c
		}
	}
	return nil
}

// directMessage is the conversation of the bot with a person, or nil.
func (w *workspace) directMessage(user string) *channel {
	for _, id := range w.chOrder {
		if c := w.channels[id]; c.IM && c.With == user {
			return c
		}
	}
	return nil
}
