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
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"

	"syncfix/bot"
)

func TestEnvelopeIsOnDiskBeforeItIsAcked(t *testing.T) {
	g := newGateway(t)
	l := g.listen(&inbox{before: func() error {
		none(t, "ack before the commit", g.acks)
		return nil
	}}, false, nil)
	first := l.link()
	g.send(first, frame("E1", "events_api", alert("1.000001", "pw: hunter2")))
	if a := next(t, "ack", g.acks); a.ID != "E1" || string(a.Payload) != "" && string(a.Payload) != "null" {
		t.Errorf("ack %+v", a)
	}
	next(t, "wake", l.woken)
	kept, _ := l.inbox.all()
	if len(kept) != 1 || kept[0].Key != "m/T1/C1/1.000001" || kept[0].Kind != bot.EnvelopeEvent {
		t.Fatalf("kept %+v", kept)
	}
	if body := string(kept[0].Body); strings.Contains(body, "hunter2") || strings.Contains(body, "verification") {
		t.Errorf("a secret was kept: %s", body)
	}
}

func TestOtherSocketBridgesADisconnect(t *testing.T) {
	for _, reason := range []string{"warning", "refresh_requested", "link_disabled"} {
		t.Run(reason, func(t *testing.T) {
			g := newGateway(t)
			again := make(chan struct{})
			g.open = func(n int) reply {
				if n > 2 {
					<-again
				}
				return reply{}
			}
			l := g.listen(&inbox{}, true, nil)
			one, two := l.link(), l.link()
			g.send(one, fmt.Sprintf(`{"type":"disconnect","reason":%q}`, reason))
			for i := range 20 { // the first has no connection all the while
				id := fmt.Sprintf("E%d", i)
				g.send(two, frame(id, "events_api", alert(fmt.Sprintf("2.%06d", i), "x")))
				if a := next(t, "ack in the gap", g.acks); a.ID != id {
					t.Errorf("ack of %s, want %s", a.ID, id)
				}
			}
			close(again)
			g.send(l.link(), frame("E-late", "events_api", alert("3.000001", "x")))
			if a := next(t, "ack over the new connection", g.acks); a.ID != "E-late" {
				t.Errorf("ack of %s", a.ID)
			}
		})
	}
}

func TestOneEventOverBothSocketsIsKeptOnce(t *testing.T) {
	g := newGateway(t)
	l := g.listen(&inbox{}, true, nil)
	one, two := l.link(), l.link()
	g.send(one, frame("E1", "events_api", alert("1.000001", "x")))
	next(t, "ack", g.acks)
	g.send(two, frame("E2", "events_api", alert("1.000001", "x")))
	next(t, "ack of the second", g.acks)
	if kept, _ := l.inbox.all(); len(kept) != 1 {
		t.Errorf("kept %d envelopes", len(kept))
	}
}

func TestRefusedConnectionsBackOff(t *testing.T) {
	g := newGateway(t)
	g.refuse = func(n int) bool { return n < 4 }
	begin := time.Now()
	l := g.listen(&inbox{}, false, nil)
	l.link()
	if n, took := g.opened(), time.Since(begin); n != 4 || took < 3*firstPause {
		t.Errorf("%d connections were asked for in %s", n, took)
	}
	if !strings.Contains(l.log.String(), "at most 10 connections") {
		t.Errorf("the operator is not told: %s", l.log)
	}
}

func TestRests(t *testing.T) {
	refused, silent := error(slack.SlackErrorResponse{Err: "internal_error"}), errors.New("no route to host")
	for name, c := range map[string]struct {
		why    error
		took   time.Duration
		at     int // how many in a row are followed at once
		most   time.Duration
		repeat int
	}{
		"closed at once":      {errAnother, lasting - 1, 1, mostPause, 12},
		"refused":             {refused, time.Second, 0, mostPause, 12},
		"a gateway's refusal": {slack.StatusCodeError{Code: 503}, time.Second, 0, mostPause, 12},
		"no handshake":        {websocket.ErrBadHandshake, 0, 0, mostPause, 12},
		"silence":             {silent, 0, 0, mostSilent, 12},
	} {
		t.Run(name, func(t *testing.T) {
			var p rests
			for range c.at {
				if d := p.after(c.why, c.took); d != 0 {
					t.Errorf("the first had to wait %s", d)
				}
			}
			want := firstPause
			for i := range c.repeat {
				if d := p.after(c.why, c.took); d < want || d > want+want/4 {
					t.Errorf("pause %d was %s, want about %s", i, d, want)
				}
				want = min(2*want, c.most)
			}
			p.after(errAnother, lasting) // a connection that lasted
			if d := p.after(c.why, c.took); d > firstPause*5/4 {
				t.Errorf("after a good connection it waits %s", d)
			}
		})
	}
	var p rests
	if d := p.after(&slack.RateLimitedError{RetryAfter: 90 * time.Second}, time.Second); d != 90*time.Second {
		t.Errorf("asked for a pause of 90 s it waits %s", d)
	}
	for range 12 {
		p.after(silent, 0)
	}
	if d := p.after(context.DeadlineExceeded, 15*time.Second); d < mostSilent-15*time.Second || d > 15*time.Second {
		t.Errorf("after a try of 15 s it waits %s", d)
	}
}

