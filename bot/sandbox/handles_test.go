package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/slack-go/slack"
)

// respond posts to a response URL and gives Slack's error, empty when it went well.
func respond(t *testing.T, address string, body object) string {
	t.Helper()
	r, err := http.Post(address, "application/json", bytes.NewReader(mustJSON(body)))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	data, _ := io.ReadAll(r.Body)
	var got struct{ Error string }
	_ = json.Unmarshal(data, &got)
	if (got.Error == "") != (r.StatusCode == http.StatusOK) {
		t.Errorf("status %d with error %q", r.StatusCode, got.Error)
	}
	return got.Error
}

// fixedClock shows what it is told.
type fixedClock struct {
	realClock
	now *time.Time
}

func (c *fixedClock) Now() time.Time { return *c.now }

func TestResponseURL(t *testing.T) {
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	s := start(t, func(o *Options) { o.Clock = &fixedClock{now: &now} })
	connect(t, s, ackAll)
	ts := str(call(t, s, "chat.postMessage", "channel", "C0SUPPORT", "text", "x", "blocks", actions(repeat(1, button("")))), "ts")
	press := func() string {
		if err := s.Press("U0ANA", "support", ts, "a0"); err != nil {
			t.Fatal(err)
		}
		return str(lastEvent(t, s, "block_actions"), "response_url")
	}
	address := press()
	if err := slack.PostWebhook(address, &slack.WebhookMessage{Text: "private"}); err != nil {
		t.Errorf("slack-go: %v", err)
	}
	if e := s.Ephemerals("U0ANA"); len(e) != 1 || e[0].Text != "private" {
		t.Errorf("by default it is shown as %+v", e)
	}
	respond(t, address, object{"text": "public", "response_type": "in_channel"})
	respond(t, address, object{"text": "threaded", "response_type": "in_channel", "thread_ts": ts, "replace_original": false})
	respond(t, address, object{"text": "replaced", "replace_original": true})
	m := s.Messages("support")
	if len(m) != 2 || m[0].Text != "replaced" || len(m[0].Blocks) != 0 || m[1].Text != "public" || m[0].ReplyCount != 1 {
		t.Errorf("the channel shows %+v", m)
	}
	respond(t, address, object{"delete_original": true})
	if got := respond(t, address, object{"text": "six"}); got != "used_url" || len(s.Violations()) != 1 {
		t.Errorf("the sixth use gave %q, violations %v", got, s.Violations())
	}
	wait(t, s, func() bool { return s.Calls()[len(s.Calls())-1].Error == "used_url" })
	if last := s.Calls()[len(s.Calls())-1]; len(last.Violations) != 1 {
		t.Errorf("the sixth use has violations %v", last.Violations)
	}
	ts = str(call(t, s, "chat.postMessage", "channel", "C0SUPPORT", "text", "x", "blocks", actions(repeat(1, button("")))), "ts")
	address = press()
	s.mu.Lock()
	now = now.Add(30*time.Minute + time.Second)
	s.mu.Unlock()
	if got := respond(t, address, object{"text": "late"}); got != "expired_url" {
		t.Errorf("a late use gave %q", got)
	}
	if got := respond(t, s.URL()+"hooks/response/none", object{"text": "x"}); got != "invalid_url" {
		t.Errorf("an unknown address gave %q", got)
	}
}

func TestRateLimitOfAChannel(t *testing.T) {
	l, now := newLimiter(), time.Now()
	for i := range 5 {
		if wait, _ := l.take("c", 1, 5, now); wait != 0 {
			t.Fatalf("post %d of a burst had to wait %v", i+1, wait)
		}
	}
	wait, early := l.take("c", 1, 5, now)
	if wait != time.Second || early {
		t.Errorf("the sixth waits %v, early %v", wait, early)
	}
	if _, early := l.take("c", 1, 5, now.Add(500*time.Millisecond)); !early {
		t.Error("coming back too soon is not noticed")
	}
	if wait, early := l.take("c", 1, 5, now.Add(time.Second)); wait != 0 || early {
		t.Errorf("after the wait it waits %v again", wait)
	}
	if wait, _ := l.take("other", 1, 5, now); wait != 0 {
		t.Error("another channel has to wait")
	}
}

func TestRateLimitReachesTheClient(t *testing.T) {
	s := start(t, nil)
	c := api(s)
	var limited *slack.RateLimitedError
	for range burstPerChannel + 1 {
		_, _, err := c.PostMessage("C0SUPPORT", slack.MsgOptionText("x", false))
		errors.As(err, &limited)
	}
	if limited == nil || limited.RetryAfter != time.Second {
		t.Errorf("six posts at once gave %v", limited)
	}
	if v := s.Violations(); len(v) != 0 {
		t.Errorf("a first 429 counts as a broken limit: %v", v)
	}
	_, _, _ = c.PostMessage("C0SUPPORT", slack.MsgOptionText("x", false))
	if v := s.Violations(); len(v) != 1 {
		t.Errorf("coming back too soon is not counted: %v", v)
	}
}

func TestFaults(t *testing.T) {
	s := start(t, nil)
	c := slack.New(s.BotToken(), slack.OptionAPIURL(s.APIURL()))
	post := func() error {
		_, _, err := c.PostMessage("C0SUPPORT", slack.MsgOptionText("x", false))
		return err
	}
	s.Fault("chat.postMessage", Fault{Times: 2, RetryAfter: 1500 * time.Millisecond})
	s.Fault("chat.postMessage", Fault{Status: 503})
	s.Fault("*", Fault{SlackError: "fatal_error"})
	for range 2 {
		var limited *slack.RateLimitedError
		if err := post(); !errors.As(err, &limited) || limited.RetryAfter != 2*time.Second {
			t.Errorf("429 gave %v", err)
		}
	}
	var status slack.StatusCodeError
	if err := post(); !errors.As(err, &status) || status.Code != 503 {
		t.Errorf("503 gave %v", err)
	}
	if err := post(); err == nil || err.Error() != "fatal_error" {
		t.Errorf("a Slack error gave %v", err)
	}
	if n := len(s.Messages("support")); n != 0 {
		t.Errorf("%d refused posts were applied", n)
	}
	s.Fault("chat.postMessage", Fault{ResetAfterApply: true})
	if err := post(); err == nil {
		t.Error("a reset went well")
	}
	if n := len(s.Messages("support")); n != 1 {
		t.Errorf("%d posts were applied before the reset, want 1", n)
	}
	s.Fault("chat.postMessage", Fault{Latency: time.Hour})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, _, err := c.PostMessageContext(ctx, "C0SUPPORT", slack.MsgOptionText("x", false)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("latency gave %v", err)
	}
	s.Fault("*", Fault{Times: -1, Status: 500})
	s.ClearFaults()
	if err := post(); err != nil {
		t.Errorf("after the faults: %v", err)
	}
}
