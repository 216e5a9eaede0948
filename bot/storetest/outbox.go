package storetest

import (
	"context"
	"time"

	"syncfix/bot"
)

func outboxTests() []test {
	return []test{
		{"a delivery comes out as it went in", deliveryInAndOut},
		{"deliveries come in order of Seq", deliveryOrder},
		{"an ID is added once, also after it is done", deliveryOnce},
		{"what is queued for a holder is that holder's", deliveryQueued},
		{"a lease ends at Until", deliveryLeaseEnds},
		{"NotUntil holds a delivery back", deliveryNotUntil},
		{"a dead delivery is kept, not leased", deliveryDead},
		{"PutDelivery ends the lease", deliveryPutEndsLease},
		{"another holder's lease leaves it uncertain", deliveryUncertain},
		{"one that nobody held is certain", deliveryNobodys},
		{"an unknown delivery", deliveryUnknown},
		{"a change that is rolled back is none", deliveryRolledBack},
		{"the caller keeps its own values", ownDeliveries},
	}
}

func deliveryInAndOut(k *kit) {
	d := bot.Delivery{
		ID: "SF-1/7/0", Born: noon().Add(5), Attempts: 2, NotUntil: at(3), Uncertain: true, Error: "retry: <reset>",
		Effect: bot.Effect{
			Kind: bot.Whisper, Case: "SF-1", Rev: 7, Place: bot.Place{Team: "T1", Channel: "C1", TS: "1.0", Thread: "1.0"}, To: "U1", Text: "a\x00<b>",
			Ping: []string{"U2"}, Form: bot.FormWait, Trigger: "t", ReplyTo: "https://hooks.example/1", List: bot.ListMine, Cases: []string{"SF-2"}, Before: at(30),
		},
	}
	k.update(func(tx bot.Tx) (err error) {
		d.Seq, err = tx.AddDelivery(d, "", time.Time{})
		return err
	})
	if d.Seq == 0 {
		k.Fatal("a new delivery has no Seq")
	}
	k.same("stored", k.deliveries(), []bot.Delivery{d})
	k.same("leased", k.leaseDeliveries("one", 5, at(3)), []bot.Delivery{d})
	d.Attempts, d.NotUntil, d.Uncertain, d.Error = 3, time.Time{}, false, ""
	k.update(func(tx bot.Tx) error { return tx.PutDelivery(d) })
	k.same("replaced", k.deliveries(), []bot.Delivery{d})
}

func deliveryOrder(k *kit) {
	for _, id := range []string{"c", "a", "b"} {
		k.queue(id, "", time.Time{})
	}
	k.same("listed", idsOf(k.deliveries()), []string{"c", "a", "b"})
	k.same("the first two", idsOf(k.leaseDeliveries("one", 2, at(0))), []string{"c", "a"})
	k.same("the rest", idsOf(k.leaseDeliveries("two", 2, at(0))), []string{"b"})
	k.same("none", idsOf(k.leaseDeliveries("two", 0, at(9))), []string(nil))
	k.same("leasing leaves the list alone", idsOf(k.deliveries()), []string{"c", "a", "b"})
}

func deliveryOnce(k *kit) {
	seq := k.queue("a", "", time.Time{})
	again := func(when string) {
		k.Helper()
		if got := k.queue("a", "two", at(9)); got != 0 {
			k.Fatalf("%s: it was added again, with Seq %d", when, got)
		}
	}
	again("queued")
	k.update(func(tx bot.Tx) error {
		first, err := tx.AddDelivery(delivery("b"), "", time.Time{})
		k.ok(err)
		second, err := tx.AddDelivery(delivery("b"), "", time.Time{})
		k.ok(err)
		if first == 0 || second != 0 {
			k.Errorf("in one transaction: %d and %d", first, second)
		}
		return nil
	})
	d := delivery("a")
	d.Seq, d.Dead = seq, true
	k.update(func(tx bot.Tx) error { return tx.PutDelivery(d) })
	again("dead")
	k.update(func(tx bot.Tx) error { return tx.DoneDelivery(seq) })
	again("done")
	k.same("left", idsOf(k.deliveries()), []string{"b"})
	k.same("and free", idsOf(k.leaseDeliveries("two", 5, at(0))), []string{"b"})
}

func deliveryQueued(k *kit) {
	k.queue("a", "one", at(5))
	k.queue("b", "two", at(5))
	k.same("held by both", idsOf(k.leaseDeliveries("one", 5, at(0))), []string(nil))
	k.same("held by both, for two", idsOf(k.leaseDeliveries("two", 5, at(4))), []string(nil))
}

func deliveryLeaseEnds(k *kit) {
	k.queue("a", "one", at(5))
	k.same("before", idsOf(k.leaseDeliveries("two", 5, at(5).Add(-time.Nanosecond))), []string(nil))
	k.same("at its end", idsOf(k.leaseDeliveries("two", 5, at(5))), []string{"a"})
	k.same("held again", idsOf(k.leaseDeliveries("three", 5, at(5))), []string(nil))
	k.same("and free again", idsOf(k.leaseDeliveries("three", 5, at(6))), []string{"a"})
}

func deliveryNotUntil(k *kit) {
	d := delivery("a")
	d.NotUntil = at(3)
	k.update(func(tx bot.Tx) error {
		_, err := tx.AddDelivery(d, "", time.Time{})
		return err
	})
	k.queue("b", "", time.Time{})
	k.same("before", idsOf(k.leaseDeliveries("one", 5, at(3).Add(-time.Nanosecond))), []string{"b"})
	k.same("at its time", idsOf(k.leaseDeliveries("one", 5, at(3))), []string{"a"})
}

