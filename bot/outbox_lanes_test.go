package bot_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"syncfix/bot"
)

// crowd has many alerts open cases while Slack takes nothing, in a bot with room
// for few deliveries.
func crowd(t *testing.T, fn func(w *world, alerts int)) {
	set := settings()
	set.Reactions = false
	inWorldWith(t, set, func(w *world) {
		w.end()
		w.room = 8
		w.start("one")
		w.out.hold = make(chan struct{})
		const alerts = 200 // more than three turns
		for i := range alerts {
			w.file(bot.Inbound{Kind: bot.InMessage, By: app, Place: bot.Place{Channel: fmt.Sprint("C", i%3), TS: fmt.Sprintf("%d.0", i+1)}, Text: fmt.Sprintf("Ledger login refused, account %d", i)})
		}
		w.out.wake()
		synctest.Wait()
		if n := len(w.deliveries()); n != alerts {
			t.Fatalf("%d deliveries wait, want %d", n, alerts)
		}
		fn(w, alerts)
	})
}

// release lets Slack take what comes.
func (w *world) release() {
	w.out.mu.Lock()
	close(w.out.hold)
	w.out.hold = nil
	w.out.mu.Unlock()
	synctest.Wait()
}

// inOrder checks that every case has one card, in the order of the cases in each channel.
func (w *world) inOrder(alerts int, uncertain bool) {
	w.t.Helper()
	cards := w.out.of(bot.ShowCard)
	if len(cards) != alerts || len(w.deliveries()) != 0 {
		w.t.Fatalf("%d cards went out, %d deliveries are left", len(cards), len(w.deliveries()))
	}
	last := map[string]int{}
	for _, c := range cards {
		var n int
		if _, err := fmt.Sscanf(c.d.Effect.Case, "SF-%d", &n); err != nil {
			w.t.Fatal(err)
		}
		if at := c.d.Effect.Place.Channel; n <= last[at] {
			w.t.Errorf("in %s the card of SF-%d comes after SF-%d", at, n, last[at])
		} else {
			last[at] = n
		}
		if c.d.Uncertain && !uncertain {
			w.t.Errorf("the card of %s counts as uncertain, and nobody has tried it", c.d.Effect.Case)
		}
	}
}

// More than there is room for waits in the store and goes out all the same, in order.
func TestMoreDeliveriesThanThereIsRoomFor(t *testing.T) {
	crowd(t, func(w *world, alerts int) {
		w.release()
		w.inOrder(alerts, false)
	})
}

func TestWhatSomebodyWaitsForPassesTheCrowd(t *testing.T) {
	crowd(t, func(w *world, _ int) {
		w.command(ana, "help")
		w.release()
		for i, s := range w.out.sent {
			if s.d.Effect.Kind == bot.ShowHelp && i < 20 {
				return
			}
		}
		t.Errorf("the answer does not come at once: %s", w.out.summary())
	})
}

func TestACrowdOutlivesTheProcess(t *testing.T) {
	crowd(t, func(w *world, alerts int) {
		w.end()
		w.start("two")
		w.release()
		time.Sleep(time.Minute) // those that waited to be tried again
		synctest.Wait()
		w.inOrder(alerts, true)
	})
}

// When there is no more room, cards that newer ones make stale go first.
func TestStaleCardsMakeRoom(t *testing.T) {
	crowd(t, func(w *world, alerts int) {
		for i := range alerts { // reported again: each card counts it
			w.file(bot.Inbound{Kind: bot.InMessage, By: app, Place: bot.Place{Channel: fmt.Sprint("C", i%3), TS: fmt.Sprintf("%d.1", i+1)}, Text: fmt.Sprintf("Ledger login refused, account %d", i)})
		}
		w.out.wake()
		synctest.Wait()
		w.release()
		cards := w.out.of(bot.ShowCard)
		if len(cards) >= 2*alerts || len(w.deliveries()) != 0 {
			t.Errorf("%d cards went out, %d are left", len(cards), len(w.deliveries()))
		}
		for i := range alerts {
			if c := w.get(fmt.Sprintf("SF-%d", i+1)); c.Shown < c.Face {
				t.Errorf("%s shows revision %d, not %d", c.ID, c.Shown, c.Face)
			}
		}
	})
}
