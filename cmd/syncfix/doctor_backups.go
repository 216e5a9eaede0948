package main

import (
	"context"
	"os"
	"path/filepath"
	"time"
)

// missedNights is the age of the newest copy from which on something is wrong: the
// last night's, and the one before, are not there.
const missedNights = 50 * time.Hour

// backups looks at the folder of the nightly copies.
func (d *doctor) backups(context.Context) {
	const check = "backups"
	dir := d.conf.backupDir
	if d.wrong(check, "SYNCFIX_BACKUP_DIR", "SYNCFIX_BACKUP_KEEP") {
		return
	}
	if dir == "" {
		d.ok(check, "none are made at night (SYNCFIX_BACKUP_DIR is empty)")
		return
	}
	if err := tryFolder(dir); err != nil {
		d.fail(check, "give the user that runs syncfix the right to write there, or name another folder in SYNCFIX_BACKUP_DIR", "nothing can be written to %s: %s", dir, reason(err))
		return
	}
	database, err := os.Stat(d.conf.db)
	if free, known := d.free(dir); known && err == nil && free < uint64(database.Size()) {
		d.warn(check, "make room, or name a folder on a larger disk in SYNCFIX_BACKUP_DIR", "%s has %s left, and a copy needs %s", dir, megabytes(free), megabytes(uint64(database.Size())))
	}
	all, err := copiesIn(dir)
	if err != nil {
		d.warn(check, "mend that, then run syncfix doctor again", "not checked: %v", err)
		return
	}
	if len(all) == 0 {
		d.ok(check, "%s can be written to; no copy is there yet", dir)
		return
	}
	name := filepath.Base(all[len(all)-1])
	newest, err := time.Parse("syncfix-20060102T150405Z.db", name)
	if age := d.now().Sub(newest); err == nil && age > missedNights {
		d.warn(check, "look in the log for “the nightly backup failed”; syncfix makes what was missed when it is started", "the newest copy, %s, is %s old", filepath.Join(dir, name), ago(age))
		return
	}
	d.ok(check, "%d in %s; the newest is %s", len(all), dir, name)
}
