package boltstore

import "os"

// OpenWithEras is Open with eras of another size.
func OpenWithEras(path string, size uint64) (*Store, error) {
	s, err := Open(path, Options{})
	if err == nil {
		s.eraSize = size
	}
	return s, err
}

// Give gives a new file away as giveTo does for that user.
func Give(f *os.File, path string, user int, chown func(uid, gid int) error) error {
	return give(f, path, user, chown)
}
