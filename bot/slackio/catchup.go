package slackio

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"time"

	"syncfix/bot"
)

// CatchupConfig is what a Catchup is made of.
type CatchupConfig struct {
	Store     bot.Store
	Playbooks bot.Playbooks // tell a failure from the success that came after it
	Settings  bot.Settings  // which channels are listened to
	Age       time.Duration // older messages are left unread; default 24 h, at most MaxCatchup
	Every     time.Duration // between two readings when nothing happens; default 15 min
	Wake      func()        // called after each commit; must not block
}

// MaxCatchup is the oldest that messages may be to be read from history: below
// the time after which the inbox forgets what it has seen.
const MaxCatchup = 7 * 24 * time.Hour

// Figures of reading history.
const (
	// A reading begins so long before the end of the last one: messages may turn
	// up in history later than their ts says.
	overlap    = 10 * time.Minute
	breather   = 5 * time.Second // between two readings, however often the sockets break
	readAgain  = time.Minute     // after a reading that failed in part
	maxThreads = 100             // threads of open cases in one reading, the newest cases first
)

// Catchup reads from history what the sockets may not have brought: after a gap,
// and from time to time. It files what it reads as the events that Slack would
// have sent, under the same keys, so that nothing is there twice.
type Catchup struct {
	CatchupConfig
	*Past
	due   chan struct{}
	alone bool // it was in no channel when history was read last

	patience time.Duration // how long one reading waits for room in the inbox
	mostHeld int           // see the constants of the same names
	heldFor  time.Duration
}

// NewCatchup makes a Catchup; Run runs it, from the first call of Due on.
func NewCatchup(past *Past, c CatchupConfig) *Catchup {
	if c.Age <= 0 {
		c.Age = 24 * time.Hour
	}
	c.Age = min(c.Age, MaxCatchup)
	if c.Every <= 0 {
		c.Every = 15 * time.Minute
	}
	if c.Wake == nil {
		c.Wake = func() {}
	}
	return &Catchup{CatchupConfig: c, Past: past.atLeisure(), due: make(chan struct{}, 1), patience: roomPatience, mostHeld: mostHeld, heldFor: heldFor}
}

// Due says that history should be read now. It never blocks.
func (c *Catchup) Due() {
	select {
	case c.due <- struct{}{}:
	default:
	}
}

// Run reads history whenever it is due, until ctx ends.
func (c *Catchup) Run(ctx context.Context) error {
	var again chan struct{} // nothing is read before the sockets are there
	stop := func() bool { return false }
	for {
		select {
		case <-ctx.Done():
			stop()
			return nil
		case <-c.due:
			stop()
		case <-again:
		}
		rest := c.Every
		if !c.sweep(ctx) {
			rest = readAgain
		}
		_ = bot.Sleep(ctx, c.client.Clock, breather) // it fails only when ctx has ended, which is looked at next
		over := make(chan struct{})
		again, stop = over, c.client.Clock.CallAt(c.client.Clock.Now().Add(rest), func() { close(over) })
	}
}

