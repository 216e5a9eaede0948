package slackio

import (
	"context"
	"fmt"
	"slices"
	"time"

	"syncfix/bot"
)

// tokenName is what a token is called in messages.
type tokenName string

const (
	botTokenName tokenName = "bot token"
	appTokenName tokenName = "app-level token"
)

// variable is the setting that holds it.
func (n tokenName) variable() string {
	if n == appTokenName {
		return "SLACK_APP_TOKEN"
	}
	return "SLACK_BOT_TOKEN"
}

// deadCodes are Slack's words for a token that is not accepted, whatever is asked
// with it (docs.slack.dev/reference/methods/auth.test, "Errors").
func deadCodes() []string {
	return []string{"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"}
}

// tokenObserver notices when a call is refused because of the bot token: the
// sockets, on the app-level token, see to theirs.
type tokenObserver struct {
	Observer
	refused chan<- struct{}
}

// SlackCalled implements Observer.
func (o tokenObserver) SlackCalled(method, result string) {
	o.Observer.SlackCalled(method, result)
	if method != openMethod && slices.Contains(deadCodes(), result) {
		select {
		case o.refused <- struct{}{}:
		default:
		}
	}
}

// How soon Slack is asked again about a token that it has refused.
const (
	askedNow  = 5 * time.Second // when it says that the token is good
	askedLate = time.Minute     // when it does not say
)

// KeepToken waits until Slack refuses the bot token, and asks it once more: an
// odd answer passes. If the token is refused then too, trying again can't mend
// it, and KeepToken returns an error for the operator. It returns nil when ctx ends.
func (c *Client) KeepToken(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-c.refused:
		}
		rest := askedNow
		switch _, err := c.authTest(ctx); {
		case ctx.Err() != nil: // looked at next
		case isCode(err, deadCodes()...):
			return fmt.Errorf("working in Slack: %w", explain(err, botTokenName, c.APIURL))
		case err != nil:
			rest = askedLate
			c.Log.Warn("Slack has refused the bot token, and does not say whether it is still good", "err", explain(err, botTokenName, c.APIURL))
		default:
			c.Log.Warn("Slack has refused the bot token, and accepts it again")
		}
		_ = bot.Sleep(ctx, c.Clock, rest) // it fails only when ctx has ended
	}
}
