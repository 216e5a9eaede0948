package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/alecthomas/kong"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // it was set up right and something went wrong
	exitUsage  = 2 // the command line, the configuration, a token or the database needs a change
)

// process is what the program has from the operating system.
type process struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	typed          bool              // a person types stdin
	shown          bool              // a person reads stdout
	terminal       bool              // a person reads stderr
	env            map[string]string // the environment alone, without .env
}

// cli is the command line.
type cli struct {
	EnvFile string `help:"Read settings from this file. Without it .env is read, if it is there. The environment comes first." placeholder:"FILE" type:"path"`

	Run        runCmd        `cmd:"" help:"Work in a Slack workspace."`
	Sandbox    sandboxCmd    `cmd:"" help:"Try syncfix in the browser, without Slack."`
	Diagnose   diagnoseCmd   `cmd:"" help:"Work through a failure in the terminal."`
	Doctor     doctorCmd     `cmd:"" help:"Check the settings, Slack and this machine, and say what to mend."`
	Health     healthCmd     `cmd:"" help:"Ask the running syncfix whether it is ready."`
	Explain    explainCmd    `cmd:"" help:"Say what syncfix makes of messages, and why."`
	Manifest   manifestCmd   `cmd:"" help:"Print the manifest of the Slack app."`
	Playbook   playbookCmd   `cmd:"" help:"Write, check and read playbooks."`
	Backup     backupCmd     `cmd:"" help:"Copy the database, also while syncfix runs."`
	Restore    restoreCmd    `cmd:"" help:"Put a copy of the database back."`
	Compact    compactCmd    `cmd:"" help:"Make the database file as small as it can be."`
	Deliveries deliveriesCmd `cmd:"" help:"List what is on its way to Slack and what was given up; retry or discard it."`
	Export     exportCmd     `cmd:"" help:"Print cases and events as JSON lines, also while syncfix runs."`
	Version    versionCmd    `cmd:"" help:"Print the version."`
}

// run is the whole program but for the exit. environ is in the form of os.Environ.
func run(ctx context.Context, args, environ []string, p process) int {
	p.env = environMap(environ)
	var c cli
	exited := -1
	parser, err := kong.New(&c, kong.Name("syncfix"), kong.Writers(p.stdout, p.stderr),
		kong.Description("A Slack bot that walks people through fixing an accounting sync. Try it: syncfix sandbox"),
		kong.Exit(func(code int) { exited = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(p, &c))
	if err != nil {
		fmt.Fprintln(p.stderr, "syncfix:", err)
		return exitFailed
	}
	command, err := parser.Parse(args)
	if exited >= 0 { // help was asked for and printed
		return exited
	}
	if err != nil {
		fmt.Fprintf(p.stderr, "syncfix: %v\nsyncfix --help shows what there is.\n", err)
		return exitUsage
	}
	return exitCode(command.Run(), p.stderr)
}

// exitCode says what went wrong, once, and gives the code for it.
func exitCode(err error, stderr io.Writer) int {
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(stderr, "syncfix:", err)
	if errors.As(err, new(usageError)) {
		return exitUsage
	}
	return exitFailed
}

// usageError is what the operator must change, as opposed to what went wrong.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }
