package boltstore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bolt "github.com/boltdb/bolt"

	"syncfix/bot"
	"syncfix/bot/boltstore"
)

func noon() time.Time { return time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC) }

func envelope(i int) bot.Envelope {
	return bot.Envelope{
		Key: fmt.Sprintf("T1/C1/%010d.000100", i), Kind: bot.EnvelopeEvent, Received: noon().Add(time.Duration(i) * time.Second),
		Body: bytes.Repeat([]byte(`{"type":"message"}`), 60),
	}
}

// populated makes a file with n envelopes, half of them done, and as many cases.
func populated(t testing.TB, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "syncfix.db")
	s := open(t, path)
	for i := range n {
		if _, err := s.File(context.Background(), []bot.Envelope{envelope(i)}); err != nil {
			t.Fatal(err)
		}
	}
	err := s.Update(context.Background(), func(tx bot.Tx) error {
		for i := range n {
			c := bot.Case{ID: fmt.Sprint("SF-", i), Rev: 1, State: bot.Triage, Timers: map[bot.Timer]time.Time{bot.TimerStale: noon()}}
			if err := errors.Join(tx.PutCase(c, 0), tx.AppendEvent(c.ID, bot.Event{Kind: bot.EventOpened})); err != nil {
				return err
			}
			if _, err := tx.AddDelivery(bot.Delivery{ID: c.ID, Born: noon()}, "one", noon()); err != nil {
				return err
			}
			if i%2 == 0 {
				if err := tx.DoneEnvelope(uint64(i + 1)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFileIsForItsOwnerOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "syncfix.db")
	mode := func() os.FileMode {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode().Perm()
	}
	if err := open(t, path).Close(); err != nil || mode() != 0o600 {
		t.Errorf("a new file has mode %o (%v)", mode(), err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := open(t, path).Close(); err != nil || mode() != 0o600 {
		t.Errorf("a file copied from a backup is left with mode %o (%v)", mode(), err)
	}
}

func TestSecondProcessIsTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "syncfix.db")
	first := open(t, path)
	_, err := boltstore.Open(path, boltstore.Options{Timeout: time.Millisecond})
	if !errors.Is(err, bot.ErrInUse) || err.Error() != path+" is in use by another syncfix" {
		t.Errorf("the error is %q", err)
	}
	if _, err := first.File(context.Background(), []bot.Envelope{envelope(1)}); err != nil {
		t.Errorf("the first one can't go on: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, path)
}

func TestNotYetADatabase(t *testing.T) {
	t.Run("an empty file", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "syncfix.db")
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		for i, want := range []string{"level=WARN msg=\"the database's file was empty", ""} {
			var log bytes.Buffer
			s, err := boltstore.Open(path, boltstore.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
			if err != nil {
				t.Fatal(err)
			}
			if said := log.String(); !strings.Contains(said, want) || want == "" && said != "" {
				t.Errorf("the log of opening it the %d. time: %s", i+1, said)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
	t.Run("a bolt file that was not laid out", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "syncfix.db")
		writeBolt(t, path, func(*bolt.Tx) error { return nil })
		open(t, path)
	})
}

func writeBolt(t *testing.T, path string, fn func(tx *bolt.Tx) error) {
	t.Helper()
	db, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: time.Second})
	if err == nil {
		err = errors.Join(db.Update(fn), db.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestRefusedFiles(t *testing.T) {
	putSchema := func(version string) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			copyFile(t, populated(t, 1), path)
			writeBolt(t, path, func(tx *bolt.Tx) error { return tx.Bucket([]byte("syncfix")).Put([]byte("schema"), []byte(version)) })
		}
	}
	write := func(content string) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, x := range []struct {
		name string
		make func(t *testing.T, path string)
		want error
		says []string
	}{
		{"a newer schema", putSchema("5"), boltstore.ErrNewer, []string{"written by a newer syncfix", "schema 5; this one knows 4", "choose another file"}},
		{"a strange schema", putSchema("x"), boltstore.ErrDamaged, []string{`schema version is "x"`, "backup"}},
		{"another program's bolt file", func(t *testing.T, path string) {
			writeBolt(t, path, func(tx *bolt.Tx) error {
				_, err := tx.CreateBucket([]byte("inbox"))
				return err
			})
		}, boltstore.ErrForeign, []string{"belongs to another program", "choose another file"}},
		{"a bucket is missing", func(t *testing.T, path string) {
			copyFile(t, populated(t, 1), path)
			writeBolt(t, path, func(tx *bolt.Tx) error { return tx.DeleteBucket([]byte("timers")) })
		}, boltstore.ErrDamaged, []string{"no bucket timers", "backup"}},
		{"a short text", write("SYNCFIX_DB=1\n"), boltstore.ErrForeign, []string{"only 13 bytes", "choose another file"}},
		{"a long text", write(strings.Repeat("not a database\n", 5000)), boltstore.ErrForeign, []string{"choose another file", "backup"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "syncfix.db")
			x.make(t, path)
			refused(t, path, x.want, x.says...)
		})
	}
}

// refused opens a file that must be refused and left alone.
func refused(t *testing.T, path string, want error, says ...string) {
	t.Helper()
	before := content(t, path)
	for range 2 { // the second time shows that the first let go of the file
		_, err := boltstore.Open(path, boltstore.Options{Timeout: 100 * time.Millisecond})
		if !errors.Is(err, want) {
			t.Fatalf("the error is %v, want %v", err, want)
		}
		for _, words := range append(says, path) {
			if !strings.Contains(err.Error(), words) {
				t.Errorf("%q doesn't say %q", err, words)
			}
		}
	}
	if !bytes.Equal(before, content(t, path)) {
		t.Error("the file was changed")
	}
}

func content(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	if err := os.WriteFile(to, content(t, from), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestRefusedPlaces(t *testing.T) {
	dir := t.TempDir()
	for _, x := range []struct{ name, path, says string }{
		{"a folder", dir, filepath.Join(dir, "syncfix.db")},
		{"a folder that is not there", filepath.Join(dir, "no", "syncfix.db"), "does not exist; make it"},
		{"a device", os.DevNull, "not a regular file"},
	} {
		t.Run(x.name, func(t *testing.T) {
			if _, err := boltstore.Open(x.path, boltstore.Options{}); err == nil || !strings.Contains(err.Error(), x.says) {
				t.Errorf("the error is %v", err)
			}
		})
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("something was made: %v (%v)", entries, err)
	}
}

// pageSize is what bolt uses here.
func pageSize() int { return os.Getpagesize() }

// usedPages is how much of a file has ever been used; the rest is set aside.
func usedPages(t *testing.T, path string) (n int) {
	t.Helper()
	db, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: time.Second, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_ = db.View(func(tx *bolt.Tx) error {
		n = int(tx.Size()) / pageSize()
		return nil
	})
	return n
}

func TestTruncatedFileIsRefused(t *testing.T) {
	path := populated(t, 40)
	used, whole := usedPages(t, path), content(t, path)
	for keep := 1; keep < used*pageSize(); keep += pageSize() - 97 {
		path := filepath.Join(t.TempDir(), "syncfix.db")
		if err := os.WriteFile(path, whole[:keep], 0o600); err != nil {
			t.Fatal(err)
		}
		want := boltstore.ErrDamaged
		if keep < 2*pageSize() { // so little that it can't be told from anything else
			want = boltstore.ErrForeign
		}
		refused(t, path, want)
	}
	// What is missing behind that was never written.
	if err := os.WriteFile(path, whole[:used*pageSize()], 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, path)
}

// A damaged page may be one that nobody uses, or one with old cases that is not
// read at the start. But opening never ends in a panic, and a file that is
// refused is left as it was.
func TestDamagedFileIsRefusedOrOpened(t *testing.T) {
	path := populated(t, 40)
	used, whole := usedPages(t, path), content(t, path)
	dice := rand.New(rand.NewPCG(1, 2))
	refusals := 0
	for page := range used {
		for _, way := range []string{"noise", "zero", "bit"} {
			damaged := bytes.Clone(whole)
			part := damaged[page*pageSize():][:pageSize()]
			switch way {
			case "noise":
				for i := range part {
					part[i] = byte(dice.Uint32())
				}
			case "zero":
				clear(part)
			case "bit":
				part[dice.IntN(64)] ^= 1 << dice.IntN(8)
			}
			path := filepath.Join(t.TempDir(), "syncfix.db")
			if err := os.WriteFile(path, damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := boltstore.Open(path, boltstore.Options{Timeout: 100 * time.Millisecond})
			if err == nil {
				_ = s.Close()
				continue
			}
			refusals++
			if !errors.Is(err, boltstore.ErrDamaged) && !errors.Is(err, boltstore.ErrForeign) {
				t.Errorf("page %d, %s: the error is %v", page, way, err)
			}
			if !bytes.Equal(damaged, content(t, path)) {
				t.Errorf("page %d, %s: the file was changed", page, way)
			}
		}
	}
	if refusals == 0 {
		t.Error("nothing was refused")
	}
}
