package sandbox

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// breaks switches faults on.
func breaks(t *testing.T, s *Server, faults ...string) {
	t.Helper()
	for _, text := range faults {
		f, err := ParseFault(text)
		if err == nil {
			err = s.SetFault(f, true)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func strikes(s *Server, name string) int {
	for _, f := range s.Faults() {
		if f.Name == name {
			return f.Strikes
		}
	}
	return 0
}

func post(s *Server) error {
	_, _, err := api(s).PostMessage("C0SUPPORT", slack.MsgOptionText("x", false))
	return err
}

func TestParseFault(t *testing.T) {
	for text, want := range map[string]string{
		"429": "429", "429:1s:10%": "429:10%", "429:chat.update:20%:5s": "429:5s:20%:chat.update", "503:5%": "503:5%", "500:100%": "500",
		"error:fatal_error:0.5%": "error:fatal_error:0.5%", "latency:100ms": "latency:100ms", "latency:50%:2s": "latency:2s:50%",
		"reset:5%:chat.postMessage": "reset:5%:chat.postMessage", "reset:response_url": "reset:response_url", "cut:60s": "cut:1m", "cut:20%": "cut:20%",
		"refresh_requested:1m": "refresh_requested:1m", "too_many_websockets:50%": "too_many_websockets:50%", "acks:30%": "acks:30%",
		"offline:30s": "offline:30s", "offline:30s/5m": "offline:30s/5m",
	} {
		f, err := ParseFault(text)
		if err != nil || f.String() != want {
			t.Errorf("%q reads as %q, %v; want %q", text, f, err, want)
		}
		if again, err := ParseFault(f.String()); err != nil || again != f {
			t.Errorf("%q does not read back: %+v, %v", f, again, err)
		}
	}
}

func TestParseFaultSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "429, 500 to 599, error, latency",
		"ofline:30s":               `no fault "ofline"; there are 429`,
		"404:10%":                  `no fault "404"`,
		"disconnect":               `no fault "disconnect"`,
		"429:10":                   "a time with its unit",
		"429:0%":                   "above 0%",
		"429:101%":                 "at most 100%",
		"429:NaN%":                 "above 0%",
		"429:10%:20%":              "two of what",
		"429:often":                `"often" is no chance (10%), no time (100ms) and no method`,
		"latency":                  "latency:100ms",
		"latency:-5s":              `"-5s" is no chance`,
		"latency:0s":               "a time with its unit",
		"latency:48h":              "between 0 and 24h",
		"latency:1s/2s":            "",
		"offline":                  "offline:30s",
		"offline:30s/10s":          "longer than an outage",
		"offline:30s:5%":           "takes no chance",
		"reset:5s":                 "reset takes no such time",
		"acks:chat.update":         "takes no method",
		"reset:chat.postmessage":   `no method "chat.postmessage"`,
		"error":                    "error:fatal_error",
		"error:Bad code":           "error:fatal_error",
		"cut:1ms":                  "10ms at most",
		"refresh_requested:1m:50%": "takes no chance",
		"cut:1m/2m":                "cut takes no such time",
	} {
		f, err := ParseFault(text)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), `"`+text+`"`) {
			t.Errorf("%q reads as %+v, %v; want an error with %q", text, f, err, want)
		}
	}
}

func TestFaultExamplesAreOfEveryKind(t *testing.T) {
	missing := faultKinds()
	for _, e := range FaultExamples() {
		f, err := ParseFault(e.String())
		if err != nil || f != e {
			t.Errorf("%q reads as %+v, %v; want %+v", e, f, err, e)
		}
		missing = slices.DeleteFunc(missing, func(k FaultKind) bool { return k == f.Kind })
	}
	if len(missing) > 0 {
		t.Errorf("no example of %v", missing)
	}
}

