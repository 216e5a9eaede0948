package bot_test

import (
	"testing"

	"syncfix/bot"
)

func TestWhichFailuresWereOver(t *testing.T) {
	const failed, worked = "Ledger login refused, account 77", "Ledger sync succeeded, account 77"
	message := func(ts string, minute int, text string) bot.Inbound {
		return bot.Inbound{Kind: bot.InMessage, By: app, At: at(minute), Place: bot.Place{Team: "T1", Channel: "C1", TS: ts}, Text: text}
	}
	in := func(m bot.Inbound, change func(*bot.Inbound)) bot.Inbound {
		change(&m)
		return m
	}
	thread := func(root string) func(*bot.Inbound) { return func(m *bot.Inbound) { m.Place.Thread = root } }
	for name, tt := range map[string]struct {
		success, failure bot.Inbound
		over             bool
	}{
		"a success since":              {message("2.0", 5, worked), message("1.0", 1, failed), true},
		"in another channel":           {in(message("2.0", 5, worked), func(m *bot.Inbound) { m.Place.Channel = "C2" }), message("1.0", 1, failed), true},
		"a success before":             {message("1.0", 1, worked), message("2.0", 5, failed), false},
		"another account's":            {message("2.0", 5, "Ledger sync succeeded, account 78"), message("1.0", 1, failed), false},
		"nobody's":                     {message("2.0", 5, "Ledger sync succeeded"), message("1.0", 1, failed), false},
		"nobody's in its thread":       {in(message("2.0", 5, "Ledger sync succeeded"), thread("1.0")), message("1.0", 1, failed), true},
		"nobody's in another thread":   {in(message("2.0", 5, "Ledger sync succeeded"), thread("0.5")), message("1.0", 1, failed), false},
		"another's in its thread":      {in(message("2.0", 5, "Ledger sync succeeded, account 78"), thread("1.0")), message("1.0", 1, failed), false},
		"a person's word":              {in(message("2.0", 5, worked), func(m *bot.Inbound) { m.By = ana }), message("1.0", 1, failed), false},
		"our own":                      {in(message("2.0", 5, worked), func(m *bot.Inbound) { m.Own = true }), message("1.0", 1, failed), false},
		"chatter is no failure":        {message("2.0", 5, worked), message("1.0", 1, "lunch?"), false},
		"a success is no failure":      {message("2.0", 5, worked), message("1.0", 1, worked), false},
		"a mention wants to be heard":  {message("2.0", 5, worked), in(message("1.0", 1, failed), func(m *bot.Inbound) { m.Kind = bot.InMention }), false},
		"a failure is no success":      {message("2.0", 5, failed), message("1.0", 1, failed), false},
		"a success at the same moment": {message("2.0", 1, worked), message("1.0", 1, failed), false},
	} {
		t.Run(name, func(t *testing.T) {
			h := bot.NewHistory(newLibrary(t, ledger()))
			h.Note(tt.failure)
			h.Note(tt.success)
			if got := h.Over(tt.failure); got != tt.over {
				t.Errorf("over: %v, want %v", got, tt.over)
			}
		})
	}
}

func TestAFailureThatWasOverOpensNothing(t *testing.T) {
	inWorld(t, func(w *world) {
		w.over = true
		w.alert("C1", "Ledger login refused, account 77")
		w.none("SF-1")
		w.over = false
		w.alert("C1", "Ledger login refused, account 77")
		w.state("SF-1", bot.Triage)
	})
}
