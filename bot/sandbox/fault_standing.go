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
		parts = append(parts, f.Lasts.String()+"/"+f.Every.String())
	case f.Every > 0:
		parts = append(parts, f.Every.String())
	case f.Lasts > 0 && (f.Kind != FaultLimit || f.Lasts != defaultFaultWait):
		parts = append(parts, f.Lasts.String())
	}
	if f.Chance > 0 && f.Chance < 1 {
		parts = append(parts, strconv.FormatFloat(f.Chance*100, 'g', 6, 64)+"%")
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

// ParseFault reads a standing fault from words with colons between them: what goes wrong, then, in any order, how likely
// (10%), for how long or how often (100ms), and for which method (chat.postMessage).
// [FaultExamples] has some of each kind. The error says what is wrong with it, and what is possible.
func ParseFault(text string) (StandingFault, error) {
	f, err := readFault(text)
	if err == nil {
		f, err = f.checked()
	}
	if err != nil {
		return StandingFault{}, fmt.Errorf("fault %q: %w", text, err)
	}
	return f, nil
}

// FaultExample is a fault as it is written, and what it does.
type FaultExample struct{ Text, Does string }

// FaultExamples has an example of every kind, for help texts.
func FaultExamples() []FaultExample {
	return []FaultExample{
		{"429:10%", "a tenth of the calls is refused with 429, Retry-After 1 s"},
		{"429:5s:20%:chat.update", "the same for one method, Retry-After 5 s"},
		{"503:5%", "calls fail with that HTTP status, 500 to 599"},
		{"error:fatal_error:5%", "calls fail with that error code of Slack's"},
		{"latency:100ms", "every call takes 100 ms longer"},
		{"reset:5%:chat.postMessage", "the call is done, but its answer gets lost"},
		{"cut:1m", "every minute all connections break off"},
		{"cut:20%", "a new connection breaks off, as often as that"},
		{"refresh_requested:1m", "every minute the bot is told to connect anew; or warning, link_disabled"},
		{"too_many_websockets:50%", "a new connection is sent away, as often as that"},
		{"acks:30%", "acks get lost, so events are sent again"},
		{"offline:30s", "nothing gets through for 30 s, once"},
		{"offline:30s/5m", "the same every five minutes"},
	}
}

func readFault(text string) (StandingFault, error) {
	parts := strings.Split(strings.TrimSpace(text), ":")
	word, rest := parts[0], parts[1:]
	f := StandingFault{Kind: FaultKind(word)}
	if status, err := strconv.Atoi(word); err == nil && status >= 500 && status <= 599 {
		f.Kind, f.Status = FaultServer, status
	} else if slices.Contains(reasons(), word) {
		f.Kind, f.Reason = FaultDisconnect, word
	} else if f.Kind == FaultDisconnect || f.Kind == FaultServer || !slices.Contains(faultKinds(), f.Kind) {
		return f, fmt.Errorf("there is no fault %q; there are %s", word, strings.Join(faultWords(), ", "))
	}
	if f.Kind == FaultRefuse && len(rest) > 0 {
		f.Reason, rest = rest[0], rest[1:]
	}
	seen := map[string]bool{}
	for _, part := range rest {
		what, err := f.readPart(part)
		if err != nil {
			return f, err
		}
		if seen[what] {
			return f, fmt.Errorf("it has two of what %q is; give one", part)
		}
		seen[what] = true
	}
	return f, nil
}

// readPart reads a chance, a time or a method, and says which it was.
func (f *StandingFault) readPart(part string) (what string, err error) {
	if percent, ok := strings.CutSuffix(part, "%"); ok {
		chance, err := strconv.ParseFloat(percent, 64)
		if err != nil || !(chance > 0 && chance <= 100) {
			return "", fmt.Errorf("%q: a chance is above 0%% and at most 100%%, such as 10%%", part)
		}
		f.Chance = chance / 100
		return "chance", nil
	}
	if part != "" && part[0] >= '0' && part[0] <= '9' {
		lasts, every, two := strings.Cut(part, "/")
		first, err := time.ParseDuration(lasts)
		second := time.Duration(0)
		if err == nil && two {
			second, err = time.ParseDuration(every)
		}
		if err != nil || first <= 0 || two && second <= 0 {
			return "", fmt.Errorf("%q: write a time with its unit, such as 100ms, 30s or 5m, and a chance with its sign, such as 10%%", part)
		}
		switch f.Kind {
		case FaultLimit, FaultLatency, FaultOffline:
			f.Lasts, f.Every = first, second
		case FaultCut, FaultDisconnect:
			f.Every = first
		}
		if two && f.Kind != FaultOffline || f.Lasts == 0 && f.Every == 0 {
			return "", fmt.Errorf("%q: %s takes no such time", part, f.Kind)
		}
		return "time", nil
	}
	if strings.Contains(part, ".") || part == "response_url" {
		f.Method = part
		return "method", nil
	}
	return "", fmt.Errorf("%q is no chance (10%%), no time (100ms) and no method (chat.postMessage)", part)
}
