package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"syncfix/bot"
	"syncfix/bot/boltstore"
)

// exportCmd prints what is stored for other programs.
type exportCmd struct {
	Since string `help:"Only cases in which something has happened since: a day such as 2026-01-31, or a duration such as 7d." placeholder:"WHEN"`
	DB    string `help:"The database to read. Without it, the one of SYNCFIX_DB." placeholder:"FILE" type:"path"`
}

// Help is shown by syncfix export --help.
func (exportCmd) Help() string {
	return "It works while syncfix runs, and while it doesn't. Each line is a JSON object: a case, {\"kind\":\"case\",\"id\":…,\"case\":…}, " +
		"then its events in order, {\"kind\":\"event\",\"id\":…,\"number\":…,\"event\":…}; the oldest case first."
}

// Run prints the lines.
func (e exportCmd) Run(ctx context.Context, p process, c *cli) error {
	since, err := parseSince(e.Since, time.Now())
	if err != nil {
		return usageError{fmt.Errorf("--since %w; write a day such as 2026-01-31, or a duration such as 7d", err)}
	}
	db, err := databaseOf(e.DB, readEnvironment(p.env, c.EnvFile))
	if err != nil {
		return err
	}
	store, done, err := openCopy(ctx, db)
	if err != nil {
		return fmt.Errorf("reading the database: %w", err)
	}
	return errors.Join(export(ctx, store, since, p.stdout), done())
}

// exported is a line of syncfix export.
type exported struct {
	Kind   string     `json:"kind"` // case or event
	ID     string     `json:"id"`   // of the case
	Number int        `json:"number,omitempty"`
	Case   *bot.Case  `json:"case,omitempty"`
	Event  *bot.Event `json:"event,omitempty"`
}

// export prints the cases in which something has happened since, with their events.
func export(ctx context.Context, store *boltstore.Store, since time.Time, out io.Writer) error {
	buffered := bufio.NewWriter(out)
	lines := json.NewEncoder(buffered)
	lines.SetEscapeHTML(false)
	err := store.Each(ctx, func(c bot.Case, events []bot.Event) error {
		if lastMove(c, events).Before(since) {
			return nil
		}
		if err := lines.Encode(exported{Kind: "case", ID: c.ID, Case: &c}); err != nil {
			return err
		}
		for i := range events {
			if err := lines.Encode(exported{Kind: "event", ID: c.ID, Number: i + 1, Event: &events[i]}); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = buffered.Flush()
	}
	if err != nil {
		return fmt.Errorf("printing the cases: %w", err)
	}
	return nil
}

// lastMove is when something last happened to a case.
func lastMove(c bot.Case, events []bot.Event) time.Time {
	last := c.Opened
	for _, t := range []time.Time{c.Changed, c.Closed} {
		if t.After(last) {
			last = t
		}
	}
	if n := len(events); n > 0 && events[n-1].Learned.After(last) {
		last = events[n-1].Learned
	}
	return last
}

// parseSince reads a day (in UTC) or how long ago it was; empty is always.
func parseSince(value string, now time.Time) (time.Time, error) {
	if value == "" {
		return time.Time{}, nil
	}
	if day, err := time.Parse(time.DateOnly, value); err == nil {
		return day, nil
	}
	ago, err := parseDuration(value)
	if err != nil {
		return time.Time{}, err
	}
	return now.Add(-ago), nil
}
