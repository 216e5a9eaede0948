package sandbox

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

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

// FaultExamples has some of every kind, for help texts and to choose from.
func FaultExamples() []StandingFault {
	return []StandingFault{
		{Kind: FaultLimit, Chance: .1, Lasts: defaultFaultWait},
		{Kind: FaultLimit, Chance: .2, Lasts: 5 * time.Second, Method: "chat.update"},
		{Kind: FaultServer, Chance: .05, Status: 503},
		{Kind: FaultRefuse, Chance: .05, Reason: "fatal_error"},
		{Kind: FaultLatency, Chance: 1, Lasts: 100 * time.Millisecond},
		{Kind: FaultReset, Chance: .05, Method: "chat.postMessage"},
		{Kind: FaultCut, Chance: 1, Every: time.Minute},
		{Kind: FaultCut, Chance: .2},
		{Kind: FaultDisconnect, Chance: 1, Reason: "refresh_requested", Every: time.Minute},
		{Kind: FaultDisconnect, Chance: .5, Reason: "too_many_websockets"},
		{Kind: FaultAcks, Chance: .3},
		{Kind: FaultOffline, Chance: 1, Lasts: 30 * time.Second},
		{Kind: FaultOffline, Chance: 1, Lasts: 30 * time.Second, Every: 5 * time.Minute},
	}
}

// Does says in a few words what the fault does.
func (f StandingFault) Does() string {
	switch f.Kind {
	case FaultLimit:
		return f.what("call") + " refused with 429, Retry-After " + durationText(f.Lasts)
	case FaultServer:
		return f.what("call") + " failing with HTTP status " + strconv.Itoa(f.Status)
	case FaultRefuse:
		return f.what("call") + " failing with " + f.Reason
	case FaultLatency:
		return f.what("call") + " taking " + durationText(f.Lasts) + " longer"
	case FaultReset:
		return f.what("call") + " done, but the answer lost"
	case FaultAcks:
		return f.what("ack") + " lost, so that events are sent again"
	case FaultOffline:
		return "nothing gets through for " + durationText(f.Lasts) + f.often()
	}
	words := map[string]string{
		"": "breaking off", "refresh_requested": "told to be made anew", "warning": "getting a warning",
		"link_disabled": "ended: Socket Mode is switched off", "too_many_websockets": "sent away as one too many",
	}
	if f.Every > 0 {
		return "all connections " + words[f.Reason] + f.often()
	}
	return f.what("new connection") + " " + words[f.Reason]
}

// what is how many of the things it could hit it hits.
func (f StandingFault) what(thing string) string {
	if f.Method != "" {
		thing += " of " + f.Method
		if f.Method == "response_url" {
			thing = "use of a response URL"
		}
	}
	if f.Chance > 0 && f.Chance < 1 {
		article := " a "
		if strings.HasPrefix(thing, "ack") {
			article = " an "
		}
		return percent(f.Chance) + ":" + article + thing
	}
	return "every " + thing
}

func (f StandingFault) often() string {
	if f.Every == 0 {
		return ", once"
	}
	return ", every " + durationText(f.Every)
}

func percent(chance float64) string { return strconv.FormatFloat(chance*100, 'g', 6, 64) + "%" }

// durationText is the duration without units that are zero: 1m, not 1m0s.
func durationText(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
