package bot

import (
	"fmt"
	"slices"
	"time"

	"syncfix/diagnose"
)

// advance does what the diagnosis says is best now: ask, fix or hand off.
func (st *step) advance() {
	d := diagnose.Next(st.p, st.c.Evidence)
	switch d.Kind {
	case diagnose.Ask:
		st.c.Reason = ""
		if st.c.State == Triage && st.c.Offer.Kind == OfferQuestion && st.c.Offer.Question == d.Question {
			st.face = true // the same question still stands; its buttons keep working
			return
		}
		st.endTry(Abandoned)
		st.take("")
		st.c.State = Triage
		st.offer(Offer{Kind: OfferQuestion, Question: d.Question, Reason: d.Reason})
	case diagnose.Try:
		st.c.Reason = ""
		if st.c.State == Fixing && st.try().Fix == d.Fix && st.try().Result == "" {
			st.goOn(d)
			return
		}
		st.startFix(d.Fix, d.Reason)
	default:
		st.escalate(d.Reason)
	}
}

// goOn leaves the fix under way as it is; its gate's button keeps working unless
// the event has taken the offer.
func (st *step) goOn(d diagnose.Decision) {
	st.face = true
	if f, ok := st.p.Fix(d.Fix); ok && st.c.Offer.ID == "" {
		st.nextGate(f, d.Reason)
	}
}

// startFix begins a fix. Where the connection is disconnected already, by a
// recorded press in an earlier fix, the new one begins behind its disconnect.
func (st *step) startFix(id, reason string) {
	f, ok := st.p.Fix(id)
	if !ok {
		st.escalate("The playbook has no steps for this.")
		return
	}
	carried := st.carriedGates(f)
	st.endTry(Abandoned)
	st.take("")
	t := Try{Fix: id, Started: st.e.Learned, Cause: st.likeliest(f), Gates: carried}
	t.Overruled = slices.ContainsFunc(st.c.Evidence, func(ev diagnose.Evidence) bool {
		return ev.Kind == diagnose.KindPicked && !ev.Stale
	})
	st.c.Tried = append(slices.Clone(st.c.Tried), t)
	st.c.State = Fixing
	st.c.Since = time.Time{}
	st.nextGate(f, reason)
}

// likeliest is the cause that a fix is now most likely to cure.
func (st *step) likeliest(f diagnose.Fix) string {
	for _, r := range diagnose.Rank(st.p, st.c.Evidence) {
		if slices.ContainsFunc(f.Solves, func(s diagnose.Solves) bool { return s.Cause == r.Cause }) {
			return r.Cause
		}
	}
	return ""
}

// carriedGates are the gates up to f's disconnect, if somebody has disconnected
// and nobody has reconnected since.
func (st *step) carriedGates(f diagnose.Fix) []GateRun {
	last, off := st.c.Disconnected()
	if !off {
		return nil
	}
	var carried []GateRun
	for _, sp := range f.Steps {
		if sp.Gate.Kind == diagnose.GateNone {
			continue
		}
		run := last
		run.Gate, run.Kind = sp.Gate.ID, sp.Gate.Kind
		switch sp.Gate.Kind {
		case diagnose.GateBefore:
			carried = append(carried, run)
		case diagnose.GateDisconnect:
			return append(carried, run)
		default:
			return nil // a gate of another kind comes first: begin at the beginning
		}
	}
	return nil
}

// Disconnected is the confirmed press by which the connection is off now: nobody
// has reconnected since, and the case was not closed in between.
func (c Case) Disconnected() (GateRun, bool) {
	var last GateRun
	for _, t := range c.Tried {
		for _, g := range t.Gates {
			switch {
			case !g.At.After(c.Settled):
			case g.Kind == diagnose.GateDisconnect:
				last = g
			case g.Kind == diagnose.GateReconnect:
				last = GateRun{}
			}
		}
	}
	return last, last.Gate != ""
}

// lastDisconnect is when somebody last confirmed a disconnect.
func (st *step) lastDisconnect() (time.Time, bool) {
	var at time.Time
	for _, t := range st.c.Tried {
		for _, g := range t.Gates {
			if g.Kind == diagnose.GateDisconnect && g.At.After(at) {
				at = g.At
			}
		}
	}
	return at, !at.IsZero()
}

// try is the fix under way, or the zero Try.
func (st *step) try() Try { return st.c.Current() }

// Current is the case's fix under way or last tried; the zero Try if none.
func (c Case) Current() Try {
	if n := len(c.Tried); n > 0 {
		return c.Tried[n-1]
	}
	return Try{}
}

