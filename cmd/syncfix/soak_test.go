package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"syncfix/bot/sandbox"
)

// How the soak loads the program, on real time.
const (
	soakEvery  = 500 * time.Millisecond // an alert, and after soakHeal the success that ends it
	soakHeal   = 20                     // alerts later
	soakCut    = 30 * time.Second       // between cuts of the sockets
	soakLook   = 10 * time.Second       // between two looks at the process
	soakSettle = 10 * time.Minute       // at most, until what was cut off has been read from history
)

// sample is what the process holds at a moment.
type sample struct {
	memory     float64 // MiB of its own, what is mapped of files apart
	goroutines float64
}

// BenchmarkSoak runs the real program for SOAK (30m unless it is set) under a
// steady load, with its sockets cut now and then. It fails if an alert came to
// nothing that did not have to, or if the process holds more memory or goroutines
// in the last third than in the second, but for what HTTP connections come and go.
// The first third is for warming up, and takes some ten minutes. Run it by itself:
//
//	SOAK=1h go test ./cmd/syncfix -run '^$' -bench Soak -benchtime 1x -timeout 2h
func BenchmarkSoak(b *testing.B) {
	length := 30 * time.Minute
	if text := os.Getenv("SOAK"); text != "" {
		var err error
		if length, err = time.ParseDuration(text); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		samples := soak(b, build(b, b.TempDir(), "syncfix", "."), length)
		third := len(samples) / 3
		for i := 0; i < len(samples); i += max(1, third/3) {
			b.Logf("after %s: %.1f MiB, %.0f goroutines", time.Duration(i+1)*soakLook, samples[i].memory, samples[i].goroutines)
		}
		before, after := middle(samples[third:2*third]), middle(samples[2*third:])
		b.ReportMetric(before.memory, "before-MiB")
		b.ReportMetric(after.memory, "after-MiB")
		b.ReportMetric(before.goroutines, "before-goroutines")
		b.ReportMetric(after.goroutines, "after-goroutines")
		if after.memory > 1.1*before.memory+3 || after.goroutines > before.goroutines+12 {
			b.Errorf("it grows: %+v, then %+v", before, after)
		}
	}
}

func middle(samples []sample) sample {
	var memories, goroutines []float64
	for _, s := range samples {
		memories, goroutines = append(memories, s.memory), append(goroutines, s.goroutines)
	}
	return sample{median(memories), median(goroutines)}
}

// soak loads a process for so long and looks at it.
func soak(b *testing.B, program string, length time.Duration) (samples []sample) {
	b.Helper()
	slack, err := sandbox.Start(sandbox.Options{Addr: "127.0.0.1:0", AppName: appName, ExtraChannels: burstChannels, NoRateLimits: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = slack.Close() })
	address := freeAddress(b)
	log := newLedger()
	cmd := exec.Command(program, "run")
	cmd.Dir, cmd.Stderr = b.TempDir(), log
	cmd.Env = burstEnv(slack, "SYNCFIX_DB="+filepath.Join(cmd.Dir, "syncfix.db"), "SYNCFIX_DIGEST=off", "SYNCFIX_RATE=100000", "SYNCFIX_HTTP="+address)
	running(b, cmd, syscall.SIGTERM)
	ctx, cancel := context.WithTimeout(b.Context(), length+time.Minute)
	defer cancel()
	if err := slack.Wait(ctx, func() bool { return slack.Connections() >= 2 }); err != nil {
		b.Fatal(err)
	}
	post, cut, look, end := time.NewTicker(soakEvery), time.NewTicker(soakCut), time.NewTicker(soakLook), time.NewTimer(length)
	defer post.Stop()
	defer cut.Stop()
	defer look.Stop()
	var posted []string
	cutOff := map[string]bool{}
	for {
		select {
		case <-post.C:
			posted = append(posted, say(b, slack, len(posted), "Sync didn't finish successfully! Your login credentials are invalid/expired"))
			if n := len(posted) - 1 - soakHeal; n >= 0 {
				say(b, slack, n, "sync completed successfully")
			}
		case <-cut.C:
			slack.DropSockets()
		case <-look.C:
			samples = append(samples, sample{memory(b, cmd.Process.Pid, "RssAnon:"), figure(b, "http://"+address+"/metrics", "go_goroutines")})
			notDelivered(b, slack, cutOff)
		case <-end.C:
			log.settle(b, posted, false)
			for n := max(0, len(posted)-soakHeal); n < len(posted); n++ {
				say(b, slack, n, "sync completed successfully")
			}
			log.settle(b, posted, true)
			notDelivered(b, slack, cutOff)
			log.check(b, posted, cutOff)
			b.Logf("%d alerts, %d messages cut off, %d cases, %d alerts over when they were learned of, %+v, %.1f MiB of files mapped",
				len(posted), len(cutOff), len(log.cases), len(log.over), slack.Totals(), memory(b, cmd.Process.Pid, "RssFile:"))
			return samples
		}
	}
}

// say posts what a monitor says of an account's sync, and gives the message's ts.
func say(b *testing.B, slack *sandbox.Server, account int, what string) string {
	b.Helper()
	text := fmt.Sprintf(`{"text":"Oracle NetSuite Sync: %s\nAccount ID: %d"}`, what, 4000000+account)
	ts, err := slack.Post(fmt.Sprintf("load-%03d", 1+account%burstChannels), "Monitor", []byte(text))
	if err != nil {
		b.Fatal(err)
	}
	return ts
}

func freeAddress(b *testing.B) string {
	b.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	return ln.Addr().String()
}

// figure is one of a page of metrics.
func figure(b *testing.B, address, name string) float64 {
	b.Helper()
	answer, err := http.Get(address)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(page)) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(rest), 64)
			if err != nil {
				b.Fatal(err)
			}
			return n
		}
	}
	b.Fatalf("%s has no %s", address, name)
	return 0
}
