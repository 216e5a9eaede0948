package schedule

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/robfig/cron/v3"

	"syncfix/bot"
)

// Job is a calendar job.
type Job struct {
	Name string         // bot.JobDigest, …
	Spec string         // cron expression, see Parse
	Zone *time.Location // nil: UTC
}

// Inbox is what the clock needs of a store.
type Inbox interface {
	// File adds envelopes to the inbox; those whose key is known are not added again.
	File(ctx context.Context, envelopes []bot.Envelope) (fresh []bool, err error)
	// View gives a read-only transaction, for the time of a job's last tick.
	View(ctx context.Context, fn func(tx bot.Reader) error) error
}

// Limits of looking back and of trying again.
const (
	lookBack  = 8 * 24 * time.Hour // older misses are not made up for
	retryTime = 10 * time.Second   // after the inbox refused a tick
)

// Start files what was missed while nobody was running, then a tick at each due
// time of each job, until ctx ends or stop is called; stop waits for a tick being
// filed. wake is called after each. The error names every job whose expression
// is wrong; then nothing has started.
func Start(ctx context.Context, inbox Inbox, jobs []Job, now func() time.Time, wake func(), log *slog.Logger) (stop func(), err error) {
	ctx, cancel := context.WithCancel(ctx)
	// The order matters: with Recover outside, a job that panics once would be
	// taken for still running ever after.
	c := cron.New(cron.WithLocation(time.UTC), cron.WithChain(cron.SkipIfStillRunning(logger{log}), cron.Recover(logger{log})))
	var problems []error
	var clocks []clock
	for _, j := range jobs {
		s, err := parse(j.Spec, j.Zone)
		if err != nil {
			problems = append(problems, fmt.Errorf("job %s, %q: %w", j.Name, j.Spec, err))
			continue
		}
		k := clock{ctx: ctx, inbox: inbox, job: j, times: s, now: now, wake: wake, log: log}
		clocks = append(clocks, k)
		c.Schedule(s, cron.FuncJob(k.strike))
	}
	if len(problems) > 0 {
		cancel()
		return nil, errors.Join(problems...)
	}
	for _, k := range clocks {
		if err := k.catchUp(); err != nil {
			cancel()
			return nil, err
		}
	}
	c.Start()
	return func() {
		cancel()
		<-c.Stop().Done()
	}, nil
}

// clock is one job's.
type clock struct {
	ctx   context.Context
	inbox Inbox
	job   Job
	times cron.Schedule
	now   func() time.Time
	wake  func()
	log   *slog.Logger
}

// catchUp files the newest due time that passed since the job's last tick. A job
// that never ran has missed nothing.
func (k clock) catchUp() error {
	var last time.Time
	err := k.inbox.View(k.ctx, func(tx bot.Reader) (err error) {
		last, err = tx.LastTick(k.job.Name)
		return err
	})
	if err != nil {
		return fmt.Errorf("reading the last run of %s: %w", k.job.Name, err)
	}
	if last.IsZero() {
		return nil
	}
	now := k.now()
	if since := now.Add(-lookBack); last.Before(since) {
		last = since
	}
	var missed time.Time
	for due := k.times.Next(last); !due.IsZero() && !due.After(now); due = k.times.Next(due) {
		missed = due
	}
	if missed.IsZero() {
		return nil
	}
	k.log.Info("a calendar job was missed; it runs now", "job", k.job.Name, "due", missed)
	k.file(missed)
	return nil
}

// strike is called at a due time, or a little later.
func (k clock) strike() {
	now := k.now()
	due := k.times.Next(now.Add(-time.Minute))
	if due.IsZero() || due.After(now) {
		due = now.Truncate(time.Second)
	}
	k.file(due)
}

// file files a tick, and goes on trying while the store refuses it.
func (k clock) file(due time.Time) {
	for k.ctx.Err() == nil {
		body, err := json.Marshal(bot.Tick{Job: k.job.Name, Due: due.UTC()})
		if err == nil {
			_, err = k.inbox.File(k.ctx, []bot.Envelope{{Key: k.key(due), Kind: bot.EnvelopeTick, Received: k.now(), Body: body}})
		}
		if err == nil {
			k.wake()
			return
		}
		k.log.Error("a calendar job's tick can't be filed; trying again", "job", k.job.Name, "due", due, "err", err)
		t := time.NewTimer(retryTime)
		select {
		case <-k.ctx.Done():
		case <-t.C:
		}
		t.Stop()
	}
}

// key names a due time by the clock on the wall: when clocks go back, the hour
// that comes twice has one key, and a morning list comes once.
func (k clock) key(due time.Time) string {
	zone := k.job.Zone
	if zone == nil {
		zone = time.UTC
	}
	return "tick/" + k.job.Name + "/" + due.In(zone).Format("2006-01-02T15:04")
}

// logger lets the library write to the operator's log.
type logger struct{ log *slog.Logger }

func (l logger) Info(msg string, args ...any) { l.log.Debug("calendar: "+msg, args...) }

func (l logger) Error(err error, msg string, args ...any) {
	l.log.Error("calendar: "+msg, append([]any{"err", err}, args...)...)
}
