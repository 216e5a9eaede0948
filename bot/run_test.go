package bot_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"syncfix/bot"
	"syncfix/diagnose"
)

func TestAnAlertBecomesOneCaseHoweverOftenItComes(t *testing.T) {
	inWorld(t, func(w *world) {
		p := w.alert("C1", "Ledger login refused, account 77")
		w.state("SF-1", bot.Triage)
		if c := w.get("SF-1"); c.Account != "77" || c.Card.TS == "" || c.Shown < c.Face || c.Anchor != p {
			t.Errorf("case: %+v", c)
		}
		same := bot.Inbound{Kind: bot.InMessage, Key: "same", By: app, Place: bot.Place{Channel: "C1", TS: "50.0"}, Text: "Ledger login refused, account 77"}
		w.in(same)
		w.in(same) // redelivered
		if c := w.get("SF-1"); c.Repeats.Count != 1 {
			t.Errorf("counted %d repeats, want 1", c.Repeats.Count)
		}
		w.none("SF-2")
		if n := len(w.deliveries()); n != 0 {
			t.Errorf("%d deliveries are left", n)
		}
	})
}

func TestAnotherChannelsCopyGetsOnePointer(t *testing.T) {
	inWorld(t, func(w *world) {
		w.alert("C1", "Ledger login refused, account 77")
		w.alert("C2", "ledger login refused for account 77")
		w.alert("C2", "ledger login refused for account 77")
		w.none("SF-2")
		if got := w.out.of(bot.Pointer); len(got) != 1 || got[0].d.Effect.Place.Channel != "C2" || got[0].scene.Case.Card.TS == "" {
			t.Errorf("pointers: %+v", got)
		}
	})
}

func TestCasesThatTurnOutToBeOneAreMerged(t *testing.T) {
	inWorld(t, func(w *world) {
		w.alert("C1", "Ledger login refused, account 77")
		w.alert("C1", "Ledger login refused")
		w.state("SF-2", bot.Triage)
		w.form(ana, "SF-2", bot.FormAccount, map[string]string{bot.FieldAccount: "77"})
		w.state("SF-2", bot.Dismissed)
		w.state("SF-1", bot.Triage)
		if c := w.get("SF-1"); c.Repeats.Count != 1 {
			t.Errorf("repeats: %+v", c.Repeats)
		}
		if len(w.out.of(bot.Pointer)) != 1 {
			t.Error("the merged case's thread isn't told where to go on")
		}
	})
}

func TestFromAlertToResolvedThroughTheWholeBot(t *testing.T) {
	inWorld(t, func(w *world) {
		w.alert("C1", "Ledger login refused, account 77")
		for w.get("SF-1").Offer.Question != "login" {
			w.press(ana, "SF-1", bot.ActionAnswer, diagnose.NotSure)
		}
		w.press(ana, "SF-1", bot.ActionAnswer, "no")
		w.press(leo, "SF-1", bot.ActionGate, "before")
		w.press(leo, "SF-1", bot.ActionGate, "disconnected")
		w.press(ana, "SF-1", bot.ActionGate, "saved")
		w.state("SF-1", bot.Verifying)
		time.Sleep(time.Minute)
		w.alert("C1", "Ledger sync succeeded, account 78")
		w.state("SF-1", bot.Verifying) // another account's success
		w.alert("C1", "Ledger sync succeeded, account 77")
		w.state("SF-1", bot.Resolved)
		c := w.get("SF-1")
		if c.Owner.ID != ana.ID || c.Verified.Cause != "password" || c.Marked != bot.Resolved || c.Shown < c.Face {
			t.Errorf("case: %+v", c)
		}
		time.Sleep(24 * time.Hour)
		w.alert("C1", "Ledger login refused, account 77")
		if c := w.get("SF-1"); c.Reopened != 1 || !c.State.Open() {
			t.Errorf("not reopened: %+v", c)
		}
	})
}

func TestAFailureAfterTheReopenWindowIsANewCaseThatKnowsTheOld(t *testing.T) {
	inWorld(t, func(w *world) {
		w.alert("C1", "Ledger login refused, account 77")
		w.form(ana, "SF-1", bot.FormCause, map[string]string{bot.FieldCause: "role"})
		w.press(ana, "SF-1", bot.ActionGate, "all-done")
		time.Sleep(time.Minute)
		w.press(ana, "SF-1", bot.ActionWorked, "")
		w.state("SF-1", bot.Resolved)
		time.Sleep(8 * 24 * time.Hour)
		w.alert("C1", "Ledger login refused, account 77")
		w.state("SF-2", bot.Triage)
		found := false
		for _, ev := range w.get("SF-2").Evidence {
			found = found || ev.Kind == diagnose.KindHistory && ev.Cause == "role"
		}
		if !found {
			t.Errorf("the account's history is not known: %+v", w.get("SF-2").Evidence)
		}
	})
}

