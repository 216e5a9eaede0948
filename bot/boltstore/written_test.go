package boltstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"syncfix/bot"
	"syncfix/diagnose"
)

// BenchmarkWritten says what one envelope writes that is filed, stepped into a case
// and answered with a post, while a case is closed, with 1,000 and with 100,000
// cases stored: alone in its transactions, and with as many others as a busy bot
// steps together. Figures are bolt's own. It fails if they grow.
//
//	go test ./bot/boltstore -run '^$' -bench Written -benchtime 1x
func BenchmarkWritten(b *testing.B) {
	for b.Loop() {
		s := openFresh(b)
		l := &life{b: b, s: s}
		l.reach(1000, 64)
		few, fewTogether := l.cost(1), l.cost(64)
		l.reach(100_000, opened)
		l.reach(102_000, 64) // until the list of free pages is as short as in use
		many, manyTogether := l.cost(1), l.cost(64)
		for _, x := range []struct {
			name      string
			few, many written
		}{{"", few, many}, {"-together", fewTogether, manyTogether}} {
			b.ReportMetric(x.few.bytes, "B/envelope"+x.name+"-1k")
			b.ReportMetric(x.many.bytes, "B/envelope"+x.name+"-100k")
			b.ReportMetric(x.few.pages, "pages/envelope"+x.name+"-1k")
			b.ReportMetric(x.many.pages, "pages/envelope"+x.name+"-100k")
			if x.many.bytes > 1.05*x.few.bytes || x.many.pages > 1.05*x.few.pages {
				b.Errorf("an envelope writes %+v with 1,000 cases%s and %+v with 100,000", x.few, x.name, x.many)
			}
		}
	}
}

// opened is how many cases are open at a time, and may be stepped together.
const opened = 256

// The same in small, with eras that are soon full.
func TestWritingDoesNotGrow(t *testing.T) {
	s := openFresh(t)
	s.db.NoSync, s.eraSize = true, 1024
	l := &life{b: t, s: s}
	l.reach(600, 64)
	few, fewTogether := l.cost(1), l.cost(64)
	l.reach(10_000, opened)
	l.reach(10_400, 64)
	many, manyTogether := l.cost(1), l.cost(64)
	if many.bytes > 1.05*few.bytes || many.pages > 1.05*few.pages || manyTogether.bytes > 1.05*fewTogether.bytes || manyTogether.pages > 1.05*fewTogether.pages {
		t.Errorf("an envelope writes %+v at first and %+v after 10,000 cases; with 64 together %+v and %+v", few, many, fewTogether, manyTogether)
	}
}

// life is that of a bot: every envelope opens a case and closes an older one, and
// keys are pruned day by day.
type life struct {
	b     testing.TB
	s     *Store
	cases int
}

// written is what an envelope writes.
type written struct{ bytes, pages float64 }

// cost is measured over as many envelopes as an era has, so that it does not
// matter how old the present one is.
func (l *life) cost(together int) written {
	l.b.Helper()
	before := l.s.db.Stats().TxStats
	l.reach(l.cases+int(l.s.eraSize), together)
	after := l.s.db.Stats().TxStats
	n := float64(l.s.eraSize)
	return written{float64(after.GetPageAlloc()-before.GetPageAlloc()) / n, float64(after.GetPageCount()-before.GetPageCount()) / n}
}

// reach lives until there have been so many cases.
func (l *life) reach(cases, together int) {
	l.b.Helper()
	ctx := context.Background()
	for l.cases < cases {
		some := min(together, cases-l.cases)
		var es []bot.Envelope
		for i := range some {
			es = append(es, letter(l.cases+i))
		}
		if _, err := l.s.File(ctx, es); err != nil {
			l.b.Fatal(err)
		}
		for _, turn := range []func(tx bot.Tx, n int) error{step, receipt} {
			if err := l.s.Update(ctx, func(tx bot.Tx) error {
				for i := range some {
					if err := turn(tx, l.cases+i+1); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				l.b.Fatal(err)
			}
		}
		if day := l.cases / (24 * 60); (l.cases+some)/(24*60) > day {
			l.prune(noon().AddDate(0, 0, day-3))
		}
		l.cases += some
	}
}

func (l *life) prune(before time.Time) {
	l.b.Helper()
	if err := l.s.Update(context.Background(), func(tx bot.Tx) error {
		_, err := tx.Prune(before, 10_000)
		return err
	}); err != nil {
		l.b.Fatal(err)
	}
}

// nth is the case of the nth envelope.
func nth(n int, rev uint64) bot.Case {
	at := noon().Add(time.Duration(n) * time.Minute) // as letters come
	return bot.Case{
		ID: fmt.Sprint("SF-", n), Rev: rev, State: bot.Triage, Playbook: "p", Hash: "h", Text: strings.Repeat("x", 500), Opened: at,
		Timers: map[bot.Timer]time.Time{bot.TimerReminder: at.Add(time.Hour), bot.TimerStale: at.Add(24 * time.Hour)},
	}
}

// step opens a case and closes the one that is due to be.
func step(tx bot.Tx, n int) error {
	c := nth(n, 1)
	_, err := tx.AddDelivery(bot.Delivery{ID: c.ID + "/1/0", Born: c.Opened, Effect: bot.Effect{Kind: bot.ShowCard, Case: c.ID}}, "one", c.Opened.Add(time.Hour))
	err = errors.Join(err, tx.DoneEnvelope(uint64(n)), tx.PutCase(c, 0), tx.Bind("thread/T1/C1/"+c.ID, c.ID), tx.Bind("scope/"+c.ID, c.ID),
		tx.AppendEvent(c.ID, bot.Event{Kind: bot.EventOpened, At: c.Opened, Alert: &bot.Alert{Text: c.Text}}))
	if n <= opened {
		return err
	}
	old := nth(n-opened, 3)
	old.State, old.Closed, old.Timers = bot.Resolved, c.Opened, nil
	old.Verified = bot.Verified{At: c.Opened, Credits: []diagnose.Credit{{Cause: "c", Share: 1}}}
	return errors.Join(err, tx.PutCase(old, 2), tx.AppendEvent(old.ID, bot.Event{Kind: bot.EventRecovered, At: c.Opened}))
}

// receipt is of the case's card; there has been one delivery for each case.
func receipt(tx bot.Tx, n int) error {
	c := nth(n, 2)
	return errors.Join(tx.DoneDelivery(uint64(n)), tx.PutCase(c, 1), tx.AppendEvent(c.ID, bot.Event{Kind: bot.EventPosted, At: c.Opened}))
}
