package main

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestLogIsTextForPeopleAndJSONForPrograms(t *testing.T) {
	for _, c := range []struct {
		format   string
		terminal bool
		want     string
	}{
		{"auto", true, "msg=read took=1.5s"},
		{"auto", false, `"msg":"read","took":"1.5s"`},
		{"text", false, "msg=read took=1.5s"},
		{"json", true, `"msg":"read","took":"1.5s"`},
	} {
		var out bytes.Buffer
		log := newLog(&out, config{logFormat: c.format, logLevel: slog.LevelInfo}, c.terminal)
		log.Debug("unseen")
		log.Info("read", "took", 1500*time.Millisecond)
		if got := out.String(); !strings.Contains(got, c.want) || strings.Contains(got, "unseen") {
			t.Errorf("%s, terminal %t: %s", c.format, c.terminal, got)
		}
	}
}
