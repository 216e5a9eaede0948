package schedule

import (
	"errors"
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // a container may have no time zones of its own

	"github.com/robfig/cron/v3"
)

// Parse checks a cron expression of five fields (minute, hour, day of month,
// month, day of week), or a word such as @daily, in zone. Its error says what is
// wrong and what to write instead.
func Parse(spec string, zone *time.Location) error {
	_, err := parse(spec, zone)
	return err
}

func parse(spec string, zone *time.Location) (cron.Schedule, error) {
	spec = strings.TrimSpace(spec)
	if zone == nil {
		zone = time.UTC
	}
	switch {
	case spec == "":
		return nil, errors.New(`it is empty; write five fields, such as "0 9 * * 1-5" for 9:00 on weekdays`)
	case strings.Contains(spec, "TZ="): // the library panics on some of these
		return nil, errors.New("it names a time zone; leave that out and set the time zone by itself")
	case strings.HasPrefix(spec, "@every"):
		return nil, errors.New(`"@every" counts from the start and is no time of day; write five fields, such as "*/30 * * * *" for every half hour`)
	}
	s, err := cron.ParseStandard(spec)
	if err != nil {
		return nil, fmt.Errorf(`%w; write five fields (minute, hour, day of month, month, day of week), such as "0 9 * * 1-5"`, err)
	}
	if on, ok := s.(*cron.SpecSchedule); ok {
		on.Location = zone
	}
	if s.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, zone)).IsZero() { // the library looks five years ahead, a leap year among them
		return nil, errors.New("there is no such day, so it would never run; check day of month and month")
	}
	return s, nil
}
