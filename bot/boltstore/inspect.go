package boltstore

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"time"

	bolt "github.com/boltdb/bolt"
)

// schema is the version of the layout in the package documentation. A change
// that an older syncfix would misread counts it up.
const (
	schema    = 4
	keySchema = "schema"

	keyRestored = "restored"
)

// inspect opens an existing file for reading only, and refuses it if it is not
// ours, newer than we are, or visibly damaged. Nothing is written.
func inspect(path string, timeout time.Duration) error {
	db, err := openBolt(path, &bolt.Options{Timeout: timeout, ReadOnly: true})
	if err != nil {
		return err
	}
	err = guarded(func() error {
		return db.View(func(tx *bolt.Tx) error { return check(tx, path) })
	})
	if err != nil {
		return errors.Join(explained(path, err), db.Close())
	}
	if err := db.Close(); err != nil {
		return fmt.Errorf("closing %s after looking at it: %w", path, err)
	}
	return nil
}

// check looks at the file's length, how its pages hang together, whose it is,
// and what a running bot needs at once. It leaves the rows to Verify.
func check(tx *bolt.Tx, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("asking for the file's size: %w", err)
	}
	if info.Size() < tx.Size() {
		return fmt.Errorf("%w (it ends after %d of %d bytes)", ErrDamaged, info.Size(), tx.Size())
	}
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("reading the file: %w", err)
	}
	err = checkPages(tx, file)
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	if isUnlaid(tx) {
		return nil
	}
	version, err := checkSchema(tx)
	if err != nil {
		return err
	}
	for _, name := range namesOf(version) {
		b := tx.Bucket([]byte(name))
		if b == nil {
			return fmt.Errorf("%w (there is no bucket %s)", ErrDamaged, name)
		}
		if live(name) {
			walk(b)
		}
	}
	if version < schema {
		return nil
	}
	return checkEras(tx)
}

// checkEras looks whether each era of cases has its buckets.
func checkEras(tx *bolt.Tx) error {
	for e := range (reader{tx}).eras(caseHistory) {
		for _, name := range caseParts() {
			if e.Bucket.Bucket([]byte(name)) == nil {
				return fmt.Errorf("%w (the era of case %d has no bucket %s)", ErrDamaged, e.first, name)
			}
		}
	}
	return nil
}

// isUnlaid says that a file was made, but not laid out: the process died between.
func isUnlaid(tx *bolt.Tx) bool {
	first, _ := tx.Cursor().First()
	return first == nil
}

// checkSchema returns the schema of a file that we can use.
func checkSchema(tx *bolt.Tx) (version int, err error) {
	b := tx.Bucket([]byte(bucketSchema))
	if b == nil {
		return 0, fmt.Errorf("%w (it belongs to another program)", ErrForeign)
	}
	text := b.Get([]byte(keySchema))
	switch version, err = strconv.Atoi(string(text)); {
	case err != nil || version < 1:
		return 0, fmt.Errorf("%w (its schema version is %q)", ErrDamaged, text)
	case version > schema:
		return 0, fmt.Errorf("%w (schema %d; this one knows %d)", ErrNewer, version, schema)
	}
	return version, nil
}

// live says that a bucket holds work to do; such buckets are short.
func live(name string) bool {
	return name == bucketInbox || name == bucketOutbox || name == bucketOpen || name == bucketTimers
}

// walk touches every page of a bucket that holds keys.
func walk(b *bolt.Bucket) {
	c := b.Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		continue
	}
}

// guarded runs fn and turns a panic, and a read of memory that is not there (the
// map of a file that is too short), into ErrDamaged.
func guarded(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w (%v)", ErrDamaged, r)
		}
	}()
	return fn()
}
