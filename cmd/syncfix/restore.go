package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"syncfix/bot"
	"syncfix/bot/boltstore"
)

// restoreCmd puts a copy of the database back.
type restoreCmd struct {
	File string `arg:"" help:"The copy that syncfix backup made." placeholder:"FILE" type:"path"`
	DB   string `help:"The database to replace. Without it, the one of SYNCFIX_DB." placeholder:"FILE" type:"path"`
}

// Help is shown by syncfix restore --help.
func (restoreCmd) Help() string {
	return "Stop syncfix first. The copy is read through before anything is changed, and the present database is kept beside the new one. " +
		"What happened after the copy was made is not in it. The numbers of the cases from then are not given again; where they can't be told, the next case has one after the next thousand."
}

// Run restores and says where the file is that was there before.
func (r restoreCmd) Run(p process, c *cli) error {
	db := databasePath(r.DB, readEnvironment(p.env, c.EnvFile))
	if sameFile(r.File, db) {
		return usageError{fmt.Errorf("%s is the database itself; name a copy of it", r.File)}
	}
	kept, err := boltstore.Restore(r.File, db, time.Now())
	if err != nil {
		return stopFirst("restoring", err)
	}
	fmt.Fprintf(p.stdout, "%s holds what %s holds.\n", db, r.File)
	if kept != "" {
		fmt.Fprintf(p.stdout, "What it held before is kept in %s.\n", kept)
	}
	return nil
}

// sameFile says whether both are names of one file that is there.
func sameFile(a, b string) bool {
	one, errOne := os.Stat(a)
	two, errTwo := os.Stat(b)
	return errOne == nil && errTwo == nil && os.SameFile(one, two)
}

// compactCmd gives back the room that deleted rows have left.
type compactCmd struct {
	DB string `help:"The database. Without it, the one of SYNCFIX_DB." placeholder:"FILE" type:"path"`
}

// Help is shown by syncfix compact --help.
func (compactCmd) Help() string {
	return "Stop syncfix first. The database is written anew beside itself, read through, and takes the old one's place. " +
		"It is seldom needed: room that becomes free is used again."
}

// Run compacts and says how much it gave back.
func (k compactCmd) Run(p process, c *cli) error {
	db, err := databaseOf(k.DB, readEnvironment(p.env, c.EnvFile))
	if err != nil {
		return err
	}
	before, after, err := boltstore.Compact(db)
	if err != nil {
		return stopFirst("compacting", err)
	}
	fmt.Fprintf(p.stdout, "%s had %d KiB and has %d KiB.\n", db, before>>10, after>>10)
	return nil
}

// stopFirst says what to do about a database that somebody has open.
func stopFirst(doing string, err error) error {
	switch {
	case errors.Is(err, bot.ErrInUse):
		return usageError{fmt.Errorf("%w; stop that one first", err)}
	case errors.Is(err, fs.ErrNotExist):
		return usageError{err}
	}
	return fmt.Errorf("%s: %w", doing, err)
}
