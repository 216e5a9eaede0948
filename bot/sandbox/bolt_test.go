package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// boltFolder holds apps with Slack's own framework for Node, which know nothing of the sandbox but its address.
const boltFolder = "testdata/bolt"

// unable skips a test whose tools are not installed; where CI is set, they must be.
func unable(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// nodeWithPackages is Node, with what npm ci installs.
func nodeWithPackages(t *testing.T) string {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		unable(t, "no node in PATH: install Node 20 or newer (https://nodejs.org), then npm ci in bot/sandbox/"+boltFolder)
	}
	if _, err := os.Stat(filepath.Join(boltFolder, "node_modules")); err != nil {
		unable(t, "@slack/bolt is not installed: run npm ci in bot/sandbox/"+boltFolder)
	}
	return node
}

// stillClock stands still, so that no trigger id expires on a slow machine.
type stillClock struct{}

func (stillClock) Now() time.Time { return time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC) }

func (stillClock) CallAt(time.Time, func()) (stop func() bool) { return func() bool { return true } }

// bolt is one of these apps, running.
type bolt struct {
	*Server
	t     *testing.T
	ended context.Context // with the reason as its cause
}

// runBolt starts a sandbox and the app against it, and waits until it is connected.
func runBolt(t *testing.T, program string) bolt {
	t.Helper()
	node := nodeWithPackages(t)
	s := start(t, func(o *Options) { o.Clock, o.AckDeadline, o.NoRateLimits = stillClock{}, 30*time.Second, true })
	var out bytes.Buffer
	cmd := exec.Command(node, program)
	cmd.Dir, cmd.Stdout, cmd.Stderr = boltFolder, &out, &out
	cmd.Env = append(os.Environ(), "SLACK_BOT_TOKEN="+s.BotToken(), "SLACK_APP_TOKEN="+s.AppToken(), "SLACK_API_URL="+s.APIURL())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended, end := context.WithCancelCause(context.Background())
	go func() {
		err := cmd.Wait()
		end(fmt.Errorf("%s ended and said:\n%s: %w", program, out.String(), errors.Join(err, errors.New("want it to run on"))))
	}()
	b := bolt{s, t, ended}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended.Done()
		if program == "command.js" { // one of its messages is wrong on purpose
			return
		}
		if v := s.Violations(); len(v) > 0 || out.Len() > 0 {
			t.Errorf("%s broke limits: %v, and said:\n%s", program, v, out.String())
		}
	})
	b.until(func() bool { return s.Connections() == 1 })
	return b
}

// until waits for the app to have done something.
func (b bolt) until(holds func() bool) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ended, 30*time.Second)
	defer cancel()
	if err := b.Wait(ctx, holds); err != nil {
		b.t.Fatalf("never came true: %v\ncalls: %v", err, b.failedCalls())
	}
}

func (b bolt) failedCalls() []string {
	var out []string
	for _, c := range b.Calls() {
		if c.Error != "" {
			out = append(out, fmt.Sprintf("%s %s: %s", c.Method, c.Request, c.Error))
		}
	}
	return out
}

func (b bolt) allAcked() bool {
	return !slices.ContainsFunc(b.Envelopes(), func(e EnvelopeLog) bool { return e.Outcome != OutcomeAcked })
}

