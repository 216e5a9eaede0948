package slackio

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"syncfix/bot"
)

func TestAuth(t *testing.T) {
	const who = `{"ok":true,"url":"https://acme.slack.com/","team_id":"T1","user_id":"U0BOT","bot_id":"B0BOT"}`
	for name, tc := range map[string]struct {
		who, bot string
		want     Identity
		err      string
	}{
		"good":          {who, `{"ok":true,"bot":{"id":"B0BOT","app_id":"A1"}}`, Identity{TeamID: "T1", UserID: "U0BOT", BotID: "B0BOT", AppID: "A1", TeamURL: "https://acme.slack.com/"}, ""},
		"app not shown": {who, `{"ok":false,"error":"missing_scope","needed":"users:read"}`, Identity{TeamID: "T1", UserID: "U0BOT", BotID: "B0BOT", TeamURL: "https://acme.slack.com/"}, ""},
		"refused":       {`{"ok":false,"error":"invalid_auth"}`, "", Identity{}, "slack does not accept the bot token: copy it again from api.slack.com/apps into SLACK_BOT_TOKEN; if"},
		"uninstalled":   {`{"ok":false,"error":"account_inactive"}`, "", Identity{}, "no longer valid"},
		"a person's":    {`{"ok":true,"team_id":"T1","user_id":"U1"}`, "", Identity{}, "belongs to a person"},
	} {
		t.Run(name, func(t *testing.T) {
			r := &registry{answers: map[string]string{"api/auth.test ": tc.who, "api/bots.info ": tc.bot}, asked: map[string]int{}}
			srv := httptest.NewServer(r)
			defer srv.Close()
			c, err := New(Config{BotToken: botToken, AppToken: appToken, APIURL: srv.URL + "/api"}) // the slash is put right
			if err != nil {
				t.Fatal(err)
			}
			got, err := c.Auth(t.Context())
			if got != tc.want || (err == nil) != (tc.err == "") {
				t.Fatalf("Auth = %+v, %v", got, err)
			}
			if err != nil && (!strings.Contains(err.Error(), tc.err) || strings.Contains(err.Error(), "abcdefgh")) {
				t.Errorf("err = %v, want %q", err, tc.err)
			}
		})
	}
}

func TestMissingScopesAreSaidAtTheStart(t *testing.T) {
	const who = `{"ok":true,"team_id":"T1","bot_id":"B1"}`
	for name, tc := range map[string]struct {
		headers []string
		want    string
	}{
		"some":     {[]string{"X-OAuth-Scopes", "chat:write,users:read"}, `scopes="reactions:write, files:read"`},
		"none":     {[]string{"X-OAuth-Scopes", "files:read, chat:write ,reactions:write,im:history"}, ""},
		"not told": {nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			log := &logged{}
			c, err := New(Config{
				BotToken: botToken, AppToken: appToken, Scopes: []string{"chat:write", "reactions:write", "files:read"},
				Log: slog.New(slog.NewTextHandler(log, nil)),
			})
			if err != nil {
				t.Fatal(err)
			}
			c.http.Transport = &line{responds(http.StatusOK, who, tc.headers...), responds(http.StatusOK, `{"ok":true,"bot":{"app_id":"A1"}}`)}
			if _, err := c.Auth(t.Context()); err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(log.String(), "lacks scopes"); (n == 1) != (tc.want != "") || !strings.Contains(log.String(), tc.want) {
				t.Errorf("the log: %s", log)
			}
		})
	}
}

// pauses is a clock on which waiting takes no time, and which notes how long it was.
type pauses struct {
	bot.RealClock

	all []time.Duration
}

func (p *pauses) Now() time.Time { return time.Unix(0, 0) }

func (p *pauses) CallAt(t time.Time, f func()) (stop func() bool) {
	p.all = append(p.all, t.Sub(p.Now()))
	go f()
	return func() bool { return false }
}

// line is a network on which one thing happens after the other.
type line []func() (*http.Response, error)

func (l *line) RoundTrip(*http.Request) (*http.Response, error) {
	next := (*l)[0]
	*l = (*l)[1:]
	return next()
}

func responds(status int, body string, headers ...string) func() (*http.Response, error) {
	h := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return func() (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body))}, nil
	}
}

func breaks(err error) func() (*http.Response, error) {
	return func() (*http.Response, error) { return nil, err }
}

