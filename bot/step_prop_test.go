package bot_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"syncfix/bot"
	"syncfix/diagnose"
)

var people = []bot.Actor{ana, leo, gil, eve, app, {}, {ID: "U0NEW", Unknown: true}}

// likelyEvent draws what usually comes next, so that every state is reached.
func likelyEvent(t *rapid.T, c bot.Case, p diagnose.Playbook, minute int) bot.Event {
	e := bot.Event{Key: fmt.Sprint(minute), At: at(minute), Learned: at(minute), By: leo, Offer: c.Offer.ID,
		Place: bot.Place{Team: "T1", Channel: "C1", TS: "1.0"}, Until: at(minute + 30)}
	kinds := []bot.EventKind{bot.EventReopened, bot.EventAlert}
	switch c.Offer.Kind {
	case bot.OfferQuestion:
		kinds = []bot.EventKind{bot.EventAnswered}
		e.Choice = rapid.SampledFrom([]string{"yes", "no", diagnose.NotSure}).Draw(t, "answer")
	case bot.OfferGate:
		kinds = []bot.EventKind{bot.EventGate}
		e.Choice = c.Offer.Gate
	case bot.OfferVerify:
		kinds = []bot.EventKind{bot.EventFailing, bot.EventWorked, bot.EventRecovered, bot.EventAlert, bot.EventWaiting, bot.EventPicked, bot.EventWrong, bot.EventAssigned}
		e.Choice = rapid.SampledFrom([]string{"password", "code", "role"}).Draw(t, "cause")
	}
	e.Kind = rapid.SampledFrom(kinds).Draw(t, "likely")
	if e.Kind == bot.EventAlert {
		e.Alert = &bot.Alert{Playbook: p.ID, Hash: p.Hash}
	}
	if e.Kind == bot.EventRecovered {
		e.By = app
	}
	if e.Kind == bot.EventWorked && c.State == bot.Waiting {
		e.Offer = ""
	}
	return e
}

// anyEvent draws an event that may or may not make sense for the case.
func anyEvent(t *rapid.T, c bot.Case, p diagnose.Playbook, minute int) bot.Event {
	kinds := []bot.EventKind{
		bot.EventOpened, bot.EventProposed, bot.EventAlert, bot.EventAlert, bot.EventRecovered, bot.EventStarted, bot.EventAnswered, bot.EventAnswered,
		bot.EventAnswered, bot.EventChanged, bot.EventGate, bot.EventGate, bot.EventGate, bot.EventGate, bot.EventCannot, bot.EventWorked, bot.EventFailing,
		bot.EventPicked, bot.EventWrong, bot.EventDismissed, bot.EventHandedOff, bot.EventWaiting, bot.EventResumed, bot.EventAssigned,
		bot.EventAccount, bot.EventNamed, bot.EventMerged, bot.EventGone, bot.EventReopened, bot.EventTimer, bot.EventPosted, bot.EventForm, "nonsense",
	}
	choices := []string{"", "yes", "no", diagnose.NotSure, "before", "disconnected", "saved", "risk", "off", "all-done", "greyed",
		"password", "code", "role", diagnose.OtherCause, c.Offer.Gate, c.Offer.Gate, c.Offer.Gate,
		string(bot.TimerReminder), string(bot.TimerVerify), string(bot.TimerStale), string(bot.TimerWaiting), "SF-9"}
	offers := []string{c.Offer.ID, c.Offer.ID, c.Offer.ID, c.Offer.ID, "", "o1", "o99"}
	e := bot.Event{
		Key: fmt.Sprint(minute), Kind: rapid.SampledFrom(kinds).Draw(t, "kind"),
		At: at(minute + rapid.IntRange(-20, 3).Draw(t, "late")), Learned: at(minute),
		By: rapid.SampledFrom(people).Draw(t, "by"), Place: bot.Place{Team: "T1", Channel: "C1", TS: "1.0"},
		Offer: rapid.SampledFrom(offers).Draw(t, "offer"), Choice: rapid.SampledFrom(choices).Draw(t, "choice"),
		Note: rapid.SampledFrom([]string{"", "a note"}).Draw(t, "note"),
	}
	if rapid.IntRange(0, 3).Draw(t, "payload") > 0 {
		e.Alert = &bot.Alert{Playbook: p.ID, Hash: p.Hash, Account: rapid.SampledFrom([]string{"", "1"}).Draw(t, "account")}
		e.Posted = &bot.Posted{Effect: rapid.SampledFrom([]bot.EffectKind{bot.ShowCard, bot.ShowReaction, bot.Reply}).Draw(t, "posted"),
			Place: bot.Place{Team: "T1", Channel: "C1", TS: "2.0", Thread: "1.0"}, Rev: c.Rev, State: c.State}
		e.Values = map[string]string{"login": rapid.SampledFrom([]string{"yes", "no", "?"}).Draw(t, "login"), bot.FieldAccount: "1"}
		e.Until = at(minute + rapid.IntRange(-5, 100).Draw(t, "until"))
	}
	return e
}

