package slackio

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"syncfix/bot"
)

// Config is what a Client is made of. Tokens are used and never shown.
type Config struct {
	BotToken    string        // xoxb-…
	AppToken    string        // xapp-…
	APIURL      string        // default "https://slack.com/api/"
	Scopes      []string      // that the bot token should have; Auth warns of those it lacks
	HTTPTimeout time.Duration // of one call, its body included; default 15 s
	Stagger     time.Duration // between the two sockets' starts, at most; default 5 s
	Clock       bot.Clock     // default bot.RealClock; the sockets are on real time
	Log         *slog.Logger  // default slog.Default
	Observer    Observer      // of the sockets and of reading history; default: nobody; see Client
}

// Client is the way to one Slack workspace: the Web API and the sockets. Whoever
// calls the Web API is to tell the Client's own Observer of it, which tells the
// one that was configured, and notices when the bot token is refused.
type Client struct {
	Config
	http    *http.Client
	api     *slack.Client
	refused chan struct{} // Slack has refused the bot token; see KeepToken
}

// Identity is who the bot is in its workspace, as Slack says.
type Identity struct {
	TeamID, UserID, BotID, AppID string
	TeamURL                      string // "https://acme.slack.com/"
}

// New makes a Client. It asks Slack nothing. Its error names every token that is
// missing or of the wrong kind, and never shows one.
func New(c Config) (*Client, error) {
	if err := errors.Join(
		tokenKind(botTokenName, c.BotToken, "xoxb-", "OAuth & Permissions"),
		tokenKind(appTokenName, c.AppToken, "xapp-", "Basic Information > App-Level Tokens"),
	); err != nil {
		return nil, err
	}
	c = c.withDefaults()
	refused := make(chan struct{}, 1)
	c.Observer = tokenObserver{c.Observer, refused}
	client := &http.Client{Timeout: c.HTTPTimeout, Transport: transport()}
	api := slack.New(c.BotToken, slack.OptionAPIURL(c.APIURL), slack.OptionHTTPClient(client))
	return &Client{Config: c, http: client, api: api, refused: refused}, nil
}

// withDefaults fills in what was left empty.
func (c Config) withDefaults() Config {
	if c.APIURL == "" {
		c.APIURL = slack.APIURL
	}
	if !strings.HasSuffix(c.APIURL, "/") { // the library joins it with the method's name as it is
		c.APIURL += "/"
	}
	if c.HTTPTimeout <= 0 {
		c.HTTPTimeout = 15 * time.Second
	}
	if c.Stagger <= 0 {
		c.Stagger = 5 * time.Second
	}
	if c.Clock == nil {
		c.Clock = bot.RealClock{}
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	c.Observer = observed(c.Observer)
	return c
}

// transport keeps enough connections open for a burst of posts: the default of
// two a host would open a new one for nearly each.
func transport() http.RoundTripper {
	t, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	t = t.Clone()
	t.MaxIdleConnsPerHost = 32
	return t
}

// tokenKind says what is wrong with a token, if something is. See
// https://docs.slack.dev/authentication/tokens for the kinds.
func tokenKind(name tokenName, token, prefix, where string) error {
	kinds := map[string]string{
		"xoxb-": "a bot token", "xapp-": "an app-level token", "xoxp-": "a person's token", "xoxe": "a token for rotation",
		"xoxs-": "a session's token", "xoxc-": "a browser's token",
	}
	if strings.HasPrefix(token, prefix) && len(token) > len(prefix) {
		return nil
	}
	problem := "is missing"
	if token != "" {
		problem = "is no token of Slack's"
	}
	for start, kind := range kinds {
		if strings.HasPrefix(token, start) && start != prefix {
			problem = "is " + kind + " (" + start + "…)"
		}
	}
	return fmt.Errorf("the %s %s: it begins with %s and stands at api.slack.com/apps > your app > %s", name, problem, prefix, where)
}

// API is the Web API with the bot token. Its calls have a timeout and are not
// repeated by themselves.
func (c *Client) API() *slack.Client { return c.api }

// HTTP is the HTTP client that the Web API uses, for response URLs.
func (c *Client) HTTP() *http.Client { return c.http }

// explain puts into words what the operator can do about an error of Slack's.
// Addresses stay out of it: a socket's holds a ticket.
func explain(err error, token tokenName, apiURL string) error {
	var status slack.StatusCodeError
	switch {
	case isCode(err, "invalid_auth", "not_authed"):
		return fmt.Errorf("slack does not accept the %s: copy it again from api.slack.com/apps into %s; "+
			"if the app has a list of allowed IP addresses, see that this machine is on it: %w", token, token.variable(), err)
	case isCode(err, "token_revoked", "token_expired", "account_inactive"):
		return fmt.Errorf("the %s is no longer valid: install the app again, or make a new token, at api.slack.com/apps, and put it into %s: %w",
			token, token.variable(), err)
	case isCode(err, "missing_scope"):
		var refused slack.SlackErrorResponse
		errors.As(err, &refused)
		if refused.Needed == "" && token == appTokenName {
			refused.Needed = "connections:write"
		}
		return fmt.Errorf("the %s lacks the scope %s: add it at api.slack.com/apps: %w", token, orDash(refused.Needed), refusal{refused})
	case isCode(err, "not_allowed_token_type"):
		return fmt.Errorf("the %s is of the wrong kind: %w", token, err)
	case errors.As(err, &status) && status.Code == http.StatusNotFound:
		return fmt.Errorf("there is no Slack API at %s: check SLACK_API_URL: %w", apiURL, err)
	}
	return withoutAddress(err)
}
