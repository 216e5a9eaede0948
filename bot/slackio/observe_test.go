package slackio

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"syncfix/bot"
	"syncfix/bot/sandbox"
)

// heard writes down what an Observer is told.
type heard struct {
	mu    sync.Mutex
	lines []string
	bell  chan struct{}
}

func newHeard() *heard { return &heard{bell: make(chan struct{}, 1)} }

func (h *heard) add(format string, args ...any) {
	h.mu.Lock()
	h.lines = append(h.lines, fmt.Sprintf(format, args...))
	h.mu.Unlock()
	select {
	case h.bell <- struct{}{}:
	default:
	}
}

func (h *heard) EnvelopeTaken(k bot.EnvelopeKind, outcome string) { h.add("taken %s %s", k, outcome) }
func (h *heard) EnvelopeAcked(took time.Duration, late bool) {
	h.add("acked %t %t", took < ackTime, late)
}
func (h *heard) SlackCalled(method, result string) { h.add("called %s %s", method, result) }
func (h *heard) SocketChanged(n int, state string) { h.add("socket %d %s", n, state) }
func (h *heard) HistoryRead(messages, fresh, over int, result string) {
	h.add("history %d %d %d %s", messages, fresh, over, result)
}

func (h *heard) count(line string) (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, l := range h.lines {
		if l == line {
			n++
		}
	}
	return n
}

// wait waits until a line was heard so many times.
func (h *heard) wait(t *testing.T, line string, n int) {
	t.Helper()
	late := time.After(30 * time.Second)
	for h.count(line) < n {
		select {
		case <-h.bell:
		case <-late:
			h.mu.Lock()
			defer h.mu.Unlock()
			t.Fatalf("never heard %q %d times:\n%s", line, n, strings.Join(h.lines, "\n"))
		}
	}
}

// A workspace that refuses connections, drops them, and at last the token: each
// is heard, and the last ends Listen with one clear message.
func TestObserverOfTheSockets(t *testing.T) {
	srv, err := sandbox.Start(sandbox.Options{Addr: "127.0.0.1:0", NoRateLimits: true})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	srv.Fault("socket", sandbox.Fault{SlackError: "too_many_websockets", Times: 6})
	h, log := newHeard(), &logged{}
	c, err := New(Config{
		BotToken: srv.BotToken(), AppToken: srv.AppToken(), APIURL: srv.APIURL(), Stagger: time.Millisecond,
		Log: slog.New(slog.NewTextHandler(log, nil)), Observer: h,
	})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	begin := time.Now()
	go func() {
		ended <- c.Listen(t.Context(), NewIntake(IntakeConfig{Inbox: &inbox{}, Log: c.Log, Observer: h}))
	}()
	h.wait(t, "socket 1 connected", 1)
	h.wait(t, "socket 2 connected", 1)
	if took := time.Since(begin); took < 2*firstPause {
		t.Errorf("six refusals were tried through within %s", took)
	}
	if n := h.count("socket 1 refused") + h.count("socket 2 refused"); n != 6 {
		t.Errorf("heard of %d refusals, want 6", n)
	}
	if _, err := srv.Say("U0ANA", "support", "hello"); err != nil {
		t.Fatal(err)
	}
	h.wait(t, "taken events_api filed", 1)
	h.wait(t, "acked true false", 1)

	down := h.count("socket 1 down")
	srv.Fault("apps.connections.open", sandbox.Fault{SlackError: "invalid_auth", Times: -1})
	srv.DropSockets()
	h.wait(t, "socket 1 down", down+1)
	err = next(t, "end of Listen", ended)
	if err == nil || !strings.Contains(err.Error(), "does not accept the app-level token") || strings.Contains(err.Error(), srv.AppToken()) || strings.Contains(err.Error(), "\n") {
		t.Errorf("Listen ended with %v", err)
	}
}

func TestObserverOfWhatCantBeKept(t *testing.T) {
	h := newHeard()
	full := true
	in := NewIntake(IntakeConfig{Inbox: &inbox{before: func() error {
		if full {
			return bot.ErrUnwritable
		}
		return nil
	}}, Log: slog.New(slog.DiscardHandler), Observer: h})
	acked := 0
	take := func() {
		in.take(bot.EnvelopeEvent, "E1", []byte(alert("1.000001", "x")), false, func(any) { acked++ })
		in.drain(t.Context())
	}
	take()
	full = false
	take()
	take()
	for line, want := range map[string]int{"taken events_api refused": 1, "taken events_api filed": 1, "taken events_api known": 1} {
		if n := h.count(line); n != want {
			t.Errorf("heard %q %d times, want %d", line, n, want)
		}
	}
	if acked != 2 {
		t.Errorf("%d were acked", acked)
	}
	for range maxWaiting + 1 {
		in.take(bot.EnvelopeEvent, "E", []byte(alert("2.000001", "x")), false, func(any) {})
	}
	if h.count("taken events_api crowded") != 1 {
		t.Error("the one too many was not heard of")
	}
}

// What Slack says goes into a figure only if it is on a short list.
func TestResultsOfCalls(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, "ok"},
		{slack.SlackErrorResponse{Err: "not_in_channel"}, "not_in_channel"},
		{fmt.Errorf("posting: %w", slack.SlackErrorResponse{Err: "message_not_found"}), "message_not_found"},
		{slack.SlackErrorResponse{Err: "<!channel> anything"}, "other"},
		{slack.SlackErrorResponse{Err: "a_new_code"}, "other"},
		{&slack.RateLimitedError{RetryAfter: time.Second}, "ratelimited"},
		{slack.StatusCodeError{Code: http.StatusBadGateway}, "http_5xx"},
		{context.DeadlineExceeded, "timeout"},
		{context.Canceled, "canceled"},
		{errors.New("connection reset"), "network"},
	} {
		if got := resultOf(c.err); got != c.want {
			t.Errorf("%v is %q, want %q", c.err, got, c.want)
		}
	}
}

func TestObserverOfCalls(t *testing.T) {
	srv, err := sandbox.Start(sandbox.Options{Addr: "127.0.0.1:0", NoRateLimits: true})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	h := newHeard()
	c, err := New(Config{BotToken: srv.BotToken(), AppToken: srv.AppToken(), APIURL: srv.APIURL(), Observer: h})
	if err != nil {
		t.Fatal(err)
	}
	self, err := c.Auth(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s := NewSender(c.API(), self, SenderConfig{Observer: h, Limits: Limits{Unlimited: true}})
	srv.Fault("chat.postMessage", sandbox.Fault{RetryAfter: time.Second})
	whisper := bot.Delivery{ID: "x", Effect: bot.Effect{Kind: bot.Whisper, To: "U0ANA", Place: bot.Place{Channel: "D0ANA"}, Text: "hello"}}
	if _, err := s.Send(t.Context(), whisper, bot.Scene{}); err != nil { // the second call of it goes through
		t.Error(err)
	}
	d := NewDirectory(c.API(), self, DirectoryConfig{Groups: []string{"S0NONE"}, Observer: h})
	_, _ = d.Person(t.Context(), bot.Actor{ID: "U0ANA"})
	_, _ = d.Channel(t.Context(), self.TeamID, "C0NONE")
	for _, line := range []string{
		"called chat.postMessage ratelimited", "called chat.postMessage ok", "called users.info ok", "called conversations.info channel_not_found",
	} {
		if h.count(line) != 1 {
			t.Errorf("heard %q %d times, want once: %q", line, h.count(line), h.lines)
		}
	}
}