// An outage, however long, is noticed to be over within 30 s: both sockets go on
// trying, apart from each other, and the operator can see each try.
func TestAnOutageIsTriedThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const long = 20 * time.Minute
		var mu sync.Mutex
		var tries []time.Time
		h, log := newHeard(), &logged{}
		c, err := New(Config{
			BotToken: botToken, AppToken: appToken, APIURL: "http://127.0.0.1/", Stagger: 1, Observer: h,
			Log: slog.New(slog.NewTextHandler(log, nil)),
		})
		if err != nil {
			t.Fatal(err)
		}
		c.http = &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			tries = append(tries, time.Now())
			return nil, errors.New("no route to host")
		})}
		ctx, cancel := context.WithTimeout(t.Context(), long)
		defer cancel()
		if err := c.Listen(ctx, NewIntake(IntakeConfig{Inbox: &inbox{}, Log: c.Log})); err != nil {
			t.Fatal(err)
		}
		apart := 0
		for i := 1; i < len(tries); i++ {
			gap := tries[i].Sub(tries[i-1])
			if gap > 30*time.Second {
				t.Errorf("nothing was tried for %s", gap)
			}
			if gap > 100*time.Millisecond {
				apart++
			}
		}
		if n := len(tries); n < 80 || n > 130 || apart < n*3/4 {
			t.Errorf("%d tries in %s, %d of them apart from the one before", n, long, apart)
		}
		if n := h.count("called apps.connections.open network"); n != len(tries) {
			t.Errorf("%d tries and %d calls heard of", len(tries), n)
		}
		if n := h.count("socket 1 failed"); n < 40 || n+h.count("socket 2 failed") != len(tries) {
			t.Errorf("%d tries and %d failures of socket 1 heard of", len(tries), n)
		}
		sockets := map[string]time.Time{} // when the next try is due, by what the log says
		for line := range strings.Lines(log.String()) {
			var at time.Time
			var socket, in string
			for _, f := range strings.Fields(line) {
				k, v, _ := strings.Cut(f, "=")
				switch k {
				case "time":
					at, err = time.Parse(logTime, v)
				case "socket":
					socket = v
				case "in":
					in = v
				}
			}
			d, bad := time.ParseDuration(in)
			if err != nil || bad != nil {
				t.Fatalf("%s: %v, %v", line, err, bad)
			}
			if due, ok := sockets[socket]; ok && at.Sub(due).Abs() > 5*time.Millisecond {
				t.Errorf("the log said the next try comes at %s, and it came at %s", due, at)
			}
			sockets[socket] = at.Add(d)
		}
		if len(sockets) != 2 {
			t.Errorf("the log: %s", log)
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestSlowDiskDoesNotStopReading(t *testing.T) {
	g := newGateway(t)
	disk, busy := make(chan struct{}), make(chan struct{}, 100)
	l := g.listen(&inbox{before: func() error {
		busy <- struct{}{}
		<-disk
		return nil
	}}, false, nil)
	conn := l.link()
	g.send(conn, frame("first", "events_api", alert("1.000001", "x")))
	next(t, "commit", busy)
	const many = 500
	for i := range many { // ten times what the library keeps
		g.send(conn, frame(fmt.Sprintf("E%d", i), "events_api", alert(fmt.Sprintf("2.%06d", i), "x")))
	}
	if err := conn.WriteControl(websocket.PingMessage, []byte("ping"), time.Now().Add(soon)); err != nil {
		t.Fatal(err)
	}
	next(t, "pong while the disk is busy", conn.pongs)
	none(t, "ack while the disk is busy", g.acks)
	close(disk)
	seen := map[string]bool{}
	for range many + 1 {
		seen[next(t, "ack", g.acks).ID] = true
	}
	if kept, commits := l.inbox.all(); len(kept) != many+1 || len(seen) != many+1 || commits > 20 {
		t.Errorf("%d kept and %d acked in %d commits", len(kept), len(seen), commits)
	}
}

func TestWhatTheLibraryCannotParseIsKeptAndAcked(t *testing.T) {
	g := newGateway(t)
	l := g.listen(&inbox{}, false, nil)
	conn := l.link()
	odd := strings.Replace(alert("1.000001", "sync failed"), `"text"`, `"blocks":[{"type":7}],"text"`, 1)
	for i, tc := range []struct{ frame, key string }{
		{`{"envelope_id":"E0","type":"brand_new","payload":{"pw":"password: hunter2"}}`, "u/E0"},
		{frame("E1", "events_api", `{"type":"event_callback","event_id":"Ev9","event":{"type":"brand_new_event"}}`), "e/Ev9"},
		{frame("E2", "events_api", odd), "m/T1/C1/1.000001"},
		{frame("E3", "events_api", `"no object"`), "u/E3"},
		{frame("E4", "interactive", `[1,2]`), "u/E4"},
	} {
		g.send(conn, `{"type":"no_envelope_at_all"}`)
		g.send(conn, tc.frame)
		if a := next(t, "ack", g.acks); a.ID != fmt.Sprintf("E%d", i) {
			t.Errorf("ack of %s, want E%d", a.ID, i)
		}
		kept, _ := l.inbox.all()
		last := kept[len(kept)-1]
		if last.Key != tc.key || (last.Kind == bot.EnvelopeUnknown) != strings.HasPrefix(tc.key, "u/") {
			t.Errorf("%s was kept as %s %s", tc.frame, last.Kind, last.Key)
		}
		if strings.Contains(string(last.Body), "hunter2") {
			t.Errorf("a secret was kept: %s", last.Body)
		}
	}
}

func TestWhatTryingAgainCannotMendEndsListen(t *testing.T) {
	for name, tc := range map[string]struct {
		reply reply
		want  []string
	}{
		"invalid_auth":           {reply{body: `{"ok":false,"error":"invalid_auth"}`}, []string{"app-level token", "invalid_auth", "copy it again"}},
		"token_revoked":          {reply{body: `{"ok":false,"error":"token_revoked"}`}, []string{"app-level token", "no longer valid"}},
		"missing_scope":          {reply{body: `{"ok":false,"error":"missing_scope","needed":"connections:write","provided":"x"}`}, []string{"lacks the scope connections:write"}},
		"missing_scope, unnamed": {reply{body: `{"ok":false,"error":"missing_scope"}`}, []string{"lacks the scope connections:write"}},
		"not_allowed_token_type": {reply{body: `{"ok":false,"error":"not_allowed_token_type"}`}, []string{"wrong kind"}},
		"no API there":           {reply{status: 404, body: "nothing here"}, []string{"SLACK_API_URL"}},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGateway(t)
			g.open = func(int) reply { return tc.reply }
			l := g.listen(&inbox{}, true, nil)
			err := next(t, "end", l.result)
			if err == nil {
				t.Fatal("Listen ended without an error")
			}
			for _, w := range tc.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("error %q does not say %q", err, w)
				}
			}
			if strings.Contains(err.Error(), "abcdefgh") {
				t.Errorf("a token stands in %q", err)
			}
		})
	}
}