// sweep reads the history of all channels that are listened to, and the threads
// of open cases in them. It says whether all of it could be read, and need not be
// tried again soon.
func (c *Catchup) sweep(ctx context.Context) (done bool) {
	s := &sweep{Catchup: c, begin: c.client.Clock.Now().UTC(), history: bot.NewHistory(c.Playbooks.Library()), from: map[string]time.Time{}}
	s.log, s.patience = c.client.Log, c.patience
	defer func() {
		if r := recover(); r != nil {
			s.log.Error("reading history panicked", "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
			done = false
		}
	}()
	if err := s.run(ctx); err != nil {
		s.failed(ctx, "history can't be read; trying again", err)
	}
	return !s.broken
}

// sweep is one reading.
type sweep struct {
	*Catchup
	log     *slog.Logger
	begin   time.Time
	history *bot.History
	from    map[string]time.Time // channels that were read, and from when on
	short   bool                 // something is left out
	broken  bool                 // something could not be read

	patience time.Duration // that is left

	held      []held
	heldBytes int
	heldSince time.Time

	threads, messages, fresh, over int
}

func (s *sweep) run(ctx context.Context) error {
	channels, short, err := s.watched(ctx)
	if err != nil {
		return err
	}
	if short {
		s.stopped("the bot is in too many channels to read the history of all", "channels", len(channels))
	}
	if alone := len(channels) == 0; alone != s.alone {
		if s.alone = alone; alone {
			s.log.Warn("the bot is in no channel that it is to listen to, so it hears of no alert there: invite it, or look at SYNCFIX_CHANNELS")
		}
	}
	marks, open, err := s.stored(ctx, channels)
	if err != nil {
		return err
	}
	for _, ch := range channels {
		if mark := marks[ch]; mark.IsZero() {
			s.from[ch] = s.begin
			s.log.Info("a channel's history counts from now on", "channel", ch)
		} else if err := s.channel(ctx, ch, mark); err != nil {
			s.failed(ctx, "a channel's history can't be read", err, "channel", ch)
		}
	}
	s.release(ctx)
	s.readThreads(ctx, open)
	if err := s.mark(ctx, marks); err != nil {
		return err
	}
	if ctx.Err() == nil {
		s.client.Observer.HistoryRead(s.messages, s.fresh, s.over, s.result())
		s.log.Info("history read", "channels", len(s.from), "threads", s.threads, "messages", s.messages, "new", s.fresh, "over", s.over,
			"result", s.result(), "took", s.client.Clock.Now().Sub(s.begin).Round(time.Millisecond))
	}
	return nil
}

// result is what the reading came to, in the Observer's words.
func (s *sweep) result() string {
	switch {
	case s.broken:
		return readPart
	case s.short:
		return readShort
	}
	return readWhole
}

// stopped says what is left out.
func (s *sweep) stopped(what string, args ...any) {
	s.short = true
	s.log.Warn(what, args...)
}

// failed says what went wrong, unless we are just being told to stop.
func (s *sweep) failed(ctx context.Context, what string, err error, args ...any) {
	s.broken = true
	if ctx.Err() == nil {
		s.log.Warn(what, append(args, "err", explain(err, botTokenName, s.client.APIURL))...)
	}
}

// stored is until when each channel was read, and the cases whose threads matter.
func (s *sweep) stored(ctx context.Context, channels []string) (marks map[string]time.Time, open []bot.Case, err error) {
	marks = map[string]time.Time{}
	err = s.Store.View(ctx, func(tx bot.Reader) error {
		for _, ch := range channels {
			if marks[ch], err = tx.LastTick(bot.HistoryJob(ch)); err != nil {
				return err
			}
		}
		open, err = tx.OpenCases()
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("reading until when history was read: %w", err)
	}
	slices.Reverse(open) // the newest first
	return marks, open, nil
}

// mark keeps until when each channel was read, less the overlap. A channel that
// is new has nothing before now.
func (s *sweep) mark(ctx context.Context, marks map[string]time.Time) error {
	if len(s.from) == 0 {
		return nil
	}
	err := s.Store.Update(ctx, func(tx bot.Tx) error {
		for ch := range s.from {
			until := s.begin.Add(-overlap)
			if marks[ch].IsZero() {
				until = s.begin
			}
			if err := tx.MarkTick(bot.HistoryJob(ch), until); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keeping until when history was read: %w", err)
	}
	return nil
}

// readThreads reads what was said in the threads of open cases since their
// channels were read last.
func (s *sweep) readThreads(ctx context.Context, open []bot.Case) {
	for _, c := range open {
		from, ok := s.from[c.Anchor.Channel]
		if !ok || c.Anchor.Root() == "" || c.State == bot.Proposed || !from.Before(s.begin) {
			continue
		}
		if s.threads == maxThreads {
			s.stopped("too many cases are open: the threads of the older ones were not read", "read", maxThreads, "from", from)
			return
		}
		s.threads++
		if err := s.thread(ctx, c.Anchor, from); err != nil {
			s.failed(ctx, "a case's thread can't be read", err, "case", c.ID, "channel", c.Anchor.Channel)
			delete(s.from, c.Anchor.Channel)
		}
	}
}
