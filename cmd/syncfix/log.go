package main

import (
	"io"
	"log/slog"
)

// newLog writes text for a person at a terminal, JSON for everything else.
func newLog(w io.Writer, c config, terminal bool) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.logLevel}
	if c.logFormat == "text" || c.logFormat == "auto" && terminal {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}
