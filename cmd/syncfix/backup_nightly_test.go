package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"syncfix/bot"
	"syncfix/bot/boltstore"
)

func nightlyCopies(t *testing.T, dir string, log *logBuffer) *copies {
	t.Helper()
	store, err := boltstore.Open(filepath.Join(t.TempDir(), "syncfix.db"), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	now := time.Date(2026, 3, 1, 3, 15, 0, 0, time.UTC)
	clock := func() time.Time { now = now.Add(24 * time.Hour); return now }
	return &copies{Store: store, dir: dir, keep: 3, now: clock, log: slog.New(slog.NewTextHandler(log, nil))}
}

func TestNightlyBackupsAreKeptUpToACount(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a [folder]*")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	others := []string{"syncfix-mine.db", "notes.txt"}
	for _, name := range append(others, ".syncfix-20260101T031500Z.db.1.part") {
		write(t, filepath.Join(dir, name), "x")
	}
	c := nightlyCopies(t, dir, newLogBuffer())
	received := time.Date(2026, 3, 6, 3, 15, 0, 0, time.UTC)
	for range 5 {
		if _, err := c.File(t.Context(), []bot.Envelope{{Received: received}}); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	want := slices.Concat(others, []string{"syncfix-20260304T031500Z.db", "syncfix-20260305T031500Z.db", "syncfix-20260306T031500Z.db"})
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the folder holds %v, want %v", got, want)
	}
	if err := boltstore.Verify(filepath.Join(dir, want[len(want)-2])); err != nil {
		t.Error(err)
	}
	if err := c.View(t.Context(), func(tx bot.Reader) error {
		last, err := tx.LastTick(nightlyJob)
		if !last.Equal(received) {
			t.Errorf("the last one is noted for %s", last)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
}

func TestNightlyBackupGivesUpUntilTheNextNight(t *testing.T) {
	log := newLogBuffer()
	c := nightlyCopies(t, filepath.Join(t.TempDir(), "gone"), log)
	var errs []bool
	for range 6 {
		_, err := c.File(t.Context(), []bot.Envelope{{Received: time.Now()}})
		errs = append(errs, errors.Is(err, os.ErrNotExist))
	}
	if !slices.Equal(errs, []bool{true, true, false, true, true, false}) {
		t.Errorf("it asks to be tried again: %v", errs)
	}
	if n := strings.Count(log.String(), "the nightly backup failed"); n != 2 {
		t.Errorf("said %d times:\n%s", n, log)
	}
}

// The night that syncfix was not running is made up for at the start, once; then
// comes the next night.
func TestMissedNightlyBackupIsMadeAtTheStart(t *testing.T) {
	dir, kept := t.TempDir(), t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		store, err := boltstore.Open(filepath.Join(dir, "syncfix.db"), boltstore.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		if err := store.Update(t.Context(), func(tx bot.Tx) error { return tx.MarkTick(nightlyJob, time.Now().Add(-49*time.Hour)) }); err != nil {
			t.Fatal(err)
		}
		c := config{backupDir: kept, backupKeep: 7}
		for _, x := range []struct {
			works time.Duration
			want  int
		}{{time.Minute, 1}, {time.Minute, 1}, {24 * time.Hour, 2}} {
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- nightly(c, store, bot.RealClock{}, slog.New(slog.DiscardHandler))(ctx) }()
			time.Sleep(x.works)
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
			if n := files(t, kept); n != x.want {
				t.Errorf("there are %d copies, want %d", n, x.want)
			}
		}
	})
}

// Nobody should have to wait for the night to learn that there will be no copy.
func TestABackupFolderThatCantBeWrittenIsSaidAtTheStart(t *testing.T) {
	dir := t.TempDir()
	for kept, want := range map[string]int{filepath.Join(dir, "gone"): 1, dir: 0} {
		synctest.Test(t, func(t *testing.T) {
			store, err := boltstore.Open(filepath.Join(dir, "syncfix.db"), boltstore.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			log := newLogBuffer()
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if err := nightly(config{backupDir: kept, backupKeep: 7}, store, bot.RealClock{}, slog.New(slog.NewTextHandler(log, nil)))(ctx); err != nil {
				t.Error(err)
			}
			if n := log.count("there will be no nightly backups"); n != want {
				t.Errorf("said %d times, want %d: %s", n, want, log)
			}
		})
	}
}

func files(t *testing.T, dir string) int {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}
