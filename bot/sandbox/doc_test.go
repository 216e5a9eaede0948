package sandbox

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// fidelity reads the table in the package doc: what it speaks of, and what it says of that.
func fidelity(t *testing.T) map[string]string {
	t.Helper()
	source, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(source), "// # Fidelity\n")
	if !ok {
		t.Fatal("there is no table")
	}
	rows := map[string]string{}
	var names []string
	for line := range strings.Lines(table) {
		row, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), "//\t")
		if !ok {
			continue
		}
		left, right, both := strings.Cut(row, "  ")
		if left != "" { // else it goes on with the row above
			names = strings.Split(strings.TrimSuffix(left, ","), ", ")
		}
		if both || left == "" {
			for _, name := range names {
				rows[name] = strings.TrimSpace(rows[name] + " " + strings.TrimSpace(right))
			}
		}
	}
	return rows
}

func TestFidelityTableIsComplete(t *testing.T) {
	rows := fidelity(t)
	want := slices.Concat(keysOf(methods()), keysOf(definitions()), []string{"slash_commands"})
	for _, name := range want {
		if name != "/syncfix" && rows[name] == "" {
			t.Errorf("%s is not in the table", name)
		}
	}
	for _, name := range keysOf(rows) {
		says := func(word string) bool { return strings.HasPrefix(rows[name], word) }
		if !says("as Slack does") && !says("simplified") && !says("not there") {
			t.Errorf("%s: say first whether it is as Slack does, simplified or not there: %q", name, rows[name])
		}
		if family, _, dotted := strings.Cut(name, "."); dotted && family == strings.ToLower(family) && !says("not there") {
			if _, ok := methods()[name]; !ok {
				t.Errorf("the table has %s, which the sandbox has not", name)
			}
		}
	}
}
