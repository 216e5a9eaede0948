package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"syncfix/bot/sandbox"
)

// nobodyID is the user and group of the image.
const nobodyID = 65532

// runsAsInTheImage runs a static program as the image does: alone in a root that
// may only be read, as nobody in particular, writing in /data. Where the test may
// not make such a root the image's own promises must do.
func runsAsInTheImage(t *testing.T, program string) {
	t.Helper()
	top := t.TempDir()
	if err := syscall.Mount("tmpfs", top, "tmpfs", 0, "mode=755"); err != nil {
		t.Logf("no root of our own here (%v)", err)
		return
	}
	t.Cleanup(func() { _ = syscall.Unmount(top, syscall.MNT_DETACH) })
	data := filepath.Join(top, "data")
	text, err := os.ReadFile(program)
	if err == nil {
		err = os.WriteFile(filepath.Join(top, "syncfix"), text, 0o755)
	}
	if err == nil {
		err = os.Mkdir(data, 0o755)
	}
	if err == nil {
		err = syscall.Mount("tmpfs", data, "tmpfs", 0, "uid=65532,gid=65532,mode=700")
	}
	if err == nil {
		err = syscall.Mount("", top, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, "")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(data, syscall.MNT_DETACH) })

	slack, err := sandbox.Start(sandbox.Options{Addr: "127.0.0.1:0", AppName: appName, NoRateLimits: true})
	if err != nil {
		t.Fatal(err)
	}
	defer slack.Close()
	inside := func(env []string, args ...string) *exec.Cmd {
		c := exec.Command("/syncfix", args...)
		c.Dir, c.Env = "/data", env
		c.SysProcAttr = &syscall.SysProcAttr{Chroot: top, Credential: &syscall.Credential{Uid: nobodyID, Gid: nobodyID}}
		return c
	}
	w := &world{t: t, logs: newLogBuffer()}
	w.process = inside([]string{
		"SLACK_BOT_TOKEN=" + slack.BotToken(), "SLACK_APP_TOKEN=" + slack.AppToken(), "SLACK_API_URL=" + slack.APIURL(),
		"SYNCFIX_DB=/data/syncfix.db", "SYNCFIX_HTTP=127.0.0.1:0",
	}, "run")
	w.process.Stderr = w.logs
	if err := w.process.Start(); err != nil {
		t.Fatal(err)
	}
	guard := time.AfterFunc(2*patience, func() { _ = w.process.Process.Kill() })
	defer guard.Stop()
	if err := w.logs.wait(func() bool { return w.logs.count(`"msg":"ready"`) > 0 }); err != nil {
		t.Fatal(err)
	}
	address, err := w.address()
	if err != nil {
		t.Fatal(err)
	}
	if out, err := inside([]string{"SYNCFIX_HTTP=" + address}, "health").CombinedOutput(); err != nil || string(out) != "ready\n" {
		t.Errorf("syncfix health: %s (%v)", out, err)
	}
	if out, err := inside([]string{"SYNCFIX_DB=/data/syncfix.db"}, "backup", "/data/copy.db").CombinedOutput(); err != nil {
		t.Errorf("syncfix backup: %s (%v)", out, err)
	}
	if out, err := inside([]string{"SYNCFIX_DB=/data/syncfix.db"}, "deliveries").CombinedOutput(); err != nil {
		t.Errorf("syncfix deliveries: %s (%v)", out, err)
	}
	if err := w.end(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	if strings.Contains(w.logs.String(), `"level":"ERROR"`) || strings.Contains(w.logs.String(), `"level":"WARN"`) {
		t.Errorf("in the log: %s", w.logs)
	}
	entries, err := os.ReadDir(data)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if !slices.Equal(names, []string{"copy.db", "syncfix.db"}) {
		t.Errorf("/data holds %q", names)
	}
}
