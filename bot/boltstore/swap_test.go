package boltstore_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bolt "github.com/boltdb/bolt"

	"syncfix/bot"
	"syncfix/bot/boltstore"
)

func TestCompactKeepsEverythingInLessRoom(t *testing.T) {
	path := populated(t, 200)
	s := open(t, path)
	if err := s.Update(context.Background(), func(tx bot.Tx) error { // the room that must go
		for i := 1; i < 200; i += 2 {
			if err := tx.DoneEnvelope(uint64(i + 1)); err != nil {
				return err
			}
		}
		_, err := tx.Prune(noon().Add(time.Hour), 1000)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := boltstore.Compact(path); !errors.Is(err, bot.ErrInUse) {
		t.Errorf("while it is open: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	was := rows(t, path)
	before, after, err := boltstore.Compact(path)
	if err != nil || after >= before {
		t.Fatalf("from %d to %d bytes (%v)", before, after, err)
	}
	if now := rows(t, path); !bytes.Equal(was, now) {
		t.Errorf("the rows are no longer the same")
	}
	if info, err := os.Stat(path); err != nil || info.Size() != after || info.Mode().Perm() != 0o600 {
		t.Errorf("%v (%v)", info, err)
	}
	if got := names(t, filepath.Dir(path)); len(got) != 1 {
		t.Errorf("the folder holds %v", got)
	}
	s = open(t, path)
	fresh, err := s.File(context.Background(), []bot.Envelope{{Key: "new", Body: []byte("{}")}})
	if err != nil || !fresh[0] {
		t.Fatal(fresh, err)
	}
	es, err := s.LeaseEnvelopes(context.Background(), bot.Lease{Holder: "x", Max: 1, Now: noon(), Until: noon().Add(1)})
	if err != nil || len(es) != 1 || es[0].Seq != 201 {
		t.Errorf("a number was given again: %+v (%v)", es, err)
	}
}

// rows are all rows of a file and the sequences of its buckets.
func rows(t *testing.T, path string) []byte {
	t.Helper()
	var b bytes.Buffer
	db, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: time.Second, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.View(func(tx *bolt.Tx) error {
		return tx.ForEach(func(name []byte, bucket *bolt.Bucket) error {
			b.Write(name)
			b.WriteByte(byte(bucket.Sequence()))
			return bucket.ForEach(func(k, v []byte) error {
				b.Write(k)
				b.Write(v)
				return nil
			})
		})
	}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Somebody who waited for the file's lock while another one took its name must
// not work on the old one.
func TestWhoWaitsForASwappedFileGetsTheNewOne(t *testing.T) {
	path, other := populated(t, 3), populated(t, 5)
	holder, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	type opened struct {
		s   *boltstore.Store
		err error
	}
	got := make(chan opened, 1)
	go func() {
		s, err := boltstore.Open(path, boltstore.Options{Timeout: 10 * time.Second})
		got <- opened{s, err}
	}()
	time.AfterFunc(200*time.Millisecond, func() { // long enough for it to wait; if it doesn't yet, it gets the new one all the same
		if err := errors.Join(os.Rename(other, path), holder.Close()); err != nil {
			t.Error(err)
		}
	})
	o := <-got
	if o.err != nil {
		t.Fatal(o.err)
	}
	if n := recent(t, o.s); n != 5 {
		t.Errorf("it has %d cases", n)
	}
	if err := o.s.Close(); err != nil {
		t.Error(err)
	}
}

func TestRestore(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	backup := filepath.Join(t.TempDir(), "copy.db")
	if err := boltstore.Backup(populated(t, 7), backup); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		name string
		make func(path string) error
		kept string
	}{
		{"over another", func(path string) error { return boltstore.Backup(populated(t, 3), path) }, "syncfix.db.before-restore-20260302T120000.000Z"},
		{"over a damaged one", func(path string) error {
			return os.WriteFile(path, bytes.Repeat([]byte("noise"), 5000), 0o600)
		}, "syncfix.db.before-restore-20260302T120000.000Z"},
		{"where there is none", func(string) error { return nil }, ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "syncfix.db")
			if err := x.make(path); err != nil {
				t.Fatal(err)
			}
			var was []byte
			if x.kept != "" {
				was = content(t, path)
			}
			kept, err := boltstore.Restore(backup, path, now)
			if err != nil {
				t.Fatal(err)
			}
			if x.kept != "" && (filepath.Base(kept) != x.kept || !bytes.Equal(was, content(t, kept))) || x.kept == "" && kept != "" {
				t.Errorf("kept as %q", kept)
			}
			s := open(t, path)
			if n := recent(t, s); n != 7 || !s.Restored().Equal(now) {
				t.Errorf("it has %d cases, and was restored at %s", n, s.Restored())
			}
			if got := names(t, filepath.Dir(path)); len(got) > 2 {
				t.Errorf("the folder holds %v", got)
			}
		})
	}
}

// numbered gives so many case numbers, and says which was the last.
func numbered(t *testing.T, path string, n int) (last uint64) {
	t.Helper()
	s := open(t, path)
	if err := s.Update(context.Background(), func(tx bot.Tx) (err error) {
		for range n {
			if last, err = tx.NextNumber(); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return last
}

// People have seen the numbers that were given since the copy was made.
func TestRestoreGivesNoNumberAgain(t *testing.T) {
	for _, x := range []struct {
		name    string
		copied  int
		present func(path string) error
		next    uint64
	}{
		{"over what came of it", 3, func(path string) error { numbered(t, path, 5); return nil }, 9},
		{"over the same", 3, func(string) error { return nil }, 4},
		{"over one that began anew", 3, func(path string) error {
			if err := os.Remove(path); err != nil {
				return err
			}
			numbered(t, path, 2)
			return nil
		}, 1001},
		{"over a damaged one", 3, func(path string) error { return os.WriteFile(path, bytes.Repeat([]byte("noise"), 5000), 0o600) }, 1001},
		{"over nonsense", 3, func(path string) error {
			writeBolt(t, path, func(tx *bolt.Tx) error { return tx.Bucket([]byte("syncfix")).SetSequence(1 << 60) })
			return nil
		}, 1001},
		{"where there is none", 1000, os.Remove, 2001},
	} {
		t.Run(x.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "syncfix.db")
			numbered(t, path, x.copied)
			backup := filepath.Join(t.TempDir(), "copy.db")
			if err := boltstore.Backup(path, backup); err != nil {
				t.Fatal(err)
			}
			if err := x.present(path); err != nil {
				t.Fatal(err)
			}
			if _, err := boltstore.Restore(backup, path, noon()); err != nil {
				t.Fatal(err)
			}
			if got := numbered(t, path, 1); got != x.next {
				t.Errorf("the next number is %d, want %d", got, x.next)
			}
		})
	}
	t.Run("an older schema", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "syncfix.db")
		if _, err := boltstore.Restore(older(t, "3"), path, noon()); err != nil {
			t.Fatal(err)
		}
		if got := numbered(t, path, 1); got != 1001 {
			t.Errorf("the next number is %d", got)
		}
	})
}

func TestRestoreRefuses(t *testing.T) {
	path := populated(t, 3)
	was := content(t, path)
	damaged := filepath.Join(t.TempDir(), "damaged.db")
	if err := os.WriteFile(damaged, was[:6*pageSize()], 0o600); err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct {
		from string
		want error
	}{
		"a damaged copy":       {damaged, boltstore.ErrDamaged},
		"one that isn't there": {damaged + ".no", fs.ErrNotExist},
	} {
		if _, err := boltstore.Restore(x.from, path, noon()); !errors.Is(err, x.want) || strings.Contains(err.Error(), "start empty") {
			t.Errorf("%s: %v", name, err)
		}
	}
	backup := filepath.Join(t.TempDir(), "copy.db")
	if err := boltstore.Backup(path, backup); err != nil {
		t.Fatal(err)
	}
	s := open(t, path)
	if _, err := boltstore.Restore(backup, path, noon()); !errors.Is(err, bot.ErrInUse) {
		t.Errorf("while it is open: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(was, content(t, path)) || len(names(t, filepath.Dir(path))) != 1 {
		t.Errorf("something was changed: %v", names(t, filepath.Dir(path)))
	}
}

func TestEachCaseWithItsEvents(t *testing.T) {
	s := open(t, populated(t, 12))
	n := 0
	err := s.Each(context.Background(), func(c bot.Case, events []bot.Event) error {
		if want := "SF-" + string("0123456789"[n%10]); n < 10 && c.ID != want || len(events) != 1 {
			t.Errorf("%s with %d events, want %s", c.ID, len(events), want)
		}
		n++
		return nil
	})
	if err != nil || n != 12 {
		t.Errorf("%d cases (%v)", n, err)
	}
	stop := errors.New("stop")
	if err := s.Each(context.Background(), func(bot.Case, []bot.Event) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("stopped: %v", err)
	}
}
