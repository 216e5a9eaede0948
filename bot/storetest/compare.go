package storetest

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"syncfix/bot"
)

// compare reads everything and compares it with the model.
func compare(t *rapid.T, tx bot.Reader, m *model) {
	open, err := tx.OpenCases()
	expect(t, "OpenCases", err, nil)
	equal(t, "OpenCases", open, m.open())
	for _, channel := range []string{"", "C1", "C2"} {
		in, err := tx.OpenIn(channel)
		expect(t, "OpenIn", err, nil)
		equal(t, "OpenIn "+channel, in, slices.DeleteFunc(m.open(), func(c bot.Case) bool { return c.Anchor.Channel != channel }))
	}
	recent, err := tx.Recent(2)
	expect(t, "Recent", err, nil)
	equal(t, "Recent", recent, m.recent(2))
	for _, playbook := range []string{"p", "pq"} {
		outcomes, err := tx.Outcomes(playbook, 2)
		expect(t, "Outcomes", err, nil)
		equal(t, "the outcomes of "+playbook, outcomes, m.outcomes(playbook, 2))
	}
	for _, id := range []string{"SF-1", "SF-12", "SF-2"} {
		compareCase(t, tx, m, id)
	}
	for i := range 12 {
		key := fmt.Sprint("thread/", i+1)
		id, ok, err := tx.CaseAt(key)
		expect(t, "CaseAt", err, nil)
		if want, known := m.bound[key]; id != want || ok != known {
			t.Fatalf("%s leads to %q (%v), want %q (%v)", key, id, ok, want, known)
		}
	}
	for _, hash := range []string{"h0", "h1", "h2"} {
		p, err := tx.Playbook(hash)
		if title, known := m.playbooks[hash]; known {
			expect(t, "Playbook", err, nil)
			equal(t, "the title of playbook "+hash, p.Title, title)
		} else {
			expect(t, "Playbook", err, bot.ErrNotFound)
		}
	}
	for _, job := range slices.Sorted(maps.Keys(m.ticks)) {
		last, err := tx.LastTick(job)
		expect(t, "LastTick", err, nil)
		equal(t, "the last "+job, last, m.ticks[job])
	}
	for n := range 5 {
		key := fmt.Sprint("gone/", n)
		got, ok, err := tx.Notice(key)
		expect(t, "Notice", err, nil)
		if want, known := m.notices[key]; !got.At.Equal(want.At) || got.Account != want.Account || ok != known {
			t.Fatalf("the notice under %s is %v (%v), want %v (%v)", key, got, ok, want, known)
		}
	}
	compareWork(t, tx, m)
}

func compareCase(t *rapid.T, tx bot.Reader, m *model, id string) {
	c, err := tx.Case(id)
	if i := m.at(id); i >= 0 {
		expect(t, "Case", err, nil)
		equal(t, "the case", c, m.cases[i])
	} else {
		expect(t, "Case", err, bot.ErrNotFound)
	}
	events, err := tx.Events(id)
	expect(t, "Events", err, nil)
	var notes []string
	for _, e := range events {
		notes = append(notes, e.Note)
	}
	equal(t, "the events of "+id, notes, m.events[id])
}

func compareWork(t *rapid.T, tx bot.Reader, m *model) {
	timers := m.timers()
	next, ok, err := tx.NextDue()
	expect(t, "NextDue", err, nil)
	if ok != (len(timers) > 0) || ok && !next.Equal(timers[0].Due) {
		t.Fatalf("the next timer is due at %s (%v), want %v", next, ok, timers)
	}
	due, err := tx.Due(m.now, 3)
	expect(t, "Due", err, nil)
	timers = slices.DeleteFunc(timers, func(d bot.DueTimer) bool { return d.Due.After(m.now) })
	equal(t, "Due", due, timers[:min(3, len(timers))])
	deliveries, err := tx.Deliveries()
	expect(t, "Deliveries", err, nil)
	var want []bot.Delivery
	for _, d := range m.deliveries {
		want = append(want, d.Delivery)
	}
	equal(t, "Deliveries", deliveries, want)
	pending, oldest, err := tx.Inbox()
	expect(t, "Inbox", err, nil)
	wantPending, wantOldest := m.pending()
	if pending != wantPending || !oldest.Equal(wantOldest) {
		t.Fatalf("the inbox holds %d since %s, want %d since %s", pending, oldest, wantPending, wantOldest)
	}
}

func expect(t *rapid.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("%s: the error is %v, want %v", what, err, want)
	}
}

func equal(t *rapid.T, what string, got, want any) {
	t.Helper()
	if reflect.DeepEqual(got, want) { // most of the time; cmp is slow
		return
	}
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		t.Fatalf("%s differs (-want +got):\n%s", what, d)
	}
}
