package slackio

import (
	"context"
	"math/rand/v2"
	"net/http"
	"time"

	"syncfix/bot"
)

// gate is the HTTP client by which a socket asks for its next connection. It
// slows down where connections don't last: the library asks again at once,
// however short the last one lived, and a server that is full
// (too_many_websockets) would be asked thousands of times a second. It stands
// before the call, not before the dial, since the address Slack gives is good for
// a short time only. One goroutine uses it.
type gate struct {
	http  *http.Client
	last  time.Time // when a connection was asked for
	short int       // connections in a row that did not last
}

// How long a connection must have lived to be followed at once, and the pauses
// otherwise. One that ends early is followed at once too; the second in a row waits.
const (
	lasting    = 10 * time.Second
	firstPause = 250 * time.Millisecond
	mostPause  = time.Minute
)

// Do implements the library's HTTP client.
func (g *gate) Do(req *http.Request) (*http.Response, error) {
	if err := bot.Sleep(req.Context(), bot.RealClock{}, g.pause(time.Now())); err != nil {
		return nil, context.Cause(req.Context())
	}
	g.last = time.Now()
	return g.http.Do(req)
}

// pause is how long to wait before asking at that time.
func (g *gate) pause(now time.Time) time.Duration {
	if g.last.IsZero() || now.Sub(g.last) >= lasting {
		g.short = 0
		return 0
	}
	g.short++
	if g.short == 1 {
		return 0
	}
	return growing(g.short - 2)
}

// growing is the pause after so many others in a row. What was refused together
// need not come back together.
func growing(before int) time.Duration {
	d := min(firstPause<<min(before, 16), mostPause)
	return d + rand.N(d/4)
}
