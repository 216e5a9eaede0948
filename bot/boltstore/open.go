package boltstore

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	bolt "github.com/boltdb/bolt"

	"syncfix/bot"
)

// Options are what may be chosen about a file.
type Options struct {
	// Timeout is how long to wait for another process to let go of the file, as
	// it does while it is being restarted; 1 s if zero.
	Timeout time.Duration
	// Log is told when the disk takes nothing, and when it does again; nil: nobody.
	Log *slog.Logger
	// Committed is told of each transaction that was to change the file: how long
	// it took once it had its turn, and why the disk did not take it, if so. It
	// must not block, and many goroutines call it; nil: nobody is told.
	Committed func(took time.Duration, err error)
}

const (
	defaultTimeout = time.Second
	fileMode       = 0o600
	// mapSize is the address space that is set aside at once, so that the map
	// seldom has to grow: growing waits for all readers. It costs no memory.
	mapSize = 64 << 20
	// growSize is how much a file grows at a time, which costs a sync of its own.
	growSize = 1 << 20
	// shortest is the least that a bolt file has: two pages.
	shortest = 8 << 10
)

// The errors of files that can't be used. Open wraps them with the file's name
// and what to do; the file is left as it was.
var (
	// ErrForeign: the file belongs to another program.
	ErrForeign = errors.New("not a syncfix database")
	// ErrNewer: a later version of syncfix has written the file.
	ErrNewer = errors.New("written by a newer syncfix")
	// ErrDamaged: the file was a database once, or should have become one.
	ErrDamaged = errors.New("damaged")
)

