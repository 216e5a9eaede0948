package boltstore_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	bolt "github.com/boltdb/bolt"

	"syncfix/bot"
	"syncfix/bot/boltstore"
)

// older is a file of an older schema: what syncfix wrote when 3 was the newest (10
// envelopes, 8 of them done, 8 cases, one of them resolved at noon, 2 deliveries
// under way), without the buckets that came later than the schema.
func older(t *testing.T, schema string, without ...string) string {
	t.Helper()
	packed, err := os.Open(filepath.Join("testdata", "schema-3.db.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	r, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "syncfix.db")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	writeBolt(t, path, func(tx *bolt.Tx) error {
		for _, name := range without {
			if err := tx.DeleteBucket([]byte(name)); err != nil {
				return err
			}
		}
		return tx.Bucket([]byte("syncfix")).Put([]byte("schema"), []byte(schema))
	})
	return path
}

func TestOlderSchemaIsBroughtForwardAndKept(t *testing.T) {
	for name, without := range map[string][]string{
		"the first version":      {"1", "outcomes", "closed", "runs", "bound_to", "notices", "notices_at"},
		"one that kept outcomes": {"1", "closed", "runs", "bound_to", "notices", "notices_at"},
		"one without notices":    {"2", "notices", "notices_at"},
		"one without eras":       {"3"},
	} {
		t.Run(name, func(t *testing.T) {
			path := older(t, without[0], without[1:]...)
			if err := boltstore.Verify(path); err != nil {
				t.Errorf("a copy of that schema can't be restored: %v", err)
			}
			s := open(t, path)
			lookAtOld(t, s)
			if without[0] == "3" {
				if err := s.View(context.Background(), func(tx bot.Reader) error {
					n, ok, err := tx.Notice("gone/1")
					if !ok || n.Account != "4711" {
						t.Errorf("the notice is %+v", n)
					}
					return err
				}); err != nil {
					t.Error(err)
				}
			}
			changeOld(t, s)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if err := boltstore.Verify(path); err != nil {
				t.Error(err)
			}
			if err := open(t, path).Close(); err != nil {
				t.Errorf("the second time: %v", err)
			}
			var kept []string
			for _, name := range names(t, filepath.Dir(path)) {
				if strings.HasPrefix(name, "syncfix.db.before-schema-4-") {
					kept = append(kept, filepath.Join(filepath.Dir(path), name))
				}
			}
			if len(kept) != 1 {
				t.Fatalf("kept are %v", kept)
			}
			if n := recent(t, open(t, kept[0])); n != 8 {
				t.Errorf("the copy has %d cases", n)
			}
		})
	}
}

