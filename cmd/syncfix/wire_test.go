package main

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// until works until it is told to stop, and then for a while longer.
func until(rest time.Duration, err error) part {
	return func(ctx context.Context) error {
		<-ctx.Done()
		time.Sleep(rest)
		return err
	}
}

func TestPartsStopTogether(t *testing.T) {
	broken := errors.New("broken")
	fails := func(context.Context) error { time.Sleep(time.Minute); return broken }
	ends := func(context.Context) error { time.Sleep(time.Minute); return nil }
	for _, c := range []struct {
		name  string
		parts []part
		want  error
		after time.Duration
	}{
		{"told to stop", []part{until(time.Second, nil), until(2*time.Second, context.Canceled)}, nil, time.Hour + 2*time.Second},
		{"one fails", []part{until(time.Second, nil), fails}, broken, time.Minute + time.Second},
		{"one ends", []part{until(time.Second, nil), ends}, nil, time.Minute + time.Second},
		{"one is stuck", []part{until(time.Second, nil), until(time.Minute, nil)}, errStuck, time.Hour + stopTime},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				err := runAll(ctx, c.parts)
				if !errors.Is(err, c.want) || c.want == nil && err != nil {
					t.Errorf("got %v, want %v", err, c.want)
				}
				if took := time.Since(begin); took != c.after {
					t.Errorf("took %s, want %s", took, c.after)
				}
				time.Sleep(2 * time.Minute) // what was stuck ends as well
			})
		})
	}
}
