package boltstore

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"syncfix/bot"
)

func noon() time.Time { return time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC) }

func openFresh(t testing.TB) *Store {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "syncfix.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func letter(i int) bot.Envelope {
	return bot.Envelope{Key: fmt.Sprintf("T1/C1/%010d.000100", i), Received: noon().Add(time.Duration(i) * time.Minute), Body: make([]byte, 1500)}
}

func letters(from, n int) []bot.Envelope {
	var es []bot.Envelope
	for i := range n {
		es = append(es, letter(from+i))
	}
	return es
}

// stepOne is what a turn does for one envelope.
func stepOne(s *Store, seq uint64) error {
	return s.Update(context.Background(), func(tx bot.Tx) error { return stepIn(tx, seq) })
}

func stepIn(tx bot.Tx, seq uint64) error {
	if err := tx.DoneEnvelope(seq); err != nil {
		return err
	}
	n, err := tx.NextNumber()
	if err != nil {
		return err
	}
	c := bot.Case{
		ID: fmt.Sprint("SF-", n), Rev: 1, State: bot.Triage, Text: strings.Repeat("x", 500), Opened: noon(),
		Timers: map[bot.Timer]time.Time{bot.TimerReminder: noon().Add(time.Duration(n)), bot.TimerStale: noon().Add(time.Duration(n) * time.Second)},
	}
	if err := tx.PutCase(c, 0); err != nil {
		return err
	}
	if err := tx.AppendEvent(c.ID, bot.Event{Kind: bot.EventOpened, At: noon(), Alert: &bot.Alert{Text: c.Text}}); err != nil {
		return err
	}
	if err := tx.Bind("thread/T1/C1/"+c.ID, c.ID); err != nil {
		return err
	}
	d, err := tx.AddDelivery(bot.Delivery{ID: c.ID + "/1/0", Born: noon()}, "one", noon().Add(time.Hour))
	if err != nil {
		return err
	}
	return tx.DoneDelivery(d)
}

// What one envelope costs must not depend on how many came before.
func TestBytesWrittenDoNotGrow(t *testing.T) {
	s := openFresh(t)
	filed := 0
	written := func(what func()) int64 {
		before := s.db.Stats().TxStats
		what()
		after := s.db.Stats().TxStats
		return after.GetPageAlloc() - before.GetPageAlloc()
	}
	one := func() int64 {
		return written(func() {
			for range 20 {
				filed++
				if _, err := s.File(context.Background(), letters(filed, 1)); err != nil {
					t.Fatal(err)
				}
				if err := stepOne(s, uint64(filed)); err != nil {
					t.Fatal(err)
				}
			}
		}) / 20
	}
	one()
	early := one()
	const many = 20_000
	if _, err := s.File(context.Background(), letters(filed+1, many)); err != nil {
		t.Fatal(err)
	}
	filed += many
	late := one()
	if late > 3*early {
		t.Errorf("an envelope writes %d bytes at first and %d after %d more", early, late, many)
	}
	t.Logf("bytes written for an envelope, filed and stepped: %d at first, %d after %d more", early, late, many)
}

func TestLeasingIsAsCheapInALongInbox(t *testing.T) {
	s := openFresh(t)
	if _, err := s.File(context.Background(), letters(0, 10_000)); err != nil {
		t.Fatal(err)
	}
	lease := func() {
		es, err := s.LeaseEnvelopes(context.Background(), bot.Lease{Holder: "one", Max: 10, Now: noon(), Until: noon().Add(time.Hour)})
		if err != nil || len(es) != 10 {
			t.Fatalf("leased %d (%v)", len(es), err)
		}
	}
	first := testing.AllocsPerRun(10, lease)
	for range 900 {
		lease()
	}
	last := testing.AllocsPerRun(10, lease)
	if last > 1.5*first {
		t.Errorf("leasing 10 makes %.0f allocations at first and %.0f with 9,000 leased", first, last)
	}
}

