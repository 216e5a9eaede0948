package bot_test

import (
	"testing"
	"testing/synctest"
	"time"

	"syncfix/bot"
)

// After an older store was put back, cards may show what came later: they are
// shown anew, once.
func TestCardsAreRefreshedAfterARestore(t *testing.T) {
	inWorldWith(t, quietSettings(), func(w *world) {
		w.alert("C1", "Ledger login refused, account 77")
		w.alert("C1", "Ledger login refused, account 78")
		w.form(ana, "SF-2", bot.FormDismiss, map[string]string{bot.FieldReason: "a test"})
		for i, want := range []int{0, 1, 0, 1} {
			w.end()
			if i == 1 || i == 3 {
				w.restored = time.Now()
			}
			before := len(w.out.of(bot.ShowCard))
			w.start("next")
			time.Sleep(time.Second)
			synctest.Wait()
			cards := w.out.of(bot.ShowCard)[before:]
			if len(cards) != want || want == 1 && cards[0].d.Effect.Case != "SF-1" {
				t.Errorf("start %d: %d cards were shown, want %d: %+v", i, len(cards), want, cards)
			}
			time.Sleep(time.Minute)
		}
	})
}

// Below a message from before the restore, a card may stand that nobody knows of.
func TestACardBelowAnOlderMessageIsAdopted(t *testing.T) {
	inWorldWith(t, quietSettings(), func(w *world) {
		w.end()
		w.restored = time.Unix(2, 0) // the first alert stands at 1.0
		w.start("two")
		w.keys = 0
		w.alert("C1", "Ledger login refused, account 77")
		w.alert("C1", "Ledger login refused, account 78")
		cards := w.out.of(bot.ShowCard)
		if len(cards) != 2 || !cards[0].d.Adopt || !cards[0].d.Uncertain || cards[1].d.Adopt {
			t.Errorf("cards: %+v", cards)
		}
	})
}

// A press on a card that is none of the case's changes nothing.
func TestAPressFromAnotherThreadChangesNothing(t *testing.T) {
	inWorldWith(t, quietSettings(), func(w *world) {
		at := w.alert("C1", "Ledger login refused, account 77")
		c := w.get("SF-1")
		press := func(by bot.Actor, place bot.Place, private bool) {
			w.in(bot.Inbound{Kind: bot.InPress, By: by, Place: place, Private: private, Trigger: "tr",
				Press: bot.Press{Case: "SF-1", Action: bot.ActionMenu, Choice: string(bot.MenuMine)}})
		}
		press(ana, bot.Place{Channel: "C2", TS: "5.1", Thread: "5.0"}, false)
		if got := w.get("SF-1"); got.Rev != c.Rev {
			t.Errorf("it changed the case: %+v", got)
		}
		if said := w.out.of(bot.Whisper); len(said) != 1 || said[0].d.Effect.To != ana.ID {
			t.Errorf("ana was told %+v", said)
		}
		press(ana, bot.Place{Channel: "C1", TS: "5.1", Thread: at.TS}, false)
		if got := w.get("SF-1"); got.Owner.ID != ana.ID {
			t.Errorf("a press on its card did nothing: %+v", got)
		}
		press(leo, bot.Place{Channel: "C2", TS: "5.1"}, true)
		if got := w.get("SF-1"); got.Owner.ID != leo.ID {
			t.Errorf("a press on a private message did nothing: %+v", got)
		}
	})
}
