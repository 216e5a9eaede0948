package bot_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"syncfix/bot"
)

// What was not handed to Slack when the bot was told to stop is not uncertain.
func TestPrivateMessagesThatWaitedOutlastAStop(t *testing.T) {
	inWorld(t, func(w *world) {
		w.out.hold = make(chan struct{})
		w.command(ana, "list") // in Slack's hands when the time to stop is over
		w.command(ana, "mine") // behind it
		w.end()
		w.out.hold = nil
		w.start("two")
		synctest.Wait()
		lists := w.out.of(bot.ShowList)
		if len(lists) != 1 || lists[0].d.Effect.List != bot.ListMine || lists[0].d.Uncertain {
			t.Errorf("sent: %s", w.out.summary())
		}
	})
}

// Neither is what Slack has turned down.
func TestAPrivateMessageThatSlackTurnedDownOutlastsAKill(t *testing.T) {
	inWorld(t, func(w *world) {
		w.out.fail = func(bot.Delivery) error {
			return &bot.SendError{Class: bot.SendRateLimited, After: time.Minute, Err: errors.New("no")}
		}
		w.command(ana, "list")
		if ds := w.deliveries(); len(ds) != 1 || !ds[0].Untried || ds[0].Uncertain {
			t.Errorf("deliveries: %+v", ds)
		}
		w.out.failing(func(bot.Delivery) error {
			if ds := w.deliveries(); len(ds) != 1 || ds[0].Untried {
				t.Errorf("while it is tried again: %+v", ds)
			}
			return nil
		})
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if n := len(w.out.of(bot.ShowList)); n != 1 {
			t.Errorf("sent %d times", n)
		}
	})
}

// A pointer waits for its card's channel; the cards of its own channel don't.
func TestAPointerHoldsUpNoCards(t *testing.T) {
	inWorld(t, func(w *world) {
		w.out.fail = func(d bot.Delivery) error {
			if d.Effect.Kind == bot.Pointer {
				return &bot.SendError{Class: bot.SendRetry, Err: errors.New("no")}
			}
			return nil
		}
		w.alert("C1", "Ledger login refused, account 77")
		w.alert("C2", "Ledger login refused, account 77")
		w.alert("C2", "Ledger login refused, account 78")
		if n := len(w.out.of(bot.ShowCard)); n < 2 || w.get("SF-2").Card.TS == "" {
			t.Errorf("sent: %s", w.out.summary())
		}
	})
}

// Pointers of a channel go out one after the other, so that a restart has few of
// them to look up.
func TestOfManyPointersOneMayHaveGoneOut(t *testing.T) {
	inWorldWith(t, quietSettings(), func(w *world) {
		const alerts = 20
		for i := range alerts {
			w.alert("C1", fmt.Sprintf("Ledger login refused, account %d", i))
		}
		w.out.hold = make(chan struct{})
		for i := range alerts {
			w.alert("C2", fmt.Sprintf("Ledger login refused, account %d", i))
		}
		w.end()
		w.out.hold = nil
		w.start("two")
		uncertain := 0
		for _, p := range w.out.of(bot.Pointer) {
			if p.d.Uncertain {
				uncertain++
			}
		}
		if n := len(w.out.of(bot.Pointer)); n != alerts || uncertain != 1 {
			t.Errorf("%d pointers, %d of them uncertain; want %d and 1", n, uncertain, alerts)
		}
	})
}
