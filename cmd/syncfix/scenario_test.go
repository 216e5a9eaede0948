package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestBuiltInScenarios plays each as the program itself does.
func TestBuiltInScenarios(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	files, err := scenarios.ReadDir("scenarios")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d scenarios: %v", len(files), err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(f.Name(), ".txt")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, errs, code := output(t, "sandbox", "--addr", "127.0.0.1:0", "--scenario", name)
			if code != exitOK || strings.Contains(out, "FAIL") || strings.Count(out, "  ok    ") < 5 {
				t.Errorf("code %d\n%s\n%s", code, out, errs)
			}
			if !strings.Contains(sandboxCmd{}.Help(), name) {
				t.Error("--help does not name it")
			}
		})
	}
}

// playScene writes a scenario into a file and plays it.
func playScene(t *testing.T, text string) (out string, code int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "mine.txt")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, code := output(t, "sandbox", "--addr", "127.0.0.1:0", "--scenario", file)
	if strings.Contains(errs, "panic") {
		t.Fatal(errs)
	}
	return out, code
}

func TestAScenarioThatGoesWrongSaysWhere(t *testing.T) {
	out, code := playScene(t, "post alert in support as Monitor: hello\n  expect 1 posts below alert\n+1h\n")
	if code != exitFailed {
		t.Errorf("code %d, want %d", code, exitFailed)
	}
	for _, says := range []string{"ok    post alert", "FAIL  expect 1 posts", "mine.txt:2:3: error: 0 posts of the bot", "      expect 1 posts below alert\n      ^", "What stands in Slack", "hello"} {
		if !strings.Contains(out, says) {
			t.Errorf("it doesn't say %q:\n%s", says, out)
		}
	}
	if strings.Contains(out, "+1h") {
		t.Errorf("it went on:\n%s", out)
	}
}

func TestAScenarioOfSamplesFormsAndPeople(t *testing.T) {
	out, code := playScene(t, `
sample mail in support: oracle-netsuite-login/mail
expect card of mail: Delta Freight
sample tool in billing-alerts: oracle-netsuite-login/alertmanager
expect card of tool: Borealis Foods
sample other in support: qbo-books-closed/blocks
expect card of other: QuickBooks Online
ana types in support: /syncfix
expect form of ana: Start a case
ana fills in wrongly: system = Oracle NetSuite; error = nothing much
expect form of ana: Start a case
gil says talk in support: good morning
expect not thread of talk: SF-
eve clicks on mail: No, it's refused
`)
	if code != exitFailed || strings.Count(out, "  ok    ") != 12 || !strings.Contains(out, "mine.txt:14:21: ") {
		t.Errorf("code %d; eve is not in #support:\n%s", code, out)
	}
}

func TestAScenarioWithMistakesIsNotPlayed(t *testing.T) {
	out, code := playScene(t, "post alert in support as Monitor: x\nexpct card of alert: y\nexpect card of alrt: y\n")
	if code != exitFailed || strings.Contains(out, "ok    ") || !strings.Contains(out, ":2:1:") || !strings.Contains(out, ":3:16:") {
		t.Errorf("code %d\n%s", code, out)
	}
}

func TestAScenarioThatIsNotThere(t *testing.T) {
	_, errs, code := output(t, "sandbox", "--addr", "127.0.0.1:0", "--scenario", "nope")
	if code != exitUsage || !strings.Contains(errs, "--scenario nope: no such file") || !strings.Contains(errs, "first-case, reminders, storm") {
		t.Errorf("code %d: %s", code, errs)
	}
}

func TestWhatIsWrongWithALineOfAScenario(t *testing.T) {
	who := cast{people: []string{"ana", "leo"}, channels: []string{"support"}, samples: []string{"a/b"}}
	const begin = "post a in support as Monitor: x\n"
	for text, want := range map[string]string{
		"":                                 "f: there is nothing to play; syncfix sandbox --help",
		"# only a comment":                 "f: there is nothing to play",
		"\xff":                             "f: the file is not in UTF-8",
		"bob says a in support: hi":        `f:1:1: "bob" isn't known here; begin with post`,
		"ana says a in supporters: hi":     `f:1:15: there is no channel "supporters"; write one of: support`,
		"ana says a in support":            `f:1:22: the text is missing; write: PERSON says NAME in CHANNEL: TEXT`,
		"ana says a in support now: x":     `f:1:23: "now" doesn't go on`,
		"ana says a in: x":                 `f:1:14: something is missing here; write: PERSON says NAME in CHANNEL: TEXT`,
		"ana says a in support:":           `f:1:23: the text is missing; write: PERSON says NAME in CHANNEL: TEXT`,
		"ana sings a in support: la":       `f:1:5: "sings" doesn't go on like that; write: PERSON says`,
		"ana clicks on a: Yes":             `f:1:15: no message is called "a"; post or say something first`,
		begin + "ana clicks on b: Yes":     `f:2:15: no message is called "b"; write one of: a`,
		"+30x":                             `f:1:1: "30x" is no time to wait; write a number and s, m, h or d`,
		"wait 400d":                        `f:1:6: "400d" is no time to wait`,
		"wait until 25:00":                 `f:1:12: "25:00" is no time of the day`,
		"sample s in support: a/c":         `f:1:22: there is no sample "a/c"; write PLAYBOOK/SHAPE, such as a/b`,
		"let X":                            `f:1:1: a text gets a name like this; write: let NAME: TEXT`,
		begin + "expect 900 posts below a": `f:2:8: that is too many or too few`,
	} {
		_, problems := parseScenario("f", text, who)
		if len(problems) == 0 || !strings.HasPrefix(problems[0].String(), want) {
			t.Errorf("%q: %v, want %s", text, problems, want)
		}
	}
}

func TestEverySentenceCanBeRead(t *testing.T) {
	who := cast{people: []string{"ana"}, channels: []string{"support"}, samples: []string{"a/b"}}
	fill := strings.NewReplacer("[not] ", "not ", "PERSON", "ana", "CHANNEL", "#support", "NUMBER", "3", "+DURATION", "+3d", "DURATION", "90s", "TIME", "9:05",
		"SAMPLE", "a/b", "APP", "Build Tool", "NAME", "m")
	for _, s := range sentences() {
		text := "post m in support as Monitor: x\n" + fill.Replace(s.form)
		lines, problems := parseScenario("f", text, who)
		if len(problems) > 0 || len(lines) != 2 || lines[1].not != strings.Contains(s.form, "[not]") {
			t.Errorf("%s: %v, %+v", s.form, problems, lines)
		}
		if !strings.Contains(sandboxCmd{}.Help(), s.form) {
			t.Errorf("--help lacks %q", s.form)
		}
	}
}

func TestDaysCanBeWaitedFor(t *testing.T) {
	for text, want := range map[string]time.Duration{"2d": 48 * time.Hour, "1.5d": 36 * time.Hour, "90s": 90 * time.Second} {
		if got, err := parseWait(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
}
