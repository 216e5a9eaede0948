package bot_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"syncfix/bot"
)

// prune is the hourly job.
func (w *world) prune() {
	w.t.Helper()
	w.keys++
	body, err := json.Marshal(bot.Tick{Job: bot.JobPrune, Due: time.Now()})
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.store.File(w.t.Context(), []bot.Envelope{{Key: fmt.Sprintf("tick/%d", w.keys), Kind: bot.EnvelopeTick, Received: time.Now(), Body: body}}); err != nil {
		w.t.Fatal(err)
	}
	w.out.wake()
	synctest.Wait()
}

func TestDeadLettersAreKeptForAMonth(t *testing.T) {
	inWorld(t, func(w *world) {
		now := time.Now()
		days := func(n int) time.Time { return now.AddDate(0, 0, -n) }
		if err := w.store.Update(t.Context(), func(tx bot.Tx) error {
			card := bot.Effect{Kind: bot.ShowCard, Case: "SF-1"}
			gone, shown := card, card
			gone.Case, shown.Case = "SF-0", "SF-2"
			if err := errors.Join(tx.PutCase(bot.Case{ID: "SF-1"}, 0), tx.PutCase(bot.Case{ID: "SF-2", Card: bot.Place{TS: "9.0"}}, 0)); err != nil {
				return err
			}
			for _, d := range []bot.Delivery{
				{ID: "a card that may stand somewhere", Born: days(31), Dead: true, Uncertain: true, Effect: card},
				{ID: "one that never went out", Born: days(31), Dead: true, Effect: card},
				{ID: "one that was found", Born: days(31), Dead: true, Uncertain: true, Effect: shown},
				{ID: "one of a case that is gone", Born: days(31), Dead: true, Uncertain: true, Effect: gone},
				{ID: "old", Born: days(31), Dead: true}, {ID: "young", Born: days(29), Dead: true},
				{ID: "revived", Born: days(60), Revived: days(29), Dead: true}, {ID: "under way", Born: days(31), NotUntil: now.AddDate(1, 0, 0)},
			} {
				if _, err := tx.AddDelivery(d, "another", now.AddDate(1, 0, 0)); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		left := func(want ...string) {
			t.Helper()
			var ids []string
			for _, d := range w.deliveries() {
				ids = append(ids, d.ID)
			}
			if !slices.Equal(ids, want) {
				t.Errorf("left are %q, want %q", ids, want)
			}
		}
		w.prune()
		left("a card that may stand somewhere", "young", "revived", "under way")
		time.Sleep(2 * 24 * time.Hour)
		w.prune()
		left("a card that may stand somewhere", "under way")
	})
}

func TestCasesClosedLongAgoAreForgotten(t *testing.T) {
	inWorld(t, func(w *world) {
		closed := func(id string, days int) bot.Case {
			return bot.Case{ID: id, State: bot.Resolved, Closed: time.Now().AddDate(0, 0, -days)}
		}
		if err := w.store.Update(t.Context(), func(tx bot.Tx) error {
			return errors.Join(tx.PutCase(closed("SF-old", 401), 0), tx.PutCase(closed("SF-young", 399), 0))
		}); err != nil {
			t.Fatal(err)
		}
		w.prune()
		if err := w.store.View(t.Context(), func(tx bot.Reader) error {
			if _, err := tx.Case("SF-old"); !errors.Is(err, bot.ErrNotFound) {
				t.Errorf("the old one: %v", err)
			}
			_, err := tx.Case("SF-young")
			return err
		}); err != nil {
			t.Error(err)
		}
	})
}
