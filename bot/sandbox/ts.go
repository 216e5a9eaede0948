package sandbox

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// nextTS gives a timestamp that no message of the workspace has: "seconds.microseconds", as Slack writes them.
func (w *workspace) nextTS(now time.Time) string {
	w.lastTS = max(now.UnixMicro(), w.lastTS+1)
	return formatTS(w.lastTS)
}

func formatTS(micros int64) string {
	return fmt.Sprintf("%d.%06d", micros/1_000_000, micros%1_000_000)
}

// microsOfTS reads a timestamp; a missing fraction counts as zero.
func microsOfTS(ts string) (int64, bool) {
	sec, frac, _ := strings.Cut(ts, ".")
	s, err := strconv.ParseInt(sec, 10, 64)
	if err != nil || s < 0 || s > 1<<42 || len(frac) > 6 {
		return 0, false
	}
	f, err := strconv.ParseUint("0"+frac+strings.Repeat("0", 6-len(frac)), 10, 32)
	if err != nil {
		return 0, false
	}
	return s*1_000_000 + int64(f), true
}

func timeOfTS(ts string) time.Time {
	micros, _ := microsOfTS(ts)
	return time.UnixMicro(micros)
}

// compareTS orders timestamps by time.
func compareTS(a, b string) int {
	x, _ := microsOfTS(a)
	y, _ := microsOfTS(b)
	return cmp.Compare(x, y)
}
