package main

import (
	"context"
	"io"
	"log/slog"
	"sync/atomic"
)

// newLog writes text for a person at a terminal, JSON for everything else.
func newLog(w io.Writer, c config, terminal bool) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.logLevel, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Value.Kind() == slog.KindDuration { // as JSON it would be nanoseconds, which it does not say
			a.Value = slog.StringValue(a.Value.Duration().String())
		}
		return a
	}}
	if c.logFormat == "text" || c.logFormat == "auto" && terminal {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}

// hushed lets only errors through while quiet is set: on a clock that leaps, much
// comes too late that nobody waits for.
type hushed struct {
	slog.Handler
	quiet *atomic.Bool
}

// Enabled implements slog.Handler.
func (h hushed) Enabled(ctx context.Context, l slog.Level) bool {
	return (l >= slog.LevelError || !h.quiet.Load()) && h.Handler.Enabled(ctx, l)
}

// WithAttrs implements slog.Handler.
func (h hushed) WithAttrs(attrs []slog.Attr) slog.Handler {
	return hushed{h.Handler.WithAttrs(attrs), h.quiet}
}

// WithGroup implements slog.Handler.
func (h hushed) WithGroup(name string) slog.Handler {
	return hushed{h.Handler.WithGroup(name), h.quiet}
}
