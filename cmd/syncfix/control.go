package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"syncfix/bot"
	"syncfix/bot/boltstore"
)

// The control socket is how another syncfix on this machine asks the running one
// for what only that can give, as it holds the database: HTTP on a unix socket
// beside the database, for the database's owner only. It answers
//
//	GET /backup                a copy of the database, as it is at this moment
//	POST /deliveries/retry     puts deliveries that were given up back on their way
//	POST /deliveries/discard   forgets them
//
// The last two take a JSON list of ids, empty for all, and answer with a list of
// bot.Verdict.

// controlPath is where the socket of the syncfix that has the database open is,
// also if one of the two calls it by a link.
func controlPath(db string) string {
	if real, err := filepath.EvalSymlinks(db); err == nil {
		db = real
	}
	return db + ".sock"
}

// stallTime is how long whoever asks may leave a part of an answer unread: a
// copy under way keeps the file from growing.
const stallTime = 10 * time.Second

// control answers on the socket until ctx ends. The bot works without it, so
// that a socket that can't be made is a warning.
func control(db string, store *boltstore.Store, letters deadLetters, log *slog.Logger) part {
	return func(ctx context.Context) error {
		listener, err := listenControl(controlPath(db))
		if err != nil {
			log.Warn("there is no control socket: syncfix backup, export and deliveries work only while syncfix is stopped", "err", err)
			<-ctx.Done()
			return nil
		}
		server := &http.Server{
			Handler: controlRoutes(store, letters, log), ReadHeaderTimeout: stallTime, IdleTimeout: stallTime,
			ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		}
		ended := make(chan error, 1)
		go func() { ended <- server.Serve(listener) }()
		select {
		case err = <-ended:
		case <-ctx.Done():
			// A copy under way may end; whoever waits for a longer one is cut off, and told.
			err = stopControl(server)
			if serving := <-ended; !errors.Is(serving, http.ErrServerClosed) {
				err = errors.Join(err, serving)
			}
		}
		return errors.Join(err, os.Remove(controlPath(db)))
	}
}

func stopControl(server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTime/2)
	defer cancel()
	if err := server.Shutdown(ctx); err == nil {
		return nil
	}
	if err := server.Close(); err != nil {
		return fmt.Errorf("closing the control socket: %w", err)
	}
	return nil
}

// listenControl makes the socket. One that an earlier syncfix left behind is
// replaced: whoever holds the database is the only one to listen here.
func listenControl(path string) (net.Listener, error) {
	if info, err := os.Lstat(path); err == nil && info.Mode().Type() != os.ModeSocket {
		return nil, fmt.Errorf("%s is there and is no socket; move it away", path)
	}
	// Made in a folder of its own, so that nobody can reach it before its mode is set.
	dir, err := os.MkdirTemp(filepath.Dir(path), ".sock-")
	if err != nil {
		return nil, fmt.Errorf("making the control socket: %w", err)
	}
	defer func() { _ = os.Remove(dir) }()
	made := filepath.Join(dir, "s")
	short, release, err := shortened(made)
	if err != nil {
		return nil, err
	}
	defer release()
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: short, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("making the control socket: %w", err)
	}
	listener.SetUnlinkOnClose(false) // it has another name by then
	if err := errors.Join(os.Chmod(made, 0o600), os.Rename(made, path)); err != nil {
		return nil, errors.Join(fmt.Errorf("placing the control socket: %w", err), listener.Close(), os.Remove(made))
	}
	return listener, nil
}

// longestSocket is how long a socket's path may be everywhere: 104 bytes on some
// systems, 108 on Linux, with a zero at the end (unix(7)).
const longestSocket = 103

// shortened is another name of the path, short enough for a socket, until release
// is called. Only Linux has one.
func shortened(path string) (short string, release func(), err error) {
	if len(path) <= longestSocket {
		return path, func() {}, nil
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return "", nil, fmt.Errorf("opening the folder of the control socket: %w", err)
	}
	short = "/proc/self/fd/" + strconv.Itoa(int(dir.Fd())) + "/" + filepath.Base(path)
	if _, err := os.Stat(filepath.Dir(short)); err != nil || len(short) > longestSocket {
		return "", nil, errors.Join(fmt.Errorf("%s is too long for a socket; keep the database in a folder with a shorter name", path), dir.Close())
	}
	return short, func() { _ = dir.Close() }, nil
}

// deadLetters is what is asked of the bot.
type deadLetters interface {
	Retry(ctx context.Context, ids []string) ([]bot.Verdict, error)
	Discard(ctx context.Context, ids []string) ([]bot.Verdict, error)
}

// controlRoutes are what the socket answers.
func controlRoutes(store *boltstore.Store, letters deadLetters, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /backup", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		if _, err := store.WriteTo(&patient{w: w, control: http.NewResponseController(w)}); err != nil {
			log.Warn("a backup was broken off", "err", err)
			panic(http.ErrAbortHandler) // so that the other side doesn't take it for whole
		}
		log.Info("a backup was taken")
	})
	mux.HandleFunc("POST /deliveries/retry", judged(letters.Retry, log))
	mux.HandleFunc("POST /deliveries/discard", judged(letters.Discard, log))
	return mux
}

// maxIDs bounds a list of ids, in bytes.
const maxIDs = 1 << 20

// judged answers with what becomes of the deliveries that are asked for.
func judged(do func(context.Context, []string) ([]bot.Verdict, error), log *slog.Logger) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var ids []string
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxIDs)).Decode(&ids); err != nil {
			http.Error(w, "the body must be a JSON list of ids", http.StatusBadRequest)
			return
		}
		verdicts, err := do(r.Context(), ids)
		if err != nil {
			log.Error("dead letters can't be changed", "err", err)
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(verdicts); err != nil {
			log.Warn("the answer about dead letters did not get through", "err", err)
		}
	}
}

// patient gives each write its own time.
type patient struct {
	w       io.Writer
	control *http.ResponseController
}

func (p *patient) Write(b []byte) (int, error) {
	if err := p.control.SetWriteDeadline(time.Now().Add(stallTime)); err != nil {
		return 0, fmt.Errorf("setting the time to write: %w", err)
	}
	return p.w.Write(b)
}