// setTry replaces the fix under way without changing the old slice.
func (st *step) setTry(t Try) {
	st.c.Tried = slices.Clone(st.c.Tried)
	st.c.Tried[len(st.c.Tried)-1] = t
}

func (st *step) endTry(r Result) {
	t := st.try()
	if t.Fix == "" || t.Result != "" {
		return
	}
	t.Result, t.Ended = r, st.e.Learned
	st.setTry(t)
}

// nextGate offers the next gate that has not been pressed in this time round.
func (st *step) nextGate(f diagnose.Fix, reason string) {
	_, gate := st.c.Stretch(f)
	st.offer(Offer{Kind: OfferGate, Fix: f.ID, Gate: gate.ID, Reason: reason})
}

// Stretch is the part of a fix that is to be done now: the steps behind the last
// gate pressed, and the gate they end with. A fix whose last steps have no gate
// ends with one that says they are done, so that nothing is verified unasked; and
// if the connection is off since an earlier fix, the end is to connect it again.
func (c Case) Stretch(f diagnose.Fix) ([]diagnose.Step, diagnose.Gate) {
	steps, gate := stretch(f, c.Current())
	if _, off := c.Disconnected(); !off || gate.Kind != diagnose.GateDone {
		return steps, gate
	}
	steps = append(slices.Clone(steps), diagnose.Step{
		ID: "connect-again", Text: "Connect the sync again. It is still disconnected.", Basis: diagnose.Inferred,
	})
	return steps, diagnose.Gate{
		ID: gate.ID, Kind: diagnose.GateReconnect, Title: "Connected again?", Button: "Connected, the sync has started",
		Confirm: "The steps are done, the connection is saved and a sync has started. We then wait for its result.",
	}
}

func stretch(f diagnose.Fix, t Try) ([]diagnose.Step, diagnose.Gate) {
	var steps []diagnose.Step
	for _, sp := range f.Steps {
		steps = append(steps, sp)
		if sp.Gate.Kind == diagnose.GateNone {
			continue
		}
		pressed := slices.ContainsFunc(t.Gates, func(g GateRun) bool { return g.Gate == sp.Gate.ID })
		if !pressed {
			return steps, sp.Gate
		}
		steps = nil
	}
	return steps, diagnose.Gate{ID: gateAllDone, Kind: diagnose.GateDone, Title: "When that's done", Button: "Done, watch the sync"}
}

// gateAllDone is the id of the gate behind steps that have none of their own.
const gateAllDone = "all-done"

func (st *step) gatePressed() {
	if !st.stands(OfferGate) || st.c.Offer.Gate != st.e.Choice {
		return
	}
	f, ok := st.p.Fix(st.c.Offer.Fix)
	if !ok {
		return
	}
	t := st.try()
	_, gate := st.c.Stretch(f)
	t.Gates = append(slices.Clone(t.Gates), GateRun{Gate: gate.ID, Kind: gate.Kind, By: st.e.By, At: st.e.At})
	t.By = st.e.By
	st.setTry(t)
	st.take("pressed “" + gate.Button + "”")
	if gate.Kind == diagnose.GateReconnect || gate.Kind == diagnose.GateDone {
		st.c.State, st.c.Since = Verifying, st.e.At
		st.c.Evidence = diagnose.StaleAfter(st.p, f.ID, st.c.Evidence)
		st.offer(Offer{Kind: OfferVerify, Fix: f.ID})
	} else {
		st.nextGate(f, "")
	}
	st.progress()
}

func (st *step) answered() {
	if !st.stands(OfferQuestion) {
		return
	}
	q, ok := st.p.Question(st.c.Offer.Question)
	if !ok {
		return
	}
	a, ok := q.Answer(st.e.Choice)
	if !ok {
		return
	}
	st.c.Evidence = replaceEvidence(st.c.Evidence, diagnose.Evidence{Kind: diagnose.KindAnswer, Question: q.ID, Answer: a.ID})
	st.take("answered “" + a.Text + "”")
	st.advance()
	st.progress()
}

// answersChanged replaces answers that were given before; the fix goes on if it
// is still the best, and a case that waits for the sync goes on waiting.
func (st *step) answersChanged() {
	n := 0
	for _, q := range st.p.Questions { // in the playbook's order, so that it replays the same
		v, given := st.e.Values[q.ID]
		a, ok := q.Answer(v)
		if !given || !ok || st.answer(q.ID) == a.ID {
			continue
		}
		st.c.Evidence = replaceEvidence(st.c.Evidence, diagnose.Evidence{Kind: diagnose.KindAnswer, Question: q.ID, Answer: a.ID})
		n++
	}
	if n == 0 {
		st.say("Nothing changed: those are the answers " + st.c.ID + " has.")
		return
	}
	st.endWaiting()
	if st.c.State != Verifying { // there, only the sync can tell
		st.advance()
	}
	st.progress()
}

