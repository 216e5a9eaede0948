package storetest

import (
	"context"
	"time"

	"syncfix/bot"
	"syncfix/diagnose"
)

func caseTests() []test {
	return []test{
		{"an unknown case is not found", func(k *kit) {
			k.is(k.s.View(context.Background(), func(tx bot.Reader) error {
				_, err := tx.Case("SF-1")
				return err
			}), bot.ErrNotFound)
		}},
		{"a case comes out as it went in", caseInAndOut},
		{"a case changes only from the revision that was read", caseConflict},
		{"odd bytes are kept", oddCases},
		{"numbers begin with 1 and never repeat", caseNumbers},
		{"the open list follows the state", openList},
		{"Recent is newest first", recentCases},
		{"outcomes follow the cases that stand resolved", outcomesFollow},
		{"the newest Bind wins", bindNewest},
		{"events keep their order and their case", eventOrder},
		{"an event's way back is not kept", eventSecrets},
		{"events of an unknown case are refused", eventOfNone},
		{"a playbook is stored once", playbookOnce},
		{"the caller keeps its own values", ownCases},
	}
}

// someCase is a small open case; n orders it among others.
func someCase(id string, n int) bot.Case {
	return bot.Case{ID: id, Rev: 1, State: bot.Triage, Team: "T1", Opened: at(n), Changed: at(n)}
}

// fullCase has something everywhere.
func fullCase() bot.Case {
	by := bot.Actor{ID: "U1", Name: "Ana <&> Ruiz", Team: "T1", Groups: []string{"S1", "S2"}, Guest: true}
	place := bot.Place{Team: "T1", Channel: "C1", TS: "1.000100", Thread: "1.0"}
	return bot.Case{
		ID: "SF-1", Rev: 7, State: bot.Waiting, Team: "T1", Playbook: "p", Hash: "h", System: "Oracle NetSuite", Account: "a", Company: "ACME",
		Subject: "INV-1", Anchor: place, Card: place, Face: 6, Shown: 5, Marked: bot.Triage, Opened: at(0), Changed: at(1).Add(1), Closed: at(2),
		Owner: by, Text: "Your login\ncredentials “are” invalid\x00", Others: []string{"q"}, For: "U2",
		Evidence: []diagnose.Evidence{{}},
		Offer:    bot.Offer{ID: "o3", Kind: bot.OfferGate, Question: "q", Fix: "f", Gate: "g", Since: at(1), Reason: "r", Asked: true}, Offers: 3,
		Past: []bot.Done{{Offer: "o2", Kind: bot.OfferQuestion, Choice: "no", What: "answered “No”", By: by, At: at(1)}},
		Tried: []bot.Try{{Fix: "f", Started: at(1), By: by, Gates: []bot.GateRun{{Gate: "g", Kind: diagnose.GateDisconnect, By: by, At: at(1)}},
			Result: bot.Failed, Ended: at(2), Cause: "c", Overruled: true}},
		Repeats: bot.Repeats{Count: 2, Last: at(1)}, LastFailure: at(1), Since: at(2), WaitUntil: at(60), Before: bot.Fixing, Reason: "why", Reopened: 1,
		Verified: bot.Verified{At: at(3), By: by, Notice: true, Note: "n", Cause: "c", Fix: "f"},
		Timers:   map[bot.Timer]time.Time{bot.TimerWaiting: at(60), bot.TimerStale: at(600).Add(1)},
	}
}

func caseInAndOut(k *kit) {
	c := fullCase()
	k.put(c, 0)
	k.same("the case", k.stored("SF-1"), c)
	c.Rev, c.Owner, c.Timers, c.Others = 8, bot.Actor{}, nil, nil
	k.put(c, 7)
	k.same("the changed case", k.stored("SF-1"), c)
}

