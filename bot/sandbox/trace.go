package sandbox

import "time"

// trace is one entry of what went between the app and the sandbox, in the order it happened: a call, an envelope, or a note.
type trace struct {
	n          uint64 // numbers them from 1
	at         time.Time
	call       *Call     // never changed again
	envelope   *envelope // guarded by Server.mu; only in the Server's own list
	sent       EnvelopeLog
	note       string
	problem    bool // of a note
	violations []string
}

// trace files an entry.
func (s *Server) trace(t trace) {
	s.traffic.traced++
	t.n = s.traffic.traced
	if t.at.IsZero() {
		t.at = time.Now()
	}
	s.traffic.traces = bounded(append(s.traffic.traces, t), s.opts.Keep)
}

// blame has violations noted in that list, too, until the function it returns is called. Server.mu stays locked meanwhile.
func (s *Server) blame(at *[]string) (done func()) {
	before := s.traffic.blamed
	s.traffic.blamed = at
	return func() { s.traffic.blamed = before }
}

// traces gives what is kept, oldest first, envelopes as they stand now.
func (s *Server) traces() []trace {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]trace, len(s.traffic.traces))
	for i, t := range s.traffic.traces {
		if t.envelope != nil {
			t.sent, t.violations = t.envelope.log, t.envelope.log.Violations
		}
		if t.call != nil {
			t.violations = t.call.Violations
		}
		out[i] = t
	}
	return out
}

// threadsOf are the roots of the threads in which the app has posted a word, and of what it has posted outside threads.
func (s *Server) threadsOf(mentions func(text []byte) bool) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var roots []string
	seen := map[string]bool{}
	for _, id := range s.ws.chOrder {
		for _, m := range s.ws.channels[id].log {
			if m.BotID != botID || !mentions([]byte(m.Text)) && !mentions(m.Blocks) && !mentions(m.Attachments) {
				continue
			}
			root := m.TS
			if m.IsReply() {
				root = m.ThreadTS
			}
			if !seen[root] {
				seen[root], roots = true, append(roots, root)
			}
		}
	}
	return roots
}
