package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestEndToEnd runs testdata/e2e/*.txt: each starts `syncfix run` as a process
// of its own against a sandbox over a real socket, acts as people and tools do,
// and waits for what they would see. The commands are methods of world; $ERROR
// and $SUCCESS are what the tools say, $DB is its database.
func TestEndToEnd(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	scripts, err := filepath.Glob("testdata/e2e/*.txt")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, script := range scripts {
		t.Run(strings.TrimSuffix(filepath.Base(script), ".txt"), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			testscript.Run(t, testscript.Params{Files: []string{script}, Cmds: w.commands(), Setup: func(e *testscript.Env) error {
				e.Setenv("ERROR", "Oracle NetSuite Sync Error: Sync didn't finish successfully! Your login credentials are invalid/expired")
				e.Setenv("DB", filepath.Join(w.dir, "syncfix.db"))
				e.Setenv("SUCCESS", "Oracle NetSuite sync completed successfully")
				return nil
			}})
		})
	}
}
