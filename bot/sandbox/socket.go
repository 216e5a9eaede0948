package sandbox

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Figures of Socket Mode (https://docs.slack.dev/apis/events-api/using-socket-mode).
const (
	maxSockets = 10
	maxAck     = 20 << 10 // bytes; an ack this long or longer is dropped
	// approximate_connection_time of the hello, in seconds: an ordinary connection's, and one with debug_reconnects.
	connectionLife      = 18060
	debugConnectionLife = 360
)

const (
	outBuffer   = 4096             // frames that may wait for a slow client
	writeWithin = 5 * time.Second  // for one frame
	closeWithin = time.Second      // for the client to answer our close frame
	ticketLife  = 30 * time.Second // between apps.connections.open and the handshake
)

// sockets are the open Socket Mode connections. Server.mu guards them.
type sockets struct {
	open    []*socket // those that get envelopes
	turn    int       // round robin
	tickets map[string]time.Time
}

func newSockets() sockets { return sockets{tickets: map[string]time.Time{}} }

// socket is one connection: a reader and a writer goroutine over one queue.
type socket struct {
	ws   *websocket.Conn
	out  chan []byte // an empty frame means: say goodbye
	gone chan struct{}
	once sync.Once
}

func (c *socket) drop() {
	c.once.Do(func() {
		close(c.gone)
		if tcp, ok := c.ws.NetConn().(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // a reset, as when the network goes
		}
		_ = c.ws.Close()
	})
}

// send queues a frame; a client that lets thousands wait is dropped.
func (c *socket) send(frame []byte) {
	select {
	case c.out <- frame:
	default:
		c.drop()
	}
}

// openConnection is apps.connections.open.
func (s *Server) openConnection(*apiCall) (object, error) {
	now := time.Now()
	for t, at := range s.sockets.tickets {
		if now.Sub(at) > ticketLife {
			delete(s.sockets.tickets, t)
		}
	}
	ticket := s.secretID("")
	s.sockets.tickets[ticket] = now
	return object{"url": "ws://" + s.host + "/link/?ticket=" + ticket + "&app_id=" + appID}, nil
}

func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	at, known := s.sockets.tickets[r.FormValue("ticket")]
	delete(s.sockets.tickets, r.FormValue("ticket"))
	fault := s.takeFault("socket")
	cut := false
	if fault.SlackError == "" && fault.Status == 0 {
		cut, fault.SlackError = s.greeting()
	}
	s.mu.Unlock()
	switch {
	case !known || time.Since(at) > ticketLife:
		http.Error(w, "unknown or used ticket: ask apps.connections.open for a new one", http.StatusForbidden)
		return
	case fault.Status != 0:
		http.Error(w, http.StatusText(fault.Status), fault.Status)
		return
	case cut:
		resetConnection(w)
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }} // guard has checked it
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := &socket{ws: conn, out: make(chan []byte, outBuffer), gone: make(chan struct{})}
	life := connectionLife
	if r.FormValue("debug_reconnects") == "true" {
		life = debugConnectionLife
	}
	if s.admit(c, fault.SlackError, life) {
		s.running.Go(func() { s.write(c) })
		s.read(c)
	}
}

// admit greets a new connection, or sends it away: with the reason a fault gives, or when there are ten already. One that
// is warned stays.
func (s *Server) admit(c *socket, refuse string, life int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		c.drop()
		return false
	}
	warned := refuse == "warning"
	if (refuse == "" || warned) && len(s.sockets.open) >= maxSockets {
		refuse, warned = "too_many_websockets", false
	}
	if refuse != "" && !warned {
		s.trace(trace{note: "new connection sent away: " + refuse, problem: true})
		c.send(disconnectFrame(refuse, s.host))
		c.send(nil)
		return true
	}
	s.sockets.open = append(s.sockets.open, c)
	c.send(mustJSON(object{
		"type": "hello", "num_connections": len(s.sockets.open), "connection_info": object{"app_id": appID},
		"debug_info": object{"host": s.host, "started": s.now().UTC().Format("2006-01-02 15:04:05.000"), "build_number": 1, "approximate_connection_time": life},
	}))
	s.trace(trace{note: fmt.Sprintf("connection opened, %d open", len(s.sockets.open))})
	s.appConnected()
	if warned {
		c.send(disconnectFrame(refuse, s.host))
	}
	s.changed(Change{Kind: ChangeTraffic})
	return true
}

func disconnectFrame(reason, host string) []byte {
	return mustJSON(object{"type": "disconnect", "reason": reason, "debug_info": object{"host": host}})
}

func (s *Server) write(c *socket) {
	ping := time.NewTicker(s.opts.PingEvery)
	defer ping.Stop()
	for {
		select {
		case <-c.gone:
			return
		case <-ping.C:
			if c.ws.WriteControl(websocket.PingMessage, []byte("ping"), time.Now().Add(writeWithin)) != nil {
				c.drop()
			}
		case frame := <-c.out:
			if len(frame) == 0 {
				bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
				_ = c.ws.WriteControl(websocket.CloseMessage, bye, time.Now().Add(closeWithin))
				_ = c.ws.NetConn().SetReadDeadline(time.Now().Add(closeWithin))
				return
			}
			_ = c.ws.SetWriteDeadline(time.Now().Add(writeWithin))
			if c.ws.WriteMessage(websocket.TextMessage, frame) != nil {
				c.drop()
			}
		}
	}
}

func (s *Server) read(c *socket) {
	c.ws.SetReadLimit(maxBody)
	for {
		_, data, err := c.ws.ReadMessage()
		if err != nil {
			break
		}
		s.takeAck(data)
	}
	c.once.Do(func() { close(c.gone); _ = c.ws.Close() })
	s.mu.Lock()
	defer s.mu.Unlock()
	s.retire(c)
	s.trace(trace{note: fmt.Sprintf("connection ended, %d open", len(s.sockets.open))})
	s.changed(Change{Kind: ChangeTraffic})
}

// retire takes the connection out of the rota.
func (s *Server) retire(c *socket) {
	s.sockets.open = slices.DeleteFunc(s.sockets.open, func(o *socket) bool { return o == c })
}

// nextSocket is the connection whose turn it is, or nil.
func (s *Server) nextSocket() *socket {
	if len(s.sockets.open) == 0 {
		return nil
	}
	s.sockets.turn++
	return s.sockets.open[s.sockets.turn%len(s.sockets.open)]
}

// takeAck reads one frame from the client.
func (s *Server) takeAck(data []byte) {
	var ack struct {
		EnvelopeID string          `json:"envelope_id"`
		Payload    json.RawMessage `json:"payload"`
	}
	err := json.Unmarshal(data, &ack)
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.traffic.pending[ack.EnvelopeID]; e != nil {
		defer s.blame(&e.log.Violations)()
	}
	switch {
	case err != nil || ack.EnvelopeID == "":
		s.violation("socket: a frame that is no ack: %.80q", data)
	case len(data) >= maxAck:
		s.violation("socket: ack of %d bytes dropped, at most %d", len(data), maxAck-1)
	case s.losesAck(ack.EnvelopeID):
	default:
		s.acked(ack.EnvelopeID, ack.Payload)
	}
	s.changed(Change{Kind: ChangeTraffic})
}
