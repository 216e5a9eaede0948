package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"time"

	"syncfix/bot/httpapi"
)

// listenHTTP listens where SYNCFIX_HTTP says, or nowhere: then it returns nil.
func listenHTTP(address string, log *slog.Logger) (net.Listener, error) {
	if address == "" {
		return nil, nil //nolint:nilnil // no address is no listener
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("SYNCFIX_HTTP=%s: %w; name another address, or leave it out", address, err)
	}
	log.Info("health and metrics", "address", listener.Addr().String())
	if tcp, ok := listener.Addr().(*net.TCPAddr); ok && !tcp.IP.IsLoopback() {
		log.Warn("health and metrics can be asked for from other machines, and nobody is asked who they are; let a firewall say who may", "address", address)
	}
	return listener, nil
}

// serveHTTP is the part that answers over HTTP, if it is to. Told to stop, it says
// so until what is under way is finished, and closed: whoever passes work on to
// one of several asks meanwhile.
func serveHTTP(listener net.Listener, health *httpapi.Watch, store httpapi.Store, finished <-chan struct{}, log *slog.Logger) part {
	return func(ctx context.Context) error {
		if listener == nil {
			<-ctx.Done()
			return nil
		}
		serving, end := context.WithCancel(context.WithoutCancel(ctx))
		defer end()
		context.AfterFunc(ctx, func() {
			select {
			case <-finished:
			case <-time.After(stopTime - 2*time.Second): // and it needs a moment itself
			}
			end()
		})
		return httpapi.Serve(serving, listener, health.Handler(ctx, store, log), log)
	}
}
