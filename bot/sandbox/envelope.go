package sandbox

import (
	"encoding/json"
	"time"
)

// EnvelopeLog is one envelope and what became of it.
type EnvelopeLog struct {
	ID   string
	Type string // events_api, slash_commands or interactive
	Kind string // what is in it: "message", "message/message_changed", "block_actions" …
	Sent time.Time
	// Acked is when the ack came, on real time like Sent; zero when none did.
	Acked time.Time
	// Attempts counts deliveries to a connection; 0 when none was open.
	Attempts int
	AcksLost int // by [FaultAcks]
	// Violations are the limits of Slack that its ack broke, as [Server.Violations] has them.
	Violations []string
	Outcome    Outcome
	Payload    json.RawMessage
	Response   json.RawMessage // the ack's payload
}

// Outcome says where an envelope stands.
type Outcome string

// The outcomes of an envelope.
const (
	OutcomeWaiting Outcome = "waiting" // delivered; neither acked nor late
	OutcomeAcked   Outcome = "acked"
	OutcomeRetry   Outcome = "retry"   // not acked in time; will be sent again
	OutcomeUnacked Outcome = "unacked" // not acked in time, for good
	OutcomeMissed  Outcome = "missed"  // no connection was open
)

// envelope is one on its way.
type envelope struct {
	log     EnvelopeLog
	accepts bool
	stop    func() bool   // the deadline, or the next attempt
	done    chan struct{} // closed when acked or given up
}

// traffic is what went between the app and the sandbox. Server.mu guards it.
type traffic struct {
	calls      []Call
	envelopes  []*envelope
	pending    map[string]*envelope // by id, those not done
	violations []string
	totals     Totals

	traces []trace // oldest first, for the inspector
	traced uint64
	blamed *[]string // where violations are noted beside the list; nil when they belong to nothing
}

func newTraffic() traffic { return traffic{pending: map[string]*envelope{}} }

// dispatch sends an envelope to one connection. An event with nobody connected is missed for good: Slack promises no more
// than best effort there.
func (s *Server) dispatch(kind, what string, payload any) *envelope {
	e := &envelope{
		log:     EnvelopeLog{ID: s.envelopeID(), Type: kind, Kind: what, Sent: time.Now(), Payload: mustJSON(payload)},
		accepts: kind != "events_api",
		done:    make(chan struct{}),
	}
	s.traffic.totals.Envelopes++
	s.traffic.envelopes = bounded(append(s.traffic.envelopes, e), s.opts.Keep)
	s.trace(trace{at: e.log.Sent, envelope: e})
	s.changed(Change{Kind: ChangeTraffic})
	if s.stopping || len(s.sockets.open) == 0 {
		e.log.Outcome = OutcomeMissed
		close(e.done)
		s.opts.Log.Warn("envelope missed", "why", "no connection is open", "kind", what)
		return e
	}
	s.traffic.pending[e.log.ID] = e
	s.attempt(e)
	return e
}

// attempt delivers once and starts the deadline. With no connection open, the attempt counts as failed.
func (s *Server) attempt(e *envelope) {
	frame := object{"envelope_id": e.log.ID, "type": e.log.Type, "accepts_response_payload": e.accepts, "payload": e.log.Payload}
	if e.log.Type == "events_api" {
		frame["retry_attempt"], frame["retry_reason"] = e.log.Attempts, ""
		if e.log.Attempts > 0 {
			frame["retry_reason"] = "timeout"
		}
	}
	e.log.Attempts++
	e.log.Outcome = OutcomeWaiting
	if c := s.nextSocket(); c != nil {
		c.send(mustJSON(frame))
	}
	e.stop = time.AfterFunc(s.opts.AckDeadline, func() { s.late(e) }).Stop
}

// late is the deadline of an attempt.
func (s *Server) late(e *envelope) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping || s.traffic.pending[e.log.ID] != e {
		return
	}
	s.changed(Change{Kind: ChangeTraffic})
	if e.log.Type == "events_api" && e.log.Attempts <= len(s.opts.Retries) {
		e.log.Outcome = OutcomeRetry
		e.stop = s.opts.Clock.CallAt(s.now().Add(s.opts.Retries[e.log.Attempts-1]), func() { s.retry(e) })
		return
	}
	e.log.Outcome = OutcomeUnacked
	s.opts.Log.Warn("envelope not acknowledged in time", "kind", e.log.Kind, "attempts", e.log.Attempts)
	s.finish(e)
}

// retry sends an event again, even when a late ack came meanwhile: Slack has counted the attempt as failed.
func (s *Server) retry(e *envelope) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping || s.traffic.pending[e.log.ID] != e {
		return
	}
	s.attempt(e)
	s.changed(Change{Kind: ChangeTraffic})
}

func (s *Server) finish(e *envelope) {
	delete(s.traffic.pending, e.log.ID)
	close(e.done)
}

// acked takes an ack, from whichever connection.
func (s *Server) acked(id string, payload json.RawMessage) {
	e := s.traffic.pending[id]
	if e == nil {
		return // twice, too late, or not ours: Slack ignores it
	}
	e.log.Acked, e.log.Response = time.Now(), payload
	if e.log.Outcome != OutcomeWaiting {
		return
	}
	if !e.accepts && !empty(payload) {
		s.violation("socket: an ack of %s carries a payload, which Slack ignores", e.log.Type)
	}
	e.stop()
	e.log.Outcome = OutcomeAcked
	s.finish(e)
}

// settled waits for the envelope's end and gives its outcome and the ack's payload.
func (s *Server) settled(e *envelope) (Outcome, json.RawMessage) {
	select {
	case <-e.done:
	case <-s.stopped:
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return e.log.Outcome, e.log.Response
}
