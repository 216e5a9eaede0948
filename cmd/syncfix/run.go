package main

import (
	"context"

	"syncfix/bot"
)

// runCmd works in a Slack workspace until it is told to stop.
type runCmd struct{}

// Help is shown by syncfix run --help.
func (runCmd) Help() string { return settingsHelp() }

// Run checks everything that can be checked before it connects, then works until
// ctx ends or its terminal is closed. Problems with settings or playbooks are
// usage errors.
func (runCmd) Run(ctx context.Context, p process, c *cli) error {
	conf, err := loadConfig(readEnvironment(p.env, c.EnvFile))
	if err != nil {
		return usageError{err}
	}
	books, err := openShelf(conf.playbooks)
	if err != nil {
		return err
	}
	ctx, end := context.WithCancel(ctx)
	defer end()
	return serve(ctx, conf, books, bot.RealClock{}, hangups(ctx, end), newLog(p.stderr, conf, p.terminal))
}
