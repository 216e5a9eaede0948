package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"syncfix/bot"
	"syncfix/diagnose"
)

func TestAnAlertOpensACaseWithACardAndAQuestion(t *testing.T) {
	k := newTalk(t)
	k.state(bot.Triage)
	if k.c.Offer.Kind != bot.OfferQuestion || !k.has(bot.ShowCard) || !k.has(bot.ShowReaction) {
		t.Fatalf("offer %+v, effects %v", k.c.Offer, k.out)
	}
	if k.c.Owner.ID != "" {
		t.Errorf("an alert's author must not own the case, got %q", k.c.Owner.ID)
	}
}

func TestDisconnectNeedsAnApprover(t *testing.T) {
	k := newTalk(t)
	k.answer("login", "no", ana, at(1))
	k.press(bot.EventGate, ana, "before", at(2))
	if !strings.Contains(k.whispered(), "approve") || len(k.c.Current().Gates) != 0 {
		t.Fatalf("ana pressed the gate: told %q, gates %v", k.whispered(), k.c.Current().Gates)
	}
	if told := k.out[0]; !slices.Equal(told.Ping, k.s.Approvers) {
		t.Errorf("she is told to ask %v, want who may: %v", told.Ping, k.s.Approvers)
	}
	k.press(bot.EventGate, leo, "before", at(3))
	k.press(bot.EventGate, ana, "disconnected", at(4))
	if n := len(k.c.Current().Gates); n != 1 {
		t.Fatalf("%d gates are recorded, want only Leo's", n)
	}
	k.press(bot.EventGate, leo, "disconnected", at(5))
	if g := k.c.Current().Gates; len(g) != 2 || g[1].By.ID != leo.ID || !g[1].At.Equal(at(5)) {
		t.Fatalf("gates: %+v", g)
	}
}

func TestOutsidersAreRefused(t *testing.T) {
	for _, who := range []bot.Actor{gil, eve, app, {ID: "U0NEW", Unknown: true}} {
		k := newTalk(t)
		before := asJSON(t, k.c)
		k.press(bot.EventAnswered, who, "yes", at(1))
		if k.whispered() == "" || asJSON(t, k.c) != before {
			t.Errorf("%s: told %q, case changed: %v", who.ID, k.whispered(), asJSON(t, k.c) != before)
		}
	}
}

func TestASuccessNoticeResolves(t *testing.T) {
	k := newTalk(t)
	k.toVerifying()
	k.do(bot.Event{Kind: bot.EventRecovered, At: at(4), Learned: at(6), By: app})
	k.state(bot.Verifying) // from before the reconnect: proves nothing
	k.do(bot.Event{Kind: bot.EventRecovered, At: at(9), By: app})
	k.state(bot.Resolved)
	if !k.c.Verified.Notice || k.c.Verified.Fix != "reconnect" || k.c.Verified.Cause != "password" {
		t.Errorf("verified: %+v", k.c.Verified)
	}
	if len(k.c.Timers) != 0 {
		t.Errorf("a resolved case has timers: %v", k.c.Timers)
	}
}

func TestAFailureWhileVerifyingRejectsTheFixAndMovesOn(t *testing.T) {
	k := newTalk(t)
	k.toVerifying()
	late := bot.Event{Kind: bot.EventAlert, At: at(4), Learned: at(6), By: app, Alert: &bot.Alert{Playbook: "ledger-login"}}
	k.do(late)
	k.state(bot.Verifying) // a failure from before the reconnect can't reject the fix
	late.At, late.Learned = at(8), at(8)
	k.do(late)
	if k.c.State == bot.Verifying || k.c.Current().Result == "" && k.c.Current().Fix == "reconnect" {
		t.Fatalf("still on the failed fix: %s %+v", k.c.State, k.c.Current())
	}
	if k.c.Tried[0].Result != bot.Failed || !k.has(bot.Reply) || k.c.Repeats.Count != 2 {
		t.Errorf("tried %+v, effects %v, repeats %d", k.c.Tried, k.out, k.c.Repeats.Count)
	}
}

func TestStillFailingMovesOnAndTheSyncWorkedNamesThePerson(t *testing.T) {
	k := newTalk(t)
	k.toVerifying()
	k.press(bot.EventFailing, ana, "", at(7))
	if k.c.Tried[0].Result != bot.Failed {
		t.Fatalf("tried: %+v", k.c.Tried)
	}
	k.do(bot.Event{Kind: bot.EventWorked, At: at(9), By: ana, Note: "Saw it in the log."})
	k.state(bot.Resolved)
	if k.c.Verified.By.Name != "Ana Ruiz" || k.c.Verified.Notice || k.c.Verified.Fix != "" {
		t.Errorf("verified: %+v", k.c.Verified)
	}
}

