package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"syncfix/bot"
	"syncfix/bot/boltstore"
	"syncfix/bot/schedule"
)

const (
	nightlyJob  = "backup"
	nightlyTime = "15 3 * * *" // when the digest and most other things of a night are far
	// nightlyTries is how often a backup is tried, a minute apart, before the next
	// night is waited for.
	nightlyTries = 3
)

// nightly makes the copies of SYNCFIX_BACKUP_DIR until ctx ends. One that was
// missed because syncfix was not running is made at the start.
func nightly(c config, store *boltstore.Store, clock bot.Clock, log *slog.Logger) part {
	return func(ctx context.Context) error {
		if c.backupDir != "" {
			jobs := []schedule.Job{{Name: nightlyJob, Spec: nightlyTime, Zone: c.settings.DigestZone}}
			if err := tryFolder(c.backupDir); err != nil {
				log.Warn("there will be no nightly backups: nothing can be written to the folder of SYNCFIX_BACKUP_DIR", "dir", c.backupDir, "err", err)
			}
			copies := &copies{Store: store, dir: c.backupDir, keep: c.backupKeep, now: clock.Now, log: log}
			stop, err := schedule.Start(ctx, copies, jobs, clock, func() {}, log)
			if err != nil {
				return fmt.Errorf("starting the nightly backups: %w", err)
			}
			defer stop()
		}
		<-ctx.Done()
		return nil
	}
}

// copies is a schedule.Inbox that does at once what is filed, rather than in the
// transaction of a step, which would keep everything waiting.
type copies struct {
	*boltstore.Store // for View

	dir    string
	keep   int
	now    func() time.Time
	log    *slog.Logger
	failed int // tries in a row
}

// File makes the backup that is due. Its error means: try again.
func (c *copies) File(ctx context.Context, ticks []bot.Envelope) ([]bool, error) {
	path, err := c.make()
	if err != nil {
		if c.failed++; c.failed < nightlyTries {
			return nil, err
		}
		c.log.Error("the nightly backup failed; the next one is tried tomorrow. Is there room, and may syncfix write there?", "dir", c.dir, "err", err)
	} else {
		c.log.Info("the nightly backup is made", "file", path)
	}
	c.failed = 0
	// Received is when it was due, or a little later.
	err = c.Update(ctx, func(tx bot.Tx) error { return tx.MarkTick(nightlyJob, ticks[0].Received) })
	if err != nil {
		c.log.Warn("a backup is made, but not noted; it may be made again", "err", err)
	}
	return make([]bool, len(ticks)), nil
}

// make makes a copy, removes the oldest ones, and what an earlier process left
// behind in part.
func (c *copies) make() (string, error) {
	left, err := filepath.Glob(filepath.Join(escaped(c.dir), ".syncfix-*Z.db.*.part"))
	if err != nil {
		return "", fmt.Errorf("looking for copies left in part: %w", err)
	}
	path := filepath.Join(c.dir, "syncfix-"+c.now().UTC().Format("20060102T150405Z")+".db")
	if err := errors.Join(removeAll(left), c.Backup(path)); err != nil {
		return "", err
	}
	all, err := copiesIn(c.dir)
	if err != nil {
		return "", err
	}
	return path, removeAll(all[:max(0, len(all)-c.keep)])
}

// copiesIn are the nightly copies in a folder, the oldest first.
func copiesIn(dir string) ([]string, error) {
	all, err := filepath.Glob(filepath.Join(escaped(dir), "syncfix-[0-9]*T[0-9]*Z.db"))
	if err != nil {
		return nil, fmt.Errorf("looking for older copies: %w", err)
	}
	slices.Sort(all)
	return all, nil
}

// tryFolder tries whether a file can be made in a folder.
func tryFolder(dir string) error {
	probe, err := os.CreateTemp(dir, ".syncfix-try-*")
	if err != nil {
		return err
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

func removeAll(paths []string) (err error) {
	for _, path := range paths {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

// escaped is a path in which a pattern's signs stand for themselves.
func escaped(path string) string {
	var b []rune
	for _, r := range path {
		if r == '*' || r == '?' || r == '[' || r == '\\' {
			b = append(b, '\\')
		}
		b = append(b, r)
	}
	return string(b)
}
