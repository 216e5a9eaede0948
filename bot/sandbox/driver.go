package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Edit changes the text of a message, as its author.
func (s *Server) Edit(channel, ts, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.named(channel, ts)
	if err != nil {
		return err
	}
	by := m.author()
	s.edit(m, by, func(m *Message) {
		m.Text = text
		if u := s.ws.users[m.User]; u != nil && !u.Bot {
			m.Text = s.ws.typed(text)
		}
	})
	return nil
}

// Delete deletes a message, as its author or an admin.
func (s *Server) Delete(channel, ts string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, err := s.named(channel, ts)
	if err != nil {
		return err
	}
	s.remove(m)
	return nil
}

// React adds a person's reaction to a message, or takes it away when it is there.
func (s *Server) React(user, channel, ts, emoji string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, _, err := s.at(user, channel); err != nil {
		return err
	}
	m, err := s.named(channel, ts)
	if err != nil {
		return err
	}
	s.react(m, emoji, user)
	return nil
}

func (s *Server) named(channel, ts string) (*Message, error) {
	c := s.ws.resolveChannel(channel)
	if c == nil {
		return nil, fmt.Errorf("there is no channel %q", channel)
	}
	m := s.ws.find(c.ID, ts)
	if m == nil {
		return nil, fmt.Errorf("there is no message %s in %s", ts, c.shown())
	}
	return m, nil
}

// Press presses something in a message that the person sees, accepts its confirm dialog, and waits for the ack. what is an
// action_id, a button's visible label, an option's label, or "action_id=option" with the option's value or label. The
// error says what there is to press, or that the app did not answer.
func (s *Server) Press(user, channel, ts, what string) error {
	s.mu.Lock()
	_, c, err := s.at(user, channel)
	var elements []element
	if err == nil {
		if m := s.visible(user, c, ts); m != nil {
			elements = elementsIn(m)
		} else {
			err = fmt.Errorf("%s sees no message %s in %s", user, ts, c.shown())
		}
	}
	s.mu.Unlock()
	if err != nil {
		return err
	}
	p, err := match(elements, what)
	if err != nil {
		return err
	}
	p.User, p.Surface, p.Channel, p.TS = user, string(onMessage), channel, ts
	return s.pressElement(p)
}

// PressHome is [Server.Press] in the person's Home tab.
func (s *Server) PressHome(user, what string) error { return s.pressView(user, onHome, what) }

// PressModal is [Server.Press] in the person's open form.
func (s *Server) PressModal(user, what string) error { return s.pressView(user, onModal, what) }

func (s *Server) pressView(user string, on place, what string) error {
	s.mu.Lock()
	v := s.topView(user, on)
	var elements []element
	if v != nil {
		elements = elementsOf(v.Blocks)
	}
	s.mu.Unlock()
	if v == nil {
		return fmt.Errorf("%s has no %s open", user, on)
	}
	p, err := match(elements, what)
	if err != nil {
		return err
	}
	p.User, p.Surface = user, string(on)
	return s.pressElement(p)
}

// Users lists everybody, the bot last.
func (s *Server) Users() []User {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []User
	for _, id := range s.ws.order {
		out = append(out, *s.ws.users[id])
	}
	return out
}

// Channels lists every conversation, direct messages last.
func (s *Server) Channels() []Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Channel
	for _, id := range s.ws.chOrder {
		c := s.ws.channels[id].Channel
		c.Members = slices.Clone(c.Members)
		out = append(out, c)
	}
	return out
}

// Messages gives what a channel shows outside threads, oldest first; nil when there is no such channel.
func (s *Server) Messages(channel string) []Message {
	return s.messagesBefore(channel, "", s.opts.Keep*2)
}

// messagesBefore gives at most limit messages of those, older than ts (any, when it is empty), oldest first.
func (s *Server) messagesBefore(channel, ts string, limit int) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.ws.resolveChannel(channel)
	if c == nil {
		return nil
	}
	var out []Message
	for _, m := range slices.Backward(c.log) {
		if len(out) == limit {
			break
		}
		if m.inChannel() && (ts == "" || compareTS(m.TS, ts) < 0) {
			out = append(out, copyOf(m))
		}
	}
	slices.Reverse(out)
	return out
}

