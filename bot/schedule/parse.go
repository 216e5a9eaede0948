package schedule

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // zones must not depend on the machine

	"github.com/robfig/cron/v3"
)

// field is one of a cron expression's five.
type field struct {
	name  string
	takes string
}

func fields() []field {
	return []field{
		{"minute", "0 to 59"},
		{"hour", "0 to 23"},
		{"day of the month", "1 to 31"},
		{"month", "1 to 12, or jan to dec"},
		{"weekday", "0 (Sunday) to 6, or sun to sat"},
	}
}

// names lists the words that stand for an expression.
func names() []string {
	return []string{"@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually"}
}

const (
	order = "minute, hour, day of the month, month and weekday"
	forms = "also *, lists (8,12), ranges (8-17) and steps (*/15)"
	every = "@every"
)

// Parse reads a cron expression whose times are meant in zone (nil is UTC). Its
// error says all that is wrong and what to write instead; it does not repeat the
// expression.
func Parse(spec string, zone *time.Location) error {
	_, err := parse(spec, zone)
	return err
}

func parse(spec string, zone *time.Location) (times, error) {
	if zone == nil {
		zone = time.UTC
	}
	spec = strings.TrimSpace(spec)
	switch {
	case spec == "":
		return times{}, fmt.Errorf("it is empty: write %s, such as 0 9 * * 1-5", order)
	case strings.Contains(spec, "TZ="):
		return times{}, errors.New("a time zone does not belong here: leave out TZ=… and set the zone by itself")
	case strings.HasPrefix(spec, every):
		return parseEvery(spec)
	case strings.HasPrefix(spec, "@"):
		if !slices.Contains(names(), spec) {
			return times{}, fmt.Errorf("there is no such word: write one of %s, or %s with a duration", strings.Join(names(), ", "), every)
		}
	default:
		if err := checkFields(strings.Fields(spec)); err != nil {
			return times{}, err
		}
	}
	parsed, err := cron.ParseStandard(spec)
	if err != nil {
		return times{}, fmt.Errorf("it can't be read (%w): write %s, such as 0 9 * * 1-5", err, order)
	}
	calendar, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return times{}, fmt.Errorf("it can't be read: write %s, such as 0 9 * * 1-5", order)
	}
	if never(calendar) {
		return times{}, errors.New("that day never comes: choose a day that the month has")
	}
	return times{calendar: calendar, zone: zone}, nil
}

// parseEvery reads "@every 90m".
func parseEvery(spec string) (times, error) {
	d, err := time.ParseDuration(strings.TrimSpace(strings.TrimPrefix(spec, every)))
	if err != nil || d < time.Second || d%time.Second != 0 {
		return times{}, fmt.Errorf("%s needs a duration in whole seconds, at least 1s: write it like %s 1h30m", every, every)
	}
	return times{every: d}, nil
}

// checkFields looks at each field by itself, so that every wrong one is named.
func checkFields(given []string) error {
	known := fields()
	if len(given) != len(known) {
		return fmt.Errorf("it has %d fields and needs %d: write %s, such as 0 9 * * 1-5", len(given), len(known), order)
	}
	var wrong []string
	for i, text := range given {
		alone := []string{"*", "*", "*", "*", "*"}
		alone[i] = text
		_, err := cron.ParseStandard(strings.Join(alone, " "))
		if err != nil || slices.Contains(strings.Split(text, ","), "") {
			wrong = append(wrong, fmt.Sprintf("the %s %q must be %s", known[i].name, text, known[i].takes))
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("%s; %s", strings.Join(wrong, "; "), forms)
	}
	return nil
}

// never says that an expression has no time, such as 30 February. Any four years
// have all the days there are.
func never(s *cron.SpecSchedule) bool {
	return s.Next(time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero()
}
