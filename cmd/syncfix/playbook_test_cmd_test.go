package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const kettleScript = `# The plug is out

alert: the kettle stays cold after a minute
answer out
## A remark.
suggests new_fuse: Put in a new fuse
press done
then verifying
press worked
`

const kettleUpdated = `# The plug is out

alert: the kettle stays cold after a minute
asks wall: Is the plug in the wall?
answer out: Out
## A remark.
suggests plug_in: Plug it in
press done: It is in
then verifying
press worked
then resolved
`

// inKettleFolder works in a folder with the kettle's playbook and conversations.
func inKettleFolder(t *testing.T, script string) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.Mkdir("kitchen", 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, "kitchen/kettle.yaml", kettlePlaybook)
	if script != "" {
		write(t, "kitchen/kettle.txt", script)
	}
}

// testPlaybooks runs syncfix playbook test.
func testPlaybooks(t *testing.T, environ []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), append([]string{"playbook", "test"}, args...), environ, process{stdout: &out, stderr: &errs})
	return code, out.String(), errs.String()
}

func TestPlaybookTest(t *testing.T) {
	two := kettleUpdated + "\n# The fuse is blown\n\nalert: hello\nthen silent\n"
	for name, tc := range map[string]struct {
		script         string
		args           []string
		code           int
		stdout, stderr string
	}{
		"as expected":    {kettleUpdated, []string{"kitchen"}, exitOK, "ok    kitchen/kettle  1 conversation\n", ""},
		"by file":        {two, []string{"kitchen/kettle.yaml"}, exitOK, "ok    kitchen/kettle  2 conversations\n", ""},
		"by script":      {two, []string{"-v", "kitchen/kettle.txt"}, exitOK, "ok    kitchen/kettle  2 conversations\n      ok    The plug is out\n      ok    The fuse is blown\n      never answer in to wall, fix new_fuse\n", ""},
		"none":           {"", []string{"kitchen"}, exitOK, "none  kitchen/kettle  0 conversations\nkitchen/kettle: warning: no conversation rehearses this playbook\n  help: write some in kitchen/kettle.txt; syncfix playbook test --help tells how\n", ""},
		"no such path":   {kettleUpdated, []string{"cellar"}, exitUsage, "", "syncfix: there is no file or folder \"cellar\"\n"},
		"update of what": {kettleUpdated, []string{"--update"}, exitUsage, "", "syncfix: --update writes files: name the conversations or folders to write\n"},
		"no playbook":    {kettleUpdated, []string{"../" + "kettle.md"}, exitUsage, "", "syncfix: there is no file or folder \"../kettle.md\"\n"},
		"can't be read": {"# a\nalert: x\nthem resolved\n", []string{"kitchen"}, exitFailed, `FAIL  kitchen/kettle  1 conversation
kitchen/kettle.txt:3:1: error: no line begins with "them"
    them resolved
    ^
  help: did you mean "then"?
`, "syncfix: the conversations of 1 playbook fail\n"},
		"otherwise": {strings.Replace(two, "plug_in: Plug it in", "new_fuse: Put in a new fuse", 1), []string{"kitchen", "-v"}, exitFailed, `FAIL  kitchen/kettle  1 of 2 conversations
      FAIL  The plug is out
      ok    The fuse is blown
      never answer in to wall, fix new_fuse
kitchen/kettle.txt:7:10: error: the file says "suggests new_fuse: Put in a new fuse", the bot does "suggests plug_in: Plug it in"
    suggests new_fuse: Put in a new fuse
             ^
  help: write the bot's line, if the bot is right; --update does it
`, "syncfix: the conversations of 1 playbook fail\n"},
	} {
		t.Run(name, func(t *testing.T) {
			inKettleFolder(t, tc.script)
			code, stdout, stderr := testPlaybooks(t, nil, tc.args...)
			if code != tc.code {
				t.Errorf("code %d, want %d", code, tc.code)
			}
			if diff := cmp.Diff(tc.stdout, stdout) + cmp.Diff(tc.stderr, stderr); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestPlaybookTestUpdates(t *testing.T) {
	inKettleFolder(t, kettleScript)
	if code, stdout, _ := testPlaybooks(t, nil, "--update", "kitchen"); code != exitOK || !strings.Contains(stdout, "kitchen/kettle.txt is written anew") {
		t.Errorf("code %d: %s", code, stdout)
	}
	text, err := os.ReadFile("kitchen/kettle.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(kettleUpdated, string(text)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if code, stdout, _ := testPlaybooks(t, nil, "--update", "kitchen"); code != exitOK || strings.Contains(stdout, "anew") {
		t.Errorf("a second time: code %d: %s", code, stdout)
	}
}

// What can't happen can't be written either: it stays, and is said.
func TestPlaybookTestUpdateKeepsWhatCannotHappen(t *testing.T) {
	inKettleFolder(t, "# a\nalert: the kettle stays cold after a minute\npress worked\nthen resolved\n")
	code, stdout, _ := testPlaybooks(t, nil, "--update", "kitchen")
	text, err := os.ReadFile("kitchen/kettle.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := "# a\nalert: the kettle stays cold after a minute\nasks wall: Is the plug in the wall?\npress worked\nthen resolved\n"
	if code != exitFailed || string(text) != want || !strings.Contains(stdout, `kettle.txt:4:1: error: there is no button "worked" now`) {
		t.Errorf("code %d: %s\n%s", code, stdout, text)
	}
}

func TestPlaybookTestTakesTheOperatorsFolder(t *testing.T) {
	inKettleFolder(t, kettleUpdated)
	_, stdout, _ := testPlaybooks(t, []string{"SYNCFIX_PLAYBOOKS=kitchen"})
	if !strings.Contains(stdout, "  netsuite/oracle-netsuite-login  ") || !strings.HasSuffix(stdout, "ok    kitchen/kettle  1 conversation\n") {
		t.Error(stdout)
	}
}

func TestPlaybookTestRefusesBrokenPlaybooks(t *testing.T) {
	inKettleFolder(t, kettleUpdated)
	write(t, "kitchen/broken.yaml", "version: 7\n")
	write(t, "kitchen/lonely.txt", kettleUpdated)
	code, stdout, stderr := testPlaybooks(t, nil, "kitchen")
	if code != exitFailed || !strings.Contains(stdout, "kitchen/broken.yaml:1:10: error: ") || !strings.Contains(stderr, "so nothing was played") ||
		!strings.Contains(stdout, "kitchen/lonely.txt: error: no playbook stands beside these conversations\n  help: ") {
		t.Errorf("code %d: %s%s", code, stdout, stderr)
	}
}
