package bot

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"syncfix/diagnose"
)

// Config is what a Bot is made of.
type Config struct {
	Store     Store
	Decoder   Decoder
	Directory Directory
	Past      Past // nil: an alert that came late is taken as it is
	Outside   Outside
	Playbooks Playbooks
	Settings  Settings
	Clock     Clock        // default: RealClock
	Log       *slog.Logger // default: slog.Default
	Observer  Observer     // default: nobody
	Busy      func() bool  // much is coming in, which goes before stepping; nil: never
	Room      int          // for deliveries in memory, those of one turn apart; the rest waits in the store; default 1024
	Restored  time.Time    // when an older store was put back; zero: never. What was posted since it was copied is in Slack only
	Holder    string       // who leases: unique for each running process
}

// Bot turns envelopes into cases and deliveries, and carries the deliveries out.
// Nothing of a case lives in it: a Bot that is killed and started again goes on
// from the store.
type Bot struct {
	Config
	wake      chan struct{}
	stored    *playbookCache
	out       *outbox
	again     time.Time // when an envelope that had to wait is worth another look
	idle      []work    // envelopes that come to nothing and are still in the inbox
	idleSince time.Time
	bad       map[string]bool // envelopes and timers that made a step panic
	began     time.Time
	yielded   time.Time // on the machine's clock
}

// How much one turn takes, and for how long.
const (
	turnSize  = 64               // envelopes and timers stepped in one transaction
	leaseTime = 5 * time.Second  // until an envelope that could not be stepped is tried again
	holdTime  = 24 * time.Hour   // deliveries stay with the process that made them
	stopTime  = 8 * time.Second  // for what is being sent when the bot is told to stop
	retryTime = 2 * time.Second  // after the store refused a transaction
	lookTime  = time.Second      // for asking Slack who somebody is
	giveWay   = 2 * time.Second  // to what comes in, at a time; Slack waits 3 s for an ack
	lookTries = 10 * time.Second // until somebody who can't be looked up is refused
	idleTime  = time.Second      // until what comes to nothing leaves the inbox; below leaseTime
	lateTime  = 2 * time.Minute  // an alert that is older when we learn of it is looked up first …
	lateTries = 30 * time.Second // … and taken as it is when that has failed for so long
)

// New makes a Bot. Call Run to start it.
func New(c Config) *Bot {
	if c.Clock == nil {
		c.Clock = RealClock{}
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Room <= 0 {
		c.Room = 1024
	}
	if c.Observer == nil {
		c.Observer = unobserved{}
	}
	b := &Bot{Config: c, wake: make(chan struct{}, 1), stored: newPlaybookCache(), bad: map[string]bool{}}
	b.out = newOutbox(b)
	return b
}

// Now is what time it is for the cases.
func (b *Bot) Now() time.Time { return b.Clock.Now() }

// Wake says that there is something in the inbox. It never blocks.
func (b *Bot) Wake() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// CheckForm checks a submitted form before it is acked.
func (b *Bot) CheckForm(f Form) map[string]string { return CheckForm(f, b.Playbooks.Library()) }

// Run works until ctx ends, then finishes what is being sent, for at most 8 s.
// It returns an error only if the store can't be read at the start.
func (b *Bot) Run(ctx context.Context) error {
	b.began = b.Now()
	if err := b.refresh(ctx); errors.Is(err, ErrUnwritable) {
		b.Log.ErrorContext(ctx, "cards are not brought up to date before the next start", "err", err)
	} else if err != nil {
		return err
	}
	if err := b.out.start(ctx); err != nil {
		return err
	}
	defer b.out.stop()
	for ctx.Err() == nil {
		b.yield(ctx)
		worked, err := b.turn(ctx)
		if err != nil && ctx.Err() == nil {
			b.Log.Log(ctx, refusal(err), "the store refused; trying again", "err", err)
			_ = Sleep(ctx, RealClock{}, retryTime) // the loop looks at ctx
			continue
		}
		if !worked {
			b.rest(ctx)
		}
	}
	return nil
}

// yield leaves the machine to what comes in while that is a lot, since Slack waits
// 3 s for its ack and people wait longer for a card. It does so for giveWay, and
// then no more for as long.
func (b *Bot) yield(ctx context.Context) {
	if b.Busy == nil || time.Since(b.yielded) < giveWay || !b.Busy() {
		return
	}
	look := time.NewTicker(giveWay / 100)
	defer look.Stop()
	for end := time.Now().Add(giveWay); b.Busy() && time.Now().Before(end); {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
	}
	b.yielded = time.Now()
}

// refusal is how loud a store's refusal is: quiet if the store has said it itself.
func refusal(err error) slog.Level {
	if errors.Is(err, ErrUnwritable) {
		return slog.LevelDebug
	}
	return slog.LevelError
}

// rest waits for the next envelope, timer or second look.
func (b *Bot) rest(ctx context.Context) {
	wait := time.Minute // a clock that was moved is noticed within this time
	now := b.Now()
	if len(b.idle) > 0 {
		wait = idleTime
	}
	if !b.again.IsZero() {
		wait = min(wait, b.again.Sub(now))
	}
	err := b.Store.View(ctx, func(tx Reader) error {
		due, ok, err := tx.NextDue()
		if ok {
			wait = min(wait, due.Sub(now))
		}
		return err
	})
	if err != nil && ctx.Err() == nil {
		b.Log.Error("reading the next timer", "err", err)
	}
	if wait <= 0 { // due, and not dealt with
		_ = Sleep(ctx, RealClock{}, time.Millisecond)
		return
	}
	over := make(chan struct{})
	defer b.Clock.CallAt(now.Add(wait), func() { close(over) })()
	select {
	case <-ctx.Done():
	case <-b.wake:
	case <-over:
	}
}

// playbookCache keeps the playbooks that cases run on. Content under a hash
// never changes.
type playbookCache struct {
	mu     sync.Mutex
	byHash map[string]diagnose.Playbook
}

// maxCached bounds the cache; old versions are read from the store again.
const maxCached = 512

func newPlaybookCache() *playbookCache {
	return &playbookCache{byHash: map[string]diagnose.Playbook{}}
}

// get returns the playbook with that hash; the zero Playbook if the store has
// none, so that a case can still be handed off.
func (c *playbookCache) get(tx Reader, hash string) (diagnose.Playbook, error) {
	c.mu.Lock()
	p, ok := c.byHash[hash]
	c.mu.Unlock()
	if ok {
		return p, nil
	}
	p, err := tx.Playbook(hash)
	if errors.Is(err, ErrNotFound) {
		return diagnose.Playbook{}, nil
	}
	if err != nil {
		return p, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.byHash) >= maxCached {
		clear(c.byHash)
	}
	c.byHash[hash] = p
	return p, nil
}
