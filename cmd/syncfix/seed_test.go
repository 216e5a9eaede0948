package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"syncfix/bot"
	"syncfix/bot/boltstore"
	"syncfix/diagnose"
)

// month is what a seeded sandbox kept.
type month struct {
	cases, resolved, open     int
	again, handedOff          int // how often a closed case failed again, and was handed off
	systems, accounts, people map[string]bool
	first, last               time.Time
}

func (m *month) add(c bot.Case, events []bot.Event) {
	m.cases++
	m.systems[c.System], m.accounts[c.Account] = true, true
	if c.State == bot.Resolved {
		m.resolved++
	} else {
		m.open++
	}
	for _, e := range events {
		if m.first.IsZero() || e.At.Before(m.first) {
			m.first = e.At
		}
		if e.At.After(m.last) {
			m.last = e.At
		}
		switch e.Kind {
		case bot.EventHandedOff:
			m.handedOff++
		case bot.EventAlert:
			m.again++
		}
		if e.Kind == bot.EventGate {
			m.people[e.By.ID] = true
		}
	}
}

func TestAMonthIsMadeUp(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	dir := filepath.Join(t.TempDir(), "data")
	s := startSandbox(t, "--seed", "--data", dir)
	s.page("syncfix is connected")
	now := time.Now()
	s.stop()
	if log := s.log.String(); !strings.Contains(log, "A month of cases is made up") || strings.Contains(log, `"level":`) {
		t.Errorf("it says:\n%s", log)
	}
	store, err := boltstore.Open(filepath.Join(dir, databaseName), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	m := month{systems: map[string]bool{}, accounts: map[string]bool{}, people: map[string]bool{}}
	if err := store.Each(t.Context(), func(c bot.Case, events []bot.Event) error { m.add(c, events); return nil }); err != nil {
		t.Fatal(err)
	}
	if m.cases < 25 || m.resolved < m.cases/2 || m.open == 0 || len(m.systems) < 4 || len(m.accounts) < 8 || len(m.people) < 2 || m.again == 0 || m.handedOff == 0 {
		t.Errorf("%+v", m)
	}
	if age := now.Sub(m.first); age < 20*24*time.Hour || age > 32*24*time.Hour || m.last.After(now.Add(time.Minute)) || now.Sub(m.last) > 72*time.Hour {
		t.Errorf("from %s to %s, and it is %s", m.first, m.last, now)
	}
	var learned []diagnose.VerifiedOutcome
	if err := store.View(t.Context(), func(tx bot.Reader) (err error) { learned, err = tx.Outcomes(featured, 100); return err }); err != nil || len(learned) < 3 {
		t.Errorf("%d outcomes to learn from: %v", len(learned), err)
	}
	if _, errs, code := output(t, "sandbox", "--seed", "--data", dir); code != exitUsage || !strings.Contains(errs, "there are cases in") {
		t.Errorf("a month on top of a month: code %d, %s", code, errs)
	}
}

func TestFlagsThatDoNotGoTogether(t *testing.T) {
	for _, args := range [][]string{{"--seed", "--scenario", "storm"}, {"--seed", "--fault", "429:10%"}} {
		if _, errs, code := output(t, append([]string{"sandbox"}, args...)...); code != exitUsage || !strings.Contains(errs, args[1]) {
			t.Errorf("%v: code %d, %s", args, code, errs)
		}
	}
}
