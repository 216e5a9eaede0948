package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"syncfix/bot"
	"syncfix/diagnose"
)

// playbookLearnedCmd shows what verified outcomes have taught.
type playbookLearnedCmd struct {
	ID string `arg:"" optional:"" help:"Only this playbook." placeholder:"ID"`
	DB string `help:"The file to read. Without it, the one of SYNCFIX_DB." placeholder:"FILE" type:"path"`
}

// Help is shown by syncfix playbook learned --help.
func (playbookLearnedCmd) Help() string {
	return "A playbook's words say how likely each cause is at the start, and count as 20 earlier cases. " +
		"Every case that ended verified adds one, which counts half after 90 days; an account counts once in 30 days. " +
		"SYNCFIX_LEARN=false leaves the start as the playbooks have it."
}

// defaultDB is where the cases are kept unless the settings say otherwise.
const defaultDB = "syncfix.db"

// allOutcomes is more than a file holds that is worth reading.
const allOutcomes = 100_000

// Run prints a table for each playbook with outcomes.
func (l playbookLearnedCmd) Run(ctx context.Context, p process, c *cli) error {
	env := readEnvironment(p.env, c.EnvFile)
	library, err := loadPlaybooks(env.look("SYNCFIX_PLAYBOOKS"))
	if err != nil {
		return err
	}
	books := library.All()
	if l.ID != "" {
		only, ok := library.Get(l.ID)
		if !ok {
			return usageError{fmt.Errorf("there is no playbook %q; syncfix playbook list shows them", l.ID)}
		}
		books = []diagnose.Playbook{only}
	}
	db, err := databaseOf(l.DB, env)
	if err != nil {
		return err
	}
	store, done, err := openCopy(ctx, db)
	if err != nil {
		return fmt.Errorf("reading the database: %w", err)
	}
	shown := 0
	err = store.View(ctx, func(tx bot.Reader) error {
		for _, b := range books {
			outcomes, err := tx.Outcomes(b.ID, allOutcomes)
			if err != nil {
				return fmt.Errorf("reading the outcomes of %s: %w", b.ID, err)
			}
			if len(outcomes) > 0 {
				shown++
				if err := learnedTable(p.stdout, b, outcomes, time.Now()); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if on, readable := parseBool(cmp.Or(env.look("SYNCFIX_LEARN"), "true")); readable == nil && !on {
		fmt.Fprintln(p.stdout, "SYNCFIX_LEARN is off: later cases start as the playbooks say, whatever stands here.")
	}
	if err == nil && shown == 0 {
		fmt.Fprintln(p.stdout, "Nothing is learned yet: no case has ended verified, with its cause known.")
	}
	return errors.Join(err, done())
}

func learnedTable(out io.Writer, p diagnose.Playbook, outcomes []diagnose.VerifiedOutcome, now time.Time) error {
	fmt.Fprintf(out, "%s (%s)\n", p.Title, p.ID)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "  cause\tat the start\tnow\tcases, by age")
	for _, c := range diagnose.Learn(p, outcomes, now) {
		fmt.Fprintf(w, "  %s\t%.0f %%\t%.0f %%\t%s\n", c.Name, 100*c.Start, 100*c.Now, strings.TrimSuffix(fmt.Sprintf("%.1f", c.Cases), ".0"))
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("writing what was learned: %w", err)
	}
	return nil
}
