package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"syncfix/diagnose"
	"syncfix/playbooks"
)

// TestPlaybookCommands runs testdata/playbook/*.txt: what authors call, each in
// a process of its own.
func TestPlaybookCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	testscript.Run(t, testscript.Params{Dir: "testdata/playbook"})
}

func TestPlaybookExitCodes(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "bad.yaml", "version: 7\n")
	for code, args := range map[int][]string{
		exitFailed: {"playbook", "lint", "bad.yaml"},
		exitUsage:  {"playbook", "lint", "nowhere.yaml"},
		exitOK:     {"playbook", "list"},
	} {
		var out, errs bytes.Buffer
		if got := run(t.Context(), args, nil, process{stdout: &out, stderr: &errs}); got != code {
			t.Errorf("%v: code %d, want %d\n%s%s", args, got, code, out.String(), errs.String())
		}
	}
}

func TestColorsAreForTerminals(t *testing.T) {
	for _, c := range []struct {
		p    process
		want bool
	}{
		{process{shown: true}, true},
		{process{}, false},
		{process{shown: true, env: map[string]string{"NO_COLOR": "1"}}, false},
		{process{shown: true, env: map[string]string{"TERM": "dumb"}}, false},
	} {
		if got := c.p.colors(); got != c.want {
			t.Errorf("%+v: %t", c.p, got)
		}
	}
}

// Nothing of the playbooks that come with the program is cut off in Slack.
func TestNothingBuiltInIsCutInSlack(t *testing.T) {
	library, err := playbooks.Load("")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range library.All() {
		for _, c := range cutInSlack(p) {
			t.Errorf("%s: %d characters are seen of %q", p.ID, c.Seen, c.Text)
		}
	}
}

func TestWhatSlackCutsIsFound(t *testing.T) {
	long := strings.TrimSpace(strings.Repeat("word ", 90))
	p := diagnose.Playbook{
		ID: "pump", Title: "The pump stops", System: "Pump", Product: "Tank",
		Causes: []diagnose.Cause{{ID: "power", Name: "No power"}},
		Questions: []diagnose.Question{
			{ID: "lamp", Text: "Is the *lamp* <on> & `bright`?", Answers: []diagnose.Answer{{ID: "on", Text: "On"}, {ID: "off", Text: "Off"}}},
			{ID: "hidden", Who: diagnose.WhoAlert, Text: strings.Repeat(long, 10)},
		},
		Fixes: []diagnose.Fix{{ID: "plug_in", Title: "Plug it in", Needs: []string{"A plug"}, Steps: []diagnose.Step{
			{ID: "s1", Text: "Look.", Path: long, Gate: diagnose.Gate{ID: "before", Kind: diagnose.GateBefore, Button: "I look", Confirm: "Do you?"}},
			{ID: "s2", Text: "Plug it in.", Note: long},
		}}},
		Escalation: diagnose.Escalation{To: long, Attach: []string{"The bill"}},
	}
	got := cutInSlack(p)
	if len(got) != 2 || got[0].Text != long || got[0].Fix != "plug_in" || got[0].Seen < 190 || got[0].Seen > 200 || got[1].Fix != "" || got[1].Seen < 190 {
		t.Errorf("%+v", got)
	}
	// Too many steps for one card: the notes go first.
	f := &p.Fixes[0]
	for range 60 {
		f.Steps = append(f.Steps, diagnose.Step{Text: long, Note: "Mind the cable."})
	}
	for _, c := range cutInSlack(p) {
		if c.Text == "Mind the cable." && c.Seen == 0 && c.Fix == "plug_in" {
			return
		}
	}
	t.Error("a note that isn't shown is not found")
}
