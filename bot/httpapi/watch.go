package httpapi

import (
	"runtime"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"syncfix/bot"
)

// Watch hears how the parts are doing. Its methods may be called by many
// goroutines, and don't block.
type Watch struct {
	now      func() time.Time
	registry *prometheus.Registry
	figures  figures

	mu        sync.Mutex
	sockets   []socketState // by number, less one
	met       bool          // some socket has been up
	lastEvent time.Time     // zero: none yet
	refused   bool          // the store did not take the last transaction
}

// socketState is one connection to Slack.
type socketState struct {
	up    bool
	since time.Time
}

var _ bot.Observer = (*Watch)(nil)

// NewWatch makes a Watch over so many sockets. version is shown with the figures;
// now is time.Now outside of tests.
func NewWatch(sockets int, version string, now func() time.Time) *Watch {
	w := &Watch{now: now, registry: prometheus.NewRegistry(), sockets: make([]socketState, sockets)}
	for i := range w.sockets {
		w.sockets[i].since = now()
	}
	w.figures = newFigures(w.registry)
	w.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "syncfix_build_info", Help: "1; which syncfix this is.", ConstLabels: prometheus.Labels{"version": version, "go": runtime.Version()},
		}, func() float64 { return 1 }))
	for i := range w.sockets {
		w.figures.socket(i+1, false)
	}
	return w
}

// EnvelopeTaken hears that a socket has brought an envelope, and whether it was kept.
func (w *Watch) EnvelopeTaken(kind bot.EnvelopeKind, outcome string) {
	w.mu.Lock()
	w.lastEvent = w.now()
	w.mu.Unlock()
	w.figures.lastEvent.Set(seconds(w.now()))
	w.figures.taken.WithLabelValues(kindLabel(kind), w.figures.outcomes.label(outcome)).Inc()
}

// EnvelopeAcked hears that an envelope was acked, or that it was too late to.
func (w *Watch) EnvelopeAcked(took time.Duration, late bool) {
	if late {
		w.figures.ackLate.Inc()
		return
	}
	w.figures.ack.Observe(took.Seconds())
}

// EnvelopeDone implements bot.Observer.
func (w *Watch) EnvelopeDone(kind bot.EnvelopeKind, outcome bot.EnvelopeOutcome) {
	w.figures.done.WithLabelValues(kindLabel(kind), w.figures.outcomes.label(string(outcome))).Inc()
}

// DeliveryTried implements bot.Observer.
func (w *Watch) DeliveryTried(kind bot.EffectKind, result bot.DeliveryResult) {
	w.figures.deliveries.WithLabelValues(w.figures.effects.label(string(kind)), w.figures.outcomes.label(string(result))).Inc()
}

// CaseChanged implements bot.Observer.
func (w *Watch) CaseChanged(before, after bot.Case) {
	f := &w.figures
	playbook := f.playbooks.label(after.Playbook)
	if before.State == "" {
		f.opened.WithLabelValues(playbook).Inc()
	}
	if len(before.Tried) == 0 && len(after.Tried) > 0 {
		f.diagnosis.Observe(after.Tried[0].Started.Sub(after.Opened).Seconds())
	}
	if !after.State.Open() && after.State != before.State {
		f.closed.WithLabelValues(stateLabel(after.State), playbook, f.causes.label(causeOf(after))).Inc()
		if after.State == bot.Resolved {
			f.resolution.Observe(after.Closed.Sub(after.Opened).Seconds())
		}
	}
}

// causeOf is what a case turned out to be, or is taken for by the fix that is
// under way; "undecided" before that.
func causeOf(c bot.Case) string {
	if c.Verified.Cause != "" {
		return c.Verified.Cause
	}
	if n := len(c.Tried); n > 0 && c.Tried[n-1].Cause != "" {
		return c.Tried[n-1].Cause
	}
	return "undecided"
}

// SlackCalled hears that a method of Slack's Web API was called.
func (w *Watch) SlackCalled(method, result string) {
	w.figures.calls.WithLabelValues(w.figures.methods.label(method), w.figures.results.label(result)).Inc()
}

// SocketChanged hears that a socket, counted from 1, is "connected", "down",
// "refused" (closed by Slack as soon as it was open) or "failed" (not opened).
func (w *Watch) SocketChanged(socket int, state string) {
	if socket < 1 || socket > len(w.sockets) {
		return
	}
	up := state == "connected"
	w.mu.Lock()
	w.met = w.met || up
	if s := &w.sockets[socket-1]; s.up != up {
		*s = socketState{up: up, since: w.now()}
	}
	w.mu.Unlock()
	w.figures.socket(socket, up)
	switch state {
	case "connected":
		w.figures.connected.WithLabelValues(number(socket)).Inc()
	case "refused":
		w.figures.refusals.WithLabelValues(number(socket)).Inc()
	case "failed":
		w.figures.failures.WithLabelValues(number(socket)).Inc()
	}
}

// HistoryRead hears of one reading of the channels' history, and whether it was
// "whole".
func (w *Watch) HistoryRead(messages, fresh, over int, result string) {
	f := &w.figures
	f.lastReading.Set(seconds(w.now()))
	f.history.WithLabelValues("read").Add(float64(messages))
	f.history.WithLabelValues("new").Add(float64(fresh))
	f.history.WithLabelValues("over").Add(float64(over))
	f.readings.WithLabelValues(f.outcomes.label(result)).Inc()
}

// Committed hears of a transaction: how long it took, and why the disk did not
// take it, if so.
func (w *Watch) Committed(took time.Duration, err error) {
	w.mu.Lock()
	w.refused = err != nil
	w.mu.Unlock()
	if err != nil {
		w.figures.unwritten.Inc()
		return
	}
	w.figures.commit.Observe(took.Seconds())
}
