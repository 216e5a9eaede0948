package main

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"syncfix/bot/slackio"
)

// What these functions return as an error follows the variable's name in a
// sentence; what to write instead is the variable's own advice.

func wrong(value, why string) error {
	if len(value) > 60 {
		value = strings.ToValidUTF8(value[:57], "") + "…"
	}
	if why == "" {
		return fmt.Errorf("can't be %q", value)
	}
	return fmt.Errorf("is %q: %s", value, why)
}

// tokenKinds are the tokens that people mix up (docs.slack.dev/authentication/tokens).
func tokenKinds() map[string]string {
	return map[string]string{
		"xoxb-": "a bot token", "xapp-": "an app-level token", "xoxp-": "a user token",
		"xoxe.": "a token that expires; switch token rotation off", "xoxe-": "a refresh token", "xoxc-": "a browser's token",
	}
}

// parseToken checks a token's kind. It quotes no more of it than the kind.
func parseToken(value, prefix string) (secret, error) {
	if rest, ok := strings.CutPrefix(value, prefix); ok {
		if len(rest) < 8 || strings.ContainsFunc(rest, func(r rune) bool { return r <= ' ' || r > '~' }) || strings.Contains(rest, "…") {
			return nil, errors.New("is not a whole token: copy all of it, without quotes or spaces")
		}
		return newSecret(value), nil
	}
	kinds := tokenKinds()
	for other, kind := range kinds {
		if strings.HasPrefix(value, other) {
			return nil, fmt.Errorf("holds %s (%s…): it must be %s (%s…)", kind, other, kinds[prefix], prefix)
		}
	}
	return nil, fmt.Errorf("is no token of Slack: it must be %s, which begins with %s", kinds[prefix], prefix)
}

// parseAPIURL returns the address with a slash at its end. Plain http is for
// loopback only: every request carries a token.
func parseAPIURL(value string) (string, error) {
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", errors.New("is not an address")
	}
	host := u.Hostname()
	ip := net.ParseIP(host)
	loopback := host == "localhost" || ip != nil && ip.IsLoopback()
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback) {
		return "", errors.New("must begin with https://: tokens are sent there (http:// is for 127.0.0.1 only)")
	}
	return strings.TrimRight(u.String(), "/") + "/", nil
}

func checkFolder(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return wrong(path, "there is no such folder")
	case err != nil:
		return wrong(path, "it can't be read: "+reason(err))
	case !info.IsDir():
		return wrong(path, "that is a file; name the folder it is in")
	}
	return nil
}

func checkFolderOf(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return wrong(path, "that is a folder; name a file in it, such as "+filepath.Join(path, "syncfix.db"))
	}
	if err := checkFolder(filepath.Dir(path)); err != nil {
		return wrong(path, "there is no folder "+filepath.Dir(path)+"; make it first")
	}
	return nil
}

// reason is what a file error says beside the path.
func reason(err error) string {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

// What Slack's ids begin with: C and G for channels, U and W for people, S for
// user groups (docs.slack.dev/reference/objects).
const (
	channelIDs = "CG"
	peopleIDs  = "UWS"
)

// parseIDs reads a list separated by commas or spaces.
func parseIDs(value, first string) ([]string, error) {
	var ids, bad []string
	for _, id := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ';' || r <= ' ' }) {
		switch {
		case !isID(id, first):
			bad = append(bad, id)
		case !slices.Contains(ids, id):
			ids = append(ids, id)
		}
	}
	if len(bad) > 0 {
		return nil, wrong(strings.Join(bad, ", "), "that is no id")
	}
	return ids, nil
}

func isID(s, first string) bool {
	other := func(r rune) bool { return (r < 'A' || r > 'Z') && (r < '0' || r > '9') }
	return len(s) >= 5 && len(s) <= 20 && strings.Contains(first, s[:1]) && !strings.ContainsFunc(s, other)
}

func parseBool(value string) (bool, error) {
	switch strings.ToLower(value) {
	case "true", "1", "yes", "on":
		return true, nil
	case "false", "0", "no", "off":
		return false, nil
	}
	return false, wrong(value, "")
}

// day is a day of 24 hours.
const day = 24 * time.Hour

// parseDuration is time.ParseDuration with days, and never zero, negative or
// more than a year.
func parseDuration(value string) (time.Duration, error) {
	return durationWithin(value, time.Second, 366*day, "it must be from 1s to 366d")
}

// parseRetention reads for how long cases are kept; 0 is for ever. Below a month
// the outcomes that later cases learn from would hardly count.
func parseRetention(value string) (time.Duration, error) {
	if value == "off" {
		return 0, nil
	}
	return durationWithin(value, 30*day, 10_000*day, "it must be from 30d to 10000d, or off")
}

func durationWithin(value string, least, most time.Duration, bounds string) (time.Duration, error) {
	rest := value
	var total time.Duration
	if days, after, ok := strings.Cut(value, "d"); ok {
		n, err := strconv.ParseFloat(days, 64)
		if err != nil || !(n >= 0 && n <= 10_000) {
			return 0, wrong(value, "")
		}
		total, rest = time.Duration(math.Round(n*24*float64(time.Hour))), after
	}
	if rest != "" {
		d, err := time.ParseDuration(rest)
		if err != nil || d < 0 {
			return 0, wrong(value, "")
		}
		total += d
	}
	if total < least || total > most {
		return 0, wrong(value, bounds)
	}
	return total, nil
}

// parseCatchup reads how far back history is read; 0 is off.
func parseCatchup(value string) (time.Duration, error) {
	if value == "off" {
		return 0, nil
	}
	d, err := parseDuration(value)
	if err == nil && d > slackio.MaxCatchup {
		return 0, wrong(value, "it must be from 1s to 7d, or off")
	}
	return d, err
}

func parseZone(value string) (*time.Location, error) {
	zone, err := time.LoadLocation(value)
	if err != nil || value == "Local" {
		return nil, wrong(value, "there is no such time zone")
	}
	return zone, nil
}

func parseNumber(value string, least, most int) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < least || n > most {
		return 0, wrong(value, "")
	}
	return n, nil
}

func parseLevel(value string) (slog.Level, error) {
	switch strings.ToLower(value) {
	case "debug":
		return slog.LevelDebug, nil
	case "info":
		return slog.LevelInfo, nil
	case "warn", "warning":
		return slog.LevelWarn, nil
	case "error":
		return slog.LevelError, nil
	}
	return 0, wrong(value, "")
}

// parseListen reads an address to listen on. The host must be said, so that
// nobody opens a port to every network without knowing.
func parseListen(value string) (string, error) {
	host, port, err := net.SplitHostPort(value)
	number, numErr := strconv.Atoi(port)
	switch {
	case err != nil || numErr != nil || number < 0 || number > 65535:
		return "", wrong(value, "is not an address and a port")
	case host == "":
		return "", wrong(value, "names no address; 0.0.0.0 would be every network that this machine is in")
	}
	return value, nil
}

func oneOf(value string, choices ...string) (string, error) {
	if v := strings.ToLower(value); slices.Contains(choices, v) {
		return v, nil
	}
	return "", wrong(value, "")
}
