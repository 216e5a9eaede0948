package bot_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"syncfix/bot"
)

// A card that was given up and may have gone out is looked for before the next one
// of its case is posted, by the next process too.
func TestTheCardAfterALostOneIsLookedFor(t *testing.T) {
	for _, again := range []bool{false, true} {
		t.Run(fmt.Sprintf("another process %v", again), func(t *testing.T) {
			inWorldWith(t, quietSettings(), func(w *world) {
				w.dead(bot.SendUncertain)
				if again {
					w.end()
					w.start("two")
				}
				w.alert("C1", "Ledger login refused, account 77") // counted on the card
				w.alert("C1", "Ledger login refused, account 78")
				cards := w.out.of(bot.ShowCard)
				if len(cards) != 2 || cards[0].d.Effect.Case != "SF-1" || !cards[0].d.Uncertain || cards[1].d.Uncertain {
					t.Errorf("cards: %+v", cards)
				}
			})
		})
	}
}

// countingStore counts how often all deliveries are read.
type countingStore struct {
	bot.Store
	reads *atomic.Int64
}

type countingReader struct {
	bot.Reader
	reads *atomic.Int64
}

func (s countingStore) View(ctx context.Context, fn func(tx bot.Reader) error) error {
	return s.Store.View(ctx, func(tx bot.Reader) error { return fn(countingReader{tx, s.reads}) })
}

func (r countingReader) Deliveries() ([]bot.Delivery, error) {
	r.reads.Add(1)
	return r.Reader.Deliveries()
}

// What a card costs does not grow with what waits.
func TestNoCardReadsAllThatWaits(t *testing.T) {
	inWorldWith(t, quietSettings(), func(w *world) {
		w.out.failing(func(bot.Delivery) error { return failed(bot.SendRetry) })
		for i := range 60 { // twice each: the card that goes out is not the first
			w.alert("C1", fmt.Sprintf("Ledger login refused, account %d", i/2))
		}
		w.end()
		reads := &atomic.Int64{}
		w.store = countingStore{w.store, reads}
		w.out.failing(nil)
		w.start("two")
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := len(w.out.of(bot.ShowCard)); n != 30 {
			t.Errorf("%d cards went out, want 30", n)
		}
		if n := reads.Load(); n != 1 {
			t.Errorf("all deliveries were read %d times, want once, at the start", n)
		}
	})
}
