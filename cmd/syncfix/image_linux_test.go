package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"syncfix/bot/sandbox"
	"syncfix/bot/storetest"
)

// nobodyID is the user and group of the image.
const nobodyID = 65532

// The program runs as in the image: static, alone in a root that may only be
// read, as nobody in particular, writing in /data.
func TestRunsAsInTheImage(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	if !storetest.OwnMounts(t, unmounted) {
		return
	}
	folder, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	program := built(t, folder, buildFlags(t))
	top := t.TempDir()
	if err := syscall.Mount("tmpfs", top, "tmpfs", 0, "mode=755"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(top, syscall.MNT_DETACH) })
	data := filepath.Join(top, "data")
	owner, nobody := asNobody(t)
	text, err := os.ReadFile(program)
	if err == nil {
		err = os.WriteFile(filepath.Join(top, "syncfix"), text, 0o755)
	}
	if err == nil {
		err = os.Mkdir(data, 0o755)
	}
	if err == nil {
		err = syscall.Mount("tmpfs", data, "tmpfs", 0, owner+"mode=700")
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
		as := nobody
		as.Chroot = top
		c.SysProcAttr = &as
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

// asNobody is how to run a program as the image's user: as such, or, where only
// one user is known, in a name space in which that one is called so. owner is what
// to mount the user's file systems with.
func asNobody(t *testing.T) (owner string, nobody syscall.SysProcAttr) {
	t.Helper()
	known, err := os.ReadFile("/proc/self/uid_map")
	if err != nil {
		t.Fatal(err)
	}
	nobody.Credential = &syscall.Credential{Uid: nobodyID, Gid: nobodyID}
	if fields := strings.Fields(string(known)); len(fields) != 3 || fields[2] != "1" {
		return fmt.Sprintf("uid=%d,gid=%[1]d,", nobodyID), nobody
	}
	nobody.Credential.NoSetGroups = true
	nobody.Cloneflags = syscall.CLONE_NEWUSER
	nobody.UidMappings = []syscall.SysProcIDMap{{ContainerID: nobodyID, HostID: os.Getuid(), Size: 1}}
	nobody.GidMappings = []syscall.SysProcIDMap{{ContainerID: nobodyID, HostID: os.Getgid(), Size: 1}}
	return "", nobody
}