func TestPassingTroubleIsOvercome(t *testing.T) {
	g := newGateway(t)
	g.open = func(n int) reply {
		switch n {
		case 1:
			return reply{body: `{"ok":false,"error":"internal_error"}`}
		case 3: // a gateway's, long after Slack was there
			return reply{status: 404, body: "nothing here"}
		}
		return reply{}
	}
	l := g.listen(&inbox{}, false, nil)
	conn := l.link()
	g.send(conn, frame("E0", "events_api", alert("0.000001", "x")))
	next(t, "ack", g.acks)
	conn.Close()
	conn = l.link()
	g.send(conn, frame("E1", "events_api", alert("1.000001", "x")))
	next(t, "ack", g.acks)
	if n := strings.Count(l.log.String(), "msg=ready"); n != 1 {
		t.Errorf("ready was logged %d times", n)
	}
}

func TestWhatIsUnderWayAtTheEndIsKeptAndAcked(t *testing.T) {
	g := newGateway(t)
	disk, busy := make(chan struct{}), make(chan struct{}, 10)
	l := g.listen(&inbox{before: func() error {
		busy <- struct{}{}
		<-disk
		return nil
	}}, false, nil)
	g.send(l.link(), frame("E1", "events_api", alert("1.000001", "x")))
	next(t, "commit", busy)
	l.stop()
	close(disk)
	if a := next(t, "ack", g.acks); a.ID != "E1" {
		t.Errorf("ack of %s", a.ID)
	}
	if err := next(t, "end", l.result); err != nil {
		t.Errorf("Listen = %v", err)
	}
}
