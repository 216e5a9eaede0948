package slackio

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"syncfix/bot"
)

// classOf says what one of Slack's error codes means for a delivery
// (docs.slack.dev/reference/methods, "Errors" of each method). A code that is not
// listed is Slack's refusal of what we sent: the same again would not help.
func classOf(code string) bot.SendClass {
	switch code {
	case "ratelimited", "rate_limited":
		return bot.SendRateLimited
	case "service_unavailable", "team_added_to_org", "org_login_required", "external_channel_migrating", // they pass
		"request_timeout": // the body was cut short: nothing was done
		return bot.SendRetry
	case "not_authed", "invalid_auth", "token_revoked", "token_expired", "account_inactive": // see Client.KeepToken
		return bot.SendRetry
	case "internal_error", "fatal_error": // "some aspect of the operation may have succeeded"
		return bot.SendUncertain
	case "missing_scope", "not_allowed_token_type", "no_permission", "access_denied", "ekm_access_denied",
		"two_factor_setup_required", "not_in_channel", "message_limit_exceeded":
		return bot.SendOperator
	case "expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "trigger_expired", "trigger_exchanged",
		"expired_url", "used_url", "invalid_url":
		return bot.SendExpired
	}
	return bot.SendPermanent
}

// classify makes a *bot.SendError of what calling method came to. The error text
// is for the operator; it holds neither tokens nor addresses.
func classify(method string, err error) *bot.SendError {
	var done *bot.SendError
	if errors.As(err, &done) {
		return done
	}
	var (
		limited *slack.RateLimitedError
		status  slack.StatusCodeError
		refused slack.SlackErrorResponse
		number  *strconv.NumError
	)
	out := &bot.SendError{Class: bot.SendUncertain}
	switch {
	case errors.As(err, &limited):
		out.Class, out.After = bot.SendRateLimited, limited.RetryAfter
	case errors.As(err, &number): // a 429 whose Retry-After is no number
		out.Class, out.After = bot.SendRateLimited, unknownPause
	case errors.As(err, &status):
		out.Class = classOfStatus(method, status.Code)
	case errors.As(err, &refused):
		out.Class = classOf(refused.Err)
		err = refusal{refused}
	case notSent(err):
		out.Class = bot.SendRetry
	}
	if out.Class == bot.SendRateLimited && out.After <= 0 {
		out.After = unknownPause
	}
	if out.Class == bot.SendUncertain && repeatable(method) {
		out.Class = bot.SendRetry
	}
	out.Err = fmt.Errorf("%s: %w", method, withoutAddress(err))
	return out
}

// classOfStatus is for answers without a body to go by. A gateway in the way may
// have passed a post on before it failed. One that lets nothing through, as a proxy
// that wants a password does, is no answer of Slack's, which says no with 200.
func classOfStatus(method string, code int) bot.SendClass {
	switch {
	case code == http.StatusTooManyRequests:
		return bot.SendRateLimited
	case code >= 500 && !repeatable(method):
		return bot.SendUncertain
	case code >= 500:
		return bot.SendRetry
	}
	switch code {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired, http.StatusRequestTimeout:
		return bot.SendRetry
	}
	return bot.SendPermanent
}

// repeatable says that doing a call twice shows no more than doing it once, so
// that an uncertain one need not be looked up.
func repeatable(method string) bool {
	switch method {
	case "chat.update", "chat.delete", "chat.getPermalink", "reactions.add", "reactions.remove", "views.publish",
		"conversations.replies", "conversations.history", "users.conversations":
		return true
	}
	return false
}

// notSent says that a request never left: there was no connection.
func notSent(err error) bool {
	var op *net.OpError
	var dns *net.DNSError
	return errors.As(err, &op) && op.Op == "dial" || errors.As(err, &dns) || errors.Is(err, errNotSent)
}

// errNotSent marks what was given up before the request went out.
var errNotSent = errors.New("not sent")

// refusal is Slack's no, with what Slack says about it: the scope that is
// missing, or which block is wrong.
type refusal struct{ slack.SlackErrorResponse }

func (r refusal) Unwrap() error { return r.SlackErrorResponse }

func (r refusal) Error() string {
	text := shorten(oneLine(r.Err), 100)
	if r.Needed != "" {
		text += fmt.Sprintf(" (needed: %s; provided: %s)", shorten(r.Needed, 200), shorten(r.Provided, 500))
	}
	if m := r.ResponseMetadata.Messages; len(m) > 0 {
		text += ": " + shorten(oneLine(strings.Join(m, "; ")), 500)
	}
	return text
}

// withoutAddress drops the address from an HTTP error: a response URL lets
// whoever has it post.
func withoutAddress(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// isCode says whether err is one of Slack's error codes.
func isCode(err error, codes ...string) bool {
	var refused slack.SlackErrorResponse
	if !errors.As(err, &refused) {
		return false
	}
	for _, c := range codes {
		if refused.Err == c {
			return true
		}
	}
	return false
}

// waitError is what giving up in front of a limit comes to: nothing went out.
func waitError(err error) error {
	var done *bot.SendError
	if errors.As(err, &done) {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w: waiting for the rate limit: %w", errNotSent, err)
	}
	return err
}
