package bot

import (
	"fmt"
	"slices"

	"syncfix/diagnose"
)

// Sockets, repeats and catch-up reorder what is said. What ends a failure is
// noted under what it is about, so that the failure opens nothing if we learn of
// it afterwards.

// recovered is a success notice. It is noted for failures before it that are
// learned of later.
func (r Router) recovered(in Seen) (Routing, error) {
	p, ok := r.Library.Get(in.Recognition.Playbook)
	if !ok {
		return drop("a success notice of no playbook"), nil
	}
	out, err := r.cured(in, p)
	if err != nil {
		return out, err
	}
	keys := overKeys(r.Library, in.Place, in.Recognition)
	if in.Place.Thread == "" && !in.Edited {
		keys = keys[1:] // no older failure hangs under it
	}
	out.Notices = map[string]Notice{}
	for _, k := range keys {
		out.Notices[k] = Notice{At: in.At, Account: in.Recognition.Account}
	}
	return out, nil
}

// cured finds the case that a success notice speaks of: the thread's or the
// message's, the account's, or, where neither says whose sync it is, the only
// open one in the channel. Another account's success proves nothing.
func (r Router) cured(in Seen, p diagnose.Playbook) (Routing, error) {
	keys := scopeKeys(in.Place.Team, p, in.Recognition.Account, in.Recognition.Company, in.Recognition.Subject)
	named := len(keys) > 0
	if in.Place.Thread != "" {
		keys = append([]string{threadKey(in.Place)}, keys...)
	}
	if in.Edited {
		keys = append([]string{messageKey(in.Place)}, keys...)
	}
	for _, k := range keys {
		c, ok, err := r.at(k)
		if err != nil {
			return Routing{}, err
		}
		if ok && c.State.Open() && !contradicts(c, in.Recognition) {
			return Routing{Steps: []Routed{{Case: c.ID, Event: eventOf(in.Inbound, EventRecovered)}}}, nil
		}
	}
	if named {
		return drop("a success notice of an account without an open case"), nil
	}
	open, err := r.Cases.OpenIn(in.Place.Channel)
	if err != nil {
		return Routing{}, fmt.Errorf("reading open cases: %w", err)
	}
	open = slices.DeleteFunc(open, func(c Case) bool { return c.State == Proposed || !r.proves(p, c) })
	if len(open) != 1 {
		return drop(fmt.Sprintf("a success notice that names no account, with %d open cases in the channel", len(open))), nil
	}
	return Routing{Steps: []Routed{{Case: open[0].ID, Event: eventOf(in.Inbound, EventRecovered)}}}, nil
}

// proves says whether p's success notice may be about c, as far as the playbooks
// go: its own cases, and those of every playbook for which the system's sync is
// down as a whole.
func (r Router) proves(p diagnose.Playbook, c Case) bool {
	if c.Playbook == p.ID {
		return true
	}
	q, ok := r.Library.Get(c.Playbook)
	return ok && p.System == q.System && p.Scope == diagnose.ScopeConnection && q.Scope == diagnose.ScopeConnection
}

// ended is why a report opens and repeats nothing: its message was deleted, or a
// success came after it.
func (r Router) ended(in Seen) (why string, err error) {
	if in.Kind != InMessage {
		return "", nil // a person asks
	}
	if _, gone, err := r.Cases.Notice(goneKey(in.Place)); err != nil || gone {
		return "a message that was deleted before it was learned of", err
	}
	for _, k := range overKeys(r.Library, in.Place, in.Recognition) {
		n, ok, err := r.Cases.Notice(k)
		if err != nil {
			return "", err
		}
		if ok && n.ends(in.Inbound, in.Recognition) {
			return "a failure that was over when it was learned of", nil
		}
	}
	return "", nil
}

// deleted is the end of a message. A case that only that message speaks for, and
// nobody has touched, goes with it; people's work goes on without the alert.
func (r Router) deleted(in Seen) (Routing, error) {
	out := Routing{Notices: map[string]Notice{goneKey(in.Place): {At: in.At}}}
	c, ok, err := r.at(messageKey(in.Place))
	if err != nil {
		return Routing{}, err
	}
	if !ok || !c.State.Open() || c.Anchor.TS != in.Place.TS {
		out.Drop = "deleted message"
		return out, nil
	}
	alone, err := r.alone(c)
	if err != nil {
		return Routing{}, err
	}
	if !alone {
		out.Drop = "the alert of " + c.ID + " was deleted, which others have spoken for"
		return out, nil
	}
	out.Steps = []Routed{{Case: c.ID, Event: eventOf(in.Inbound, EventGone)}}
	return out, nil
}

// alone says that nothing but its alert speaks for a case: nobody has acted on
// it, and no other message has reported the failure.
func (r Router) alone(c Case) (bool, error) {
	events, err := r.Cases.Events(c.ID)
	if err != nil {
		return false, fmt.Errorf("reading the events of %s: %w", c.ID, err)
	}
	for _, e := range events {
		switch e.Kind {
		case EventOpened, EventProposed, EventNamed, EventPosted, EventTimer:
		default:
			return false, nil
		}
	}
	return c.Owner.ID == "", nil
}
