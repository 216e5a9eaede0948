package bot_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"syncfix/bot"
)

func failed(class bot.SendClass) error {
	return &bot.SendError{Class: class, Err: errors.New("no")}
}

// fault fails the cards of a case, and counts all tries.
func (w *world) fault(id string, class bot.SendClass, tries *int) {
	w.out.failing(func(d bot.Delivery) error {
		*tries++
		if id == "" || d.Effect.Kind == bot.ShowCard && d.Effect.Case == id {
			return failed(class)
		}
		return nil
	})
}

// quiet is settings without reactions, so that a channel has one lane.
func quietSettings() bot.Settings {
	set := settings()
	set.Reactions = false
	return set
}

// A card that Slack can't take holds up the rest of its case, and hardly its channel.
func TestOneCardThatSlackCannotTakeHoldsUpItsOwnCase(t *testing.T) {
	for _, class := range []bot.SendClass{bot.SendRetry, bot.SendUncertain} {
		inWorldWith(t, quietSettings(), func(w *world) {
			tries := 0
			w.fault("SF-1", class, &tries)
			begin := time.Now()
			for i := range 5 {
				w.alert("C1", fmt.Sprintf("Ledger login refused, account %d", i))
			}
			w.form(ana, "SF-1", bot.FormHandOff, nil) // its brief is behind its card
			time.Sleep(time.Second)
			synctest.Wait()
			cards := w.out.of(bot.ShowCard)
			if len(cards) != 4 {
				t.Fatalf("%s: %d cards went out within a second, want 4: %s", class, len(cards), w.out.summary())
			}
			time.Sleep(10 * time.Minute)
			synctest.Wait()
			if len(w.out.of(bot.Brief)) != 0 {
				t.Errorf("%s: the brief went out before the card", class)
			}
			w.out.failing(nil)
			mended := time.Now()
			time.Sleep(2 * time.Minute)
			synctest.Wait()
			var sent []bot.EffectKind
			for _, s := range w.out.sent {
				if s.d.Effect.Case == "SF-1" {
					sent = append(sent, s.d.Effect.Kind)
				}
			}
			if !slices.Equal(sent[:min(2, len(sent))], []bot.EffectKind{bot.ShowCard, bot.Brief}) {
				t.Errorf("%s: of SF-1 were sent %v", class, sent)
			}
			if first := w.out.of(bot.ShowCard)[4].at; first.Sub(mended) > 75*time.Second {
				t.Errorf("%s: tried again %s after Slack could", class, first.Sub(mended))
			}
			if tries > 30 {
				t.Errorf("%s: %d tries in %s", class, tries, time.Since(begin))
			}
		})
	}
}

// A pause that Slack asks for is for one method, and a refusal may be about one
// card: other cases' cards go out meanwhile, in the order of their alerts.
func TestWhatSlackHoldsBackHoldsUpNoOtherCase(t *testing.T) {
	for _, err := range []*bot.SendError{
		{Class: bot.SendRateLimited, After: time.Minute, Err: errors.New("later")},
		{Class: bot.SendRateLimited, After: time.Minute, Held: true, Err: errors.New("later")},
		{Class: bot.SendOperator, Err: errors.New("no")},
	} {
		inWorldWith(t, quietSettings(), func(w *world) {
			w.alert("C1", "Ledger login refused, account 1")
			w.alert("C1", "Ledger login refused, account 2")
			w.out.failing(func(d bot.Delivery) error {
				if d.Effect.Case == "SF-1" || d.Effect.Case == "SF-2" {
					return err
				}
				return nil
			})
			for _, id := range []string{"SF-2", "SF-1"} {
				w.press(ana, id, bot.ActionAnswer, "no")
			}
			begin, before := time.Now(), len(w.out.of(bot.ShowCard))
			w.alert("C1", "Ledger login refused, account 3")
			w.alert("C1", "Ledger login refused, account 4")
			time.Sleep(5 * time.Second)
			synctest.Wait()
			cards := w.out.of(bot.ShowCard)[before:]
			if len(cards) != 2 || cards[0].d.Effect.Case != "SF-3" || cards[1].at.Sub(begin) > 2*time.Second {
				t.Fatalf("%v: meanwhile %d cards were shown: %s", err, len(cards), w.out.summary())
			}
			w.out.failing(nil)
			time.Sleep(75 * time.Second)
			synctest.Wait()
			cards = w.out.of(bot.ShowCard)[before+2:]
			if len(cards) != 2 || err.Class != bot.SendOperator && cards[0].d.Seq > cards[1].d.Seq { // whose waits differ
				t.Errorf("%v: afterwards %d cards were shown: %s", err, len(cards), w.out.summary())
			}
		})
	}
}

