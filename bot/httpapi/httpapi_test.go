package httpapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"go.uber.org/goleak"

	"syncfix/bot"
	"syncfix/bot/httpapi"
	"syncfix/bot/memstore"
	"syncfix/diagnose"
)

// store is a store whose disk can be full.
type store struct {
	bot.Store
	watch *httpapi.Watch
	full  bool
	tried int
}

func (s *store) Try(context.Context) error {
	s.tried++
	var err error
	if s.full {
		err = bot.ErrUnwritable
	}
	s.watch.Committed(time.Millisecond, err)
	return err
}

// clock is a time that the test moves.
type clock struct{ time.Time }

func (c *clock) now() time.Time { return c.Time }

// api is a handler with what is behind it.
type api struct {
	*testing.T
	*httpapi.Watch
	clock   *clock
	store   *store
	handler http.Handler
	stop    context.CancelFunc
}

func newAPI(t *testing.T) *api {
	t.Helper()
	c := &clock{time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)}
	w := httpapi.NewWatch(2, "v1.2.3 (0123456789ab)", c.now)
	s := &store{Store: memstore.New(), watch: w}
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	return &api{t, w, c, s, w.Handler(ctx, s, slog.New(slog.DiscardHandler)), stop}
}

func (a *api) get(path string) (status int, body string) {
	a.Helper()
	r := httptest.NewRecorder()
	a.handler.ServeHTTP(r, httptest.NewRequest(http.MethodGet, path, nil))
	return r.Code, r.Body.String()
}

// ready asks /readyz, and checks that status and body say the same.
func (a *api) ready() httpapi.Readiness {
	a.Helper()
	status, body := a.get("/readyz")
	var r httpapi.Readiness
	if err := json.Unmarshal([]byte(body), &r); err != nil {
		a.Fatalf("/readyz says %s: %v", body, err)
	}
	if want := map[bool]int{true: 200, false: 503}[r.Ready]; status != want || r.Ready != (len(r.Reasons) == 0) {
		a.Errorf("/readyz answers %d with %s", status, body)
	}
	return r
}

func TestReadyWhileOneSocketIsUp(t *testing.T) {
	a := newAPI(t)
	if r := a.ready(); r.Ready || !strings.Contains(r.Reasons[0], "not connected to Slack yet, since it was started at 2026-03-04T12:00:00Z") {
		t.Errorf("before it is connected: %+v", r)
	}
	a.SocketChanged(1, "connected")
	a.clock.Time = a.clock.Add(time.Minute)
	a.SocketChanged(2, "connected")
	a.SocketChanged(3, "connected") // there is none
	if r := a.ready(); !r.Ready || len(r.Sockets) != 2 || !r.Sockets[1].Since.Equal(a.clock.Time) {
		t.Errorf("both up: %+v", r)
	}
	a.clock.Time = a.clock.Add(time.Minute)
	a.SocketChanged(1, "down")
	if r := a.ready(); !r.Ready || r.Sockets[0].Connected {
		t.Errorf("one up: %+v", r)
	}
	a.clock.Time = a.clock.Add(time.Minute)
	a.SocketChanged(2, "refused")
	a.clock.Time = a.clock.Add(time.Minute)
	a.SocketChanged(2, "down") // it was
	if r := a.ready(); r.Ready || !strings.Contains(r.Reasons[0], "since 2026-03-04T12:03:00Z") {
		t.Errorf("both down: %+v", r)
	}
	if status, body := a.get("/healthz"); status != 200 || !strings.Contains(body, "ok") {
		t.Errorf("alive it is all the same: %d %s", status, body)
	}
}

func TestAgeOfTheLastEvent(t *testing.T) {
	a := newAPI(t)
	if r := a.ready(); r.LastEvent != nil || r.LastEventAge != nil {
		t.Errorf("there was none: %+v", r)
	}
	a.EnvelopeTaken(bot.EnvelopeEvent, "filed")
	a.clock.Time = a.clock.Add(90 * time.Second)
	if r := a.ready(); r.LastEventAge == nil || *r.LastEventAge != 90 || !r.LastEvent.Equal(a.clock.Add(-90*time.Second)) {
		t.Errorf("got %+v", r)
	}
}

func TestNotReadyWhileTheStoreTakesNothing(t *testing.T) {
	a := newAPI(t)
	a.SocketChanged(1, "connected")
	a.store.full = true
	a.Committed(time.Millisecond, fmt.Errorf("no space left in /secret/folder: %w", bot.ErrUnwritable))
	r := a.ready()
	if r.Ready || r.Store || !strings.Contains(r.Reasons[0], "can't be written") || strings.Contains(r.Reasons[0], "secret") {
		t.Errorf("got %+v", r)
	}
	a.ready() // within a second it is not tried again
	if a.store.tried != 1 {
		t.Errorf("it was tried %d times", a.store.tried)
	}
	a.store.full = false
	a.clock.Time = a.clock.Add(2 * time.Second)
	if r := a.ready(); !r.Ready || !r.Store {
		t.Errorf("with room again: %+v", r)
	}
	a.ready()
	if a.store.tried != 2 {
		t.Errorf("a store that works was tried: %d", a.store.tried)
	}
}

