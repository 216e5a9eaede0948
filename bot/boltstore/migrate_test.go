package boltstore_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	bolt "github.com/boltdb/bolt"

	"syncfix/bot"
	"syncfix/bot/boltstore"
	"syncfix/diagnose"
)

// older makes a file of an older schema, which lacks some buckets, with a case
// that was resolved at noon.
func older(t *testing.T, schema string, buckets ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "syncfix.db")
	s := open(t, path)
	if err := s.Update(context.Background(), func(tx bot.Tx) error {
		c := bot.Case{ID: "SF-1", State: bot.Resolved, Playbook: "p", Hash: "h", Closed: noon()}
		c.Verified = bot.Verified{At: noon(), Credits: []diagnose.Credit{{Cause: "c", Share: 1}}}
		return errors.Join(tx.PutCase(c, 0), tx.PutPlaybook(diagnose.Playbook{Hash: "h"}), tx.Bind("thread/1", "SF-1"))
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	writeBolt(t, path, func(tx *bolt.Tx) error {
		for _, name := range buckets {
			if err := tx.DeleteBucket([]byte(name)); err != nil {
				return err
			}
		}
		return tx.Bucket([]byte("syncfix")).Put([]byte("schema"), []byte(schema))
	})
	return path
}

func TestOlderSchemaIsBroughtForwardAndKept(t *testing.T) {
	for name, missing := range map[string][]string{
		"the first version":      {"1", "outcomes", "closed", "runs", "bound_to", "notices", "notices_at"},
		"one that kept outcomes": {"1", "closed", "runs", "bound_to", "notices", "notices_at"},
		"one without notices":    {"2", "notices", "notices_at"},
	} {
		t.Run(name, func(t *testing.T) {
			path := older(t, missing[0], missing[1:]...)
			if err := boltstore.Verify(path); err != nil {
				t.Errorf("a copy of that schema can't be restored: %v", err)
			}
			s := open(t, path)
			err := s.Update(context.Background(), func(tx bot.Tx) error {
				if outcomes, err := tx.Outcomes("p", 5); len(outcomes) != 1 || err != nil {
					t.Errorf("outcomes: %v (%v)", outcomes, err)
				}
				if n, err := tx.PruneCases(noon().Add(1), 5); n != 1 || err != nil {
					t.Errorf("%d were pruned (%v)", n, err)
				}
				if err := tx.PutNotice("gone/1", bot.Notice{At: noon()}); err != nil {
					t.Error(err)
				}
				if id, ok, err := tx.CaseAt("thread/1"); ok || err != nil {
					t.Errorf("the thread leads to %s (%v)", id, err)
				}
				if _, err := tx.Playbook("h"); !errors.Is(err, bot.ErrNotFound) {
					t.Errorf("the playbook: %v", err)
				}
				return nil
			})
			if err := errors.Join(err, s.Close()); err != nil {
				t.Fatal(err)
			}
			if err := open(t, path).Close(); err != nil {
				t.Errorf("the second time: %v", err)
			}
			var kept []string
			for _, name := range names(t, filepath.Dir(path)) {
				if strings.HasPrefix(name, "syncfix.db.before-schema-3-") {
					kept = append(kept, filepath.Join(filepath.Dir(path), name))
				}
			}
			if len(kept) != 1 {
				t.Fatalf("kept are %v", kept)
			}
			if n := recent(t, open(t, kept[0])); n != 1 {
				t.Errorf("the copy has %d cases", n)
			}
		})
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
		if v := string(tx.Bucket([]byte("syncfix")).Get([]byte("schema"))); v != "1" || tx.Bucket([]byte("closed")) != nil {
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
