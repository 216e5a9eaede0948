package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// enter writes what a person entered into the view's state. Keys are "block_id/action_id", an action_id, a block_id or an
// input's label; several choices of one element stand on lines of their own. Every unknown key and option is an error.
func enter(v *View, entered map[string]string) error {
	elements := elementsOf(v.Blocks)
	var problems []error
	for _, key := range keysOf(entered) {
		e, ok := named(elements, key)
		if !ok {
			problems = append(problems, fmt.Errorf("the form has no field %q; it has: %s", key, shownFields(elements)))
			continue
		}
		values := []string{entered[key]}
		if e.many() {
			values = strings.Split(entered[key], "\n")
		}
		value, err := e.entered(values)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		setState(v.State, e, value)
	}
	return errors.Join(problems...)
}

func named(elements []element, key string) (element, bool) {
	tests := []func(element) bool{
		func(e element) bool { return e.BlockID+"/"+e.actionID() == key },
		func(e element) bool { return e.actionID() == key },
		func(e element) bool { return e.Label == key },
		func(e element) bool { return e.BlockID == key },
	}
	for _, is := range tests {
		if i := slices.IndexFunc(elements, func(e element) bool { return e.stateful() && is(e) }); i >= 0 {
			return elements[i], true
		}
	}
	return element{}, false
}

func shownFields(elements []element) string {
	var names []string
	for _, e := range elements {
		if e.stateful() {
			names = append(names, fmt.Sprintf("%q (%s)", e.Label, e.actionID()))
		}
	}
	return strings.Join(names, ", ")
}

// complaints are what Slack's client says itself before it sends a form, by block_id.
func complaints(v *View) map[string]string {
	out := map[string]string{}
	for _, e := range elementsOf(v.Blocks) {
		if !e.Input {
			continue
		}
		value := v.State[e.BlockID][e.actionID()]
		if !filled(e, value) {
			if !e.Optional {
				out[e.BlockID] = "Please complete this required field."
			}
			continue
		}
		var typed struct{ Value string }
		_ = json.Unmarshal(value, &typed) // other kinds of value have no text to measure
		n := utf8.RuneCountInString(typed.Value)
		if least, ok := intOf(e.object["min_length"]); ok && n < least {
			out[e.BlockID] = fmt.Sprintf("This entry must be at least %d characters.", least)
		}
		most, ok := intOf(e.object["max_length"])
		if !ok {
			most = maxInputText
		}
		if n > most {
			out[e.BlockID] = fmt.Sprintf("This entry is too long by %d characters.", n-most)
		}
	}
	return out
}

// Submit enters the values in the person's open form and presses its submit button. A key is an input's action_id, label
// or block_id, or "block_id/action_id"; several choices of one input stand on lines of their own. It returns the errors
// shown beside fields, by block_id, when the form stays open because of them; err says why it could not be submitted, or
// that the app did not answer.
func (s *Server) Submit(user string, values map[string]string) (map[string]string, error) {
	s.mu.Lock()
	v, e, shown, err := s.sendSubmit(user, values)
	s.mu.Unlock()
	if err != nil || len(shown) > 0 {
		return shown, err
	}
	if err := s.outcome(e); err != nil {
		return nil, err
	}
	_, response := s.settled(e)
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.blame(&e.log.Violations)()
	return s.submitted(user, v, response)
}

func (s *Server) sendSubmit(user string, values map[string]string) (*View, *envelope, map[string]string, error) {
	u, err := s.person(user)
	if err != nil {
		return nil, nil, nil, err
	}
	v := s.topView(user, onModal)
	if v == nil {
		return nil, nil, nil, fmt.Errorf("%s has no form open", u.RealName)
	}
	if v.Submit == "" {
		return nil, nil, nil, fmt.Errorf("the form %q has no submit button", v.Title)
	}
	if err := enter(v, values); err != nil {
		return nil, nil, nil, err
	}
	v.Errors = complaints(v)
	s.changed(Change{Kind: ChangeModal, User: user})
	if len(v.Errors) > 0 {
		return nil, nil, copyOfView(v).Errors, nil
	}
	o := s.interaction("view_submission", u, v.ID)
	o["view"], o["response_urls"] = wireView(v), []object{}
	return v, s.dispatch("interactive", "view_submission", o), nil, nil
}

// submitted does what the ack of a submission says (https://docs.slack.dev/surfaces/modals#handling-submissions).
func (s *Server) submitted(user string, v *View, response json.RawMessage) (map[string]string, error) {
	var ack struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   json.RawMessage   `json:"view"`
	}
	if len(response) > 0 && json.Unmarshal(response, &ack) != nil {
		s.violation("view_submission ack: not understood: %.200s", response)
		return nil, errNoAnswer
	}
	switch ack.Action {
	case "":
		s.closeTop(user, v)
	case "clear":
		delete(s.ws.modals, user)
	case "errors":
		return s.rejected(user, v, ack.Errors)
	case "update", "push":
		next, err := s.readView("view_submission ack", ack.View, onModal)
		if err == nil && ack.Action == "push" {
			err = s.push(user, next)
		} else if err == nil {
			s.replaceView(user, v, next)
		}
		if err != nil {
			return nil, fmt.Errorf("the app's answer to the form was not valid: %w", err)
		}
	default:
		s.violation("view_submission ack: unknown response_action %q", ack.Action)
		return nil, errNoAnswer
	}
	s.changed(Change{Kind: ChangeModal, User: user})
	return nil, nil
}

// rejected shows the app's errors beside their fields. Slack takes only those that name an input block.
func (s *Server) rejected(user string, v *View, errs map[string]string) (map[string]string, error) {
	v.Errors = map[string]string{}
	for block, message := range errs {
		is := func(e element) bool { return e.Input && e.BlockID == block }
		if !slices.ContainsFunc(elementsOf(v.Blocks), is) {
			s.violation("view_submission ack: errors name %q, which is no input block", block)
			continue
		}
		v.Errors[block] = message
	}
	if len(v.Errors) == 0 {
		return nil, errNoAnswer
	}
	s.changed(Change{Kind: ChangeModal, User: user})
	return copyOfView(v).Errors, nil
}

// closeTop closes the view, unless it is gone or covered by another one meanwhile.
func (s *Server) closeTop(user string, v *View) {
	s.ws.modals[user] = slices.DeleteFunc(slices.Clone(s.ws.modals[user]), func(o *View) bool { return o == v })
	if len(s.ws.modals[user]) == 0 {
		delete(s.ws.modals, user)
	}
}

// Cancel closes the person's top form, or all of them when it says clear_on_close, and tells the app if it asked for that.
func (s *Server) Cancel(user string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.person(user)
	if err != nil {
		return err
	}
	v := s.topView(user, onModal)
	if v == nil {
		return fmt.Errorf("%s has no form open", u.RealName)
	}
	if v.ClearOnClose {
		delete(s.ws.modals, user)
	} else {
		s.closeTop(user, v)
	}
	s.changed(Change{Kind: ChangeModal, User: user})
	if v.NotifyOnClose {
		o := s.interaction("view_closed", u, "")
		delete(o, "trigger_id")
		o["view"], o["is_cleared"] = wireView(v), v.ClearOnClose
		s.dispatch("interactive", "view_closed", o)
	}
	return nil
}