func caseConflict(k *kit) {
	c := someCase("SF-1", 0)
	try := func(from uint64) error {
		return k.s.Update(context.Background(), func(tx bot.Tx) error { return tx.PutCase(c, from) })
	}
	k.is(try(1), bot.ErrConflict) // there is none yet
	k.ok(try(0))
	c.Rev, c.Text = 2, "second"
	k.is(try(0), bot.ErrConflict) // there is one
	k.ok(try(1))
	c.Rev, c.State, c.Text, c.Timers = 3, bot.Resolved, "third", map[bot.Timer]time.Time{bot.TimerStale: at(1)}
	k.is(try(1), bot.ErrConflict) // there is a newer one
	k.is(try(3), bot.ErrConflict)
	k.same("the text", k.stored("SF-1").Text, "second")
	zero := bot.Case{ID: "SF-0", State: bot.Resolved} // one that is there with revision 0 is there
	k.put(zero, 0)
	k.is(k.s.Update(context.Background(), func(tx bot.Tx) error { return tx.PutCase(zero, 0) }), bot.ErrConflict)
	k.view(func(tx bot.Reader) error {
		open, err := tx.OpenCases()
		k.ok(err)
		k.same("open", casesOf(open), []string{"SF-1"})
		if due, ok, err := tx.NextDue(); ok || err != nil {
			k.Errorf("a timer is due at %s (%v)", due, err)
		}
		return nil
	})
}

func oddCases(k *kit) {
	for i, text := range odd() {
		c := someCase(text, i)
		c.Text = text
		c.Timers = map[bot.Timer]time.Time{bot.Timer(text): at(i)}
		k.update(func(tx bot.Tx) error {
			k.ok(tx.PutCase(c, 0))
			k.ok(tx.AppendEvent(text, bot.Event{Kind: bot.EventPicked, Note: text}))
			return tx.Bind(text, text)
		})
	}
	k.view(func(tx bot.Reader) error {
		all, err := tx.OpenCases()
		k.ok(err)
		k.same("the ids", casesOf(all), odd())
		due, err := tx.Due(at(1000), 1000)
		k.ok(err)
		for i, text := range odd() {
			c, err := tx.Case(text)
			k.ok(err)
			k.same("a text", c.Text, text)
			k.same("a timer", due[i], bot.DueTimer{Case: text, Timer: bot.Timer(text), Due: at(i)})
			events, err := tx.Events(text)
			k.ok(err)
			if len(events) != 1 || events[0].Note != text {
				k.Errorf("%.20q has the events %.200v", text, events)
			}
			if id, ok, err := tx.CaseAt(text); id != text || !ok || err != nil {
				k.Errorf("%.20q leads to %.20q, %v, %v", text, id, ok, err)
			}
		}
		return nil
	})
}

func caseNumbers(k *kit) {
	seen := map[uint64]bool{}
	for i := range 3 {
		k.update(func(tx bot.Tx) error {
			for j := range 2 {
				n, err := tx.NextNumber()
				k.ok(err)
				if i == 0 && j == 0 && n != 1 {
					k.Errorf("the first number is %d", n)
				}
				if seen[n] {
					k.Errorf("%d was given twice", n)
				}
				seen[n] = true
			}
			return nil
		})
	}
}

func openList(k *kit) {
	open := func() []string {
		var cs []bot.Case
		k.view(func(tx bot.Reader) (err error) {
			cs, err = tx.OpenCases()
			return err
		})
		return casesOf(cs)
	}
	k.same("none", open(), []string(nil))
	for i, id := range []string{"SF-9", "SF-10", "SF-2"} {
		k.put(someCase(id, i), 0)
	}
	k.same("all, oldest first", open(), []string{"SF-9", "SF-10", "SF-2"})
	c := k.stored("SF-10")
	c.Rev, c.State = 2, bot.Resolved
	k.put(c, 1)
	k.same("without the resolved one", open(), []string{"SF-9", "SF-2"})
	c.Rev, c.State = 3, bot.Escalated
	k.put(c, 2)
	k.same("reopened, in its place", open(), []string{"SF-9", "SF-10", "SF-2"})
	c.Rev, c.State = 4, bot.Dismissed
	k.put(c, 3)
	closed := someCase("SF-11", 5)
	closed.State = bot.Dismissed
	k.put(closed, 0)
	k.same("one made closed", open(), []string{"SF-9", "SF-2"})
}

