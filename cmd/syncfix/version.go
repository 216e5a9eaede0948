package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// versionCmd prints the version.
type versionCmd struct{}

// Run prints one line: version, revision and Go version, as far as the binary
// knows them.
func (versionCmd) Run(p process) error {
	if _, err := fmt.Fprintln(p.stdout, versionLine()); err != nil {
		return fmt.Errorf("printing the version: %w", err)
	}
	return nil
}

func versionLine() string {
	line := "syncfix"
	if v := version(); v != "" {
		line += " " + v
	}
	return line + " " + runtime.Version()
}

// version is the module's version and the commit it was built from, as far as
// the binary knows them.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(no build information)"
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	line := info.Main.Version
	if rev := settings["vcs.revision"]; rev != "" {
		line += " (" + rev[:min(12, len(rev))]
		if settings["vcs.modified"] == "true" {
			line += ", changed"
		}
		line += ")"
	}
	return strings.TrimSpace(line)
}
