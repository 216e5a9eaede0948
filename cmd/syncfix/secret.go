package main

import "log/slog"

// secret holds a token so that printing it, or anything that contains it, shows
// nothing: a function's value can't be printed, not even by way of reflection.
type secret func() string

func newSecret(value string) secret { return func() string { return value } }

func (s secret) reveal() string {
	if s == nil {
		return ""
	}
	return s()
}

// String, GoString and LogValue keep it out of messages and logs.
func (s secret) String() string { return "[secret]" }

// GoString is String, for %#v.
func (s secret) GoString() string { return "[secret]" }

// LogValue is String, for slog.
func (s secret) LogValue() slog.Value { return slog.StringValue("[secret]") }
