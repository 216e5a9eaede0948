package storetest

import (
	"context"
	"errors"
	"time"

	"syncfix/bot"
	"syncfix/diagnose"
)

// errStop is what a test's fn fails with.
var errStop = errors.New("stop here")

func transactionTests() []test {
	return []test{
		{"a transaction sees its own writes", ownWrites},
		{"an error rolls everything back", rollback},
		{"a panic rolls everything back", rollbackPanic},
		{"an error of a reader comes through", func(k *kit) {
			k.is(k.s.View(context.Background(), func(bot.Reader) error { return errStop }), errStop)
		}},
		{"nothing is done for somebody who has gone", cancelled},
		{"a closed store refuses", closed},
		{"Close waits", closeWaits},
	}
}

// writeAll writes with every method; pending is an envelope to finish.
func writeAll(k *kit, tx bot.Tx, pending uint64) {
	_, err := tx.NextNumber()
	k.ok(err)
	c := someCase("SF-1", 0)
	c.Timers = map[bot.Timer]time.Time{bot.TimerStale: at(7)}
	k.ok(tx.PutCase(c, 0))
	k.ok(tx.Bind("thread/1", "SF-1"))
	k.ok(tx.AppendEvent("SF-1", bot.Event{Kind: bot.EventOpened, Note: "first"}))
	k.ok(tx.PutPlaybook(diagnose.Playbook{ID: "p", Hash: "h"}))
	k.ok(tx.DoneEnvelope(pending))
	seq, err := tx.AddDelivery(delivery("d"), "one", at(60))
	k.ok(err)
	_, err = tx.AddDelivery(delivery("e"), "one", at(60))
	k.ok(err)
	k.ok(tx.DoneDelivery(seq))
	k.ok(tx.MarkTick("digest", at(0)))
	k.ok(tx.PutNotice("gone/1", bot.Notice{At: at(0), Account: "77"}))
}

// readAll says what there is, in a form to compare.
func readAll(k *kit, tx bot.Reader) map[string]any {
	out := map[string]any{}
	c, err := tx.Case("SF-1")
	out["case"] = c.ID
	if err != nil && !errors.Is(err, bot.ErrNotFound) {
		k.Fatal(err)
	}
	id, ok, err := tx.CaseAt("thread/1")
	out["bound"], out["is bound"] = id, ok
	k.ok(err)
	open, err := tx.OpenCases()
	out["open"] = len(open)
	k.ok(err)
	recent, err := tx.Recent(9)
	out["recent"] = len(recent)
	k.ok(err)
	events, err := tx.Events("SF-1")
	out["events"] = len(events)
	k.ok(err)
	p, err := tx.Playbook("h")
	out["playbook"] = p.ID
	if err != nil && !errors.Is(err, bot.ErrNotFound) {
		k.Fatal(err)
	}
	due, ok, err := tx.NextDue()
	out["next due"], out["is due"] = due, ok
	k.ok(err)
	timers, err := tx.Due(at(7), 9)
	out["timers"] = len(timers)
	k.ok(err)
	ds, err := tx.Deliveries()
	out["deliveries"] = len(ds)
	k.ok(err)
	tick, err := tx.LastTick("digest")
	out["tick"] = tick
	k.ok(err)
	notice, _, err := tx.Notice("gone/1")
	out["notice"] = notice.Account
	k.ok(err)
	pending, _, err := tx.Inbox()
	out["inbox"] = pending
	k.ok(err)
	return out
}

func before() map[string]any {
	return map[string]any{
		"case": "", "bound": "", "is bound": false, "open": 0, "recent": 0, "events": 0, "playbook": "", "next due": time.Time{}, "is due": false,
		"timers": 0, "deliveries": 0, "tick": time.Time{}, "notice": "", "inbox": 1,
	}
}

func after() map[string]any {
	return map[string]any{
		"case": "SF-1", "bound": "SF-1", "is bound": true, "open": 1, "recent": 1, "events": 1, "playbook": "p", "next due": at(7), "is due": true,
		"timers": 1, "deliveries": 1, "tick": at(0), "notice": "77", "inbox": 0,
	}
}

