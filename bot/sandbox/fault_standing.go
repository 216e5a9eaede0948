package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// StandingFault is a failure that the sandbox plays over and over, until it is switched off. [ParseFault] reads one from a
// line of text, [StandingFault.String] writes it.
type StandingFault struct {
	Kind FaultKind
	// Chance is how likely it hits one call, connection or ack: above 0, at most 1; 0 counts as 1.
	Chance float64
	// Method is the only Web API method it hits, or "response_url"; empty hits all of them. Only for kinds that hit calls.
	Method string
	// Status is the HTTP status of [FaultServer], 500 to 599; 0 counts as 500.
	Status int
	// Reason is Slack's error code of [FaultRefuse], and the reason of [FaultDisconnect].
	Reason string
	// Lasts is the wait of [FaultLatency], the Retry-After of [FaultLimit] (0 counts as 1 s) and how long [FaultOffline] is.
	Lasts time.Duration
	// Every is the time between two strikes of [FaultOffline], [FaultCut] and [FaultDisconnect], at least 10 ms. They strike
	// all open connections then; with 0, [FaultCut] and [FaultDisconnect] strike connections as they are opened, and
	// [FaultOffline] strikes once, at once.
	Every time.Duration
}

// FaultKind says what goes wrong.
type FaultKind string

// The kinds of standing fault.
const (
	FaultLimit      FaultKind = "429"        // a call is answered 429 with Retry-After, and not applied
	FaultServer     FaultKind = "5xx"        // a call is answered with that HTTP status, and not applied
	FaultRefuse     FaultKind = "error"      // a call is answered {"ok":false,"error":Reason}, and not applied
	FaultLatency    FaultKind = "latency"    // a call waits before anything else happens; others go on
	FaultReset      FaultKind = "reset"      // a call is applied, and its connection reset instead of an answer
	FaultCut        FaultKind = "cut"        // connections end without a word, as when the network goes
	FaultDisconnect FaultKind = "disconnect" // connections get a disconnect frame with Reason
	FaultAcks       FaultKind = "acks"       // acks get lost: their envelopes are late, and sent again
	FaultOffline    FaultKind = "offline"    // no call and no connection gets through, and those there are break off
)

// Bounds on what a standing fault may ask for.
const (
	longestFault     = 24 * time.Hour
	shortestEvery    = 10 * time.Millisecond
	maxFaults        = 256 // distinct ones, switched off and played once included
	defaultFaultWait = time.Second
)

// reasons are those of Slack's disconnect frames.
func reasons() []string {
	return []string{"refresh_requested", "warning", "link_disabled", "too_many_websockets"}
}

// onCalls reports whether the kind hits calls, one by one.
func (k FaultKind) onCalls() bool {
	return slices.Contains([]FaultKind{FaultLimit, FaultServer, FaultRefuse, FaultLatency, FaultReset}, k)
}

// String is the fault in the words that [ParseFault] reads. Equal faults read the same.
func (f StandingFault) String() string {
	parts := []string{string(f.Kind)}
	switch f.Kind {
	case FaultServer:
		parts[0] = strconv.Itoa(f.Status)
	case FaultRefuse:
		parts = append(parts, f.Reason)
	case FaultDisconnect:
		parts[0] = f.Reason
	}
	switch {
	case f.Kind == FaultOffline && f.Every > 0:
		parts = append(parts, durationText(f.Lasts)+"/"+durationText(f.Every))
	case f.Every > 0:
		parts = append(parts, durationText(f.Every))
	case f.Lasts > 0 && (f.Kind != FaultLimit || f.Lasts != defaultFaultWait):
		parts = append(parts, durationText(f.Lasts))
	}
	if f.Chance > 0 && f.Chance < 1 {
		parts = append(parts, percent(f.Chance))
	}
	if f.Method != "" {
		parts = append(parts, f.Method)
	}
	return strings.Join(parts, ":")
}

// checked fills in what counts for 0, and says everything that can't be.
func (f StandingFault) checked() (StandingFault, error) {
	if f.Chance == 0 {
		f.Chance = 1
	}
	switch {
	case f.Kind == FaultServer && f.Status == 0:
		f.Status = http.StatusInternalServerError
	case f.Kind == FaultLimit && f.Lasts == 0:
		f.Lasts = defaultFaultWait
	}
	var problems []error
	wrong := func(when bool, format string, args ...any) {
		if when {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	wrong(!slices.Contains(faultKinds(), f.Kind), "there is no fault %q; there are %s", f.Kind, strings.Join(faultWords(), ", "))
	wrong(!(f.Chance > 0 && f.Chance <= 1), "the chance must be above 0%% and at most 100%%, such as 10%%")
	wrong(f.Chance < 1 && (f.Every > 0 || f.Kind == FaultOffline), "it strikes at set times, so it takes no chance")
	wrong(f.Lasts < 0 || f.Lasts > longestFault || f.Every < 0 || f.Every > longestFault, "a time must be between 0 and 24h, such as 30s")
	wrong(f.Every > 0 && f.Every < shortestEvery, "it can strike every 10ms at most, such as every 30s")
	wrong(f.Lasts == 0 && (f.Kind == FaultLatency || f.Kind == FaultOffline), "say for how long, such as %s:%s", f.Kind, map[FaultKind]string{FaultLatency: "100ms", FaultOffline: "30s"}[f.Kind])
	wrong(f.Kind == FaultOffline && f.Every > 0 && f.Every <= f.Lasts, "the time between two outages must be longer than an outage, such as 30s/5m")
	wrong(f.Method != "" && !f.Kind.onCalls(), "it hits connections, not calls, so it takes no method")
	wrong(f.Method != "" && f.Method != "response_url" && methods()[f.Method].run == nil, "the sandbox has no method %q; methods are written as in chat.postMessage, and response_url is for response URLs", f.Method)
	wrong(f.Kind == FaultServer && (f.Status < 500 || f.Status > 599), "the status must be 500 to 599")
	wrong(f.Kind == FaultRefuse && !slackCode(f.Reason), "say which of Slack's error codes, such as error:fatal_error")
	wrong(f.Kind == FaultDisconnect && !slices.Contains(reasons(), f.Reason), "the reason must be one of %s", strings.Join(reasons(), ", "))
	return f, errors.Join(problems...)
}

// slackCode reports whether the word looks like one of Slack's error codes.
func slackCode(s string) bool {
	return s != "" && len(s) <= 60 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

func faultKinds() []FaultKind {
	return []FaultKind{FaultLimit, FaultServer, FaultRefuse, FaultLatency, FaultReset, FaultCut, FaultDisconnect, FaultAcks, FaultOffline}
}

// faultWords are the words that a line of text may begin with.
func faultWords() []string {
	words := []string{"429", "500 to 599", "error", "latency", "reset", "cut"}
	return append(append(words, reasons()...), "acks", "offline")
}
