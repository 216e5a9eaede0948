package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"syncfix/playbooks"
)

// playbookLintCmd checks playbooks.
type playbookLintCmd struct {
	Paths  []string `arg:"" optional:"" name:"path" help:"Files and folders. Without any: the built-in playbooks and those of SYNCFIX_PLAYBOOKS."`
	Strict bool     `help:"Warnings fail too."`
	Hints  bool     `help:"Show hints too, not only count them."`
	JSON   bool     `help:"One problem a line, as a JSON object: for editors and CI."`
}

// Help is shown by syncfix playbook lint --help.
func (playbookLintCmd) Help() string {
	return `Playbooks are checked together with those they will be loaded with. Exit codes: 0 no errors, 1 errors, 2 a wrong command line.

The figures are for cases in which one of the playbook's causes is at work, all equally likely (even) and as likely as the playbook says (start): questions asked before the first fix, on average and at most; how often the first fix is for the right cause; the minutes that repair takes.`
}

// Run checks and reports. Problems are the output, so they go to stdout.
func (l playbookLintCmd) Run(p process, c *cli) error {
	dir, err := playbookFolder(p, c)
	if err != nil {
		return err
	}
	report, err := playbooks.Lint(l.Paths, playbooks.LintOptions{Dir: dir, Shown: cutInSlack})
	if err != nil {
		return usageError{err}
	}
	if report.Files == 0 && len(report.Problems) == 0 {
		return usageError{fmt.Errorf("there is no playbook (*.yaml) in %v", l.Paths)}
	}
	if l.JSON {
		err = l.writeJSON(p.stdout, report)
	} else {
		l.write(p, report)
	}
	failed := report.Count(playbooks.Error) > 0 || l.Strict && report.Count(playbooks.Warning) > 0
	if err == nil && failed {
		return errors.New("the playbooks need a change")
	}
	return err
}

// colors says whether what goes to stdout may have them (no-color.org).
func (p process) colors() bool {
	return p.shown && p.env["NO_COLOR"] == "" && p.env["TERM"] != "dumb"
}

func (l playbookLintCmd) write(p process, report playbooks.Report) {
	r := playbooks.Renderer{Color: p.colors()}
	for _, problem := range report.Problems {
		if problem.Severity != playbooks.Hint || l.Hints {
			r.Problem(p.stdout, problem)
			fmt.Fprintln(p.stdout)
		}
	}
	r.Figures(p.stdout, report.Figures)
	if len(report.Figures) > 0 {
		fmt.Fprintln(p.stdout)
	}
	fmt.Fprintln(p.stdout, report.Summary())
}

// lintLine is a problem as programs read it.
type lintLine struct {
	File     string `json:"file"`
	Line     int    `json:"line,omitempty"`
	Column   int    `json:"column,omitempty"`
	Severity string `json:"severity"`
	Message  string `json:"message"`
	Advice   string `json:"advice,omitempty"`
}

func (l playbookLintCmd) writeJSON(w io.Writer, report playbooks.Report) error {
	out := json.NewEncoder(w)
	for _, p := range report.Problems {
		if err := out.Encode(lintLine{p.File, p.Line, p.Column, p.Severity.String(), p.Message, p.Advice}); err != nil {
			return fmt.Errorf("writing the problems: %w", err)
		}
	}
	return nil
}

// playbookFolder is the operator's folder of playbooks; empty if there is none.
// No other setting matters to those who write playbooks.
func playbookFolder(p process, c *cli) (string, error) {
	dir := readEnvironment(p.env, c.EnvFile).look("SYNCFIX_PLAYBOOKS")
	if dir == "" {
		return "", nil
	}
	if err := checkFolder(dir); err != nil {
		return "", usageError{fmt.Errorf("SYNCFIX_PLAYBOOKS %w", err)}
	}
	return dir, nil
}