func TestALatePressChangesNothingAndSaysWhatHappened(t *testing.T) {
	k := newTalk(t)
	first := k.c.Offer
	k.press(bot.EventAnswered, ana, diagnose.NotSure, at(1))
	before := asJSON(t, k.c)
	k.do(bot.Event{Kind: bot.EventAnswered, At: at(4), By: leo, Offer: first.ID, Choice: "yes"})
	if asJSON(t, k.c) != before {
		t.Error("a press on an offer that has gone changed the case")
	}
	if told := k.whispered(); !strings.Contains(told, "Ana Ruiz") || !strings.Contains(told, "3 minutes ago") {
		t.Errorf("told %q", told)
	}
	k.do(bot.Event{Kind: bot.EventAnswered, At: at(4), By: ana, Offer: first.ID, Choice: "yes"})
	if told := k.whispered(); !strings.Contains(told, "You ") {
		t.Errorf("told %q", told)
	}
}

func TestAWayOutLeadsToTheHandOffItNames(t *testing.T) {
	k := newTalk(t)
	k.do(bot.Event{Kind: bot.EventPicked, At: at(1), By: ana, Choice: "code"})
	k.state(bot.Fixing)
	k.press(bot.EventCannot, ana, "greyed", at(2))
	k.state(bot.Escalated)
	if !strings.Contains(k.c.Reason, "can't be switched off") || !k.has(bot.Brief) {
		t.Errorf("reason %q, effects %v", k.c.Reason, k.out)
	}
	if r := k.c.Tried[0].Result; r != bot.Blocked {
		t.Errorf("the try ended as %q", r)
	}
}

func TestAFixWithoutGatesEndsWithOne(t *testing.T) {
	k := newTalk(t)
	k.do(bot.Event{Kind: bot.EventPicked, At: at(1), By: ana, Choice: "role"})
	if k.c.Offer.Gate != "all-done" {
		t.Fatalf("offer: %+v", k.c.Offer)
	}
	k.press(bot.EventGate, ana, "all-done", at(2))
	k.state(bot.Verifying)
}

func TestASecondFixBeginsBehindAConfirmedDisconnect(t *testing.T) {
	k := newTalk(t)
	k.p.Fixes[2].Steps = k.p.Fixes[0].Steps // the role's fix disconnects too
	k.answer("login", "no", ana, at(1))
	k.press(bot.EventGate, leo, "before", at(2))
	k.press(bot.EventGate, leo, "disconnected", at(3))
	k.do(bot.Event{Kind: bot.EventPicked, At: at(4), By: ana, Choice: "role"})
	if g := k.c.Current().Gates; k.c.Offer.Gate != "saved" || len(g) != 2 || !g[1].At.Equal(at(3)) || g[1].By.ID != leo.ID {
		t.Errorf("offer %+v, gates %+v", k.c.Offer, g)
	}
}

func TestChangedAnswersReRank(t *testing.T) {
	k := newTalk(t)
	k.answer("login", "no", ana, at(1))
	if k.c.Current().Fix != "reconnect" {
		t.Fatalf("fix: %+v", k.c.Current())
	}
	k.do(bot.Event{Kind: bot.EventChanged, At: at(2), By: ana, Values: map[string]string{"login": "yes", "asks_code": "yes", "nonsense": "x"}})
	if k.c.State != bot.Fixing || k.c.Current().Fix != "no_code" || k.c.Tried[0].Result != bot.Abandoned {
		t.Errorf("state %s, tried %+v", k.c.State, k.c.Tried)
	}
}

func TestReopening(t *testing.T) {
	k := newTalk(t)
	k.toVerifying()
	k.do(bot.Event{Kind: bot.EventRecovered, At: at(9), By: app})
	k.do(bot.Event{Kind: bot.EventAlert, At: at(8), Learned: at(20), By: app, Alert: &bot.Alert{}})
	k.state(bot.Resolved) // a failure from before the proof
	k.do(bot.Event{Kind: bot.EventAlert, At: at(60), By: app, Alert: &bot.Alert{}})
	if !k.c.State.Open() || k.c.Reopened != 1 || k.c.Tried[0].Result != bot.Failed || !k.c.Closed.IsZero() {
		t.Fatalf("state %s, reopened %d, tried %+v", k.c.State, k.c.Reopened, k.c.Tried)
	}
	if k.c.State == bot.Fixing && k.c.Current().Fix == "reconnect" {
		t.Error("the fix that failed is offered again")
	}
}

