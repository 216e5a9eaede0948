package main

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/joho/godotenv"
)

var update = flag.Bool("update", false, "write .env.example and the README's settings anew")

// envExample is what .env.example must say: every variable, what it means, and
// its default, which stands there as a comment.
func envExample() string {
	var b strings.Builder
	b.WriteString("# Settings of syncfix. Copy this file to .env and fill in the two tokens; what is\n" +
		"# behind a # is the default. The environment comes before this file.\n")
	for _, v := range variables() {
		b.WriteString("\n# " + v.meaning + "\n")
		line := v.name + "=" + v.initial
		if required(v.name) {
			b.WriteString("# Get it: " + v.where + ".\n")
		} else {
			line = "# " + line
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// settingsTable is what the README must say of the settings.
func settingsTable() string {
	var b strings.Builder
	b.WriteString("| Setting | Default | Meaning |\n| --- | --- | --- |\n")
	for _, v := range variables() {
		initial := "-"
		if v.initial != "" {
			initial = "`" + v.initial + "`"
		}
		b.WriteString("| `" + v.name + "` | " + initial + " | " + v.meaning + " |\n")
	}
	return b.String()
}

func TestEnvExampleIsInStepWithTheSettings(t *testing.T) {
	const path = "../../.env.example"
	if *update {
		if err := os.WriteFile(path, []byte(envExample()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(envExample(), string(text)); diff != "" {
		t.Errorf("write it anew with go test ./cmd/syncfix -run EnvExample -update:\n%s", diff)
	}
	uncommented := regexp.MustCompile(`(?m)^# ([A-Z_]+=)`).ReplaceAllString(string(text), "$1")
	values, err := godotenv.Unmarshal(uncommented)
	if err != nil {
		t.Fatalf("with its comments taken away .env.example can't be read: %v", err)
	}
	for _, v := range variables() {
		if got, ok := values[v.name]; !ok || got != v.initial {
			t.Errorf("%s is %q in .env.example, and %q without it", v.name, got, v.initial)
		}
	}
}

func TestReadmeIsInStepWithTheSettings(t *testing.T) {
	const path, begin, end = "../../README.md", "<!-- settings -->\n", "<!-- /settings -->"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	table, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("README.md has no %s … %s", begin, end)
	}
	if *update {
		table = settingsTable()
		if err := os.WriteFile(path, []byte(before+begin+table+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(settingsTable(), table); diff != "" {
		t.Errorf("write it anew with go test ./cmd/syncfix -run Readme -update:\n%s", diff)
	}
}
