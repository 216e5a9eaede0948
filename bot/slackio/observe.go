package slackio

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/slack-go/slack"

	"syncfix/bot"
)

// Observer is told what passes between Slack and the bot, for figures and health.
// Its methods must not block, and many goroutines call them.
type Observer interface {
	// EnvelopeTaken: a socket has brought an envelope. outcome is "filed", "known"
	// (it was brought before), "crowded" (too much is waiting) or "refused" (the
	// store did not take it); the last two are not acked.
	EnvelopeTaken(kind bot.EnvelopeKind, outcome string)
	// EnvelopeAcked: so long after it came in. A late one was given up.
	EnvelopeAcked(took time.Duration, late bool)
	// SlackCalled: a method of the Web API was called; result is "ok", one of
	// Slack's error codes, or what kept the answer from us.
	SlackCalled(method, result string)
	// SocketChanged: a socket, counted from 1, is "connected", "down", "refused"
	// (connected and closed at once, as when too many are open), or "failed": it was
	// tried and no connection came about.
	SocketChanged(socket int, state string)
	// HistoryRead: so many messages were read from history, of which fresh ones
	// were filed and over ones had been overtaken by a success. result is "whole",
	// "short" (what was too old or too much is left out for good) or "part"
	// (something could not be read, and is tried again).
	HistoryRead(messages, fresh, over int, result string)
}

// The words that an Observer hears.
const (
	takenFiled    = "filed"
	takenKnown    = "known"
	takenCrowded  = "crowded"
	takenRefused  = "refused"
	socketUp      = "connected"
	socketDown    = "down"
	socketRefused = "refused"
	socketFailed  = "failed"
	readWhole     = "whole"
	readShort     = "short"
	readPart      = "part"
)

// unobserved is the Observer where there is none.
type unobserved struct{}

func (unobserved) EnvelopeTaken(bot.EnvelopeKind, string) {}
func (unobserved) EnvelopeAcked(time.Duration, bool)      {}
func (unobserved) SlackCalled(string, string)             {}
func (unobserved) SocketChanged(int, string)              {}
func (unobserved) HistoryRead(int, int, int, string)      {}

// observed is o, or nobody.
func observed(o Observer) Observer {
	if o == nil {
		return unobserved{}
	}
	return o
}

// resultOf is a call's result in a word from a short list: what Slack says is
// not passed on as it is.
func resultOf(err error) string {
	var (
		limited *slack.RateLimitedError
		status  slack.StatusCodeError
		refused slack.SlackErrorResponse
		timeout net.Error
	)
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &limited):
		return "ratelimited"
	case errors.As(err, &refused):
		return codeOf(refused.Err)
	case errors.As(err, &status):
		return fmt.Sprintf("http_%dxx", status.Code/100)
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	}
	return "network"
}

// codeOf is an error code of Slack's if it is one that we know.
func codeOf(code string) string {
	switch code {
	case "already_reacted", "no_reaction", "message_not_found", "thread_not_found", "channel_not_found", "user_not_found", "is_archived",
		"msg_too_long", "invalid_blocks", "restricted_action", "cant_update_message", "cant_delete_message", "user_not_in_channel",
		"cannot_reply_to_message", "view_too_large", "file_not_found", "user_not_visible", "too_many_attachments", "no_text":
		return code
	}
	if classOf(code) != bot.SendPermanent {
		return code
	}
	return "other"
}
