package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"syncfix/bot/sandbox"
)

// BenchmarkAck measures the time from an envelope's sending to its ack at 20
// alerts a second, for syncfix and for a loop that only acks, in turn. It fails if
// keeping them costs more than 1 ms of the median. Run it by itself:
//
//	go test ./cmd/syncfix -run '^$' -bench Ack -benchtime 1x
func BenchmarkAck(b *testing.B) {
	dir := b.TempDir()
	echo, syncfix := build(b, dir, "echo", "./testdata/echo"), build(b, dir, "syncfix", ".")
	for b.Loop() {
		var bare, ours, apart []float64
		for run := range loadRuns {
			least := acks(b, exec.Command(echo, "acks"), dir)
			kept := acks(b, exec.Command(syncfix, "run"), filepath.Join(dir, fmt.Sprint("run", run)))
			bare, ours, apart = append(bare, least), append(ours, kept), append(apart, kept-least)
		}
		b.ReportMetric(median(bare), "bare-ms")
		b.ReportMetric(median(ours), "syncfix-ms")
		b.ReportMetric(median(apart), "more-ms")
		if median(apart) > 1 {
			b.Errorf("keeping an alert costs %.2f ms of its ack, at most 1: %v", median(apart), apart)
		}
	}
}

// acks starts a program, posts alerts, and gives the median of their acks, in ms.
func acks(b *testing.B, cmd *exec.Cmd, dir string) float64 {
	b.Helper()
	slack, err := sandbox.Start(sandbox.Options{Addr: "127.0.0.1:0", AppName: appName, ExtraChannels: loadChannels, NoRateLimits: true})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = slack.Close() }()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.Fatal(err)
	}
	cmd.Dir = dir
	cmd.Env = burstEnv(slack, "SYNCFIX_DB="+filepath.Join(dir, "syncfix.db"), "SYNCFIX_RATE=100000", "SYNCFIX_DIGEST=off", "SYNCFIX_LOG_LEVEL=warn")
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Signal(syscall.SIGINT)
		_ = cmd.Wait()
	}()
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	if err := slack.Wait(ctx, func() bool { return slack.Connections() > 0 }); err != nil {
		b.Fatal(err)
	}
	post(b, slack, 0, loadAlerts)
	if err := slack.Wait(ctx, func() bool { return slack.Totals().Unsettled == 0 }); err != nil {
		b.Fatal(err)
	}
	var took []time.Duration
	for _, e := range slack.Envelopes() {
		if e.Kind == "message/bot_message" && !e.Acked.IsZero() {
			took = append(took, e.Acked.Sub(e.Sent))
		}
	}
	if len(took) < loadAlerts {
		b.Fatalf("%d of %d alerts were acked", len(took), loadAlerts)
	}
	slices.Sort(took)
	return float64(took[len(took)/2].Microseconds()) / 1000
}
