package main

import (
	"fmt"
	"io"

	"syncfix/playbooks"
)

// playbookGuideCmd prints the page on writing playbooks, for those who have
// nothing but the program.
type playbookGuideCmd struct{}

// Run prints the page.
func (playbookGuideCmd) Run(p process) error {
	if _, err := io.WriteString(p.stdout, playbooks.Guide()); err != nil {
		return fmt.Errorf("writing the page: %w", err)
	}
	return nil
}
