package playbooks

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"syncfix/diagnose"
)

// A Rehearsal is a playbook and the conversations that stand beside it.
type Rehearsal struct {
	Name     string // the file's, as people know it, without its ending
	Playbook string // id
	Builtin  bool   // it comes with the program
	Missing  bool   // it has no file of conversations
	Script   Script
	Problems []Problem // that the script has; then it must not be played
}

// LoadRehearsals reads the playbooks that Load reads and, on top of them, those
// of paths: files and folders. It returns them all as one library, and what is
// to be rehearsed: the conversations of paths; without any, those that come with
// the program and those of dir. If anything is wrong with any playbook the error
// is a Problems.
func LoadRehearsals(dir string, paths []string) (Library, []Rehearsal, error) {
	s := &stage{}
	s.add(embedded, "", nil)
	if dir != "" {
		s.addPath(dir)
	}
	if len(paths) > 0 {
		s.rehearsals = nil
	}
	for _, path := range paths {
		s.addPath(path)
	}
	if len(s.problems) > 0 {
		return Library{}, nil, Problems(sorted(s.problems))
	}
	library, err := libraryOf(s.files)
	if err != nil {
		return Library{}, nil, err
	}
	return library, s.rehearsals, nil
}

func libraryOf(files []file) (Library, error) {
	all := make([]diagnose.Playbook, len(files))
	for i, f := range files {
		all[i] = f.playbook
	}
	r, err := diagnose.NewRecognizer(all)
	if err != nil {
		return Library{}, fmt.Errorf("prepare the playbooks' phrases: %w", err)
	}
	return Library{playbooks: all, recognizer: r}, nil
}

// stage gathers playbooks and their conversations.
type stage struct {
	files      []file
	rehearsals []Rehearsal
	problems   []Problem
}

// addPath adds what a person named: a folder, a playbook or its conversations.
func (s *stage) addPath(path string) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		s.problems = append(s.problems, Problem{File: path, Message: "there is no such file or folder", Advice: "name a playbook (*.yaml), its conversations (*.txt) or a folder of both"})
	case info.IsDir():
		s.add(os.DirFS(path), path, nil)
	case isPlaybook(path):
		s.add(os.DirFS(filepath.Dir(path)), filepath.Dir(path), []string{filepath.Base(path)})
	case isScript(path):
		s.addScript(path)
	default:
		s.problems = append(s.problems, Problem{File: path, Message: "this is neither a playbook nor a file of conversations", Advice: "name a *.yaml or *.txt file"})
	}
}

// addScript adds the playbook beside a file of conversations.
func (s *stage) addScript(path string) {
	for _, ending := range []string{".yaml", ".yml"} {
		beside := strings.TrimSuffix(path, ".txt") + ending
		if _, err := os.Stat(beside); err == nil {
			s.addPath(beside)
			return
		}
	}
	s.problems = append(s.problems, alone(path))
}

func alone(path string) Problem {
	return Problem{File: path, Message: "no playbook stands beside these conversations", Advice: "name the file like the playbook's, with .txt for .yaml"}
}

func isScript(path string) bool { return strings.HasSuffix(path, ".txt") }

// add adds the playbooks of a folder, or only those named, and what stands
// beside them. One with the id of an earlier one replaces it.
func (s *stage) add(folder fs.FS, dir string, only []string) {
	var files []file
	if only == nil {
		found, problems := read(folder, dir)
		files = found
		s.problems = append(append(s.problems, problems...), doubles(found)...)
	}
	for _, base := range only {
		name := filepath.Join(dir, base)
		source, err := fs.ReadFile(folder, base)
		if err != nil {
			s.problems = append(s.problems, Problem{File: name, Message: "the file can't be read: " + reason(err), Advice: "check its permissions"})
			continue
		}
		f, problems := decode(name, source)
		s.problems = append(s.problems, problems...)
		files = append(files, f)
	}
	s.files = merge(s.files, files)
	for _, f := range files {
		s.rehearsals = slices.DeleteFunc(s.rehearsals, func(r Rehearsal) bool { return r.Playbook == f.playbook.ID })
		s.rehearsals = append(s.rehearsals, rehearsal(folder, dir, f))
	}
	if only == nil {
		s.problems = append(s.problems, lonely(folder, dir, files)...)
	}
}

// rehearsal reads what stands beside a playbook.
func rehearsal(folder fs.FS, dir string, f file) Rehearsal {
	bare := strings.TrimSuffix(f.name, filepath.Ext(f.name))
	r := Rehearsal{Name: filepath.ToSlash(bare), Playbook: f.playbook.ID, Builtin: dir == ""}
	path := bare
	if dir != "" {
		if within, err := filepath.Rel(dir, bare); err == nil {
			path = within
		}
	}
	source, err := fs.ReadFile(folder, filepath.ToSlash(path)+".txt")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.Missing = true
	case err != nil:
		r.Problems = []Problem{{File: bare + ".txt", Message: "the file can't be read: " + reason(err), Advice: "check its permissions"}}
	default:
		r.Script, r.Problems = ParseScript(bare+".txt", source)
		for i := range r.Script.Conversations {
			r.Script.Conversations[i].Playbook = r.Playbook
		}
	}
	return r
}

// lonely finds the conversations of a folder that no playbook stands beside.
func lonely(folder fs.FS, dir string, files []file) []Problem {
	var problems []Problem
	// What can't be read was reported when the playbooks were.
	_ = fs.WalkDir(folder, ".", func(path string, e fs.DirEntry, err error) error {
		hidden := strings.HasPrefix(path, ".") && path != "." || strings.HasPrefix(e.Name(), ".") && path != "."
		switch {
		case err != nil || e.IsDir() && hidden:
			return fs.SkipDir
		case e.IsDir() || hidden || !isScript(path):
			return nil
		}
		name := filepath.Join(dir, filepath.FromSlash(path))
		beside := func(f file) bool {
			return strings.TrimSuffix(f.name, filepath.Ext(f.name)) == strings.TrimSuffix(name, ".txt")
		}
		if !slices.ContainsFunc(files, beside) {
			problems = append(problems, alone(name))
		}
		return nil
	})
	return problems
}
