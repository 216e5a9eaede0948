package sandbox

import (
	"net/http"
	"slices"
	"time"
)

// Fault is a failure that the sandbox plays.
type Fault struct {
	// Times is how many calls it hits; 0 counts as 1, below 0 means until [Server.ClearFaults].
	Times int
	// Status answers with this HTTP status; the call is not applied.
	Status int
	// SlackError answers {"ok":false,"error":…}; the call is not applied. For "socket": the reason of the disconnect frame
	// that a new connection gets in place of hello.
	SlackError string
	// RetryAfter answers 429 (unless Status says otherwise) with this Retry-After, rounded up to whole seconds; the call is not applied.
	RetryAfter time.Duration
	// Latency passes before anything else happens.
	Latency time.Duration
	// ResetAfterApply applies the call and then resets the connection without an answer.
	ResetAfterApply bool
}

// Fault makes coming calls of a method fail, after the faults already set for it. Besides Web API methods there are
// "response_url", "socket" (the WebSocket handshake; Status and SlackError only) and "*" (any Web API method that has no
// fault of its own).
func (s *Server) Fault(method string, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Times == 0 {
		f.Times = 1
	}
	s.faults[method] = append(s.faults[method], &f)
}

// ClearFaults drops every fault that is still to come.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.faults)
}

// takeFault gives the fault that hits this call; the zero Fault when none does.
func (s *Server) takeFault(method string) Fault {
	for _, name := range []string{method, "*"} {
		if name == "*" && (method == "socket" || method == "response_url") {
			continue
		}
		if list := s.faults[name]; len(list) > 0 {
			f := list[0]
			if f.Times--; f.Times == 0 {
				s.faults[name] = slices.Delete(list, 0, 1)
			}
			return *f
		}
	}
	return Fault{}
}

// suffer plays the part of a fault that comes before the call is applied; hit means that it is answered already.
func (s *Server) suffer(r *http.Request, f Fault) (ans answer, hit bool) {
	if f.Latency > 0 {
		wait := time.NewTimer(f.Latency)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-r.Context().Done():
			return answer{status: http.StatusServiceUnavailable, body: object{"ok": false, "error": "service_unavailable"}}, true
		}
	}
	if f.Status == 0 && f.SlackError == "" && f.RetryAfter == 0 {
		return answer{}, false
	}
	status, code := http.StatusOK, f.SlackError
	if f.RetryAfter > 0 {
		status = http.StatusTooManyRequests
	}
	if f.Status != 0 {
		status = f.Status
	}
	switch {
	case code != "":
	case status == http.StatusTooManyRequests:
		code = "ratelimited"
	default:
		code = "internal_error"
	}
	return answer{status: status, retryAfter: f.RetryAfter, body: object{"ok": false, "error": code}}, true
}