// lookAtOld looks whether all that was in an older file is there.
func lookAtOld(t *testing.T, s bot.Store) {
	t.Helper()
	if err := s.View(context.Background(), func(tx bot.Reader) error {
		for i := range 8 {
			id := fmt.Sprint("SF-", i+1)
			c, err := tx.Case(id)
			if err != nil || c.Text != "the sync failed" {
				t.Errorf("%s is %+v (%v)", id, c, err)
			}
			events, err := tx.Events(id)
			if len(events) != 2 || events[0].Note != "first" || events[1].Note != "second" {
				t.Errorf("%s has the events %+v (%v)", id, events, err)
			}
			if at, _, err := tx.CaseAt("thread/" + id); at != id {
				t.Errorf("the thread of %s leads to %q (%v)", id, at, err)
			}
		}
		if at, _, err := tx.CaseAt("account/4711"); at != "SF-8" {
			t.Errorf("the account leads to %q (%v)", at, err)
		}
		if open, err := tx.OpenCases(); len(open) != 7 {
			t.Errorf("%d cases are open (%v)", len(open), err)
		}
		if open, err := tx.OpenIn(""); len(open) != 7 {
			t.Errorf("%d cases are open in no channel (%v)", len(open), err)
		}
		if due, err := tx.Due(noon().Add(24*time.Hour), 99); len(due) != 7 || due[0].Case != "SF-2" {
			t.Errorf("due is %+v (%v)", due, err)
		}
		if outcomes, err := tx.Outcomes("p", 5); len(outcomes) != 1 || err != nil {
			t.Errorf("outcomes: %v (%v)", outcomes, err)
		}
		if n, _, err := tx.Inbox(); n != 2 {
			t.Errorf("%d envelopes are pending (%v)", n, err)
		}
		if ds, err := tx.Deliveries(); len(ds) != 2 || ds[0].ID != "SF-7/1/0" {
			t.Errorf("the deliveries are %+v (%v)", ds, err)
		}
		if last, err := tx.LastTick("digest"); !last.Equal(noon()) {
			t.Errorf("the last tick was %s (%v)", last, err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// changeOld goes on with what was an older file.
func changeOld(t *testing.T, s bot.Store) {
	t.Helper()
	ctx := context.Background()
	var again []bot.Envelope
	for i := range 11 {
		again = append(again, bot.Envelope{Key: fmt.Sprint("T1/C1/", i), Received: noon(), Body: []byte("{}")})
	}
	fresh, err := s.File(ctx, again)
	if err != nil || slices.Index(fresh, true) != 10 {
		t.Errorf("fresh are %v (%v)", fresh, err)
	}
	if err := s.Update(ctx, func(tx bot.Tx) error {
		if n, err := tx.NextNumber(); n != 9 {
			t.Errorf("the next case is %d (%v)", n, err)
		}
		if seq, err := tx.AddDelivery(bot.Delivery{ID: "SF-1/1/0"}, "one", noon()); seq != 0 {
			t.Errorf("a delivery that was done is queued as %d (%v)", seq, err)
		}
		if seq, err := tx.AddDelivery(bot.Delivery{ID: "new"}, "one", noon()); seq != 9 {
			t.Errorf("a new delivery is queued as %d (%v)", seq, err)
		}
		if n, err := tx.Prune(noon().Add(7*time.Hour+1), 99); n != 8 {
			t.Errorf("%d keys were pruned (%v)", n, err)
		}
		if err := tx.PutCase(bot.Case{ID: "SF-9", State: bot.Triage}, 0); err != nil {
			t.Error(err)
		}
		if all, err := tx.Recent(99); len(all) != 9 || all[0].ID != "SF-9" || all[8].ID != "SF-1" {
			t.Errorf("recent are %+v (%v)", all, err)
		}
		if n, err := tx.PruneCases(noon().Add(1), 5); n != 1 || err != nil {
			t.Errorf("%d were pruned (%v)", n, err)
		}
		if err := tx.PutNotice("gone/2", bot.Notice{At: noon()}); err != nil {
			t.Error(err)
		}
		if id, ok, err := tx.CaseAt("thread/SF-1"); ok || err != nil {
			t.Errorf("the thread leads to %s (%v)", id, err)
		}
		if _, err := tx.Playbook("old"); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("the playbook: %v", err)
		}
		_, err := tx.Playbook("h")
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// Without room for the copy, or if a row can't be read, the file stays as it was.
func TestSchemaIsNotChangedHalfway(t *testing.T) {
	path := older(t, "1", "closed", "runs", "bound_to")
	writeBolt(t, path, func(tx *bolt.Tx) error { return tx.Bucket([]byte("cases")).Put([]byte("12345678"), []byte("noise")) })
	if _, err := boltstore.Open(path, boltstore.Options{}); err == nil {
		t.Fatal("it was opened")
	}
	db, err := bolt.Open(path, 0o600, &bolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.View(func(tx *bolt.Tx) error {
		if v := string(tx.Bucket([]byte("syncfix")).Get([]byte("schema"))); v != "1" || tx.Bucket([]byte("eras")) != nil {
			t.Errorf("it is of schema %s", v)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}