func TestRemindersComeFromTheStoreAndStopWhenTheCaseMoves(t *testing.T) {
	inWorld(t, func(w *world) {
		w.alert("C1", "Ledger login refused, account 77")
		time.Sleep(29 * time.Minute)
		synctest.Wait()
		if n := len(w.out.of(bot.Reply)); n != 0 {
			t.Fatalf("%d reminders before it was due", n)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if n := len(w.out.of(bot.Reply)); n != 1 {
			t.Fatalf("%d reminders, want 1", n)
		}
		w.form(ana, "SF-1", bot.FormWait, map[string]string{bot.FieldFor: "72h"})
		time.Sleep(71 * time.Hour)
		synctest.Wait()
		if n := len(w.out.of(bot.Reply)); n != 1 {
			t.Errorf("%d replies while waiting on the customer, want none more", n)
		}
	})
}

func TestACardThatCannotBeSentIsTriedAgainAndStaleOnesCollapse(t *testing.T) {
	inWorld(t, func(w *world) {
		tries := 0
		w.out.fail = func(bot.Delivery) error {
			if tries++; tries <= 3 {
				return &bot.SendError{Class: bot.SendRetry, Err: errors.New("503")}
			}
			return nil
		}
		w.alert("C1", "Ledger login refused, account 77")
		w.press(ana, "SF-1", bot.ActionAnswer, diagnose.NotSure)
		w.press(ana, "SF-1", bot.ActionAnswer, diagnose.NotSure)
		time.Sleep(time.Minute)
		synctest.Wait()
		cards := w.out.of(bot.ShowCard)
		if len(cards) != 1 { // it shows the newest state, and nothing is left to show
			t.Fatalf("%d cards were sent, want one", len(cards))
		}
		if c := w.get("SF-1"); c.Shown < c.Face {
			t.Errorf("shown %d of %d", c.Shown, c.Face)
		}
	})
}

func TestClassesOfFailure(t *testing.T) {
	one := func(class bot.SendClass, after time.Duration) func(d bot.Delivery) error {
		failed := map[string]bool{}
		return func(d bot.Delivery) error {
			if failed[d.ID] {
				return nil
			}
			failed[d.ID] = true
			return &bot.SendError{Class: class, After: after, Err: errors.New("no")}
		}
	}
	t.Run("rate limited", func(t *testing.T) {
		inWorld(t, func(w *world) {
			w.out.fail = one(bot.SendRateLimited, 30*time.Second)
			begin := time.Now()
			w.alert("C1", "Ledger login refused, account 77")
			time.Sleep(5 * time.Minute)
			synctest.Wait()
			card := w.out.of(bot.ShowCard)[0]
			if got := card.at.Sub(begin); got != 30*time.Second || card.d.Uncertain {
				t.Errorf("sent after %s, uncertain %v", got, card.d.Uncertain)
			}
		})
	})
	t.Run("uncertain", func(t *testing.T) {
		inWorld(t, func(w *world) {
			w.out.fail = one(bot.SendUncertain, 0)
			w.alert("C1", "Ledger login refused, account 77")
			time.Sleep(5 * time.Minute)
			synctest.Wait()
			if card := w.out.of(bot.ShowCard)[0]; !card.d.Uncertain || card.d.Attempts != 1 {
				t.Errorf("delivery: %+v", card.d)
			}
			w.command(ana, "help")
			time.Sleep(5 * time.Minute)
			synctest.Wait()
			if n := len(w.out.of(bot.ShowHelp)); n != 0 {
				t.Error("a private message that may have gone out was sent again")
			}
		})
	})
	t.Run("permanent", func(t *testing.T) {
		inWorld(t, func(w *world) {
			w.out.fail = func(d bot.Delivery) error {
				if d.Effect.Kind == bot.ShowCard {
					return &bot.SendError{Class: bot.SendPermanent, Err: errors.New("is_archived")}
				}
				return nil
			}
			w.alert("C1", "Ledger login refused, account 77")
			ds := w.deliveries()
			if len(ds) != 1 || !ds[0].Dead || !strings.Contains(ds[0].Error, "is_archived") {
				t.Errorf("dead letters: %+v", ds)
			}
			if len(w.out.of(bot.ShowReaction)) != 1 {
				t.Error("the dead letter holds up its lane")
			}
		})
	})
	t.Run("a form that came too late", func(t *testing.T) {
		inWorld(t, func(w *world) {
			w.out.fail = func(d bot.Delivery) error {
				if d.Effect.Kind == bot.OpenForm {
					return &bot.SendError{Class: bot.SendExpired, Err: errors.New("expired_trigger_id")}
				}
				return nil
			}
			w.command(ana, "")
			if e := w.out.told(t, ana); !strings.Contains(e.Text, "once more") {
				t.Errorf("told %+v", e)
			}
		})
	})
}

func TestWhatSlackCannotTellNowIsAskedAgain(t *testing.T) {
	inWorld(t, func(w *world) {
		w.dir.setDown(true)
		w.alert("C1", "Ledger login refused, account 77")
		w.none("SF-1")
		w.dir.setDown(false)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		w.state("SF-1", bot.Triage)
		w.dir.setDown(true)
		before := asJSON(t, w.get("SF-1"))
		w.press(ana, "SF-1", bot.ActionAnswer, "no")
		time.Sleep(16 * time.Second)
		synctest.Wait()
		if e := w.out.told(t, ana); !strings.Contains(e.Text, "again in a moment") || asJSON(t, w.get("SF-1")) != before {
			t.Errorf("told %+v", e)
		}
		w.press(ana, "SF-1", bot.ActionAnswer, "no")
		w.dir.setDown(false)
		time.Sleep(6 * time.Second)
		synctest.Wait()
		if asJSON(t, w.get("SF-1")) == before {
			t.Error("a press is lost on whom Slack knows a little later")
		}
	})
}

func TestABugInDecodingDoesNotStopTheBot(t *testing.T) {
	inWorld(t, func(w *world) {
		if _, err := w.store.File(t.Context(), []bot.Envelope{
			{Key: "bad", Kind: bot.EnvelopeEvent, Body: []byte("panic")},
			{Key: "worse", Kind: bot.EnvelopeEvent, Body: []byte("{")},
			{Key: "unknown", Kind: bot.EnvelopeUnknown, Body: []byte("{}")},
			{Key: "tick", Kind: bot.EnvelopeTick, Body: []byte("[]")},
		}); err != nil {
			t.Fatal(err)
		}
		w.alert("C1", "Ledger login refused, account 77")
		w.state("SF-1", bot.Triage)
		if err := w.store.View(t.Context(), func(tx bot.Reader) error {
			n, _, err := tx.Inbox()
			if n != 0 {
				t.Errorf("%d envelopes are left in the inbox", n)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestTheDigestComesOnceAndOnlyWhereThereIsSomething(t *testing.T) {
	inWorld(t, func(w *world) {
		tick := func(due time.Time) {
			body, err := json.Marshal(bot.Tick{Job: bot.JobDigest, Due: due})
			if err != nil {
				t.Fatal(err)
			}
			w.keys++
			key := "tick/" + due.String() + string(rune('a'+w.keys))
			if _, err := w.store.File(t.Context(), []bot.Envelope{{Key: key, Kind: bot.EnvelopeTick, Received: time.Now(), Body: body}}); err != nil {
				t.Fatal(err)
			}
			w.out.wake()
			synctest.Wait()
		}
		w.alert("C1", "Ledger login refused, account 77")
		tick(time.Now())
		if n := len(w.out.of(bot.ShowDigest)); n != 0 {
			t.Fatalf("%d digests with nothing to say", n)
		}
		time.Sleep(30 * time.Hour)
		due := time.Now()
		tick(due)
		tick(due)
		got := w.out.of(bot.ShowDigest)
		if len(got) != 1 || got[0].d.Effect.Place.Channel != "C1" || len(got[0].scene.Cases) != 1 {
			t.Errorf("digests: %+v", got)
		}
	})
}

// What comes in goes before stepping, but not for ever.
func TestSteppingGivesWayToABurst(t *testing.T) {
	inWorld(t, func(w *world) {
		w.busy.Store(true)
		w.alert("C1", "Ledger login refused, account 77")
		w.none("SF-1")
		time.Sleep(100 * time.Millisecond)
		w.busy.Store(false)
		time.Sleep(100 * time.Millisecond)
		synctest.Wait()
		w.state("SF-1", bot.Triage)
		time.Sleep(time.Minute)
		w.busy.Store(true)
		w.alert("C1", "Ledger login refused, account 78")
		time.Sleep(1900 * time.Millisecond)
		w.none("SF-2")
		time.Sleep(100 * time.Millisecond)
		synctest.Wait()
		w.state("SF-2", bot.Triage) // it goes on and on
		w.alert("C1", "Ledger login refused, account 79")
		w.state("SF-3", bot.Triage)
	})
}
