package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"syncfix/bot/httpapi"
	"syncfix/bot/memstore"
)

// tried is a store that takes everything.
type tried struct{ *memstore.Store }

func (tried) Try(context.Context) error { return nil }

// Whoever asks while it finishes what is under way learns that it will not be there.
func TestItSaysThatItStopsUntilItHasStopped(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	listener, err := listenHTTP("127.0.0.1:0", log)
	if err != nil {
		t.Fatal(err)
	}
	health := httpapi.NewWatch(1, "v1", time.Now)
	health.SocketChanged(1, "connected")
	ready := func() (status int, body string) {
		answer, err := http.Get("http://" + listener.Addr().String() + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(text)
	}
	ctx, stop := context.WithCancel(t.Context())
	finished, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- serveHTTP(listener, health, tried{memstore.New()}, finished, log)(ctx) }()
	if status, body := ready(); status != http.StatusOK {
		t.Errorf("while it works: %d %s", status, body)
	}
	stop()
	if status, body := ready(); status != http.StatusServiceUnavailable || !strings.Contains(body, "told to stop") {
		t.Errorf("while it stops: %d %s", status, body)
	}
	close(finished)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	http.DefaultClient.CloseIdleConnections()
}
