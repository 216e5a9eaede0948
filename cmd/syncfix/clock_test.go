package main

import (
	"testing"
	"testing/synctest"
	"time"
)

// rings waits until nothing is under way and says whether the alarm has rung.
func rings(done <-chan struct{}) bool {
	synctest.Wait()
	select {
	case <-done:
		return true
	default:
		return false
	}
}

func alarmIn(c *movableClock, d time.Duration) (<-chan struct{}, func() bool) {
	done := make(chan struct{})
	return done, c.CallAt(c.Now().Add(d), func() { close(done) })
}

func TestAClockThatRunsFaster(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
		c := newMovableClock(begin)
		c.Run(60)
		done, _ := alarmIn(c, time.Hour)
		time.Sleep(time.Minute - time.Millisecond)
		if rings(done) {
			t.Error("it rings too early")
		}
		time.Sleep(2 * time.Millisecond)
		if !rings(done) {
			t.Error("an hour at 60 times the speed is not over after a minute")
		}
		if got := c.Now().Sub(begin); got < time.Hour || got > time.Hour+time.Second {
			t.Errorf("it went on by %s", got)
		}
	})
}

func TestAClockThatStandsStillAndIsMovedOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newMovableClock(time.Now())
		c.Stop()
		at := c.Now()
		soon, _ := alarmIn(c, time.Minute)
		later, _ := alarmIn(c, time.Hour)
		time.Sleep(24 * time.Hour)
		if rings(soon) || !c.Now().Equal(at) || c.Speed() != 0 {
			t.Errorf("a stopped clock went on to %s", c.Now())
		}
		c.Move(30 * time.Minute)
		if !rings(soon) || rings(later) {
			t.Error("moved on by half an hour: what was due does not ring, or what isn't does")
		}
		c.Move(-time.Hour)
		if got := c.Now().Sub(at); got != 30*time.Minute {
			t.Errorf("it shows %s after the start, want 30m", got)
		}
		c.Run(1)
		time.Sleep(30*time.Minute + time.Millisecond)
		if !rings(later) {
			t.Error("set going again, it does not ring")
		}
	})
}

func TestAnAlarmThatIsPutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newMovableClock(time.Now())
		off, stop := alarmIn(c, time.Minute)
		if !stop() || stop() {
			t.Error("stop says true once")
		}
		past, stopPast := alarmIn(c, -time.Minute)
		if !rings(past) {
			t.Error("what is past does not ring at once")
		}
		if stopPast() {
			t.Error("what has rung was not stopped")
		}
		c.Move(time.Hour)
		if rings(off) {
			t.Error("it rings though it was put off")
		}
	})
}
