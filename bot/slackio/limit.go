package slackio

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"syncfix/bot"
)

// Limits keep the bot below Slack's rate limits, so that a 429 is the exception.
// They don't slow down what is idle: a limit only waits when it has been used up.
type Limits struct {
	// MessagesPerMinute is for the whole workspace; Slack says "several hundred"
	// (docs.slack.dev/apis/web-api/rate-limits). 0: DefaultMessagesPerMinute.
	MessagesPerMinute int
	// Unlimited switches all limits off, for a server that has none.
	Unlimited bool
}

// DefaultMessagesPerMinute is the workspace's limit where the operator sets none.
const DefaultMessagesPerMinute = 300

const (
	channelEvery = time.Second      // about one message a second in each channel, …
	channelBurst = 3                // … and short bursts
	maxChannels  = 1024             // channels remembered before the idle ones are forgotten
	unknownPause = 30 * time.Second // after a 429 that says nothing of its length
	longestHold  = 5 * time.Second  // a longer pause goes back to the outbox
)

// methodTiers are requests a minute, from the tiers that Slack gives the methods
// (docs.slack.dev/apis/web-api/rate-limits). chat.postMessage has limits of its own.
func methodTiers() map[string]int {
	return map[string]int{
		"chat.update": 50, "chat.delete": 50, "chat.postEphemeral": 100, "chat.getPermalink": 100,
		"reactions.add": 50, "reactions.remove": 20, "views.open": 100, "views.publish": 100,
		"conversations.replies": 50, "conversations.history": 50, "users.conversations": 50,
		"conversations.info": 50, "users.info": 100, "usergroups.users.list": 20, "files.info": 100,
	}
}

// limiter spaces calls out. A Retry-After stops its own method only. It is known
// to this process only: the first calls of the next one may be answered 429 once
// more, which applies nothing and says again how long to wait. To store each pause
// before anything goes on would cost a commit for what is over in seconds; a
// delivery that was asked to wait longer keeps that (bot.Delivery.Paused).
type limiter struct {
	clock    bot.Clock
	mu       sync.Mutex
	messages *rate.Limiter
	methods  map[string]*rate.Limiter
	channels map[string]*rate.Limiter
	sweepAt  int                  // so many channels, and the idle ones are forgotten
	blocked  map[string]time.Time // method → until
}

func newLimiter(l Limits, clock bot.Clock) *limiter {
	lim := &limiter{
		clock: clock, methods: map[string]*rate.Limiter{}, channels: map[string]*rate.Limiter{}, blocked: map[string]time.Time{}, sweepAt: maxChannels,
	}
	if l.Unlimited {
		return lim
	}
	perMinute := l.MessagesPerMinute
	if perMinute <= 0 {
		perMinute = DefaultMessagesPerMinute
	}
	lim.messages = rate.NewLimiter(rate.Limit(float64(perMinute)/60), max(perMinute/10, channelBurst))
	for method, tier := range methodTiers() {
		lim.methods[method] = rate.NewLimiter(rate.Limit(float64(tier)/60), tier/2)
	}
	return lim
}

// wait returns when method may be called, for a message in channel (empty: it
// posts none). If Slack wants the method left alone for longer than
// longestHold, it says so at once instead of holding the caller.
func (l *limiter) wait(ctx context.Context, method, channel string) error {
	for {
		left := l.blockedFor(method)
		if left > longestHold {
			return &bot.SendError{Class: bot.SendRateLimited, After: left, Held: true, Err: fmt.Errorf("%s: Slack asked for a pause", method)}
		}
		if err := pause(ctx, l.clock, left); err != nil {
			return err
		}
		delay, release := l.reserve(method, channel)
		if err := pause(ctx, l.clock, delay); err != nil {
			release()
			return err
		}
		if l.blockedFor(method) <= 0 { // a 429 may have come meanwhile
			return nil
		}
	}
}

// reserve takes a place in every limit that applies and says how long it is
// until then.
func (l *limiter) reserve(method, channel string) (delay time.Duration, release func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	var taken []*rate.Reservation
	for _, lim := range l.applying(method, channel, now) {
		r := lim.ReserveN(now, 1)
		taken = append(taken, r)
		delay = max(delay, r.DelayFrom(now))
	}
	return delay, func() {
		for _, r := range taken {
			r.CancelAt(l.clock.Now())
		}
	}
}

func (l *limiter) applying(method, channel string, now time.Time) []*rate.Limiter {
	var list []*rate.Limiter
	if m := l.methods[method]; m != nil {
		list = append(list, m)
	}
	if l.messages == nil || channel == "" {
		return list
	}
	c := l.channels[channel]
	if c == nil {
		l.forget(now)
		c = rate.NewLimiter(rate.Every(channelEvery), channelBurst)
		l.channels[channel] = c
	}
	return append(list, l.messages, c)
}

// forget drops the channels whose limit is untouched: a new limiter says the
// same. It looks again only when as many more have come.
func (l *limiter) forget(now time.Time) {
	if len(l.channels) < l.sweepAt {
		return
	}
	for id, c := range l.channels {
		if c.TokensAt(now) >= channelBurst {
			delete(l.channels, id)
		}
	}
	l.sweepAt = max(maxChannels, 2*len(l.channels))
}

// block notes a Retry-After.
func (l *limiter) block(method string, after time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if until := l.clock.Now().Add(after); until.After(l.blocked[method]) {
		l.blocked[method] = until
	}
}

func (l *limiter) blockedFor(method string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.blocked[method].Sub(l.clock.Now())
}

// pause waits for d, unless ctx ends or is known to end before.
func pause(ctx context.Context, clock bot.Clock, d time.Duration) error {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d {
		return context.DeadlineExceeded
	}
	return bot.Sleep(ctx, clock, d)
}
