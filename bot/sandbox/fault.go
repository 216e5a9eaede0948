package sandbox

import (
	"net/http"
	"slices"
	"time"
)

// Fault is a failure that the sandbox plays once, or a number of times; for those that go on, see [StandingFault].
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

	names []string // what it is called where faults are counted and calls are listed
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
	f.names = []string{f.name(method)}
	s.troubles.once[method] = append(s.troubles.once[method], &f)
}

// name is what the fault would be called if it stood.
func (f Fault) name(method string) string {
	t := StandingFault{Method: method, Status: f.Status, Reason: f.SlackError}
	switch {
	case f.SlackError != "":
		t.Kind = FaultRefuse
		if method == "socket" {
			t.Kind = FaultDisconnect
		}
	case f.Status != 0 && f.Status != http.StatusTooManyRequests:
		t.Kind = FaultServer
	case f.Status != 0 || f.RetryAfter > 0:
		t.Kind, t.Lasts = FaultLimit, f.RetryAfter
	case f.ResetAfterApply:
		t.Kind = FaultReset
	default:
		t.Kind, t.Lasts = FaultLatency, f.Latency
	}
	if method == "*" || method == "socket" {
		t.Method = ""
	}
	return t.String()
}

// takeFault gives the fault that hits this call: one that was set for it, or else what the standing ones do; the zero
// Fault when none does.
func (s *Server) takeFault(method string) Fault {
	f, ok := s.takeOnce(method)
	switch {
	case ok:
		s.counted(f.names[0])
	case method != "socket":
		f = s.standingFault(method)
	}
	return f
}

func (s *Server) takeOnce(method string) (f Fault, ok bool) {
	for _, name := range []string{method, "*"} {
		if name == "*" && (method == "socket" || method == "response_url") {
			continue
		}
		if list := s.troubles.once[name]; len(list) > 0 {
			f := list[0]
			if f.Times--; f.Times == 0 {
				s.troubles.once[name] = slices.Delete(list, 0, 1)
			}
			return *f, true
		}
	}
	return Fault{}, false
}

// suffer plays the part of a fault that comes before the call is applied; hit means that it is answered already.
func (s *Server) suffer(r *http.Request, f Fault) (ans answer, hit bool) {
	ans.faults = f.names
	if f.Latency > 0 {
		wait := time.NewTimer(f.Latency)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-r.Context().Done():
			ans.status, ans.body = http.StatusServiceUnavailable, object{"ok": false, "error": "service_unavailable"}
			return ans, true
		}
	}
	if f.Status == 0 && f.SlackError == "" && f.RetryAfter == 0 {
		return ans, false
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
	ans.status, ans.retryAfter, ans.body = status, f.RetryAfter, object{"ok": false, "error": code}
	return ans, true
}
