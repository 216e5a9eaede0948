package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"syncfix/bot"
	"syncfix/bot/boltstore"
)

// nobody has no dead letters.
type nobody struct{}

func (nobody) Retry(context.Context, []string) ([]bot.Verdict, error) {
	return nil, errors.New("no bot")
}
func (nobody) Discard(context.Context, []string) ([]bot.Verdict, error) {
	return nil, errors.New("no bot")
}

// answering opens a store and its control socket, until stop is called.
func answering(t *testing.T, dir string, log io.Writer) (db string, stop func()) {
	t.Helper()
	db = filepath.Join(dir, "syncfix.db")
	store, err := boltstore.Open(db, boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- control(db, store, nobody{}, slog.New(slog.NewTextHandler(log, nil)))(ctx) }()
	return db, func() {
		cancel()
		if err := errors.Join(<-ended, store.Close()); err != nil {
			t.Error(err)
		}
	}
}

// asked asks until somebody answers.
func asked(t *testing.T, db, what string) []byte {
	t.Helper()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for begin := time.Now(); ; <-again.C {
		var b bytes.Buffer
		err := askRunning(t.Context(), db, what, &b)
		if !errors.Is(err, errNotRunning) || time.Since(begin) > patience {
			if err != nil {
				t.Fatal(err)
			}
			return b.Bytes()
		}
	}
}

func TestControlSocketIsForItsOwnerAndGoesWithTheProcess(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	for name, dir := range map[string]string{"short": t.TempDir(), "long": filepath.Join(t.TempDir(), strings.Repeat("long/", 30))} {
		t.Run(name, func(t *testing.T) {
			if err := os.MkdirAll(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			// One that was left behind.
			short, release, err := shortened(controlPath(filepath.Join(dir, "syncfix.db")))
			if err != nil {
				t.Fatal(err)
			}
			stale, err := net.ListenUnix("unix", &net.UnixAddr{Name: short, Net: "unix"})
			if err != nil {
				t.Fatal(err)
			}
			stale.SetUnlinkOnClose(false)
			_ = stale.Close()
			release()

			db, stop := answering(t, dir, io.Discard)
			if b := asked(t, db, "backup"); len(b) == 0 {
				t.Error("the copy is empty")
			}
			info, err := os.Lstat(controlPath(db))
			if err != nil || info.Mode() != os.ModeSocket|0o600 {
				t.Errorf("%v (%v)", info, err)
			}
			if err := askRunning(t.Context(), db, "nonsense", io.Discard); err == nil || !strings.Contains(err.Error(), "no nonsense to give") {
				t.Errorf("asked for what there is not: %v", err)
			}
			stop()
			if err := askRunning(t.Context(), db, "backup", io.Discard); !errors.Is(err, errNotRunning) {
				t.Errorf("after it has stopped: %v", err)
			}
			left, err := os.ReadDir(dir)
			if err != nil || len(left) != 1 {
				t.Errorf("left are %v (%v)", left, err)
			}
		})
	}
}

func TestControlSocketReplacesNoFile(t *testing.T) {
	dir := t.TempDir()
	path := controlPath(filepath.Join(dir, "syncfix.db"))
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	log := newLogBuffer()
	_, stop := answering(t, dir, log)
	if err := log.wait(func() bool { return log.count("no control socket") == 1 }); err != nil {
		t.Error(err)
	}
	stop()
	if text, err := os.ReadFile(path); err != nil || string(text) != "mine" {
		t.Errorf("the file says %q (%v)", text, err)
	}
}

func TestARunningSyncfixIsFoundByALink(t *testing.T) {
	db, stop := answering(t, t.TempDir(), io.Discard)
	defer stop()
	asked(t, db, "backup")
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(db, link); err != nil {
		t.Fatal(err)
	}
	if err := backupTo(t.Context(), link, filepath.Join(t.TempDir(), "copy.db")); err != nil {
		t.Error(err)
	}
}

// Whoever reads has a copy that nobody finds afterwards, however the process ends:
// "syncfix export | head" is killed by the closed pipe.
func TestACopyForReadingHasNoName(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	db, stop := answering(t, t.TempDir(), io.Discard)
	defer stop()
	asked(t, db, "backup")
	store, done, err := openCopy(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left are %v (%v)", left, err)
	}
	if err := export(t.Context(), store, time.Time{}, io.Discard); err != nil {
		t.Errorf("it can't be read: %v", err)
	}
	if err := done(); err != nil {
		t.Error(err)
	}
}

func TestBackupThatBreaksOffLeavesNoFile(t *testing.T) {
	dir := t.TempDir()
	db, to := filepath.Join(dir, "syncfix.db"), filepath.Join(dir, "copy.db")
	store, err := boltstore.Open(db, boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	listener, err := listenControl(controlPath(db))
	if err != nil {
		t.Fatal(err)
	}
	var whole bytes.Buffer
	if _, err := store.WriteTo(&whole); err != nil {
		t.Fatal(err)
	}
	server := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(whole.Bytes()[:whole.Len()-1])
		panic(http.ErrAbortHandler)
	})}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	if err := backupTo(t.Context(), db, to); err == nil || !strings.Contains(err.Error(), "broke off") {
		t.Errorf("the error is %v", err)
	}
	if err := server.Close(); err != nil {
		t.Error(err)
	}
	<-ended
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 { // the database and the socket
		t.Errorf("the folder holds %v (%v)", entries, err)
	}
}