// confirmed are the presses that may stand for a disconnect.
type confirmed struct {
	by string
	at time.Time
}

func TestAnySequenceOfEventsKeepsThePromises(t *testing.T) {
	p, s := ledger(), settings()
	reached := map[bot.State]int{}
	rapid.Check(t, func(t *rapid.T) {
		var log []bot.Event
		var presses []confirmed
		c := bot.Case{ID: "SF-1"}
		for minute := range rapid.IntRange(1, 60).Draw(t, "events") {
			e := anyEvent(t, c, p, minute)
			if rapid.IntRange(0, 9).Draw(t, "sense") < 6 {
				e = likelyEvent(t, c, p, minute)
			}
			if minute == 0 {
				e = bot.Event{Kind: bot.EventOpened, At: at(0), Learned: at(0), By: app, Alert: &bot.Alert{Playbook: p.ID, Hash: p.Hash}, Place: e.Place}
			}
			before := mustJSON(c)
			next, _ := bot.Step(c, e, p, s)
			if mustJSON(c) != before {
				t.Fatalf("Step changed its argument on %s", e.Kind)
			}
			if twin, _ := bot.Step(c, e, p, s); mustJSON(twin) != mustJSON(next) {
				t.Fatalf("Step is not deterministic on %s", e.Kind)
			}
			if next.Rev != c.Rev && next.Rev != c.Rev+1 || next.Rev == c.Rev && mustJSON(next) != before {
				t.Fatalf("%s: revision %d after %d", e.Kind, next.Rev, c.Rev)
			}
			if e.Kind == bot.EventGate && bot.Authorize(e.By, bot.RightApprove, s) == "" {
				presses = append(presses, confirmed{e.By.ID, e.At})
			}
			checkPromises(t, c, next, e, presses)
			if next.Rev != c.Rev {
				log = append(log, e)
			}
			c = next
			reached[c.State]++
			if c.State == bot.Waiting && c.Before == bot.Verifying {
				reached["waiting behind verifying"]++
			}
		}
		if got := replay(t, log, p, s); mustJSON(got) != mustJSON(c) {
			t.Fatalf("the replay differs:\n%s\n%s", mustJSON(got), mustJSON(c))
		}
	})
	for _, state := range []bot.State{bot.Triage, bot.Fixing, bot.Verifying, bot.Waiting, "waiting behind verifying", bot.Resolved, bot.Escalated, bot.Dismissed} {
		if reached[state] == 0 {
			t.Errorf("no run came to %q: the promises were not tried there (%v)", state, reached)
		}
	}
}

func checkPromises(t *rapid.T, c, next bot.Case, e bot.Event, presses []confirmed) {
	if next.State == bot.Resolved && c.State != bot.Resolved {
		byNotice := e.Kind == bot.EventRecovered && e.At.After(c.LastFailure)
		byPerson := e.Kind == bot.EventWorked && bot.Authorize(e.By, bot.RightRespond, settings()) == "" && next.Verified.By.Name != ""
		if !byNotice && !byPerson {
			t.Fatalf("resolved without evidence by %s of %q", e.Kind, e.By.ID)
		}
	}
	for _, try := range next.Tried {
		for _, g := range try.Gates {
			if g.Kind != diagnose.GateDisconnect && g.Kind != diagnose.GateBefore && g.Kind != diagnose.GateRisk {
				continue
			}
			if !slices.Contains(presses, confirmed{g.By.ID, g.At}) {
				t.Fatalf("%s is shown as done without a confirmed press by somebody allowed to: %+v", g.Kind, g)
			}
		}
	}
	if !next.State.Open() && len(next.Timers) > 0 {
		t.Fatalf("a closed case has timers: %v", next.Timers)
	}
	if next.State == bot.Fixing && next.Offer.Kind != bot.OfferGate || next.State == bot.Verifying && next.Offer.Kind != bot.OfferVerify ||
		next.State == bot.Waiting && next.Offer.ID == "" ||
		next.State == bot.Triage && next.Offer.Kind != bot.OfferQuestion {
		t.Fatalf("after %s the state %s has the offer %+v", e.Kind, next.State, next.Offer)
	}
}

func replay(t *rapid.T, log []bot.Event, p diagnose.Playbook, s bot.Settings) bot.Case {
	var stored []bot.Event
	if err := json.Unmarshal([]byte(mustJSON(log)), &stored); err != nil {
		t.Fatal(err)
	}
	c := bot.Case{ID: "SF-1"}
	for _, e := range stored {
		c, _ = bot.Step(c, e, p, s)
	}
	return c
}

func mustJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}
