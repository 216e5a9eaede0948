package playbooks

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncfix/diagnose"
)

// cutAt says that everything from the tank on can't be seen.
func cutAt(p diagnose.Playbook) []Cut {
	var cuts []Cut
	for _, f := range p.Fixes {
		for _, s := range f.Steps {
			if n := strings.Index(s.Note, "the tank"); n >= 0 {
				cuts = append(cuts, Cut{Fix: f.ID, Text: s.Note, Seen: n}, Cut{Fix: f.ID, Text: "not in the file"})
			}
		}
	}
	return cuts
}

// Every file and folder in testdata/lint makes one mistake that lint promises to
// find; beside it, in a .want file, stands exactly what is said about it.
func TestLintFindsWhatItPromises(t *testing.T) {
	wants, err := filepath.Glob("testdata/lint/*")
	if err != nil || len(wants) == 0 {
		t.Fatal("no examples", err)
	}
	for _, path := range wants {
		if strings.HasSuffix(path, ".want") {
			continue
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			report, err := Lint([]string{path}, LintOptions{Shown: cutAt})
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			for _, p := range report.Problems {
				Renderer{}.Problem(&b, p)
				if p.Advice == "" || p.Line == 0 || p.Source == "" {
					t.Errorf("no advice or no place: %s", p)
				}
			}
			golden(t, strings.TrimSuffix(path, ".yaml")+".want", strings.ReplaceAll(filepath.ToSlash(b.String()), "testdata/lint/", ""))
			if len(report.Problems) == 0 {
				t.Error("nothing was found")
			}
		})
	}
}

// golden compares with a file, which -update rewrites.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if update() {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.ReplaceAll(string(want), "\r\n", "\n"), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func TestLintOfGoodPlaybooks(t *testing.T) {
	if testing.Short() {
		t.Skip("walks every path of every playbook")
	}
	report, err := Lint(nil, LintOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range report.Problems {
		if p.Severity == Error {
			t.Error(p)
		}
	}
	if report.Files == 0 || len(report.Figures) != report.Files || !strings.Contains(report.Summary(), "none disconnects twice") {
		t.Errorf("%d files, %d figures: %s", report.Files, len(report.Figures), report.Summary())
	}
}

// Lint says everything that Load refuses.
func TestLintTellsWhatLoadRefuses(t *testing.T) {
	report, err := Lint([]string{"testdata/broken"}, LintOptions{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = Load("testdata/broken")
	told := map[string]bool{}
	for _, p := range report.Problems {
		told[fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)] = true
	}
	for _, p := range err.(Problems) { //nolint:errorlint // Load wraps nothing
		if !told[fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)] && !strings.Contains(p.Message, "stands in") {
			t.Errorf("lint doesn't say: %s", p)
		}
	}
}

func TestLintOfNothing(t *testing.T) {
	if _, err := Lint([]string{"testdata/nowhere"}, LintOptions{}); err == nil || !strings.Contains(err.Error(), "testdata/nowhere: no such file") {
		t.Errorf("%v", err)
	}
}

// The operator's playbook replaces the one that comes with the program.
func TestLintWithAFolder(t *testing.T) {
	dir := folder(t, map[string]string{"own.yaml": source(t, "netsuite/oracle-netsuite-login.yaml"), "kettle.yaml": source(t, "testdata/good/kettle.yaml")})
	alone, err := newLinter(nil, LintOptions{})
	if err != nil {
		t.Fatal(err)
	}
	both, err := newLinter(nil, LintOptions{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if len(both.own) != len(alone.own)+1 || len(both.problems) != 0 {
		t.Errorf("%d files, with the folder %d: %v", len(alone.own), len(both.own), both.problems)
	}
	for _, s := range both.own {
		if s.p.ID == "oracle-netsuite-login" && s.name != filepath.Join(dir, "own.yaml") {
			t.Errorf("%s is checked, which is replaced", s.name)
		}
	}
}

func TestWalkIsBounded(t *testing.T) {
	list, _, err := documentsIn("netsuite/oracle-netsuite-login.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s := list[0]
	w := newWalk(s.p)
	w.most = 100
	v := survey{asked: map[string]bool{}, offered: map[string]bool{}}
	w.all(w.at(nil), func(st *state) { v.visit(w, st) })
	s.reportPaths(w, v)
	if len(w.states) != 100 || len(s.problems) != 1 || !strings.Contains(s.problems[0].Message, "not all were looked at") {
		t.Errorf("%d states, %v", len(w.states), s.problems)
	}
}

func TestRenderLongLinesAndOddCharacters(t *testing.T) {
	var b bytes.Buffer
	Renderer{Color: true}.Problem(&b, Problem{File: "a.yaml", Line: 1, Column: 151, Severity: Warning, Message: "odd\x1b[2J", Advice: "do", Source: strings.Repeat("ä", 150) + "X\t" + strings.Repeat("b", 150)})
	want := "\x1b[1ma.yaml:1:151\x1b[0m: \x1b[33mwarning:\x1b[0m odd [2J\n    …" + strings.Repeat("ä", 25) + "X " + strings.Repeat("b", 73) + "…\n    " + strings.Repeat(" ", 26) + "\x1b[33m^\x1b[0m\n  \x1b[32mhelp:\x1b[0m do\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

func TestFiguresTable(t *testing.T) {
	var b bytes.Buffer
	Renderer{}.Figures(&b, []Figures{
		{Playbook: "kettle", Even: Odds{Questions: 1.25, Most: 2, FirstRight: 0.955, Minutes: 12.4}, Start: Odds{Questions: 1, Most: 1, FirstRight: 1, Minutes: 100}},
		{Playbook: "a-much-longer-name"},
	})
	golden(t, "testdata/show/figures.txt", b.String())
}

// Whatever can be loaded can be checked and shown.
func FuzzLint(f *testing.F) {
	for _, pattern := range []string{"netsuite/*.yaml", "testdata/good/*.yaml", "testdata/lint/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatal(pattern, err)
		}
		for _, path := range files {
			text, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, problems := Decode("fuzz.yaml", text)
		if len(problems) > 0 {
			return
		}
		s := newDocument(file{name: "fuzz.yaml", playbook: p}, text, nil)
		s.check()
		s.checkShown(cutAt)
		w, v := newWalk(p), survey{asked: map[string]bool{}, offered: map[string]bool{}}
		w.most = 200
		w.all(w.at(nil), func(st *state) { v.visit(w, st) })
		s.reportPaths(w, v)
		for _, problem := range s.problems {
			Renderer{}.Problem(io.Discard, problem)
			if problem.Line == 0 || problem.Message == "" || problem.Advice == "" {
				t.Errorf("incomplete: %+v", problem)
			}
		}
	})
}
