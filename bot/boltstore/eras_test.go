package boltstore_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	bolt "github.com/boltdb/bolt"

	"syncfix/bot"
	"syncfix/bot/boltstore"
)

// eras are the numbers that the eras of a file begin with, by history.
func eras(t *testing.T, path string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	writeBolt(t, path, func(tx *bolt.Tx) error {
		c := tx.Bucket([]byte("eras")).Cursor()
		for k, _ := c.First(); k != nil; k, _ = c.Next() {
			out[string(k[:1])] = append(out[string(k[:1])], k[8])
		}
		return nil
	})
	return out
}

// inEras makes a file with as many envelopes, cases and deliveries, all done, in
// eras of three.
func inEras(t *testing.T, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "syncfix.db")
	s, err := boltstore.OpenWithEras(path, 3)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	for i := range n {
		if _, err := s.File(ctx, []bot.Envelope{envelope(i)}); err != nil {
			t.Fatal(err)
		}
		if err := s.Update(ctx, func(tx bot.Tx) error {
			c := bot.Case{ID: fmt.Sprint("SF-", i+1), State: bot.Resolved, Closed: noon()}
			d, err := tx.AddDelivery(bot.Delivery{ID: c.ID, Born: noon()}, "one", noon())
			return errors.Join(err, tx.DoneEnvelope(uint64(i+1)), tx.PutCase(c, 0), tx.AppendEvent(c.ID, bot.Event{Note: c.ID}), tx.DoneDelivery(d))
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// An era begins when the one before is full, and ends when nothing is left of it.
func TestErasBeginAndEnd(t *testing.T) {
	path := inEras(t, 10)
	want := map[string][]byte{"c": {1, 4, 7, 10}, "i": {1, 4, 7, 10}, "o": {1, 4, 7, 10}}
	if got := eras(t, path); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the eras are %v, want %v", got, want)
	}
	s := open(t, path)
	var all []string
	if err := s.Each(context.Background(), func(c bot.Case, events []bot.Event) error {
		if len(events) != 1 || events[0].Note != c.ID {
			t.Errorf("%s has the events %v", c.ID, events)
		}
		all = append(all, c.ID)
		return nil
	}); err != nil || fmt.Sprint(all) != "[SF-1 SF-2 SF-3 SF-4 SF-5 SF-6 SF-7 SF-8 SF-9 SF-10]" {
		t.Errorf("all cases are %v (%v)", all, err)
	}
	if err := s.Update(context.Background(), func(tx bot.Tx) error {
		n, err := tx.PruneCases(noon().Add(1), 7)
		if n != 7 {
			t.Errorf("%d cases were pruned", n)
		}
		keys, err2 := tx.Prune(envelope(5).Received, 100)
		if keys != 5 {
			t.Errorf("%d keys were pruned", keys)
		}
		return errors.Join(err, err2)
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	want = map[string][]byte{"c": {7, 10}, "i": {4, 7, 10}, "o": {10}}
	if got := eras(t, path); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the eras are %v, want %v", got, want)
	}
}

func TestEraThatLacksABucketIsDamage(t *testing.T) {
	path := inEras(t, 4)
	writeBolt(t, path, func(tx *bolt.Tx) error {
		eras := tx.Bucket([]byte("eras"))
		k, _ := eras.Cursor().First()
		return eras.Bucket(k).DeleteBucket([]byte("bound"))
	})
	refused(t, path, boltstore.ErrDamaged, "the era of case 1 has no bucket bound", "backup")
}

func TestRowOfAnEraIsReadThrough(t *testing.T) {
	path := inEras(t, 4)
	writeBolt(t, path, func(tx *bolt.Tx) error {
		eras := tx.Bucket([]byte("eras"))
		k, _ := eras.Cursor().First()
		return eras.Bucket(k).Bucket([]byte("cases")).Put([]byte("12345678"), []byte("noise"))
	})
	if err := boltstore.Verify(path); !errors.Is(err, boltstore.ErrDamaged) {
		t.Errorf("the copy is taken for whole (%v)", err)
	}
}
