package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"syncfix/bot"
)

// Bounds on those who ask: whoever is slower is cut off.
const (
	headerTime = 5 * time.Second
	readLimit  = 10 * time.Second
	writeLimit = 30 * time.Second
	idleLimit  = time.Minute
	maxHeader  = 16 << 10 // bytes
	maxScrapes = 3        // at once
	lastAnswer = time.Second
)

// Serve answers on the listener until ctx ends, and closes it.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler, log *slog.Logger) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTime, ReadTimeout: readLimit, WriteTimeout: writeLimit, IdleTimeout: idleLimit,
		MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastAnswer)
		defer cancel()
		if server.Shutdown(last) != nil {
			err = server.Close()
		}
		if serving := <-ended; !errors.Is(serving, http.ErrServerClosed) {
			err = errors.Join(err, serving)
		}
	}
	if err != nil {
		return fmt.Errorf("answering over HTTP: %w", err)
	}
	return nil
}

// Store is what is asked of the store.
type Store interface {
	// View runs fn in a read-only transaction.
	View(ctx context.Context, fn func(tx bot.Reader) error) error
	// Try tries whether the store takes anything; the Watch hears of it as of any
	// transaction. It is called after a refusal only, at most once a second.
	Try(ctx context.Context) error
}

// Handler answers with what the Watch knows and the store holds. From the end of
// ctx on it says that it is not ready.
func (w *Watch) Handler(ctx context.Context, store Store, log *slog.Logger) http.Handler {
	read := prometheus.NewRegistry()
	read.MustRegister(stored{store: store, now: w.now, causes: w.figures.causes})
	h := &health{watch: w, try: store.Try, stopped: ctx.Err}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(rw http.ResponseWriter, _ *http.Request) {
		writeJSON(rw, http.StatusOK, map[string]string{"status": "ok"})
	})
	mux.HandleFunc("GET /readyz", h.ready)
	mux.Handle("GET /metrics", promhttp.HandlerFor(prometheus.Gatherers{w.registry, read}, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn), ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: maxScrapes,
	}))
	return mux
}

func writeJSON(rw http.ResponseWriter, status int, v any) {
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	rw.Header().Set("Cache-Control", "no-store")
	rw.WriteHeader(status)
	lines := json.NewEncoder(rw)
	lines.SetIndent("", "  ")
	_ = lines.Encode(v) // who hangs up doesn't want to know
}
