package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"syncfix/bot/sandbox"
)

// burstChannels is how many channels a burst comes through.
const burstChannels = 20

// hurried is the name under which the test program is syncfix run on a clock that
// can be made to go faster.
const hurried = "syncfix-hurried"

// hurry makes a clock run so many times faster from a real moment on, so that two
// processes' clocks show the same.
func hurry(c *movableClock, from time.Time, speed float64) {
	c.Move(time.Duration(float64(time.Since(from)) * (speed - 1)))
	c.Run(speed)
}

// runHurried is the program with syncfix run's parts on a clock that hurries when
// stdin says since when and how much.
func runHurried(ctx context.Context) error {
	clock := newMovableClock(time.Now())
	go func() {
		var from int64
		var speed float64
		if _, err := fmt.Scan(&from, &speed); err == nil {
			hurry(clock, time.Unix(0, from), speed)
		}
	}()
	return serveBetween(ctx, seams{}, clock)
}

// burst is what a burst of alerts came to.
type burst struct {
	acked   time.Duration // from the first post to the last ack
	stored  time.Duration // from the first post until the last case was opened
	peak    float64       // MiB resident, at most
	file    float64       // MiB of those that the database and the program itself are
	limited int           // calls that were answered with 429
}

// opened counts the log lines that tell of a new case.
type opened struct {
	mu     sync.Mutex
	n      int
	last   time.Time
	want   int
	done   chan struct{} // closed when there are so many
	errors bytes.Buffer
}

func (o *opened) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for line := range bytes.Lines(p) {
		if bytes.Contains(line, []byte(`"event":"opened"`)) {
			o.n, o.last = o.n+1, time.Now()
			if o.n == o.want {
				close(o.done)
			}
		}
		if bytes.Contains(line, []byte(`"level":"ERROR"`)) || !bytes.HasPrefix(line, []byte("{")) {
			o.errors.Write(line[:min(len(line), 1<<10)])
		}
	}
	return len(p), nil
}

// bursting posts alerts as fast as it goes, waits until all are cases, and lets
// time run faster until all have cards.
func bursting(t testing.TB, alerts int, speed float64) burst {
	t.Helper()
	clock := newMovableClock(time.Now())
	slack := burstSlack(t, alerts, clock)
	log := &opened{want: alerts, done: make(chan struct{})}
	cmd := exec.Command(hurried)
	cmd.Dir, cmd.Stderr = t.TempDir(), log
	// Reminders and reactions have rates of their own; here it is about cards.
	cmd.Env = burstEnv(slack, "SYNCFIX_DB="+filepath.Join(cmd.Dir, "syncfix.db"), "SYNCFIX_DIGEST=off", "SYNCFIX_REMIND=7d", "SYNCFIX_STALE=30d",
		"SYNCFIX_REACTIONS=false", "SYNCFIX_RATE=280")
	wind, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	running(t, cmd, syscall.SIGTERM)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	must := func(err error) {
		t.Helper()
		if err != nil {
			log.mu.Lock()
			defer log.mu.Unlock()
			t.Fatalf("%v; so far: %+v, %d cases\n%s", err, slack.Totals(), log.n, log.errors.String())
		}
	}
	must(slack.Wait(ctx, func() bool { return slack.Connections() >= 2 }))
	start := time.Now()
	roots := postAll(t, slack, alerts)
	must(slack.Wait(ctx, func() bool { return slack.Totals().Unsettled == 0 }))
	select {
	case <-log.done:
	case <-ctx.Done():
		must(ctx.Err())
	}
	b := burst{acked: lastAck(slack).Sub(start), stored: log.last.Sub(start)}
	now := time.Now()
	hurry(clock, now, speed)
	if _, err := fmt.Fprintln(wind, now.UnixNano(), speed); err != nil {
		t.Fatal(err)
	}
	must(slack.Wait(ctx, func() bool { return slack.Totals().Calls >= alerts && cards(slack, roots) >= alerts }))
	b.peak, b.file = memory(t, cmd.Process.Pid, "VmHWM:"), memory(t, cmd.Process.Pid, "RssFile:")
	b.limited = slack.Totals().RateLimited
	for _, v := range slack.Violations() {
		t.Errorf("Slack would have refused: %s", v)
	}
	log.mu.Lock()
	defer log.mu.Unlock()
	if log.n != alerts || log.errors.Len() > 0 {
		t.Errorf("%d alerts opened %d cases\n%s", alerts, log.n, log.errors.String())
	}
	if b.limited > 0 {
		t.Errorf("%d calls were answered with 429", b.limited)
	}
	t.Logf("%d alerts: acked after %s, stored after %s, cards after %s at %g times the speed, at most %.0f MiB", alerts, b.acked, b.stored, time.Since(start), speed, b.peak)
	return b
}

