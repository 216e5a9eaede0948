package slackio

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"

	"syncfix/bot"
)

// openMethod is how a socket asks for its address, with the app-level token.
const openMethod = "apps.connections.open"

// gate is the HTTP client by which a socket asks for its next connection. It lets
// the library ask once in each run: by itself, the library goes on at once however
// short a connection lived, and waits up to five minutes where none can be made.
// One goroutine uses it at a time.
type gate struct {
	http  *http.Client
	told  Observer
	asked bool
	end   func(error) // ends the run
}

// errAnother says that a connection is over, and another one wanted.
var errAnother = errors.New("the connection is over")

// maxOpen bounds the answer, in bytes: it is one address.
const maxOpen = 64 << 10

// begin begins a run, which end ends.
func (g *gate) begin(end func(error)) { g.asked, g.end = false, end }

// Do implements the library's HTTP client.
func (g *gate) Do(req *http.Request) (*http.Response, error) {
	if g.asked {
		g.end(errAnother)
		return nil, errAnother
	}
	g.asked = true
	answer, err := g.http.Do(req) //nolint:gosec // G704: the address is the operator's setting
	if err != nil {
		g.told.SlackCalled(openMethod, resultOf(err))
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxOpen))
	switch {
	case err != nil:
		g.told.SlackCalled(openMethod, resultOf(err))
		return nil, fmt.Errorf("reading the answer to %s: %w", openMethod, err)
	case answer.StatusCode != http.StatusOK:
		g.told.SlackCalled(openMethod, resultOf(statusError(answer)))
	default:
		var short slack.SlackResponse
		if err = json.Unmarshal(body, &short); err == nil {
			err = short.Err()
		}
		g.told.SlackCalled(openMethod, resultOf(err))
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, nil
}

// rests are the pauses between one socket's connections. A connection that lasted is
// followed at once, and so is one that ended early; the second in a row waits.
type rests struct {
	short  int // connections in a row that did not last
	failed int // tries in a row that came to no connection
}

// How long a connection must have lived to be followed at once, and the pauses
// otherwise, without their jitter of a quarter.
const (
	lasting    = 10 * time.Second
	firstPause = 250 * time.Millisecond
	mostPause  = time.Minute      // where Slack says no
	mostSilent = 24 * time.Second // where nothing answers: who comes back online is found within 30 s
)

// after is how long to wait after a run that took so long and ended for that reason.
func (r *rests) after(why error, took time.Duration) time.Duration {
	if errors.Is(why, errAnother) {
		r.failed = 0
		if took >= lasting {
			r.short = 0
			return 0
		}
		r.short++
		if r.short == 1 {
			return 0
		}
		return growing(r.short-2, mostPause)
	}
	r.failed++
	if !reached(why) { // a try can take as long as a pause, which counts from its beginning
		return max(growing(r.failed-1, mostSilent)-took, firstPause)
	}
	rest := growing(r.failed-1, mostPause)
	if se := classify(openMethod, why); se.Class == bot.SendRateLimited {
		rest = max(rest, se.After)
	}
	return rest
}

// reached says that something answered, if only with a no.
func reached(err error) bool {
	result := resultOf(err)
	return result != "network" && result != "timeout" || errors.Is(err, websocket.ErrBadHandshake)
}

// growing is the pause after so many others in a row. What was refused together
// need not come back together.
func growing(before int, most time.Duration) time.Duration {
	d := min(firstPause<<min(before, 16), most)
	return d + rand.N(d/4)
}
