package main

import (
	"context"
	"errors"

	"syncfix/bot"
	"syncfix/playbooks"
)

// runCmd works in a Slack workspace until it is told to stop.
type runCmd struct{}

// Help is shown by syncfix run --help.
func (runCmd) Help() string { return settingsHelp() }

// Run checks everything that can be checked before it connects, then works until
// ctx ends. Problems with settings or playbooks are usage errors.
func (runCmd) Run(ctx context.Context, p process, c *cli) error {
	conf, err := loadConfig(readEnvironment(p.env, c.EnvFile))
	if err != nil {
		return usageError{err}
	}
	library, err := loadPlaybooks(conf.playbooks)
	if err != nil {
		return err
	}
	return serve(ctx, conf, library, newLog(p.stderr, conf, p.terminal))
}

// loadPlaybooks loads the built-in playbooks and those in dir.
func loadPlaybooks(dir string) (playbooks.Library, error) {
	library, err := playbooks.Load(dir)
	var found playbooks.Problems
	if errors.As(err, &found) {
		return library, usageError{err}
	}
	return library, err
}

var _ bot.Library = playbooks.Library{}
