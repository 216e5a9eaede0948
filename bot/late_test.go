package bot_test

import (
	"testing"
	"testing/synctest"
	"time"

	"syncfix/bot"
)

// said is a message of a tool that stands in C1.
func said(ts, text string) bot.Inbound {
	return bot.Inbound{Kind: bot.InMessage, By: app, At: time.Now(), Place: bot.Place{Team: "T1", Channel: "C1", TS: ts}, Text: text}
}

func TestALateAlertIsLookedUp(t *testing.T) {
	const failed, worked = "Ledger login refused, account 77", "Ledger sync succeeded, account 77"
	alert := func() bot.Inbound {
		in := said("5.0", failed)
		in.At = time.Now().Add(-5 * time.Second)
		return in
	}
	for name, tt := range map[string]struct {
		stands func() []bot.Inbound
		short  bool   // not all of it could be read
		opens  string // the account; empty: no case
	}{
		"it stands":                {func() []bot.Inbound { return []bot.Inbound{alert()} }, false, "77"},
		"deleted":                  {func() []bot.Inbound { return nil }, false, ""},
		"perhaps deleted":          {func() []bot.Inbound { return nil }, true, "77"},
		"a success since":          {func() []bot.Inbound { return []bot.Inbound{said("6.0", worked), alert()} }, false, ""},
		"another's success":        {func() []bot.Inbound { return []bot.Inbound{said("6.0", "Ledger sync succeeded, account 78"), alert()} }, false, "77"},
		"changed to something":     {func() []bot.Inbound { return []bot.Inbound{said("5.0", "Ledger login refused, account 12")} }, false, "12"},
		"changed to nothing":       {func() []bot.Inbound { return []bot.Inbound{said("5.0", "never mind")} }, false, ""},
		"changed, and over by now": {func() []bot.Inbound { return []bot.Inbound{said("5.0", worked)} }, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.past.said, w.past.whole, w.again = tt.stands(), !tt.short, true
				w.in(alert())
				if tt.opens == "" {
					w.none("SF-1")
				} else if got := w.get("SF-1").Account; got != tt.opens {
					t.Errorf("the account is %q, want %q", got, tt.opens)
				}
				if n := len(w.past.asked); n != 1 || w.past.asked[0] != alert().Place {
					t.Errorf("asked about %v", w.past.asked)
				}
			})
		})
	}
}

// A success that a tool says under its own alert names no account, often.
func TestALateAlertsThreadIsReadToo(t *testing.T) {
	alert := said("5.0", "Ledger login refused, account 77")
	alert.Replied = true
	over := said("6.0", "Ledger sync succeeded")
	over.Place.Thread = "5.0"
	for name, tt := range map[string]struct {
		read, again bool // from history; sent again
		below       bot.Inbound
		opens       bool
	}{
		"over, sent again":       {false, true, over, false},
		"over, from history":     {true, false, over, false},
		"talk, from history":     {true, false, said("6.0", "looking"), true},
		"in time, as Slack sent": {false, false, over, true},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				now := alert
				now.At = time.Now().Add(-time.Second)
				below := tt.below
				below.At = time.Now()
				w.past.said, w.past.below, w.past.whole = []bot.Inbound{now}, []bot.Inbound{below}, true
				w.read, w.again = tt.read, tt.again
				w.in(now)
				if tt.opens {
					w.state("SF-1", bot.Triage)
				} else {
					w.none("SF-1")
				}
			})
		})
	}
}

func TestALateAlertWhoseThreadCannotBeReadIsTriedAgain(t *testing.T) {
	inWorld(t, func(w *world) {
		alert := said("5.0", "Ledger login refused, account 77")
		alert.Replied = true
		w.past.said, w.past.whole, w.past.deaf, w.again = []bot.Inbound{alert}, true, true, true
		w.in(alert)
		w.none("SF-1")
		time.Sleep(36 * time.Second)
		synctest.Wait()
		w.state("SF-1", bot.Triage)
	})
}

func TestWhichAlertsAreLate(t *testing.T) {
	for name, tt := range map[string]struct {
		again bool
		age   time.Duration
		text  string
		late  bool
	}{
		"at once":         {false, time.Second, "Ledger login refused, account 77", false},
		"sent again":      {true, time.Second, "Ledger login refused, account 77", true},
		"old":             {false, 3 * time.Minute, "Ledger login refused, account 77", true},
		"chatter":         {true, time.Hour, "lunch?", false},
		"an old success":  {true, time.Hour, "Ledger sync succeeded, account 77", false},
		"likely an alert": {true, time.Second, "ledger trouble", true},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				in := said("5.0", tt.text)
				in.At = time.Now().Add(-tt.age)
				w.past.said, w.again = []bot.Inbound{in}, tt.again
				w.in(in)
				if got := len(w.past.asked) > 0; got != tt.late {
					t.Errorf("looked up: %v, want %v", got, tt.late)
				}
			})
		})
	}
}

// What waited in the inbox while the bot was down may have been overtaken too.
func TestAnAlertOfTheProcessBeforeIsLookedUp(t *testing.T) {
	inWorld(t, func(w *world) {
		w.end()
		w.in(said("5.0", "Ledger login refused, account 77"))
		w.in(said("6.0", "Ledger login refused, account 78"))
		time.Sleep(time.Second)
		w.past.said = []bot.Inbound{said("6.0", "Ledger login refused, account 78")}
		w.start("two")
		if c := w.get("SF-1"); c.Account != "78" {
			t.Errorf("the case is of account %s", c.Account)
		}
		w.none("SF-2")
		if len(w.past.asked) != 1 {
			t.Errorf("one channel was asked about %d times", len(w.past.asked))
		}
	})
}

func TestALateAlertThatCannotBeLookedUpIsTakenAsItIs(t *testing.T) {
	inWorld(t, func(w *world) {
		w.past.fails, w.again = 3, true
		w.in(said("5.0", "Ledger login refused, account 77"))
		w.none("SF-1")
		time.Sleep(16 * time.Second) // the fourth time it is known to be gone
		synctest.Wait()
		w.none("SF-1")
		w.past.fails = 1 << 20
		w.in(said("6.0", "Ledger login refused, account 78"))
		w.none("SF-1")
		time.Sleep(36 * time.Second)
		synctest.Wait()
		w.state("SF-1", bot.Triage)
	})
}
