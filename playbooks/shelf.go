package playbooks

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// A Shelf holds the library in force and takes over a changed folder of
// playbooks. A folder with a problem changes nothing: the last good library
// stays in force. A Shelf may be used by many goroutines.
type Shelf struct {
	dir  string
	busy sync.Mutex // one reload at a time

	mu       sync.RWMutex
	library  Library
	problems []string
}

// NewShelf loads the embedded playbooks and those of dir; see Load. Its error is
// a Problems if a playbook has one.
func NewShelf(dir string) (*Shelf, error) {
	l, err := Load(dir)
	if err != nil {
		return nil, err
	}
	return &Shelf{dir: dir, library: l}, nil
}

// Library is the one in force.
func (s *Shelf) Library() Library {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.library
}

// Problems says, a line each, why a changed folder was refused; nil if it wasn't.
func (s *Shelf) Problems() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.problems
}

// Reload reads the folder and takes it over if nothing is wrong with it. It
// returns the ids of the playbooks that were added, changed or removed. On an
// error, a Problems if playbooks have one, the library stays as it was.
func (s *Shelf) Reload() (changed []string, err error) {
	s.busy.Lock()
	defer s.busy.Unlock()
	l, err := Load(s.dir)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.problems = explained(err)
		return nil, err
	}
	changed = differences(s.library, l)
	s.library, s.problems = l, nil
	return changed, nil
}

// maxExplained is how many problems App Home may have to show.
const maxExplained = 4

func explained(err error) []string {
	lines := []string{"The playbooks have changed, but not all of them can be used. The last good ones stay in force."}
	var found Problems
	if !errors.As(err, &found) {
		return append(lines, "They can't be read. The log says why.")
	}
	for _, p := range found[:min(len(found), maxExplained)] {
		p.File = filepath.Base(p.File)
		lines = append(lines, p.String())
	}
	if more := len(found) - maxExplained; more > 0 {
		lines[len(lines)-1] += fmt.Sprintf(" (And %d more, in the log.)", more)
	}
	return lines
}

// differences lists the ids whose playbooks aren't the same in both.
func differences(before, after Library) []string {
	hashes := map[string]string{}
	for _, p := range before.playbooks {
		hashes[p.ID] = p.Hash
	}
	var ids []string
	for _, p := range after.playbooks {
		if hashes[p.ID] != p.Hash {
			ids = append(ids, p.ID)
		}
		delete(hashes, p.ID)
	}
	return slices.Sorted(slices.Values(append(ids, slices.Collect(maps.Keys(hashes))...)))
}

// Look is how often Watch looks at the folder. A change is taken over when two
// looks in a row see the same, so that a file is not read while it is written.
const Look = 300 * time.Millisecond

// Watch reloads whenever the folder's files change, and whenever asked is
// signalled, until ctx ends. It tells told of each reload; err is what Reload
// returned. It looks at names, sizes and times rather than wait for the file
// system's notices, which network folders and mounted configurations don't send.
func (s *Shelf) Watch(ctx context.Context, asked <-chan struct{}, told func(changed []string, err error)) {
	every := time.NewTicker(Look)
	defer every.Stop()
	read := fingerprint(s.dir)
	seen := read
	for {
		select {
		case <-ctx.Done():
			return
		case <-asked:
			read = fingerprint(s.dir)
			seen = read
			told(s.Reload())
		case <-every.C:
			if s.dir == "" {
				continue
			}
			now := fingerprint(s.dir)
			settled := maps.Equal(now, seen)
			seen = now
			if settled && !maps.Equal(now, read) {
				read = now
				told(s.Reload())
			}
		}
	}
}

// stamp is what changes when a file does.
type stamp struct {
	size int64
	time time.Time
}

// fingerprint is the stamps of the folder's playbooks. What can't be read is
// left out: Reload says what is wrong with it.
func fingerprint(dir string) map[string]stamp {
	seen := map[string]stamp{}
	if dir == "" {
		return seen
	}
	walked := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !isPlaybook(path) {
			return nil //nolint:nilerr // see above
		}
		if info, err := os.Stat(path); err == nil { // of what a link points to
			seen[path] = stamp{info.Size(), info.ModTime()}
		}
		return nil
	})
	if walked != nil {
		return map[string]stamp{}
	}
	return seen
}
