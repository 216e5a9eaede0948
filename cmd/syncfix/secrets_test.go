package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"syncfix/bot/boltstore"
	"syncfix/bot/slackio"
)

// What people post by mistake, each with a secret of its own that is looked for
// in every file afterwards.
var posted = []struct{ text, secret string }{
	{"password hunter2", "hunter2"},
	{"my pw is Winter77", "Winter77"},
	{"Sync didn't finish successfully! the password: swordfish1", "swordfish1"},
	{"password for NetSuite: Perm#Leak77", "Perm#Leak77"},
	{"Das Passwort von Max lautet Blumentopf77", "Blumentopf77"},
	{"login: <mailto:bob@acme.com|bob@acme.com> / Herbst#Laub", "Herbst#Laub"},
	{"| User | Password |\n| bob | Fensterbank |", "Fensterbank"},
	{"*Password:*\n```\nRegenschirm\n```", "Regenschirm"},
	{"Password: gruener Papagei 42", "Papagei"},
	{"our bot posts with xoxb-" + "111111111111-222222222222-AbCdEfGhIjKlMnOp", "AbCdEfGhIjKlMnOp"},
	{"Consumer Key " + "aa11bb22cc33dd44ee55ff6600778899aa11bb22cc33dd44ee55ff6600778899", "ee55ff6600778899"},
	{"Authorization: Bearer " + "qW3rT6yU9iO2pA5sD8fG", "qW3rT6yU9iO2pA5sD8fG"},
	{"aws AKIA" + "QWERTYUIOPASDFGH", "QWERTYUIOPASDFGH"},
	{"-----BEGIN RSA PRIVATE KEY-----\nMIIEowQWERTZUIOP77\n-----END RSA PRIVATE KEY-----", "MIIEowQWERTZUIOP77"},
}

// No secret is in any file that syncfix writes: not in the database, its freed
// pages included, not after edits, deletions and compaction, not in a copy, not in
// the log. Whoever posted one is told, and nobody else sees that.
func TestNoSecretReachesTheDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	w := newWorld(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(w.start())
	secrets := []string{w.slack.BotToken(), w.slack.AppToken()}
	var names []string
	for i, p := range posted {
		name := string(rune('A' + i))
		names, secrets = append(names, name), append(secrets, p.secret)
		must(w.say(name, "support", "U0ANA", p.text))
	}
	told := func(user string) int {
		n := 0
		for _, m := range w.private(user) {
			if strings.Contains(m.Plain(), "seems to contain a") {
				n++
			}
		}
		return n
	}
	must(w.wait("ana to be told of each", func() bool { return told("U0ANA") == len(posted) }))
	if n := told("U0LEO"); n > 0 {
		t.Errorf("somebody else was told %d times", n)
	}
	for _, m := range w.private("U0ANA") {
		if slices.ContainsFunc(secrets, func(s string) bool { return strings.Contains(m.Plain(), s) }) {
			t.Errorf("the secret is said again: %s", m.Plain())
		}
	}

	// A case with secrets in everything that it takes.
	const alert = "Oracle NetSuite Sync Error: Sync didn't finish successfully! Your login credentials are invalid/expired\nAccount: Acme GmbH (1234567)\n"
	must(w.post("CASE", "support", "Monitor", map[string]string{"text": alert + "password reset to Sommer2025!, token=" + "zz99yy88xx77ww66vv55"}))
	must(w.expectCard(false, "CASE", []string{"login work in NetSuite"}))
	must(w.reply("CASE", "U0LEO", "I tried pw Herbst2025 and it works"))
	must(w.slack.Command("U0GIL", "support", slashCommand+" "+alert+"password Fruehling2025"))
	must(w.wait("leo to be told", func() bool { return told("U0LEO") == 1 }))
	must(w.wait("gil to be told", func() bool { return told("U0GIL") == 1 }))
	secrets = append(secrets, "Sommer2025", "zz99yy88xx77ww66vv55", "Herbst2025", "Fruehling2025")

	// Edits and deletions bring the old text once more.
	for i, name := range names {
		m := w.messages[name]
		if i%2 == 0 {
			must(w.slack.Edit(m.channel, m.ts, "sorry, and not password Oops"+name+"2025 either"))
			secrets = append(secrets, "Oops"+name+"2025")
		} else {
			must(w.slack.Delete(m.channel, m.ts))
		}
	}
	must(w.settle())
	// A page that was freed may have been written over by now.
	for _, e := range w.slack.Envelopes() {
		clean, _ := slackio.Redact(e.Payload)
		for _, s := range secrets {
			if bytes.Contains(clean, []byte(s)) {
				t.Errorf("%q stays in what Slack sent: %s", s, clean)
			}
		}
	}
	search(t, w.dir, secrets)
	must(w.end(syscall.SIGKILL)) // with whatever lies about
	search(t, w.dir, secrets)
	must(w.start())
	must(w.settle())
	must(w.end(syscall.SIGTERM))
	db := filepath.Join(w.dir, "syncfix.db")
	must(boltstore.Backup(db, filepath.Join(w.dir, "copy.db")))
	_, _, err := boltstore.Compact(db)
	must(err)
	search(t, w.dir, secrets)
	for _, s := range secrets {
		if strings.Contains(w.logs.String(), s) {
			t.Errorf("%q is in the log", s)
		}
	}
}

// search reads every file, byte for byte.
func search(t *testing.T, dir string, secrets []string) {
	t.Helper()
	found := false
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		found = found || bytes.Contains(text, []byte("[removed: password]")) && bytes.Contains(text, []byte("SF-1"))
		for _, s := range secrets {
			if bytes.Contains(text, []byte(s)) {
				t.Errorf("%q is in %s", s, filepath.Base(path))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !found {
		t.Error("no file holds what is left of the messages: this looks in the wrong place")
	}
}
