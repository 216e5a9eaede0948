package main

import (
	"fmt"

	"syncfix/playbooks"
)

// playbookSchemaCmd prints the JSON Schema of the playbooks' language.
type playbookSchemaCmd struct{}

// Help is shown by syncfix playbook schema --help.
func (playbookSchemaCmd) Help() string {
	return "Save it beside your playbooks as " + playbooks.SchemaName + " and begin each with:\n\n  # yaml-language-server: $schema=./" + playbooks.SchemaName
}

// Run prints the schema.
func (playbookSchemaCmd) Run(p process) error {
	schema, err := playbooks.Schema()
	if err != nil {
		return err
	}
	if _, err := p.stdout.Write(schema); err != nil {
		return fmt.Errorf("writing the schema: %w", err)
	}
	return nil
}
