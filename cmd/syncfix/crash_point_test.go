package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"syncfix/bot"
	"syncfix/bot/boltstore"
	"syncfix/bot/sandbox"
)

// stopping is the name under which the test program is syncfix run that dies at
// the point that CRASH_POINT names, of an envelope with what CRASH_OF names.
const stopping = "syncfix-stopping"

// The points at which a process dies.
const (
	beforeAck     = "after persist and before ack"
	beforeStep    = "after ack and before step"
	beforeSend    = "after commit and before send"
	beforeReceipt = "after send and before receipt"
	// beforePrivate and beforePrivateReceipt are the last two, of a private message.
	beforePrivate        = "after commit and before a private message"
	beforePrivateReceipt = "after a private message and before its receipt"
)

// runStopping is the program with syncfix run's parts, and a store and an outside
// that kill it.
func runStopping(ctx context.Context) error {
	at, of := point(os.Getenv("CRASH_POINT")), os.Getenv("CRASH_OF")
	return serveBetween(ctx, seams{
		store:   func(s bot.Store) bot.Store { return &stoppingStore{Store: s, point: at, of: of} },
		outside: func(o bot.Outside) bot.Outside { return &stoppingOutside{Outside: o, point: at} },
	}, bot.RealClock{})
}

// point is where a process dies.
type point string

// die kills the process if this is the point.
func (p point) die(here string) {
	if string(p) == here {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

// What is worth dying for: an alert, or a press.
const (
	anAlert = "B0MONITOR"
	aPress  = "block_actions"
)

// stoppingStore dies when an envelope is filed, or before it is stepped.
type stoppingStore struct {
	bot.Store
	point
	of string // what an envelope has in it for which it dies
}

func (s *stoppingStore) telling(e bot.Envelope) bool { return strings.Contains(string(e.Body), s.of) }

func (s *stoppingStore) File(ctx context.Context, envelopes []bot.Envelope) ([]bool, error) {
	fresh, err := s.Store.File(ctx, envelopes)
	for i, e := range envelopes {
		if err == nil && fresh[i] && s.telling(e) {
			s.die(beforeAck)
		}
	}
	return fresh, err
}

// LeaseEnvelopes stops for good at its point: the test sees the ack, and kills.
func (s *stoppingStore) LeaseEnvelopes(ctx context.Context, lease bot.Lease) ([]bot.Envelope, error) {
	envelopes, err := s.Store.LeaseEnvelopes(ctx, lease)
	for _, e := range envelopes {
		if s.point == beforeStep && s.telling(e) {
			fmt.Fprintln(os.Stderr, beforeStep)
			select {}
		}
	}
	return envelopes, err
}

// stoppingOutside dies before or after a delivery goes out.
type stoppingOutside struct {
	bot.Outside
	point
}

func (o *stoppingOutside) Send(ctx context.Context, d bot.Delivery, s bot.Scene) (*bot.Posted, error) {
	before, after := beforeSend, beforeReceipt
	switch {
	case d.Effect.Private():
		before, after = beforePrivate, beforePrivateReceipt
	case d.Effect.Kind != bot.ShowCard:
		return o.Outside.Send(ctx, d, s)
	}
	o.die(before)
	posted, err := o.Outside.Send(ctx, d, s)
	if err == nil {
		o.die(after)
	}
	return posted, err
}

// newStopped is a workspace without limits, and a process in it that dies at a point.
func newStopped(t *testing.T, at, of string) *crash {
	t.Helper()
	k := newCrashIn(t, 1, sandbox.Options{NoRateLimits: true})
	k.must(k.start()) // the channels' history counts from now on
	k.must(k.logs.wait(func() bool { return k.logs.count(`"msg":"history read"`) > 0 }))
	k.must(k.end(syscall.SIGTERM))
	k.program = stopping
	k.env = append(k.env, "CRASH_POINT="+at, "CRASH_OF="+of)
	k.must(k.start())
	k.program = ""
	return k
}

// died waits for the end of the process. kind is of the envelope it dies for.
func (k *crash) died(at, kind string) {
	k.t.Helper()
	if at == beforeStep {
		k.must(k.logs.wait(func() bool { return strings.Contains(k.logs.String(), "\n"+at+"\n") }))
		k.must(k.wait("its ack", func() bool {
			return slices.ContainsFunc(k.slack.Envelopes(), func(e sandbox.EnvelopeLog) bool {
				return strings.HasPrefix(e.Kind, kind) && e.Outcome == sandbox.OutcomeAcked
			})
		}))
		k.must(k.end(syscall.SIGKILL))
		return
	}
	guard := time.AfterFunc(patience, func() { _ = k.process.Process.Kill() })
	err := k.process.Wait()
	if k.process = nil; !guard.Stop() || err == nil || !strings.Contains(err.Error(), "killed") {
		k.t.Fatalf("the process did not die %s: %v", at, err)
	}
}

// TestKilledAtNamedPoints kills syncfix exactly between two steps of an alert, a
// press and a private message on their way, and looks at the whole of it.
func TestKilledAtNamedPoints(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	for _, at := range []string{beforeAck, beforeStep, beforeSend, beforeReceipt} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			k := newStopped(t, at, anAlert)
			k.alertOf("support", "4000001")
			k.died(at, "message")
			k.must(k.start())
			k.check()
		})
		t.Run("a press, "+at, func(t *testing.T) {
			t.Parallel()
			k := newStopped(t, "", "")
			k.alertOf("support", "4000001")
			card, err := k.onCard(0, "answer/")
			k.must(err)
			k.must(k.end(syscall.SIGTERM))
			k.program, k.env = stopping, append(k.env, "CRASH_POINT="+at, "CRASH_OF="+aPress)
			k.must(k.start())
			pressing := make(chan struct{})
			go func() {
				defer close(pressing)
				_ = k.slack.Press("U0ANA", card.Channel, card.TS, "answer/0") // its ack is looked at later
			}()
			k.died(at, aPress)
			<-pressing
			k.program = ""
			k.must(k.start())
			s := k.check()
			if n := len(s.scenes["SF-1"].Case.Past); n != 1 {
				t.Errorf("%d offers were taken, want the one that was pressed", n)
			}
		})
	}
	for at, want := range map[string]int{beforePrivate: 0, beforePrivateReceipt: 1} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			k := newStopped(t, at, "")
			k.must(k.slack.Command("U0ANA", "support", slashCommand+" help"))
			k.died(at, "")
			k.must(k.start())
			k.must(k.settle()) // as Leo
			if got := len(k.private("U0ANA")); got != want {
				t.Errorf("Ana was told %d times, want %d: at most once, whatever is not known", got, want)
			}
			k.check()
		})
	}
}

