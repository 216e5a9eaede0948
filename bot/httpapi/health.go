package httpapi

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"sync"
	"time"
)

// Readiness is the body of /readyz.
type Readiness struct {
	Ready bool `json:"ready"`
	// Reasons say why it is not ready, a sentence each.
	Reasons []string `json:"reasons,omitempty"`
	Sockets []Socket `json:"sockets"`
	// LastEvent is when a socket last brought an envelope, and LastEventAge how
	// long ago that was, in seconds; nil before the first.
	LastEvent    *time.Time `json:"lastEvent,omitempty"`
	LastEventAge *float64   `json:"lastEventAgeSeconds,omitempty"`
	// Store says whether the store takes what is written.
	Store bool `json:"storeWritable"`
}

// Socket is one connection to Slack.
type Socket struct {
	Number    int       `json:"socket"`
	Connected bool      `json:"connected"`
	Since     time.Time `json:"since"` // it is so
}

// Readiness says whether the bot can work, as far as the Watch has heard.
func (w *Watch) Readiness() Readiness {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := Readiness{Store: !w.refused}
	connected := false
	var down time.Time // since when there is no connection at all
	for i, s := range w.sockets {
		r.Sockets = append(r.Sockets, Socket{Number: i + 1, Connected: s.up, Since: s.since.UTC()})
		connected = connected || s.up
		if s.since.After(down) {
			down = s.since
		}
	}
	if !w.lastEvent.IsZero() {
		at, age := w.lastEvent.UTC(), math.Round(w.now().Sub(w.lastEvent).Seconds()*10)/10
		r.LastEvent, r.LastEventAge = &at, &age
	}
	switch since := down.UTC().Format(time.RFC3339); {
	case connected:
	case w.met:
		r.Reasons = append(r.Reasons, "there is no connection to Slack, since "+since)
	default:
		r.Reasons = append(r.Reasons, fmt.Sprintf("it is not connected to Slack yet, since it was started at %s; the log says why", since))
	}
	if w.refused {
		r.Reasons = append(r.Reasons, "the store can't be written, so nothing is acked; the log says why")
	}
	r.Ready = len(r.Reasons) == 0
	return r
}

// health answers /readyz.
type health struct {
	watch   *Watch
	try     func(context.Context) error // whether the store takes anything
	stopped func() error                // nil until syncfix is told to stop

	mu    sync.Mutex
	tried time.Time // when the store was last tried
}

// How often a store that refused is tried because somebody asks, and for how long.
const (
	tryEvery = time.Second
	tryTime  = 5 * time.Second
)

func (h *health) ready(rw http.ResponseWriter, r *http.Request) {
	answer := h.watch.Readiness()
	if !answer.Store && h.tryStore(r.Context()) {
		answer = h.watch.Readiness()
	}
	if h.stopped() != nil {
		answer.Ready, answer.Reasons = false, append(answer.Reasons, "syncfix was told to stop")
	}
	status := http.StatusOK
	if !answer.Ready {
		status = http.StatusServiceUnavailable
	}
	writeJSON(rw, status, answer)
}

// tryStore tries the store, and says whether the Watch may have heard of it:
// while nothing comes in, nothing else would notice that the disk has room again.
func (h *health) tryStore(ctx context.Context) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.watch.now()
	if now.Sub(h.tried) < tryEvery {
		return false
	}
	h.tried = now
	ctx, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	return h.try(ctx) == nil
}
