package bot

import (
	"maps"
	"slices"
	"time"

	"syncfix/diagnose"
)

// Step is the only code that changes a case: what c becomes when e happens, and
// what must then happen outside. It is total and deterministic; time is a field
// of the event. p is the playbook the case began with (for EventOpened,
// EventStarted and EventProposed the one the alert names). If nothing changes,
// c comes back with the same Rev, and the event need not be kept.
func Step(c Case, e Event, p diagnose.Playbook, s Settings) (Case, []Effect) {
	st := step{c: c, e: e, p: p, s: s, before: c.State}
	st.c.Timers = maps.Clone(c.Timers)
	if no, refused := st.refused(); refused {
		return c, []Effect{no}
	}
	st.dispatch()
	return st.finish(c)
}

// step is one run of Step: the case as it becomes, and what it asks for.
type step struct {
	c       Case
	e       Event
	p       diagnose.Playbook
	s       Settings
	before  State
	changed bool // the case
	face    bool // what the card shows
	out     []Effect
}

// rights says which events need a right; the others come from tools and the clock.
func (st *step) right() Right {
	switch st.e.Kind {
	case EventAnswered, EventChanged, EventCannot, EventFailing, EventPicked, EventWrong,
		EventDismissed, EventHandedOff, EventWaiting, EventResumed, EventAssigned, EventAccount,
		EventReopened, EventForm, EventWorked, EventStarted:
		return RightRespond
	case EventGate:
		if st.dangerous(st.e.Choice) {
			return RightApprove
		}
		return RightRespond
	}
	return ""
}

// refused says whether the person lacks the right, and gives the word to them.
func (st *step) refused() (Effect, bool) {
	need := st.right()
	if need == "" || st.e.Kind == EventDismissed && st.e.By.ID == "" { // a proposal nobody took up
		return Effect{}, false
	}
	if need == RightApprove && st.gone() {
		need = RightRespond // the offer has gone: say so, whoever pressed
	}
	reason := Authorize(st.e.By, need, st.s)
	no := st.whisper(reason)
	if reason != "" && Authorize(st.e.By, RightRespond, st.s) == "" { // only the approval is missing: name who can give it
		no.Ping, no.Text = st.s.Approvers, "may approve this step. Please ask them to press this button."
	}
	return no, reason != ""
}

func (st *step) dangerous(gate string) bool {
	f, _ := st.p.Fix(st.c.Offer.Fix)
	for _, sp := range f.Steps {
		if sp.Gate.ID == gate {
			switch sp.Gate.Kind {
			case diagnose.GateBefore, diagnose.GateDisconnect, diagnose.GateRisk:
				return true
			}
		}
	}
	return false
}

func (st *step) dispatch() {
	switch st.e.Kind {
	case EventOpened, EventProposed, EventStarted:
		st.begin()
	case EventAlert:
		st.alert()
	case EventRecovered:
		st.recovered()
	case EventPosted:
		st.posted()
	case EventTimer:
		st.timer()
	case EventForm:
		st.openForm()
	case EventNamed:
		st.named()
	case EventMerged:
		st.merged()
	case EventGone:
		st.alertGone()
	case EventReopened:
		st.reopenByHand()
	default:
		if !st.c.State.Open() || st.c.State == Proposed && st.e.Kind != EventDismissed {
			st.say(closedText(st.c))
			return
		}
		st.work()
	}
}

// work is what people do on an open case.
func (st *step) work() {
	switch st.e.Kind {
	case EventAnswered:
		st.answered()
	case EventChanged:
		st.answersChanged()
	case EventGate:
		st.gatePressed()
	case EventCannot:
		st.cannot()
	case EventFailing:
		st.failing()
	case EventWorked:
		st.worked()
	case EventPicked:
		st.picked()
	case EventWrong:
		st.wrong()
	case EventDismissed:
		st.dismissed()
	case EventHandedOff:
		st.handedOff()
	case EventWaiting:
		st.waiting()
	case EventResumed:
		st.resumed()
	case EventAssigned:
		st.assigned()
	case EventAccount:
		st.accountSet()
	}
}

