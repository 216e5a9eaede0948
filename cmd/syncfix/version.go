package main

import (
	"fmt"
	"runtime/debug"
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
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "syncfix (no build information)"
	}
	line := "syncfix"
	if v := info.Main.Version; v != "" {
		line += " " + v
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if rev := settings["vcs.revision"]; rev != "" {
		line += " (" + rev[:min(12, len(rev))]
		if settings["vcs.modified"] == "true" {
			line += ", changed"
		}
		line += ")"
	}
	return line + " " + info.GoVersion
}