func TestWaitingPausesRemindersAndAnyProgressEndsIt(t *testing.T) {
	k := newTalk(t)
	k.do(bot.Event{Kind: bot.EventWaiting, At: at(1), By: ana, Until: at(241)})
	k.state(bot.Waiting)
	if len(k.c.Timers) != 1 || !k.c.Timers[bot.TimerWaiting].Equal(at(241)) {
		t.Fatalf("timers: %v", k.c.Timers)
	}
	k.press(bot.EventAnswered, ana, diagnose.NotSure, at(30))
	k.state(bot.Triage)
	if !k.c.Timers[bot.TimerReminder].Equal(at(60)) {
		t.Errorf("timers: %v", k.c.Timers)
	}
	k.do(bot.Event{Kind: bot.EventWaiting, At: at(40), By: ana, Until: at(50)})
	k.do(bot.Event{Kind: bot.EventTimer, At: at(50), Choice: string(bot.TimerWaiting)})
	k.state(bot.Triage)
	if !k.has(bot.Reply) {
		t.Error("nobody is told that the time is over")
	}
}

func TestTimers(t *testing.T) {
	k := newTalk(t)
	k.do(bot.Event{Kind: bot.EventTimer, At: at(29), Choice: string(bot.TimerReminder)})
	if k.has(bot.Reply) {
		t.Error("reminded before it was due")
	}
	k.do(bot.Event{Kind: bot.EventTimer, At: at(30), Choice: string(bot.TimerReminder)})
	if !k.has(bot.Reply) {
		t.Error("not reminded")
	}
	k.do(bot.Event{Kind: bot.EventTimer, At: at(31), Choice: string(bot.TimerReminder)})
	if k.has(bot.Reply) {
		t.Error("reminded twice")
	}
	k.toVerifying()
	k.do(bot.Event{Kind: bot.EventTimer, At: at(5).Add(bot.DefaultVerifyWait), Choice: string(bot.TimerVerify)})
	k.state(bot.Verifying)
	if !k.c.Offer.Asked || !k.has(bot.Reply) {
		t.Error("it gave up waiting without asking")
	}
}

func TestAProposalBecomesACaseOrLapses(t *testing.T) {
	open := func() *talk {
		k := &talk{t: t, c: bot.Case{ID: "SF-1"}, p: ledger(), s: settings()}
		k.do(bot.Event{Kind: bot.EventProposed, At: at(0), By: app, Place: bot.Place{Team: "T1", Channel: "C1", TS: "1.0"},
			Alert: &bot.Alert{Playbook: "ledger-login", Hash: "h1", Text: "login refused"}})
		return k
	}
	k := open()
	k.state(bot.Proposed)
	if !k.has(bot.ShowProposal) || k.has(bot.ShowCard) {
		t.Fatalf("effects: %v", k.out)
	}
	k.do(bot.Event{Kind: bot.EventStarted, At: at(1), By: ana, Offer: k.c.Offer.ID, Alert: &bot.Alert{Playbook: "ledger-login", Hash: "h1"}})
	k.state(bot.Triage)
	if k.c.Owner.ID != ana.ID {
		t.Errorf("owner: %+v", k.c.Owner)
	}
	k = open()
	k.do(bot.Event{Kind: bot.EventTimer, At: at(0).Add(24 * time.Hour), Choice: string(bot.TimerStale)})
	k.state(bot.Dismissed)
	if k.has(bot.ShowCard) || k.has(bot.Reply) {
		t.Errorf("a lapsed proposal makes noise: %v", k.out)
	}
}

func TestWrongDiagnosisMovesToAnotherCause(t *testing.T) {
	k := newTalk(t)
	k.answer("login", "no", ana, at(1))
	k.do(bot.Event{Kind: bot.EventWrong, At: at(2), By: ana})
	if k.c.State == bot.Fixing && k.c.Current().Fix == "reconnect" {
		t.Errorf("the rejected cause's fix is still offered: %+v", k.c.Current())
	}
}

// A fix that knows nothing of connections, taken up while the sync is off, ends
// with connecting it again: verifying could only wait in vain.
func TestAFixBehindADisconnectEndsWithConnectingAgain(t *testing.T) {
	inWorld(t, func(w *world) {
		w.alert("C1", "Ledger login refused, account 77")
		for w.get("SF-1").Offer.Question != "login" {
			w.press(ana, "SF-1", bot.ActionAnswer, diagnose.NotSure)
		}
		w.press(ana, "SF-1", bot.ActionAnswer, "no")
		w.press(leo, "SF-1", bot.ActionGate, "before")
		w.press(leo, "SF-1", bot.ActionGate, "disconnected")
		w.form(ana, "SF-1", bot.FormCause, map[string]string{bot.FieldCause: "role"})
		c := w.get("SF-1")
		role, _ := ledger().Fix("role")
		steps, gate := c.Stretch(role)
		if n := len(role.Steps) + 1; len(steps) != n || steps[n-1].ID != "connect-again" || gate.Kind != diagnose.GateReconnect {
			t.Fatalf("steps %+v, gate %+v", steps, gate)
		}
		w.press(ana, "SF-1", bot.ActionGate, gate.ID)
		w.state("SF-1", bot.Verifying)
		c = w.get("SF-1")
		if _, off := c.Disconnected(); off {
			t.Error("it counts as disconnected still")
		}
	})
}