func outcomesFollow(k *kit) {
	causes := func(playbook string, most int) (got []string) {
		k.view(func(tx bot.Reader) error {
			outcomes, err := tx.Outcomes(playbook, most)
			for _, o := range outcomes {
				got = append(got, o.Account+" "+o.Credits[0].Cause)
			}
			return err
		})
		return got
	}
	k.same("none", causes("p", 5), []string(nil))
	// Verified in another order than opened; one playbook's id begins with another's.
	for i, verified := range []int{30, 10, 20} {
		c := someCase([]string{"SF-9", "SF-10", "SF-2"}[i], i)
		c.State, c.Playbook, c.Account = bot.Resolved, "p", c.ID
		c.Verified = bot.Verified{At: at(verified), Credits: []diagnose.Credit{{Cause: "c", Share: 1}}}
		k.put(c, 0)
	}
	other := someCase("SF-3", 4)
	other.State, other.Playbook, other.Company = bot.Resolved, "pq", "ACME"
	other.Verified = bot.Verified{At: at(40), Credits: []diagnose.Credit{{Cause: "d", Share: 0.5}, {Cause: "e", Share: 0.5}}}
	k.put(other, 0)
	unknown := someCase("SF-4", 5)
	unknown.State, unknown.Playbook, unknown.Verified = bot.Resolved, "p", bot.Verified{At: at(50)}
	k.put(unknown, 0)
	k.same("newest first", causes("p", 5), []string{"SF-9 c", "SF-2 c", "SF-10 c"})
	k.same("two", causes("p", 2), []string{"SF-9 c", "SF-2 c"})
	k.same("the other playbook", causes("pq", 5), []string{"acme d"})
	again := k.stored("SF-9")
	again.Rev, again.State = 2, bot.Fixing
	k.put(again, 1)
	k.same("without the reopened one", causes("p", 5), []string{"SF-2 c", "SF-10 c"})
	again.Rev, again.State, again.Verified.At = 3, bot.Resolved, at(15)
	k.put(again, 2)
	k.same("resolved again", causes("p", 5), []string{"SF-2 c", "SF-9 c", "SF-10 c"})
}

func recentCases(k *kit) {
	recent := func(most int) []string {
		var cs []bot.Case
		k.view(func(tx bot.Reader) (err error) {
			cs, err = tx.Recent(most)
			return err
		})
		return casesOf(cs)
	}
	k.same("none", recent(5), []string(nil))
	for i, id := range []string{"SF-9", "SF-10", "SF-2"} {
		c := someCase(id, i)
		if i == 1 {
			c.State = bot.Resolved
		}
		k.put(c, 0)
	}
	c := k.stored("SF-9")
	c.Rev = 2
	k.put(c, 1)
	k.same("all", recent(5), []string{"SF-2", "SF-10", "SF-9"})
	k.same("two", recent(2), []string{"SF-2", "SF-10"})
	k.same("none wanted", recent(0), []string(nil))
}

func bindNewest(k *kit) {
	leads := func(key string) string {
		var id string
		k.view(func(tx bot.Reader) error {
			got, ok, err := tx.CaseAt(key)
			if ok {
				id = got
			}
			return err
		})
		return id
	}
	bind := func(key, id string) { k.update(func(tx bot.Tx) error { return tx.Bind(key, id) }) }
	k.same("nothing", leads("thread/1"), "")
	bind("thread/1", "SF-1")
	bind("thread/12", "SF-12")
	k.same("the first", leads("thread/1"), "SF-1")
	bind("thread/1", "SF-2")
	k.same("the newest", leads("thread/1"), "SF-2")
	bind("thread/1", "SF-1")
	k.same("back again", leads("thread/1"), "SF-1")
	k.same("the other", leads("thread/12"), "SF-12")
	k.same("a part of a key", leads("thread/"), "")
}

