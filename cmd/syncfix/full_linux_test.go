package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"syncfix/bot/sandbox"
	"syncfix/bot/storetest"
)

// With no room on the disk nothing is acked, and that is said once. When there is
// room again what Slack sends once more becomes a case, and nothing is lost.
func TestFullDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	if !storetest.OwnMounts(t, unmounted) {
		return
	}
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=3m"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	w := newWorld(t)
	const said = "the database can't be written, so nothing is acked"
	w.expected = said
	w.env = []string{"SYNCFIX_DB=" + filepath.Join(dir, "syncfix.db"), "SYNCFIX_HTTP=127.0.0.1:0"}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(w.start())
	ballast := filepath.Join(dir, "ballast")
	_ = os.WriteFile(ballast, make([]byte, 8<<20), 0o600) // all there is
	const alert = "Oracle NetSuite Sync Error: Sync didn't finish successfully! Your login credentials are invalid/expired\nAccount: Acme "
	long := strings.Repeat("\nand more", 200)
	must(w.cmdPost(false, []string{"A", "support", "Monitor", alert + "A (1111111)" + long}))
	must(w.cmdPost(false, []string{"B", "support", "Monitor", alert + "B (2222222)" + long}))
	must(w.cmdPost(false, []string{"C", "support", "Monitor", alert + "C (3333333)" + long}))
	must(w.cmdLog(false, []string{said}))
	must(w.cmdHTTP(false, []string{"/readyz", "503", "the store can't be written", `"storeWritable": false`}))
	must(w.wait("Slack to give up on an ack", func() bool {
		late := 0
		for _, e := range w.slack.Envelopes() {
			if e.Outcome == sandbox.OutcomeRetry || e.Attempts > 1 {
				late++
			}
		}
		return late > 0
	}))
	must(os.Remove(ballast))
	must(w.cmdHTTP(false, []string{"/readyz", "200", `"ready": true`}))
	for _, name := range []string{"A", "B", "C"} {
		must(w.cmdCard(false, []string{name, "login work in NetSuite"}))
		must(w.cmdPosts(false, []string{name, "1"}))
	}
	must(w.cmdLog(false, []string{"the database can be written again"}))
	must(w.end(syscall.SIGTERM))
	if n := w.logs.count(said); n != 1 {
		t.Errorf("it is said %d times", n)
	}
}

// unmounted is missing for a test that mounts. .ci/run knows of a machine that forbids it, and tells.
func unmounted(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("MOUNTS") == "forbidden" {
		t.Log("not run: " + what)
		return
	}
	missing(t, what)
}
