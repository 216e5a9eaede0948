package storetest

import (
	"time"

	"syncfix/bot"
	"syncfix/diagnose"
)

func (k *kit) pruneCases(before time.Time, most int) int {
	k.Helper()
	var n int
	k.update(func(tx bot.Tx) (err error) {
		n, err = tx.PruneCases(before, most)
		return err
	})
	return n
}

// closedCase is a case that was resolved, with everything that a case can have.
func (k *kit) closedCase(id string, closed time.Time, hash string) {
	c := someCase(id, 0)
	c.State, c.Playbook, c.Hash, c.Closed = bot.Resolved, "p", hash, closed
	c.Verified = bot.Verified{At: closed, Credits: []diagnose.Credit{{Cause: id, Share: 1}}}
	c.Timers = map[bot.Timer]time.Time{bot.TimerStale: closed}
	k.put(c, 0)
	k.update(func(tx bot.Tx) error {
		k.ok(tx.PutPlaybook(diagnose.Playbook{ID: "p", Hash: hash}))
		k.ok(tx.AppendEvent(id, bot.Event{Kind: bot.EventOpened}))
		k.ok(tx.Bind("first/"+id, id))
		return tx.Bind("second/"+id, id)
	})
}

func pruneCases(k *kit) {
	k.closedCase("SF-1", at(10), "h1")
	k.closedCase("SF-12", at(5), "h12")
	k.closedCase("SF-2", at(20), "h1")
	k.put(someCase("SF-3", 0), 0) // open, and as old as can be
	reopened := someCase("SF-4", 0)
	reopened.Closed = at(1)
	k.put(reopened, 0)
	k.update(func(tx bot.Tx) error { return tx.Bind("second/SF-1", "SF-2") }) // merged, say

	k.same("none is that old", k.pruneCases(at(5), 9), 0)
	k.same("pruned", k.pruneCases(at(11), 9), 2)
	k.view(func(tx bot.Reader) error {
		all, err := tx.Recent(9)
		k.ok(err)
		k.same("left", casesOf(all), []string{"SF-4", "SF-3", "SF-2"})
		_, err = tx.Case("SF-1")
		k.is(err, bot.ErrNotFound)
		for key, want := range map[string]string{"first/SF-1": "", "second/SF-1": "SF-2", "first/SF-12": "", "first/SF-2": "SF-2"} {
			id, _, err := tx.CaseAt(key)
			k.ok(err)
			k.same(key, id, want)
		}
		for id, want := range map[string]int{"SF-1": 0, "SF-12": 0, "SF-2": 1} {
			events, err := tx.Events(id)
			k.ok(err)
			k.same("the events of "+id, len(events), want)
		}
		outcomes, err := tx.Outcomes("p", 9)
		k.ok(err)
		k.same("outcomes", len(outcomes), 1)
		due, err := tx.Due(at(100), 9)
		k.ok(err)
		k.same("timers", len(due), 1)
		_, err = tx.Playbook("h12")
		k.is(err, bot.ErrNotFound)
		_, err = tx.Playbook("h1") // SF-2 runs on it
		k.ok(err)
		return nil
	})
	k.closedCase("SF-1", at(30), "h12") // as if it had never been
	k.same("the rest", k.pruneCases(at(99), 9), 2)
}

func pruneCasesBound(k *kit) {
	for i, id := range []string{"SF-1", "SF-2", "SF-3"} {
		k.closedCase(id, at(9-i), "h")
	}
	k.same("none wanted", k.pruneCases(at(99), 0), 0)
	k.same("two", k.pruneCases(at(99), 2), 2)
	k.view(func(tx bot.Reader) error {
		_, err := tx.Case("SF-1") // closed last
		k.ok(err)
		return nil
	})
	k.same("the last", k.pruneCases(at(99), 2), 1)
}
