package boltstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	bolt "github.com/boltdb/bolt"

	"syncfix/bot"
)

// compactTx is how much Compact copies in one transaction, which it holds in memory.
const compactTx = 16 << 20

// Compact writes the file at path anew, without the room that deleted rows have
// left, and says how large it was and is, in bytes. Nobody may have it open; its
// errors are Open's. Stopped at any point, the file is the old or the new one. It
// stays where it is if path is a link, and whose it is if root does this.
func Compact(path string) (before, after int64, err error) {
	if path, err = followed(path); err != nil {
		return 0, 0, err
	}
	if err := Verify(path); err != nil {
		return 0, 0, err
	}
	db, err := openBolt(path, &bolt.Options{Timeout: defaultTimeout}) // keeps others out until the swap is done
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if before, err = size(path); err != nil {
		return 0, 0, err
	}
	part, err := partOf(path)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, removed(part)) }()
	if err := compactInto(part, db); err != nil {
		return 0, 0, fmt.Errorf("compacting %s: %w", path, err)
	}
	if err := Verify(part); err != nil {
		return 0, 0, fmt.Errorf("compacting %s: the new file is not whole: %w", path, err)
	}
	if after, err = size(part); err != nil {
		return 0, 0, err
	}
	return before, after, replace(part, path)
}

func compactInto(path string, from *bolt.DB) error {
	to, err := bolt.Open(path, fileMode, &bolt.Options{Timeout: defaultTimeout, NoSync: true, FreelistType: bolt.FreelistMapType, NoFreelistSync: true})
	if err != nil {
		return err
	}
	err = guarded(func() error { return bolt.Compact(to, from, compactTx) })
	if err == nil {
		err = to.Sync()
	}
	return errors.Join(err, to.Close())
}

// Restore puts a copy of the database at from, which must be whole, in the place
// of the one at path, which nobody may have open and which may be damaged or
// missing. The new one says Restored. The one that was there is kept as the file
// named kept, empty if there was none. Stopped at any point, there is the old or
// the new one at path. It gives no case number that the present one has given,
// and where that can't be told, none below the next thousand. If path is a link,
// this is about the file it leads to. What root makes belongs to the owner of the
// file that was there, or of the folder.
func Restore(from, path string, now time.Time) (kept string, err error) {
	if path, err = followed(path); err != nil {
		return "", err
	}
	err = Verify(from)
	if errors.Is(err, ErrDamaged) { // what is said of a database would be the wrong advice
		return "", fmt.Errorf("the copy %s is %w, so nothing was changed: take another one", from, ErrDamaged)
	}
	if err != nil {
		return "", err
	}
	present, err := holds(path)
	if err != nil {
		return "", err
	}
	if present != nil {
		defer func() { err = errors.Join(err, present.Close()) }()
	}
	part, err := partOf(path)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, removed(part)) }()
	if err := removed(part); err != nil { // its name is what is wanted
		return "", err
	}
	if err := backup(from, part, path); err != nil {
		return "", err
	}
	last, err := lastNumber(present)
	if err != nil {
		return "", err
	}
	if err := markRestored(part, now, last); err != nil {
		return "", err
	}
	if _, err := os.Lstat(path); err == nil {
		kept = beside(path, "before-restore", now)
		if err := os.Link(path, kept); err != nil {
			return "", fmt.Errorf("keeping the present database as %s: %w", kept, err)
		}
	}
	return kept, replace(part, path)
}

// lastNumber is the last case number that a store has given; 0 if it can't be told.
func lastNumber(db *bolt.DB) (last uint64, err error) {
	if db == nil {
		return 0, nil
	}
	err = guarded(func() error {
		return db.View(func(tx *bolt.Tx) error {
			if b := numbers(tx); b != nil {
				last = b.Sequence()
			}
			return nil
		})
	})
	if err != nil && !errors.Is(err, ErrDamaged) {
		return 0, fmt.Errorf("looking at the numbers of the present database: %w", err)
	}
	return last, nil
}