func TestOpenCasesOfOtherChannelsAreNotRead(t *testing.T) {
	s := openFresh(t)
	put := func(from, n int, channel string) {
		if err := s.Update(context.Background(), func(tx bot.Tx) error {
			for i := range n {
				c := bot.Case{ID: fmt.Sprint("SF-", from+i), State: bot.Triage, Anchor: bot.Place{Channel: channel}}
				if err := tx.PutCase(c, 0); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	look := func() float64 {
		return testing.AllocsPerRun(10, func() {
			if err := s.View(context.Background(), func(tx bot.Reader) error {
				open, err := tx.OpenIn("C1")
				if len(open) != 1 || open[0].ID != "SF-1" {
					t.Errorf("open in the channel are %+v", open)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
		})
	}
	put(1, 1, "C1")
	alone := look()
	put(2, 2000, "C2")
	if among := look(); among > alone+100 {
		t.Errorf("finding one makes %.0f allocations alone and %.0f among 2,000 others", alone, among)
	}
}

// What is done is forgotten in memory too.
func TestLeasesOfWhatIsDoneAreForgotten(t *testing.T) {
	ctx := context.Background()
	s := openFresh(t)
	queue := func(id string) (seq uint64) {
		if err := s.Update(ctx, func(tx bot.Tx) (err error) {
			seq, err = tx.AddDelivery(bot.Delivery{ID: id, Born: noon()}, "one", noon().Add(time.Hour))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return seq
	}
	old := queue("old")
	path := s.db.Path()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Update(ctx, func(tx bot.Tx) error { return tx.PutDelivery(bot.Delivery{ID: "old", Seq: old}) }); err != nil {
		t.Fatal(err)
	}
	young := queue("young")
	if _, err := s.File(ctx, letters(0, 10)); err != nil {
		t.Fatal(err)
	}
	es, err := s.LeaseEnvelopes(ctx, bot.Lease{Holder: "one", Max: 10, Now: noon(), Until: noon().Add(time.Hour)})
	if err != nil || len(es) != 10 {
		t.Fatalf("leased %d (%v)", len(es), err)
	}
	if err := s.Update(ctx, func(tx bot.Tx) error {
		for _, e := range es {
			if err := tx.DoneEnvelope(e.Seq); err != nil {
				return err
			}
		}
		return errors.Join(tx.DoneDelivery(old), tx.DoneDelivery(young))
	}); err != nil {
		t.Fatal(err)
	}
	if n := len(s.envelopes.held) + len(s.envelopes.free) + len(s.deliveries.held) + len(s.deliveries.settled); n != 0 {
		t.Errorf("%d leases of nothing are left", n)
	}
}

func TestInstantsSortAsTimesDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) time.Time {
			sec := rapid.Int64Range(-1<<40, 1<<40).Draw(t, name+" seconds")
			return time.Unix(sec, rapid.Int64Range(0, 999_999_999).Draw(t, name+" nanoseconds"))
		}
		a, b := draw("a"), draw("b")
		if got := slices.Compare(instant(a), instant(b)); got != a.Compare(b) {
			t.Errorf("%s and %s compare as %d", a, b, got)
		}
		if !instantIn(instant(a)).Equal(a) {
			t.Errorf("%s came back as %s", a, instantIn(instant(a)))
		}
	})
}

func TestTextsAsKeysAreDistinct(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.String().Draw(t, "a"), rapid.String().Draw(t, "b")
		if n := rapid.IntRange(0, 40).Draw(t, "times"); n > 20 { // long ones
			for range n {
				a, b = a+"0123456789abcdef", b+"0123456789abcdef"
			}
		}
		ka, kb := text(a), text(b)
		if (a == b) != (string(ka) == string(kb)) {
			t.Errorf("%q and %q have the keys %x and %x", a, b, ka, kb)
		}
		if len(ka) == 0 || len(ka) > longestKey+1 {
			t.Errorf("the key of %q has %d bytes", a, len(ka))
		}
	})
}

func FuzzEnvelopeRow(f *testing.F) {
	row, err := packEnvelope(letter(1))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(row)
	f.Add([]byte("{}\n"))
	f.Add([]byte("{}"))
	f.Add([]byte("\n\n"))
	f.Fuzz(func(t *testing.T, row []byte) {
		e, err := unpackEnvelope(row)
		if err != nil {
			return
		}
		again, err := packEnvelope(e)
		if err != nil {
			t.Fatalf("what was read can't be written: %v", err)
		}
		back, err := unpackEnvelope(again)
		if err != nil || back.Key != e.Key || string(back.Body) != string(e.Body) {
			t.Errorf("%+v came back as %+v (%v)", e, back, err)
		}
	})
}