// endWaiting returns from waiting on the customer.
func (st *step) endWaiting() {
	if st.c.State == Waiting {
		st.c.State, st.c.Before, st.c.WaitUntil = st.c.Before, "", time.Time{}
	}
}

// answer is the answer that a question has now; empty if none.
func (st *step) answer(question string) string {
	for _, ev := range st.c.Evidence {
		if ev.Kind == diagnose.KindAnswer && ev.Question == question && !ev.Stale {
			return ev.Answer
		}
	}
	return ""
}

// cannot takes a way out of the steps shown, or notes that something the
// playbook doesn't know is in the way.
func (st *step) cannot() {
	if !st.stands(OfferGate) {
		return
	}
	f, _ := st.p.Fix(st.c.Offer.Fix)
	steps, _ := st.c.Stretch(f)
	what := "something else is in the way"
	known := false
	for _, sp := range steps {
		for _, w := range sp.Cannot {
			if w.ID == st.e.Choice {
				what, known = w.Text, true
			}
		}
	}
	if st.e.Note != "" {
		what = shorten(st.e.Note, 200)
	}
	ev := diagnose.Evidence{Kind: diagnose.KindCannot, Fix: f.ID}
	if known {
		ev.Cannot = st.e.Choice
	}
	st.c.Evidence = append(slices.Clone(st.c.Evidence), ev)
	st.take("couldn't do a step: “" + what + "”")
	st.endTry(Blocked)
	st.advance()
	if st.c.State == Escalated && !known {
		st.c.Reason = "A step of “" + f.Title + "” couldn't be done: " + what
	}
	st.progress()
}

func (st *step) failing() {
	if st.stands(OfferVerify) {
		st.take("saw it still failing")
		if st.e.At.After(st.c.LastFailure) {
			st.c.LastFailure = st.e.At
		}
		st.fixFailed("")
	}
}

// fixFailed rejects the fix under way and moves on to what is best next.
func (st *step) fixFailed(text string) {
	t := st.try()
	st.take("")
	if t.Fix != "" {
		st.endTry(Failed)
		st.failedEvidence(t.Fix)
	}
	if text != "" {
		st.reply(text, st.c.Owner.ID)
	}
	st.c.Since = time.Time{}
	st.c.State = Triage
	st.advance()
	st.progress()
}

func (st *step) failedEvidence(fix string) {
	st.c.Evidence = append(slices.Clone(st.c.Evidence), diagnose.Evidence{Kind: diagnose.KindFixFailed, Fix: fix})
}

func (st *step) picked() {
	cause, ok := st.p.Cause(st.e.Choice)
	if !ok && st.e.Choice != diagnose.OtherCause {
		return
	}
	ev := diagnose.Evidence{Kind: diagnose.KindPicked, Cause: st.e.Choice}
	st.c.Evidence = append(withoutKind(st.c.Evidence, diagnose.KindPicked), ev)
	name := cause.Name
	if !ok {
		name = "something else"
	}
	st.endWaiting()
	if st.c.State != Verifying { // there, only the sync can tell
		st.take("picked the cause “" + name + "”")
		st.advance()
	}
	st.progress()
}

func withoutKind(list []diagnose.Evidence, k diagnose.EvidenceKind) []diagnose.Evidence {
	return slices.DeleteFunc(slices.Clone(list), func(ev diagnose.Evidence) bool { return ev.Kind == k })
}

// wrong says that the diagnosis is wrong: the cause being fixed, or else the one
// thought most likely, goes far down.
func (st *step) wrong() {
	cause := ""
	if t := st.try(); t.Result == "" {
		cause = t.Cause
	}
	if ranking := diagnose.Rank(st.p, st.c.Evidence); cause == "" && len(ranking) > 0 {
		cause = ranking[0].Cause
	}
	st.c.Evidence = append(withoutKind(st.c.Evidence, diagnose.KindPicked), diagnose.Evidence{Kind: diagnose.KindRejected, Cause: cause})
	st.endWaiting()
	st.take("said the diagnosis is wrong")
	st.endTry(Abandoned)
	st.c.State, st.c.Since = Triage, time.Time{}
	st.advance()
	st.progress()
}

// offer makes a new offer; the buttons of earlier ones stop working.
func (st *step) offer(o Offer) {
	st.c.Offers++
	o.ID = fmt.Sprintf("o%d", st.c.Offers)
	o.Since = st.e.Learned
	st.c.Offer = o
	st.face = true
}
