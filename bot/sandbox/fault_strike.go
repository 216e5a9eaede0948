package sandbox

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"time"
)

// FaultCount is one fault, and how often it struck.
type FaultCount struct {
	Name    string // a standing fault's String, or what was done by hand: "cut", "refresh_requested", "offline:30s" …
	On      bool   // it goes on striking
	Strikes int
}

// troubles are the faults set, and what they did. Server.mu guards them.
type troubles struct {
	once     map[string][]*Fault // by method
	standing []*trouble          // in the order they were first set
	waiting  []StandingFault     // for the app's first connection
	offline  time.Time           // no call and no connection gets through until then, on real time
}

// trouble is a standing fault at work, or only the count of something done by hand.
type trouble struct {
	StandingFault
	name    string
	on      bool
	strikes int
	dice    *rand.Rand
	timer   *time.Timer // to its next strike, if it strikes by time
}

func newTroubles() troubles { return troubles{once: map[string][]*Fault{}} }

// appConnected switches on what waits for the app's first connection.
func (s *Server) appConnected() {
	waiting := s.troubles.waiting
	s.troubles.waiting = nil
	for _, f := range waiting {
		if err := s.setFault(f, true); err != nil {
			s.opts.Log.Warn("a fault was not switched on", "fault", f.String(), "err", err)
		}
	}
}

// SetFault switches a standing fault on or off. Which calls a fault with a chance hits depends on [Options.Seed], the fault
// and the order of the calls that it could hit, and on no other fault; switched on again, it begins anew. The error says
// what can't be.
func (s *Server) SetFault(f StandingFault, on bool) error {
	f, err := f.checked()
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.setFault(f, on)
}

func (s *Server) setFault(f StandingFault, on bool) error {
	s.trace(trace{note: "fault switched " + map[bool]string{true: "on", false: "off"}[on] + ": " + f.String()})
	t, err := s.trouble(f.String())
	if err != nil {
		return err
	}
	if t.on && t.Kind == FaultOffline {
		s.troubles.offline = time.Time{}
	}
	t.quiet()
	t.StandingFault = f
	if on && !s.stopping {
		t.on, t.dice = true, s.dice(t.name)
		s.begin(t)
	}
	s.changed(Change{Kind: ChangeFault})
	return nil
}

// Faults lists the standing faults that were ever set, and what was done by hand, in the order they came up first.
func (s *Server) Faults() []FaultCount {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]FaultCount, len(s.troubles.standing))
	for i, t := range s.troubles.standing {
		out[i] = FaultCount{t.name, t.on, t.strikes}
	}
	return out
}

// ClearFaults drops every fault that is still to come, and ends those that stand. What they did stays counted.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.troubles.once)
	for _, t := range s.troubles.standing {
		t.quiet()
	}
	s.trace(trace{note: "all faults switched off"})
	s.troubles.offline = time.Time{}
	s.changed(Change{Kind: ChangeFault})
}

// Offline breaks off every connection and lets no call and no connection through for so long, on real time; answers on
// their way get lost. 0 ends it at once. The page goes on.
func (s *Server) Offline(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d > 0 {
		s.counted(StandingFault{Kind: FaultOffline, Lasts: d}.String())
	}
	s.goOffline(d)
}

func (s *Server) goOffline(d time.Duration) {
	until := time.Now().Add(d)
	switch {
	case d <= 0:
		s.troubles.offline = time.Time{}
	case until.After(s.troubles.offline):
		s.troubles.offline = until
	}
	if d > 0 {
		s.trace(trace{note: "no network for " + durationText(d), problem: true})
		s.cutAll()
	} else {
		s.trace(trace{note: "the network is back"})
	}
	s.changed(Change{Kind: ChangeFault})
}

// cutAll ends every connection without a word.
func (s *Server) cutAll() {
	for _, c := range s.sockets.open {
		c.drop()
	}
	s.sockets.open = nil
	s.changed(Change{Kind: ChangeTraffic})
}

// sendAway sends the oldest connections a disconnect frame, and all but "warning" end them.
func (s *Server) sendAway(reason string, most int) {
	s.trace(trace{note: "connections told: " + reason, problem: true})
	open := slices.Clone(s.sockets.open)
	for _, c := range open[:min(most, len(open))] {
		c.send(disconnectFrame(reason, s.host))
		if reason != "warning" {
			c.send(nil)
			s.retire(c)
		}
	}
	s.changed(Change{Kind: ChangeTraffic})
}

func (s *Server) isOffline() bool { return time.Now().Before(s.troubles.offline) }

