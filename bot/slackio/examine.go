package slackio

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"
)

// Examiner asks Slack how things stand with an app and its workspace. It reads
// only, opens no socket (Slack would hand it what people press), and repeats
// nothing. The errors of its methods are a *Refused, which is Slack's no, or wrap
// ErrUnanswered; they hold no token and no address but that of the API.
//
// A call ends with its context; one of 10 s is enough for all of them.
type Examiner struct {
	config Config
	http   *http.Client
	clock  *clockWatch
	api    *slack.Client
}

// ErrUnanswered says that Slack could not be reached, or what answered was not Slack.
var ErrUnanswered = errors.New("no answer from Slack")

// NewExaminer makes an Examiner. A token may be missing; methods that need it
// then fail with Slack's answer to that.
func NewExaminer(c Config) *Examiner {
	c = c.withDefaults()
	clock := &clockWatch{next: transport(), now: c.Clock.Now}
	client := &http.Client{Timeout: c.HTTPTimeout, Transport: clock}
	api := slack.New(c.BotToken, slack.OptionAppLevelToken(c.AppToken), slack.OptionAPIURL(c.APIURL), slack.OptionHTTPClient(client))
	return &Examiner{config: c, http: client, clock: clock, api: api}
}

// Close lets go of the connections.
func (e *Examiner) Close() { e.http.CloseIdleConnections() }

// Standing is what Slack says to the bot token.
type Standing struct {
	Identity
	Team, User string   // names
	Scopes     []string // that the token has, as Slack wrote them
	ScopesTold bool     // false: the answer did not say
}

// Standing asks who the bot is and what it may do (auth.test).
func (e *Examiner) Standing(ctx context.Context) (Standing, error) {
	who, err := e.api.AuthTestContext(ctx)
	if err != nil {
		return Standing{}, e.explain(err, botTokenName)
	}
	s := Standing{
		Identity: Identity{TeamID: who.TeamID, UserID: who.UserID, BotID: who.BotID, TeamURL: who.URL},
		Team:     oneLine(who.Team), User: oneLine(who.User),
	}
	s.Scopes, s.ScopesTold = scopesOf(who.Header)
	return s, nil
}

// App is the id of the app that a bot belongs to (bots.info).
func (e *Examiner) App(ctx context.Context, botID string) (string, error) {
	b, err := e.api.GetBotInfoContext(ctx, slack.GetBotInfoParameters{Bot: botID})
	if err != nil {
		return "", e.explain(err, botTokenName)
	}
	return b.AppID, nil
}

// AppOfToken is the id of the app that an app-level token says it belongs to,
// empty if it says none. Slack's tokens have it as their third part,
// xapp-1-A0123ABCD-…, which is usual but not documented.
func AppOfToken(token string) string {
	parts := strings.Split(token, "-")
	if len(parts) < 4 || parts[0] != "xapp" || !strings.HasPrefix(parts[2], "A") {
		return ""
	}
	return parts[2]
}

// SocketMode asks for a socket's address (apps.connections.open), which Slack
// gives only if the app has Socket Mode switched on, and returns its host. The
// socket is not opened and the address, which lets in whoever has it, forgotten.
func (e *Examiner) SocketMode(ctx context.Context) (host string, err error) {
	_, address, err := e.api.StartSocketModeContext(ctx)
	if err != nil {
		return "", e.explain(err, appTokenName)
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "wss" && u.Scheme != "ws" {
		return "", fmt.Errorf("%w: it gave no address for a socket", ErrUnanswered)
	}
	scheme := "https"
	if u.Scheme == "ws" {
		scheme = "http"
	}
	return scheme + "://" + u.Host, nil
}

// Reach says whether a connection to the sockets' host can be made, by the proxy
// if there is one. Any answer will do.
func (e *Examiner) Reach(ctx context.Context, host string) error {
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, host+"/", http.NoBody)
	if err != nil {
		return fmt.Errorf("asking for the sockets' host: %w", withoutAddress(err))
	}
	answer, err := e.http.Do(req)
	if err == nil {
		return answer.Body.Close()
	}
	if connected.Load() { // connected, encrypted, and no word of HTTP: it is there
		return nil
	}
	return withoutAddress(err)
}

// Skew is how far this machine's clock is ahead of Slack's, by the Date of its
// last answer, and how long that answer took. A Date has whole seconds. told is
// false if nothing has been answered with a date.
func (e *Examiner) Skew() (ahead, took time.Duration, told bool) { return e.clock.skew() }

// Refused is Slack's no to the Examiner.
type Refused struct {
	Code   string        // Slack's word: "invalid_auth"
	Needed string        // the scope that is missing, if Slack names it
	Wait   time.Duration // ask again after this long; zero unless Slack said so
}

func (r *Refused) Error() string {
	if r.Needed != "" {
		return r.Code + " (needed: " + r.Needed + ")"
	}
	return r.Code
}

// explain makes a *Refused of Slack's no, and marks what was no answer of Slack's.
func (e *Examiner) explain(err error, token tokenName) error {
	var refused slack.SlackErrorResponse
	var limited *slack.RateLimitedError
	switch {
	case errors.As(err, &refused):
		return &Refused{Code: shorten(oneLine(refused.Err), 100), Needed: shorten(oneLine(refused.Needed), 200)}
	case errors.As(err, &limited):
		return &Refused{Code: "ratelimited", Wait: limited.RetryAfter}
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%w: it took too long", ErrUnanswered)
	}
	return fmt.Errorf("%w: %w", ErrUnanswered, explain(err, token, e.config.APIURL))
}

// clockWatch notes how far apart the clocks are at each answer.
type clockWatch struct {
	next http.RoundTripper
	now  func() time.Time

	mu          sync.Mutex
	told        bool
	ahead, took time.Duration
}

// RoundTrip implements http.RoundTripper.
func (c *clockWatch) RoundTrip(req *http.Request) (*http.Response, error) {
	asked := c.now()
	answer, err := c.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	took := c.now().Sub(asked)
	if at, err := http.ParseTime(answer.Header.Get("Date")); err == nil {
		c.mu.Lock()
		// The date was cut to a second, and written somewhere between asking and now.
		c.told, c.ahead, c.took = true, asked.Add(took/2).Sub(at.Add(time.Second/2)), took
		c.mu.Unlock()
	}
	return answer, nil
}

// CloseIdleConnections lets http.Client do so.
func (c *clockWatch) CloseIdleConnections() {
	if t, ok := c.next.(*http.Transport); ok {
		t.CloseIdleConnections()
	}
}

func (c *clockWatch) skew() (ahead, took time.Duration, told bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ahead, c.took, c.told
}

// personName is what to call somebody.
func personName(u *slack.User) string {
	return oneLine(cmp.Or(u.Profile.RealName, u.RealName, u.Profile.DisplayName, u.Name))
}