func TestFaultsOfTheOptionsWaitForTheApp(t *testing.T) {
	s := start(t, func(o *Options) { o.Faults = []StandingFault{{Kind: FaultServer, Method: "chat.postMessage"}} })
	if err := post(s); err != nil {
		t.Errorf("before the app connected: %v", err)
	}
	dial(t, s)
	if err := post(s); err == nil || strikes(s, "500:chat.postMessage") != 1 {
		t.Errorf("after it did: %v, counted %v", err, s.Faults())
	}
	if _, err := Start(Options{Addr: "127.0.0.1:0", Faults: []StandingFault{{Kind: FaultLatency}, {Kind: "rain"}}}); err == nil ||
		!strings.Contains(err.Error(), "say for how long") || !strings.Contains(err.Error(), `no fault "rain"`) {
		t.Errorf("impossible ones gave %v", err)
	}
}

func TestFaultSaysWhatItDoes(t *testing.T) {
	for text, want := range map[string]string{
		"429:10%":                 "10%: a call refused with 429, Retry-After 1s",
		"latency:1m:chat.update":  "every call of chat.update taking 1m longer",
		"reset:5%:response_url":   "5%: a use of a response URL done, but the answer lost",
		"acks:30%":                "30%: an ack lost, so that events are sent again",
		"cut:20%":                 "20%: a new connection breaking off",
		"warning":                 "every new connection getting a warning",
		"refresh_requested:1m30s": "all connections told to be made anew, every 1m30s",
		"offline:30s/5m":          "nothing gets through for 30s, every 5m",
		"offline:2h":              "nothing gets through for 2h, once",
	} {
		if f, err := ParseFault(text); err != nil || f.Does() != want {
			t.Errorf("%s does %q, %v; want %q", text, f.Does(), err, want)
		}
	}
}

// hitsOf calls auth.test a number of times and says which calls were refused.
func hitsOf(t *testing.T, seed uint64, faults ...string) (hits []int) {
	t.Helper()
	s := start(t, func(o *Options) { o.Seed = seed })
	breaks(t, s, faults...)
	for i := range 300 {
		r := httptest.NewRequest(http.MethodPost, s.APIURL()+"auth.test", nil)
		r.Header.Set("Authorization", "Bearer "+s.BotToken())
		w := httptest.NewRecorder()
		s.http.Handler.ServeHTTP(w, r)
		if w.Code == http.StatusTooManyRequests {
			hits = append(hits, i)
		}
	}
	if n := strikes(s, faults[0]); n != len(hits) {
		t.Errorf("%d calls were hit, and %d counted", len(hits), n)
	}
	return hits
}

func TestChanceFollowsTheSeed(t *testing.T) {
	first := hitsOf(t, 7, "429:10%")
	if len(first) < 15 || len(first) > 50 {
		t.Errorf("10%% hit %d of 300 calls", len(first))
	}
	if again := hitsOf(t, 7, "429:10%"); !slices.Equal(again, first) {
		t.Errorf("the same seed hit %v, then %v", first, again)
	}
	if other := hitsOf(t, 8, "429:10%"); slices.Equal(other, first) {
		t.Error("another seed hit the same calls")
	}
	if beside := hitsOf(t, 7, "429:10%", "latency:1ns:50%"); !slices.Equal(beside, first) {
		t.Error("another fault beside it changed what is hit")
	}
}

func TestStandingFaultsOnCalls(t *testing.T) {
	for fault, want := range map[string]string{
		"429:2s":                       "slack rate limit exceeded, retry after 2s",
		"503":                          "503",
		"error:fatal_error":            "fatal_error",
		"429:auth.test":                "",
		"error:team_gone:response_url": "",
	} {
		t.Run(fault, func(t *testing.T) {
			s := start(t, nil)
			breaks(t, s, fault)
			for range 2 { // it stands
				if err := post(s); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
					t.Errorf("it gave %v, want %q", err, want)
				}
			}
			n := strikes(s, fault)
			if applied := len(s.Messages("support")); applied+n != 2 {
				t.Errorf("%d posts were applied and %d hit, of 2", applied, n)
			}
			wait(t, s, func() bool { return len(s.Calls()) == 2 })
			if c := s.Calls()[0]; n > 0 && !slices.Equal(c.Faults, []string{fault}) {
				t.Errorf("the call is marked %q", c.Faults)
			}
			f, _ := ParseFault(fault)
			if err := s.SetFault(f, false); err != nil {
				t.Fatal(err)
			}
			if err := post(s); err != nil {
				t.Errorf("switched off, it gave %v", err)
			}
			if got := s.Faults(); len(got) != 1 || got[0].On || got[0].Strikes != n {
				t.Errorf("switched off, it counts %+v, want %d strikes kept", got, n)
			}
		})
	}
}

