package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"
)

// doorway is an address that is taken, and at which nobody listens until it is
// opened: whoever connects is refused.
type doorway struct {
	file    *os.File
	address string
}

func newDoorway() (doorway, error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		return doorway{}, fmt.Errorf("making a socket: %w", err)
	}
	syscall.CloseOnExec(fd)
	d := doorway{file: os.NewFile(uintptr(fd), "doorway")}
	err = syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	at, asked := syscall.Getsockname(fd)
	if err = errors.Join(err, asked); err != nil {
		return doorway{}, errors.Join(fmt.Errorf("taking an address: %w", err), d.file.Close())
	}
	inet, ok := at.(*syscall.SockaddrInet4)
	if !ok {
		return doorway{}, errors.Join(fmt.Errorf("it is at %T", at), d.file.Close())
	}
	d.address = fmt.Sprintf("127.0.0.1:%d", inet.Port)
	return d, nil
}

// open leads to the server at base from now on, until what it returns is called.
func (d doorway) open(base string) (end func() error, err error) {
	to, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	if err := syscall.Listen(int(d.file.Fd()), syscall.SOMAXCONN); err != nil {
		return nil, fmt.Errorf("listening: %w", err)
	}
	listener, err := net.FileListener(d.file)
	if err = errors.Join(err, d.file.Close()); err != nil {
		return nil, err
	}
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }}}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	return func() error {
		err := server.Close()
		if serving := <-ended; !errors.Is(serving, http.ErrServerClosed) {
			err = errors.Join(err, serving)
		}
		return err
	}, nil
}

// cmdAway starts the process and waits until it was refused.
func (w *world) cmdAway(_ bool, args []string) (err error) {
	if w.door, err = newDoorway(); err != nil {
		return err
	}
	w.env = slices.Concat(args, []string{"SLACK_API_URL=http://" + w.door.address + "/api/"})
	const refused = "can't reach Slack; trying again"
	before := w.logs.count(refused)
	if err := w.launch(); err != nil {
		return err
	}
	return w.logs.wait(func() bool { return w.logs.count(refused) > before })
}

func (w *world) cmdBack(bool, []string) error {
	end, err := w.door.open(strings.TrimSuffix(w.slack.APIURL(), "/api/"))
	if err != nil {
		return err
	}
	w.t.Cleanup(func() {
		if err := end(); err != nil {
			w.t.Error(err)
		}
	})
	return nil
}