func (k *kit) everything() map[string]any {
	k.Helper()
	var out map[string]any
	k.view(func(tx bot.Reader) error {
		out = readAll(k, tx)
		return nil
	})
	return out
}

func ownWrites(k *kit) {
	k.file("a")
	seq := k.lease("one", 1, at(0))[0].Seq
	k.update(func(tx bot.Tx) error {
		k.same("before", readAll(k, tx), before())
		writeAll(k, tx, seq)
		k.same("within", readAll(k, tx), after())
		c := someCase("SF-1", 0)
		c.Rev = 2
		k.is(tx.PutCase(c, 0), bot.ErrConflict)
		return nil
	})
	k.same("afterwards", k.everything(), after())
}

func rollback(k *kit) {
	k.file("a")
	seq := k.lease("one", 1, at(0))[0].Seq
	k.is(k.s.Update(context.Background(), func(tx bot.Tx) error {
		writeAll(k, tx, seq)
		return errStop
	}), errStop)
	k.same("afterwards", k.everything(), before())
	k.update(func(tx bot.Tx) error {
		writeAll(k, tx, seq)
		return nil
	})
	k.same("once more", k.everything(), after())
}

func rollbackPanic(k *kit) {
	k.file("a")
	seq := k.lease("one", 1, at(0))[0].Seq
	func() {
		defer func() {
			if r := recover(); r != any(errStop) {
				k.Errorf("recovered %v", r)
			}
		}()
		_ = k.s.Update(context.Background(), func(tx bot.Tx) error {
			writeAll(k, tx, seq)
			panic(errStop)
		})
	}()
	k.same("afterwards", k.everything(), before())
	k.update(func(tx bot.Tx) error {
		writeAll(k, tx, seq)
		return nil
	})
	k.same("once more", k.everything(), after())
}

func cancelled(k *kit) {
	k.file("a")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	ran := errors.New("it ran all the same")
	k.is(k.s.Update(ctx, func(bot.Tx) error { return ran }), context.Canceled)
	k.is(k.s.View(ctx, func(bot.Reader) error { return ran }), context.Canceled)
	_, err := k.s.LeaseEnvelopes(ctx, bot.Lease{Holder: "one", Max: 1, Now: at(0), Until: at(1)})
	k.is(err, context.Canceled)
	_, err = k.s.LeaseDeliveries(ctx, bot.Lease{Holder: "one", Max: 1, Now: at(0), Until: at(1)})
	k.is(err, context.Canceled)
	k.same("nobody holds it", keysOf(k.lease("two", 1, at(0))), []string{"a"})
}

func closed(k *kit) {
	k.ok(k.s.Close())
	k.ok(k.s.Close())
	ctx, lease := context.Background(), bot.Lease{Holder: "one", Max: 1, Now: at(0), Until: at(1)}
	_, file := k.s.File(ctx, []bot.Envelope{envelope("a", at(0))})
	_, leaseE := k.s.LeaseEnvelopes(ctx, lease)
	_, leaseD := k.s.LeaseDeliveries(ctx, lease)
	update := k.s.Update(ctx, func(bot.Tx) error { return nil })
	view := k.s.View(ctx, func(bot.Reader) error { return nil })
	for name, err := range map[string]error{"File": file, "LeaseEnvelopes": leaseE, "LeaseDeliveries": leaseD, "Update": update, "View": view} {
		if err == nil {
			k.Errorf("%s works on a closed store", name)
		}
	}
}

func closeWaits(k *kit) {
	k.put(someCase("SF-1", 0), 0)
	running, finished := make(chan struct{}), make(chan error, 1)
	read := false
	go func() {
		finished <- k.s.View(context.Background(), func(tx bot.Reader) error {
			close(running)
			for range 200 {
				if _, err := tx.Case("SF-1"); err != nil {
					return err
				}
			}
			read = true
			return nil
		})
	}()
	<-running
	k.ok(k.s.Close())
	if !read { // without Close waiting, the race detector objects as well
		k.Error("Close did not wait for a reader")
	}
	k.ok(<-finished)
}
