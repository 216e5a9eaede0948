package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"syncfix/bot"
	"syncfix/bot/boltstore"
)

func TestExportSince(t *testing.T) {
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	store, err := boltstore.Open(filepath.Join(t.TempDir(), "syncfix.db"), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.Update(t.Context(), func(tx bot.Tx) error {
		for i, id := range []string{"SF-1", "SF-2", "SF-3"} {
			c := bot.Case{ID: id, State: bot.Triage, Opened: noon.AddDate(0, 0, i), Text: "<&>"}
			if err := tx.PutCase(c, 0); err != nil {
				return err
			}
			if err := tx.AppendEvent(id, bot.Event{Kind: bot.EventOpened, Learned: c.Opened}); err != nil {
				return err
			}
		}
		return tx.AppendEvent("SF-1", bot.Event{Kind: bot.EventAlert, Learned: noon.AddDate(0, 0, 9)})
	}); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		since string
		want  string
	}{
		{"", "SF-1 SF-1/1 SF-1/2 SF-2 SF-2/1 SF-3 SF-3/1 "},
		{"2026-03-04", "SF-1 SF-1/1 SF-1/2 SF-3 SF-3/1 "},
		{"1d", "SF-1 SF-1/1 SF-1/2 "},
	} {
		since, err := parseSince(x.since, noon.AddDate(0, 0, 10))
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := export(t.Context(), store, since, &out); err != nil {
			t.Fatal(err)
		}
		got := ""
		for lines := json.NewDecoder(&out); lines.More(); got += " " {
			var line exported
			if err := lines.Decode(&line); err != nil {
				t.Fatal(err)
			}
			got += line.ID
			if line.Kind == "event" {
				got += "/" + string("0123"[line.Number])
			}
		}
		if got != x.want {
			t.Errorf("since %q: %s, want %s", x.since, got, x.want)
		}
	}
}
