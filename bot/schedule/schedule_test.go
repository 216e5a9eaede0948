package schedule_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"syncfix/bot"
	"syncfix/bot/memstore"
	"syncfix/bot/schedule"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestParseSaysWhatToWriteInstead(t *testing.T) {
	for spec, says := range map[string]string{
		"0 9 * * 1-5":        "",
		"@daily":             "",
		"0 0 29 2 *":         "",
		"":                   "empty",
		"9:00":               "minute, hour",
		"0 0 9 * * *":        "needs 5",
		"TZ=0":               "time zone",
		"CRON_TZ=UTC":        "time zone",
		"TZ=UTC 0 9 * * *":   "time zone",
		"0 0 30 2 *":         "never comes",
		"@every 1ms":         "whole seconds",
		"0 25 * * *":         "0 to 23",
		"0 9 * * 1-5 @daily": "needs 5",
	} {
		err := schedule.Parse(spec, time.UTC)
		if (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want it to say %q", spec, err, says)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, spec := range []string{"0 9 * * 1-5", "TZ=0", "CRON_TZ=UTC", "@every 0s", "*/0 * * * *", "0 0 30 2 *"} {
		f.Add(spec)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		if schedule.Parse(spec, time.UTC) == nil && strings.TrimSpace(spec) == "" {
			t.Error("an empty expression is taken")
		}
	})
}

// run lets a job's clock go from one time to another and returns its ticks.
func run(t *testing.T, spec string, z *time.Location, from, to time.Time, store bot.Store) []time.Time {
	t.Helper()
	time.Sleep(time.Until(from))
	woken := 0
	stop, err := schedule.Start(t.Context(), store, []schedule.Job{{Name: bot.JobDigest, Spec: spec, Zone: z}}, bot.RealClock{},
		func() { woken++ }, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Until(to))
	synctest.Wait()
	stop()
	got := ticks(t, store)
	if woken < len(got) {
		t.Errorf("woken %d times for %d ticks", woken, len(got))
	}
	return got
}

func ticks(t *testing.T, store bot.Store) []time.Time {
	t.Helper()
	now := time.Now()
	envelopes, err := store.LeaseEnvelopes(t.Context(), bot.Lease{Holder: "test", Max: 1000, Now: now, Until: now})
	if err != nil {
		t.Fatal(err)
	}
	var out []time.Time
	for _, e := range envelopes {
		var tick bot.Tick
		if err := json.Unmarshal(e.Body, &tick); err != nil || e.Kind != bot.EnvelopeTick || tick.Job != bot.JobDigest {
			t.Fatalf("envelope %+v: %v", e, err)
		}
		out = append(out, tick.Due)
	}
	return out
}

func TestTicksComeAtTheirTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		berlin := zone(t, "Europe/Berlin")
		from := time.Date(2026, 3, 2, 0, 0, 0, 0, berlin) // a Monday
		got := run(t, "0 9 * * 1-5", berlin, from, from.AddDate(0, 0, 7), memstore.New())
		if len(got) != 5 || !got[0].Equal(time.Date(2026, 3, 2, 9, 0, 0, 0, berlin)) {
			t.Errorf("ticks: %v", got)
		}
	})
}

func TestWhenClocksChangeADayHasAtMostOneTick(t *testing.T) {
	tests := []struct {
		name, zone, spec string
		day              time.Time
		want             int
	}{
		{"the hour that is left out", "Europe/Berlin", "30 2 * * *", time.Date(2026, 3, 29, 0, 0, 0, 0, time.UTC), 1},
		{"the hour that comes twice", "Europe/Berlin", "30 2 * * *", time.Date(2026, 10, 25, 0, 0, 0, 0, time.UTC), 1},
		{"the same in New York", "America/New_York", "30 1 * * *", time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), 1},
		{"the morning", "Europe/Berlin", "0 9 * * *", time.Date(2026, 10, 25, 0, 0, 0, 0, time.UTC), 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				z := zone(t, tt.zone)
				from := time.Date(tt.day.Year(), tt.day.Month(), tt.day.Day(), 0, 0, 0, 0, z)
				if got := run(t, tt.spec, z, from, from.AddDate(0, 0, 1), memstore.New()); len(got) != tt.want {
					t.Errorf("ticks: %v, want %d", got, tt.want)
				}
			})
		})
	}
}

func TestWhatWasMissedRunsOnceOnReturn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memstore.New()
		monday := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
		if err := store.Update(t.Context(), func(tx bot.Tx) error { return tx.MarkTick(bot.JobDigest, monday) }); err != nil {
			t.Fatal(err)
		}
		thursday := time.Date(2026, 3, 5, 12, 0, 0, 0, time.UTC)
		got := run(t, "0 9 * * *", nil, thursday, thursday.Add(time.Hour), store)
		if len(got) != 1 || !got[0].Equal(time.Date(2026, 3, 5, 9, 0, 0, 0, time.UTC)) {
			t.Errorf("ticks: %v, want Thursday's only", got)
		}
	})
}

func TestAJobThatNeverRanHasMissedNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from := time.Date(2026, 3, 5, 12, 0, 0, 0, time.UTC)
		if got := run(t, "0 9 * * *", nil, from, from.Add(time.Hour), memstore.New()); len(got) != 0 {
			t.Errorf("ticks: %v", got)
		}
	})
}

// full is a store that refuses for a while.
type full struct {
	bot.Store
	refusals int
}

func (f *full) File(ctx context.Context, e []bot.Envelope) ([]bool, error) {
	if f.refusals > 0 {
		f.refusals--
		return nil, errors.New("no space left on device")
	}
	return f.Store.File(ctx, e)
}

func TestATickSurvivesAStoreThatRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from := time.Date(2026, 3, 5, 8, 0, 0, 0, time.UTC)
		if got := run(t, "0 9 * * *", nil, from, from.Add(2*time.Hour), &full{memstore.New(), 3}); len(got) != 1 {
			t.Errorf("ticks: %v", got)
		}
	})
}

func TestStartNamesEveryWrongJob(t *testing.T) {
	_, err := schedule.Start(t.Context(), memstore.New(), []schedule.Job{{Name: "one", Spec: "x"}, {Name: "two", Spec: "y"}},
		bot.RealClock{}, func() {}, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "one") || !strings.Contains(err.Error(), "two") {
		t.Errorf("error: %v", err)
	}
}
