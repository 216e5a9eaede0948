package storetest

import (
	"context"
	"time"

	"syncfix/bot"
)

// restartTest is a test that opens its store again. Leases of the time before
// have run out when it looks, and it looks as another holder, so that it does
// not matter whether a store keeps its leases over a restart.
type restartTest struct {
	name string
	run  func(k *kit, restart func())
}

func restartTests() []restartTest {
	return []restartTest{
		{"everything is kept", everythingKept},
		{"keys and ids stay known", knownAfterRestart},
		{"what was leased is handed out again", leasedAfterRestart},
		{"what may have been tried is uncertain", uncertainAfterRestart},
		{"what was put after the restart is as it was put", settledAfterRestart},
		{"what is queued after the restart is certain", newAfterRestart},
		{"what nobody tried is certain", untriedAfterRestart},
	}
}

func everythingKept(k *kit, restart func()) {
	k.file("a")
	seq := k.lease("one", 1, at(0))[0].Seq
	k.update(func(tx bot.Tx) error {
		writeAll(k, tx, seq)
		return nil
	})
	restart()
	k.same("everything", k.everything(), after())
	c := k.stored("SF-1")
	c.Rev = 2
	k.put(c, 1)
	k.update(func(tx bot.Tx) error {
		n, err := tx.NextNumber()
		k.ok(err)
		if n <= 1 {
			k.Errorf("the next number is %d", n)
		}
		k.ok(tx.PutCase(someCase("SF-2", 1), 0))
		return tx.AppendEvent("SF-1", bot.Event{Kind: bot.EventAlert, Note: "second"})
	})
	restart()
	k.view(func(tx bot.Reader) error {
		events, err := tx.Events("SF-1")
		k.ok(err)
		if len(events) != 2 || events[0].Note != "first" || events[1].Note != "second" {
			k.Errorf("the events are %+v", events)
		}
		open, err := tx.OpenCases()
		k.same("open", casesOf(open), []string{"SF-1", "SF-2"})
		return err
	})
}

func knownAfterRestart(k *kit, restart func()) {
	k.file("a", "b")
	k.done(k.lease("one", 1, at(0))[0].Seq)
	done := k.queue("d", "one", at(1))
	k.queue("e", "one", at(1))
	k.update(func(tx bot.Tx) error { return tx.DoneDelivery(done) })
	restart()
	k.same("fresh", k.file("a", "b", "c"), []bool{false, false, true})
	k.same("pending", keysOf(k.lease("two", 9, at(9))), []string{"b", "c"})
	if k.queue("d", "", time.Time{}) != 0 || k.queue("e", "", time.Time{}) != 0 {
		k.Error("an ID was forgotten")
	}
	k.same("queued", idsOf(k.deliveries()), []string{"e"})
}

func leasedAfterRestart(k *kit, restart func()) {
	k.file("a", "b", "c")
	got := k.lease("one", 2, at(0))
	k.done(got[0].Seq)
	restart()
	k.same("pending", keysOf(k.lease("two", 9, at(1))), []string{"b", "c"})
	k.same("held", keysOf(k.lease("three", 9, at(1))), []string(nil))
}

func uncertainAfterRestart(k *kit, restart func()) {
	k.queue("a", "one", at(1))
	k.queue("b", "one", at(1))
	restart()
	got := k.leaseDeliveries("two", 1, at(1))
	if len(got) != 1 || got[0].ID != "a" || !got[0].Uncertain {
		k.Fatalf("leased %+v, want an uncertain a", got)
	}
	got = k.leaseDeliveries("two", 9, at(2)) // the lease of a has run out
	if len(got) != 2 || !got[0].Uncertain || !got[1].Uncertain {
		k.Fatalf("leased %+v, want two that are uncertain", got)
	}
	restart()
	got = k.leaseDeliveries("three", 9, at(9))
	if len(got) != 2 || !got[0].Uncertain || !got[1].Uncertain {
		k.Fatalf("leased %+v after one more restart, want two that are uncertain", got)
	}
}

func settledAfterRestart(k *kit, restart func()) {
	k.queue("a", "one", at(1))
	restart()
	d := k.leaseDeliveries("two", 1, at(1))[0]
	d.Uncertain, d.Attempts, d.NotUntil = false, 1, at(3) // it was looked up, and is not there
	k.update(func(tx bot.Tx) error { return tx.PutDelivery(d) })
	k.same("held back", idsOf(k.leaseDeliveries("two", 1, at(2))), []string(nil))
	k.same("as it was put", k.leaseDeliveries("two", 1, at(3)), []bot.Delivery{d})
}

func untriedAfterRestart(k *kit, restart func()) {
	d := delivery("a")
	d.Untried = true
	k.update(func(tx bot.Tx) (err error) {
		d.Seq, err = tx.AddDelivery(d, "one", at(1))
		return err
	})
	for i, holder := range []string{"two", "three"} {
		restart()
		k.same("of "+holder, k.leaseDeliveries(holder, 1, at(2+2*i)), []bot.Delivery{d})
	}
	d.Untried = false // somebody tries
	k.update(func(tx bot.Tx) error { return tx.PutDelivery(d) })
	restart()
	if got := k.leaseDeliveries("four", 1, at(9)); len(got) != 1 || !got[0].Uncertain {
		k.Errorf("leased %+v, want one that is uncertain", got)
	}
}

func newAfterRestart(k *kit, restart func()) {
	k.queue("a", "one", at(1))
	restart()
	k.queue("b", "two", at(5))
	k.queue("c", "", time.Time{})
	got := k.leaseDeliveries("two", 9, at(1))
	k.same("the old one, and the one that nobody holds", idsOf(got), []string{"a", "c"})
	if !got[0].Uncertain || got[1].Uncertain {
		k.Errorf("uncertain are a: %v, c: %v", got[0].Uncertain, got[1].Uncertain)
	}
	got = k.leaseDeliveries("two", 1, at(9))
	if err := k.s.Update(context.Background(), func(tx bot.Tx) error { return tx.DoneDelivery(got[0].Seq) }); err != nil {
		k.Fatal(err)
	}
	got = k.leaseDeliveries("two", 1, at(9))
	if len(got) != 1 || got[0].ID != "b" || got[0].Uncertain {
		k.Errorf("leased %+v, want b, which its own holder has not tried", got)
	}
}
