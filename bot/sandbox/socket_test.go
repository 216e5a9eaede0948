package sandbox

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack/socketmode"
)

// dial opens a bare connection and reads its first frame.
func dial(t *testing.T, s *Server) (*websocket.Conn, object) {
	t.Helper()
	_, url, err := api(s).StartSocketModeContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c, _, err := websocket.DefaultDialer.DialContext(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c, frame(t, c)
}

func frame(t *testing.T, c *websocket.Conn) object {
	t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
	var o object
	if err := c.ReadJSON(&o); err != nil {
		t.Fatalf("read a frame: %v", err)
	}
	return o
}

func TestHelloSaysEverything(t *testing.T) {
	s := start(t, nil)
	_, hello := dial(t, s)
	info, debug := sub(hello, "connection_info"), sub(hello, "debug_info")
	if str(hello, "type") != "hello" || hello["num_connections"] != 1.0 || str(info, "app_id") != s.AppID() {
		t.Errorf("hello is %v", hello)
	}
	for _, name := range []string{"host", "started", "build_number", "approximate_connection_time"} {
		if debug[name] == nil {
			t.Errorf("hello has no debug_info.%s", name)
		}
	}
	_, second := dial(t, s)
	if second["num_connections"] != 2.0 {
		t.Errorf("the second hello is %v", second)
	}
}

func TestTicketWorksOnce(t *testing.T) {
	s := start(t, nil)
	_, url, err := api(s).StartSocketModeContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c, _, err := websocket.DefaultDialer.Dial(url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, r, err := websocket.DefaultDialer.Dial(url, nil); err == nil || r.StatusCode != http.StatusForbidden {
		t.Errorf("a used ticket gave %v, %v", r, err)
	}
}

func TestEachEnvelopeGoesToOneConnectionInTurn(t *testing.T) {
	s := start(t, func(o *Options) { o.Retries = []time.Duration{} })
	var conns []*websocket.Conn
	for range maxSockets {
		c, _ := dial(t, s)
		conns = append(conns, c)
	}
	extra, refused := dial(t, s)
	if str(refused, "type") != "disconnect" || str(refused, "reason") != "too_many_websockets" {
		t.Errorf("the eleventh connection got %v", refused)
	}
	if _, _, err := extra.ReadMessage(); !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
		t.Errorf("the eleventh connection was not closed: %v", err)
	}
	for range maxSockets {
		mustSay(t, s, "hello")
	}
	ids := map[string]bool{}
	for _, c := range conns {
		ids[str(frame(t, c), "envelope_id")] = true
	}
	if len(ids) != maxSockets {
		t.Errorf("%d connections got %d different envelopes", maxSockets, len(ids))
	}
}

func TestUnackedEventIsRetriedWithItsIDs(t *testing.T) {
	s := start(t, func(o *Options) { o.AckDeadline = 20 * time.Millisecond })
	c, _ := dial(t, s)
	mustSay(t, s, "again")
	first, second := frame(t, c), frame(t, c)
	if first["envelope_id"] != second["envelope_id"] || sub(first, "payload")["event_id"] != sub(second, "payload")["event_id"] {
		t.Errorf("a retry has other ids: %v, %v", first, second)
	}
	if first["retry_attempt"] != 0.0 || second["retry_attempt"] != 1.0 || second["retry_reason"] != "timeout" {
		t.Errorf("attempts are %v and %v (%v)", first["retry_attempt"], second["retry_attempt"], second["retry_reason"])
	}
	wait(t, s, func() bool { return s.Envelopes()[0].Outcome == OutcomeUnacked })
	if e := s.Envelopes()[0]; e.Attempts != 3 {
		t.Errorf("sent %d times, want 3 (two retries)", e.Attempts)
	}
}

func TestUnackedInteractionIsNotRetried(t *testing.T) {
	s := start(t, func(o *Options) { o.AckDeadline = 20 * time.Millisecond })
	connect(t, s, func(*app, socketmode.Event) (any, bool) { return nil, false })
	if err := s.Command("U0ANA", "support", "/syncfix"); err == nil || !strings.Contains(err.Error(), "did not answer") {
		t.Errorf("an unacked command gave %v", err)
	}
	if e := s.Envelopes()[0]; e.Attempts != 1 || e.Outcome != OutcomeUnacked {
		t.Errorf("it is %+v", e)
	}
	if got := s.Ephemerals("U0ANA"); len(got) != 1 || !strings.Contains(got[0].Text, "operation_timeout") {
		t.Errorf("Slack said %v", got)
	}
}

func TestLongAckIsDropped(t *testing.T) {
	s := start(t, func(o *Options) { o.AckDeadline = 50 * time.Millisecond; o.Retries = []time.Duration{} })
	c, _ := dial(t, s)
	mustSay(t, s, "hi")
	id := frame(t, c)["envelope_id"]
	if err := c.WriteJSON(object{"envelope_id": id, "payload": object{"text": strings.Repeat("x", maxAck)}}); err != nil {
		t.Fatal(err)
	}
	wait(t, s, func() bool { return len(s.Violations()) == 1 })
	wait(t, s, func() bool { return s.Envelopes()[0].Outcome == OutcomeUnacked })
}

func TestEventWithNobodyConnectedIsMissed(t *testing.T) {
	s := start(t, nil)
	mustSay(t, s, "anyone?")
	if e := s.Envelopes(); len(e) != 1 || e[0].Outcome != OutcomeMissed || e[0].Attempts != 0 {
		t.Errorf("it is %+v", e)
	}
}

func TestDisconnectFrames(t *testing.T) {
	s := start(t, nil)
	c, _ := dial(t, s)
	s.Disconnect("warning")
	if f := frame(t, c); str(f, "reason") != "warning" || s.Connections() != 1 {
		t.Errorf("a warning gave %v and %d connections", f, s.Connections())
	}
	mustSay(t, s, "still there?")
	if f := frame(t, c); str(f, "type") != "events_api" {
		t.Errorf("after a warning came %v", f)
	}
	s.DisconnectOne("refresh_requested")
	if f := frame(t, c); str(f, "reason") != "refresh_requested" || s.Connections() != 0 {
		t.Errorf("a refresh gave %v and %d connections", f, s.Connections())
	}
	if _, _, err := c.ReadMessage(); !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
		t.Errorf("the connection was not closed: %v", err)
	}
}

