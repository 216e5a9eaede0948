package sandbox

import (
	"encoding/json"
	"maps"
	"slices"
)

// maxViews is how many modals may lie on one another (https://docs.slack.dev/surfaces/modals).
const maxViews = 3

// readView checks the view of a call, or of a submission's ack, and makes a View of it.
func (s *Server) readView(where string, raw json.RawMessage, on place) (*View, error) {
	if len(raw) == 0 {
		return nil, slackError("invalid_arguments", "[ERROR] missing required field: view")
	}
	if len(raw) > maxViewBytes {
		s.violation("%s: view_too_large: %d bytes, at most %d", where, len(raw), maxViewBytes)
		return nil, slackError("view_too_large")
	}
	c := s.newChecker(on)
	view, blocks := c.checkView(raw)
	if len(c.problems) > 0 {
		return nil, s.broken(where, "invalid_arguments", c.problems)
	}
	v := &View{
		ID: s.id("V0"), Type: string(on), CallbackID: str(view, "callback_id"), ExternalID: str(view, "external_id"),
		Title: textOf(view["title"]), Submit: textOf(view["submit"]), Close: textOf(view["close"]),
		PrivateMetadata: str(view, "private_metadata"), Hash: s.newHash(), Blocks: blocks, State: initialState(blocks),
	}
	v.ClearOnClose, _ = view["clear_on_close"].(bool)
	v.NotifyOnClose, _ = view["notify_on_close"].(bool)
	v.RootViewID = v.ID
	return v, nil
}

func (s *Server) newHash() string { return s.ws.nextTS(s.now()) + "." + s.id("h") }

// findView finds an open view by its id or external id, with whose it is.
func (s *Server) findView(id, external string) (*View, string) {
	match := func(v *View) bool {
		return (id != "" && v.ID == id) || (id == "" && external != "" && v.ExternalID == external)
	}
	for user, stack := range s.ws.modals {
		if i := slices.IndexFunc(stack, match); i >= 0 {
			return stack[i], user
		}
	}
	for user, v := range s.ws.homes {
		if match(v) {
			return v, user
		}
	}
	return nil, ""
}

func (s *Server) checkExternal(v *View) error {
	if other, _ := s.findView("", v.ExternalID); other != nil {
		return slackError("duplicate_external_id")
	}
	return nil
}

// newModal reads a new view and uses the trigger up; a view that is refused leaves the trigger alone.
func (s *Server) newModal(call *apiCall) (*View, *trigger, error) {
	v, err := s.readView(call.method, call.params.raw("view"), onModal)
	if err != nil {
		return nil, nil, err
	}
	if err := s.checkExternal(v); err != nil {
		return nil, nil, err
	}
	t, err := s.exchange(call.params.str("trigger_id"))
	return v, t, err
}

func (s *Server) viewsOpen(call *apiCall) (object, error) {
	v, t, err := s.newModal(call)
	if err != nil {
		return nil, err
	}
	s.ws.modals[t.user] = []*View{v}
	s.changed(Change{Kind: ChangeModal, User: t.user})
	return object{"view": wireView(v)}, nil
}

func (s *Server) viewsPush(call *apiCall) (object, error) {
	v, t, err := s.newModal(call)
	if err != nil {
		return nil, err
	}
	if err := s.push(t.user, v); err != nil {
		return nil, err
	}
	return object{"view": wireView(v)}, nil
}

func (s *Server) push(user string, v *View) error {
	stack := s.ws.modals[user]
	switch {
	case len(stack) == 0:
		return slackError("not_found")
	case len(stack) >= maxViews:
		return slackError("push_limit_reached")
	}
	v.PreviousViewID, v.RootViewID = stack[len(stack)-1].ID, stack[0].ID
	s.ws.modals[user] = append(stack, v)
	s.changed(Change{Kind: ChangeModal, User: user})
	return nil
}

func (s *Server) viewsUpdate(call *apiCall) (object, error) {
	old, user := s.findView(call.params.str("view_id"), call.params.str("external_id"))
	if old == nil {
		return nil, slackError("not_found")
	}
	if h := call.params.str("hash"); h != "" && h != old.Hash {
		return nil, slackError("hash_conflict")
	}
	v, err := s.readView(call.method, call.params.raw("view"), place(old.Type))
	if err != nil {
		return nil, err
	}
	if v.ExternalID != old.ExternalID {
		if err := s.checkExternal(v); err != nil {
			return nil, err
		}
	}
	s.replaceView(user, old, v)
	return object{"view": wireView(old)}, nil
}

// replaceView gives an open view new content. What has been entered stays in inputs whose block_id and action_id stay.
func (s *Server) replaceView(user string, old, v *View) {
	v.ID, v.RootViewID, v.PreviousViewID = old.ID, old.RootViewID, old.PreviousViewID
	for block, actions := range v.State {
		for action := range actions {
			if entered, ok := old.State[block][action]; ok {
				actions[action] = entered
			}
		}
	}
	*old = *v
	kind := ChangeModal
	if old.Type == string(onHome) {
		kind = ChangeHome
	}
	s.changed(Change{Kind: kind, User: user})
}

func (s *Server) viewsPublish(call *apiCall) (object, error) {
	user := call.params.str("user_id")
	if u := s.ws.users[user]; u == nil || u.Bot {
		return nil, slackError("user_not_found")
	}
	old := s.ws.homes[user]
	if h := call.params.str("hash"); h != "" && old != nil && h != old.Hash {
		return nil, slackError("hash_conflict")
	}
	v, err := s.readView(call.method, call.params.raw("view"), onHome)
	if err != nil {
		return nil, err
	}
	if old != nil {
		v.ID, v.RootViewID = old.ID, old.ID
	}
	s.ws.homes[user] = v
	s.changed(Change{Kind: ChangeHome, User: user})
	return object{"view": wireView(v)}, nil
}

// copyOfView is a view that the caller may keep.
func copyOfView(v *View) View {
	out := *v
	out.State = cloneState(v.State)
	out.Errors = maps.Clone(v.Errors)
	return out
}
