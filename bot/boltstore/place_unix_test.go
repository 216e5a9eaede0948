//go:build unix

package boltstore_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"syncfix/bot/boltstore"
)

// service is the user that syncfix runs as where root does what these tests do:
// another one, if that can be.
func service() int {
	if uid := os.Getuid(); uid != 0 {
		return uid
	}
	return 65532
}

// hand gives everything below a folder to the service's user.
func hand(t *testing.T, dir string) {
	t.Helper()
	if err := filepath.Walk(dir, func(path string, _ os.FileInfo, err error) error {
		return errors.Join(err, os.Lchown(path, service(), -1))
	}); err != nil {
		t.Fatal(err)
	}
}

// What root makes is of use to the service's user. For anybody else this holds
// anyway; see TestOnlyRootGivesFilesAway.
func TestNewFilesBelongToTheOwnerOfTheOld(t *testing.T) {
	backup := filepath.Join(t.TempDir(), "copy.db")
	if err := boltstore.Backup(populated(t, 2), backup); err != nil {
		t.Fatal(err)
	}
	for name, do := range map[string]func(path string) error{
		"compact": func(path string) error {
			_, _, err := boltstore.Compact(path)
			return err
		},
		"restore": func(path string) error {
			_, err := boltstore.Restore(backup, path, noon())
			return err
		},
		"restore where there is none": func(path string) error {
			_, err := boltstore.Restore(backup, path+".new", noon())
			return err
		},
		"bring forward": func(path string) error {
			s, err := boltstore.Open(path, boltstore.Options{})
			if err != nil {
				return err
			}
			return s.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := older(t, "3")
			dir := filepath.Dir(path)
			hand(t, dir)
			if err := do(path); err != nil {
				t.Fatal(err)
			}
			for _, name := range names(t, dir) {
				info, err := os.Stat(filepath.Join(dir, name))
				if err != nil {
					t.Fatal(err)
				}
				s, ok := info.Sys().(*syscall.Stat_t)
				if !ok || int(s.Uid) != service() || info.Mode().Perm() != 0o600 {
					t.Errorf("%s is of user %d, %s", name, s.Uid, info.Mode())
				}
			}
		})
	}
}

func TestOnlyRootGivesFilesAway(t *testing.T) {
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "new"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, _ := info.Sys().(*syscall.Stat_t)
	var given [][2]int
	chown := func(uid, gid int) error {
		given = append(given, [2]int{uid, gid})
		return nil
	}
	for _, path := range []string{f.Name(), filepath.Join(dir, "missing")} {
		if err := errors.Join(boltstore.Give(f, path, 1000, chown), boltstore.Give(f, path, 0, chown)); err != nil {
			t.Error(err)
		}
	}
	if want := [2]int{int(s.Uid), int(s.Gid)}; len(given) != 2 || given[0] != want || given[1] != want {
		t.Errorf("given to %v, want twice %v", given, want)
	}
	err = boltstore.Give(f, dir, 0, func(int, int) error { return syscall.EPERM })
	if !errors.Is(err, syscall.EPERM) || !strings.Contains(err.Error(), "as the user that runs syncfix") {
		t.Errorf("when it may not: %v", err)
	}
}

// linked is a link, by way of another, to a database in a folder of its own.
func linked(t *testing.T, to string) (link string) {
	t.Helper()
	dir := t.TempDir()
	link = filepath.Join(dir, "syncfix.db")
	relative, err := filepath.Rel(dir, to)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Symlink(relative, filepath.Join(dir, "between")), os.Symlink("between", link)); err != nil {
		t.Fatal(err)
	}
	return link
}

func TestALinkStaysAndItsFileIsReplaced(t *testing.T) {
	backup := filepath.Join(t.TempDir(), "copy.db")
	if err := boltstore.Backup(populated(t, 7), backup); err != nil {
		t.Fatal(err)
	}
	check := func(link, path string, cases, files int) {
		t.Helper()
		if info, err := os.Lstat(link); err != nil || info.Mode().Type() != os.ModeSymlink {
			t.Errorf("the link is %v (%v)", info, err)
		}
		if got := names(t, filepath.Dir(link)); len(got) != 2 {
			t.Errorf("beside the link are %v", got)
		}
		if got := names(t, filepath.Dir(path)); len(got) != files {
			t.Errorf("beside the file are %v", got)
		}
		s := open(t, path)
		if n := recent(t, s); n != cases {
			t.Errorf("the file has %d cases", n)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}

	path := older(t, "3")
	link := linked(t, path)
	if err := open(t, link).Close(); err != nil {
		t.Fatal(err)
	}
	check(link, path, 8, 2) // with a copy of the older one
	if _, _, err := boltstore.Compact(link); err != nil {
		t.Fatal(err)
	}
	check(link, path, 8, 2)
	kept, err := boltstore.Restore(backup, link, time.Now())
	if dir, _ := filepath.EvalSymlinks(filepath.Dir(path)); err != nil || filepath.Dir(kept) != dir {
		t.Errorf("kept as %s (%v)", kept, err)
	}
	check(link, path, 7, 3)

	missing := filepath.Join(t.TempDir(), "syncfix.db")
	link = linked(t, missing)
	if kept, err := boltstore.Restore(backup, link, time.Now()); err != nil || kept != "" {
		t.Errorf("kept as %s (%v)", kept, err)
	}
	check(link, missing, 7, 1)
}
