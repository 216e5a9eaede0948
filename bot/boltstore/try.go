package boltstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"syncfix/bot"
)

// Try finds out whether the disk takes anything: it writes as much as the file
// grows by at a time beside it, removes that, and commits an empty transaction.
// An empty one alone would say nothing, since it finds room in a file that can't
// grow. Its error wraps bot.ErrUnwritable. Use it after a refusal only, to learn
// that it is over while nothing else is written.
func (s *Store) Try(ctx context.Context) error {
	if err := takes(filepath.Dir(s.db.Path()), growSize); err != nil {
		return fmt.Errorf("%w: %w", bot.ErrUnwritable, err)
	}
	return s.Update(ctx, func(bot.Tx) error { return nil })
}

// takes writes a file of so many bytes into a folder and removes it.
func takes(dir string, size int) (err error) {
	f, err := os.CreateTemp(dir, ".try-")
	if err != nil {
		return fmt.Errorf("trying whether the disk takes anything: %w", err)
	}
	defer func() {
		err = errors.Join(err, f.Close(), os.Remove(f.Name()))
	}()
	if _, err := f.Write(make([]byte, size)); err != nil {
		return fmt.Errorf("trying whether the disk takes anything: %w", err)
	}
	return f.Sync()
}
