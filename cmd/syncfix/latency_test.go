package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"syncfix/bot/sandbox"
)

// How the latency benchmark loads both programs: 20 alerts a second over 40
// channels, for 10 s, five times, in turn.
const (
	loadRuns     = 5
	loadAlerts   = 200
	loadChannels = 40
	loadEvery    = 50 * time.Millisecond
)

// BenchmarkAlertToCard measures the time from an alert's posting to the arrival
// of the post that answers it, for syncfix and for a bot that keeps nothing and
// thinks nothing, against the same sandbox. It prints the medians of the runs'
// medians and 99th percentiles, and their differences. Run it by itself:
//
//	go test ./cmd/syncfix -run '^$' -bench AlertToCard -benchtime 1x
func BenchmarkAlertToCard(b *testing.B) {
	dir := b.TempDir()
	echo, syncfix := build(b, dir, "echo", "./testdata/echo"), build(b, dir, "syncfix", ".")
	for b.Loop() {
		var bare, ours [2][]time.Duration
		var started []time.Duration
		var memory []float64
		for run := range loadRuns {
			e := loaded(b, exec.Command(echo), filepath.Join(dir, "echo", strconv.Itoa(run)))
			s := loaded(b, exec.Command(syncfix, "run"), filepath.Join(dir, "run", strconv.Itoa(run)))
			for i := range bare {
				bare[i], ours[i] = append(bare[i], e.took[i]), append(ours[i], s.took[i])
			}
			started, memory = append(started, s.started), append(memory, s.mebibytes)
		}
		ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
		for i, name := range []string{"p50", "p99"} {
			b.ReportMetric(ms(median(bare[i])), "echo-"+name+"-ms")
			b.ReportMetric(ms(median(ours[i])), "syncfix-"+name+"-ms")
			b.ReportMetric(ms(median(ours[i])-median(bare[i])), "more-"+name+"-ms")
		}
		b.ReportMetric(ms(median(started)), "connected-ms")
		b.ReportMetric(median(memory), "idle-MiB")
	}
}

func build(b *testing.B, dir, name, pkg string) string {
	b.Helper()
	bin := filepath.Join(dir, "bin-"+name)
	if out, err := exec.Command("go", "build", "-o", bin, pkg).CombinedOutput(); err != nil {
		b.Fatalf("building %s: %v\n%s", pkg, err, out)
	}
	return bin
}

// figures of one run.
type figures struct {
	took      [2]time.Duration // median, 99th percentile
	started   time.Duration    // from start to connected
	mebibytes float64          // resident when idle, before the load
}

// loaded starts cmd against a new sandbox and posts alerts.
func loaded(b *testing.B, cmd *exec.Cmd, dir string) figures {
	b.Helper()
	srv, err := sandbox.Start(sandbox.Options{Addr: "127.0.0.1:0", ExtraChannels: loadChannels, NoRateLimits: true})
	if err != nil {
		b.Fatal(err)
	}
	defer srv.Close()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.Fatal(err)
	}
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "SLACK_BOT_TOKEN="+srv.BotToken(), "SLACK_APP_TOKEN="+srv.AppToken(), "SLACK_API_URL="+srv.APIURL(),
		"SYNCFIX_DB="+filepath.Join(dir, "syncfix.db"), "SYNCFIX_RATE=100000", "SYNCFIX_REACTIONS=false", "SYNCFIX_DIGEST=off", "SYNCFIX_LOG_LEVEL=warn")
	var f figures
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() { _ = cmd.Wait() }()
	defer func() { _ = cmd.Process.Signal(os.Interrupt) }()
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	if err := srv.Wait(ctx, func() bool { return srv.Connections() > 0 }); err != nil {
		b.Fatal(err)
	}
	f.started = time.Since(begin)
	post(b, srv, 0, loadChannels) // every channel once, so that both know them all
	b.Helper()
	arrived(b, ctx, srv, loadChannels)
	f.mebibytes = memory(b, cmd.Process.Pid, "VmRSS:")
	sent := post(b, srv, loadChannels, loadAlerts)
	f.took = quantiles(b, sent, arrived(b, ctx, srv, loadChannels+loadAlerts))
	return f
}

// post posts n alerts, each of an account of its own, and returns when each was.
func post(b *testing.B, srv *sandbox.Server, first, n int) map[string]time.Time {
	b.Helper()
	sent := map[string]time.Time{}
	tick := time.NewTicker(loadEvery)
	defer tick.Stop()
	for i := first; i < first+n; i++ {
		<-tick.C
		channel := fmt.Sprintf("load-%03d", 1+i%loadChannels)
		msg, err := json.Marshal(map[string]string{"text": fmt.Sprintf(
			"Oracle NetSuite Sync Error: Sync didn't finish successfully! Your login credentials are invalid/expired\nAccount ID: %d", 4000000+i)})
		if err != nil {
			b.Fatal(err)
		}
		now := time.Now()
		ts, err := srv.Post(channel, "Monitor", msg)
		if err != nil {
			b.Fatal(err)
		}
		sent[ts] = now
	}
	return sent
}

// arrived waits for n answers and returns when each came, by the alert's ts.
func arrived(b *testing.B, ctx context.Context, srv *sandbox.Server, n int) map[string]time.Time {
	b.Helper()
	came := map[string]time.Time{}
	err := srv.Wait(ctx, func() bool {
		clear(came)
		for _, c := range srv.Calls() {
			var args struct {
				Thread string `json:"thread_ts"`
			}
			if c.Method == "chat.postMessage" && c.Error == "" && json.Unmarshal(c.Request, &args) == nil {
				came[args.Thread] = c.At
			}
		}
		return len(came) >= n
	})
	if err != nil {
		b.Fatalf("%d of %d alerts were answered: %v", len(came), n, err)
	}
	return came
}

func quantiles(b *testing.B, sent, came map[string]time.Time) [2]time.Duration {
	b.Helper()
	var took []time.Duration
	for ts, at := range sent {
		c, ok := came[ts]
		if !ok {
			b.Fatalf("alert %s was not answered", ts)
		}
		took = append(took, c.Sub(at))
	}
	slices.Sort(took)
	return [2]time.Duration{took[len(took)/2], took[len(took)*99/100]}
}

func median[T time.Duration | float64](v []T) T {
	v = slices.Clone(v)
	slices.Sort(v)
	return v[len(v)/2]
}