func TestResetComesAfterTheCallIsApplied(t *testing.T) {
	s := start(t, nil)
	breaks(t, s, "reset:chat.postMessage")
	if err := post(s); err == nil {
		t.Error("the post went well")
	}
	if n := len(s.Messages("support")); n != 1 {
		t.Errorf("%d posts were applied, want 1", n)
	}
	wait(t, s, func() bool { return len(s.Calls()) == 1 })
	if c := s.Calls()[0]; c.Status != 0 || c.Error != "connection reset" {
		t.Errorf("the call is listed as %d %q", c.Status, c.Error)
	}
}

func TestLatencyHoldsUpNobodyElse(t *testing.T) {
	s := start(t, nil)
	breaks(t, s, "latency:1h:chat.postMessage", "latency:20ms:auth.test")
	ctx, cancel := context.WithCancel(t.Context())
	slow := make(chan error, 1)
	go func() {
		_, _, err := api(s).PostMessageContext(ctx, "C0SUPPORT", slack.MsgOptionText("x", false))
		slow <- err
	}()
	wait(t, s, func() bool { return strikes(s, "latency:1h:chat.postMessage") == 1 })
	began := time.Now()
	if _, err := api(s).AuthTestContext(t.Context()); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took < 20*time.Millisecond {
		t.Errorf("auth.test took %v, want 20ms and more", took)
	}
	select {
	case err := <-slow:
		t.Errorf("the slow call ended: %v", err)
	default:
	}
	cancel()
	<-slow
}

func TestLostAcksAreLate(t *testing.T) {
	s := start(t, func(o *Options) { o.AckDeadline = 20 * time.Millisecond })
	connect(t, s, ackAll)
	breaks(t, s, "acks")
	mustSay(t, s, "does this arrive?")
	wait(t, s, func() bool { return s.Envelopes()[0].Outcome == OutcomeUnacked })
	if e := s.Envelopes()[0]; e.Attempts != 3 || e.AcksLost == 0 || !e.Acked.IsZero() || strikes(s, "acks") != e.AcksLost {
		t.Errorf("it is %+v, counted %v", e, s.Faults())
	}
	s.ClearFaults()
	s.mu.Lock()
	s.opts.AckDeadline = time.Minute
	s.mu.Unlock()
	mustSay(t, s, "and now?")
	wait(t, s, func() bool { return s.Envelopes()[1].Outcome == OutcomeAcked })
}

func TestFaultsOnNewConnections(t *testing.T) {
	s := start(t, nil)
	breaks(t, s, "too_many_websockets")
	if _, f := dial(t, s); str(f, "reason") != "too_many_websockets" || s.Connections() != 0 {
		t.Errorf("a new connection got %v", f)
	}
	s.ClearFaults()
	breaks(t, s, "warning")
	c, hello := dial(t, s)
	if warned := frame(t, c); str(hello, "type") != "hello" || str(warned, "reason") != "warning" || s.Connections() != 1 {
		t.Errorf("a new connection got %v, then %v; %d are open", hello, warned, s.Connections())
	}
	s.ClearFaults()
	breaks(t, s, "cut")
	_, url, err := api(s).StartSocketModeContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if c, _, err := websocket.DefaultDialer.DialContext(t.Context(), url, nil); err == nil {
		_ = c.Close()
		t.Error("a connection came through")
	}
	for _, name := range []string{"too_many_websockets", "warning", "cut"} {
		if strikes(s, name) != 1 {
			t.Errorf("%s: counted %d times", name, strikes(s, name))
		}
	}
}

