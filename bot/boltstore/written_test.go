package boltstore

import (
	"context"
	"testing"

	"syncfix/bot"
)

// BenchmarkWritten says what one envelope writes, filed and stepped into a case,
// with 1,000 and with 100,000 cases stored: alone in its transactions, and with
// as many others as a busy bot steps together. Figures are bolt's own.
//
//	go test ./bot/boltstore -run '^$' -bench Written -benchtime 1x
func BenchmarkWritten(b *testing.B) {
	for b.Loop() {
		s := openFresh(b)
		filed := 0
		fill(b, s, &filed, 1000, 64)
		few, fewPages := cost(b, s, &filed, 1)
		fewTogether, _ := cost(b, s, &filed, 64)
		fill(b, s, &filed, 100_000, 1000)
		fill(b, s, &filed, 102_000, 64) // until the list of free pages is as short as in use
		many, manyPages := cost(b, s, &filed, 1)
		manyTogether, _ := cost(b, s, &filed, 64)
		b.ReportMetric(few, "B/envelope-1k")
		b.ReportMetric(many, "B/envelope-100k")
		b.ReportMetric(fewPages, "pages/envelope-1k")
		b.ReportMetric(manyPages, "pages/envelope-100k")
		b.ReportMetric(fewTogether, "B/envelope-together-1k")
		b.ReportMetric(manyTogether, "B/envelope-together-100k")
		if many > 1.5*few || manyTogether > 1.15*fewTogether { // alone it writes one more page of each tree
			b.Errorf("an envelope writes %.0f bytes at first and %.0f later; together with others %.0f and %.0f", few, many, fewTogether, manyTogether)
		}
	}
}

// fill files and steps envelopes, so many in a transaction, until there are n.
func fill(b *testing.B, s *Store, filed *int, n, together int) {
	b.Helper()
	ctx := context.Background()
	for *filed < n {
		some := min(together, n-*filed)
		if _, err := s.File(ctx, letters(*filed, some)); err != nil {
			b.Fatal(err)
		}
		if err := s.Update(ctx, func(tx bot.Tx) error {
			for i := range some {
				if err := stepIn(tx, uint64(*filed+i+1)); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
		*filed += some
	}
}

// cost is the bytes and pages that an envelope writes.
func cost(b *testing.B, s *Store, filed *int, together int) (bytes, pages float64) {
	b.Helper()
	const n = 512
	before := s.db.Stats().TxStats
	fill(b, s, filed, *filed+n, together)
	after := s.db.Stats().TxStats
	return float64(after.GetPageAlloc()-before.GetPageAlloc()) / n, float64(after.GetPageCount()-before.GetPageCount()) / n
}
