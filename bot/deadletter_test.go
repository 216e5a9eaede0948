package bot_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"syncfix/bot"
)

// dead makes a case whose card can't be posted, and mends that.
func (w *world) dead(class bot.SendClass) bot.Delivery {
	w.t.Helper()
	w.out.fail = func(d bot.Delivery) error {
		if d.Effect.Kind == bot.ShowCard {
			return &bot.SendError{Class: class, Err: errors.New("restricted_action")}
		}
		return nil
	}
	w.alert("C1", "Ledger login refused, account 77")
	if class != bot.SendPermanent {
		time.Sleep(49 * time.Hour)
		synctest.Wait()
	}
	w.out.fail = nil
	ds := w.deliveries()
	if len(ds) != 1 || !ds[0].Dead || ds[0].Error == "" {
		w.t.Fatalf("deliveries: %+v", ds)
	}
	return ds[0]
}

func TestADeadLetterIsTriedAgain(t *testing.T) {
	inWorld(t, func(w *world) {
		d := w.dead(bot.SendPermanent)
		verdicts, err := w.bot.Retry(w.t.Context(), []string{d.ID, "nothing", d.ID})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if len(verdicts) != 3 || verdicts[0].Refused != "" || !strings.Contains(verdicts[1].Refused, "none of that name") || verdicts[2].Refused == "" {
			t.Errorf("verdicts: %+v", verdicts)
		}
		cards := w.out.of(bot.ShowCard)
		if len(cards) != 1 || cards[0].d.Uncertain || w.get("SF-1").Card.TS == "" {
			t.Errorf("cards: %+v", cards)
		}
		if n := len(w.deliveries()); n != 0 {
			t.Errorf("%d deliveries are left", n)
		}
	})
}

// One that may have gone out stays uncertain, and has another day to arrive.
func TestARevivedLetterIsLookedUpAndHasTimeAgain(t *testing.T) {
	inWorld(t, func(w *world) {
		d := w.dead(bot.SendUncertain)
		tries := 0
		w.out.fail = func(d bot.Delivery) error {
			if d.Effect.Kind != bot.ShowCard {
				return nil
			}
			if tries++; tries < 4 {
				return &bot.SendError{Class: bot.SendRetry, Err: errors.New("503")}
			}
			return nil
		}
		if _, err := w.bot.Retry(w.t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		cards := w.out.of(bot.ShowCard)
		if len(cards) != 1 || !cards[0].d.Uncertain || cards[0].d.ID != d.ID || tries != 4 {
			t.Errorf("after %d tries: %+v", tries, cards)
		}
	})
}

func TestDeadLettersThatCantBeRevived(t *testing.T) {
	inWorld(t, func(w *world) {
		now := time.Now()
		add := func(d bot.Delivery) {
			d.Born, d.Dead = now, true
			if err := w.store.Update(w.t.Context(), func(tx bot.Tx) error { _, err := tx.AddDelivery(d, "", now); return err }); err != nil {
				t.Fatal(err)
			}
		}
		add(bot.Delivery{ID: "form", Effect: bot.Effect{Kind: bot.OpenForm, To: "U1"}})
		add(bot.Delivery{ID: "late", Effect: bot.Effect{Kind: bot.Reply, Before: now.Add(-time.Second)}})
		add(bot.Delivery{ID: "seen", Effect: bot.Effect{Kind: bot.Whisper, To: "U1"}, Uncertain: true})
		add(bot.Delivery{ID: "whisper", Effect: bot.Effect{Kind: bot.Whisper, To: "U1"}})
		w.end()
		var verdicts []bot.Verdict
		if err := w.store.Update(w.t.Context(), func(tx bot.Tx) (err error) {
			_, verdicts, err = bot.Revive(tx, nil, now)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for i, want := range []string{"right after the press", "too late", "nobody can look", ""} {
			if got := verdicts[i].Refused; !strings.Contains(got, want) || (got == "") != (want == "") {
				t.Errorf("%+v: want %q", verdicts[i], want)
			}
		}
		if ds := w.deliveries(); !slices.ContainsFunc(ds, func(d bot.Delivery) bool { return d.ID == "whisper" && d.Untried && !d.Dead }) {
			t.Errorf("the next process would take it for one that may have gone out: %+v", ds)
		}
		w.start("two")
		if n := len(w.out.of(bot.Whisper)); n != 1 {
			t.Errorf("%d whispers", n)
		}
		verdicts, err := w.bot.Discard(w.t.Context(), []string{"form", "none"})
		if err != nil || verdicts[0].Refused != "" || verdicts[1].Refused == "" {
			t.Errorf("discarding: %+v (%v)", verdicts, err)
		}
		if ds := w.deliveries(); slices.ContainsFunc(ds, func(d bot.Delivery) bool { return d.ID == "form" }) || len(ds) != 2 {
			t.Errorf("left: %+v", ds)
		}
		if _, err := w.bot.Discard(w.t.Context(), nil); err != nil || len(w.deliveries()) != 0 {
			t.Errorf("left after discarding all: %+v (%v)", w.deliveries(), err)
		}
	})
}

func TestHomeTellsOfDeadLetters(t *testing.T) {
	inWorld(t, func(w *world) {
		w.dead(bot.SendPermanent)
		w.in(bot.Inbound{Kind: bot.InHome, By: ana})
		homes := w.out.of(bot.ShowHome)
		if p := homes[len(homes)-1].scene.Problems; len(p) != 1 || !strings.Contains(p[0], "One message could not be posted") {
			t.Errorf("home says %q", p)
		}
	})
}