func TestFaultsByTime(t *testing.T) {
	for _, fault := range []string{"cut:20ms", "refresh_requested:20ms", "offline:10ms/20ms"} {
		t.Run(fault, func(t *testing.T) {
			s := start(t, nil)
			c, _ := dial(t, s)
			breaks(t, s, fault)
			_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
			var err error
			for err == nil {
				_, _, err = c.ReadMessage()
			}
			if polite := websocket.IsCloseError(err, websocket.CloseNormalClosure); polite != strings.HasPrefix(fault, "refresh") {
				t.Errorf("the connection ended with %v", err)
			}
			wait(t, s, func() bool { return strikes(s, fault) >= 3 })
			s.ClearFaults()
			n := strikes(s, fault)
			connect(t, s, func(*app, socketmode.Event) (any, bool) { return nil, true })
			if again := strikes(s, fault); again != n || s.Connections() != 1 {
				t.Errorf("switched off, it struck %d more times", again-n)
			}
		})
	}
}

func TestOffline(t *testing.T) {
	s := start(t, nil)
	c, _ := dial(t, s)
	_, url, err := api(s).StartSocketModeContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.Offline(time.Hour)
	if _, _, err := c.ReadMessage(); err == nil || websocket.IsCloseError(err, websocket.CloseNormalClosure) || s.Connections() != 0 {
		t.Errorf("the connection ended with %v; %d are open", err, s.Connections())
	}
	if err := post(s); err == nil || len(s.Messages("support")) != 0 {
		t.Errorf("a call gave %v", err)
	}
	if c, _, err := websocket.DefaultDialer.DialContext(t.Context(), url, nil); err == nil {
		_ = c.Close()
		t.Error("a connection came through")
	}
	// What was being answered when the network went.
	s.conclude(httptest.NewRecorder(), &apiCall{method: "auth.test"}, time.Now(), answer{status: http.StatusOK, body: object{"ok": true}})
	wait(t, s, func() bool { return len(s.Calls()) >= 5 }) // two before, three since
	for _, c := range s.Calls()[2:] {
		if c.Status != 0 || !slices.Equal(c.Faults, []string{"offline"}) {
			t.Errorf("while offline a call is listed as %+v", c)
		}
	}
	if r, err := http.Get(s.URL() + "static/icon.svg"); err != nil || r.StatusCode != http.StatusOK {
		t.Errorf("the page is gone, too: %v", err)
	} else {
		_ = r.Body.Close()
	}
	s.Offline(0)
	if err := post(s); err != nil || strikes(s, "offline:1h") != 1 {
		t.Errorf("back again, a call gave %v; counted %v", err, s.Faults())
	}
}

func TestOutageEndsByItself(t *testing.T) {
	s := start(t, nil)
	breaks(t, s, "offline:30ms")
	wait(t, s, func() bool { return !s.Faults()[0].On })
	if err := post(s); err != nil {
		t.Errorf("after the outage: %v", err)
	}
	breaks(t, s, "offline:1h")
	f, _ := ParseFault("offline:1h")
	if err := s.SetFault(f, false); err != nil {
		t.Fatal(err)
	}
	if err := post(s); err != nil {
		t.Errorf("switched off, the outage goes on: %v", err)
	}
}

func TestWhatIsDoneByHandIsCounted(t *testing.T) {
	s := start(t, nil)
	s.DropSockets()
	s.Disconnect("warning")
	s.Fault("chat.postMessage", Fault{Status: 503})
	_ = post(s)
	want := []FaultCount{{Name: "cut", Strikes: 1}, {Name: "warning", Strikes: 1}, {Name: "503:chat.postMessage", Strikes: 1}}
	if got := s.Faults(); !slices.Equal(got, want) {
		t.Errorf("counted %+v, want %+v", got, want)
	}
}

func TestFaultsAreBounded(t *testing.T) {
	s := start(t, nil)
	var err error
	for i := range maxFaults + 1 {
		err = s.SetFault(StandingFault{Kind: FaultLatency, Lasts: time.Duration(i + 1)}, true)
	}
	if err == nil || len(s.Faults()) != maxFaults {
		t.Errorf("%d faults stand, and the last one gave %v", len(s.Faults()), err)
	}
}
