package boltstore

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"syncfix/bot"
)

func BenchmarkFileOne(b *testing.B) { benchmarkFile(b, 1) }

func BenchmarkFile50(b *testing.B) { benchmarkFile(b, 50) }

func benchmarkFile(b *testing.B, n int) {
	s := openFresh(b)
	filed := 0
	for b.Loop() {
		if _, err := s.File(context.Background(), letters(filed, n)); err != nil {
			b.Fatal(err)
		}
		filed += n
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(filed), "µs/envelope")
}

// BenchmarkFileTogether is what 200 callers see who don't group.
func BenchmarkFileTogether(b *testing.B) {
	s := openFresh(b)
	var filed atomic.Int64
	b.SetParallelism(100)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.File(context.Background(), letters(int(filed.Add(1)), 1)); err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkStep is one turn for one envelope: case, event, key, delivery, done.
func BenchmarkStep(b *testing.B) {
	s := openFresh(b)
	const stock = 20_000
	for i := 0; i < stock; i += 1000 {
		if _, err := s.File(context.Background(), letters(i, 1000)); err != nil {
			b.Fatal(err)
		}
	}
	seq := uint64(0)
	for b.Loop() {
		if seq++; seq > stock {
			b.Fatal("the inbox is empty")
		}
		if err := stepOne(s, seq); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLeaseLongInbox(b *testing.B) {
	s := openFresh(b)
	for i := 0; i < 20_000; i += 1000 {
		if _, err := s.File(context.Background(), letters(i, 1000)); err != nil {
			b.Fatal(err)
		}
	}
	now := noon()
	for b.Loop() {
		es, err := s.LeaseEnvelopes(context.Background(), bot.Lease{Holder: "one", Max: 64, Now: now, Until: now.Add(time.Minute)})
		if err != nil {
			b.Fatal(err)
		}
		if len(es) == 0 { // all are held: a minute later they are free again
			now = now.Add(time.Minute)
		}
	}
}