// bare is how long a loop that keeps nothing takes to ack as many alerts.
func bare(t testing.TB, echo string, alerts int) time.Duration {
	t.Helper()
	slack := burstSlack(t, alerts, nil)
	cmd := exec.Command(echo, "acks")
	cmd.Env = burstEnv(slack)
	running(t, cmd, os.Interrupt)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := slack.Wait(ctx, func() bool { return slack.Connections() > 0 }); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	postAll(t, slack, alerts)
	if err := slack.Wait(ctx, func() bool { return slack.Totals().Unsettled == 0 }); err != nil {
		t.Fatal(err)
	}
	return lastAck(slack).Sub(start)
}

func burstSlack(t testing.TB, alerts int, clock sandbox.Clock) *sandbox.Server {
	t.Helper()
	slack, err := sandbox.Start(sandbox.Options{
		Addr: "127.0.0.1:0", AppName: appName, ExtraChannels: burstChannels, Keep: 5 * alerts, Clock: clock,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = slack.Close() })
	return slack
}

func burstEnv(slack *sandbox.Server, more ...string) []string {
	return append(append(os.Environ(), "SLACK_BOT_TOKEN="+slack.BotToken(), "SLACK_APP_TOKEN="+slack.AppToken(), "SLACK_API_URL="+slack.APIURL()), more...)
}

// running starts a process that is told to end when the test is over.
func running(t testing.TB, cmd *exec.Cmd, end os.Signal) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(end)
		_ = cmd.Wait()
	})
}

// postAll posts alerts, each of an account of its own, and gives their places.
func postAll(t testing.TB, slack *sandbox.Server, alerts int) map[string]bool {
	t.Helper()
	roots := map[string]bool{}
	for i := range alerts {
		ts, err := slack.Post(fmt.Sprintf("load-%03d", 1+i%burstChannels), "Monitor", burstAlert(t, i))
		if err != nil {
			t.Fatal(err)
		}
		roots[ts] = true
	}
	return roots
}

func lastAck(slack *sandbox.Server) time.Time {
	var last time.Time
	for _, e := range slack.Envelopes() {
		if e.Kind == "message/bot_message" && e.Acked.After(last) {
			last = e.Acked
		}
	}
	return last
}

func burstAlert(t testing.TB, i int) json.RawMessage {
	t.Helper()
	raw, err := json.Marshal(map[string]string{"text": fmt.Sprintf(
		"Oracle NetSuite Sync Error: Sync didn't finish successfully! Your login credentials are invalid/expired\nAccount ID: %d", 4000000+i)})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// cards counts the alerts with one post of the bot below them.
func cards(slack *sandbox.Server, roots map[string]bool) int {
	n := 0
	for i := range burstChannels {
		for _, m := range slack.Messages(fmt.Sprintf("load-%03d", i+1)) {
			if roots[m.TS] && m.ReplyCount == 1 {
				n++
			}
		}
	}
	return n
}

// memory is a figure of /proc/PID/status in MiB.
func memory(t testing.TB, pid int, name string) float64 {
	t.Helper()
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0 // only Linux has it
	}
	defer func() { _ = f.Close() }()
	status, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			kib, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			if err != nil {
				t.Fatal(err)
			}
			return kib / 1024
		}
	}
	return 0
}

// A burst costs no alert and no refusal, however long its cards take at Slack's
// pace. BenchmarkBurst is the same with ten times as many, and its figures.
func TestBurst(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	t.Parallel()
	bursting(t, 1000, 100)
}

// BenchmarkBurst posts 10,000 alerts at once to syncfix and, for comparison, to a
// loop that only acks, in turn. It fails beyond what is promised. Run it by itself:
//
//	go test ./cmd/syncfix -run '^$' -bench Burst -benchtime 1x
func BenchmarkBurst(b *testing.B) {
	const alerts, rounds = 10_000, 3
	echo := build(b, b.TempDir(), "echo", "./testdata/echo")
	for b.Loop() {
		var times, stored, peaks []float64
		for range rounds {
			least := bare(b, echo, alerts)
			ours := bursting(b, alerts, 100)
			times = append(times, float64(ours.acked)/float64(least))
			stored, peaks = append(stored, ours.stored.Seconds()), append(peaks, ours.peak)
		}
		b.ReportMetric(median(times), "acked-times-bare")
		b.ReportMetric(median(stored), "stored-s")
		b.ReportMetric(slices.Max(peaks), "peak-MiB")
		if slices.Max(stored) > 60 || slices.Max(peaks) > 150 || median(times) > 1.25 {
			b.Errorf("stored after %v s, at most 60; %v MiB, at most 150; acked after %v times what a bare loop takes, at most 1.25", stored, peaks, times)
		}
	}
}
