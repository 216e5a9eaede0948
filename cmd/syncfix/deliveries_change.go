package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"syncfix/bot"
	"syncfix/bot/boltstore"
)

// deliveriesRetryCmd puts deliveries that were given up back on their way.
type deliveriesRetryCmd struct {
	IDs []string `arg:"" optional:"" name:"id" help:"Ids as syncfix deliveries lists them." placeholder:"ID"`
	All bool     `help:"All that were given up."`
	DB  string   `help:"The database. Without it, the one of SYNCFIX_DB." placeholder:"FILE" type:"path"`
}

// Help is shown by syncfix deliveries retry --help.
func (deliveriesRetryCmd) Help() string {
	return "A running syncfix sends them at once, otherwise they go out when it is started. One that may have gone out before is looked for in Slack first, " +
		"and not sent again if it is found."
}

// Run retries.
func (r deliveriesRetryCmd) Run(ctx context.Context, p process, c *cli) error {
	change := letterChange{ids: r.IDs, all: r.All, what: "retry", done: "back on its way", started: "on its way as soon as syncfix is started", stopped: revive(time.Now)}
	return change.run(ctx, p, c, r.DB)
}

// revive puts them back on their way, for the bot to find when it begins.
func revive(now func() time.Time) func(bot.Tx, []string) ([]bot.Verdict, error) {
	return func(tx bot.Tx, ids []string) (verdicts []bot.Verdict, err error) {
		_, verdicts, err = bot.Revive(tx, ids, now())
		return verdicts, err
	}
}

// deliveriesDiscardCmd forgets deliveries that were given up.
type deliveriesDiscardCmd struct {
	IDs []string `arg:"" optional:"" name:"id" help:"Ids as syncfix deliveries lists them." placeholder:"ID"`
	All bool     `help:"All that were given up."`
	DB  string   `help:"The database. Without it, the one of SYNCFIX_DB." placeholder:"FILE" type:"path"`
}

// Run discards.
func (d deliveriesDiscardCmd) Run(ctx context.Context, p process, c *cli) error {
	change := letterChange{ids: d.IDs, all: d.All, what: "discard", done: "discarded", started: "discarded", stopped: bot.DiscardDead}
	return change.run(ctx, p, c, d.DB)
}

// letterChange is what shall be done to deliveries that were given up.
type letterChange struct {
	ids           []string
	all           bool
	what          string // retry or discard
	done, started string // what to say of those that were, by a running syncfix or without
	stopped       func(tx bot.Tx, ids []string) ([]bot.Verdict, error)
}

// run does it, through the running syncfix or without one, and says what became
// of each. It fails if one that was named was refused.
func (l letterChange) run(ctx context.Context, p process, c *cli, given string) error {
	if (len(l.ids) == 0) != l.all {
		return usageError{fmt.Errorf("name the ids to %s, or say --all; syncfix deliveries lists them", l.what)}
	}
	db, err := databaseOf(given, readEnvironment(p.env, c.EnvFile))
	if err != nil {
		return err
	}
	verdicts, said, err := l.change(ctx, db)
	if err != nil {
		return err
	}
	refused := 0
	for _, v := range verdicts {
		if v.Refused != "" {
			refused++
			fmt.Fprintf(p.stdout, "%s: left as it is: %s.\n", oneLine(v.ID), v.Refused)
			continue
		}
		fmt.Fprintf(p.stdout, "%s: %s.\n", oneLine(v.ID), said)
	}
	switch {
	case len(verdicts) == 0:
		fmt.Fprintln(p.stdout, "Nothing was given up.")
	case refused > 0 && !l.all:
		return fmt.Errorf("%d of %d left as they are", refused, len(verdicts))
	}
	return nil
}

func (l letterChange) change(ctx context.Context, db string) (verdicts []bot.Verdict, said string, err error) {
	ids := l.ids
	if ids == nil {
		ids = []string{}
	}
	tell := func() error { return tellRunning(ctx, db, "deliveries/"+l.what, ids, &verdicts) }
	if err := tell(); !errors.Is(err, errNotRunning) {
		return verdicts, l.done, err
	}
	store, err := boltstore.Open(db, boltstore.Options{})
	if errors.Is(err, bot.ErrInUse) { // it has just been started
		if again := tell(); !errors.Is(again, errNotRunning) {
			return verdicts, l.done, again
		}
		return nil, "", fmt.Errorf("%w, which does not answer at %s", err, controlPath(db))
	}
	if err != nil {
		return nil, "", fmt.Errorf("opening the database: %w", err)
	}
	err = store.Update(ctx, func(tx bot.Tx) (err error) {
		verdicts, err = l.stopped(tx, ids)
		return err
	})
	if err = errors.Join(err, store.Close()); err != nil {
		return nil, "", fmt.Errorf("changing the deliveries: %w", err)
	}
	return verdicts, l.started, nil
}
