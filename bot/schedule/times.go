package schedule

import (
	"time"

	"github.com/robfig/cron/v3"
)

// times says when a job is due.
type times struct {
	calendar *cron.SpecSchedule
	zone     *time.Location
	every    time.Duration // instead of a calendar
}

// next is the first time after the given one at which the job is due; the zero
// time if there is none within five years.
func (s times) next(after time.Time) time.Time {
	switch {
	case s.every > 0:
		return after.Truncate(s.every).Add(s.every)
	case s.everyHour():
		return s.calendar.Next(after.In(s.zone))
	}
	// Read as a wall clock that is never changed, and only then placed in time.
	wall := onTheWall(after.In(s.zone))
	for {
		if wall = s.calendar.Next(wall); wall.IsZero() {
			return wall
		}
		if t := inTime(wall, s.zone); t.After(after) {
			return t
		}
	}
}

// everyHour says that the expression's hour is *; robfig/cron marks it by the
// highest bit.
func (s times) everyHour() bool { return s.calendar.Hour&(1<<63) != 0 }

// onTheWall is what a clock on the wall shows at t, as if it hung in UTC.
func onTheWall(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// inTime is when a clock on the wall in zone first shows that time; if it never
// does, the instant at which it is put past it.
func inTime(wall time.Time, zone *time.Location) time.Time {
	y, m, d := wall.Date()
	t := time.Date(y, m, d, wall.Hour(), wall.Minute(), wall.Second(), 0, zone)
	start, end := t.ZoneBounds()
	switch shown := onTheWall(t); {
	case shown.After(wall):
		return start
	case shown.Before(wall):
		return end
	case start.IsZero():
		return t
	}
	_, before := start.Add(-time.Nanosecond).Zone()
	_, now := t.Zone()
	if first := t.Add(time.Duration(now-before) * time.Second); first.Before(start) && onTheWall(first.In(zone)).Equal(wall) {
		return first
	}
	return t
}

// longestMissed is how far back a missed run is looked for.
const longestMissed = 5 * 366 * 24 * time.Hour

// latest is the last time the job was due after one time and not after another;
// ok is false if it was not.
func (s times) latest(after, now time.Time) (due time.Time, ok bool) {
	if oldest := now.Add(-longestMissed); after.Before(oldest) {
		after = oldest
	}
	// It looks back further and further, so that a job of every second is not
	// counted through from a year ago.
	for back := time.Minute; ; back *= 2 {
		from := now.Add(-back)
		if from.Before(after) {
			from = after
		}
		for t := s.next(from); !t.IsZero() && !t.After(now); t = s.next(t) {
			due, ok = t, true
		}
		if ok || from.Equal(after) {
			return due, ok
		}
	}
}