// Thread gives a root message and its replies, oldest first; nil when there is no such message.
func (s *Server) Thread(channel, ts string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.ws.resolveChannel(channel)
	if c == nil {
		return nil
	}
	var out []Message
	for _, m := range c.thread(ts) {
		out = append(out, copyOf(m))
	}
	return out
}

// message gives one message that the person sees, private ones included.
func (s *Server) message(user, channel, ts string) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.ws.resolveChannel(channel); c != nil {
		if m := s.visible(user, c, ts); m != nil {
			return copyOf(m), true
		}
	}
	return Message{}, false
}

// Ephemerals gives the private messages that a person was shown and that still stand, oldest first, in all channels.
func (s *Server) Ephemerals(user string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	for _, m := range s.ws.ephemerals[user] {
		out = append(out, copyOf(m))
	}
	return out
}

// Dismiss takes away a private message, as its "Dismiss message" does.
func (s *Server) Dismiss(user, ts string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropEphemeral(user, ts)
}

// Modal gives the form on top of those the person has open.
func (s *Server) Modal(user string) (View, bool) { return s.view(user, onModal) }

// Home gives the person's Home tab, once the app has published one.
func (s *Server) Home(user string) (View, bool) { return s.view(user, onHome) }

func (s *Server) view(user string, on place) (View, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.topView(user, on)
	if v == nil {
		return View{}, false
	}
	return copyOfView(v), true
}

// Buttons lists what can be pressed in a message, an option of a menu being one entry each; private messages included.
func (s *Server) Buttons(channel, ts string) []Button {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.ws.resolveChannel(channel)
	if c == nil {
		return nil
	}
	m := s.ws.find(c.ID, ts)
	for _, user := range s.ws.order {
		if m == nil {
			m = s.visible(user, c, ts)
		}
	}
	if m == nil {
		return nil
	}
	return buttonsOf(elementsIn(m))
}

// Buttons lists what can be pressed in the view.
func (v View) Buttons() []Button { return buttonsOf(elementsOf(v.Blocks)) }

// Calls gives the Web API calls and uses of response URLs, oldest first; at least the last Options.Keep are kept.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.traffic.calls)
}

// Envelopes gives what was sent to the app and what became of it, oldest first; at least the last Options.Keep are kept.
func (s *Server) Envelopes() []EnvelopeLog {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]EnvelopeLog, len(s.traffic.envelopes))
	for i, e := range s.traffic.envelopes {
		out[i] = e.log
	}
	return out
}

// Totals counts what went between the app and the sandbox since the start.
type Totals struct {
	Envelopes   int // sent or missed
	Unsettled   int // of those, neither acked nor given up
	Calls       int // of the Web API and of response URLs
	RateLimited int // of those, answered with 429
}

// Totals counts the traffic since the start, what is no longer remembered included.
func (s *Server) Totals() Totals {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.traffic.totals
	t.Unsettled = len(s.traffic.pending)
	return t
}

// Violations gives the limits of Slack that the app broke, oldest first: Block Kit, text lengths, ack sizes, uses of
// response URLs, calls before a Retry-After had passed. A first 429 is none.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.traffic.violations)
}

// Connections is the number of open sockets that get envelopes.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sockets.open)
}

// DropSockets cuts every connection without a word, as when the network fails.
func (s *Server) DropSockets() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counted(string(FaultCut))
	s.cutAll()
}

// Disconnect sends every connection a disconnect frame: "warning" leaves it open, as Slack does for about ten seconds;
// any other reason ("refresh_requested", "link_disabled", "too_many_websockets") closes it.
func (s *Server) Disconnect(reason string) { s.disconnect(reason, maxSockets) }

// DisconnectOne is [Server.Disconnect] for the oldest connection only.
func (s *Server) DisconnectOne(reason string) { s.disconnect(reason, 1) }

func (s *Server) disconnect(reason string, most int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counted(reason)
	s.sendAway(reason, most)
}

// SendRaw sends a frame of any content to the connection whose turn it is, to try a client on what it does not expect; it
// reports whether there was one. The frame is not logged, awaited or sent again.
func (s *Server) SendRaw(frame json.RawMessage) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.nextSocket()
	if c != nil {
		c.send(frame)
	}
	return c != nil
}

// options gives the page its samples, commands and shortcuts.
func (s *Server) options() Options { return s.opts }

// now is the workspace's time.
