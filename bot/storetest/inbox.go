package storetest

import (
	"bytes"
	"context"
	"time"

	"syncfix/bot"
)

func inboxTests() []test {
	return []test{
		{"an envelope comes out as it went in", inAndOut},
		{"odd bytes are kept", oddEnvelopes},
		{"a known key is not filed again", knownKey},
		{"within one batch a key is filed once", knownInBatch},
		{"Seq follows the slice", seqOrder},
		{"all are filed or none", allOrNone},
		{"filing nothing is no error", func(k *kit) { k.same("fresh", k.file(), []bool(nil)) }},
		{"the caller keeps its own values", ownEnvelopes},
		{"Inbox counts what is not done", inboxCounts},
		{"an envelope is done once", doneOnce},
		{"a done that is rolled back is not done", doneRolledBack},
	}
}

func inAndOut(k *kit) {
	e := bot.Envelope{
		Key: "view/V1/h", Kind: bot.EnvelopeInteractive, Received: noon().Add(123456789 * time.Nanosecond),
		Body: []byte("{\n\"a\": \"\\u0000<&>\"}\n\x00\xff"), Rejected: map[string]string{"account": "Please fill this in."},
	}
	fresh, err := k.s.File(context.Background(), []bot.Envelope{e})
	k.ok(err)
	k.same("fresh", fresh, []bool{true})
	got := k.lease("one", 10, at(0))
	if len(got) != 1 || got[0].Seq == 0 {
		k.Fatalf("leased %+v, want one envelope with a Seq", got)
	}
	e.Seq = got[0].Seq
	k.same("the envelope", got[0], e)
}

func oddEnvelopes(k *kit) {
	keys := odd()
	for i, fresh := range k.file(keys...) {
		if !fresh {
			k.Errorf("%.20q was taken for another key", keys[i])
		}
	}
	got := k.lease("one", 100, at(0))
	k.same("the keys", keysOf(got), keys)
	for _, e := range got {
		k.done(e.Seq)
	}
	for i, fresh := range k.file(keys...) {
		if fresh {
			k.Errorf("%.20q was forgotten", keys[i])
		}
	}
	k.same("fresh", k.file("not \xff UTF-8"), []bool{true})
	k.done(k.lease("one", 1, at(0))[0].Seq)
	k.same("fresh", k.file("not \xff UTF-8"), []bool{false})
	k.same("pruned", k.prune(at(999), 999), len(keys)+1)
	for i, fresh := range k.file(append(keys, "not \xff UTF-8")...) {
		if !fresh {
			k.Errorf("%.20q is known, though it was pruned", append(keys, "")[i])
		}
	}
}

func knownKey(k *kit) {
	k.same("fresh, first", k.file("a", "b"), []bool{true, true})
	k.same("fresh, pending", k.file("a", "c"), []bool{false, true})
	got := k.lease("one", 1, at(0))
	k.same("fresh, leased", k.file("a"), []bool{false})
	k.done(got[0].Seq)
	k.same("fresh, done", k.file("a", "d"), []bool{false, true})
	k.same("pending", keysOf(k.lease("two", 10, at(0))), []string{"b", "c", "d"})
}

func knownInBatch(k *kit) {
	k.same("fresh", k.file("a", "b", "a", "b", "c"), []bool{true, true, false, false, true})
	k.same("pending", keysOf(k.lease("one", 10, at(0))), []string{"a", "b", "c"})
}

func seqOrder(k *kit) {
	k.file("z", "y", "z", "x")
	k.file("w")
	got := k.lease("one", 10, at(0))
	k.same("keys", keysOf(got), []string{"z", "y", "x", "w"})
	for i := 1; i < len(got); i++ {
		if got[i].Seq <= got[i-1].Seq {
			k.Errorf("%s has Seq %d after %s with %d", got[i].Key, got[i].Seq, got[i-1].Key, got[i-1].Seq)
		}
	}
}

func allOrNone(k *kit) {
	// A year that JSON has no way to write; a store that can write it files both.
	bad := envelope("b", time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC))
	_, err := k.s.File(context.Background(), []bot.Envelope{envelope("a", at(0)), bad})
	if pending, _ := k.inbox(); err != nil && pending != 0 || err == nil && pending != 2 {
		k.Fatalf("%d envelopes were filed with the error %v", pending, err)
	}
	if err != nil {
		k.same("fresh", k.file("a"), []bool{true})
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = k.s.File(cancelled, []bot.Envelope{envelope("c", at(0))})
	k.is(err, context.Canceled)
	k.same("fresh", k.file("c"), []bool{true})
}

func ownEnvelopes(k *kit) {
	e := envelope("a", at(0))
	e.Body, e.Rejected = bytes.Repeat([]byte("body"), 5000), map[string]string{"f": "no"}
	want := envelope("a", at(0))
	want.Body, want.Rejected = bytes.Clone(e.Body), map[string]string{"f": "no"}
	_, err := k.s.File(context.Background(), []bot.Envelope{e})
	k.ok(err)
	e.Body[0], e.Rejected["f"] = 'X', "changed"
	got := k.lease("one", 1, at(0))[0]
	want.Seq = got.Seq
	k.same("what was filed", got, want)
	got.Body[0], got.Rejected["f"] = 'Y', "changed"
	k.same("what is leased again", k.lease("two", 1, at(1))[0], want)
}

func inboxCounts(k *kit) {
	pending, oldest := k.inbox()
	if pending != 0 || !oldest.IsZero() {
		k.Fatalf("an empty inbox has %d, the oldest of %s", pending, oldest)
	}
	k.file("a", "b", "c")
	check := func(when string, want int, since time.Time) {
		k.Helper()
		if pending, oldest := k.inbox(); pending != want || !oldest.Equal(since) {
			k.Fatalf("%s: %d pending since %s, want %d since %s", when, pending, oldest, want, since)
		}
	}
	check("filed", 3, at(0))
	got := k.lease("one", 2, at(0))
	check("leased", 3, at(0))
	k.done(got[1].Seq)
	check("one done", 2, at(0))
	k.done(got[0].Seq)
	check("two done", 1, at(2))
}

func doneOnce(k *kit) {
	k.file("a")
	first := k.lease("one", 1, at(0))[0]
	second := k.lease("two", 1, at(1))[0]
	k.same("Seq", second.Seq, first.Seq)
	k.done(second.Seq)
	err := k.s.Update(context.Background(), func(tx bot.Tx) error {
		if err := tx.Bind("late", "SF-1"); err != nil {
			return err
		}
		return tx.DoneEnvelope(first.Seq)
	})
	k.is(err, bot.ErrConflict)
	k.view(func(tx bot.Reader) error {
		if id, ok, err := tx.CaseAt("late"); ok || err != nil {
			k.Errorf("the one who was late has bound %q (%v)", id, err)
		}
		return nil
	})
}

func doneRolledBack(k *kit) {
	k.file("a")
	e := k.lease("one", 1, at(0))[0]
	err := k.s.Update(context.Background(), func(tx bot.Tx) error {
		k.ok(tx.DoneEnvelope(e.Seq))
		return errStop
	})
	k.is(err, errStop)
	k.same("held still", keysOf(k.lease("two", 1, at(0))), []string(nil))
	k.same("after its lease", keysOf(k.lease("two", 1, at(1))), []string{"a"})
}
