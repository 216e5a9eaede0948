package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"syncfix/bot"
	"syncfix/bot/boltstore"
	"syncfix/diagnose"
)

func TestPlaybookLearned(t *testing.T) {
	path := filepath.Join(t.TempDir(), "syncfix.db")
	store, err := boltstore.Open(path, boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := bot.Case{
		ID: "SF-1", Rev: 1, State: bot.Resolved, Playbook: netsuiteLogin, Account: "1234567",
		Verified: bot.Verified{At: time.Now().Add(-time.Hour), Credits: []diagnose.Credit{{Cause: "subsidiary", Share: 1}}},
	}
	if err := store.Update(t.Context(), func(tx bot.Tx) error { return tx.PutCase(c, 0) }); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := typeIn(t, "", "playbook", "learned", "--db", path); code == exitOK || !strings.Contains(stderr, "in use") {
		t.Errorf("beside one that doesn't answer: code %d, %s", code, stderr)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := typeIn(t, "", "playbook", "learned", "--db", path)
	if code != exitOK || !strings.Contains(stdout, "Subsidiary ID is missing") || !strings.Contains(stdout, "cases, by age") {
		t.Errorf("code %d\n%s%s", code, stdout, stderr)
	}
	for line := range strings.Lines(stdout) {
		if strings.Contains(line, "Subsidiary ID") && !strings.HasSuffix(line, "  1\n") {
			t.Errorf("the outcome isn't counted: %q", line)
		}
	}
	if code, stdout, _ := typeIn(t, "", "playbook", "learned", "xero-missing-account-number", "--db", path); code != exitOK || !strings.Contains(stdout, "Nothing is learned yet") {
		t.Errorf("code %d\n%s", code, stdout)
	}
	off := filepath.Join(t.TempDir(), "off.env")
	if err := os.WriteFile(off, []byte("SYNCFIX_LEARN=off\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, stdout, _ := typeIn(t, "", "playbook", "learned", "--db", path, "--env-file", off); !strings.Contains(stdout, "SYNCFIX_LEARN is off") {
		t.Errorf("switched off:\n%s", stdout)
	}
	if code, _, stderr := typeIn(t, "", "playbook", "learned"); code != exitUsage || !strings.Contains(stderr, "there is no file syncfix.db") {
		t.Errorf("without a file: code %d, %s", code, stderr)
	}
}
