package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// errNoAnswer is what a person sees when the app did not acknowledge.
var errNoAnswer = errors.New("the app did not answer in time")

// errNotRunning is what a person sees when no app is connected.
var errNotRunning = errors.New("the app is not connected")

// person is somebody who may act; bots may not.
func (s *Server) person(id string) (*User, error) {
	u := s.ws.users[id]
	if u == nil || u.Bot {
		return nil, fmt.Errorf("there is no person %q; there are U0ANA, U0LEO, U0GIL, U0EVE", id)
	}
	return u, nil
}

// at is a person in a channel that they are a member of.
func (s *Server) at(user, where string) (*User, *channel, error) {
	u, err := s.person(user)
	if err != nil {
		return nil, nil, err
	}
	c := s.ws.resolveChannel(where)
	if c == nil {
		return nil, nil, fmt.Errorf("there is no channel %q", where)
	}
	if !c.HasMember(user) {
		return nil, nil, fmt.Errorf("%s is not in %s", u.RealName, c.shown())
	}
	return u, c, nil
}

func (c *channel) shown() string {
	if c.IM {
		return "the direct message of " + c.With
	}
	return "#" + c.Name
}

// interaction begins a payload with what all kinds share.
func (s *Server) interaction(kind string, u *User, triggerView string) object {
	return object{
		"type": kind, "token": "sandbox-verification-token", "api_app_id": appID, "trigger_id": s.newTrigger(u.ID, triggerView),
		"team": object{"id": teamID, "domain": teamDomain}, "enterprise": nil, "is_enterprise_install": false,
		"user": object{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": u.TeamID},
	}
}

func (c *channel) wireShort() object {
	name := c.Name
	if c.IM {
		name = "directmessage"
	}
	return object{"id": c.ID, "name": name}
}

// pressAt is one exact press: an element of a surface ("message", "home" or "modal"), what was chosen in it (option values
// or labels, or text), and what else stands entered in that view (keys as for [Server.Submit]).
type pressAt struct {
	User, Surface, Channel, TS string
	BlockID, ActionID          string
	Values                     []string
	Entered                    map[string]string
}

// pressElement presses, and waits for the ack.
func (s *Server) pressElement(p pressAt) error {
	s.mu.Lock()
	e, err := s.sendPress(p)
	s.mu.Unlock()
	if err != nil {
		return err
	}
	return s.outcome(e)
}

func (s *Server) outcome(e *envelope) error {
	switch got, _ := s.settled(e); got {
	case OutcomeAcked:
		return nil
	case OutcomeMissed:
		return errNotRunning
	}
	return errNoAnswer
}

func (s *Server) sendPress(p pressAt) (*envelope, error) {
	if p.Surface != string(onMessage) {
		return s.pressInView(p)
	}
	u, c, err := s.at(p.User, p.Channel)
	if err != nil {
		return nil, err
	}
	m := s.visible(p.User, c, p.TS)
	if m == nil {
		return nil, fmt.Errorf("%s sees no message %s in %s", u.RealName, p.TS, c.shown())
	}
	if m.BotID != botID {
		return nil, fmt.Errorf("message %s is not the app's: its buttons go elsewhere", p.TS)
	}
	e, err := pick(elementsIn(m), p)
	if err != nil {
		return nil, err
	}
	action, value, err := s.action(e, p.Values)
	if err != nil {
		return nil, err
	}
	if m.State == nil {
		m.State = initialState(m.Blocks)
	}
	if e.stateful() {
		setState(m.State, e, value)
		s.changed(Change{Kind: ChangeUpdated, Channel: m.Channel, TS: m.TS, Thread: m.ThreadTS, User: m.For})
	}
	o := s.interaction("block_actions", u, "")
	container := object{"type": "message", "message_ts": m.TS, "channel_id": c.ID, "is_ephemeral": m.Ephemeral}
	if m.ThreadTS != "" {
		container["thread_ts"] = m.ThreadTS
	}
	o["container"], o["channel"], o["actions"] = container, c.wireShort(), []object{action}
	o["state"] = object{"values": m.State}
	o["response_url"] = s.newResponseURL(responseURL{user: u.ID, channel: c.ID, ts: m.TS, threadTS: m.ThreadTS})
	if !m.Ephemeral { // Slack leaves private messages out
		o["message"] = s.wireMessage(m, true)
	}
	return s.dispatch("interactive", "block_actions", o), nil
}

// visible is a message that the person sees, a private one included.
func (s *Server) visible(user string, c *channel, ts string) *Message {
	if m := s.ws.ephemeral(user, ts); m != nil && m.Channel == c.ID {
		return m
	}
	return s.ws.find(c.ID, ts)
}

func (s *Server) pressInView(p pressAt) (*envelope, error) {
	u, err := s.person(p.User)
	if err != nil {
		return nil, err
	}
	v := s.topView(p.User, place(p.Surface))
	if v == nil {
		return nil, fmt.Errorf("%s has no %s open", u.RealName, p.Surface)
	}
	e, err := pick(elementsOf(v.Blocks), p)
	if err != nil {
		return nil, err
	}
	if err := enter(v, p.Entered); err != nil {
		return nil, err
	}
	action, value, err := s.action(e, p.Values)
	if err != nil {
		return nil, err
	}
	if e.stateful() {
		setState(v.State, e, value)
	}
	from := ""
	if p.Surface == string(onModal) {
		from = v.ID
	}
	o := s.interaction("block_actions", u, from)
	o["container"], o["actions"] = object{"type": "view", "view_id": v.ID}, []object{action}
	o["view"] = wireView(v)
	return s.dispatch("interactive", "block_actions", o), nil
}

func (s *Server) topView(user string, on place) *View {
	if on == onHome {
		return s.ws.homes[user]
	}
	if stack := s.ws.modals[user]; len(stack) > 0 {
		return stack[len(stack)-1]
	}
	return nil
}

// pick finds the element that a press names by ids.
func pick(elements []element, p pressAt) (element, error) {
	for _, e := range elements {
		if e.actionID() == p.ActionID && (p.BlockID == "" || e.BlockID == p.BlockID) {
			return e, nil
		}
	}
	return element{}, fmt.Errorf("there is nothing to press with action_id %q; there is: %s", p.ActionID, shownButtons(elements))
}

func shownButtons(elements []element) string {
	var names []string
	for _, b := range buttonsOf(elements) {
		names = append(names, strconv.Quote(b.Label)+" ("+b.ActionID+")")
	}
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

// match turns an action_id, "action_id=option", a button's label or an option's label into the ids and the choice.
func match(elements []element, what string) (pressAt, error) {
	var hits []pressAt
	id, option, chosen := strings.Cut(what, "=")
	for _, e := range elements {
		if e.actionID() == what || (chosen && e.actionID() == id) {
			at := pressAt{BlockID: e.BlockID, ActionID: e.actionID()}
			if chosen && e.actionID() == id {
				at.Values = []string{option}
			}
			hits = append(hits, at)
		}
	}
	if len(hits) == 0 {
		for _, b := range buttonsOf(elements) {
			if strings.TrimSpace(b.Label) == strings.TrimSpace(what) {
				hits = append(hits, pressAt{BlockID: b.BlockID, ActionID: b.ActionID, Values: []string{b.Value}})
			}
		}
	}
	switch len(hits) {
	case 0:
		return pressAt{}, fmt.Errorf("there is no %q to press; there is: %s", what, shownButtons(elements))
	case 1:
		return hits[0], nil
	}
	return pressAt{}, fmt.Errorf("%q names %d things to press: use the action_id; there is: %s", what, len(hits), shownButtons(elements))
}

// action is the entry in actions[], and the value the element then holds.
func (s *Server) action(e element, values []string) (action, value object, err error) {
	action = object{"type": e.kind(), "action_id": e.actionID(), "block_id": e.BlockID, "action_ts": formatTS(s.now().UnixMicro())}
	for _, name := range []string{"text", "value", "style", "confirm", "placeholder", "url"} {
		if v := e.object[name]; v != nil {
			action[name] = v
		}
	}
	if e.kind() == "button" {
		return action, nil, nil
	}
	if slices.Contains([]string{"static_select", "radio_buttons", "overflow"}, e.kind()) && len(values) == 0 {
		return nil, nil, fmt.Errorf("choose an option: %s=…; there is: %s", e.actionID(), shownButtons([]element{e}))
	}
	if value, err = e.entered(values); err != nil {
		return nil, nil, err
	}
	field := e.valueField()
	action[field] = value[field]
	return action, value, nil
}
