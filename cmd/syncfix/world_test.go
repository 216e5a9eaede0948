package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"syncfix/bot/sandbox"
)

// patience is how long a script waits for what it expects; only a failing test
// takes that long.
const patience = time.Minute

// world is a workspace and one syncfix process working in it.
type world struct {
	*stage
	t        *testing.T
	dir      string
	env      []string
	program  string   // to start, if it is not syncfix itself
	terminal *os.File // to start it at; nil: none
	process  *exec.Cmd
	started  time.Time // the process
	logs     *logBuffer
	marks    map[string]string // a moment, as a ts
	expected string            // the one error that may be logged
	revoked  []string          // bot tokens
	door     doorway           // by which it reaches Slack, if it was started with away
}

// newWorld starts a sandbox. When the test is over, what must hold of every run
// is checked.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := openWorld(t, sandbox.Options{NoRateLimits: true})
	t.Cleanup(func() {
		w.finish()
		if err := w.slack.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// openWorld starts a sandbox, with what every test needs. Slack repeats soon here,
// and often enough for a machine that is busy.
func openWorld(t *testing.T, o sandbox.Options) *world {
	t.Helper()
	o.Addr, o.AppName, o.Retries = "127.0.0.1:0", appName, slices.Repeat([]time.Duration{time.Second}, 20)
	o.Commands, o.Shortcuts = []sandbox.Command{{Name: slashCommand}}, []sandbox.Shortcut{{Name: shortcutName, CallbackID: shortcutCallback}}
	slack, err := sandbox.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, dir: t.TempDir(), logs: newLogBuffer(), marks: map[string]string{}}
	w.stage = newStage(slack, w.wait)
	if err := os.Mkdir(filepath.Join(w.dir, "playbooks"), 0o700); err != nil {
		t.Fatal(err)
	}
	return w
}

// start starts the process and waits until it is connected.
func (w *world) start() error {
	before := w.logs.count(`"msg":"ready"`)
	if err := w.launch(); err != nil {
		return err
	}
	return w.logs.wait(func() bool { return w.logs.count(`"msg":"ready"`) > before })
}

// launch starts the process.
func (w *world) launch() error {
	bin, err := exec.LookPath(cmp.Or(w.program, "syncfix"))
	if err != nil {
		return fmt.Errorf("finding the program: %w", err)
	}
	w.process, w.started = exec.Command(bin, "run"), time.Now()
	w.process.Dir = w.dir
	w.process.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "SLACK_BOT_TOKEN=" + w.slack.BotToken(), "SLACK_APP_TOKEN=" + w.slack.AppToken(), "SLACK_API_URL=" + w.slack.APIURL(),
		"SYNCFIX_DB=" + filepath.Join(w.dir, "syncfix.db"), "SYNCFIX_LOG_LEVEL=debug", "SYNCFIX_DIGEST=off", "SYNCFIX_RATE=100000",
		"GOCOVERDIR=" + os.Getenv("GOCOVERDIR"),
	}, w.env...)
	w.process.Stderr, w.process.Stdout = w.logs, w.logs
	if w.terminal != nil {
		w.process.Stdin, w.process.SysProcAttr = w.terminal, &syscall.SysProcAttr{Setsid: true, Setctty: true}
	}
	if err := w.process.Start(); err != nil {
		return fmt.Errorf("starting syncfix: %w", err)
	}
	return nil
}

// end sends the signal and waits. A process told to stop ends well within 10 s.
func (w *world) end(signal syscall.Signal) error {
	if w.process == nil {
		return errors.New("syncfix isn't running")
	}
	p := w.process
	w.process = nil
	if err := p.Process.Signal(signal); err != nil {
		return fmt.Errorf("signalling syncfix: %w", err)
	}
	begin := time.Now()
	guard := time.AfterFunc(patience, func() { _ = p.Process.Kill() })
	defer guard.Stop()
	err := p.Wait()
	switch {
	case signal == syscall.SIGKILL:
		return nil
	case err != nil:
		return fmt.Errorf("stopping syncfix: %w", err)
	case time.Since(begin) > 10*time.Second:
		return fmt.Errorf("syncfix took %s to stop", time.Since(begin))
	}
	return nil
}

// finish checks what must hold whatever a script did.
func (w *world) finish() {
	if w.process != nil {
		if err := w.end(syscall.SIGTERM); err != nil {
			w.t.Error(err)
		}
	}
	for _, v := range w.slack.Violations() {
		w.t.Errorf("Slack would have refused: %s", v)
	}
	logs := w.logs.String()
	for line := range strings.Lines(logs) {
		if w.expected != "" && strings.Contains(line, w.expected) {
			continue
		}
		if strings.Contains(line, `"level":"ERROR"`) || strings.Contains(line, "DATA RACE") || strings.HasPrefix(line, "panic:") {
			w.t.Errorf("in the log: %s", line)
		}
	}
	for _, token := range append(w.revoked, w.slack.BotToken(), w.slack.AppToken()) {
		if strings.Contains(logs, token) {
			w.t.Error("a token is in the log")
		}
	}
	if w.t.Failed() {
		w.t.Logf("what stands in Slack:\n%s\nthe log's end:\n%s", w.picture(), tail(logs, 60))
	}
}

// wait waits until holds.
func (w *world) wait(what string, holds func() bool) error {
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	if err := w.slack.Wait(ctx, holds); err != nil {
		return fmt.Errorf("waited in vain for %s", what)
	}
	return nil
}

func tail(s string, lines int) string {
	all := strings.Split(strings.TrimRight(s, "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// logBuffer collects a process's log and can be waited on.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
	bell chan struct{}
}

func newLogBuffer() *logBuffer { return &logBuffer{bell: make(chan struct{})} }

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.bell)
	l.bell = make(chan struct{})
	return l.text.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *logBuffer) count(s string) int { return strings.Count(l.String(), s) }

func (l *logBuffer) wait(holds func() bool) error {
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for {
		l.mu.Lock()
		bell := l.bell
		l.mu.Unlock()
		if holds() {
			return nil
		}
		select {
		case <-bell:
		case <-deadline.C:
			return fmt.Errorf("the log never said it:\n%s", tail(l.String(), 20))
		}
	}
}
