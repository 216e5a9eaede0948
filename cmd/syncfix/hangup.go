package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// untilHangup is a context that ends at SIGHUP too, which comes when the terminal
// is closed. Under nohup the signal is ignored and stays so.
func untilHangup(ctx context.Context) (context.Context, context.CancelFunc) {
	if signal.Ignored(syscall.SIGHUP) {
		return context.WithCancel(ctx)
	}
	return signal.NotifyContext(ctx, syscall.SIGHUP)
}

// hangups signals each SIGHUP by which an operator asks to read the playbooks
// again. One that comes because the terminal was closed calls gone instead. Under
// nohup the signal is ignored and stays so.
func hangups(ctx context.Context, gone func()) <-chan struct{} {
	asked := make(chan struct{})
	if signal.Ignored(syscall.SIGHUP) {
		return asked
	}
	atTerminal := hasTerminal()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGHUP)
	go func() {
		defer signal.Stop(signals)
		for {
			select {
			case <-ctx.Done():
				return
			case <-signals:
			}
			if atTerminal && !hasTerminal() {
				gone()
				return
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

// hasTerminal says that there is a terminal from which the program is controlled,
// whatever its output goes to. The system takes it away before it signals.
func hasTerminal() bool {
	f, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	_ = f.Close()
	return true
}
