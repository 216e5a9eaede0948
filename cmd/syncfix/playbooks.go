package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"syncfix/bot"
	"syncfix/playbooks"
)

// shelf is the playbooks in force, as the bot sees them.
type shelf struct {
	*playbooks.Shelf
	told func(changed []string, err error) // hears of each reload, beside the log; nil if nobody listens
}

var _ bot.Playbooks = shelf{}

// Library implements bot.Playbooks.
func (s shelf) Library() bot.Library { return s.Shelf.Library() }

// openShelf loads the built-in playbooks and those in dir.
func openShelf(dir string) (shelf, error) {
	s, err := playbooks.NewShelf(dir)
	if errors.As(err, new(playbooks.Problems)) {
		return shelf{}, usageError{err}
	}
	return shelf{Shelf: s}, err
}

// loadPlaybooks loads the built-in playbooks and those in dir, for a command
// that needs them once.
func loadPlaybooks(dir string) (playbooks.Library, error) {
	library, err := playbooks.Load(dir)
	if errors.As(err, new(playbooks.Problems)) {
		return library, usageError{err}
	}
	return library, err
}

// watch takes over playbooks that change while the bot works.
func watch(s shelf, asked <-chan struct{}, log *slog.Logger) part {
	return func(ctx context.Context) error {
		s.Watch(ctx, asked, func(changed []string, err error) {
			if s.told != nil {
				defer s.told(changed, err)
			}
			var found playbooks.Problems
			switch {
			case errors.As(err, &found):
				for _, p := range found {
					log.Warn("playbook refused", "problem", p.String())
				}
				log.Warn("the playbooks have changed, but not all can be used; going on with the last good ones", "problems", len(found))
			case err != nil:
				log.Warn("the playbooks can't be read; going on with the last good ones", "err", err)
			default:
				log.Info("playbooks taken over", "changed", changed)
			}
		})
		return nil
	}
}

// takenOver says which playbooks are others now.
func takenOver(changed []string) string {
	if len(changed) == 0 {
		return "The playbooks were read again; those in force are the same."
	}
	return "Playbooks taken over: " + strings.Join(changed, ", ") + "."
}
