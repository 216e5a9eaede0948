package boltstore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"syncfix/bot"
	"syncfix/bot/boltstore"
	"syncfix/bot/storetest"
)

// smallDisk is a file system of its own with room for so many bytes, for a test
// that may mount one.
func smallDisk(t *testing.T, size int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// missing skips a test that can't be run here; where CI is set, it must be.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// unmounted is missing for a test that mounts. .ci/run knows of a machine that forbids it, and tells.
func unmounted(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("MOUNTS") == "forbidden" {
		t.Log("not run: " + what)
		return
	}
	missing(t, what)
}

// A full disk is told once, what was kept stays, and when there is room again
// all goes on by itself.
func TestFullDisk(t *testing.T) {
	if !storetest.OwnMounts(t, unmounted) {
		return
	}
	unwritable(t, smallDisk(t, 2<<20), func(dir string) (release func()) {
		ballast := filepath.Join(dir, "ballast")
		_ = os.WriteFile(ballast, make([]byte, 4<<20), 0o600) // it takes all there is, and fails
		return func() {
			if err := os.Remove(ballast); err != nil {
				t.Error(err)
			}
		}
	})
}

// smallFiles is set in a process that may limit the size of its files.
const smallFiles = "SYNCFIX_TEST_SMALL_FILES"

// The same where files can't grow beyond a limit, which can be tested everywhere: in
// a process of its own, since go test writes a log in this one.
func TestFileThatMayNotGrow(t *testing.T) {
	if os.Getenv(smallFiles) == "" {
		again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFileThatMayNotGrow$")
		again.Env = append(os.Environ(), smallFiles+"=true")
		if out, err := again.CombinedOutput(); err != nil {
			t.Errorf("%v:\n%s", err, out)
		}
		return
	}
	unwritable(t, t.TempDir(), func(string) (release func()) {
		var before syscall.Rlimit
		if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
			t.Fatal(err)
		}
		small := syscall.Rlimit{Cur: 8 << 10, Max: before.Max}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &small); err != nil {
			t.Fatal(err)
		}
		return func() {
			if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// A disk that may only be read is refused at the start, with what to do; a copy of
// what is there can be taken all the same.
func TestReadOnlyDisk(t *testing.T) {
	if !storetest.OwnMounts(t, unmounted) {
		return
	}
	dir := smallDisk(t, 4<<20)
	path := filepath.Join(dir, "syncfix.db")
	s := open(t, path)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, filepath.Join(dir, "new.db")} {
		_, err := boltstore.Open(name, boltstore.Options{})
		if err == nil || !strings.Contains(err.Error(), "read-only file system: make that disk writable") || strings.Contains(err.Error(), "damaged") {
			t.Errorf("opening %s: %v", filepath.Base(name), err)
		}
	}
	if err := boltstore.Backup(path, filepath.Join(t.TempDir(), "copy.db")); err != nil {
		t.Errorf("copying from it: %v", err)
	}
}

func unwritable(t *testing.T, dir string, fill func(dir string) (release func())) {
	t.Helper()
	ctx := context.Background()
	var log bytes.Buffer
	path := filepath.Join(dir, "syncfix.db")
	var refusals, commits int
	s, err := boltstore.Open(path, boltstore.Options{Log: slog.New(slog.NewTextHandler(&log, nil)), Committed: func(_ time.Duration, err error) {
		if commits++; err != nil {
			refusals++
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if _, err := s.File(ctx, []bot.Envelope{envelope(0)}); err != nil {
		t.Fatal(err)
	}
	release := fill(dir)
	refused := 0
	for i := 1; i < 200 && refused < 5; i++ {
		e := envelope(i)
		e.Body = make([]byte, 20<<10)
		if _, err := s.File(ctx, []bot.Envelope{e}); errors.Is(err, bot.ErrUnwritable) {
			refused++
		} else if err != nil {
			t.Fatalf("the error is %v", err)
		}
	}
	big := bot.Case{ID: "SF-1", Text: strings.Repeat("x", 1<<16)}
	updating := s.Update(ctx, func(tx bot.Tx) error { return tx.PutCase(big, 0) })
	trying := s.Try(ctx)
	release() // before anything is written to the test's own log
	if refused != 5 || !errors.Is(updating, bot.ErrUnwritable) {
		t.Fatalf("%d were refused; updating: %v", refused, updating)
	}
	if !errors.Is(trying, bot.ErrUnwritable) {
		t.Errorf("trying while there is no room: %v", trying)
	}
	if refusals != 6 || commits <= refusals {
		t.Errorf("the observer heard of %d refusals among %d transactions, want 6", refusals, commits)
	}
	if n := strings.Count(log.String(), "the database can't be written"); n != 1 {
		t.Errorf("said %d times:\n%s", n, log.String())
	}
	if err := s.Try(ctx); err != nil || refusals != 6 {
		t.Fatalf("with room again: %v, %d refusals", err, refusals)
	}
	if left, err := filepath.Glob(filepath.Join(dir, ".try-*")); err != nil || len(left) > 0 {
		t.Errorf("trying left %v behind (%v)", left, err)
	}
	last := envelope(999)
	fresh, err := s.File(ctx, []bot.Envelope{envelope(0), last})
	if err != nil || fresh[0] || !fresh[1] {
		t.Errorf("with room again: %v, %v", fresh, err)
	}
	if n := strings.Count(log.String(), "can be written again"); n != 1 {
		t.Errorf("said %d times that it is over:\n%s", n, log.String())
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := boltstore.Verify(path); err != nil {
		t.Error(err)
	}
}
