package bot

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"syncfix/diagnose"
)

// maxPast is how many gone offers a case remembers, to tell a late press what
// has happened since.
const maxPast = 20

// gone says that the press belongs to an offer that no longer stands.
func (st *step) gone() bool {
	return st.e.Offer != "" && st.e.Offer != st.c.Offer.ID
}

// stands reports whether the event's offer is the one that stands, of kind k.
// If not, it tells the person what has happened since and by whom.
func (st *step) stands(k OfferKind) bool {
	if st.c.Offer.ID != "" && st.e.Offer == st.c.Offer.ID && st.c.Offer.Kind == k {
		return true
	}
	st.say(st.since())
	return false
}

// since is what became of the offer that a late press belongs to.
func (st *step) since() string {
	for i := len(st.c.Past) - 1; i >= 0; i-- {
		d := st.c.Past[i]
		if d.Offer != st.e.Offer || d.What == "" {
			continue
		}
		who := d.By.Name
		switch {
		case d.By.ID == st.e.By.ID && d.By.ID != "":
			who = "You"
		case who == "" && d.By.ID == "":
			who = "Somebody"
		case who == "":
			who = "A colleague"
		}
		return fmt.Sprintf("Nothing changed: that button has done its work. %s %s %s. The card shows what's next.", who, d.What, ago(st.e.At.Sub(d.At)))
	}
	if !st.c.State.Open() {
		return closedText(st.c)
	}
	return "Nothing changed: " + st.c.ID + " has moved on since. The card shows what's next."
}

func closedText(c Case) string {
	who := c.Verified.By.Name
	switch {
	case c.State == Resolved && c.Verified.Notice:
		return c.ID + " is resolved: a success notice came in. If the sync fails again, reopen it."
	case c.State == Resolved && who != "":
		return c.ID + " is resolved: " + who + " saw the sync work. If it fails again, reopen it."
	case c.State == Resolved:
		return c.ID + " is resolved. If the sync fails again, reopen it."
	case c.State == Dismissed:
		return c.ID + " is closed: " + strings.TrimSuffix(c.Reason, ".") + ". You can reopen it."
	}
	return c.ID + " hasn't started yet."
}

func ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "just now"
	case d < 2*time.Minute:
		return "a minute ago"
	case d < time.Hour:
		return fmt.Sprintf("%d minutes ago", int(d.Minutes()))
	case d < 2*time.Hour:
		return "an hour ago"
	case d < 48*time.Hour:
		return fmt.Sprintf("%d hours ago", int(d.Hours()))
	}
	return fmt.Sprintf("%d days ago", int(d.Hours()/24))
}

// take moves the standing offer to the past, with what became of it; an empty
// what means that it was overtaken by st.e.
func (st *step) take(what string) {
	o := st.c.Offer
	if o.ID == "" {
		return
	}
	by := st.e.By
	if what == "" {
		what = overtaken(st.e.Kind)
	}
	past := append(slices.Clone(st.c.Past), Done{
		Offer: o.ID, Kind: o.Kind, Question: o.Question, Fix: o.Fix, Gate: o.Gate,
		Choice: st.e.Choice, What: what, By: by, At: st.e.At,
	})
	if len(past) > maxPast {
		past = past[len(past)-maxPast:]
	}
	st.c.Past, st.c.Offer = past, Offer{}
}

func overtaken(k EventKind) string {
	switch k {
	case EventAlert:
		return "reported the failure again"
	case EventRecovered:
		return "reported that the sync works"
	case EventChanged:
		return "changed an answer"
	case EventReopened:
		return "reopened the case"
	case EventGone:
		return "deleted the alert"
	}
	return "moved the case on"
}

func (st *step) worked() {
	if st.e.Offer != "" && !st.stands(OfferVerify) {
		return
	}
	st.resolve(Verified{At: st.e.At, By: st.e.By, Note: shorten(st.e.Note, 500)})
}

// settled is a time that no gate pressed so far is after.
func (st *step) settled() time.Time {
	last := st.e.Learned
	for _, t := range st.c.Tried {
		for _, g := range t.Gates {
			if g.At.After(last) {
				last = g.At
			}
		}
	}
	return last
}

