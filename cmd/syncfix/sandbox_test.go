package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"syncfix/bot/sandbox"
)

// playground is `syncfix sandbox` as a process of its own.
type playground struct {
	t   *testing.T
	cmd *exec.Cmd
	log *logBuffer
	tmp string
	url string
}

// startSandbox starts the program as a person would, and stops it when the test
// is over.
func startSandbox(t *testing.T, args ...string) *playground {
	t.Helper()
	bin, err := exec.LookPath("syncfix")
	if err != nil {
		t.Fatal(err)
	}
	s := &playground{t: t, log: newLogBuffer(), tmp: t.TempDir()}
	s.cmd = exec.Command(bin, append([]string{"sandbox", "--addr", "127.0.0.1:0"}, args...)...)
	s.cmd.Dir, s.cmd.Stdout, s.cmd.Stderr = t.TempDir(), s.log, s.log
	// Settings of a real workspace must not reach it.
	s.cmd.Env = append(os.Environ(), "SLACK_BOT_TOKEN="+goodBot, "SLACK_APP_TOKEN=nonsense", "SLACK_API_URL=https://127.0.0.1:1/",
		"SYNCFIX_DB=/nowhere/at/all.db", "TMPDIR="+s.tmp)
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	address := regexp.MustCompile(`http://127\.0\.0\.1:\d+/`)
	if err := s.log.wait(func() bool { return address.MatchString(s.log.String()) }); err != nil {
		t.Fatal(err)
	}
	s.url = address.FindString(s.log.String())
	return s
}

// page is what the page shows; it waits until it shows the text.
func (s *playground) page(text string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, nil)
		if err != nil {
			s.t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			s.t.Fatalf("the page never showed %q: %v", text, err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK {
			s.t.Fatalf("the page: %s, %v", response.Status, err)
		}
		if bytes.Contains(body, []byte(text)) {
			return
		}
		<-again.C
	}
}

// stop is Ctrl-C.
func (s *playground) stop() {
	s.t.Helper()
	s.end(syscall.SIGINT)
}

func (s *playground) end(signal syscall.Signal) {
	s.t.Helper()
	if s.cmd == nil {
		return
	}
	cmd := s.cmd
	s.cmd = nil
	if err := cmd.Process.Signal(signal); err != nil {
		s.t.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		s.t.Errorf("%s: %v\n%s", signal, err, s.log)
	}
	if strings.Contains(s.log.String(), "xoxb-") || strings.Contains(s.log.String(), "xapp-") {
		s.t.Errorf("a token was printed:\n%s", s.log)
	}
}

func TestSandboxSaysWhereItIsAndLeavesNothing(t *testing.T) {
	s := startSandbox(t)
	s.page("Try it")
	s.page("syncfix is connected")
	inUse, err := filepath.Glob(filepath.Join(s.tmp, "*", "syncfix.db"))
	if err != nil || len(inUse) != 1 {
		t.Errorf("the data is in %v, %v", inUse, err)
	}
	s.stop()
	if hello := s.log.String(); strings.Count(hello, "\n") != 4 || !strings.Contains(hello, "Nothing is kept") {
		t.Errorf("it says:\n%s", hello)
	}
	s.leavesNothing()
}

// A terminal that is closed signals SIGHUP.
func TestSandboxEndsWithItsTerminal(t *testing.T) {
	s := startSandbox(t)
	s.page("syncfix is connected")
	s.end(syscall.SIGHUP)
	s.leavesNothing()
}

func (s *playground) leavesNothing() {
	s.t.Helper()
	if left, err := os.ReadDir(s.tmp); err != nil || len(left) > 0 {
		s.t.Errorf("it left %v, %v", left, err)
	}
}

func TestSandboxSaysWhoMayDoWhat(t *testing.T) {
	people := map[string]sandbox.User{"agent": {ID: "U0ANA"}, "lead": {ID: lead}, "guest": {ID: "U0GIL", Restricted: true}, "stranger": {ID: "U0EVE", Stranger: true}}
	for _, test := range []struct {
		env  map[string]string
		want map[string]string
	}{
		{map[string]string{}, map[string]string{"agent": "may not disconnect", "lead": "may disconnect", "guest": "may only read", "stranger": "may only read"}},
		{map[string]string{"SYNCFIX_APPROVERS": "U0ANA,U0GIL"}, map[string]string{"agent": "may disconnect", "lead": "may not disconnect", "guest": "may disconnect"}},
	} {
		_, conf, err := sandboxCmd{}.load(process{env: test.env}, &cli{})
		if err != nil {
			t.Fatal(err)
		}
		for who, want := range test.want {
			if got := conf.about(people[who]); got != want {
				t.Errorf("%v: the %s %q, want %q", test.env, who, got, want)
			}
		}
	}
}

func TestSandboxKeepsItsDataWhereItIsTold(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	for range 2 { // the second time it is there already
		s := startSandbox(t, "--data", dir)
		s.page("syncfix is connected")
		s.stop()
		if !strings.Contains(s.log.String(), "kept in "+dir) {
			t.Errorf("it says:\n%s", s.log)
		}
	}
	info, err := os.Stat(filepath.Join(dir, "syncfix.db"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the database: %v, %v", info, err)
	}
}

func TestSandboxBreaksWhatItIsTold(t *testing.T) {
	s := startSandbox(t, "--fault", "latency:1ms,refresh_requested:5m", "--fault", "reset:10%:chat.update")
	s.page("syncfix is connected")
	s.stop()
	if !strings.Contains(s.log.String(), "latency:1ms, refresh_requested:5m, reset:10%:chat.update") {
		t.Errorf("it says:\n%s", s.log)
	}
}

func TestSandboxStopsWhileItIsStarting(t *testing.T) {
	startSandbox(t).stop()
}

func TestDatabaseInUseIsSaid(t *testing.T) {
	dir := t.TempDir()
	startSandbox(t, "--data", dir).page("syncfix is connected")
	_, stderr, code := output(t, "sandbox", "--addr", "127.0.0.1:0", "--data", dir)
	if code != exitFailed || !strings.Contains(stderr, "in use by another syncfix") || !strings.Contains(stderr, "stop that one first") {
		t.Errorf("code %d: %s", code, stderr)
	}
}

// output runs the program to its end.
func output(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	bin, err := exec.LookPath("syncfix")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, bin, args...)
	var out, errs bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = t.TempDir(), &out, &errs
	cmd.WaitDelay = time.Second
	_ = cmd.Run() // the code says it
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}
