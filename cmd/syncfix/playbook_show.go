package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"syncfix/diagnose"
	"syncfix/playbooks"
)

// playbookShowCmd shows what a playbook does.
type playbookShowCmd struct {
	Playbook string `arg:"" help:"A playbook's id, or its file."`
	Mermaid  bool   `help:"As a flowchart for mermaid."`
	All      bool   `help:"Follow “not sure” too, and steps that can't be done for a reason of their own."`
	Lines    int    `help:"Show so much at most: lines of text, or boxes." default:"500"`
}

// Run writes the tree.
func (s playbookShowCmd) Run(p process, c *cli) error {
	if s.Lines < 1 {
		return usageError{errors.New("--lines must be 1 or more")}
	}
	book, err := s.find(p, c)
	if err != nil {
		return err
	}
	o := playbooks.ShowOptions{All: s.All, Lines: s.Lines}
	if s.Mermaid {
		err = playbooks.Mermaid(p.stdout, book, o)
	} else {
		err = playbooks.Show(p.stdout, book, o)
	}
	if err != nil {
		return fmt.Errorf("writing the tree: %w", err)
	}
	return nil
}

// find is the playbook of this file or id.
func (s playbookShowCmd) find(p process, c *cli) (diagnose.Playbook, error) {
	if strings.HasSuffix(s.Playbook, ".yaml") || strings.HasSuffix(s.Playbook, ".yml") {
		text, err := os.ReadFile(s.Playbook)
		if err != nil {
			return diagnose.Playbook{}, usageError{fmt.Errorf("%s: %s", s.Playbook, reason(err))}
		}
		book, problems := playbooks.Decode(s.Playbook, text)
		for _, problem := range problems {
			playbooks.Renderer{}.Problem(p.stderr, problem)
		}
		if len(problems) > 0 {
			return book, errors.New("the playbook needs a change")
		}
		return book, nil
	}
	library, err := playbookLibrary(p, c)
	if err != nil {
		return diagnose.Playbook{}, err
	}
	book, ok := library.Get(s.Playbook)
	if !ok {
		return book, usageError{fmt.Errorf("there is no playbook %q; syncfix playbook list shows which there are", s.Playbook)}
	}
	return book, nil
}

// playbookLibrary is what a bot with these settings would work with.
func playbookLibrary(p process, c *cli) (playbooks.Library, error) {
	dir, err := playbookFolder(p, c)
	if err != nil {
		return playbooks.Library{}, err
	}
	return loadPlaybooks(dir)
}

// playbookListCmd lists the playbooks.
type playbookListCmd struct{}

// Run writes a line for each playbook.
func (playbookListCmd) Run(p process, c *cli) error {
	library, err := playbookLibrary(p, c)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(p.stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tSYSTEM\tCAUSES\tTITLE")
	for _, book := range library.All() {
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\n", book.ID, book.System, len(book.Causes), book.Title)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("writing the list: %w", err)
	}
	return nil
}
