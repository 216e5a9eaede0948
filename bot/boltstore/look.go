package boltstore

import (
	"os"
	"time"
)

// Look says whether Open would take the file at path, and changes nothing: found
// is false if there is none yet. Its error is what Open's would be; one that
// wraps bot.ErrInUse says that a syncfix has the file open.
func Look(path string, options Options) (found bool, err error) {
	if options.Timeout <= 0 {
		options.Timeout = lookTimeout
	}
	isNew, err := lookAt(path)
	if err != nil {
		return false, err
	}
	if isNew {
		return false, nil
	}
	if err := inspect(path, options.Timeout); err != nil {
		return true, err
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0) // reading is not enough to work
	if err != nil {
		return true, explained(path, err)
	}
	return true, f.Close()
}

// lookTimeout is short: a syncfix that is at work keeps its file for days.
const lookTimeout = 200 * time.Millisecond
