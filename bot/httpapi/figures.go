package httpapi

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// figures are the metrics that are counted as things happen.
type figures struct {
	taken, done         *prometheus.CounterVec
	ack                 prometheus.Histogram
	ackLate             prometheus.Counter
	lastEvent           prometheus.Gauge
	deliveries, calls   *prometheus.CounterVec
	opened, closed      *prometheus.CounterVec
	diagnosis           prometheus.Histogram
	resolution          prometheus.Histogram
	up                  *prometheus.GaugeVec
	connected, refusals *prometheus.CounterVec
	failures            *prometheus.CounterVec
	history, readings   *prometheus.CounterVec
	lastReading         prometheus.Gauge
	commit              prometheus.Histogram
	unwritten           prometheus.Counter
	outcomes, effects   *names
	methods, results    *names
	playbooks, causes   *names
}

// Buckets, in seconds. Slack waits 3 s for an ack; a commit is one fsync; people
// take minutes to days.
var (
	ackBuckets    = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2, 3}
	commitBuckets = []float64{.00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5}
	caseBuckets   = []float64{10, 30, 60, 120, 300, 600, 1800, 3600, 2 * 3600, 4 * 3600, 8 * 3600, 24 * 3600, 3 * 24 * 3600, 7 * 24 * 3600}
)

func newFigures(r prometheus.Registerer) figures {
	counters := func(name, help string, labels ...string) *prometheus.CounterVec {
		v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "syncfix_" + name, Help: help}, labels)
		r.MustRegister(v)
		return v
	}
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Name: "syncfix_" + name, Help: help})
		r.MustRegister(c)
		return c
	}
	gauge := func(name, help string) prometheus.Gauge {
		g := prometheus.NewGauge(prometheus.GaugeOpts{Name: "syncfix_" + name, Help: help})
		r.MustRegister(g)
		return g
	}
	histogram := func(name, help string, buckets []float64) prometheus.Histogram {
		h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "syncfix_" + name, Help: help, Buckets: buckets})
		r.MustRegister(h)
		return h
	}
	up := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "syncfix_socket_up", Help: "1 while this connection to Slack is open."}, []string{"socket"})
	r.MustRegister(up)
	return figures{
		taken:       counters("envelopes_taken_total", "Envelopes that the sockets brought: filed, known already, or not kept and left unacked (crowded, refused).", "kind", "outcome"),
		done:        counters("envelopes_done_total", "Envelopes that have left the inbox, whoever filed them: stepped, dropped, or unreadable.", "kind", "outcome"),
		ack:         histogram("ack_seconds", "From an envelope's arrival to its ack.", ackBuckets),
		ackLate:     counter("acks_late_total", "Envelopes for which the ack came too late, or the connection was gone. Slack sends events again."),
		lastEvent:   gauge("last_event_timestamp_seconds", "When a socket last brought an envelope; 0 before the first."),
		deliveries:  counters("deliveries_total", "Tries to show something in Slack, and deliveries that ended without one: by what they show, and result.", "effect", "result"),
		calls:       counters("slack_calls_total", "Calls of Slack's Web API, by method and result: ok, or what went wrong.", "method", "result"),
		opened:      counters("cases_opened_total", "Cases that were opened or proposed.", "playbook"),
		closed:      counters("cases_closed_total", "Cases that were closed; one that is reopened and closed again counts twice.", "state", "playbook", "cause"),
		diagnosis:   histogram("diagnosis_seconds", "From a case's opening to its first fix.", caseBuckets),
		resolution:  histogram("resolution_seconds", "From a case's opening to its being resolved.", caseBuckets),
		up:          up,
		connected:   counters("socket_connections_total", "Connections to Slack that were opened; all but the first are reconnects.", "socket"),
		refusals:    counters("socket_refusals_total", "Connections that Slack closed as soon as they were open, as when an app has too many.", "socket"),
		failures:    counters("socket_failures_total", "Tries to connect to Slack that came to no connection.", "socket"),
		history:     counters("history_messages_total", "Messages in channels' history: read, new among these, and failures that were over already.", "outcome"),
		readings:    counters("history_readings_total", "Readings of the channels' history: whole, short (what was too old or too much is left out for good), or part (something could not be read, and is tried again).", "result"),
		lastReading: gauge("history_read_timestamp_seconds", "When history was last read; 0 before the first time."),
		commit:      histogram("commit_seconds", "How long a transaction of the store took, from its turn to its being on disk.", commitBuckets),
		unwritten:   counter("commits_refused_total", "Transactions that the disk did not take."),
		outcomes:    newNames(64), effects: newNames(64), methods: newNames(64), results: newNames(64),
		playbooks: newNames(300), causes: newNames(500),
	}
}

func (f *figures) socket(n int, up bool) {
	value := 0.0
	if up {
		value = 1
	}
	f.up.WithLabelValues(number(n)).Set(value)
}

func number(n int) string { return strconv.Itoa(n) }

// seconds is a time as Prometheus wants it.
func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
