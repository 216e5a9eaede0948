package bot_test

import (
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"syncfix/bot"
)

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
		body, err := json.Marshal(bot.Tick{Job: bot.JobPrune, Due: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.store.File(t.Context(), []bot.Envelope{{Key: "tick/prune", Kind: bot.EnvelopeTick, Received: time.Now(), Body: body}}); err != nil {
			t.Fatal(err)
		}
		w.out.wake()
		synctest.Wait()
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
