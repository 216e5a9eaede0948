package bot_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"syncfix/bot"
	"syncfix/diagnose"
)

func TestOnlyAToolsNoticeResolvesByItself(t *testing.T) {
	inWorld(t, func(w *world) {
		w.alert("C1", "Ledger login refused, account 77")
		time.Sleep(time.Minute)
		for _, who := range []bot.Actor{ana, gil, eve} {
			w.in(bot.Inbound{Kind: bot.InMessage, By: who, Place: bot.Place{Channel: "C1", TS: "90.0"}, Text: "Ledger sync succeeded, account 77"})
			w.in(bot.Inbound{Kind: bot.InMention, By: who, Place: bot.Place{Channel: "C1", TS: "91.0"}, Text: "Ledger sync succeeded, account 77"})
		}
		w.state("SF-1", bot.Triage)
		w.alert("C1", "Ledger sync succeeded, account 77")
		w.state("SF-1", bot.Resolved)
	})
}

func TestAnAlertInTheThreadOfAClosedCaseIsNotLost(t *testing.T) {
	inWorld(t, func(w *world) {
		p := w.alert("C1", "Ledger login refused, account 77")
		w.form(ana, "SF-1", bot.FormDismiss, map[string]string{bot.FieldReason: "a test"})
		w.in(bot.Inbound{Kind: bot.InMessage, By: app, Place: bot.Place{Channel: "C1", TS: "60.0", Thread: p.TS}, Text: "Ledger login refused, account 77"})
		w.state("SF-2", bot.Triage)
	})
}

func TestAnotherAccountsAlertInAThreadIsItsOwnCase(t *testing.T) {
	inWorld(t, func(w *world) {
		p := w.alert("C1", "Ledger login refused, account 77")
		w.in(bot.Inbound{Kind: bot.InMessage, By: app, Place: bot.Place{Channel: "C1", TS: "60.0", Thread: p.TS}, Text: "Ledger login refused, account 88"})
		if c := w.get("SF-2"); c.Account != "88" || w.get("SF-1").Repeats.Count != 0 {
			t.Errorf("SF-2: %+v", c)
		}
	})
}

func TestTwoAccountsOfOneCompanyAreTwoCases(t *testing.T) {
	inWorld(t, func(w *world) {
		w.alert("C1", "Ledger login refused, account 77 company Acme")
		w.alert("C1", "Ledger login refused, account 88 company Acme")
		w.state("SF-2", bot.Triage)
		w.form(ana, "SF-1", bot.FormAccount, map[string]string{bot.FieldAccount: "99", bot.FieldCompany: "Acme"})
		w.alert("C1", "Ledger login refused, account 77")
		w.state("SF-3", bot.Triage) // 77 is not SF-1's any more
	})
}

func TestADisconnectFromBeforeTheCaseWasClosedIsAskedForAgain(t *testing.T) {
	k := newTalk(t)
	k.answer("login", "no", ana, at(1))
	k.press(bot.EventGate, leo, "before", at(2))
	k.press(bot.EventGate, leo, "disconnected", at(3))
	if _, off := k.c.Disconnected(); !off {
		t.Fatal("the case doesn't know that the sync is off")
	}
	k.do(bot.Event{Kind: bot.EventWorked, At: at(4), By: ana})
	k.state(bot.Resolved)
	k.do(bot.Event{Kind: bot.EventReopened, At: at(5), By: ana})
	k.do(bot.Event{Kind: bot.EventPicked, At: at(6), By: ana, Choice: "password"})
	if k.c.Offer.Gate != "before" || len(k.c.Current().Gates) != 0 {
		t.Errorf("offer %+v, gates %+v", k.c.Offer, k.c.Current().Gates)
	}
}

func TestWaitingDoesNotHideVerification(t *testing.T) {
	k := newTalk(t)
	k.toVerifying()
	k.do(bot.Event{Kind: bot.EventWaiting, At: at(6), By: ana, Until: at(100)})
	k.do(bot.Event{Kind: bot.EventRecovered, At: at(4), Learned: at(7), By: app})
	k.state(bot.Waiting) // a success from before the reconnect
	k.do(bot.Event{Kind: bot.EventAssigned, At: at(8), By: leo})
	k.state(bot.Waiting) // taking it over doesn't end the wait
	k.do(bot.Event{Kind: bot.EventAlert, At: at(9), By: app, Alert: &bot.Alert{}})
	if k.c.State == bot.Waiting || k.c.Tried[0].Result != bot.Failed {
		t.Errorf("state %s, tried %+v", k.c.State, k.c.Tried)
	}
}

func TestPickingACauseWhileVerifyingLeavesTheButtons(t *testing.T) {
	k := newTalk(t)
	k.toVerifying()
	k.do(bot.Event{Kind: bot.EventPicked, At: at(6), By: ana, Choice: "code"})
	k.state(bot.Verifying)
	if k.c.Offer.Kind != bot.OfferVerify {
		t.Errorf("offer: %+v", k.c.Offer)
	}
}

func TestWrongDiagnosisBeforeAnyAsksForTheCause(t *testing.T) {
	inWorld(t, func(w *world) {
		w.alert("C1", "Ledger login refused, account 77")
		w.press(ana, "SF-1", bot.ActionMenu, string(bot.MenuWrong))
		if e := w.out.told(t, ana); e.Kind != bot.OpenForm || e.Form != bot.FormCause {
			t.Errorf("told %s", e)
		}
	})
}

