package bot

import (
	"slices"
	"time"

	"syncfix/diagnose"
)

// maxText bounds what a case keeps of an alert's text, in runes; a card shows less.
const maxText = 3000

// begin opens a case, proposes one, or takes a proposal up.
func (st *step) begin() {
	a := st.e.Alert
	if a == nil || st.e.Kind != EventStarted && st.c.Rev != 0 {
		return
	}
	if st.e.Kind == EventStarted && !st.stands(OfferStart) {
		return
	}
	if st.e.Kind != EventStarted {
		st.c.Team, st.c.Anchor = st.e.Place.Team, Place{Team: st.e.Place.Team, Channel: st.e.Place.Channel, TS: st.e.Place.TS, Thread: st.e.Place.Thread}
		st.c.Opened, st.c.LastFailure = st.e.Learned, st.e.At
		st.c.Text = shorten(a.Text, maxText)
	}
	st.c.Playbook, st.c.Hash, st.c.System = a.Playbook, a.Hash, a.System
	st.c.Account, st.c.Company, st.c.Subject = a.Account, a.Company, a.Subject
	st.c.Evidence = slices.Clone(a.Evidence)
	if st.e.Kind == EventProposed {
		st.propose(a)
		return
	}
	if st.e.Kind == EventStarted {
		st.take("started a case")
		st.c.Others = nil
		st.answerProposal("I've started " + st.c.ID + ". Its card is in this channel.")
	}
	st.c.State = Triage
	if !st.e.By.Bot && st.e.By.Name != "" { // somebody who asked, not the author of an alert
		st.c.Owner = st.e.By
	}
	st.advance()
	st.progress()
}

// propose asks whether a likely alert is one: its author privately, or anybody
// in the thread under another bot's alert.
func (st *step) propose(a *Alert) {
	st.c.State, st.c.Others = Proposed, slices.Clone(a.Others)
	if !st.e.By.Bot {
		st.c.For = st.e.By.ID
	}
	st.offer(Offer{Kind: OfferStart})
	st.c.Changed = st.e.Learned
	st.timers()
	st.changed = true
	st.out = append(st.out, Effect{
		Kind: ShowProposal, Case: st.c.ID, Rev: 1, Place: st.c.Anchor, To: st.c.For,
		ReplyTo: st.e.ReplyTo, Before: replyLimit(st.e.ReplyTo, st.e.Learned),
	})
}

// alert is a further report of the failure. One from before the reconnect can't
// reject the fix, and one from before the proof can't reopen the case.
func (st *step) alert() {
	if st.e.Alert == nil || st.c.State == Dismissed || st.c.State == Proposed || st.c.State == "" {
		return
	}
	st.c.Repeats.Count = max(st.c.Repeats.Count+1, st.e.Repeat) // those between were counted, and not kept
	if st.e.At.After(st.c.Repeats.Last) {
		st.c.Repeats.Last = st.e.At
	}
	if st.e.At.After(st.c.LastFailure) {
		st.c.LastFailure = st.e.At
	}
	fresh := st.newSignals(st.e.Alert.Evidence)
	st.fillAccount(st.e.Alert.Account, st.e.Alert.Company)
	st.face = true
	switch {
	case st.c.State == Resolved:
		if st.e.At.After(st.c.Verified.At) {
			st.reopen("The sync failed again.")
		}
	case st.verifying() && st.e.At.After(st.c.Since):
		st.endWaiting()
		st.fixFailed("The sync failed again after this fix. It's ruled out for now; here is what to do next.")
	case st.c.State == Triage && fresh, st.c.State == Fixing && fresh && len(st.try().Gates) == 0:
		st.advance()
		st.progress()
	}
}

// verifying says that the case waits for the sync, be it behind the customer's back.
func (st *step) verifying() bool {
	return st.c.State == Verifying || st.c.State == Waiting && st.c.Before == Verifying
}

// newSignals adds what an alert's words say and reports whether any of it is new.
func (st *step) newSignals(evidence []diagnose.Evidence) bool {
	fresh := false
	for _, ev := range evidence {
		if ev.Kind != diagnose.KindSignal {
			continue
		}
		known := slices.ContainsFunc(st.c.Evidence, func(o diagnose.Evidence) bool {
			return o.Kind == diagnose.KindSignal && o.Words == ev.Words && !o.Stale
		})
		if !known {
			st.c.Evidence = replaceEvidence(st.c.Evidence, ev)
			fresh = true
		}
	}
	return fresh
}

func (st *step) fillAccount(account, company string) {
	if st.c.Account == "" {
		st.c.Account = account
	}
	if st.c.Company == "" {
		st.c.Company = company
	}
}

