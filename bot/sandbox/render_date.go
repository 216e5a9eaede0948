package sandbox

import (
	"strconv"
	"strings"
	"time"
)

// date draws the inside of <!date^timestamp^format^link|fallback>.
// https://docs.slack.dev/messaging/formatting-message-text#date-formatting
func (w *textWriter) date(inside, fallback string) {
	stamp, rest, _ := strings.Cut(inside, "^")
	format, link, _ := strings.Cut(rest, "^")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || format == "" {
		w.text(firstOf(fallback, stamp))
		return
	}
	zone := w.names.Now.Location()
	at := time.Unix(seconds, 0).In(zone)
	shown := dateWords(at, w.names.Now, format)
	if link != "" {
		w.link(unescape(link), shown)
		return
	}
	w.tag("<time")
	w.attr("datetime", at.Format(time.RFC3339))
	w.attr("title", at.Format("Monday, 2 January 2006 at 15:04:05 MST"))
	w.tag(">")
	w.text(shown)
	w.tag("</time>")
}

// dateWords fills in Slack's date tokens.
func dateWords(at, now time.Time, format string) string {
	return strings.NewReplacer(
		"{date_num}", at.Format("2006-01-02"),
		"{date_short_pretty}", dayWords(at, now, "Jan 2, 2006"),
		"{date_long_pretty}", dayWords(at, now, "Monday, January 2, 2006"),
		"{date_pretty}", dayWords(at, now, "January 2, 2006"),
		"{date_short}", at.Format("Jan 2, 2006"),
		"{date_long}", at.Format("Monday, January 2, 2006"),
		"{date}", at.Format("January 2, 2006"),
		"{time_secs}", at.Format("3:04:05 PM"),
		"{time}", at.Format("3:04 PM"),
		"{ago}", agoWords(at, now),
	).Replace(format)
}

// dayWords is the day as people say it, or by layout when it is further away.
func dayWords(at, now time.Time, layout string) string {
	switch {
	case sameDay(at, now):
		return "today"
	case sameDay(at, now.AddDate(0, 0, -1)):
		return "yesterday"
	case sameDay(at, now.AddDate(0, 0, 1)):
		return "tomorrow"
	default:
		return at.Format(layout)
	}
}

func sameDay(a, b time.Time) bool {
	ay, am, ad := a.Date()
	by, bm, bd := b.Date()
	return ay == by && am == bm && ad == bd
}

func agoWords(at, now time.Time) string {
	d := now.Sub(at)
	if d < 0 {
		return "in " + spanWords(-d)
	}
	if d < time.Minute {
		return "just now"
	}
	return spanWords(d) + " ago"
}

func spanWords(d time.Duration) string {
	n, unit := int(d/time.Second), "second"
	switch {
	case d >= 24*time.Hour:
		n, unit = int(d/(24*time.Hour)), "day"
	case d >= time.Hour:
		n, unit = int(d/time.Hour), "hour"
	case d >= time.Minute:
		n, unit = int(d/time.Minute), "minute"
	}
	if n != 1 {
		unit += "s"
	}
	return strconv.Itoa(n) + " " + unit
}