func TestAuthWaitsForSlack(t *testing.T) {
	const retryAfter = 2 * time.Minute
	const network, trouble = "check this machine's network, DNS and proxy, and SLACK_API_URL", "see slack-status.com"
	refused := breaks(&net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED})
	turns := []struct {
		happens func() (*http.Response, error)
		says    string
		most    time.Duration // that the pause grows to
	}{
		{refused, network, mostSilent},
		{refused, network, mostSilent},
		{breaks(&net.DNSError{Err: "no such host", Name: "slack.example"}), network, mostSilent},
		{breaks(context.DeadlineExceeded), network, mostSilent},
		{breaks(&net.OpError{Op: "read", Err: syscall.ECONNRESET}), network, mostSilent},
		{responds(http.StatusServiceUnavailable, ""), trouble, mostPause},
		{responds(http.StatusProxyAuthRequired, ""), network, mostPause},
		{responds(http.StatusOK, "<html>Welcome to our hotel"), network, mostSilent},
		{responds(http.StatusTooManyRequests, "", "Retry-After", "120"), "asks for a pause", retryAfter},
		{responds(http.StatusOK, `{"ok":false,"error":"internal_error"}`), trouble, mostPause},
		{responds(http.StatusOK, `{"ok":false,"error":"org_login_required"}`), trouble, mostPause},
		{refused, network, mostSilent},
	}
	wire := line{}
	for _, turn := range turns {
		wire = append(wire, turn.happens)
	}
	wire = append(wire, responds(http.StatusOK, `{"ok":true,"team_id":"T1","bot_id":"B1"}`), responds(http.StatusOK, `{"ok":true,"bot":{"app_id":"A1"}}`))
	waited, log, watch := &pauses{}, &logged{}, newHeard()
	c, err := New(Config{BotToken: botToken, AppToken: appToken, APIURL: "http://slack.example/api/", Clock: waited, Log: slog.New(slog.NewTextHandler(log, nil)), Observer: watch})
	if err != nil {
		t.Fatal(err)
	}
	c.http.Transport = &wire
	if who, err := c.Auth(t.Context()); err != nil || who.BotID != "B1" || who.AppID != "A1" {
		t.Fatalf("Auth = %+v, %v", who, err)
	}
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != len(turns) || len(waited.all) != len(turns) {
		t.Fatalf("%d pauses, and the log says:\n%s", len(waited.all), log)
	}
	for i, turn := range turns {
		least := min(firstPause<<i, turn.most)
		most := least + least/4
		if turn.most == retryAfter {
			least, most = retryAfter, retryAfter
		}
		if got := waited.all[i]; got < least || got > most {
			t.Errorf("pause %d is %s, want %s to %s", i+1, got, least, most)
		}
		if !strings.Contains(lines[i], turn.says) || !strings.Contains(lines[i], "level=WARN") || !strings.Contains(lines[i], "address=http://slack.example/api/") {
			t.Errorf("warning %d is %s, want %q", i+1, lines[i], turn.says)
		}
	}
	for line, n := range map[string]int{"called auth.test network": 6, "called auth.test http_5xx": 1, "called auth.test ok": 1} {
		if got := watch.count(line); got != n {
			t.Errorf("the observer heard %q %d times, want %d", line, got, n)
		}
	}
	if strings.Contains(log.String(), "abcdefgh") {
		t.Error("a token is in the log")
	}
}

// What trying again can't mend is said at once.
func TestAuthThatIsRefusedDoesNotWait(t *testing.T) {
	for name, answer := range map[string]func() (*http.Response, error){
		"token":  responds(http.StatusOK, `{"ok":false,"error":"token_revoked"}`),
		"policy": responds(http.StatusOK, `{"ok":false,"error":"access_denied"}`),
		"no API": responds(http.StatusNotFound, ""),
	} {
		t.Run(name, func(t *testing.T) {
			waited := &pauses{}
			c, err := New(Config{BotToken: botToken, AppToken: appToken, Clock: waited})
			if err != nil {
				t.Fatal(err)
			}
			c.http.Transport = &line{answer}
			if _, err := c.Auth(t.Context()); err == nil || len(waited.all) > 0 {
				t.Errorf("it ends with %v after %v", err, waited.all)
			}
		})
	}
}

// still is a clock that stands still, and says when somebody waits.
type still struct {
	bot.RealClock

	waits chan struct{}
}

func (s still) CallAt(time.Time, func()) (stop func() bool) {
	close(s.waits)
	return func() bool { return true }
}

func TestAuthStopsAtOnce(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	clock := still{waits: make(chan struct{})}
	c, err := New(Config{BotToken: botToken, AppToken: appToken, Clock: clock, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	c.http.Transport = &line{breaks(syscall.ENETUNREACH)}
	go func() {
		<-clock.waits
		stop()
	}()
	if _, err := c.Auth(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("it ends with %v", err)
	}
}
