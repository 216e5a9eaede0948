package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"syncfix/bot"
	"syncfix/bot/boltstore"
)

// What others wrote can't move a terminal's cursor or pass for a line of ours.
func TestDeliveriesArePrintedHarmlessly(t *testing.T) {
	t.Chdir(t.TempDir())
	db := filepath.Join(t.TempDir(), "syncfix.db")
	store, err := boltstore.Open(db, boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	born := time.Now().Add(-3 * time.Hour)
	err = store.Update(t.Context(), func(tx bot.Tx) error {
		for _, d := range []bot.Delivery{
			{ID: "e/1/0", Born: born, Attempts: 2, Dead: true, Error: "permanent: \x1b[2Jno\nSF-9/1/0  given up", Effect: bot.Effect{
				Kind: bot.Reply, Place: bot.Place{Channel: "C1", TS: "1.0"}, Text: "hello\x1b]0;evil\a\nSF-8/1/0  given up " + strings.Repeat("long ", 100),
			}},
			{ID: "e/2/0", Born: born, NotUntil: time.Now().Add(time.Hour), Uncertain: true, Effect: bot.Effect{Kind: bot.ShowDigest, Cases: []string{"SF-77"}, Place: bot.Place{Channel: "C1"}}},
			{ID: "e/3/0", Born: born, Effect: bot.Effect{Kind: bot.OpenForm, Form: bot.FormStart, To: "U1"}},
		} {
			if _, err := tx.AddDelivery(d, "", born); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	list := func(args ...string) string {
		var stdout, stderr bytes.Buffer
		if code := run(context.Background(), append([]string{"deliveries", "--db", db}, args...), nil, process{stdout: &stdout, stderr: &stderr}); code != exitOK {
			t.Fatalf("code %d: %s", code, stderr.String())
		}
		return stdout.String()
	}
	text := list()
	for _, want := range []string{
		"\ne/2/0  under way\n", "begun 3 h ago, tried 2 times\n", "tried never, again in 59 min; it may have gone out", "    shows: a form\n", "2 under way, 1 given up.\n", "reason: permanent: [2Jno SF-9",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the list lacks %q", want)
		}
	}
	if strings.ContainsAny(text, "\x1b\a") || strings.Contains(text, "\nSF-") {
		t.Errorf("what others wrote got through")
	}
	for line := range strings.Lines(text) {
		if len([]rune(line)) > 230 {
			t.Errorf("a line has %d characters", len([]rune(line)))
		}
	}
	if t.Failed() {
		t.Log(text)
	}
	if lines := list("--dead", "--json"); strings.Count(lines, "\n") != 1 || !strings.Contains(lines, `"state":"dead"`) || strings.Contains(lines, "\x1b") {
		t.Errorf("as JSON: %s", lines)
	}
}

func TestAgo(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0 s", 90 * time.Second: "90 s", 2 * time.Minute: "2 min", 119 * time.Minute: "119 min", 47 * time.Hour: "47 h", 50 * time.Hour: "2 days",
	} {
		if got := ago(d); got != want {
			t.Errorf("%s is %q, want %q", d, got, want)
		}
	}
}