func TestDropSocketsIsAbrupt(t *testing.T) {
	s := start(t, nil)
	c, _ := dial(t, s)
	s.DropSockets()
	if _, _, err := c.ReadMessage(); err == nil || websocket.IsCloseError(err, websocket.CloseNormalClosure) {
		t.Errorf("the connection ended with %v", err)
	}
	wait(t, s, func() bool { return s.Connections() == 0 })
}

func TestPings(t *testing.T) {
	s := start(t, func(o *Options) { o.PingEvery = 5 * time.Millisecond })
	c, _ := dial(t, s)
	pinged := make(chan struct{}, 100)
	c.SetPingHandler(func(string) error { pinged <- struct{}{}; return nil })
	go func() { _, _, _ = c.ReadMessage() }()
	for range 2 {
		select {
		case <-pinged:
		case <-time.After(5 * time.Second):
			t.Fatal("no ping came")
		}
	}
	_ = c.Close()
}

func TestSocketFaultSendsReason(t *testing.T) {
	s := start(t, nil)
	s.Fault("socket", Fault{SlackError: "too_many_websockets"})
	if _, f := dial(t, s); str(f, "reason") != "too_many_websockets" {
		t.Errorf("the first frame is %v", f)
	}
	if _, f := dial(t, s); str(f, "type") != "hello" {
		t.Errorf("after the fault came %v", f)
	}
}

func TestAckOnAnotherConnectionCounts(t *testing.T) {
	s := start(t, nil)
	a, _ := dial(t, s)
	b, _ := dial(t, s)
	mustSay(t, s, "one")
	mustSay(t, s, "two")
	fa, fb := frame(t, a), frame(t, b)
	_ = a.WriteJSON(object{"envelope_id": fb["envelope_id"]})
	_ = b.WriteJSON(object{"envelope_id": fa["envelope_id"]})
	wait(t, s, func() bool {
		e := s.Envelopes()
		return e[0].Outcome == OutcomeAcked && e[1].Outcome == OutcomeAcked
	})
	if !json.Valid(s.Envelopes()[0].Payload) {
		t.Error("the log's payload is no JSON")
	}
}

func TestLateAckDoesNotStopTheRetry(t *testing.T) {
	s := start(t, func(o *Options) {
		o.AckDeadline, o.Retries = 200*time.Millisecond, []time.Duration{100 * time.Millisecond}
	})
	c, _ := dial(t, s)
	mustSay(t, s, "late")
	id := frame(t, c)["envelope_id"]
	wait(t, s, func() bool { return s.Envelopes()[0].Outcome == OutcomeRetry })
	_ = c.WriteJSON(object{"envelope_id": id})
	wait(t, s, func() bool { return !s.Envelopes()[0].Acked.IsZero() })
	if again := frame(t, c); again["envelope_id"] != id || again["retry_attempt"] != 1.0 {
		t.Errorf("after a late ack came %v", again)
	}
	_ = c.WriteJSON(object{"envelope_id": id})
	wait(t, s, func() bool { return s.Envelopes()[0].Outcome == OutcomeAcked })
}

func TestSendRawReachesTheClient(t *testing.T) {
	s := start(t, nil)
	if s.SendRaw(raw(`{}`)) {
		t.Error("a frame was sent to nobody")
	}
	c, _ := dial(t, s)
	if !s.SendRaw(raw(`{"type":"unheard_of"}`)) || str(frame(t, c), "type") != "unheard_of" {
		t.Error("the frame did not arrive")
	}
}

func TestPayloadInAnEventsAckIsAViolation(t *testing.T) {
	s := start(t, nil)
	c, _ := dial(t, s)
	for _, payload := range []object{{}, {"text": "hi"}} { // the Node client always sends one, if empty
		mustSay(t, s, "x")
		_ = c.WriteJSON(object{"envelope_id": frame(t, c)["envelope_id"], "payload": payload})
	}
	wait(t, s, func() bool { return s.Envelopes()[1].Outcome == OutcomeAcked })
	if v := s.Violations(); len(v) != 1 || s.Envelopes()[0].Outcome != OutcomeAcked {
		t.Errorf("violations are %v", v)
	}
}
