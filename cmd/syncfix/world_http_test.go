package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"syncfix/bot/sandbox"
)

var answersAt = regexp.MustCompile(`"msg":"health and metrics","address":"([^"]+)"`)

// address is where the process answers over HTTP, as it says in the log.
func (w *world) address() (string, error) {
	all := answersAt.FindAllStringSubmatch(w.logs.String(), -1)
	if len(all) == 0 {
		return "", errors.New("it answers nowhere; start it with SYNCFIX_HTTP=127.0.0.1:0")
	}
	return all[len(all)-1][1], nil
}

// eventually tries until there is no error, as what is waited for is not in Slack.
func eventually(try func() error) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return err
		}
	}
}

func (w *world) cmdHTTP(_ bool, args []string) error {
	address, err := w.address()
	if err != nil {
		return err
	}
	return eventually(func() error {
		answer, err := http.Get("http://" + address + args[0])
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			return err
		}
		if strconv.Itoa(answer.StatusCode) != args[1] || !saysAll(string(body), args[2:]) {
			return fmt.Errorf("it answers %s:\n%s", answer.Status, body)
		}
		return nil
	})
}

func (w *world) cmdHealth(_ bool, args []string) error {
	address, err := w.address()
	if err != nil {
		return err
	}
	bin, err := exec.LookPath("syncfix")
	if err != nil {
		return fmt.Errorf("finding the program: %w", err)
	}
	return eventually(func() error {
		health := exec.CommandContext(w.t.Context(), bin, "health")
		health.Dir = w.dir
		health.Env = []string{"PATH=" + os.Getenv("PATH"), "SYNCFIX_HTTP=" + address, "GOCOVERDIR=" + os.Getenv("GOCOVERDIR")}
		out, err := health.CombinedOutput()
		if exited := new(exec.ExitError); err != nil && !errors.As(err, &exited) {
			return err
		}
		if code := health.ProcessState.ExitCode(); strconv.Itoa(code) != args[0] || !strings.Contains(string(out), args[1]) {
			return fmt.Errorf("it ended with %d:\n%s", code, out)
		}
		return nil
	})
}

func (w *world) cmdRefuse(_ bool, args []string) error {
	times := -1
	if len(args) > 2 {
		var err error
		if times, err = strconv.Atoi(args[2]); err != nil {
			return err
		}
	}
	w.slack.Fault(args[0], sandbox.Fault{SlackError: args[1], Times: times})
	return nil
}

func (w *world) cmdPause(_ bool, args []string) error {
	d, err := time.ParseDuration(args[1])
	w.slack.Fault(args[0], sandbox.Fault{RetryAfter: d})
	return err
}

func (w *world) cmdRevoke(bool, []string) error {
	w.revoked = append(w.revoked, w.slack.BotToken())
	w.slack.RevokeBotToken()
	return nil
}

func (w *world) cmdRelent(bool, []string) error {
	w.slack.ClearFaults()
	return nil
}

func (w *world) cmdEnded(_ bool, args []string) error {
	if w.process == nil {
		return errors.New("syncfix isn't running")
	}
	p := w.process
	w.process = nil
	guard := time.AfterFunc(patience, func() { _ = p.Process.Kill() })
	defer guard.Stop()
	_ = p.Wait()
	if code := p.ProcessState.ExitCode(); strconv.Itoa(code) != args[0] {
		return fmt.Errorf("it ended with %d", code)
	}
	said := 0
	for line := range strings.Lines(w.logs.String()) {
		if strings.HasPrefix(line, "syncfix: ") && strings.Contains(line, args[1]) {
			said++
		}
	}
	if said != 1 {
		return fmt.Errorf("%d lines say %q", said, args[1])
	}
	return nil
}

func (w *world) cmdLost(_ bool, args []string) error {
	w.slack.Fault(args[0], sandbox.Fault{ResetAfterApply: true})
	return nil
}

func (w *world) cmdError(_ bool, args []string) error {
	w.expected = args[0]
	return nil
}