// numbers is the bucket whose sequence is the last case number, whichever schema
// the file is of; nil if it has none.
func numbers(tx *bolt.Tx) *bolt.Bucket {
	if old := tx.Bucket([]byte(oldCaseIDs)); old != nil {
		return old
	}
	return tx.Bucket([]byte(bucketSchema))
}

// Where nobody knows which case numbers were given since a copy was made, they go
// on after the next multiple of numberGap. What is manyNumbers more than the copy
// has was not given, but damaged.
const (
	numberGap   = 1000
	manyNumbers = 1_000_000
)

// beyond is the case number after which a copy goes on: people have seen the later
// ones, which must not come to mean other cases. present is the last one of the
// database that it replaces, 0 if that can't be told.
func beyond(copied, present uint64) uint64 {
	if present > 0 && present >= copied && present-copied < manyNumbers {
		return present
	}
	return (copied/numberGap + 1) * numberGap
}

// markRestored notes in a file that it was put back, and so lacks what came after
// it was copied.
func markRestored(path string, now time.Time, last uint64) error {
	db, err := openBolt(path, &bolt.Options{Timeout: defaultTimeout})
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bolt.Tx) error {
		if isUnlaid(tx) {
			return nil
		}
		given := numbers(tx)
		if err := given.SetSequence(beyond(given.Sequence(), last)); err != nil {
			return err
		}
		return put(bucket(tx, bucketSchema), []byte(keyRestored), instant(now))
	})
	if err = errors.Join(err, db.Close()); err != nil {
		return fmt.Errorf("noting that it was put back: %w", err)
	}
	return nil
}

// holds keeps others from opening the file at path until the result is closed. A
// file that can't be opened needs no such guard: nobody else can, either.
func holds(path string) (*bolt.DB, error) {
	isNew, err := lookAt(path)
	if isNew || errors.Is(err, ErrForeign) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	db, err := openBolt(path, &bolt.Options{Timeout: defaultTimeout})
	switch {
	case err == nil:
		return db, nil
	case errors.Is(err, bot.ErrInUse), errors.Is(err, fs.ErrPermission):
		return nil, err
	}
	return nil, nil
}

// beside is a name for another version of a file, which says when it was made.
func beside(path, what string, now time.Time) string {
	return path + "." + what + "-" + now.UTC().Format("20060102T150405.000Z")
}

// partOf makes an empty file beside another, for its next version.
func partOf(path string) (string, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.part")
	if err != nil {
		return "", fmt.Errorf("making a file beside %s: %w", path, err)
	}
	if err := errors.Join(giveTo(f, path), f.Close()); err != nil {
		return "", fmt.Errorf("making a file beside %s: %w", path, errors.Join(err, removed(f.Name())))
	}
	return f.Name(), nil
}

// replace gives a file that is whole another one's name.
func replace(part, path string) error {
	if err := os.Rename(part, path); err != nil {
		return fmt.Errorf("putting the new file in the place of %s: %w", path, err)
	}
	return syncFolder(filepath.Dir(path))
}

func size(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, fmt.Errorf("asking for the size of the database: %w", err)
	}
	return info.Size(), nil
}

// Each calls fn with every case and its events, oldest case first, as they are at
// this moment, until fn returns an error. See WriteTo about how long it may take.
func (s *Store) Each(ctx context.Context, fn func(c bot.Case, events []bot.Event) error) error {
	return s.db.View(func(tx *bolt.Tx) error {
		for _, e := range slices.Backward(slices.Collect(reader{tx}.eras(caseHistory))) {
			if err := e.each(ctx, fn); err != nil {
				return err
			}
		}
		return nil
	})
}

func (e era) each(ctx context.Context, fn func(c bot.Case, events []bot.Event) error) error {
	cursor := e.part(partCases).Cursor()
	for ordinal, row := cursor.First(); ordinal != nil; ordinal, row = cursor.Next() {
		if err := ctx.Err(); err != nil {
			return err
		}
		c, err := decode[bot.Case](row)
		if err != nil {
			return fmt.Errorf("reading the case with ordinal %d: %w", numberIn(ordinal), err)
		}
		events, err := e.events(ordinal)
		if err != nil {
			return err
		}
		if err := fn(c, events); err != nil {
			return err
		}
	}
	return nil
}
