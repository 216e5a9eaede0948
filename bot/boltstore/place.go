package boltstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// followed is where the file at path really is, if path is a link: that file is
// replaced, and the link stays. There need not be one.
func followed(path string) (string, error) {
	if link, err := os.Readlink(path); err == nil {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) { // it leads nowhere yet
			if !filepath.IsAbs(link) {
				link = filepath.Join(filepath.Dir(path), link)
			}
			return followed(link)
		}
		to, err := filepath.EvalSymlinks(path)
		if err != nil {
			return "", fmt.Errorf("following %s: %w", path, err)
		}
		return to, nil
	}
	return path, nil
}

// giveTo gives a new file to whom the file at path belongs, or if there is none,
// to whom its folder does. Only root makes files for others: syncfix runs as
// another user, who must be able to open it.
func giveTo(f *os.File, path string) error {
	return give(f, path, os.Geteuid(), f.Chown)
}

func give(f *os.File, path string, user int, chown func(uid, gid int) error) error {
	if user != 0 {
		return nil
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		info, err = os.Stat(filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("asking whose %s is: %w", path, err)
	}
	if uid, gid, known := ownerOf(info); known {
		err = chown(uid, gid)
	}
	if err != nil {
		return fmt.Errorf("giving %s to the owner of %s: %w; do this as the user that runs syncfix", f.Name(), path, err)
	}
	return nil
}
