package playbooks

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"syncfix/diagnose"
)

// LintOptions are what a check needs besides the files.
type LintOptions struct {
	// Dir is the operator's folder of playbooks, which add to the embedded ones;
	// empty: none.
	Dir string
	// Shown says which texts of a playbook readers wouldn't see whole; nil: it
	// isn't looked at.
	Shown func(diagnose.Playbook) []Cut
	// Only is the id of the one playbook that is checked; empty: all are.
	Only string
}

// A Cut is text of a playbook that its readers wouldn't see whole.
type Cut struct {
	Question, Fix string // the id of what it belongs to; both empty: the playbook
	Text          string // as it stands in the playbook
	Seen          int    // how many characters of it are seen
}

// A Report is what a check found.
type Report struct {
	Problems []Problem // by file and place, of every severity
	Figures  []Figures // of the playbooks without an Error, by system and id
	States   int       // how many states of cases were looked at
	Cut      []string  // ids of playbooks that have more than were looked at
	Files    int
}

// Count is how many problems of a severity there are.
func (r Report) Count(s Severity) int {
	n := 0
	for _, p := range r.Problems {
		if p.Severity == s {
			n++
		}
	}
	return n
}

// Lint checks the playbooks in files and folders: everything that Load refuses,
// and what makes a playbook useless or misleading though it can be read. They
// are checked together with the embedded ones and those of the operator's
// folder, which those with the same id replace. Without paths these themselves
// are what is checked.
//
// Problems with other files than those named are left out. The error is about a
// path that can't be read at all.
func Lint(paths []string, o LintOptions) (Report, error) {
	l, err := newLinter(paths, o)
	if err != nil {
		return Report{}, err
	}
	if o.Only != "" {
		l.own = slices.DeleteFunc(slices.Clone(l.own), func(s *document) bool { return s.p.ID != o.Only })
		l.problems = nil
	}
	return l.lint(), nil
}

func newLinter(paths []string, o LintOptions) (*linter, error) {
	base, problems := documents(embedded, "")
	if o.Dir != "" {
		more, found, err := documentsIn(o.Dir)
		if err != nil {
			return nil, err
		}
		base, problems = replace(base, more), append(problems, found...)
	}
	if len(paths) == 0 {
		return &linter{all: base, own: base, shown: o.Shown, problems: problems}, nil
	}
	l := &linter{shown: o.Shown}
	for _, path := range paths {
		more, found, err := documentsIn(path)
		if err != nil {
			return nil, err
		}
		l.own, l.problems = append(l.own, more...), append(l.problems, found...)
	}
	l.all = replace(base, l.own)
	return l, nil
}

// documentsIn reads a file, or every playbook of a folder.
func documentsIn(path string) ([]*document, []Problem, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %s", path, reason(err))
	}
	if info.IsDir() {
		list, problems := documents(os.DirFS(path), path)
		return list, problems, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %s", path, reason(err))
	}
	f, problems := decode(path, text)
	return []*document{newDocument(f, text, problems)}, nil, nil
}

// documents reads every playbook of a folder as Load does; what can't be read is a problem.
func documents(folder fs.FS, dir string) ([]*document, []Problem) {
	files, problems := read(folder, dir)
	var list []*document
	for _, f := range files {
		path := f.name
		if dir != "" {
			path, _ = filepath.Rel(dir, f.name)
		}
		text, err := fs.ReadFile(folder, filepath.ToSlash(path))
		if err != nil { // it was there a moment ago
			problems = append(problems, Problem{File: f.name, Message: "the file can't be read: " + reason(err), Advice: "check its permissions"})
			continue
		}
		var own []Problem
		problems = slices.DeleteFunc(problems, func(p Problem) bool {
			if p.File == f.name {
				own = append(own, p)
			}
			return p.File == f.name
		})
		list = append(list, newDocument(f, text, own))
	}
	return list, problems
}

// replace adds playbooks to others; the same id replaces.
func replace(base, added []*document) []*document {
	kept := slices.DeleteFunc(slices.Clone(base), func(s *document) bool {
		return slices.ContainsFunc(added, func(a *document) bool { return a.p.ID == s.p.ID })
	})
	return append(kept, added...)
}

// A linter checks playbooks, each by itself and then together.
type linter struct {
	all, own []*document // all: those that would be loaded
	shown    func(diagnose.Playbook) []Cut
	problems []Problem
}

func (l *linter) lint() Report {
	r := Report{Files: len(l.own)}
	figures := make([]Figures, len(l.own))
	var wg sync.WaitGroup
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, s := range l.own {
		wg.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			if s.readable() {
				s.check()
				s.checkPaths()
				s.checkShown(l.shown)
				figures[i] = figuresOf(s.p)
			}
		})
	}
	wg.Wait()
	l.checkTogether()
	for i, s := range l.own {
		l.problems = append(l.problems, s.problems...)
		r.States += s.states
		if s.cut {
			r.Cut = append(r.Cut, s.p.ID)
		}
		if s.readable() {
			r.Figures = append(r.Figures, figures[i])
		}
	}
	r.Problems = sorted(l.problems)
	slices.SortStableFunc(r.Figures, func(a, b Figures) int {
		return cmp.Or(strings.Compare(a.System, b.System), strings.Compare(a.Playbook, b.Playbook))
	})
	return r
}
