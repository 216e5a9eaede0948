package boltstore

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	bolt "github.com/boltdb/bolt"
)

// WriteTo writes the store as it is at this moment: a file that Open opens. The
// store can be used meanwhile, but if it has to grow beyond 64 MiB, then writing
// to it waits; so don't let w be slow without a bound.
func (s *Store) WriteTo(w io.Writer) (n int64, err error) {
	err = s.db.View(func(tx *bolt.Tx) (err error) {
		n, err = tx.WriteTo(w)
		return err
	})
	if err != nil {
		return n, fmt.Errorf("copying the database: %w", err)
	}
	return n, nil
}

// Backup writes a copy of the store to a new file; see SaveCopy.
func (s *Store) Backup(to string) error { return s.backup(to, "") }

func (s *Store) backup(to, owned string) error {
	return saveCopy(to, owned, func(w io.Writer) error {
		_, err := s.WriteTo(w)
		return err
	})
}

// Backup copies the database at from, which nobody may have open, to a new file;
// see SaveCopy. Its errors are Open's; from is only read.
func Backup(from, to string) error { return backup(from, to, "") }

func backup(from, to, owned string) error {
	if err := exists(from); err != nil {
		return err
	}
	if err := inspect(from, defaultTimeout); err != nil {
		return err
	}
	db, err := openBolt(from, &bolt.Options{Timeout: defaultTimeout, ReadOnly: true})
	if err != nil {
		return err
	}
	err = (&Store{db: db}).backup(to, owned)
	if closing := db.Close(); closing != nil {
		err = errors.Join(err, fmt.Errorf("closing %s after copying it: %w", from, closing))
	}
	return err
}

// SaveCopy makes a new file with mode 0600 of what write writes, a copy of a
// store. The file appears under its name only when it is whole, on disk, and has
// been read through. One that is there already is left alone: the error then
// wraps fs.ErrExist.
func SaveCopy(to string, write func(w io.Writer) error) error { return saveCopy(to, "", write) }

// saveCopy is SaveCopy, for the owner of the file or place called owned, unless
// that is empty.
func saveCopy(to, owned string, write func(w io.Writer) error) (err error) {
	if _, err := os.Lstat(to); err == nil {
		return fmt.Errorf("%s: %w; name a new file", to, fs.ErrExist)
	}
	f, err := os.CreateTemp(filepath.Dir(to), "."+filepath.Base(to)+".*.part") // mode 0600
	if err != nil {
		return fmt.Errorf("making a file for the copy: %w", err)
	}
	defer func() { err = errors.Join(err, removed(f.Name())) }()
	if owned != "" {
		err = giveTo(f, owned)
	}
	if err == nil {
		err = write(f)
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Sync(); err != nil {
		return errors.Join(fmt.Errorf("writing the copy to disk: %w", err), f.Close())
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("closing the copy: %w", err)
	}
	if err := Verify(f.Name()); err != nil {
		return fmt.Errorf("the copy is not whole: %w", err)
	}
	if err := os.Link(f.Name(), to); err != nil { // unlike a rename, it never replaces
		return fmt.Errorf("naming the copy %s: %w", to, err)
	}
	return syncFolder(filepath.Dir(to))
}

// Verify reads a whole file and says what is wrong with it, as Open does; it
// changes nothing. What it can't see is another letter within a text.
func Verify(path string) error {
	if err := exists(path); err != nil {
		return err
	}
	if err := inspect(path, defaultTimeout); err != nil {
		return err
	}
	db, err := openBolt(path, &bolt.Options{Timeout: defaultTimeout, ReadOnly: true})
	if err != nil {
		return err
	}
	err = guarded(func() error { return db.View(readThrough) })
	if err != nil {
		err = explained(path, err)
	}
	return errors.Join(err, db.Close())
}

// exists refuses a place that holds no database.
func exists(path string) error {
	isNew, err := lookAt(path)
	if err == nil && isNew {
		err = fmt.Errorf("there is no database %s: %w", path, fs.ErrNotExist)
	}
	return err
}

// removed removes a file that may be gone.
func removed(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("clearing up: %w", err)
	}
	return nil
}
