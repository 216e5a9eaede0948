package bot

import (
	"context"
	"time"
)

// Clock is the time that cases live by: when something happened, and how long is
// waited for it. What belongs to the wire or the disk (a call's timeout, a
// socket's pings, trying a full disk again) is on real time all the same.
type Clock interface {
	// Now is what time it is.
	Now() time.Time
	// CallAt calls f once, in a goroutine of its own, when it is t: at once if that
	// is past. stop keeps it from that, and says whether it did.
	CallAt(t time.Time, f func()) (stop func() bool)
}

// RealClock is the machine's clock.
type RealClock struct{}

// Now implements Clock.
func (RealClock) Now() time.Time { return time.Now() }

// CallAt implements Clock. A machine's clock that is set meanwhile changes nothing
// about how long is waited.
func (RealClock) CallAt(t time.Time, f func()) (stop func() bool) {
	return time.AfterFunc(time.Until(t), f).Stop
}

// Sleep waits until d has passed on the clock, or returns the error with which ctx
// ends before.
func Sleep(ctx context.Context, c Clock, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	return SleepUntil(ctx, c, c.Now().Add(d))
}

// SleepUntil is Sleep with the time at which it ends.
func SleepUntil(ctx context.Context, c Clock, t time.Time) error {
	over := make(chan struct{})
	defer c.CallAt(t, func() { close(over) })()
	select {
	case <-over:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
