package main

import (
	"sync"
	"time"

	"syncfix/bot"
	"syncfix/bot/sandbox"
)

// movableClock is the clock that the sandbox and the bot in it share. It can be
// stopped, run faster, and moved on; it never goes back.
type movableClock struct {
	mu     sync.Mutex
	shown  time.Time // what it showed …
	since  time.Time // … at this real time
	speed  float64   // 0: stopped
	alarms map[*alarm]bool
	ring   *time.Timer // for the next alarm, in real time
}

// alarm is something to be done when the clock shows at.
type alarm struct {
	at time.Time
	do func()
}

var (
	_ bot.Clock            = (*movableClock)(nil)
	_ sandbox.ClockControl = (*movableClock)(nil)
)

// newMovableClock runs on from the given time.
func newMovableClock(from time.Time) *movableClock {
	c := &movableClock{shown: from.Round(0), since: time.Now(), speed: 1, alarms: map[*alarm]bool{}}
	c.ring = time.AfterFunc(time.Hour, c.strike)
	c.ring.Stop()
	return c
}

// Now implements bot.Clock.
func (c *movableClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *movableClock) now() time.Time {
	return c.shown.Add(time.Duration(float64(time.Since(c.since)) * c.speed))
}

// CallAt implements bot.Clock.
func (c *movableClock) CallAt(t time.Time, f func()) (stop func() bool) {
	a := &alarm{at: t, do: f}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.alarms[a] = true
	c.wind()
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		was := c.alarms[a]
		delete(c.alarms, a)
		if len(c.alarms) == 0 {
			c.ring.Stop()
		}
		return was
	}
}

// strike is called when an alarm may be due.
func (c *movableClock) strike() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wind()
}

// wind rings the alarms that are due, and sets the timer for the next one.
func (c *movableClock) wind() {
	now := c.now()
	var next time.Time
	for a := range c.alarms {
		switch {
		case !a.at.After(now):
			delete(c.alarms, a)
			go a.do()
		case next.IsZero() || a.at.Before(next):
			next = a.at
		}
	}
	c.ring.Stop()
	if next.IsZero() || c.speed == 0 {
		return
	}
	// Rounded up, so that it is not there just before the alarm.
	c.ring.Reset(time.Duration(float64(next.Sub(now))/c.speed) + time.Microsecond)
}

// Stop implements sandbox.ClockControl.
func (c *movableClock) Stop() { c.set(0, 0) }

// Run implements sandbox.ClockControl.
func (c *movableClock) Run(speed float64) {
	if speed > 0 {
		c.set(speed, 0)
	}
}

// Move implements sandbox.ClockControl.
func (c *movableClock) Move(d time.Duration) { c.set(c.Speed(), max(d, 0)) }

// Speed implements sandbox.ClockControl.
func (c *movableClock) Speed() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.speed
}

func (c *movableClock) set(speed float64, ahead time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shown, c.since = c.now().Add(ahead), time.Now()
	c.speed = speed
	c.wind()
}
