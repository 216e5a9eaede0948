package main

// playbookCmd holds what authors of playbooks use.
type playbookCmd struct {
	List    playbookListCmd    `cmd:"" help:"List the playbooks."`
	Lint    playbookLintCmd    `cmd:"" help:"Check playbooks and say how they do."`
	Show    playbookShowCmd    `cmd:"" help:"Show a playbook as a tree of questions and fixes."`
	Test    playbookTestCmd    `cmd:"" help:"Play the conversations that stand beside playbooks."`
	New     playbookNewCmd     `cmd:"" help:"Ask what is known about an error and write a playbook to start from."`
	Guide   playbookGuideCmd   `cmd:"" help:"Show the page that teaches how to write one."`
	Learned playbookLearnedCmd `cmd:"" help:"Show what verified outcomes have taught."`
	Schema  playbookSchemaCmd  `cmd:"" help:"Print the language's JSON Schema, for editors."`
}
