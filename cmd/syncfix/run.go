package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"syncfix/bot"
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
	books, err := openShelf(conf.playbooks)
	if err != nil {
		return err
	}
	return serve(ctx, conf, books, bot.RealClock{}, hangups(ctx), newLog(p.stderr, conf, p.terminal))
}

// hangups signals each SIGHUP, by which an operator asks to read the playbooks again.
func hangups(ctx context.Context) <-chan struct{} {
	signals, asked := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(signals, syscall.SIGHUP)
	go func() {
		defer signal.Stop(signals)
		for {
			select {
			case <-ctx.Done():
				return
			case <-signals:
			}
			select {
			case <-ctx.Done():
				return
			case asked <- struct{}{}:
			}
		}
	}()
	return asked
}
