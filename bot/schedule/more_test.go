package schedule_test

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"syncfix/bot"
	"syncfix/bot/memstore"
	"syncfix/bot/schedule"
)

func TestParseNamesEveryWrongField(t *testing.T) {
	err := schedule.Parse("60 25 , foo 7", time.UTC)
	if err == nil {
		t.Fatal("it is taken")
	}
	for _, says := range []string{`minute "60" must be 0 to 59`, `hour "25" must be 0 to 23`, `day of the month ","`, `month "foo" must be 1 to 12`, `weekday "7" must be 0 (Sunday)`} {
		if !strings.Contains(err.Error(), says) {
			t.Errorf("%q doesn't say %q", err, says)
		}
	}
	if strings.Contains(err.Error(), "strconv") {
		t.Errorf("%q speaks Go", err)
	}
}

// setClock is a machine's clock that was set: what is being waited for is not told.
type setClock struct {
	bot.RealClock
	ahead atomic.Int64
}

func (c *setClock) Now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func (c *setClock) CallAt(t time.Time, f func()) func() bool {
	return time.AfterFunc(t.Sub(c.Now()), f).Stop
}

// A machine that slept, or a clock that was set, is noticed within a minute, and
// the tick names the time it was due.
func TestAClockThatIsSetForward(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := &setClock{}
		store := memstore.New()
		stop, err := schedule.Start(t.Context(), store, []schedule.Job{{Name: bot.JobDigest, Spec: "0 9 * * *"}}, clock, func() {}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
		time.Sleep(time.Hour)
		clock.ahead.Store(int64(11 * time.Hour))
		time.Sleep(time.Minute)
		synctest.Wait()
		got := ticks(t, store)
		if len(got) != 1 || got[0].Hour() != 9 || got[0].Minute() != 0 {
			t.Errorf("ticks: %v", got)
		}
	})
}

// panicky is a store that panics at first.
type panicky struct {
	bot.Store
	left int
}

func (p *panicky) File(ctx context.Context, e []bot.Envelope) ([]bool, error) {
	if p.left--; p.left >= 0 {
		panic("out of order")
	}
	return p.Store.File(ctx, e)
}

func TestAPanicEndsOneRunOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from := time.Date(2026, 3, 5, 8, 0, 0, 0, time.UTC)
		if got := run(t, "0 9 * * *", nil, from, from.Add(2*time.Hour), &panicky{memstore.New(), 2}); len(got) != 1 {
			t.Errorf("ticks: %v", got)
		}
	})
}

func TestItEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		store := memstore.New()
		if _, err := schedule.Start(ctx, store, []schedule.Job{{Name: bot.JobDigest, Spec: "* * * * *"}}, bot.RealClock{}, func() {}, slog.New(slog.DiscardHandler)); err != nil {
			t.Fatal(err)
		}
		cancel()
		synctest.Wait()
		time.Sleep(time.Hour) // the bubble would not end with a goroutine left
		if got := ticks(t, store); len(got) != 0 {
			t.Errorf("ticks: %v", got)
		}
	})
}

func TestTwoReplicasFileOneTick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memstore.New()
		for range 2 {
			stop, err := schedule.Start(t.Context(), store, []schedule.Job{{Name: bot.JobDigest, Spec: "@every 20m"}}, bot.RealClock{}, func() {}, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			defer stop()
			time.Sleep(7 * time.Minute)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := ticks(t, store); len(got) != 3 {
			t.Errorf("ticks: %v", got)
		}
	})
}
