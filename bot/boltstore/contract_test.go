package boltstore_test

import (
	"path/filepath"
	"testing"

	"syncfix/bot"
	"syncfix/bot/boltstore"
	"syncfix/bot/storetest"
)

// filed is a store that knows its file.
type filed struct {
	*boltstore.Store
	path string
}

func open(t testing.TB, path string) filed {
	t.Helper()
	s, err := boltstore.Open(path, boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return filed{Store: s, path: path}
}

func reopen(t *testing.T, s bot.Store) bot.Store {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return open(t, s.(filed).path)
}

func TestContract(t *testing.T) {
	fresh := func(t *testing.T) bot.Store { return open(t, filepath.Join(t.TempDir(), "syncfix.db")) }
	storetest.Run(t, fresh, reopen)
}

// With eras of two, all that can happen to an era does.
func TestContractInManyEras(t *testing.T) {
	small := func(t *testing.T, path string) bot.Store {
		s, err := boltstore.OpenWithEras(path, 2)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return filed{Store: s, path: path}
	}
	fresh := func(t *testing.T) bot.Store { return small(t, filepath.Join(t.TempDir(), "syncfix.db")) }
	storetest.Run(t, fresh, func(t *testing.T, s bot.Store) bot.Store {
		t.Helper()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		return small(t, s.(filed).path)
	})
}