func TestASomethingElseInTheWayIsTheHandOffsReason(t *testing.T) {
	k := newTalk(t)
	k.p.Fixes, k.p.Questions = k.p.Fixes[:1], nil
	k.do(bot.Event{Kind: bot.EventPicked, At: at(1), By: ana, Choice: "password"})
	k.do(bot.Event{Kind: bot.EventCannot, At: at(2), By: ana, Offer: k.c.Offer.ID, Note: "the button is grey"})
	if k.c.State == bot.Escalated && !strings.Contains(k.c.Reason, "the button is grey") {
		t.Errorf("reason: %q", k.c.Reason)
	}
}

func TestDismissingWhileDisconnectedSaysSo(t *testing.T) {
	k := newTalk(t)
	k.answer("login", "no", ana, at(1))
	k.press(bot.EventGate, leo, "before", at(2))
	k.press(bot.EventGate, leo, "disconnected", at(3))
	k.do(bot.Event{Kind: bot.EventDismissed, At: at(4), By: ana, Note: "a test"})
	said := false
	for _, e := range k.out {
		said = said || e.Kind == bot.Reply && strings.Contains(e.Text, "still disconnected")
	}
	if !said {
		t.Errorf("effects: %v", k.out)
	}
}

func TestAReopenedCaseDoesNotStandBesideItsSuccessor(t *testing.T) {
	inWorld(t, func(w *world) {
		w.alert("C1", "Ledger login refused, account 77")
		w.form(ana, "SF-1", bot.FormDismiss, map[string]string{bot.FieldReason: "a test"})
		w.alert("C1", "Ledger login refused, account 77")
		w.press(ana, "SF-1", bot.ActionReopen, "")
		w.state("SF-1", bot.Dismissed)
		if e := w.out.told(t, ana); !strings.Contains(e.Text, "SF-2 is open") {
			t.Errorf("told %q", e.Text)
		}
	})
}

func TestAppHomeAsksTheAuthorizer(t *testing.T) {
	inWorld(t, func(w *world) {
		w.alert("C1", "Ledger login refused, account 77")
		for _, who := range []bot.Actor{ana, gil, eve} {
			w.in(bot.Inbound{Kind: bot.InHome, By: who})
		}
		homes := w.out.of(bot.ShowHome)
		if len(homes) != 3 || len(homes[0].scene.Cases) != 1 {
			t.Fatalf("homes: %+v", homes)
		}
		for _, h := range homes[1:] {
			if len(h.scene.Cases) != 0 || h.d.Effect.Text == "" {
				t.Errorf("%s sees %d cases", h.d.Effect.To, len(h.scene.Cases))
			}
		}
	})
}

func TestACardThatWasGivenUpUncertainIsLookedForFirst(t *testing.T) {
	inWorld(t, func(w *world) {
		tries := 0
		w.out.fail = func(d bot.Delivery) error {
			if d.Effect.Kind != bot.ShowCard {
				return nil
			}
			switch tries++; tries {
			case 1:
				return &bot.SendError{Class: bot.SendUncertain, Err: errors.New("timeout")}
			case 2:
				return &bot.SendError{Class: bot.SendPermanent, Err: errors.New("may not look")}
			}
			return nil
		}
		w.alert("C1", "Ledger login refused, account 77")
		time.Sleep(time.Minute)
		w.press(ana, "SF-1", bot.ActionAnswer, diagnose.NotSure)
		time.Sleep(time.Minute)
		synctest.Wait()
		if cards := w.out.of(bot.ShowCard); len(cards) != 1 || !cards[0].d.Uncertain {
			t.Errorf("cards: %+v", cards)
		}
	})
}

func TestAPanicIsSetAsideAndTheRestGoesOn(t *testing.T) {
	inWorld(t, func(w *world) {
		w.out.fail = func(d bot.Delivery) error {
			if d.Effect.Kind == bot.ShowHelp {
				panic("a bug in sending")
			}
			return nil
		}
		w.dir.panics = "C9"
		w.alert("C9", "Ledger login refused, account 1")
		*w.lib.trip = true
		w.alert("C1", "Ledger login refused, account 2")
		w.alert("C1", "Ledger login refused, account 77")
		w.command(ana, "help")
		time.Sleep(time.Minute)
		synctest.Wait()
		if c := w.get("SF-1"); c.Account != "77" || c.Card.TS == "" {
			t.Errorf("case: %+v", c)
		}
		if ds := w.deliveries(); len(ds) != 1 || !ds[0].Dead {
			t.Errorf("deliveries: %+v", ds)
		}
	})
}

func TestAMailIsReadWhereTheMessageLacksItsBody(t *testing.T) {
	inWorld(t, func(w *world) {
		w.in(bot.Inbound{Kind: bot.InMessage, By: ana, Place: bot.Place{Channel: "C1", TS: "3.0"}, Text: "our sync", Mails: []string{"F9"}})
		w.none("SF-1")
		w.dir.setDown(true)
		w.in(bot.Inbound{Kind: bot.InMessage, By: ana, Place: bot.Place{Channel: "C1", TS: "4.0"}, Text: "our sync", Mails: []string{"F1"}})
		w.none("SF-1")
		w.dir.setDown(false)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if c := w.get("SF-1"); c.Account != "61" {
			t.Errorf("case: %+v", c)
		}
	})
}
