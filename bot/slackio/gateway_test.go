package slackio

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"syncfix/bot"
)

// gateway is Slack's end of Socket Mode, told frame by frame what to send.
type gateway struct {
	*testing.T
	srv    *httptest.Server
	links  chan *peer        // connections that were greeted
	acks   chan answer       // what came back, over any of them
	open   func(n int) reply // answers the n-th apps.connections.open; nil: always good
	refuse func(n int) bool  // sends the n-th connection away instead of hello

	mu    sync.Mutex
	opens int
	dials int
}

type reply struct {
	status int
	body   string
}

type peer struct {
	*websocket.Conn
	pongs chan struct{}
}

// answer is an ack.
type answer struct {
	ID      string          `json:"envelope_id"`
	Payload json.RawMessage `json:"payload"`
}

func newGateway(t *testing.T) *gateway {
	t.Helper()
	g := &gateway{T: t, links: make(chan *peer, 100), acks: make(chan answer, 10000)}
	mux := http.NewServeMux()
	mux.HandleFunc("/apps.connections.open", g.serveOpen)
	mux.HandleFunc("/link", g.serveLink)
	g.srv = httptest.NewServer(mux)
	t.Cleanup(g.srv.Close)
	return g
}

func (g *gateway) serveOpen(w http.ResponseWriter, _ *http.Request) {
	g.mu.Lock()
	g.opens++
	n := g.opens
	g.mu.Unlock()
	if g.open != nil {
		if r := g.open(n); r.body != "" || r.status != 0 {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(max(r.status, 200))
			fmt.Fprint(w, r.body)
			return
		}
	}
	fmt.Fprintf(w, `{"ok":true,"url":"ws%s/link?ticket=s3cretticket"}`, strings.TrimPrefix(g.srv.URL, "http"))
}

func (g *gateway) serveLink(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer ws.Close()
	g.mu.Lock()
	g.dials++
	n := g.dials
	g.mu.Unlock()
	if g.refuse != nil && g.refuse(n) {
		_ = ws.WriteMessage(websocket.TextMessage, []byte(`{"type":"disconnect","reason":"too_many_websockets"}`))
		return
	}
	l := &peer{Conn: ws, pongs: make(chan struct{}, 100)}
	ws.SetPongHandler(func(string) error { l.pongs <- struct{}{}; return nil })
	_ = ws.WriteMessage(websocket.TextMessage, []byte(`{"type":"hello","num_connections":1}`))
	g.links <- l
	for {
		var a answer
		if ws.ReadJSON(&a) != nil {
			return
		}
		g.acks <- a
	}
}

func (g *gateway) opened() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.opens
}

// send sends a frame.
func (g *gateway) send(l *peer, frame string) {
	g.Helper()
	if err := l.WriteMessage(websocket.TextMessage, []byte(frame)); err != nil {
		g.Fatal(err)
	}
}

// frame is an envelope.
func frame(id, kind, payload string) string {
	return fmt.Sprintf(`{"envelope_id":%q,"type":%q,"accepts_response_payload":%t,"payload":%s}`, id, kind, kind != "events_api", payload)
}

// alert is an event's payload.
func alert(ts, text string) string {
	return fmt.Sprintf(`{"token":"verification","team_id":"T1","type":"event_callback","event_id":"Ev%s","event_time":1700000000,
		"event":{"type":"message","channel":"C1","user":"U1","ts":%q,"text":%q}}`, ts, ts, text)
}

const soon = 10 * time.Second // for what must happen; a test that passes does not take it

func next[V any](t *testing.T, what string, from <-chan V) V {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(soon):
		t.Fatalf("no %s", what)
		panic("unreachable")
	}
}

func none[V any](t *testing.T, what string, from <-chan V) {
	t.Helper()
	select {
	case v := <-from:
		t.Fatalf("unexpected %s: %+v", what, v)
	default:
	}
}

// inbox keeps envelopes in memory. before is called ahead of each commit.
type inbox struct {
	mu      sync.Mutex
	kept    []bot.Envelope
	commits int
	before  func() error
}

func (i *inbox) File(_ context.Context, envelopes []bot.Envelope) ([]bool, error) {
	if i.before != nil {
		if err := i.before(); err != nil {
			return nil, err
		}
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.commits++
	fresh := make([]bool, len(envelopes))
	for n, e := range envelopes {
		if !slices.ContainsFunc(i.kept, func(k bot.Envelope) bool { return k.Key == e.Key }) {
			i.kept = append(i.kept, e)
			fresh[n] = true
		}
	}
	return fresh, nil
}

func (i *inbox) all() ([]bot.Envelope, int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Clone(i.kept), i.commits
}

// listening is a client that listens to a gateway.
type listening struct {
	*gateway
	inbox  *inbox
	log    *logged
	woken  chan struct{}
	stop   context.CancelFunc
	result chan error
}

const botToken, appToken = "xoxb-1-abcdefgh", "xapp-1-abcdefgh"

// listen starts a client. One socket only, unless both is set; the second starts at once then.
func (g *gateway) listen(in *inbox, both bool, change func(*IntakeConfig)) *listening {
	g.Helper()
	leaks := goleak.IgnoreCurrent()
	l := &listening{gateway: g, inbox: in, log: &logged{}, woken: make(chan struct{}, 10000), result: make(chan error, 1)}
	log := slog.New(slog.NewTextHandler(l.log, nil))
	stagger := time.Hour
	if both {
		stagger = time.Millisecond
	}
	c, err := New(Config{BotToken: botToken, AppToken: appToken, APIURL: g.srv.URL, Stagger: stagger, Log: log})
	if err != nil {
		g.Fatal(err)
	}
	conf := IntakeConfig{Inbox: in, Self: Identity{TeamID: "T1", UserID: "U0BOT"}, Wake: func() { l.woken <- struct{}{} }, Log: log}
	if change != nil {
		change(&conf)
	}
	ctx, stop := context.WithCancel(g.Context())
	l.stop = stop
	ended := make(chan struct{})
	go func() { l.result <- c.Listen(ctx, NewIntake(conf)); close(ended) }()
	g.Cleanup(func() {
		stop()
		next(g.T, "end of Listen", ended)
		c.http.CloseIdleConnections()
		g.srv.Close()
		goleak.VerifyNone(g.T, leaks)
		for _, secret := range []string{"abcdefgh", "s3cretticket"} {
			if strings.Contains(l.log.String(), secret) {
				g.Errorf("a token or ticket was logged: %s", l.log)
			}
		}
	})
	return l
}

func (l *listening) link() *peer {
	l.Helper()
	return next(l.T, "connection", l.links)
}