// TestKilledDuringABackup kills syncfix while it hands out a copy of its database.
func TestKilledDuringABackup(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	t.Parallel()
	k := newStopped(t, "", "")
	k.alertOf("support", "4000001")
	k.quiet()
	k.must(k.end(syscall.SIGTERM))
	db, file := filepath.Join(k.dir, "syncfix.db"), filepath.Join(t.TempDir(), "copy.db")
	store, err := boltstore.Open(db, boltstore.Options{})
	k.must(err)
	large := bot.Envelope{Key: "large", Kind: bot.EnvelopeUnknown, Received: time.Now(), Body: make([]byte, 8<<20)} // more than a socket holds
	_, err = store.File(t.Context(), []bot.Envelope{large})
	k.must(errors.Join(err, store.Close()))
	k.must(k.start())

	err = boltstore.SaveCopy(file, func(w io.Writer) error {
		return askRunning(t.Context(), db, "backup", &killing{Writer: w, k: k})
	})
	if err == nil {
		t.Error("the copy is taken for whole")
	}
	if left, err := os.ReadDir(filepath.Dir(file)); err != nil || len(left) != 0 {
		t.Errorf("left are %v (%v)", left, err)
	}
	k.must(k.start())
	k.alertOf("support", "4000009")
	k.check()
}

// killing kills the process when it gets the first bytes of it.
type killing struct {
	io.Writer
	k *crash
}

func (w *killing) Write(b []byte) (int, error) {
	if w.k.process != nil {
		if err := w.k.end(syscall.SIGKILL); err != nil {
			return 0, err
		}
	}
	return w.Writer.Write(b)
}
