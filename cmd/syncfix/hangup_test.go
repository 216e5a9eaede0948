package main

import (
	"os"
	"os/signal"
	"syscall"
	"testing"
)

// Under nohup SIGHUP is ignored, and goes on being so.
func TestIgnoredHangupStaysIgnored(t *testing.T) {
	signal.Ignore(syscall.SIGHUP)
	t.Cleanup(func() { signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP) })
	_, stop := untilHangup(t.Context())
	defer stop()
	hangups(t.Context(), func() { t.Error("it takes a signal that is ignored for a terminal that was closed") })
	if !signal.Ignored(syscall.SIGHUP) {
		t.Error("SIGHUP is no longer ignored")
	}
}
