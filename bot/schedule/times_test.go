package schedule

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func zoneOf(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestTimesWhenClocksChange(t *testing.T) {
	for _, x := range []struct {
		name, zone, spec, from string
		want                   []string
	}{
		{"skipped in spring: at the end of the gap", "Europe/Berlin", "30 2 * * *", "2026-03-28T12:00:00+01:00",
			[]string{"2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"}},
		{"twice in autumn: the first", "Europe/Berlin", "30 2 * * *", "2026-10-24T12:00:00+02:00",
			[]string{"2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"}},
		{"twice in New York", "America/New_York", "30 1 * * *", "2026-10-31T12:00:00-04:00",
			[]string{"2026-11-01T01:30:00-04:00", "2026-11-02T01:30:00-05:00"}},
		{"no midnight in Cairo", "Africa/Cairo", "0 0 * * *", "2026-04-23T12:00:00+02:00",
			[]string{"2026-04-24T01:00:00+03:00", "2026-04-25T00:00:00+03:00"}},
		{"half an hour on Lord Howe", "Australia/Lord_Howe", "45 1 * * *", "2026-04-04T12:00:00+11:00",
			[]string{"2026-04-05T01:45:00+11:00", "2026-04-06T01:45:00+10:30"}},
		{"the morning", "Europe/Berlin", "0 9 * * *", "2026-10-24T12:00:00+02:00",
			[]string{"2026-10-25T09:00:00+01:00", "2026-10-26T09:00:00+01:00"}},
		{"every hour, both of them", "Europe/Berlin", "0 * * * *", "2026-10-25T01:30:00+02:00",
			[]string{"2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00", "2026-10-25T03:00:00+01:00"}},
		{"every hour, but not the one that is not there", "Europe/Berlin", "0 * * * *", "2026-03-29T00:30:00+01:00",
			[]string{"2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"}},
		{"in the second of the two hours", "Europe/Berlin", "30 2 * * *", "2026-10-25T02:10:00+01:00",
			[]string{"2026-10-26T02:30:00+01:00"}},
		{"every 90 minutes, from a fixed instant", "Europe/Berlin", "@every 90m", "2026-10-25T01:30:00+02:00",
			[]string{"2026-10-25T02:00:00+02:00", "2026-10-25T02:30:00+01:00"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			z := zoneOf(t, x.zone)
			s, err := parse(x.spec, z)
			if err != nil {
				t.Fatal(err)
			}
			at, err := time.Parse(time.RFC3339, x.from)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range x.want {
				if at = s.next(at); at.In(z).Format(time.RFC3339) != want {
					t.Fatalf("next is %s, want %s", at.In(z).Format(time.RFC3339), want)
				}
			}
		})
	}
}

// Whatever the zone and the time of day, a daily job runs once for each day.
func TestADailyJobRunsOnceADay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zones := []string{"UTC", "Europe/Berlin", "America/New_York", "Africa/Cairo", "America/Asuncion", "Australia/Lord_Howe",
			"America/Nuuk", "Asia/Kathmandu", "Pacific/Chatham", "America/Santiago", "Asia/Beirut", "America/Havana"}
		name := rapid.SampledFrom(zones).Draw(t, "zone")
		z, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := parse(fmt.Sprintf("%d %d * * *", rapid.IntRange(0, 59).Draw(t, "minute"), rapid.IntRange(0, 23).Draw(t, "hour")), z)
		if err != nil {
			t.Fatal(err)
		}
		year := rapid.IntRange(2015, 2037).Draw(t, "year")
		before := s.next(time.Date(year, 1, 1, 12, 0, 0, 0, z))
		for range 366 {
			at := s.next(before)
			if d := at.Sub(before); d < 22*time.Hour || d > 26*time.Hour {
				t.Fatalf("%s is %s after %s", at.In(z), d, before.In(z))
			}
			before = at
		}
	})
}

func TestLatestIsTheLastOfNext(t *testing.T) {
	z := zoneOf(t, "Europe/Berlin")
	rapid.Check(t, func(t *rapid.T) {
		s, err := parse(rapid.SampledFrom([]string{"*/7 * * * *", "30 2 * * *", "0 9 * * 1-5", "0 0 1 * *", "@every 13s", "* 2 * * *"}).Draw(t, "spec"), z)
		if err != nil {
			t.Fatal(err)
		}
		after := time.Date(2026, 10, 24, 0, 0, 0, 0, z).Add(time.Duration(rapid.IntRange(0, 3*86400).Draw(t, "after")) * time.Second)
		now := after.Add(time.Duration(rapid.IntRange(-100, 2*86400).Draw(t, "seconds")) * time.Second)
		var want time.Time
		for n := s.next(after); !n.After(now); n = s.next(n) {
			want = n
		}
		if got, ok := s.latest(after, now); ok != !want.IsZero() || !got.Equal(want) {
			t.Fatalf("between %s and %s: %s, %v; want %s", after, now, got, ok, want)
		}
	})
}
