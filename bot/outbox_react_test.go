package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"syncfix/bot"
)

// Reactions that Slack refuses leave nothing behind, and one line for each reason.
func TestRefusedReactionsAreSaidOnce(t *testing.T) {
	for _, class := range []bot.SendClass{bot.SendOperator, bot.SendPermanent} {
		t.Run(string(class), func(t *testing.T) {
			inWorld(t, func(w *world) {
				n := 0
				alerts := func(want int, line string) {
					t.Helper()
					before := len(w.log.lines())
					for range 5 {
						n++
						w.alert("C1", fmt.Sprintf("Ledger login refused, account %d", n))
					}
					synctest.Wait()
					said := 0
					for _, l := range w.log.lines()[before:] {
						if strings.Contains(l, "reaction") && !strings.HasPrefix(l, "msg=case") {
							said++
							if !strings.Contains(l, line) {
								t.Errorf("the log says %s", l)
							}
						}
					}
					if ds := w.deliveries(); said != want || len(ds) != 0 {
						t.Errorf("said %d times, want %d; left: %+v", said, want, ds)
					}
				}
				refuse := func(d bot.Delivery) error {
					if d.Effect.Kind == bot.ShowReaction {
						return failed(class)
					}
					return nil
				}
				w.out.failing(refuse)
				alerts(1, "a reaction can't be shown")
				if got := w.seen.heard(); got["delivery show_reaction "+string(class)] != 5 || got["delivery show_reaction dropped"] != 5 {
					t.Errorf("heard %v", got)
				}
				alerts(0, "")
				w.out.failing(nil)
				alerts(1, "reactions are shown again")
				if len(w.out.of(bot.ShowReaction)) != 5 || len(w.out.of(bot.ShowCard)) != 15 {
					t.Errorf("sent: %s", w.out.summary())
				}
				w.out.failing(refuse)
				alerts(1, "a reaction can't be shown")
			})
		})
	}
}
