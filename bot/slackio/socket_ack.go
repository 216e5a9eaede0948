package slackio

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/slack-go/slack/socketmode"
)

// ackTime is how long an ack may wait for a connection: Slack gives up after 3 s
// (https://docs.slack.dev/apis/events-api).
const ackTime = 3 * time.Second

// acks sends a socket's acks in a goroutine of its own: with no connection the
// library takes 20 and then blocks, and neither reading nor filing may wait for
// that.
type acks struct {
	sm     *socketmode.Client
	log    *slog.Logger
	told   Observer
	mu     sync.Mutex
	queue  []ack
	signal chan struct{}
}

type ack struct {
	id      string
	payload any
	since   time.Time // the envelope came in
}

func newAcks(sm *socketmode.Client, log *slog.Logger, told Observer) *acks {
	return &acks{sm: sm, log: log, told: told, signal: make(chan struct{}, 1)}
}

// to is how an envelope is acked; it never blocks. The time runs from the moment
// the envelope came in.
func (a *acks) to(id string) func(payload any) {
	since := time.Now()
	return func(payload any) {
		a.mu.Lock()
		a.queue = append(a.queue, ack{id, payload, since}) // at most what comes in 3 s: later ones are dropped
		a.mu.Unlock()
		select {
		case a.signal <- struct{}{}:
		default:
		}
	}
}

func (a *acks) run(ctx context.Context) {
	for {
		a.mu.Lock()
		queue := a.queue
		a.queue = nil
		a.mu.Unlock()
		late := 0
		for _, k := range queue {
			if !a.send(ctx, k) {
				late++
			}
		}
		if late > 0 && ctx.Err() == nil {
			a.log.Warn("acks came too late; Slack sends events again, and they are known", "envelopes", late)
		}
		select {
		case <-ctx.Done():
			return
		case <-a.signal:
		}
	}
}

// send passes an ack to the library, and says whether it took it in time. What a
// late one belongs to is on disk; if Slack sends it again it is known, and acked.
func (a *acks) send(ctx context.Context, k ack) bool {
	ctx, cancel := context.WithDeadline(ctx, k.since.Add(ackTime))
	defer cancel()
	taken := ctx.Err() == nil && a.sm.AckCtx(ctx, k.id, k.payload) == nil
	a.told.EnvelopeAcked(time.Since(k.since), !taken)
	return taken
}
