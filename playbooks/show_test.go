package playbooks

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"syncfix/diagnose"
)

func TestShow(t *testing.T) {
	p := decodeFile(t, "testdata/good/kettle.yaml")
	for name, o := range map[string]ShowOptions{"folded": {}, "all": {All: true}, "short": {All: true, Lines: 6}} {
		var text, chart bytes.Buffer
		if err := Show(&text, p, o); err != nil {
			t.Fatal(err)
		}
		if err := Mermaid(&chart, p, o); err != nil {
			t.Fatal(err)
		}
		golden(t, "testdata/show/kettle-"+name+".txt", text.String())
		golden(t, "testdata/show/kettle-"+name+".mmd", chart.String())
	}
}

// A whole library is read in a terminal: no tree is endless, none says nothing.
func TestShowIsBounded(t *testing.T) {
	p := netsuite(t)
	for _, o := range []ShowOptions{{}, {All: true, Lines: 200}} {
		var b bytes.Buffer
		if err := Show(&b, p, o); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(b.String(), "\n"); n > o.lines()+1 || n < 15 {
			t.Errorf("%d lines with %+v", n, o)
		}
		b.Reset()
		if err := Mermaid(&b, p, o); err != nil {
			t.Fatal(err)
		}
		checkMermaid(t, b.String())
	}
}

// checkMermaid fails on a line that isn't one of those we write, and on an arrow
// to a box that isn't there.
func checkMermaid(t *testing.T, chart string) {
	t.Helper()
	box := regexp.MustCompile(`^  (\w+)(\["|\{"|\(\[")([^"\x60\[\]{}|]*)("\]|"\}|"\]\))$`)
	arrow := regexp.MustCompile(`^  (\w+) -->\|"[^"|\x60]*"\| (\w+)(\(\["Resolved"\]\))?$`)
	boxes := map[string]bool{"done": true}
	var to []string
	for i, line := range strings.Split(strings.TrimSuffix(chart, "\n"), "\n") {
		switch {
		case i == 0 && line == "flowchart TD":
		case box.MatchString(line):
			boxes[box.FindStringSubmatch(line)[1]] = true
		case arrow.MatchString(line):
			m := arrow.FindStringSubmatch(line)
			to = append(to, m[1], m[2])
		default:
			t.Errorf("line %d: %q", i+1, line)
		}
	}
	for _, name := range to {
		if !boxes[name] {
			t.Errorf("there is no box %s", name)
		}
	}
}

func TestMermaidTakesAnyText(t *testing.T) {
	p := diagnose.Playbook{
		ID: "x", Causes: []diagnose.Cause{{ID: "a", Name: "A"}},
		Fixes: []diagnose.Fix{{ID: "f", Title: "`a` \"b\" <i>&#35; [c] {d} |e| end;\n%% x --> y \x1b[31m\u202e", Minutes: 1, Solves: []diagnose.Solves{{Cause: "a", How: 1}}}},
	}
	var b bytes.Buffer
	if err := Mermaid(&b, p, ShowOptions{}); err != nil {
		t.Fatal(err)
	}
	checkMermaid(t, b.String())
	if !strings.Contains(b.String(), "#quot;b#quot;") || strings.Contains(b.String(), "<i>") {
		t.Error(b.String())
	}
}
