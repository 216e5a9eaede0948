package boltstore

import (
	"fmt"
	"log/slog"
	"sync"
	"time"

	"syncfix/bot"
)

// outage says once that the disk takes nothing, and once that it does again,
// however many transactions come meanwhile.
type outage struct {
	log    *slog.Logger
	mu     sync.Mutex
	since  time.Time // zero: all is well
	failed int
}

// noted notes how a commit went, and wraps its error in bot.ErrUnwritable.
func (o *outage) noted(path string, err error) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err == nil {
		if !o.since.IsZero() {
			o.log.Info("the database can be written again", "file", path, "after", time.Since(o.since).Round(time.Second), "refused", o.failed)
			o.since, o.failed = time.Time{}, 0
		}
		return nil
	}
	if o.failed++; o.failed == 1 {
		o.since = time.Now()
		o.log.Error("the database can't be written, so nothing is acked until it can; make room, or see whether the disk is read-only",
			"file", path, "err", err)
	}
	return fmt.Errorf("%w: %w", bot.ErrUnwritable, err)
}
