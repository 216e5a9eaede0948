package bot_test

import (
	"encoding/json"
	"testing"
	"time"

	"syncfix/bot"
	"syncfix/diagnose"
)

// The people and the playbook that the tests of this package share.
var (
	ana = bot.Actor{ID: "U0ANA", Name: "Ana Ruiz", Team: "T1"}
	leo = bot.Actor{ID: "U0LEO", Name: "Leo Brandt", Team: "T1", Groups: []string{"S0LEADS"}}
	gil = bot.Actor{ID: "U0GIL", Name: "Gil Moreau", Team: "T1", Guest: true}
	eve = bot.Actor{ID: "U0EVE", Name: "Eve Stone", Team: "T2", Outsider: true}
	app = bot.Actor{ID: "B0MON", Name: "Monitor", Bot: true}
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func at(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }

// ledger is a playbook with a destructive fix, a harmless one, a risky one with
// a way out, and one whose steps have no gate.
func ledger() diagnose.Playbook {
	gate := func(id string, k diagnose.GateKind, button string) diagnose.Gate {
		return diagnose.Gate{ID: id, Kind: k, Title: button, Button: button, Confirm: "Sure?"}
	}
	return diagnose.Playbook{
		Version: 1, ID: "ledger-login", Title: "Ledger: login refused", System: "Ledger", Product: "Pay",
		Scope: diagnose.ScopeConnection, Hash: "h1",
		Causes: []diagnose.Cause{
			{ID: "password", Name: "Wrong password", Statement: "The saved password is wrong.", Frequency: diagnose.Common},
			{ID: "code", Name: "Login code", Statement: "A login code is asked for.", Frequency: diagnose.Occasional},
			{ID: "role", Name: "Wrong role", Statement: "The role is too small.", Frequency: diagnose.Rare},
		},
		Questions: []diagnose.Question{
			{ID: "login", Text: "Can you log in?", Minutes: 2, Who: diagnose.WhoSupport, Answers: []diagnose.Answer{
				{ID: "yes", Text: "Yes", Speaks: []diagnose.Speaks{{Cause: "password", Word: diagnose.RulesOut}}},
				{ID: "no", Text: "No", Speaks: []diagnose.Speaks{{Cause: "password", Word: diagnose.Confirms}}},
			}},
			{ID: "asks_code", Text: "Does it ask for a code?", Minutes: 2, Who: diagnose.WhoSupport, Answers: []diagnose.Answer{
				{ID: "yes", Text: "Yes", Speaks: []diagnose.Speaks{{Cause: "code", Word: diagnose.Confirms}}},
				{ID: "no", Text: "No", Speaks: []diagnose.Speaks{{Cause: "code", Word: diagnose.RulesOut}}},
			}},
		},
		Fixes: []diagnose.Fix{
			{ID: "reconnect", Title: "Reconnect", Solves: []diagnose.Solves{{Cause: "password", How: 0.95}}, Minutes: 10, FailMinutes: 60,
				Destructive: true, OfferAt: 0.8, Stale: []string{"login"}, Needs: []string{"the login"}, Steps: []diagnose.Step{
					{ID: "s1", Text: "Have the login at hand.", Gate: gate("before", diagnose.GateBefore, "Ready to disconnect")},
					{ID: "s2", Text: "Disconnect.", Gate: gate("disconnected", diagnose.GateDisconnect, "I've disconnected")},
					{ID: "s3", Text: "Connect again.", Gate: gate("saved", diagnose.GateReconnect, "Saved, the sync has started")},
				}},
			{ID: "no_code", Title: "Switch the code off", Solves: []diagnose.Solves{{Cause: "code", How: 0.9}}, Minutes: 5, FailMinutes: 5,
				Destructive: true, OfferAt: 0.8, Steps: []diagnose.Step{
					{ID: "c1", Text: "Switch it off.", Gate: gate("risk", diagnose.GateRisk, "The owner agrees"),
						Cannot: []diagnose.Cannot{{ID: "greyed", Text: "It's greyed out", Hand: "The code can't be switched off."}}},
					{ID: "c2", Text: "Save.", Gate: gate("off", diagnose.GateDone, "It's off")},
				}},
			{ID: "role", Title: "Give the role", Solves: []diagnose.Solves{{Cause: "role", How: 0.9}}, Minutes: 5, FailMinutes: 5, OfferAt: 0.8,
				Steps: []diagnose.Step{{ID: "r1", Text: "Give the user the right role."}}},
		},
		Escalation: diagnose.Escalation{To: "Ledger support"},
	}
}

func settings() bot.Settings {
	s := bot.DefaultSettings()
	s.Approvers = []string{"S0LEADS"}
	return s
}

// talk steps events on one case, as the loop would.
type talk struct {
	t   testing.TB
	c   bot.Case
	p   diagnose.Playbook
	s   bot.Settings
	out []bot.Effect // of the last event
	log []bot.Event  // that changed the case
}

func newTalk(t testing.TB) *talk {
	k := &talk{t: t, c: bot.Case{ID: "SF-1"}, p: ledger(), s: settings()}
	k.do(bot.Event{Kind: bot.EventOpened, At: at(0), By: app, Place: bot.Place{Team: "T1", Channel: "C1", TS: "1.0"},
		Alert: &bot.Alert{Playbook: "ledger-login", Hash: "h1", System: "Ledger", Text: "Ledger: login refused"}})
	return k
}

func (k *talk) do(e bot.Event) {
	k.t.Helper()
	if e.Learned.IsZero() {
		e.Learned = e.At
	}
	next, out := bot.Step(k.c, e, k.p, k.s)
	if next.Rev != k.c.Rev {
		k.log = append(k.log, e)
	}
	k.c, k.out = next, out
}

// press presses what the card offers now.
func (k *talk) press(kind bot.EventKind, by bot.Actor, choice string, when time.Time) {
	k.t.Helper()
	k.do(bot.Event{Kind: kind, At: when, By: by, Offer: k.c.Offer.ID, Choice: choice, Place: bot.Place{Team: "T1", Channel: "C1"}})
}

func (k *talk) state(want bot.State) {
	k.t.Helper()
	if k.c.State != want {
		k.t.Fatalf("state is %q, want %q (offer %+v)", k.c.State, want, k.c.Offer)
	}
}

// whispered is what the one who acted was told.
func (k *talk) whispered() string {
	for _, e := range k.out {
		if e.Kind == bot.Whisper {
			return e.Text
		}
	}
	return ""
}

func (k *talk) has(kind bot.EffectKind) bool {
	for _, e := range k.out {
		if e.Kind == kind {
			return true
		}
	}
	return false
}

// toVerifying takes the case through the password's reconnect.
func (k *talk) toVerifying() {
	k.t.Helper()
	k.answer("login", "no", ana, at(1))
	k.state(bot.Fixing)
	k.press(bot.EventGate, leo, "before", at(2))
	k.press(bot.EventGate, leo, "disconnected", at(3))
	k.press(bot.EventGate, ana, "saved", at(5))
	k.state(bot.Verifying)
}

// answer answers a question, whichever is asked first.
func (k *talk) answer(question, answer string, by bot.Actor, when time.Time) {
	k.t.Helper()
	for k.c.Offer.Kind == bot.OfferQuestion && k.c.Offer.Question != question {
		k.press(bot.EventAnswered, by, diagnose.NotSure, when)
	}
	if k.c.Offer.Question != question {
		k.t.Fatalf("%q is not asked; the offer is %+v", question, k.c.Offer)
	}
	k.press(bot.EventAnswered, by, answer, when)
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
