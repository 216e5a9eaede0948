package main

import (
	"fmt"
	"os"
	"syscall"
	"testing"
	"unsafe"
)

// A terminal that is closed ends syncfix run in good order.
func TestRunEndsWithItsTerminal(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	w := newWorld(t)
	window, terminal := openTerminal(t)
	w.terminal = terminal
	if err := w.start(); err != nil {
		t.Fatal(err)
	}
	if err := window.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.wait("syncfix to leave Slack", func() bool { return w.slack.Connections() == 0 }); err != nil {
		t.Fatal(err)
	}
	p := w.process
	w.process = nil
	if err := p.Wait(); err != nil || w.logs.count(`"msg":"stopping"`) != 1 {
		t.Errorf("it ended with %v:\n%s", err, w.logs)
	}
}

// openTerminal makes a terminal, and the window in which it is shown
// (man 4 ptmx).
func openTerminal(t *testing.T) (window, terminal *os.File) {
	t.Helper()
	window, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = window.Close() })
	var number, lock int32
	for request, value := range map[uintptr]*int32{syscall.TIOCSPTLCK: &lock, syscall.TIOCGPTN: &number} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, window.Fd(), request, uintptr(unsafe.Pointer(value))); errno != 0 {
			t.Fatal(errno)
		}
	}
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = terminal.Close() })
	return window, terminal
}
