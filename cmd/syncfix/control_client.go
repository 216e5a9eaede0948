package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"

	"syncfix/bot"
	"syncfix/bot/boltstore"
)

// errNotRunning: nobody answers on the database's control socket.
var errNotRunning = errors.New("no syncfix is running on this database")

// askRunning asks the syncfix that has the database open, and copies the answer
// to w. It returns errNotRunning if there is none.
func askRunning(ctx context.Context, db, what string, w io.Writer) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://syncfix/"+what, nil)
	if err != nil {
		return fmt.Errorf("asking the running syncfix for its %s: %w", what, err)
	}
	response, err := doControl(db, request)
	switch {
	case errors.Is(err, errNotRunning):
		return err
	case err != nil:
		return fmt.Errorf("asking the running syncfix for its %s: %w", what, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the running syncfix has no %s to give (%s); is it of the same version?", what, response.Status)
	}
	if _, err := io.Copy(w, response.Body); err != nil {
		return fmt.Errorf("the running syncfix broke off, or there is no room for its %s: %w", what, err)
	}
	return nil
}

// tellRunning tells the syncfix that has the database open to do something, and
// reads its answer. It returns errNotRunning if there is none.
func tellRunning(ctx context.Context, db, what string, body, answer any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("telling the running syncfix: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://syncfix/"+what, bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("telling the running syncfix: %w", err)
	}
	response, err := doControl(db, request)
	switch {
	case errors.Is(err, errNotRunning):
		return err
	case err != nil:
		return fmt.Errorf("telling the running syncfix: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(io.LimitReader(response.Body, 4096))
		return fmt.Errorf("the running syncfix did not do it (%s): %s", response.Status, oneLine(string(said)))
	}
	if err := json.NewDecoder(response.Body).Decode(answer); err != nil {
		return fmt.Errorf("reading the running syncfix's answer: %w", err)
	}
	return nil
}

// doControl asks on a database's control socket. It returns errNotRunning if
// nobody listens there.
func doControl(db string, request *http.Request) (*http.Response, error) {
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			short, release, err := shortened(controlPath(db))
			if err != nil {
				return nil, err
			}
			defer release()
			var d net.Dialer
			return d.DialContext(ctx, "unix", short)
		},
	}}
	response, err := client.Do(request)
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return nil, errNotRunning
	}
	return response, err
}

// backupTo copies a database to a new file, whether or not a syncfix has it open.
func backupTo(ctx context.Context, db, to string) error {
	asked := func() error {
		return boltstore.SaveCopy(to, func(w io.Writer) error { return askRunning(ctx, db, "backup", w) })
	}
	err := asked()
	if !errors.Is(err, errNotRunning) {
		return err
	}
	if err = boltstore.Backup(db, to); errors.Is(err, bot.ErrInUse) { // it has just been started
		if again := asked(); !errors.Is(again, errNotRunning) {
			return again
		}
		return fmt.Errorf("%w, which does not answer at %s", err, controlPath(db))
	}
	return err
}

// openCopy opens a database for reading, whether or not a syncfix has it open:
// a copy in a temporary folder, or in one beside the database. The copy has no name
// any more, so that it goes with the process, however that ends. done closes it.
func openCopy(ctx context.Context, db string) (store *boltstore.Store, done func() error, err error) {
	dir, err := os.MkdirTemp("", "syncfix-copy-")
	if err != nil { // in a container there may be no place but the database's own
		dir, err = os.MkdirTemp(filepath.Dir(db), ".syncfix-copy-")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("making a folder for a copy of the database: %w", err)
	}
	path := filepath.Join(dir, "copy.db")
	if err = backupTo(ctx, db, path); err == nil {
		store, err = boltstore.Open(path, boltstore.Options{})
	}
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(dir))
	}
	_ = os.RemoveAll(dir) // some systems keep a file that is open; then it goes in the end
	return store, func() error { return errors.Join(store.Close(), os.RemoveAll(dir)) }, nil
}

// databasePath is the file that a command works on: the one it was given, or the
// settings' one.
func databasePath(given string, env environment) string {
	for _, path := range []string{given, env.look("SYNCFIX_DB")} {
		if path != "" {
			return path
		}
	}
	return defaultDB
}

// databaseOf is databasePath, if there is a file.
func databaseOf(given string, env environment) (string, error) {
	path := databasePath(given, env)
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return "", usageError{fmt.Errorf("there is no file %s; name syncfix's with --db or SYNCFIX_DB", path)}
	}
	return path, nil
}