// is checks a result of the app.
func (b bolt) is(what string, got, want any) {
	b.t.Helper()
	if got != want {
		b.t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func (b bolt) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// replies are what stands in a thread of #support below its root.
func (b bolt) replies(ts string) []string {
	var out []string
	for i, m := range b.Thread("support", ts) {
		if i > 0 {
			out = append(out, m.Text)
		}
	}
	return out
}

// hears waits until somebody's direct message with the app ends with a text.
func (b bolt) hears(text string) {
	b.t.Helper()
	b.until(func() bool {
		log := b.Messages("D0ANA")
		return len(log) > 0 && log[len(log)-1].Text == text
	})
}

func TestBoltMessages(t *testing.T) {
	b := runBolt(t, "message.js")
	ts := mustSay(t, b.Server, "hello world")
	b.until(func() bool { return slices.Equal(b.replies(ts), []string{"Hey there <@U0ANA>, hello world! (edited)"}) })
	b.until(func() bool { return slices.Contains(b.Thread("support", ts)[0].Reactions["wave"], b.BotUserID()) })

	mention := mustSay(t, b.Server, "@syncfix please look")
	b.until(func() bool { return slices.Equal(b.replies(mention), []string{"You called, <@U0ANA>?"}) })

	count := mustSay(t, b.Server, "count")
	b.until(func() bool { return slices.Equal(b.replies(count), []string{"3 so far"}) })

	b.must(b.Edit("support", count, "never mind"))
	b.until(func() bool { return slices.Equal(b.replies(count), []string{"3 so far", "It said: count"}) })

	b.must(b.Delete("support", mustSay(t, b.Server, "a slip")))
	b.until(func() bool {
		log := b.Messages("support")
		return log[len(log)-1].Text == "Gone: a slip"
	})

	_, err := b.Say("U0ANA", "D0ANA", "who am I?")
	b.must(err)
	b.hears("Ana Ruiz, Europe/Amsterdam")

	b.must(b.Invite("U0ANA", "general", "@syncfix"))
	b.until(func() bool {
		log := b.Messages("general")
		return len(log) > 0 && log[len(log)-1].Text == "Welcome to general"
	})
}

func TestBoltCommands(t *testing.T) {
	b := runBolt(t, "command.js")
	for i, c := range []struct{ text, private, public string }{
		{"ack", "Hello ana in support", ""},
		{"respond", "first", "for all"},
		{"say", "", "aloud"},
		{"private", "whispered", ""},
		{"broken", "slack_webapi_platform_error invalid_blocks", ""},
		{"lost", "slack_webapi_platform_error channel_not_found", ""},
		{"else", "", "Nothing known about else"},
	} {
		private, public := len(b.Ephemerals("U0ANA")), len(b.Messages("support"))
		if c.private != "" {
			private++
		}
		if c.public != "" {
			public++
		}
		b.must(b.Command("U0ANA", "support", "/syncfix "+c.text))
		b.until(func() bool { return len(b.Ephemerals("U0ANA")) == private && len(b.Messages("support")) == public })
		if c.private != "" {
			b.is(fmt.Sprintf("private answer %d", i), b.Ephemerals("U0ANA")[private-1].Text, c.private)
		}
		if c.public != "" {
			b.is(fmt.Sprintf("public answer %d", i), b.Messages("support")[public-1].Text, c.public)
		}
	}
	if v := b.Violations(); len(v) != 1 || !strings.Contains(v[0], "/blocks/0/text/type") {
		t.Errorf("limits broken: %v, want that of the header only", v)
	}
}

func TestBoltButtons(t *testing.T) {
	b := runBolt(t, "button.js")
	card := func() (root, ts string) {
		root = mustSay(t, b.Server, "the sync failed again")
		b.until(func() bool { return len(b.Thread("support", root)) == 2 })
		return root, b.Thread("support", root)[1].TS
	}
	root, ts := card()
	b.must(b.Press("U0LEO", "support", ts, "Wrong role"))
	b.until(func() bool { return len(b.replies(root)) == 2 && b.replies(root)[1] == "Wrong role: role" })
	b.must(b.Press("U0LEO", "support", ts, "History"))
	b.until(func() bool { return len(b.Ephemerals("U0LEO")) == 1 })
	b.is("history", b.Ephemerals("U0LEO")[0].Text, "nothing yet")
	b.must(b.Press("U0LEO", "support", ts, "Yes"))
	b.until(func() bool { return b.replies(root)[0] == "<@U0LEO> said yes" })
	b.is("what can be pressed", len(b.Buttons("support", ts)), 0)

	root, ts = card()
	b.must(b.Press("U0ANA", "support", ts, "Disconnect"))
	b.until(func() bool { return b.replies(root)[0] == "stopped (public)" })

	root, ts = card()
	b.must(b.Press("U0ANA", "support", ts, "Dismiss"))
	b.until(func() bool { return len(b.replies(root)) == 0 })

	mustSay(t, b.Server, "privately, please")
	b.until(func() bool { return len(b.Ephemerals("U0ANA")) == 1 })
	b.must(b.Press("U0ANA", "support", b.Ephemerals("U0ANA")[0].TS, "Disconnect"))
	b.until(func() bool { return b.Ephemerals("U0ANA")[0].Text == "stopped (private)" })
}

func TestBoltForms(t *testing.T) {
	b := runBolt(t, "form.js")
	titled := func(title string) {
		t.Helper()
		b.until(func() bool { v, open := b.Modal("U0ANA"); return open && v.Title == title })
	}
	open := func() {
		t.Helper()
		b.must(b.Command("U0ANA", "support", "/syncfix"))
		titled("Fix a sync")
	}
	submit := func(account string) map[string]string {
		t.Helper()
		errs, err := b.Submit("U0ANA", map[string]string{"System": "Xero", "Account": account})
		b.must(err)
		return errs
	}
	open()
	b.must(b.PressModal("U0ANA", "pick=Xero"))
	titled("Xero")
	b.is("the error beside the field", submit("12")["account"], "12 is no account number")
	if errs := submit("1111111"); len(errs) > 0 {
		t.Errorf("refused: %v", errs)
	}
	titled("Once more")
	if errs := submit("1234567"); len(errs) > 0 {
		t.Errorf("refused: %v", errs)
	}
	b.hears(`["xero","1234567",null,"case-1"]`)

	open()
	submit("2222222")
	titled("Are you sure?")
	_, err := b.Submit("U0ANA", nil)
	b.must(err)
	if v, open := b.Modal("U0ANA"); open {
		t.Errorf("%q is still open", v.Title)
	}

	open()
	b.must(b.Cancel("U0ANA"))
	b.hears("closed Fix a sync, cleared false")
}

func TestBoltHome(t *testing.T) {
	b := runBolt(t, "home.js")
	shows := func(text string) {
		t.Helper()
		b.until(func() bool { v, ok := b.Home("U0ANA"); return ok && strings.Contains(v.Plain(), text+"\n") })
	}
	b.must(b.OpenHome("U0ANA"))
	shows("Welcome")
	b.must(b.OpenHome("U0ANA"))
	shows("Welcome back")
	b.must(b.PressHome("U0ANA", "Refresh"))
	b.hears("hash_conflict")
	shows("Fresh 7")
}

func TestBoltShortcut(t *testing.T) {
	b := runBolt(t, "shortcut.js")
	ts := mustSay(t, b.Server, "NetSuite says <no>")
	b.must(b.Shortcut("U0LEO", "fix", "support", ts))
	b.until(func() bool { _, open := b.Modal("U0LEO"); return open })
	_, err := b.Submit("U0LEO", nil)
	b.must(err)
	b.until(func() bool { return len(b.replies(ts)) == 1 })
	want := "leo: NetSuite says &lt;no&gt; (" + b.URL() + "archives/C0SUPPORT/p" + strings.ReplaceAll(ts, ".", "") + ")"
	b.is("the answer", b.replies(ts)[0], want)
}

func TestBoltReconnects(t *testing.T) {
	b := runBolt(t, "reconnect.js")
	answers := func(want string) {
		t.Helper()
		ts := mustSay(t, b.Server, "still there?")
		b.until(func() bool { return slices.Equal(b.replies(ts), []string{want}) && b.allAcked() })
	}
	answers("connected 1")
	b.Fault("chat.postMessage", Fault{Status: http.StatusTooManyRequests, RetryAfter: time.Second, Times: 1})
	answers("connected 1")
	b.is("posts that were refused and sent again", len(b.failedCalls()), 1)
	b.Disconnect("refresh_requested")
	b.until(func() bool { return b.Connections() == 0 })
	b.until(func() bool { return b.Connections() == 1 })
	answers("connected 2")
}
