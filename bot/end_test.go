package bot_test

import (
	"testing"
	"testing/synctest"
	"time"

	"syncfix/bot"
)

// Whatever the order in which they are learned of, an older failure does not open
// after a newer success.
func TestAFailureLearnedOfAfterItsSuccess(t *testing.T) {
	const failed, worked = "Ledger login refused, account 77", "Ledger sync succeeded, account 77"
	message := func(ts string, ago time.Duration, text string) bot.Inbound {
		in := said(ts, text)
		in.At = time.Now().Add(-ago)
		return in
	}
	in := func(m bot.Inbound, change func(*bot.Inbound)) bot.Inbound {
		change(&m)
		return m
	}
	const old, fresh = 20 * time.Second, 10 * time.Second
	for name, tt := range map[string]struct {
		success, failure func() bot.Inbound
		opens            bool
	}{
		"its own":     {func() bot.Inbound { return message("2.0", fresh, worked) }, func() bot.Inbound { return message("1.0", old, failed) }, false},
		"an older":    {func() bot.Inbound { return message("1.0", old, worked) }, func() bot.Inbound { return message("2.0", fresh, failed) }, true},
		"another's":   {func() bot.Inbound { return message("2.0", fresh, "Ledger sync succeeded, account 78") }, func() bot.Inbound { return message("1.0", old, failed) }, true},
		"nobody's":    {func() bot.Inbound { return message("2.0", fresh, "Ledger sync succeeded") }, func() bot.Inbound { return message("1.0", old, failed) }, true},
		"its company": {func() bot.Inbound { return message("2.0", fresh, "Ledger sync succeeded, company Acme") }, func() bot.Inbound { return message("1.0", old, failed+", company Acme") }, false},
		"another account's of its company": {
			func() bot.Inbound { return message("2.0", fresh, "Ledger sync succeeded, account 78, company Acme") },
			func() bot.Inbound { return message("1.0", old, failed+", company Acme") }, true,
		},
		"a person's word": {
			func() bot.Inbound { return in(message("2.0", fresh, worked), func(m *bot.Inbound) { m.By = ana }) },
			func() bot.Inbound { return message("1.0", old, failed) }, true,
		},
		"nobody's in its thread": {
			func() bot.Inbound {
				return in(message("2.0", fresh, "Ledger sync succeeded"), func(m *bot.Inbound) { m.Place.Thread = "1.0" })
			},
			func() bot.Inbound { return message("1.0", old, failed) }, false,
		},
		"its own message, changed": {
			func() bot.Inbound {
				return in(message("1.0", fresh, "Ledger sync succeeded"), func(m *bot.Inbound) { m.Edited = true })
			},
			func() bot.Inbound { return message("1.0", old, failed) }, false,
		},
		"somebody asks": {
			func() bot.Inbound { return message("2.0", fresh, worked) },
			func() bot.Inbound {
				return in(message("1.0", old, failed), func(m *bot.Inbound) { m.Kind, m.By = bot.InMention, ana })
			}, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.in(tt.success())
				w.none("SF-1")
				w.in(tt.failure())
				if !tt.opens {
					w.none("SF-1")
					w.in(message("9.0", 0, failed))
				}
				w.state("SF-1", bot.Triage)
			})
		})
	}
}

func deletion(ts string) bot.Inbound {
	in := said(ts, "")
	in.Deleted = true
	return in
}

func TestAMessageLearnedOfAfterItsDeletion(t *testing.T) {
	inWorld(t, func(w *world) {
		w.in(deletion("1.0"))
		w.in(said("1.0", "Ledger login refused, account 77"))
		edited := said("1.0", "Ledger login refused, account 78")
		edited.Edited = true
		w.in(edited)
		w.none("SF-1")
		w.in(said("2.0", "Ledger login refused, account 77"))
		w.state("SF-1", bot.Triage)
	})
}

func TestADeletedAlertTakesAnUntouchedCaseAlong(t *testing.T) {
	const failed = "Ledger login refused, account 77"
	for name, tt := range map[string]struct {
		text    string
		between func(w *world)
		gone    string
		want    bot.State
	}{
		"nobody acted":       {failed, func(*world) {}, "1.0", bot.Dismissed},
		"a proposal":         {"ledger trouble", func(*world) {}, "1.0", bot.Dismissed},
		"after a reminder":   {failed, func(*world) { time.Sleep(time.Hour) }, "1.0", bot.Dismissed},
		"somebody answered":  {failed, func(w *world) { w.press(ana, "SF-1", bot.ActionAnswer, "yes") }, "1.0", bot.Triage},
		"somebody took it":   {failed, func(w *world) { w.press(ana, "SF-1", bot.ActionMenu, string(bot.MenuMine)) }, "1.0", bot.Triage},
		"reported again":     {failed, func(w *world) { w.in(said("2.0", failed)) }, "1.0", bot.Triage},
		"a repeat is gone":   {failed, func(w *world) { w.in(said("2.0", failed)) }, "2.0", bot.Triage},
		"another is gone":    {failed, func(*world) {}, "3.0", bot.Triage},
		"resolved meanwhile": {failed, func(w *world) { w.in(said("2.0", "Ledger sync succeeded, account 77")) }, "1.0", bot.Resolved},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.in(said("1.0", tt.text))
				time.Sleep(time.Second)
				tt.between(w)
				w.out.forget()
				w.in(deletion(tt.gone))
				w.state("SF-1", tt.want)
				if tt.want != bot.Dismissed {
					return
				}
				if c := w.get("SF-1"); c.Reason != "Its alert was deleted." || len(c.Timers) != 0 {
					t.Errorf("closed because %q; timers %v", c.Reason, c.Timers)
				}
				if n := len(w.out.of(bot.ShowCard)); n != 1 || len(w.out.sent) != n {
					t.Errorf("sent: %s", w.out.summary())
				}
				w.in(said("4.0", failed))
				w.state("SF-2", bot.Triage)
			})
		})
	}
}

// A card that was on its way when its case was closed is brought up to date.
func TestADeletedAlertWhileItsCardGoesOut(t *testing.T) {
	inWorld(t, func(w *world) {
		w.out.hold = make(chan struct{})
		w.in(said("1.0", "Ledger login refused, account 77"))
		w.in(deletion("1.0"))
		w.state("SF-1", bot.Dismissed)
		close(w.out.hold)
		synctest.Wait()
		cards := w.out.of(bot.ShowCard)
		if n := len(cards); n != 2 || cards[1].scene.Case.State != bot.Dismissed || w.get("SF-1").Shown < w.get("SF-1").Face {
			t.Errorf("sent: %s", w.out.summary())
		}
	})
}
