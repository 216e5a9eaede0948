package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"syncfix/bot"
)

// Open makes an empty store for one test, which closes it.
type Open func(t *testing.T) bot.Store

// Reopen closes a store and opens what it kept, as a new process would.
type Reopen func(t *testing.T, s bot.Store) bot.Store

// Run tests a store against the contract. reopen is nil for a store that keeps
// nothing; the tests that need it are then left out.
func Run(t *testing.T, open Open, reopen Reopen) {
	for _, group := range []struct {
		name  string
		tests []test
	}{
		{"inbox", inboxTests()},
		{"leases", leaseTests()},
		{"cases", caseTests()},
		{"outbox", outboxTests()},
		{"transactions", transactionTests()},
		{"time", timeTests()},
		{"together", togetherTests()},
	} {
		t.Run(group.name, func(t *testing.T) { run(t, group.tests, open) })
	}
	t.Run("model", func(t *testing.T) { checkModel(t, open, reopen) })
	if reopen != nil {
		t.Run("restart", func(t *testing.T) {
			for _, r := range restartTests() {
				t.Run(r.name, func(t *testing.T) {
					k := &kit{T: t, s: open(t)}
					r.run(k, func() { k.s = reopen(t, k.s) })
					k.ok(k.s.Close())
				})
			}
		})
	}
}

func run(t *testing.T, tests []test, open Open) {
	for _, x := range tests {
		t.Run(x.name, func(t *testing.T) {
			k := &kit{T: t, s: open(t)}
			x.run(k)
			k.ok(k.s.Close())
		})
	}
}

// test is one sentence of the contract.
type test struct {
	name string
	run  func(k *kit)
}

// kit is a store under test.
type kit struct {
	*testing.T
	s bot.Store
}

// noon is when the tests take place.
func noon() time.Time { return time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC) }

func at(minutes int) time.Time { return noon().Add(time.Duration(minutes) * time.Minute) }

func (k *kit) ok(err error) {
	k.Helper()
	if err != nil {
		k.Fatal(err)
	}
}

func (k *kit) is(err, want error) {
	k.Helper()
	if !errors.Is(err, want) {
		k.Fatalf("the error is %v, want %v", err, want)
	}
}

func (k *kit) same(what string, got, want any) {
	k.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		k.Fatalf("%s differs (-want +got):\n%s", what, d)
	}
}

func (k *kit) update(fn func(tx bot.Tx) error) {
	k.Helper()
	k.ok(k.s.Update(context.Background(), fn))
}

func (k *kit) view(fn func(tx bot.Reader) error) {
	k.Helper()
	k.ok(k.s.View(context.Background(), fn))
}

// file files envelopes of these keys, received a minute apart from noon.
func (k *kit) file(keys ...string) []bool {
	k.Helper()
	var es []bot.Envelope
	for i, key := range keys {
		es = append(es, envelope(key, at(i)))
	}
	fresh, err := k.s.File(context.Background(), es)
	k.ok(err)
	return fresh
}

func envelope(key string, received time.Time) bot.Envelope {
	return bot.Envelope{Key: key, Kind: bot.EnvelopeEvent, Received: received, Body: []byte(`{"of":"` + key + `"}`)}
}

// lease leases for a minute.
func (k *kit) lease(holder string, most int, now time.Time) []bot.Envelope {
	k.Helper()
	es, err := k.s.LeaseEnvelopes(context.Background(), bot.Lease{Holder: holder, Max: most, Now: now, Until: now.Add(time.Minute)})
	k.ok(err)
	return es
}

func (k *kit) leaseDeliveries(holder string, most int, now time.Time) []bot.Delivery {
	k.Helper()
	ds, err := k.s.LeaseDeliveries(context.Background(), bot.Lease{Holder: holder, Max: most, Now: now, Until: now.Add(time.Minute)})
	k.ok(err)
	return ds
}

// queue adds a delivery leased to holder until the given time.
func (k *kit) queue(id, holder string, until time.Time) uint64 {
	k.Helper()
	var seq uint64
	k.update(func(tx bot.Tx) (err error) {
		seq, err = tx.AddDelivery(delivery(id), holder, until)
		return err
	})
	return seq
}

func delivery(id string) bot.Delivery {
	return bot.Delivery{ID: id, Born: noon(), Effect: bot.Effect{Kind: bot.Reply, Case: "SF-1", Text: id}}
}

func (k *kit) done(seqs ...uint64) {
	k.Helper()
	k.update(func(tx bot.Tx) error {
		for _, seq := range seqs {
			if err := tx.DoneEnvelope(seq); err != nil {
				return err
			}
		}
		return nil
	})
}

func (k *kit) put(c bot.Case, from uint64) {
	k.Helper()
	k.update(func(tx bot.Tx) error { return tx.PutCase(c, from) })
}

func (k *kit) stored(id string) bot.Case {
	k.Helper()
	var c bot.Case
	k.view(func(tx bot.Reader) (err error) {
		c, err = tx.Case(id)
		return err
	})
	return c
}

func (k *kit) inbox() (pending int, oldest time.Time) {
	k.Helper()
	k.view(func(tx bot.Reader) (err error) {
		pending, oldest, err = tx.Inbox()
		return err
	})
	return pending, oldest
}

func (k *kit) deliveries() []bot.Delivery {
	k.Helper()
	var ds []bot.Delivery
	k.view(func(tx bot.Reader) (err error) {
		ds, err = tx.Deliveries()
		return err
	})
	return ds
}

func keysOf(es []bot.Envelope) []string {
	var keys []string
	for _, e := range es {
		keys = append(keys, e.Key)
	}
	return keys
}

func idsOf(ds []bot.Delivery) []string {
	var ids []string
	for _, d := range ds {
		ids = append(ids, d.ID)
	}
	return ids
}

func casesOf(cs []bot.Case) []string {
	var ids []string
	for _, c := range cs {
		ids = append(ids, c.ID)
	}
	return ids
}

// odd are texts that have broken stores before.
func odd() []string {
	long := make([]byte, 20_000)
	for i := range long {
		long[i] = 'a' + byte(i%26)
	}
	return []string{
		"", " ", "\x00", "a\x00b", "a", "a/", "/a", "\n", "\"\\'%_;--", "<!channel> & <@U1>", "\u2028\u2029", "\u202eabc",
		"é", "e\u0301", "\U0001f9ef", "\ufffd", "=", "#", string(long), string(long) + "x",
	}
}
