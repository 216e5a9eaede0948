package main

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
)

// call runs the program with these arguments in an empty folder.
func call(t *testing.T, environ []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	t.Chdir(t.TempDir())
	var out, errs bytes.Buffer
	code = run(t.Context(), args, environ, process{stdout: &out, stderr: &errs})
	return code, out.String(), errs.String()
}

func TestCommandLine(t *testing.T) {
	for _, c := range []struct {
		name           string
		args           []string
		code           int
		stdout, stderr string
	}{
		{"version", []string{"version"}, exitOK, "syncfix", ""},
		{"help", []string{"--help"}, exitOK, "sandbox", ""},
		{"help of run names the settings", []string{"run", "--help"}, exitOK, "SYNCFIX_REOPEN=7d", ""},
		{"nothing", nil, exitUsage, "", "syncfix --help"},
		{"unknown command", []string{"rum"}, exitUsage, "", "syncfix --help"},
		{"unknown flag", []string{"run", "--fast"}, exitUsage, "", "--fast"},
		{"run without settings", []string{"run"}, exitUsage, "", "2 settings need a change:\n  SLACK_BOT_TOKEN is not set.\n"},
		{"sandbox help has the faults", []string{"sandbox", "--help"}, exitOK, "reset:5%:chat.postMessage", ""},
		{"sandbox with a misspelt fault", []string{"sandbox", "--fault", "429:10%,ofline:30s"}, exitUsage, "", `there is no fault "ofline"; there are 429`},
		{"sandbox names every such fault", []string{"sandbox", "--fault", "ofline:30s", "--fault", "latency"}, exitUsage, "", "such as latency:100ms"},
		{"sandbox off loopback", []string{"sandbox", "--addr", "0.0.0.0:8360"}, exitUsage, "", "only loopback"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, stdout, stderr := call(t, nil, c.args...)
			if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) {
				t.Errorf("code %d\nstdout: %s\nstderr: %s", code, stdout, stderr)
			}
			if c.code == exitOK && stderr != "" || c.code != exitOK && stdout != "" {
				t.Errorf("the wrong stream was used\nstdout: %s\nstderr: %s", stdout, stderr)
			}
		})
	}
}

func TestVersionIsOneLine(t *testing.T) {
	_, stdout, _ := call(t, nil, "version")
	if strings.Count(stdout, "\n") != 1 || !strings.HasPrefix(stdout, "syncfix ") || !strings.Contains(stdout, "go1.") {
		t.Errorf("got %q", stdout)
	}
}

func TestPlaybookProblemsAreToldAtOnce(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "one.yaml", "version: 1\nid: Wrong Id\n")
	write(t, "two.yaml", "version: 7\n")
	var stderr bytes.Buffer
	environ := []string{"SLACK_BOT_TOKEN=" + goodBot, "SLACK_APP_TOKEN=" + goodApp, "SYNCFIX_PLAYBOOKS=."}
	code := run(context.Background(), []string{"run"}, environ, process{stdout: io.Discard, stderr: &stderr})
	if code != exitUsage || !strings.Contains(stderr.String(), "one.yaml:") || !strings.Contains(stderr.String(), "two.yaml:") {
		t.Errorf("code %d: %s", code, stderr.String())
	}
}
