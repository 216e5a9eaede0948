package schedule

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/robfig/cron/v3"

	"syncfix/bot"
)

// Inbox is where ticks are filed; a bot.Store is one.
type Inbox interface {
	// File adds envelopes, each key once; see bot.Store.
	File(ctx context.Context, envelopes []bot.Envelope) (fresh []bool, err error)
	// View gives the last ticks that are done; see bot.Store.
	View(ctx context.Context, fn func(tx bot.Reader) error) error
}

// Job is a calendar job.
type Job struct {
	Name string         // short and unique: it is part of the tick's key
	Spec string         // see Parse
	Zone *time.Location // nil: UTC
}

// lookAgain is how long a job waits at most before it looks at the clock again,
// so that a clock that was set, a machine that slept and a store that refused
// are noticed.
const lookAgain = time.Minute

// Start files what was missed, then every tick when it is due, and calls wake
// after each, until ctx ends or stop is called. stop waits for what is being
// filed, and may be called twice. The error names every job that can't be run, or
// says that the store can't be read; then nothing has started.
func Start(ctx context.Context, inbox Inbox, jobs []Job, clock bot.Clock, wake func(), log *slog.Logger) (stop func(), err error) {
	calendar := calendar{inbox: inbox, clock: clock, wake: wake, log: log}
	hands, err := calendar.parse(jobs)
	if err != nil {
		return nil, err
	}
	if err := calendar.readLast(ctx, hands); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	recovering := cron.NewChain(cron.Recover(cronLog{log}))
	var running sync.WaitGroup
	for _, h := range hands {
		job := recovering.Then(cron.FuncJob(func() { h.look(ctx) }))
		job.Run()
		running.Go(func() { // not cron's own runner, which knows the machine's clock only
			for bot.SleepUntil(ctx, clock, h.next()) == nil {
				job.Run()
			}
		})
	}
	return func() {
		cancel()
		running.Wait()
	}, nil
}

// calendar is what all jobs share.
type calendar struct {
	inbox Inbox
	clock bot.Clock
	wake  func()
	log   *slog.Logger
}

// hand is a job on the clock. Its runs never overlap.
type hand struct {
	calendar
	name  string
	times times
	last  time.Time // the newest due time that is filed or past
}

func (c calendar) parse(jobs []Job) ([]*hand, error) {
	var hands []*hand
	var wrong []error
	seen := map[string]bool{}
	for _, j := range jobs {
		s, err := parse(j.Spec, j.Zone)
		switch {
		case j.Name == "" || seen[j.Name]:
			wrong = append(wrong, fmt.Errorf("calendar job %q: give every job a name of its own", j.Name))
		case err != nil:
			wrong = append(wrong, fmt.Errorf("calendar job %q at %q: %w", j.Name, j.Spec, err))
		}
		seen[j.Name] = true
		hands = append(hands, &hand{calendar: c, name: j.Name, times: s})
	}
	return hands, errors.Join(wrong...)
}

// readLast sets each job to its last run.
func (c calendar) readLast(ctx context.Context, hands []*hand) error {
	now := c.clock.Now()
	err := c.inbox.View(ctx, func(tx bot.Reader) error {
		for _, h := range hands {
			last, err := tx.LastTick(h.name)
			if err != nil {
				return err
			}
			h.last = last
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading when the calendar jobs ran last: %w", err)
	}
	for _, h := range hands {
		if h.last.IsZero() {
			h.last = now
		}
		if h.last.After(now) {
			c.log.Warn("a calendar job last ran in the future, and will not run before; is the machine's clock right?", "job", h.name, "last", h.last)
		}
	}
	return nil
}

// next is when to look again.
func (h *hand) next() time.Time {
	now := h.clock.Now()
	look := now.Add(lookAgain)
	if due := h.times.next(now); !due.IsZero() && due.Before(look) {
		return due
	}
	return look
}

// look files the job's tick if it is due. One that can't be filed is still due at
// the next look.
func (h *hand) look(ctx context.Context) {
	now := h.clock.Now()
	due, ok := h.times.latest(h.last, now)
	if !ok || ctx.Err() != nil {
		return
	}
	e, err := envelope(h.name, due, now)
	if err == nil {
		_, err = h.inbox.File(ctx, []bot.Envelope{e})
	}
	if err != nil {
		level := slog.LevelError
		if errors.Is(err, bot.ErrUnwritable) { // which the store has said, once
			level = slog.LevelDebug
		}
		h.log.Log(ctx, level, "a calendar job can't be filed; trying again", "job", h.name, "due", due, "err", err)
		return
	}
	h.last = due
	h.wake()
}

func envelope(job string, due, now time.Time) (bot.Envelope, error) {
	due = due.UTC()
	body, err := json.Marshal(bot.Tick{Job: job, Due: due})
	if err != nil {
		return bot.Envelope{}, fmt.Errorf("packing the tick: %w", err)
	}
	return bot.Envelope{Key: "tick/" + job + "/" + due.Format(time.RFC3339), Kind: bot.EnvelopeTick, Received: now, Body: body}, nil
}

// cronLog is a cron.Logger.
type cronLog struct{ *slog.Logger }

// Info is never called by what is used of cron.
func (l cronLog) Info(string, ...any) {}

// Error says that a run has panicked.
func (l cronLog) Error(err error, msg string, args ...any) {
	l.Logger.Error("a calendar job failed; trying again", append([]any{"cron", msg, "err", err}, args...)...)
}
