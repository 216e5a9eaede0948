package bot_test

import (
	"testing"
	"time"

	"syncfix/bot"
	"syncfix/diagnose"
)

func (w *world) events(id string) (all []bot.Event) {
	w.t.Helper()
	if err := w.store.View(w.t.Context(), func(tx bot.Reader) (err error) {
		all, err = tx.Events(id)
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	return all
}

// Repeats are counted and sampled; what changes the case in another way is kept.
func TestRepeatsAreNotKeptWithoutEnd(t *testing.T) {
	inWorld(t, func(w *world) {
		w.alert("C1", "Ledger login refused, account 77")
		const repeats = 300
		for range repeats {
			time.Sleep(time.Minute)
			w.alert("C1", "Ledger login refused, account 77")
		}
		c := w.get("SF-1")
		if c.Repeats.Count != repeats || c.Shown < c.Face {
			t.Errorf("%d repeats are counted, and revision %d of %d is shown", c.Repeats.Count, c.Shown, c.Face)
		}
		var kept []int
		receipts := 0
		for _, e := range w.events("SF-1") {
			switch {
			case e.Kind == bot.EventAlert:
				kept = append(kept, e.Repeat)
			case e.Kind == bot.EventPosted && e.Posted.Effect == bot.ShowCard:
				receipts++
			}
		}
		if n := len(kept); n != 15 || kept[9] != 10 || kept[10] != 16 || kept[14] != 256 || receipts > 12 {
			t.Errorf("kept are the repeats %v and %d receipts", kept, receipts)
		}
		// One that rejects a fix is kept, whichever it is.
		w.press(ana, "SF-1", bot.ActionAnswer, "no")
		w.press(leo, "SF-1", bot.ActionGate, "before")
		w.press(leo, "SF-1", bot.ActionGate, "disconnected")
		w.press(ana, "SF-1", bot.ActionGate, "saved")
		w.state("SF-1", bot.Verifying)
		time.Sleep(time.Minute)
		w.alert("C1", "Ledger login refused, account 77")
		all := w.events("SF-1")
		last := bot.Event{}
		for _, e := range all {
			if e.Kind == bot.EventAlert {
				last = e
			}
		}
		if last.Repeat != repeats+1 {
			t.Errorf("the last repeat that is kept is %d, not the one that rejected the fix", last.Repeat)
		}
		var again bot.Case
		again.ID = "SF-1"
		for _, e := range all {
			again, _ = bot.Step(again, e, ledger(), w.set)
		}
		if now := w.get("SF-1"); again.Repeats != now.Repeats || again.State != now.State || !diagnoseSame(again, now) {
			t.Errorf("replayed it is\n%+v, not\n%+v", again, now)
		}
	})
}

// diagnoseSame says that two cases have the same evidence and offer.
func diagnoseSame(a, b bot.Case) bool {
	same := func(x, y diagnose.Evidence) bool {
		return x.Kind == y.Kind && x.Question == y.Question && x.Answer == y.Answer && x.Fix == y.Fix
	}
	if len(a.Evidence) != len(b.Evidence) {
		return false
	}
	for i := range a.Evidence {
		if !same(a.Evidence[i], b.Evidence[i]) {
			return false
		}
	}
	return a.Offer.ID == b.Offer.ID && a.Offer.Fix == b.Offer.Fix
}