func deliveryDead(k *kit) {
	d := delivery("a")
	d.Seq = k.queue("a", "", time.Time{})
	d.Dead, d.Error = true, "permanent: channel_not_found"
	k.update(func(tx bot.Tx) error { return tx.PutDelivery(d) })
	k.same("leased", idsOf(k.leaseDeliveries("one", 5, at(99))), []string(nil))
	k.same("kept", k.deliveries(), []bot.Delivery{d})
	d.Dead, d.Error = false, ""
	k.update(func(tx bot.Tx) error { return tx.PutDelivery(d) })
	k.same("brought back", idsOf(k.leaseDeliveries("one", 5, at(99))), []string{"a"})
}

func deliveryPutEndsLease(k *kit) {
	d := delivery("a")
	d.Seq = k.queue("a", "one", at(60))
	d.Attempts, d.NotUntil = 1, at(2)
	k.update(func(tx bot.Tx) error { return tx.PutDelivery(d) })
	k.same("not yet", idsOf(k.leaseDeliveries("two", 5, at(1))), []string(nil))
	got := k.leaseDeliveries("two", 5, at(2))
	k.same("as it was put", got, []bot.Delivery{d}) // and certain: the row says all that is known
}

func deliveryUncertain(k *kit) {
	d := delivery("a")
	d.Seq = k.queue("a", "one", at(5))
	lease := func(holder string, minute int) bool {
		k.Helper()
		got := k.leaseDeliveries(holder, 1, at(minute))
		if len(got) != 1 {
			k.Fatalf("%s leased %d deliveries at minute %d", holder, len(got), minute)
		}
		return got[0].Uncertain
	}
	if lease("one", 5) {
		k.Error("the holder itself knows whether it tried")
	}
	if !lease("two", 6) {
		k.Error("one may have tried, but two isn't told")
	}
	if !lease("two", 7) {
		k.Error("one may have tried, but two isn't told the second time")
	}
	if !lease("one", 8) {
		k.Error("two may have tried, but one isn't told")
	}
	if k.deliveries()[0].Uncertain {
		k.Error("leasing has changed what is stored")
	}
	k.update(func(tx bot.Tx) error { return tx.PutDelivery(d) })
	if lease("two", 9) {
		k.Error("the row was written as certain after the last try")
	}
	d.Uncertain = true
	k.update(func(tx bot.Tx) error { return tx.PutDelivery(d) })
	if !lease("two", 10) {
		k.Error("the row was written as uncertain")
	}
	d.Uncertain, d.Untried = false, true
	k.update(func(tx bot.Tx) error { return tx.PutDelivery(d) })
	if lease("one", 11) || lease("two", 12) {
		k.Error("the row says that nobody tries")
	}
	d.Uncertain = true
	k.update(func(tx bot.Tx) error { return tx.PutDelivery(d) })
	if !lease("one", 13) {
		k.Error("nobody has tried since, but somebody may have before")
	}
}

func deliveryNobodys(k *kit) {
	k.queue("a", "", time.Time{})
	got := k.leaseDeliveries("two", 1, at(0))
	if len(got) != 1 || got[0].Uncertain {
		k.Errorf("leased %+v, want one that nobody has tried", got)
	}
}

func deliveryUnknown(k *kit) {
	k.update(func(tx bot.Tx) error { return tx.DoneDelivery(99) })
	d := delivery("a")
	d.Seq = 99
	k.is(k.s.Update(context.Background(), func(tx bot.Tx) error { return tx.PutDelivery(d) }), bot.ErrNotFound)
	d.Seq = k.queue("a", "one", at(60))
	k.update(func(tx bot.Tx) error { return tx.DoneDelivery(d.Seq) })
	k.is(k.s.Update(context.Background(), func(tx bot.Tx) error { return tx.PutDelivery(d) }), bot.ErrNotFound)
	k.same("left", k.deliveries(), []bot.Delivery(nil))
}

func deliveryRolledBack(k *kit) {
	seq := k.queue("a", "one", at(60))
	d := delivery("a")
	d.Seq = seq
	err := k.s.Update(context.Background(), func(tx bot.Tx) error {
		k.ok(tx.PutDelivery(d))
		k.ok(tx.DoneDelivery(seq))
		added, err := tx.AddDelivery(delivery("b"), "one", at(60))
		if added == 0 {
			k.Error("b was not added")
		}
		k.ok(err)
		return errStop
	})
	k.is(err, errStop)
	k.same("left", idsOf(k.deliveries()), []string{"a"})
	k.same("held still", idsOf(k.leaseDeliveries("two", 5, at(0))), []string(nil))
	k.queue("c", "", time.Time{})
	k.same("the next one is not held", idsOf(k.leaseDeliveries("two", 5, at(0))), []string{"c"})
	if k.queue("b", "", time.Time{}) == 0 {
		k.Error("b counts as known, though it was rolled back")
	}
}

func ownDeliveries(k *kit) {
	d := delivery("a")
	d.Effect.Ping = []string{"U1"}
	k.update(func(tx bot.Tx) error {
		_, err := tx.AddDelivery(d, "", time.Time{})
		return err
	})
	d.Effect.Ping[0] = "X"
	k.deliveries()[0].Effect.Ping[0] = "Y"
	got := k.leaseDeliveries("one", 1, at(0))[0]
	k.same("the pings", got.Effect.Ping, []string{"U1"})
}
