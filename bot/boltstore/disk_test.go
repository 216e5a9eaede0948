package boltstore_test

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	bolt "github.com/boltdb/bolt"

	"syncfix/bot"
)

// commits is how many transactions a file has seen.
func commits(t *testing.T, path string) (n int) {
	t.Helper()
	copied := filepath.Join(t.TempDir(), "copy.db")
	copyFile(t, path, copied)
	db, err := bolt.Open(copied, 0o600, &bolt.Options{Timeout: time.Second, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.View(func(tx *bolt.Tx) error {
		n = tx.ID()
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOneCommitForManyEnvelopes(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "syncfix.db"))
	before := commits(t, s.path)
	var es []bot.Envelope
	for i := range 50 {
		es = append(es, envelope(i))
	}
	if _, err := s.File(context.Background(), es); err != nil {
		t.Fatal(err)
	}
	if n := commits(t, s.path) - before; n != 1 {
		t.Errorf("50 envelopes took %d commits", n)
	}
}

func TestLeasingWritesNothing(t *testing.T) {
	path := populated(t, 20)
	s := open(t, path)
	before := content(t, path)
	l := bot.Lease{Holder: "one", Max: 5, Now: noon(), Until: noon().Add(time.Minute)}
	es, err := s.LeaseEnvelopes(context.Background(), l)
	if err != nil || len(es) != 5 {
		t.Fatalf("leased %d envelopes (%v)", len(es), err)
	}
	if err := s.ReturnEnvelope(context.Background(), "one", es[0].Seq); err != nil {
		t.Fatal(err)
	}
	if ds, err := s.LeaseDeliveries(context.Background(), l); err != nil || len(ds) != 5 {
		t.Fatalf("leased %d deliveries (%v)", len(ds), err)
	}
	if !bytes.Equal(before, content(t, path)) {
		t.Error("leasing has written")
	}
}

// A process that is killed leaves the file as it is at that moment.
func TestKilledAtAnyPoint(t *testing.T) {
	ctx := context.Background()
	s := open(t, filepath.Join(t.TempDir(), "syncfix.db"))
	killed := func() filed {
		path := filepath.Join(t.TempDir(), "after.db")
		copyFile(t, s.path, path)
		return open(t, path)
	}
	for i := range 10 {
		fresh, err := s.File(ctx, []bot.Envelope{envelope(i)})
		if err != nil || !fresh[0] {
			t.Fatalf("filing: %v, %v", fresh, err)
		}
		// Filed, not stepped: the next process gets it at once, leased or not.
		if _, err := s.LeaseEnvelopes(ctx, bot.Lease{Holder: "one", Max: 1, Now: noon(), Until: noon().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		next, err := killed().LeaseEnvelopes(ctx, bot.Lease{Holder: "two", Max: 9, Now: noon(), Until: noon().Add(time.Hour)})
		if err != nil || len(next) != 1 || next[0].Key != envelope(i).Key {
			t.Fatalf("after filing %d the next process finds %d envelopes (%v)", i, len(next), err)
		}
		var seq uint64
		id := fmt.Sprint("SF-", i)
		if err := s.Update(ctx, func(tx bot.Tx) (err error) {
			if err := tx.PutCase(bot.Case{ID: id, Rev: 1, State: bot.Triage}, 0); err != nil {
				return err
			}
			if err := tx.DoneEnvelope(next[0].Seq); err != nil {
				return err
			}
			seq, err = tx.AddDelivery(bot.Delivery{ID: id + "/1/0", Born: noon()}, "one", noon().Add(time.Hour))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		// Stepped, not sent, or perhaps sent: the next process has to look.
		ds, err := killed().LeaseDeliveries(ctx, bot.Lease{Holder: "two", Max: 9, Now: noon(), Until: noon()})
		if err != nil || len(ds) != 1 || !ds[0].Uncertain || ds[0].ID != id+"/1/0" {
			t.Fatalf("after stepping %d the next process finds %+v (%v)", i, ds, err)
		}
		if err := s.Update(ctx, func(tx bot.Tx) error { return tx.DoneDelivery(seq) }); err != nil {
			t.Fatal(err)
		}
		ds, err = killed().LeaseDeliveries(ctx, bot.Lease{Holder: "two", Max: 9, Now: noon(), Until: noon()})
		if err != nil || len(ds) != 0 {
			t.Fatalf("after sending %d the next process finds %+v (%v)", i, ds, err)
		}
	}
}

// The process that wrote a row as certain may have tried once more before it died.
func TestWhatAnEarlierProcessPutIsUncertainAgain(t *testing.T) {
	ctx := context.Background()
	s := open(t, filepath.Join(t.TempDir(), "syncfix.db"))
	d := bot.Delivery{ID: "SF-1/1/0", Born: noon()}
	if err := s.Update(ctx, func(tx bot.Tx) (err error) {
		d.Seq, err = tx.AddDelivery(d, "one", noon().Add(time.Hour))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	d.Attempts = 1
	if err := s.Update(ctx, func(tx bot.Tx) error { return tx.PutDelivery(d) }); err != nil {
		t.Fatal(err)
	}
	next := reopen(t, s)
	ds, err := next.LeaseDeliveries(ctx, bot.Lease{Holder: "one", Max: 9, Now: noon(), Until: noon()})
	if err != nil || len(ds) != 1 || !ds[0].Uncertain {
		t.Errorf("the next process finds %+v (%v)", ds, err)
	}
}
