package boltstore_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"syncfix/bot"
	"syncfix/bot/boltstore"
)

// names are the files of a folder.
func names(t *testing.T, dir string) (got []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		got = append(got, e.Name())
	}
	return got
}

func recent(t *testing.T, s bot.Store) int {
	t.Helper()
	n := 0
	if err := s.View(context.Background(), func(tx bot.Reader) error {
		all, err := tx.Recent(1000)
		n = len(all)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestBackupOfAnOpenStoreIsOfOneMoment(t *testing.T) {
	s := open(t, populated(t, 20))
	stop, stopped := make(chan struct{}), make(chan error, 1)
	go func() { // each transaction makes a case and its event: a copy must have both or none
		for i := 0; ; i++ {
			select {
			case <-stop:
				stopped <- nil
				return
			default:
			}
			id := strings.Repeat("x", 1+i%300)
			err := s.Update(context.Background(), func(tx bot.Tx) error {
				c, err := tx.Case(id)
				if errors.Is(err, bot.ErrNotFound) {
					c, err = bot.Case{ID: id, State: bot.Triage}, nil
				}
				from := c.Rev
				c.Rev++
				return errors.Join(err, tx.PutCase(c, from), tx.AppendEvent(id, bot.Event{Kind: bot.EventAlert}))
			})
			if err != nil {
				stopped <- err
				return
			}
		}
	}()
	dir := t.TempDir()
	for _, name := range []string{"a", "b", "c"} {
		to := filepath.Join(dir, name)
		if err := s.Backup(to); err != nil {
			t.Fatal(err)
		}
		copied := open(t, to)
		err := copied.View(context.Background(), func(tx bot.Reader) error {
			all, err := tx.Recent(1000)
			for _, c := range all {
				events, err := tx.Events(c.ID)
				if err != nil || len(events) != int(c.Rev) {
					t.Errorf("%s is at revision %d and has %d events (%v)", c.ID, c.Rev, len(events), err)
				}
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		if info, err := os.Stat(to); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info, err)
		}
	}
	close(stop)
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	if got := names(t, dir); len(got) != 3 {
		t.Errorf("the folder holds %v", got)
	}
}

func TestBackupOfAClosedFile(t *testing.T) {
	path := populated(t, 20)
	before, to := content(t, path), filepath.Join(t.TempDir(), "copy.db")
	if err := boltstore.Backup(path, to); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, content(t, path)) {
		t.Error("the file was changed")
	}
	if n := recent(t, open(t, to)); n != 20 {
		t.Errorf("the copy has %d cases", n)
	}
	s := open(t, path)
	if err := boltstore.Backup(path, to+"2"); !errors.Is(err, bot.ErrInUse) {
		t.Errorf("while it is open: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := boltstore.Backup(path+".no", to+"3"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of a file that is not there: %v", err)
	}
}

func TestCopyNeverReplacesAndNeverStaysInPart(t *testing.T) {
	path, dir := populated(t, 5), t.TempDir()
	to := filepath.Join(dir, "copy.db")
	if err := os.WriteFile(to, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := boltstore.Backup(path, to); !errors.Is(err, fs.ErrExist) || string(content(t, to)) != "mine" {
		t.Errorf("onto a file: %v", err)
	}
	// One that turns up while the copy is made.
	other := filepath.Join(dir, "other.db")
	err := boltstore.SaveCopy(other, func(w io.Writer) error {
		_, err := w.Write(content(t, path))
		return errors.Join(err, os.WriteFile(other, []byte("theirs"), 0o600))
	})
	if !errors.Is(err, fs.ErrExist) || string(content(t, other)) != "theirs" {
		t.Errorf("onto a file that turned up: %v", err)
	}
	broken := errors.New("broken")
	err = boltstore.SaveCopy(filepath.Join(dir, "b"), func(w io.Writer) error { _, _ = w.Write([]byte("part")); return broken })
	if !errors.Is(err, broken) {
		t.Errorf("broken off: %v", err)
	}
	err = boltstore.SaveCopy(filepath.Join(dir, "c"), func(w io.Writer) error { // ended too early, and nobody said so
		_, err := w.Write(content(t, path)[:5*pageSize()])
		return err
	})
	if !errors.Is(err, boltstore.ErrDamaged) {
		t.Errorf("cut off: %v", err)
	}
	if got := names(t, dir); len(got) != 2 {
		t.Errorf("the folder holds %v", got)
	}
}

func TestVerifySeesWhatOpenDoesNot(t *testing.T) {
	path := populated(t, 40)
	if err := boltstore.Verify(path); err != nil {
		t.Fatal(err)
	}
	damaged := bytes.ReplaceAll(content(t, path), []byte(`{"id":"SF-7","rev"`), []byte(`x"id":"SF-7","rev"`))
	if err := os.WriteFile(path, damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := boltstore.Verify(path); !errors.Is(err, boltstore.ErrDamaged) || !strings.Contains(err.Error(), "a row of cases") {
		t.Errorf("the error is %v", err)
	}
}
