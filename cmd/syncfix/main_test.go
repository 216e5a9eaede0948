package main

import (
	"os"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes the program itself callable as syncfix, for the end-to-end
// tests: the same code, as a process of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"syncfix": func() {
		go endWithParent(os.Getppid())
		main()
	}})
}

// endWithParent ends the process when the test that started it is gone, so that
// a test that is cut off leaves nothing running.
func endWithParent(parent int) {
	for range time.Tick(time.Second) {
		if os.Getppid() != parent {
			os.Exit(exitFailed)
		}
	}
}