// When Slack is gone for long, a channel waits for a few only, hurts few, and goes
// on soon after it is back.
func TestChannelsGoOnSoonAfterAnOutage(t *testing.T) {
	for _, class := range []bot.SendClass{bot.SendRetry, bot.SendUncertain} {
		inWorldWith(t, quietSettings(), func(w *world) {
			tries := 0
			w.fault("", class, &tries)
			const alerts = 50
			for i := range alerts {
				w.alert("C1", fmt.Sprintf("Ledger login refused, account %d", i))
			}
			time.Sleep(20 * time.Minute)
			synctest.Wait()
			if tries > 60 {
				t.Errorf("%s: %d tries in 20 minutes", class, tries)
			}
			uncertain := 0
			for _, d := range w.deliveries() {
				if d.Uncertain {
					uncertain++
				}
			}
			if uncertain > 5 {
				t.Errorf("%s: %d of %d may have gone out", class, uncertain, alerts)
			}
			w.out.failing(nil)
			time.Sleep(40 * time.Second)
			synctest.Wait()
			if n := len(w.out.of(bot.ShowCard)); n < alerts-5 {
				t.Errorf("%s: %d cards went out within 40 s", class, n)
			}
			time.Sleep(40 * time.Second)
			synctest.Wait()
			if n := len(w.deliveries()); n != 0 {
				t.Errorf("%s: %d are left", class, n)
			}
		})
	}
}

// Slack's "later" says nothing of a delivery, however often it says so.
func TestBeingAskedToWaitIsNoFailure(t *testing.T) {
	inWorldWith(t, quietSettings(), func(w *world) {
		tries := 0
		w.out.fail = func(bot.Delivery) error {
			switch tries++; {
			case tries <= 20:
				return &bot.SendError{Class: bot.SendRateLimited, After: time.Second, Err: errors.New("later")}
			case tries == 21:
				return failed(bot.SendRetry)
			}
			return nil
		}
		begin := time.Now()
		w.alert("C1", "Ledger login refused, account 77")
		time.Sleep(time.Minute)
		synctest.Wait()
		if cards := w.out.of(bot.ShowCard); len(cards) != 1 || cards[0].at.Sub(begin) > 22*time.Second {
			t.Errorf("after %d tries: %+v", tries, cards)
		}
	})
}

// A new process tries at once what failed in the one before, which may be why it
// was started. A pause that Slack asked for outlasts it, for the whole channel.
func TestWaitsEndWithTheProcess(t *testing.T) {
	for _, c := range []struct {
		class bot.SendClass
		after time.Duration
		want  time.Duration // from the start
	}{
		{bot.SendRetry, 0, 0}, {bot.SendUncertain, 0, 0}, {bot.SendOperator, 0, 0}, {bot.SendRateLimited, 20*time.Minute + 90*time.Second, 90 * time.Second},
	} {
		t.Run(string(c.class), func(t *testing.T) {
			inWorldWith(t, quietSettings(), func(w *world) {
				w.out.fail = func(bot.Delivery) error { return &bot.SendError{Class: c.class, After: c.after, Err: errors.New("no")} }
				w.alert("C1", "Ledger login refused, account 77")
				w.alert("C1", "Ledger login refused, account 78")
				time.Sleep(20 * time.Minute)
				synctest.Wait()
				w.end()
				w.out.fail = nil
				begin := time.Now()
				w.start("two")
				time.Sleep(2 * time.Minute)
				synctest.Wait()
				cards := w.out.of(bot.ShowCard)
				if len(cards) != 2 {
					t.Fatalf("sent: %s", w.out.summary())
				}
				for _, card := range cards {
					if got := card.at.Sub(begin); got != c.want {
						t.Errorf("%s was sent after %s, want %s", card.d.ID, got, c.want)
					}
				}
			})
		})
	}
}

// A channel that the bot was removed from goes on when it is invited again.
func TestAnInvitationEndsTheWait(t *testing.T) {
	inWorldWith(t, quietSettings(), func(w *world) {
		w.fault("", bot.SendOperator, new(int))
		w.alert("C1", "Ledger login refused, account 77")
		w.alert("C1", "Ledger login refused, account 78")
		time.Sleep(20*time.Minute + 30*time.Second)
		synctest.Wait()
		w.out.failing(nil)
		w.in(bot.Inbound{Kind: bot.InJoined, Place: bot.Place{Channel: "C1"}})
		if cards, hello := len(w.out.of(bot.ShowCard)), len(w.out.of(bot.Reply)); cards != 2 || hello != 1 {
			t.Errorf("%d cards and %d greetings went out, want 2 and 1", cards, hello)
		}
	})
}
