package slackio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"syncfix/bot"
)

func TestSlacksErrorCodesHaveTheirClasses(t *testing.T) {
	for class, codes := range map[bot.SendClass]string{
		bot.SendRateLimited: "ratelimited rate_limited",
		bot.SendRetry:       "service_unavailable team_added_to_org org_login_required external_channel_migrating request_timeout invalid_auth not_authed token_revoked token_expired account_inactive",
		bot.SendUncertain:   "internal_error fatal_error",
		bot.SendOperator:    "missing_scope not_in_channel message_limit_exceeded not_allowed_token_type",
		bot.SendPermanent: "channel_not_found is_archived invalid_blocks invalid_blocks_format msg_blocks_too_long msg_too_long no_text cant_update_message " +
			"message_not_found edit_window_closed restricted_action restricted_action_thread_only_channel metadata_too_large something_new",
		bot.SendExpired: "expired_trigger_id exchanged_trigger_id invalid_trigger_id expired_url used_url",
	} {
		for _, code := range strings.Fields(codes) {
			err := fmt.Errorf("posting: %w", slack.SlackErrorResponse{Err: code})
			got := classify("chat.postMessage", err)
			if got.Class != class {
				t.Errorf("%s: class %s, want %s", code, got.Class, class)
			}
			if !isCode(got, code) || !strings.Contains(got.Error(), code) || !strings.Contains(got.Error(), "chat.postMessage") {
				t.Errorf("%s: the error %q does not say what was refused", code, got)
			}
			if (got.After > 0) != (class == bot.SendRateLimited) {
				t.Errorf("%s: after %v", code, got.After)
			}
		}
	}
}

func TestFailuresBelowSlackHaveTheirClasses(t *testing.T) {
	refused := &url.Error{Op: "Post", URL: "https://hooks.example/secret", Err: &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}}
	for _, c := range []struct {
		name   string
		method string
		err    error
		want   bot.SendClass
	}{
		{"429 with its time", "chat.postMessage", &slack.RateLimitedError{RetryAfter: 7 * time.Second}, bot.SendRateLimited},
		{"429 without a time", "chat.postMessage", slack.StatusCodeError{Code: 429}, bot.SendRateLimited},
		{"503", "chat.postMessage", slack.StatusCodeError{Code: 503}, bot.SendUncertain},
		{"gateway fails on a post", "chat.postMessage", slack.StatusCodeError{Code: 502}, bot.SendUncertain},
		{"gateway fails on an update", "chat.update", slack.StatusCodeError{Code: 502}, bot.SendRetry},
		{"gateway fails on a whisper", "chat.postEphemeral", slack.StatusCodeError{Code: 500}, bot.SendUncertain},
		{"a proxy wants a password", "chat.postMessage", slack.StatusCodeError{Code: 407}, bot.SendRetry},
		{"a gateway forbids it", "chat.postMessage", slack.StatusCodeError{Code: 403}, bot.SendRetry},
		{"a gateway waited in vain", "chat.postMessage", slack.StatusCodeError{Code: 408}, bot.SendRetry},
		{"400", "chat.postMessage", slack.StatusCodeError{Code: 400}, bot.SendPermanent},
		{"404", "chat.postMessage", slack.StatusCodeError{Code: 404}, bot.SendPermanent},
		{"nobody listens", "chat.postMessage", refused, bot.SendRetry},
		{"no such host", "chat.postMessage", &url.Error{Err: &net.DNSError{Err: "no such host"}}, bot.SendRetry},
		{"reset", "chat.postMessage", &url.Error{Err: &net.OpError{Op: "read", Err: syscall.ECONNRESET}}, bot.SendUncertain},
		{"reset on an update", "chat.update", &url.Error{Err: &net.OpError{Op: "read", Err: syscall.ECONNRESET}}, bot.SendRetry},
		{"timeout", "chat.postMessage", context.DeadlineExceeded, bot.SendUncertain},
		{"timeout of a form", "views.open", context.DeadlineExceeded, bot.SendUncertain},
		{"cut short", "chat.postMessage", io.ErrUnexpectedEOF, bot.SendUncertain},
		{"stopped before it went out", "chat.postMessage", waitError(context.Canceled), bot.SendRetry},
		{"internal error of an update", "chat.update", slack.SlackErrorResponse{Err: "internal_error"}, bot.SendRetry},
		{"classified already", "chat.postMessage", &bot.SendError{Class: bot.SendExpired, Err: io.EOF}, bot.SendExpired},
	} {
		got := classify(c.method, c.err)
		if got.Class != c.want {
			t.Errorf("%s: class %s, want %s", c.name, got.Class, c.want)
		}
		if strings.Contains(got.Error(), "secret") {
			t.Errorf("%s: the error names the address: %v", c.name, got)
		}
	}
	if got := classify("chat.postMessage", &slack.RateLimitedError{RetryAfter: 7 * time.Second}); got.After != 7*time.Second {
		t.Errorf("Retry-After became %v", got.After)
	}
}

func TestOperatorsErrorSaysWhatIsMissing(t *testing.T) {
	err := classify("chat.postMessage", slack.SlackErrorResponse{Err: "missing_scope", Needed: "chat:write", Provided: "commands"})
	if got := err.Error(); got != "operator: chat.postMessage: missing_scope (needed: chat:write; provided: commands)" {
		t.Errorf("got %q", got)
	}
	err = classify("chat.update", slack.SlackErrorResponse{Err: "invalid_blocks", ResponseMetadata: slack.ResponseMetadata{Messages: []string{"must be shorter [/blocks/0]"}}})
	if got := err.Error(); !strings.Contains(got, "must be shorter [/blocks/0]") {
		t.Errorf("got %q", got)
	}
}

// What the library makes of real answers.
func TestAnswersOverTheWire(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		want   bot.SendClass
	}{
		{"Retry-After", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Retry-After", "7"); w.WriteHeader(429) }, bot.SendRateLimited},
		{"Retry-After that is no number", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "soon")
			w.WriteHeader(429)
		}, bot.SendRateLimited},
		{"no Retry-After", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) }, bot.SendRateLimited},
		{"HTML", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>oops") }, bot.SendUncertain},
		{"half an answer", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"ok":true,`)
		}, bot.SendUncertain},
		{"neither yes nor no", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"ok":false}`) }, bot.SendUncertain},
		{"hangs up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, bot.SendUncertain},
	} {
		srv := httptest.NewServer(c.answer)
		s := NewSender(slack.New("xoxb-1", slack.OptionAPIURL(srv.URL+"/")), Identity{}, SenderConfig{})
		_, err := s.Send(context.Background(), bot.Delivery{ID: "d", Effect: bot.Effect{Kind: bot.Reply, Text: "x", Place: bot.Place{Channel: "C1"}}}, bot.Scene{})
		var se *bot.SendError
		if !errors.As(err, &se) || se.Class != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
		if se != nil && se.Class == bot.SendRateLimited && se.After < time.Second {
			t.Errorf("%s: after %v", c.name, se.After)
		}
		srv.Close()
	}
}