// finish counts the revision and asks for what follows from any change.
func (st *step) finish(old Case) (Case, []Effect) {
	if !st.changed && !st.face {
		return old, st.out
	}
	c := st.c
	c.Rev = old.Rev + 1
	if st.face && c.State != Proposed {
		c.Face = c.Rev
		if c.Card.TS != "" || c.State != Dismissed { // else never shown, and nothing to show any more
			card := Effect{Kind: ShowCard, Case: c.ID, Rev: c.Rev, Place: c.Anchor}
			st.out = append([]Effect{card}, st.out...)
		}
		if st.s.Reactions && c.Anchor.TS != "" && mark(c.State) != mark(st.before) && st.e.Kind != EventGone {
			st.out = append(st.out, Effect{Kind: ShowReaction, Case: c.ID, Rev: c.Rev, Place: c.Anchor})
		}
	}
	for i := range st.out {
		if st.out[i].Case == "" && st.out[i].Kind != ShowHome {
			st.out[i].Case = c.ID
		}
	}
	return c, st.out
}

// mark groups the states that one reaction stands for.
func mark(s State) string {
	switch s {
	case "", Proposed:
		return ""
	case Resolved:
		return "resolved"
	case Escalated:
		return "escalated"
	case Dismissed:
		return "dismissed"
	}
	return "open"
}

// progress notes that the case moved on: reminders count from now, and whoever
// acted first owns it.
func (st *step) progress() {
	st.face = true
	st.c.Changed = st.e.Learned
	if st.c.Owner.ID == "" && !st.e.By.Bot && st.e.By.ID != "" && st.right() != "" {
		st.c.Owner = st.e.By
	}
	if st.e.Kind != EventWaiting && st.e.Kind != EventAlert {
		st.endWaiting()
	}
	st.timers()
}

// timers sets the durable timers that belong to the state.
func (st *step) timers() {
	t := map[Timer]time.Time{}
	now := st.e.Learned
	switch st.c.State {
	case Proposed, Escalated:
		t[TimerStale] = now.Add(st.s.Stale)
	case Triage, Fixing:
		t[TimerReminder] = now.Add(st.s.Remind)
		t[TimerStale] = now.Add(st.s.Stale)
	case Verifying:
		wait := verifyWait(st.p, st.s)
		t[TimerVerify] = now.Add(wait)
		t[TimerStale] = now.Add(max(st.s.Stale, wait+time.Hour))
	case Waiting:
		t[TimerWaiting] = st.c.WaitUntil
	}
	st.c.Timers = t
}

// verifyWait is how long to wait for the sync before asking: what the operator
// set, or else what the playbook says, or else the default.
func verifyWait(p diagnose.Playbook, s Settings) time.Duration {
	if s.VerifyWait > 0 {
		return s.VerifyWait
	}
	if p.Verify.Wait > 0 {
		return p.Verify.Wait
	}
	return DefaultVerifyWait
}

// replaceEvidence puts ev in, in place of what it supersedes, without changing the old slice.
func replaceEvidence(list []diagnose.Evidence, ev diagnose.Evidence) []diagnose.Evidence {
	out := slices.DeleteFunc(slices.Clone(list), func(o diagnose.Evidence) bool {
		if o.Kind != ev.Kind {
			return false
		}
		switch ev.Kind {
		case diagnose.KindAnswer:
			return o.Question == ev.Question
		case diagnose.KindSignal:
			return o.Words == ev.Words
		}
		return false
	})
	return append(out, ev)
}

func (st *step) say(text string) {
	if text != "" {
		st.out = append(st.out, st.whisper(text))
	}
}

// whisper answers the one who acted.
func (st *step) whisper(text string) Effect {
	return Effect{
		Kind: Whisper, Case: st.c.ID, To: st.e.By.ID, Place: whisperPlace(st.e.Place, st.c.Anchor),
		Text: text, ReplyTo: st.e.ReplyTo, Before: replyLimit(st.e.ReplyTo, st.e.Learned),
	}
}

// whisperPlace is where the person is looking, or else where the case stands.
func whisperPlace(at, anchor Place) Place {
	if at.Channel != "" {
		return at
	}
	return anchor
}

// replyLimit is when a response URL dies: 30 minutes after it was made
// (docs.slack.dev/interactivity/handling-user-interaction).
func replyLimit(replyTo string, at time.Time) time.Time {
	if replyTo == "" {
		return time.Time{}
	}
	return at.Add(29 * time.Minute)
}

func (st *step) reply(text string, ping ...string) {
	ping = slices.DeleteFunc(ping, func(id string) bool { return id == "" })
	st.out = append(st.out, Effect{Kind: Reply, Case: st.c.ID, Place: st.c.Anchor, Text: text, Ping: ping})
}
