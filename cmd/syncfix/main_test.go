package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"syncfix/bot"
)

// TestMain makes the program itself callable as syncfix, for the end-to-end
// tests: the same code, as a process of its own.
func TestMain(m *testing.M) {
	testscript.Main(leakFree{m}, map[string]func(){"syncfix": func() {
		go endWithParent(os.Getppid())
		main()
	}, hurried: func() { asProgram(runHurried) }, stopping: func() { asProgram(runStopping) }})
}

// asProgram runs what is a program of its own in tests.
func asProgram(run func(context.Context) error) {
	go endWithParent(os.Getppid())
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(exitFailed)
	}
}

// serveBetween is syncfix run on a clock, with what stands between its parts.
func serveBetween(ctx context.Context, between seams, clock bot.Clock) error {
	conf, err := loadConfig(readEnvironment(environMap(os.Environ()), ""))
	if err != nil {
		return err
	}
	books, err := openShelf(conf.playbooks)
	if err != nil {
		return err
	}
	return serveWith(ctx, between, conf, books, clock, nil, newLog(os.Stderr, conf, false))
}

// leakFree fails tests that pass and leave a goroutine running.
type leakFree struct{ testscript.TestingM }

func (l leakFree) Run() int {
	if signal.Ignored(syscall.SIGHUP) { // under nohup; what the tests start is not to inherit it
		signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	}
	code := l.TestingM.Run()
	if code != 0 {
		return code
	}
	if err := goleak.Find(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// endWithParent ends the process when the test that started it is gone, so that
// a test that is cut off leaves nothing running.
func endWithParent(parent int) {
	for range time.Tick(time.Second) {
		if os.Getppid() != parent {
			os.Exit(exitFailed)
		}
	}
}
