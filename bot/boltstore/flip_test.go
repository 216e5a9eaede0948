package boltstore_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"syncfix/bot"
	"syncfix/bot/boltstore"
)

// Wherever a bit flips: a file that is refused says so and is left as it was; one
// that is opened can be read from end to end without a panic or a circle.
func TestFlippedBits(t *testing.T) {
	path := populated(t, 300)
	used, whole := usedPages(t, path), content(t, path)
	dice := rand.New(rand.NewPCG(3, 4))
	refusals := 0
	const flips = 120
	for i := range flips {
		at := dice.IntN(used * pageSize())
		if i%2 == 0 { // where pages say what they are
			at = dice.IntN(used)*pageSize() + dice.IntN(16+8*16)
		}
		damaged := bytes.Clone(whole)
		damaged[at] ^= 1 << dice.IntN(8)
		path := filepath.Join(t.TempDir(), "syncfix.db")
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		err := boltstore.Verify(path)
		if err != nil {
			known(t, at, err)
		}
		s, err := boltstore.Open(path, boltstore.Options{Timeout: 100 * time.Millisecond})
		if err != nil {
			refusals++
			known(t, at, err)
			if !bytes.Equal(damaged, content(t, path)) {
				t.Errorf("byte %d: the file was changed", at)
			}
			continue
		}
		_ = s.Each(context.Background(), func(bot.Case, []bot.Event) error { return nil })
		_, _ = s.File(context.Background(), []bot.Envelope{envelope(1000)})
		if err := s.Close(); err != nil {
			t.Errorf("byte %d: closing: %v", at, err)
		}
	}
	if refusals < flips/10 {
		t.Errorf("only %d of %d were refused", refusals, flips)
	}
	t.Logf("%d of %d were refused", refusals, flips)
}

// What bolt would follow without end, or write over what is in use.
func TestPagesThatLieAreRefused(t *testing.T) {
	now, old := content(t, populated(t, 300)), content(t, older(t, "3"))
	size, order := pageSize(), binary.NativeEndian
	const listed = "a free page that is in use" // older files list them
	kindOf := func(page []byte) uint16 { return order.Uint16(page[8:]) }
	for name, lie := range map[string]func(id int, page []byte) bool{
		"a branch that leads to itself": func(id int, page []byte) bool {
			if kindOf(page) != 1 {
				return false
			}
			order.PutUint64(page[16+8:], uint64(id))
			return true
		},
		"a page that overflows into others": func(_ int, page []byte) bool {
			if kindOf(page) != 2 || order.Uint16(page[10:]) < 9 {
				return false
			}
			order.PutUint32(page[12:], 3)
			return true
		},
		"keys out of order": func(_ int, page []byte) bool {
			if kindOf(page) != 1 {
				return false
			}
			first := slices.Clone(page[16+8 : 16+16])
			copy(page[16+8:], page[32+8:32+16])
			copy(page[32+8:], first)
			return true
		},
		listed: func(_ int, page []byte) bool {
			if kindOf(page) != 0x10 {
				return false
			}
			meta := old[16:] // the newer one's root
			if order.Uint64(old[16+48:]) < order.Uint64(old[size+16+48:]) {
				meta = old[size+16:]
			}
			order.PutUint64(page[16:], order.Uint64(meta[16:]))
			return true
		},
	} {
		t.Run(name, func(t *testing.T) {
			damaged := slices.Clone(now)
			if name == listed {
				damaged = slices.Clone(old)
			}
			done := 0
			for id := 2; (id+1)*size <= len(damaged); id++ { // pages that are no longer used lie, too
				if lie(id, damaged[id*size:(id+1)*size]) {
					done++
				}
			}
			if done == 0 {
				t.Fatal("there is no such page")
			}
			path := filepath.Join(t.TempDir(), "syncfix.db")
			if err := os.WriteFile(path, damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			refused(t, path, boltstore.ErrDamaged, "restore it from a backup")
		})
	}
}

func known(t *testing.T, at int, err error) {
	t.Helper()
	if text := err.Error(); strings.Count(text, "damaged (") > 1 {
		t.Errorf("byte %d: it says more than once that it is damaged: %s", at, text)
	}
	if !errors.Is(err, boltstore.ErrDamaged) && !errors.Is(err, boltstore.ErrForeign) && !errors.Is(err, boltstore.ErrNewer) {
		t.Errorf("byte %d: the error is %v", at, err)
	}
}

// What bolt writes over a long life is never taken for damage.
func TestLargeFileIsNotTakenForDamaged(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "syncfix.db")
	dice := rand.New(rand.NewPCG(5, 6))
	for round := range 4 {
		s := open(t, path)
		for batch := range 10 {
			if err := s.Update(ctx, func(tx bot.Tx) error {
				for i := range 100 {
					id := fmt.Sprintf("SF-%d-%d-%d", round, batch, i)
					c := bot.Case{ID: id, State: bot.Resolved, Closed: noon().Add(time.Duration(dice.IntN(1000)) * time.Hour), Text: string(make([]byte, dice.IntN(6000)))}
					if err := errors.Join(tx.PutCase(c, 0), tx.AppendEvent(id, bot.Event{Note: c.Text}), tx.Bind(id, id)); err != nil {
						return err
					}
				}
				_, err := tx.PruneCases(noon().Add(time.Duration(dice.IntN(700))*time.Hour), dice.IntN(150))
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := boltstore.Verify(path); err != nil {
			t.Fatal(err)
		}
	}
	begin := time.Now()
	open(t, path)
	info, err := os.Stat(path)
	t.Logf("%d MiB opened in %s (%v)", info.Size()>>20, time.Since(begin), err)
}
