package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"syncfix/bot"
	"syncfix/bot/slackio"
)

// deliveriesCmd is about what goes to Slack.
type deliveriesCmd struct {
	List    deliveriesListCmd    `cmd:"" default:"withargs" help:"List what is on its way, and what was given up (the default)."`
	Retry   deliveriesRetryCmd   `cmd:"" help:"Put what was given up back on its way."`
	Discard deliveriesDiscardCmd `cmd:"" help:"Forget what was given up."`
}

// deliveriesListCmd lists deliveries.
type deliveriesListCmd struct {
	Dead bool   `help:"Only what was given up."`
	JSON bool   `name:"json" help:"Print an object a line, for programs."`
	DB   string `help:"The database to read. Without it, the one of SYNCFIX_DB." placeholder:"FILE" type:"path"`
}

// Help is shown by syncfix deliveries list --help.
func (deliveriesListCmd) Help() string {
	return "It works while syncfix runs, and while it doesn't. Each delivery is listed with its id, what it is, how long ago it began, how often it " +
		"was tried and what kept it, and what it would show now."
}

// listed is a delivery as it is listed.
type listed struct {
	ID        string     `json:"id"`
	State     string     `json:"state"` // under_way or dead
	Effect    string     `json:"effect"`
	Case      string     `json:"case,omitempty"`
	Channel   string     `json:"channel,omitempty"`
	Thread    string     `json:"thread,omitempty"`
	To        string     `json:"to,omitempty"` // a person
	Born      time.Time  `json:"born"`
	Attempts  int        `json:"attempts"`
	Next      *time.Time `json:"next,omitempty"` // try
	Uncertain bool       `json:"uncertain,omitempty"`
	Reason    string     `json:"reason,omitempty"` // of the last failure
	Shows     string     `json:"shows,omitempty"`  // as plain text

	line string // the effect in a line
}

// Run prints the list.
func (l deliveriesListCmd) Run(ctx context.Context, p process, c *cli) error {
	env := readEnvironment(p.env, c.EnvFile)
	library, err := loadPlaybooks(env.look("SYNCFIX_PLAYBOOKS"))
	if err != nil {
		return err
	}
	db, err := databaseOf(l.DB, env)
	if err != nil {
		return err
	}
	store, done, err := openCopy(ctx, db)
	if err != nil {
		return fmt.Errorf("reading the database: %w", err)
	}
	now := time.Now()
	var all []listed
	err = store.View(ctx, func(tx bot.Reader) (err error) {
		all, err = readDeliveries(tx, library, l.Dead, now)
		return err
	})
	if err = errors.Join(err, done()); err != nil {
		return fmt.Errorf("reading the deliveries: %w", err)
	}
	return l.print(p.stdout, all, now)
}

// readDeliveries reads the list, in the order in which they were made.
func readDeliveries(tx bot.Reader, library bot.Library, onlyDead bool, now time.Time) ([]listed, error) {
	deliveries, err := tx.Deliveries()
	if err != nil {
		return nil, err
	}
	var all []listed
	for _, d := range deliveries {
		if onlyDead && !d.Dead {
			continue
		}
		scene, err := bot.ReadScene(tx, d.Effect, library, now)
		if err != nil && !errors.Is(err, bot.ErrNotFound) { // a case of a digest may be gone
			return nil, err
		}
		e := d.Effect
		one := listed{
			ID: d.ID, State: "under_way", Effect: string(e.Kind), Case: e.Case, Channel: e.Place.Channel, Thread: e.Place.Root(), To: e.To,
			Born: d.Born, Attempts: d.Attempts, Uncertain: d.Uncertain, Reason: d.Error, Shows: slackio.Plain(e, scene), line: e.String(),
		}
		if d.Dead {
			one.State = "dead"
		} else if !d.NotUntil.IsZero() {
			one.Next = &d.NotUntil
		}
		all = append(all, one)
	}
	return all, nil
}

func (l deliveriesListCmd) print(out io.Writer, all []listed, now time.Time) error {
	if l.JSON {
		lines := json.NewEncoder(out)
		lines.SetEscapeHTML(false)
		for _, d := range all {
			if err := lines.Encode(d); err != nil {
				return fmt.Errorf("printing the deliveries: %w", err)
			}
		}
		return nil
	}
	dead := 0
	for _, d := range all {
		if d.State == "dead" {
			dead++
		}
		d.print(out, now)
	}
	switch {
	case len(all) == 0 && l.Dead:
		fmt.Fprintln(out, "Nothing was given up.")
	case len(all) == 0:
		fmt.Fprintln(out, "Nothing is on its way, and nothing was given up.")
	default:
		fmt.Fprintf(out, "%d under way, %d given up.\n", len(all)-dead, dead)
	}
	if dead > 0 {
		fmt.Fprintln(out, "When the reason is mended: syncfix deliveries retry ID…, or --all. Otherwise: syncfix deliveries discard ID….")
	}
	return nil
}

// print writes a delivery in two to four lines. All of it may come from outside.
func (d listed) print(out io.Writer, now time.Time) {
	state := "under way"
	if d.State == "dead" {
		state = "given up"
	}
	fmt.Fprintf(out, "%s  %s\n", oneLine(d.ID), state)
	where := ""
	if d.Channel != "" {
		where = " in " + oneLine(d.Channel)
	}
	fmt.Fprintf(out, "    %s%s, begun %s ago, tried %s", oneLine(d.line), where, ago(now.Sub(d.Born)), times(d.Attempts))
	if d.Next != nil && d.Next.After(now) {
		fmt.Fprintf(out, ", again in %s", ago(d.Next.Sub(now)))
	}
	if d.Uncertain {
		fmt.Fprint(out, "; it may have gone out, and is looked for first")
	}
	fmt.Fprintln(out)
	if d.Reason != "" {
		fmt.Fprintf(out, "    reason: %s\n", oneLine(d.Reason))
	}
	if d.Shows != "" {
		fmt.Fprintf(out, "    shows: %s\n", brief(oneLine(d.Shows)))
	}
}

func times(n int) string {
	switch n {
	case 0:
		return "never"
	case 1:
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// ago is a duration as people say it, cut to its largest part.
func ago(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	case d >= 2*time.Minute:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%d s", max(0, d/time.Second))
}

// brief is text of at most 200 characters.
func brief(s string) string {
	if r := []rune(s); len(r) > 200 {
		return strings.TrimSpace(string(r[:199])) + "…"
	}
	return s
}
