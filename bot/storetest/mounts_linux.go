package storetest

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// inNamespace is what the test's second run is told, the one in a name space of
// its own.
const inNamespace = "in-a-name-space"

// OwnMounts says that the test may mount file systems, to fill one up or have it
// read-only. Where the user may not, the test runs once more by itself, in a user
// and mount name space in which it may; then OwnMounts reports to t what came of
// it, and is false. In there only the user is known, as root.
//
// Where neither is allowed, missing is told what to do, and OwnMounts is false. A
// test calls OwnMounts first, and by itself: not in a subtest whose parent does work.
func OwnMounts(t *testing.T, missing func(t *testing.T, what string)) bool {
	t.Helper()
	err := mount(t.TempDir())
	switch {
	case err == nil:
		return true
	case slices.Contains(flag.Args(), inNamespace):
		t.Skipf("no mounting in a name space either: %v", err)
	}
	said, err := runInNamespace(t)
	var failed *exec.ExitError
	switch {
	case err != nil && !errors.As(err, &failed), strings.Contains(said, "--- SKIP: "+t.Name()):
		missing(t, fmt.Sprintf("this user may neither mount nor make a user name space (%v): "+
			"run the test as root, in a container with --cap-add SYS_ADMIN, or allow user name spaces", cmp.Or(err, errors.New("not even there"))))
	case err != nil || !strings.Contains(said, "--- PASS: "+t.Name()):
		t.Errorf("in a name space of its own: %v\n%s", err, said)
	}
	return false
}

func mount(dir string) error {
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, ""); err != nil {
		return err
	}
	return syscall.Unmount(dir, 0)
}

// runInNamespace runs the test in a process of its own, as root in its name space.
func runInNamespace(t *testing.T) (said string, err error) {
	program, err := os.Executable()
	if err != nil {
		return "", err
	}
	args := []string{program, "-test.run", "^" + strings.ReplaceAll(t.Name(), "/", "$/^") + "$", "-test.v", "-test.count=1"}
	if end, ok := t.Deadline(); ok {
		args = append(args, "-test.timeout", time.Until(end).String())
	}
	cmd := exec.Cmd{Path: program, Args: append(args, inNamespace), SysProcAttr: &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}}
	out, err := cmd.CombinedOutput()
	return string(out), err
}
