package sandbox

import "time"

// Clock is the time of the workspace: of messages, of how often a method may be called, of how long trigger ids and
// response URLs live, and of when an event is sent again. What is on the wire (acks, pings, tickets, latency) is on real
// time all the same.
type Clock interface {
	// Now is what time it is.
	Now() time.Time
	// CallAt calls f once, in a goroutine of its own, when it is t: at once if that is past. stop keeps it from that, and
	// says whether it did.
	CallAt(t time.Time, f func()) (stop func() bool)
}

// ClockControl is a [Clock] that can be stopped and moved on. Whoever shares the clock waits less or longer with it.
type ClockControl interface {
	Clock
	// Stop lets no more time pass until Run.
	Stop()
	// Run lets time pass so many times faster than real; 1 is real. It does nothing if speed isn't above 0.
	Run(speed float64)
	// Move puts the clock on; what falls due meanwhile happens at once. It never goes back.
	Move(d time.Duration)
	// Speed is how many times faster than real it runs; 0 when it is stopped.
	Speed() float64
}

// realClock is the machine's clock.
type realClock struct{}

func (realClock) Now() time.Time { return time.Now() }

func (realClock) CallAt(t time.Time, f func()) (stop func() bool) {
	return time.AfterFunc(time.Until(t), f).Stop
}

func (s *Server) now() time.Time { return s.opts.Clock.Now() }
