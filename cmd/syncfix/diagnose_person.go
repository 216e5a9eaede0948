package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"charm.land/huh/v2"

	"syncfix/diagnose"
)

// choice is one thing that a person may pick.
type choice struct{ id, text string }

// A picker has a person pick one of several things and returns its id.
type picker func(title string, of []choice) (string, error)

// personTalk talks with a person: it writes what to know and lets them pick.
type personTalk struct {
	out  io.Writer
	pick picker
}

// formPicker shows a menu to be moved through with the arrow keys.
func formPicker(in io.Reader, out io.Writer) picker {
	return func(title string, of []choice) (string, error) {
		var picked string
		options := make([]huh.Option[string], 0, len(of))
		for _, c := range of {
			options = append(options, huh.NewOption(c.text, c.id))
		}
		menu := huh.NewSelect[string]().Title(title).Options(options...).Value(&picked).Filtering(len(of) > 12)
		err := huh.NewForm(huh.NewGroup(menu)).WithInput(in).WithOutput(out).Run()
		if errors.Is(err, huh.ErrUserAborted) {
			return "", errEnded
		}
		if err != nil {
			return "", fmt.Errorf("asking in the terminal: %w", err)
		}
		i := slices.IndexFunc(of, func(c choice) bool { return c.id == picked })
		fmt.Fprintf(out, "%s\n  > %s\n", title, of[i].text)
		return picked, nil
	}
}

// plainPicker numbers the choices and reads a line: a number or an id.
func plainPicker(lines *bufio.Scanner, out io.Writer) picker {
	return func(title string, of []choice) (string, error) {
		fmt.Fprintln(out, title)
		for i, c := range of {
			fmt.Fprintf(out, "  %d. %s\n", i+1, c.text)
		}
		for {
			fmt.Fprint(out, "> ")
			if !lines.Scan() {
				fmt.Fprintln(out)
				return "", errors.Join(errEnded, lines.Err())
			}
			line := strings.TrimSpace(lines.Text())
			if n, err := strconv.Atoi(line); err == nil && n >= 1 && n <= len(of) {
				return of[n-1].id, nil
			}
			if slices.ContainsFunc(of, func(c choice) bool { return c.id == line }) {
				return line, nil
			}
			fmt.Fprintf(out, "Type a number from 1 to %d.\n", len(of))
		}
	}
}

func (t personTalk) choose(text string, of []diagnose.Playbook) (string, error) {
	var choices []choice
	for _, p := range of {
		choices = append(choices, choice{p.ID, p.Title})
	}
	return t.pick(text, choices)
}

// standing writes what is thought about the causes.
func (t personTalk) standing(reason string, ranking diagnose.Ranking) {
	fmt.Fprintf(t.out, "\n%s\n", reason)
	for _, c := range ranking {
		fmt.Fprintf(t.out, "  %-12s %s\n", c.Band, c.Name)
	}
	fmt.Fprintln(t.out)
}

func (t personTalk) ask(q diagnose.Question, reason string, ranking diagnose.Ranking) (string, error) {
	t.standing(reason, ranking)
	if q.Basis == diagnose.Inferred {
		fmt.Fprintln(t.out, "This question is our own; the documentation doesn't have it.")
	}
	if q.Where != "" {
		fmt.Fprintln(t.out, "Where to look:", q.Where)
	}
	title := q.Text
	if q.Who == diagnose.WhoCustomer {
		title += " (The customer's administrator can tell.)"
	}
	var choices []choice
	for _, a := range q.Answers {
		choices = append(choices, choice{a.ID, a.Text})
	}
	return t.pick(title, append(choices, choice{diagnose.NotSure, "Not sure"}))
}

// The picks that are no ids of a playbook: ids have no spaces.
const (
	pickOn    = "go on"
	pickStuck = "something else"
)

func (t personTalk) fix(f diagnose.Fix, reason string, ranking diagnose.Ranking) (outcome, error) {
	t.standing(reason, ranking)
	fmt.Fprintf(t.out, "%s (about %.0f minutes)\n", f.Title, f.Minutes)
	for _, w := range f.Warnings {
		fmt.Fprintln(t.out, "  Careful:", w)
	}
	for _, n := range f.Needs {
		fmt.Fprintln(t.out, "  Have at hand:", n)
	}
	var ways []choice
	for i, s := range f.Steps {
		t.step(i+1, s)
		for _, c := range s.Cannot {
			ways = append(ways, choice{c.ID, c.Text})
		}
		if s.Gate.Kind == diagnose.GateNone {
			continue
		}
		title := s.Gate.Title + "\n" + s.Gate.Confirm
		picked, err := t.pick(title, slices.Concat([]choice{{pickOn, s.Gate.Button}}, ways, []choice{{pickStuck, "Something else is in the way"}}))
		if err != nil {
			return outcome{}, err
		}
		switch picked {
		case pickOn:
		case pickStuck:
			return outcome{result: resultCannot}, nil
		default:
			return outcome{resultCannot, picked}, nil
		}
	}
	result, err := t.pick("Does the sync work now?", []choice{{resultWorked, "Yes, I saw it work"}, {resultFailed, "No, it still fails"}})
	return outcome{result: result}, err
}

func (t personTalk) step(number int, s diagnose.Step) {
	where := strings.Trim(s.Where+": "+s.Path, ": ")
	if where != "" {
		where = " [" + where + "]"
	}
	basis := ""
	if s.Basis == diagnose.Inferred {
		basis = " (our own advice; the documentation doesn't say it)"
	}
	fmt.Fprintf(t.out, "  %d.%s %s%s\n", number, where, s.Text, basis)
	if s.Note != "" {
		fmt.Fprintln(t.out, "     "+s.Note)
	}
}

func (t personTalk) escalate(p diagnose.Playbook, reason string, ranking diagnose.Ranking) error {
	t.standing(reason, ranking)
	fmt.Fprintf(t.out, "Hand this over to %s. Send along:\n", p.Escalation.To)
	for _, a := range p.Escalation.Attach {
		fmt.Fprintln(t.out, "  - "+a)
	}
	return nil
}

func (t personTalk) done() error {
	fmt.Fprintln(t.out, "\nThe sync works. Done.")
	return nil
}
