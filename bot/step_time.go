package bot

import (
	"strconv"
	"time"

	"syncfix/diagnose"
)

// formLife is how long a trigger id lives
// (docs.slack.dev/interactivity/handling-user-interaction).
const formLife = 3 * time.Second

// timer is one of the case's own timers. One that was moved or removed
// meanwhile means nothing.
func (st *step) timer() {
	name := Timer(st.e.Choice)
	due, ok := st.c.Timers[name]
	if !ok || due.After(st.e.At) {
		return
	}
	delete(st.c.Timers, name)
	st.changed = true
	switch name {
	case TimerReminder:
		st.reply("Reminder: "+st.c.ID+" is waiting. "+st.pending(), st.c.Owner.ID)
	case TimerVerify:
		st.c.Offer.Asked = true
		st.face = true
		st.reply("No word from the sync yet. Please look at it and press “The sync worked” or “Still failing” on the card.", st.c.Owner.ID)
	case TimerStale:
		if st.c.State == Proposed {
			st.take("let the question lapse")
			st.c.State, st.c.Closed, st.c.Reason = Dismissed, st.e.Learned, "Nobody took it up."
			st.c.Timers = nil
			st.face = true // if it stands in public, its buttons go
			return
		}
		st.reply(st.c.ID+" hasn't moved for "+days(st.e.At.Sub(st.c.Changed))+". "+st.pending()+" If it's stuck, hand it off; the brief is ready.", st.c.Owner.ID)
	case TimerWaiting:
		if st.c.State != Waiting {
			return
		}
		st.endWaiting()
		st.face = true
		st.timers()
		st.reply("The time given to the customer for "+st.c.ID+" is over. "+st.pending(), st.c.Owner.ID)
	}
}

// pending is what the case waits for, in a sentence.
func (st *step) pending() string {
	o := st.c.Offer
	switch o.Kind {
	case OfferQuestion:
		if q, ok := st.p.Question(o.Question); ok {
			return "The question is: " + q.Text
		}
	case OfferGate:
		if f, ok := st.p.Fix(o.Fix); ok {
			_, g := st.c.Stretch(f)
			return "Next: the steps on the card, then “" + g.Button + "”."
		}
	case OfferVerify:
		return "Has the sync worked?"
	}
	if st.c.State == Escalated {
		return "It's handed off" + toWhom(st.p.Escalation) + "."
	}
	return "The card shows what's next."
}

func toWhom(e diagnose.Escalation) string {
	if e.To == "" {
		return ""
	}
	return " to " + e.To
}

func days(d time.Duration) string {
	if d < 48*time.Hour {
		return plural(int(d.Hours()), "hour")
	}
	return plural(int(d.Hours()/24), "day")
}

func plural(n int, word string) string {
	if n == 1 {
		return "an " + word
	}
	return strconv.Itoa(n) + " " + word + "s"
}

// openForm opens a form for the one who asked for it. The card is drawn anew:
// Slack keeps a menu's choice, and choosing the same again would do nothing.
func (st *step) openForm() {
	form := FormKind(st.e.Choice)
	if !st.c.State.Open() || st.c.State == Proposed {
		st.say(closedText(st.c))
		return
	}
	if form == FormCannot && st.c.Offer.Kind != OfferGate {
		st.say("There are no steps to do on " + st.c.ID + " right now. The card shows what's next.")
		return
	}
	st.face = true
	st.out = append(st.out, Effect{
		Kind: OpenForm, Case: st.c.ID, To: st.e.By.ID, Form: form, Place: st.c.Anchor,
		Trigger: st.e.Trigger, Before: st.e.Learned.Add(formLife), ReplyTo: st.e.ReplyTo,
	})
}

// posted notes what stands in Slack now. The case's progress is not touched.
func (st *step) posted() {
	p := st.e.Posted
	if p == nil {
		return
	}
	switch p.Effect {
	case ShowCard:
		if st.c.Card.TS == "" && st.c.State == Dismissed && p.Rev < st.c.Face { // it went out while the case was closed
			st.out = append(st.out, Effect{Kind: ShowCard, Case: st.c.ID, Rev: st.c.Face, Place: st.c.Anchor})
		}
		st.c.Card = p.Place
		st.c.Shown = max(st.c.Shown, p.Rev)
		if st.c.Anchor.Root() == "" { // no alert to stand under: the card is the thread's parent
			st.c.Anchor.TS = ""
			st.c.Anchor.Thread = p.Place.Root()
		}
	case ShowProposal:
		st.c.Card = p.Place
	case ShowReaction:
		st.c.Marked = p.State
	default:
		return
	}
	st.changed = true
}