// trouble finds a fault by its name, or makes room for it.
func (s *Server) trouble(name string) (*trouble, error) {
	list := s.troubles.standing
	if i := slices.IndexFunc(list, func(t *trouble) bool { return t.name == name }); i >= 0 {
		return list[i], nil
	}
	if len(list) >= maxFaults {
		return nil, fmt.Errorf("there are %d faults already; that is enough", maxFaults)
	}
	t := &trouble{name: name}
	s.troubles.standing = append(s.troubles.standing, t)
	return t, nil
}

// counted notes that something was done by hand.
func (s *Server) counted(name string) {
	if t, err := s.trouble(name); err == nil {
		t.strikes++
		s.changed(Change{Kind: ChangeTraffic})
	}
}

// dice are a fault's own, so that what it hits does not depend on other faults.
func (s *Server) dice(name string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return rand.New(rand.NewPCG(s.opts.Seed, h.Sum64()))
}

// quiet switches it off.
func (t *trouble) quiet() {
	t.on = false
	if t.timer != nil {
		t.timer.Stop()
		t.timer = nil
	}
}

// hits rolls the dice.
func (s *Server) hits(t *trouble) bool {
	if t.Chance < 1 && t.dice.Float64() >= t.Chance {
		return false
	}
	t.strikes++
	s.changed(Change{Kind: ChangeTraffic})
	return true
}

// begin starts what goes by time.
func (s *Server) begin(t *trouble) {
	switch {
	case t.Kind == FaultOffline:
		s.onTime(t)
	case t.Every > 0:
		s.again(t, t.Every)
	}
}

func (s *Server) again(t *trouble, after time.Duration) {
	var timer *time.Timer
	timer = time.AfterFunc(after, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.stopping && t.timer == timer {
			s.onTime(t)
		}
	})
	t.timer = timer
}

// onTime is one strike of a fault that goes by time, and the wait for the next. An outage that comes once is over, and
// switched off, at its end.
func (s *Server) onTime(t *trouble) {
	switch {
	case t.Kind == FaultOffline && t.Every == 0 && t.timer != nil:
		t.quiet()
		s.changed(Change{Kind: ChangeFault})
		return
	case t.Kind == FaultOffline:
		s.goOffline(t.Lasts)
	case t.Kind == FaultCut:
		s.cutAll()
	default:
		s.sendAway(t.Reason, maxSockets)
	}
	t.strikes++
	if t.Every > 0 {
		s.again(t, t.Every)
	} else {
		s.again(t, t.Lasts)
	}
}

// standingFault puts together what the standing faults do to one call. Each is asked for each call that it could hit, so
// that its dice don't depend on the others.
func (s *Server) standingFault(method string) (f Fault) {
	for _, t := range s.troubles.standing {
		if !t.on || !t.Kind.onCalls() || t.Method != "" && t.Method != method || !s.hits(t) {
			continue
		}
		f.names = append(f.names, t.name)
		refused := f.Status != 0 || f.SlackError != "" || f.RetryAfter != 0
		switch {
		case t.Kind == FaultLatency:
			f.Latency += t.Lasts
		case t.Kind == FaultReset:
			f.ResetAfterApply = true
		case refused: // the first one's answer stands
		case t.Kind == FaultLimit:
			f.RetryAfter = t.Lasts
		case t.Kind == FaultServer:
			f.Status = t.Status
		case t.Kind == FaultRefuse:
			f.SlackError = t.Reason
		}
	}
	return f
}

// greeting is what the standing faults do to a connection that is being opened.
func (s *Server) greeting() (cut bool, reason string) {
	for _, t := range s.troubles.standing {
		if !t.on || t.Every > 0 || t.Kind != FaultCut && t.Kind != FaultDisconnect || !s.hits(t) {
			continue
		}
		if t.Kind == FaultCut {
			cut = true
		} else if reason == "" {
			reason = t.Reason
		}
	}
	return cut, reason
}

// losesAck says whether the ack of an envelope gets lost, and notes it there.
func (s *Server) losesAck(id string) (lost bool) {
	for _, t := range s.troubles.standing {
		if t.on && t.Kind == FaultAcks && s.hits(t) {
			lost = true
		}
	}
	if e := s.traffic.pending[id]; lost && e != nil {
		e.log.AcksLost++
	}
	return lost
}

// reachable lets calls and connections through, unless the sandbox plays that the network is gone.
func (s *Server) reachable(method func(*http.Request) string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		gone := s.isOffline()
		s.mu.Unlock()
		if !gone {
			next(w, r)
			return
		}
		s.record(&apiCall{method: method(r)}, time.Now(), answer{reset: true, body: object{}, faults: []string{string(FaultOffline)}})
		resetConnection(w)
	}
}

// resetConnection breaks the request's connection off, as when the network goes; false when it can't.
func resetConnection(w http.ResponseWriter) bool {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return false
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
	return true
}