func TestNotReadyOnceToldToStop(t *testing.T) {
	a := newAPI(t)
	a.SocketChanged(1, "connected")
	a.stop()
	if r := a.ready(); r.Ready || !strings.Contains(r.Reasons[0], "told to stop") {
		t.Errorf("got %+v", r)
	}
}

// has says whether the figures have the line.
func has(figures, line string) bool { return strings.Contains("\n"+figures, "\n"+line+"\n") }

func TestFigures(t *testing.T) {
	a := newAPI(t)
	opened := a.clock.Add(-time.Hour)
	proposed := bot.Case{ID: "SF-1", Rev: 1, State: bot.Proposed, Playbook: "netsuite-credentials", Opened: opened}
	fixing := proposed
	fixing.Rev, fixing.State, fixing.Tried = 2, bot.Fixing, []bot.Try{{Fix: "f", Cause: "expired", Started: opened.Add(time.Minute)}}
	resolved := fixing
	resolved.Rev, resolved.State, resolved.Closed = 3, bot.Resolved, opened.Add(20*time.Minute)
	resolved.Verified = bot.Verified{Cause: "subsidiary", Credits: []diagnose.Credit{{}}}
	a.CaseChanged(bot.Case{}, proposed)
	a.CaseChanged(proposed, fixing)
	a.CaseChanged(fixing, fixing)
	a.CaseChanged(fixing, resolved)
	a.CaseChanged(resolved, resolved)

	a.SocketChanged(1, "connected")
	a.SocketChanged(1, "down")
	a.SocketChanged(1, "connected")
	a.SocketChanged(2, "refused")
	a.SocketChanged(2, "failed")
	a.EnvelopeTaken(bot.EnvelopeEvent, "filed")
	a.EnvelopeTaken(bot.EnvelopeEvent, "known")
	a.EnvelopeDone(bot.EnvelopeTick, bot.EnvelopeStepped)
	a.EnvelopeAcked(3*time.Millisecond, false)
	a.EnvelopeAcked(4*time.Second, true)
	a.DeliveryTried(bot.ShowCard, bot.DeliveryArrived)
	a.DeliveryTried(bot.Reply, bot.DeliveryDead)
	a.SlackCalled("chat.postMessage", "not_in_channel")
	a.HistoryRead(7, 2, 1, "short")
	a.Committed(2*time.Millisecond, nil)
	a.Committed(0, bot.ErrUnwritable)

	received := a.clock.Add(-30 * time.Second)
	if _, err := a.store.File(t.Context(), []bot.Envelope{{Key: "k", Kind: bot.EnvelopeEvent, Received: received, Body: []byte("{}")}}); err != nil {
		t.Fatal(err)
	}
	if err := a.store.Update(t.Context(), func(tx bot.Tx) error {
		for _, d := range []bot.Delivery{{ID: "a", Born: a.clock.Add(-time.Minute)}, {ID: "b", Born: a.clock.Add(-time.Hour), Dead: true}} {
			if _, err := tx.AddDelivery(d, "bot", a.clock.Time); err != nil {
				return err
			}
		}
		return tx.PutCase(fixing, 0)
	}); err != nil {
		t.Fatal(err)
	}

	status, figures := a.get("/metrics")
	if status != 200 {
		t.Fatalf("/metrics answers %d: %s", status, figures)
	}
	for _, line := range []string{
		`syncfix_cases_opened_total{playbook="netsuite-credentials"} 1`,
		`syncfix_cases_closed_total{cause="subsidiary",playbook="netsuite-credentials",state="resolved"} 1`,
		`syncfix_diagnosis_seconds_sum 60`, `syncfix_diagnosis_seconds_count 1`,
		`syncfix_resolution_seconds_sum 1200`, `syncfix_resolution_seconds_count 1`,
		`syncfix_socket_up{socket="1"} 1`, `syncfix_socket_up{socket="2"} 0`,
		`syncfix_socket_connections_total{socket="1"} 2`, `syncfix_socket_refusals_total{socket="2"} 1`,
		`syncfix_socket_failures_total{socket="2"} 1`,
		`syncfix_envelopes_taken_total{kind="events_api",outcome="filed"} 1`, `syncfix_envelopes_taken_total{kind="events_api",outcome="known"} 1`,
		`syncfix_envelopes_done_total{kind="tick",outcome="stepped"} 1`,
		`syncfix_ack_seconds_count 1`, `syncfix_acks_late_total 1`,
		`syncfix_deliveries_total{effect="show_card",result="arrived"} 1`, `syncfix_deliveries_total{effect="reply",result="dead"} 1`,
		`syncfix_slack_calls_total{method="chat.postMessage",result="not_in_channel"} 1`,
		`syncfix_history_messages_total{outcome="read"} 7`, `syncfix_history_messages_total{outcome="over"} 1`,
		`syncfix_history_readings_total{result="short"} 1`, `syncfix_history_read_timestamp_seconds 1.7726256e+09`,
		`syncfix_commit_seconds_sum 0.002`, `syncfix_commits_refused_total 1`,
		`syncfix_inbox_envelopes 1`, `syncfix_inbox_oldest_seconds 30`,
		`syncfix_outbox_deliveries{state="under_way"} 1`, `syncfix_outbox_deliveries{state="dead"} 1`, `syncfix_outbox_oldest_seconds 60`,
		`syncfix_open_cases{cause="expired",state="fixing"} 1`,
		`syncfix_last_event_timestamp_seconds 1.7726256e+09`,
	} {
		if !has(figures, line) {
			t.Errorf("the figures lack %s", line)
		}
	}
	problems, err := promlint.New(strings.NewReader(figures)).Lint()
	if err != nil {
		t.Error(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	if !strings.Contains(figures, `syncfix_build_info{go="go`) || !strings.Contains(figures, `version="v1.2.3 (0123456789ab)"} 1`) {
		t.Error("the figures don't say which syncfix this is")
	}
	if t.Failed() {
		t.Log(figures)
	}
}

// What comes from outside never becomes a label, and there is an end to what may.
func TestLabelsAreBounded(t *testing.T) {
	a := newAPI(t)
	const hostile = "<!channel> x\"} 9\nsyncfix_evil 1"
	a.CaseChanged(bot.Case{}, bot.Case{State: bot.Triage, Playbook: hostile})
	a.CaseChanged(bot.Case{State: bot.Triage}, bot.Case{State: bot.Dismissed, Verified: bot.Verified{Cause: hostile}})
	a.CaseChanged(bot.Case{State: bot.Triage}, bot.Case{State: bot.State(hostile)})
	a.EnvelopeTaken(bot.EnvelopeKind(hostile), hostile)
	a.EnvelopeDone(bot.EnvelopeKind(hostile), bot.EnvelopeOutcome(hostile))
	a.DeliveryTried(bot.EffectKind(hostile), bot.DeliveryResult(hostile))
	for i := range 5000 {
		a.SlackCalled(fmt.Sprintf("method.%d", i), fmt.Sprintf("code_%d", i))
		a.CaseChanged(bot.Case{}, bot.Case{State: bot.Triage, Playbook: fmt.Sprintf("p-%d", i)})
	}
	_, figures := a.get("/metrics")
	if strings.Contains(figures, "evil") || strings.Contains(figures, "!channel") {
		t.Error("what comes from outside became a label")
	}
	for name, most := range map[string]int{"syncfix_slack_calls_total{": 66, "syncfix_cases_opened_total{": 302} {
		if n := strings.Count(figures, "\n"+name); n > most || n < 10 {
			t.Errorf("%s…} has %d lines, want at most %d", name, n, most)
		}
	}
	if !has(figures, `syncfix_envelopes_taken_total{kind="other",outcome="other"} 1`) {
		t.Errorf("it is not counted as other:\n%s", figures)
	}
}

// A store that can't be read takes nothing else away.
func TestFiguresWithoutTheStore(t *testing.T) {
	a := newAPI(t)
	broken := brokenStore{a.store}
	a.handler = a.Handler(t.Context(), broken, slog.New(slog.DiscardHandler))
	status, figures := a.get("/metrics")
	if status != 200 || !has(figures, `syncfix_socket_up{socket="1"} 0`) || strings.Contains(figures, "syncfix_inbox") {
		t.Errorf("%d:\n%s", status, figures)
	}
}

type brokenStore struct{ *store }

func (brokenStore) View(context.Context, func(bot.Reader) error) error { return errors.New("damaged") }

func TestOnlyWhatThereIs(t *testing.T) {
	a := newAPI(t)
	for _, path := range []string{"/", "/debug/pprof/", "/backup", "/metrics/x"} {
		if status, _ := a.get(path); status != http.StatusNotFound {
			t.Errorf("GET %s is %d", path, status)
		}
	}
	r := httptest.NewRecorder()
	a.handler.ServeHTTP(r, httptest.NewRequest(http.MethodPost, "/readyz", strings.NewReader("x")))
	if r.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST is %d", r.Code)
	}
}

func TestServeUntilTold(t *testing.T) {
	leaks := goleak.IgnoreCurrent()
	defer goleak.VerifyNone(t, leaks)
	a := newAPI(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- httpapi.Serve(ctx, listener, a.handler, slog.New(slog.DiscardHandler)) }()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	answer, err := client.Get("http://" + listener.Addr().String() + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	if err != nil || answer.StatusCode != 200 || !strings.Contains(string(body), "ok") {
		t.Errorf("%s: %s (%v)", answer.Status, body, err)
	}
	// Somebody who never asks for anything must not keep it from stopping.
	idle, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	cancel()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("it does not stop")
	}
	if _, err := net.Dial("tcp", listener.Addr().String()); err == nil {
		t.Error("it still listens")
	}
}
