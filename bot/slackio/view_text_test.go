package slackio

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestTextFromOutsideIsHarmless(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"channel mention", "<!channel> hi", "&lt;!channel&gt; hi"},
		{"person mention", "<@U1>", "&lt;@U1&gt;"},
		{"forged link", "<https://evil.example|Oracle>", "&lt;https://evil.example|Oracle&gt;"},
		{"entity", "A &amp; B", "A &amp;amp; B"},
		{"code span", "`rm`", "'rm'"},
		{"bold", "*now*", "∗now∗"},
		{"lines", "one\ntwo\r\n\tthree", "one two three"},
		{"right to left override", "abc\u202Etxt.exe\u2066x\u2069", "abctxt.exex"},
		{"zero width", "pass\u200Bword\uFEFF", "password"},
		{"bell and escape", "a\a\x1b[31mb", "a [31mb"},
		{"invalid UTF-8", "a\xffb", "a\uFFFDb"},
		{"emoji", "👩 ok", "👩 ok"},
		{"underscores", "INVALID_LOGIN_CREDENTIALS", "INVALID_LOGIN_CREDENTIALS"},
	} {
		if got := outside(c.in, 200); got != c.want {
			t.Errorf("%s: outside(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
}

func TestProseKeepsAuthorsMarkupButClosesIt(t *testing.T) {
	if got := prose("Open `Setup > Sync` now", 200); got != "Open `Setup &gt; Sync` now" {
		t.Errorf("got %q", got)
	}
	if got := prose("Open `Setup", 200); got != "Open Setup" {
		t.Errorf("open code span: got %q", got)
	}
}

func TestEscapeToNeverCutsAnEntity(t *testing.T) {
	if got := escapeTo("a&b", 4); got != "a…" {
		t.Errorf("got %q", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.SampledFrom([]rune("ab&<> `é👩\n"))).Draw(t, "s")
		n := rapid.IntRange(1, 40).Draw(t, "n")
		for _, got := range []string{escapeTo(s, n), outside(s, n), prose(s, n)} {
			if utf8.RuneCountInString(got) > n {
				t.Fatalf("%q has more than %d characters", got, n)
			}
			c := &checker{}
			c.harmless("text", strings.ReplaceAll(got, "`", ""))
			if len(c.broken) > 0 {
				t.Fatalf("%q at %d: %v", s, n, c.broken)
			}
		}
	})
}

func TestLinksOnlyToWebAddresses(t *testing.T) {
	for address, linked := range map[string]bool{
		"https://docs.oracle.com/en/a_b?x=1&y=2#z": true, "http://localhost/x": true,
		"javascript:alert(1)": false, "https://a|b": false, "https://a>b": false, "https://user:pw@host/": false,
		"": false, "ftp://x/y": false, "https://ex ample/": false, "https://x/\u202Eabc": false, "/relative": false,
		"https://x/" + strings.Repeat("a", 600): false,
	} {
		got := link(address, "label")
		if strings.HasPrefix(got, "<") != linked {
			t.Errorf("link(%q) = %q, linked: want %v", address, got, linked)
		}
		c := &checker{}
		if c.harmless("link", got); len(c.broken) > 0 {
			t.Errorf("link(%q): %v", address, c.broken)
		}
	}
}

func TestSplitKeepsAllLinesWithinTheLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.StringOfN(rapid.SampledFrom([]rune("abc ")), 0, 60, -1), 0, 30).Draw(t, "lines")
		n := rapid.IntRange(60, 100).Draw(t, "n")
		text := strings.Join(lines, "\n")
		parts := split(text, n)
		for _, p := range parts {
			if c := utf8.RuneCountInString(p); c > n || strings.TrimSpace(p) == "" {
				t.Fatalf("part of %d characters, limit %d: %q", c, n, p)
			}
		}
		if got, want := len(strings.Fields(strings.Join(parts, "\n"))), len(strings.Fields(text)); got != want {
			t.Fatalf("%d words are left of %d", got, want)
		}
	})
}

func TestSplitShortensALongLineWithoutHalfALink(t *testing.T) {
	long := strings.Repeat("a", 90) + "<https://example.com/|a label>"
	for n := 85; n < 100; n++ {
		part := split(long, n)[0]
		if strings.Contains(part, "<") || utf8.RuneCountInString(part) > n || !strings.HasSuffix(part, "…") {
			t.Errorf("at %d: %q", n, part)
		}
	}
	if part := split(strings.Repeat("&amp;", 30), 48)[0]; part != strings.Repeat("&amp;", 9)+"…" {
		t.Errorf("entities: %q", part)
	}
}

func TestTimesAreShownInTheReadersZone(t *testing.T) {
	at := time.Date(2026, 11, 24, 14, 2, 3, 0, time.UTC)
	if got := when(at); got != "<!date^1795528923^{date_short_pretty} {time}|2026-11-24 14:02 UTC>" {
		t.Errorf("when = %q", got)
	}
	if got := clock(at, at.Add(time.Hour)); got != "<!date^1795528923^{time}|2026-11-24 14:02 UTC>" {
		t.Errorf("clock within the day = %q", got)
	}
	if got := clock(at, at.Add(30*time.Hour)); got != when(at) {
		t.Errorf("clock of yesterday = %q", got)
	}
	if got := when(time.Time{}); got != "some time ago" {
		t.Errorf("no time = %q", got)
	}
}
