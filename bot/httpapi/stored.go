package httpapi

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"syncfix/bot"
)

// stored are the figures that are read from the store at each scrape.
type stored struct {
	store  Store
	now    func() time.Time
	causes *names
}

var (
	inboxLength = prometheus.NewDesc("syncfix_inbox_envelopes", "Envelopes that wait to be stepped.", nil, nil)
	inboxAge    = prometheus.NewDesc("syncfix_inbox_oldest_seconds", "How long the oldest envelope has waited; 0 if none does.", nil, nil)
	outbox      = prometheus.NewDesc("syncfix_outbox_deliveries", "Deliveries that are under way, and those that were given up (dead).", []string{"state"}, nil)
	outboxAge   = prometheus.NewDesc("syncfix_outbox_oldest_seconds", "How long the oldest delivery under way has been; 0 if none is.", nil, nil)
	openCases   = prometheus.NewDesc("syncfix_open_cases", "Open cases, by state and by the cause that is being fixed.", []string{"state", "cause"}, nil)
)

// Describe implements prometheus.Collector.
func (s stored) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{inboxLength, inboxAge, outbox, outboxAge, openCases} {
		ch <- d
	}
}

// readTime bounds what a scrape may take of the store.
const readTime = 5 * time.Second

// Collect implements prometheus.Collector.
func (s stored) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), readTime)
	defer cancel()
	var found contents
	if err := s.store.View(ctx, func(tx bot.Reader) (err error) {
		found, err = s.read(tx)
		return err
	}); err != nil {
		ch <- prometheus.NewInvalidMetric(inboxLength, err)
		return
	}
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	gauge(inboxLength, float64(found.pending))
	gauge(inboxAge, s.age(found.oldest))
	gauge(outbox, float64(found.underWay), "under_way")
	gauge(outbox, float64(found.dead), "dead")
	gauge(outboxAge, s.age(found.born))
	for at, n := range found.open {
		gauge(openCases, float64(n), at.state, at.cause)
	}
}

// age is how long ago a time was, in seconds; 0 for none.
func (s stored) age(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return max(0, s.now().Sub(t).Seconds())
}

// contents is what a store holds, in figures.
type contents struct {
	pending        int
	oldest         time.Time // envelope
	underWay, dead int
	born           time.Time // of the oldest delivery under way
	open           map[standing]int
}

// standing is what open cases are counted by.
type standing struct{ state, cause string }

func (s stored) read(tx bot.Reader) (c contents, err error) {
	if c.pending, c.oldest, err = tx.Inbox(); err != nil {
		return c, err
	}
	deliveries, err := tx.Deliveries()
	if err != nil {
		return c, err
	}
	for _, d := range deliveries {
		switch {
		case d.Dead:
			c.dead++
		default:
			c.underWay++
			if c.born.IsZero() || d.Born.Before(c.born) {
				c.born = d.Born
			}
		}
	}
	cases, err := tx.OpenCases()
	if err != nil {
		return c, err
	}
	c.open = map[standing]int{}
	for _, one := range cases {
		c.open[standing{stateLabel(one.State), s.causes.label(causeOf(one))}]++
	}
	return c, nil
}
