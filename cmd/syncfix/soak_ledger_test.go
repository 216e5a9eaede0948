package main

import (
	"bytes"
	"encoding/json"
	"path"
	"sync"
	"testing"
	"time"

	"syncfix/bot/sandbox"
)

// ledger is what the program's log says became of each alert, by the alert's ts.
type ledger struct {
	mu     sync.Mutex
	cases  map[string]string // the case that it opened
	ended  map[string]bool   // cases that a success ended
	over   map[string]bool   // a success was there when it was learned of, so that it opened none
	twice  []string          // alerts that opened a second case
	errors bytes.Buffer
	rest   []byte        // of a line
	told   chan struct{} // something was noted
}

func newLedger() *ledger {
	return &ledger{cases: map[string]string{}, ended: map[string]bool{}, over: map[string]bool{}, told: make(chan struct{}, 1)}
}

func (l *ledger) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest = append(l.rest, p...)
	for {
		line, rest, whole := bytes.Cut(l.rest, []byte("\n"))
		if !whole {
			break
		}
		l.note(line)
		l.rest = rest
	}
	select {
	case l.told <- struct{}{}:
	default:
	}
	return len(p), nil
}

func (l *ledger) note(line []byte) {
	var said struct {
		Level, Msg, Event, Case, Key, Reason string
	}
	if err := json.Unmarshal(line, &said); err != nil || said.Level == "ERROR" {
		l.errors.Write(append(line[:min(len(line), 1<<10)], '\n'))
		return
	}
	ts := path.Base(said.Key)
	switch {
	case said.Event == "opened" && l.cases[ts] != "":
		l.twice = append(l.twice, ts)
	case said.Event == "opened":
		l.cases[ts] = said.Case
	case said.Event == "recovered":
		l.ended[said.Case] = true
	case said.Reason == "a failure that was over when it was learned of", said.Msg == "a failure was over when it was read; no case is opened":
		l.over[ts] = true
	}
}

// open are the alerts of which it isn't known yet that they ended, or else that
// they came in.
func (l *ledger) open(posted []string, ended bool) (open []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, ts := range posted {
		if c := l.cases[ts]; !l.over[ts] && (c == "" || ended && !l.ended[c]) {
			open = append(open, ts)
		}
	}
	return open
}

// settle waits until all alerts have come in, or have ended, one way or the other.
func (l *ledger) settle(b *testing.B, posted []string, ended bool) {
	b.Helper()
	patience := time.NewTimer(soakSettle)
	defer patience.Stop()
	for len(l.open(posted, ended)) > 0 {
		select {
		case <-l.told:
		case <-patience.C:
			return
		}
	}
}

// check holds the ledger against what was posted: each alert has one case, which
// a success ended, or was over when it was learned of. That can only be with those
// that Slack could not deliver at once.
func (l *ledger) check(b *testing.B, posted []string, cutOff map[string]bool) {
	b.Helper()
	open := l.open(posted, true)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, ts := range open {
		b.Errorf("the alert %s came to nothing: case %q, cut off: %t", ts, l.cases[ts], cutOff[ts])
	}
	for ts := range l.over {
		if !cutOff[ts] {
			b.Errorf("the alert %s was delivered at once, and taken for over", ts)
		}
		if l.cases[ts] != "" {
			b.Errorf("the alert %s was taken for over, and is %s", ts, l.cases[ts])
		}
	}
	if len(l.twice) > 0 || l.errors.Len() > 0 {
		b.Errorf("alerts with two cases: %q; errors:\n%s", l.twice, l.errors.String())
	}
}

// notDelivered notes which alerts found no connection, or one that was dead.
func notDelivered(b *testing.B, slack *sandbox.Server, alerts map[string]bool) {
	b.Helper()
	for _, e := range slack.Envelopes() {
		if e.Outcome != sandbox.OutcomeMissed && e.Attempts < 2 {
			continue
		}
		var payload struct{ Event struct{ TS string } }
		if err := json.Unmarshal(e.Payload, &payload); err != nil {
			b.Fatal(err)
		}
		alerts[payload.Event.TS] = true
	}
}
