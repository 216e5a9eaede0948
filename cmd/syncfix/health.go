package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"syncfix/bot/httpapi"
)

// healthCmd asks the running syncfix whether it is ready.
type healthCmd struct {
	At string `help:"Where it answers. Without it, the address of SYNCFIX_HTTP." placeholder:"HOST:PORT"`
}

// Help is shown by syncfix health --help.
func (healthCmd) Help() string {
	return "It ends with 0 if syncfix is ready: connected to Slack, and able to write its database. Otherwise it says why not, and ends with 1. " +
		"It is for what watches over a process and can run a program, such as Docker."
}

// healthTime is how long the answer may take.
const healthTime = 5 * time.Second

// Run asks once.
func (h healthCmd) Run(ctx context.Context, p process, c *cli) error {
	address := h.At
	if address == "" {
		address = readEnvironment(p.env, c.EnvFile).look("SYNCFIX_HTTP")
	}
	if address == "" {
		return usageError{errors.New("SYNCFIX_HTTP is not set, so syncfix does not say how it is; set it to 127.0.0.1:9464, say, or name an address with --at")}
	}
	if _, err := parseListen(address); err != nil {
		return usageError{fmt.Errorf("the address %w", err)}
	}
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	said, err := askReady(ctx, reachable(address))
	if err != nil {
		return fmt.Errorf("asking the syncfix at %s: %w", address, err)
	}
	if !said.Ready {
		return fmt.Errorf("not ready: %s", strings.Join(said.Reasons, "; "))
	}
	fmt.Fprintln(p.stdout, "ready")
	return nil
}

// askReady reads what /readyz says.
func askReady(ctx context.Context, address string) (said httpapi.Readiness, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", nil)
	if err != nil {
		return said, err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // never by way of a proxy
	answer, err := client.Do(request)
	if err != nil {
		return said, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusServiceUnavailable {
		return said, fmt.Errorf("it answers %s; is that a syncfix?", answer.Status)
	}
	if err := json.NewDecoder(answer.Body).Decode(&said); err != nil {
		return said, fmt.Errorf("its answer can't be read: %w; is that a syncfix?", err)
	}
	return said, nil
}

// reachable is where to ask a server that listens there: one that listens on all
// addresses is asked on this machine's own.
func reachable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsUnspecified() {
		return address
	} else if ip.To4() == nil {
		return net.JoinHostPort("::1", port)
	}
	return net.JoinHostPort("127.0.0.1", port)
}
