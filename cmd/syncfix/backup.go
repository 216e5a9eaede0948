package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// backupCmd copies the database.
type backupCmd struct {
	File string `arg:"" help:"The new file to write." placeholder:"FILE" type:"path"`
	DB   string `help:"The database to copy. Without it, the one of SYNCFIX_DB." placeholder:"FILE" type:"path"`
}

// Help is shown by syncfix backup --help.
func (backupCmd) Help() string {
	return "It works while syncfix runs, and while it doesn't. The copy is of one moment, is read through before it gets its name, " +
		"and never replaces a file. syncfix restore puts it back."
}

// Run writes the copy and says where it is.
func (b backupCmd) Run(ctx context.Context, p process, c *cli) error {
	db, err := databaseOf(b.DB, readEnvironment(p.env, c.EnvFile))
	if err != nil {
		return err
	}
	if err := backupTo(ctx, db, b.File); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return usageError{err}
		}
		return fmt.Errorf("backing up %s: %w", db, err)
	}
	info, err := os.Stat(b.File)
	if err != nil {
		return fmt.Errorf("looking at the copy: %w", err)
	}
	fmt.Fprintf(p.stdout, "%s holds a copy of %s (%d KiB), checked.\n", b.File, db, (info.Size()+1023)>>10)
	return nil
}
