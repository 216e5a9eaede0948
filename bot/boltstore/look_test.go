package boltstore

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"syncfix/bot"
)

func TestLookChangesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "syncfix.db")
	if found, err := Look(path, Options{}); found || err != nil {
		t.Errorf("no file: %t, %v", found, err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Fatal("looking made the file")
	}
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if found, err := Look(path, Options{}); !found || !errors.Is(err, bot.ErrInUse) {
		t.Errorf("in use: %t, %v", found, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if found, err := Look(path, Options{}); !found || err != nil {
		t.Errorf("good: %t, %v", found, err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("looking changed the file (%v)", err)
	}
	if err := os.WriteFile(path, bytes.Repeat([]byte("accounts;"), 2000), 0o600); err != nil {
		t.Fatal(err)
	}
	if found, err := Look(path, Options{}); !found || !errors.Is(err, ErrForeign) {
		t.Errorf("foreign: %t, %v", found, err)
	}
}