// resolve closes the case on evidence.
func (st *step) resolve(v Verified) {
	t := st.try()
	if t.Fix != "" && t.Result == "" {
		if st.verifying() {
			v.Fix, v.Cause, v.Credits = t.Fix, t.Cause, diagnose.Credits(st.p, t.Fix, st.c.Evidence)
			st.endTry(Worked)
		} else {
			st.endTry(Abandoned)
		}
	}
	if named, ok := st.p.Cause(st.e.Choice); ok && st.e.Kind == EventWorked {
		v.Cause, v.Credits = named.ID, []diagnose.Credit{{Cause: named.ID, Share: 1}}
	}
	what := "saw the sync work"
	if v.Notice {
		what = "reported that the sync works"
	}
	st.take(what)
	st.c.State, st.c.Verified, st.c.Closed, st.c.ClosedBy, st.c.Settled = Resolved, v, st.e.Learned, v.By, st.settled()
	st.c.Before, st.c.WaitUntil, st.c.Reason = "", time.Time{}, ""
	st.c.Timers = nil
	st.c.Changed = st.e.Learned
	st.face = true
	if st.c.Owner.ID == "" && !v.Notice {
		st.c.Owner = st.e.By
	}
	if v.Notice {
		st.reply("The sync works again: a success notice came in. "+st.c.ID+" is resolved.", st.c.Owner.ID)
	}
}

func (st *step) dismissed() {
	st.take("closed the case")
	st.endTry(Abandoned)
	if off, yes := st.c.Disconnected(); yes {
		st.reply("Mind that the sync is still disconnected, since "+off.By.Name+" pressed “disconnected” here. "+st.c.ID+" is closed all the same.", st.e.By.ID)
	}
	st.c.State, st.c.Closed, st.c.ClosedBy, st.c.Settled = Dismissed, st.e.Learned, st.e.By, st.settled()
	st.c.Reason = shorten(st.e.Note, 500)
	if st.c.Reason == "" {
		st.c.Reason = "Not a sync failure."
	}
	st.c.Timers = nil
	st.c.Changed = st.e.Learned
	st.c.Before, st.c.WaitUntil = "", time.Time{}
	st.changed, st.face = true, true
	if st.before == Proposed {
		st.answerProposal("Alright, I haven't started a case.")
	}
}

// answerProposal puts a line in the place of a private proposal, whose buttons
// have done their work.
func (st *step) answerProposal(text string) {
	if st.c.For == "" || st.e.ReplyTo == "" {
		return
	}
	e := st.whisper(text)
	e.Replace = true
	st.out = append(st.out, e)
}

func (st *step) handedOff() {
	if st.c.State == Escalated {
		st.say(st.c.ID + " is handed off already.")
		return
	}
	reason := shorten(st.e.Note, 500)
	if reason == "" {
		reason = st.e.By.Name + " handed it off."
	}
	st.escalate(reason)
	st.progress()
}

// escalate hands the case to people, with a brief of all that is known.
func (st *step) escalate(reason string) {
	st.endTry(Abandoned)
	st.take("")
	if st.c.State == Escalated {
		st.c.Reason = reason
		st.face = true
		return
	}
	st.c.State, st.c.Reason = Escalated, reason
	st.c.Before, st.c.WaitUntil, st.c.Since = "", time.Time{}, time.Time{}
	st.face = true
	st.out = append(st.out, Effect{Kind: Brief, Case: st.c.ID, Place: st.c.Anchor})
}

func (st *step) waiting() {
	if !st.e.Until.After(st.e.Learned) {
		st.say("Please choose a time that's still to come.")
		return
	}
	if st.c.State == Escalated {
		st.say(st.c.ID + " is handed off; nobody is reminded of it.")
		return
	}
	if st.c.State != Waiting {
		st.c.Before = st.c.State
	}
	st.c.State, st.c.WaitUntil = Waiting, st.e.Until
	st.progress()
}

func (st *step) resumed() {
	if st.c.State != Waiting {
		st.say(st.c.ID + " isn't waiting for anybody.")
		return
	}
	st.progress()
}

func (st *step) assigned() {
	if st.c.Owner.ID == st.e.By.ID {
		st.say(st.c.ID + " is yours already.")
		return
	}
	st.c.Owner = st.e.By
	st.face = true
}
