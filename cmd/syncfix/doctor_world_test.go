package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

func (w *world) cmdDoctor(_ bool, args []string) error {
	bin, err := exec.LookPath("syncfix")
	if err != nil {
		return fmt.Errorf("finding the program: %w", err)
	}
	doctor := exec.CommandContext(w.t.Context(), bin, "doctor")
	doctor.Dir = w.dir
	doctor.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "SLACK_BOT_TOKEN=" + w.slack.BotToken(), "SLACK_APP_TOKEN=" + w.slack.AppToken(), "SLACK_API_URL=" + w.slack.APIURL(),
		"SYNCFIX_DB=" + filepath.Join(w.dir, "syncfix.db"), "GOCOVERDIR=" + os.Getenv("GOCOVERDIR"),
	}, w.env...)
	sockets := w.slack.Connections()
	out, err := doctor.CombinedOutput()
	if exited := new(exec.ExitError); err != nil && !errors.As(err, &exited) {
		return fmt.Errorf("running syncfix doctor: %w", err)
	}
	if code := doctor.ProcessState.ExitCode(); strconv.Itoa(code) != args[0] {
		return fmt.Errorf("it ended with %d:\n%s", code, out)
	}
	for _, text := range args[1:] {
		if !strings.Contains(string(out), text) {
			return fmt.Errorf("it does not say %q:\n%s", text, out)
		}
	}
	for _, token := range []string{w.slack.BotToken(), w.slack.AppToken()} {
		if strings.Contains(string(out), token) {
			return fmt.Errorf("it printed a token:\n%s", out)
		}
	}
	if now := w.slack.Connections(); now > sockets+1 { // the bot's second socket may have opened
		return fmt.Errorf("there are %d sockets, and were %d", now, sockets)
	}
	return nil
}