// recovered is a success notice. One from before the last failure, or from
// before the reconnect, proves nothing.
func (st *step) recovered() {
	if !st.c.State.Open() || st.c.State == Proposed {
		return
	}
	if !st.e.At.After(st.c.LastFailure) || st.verifying() && !st.e.At.After(st.c.Since) {
		return
	}
	if last, ok := st.lastDisconnect(); ok && !st.e.At.After(last) {
		return
	}
	st.resolve(Verified{At: st.e.At, By: st.e.By, Notice: true})
}

// reopen takes up a resolved case again; that the sync fails counts against the
// fix that seemed to work.
func (st *step) reopen(why string) {
	fix := st.c.Verified.Fix
	if fix != "" {
		st.c.Tried = slices.Clone(st.c.Tried)
		for i := len(st.c.Tried) - 1; i >= 0; i-- {
			if st.c.Tried[i].Fix == fix && st.c.Tried[i].Result == Worked {
				st.c.Tried[i].Result = Failed
				break
			}
		}
		st.failedEvidence(fix)
	}
	st.c.Reopened++
	st.c.Verified, st.c.Closed, st.c.ClosedBy, st.c.Reason, st.c.Since = Verified{}, time.Time{}, Actor{}, "", time.Time{}
	st.c.State = Triage
	st.reply(why+" I've reopened "+st.c.ID+".", st.c.Owner.ID)
	st.advance()
	st.progress()
}

func (st *step) reopenByHand() {
	switch {
	case st.c.State.Open() && st.c.State != Escalated:
		st.say(st.c.ID + " is open already.")
	case st.c.State == Dismissed && st.merge() != "":
		st.say(st.c.ID + " was merged into " + st.merge() + ". Go on there.")
	default:
		if st.e.At.After(st.c.LastFailure) && st.c.State == Resolved {
			st.c.LastFailure = st.e.At
		}
		st.reopen(st.e.By.Name + " asked for it.")
	}
}

// merge is the case this one turned out to be, if it was merged.
func (st *step) merge() string {
	if n := len(st.c.Past); n > 0 && st.c.Past[n-1].Kind == offerMerged {
		return st.c.Past[n-1].Choice
	}
	return ""
}

const offerMerged OfferKind = "merged"

// merged closes a case that turned out to be another one.
func (st *step) merged() {
	if !st.c.State.Open() {
		return
	}
	st.take("was merged into " + st.e.Choice)
	st.c.Past = append(slices.Clone(st.c.Past), Done{
		Offer: "merged", Kind: offerMerged, Choice: st.e.Choice, What: "merged it into " + st.e.Choice, By: st.e.By, At: st.e.At,
	})
	st.endTry(Abandoned)
	st.c.State, st.c.Closed, st.c.ClosedBy, st.c.Settled = Dismissed, st.e.Learned, st.e.By, st.settled()
	st.c.Reason = "It is the same failure as " + st.e.Choice + "."
	st.c.Timers = nil
	st.face = true
	st.out = append(st.out, Effect{Kind: Pointer, Case: st.e.Choice, Place: st.c.Anchor})
}

// alertGone closes, without a word, a case whose alert was deleted. Slack does not
// say by whom.
func (st *step) alertGone() {
	if !st.c.State.Open() {
		return
	}
	st.e.By = Actor{}
	st.take("")
	st.endTry(Abandoned)
	st.c.State, st.c.Closed, st.c.ClosedBy, st.c.Settled = Dismissed, st.e.Learned, Actor{}, st.settled()
	st.c.Reason = "Its alert was deleted."
	st.c.Before, st.c.WaitUntil, st.c.Timers = "", time.Time{}, nil
	st.c.Changed = st.e.Learned
	st.face = true
}

// accountSet says whose sync failed. Whether that makes it the same failure as
// another case is Route's to see.
func (st *step) accountSet() {
	account, company := st.e.Values[FieldAccount], st.e.Values[FieldCompany]
	if account == st.c.Account && company == st.c.Company {
		st.say("That's what " + st.c.ID + " says already.")
		return
	}
	st.c.Account, st.c.Company = account, company
	st.face = true
}

// named takes from a report whose sync it is, where nobody has said so yet.
func (st *step) named() {
	if !st.c.State.Open() || st.c.State == Proposed {
		return
	}
	account, company := st.c.Account, st.c.Company
	st.fillAccount(st.e.Values[FieldAccount], st.e.Values[FieldCompany])
	st.face = account != st.c.Account || company != st.c.Company
}

// shorten cuts text to at most n runes.
func shorten(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
