package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"syncfix/bot"
	"syncfix/bot/boltstore"
	"syncfix/playbooks"
)

func (d *doctor) version(context.Context) {
	d.ok("version", "%s %s/%s", versionLine(), runtime.GOOS, runtime.GOARCH)
}

func (d *doctor) settings(context.Context) {
	for _, p := range d.bad {
		d.fail("settings", p.advice, "%s", p.what)
	}
	set, from := 0, "the environment"
	for _, v := range variables() {
		if value, _, err := d.env.value(v.name); err == nil && value != "" {
			set++
		}
	}
	if d.env.file != nil {
		from += " and " + d.env.path
	}
	if len(d.bad) == 0 {
		d.ok("settings", "all good; %d set, from %s", set, from)
	}
	if d.env.file["SLACK_BOT_TOKEN"]+d.env.file["SLACK_APP_TOKEN"] == "" || runtime.GOOS == "windows" {
		return
	}
	if info, err := os.Stat(d.env.path); err == nil && info.Mode().Perm()&0o077 != 0 {
		d.warn("settings", "chmod 600 "+d.env.path, "%s holds tokens, and others on this machine may read it", d.env.path)
	}
}

// mode says aloud that nothing will be posted.
func (d *doctor) mode(context.Context) {
	if d.wrong("mode", "SYNCFIX_OBSERVE") {
		return
	}
	if d.conf.settings.Observe {
		d.warn("mode", "set SYNCFIX_OBSERVE=false when you have seen enough", "SYNCFIX_OBSERVE is on: it decides and logs, and posts nothing")
		return
	}
	d.ok("mode", "it posts what it decides (SYNCFIX_OBSERVE is off)")
}

func (d *doctor) timeZone(context.Context) {
	if d.wrong("time zone", "SYNCFIX_TIMEZONE", "SYNCFIX_DIGEST") {
		return
	}
	zone := d.conf.settings.DigestZone
	digest := "no digest is sent"
	if d.conf.digest != "" {
		digest = "the digest's " + d.conf.digest + " is meant there"
	}
	d.ok("time zone", "%s, where it is %s now; %s", zone, d.now().In(zone).Format("Mon 15:04"), digest)
}

// mostProblems bounds how many problems of playbooks are listed.
const mostProblems = 20

func (d *doctor) playbooks(context.Context) {
	if d.wrong("playbooks", "SYNCFIX_PLAYBOOKS") {
		return
	}
	library, err := playbooks.Load(d.conf.playbooks)
	var found playbooks.Problems
	switch {
	case errors.As(err, &found):
		for i, p := range found {
			if i == mostProblems {
				d.fail("playbooks", "syncfix playbook lint shows them", "%d more problems", len(found)-i)
				break
			}
			remedy := p.Advice
			p.Advice = ""
			if remedy == "" {
				remedy = "syncfix playbook lint shows the place"
			}
			d.fail("playbooks", remedy, "%s", p)
		}
	case err != nil:
		d.fail("playbooks", "make the folder of SYNCFIX_PLAYBOOKS readable for the user that runs syncfix", "they can't be loaded: %s", reason(err))
	case d.conf.playbooks == "":
		d.ok("playbooks", "%d, all built in", len(library.All()))
	default:
		d.ok("playbooks", "%d, with those of %s", len(library.All()), d.conf.playbooks)
	}
}

func (d *doctor) database(context.Context) {
	const check, restore = "database", "restore it from a backup, or move it away to start empty"
	path := d.conf.db
	if d.wrong(check, "SYNCFIX_DB") {
		return
	}
	found, err := boltstore.Look(path, boltstore.Options{})
	switch {
	case errors.Is(err, bot.ErrInUse):
		d.ok(check, "%s is in use by a running syncfix, and so was not opened", path)
	case errors.Is(err, boltstore.ErrNewer):
		d.fail(check, "run the newer syncfix, or name another file in SYNCFIX_DB", "%s was written by a newer syncfix", path)
	case errors.Is(err, boltstore.ErrForeign):
		d.fail(check, "name another file in SYNCFIX_DB; if it was syncfix's, "+restore, "%s is no database of syncfix, or its start is damaged", path)
	case errors.Is(err, boltstore.ErrDamaged):
		d.fail(check, restore, "%s is damaged", path)
	case errors.Is(err, os.ErrPermission):
		d.fail(check, "give the user that runs syncfix the right to read and write it", "%s can't be read and written by this user", path)
	case err != nil:
		d.fail(check, "put that right, or name another file in SYNCFIX_DB", "%v", err)
	case found:
		d.ok(check, "%s opens%s", path, sizeOf(path))
	default:
		d.newDatabase(check, path)
	}
}

// newDatabase tries whether the file can be made, by making another one beside it.
func (d *doctor) newDatabase(check, path string) {
	if err := tryFolder(filepath.Dir(path)); err != nil {
		d.fail(check, "give the user that runs syncfix the right to write in that folder, or name a file elsewhere in SYNCFIX_DB",
			"%s isn't there yet, and can't be made: %s", path, reason(err))
		return
	}
	d.ok(check, "%s isn't there yet; syncfix run makes it", path)
}

func sizeOf(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return ""
	}
	return ", " + megabytes(uint64(info.Size()))
}

func megabytes(bytes uint64) string {
	if bytes >= 10<<30 {
		return fmt.Sprintf("%d GB", bytes>>30)
	}
	if bytes < 1<<20 {
		return "less than 1 MB"
	}
	return fmt.Sprintf("%d MB", bytes>>20)
}

// A database grows by 1 MB at a time, some days' worth of cases. Below leastRoom
// a busy week fills the disk. A backup needs as much room as the database, and
// other programs write to the disk as well: hence enoughRoom.
const (
	leastRoom  = 16 << 20
	enoughRoom = 512 << 20
)

func (d *doctor) disk(context.Context) {
	const check, remedy = "disk", "make room, or name a file on a larger disk in SYNCFIX_DB"
	if d.wrong(check, "SYNCFIX_DB") {
		return
	}
	dir, err := filepath.Abs(filepath.Dir(d.conf.db))
	if err != nil {
		dir = filepath.Dir(d.conf.db)
	}
	free, known := d.free(dir)
	need := uint64(enoughRoom)
	if info, err := os.Stat(d.conf.db); err == nil {
		need = max(need, 2*uint64(info.Size()))
	}
	switch {
	case !known:
		d.warn(check, "see to it that the disk has "+megabytes(need)+" to spare", "how much room %s has can't be told here", dir)
	case free < leastRoom:
		d.fail(check, remedy, "%s has %s left: nothing can be kept when it is full, and Slack hears no ack", dir, megabytes(free))
	case free < need:
		d.warn(check, remedy, "%s has %s left; %s is on the safe side, for backups too", dir, megabytes(free), megabytes(need))
	default:
		d.ok(check, "%s has %s left", dir, megabytes(free))
	}
}
