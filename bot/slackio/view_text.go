package slackio

import (
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// clean takes out what could deceive a reader or break a line: control
// characters, direction marks and other characters without a shape. Line breaks
// and tabs stay; invalid UTF-8 becomes U+FFFD.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r' || r == '\u2028' || r == '\u2029' || r == '\u0085':
			return '\n'
		case unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Cf, r) || r == '\u115F' || r == '\u1160' || r == '\u3164' || r == '\uFFA0':
			return -1
		}
		return r
	}, s)
}

// oneLine is s cleaned, with all white space collapsed.
func oneLine(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }

// shorten cuts s to at most n runes, the last of them "…".
func shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	r := []rune(s)
	return strings.TrimRightFunc(string(r[:max(n-1, 0)]), unicode.IsSpace) + "…"
}

// escape makes s literal in Slack's markup. Only these three characters are
// special (docs.slack.dev/messaging/formatting-message-text).
func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// escapeTo is s escaped and cut so that the result has at most n runes, without
// cutting an entity in two.
func escapeTo(s string, n int) string {
	if e := escape(s); utf8.RuneCountInString(e) <= n {
		return e
	}
	var b strings.Builder
	used := 1 // the ellipsis
	for _, r := range s {
		e := escape(string(r))
		if used += utf8.RuneCountInString(e); used > n {
			break
		}
		b.WriteString(e)
	}
	return strings.TrimRightFunc(b.String(), unicode.IsSpace) + "…"
}

// outside is text that somebody else wrote (a name, a company, a note), for use
// inside a line of ours: one line, escaped, without markup of its own, at most n
// runes.
func outside(s string, n int) string {
	return escapeTo(strings.NewReplacer("`", "'", "*", "∗", "~", "∼").Replace(oneLine(s)), n)
}

// prose is text by a playbook's author or by Step: escaped, but `code` and
// *emphasis* work. At most n runes.
func prose(s string, n int) string { return balanceTicks(escapeTo(oneLine(s), n)) }

// balanceTicks drops the last backtick where one has no partner, so that what
// follows is not swallowed by it.
func balanceTicks(s string) string {
	if strings.Count(s, "`")%2 == 0 {
		return s
	}
	i := strings.LastIndex(s, "`")
	return s[:i] + s[i+1:]
}

// link is a link with our label; the label alone if the address is not one that
// may be shown.
func link(address, label string) string {
	u, err := url.Parse(address)
	bad := strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("<>|`\"\\", r) })
	if err != nil || bad || len(address) > maxAddress || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return label
	}
	return "<" + escape(address) + "|" + label + ">"
}

// maxAddress bounds a link's address, so that links don't eat a block's 3000 characters.
const maxAddress = 500

// when is a time in the reader's own zone and words, with UTC for clients that
// can't (docs.slack.dev/messaging/formatting-message-text#date-formatting).
func when(t time.Time) string {
	return date(t, "{date_short_pretty} {time}")
}

// clock is the time of day where the day goes without saying, with the day
// where it doesn't.
func clock(t, now time.Time) string {
	if d := now.Sub(t); d > -12*time.Hour && d < 12*time.Hour {
		return date(t, "{time}")
	}
	return when(t)
}

func date(t time.Time, format string) string {
	if t.IsZero() || t.Unix() < 0 {
		return "some time ago"
	}
	return "<!date^" + strconv.FormatInt(t.Unix(), 10) + "^" + format + "|" + t.UTC().Format("2006-01-02 15:04") + " UTC>"
}

// span is a length of time in words.
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < time.Hour:
		return plural(int(d.Minutes()), "minute")
	case d < 48*time.Hour:
		return plural(int(d.Hours()), "hour")
	}
	return plural(int(d.Hours()/24), "day")
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return strconv.Itoa(n) + " " + word + "s"
}