// Open opens the store in the file at path, or makes it, with mode 0600. Its
// error wraps bot.ErrInUse if another process holds the file, and ErrForeign,
// ErrNewer or ErrDamaged if the file can't be used. Close the store after use.
func Open(path string, options Options) (*Store, error) {
	if options.Timeout <= 0 {
		options.Timeout = defaultTimeout
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	if options.Committed == nil {
		options.Committed = func(time.Duration, error) {}
	}
	isNew, err := lookAt(path)
	if err != nil {
		return nil, err
	}
	_, missing := os.Stat(path)
	if !isNew {
		if err := inspect(path, options.Timeout); err != nil {
			return nil, err
		}
		// It holds what customers wrote; a copy from a backup may be open to all.
		if err := os.Chmod(path, fileMode); err != nil {
			return nil, fmt.Errorf("making it readable by its owner only: %w", explained(path, err))
		}
	}
	db, err := openBolt(path, &bolt.Options{
		Timeout: options.Timeout, InitialMmapSize: mapSize, FreelistType: bolt.FreelistMapType,
	})
	if err != nil {
		return nil, err
	}
	db.AllocSize = growSize
	s, err := prepare(db, isNew, time.Now())
	if err == nil {
		s.outage.log, s.committed = options.Log, options.Committed
		if isNew {
			begun(path, missing == nil, options.Log)
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening %s: %w", path, err), db.Close())
	}
	return s, nil
}

// begun says that there is a new database.
func begun(path string, wasEmpty bool, log *slog.Logger) {
	if wasEmpty {
		log.Warn("the database's file was empty, so a new one is begun in it; if there were cases, restore a backup", "file", path)
		return
	}
	log.Info("there was no database yet; a new one is begun", "file", path)
}

// lookAt says whether there is no database at path yet, and refuses what can't
// become one.
func lookAt(path string) (isNew bool, err error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if dir := filepath.Dir(path); !isDir(dir) {
			return false, fmt.Errorf("opening %s: the folder %s does not exist; make it, or choose another place", path, dir)
		}
		return true, nil
	case err != nil:
		return false, fmt.Errorf("opening the database: %w", err)
	case info.IsDir():
		return false, fmt.Errorf("opening %s: it is a folder; name a file in it, such as %s", path, filepath.Join(path, "syncfix.db"))
	case !info.Mode().IsRegular():
		return false, fmt.Errorf("opening %s: it is not a regular file; choose another place", path)
	}
	if size := info.Size(); size > 0 && size < shortest {
		return false, explained(path, fmt.Errorf("%w (it has only %d bytes)", ErrForeign, size))
	}
	return info.Size() == 0, nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// prepare makes a store of an open file, after laying it out or bringing it to
// this schema if need be.
func prepare(db *bolt.DB, isNew bool, now time.Time) (*Store, error) {
	empty := false
	s := &Store{db: db, eraSize: eraSize}
	s.envelopes.held = map[uint64]holding{}
	s.deliveries.held, s.deliveries.settled = map[uint64]trial{}, map[uint64]bool{}
	err := db.View(func(tx *bolt.Tx) error {
		if empty = isUnlaid(tx); empty {
			return nil
		}
		s.deliveries.inherited = bucket(tx, bucketOutbox).Sequence()
		if at := bucket(tx, bucketSchema).Get([]byte(keyRestored)); len(at) == timeSize {
			s.restored = instantIn(at)
		}
		return nil
	})
	if err == nil && empty {
		err = db.Update(makeBuckets)
	}
	if err == nil && !empty {
		err = migrate(db, now)
	}
	if err == nil && isNew {
		err = syncFolder(filepath.Dir(db.Path()))
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// syncFolder makes a new file's name as durable as its content.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("opening the folder of the new database: %w", err)
	}
	// Some file systems can't sync a folder; the name is safe soon anyway.
	_ = f.Sync()
	return f.Close()
}

// openBolt opens a bolt file. Bolt panics, or reads beyond the map, on files that
// are damaged in some ways; that comes back as an error, with the file unlocked.
func openBolt(path string, options *bolt.Options) (*bolt.DB, error) {
	// The list of free pages is long after much was pruned, and would be written with
	// each commit; it can be made anew from the file.
	options.NoFreelistSync = true
	var file *os.File
	options.OpenFile = func(name string, flag int, mode os.FileMode) (*os.File, error) {
		f, err := os.OpenFile(name, flag, mode)
		file = f
		return f, err
	}
	var db *bolt.DB
	err := guarded(func() (err error) {
		db, err = bolt.Open(path, fileMode, options)
		return err
	})
	if err == nil {
		return stillThere(db, file, path, options)
	}
	if file != nil {
		_ = file.Close() // bolt has closed it already, unless it panicked
	}
	return nil, explained(path, err)
}

// stillThere opens the file again if another one has taken its name while we
// waited for its lock, as Compact and Restore do: what is written to the old one
// would be lost.
func stillThere(db *bolt.DB, file *os.File, path string, options *bolt.Options) (*bolt.DB, error) {
	named, err := os.Stat(path)
	if err == nil {
		held, err := file.Stat()
		if err == nil && os.SameFile(named, held) {
			return db, nil
		}
	}
	if err := db.Close(); err != nil {
		return nil, fmt.Errorf("letting go of the file that was %s: %w", path, err)
	}
	return openBolt(path, options)
}

// explained says what an error means for the person who started syncfix.
func explained(path string, err error) error {
	const restore = "restore it from a backup, or move it away to start empty"
	switch {
	case errors.Is(err, bolt.ErrTimeout):
		return fmt.Errorf("%s is %w", path, bot.ErrInUse)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w: give the user that runs syncfix the right to read and write it", err)
	case errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%w: make that disk writable, or choose a file on another one", err)
	case errors.Is(err, ErrForeign):
		return fmt.Errorf("%s is %w: choose another file", path, err)
	case errors.Is(err, ErrNewer):
		return fmt.Errorf("%s was %w: run that syncfix, or choose another file", path, err)
	case errors.Is(err, bolt.ErrInvalid):
		return fmt.Errorf("%s is %w, or its start is damaged: choose another file, or %s", path, ErrForeign, restore)
	case errors.Is(err, bolt.ErrChecksum), errors.Is(err, bolt.ErrVersionMismatch):
		return fmt.Errorf("%s is %w (%w): %s", path, ErrDamaged, err, restore)
	case errors.Is(err, ErrDamaged):
		return fmt.Errorf("%s is %w: %s", path, err, restore)
	}
	return fmt.Errorf("opening %s: %w", path, err)
}
