package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"syncfix/bot/sandbox"
)

// cmdMany posts alerts of different accounts; # in the text is the number.
func (w *world) cmdMany(_ bool, args []string) error {
	n, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	for i := range n {
		number := strconv.Itoa(i + 1)
		err := w.post(args[0]+number, args[2], args[3], map[string]string{"text": strings.ReplaceAll(args[4], "#", number)})
		if err != nil {
			return err
		}
	}
	return nil
}

// opened is how many cases the process says it has opened.
func (w *world) opened() int { return w.logs.count(`"event":"opened"`) }

// cmdOpened waits until so many cases were opened, and checks that there are no
// more, and how long that took from the start of the process.
func (w *world) cmdOpened(_ bool, args []string) error {
	want, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	if err := w.logs.wait(func() bool { return w.opened() >= want }); err != nil {
		return err
	}
	if len(args) > 1 {
		within, err := time.ParseDuration(args[1])
		if took := time.Since(w.started); err != nil || took > within {
			return fmt.Errorf("%d cases took %s, want at most %q", want, took, args[1])
		}
	}
	if err := w.settle(); err != nil {
		return err
	}
	if got := w.opened(); got != want {
		return fmt.Errorf("%d cases were opened, want %d", got, want)
	}
	return nil
}

// cmdSweeps waits until history was read so many times, by all processes so far.
func (w *world) cmdSweeps(_ bool, args []string) error {
	want, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	if err := w.logs.wait(func() bool { return w.logs.count(`"msg":"history read"`) >= want }); err != nil {
		return err
	}
	return w.settle()
}

func (w *world) cmdDelete(_ bool, args []string) error {
	m, err := w.named(args[0])
	if err != nil {
		return err
	}
	return w.slack.Delete(m.channel, m.ts)
}

func (w *world) cmdEdit(_ bool, args []string) error {
	m, err := w.named(args[0])
	if err != nil {
		return err
	}
	return w.slack.Edit(m.channel, m.ts, args[1])
}

// cmdCut drops all sockets, as when the network goes.
func (w *world) cmdCut(bool, []string) error {
	w.slack.DropSockets()
	return nil
}

// cmdFreeze stops the process where it is: what Slack sends it now gets no ack.
func (w *world) cmdFreeze(bool, []string) error {
	if w.process == nil {
		return errors.New("syncfix isn't running")
	}
	return w.process.Process.Signal(syscall.SIGSTOP)
}

func (w *world) cmdSettled(bool, []string) error {
	err := w.wait("an ack of every envelope", func() bool {
		return !slices.ContainsFunc(w.slack.Envelopes(), func(e sandbox.EnvelopeLog) bool {
			return e.Outcome == sandbox.OutcomeWaiting || e.Outcome == sandbox.OutcomeRetry
		})
	})
	if err != nil {
		return err
	}
	return w.settle()
}
