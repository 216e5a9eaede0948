package playbooks

import (
	"embed"
	"errors"
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

// The folders are one for each accounting system.
//
//go:embed dynamics-gp netsuite quickbooks-desktop quickbooks-online sage-intacct xero
var embedded embed.FS

//go:embed README.md
var guide string

// Guide is the page that teaches how to write a playbook, in Markdown.
func Guide() string { return guide }

// A Library is a set of playbooks and what recognises their alerts. It does not
// change and may be used by many goroutines.
type Library struct {
	playbooks  []diagnose.Playbook // by id
	recognizer diagnose.Recognizer
}

// file is one playbook and where it came from.
type file struct {
	name     string
	playbook diagnose.Playbook
	samples  []Problem // where each of the playbook's Alerts.Match stands …
	others   []Problem // … and each of NoMatch
}

// Load reads the playbooks that come with the program and, if dir isn't empty,
// every *.yaml and *.yml file in dir and the folders in it: one with the id of
// an embedded playbook replaces it, any other is added. Files and folders whose
// names begin with a dot are left out. If anything is wrong with any file, nothing is
// loaded; the error is a Problems with everything that is wrong with all files.
func Load(dir string) (Library, error) {
	// The samples of the embedded playbooks are tried by a test, and again here
	// only where others come to them.
	files, problems := readWith(decodeUntried, embedded, "")
	own := files
	if dir != "" {
		added, more := readDir(dir)
		problems = append(problems, more...)
		own = merge(files, added)
		problems = append(problems, doubles(added)...)
	}
	if len(problems) > 0 {
		return Library{}, Problems(sorted(problems))
	}
	var l Library
	for _, f := range own {
		l.playbooks = append(l.playbooks, f.playbook)
	}
	r, err := diagnose.NewRecognizer(l.playbooks)
	if err != nil {
		return Library{}, fmt.Errorf("prepare the playbooks' phrases: %w", err)
	}
	if dir != "" {
		if problems := tryAll(r, own); len(problems) > 0 {
			return Library{}, Problems(sorted(problems))
		}
	}
	l.recognizer = r
	return l, nil
}

// All returns the playbooks by id.
func (l Library) All() []diagnose.Playbook { return slices.Clone(l.playbooks) }

// Get returns the playbook with this id.
func (l Library) Get(id string) (diagnose.Playbook, bool) {
	for _, p := range l.playbooks {
		if p.ID == id {
			return p, true
		}
	}
	return diagnose.Playbook{}, false
}

// Recognizer returns what recognises the alerts of all playbooks together.
func (l Library) Recognizer() diagnose.Recognizer { return l.recognizer }

func readDir(dir string) ([]file, []Problem) {
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return nil, []Problem{{File: dir, Message: "the folder of playbooks can't be read: " + reason(err), Advice: "name a folder that exists"}}
	case !info.IsDir():
		return nil, []Problem{{File: dir, Message: "this is no folder", Advice: "name the folder that holds the playbooks"}}
	}
	return read(os.DirFS(dir), dir)
}

// read decodes every playbook of a folder and the folders in it; names are shown
// with the folder before them.
func read(folder fs.FS, dir string) ([]file, []Problem) { return readWith(decode, folder, dir) }

// readWith is read with another way to decode. It decodes several at once; the
// order is the folder's all the same.
func readWith(decode func(name string, source []byte) (file, []Problem), folder fs.FS, dir string) ([]file, []Problem) {
	paths, problems := playbooksIn(folder, dir)
	type decoded struct {
		files    []file
		problems []Problem
	}
	all := make([]decoded, len(paths))
	var wg sync.WaitGroup
	at := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range at {
				name := filepath.Join(dir, filepath.FromSlash(paths[i]))
				source, err := fs.ReadFile(folder, paths[i])
				if err != nil {
					all[i].problems = []Problem{{File: name, Message: "the file can't be read: " + reason(err), Advice: "check its permissions"}}
					continue
				}
				f, found := decode(name, source)
				all[i] = decoded{[]file{f}, found}
			}
		})
	}
	for i := range paths {
		at <- i
	}
	close(at)
	wg.Wait()
	var files []file
	for _, d := range all {
		files, problems = append(files, d.files...), append(problems, d.problems...)
	}
	return files, problems
}

// playbooksIn finds the playbooks of a folder and the folders in it.
func playbooksIn(folder fs.FS, dir string) (paths []string, problems []Problem) {
	unreadable := func(name string, err error) {
		problems = append(problems, Problem{File: name, Message: "the folder of playbooks can't be read: " + reason(err), Advice: "check its permissions"})
	}
	err := fs.WalkDir(folder, ".", func(path string, e fs.DirEntry, err error) error {
		hidden := path != "." && strings.HasPrefix(e.Name(), ".")
		switch {
		case err != nil:
			unreadable(filepath.Join(dir, filepath.FromSlash(path)), err)
			return fs.SkipDir
		case e.IsDir() && hidden:
			return fs.SkipDir
		case !e.IsDir() && !hidden && isPlaybook(path):
			paths = append(paths, path)
		}
		return nil
	})
	if err != nil {
		unreadable(dir, err)
	}
	return paths, problems
}

func isPlaybook(path string) bool {
	return strings.HasSuffix(path, ".yaml") || strings.HasSuffix(path, ".yml")
}

// reason is an error of the file system without the path, which stands beside it already.
func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

// merge adds files to others; the same id replaces.
func merge(base, added []file) []file {
	all := slices.Clone(base)
	for _, f := range added {
		i := slices.IndexFunc(all, func(g file) bool { return g.playbook.ID == f.playbook.ID })
		if i >= 0 {
			all[i] = f
		} else {
			all = append(all, f)
		}
	}
	slices.SortStableFunc(all, func(a, b file) int { return strings.Compare(a.playbook.ID, b.playbook.ID) })
	return all
}

// doubles reports files of one folder that have the same id.
func doubles(files []file) []Problem {
	var problems []Problem
	for i, f := range files {
		for _, g := range files[:i] {
			if f.playbook.ID != "" && f.playbook.ID == g.playbook.ID {
				problems = append(problems, Problem{
					File:    f.name,
					Message: fmt.Sprintf("playbook %q stands in %s already", f.playbook.ID, filepath.Base(g.name)),
					Advice:  "give one of them another id, or remove it",
				})
			}
		}
	}
	return problems
}
