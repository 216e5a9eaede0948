package bot_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"syncfix/bot"
)

// observer writes down what a bot tells.
type observer struct {
	mu    sync.Mutex
	lines []string
}

func (o *observer) add(format string, args ...any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lines = append(o.lines, fmt.Sprintf(format, args...))
}

func (o *observer) EnvelopeDone(k bot.EnvelopeKind, outcome bot.EnvelopeOutcome) {
	o.add("envelope %s %s", k, outcome)
}
func (o *observer) CaseChanged(before, after bot.Case) {
	o.add("case %s %q to %q", after.ID, before.State, after.State)
}
func (o *observer) DeliveryTried(k bot.EffectKind, r bot.DeliveryResult) {
	o.add("delivery %s %s", k, r)
}

// heard says how often each line was told since the last time.
func (o *observer) heard() map[string]int {
	o.mu.Lock()
	defer o.mu.Unlock()
	out := map[string]int{}
	for _, l := range o.lines {
		out[l]++
	}
	o.lines = nil
	return out
}

func TestObserverHearsWhatBecomesOfThings(t *testing.T) {
	inWorld(t, func(w *world) {
		failed := false
		w.out.fail = func(d bot.Delivery) error {
			switch {
			case d.Effect.Kind == bot.ShowCard && !failed:
				failed = true
				return &bot.SendError{Class: bot.SendRateLimited, After: time.Second, Err: errors.New("429")}
			case d.Effect.Kind == bot.ShowReaction:
				return &bot.SendError{Class: bot.SendPermanent, Err: errors.New("no")}
			}
			return nil
		}
		w.alert("C1", "Ledger login refused, account 77")
		time.Sleep(time.Minute)
		synctest.Wait()
		got := w.seen.heard()
		for line, want := range map[string]int{
			"envelope events_api stepped": 1, `case SF-1 "" to "triage"`: 1, `case SF-1 "triage" to "triage"`: 1, // the card was posted
			"delivery show_card rate_limited": 1, "delivery show_card arrived": 1, "delivery show_reaction permanent": 1, "delivery show_reaction dropped": 1,
		} {
			if got[line] != want {
				t.Errorf("heard %q %d times, want %d: %v", line, got[line], want, got)
			}
		}
		w.alert("C1", "Lunch, anyone?")
		if _, err := w.store.File(t.Context(), []bot.Envelope{
			{Key: "bad", Kind: bot.EnvelopeEvent, Received: time.Now(), Body: []byte("panic")},
			{Key: "odd", Kind: bot.EnvelopeUnknown, Received: time.Now(), Body: []byte("{}")},
		}); err != nil {
			t.Fatal(err)
		}
		w.out.wake()
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := w.seen.heard(); got["envelope events_api dropped"] != 1 || got["envelope events_api unreadable"] != 1 || got["envelope unknown unreadable"] != 1 {
			t.Errorf("heard %v", got)
		}
	})
}

// A log names what leads from the message to what was posted for it.
func TestAMessageCanBeFollowedInTheLog(t *testing.T) {
	set := settings()
	set.Reactions = false // one could come before the card
	inWorldWith(t, set, func(w *world) {
		w.in(bot.Inbound{Kind: bot.InMessage, Key: "the-message", By: app, Place: bot.Place{Channel: "C1", TS: "50.0"}, Text: "Ledger login refused, account 77"})
		lines := w.log.lines()
		for _, want := range []string{
			`msg=case case=SF-1 event=opened by=B0MON state=triage rev=1 key=the-message`,
			`msg=case case=SF-1 event=posted by="" state=triage rev=2 key=posted/SF-1/1/0 effect=show_card channel=C1 ts=91.0`,
		} {
			if !slices.Contains(lines, want) {
				t.Errorf("the log lacks %s:\n%q", want, lines)
			}
		}
	})
}
