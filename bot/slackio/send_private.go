package slackio

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"syncfix/bot"
)

// private tells one person something: by the response URL where there is one
// that still lives, or else where they are looking, or else in a direct message
// (they may have left the channel, or the bot may not be in it).
func (s *Sender) private(ctx context.Context, e bot.Effect, r Rendered) error {
	if e.ReplyTo != "" && (e.Before.IsZero() || s.Clock.Now().Before(e.Before)) {
		err := s.respond(ctx, e, r)
		if err == nil || classify("response_url", err).Class != bot.SendExpired {
			return err
		}
	}
	if e.To == "" {
		return &bot.SendError{Class: bot.SendPermanent, Err: fmt.Errorf("%s is for nobody", e.Kind)}
	}
	if ch := e.Place.Channel; ch != "" && !strings.HasPrefix(ch, "D") {
		err := s.call(ctx, "chat.postEphemeral", "", func(ctx context.Context) error {
			options := message(r)
			if e.Place.Thread != "" {
				options = append(options, slack.MsgOptionTS(e.Place.Thread))
			}
			_, err := s.api.PostEphemeralContext(ctx, ch, e.To, options...)
			return err
		})
		if !isCode(err, "user_not_in_channel", "not_in_channel", "channel_not_found", "is_archived", "restricted_action") {
			return err
		}
	}
	return s.direct(ctx, e, r)
}

// direct writes to the person's conversation with the bot.
func (s *Sender) direct(ctx context.Context, e bot.Effect, r Rendered) error {
	channel := e.To // Slack opens the conversation
	if strings.HasPrefix(e.Place.Channel, "D") {
		channel = e.Place.Channel
	}
	return s.call(ctx, "chat.postMessage", channel, func(ctx context.Context) error {
		options := message(r)
		if channel == e.Place.Channel && e.Place.Thread != "" {
			options = append(options, slack.MsgOptionTS(e.Place.Thread))
		}
		_, _, err := s.api.PostMessageContext(ctx, channel, options...)
		return err
	})
}

// respond posts to a response URL, seen by the one who acted only
// (docs.slack.dev/interactivity/handling-user-interaction#message_responses).
func (s *Sender) respond(ctx context.Context, e bot.Effect, r Rendered) error {
	return s.call(ctx, "response_url", "", func(ctx context.Context) error {
		body, err := json.Marshal(slack.WebhookMessage{
			ResponseType: slack.ResponseTypeEphemeral, ThreadTimestamp: e.Place.Thread, ReplaceOriginal: e.Replace,
			Text: r.Text, Blocks: &slack.Blocks{BlockSet: r.Blocks},
		})
		if err != nil {
			return fmt.Errorf("%w: %w", errNotSent, err)
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.ReplyTo, bytes.NewReader(body))
		if err != nil { // the error would name the address
			return &bot.SendError{Class: bot.SendExpired, Err: errors.New("the response URL is none")}
		}
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
		resp, err := s.HTTP.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		return respondedOK(resp)
	})
}

// respondedOK reads Slack's answer to a response URL: "ok", or JSON, or an error
// code as plain text.
func respondedOK(resp *http.Response) error {
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 4096))
	if err != nil {
		return fmt.Errorf("reading the answer: %w", err)
	}
	if resp.StatusCode == http.StatusTooManyRequests {
		after, _ := time.ParseDuration(resp.Header.Get("Retry-After") + "s") // 0: classify knows what to do
		return &slack.RateLimitedError{RetryAfter: after}
	}
	text := strings.TrimSpace(string(raw))
	var parsed slack.SlackResponse
	if json.Unmarshal(raw, &parsed) == nil && parsed.Error != "" {
		return parsed.Err()
	}
	switch {
	case resp.StatusCode == http.StatusOK:
		return nil
	case classOf(text) != bot.SendPermanent:
		return slack.SlackErrorResponse{Err: text}
	case resp.StatusCode == http.StatusNotFound || resp.StatusCode == http.StatusGone:
		return slack.SlackErrorResponse{Err: "expired_url"}
	}
	return slack.StatusCodeError{Code: resp.StatusCode, Status: resp.Status}
}

// marks are the reactions that show a state on the alert.
func marks() []string { return []string{"eyes", "white_check_mark", "sos"} }

// markOf is the reaction of a state; empty for none.
func markOf(s bot.State) string {
	switch s {
	case bot.Resolved:
		return "white_check_mark"
	case bot.Escalated:
		return "sos"
	case bot.Triage, bot.Fixing, bot.Verifying, bot.Waiting:
		return "eyes"
	}
	return ""
}

// react puts the state's reaction on the alert and takes the old one away. A try
// that may have got half way takes away whatever else is there. On an alert that
// was deleted there is nothing to show.
func (s *Sender) react(ctx context.Context, d bot.Delivery, c bot.Case) (*bot.Posted, error) {
	item := slack.NewRefToMessage(d.Effect.Place.Channel, d.Effect.Place.TS)
	want := markOf(c.State)
	if want != "" {
		err := s.call(ctx, "reactions.add", "", func(ctx context.Context) error { return s.api.AddReactionContext(ctx, want, item) })
		if isCode(err, "message_not_found") {
			return nil, nil
		}
		if err != nil && !isCode(err, "already_reacted") {
			return nil, err
		}
	}
	old := []string{markOf(c.Marked)}
	if d.Uncertain || d.Attempts > 0 {
		old = marks()
	}
	for _, name := range slices.DeleteFunc(old, func(n string) bool { return n == "" || n == want }) {
		err := s.call(ctx, "reactions.remove", "", func(ctx context.Context) error { return s.api.RemoveReactionContext(ctx, name, item) })
		if err != nil && !isCode(err, "no_reaction", "message_not_found") {
			return nil, err
		}
	}
	return &bot.Posted{Place: d.Effect.Place}, nil
}
