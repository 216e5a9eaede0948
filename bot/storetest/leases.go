package storetest

import (
	"context"
	"fmt"
	"time"

	"syncfix/bot"
)

func leaseTests() []test {
	return []test{
		{"nobody gets what somebody holds", leaseDisjoint},
		{"Max bounds a lease", leaseMax},
		{"a lease ends at Until", leaseEnds},
		{"what is returned is free at once", leaseReturned},
		{"only the holder can return", leaseReturnedByOther},
		{"the oldest come first, returned ones too", leaseOldestFirst},
		{"what is done is not handed out again", leaseDone},
		{"what is done without a lease is not handed out", doneWithoutLease},
		{"a long inbox comes out whole", longInbox},
	}
}

func leaseDisjoint(k *kit) {
	k.file("a", "b", "c", "d")
	k.same("one's", keysOf(k.lease("one", 2, at(0))), []string{"a", "b"})
	k.same("two's", keysOf(k.lease("two", 5, at(0))), []string{"c", "d"})
	k.same("one's, again", keysOf(k.lease("one", 5, at(0))), []string(nil))
	k.file("e")
	k.same("two's, again", keysOf(k.lease("two", 5, at(0))), []string{"e"})
}

func leaseMax(k *kit) {
	k.file("a", "b")
	k.same("none", keysOf(k.lease("one", 0, at(0))), []string(nil))
	k.same("one", keysOf(k.lease("one", 1, at(0))), []string{"a"})
}

func leaseEnds(k *kit) {
	k.file("a", "b")
	k.lease("one", 1, at(0))
	k.same("before", keysOf(k.lease("two", 1, at(1).Add(-time.Nanosecond))), []string{"b"})
	k.same("at its end", keysOf(k.lease("two", 5, at(1))), []string{"a"})
	k.same("the first holder, later", keysOf(k.lease("one", 5, at(10))), []string{"a", "b"})
}

func leaseReturned(k *kit) {
	k.file("a", "b")
	got := k.lease("one", 2, at(0))
	k.ok(k.s.ReturnEnvelope(context.Background(), "one", got[1].Seq))
	k.same("two's", keysOf(k.lease("two", 5, at(0))), []string{"b"})
	k.ok(k.s.ReturnEnvelope(context.Background(), "one", 99))
}

func leaseReturnedByOther(k *kit) {
	k.file("a")
	e := k.lease("one", 1, at(0))[0]
	k.ok(k.s.ReturnEnvelope(context.Background(), "two", e.Seq))
	k.same("two's", keysOf(k.lease("two", 1, at(0))), []string(nil))
	k.lease("two", 1, at(1))
	k.ok(k.s.ReturnEnvelope(context.Background(), "one", e.Seq))
	k.same("after the lease had passed on", keysOf(k.lease("three", 1, at(1))), []string(nil))
}

func leaseOldestFirst(k *kit) {
	k.file("a", "b", "c", "d", "e")
	got := k.lease("one", 4, at(0))
	k.ok(k.s.ReturnEnvelope(context.Background(), "one", got[2].Seq))
	k.ok(k.s.ReturnEnvelope(context.Background(), "one", got[0].Seq))
	k.same("two's", keysOf(k.lease("two", 3, at(0))), []string{"a", "c", "e"})
}

func leaseDone(k *kit) {
	k.file("a", "b", "c")
	got := k.lease("one", 3, at(0))
	k.done(got[0].Seq, got[2].Seq)
	k.ok(k.s.ReturnEnvelope(context.Background(), "one", got[0].Seq))
	k.same("after its lease", keysOf(k.lease("two", 5, at(5))), []string{"b"})
}

func doneWithoutLease(k *kit) {
	k.file("a", "b", "c")
	got := k.lease("one", 2, at(0))
	k.ok(k.s.ReturnEnvelope(context.Background(), "one", got[0].Seq))
	k.done(got[0].Seq)
	k.done(got[1].Seq)
	k.same("the rest", keysOf(k.lease("two", 5, at(5))), []string{"c"})
}

func longInbox(k *kit) {
	const n = 1000
	var es []bot.Envelope
	var want []string
	for i := range n {
		key := fmt.Sprintf("%04d", i)
		es, want = append(es, envelope(key, at(0))), append(want, key)
	}
	_, err := k.s.File(context.Background(), es)
	k.ok(err)
	var got []string
	for len(got) < n {
		part := k.lease("one", 64, at(0))
		if len(part) == 0 {
			break
		}
		got = append(got, keysOf(part)...)
	}
	k.same("all of it", got, want)
}