func eventOrder(k *kit) {
	ids := []string{"SF-1", "SF-12", "SF-2"}
	for i, id := range ids {
		k.put(someCase(id, i), 0)
	}
	var want []string
	for i := range 12 {
		note := string(rune('a' + i))
		want = append(want, note)
		k.update(func(tx bot.Tx) error {
			for _, id := range ids {
				// When it happened is not the order: what counts is when we learned of it.
				e := bot.Event{Key: note, Kind: bot.EventAlert, At: at(-i), Learned: at(i), By: bot.Actor{ID: id}, Note: note}
				k.ok(tx.AppendEvent(id, e))
			}
			return nil
		})
	}
	k.view(func(tx bot.Reader) error {
		for _, id := range ids {
			events, err := tx.Events(id)
			k.ok(err)
			var got []string
			for _, e := range events {
				got = append(got, e.Note)
				if e.By.ID != id {
					k.Errorf("%s has an event of %s", id, e.By.ID)
				}
			}
			k.same("the events of "+id, got, want)
		}
		return nil
	})
}

func eventSecrets(k *kit) {
	k.put(someCase("SF-1", 0), 0)
	e := bot.Event{
		Key: "k", Kind: bot.EventChanged, At: at(0), Learned: at(1), By: bot.Actor{ID: "U1"}, Offer: "o1", Choice: "c",
		Values: map[string]string{"q": "a"}, Until: at(9), Alert: &bot.Alert{Playbook: "p", Others: []string{"x"}}, Posted: &bot.Posted{Delivery: "d", Rev: 3},
	}
	kept := e
	e.Trigger, e.ReplyTo = "trigger", "https://hooks.example/1"
	var events []bot.Event
	k.update(func(tx bot.Tx) error { return tx.AppendEvent("SF-1", e) })
	k.view(func(tx bot.Reader) (err error) {
		events, err = tx.Events("SF-1")
		return err
	})
	k.same("the events", events, []bot.Event{kept})
}

func eventOfNone(k *kit) {
	k.is(k.s.Update(context.Background(), func(tx bot.Tx) error {
		return tx.AppendEvent("SF-1", bot.Event{Kind: bot.EventAlert})
	}), bot.ErrNotFound)
	k.view(func(tx bot.Reader) error {
		events, err := tx.Events("SF-1")
		k.same("events", events, []bot.Event(nil))
		return err
	})
}

func playbookOnce(k *kit) {
	p := diagnose.Playbook{
		Version: 1, ID: "p", Title: "First", Hash: "h", Scope: diagnose.ScopeConnection,
		Alerts:    diagnose.Alerts{Phrases: []diagnose.Phrase{{Text: "<invalid> & “expired”", Sure: true}}},
		Causes:    []diagnose.Cause{{ID: "c", Frequency: diagnose.Rare}},
		Questions: []diagnose.Question{{ID: "q", Minutes: 0.5, Answers: []diagnose.Answer{{ID: "a"}}}},
		Fixes:     []diagnose.Fix{{ID: "f", Solves: []diagnose.Solves{{Cause: "c", How: 0.95}}, Destructive: true, OfferAt: 0.8}},
		Verify:    diagnose.Verification{Wait: 2 * time.Hour},
	}
	k.update(func(tx bot.Tx) error { return tx.PutPlaybook(p) })
	second := p
	second.Title = "Second"
	k.update(func(tx bot.Tx) error { return tx.PutPlaybook(second) })
	k.view(func(tx bot.Reader) error {
		got, err := tx.Playbook("h")
		k.ok(err)
		k.same("the playbook", got, p)
		_, err = tx.Playbook("other")
		k.is(err, bot.ErrNotFound)
		return nil
	})
}

func ownCases(k *kit) {
	c := fullCase()
	k.put(c, 0)
	c.Timers[bot.TimerWaiting], c.Owner.Groups[0], c.Tried[0].Gates[0].Gate = at(1), "X", "X"
	k.same("what was put", k.stored("SF-1"), fullCase())
	got := k.stored("SF-1")
	got.Timers[bot.TimerWaiting], got.Owner.Groups[0], got.Tried[0].Gates[0].Gate = at(1), "Y", "Y"
	k.same("what is read again", k.stored("SF-1"), fullCase())
	k.view(func(tx bot.Reader) error {
		open, err := tx.OpenCases()
		k.ok(err)
		open[0].Past[0].What = "Z"
		return nil
	})
	k.same("what is read at last", k.stored("SF-1"), fullCase())
}
