package slackio

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"syncfix/bot"
)

// metadataType marks our posts, so that one of them can be found again
// (docs.slack.dev/messaging/message-metadata). Any app and member can read it:
// it holds ids only.
const metadataType = "syncfix_delivery"

func metadata(d bot.Delivery) slack.SlackMetadata {
	return slack.SlackMetadata{EventType: metadataType, EventPayload: map[string]any{
		"delivery": d.ID, "case": d.Effect.Case, "kind": string(d.Effect.Kind),
	}}
}

// post puts a message into a thread, or into the channel where there is none. A
// post that may have gone out before is looked for first.
func (s *Sender) post(ctx context.Context, d bot.Delivery, at bot.Place, r Rendered) (*bot.Posted, error) {
	if d.Uncertain {
		found, err := s.find(ctx, d, at)
		if err != nil {
			return nil, err
		}
		if found.TS != "" {
			if d.Effect.Kind == bot.ShowCard { // it may show an older state
				if err := s.update(ctx, found, r); err != nil {
					return nil, err
				}
			}
			return &bot.Posted{Place: found}, nil
		}
	}
	posted, err := s.postNew(ctx, d, at, r)
	if err != nil {
		return nil, err
	}
	if d.Uncertain && !s.settled(d) {
		s.dropLate(ctx, d, at, posted)
	}
	return &bot.Posted{Place: posted}, nil
}

func (s *Sender) postNew(ctx context.Context, d bot.Delivery, at bot.Place, r Rendered) (bot.Place, error) {
	posted := bot.Place{Team: at.Team, Thread: at.Root()}
	err := s.call(ctx, "chat.postMessage", at.Channel, func(ctx context.Context) error {
		options := append(message(r), slack.MsgOptionMetadata(metadata(d)))
		if posted.Thread != "" {
			options = append(options, slack.MsgOptionTS(posted.Thread))
		}
		var err error
		posted.Channel, posted.TS, err = s.api.PostMessageContext(ctx, at.Channel, options...)
		if err == nil && posted.TS == "" {
			err = errors.New("Slack's answer names no message")
		}
		return err
	})
	if posted.Thread != "" && isCode(err, "thread_not_found", "cannot_reply_to_message") {
		s.Log.Warn("the thread is gone; posting to the channel", "delivery", d.ID, "channel", at.Channel)
		return s.postNew(ctx, d, bot.Place{Team: at.Team, Channel: at.Channel}, r)
	}
	return posted, err
}

// find looks for a post of ours, and once more a little later, since a post can
// turn up after its answer was lost. Of several the oldest stays. A place we may
// not look at is a permanent failure: rather a dead letter than twice.
func (s *Sender) find(ctx context.Context, d bot.Delivery, at bot.Place) (bot.Place, error) {
	found, err := s.look(ctx, d, at)
	if err != nil || found.TS != "" || s.settled(d) {
		return found, err
	}
	if err := pause(ctx, s.Clock, s.LookAgain); err != nil {
		return bot.Place{}, classify("looking for a post", fmt.Errorf("%w: %w", errNotSent, err))
	}
	return s.look(ctx, d, at)
}

// turnsUp is how long after its last try a post may turn up. Calls end after 10 s
// on our side; the rest is for Slack's.
const turnsUp = 30 * time.Second

// settled says that what can't be seen of an uncertain post now will not turn up
// any more: one look says all. A try of which d knows nothing was in an earlier
// process.
func (s *Sender) settled(d bot.Delivery) bool {
	last := s.began
	if d.Tried.After(last) {
		last = d.Tried
	}
	return s.Clock.Now().Sub(last) > turnsUp
}

// look finds the post and deletes further copies of it.
func (s *Sender) look(ctx context.Context, d bot.Delivery, at bot.Place) (bot.Place, error) {
	ours, err := s.ours(ctx, d, at)
	if isCode(err, "thread_not_found", "message_not_found") { // then it can stand in the channel only
		at = bot.Place{Team: at.Team, Channel: at.Channel}
		ours, err = s.ours(ctx, d, at)
	}
	if err != nil {
		if isCode(err, "missing_scope", "not_in_channel", "channel_not_found", "no_permission", "access_denied", "not_allowed_token_type") {
			err = &bot.SendError{Class: bot.SendPermanent, Err: fmt.Errorf("it may have gone out, and I may not look: %w", err)}
		}
		return bot.Place{}, err
	}
	if len(ours) == 0 {
		return bot.Place{}, nil
	}
	for _, ts := range ours[1:] {
		s.drop(ctx, d, at.Channel, ts)
	}
	return bot.Place{Team: at.Team, Channel: at.Channel, TS: ours[0], Thread: at.Root()}, nil
}

// dropLate deletes what turned up while a second post went out. It is a
// courtesy: failing at it leaves the first post as it is.
func (s *Sender) dropLate(ctx context.Context, d bot.Delivery, at, posted bot.Place) {
	ours, err := s.ours(ctx, d, at)
	if err != nil {
		s.Log.Warn("could not look for a duplicate", "delivery", d.ID, "err", err)
		return
	}
	for _, ts := range ours {
		if ts != posted.TS {
			s.drop(ctx, d, posted.Channel, ts)
		}
	}
}

func (s *Sender) drop(ctx context.Context, d bot.Delivery, channel, ts string) {
	err := s.call(ctx, "chat.delete", "", func(ctx context.Context) error {
		_, _, err := s.api.DeleteMessageContext(ctx, channel, ts)
		return err
	})
	if err != nil && !isCode(err, "message_not_found") {
		s.Log.Error("a duplicate of ours stays: it can't be deleted", "delivery", d.ID, "channel", channel, "ts", ts, "err", err)
		return
	}
	s.Log.Warn("a duplicate of ours was deleted", "delivery", d.ID, "channel", channel, "ts", ts)
}

// How far to look for a post: clocks differ, and a thread can be long.
const (
	clockSkew = 2 * time.Minute
	pageSize  = 200
	maxPages  = 25
)

// ours are the TS of all posts of a delivery, oldest first.
func (s *Sender) ours(ctx context.Context, d bot.Delivery, at bot.Place) ([]string, error) {
	var found []string
	since, cursor := d.Born.Add(-clockSkew), ""
	if d.Adopt {
		since = time.Unix(0, 0)
	}
	for range maxPages {
		page, next, err := s.page(ctx, at, since, cursor)
		if err != nil {
			return nil, err
		}
		for _, m := range page {
			if s.isOurs(m, d) {
				found = append(found, m.Timestamp)
			}
		}
		if next == "" {
			slices.Sort(found) // Slack's TS sort as text
			return found, nil
		}
		cursor = next
	}
	return nil, &bot.SendError{Class: bot.SendPermanent, Err: errors.New("it may have gone out, and there is too much to look through")}
}

func (s *Sender) page(ctx context.Context, at bot.Place, oldest time.Time, cursor string) (page []slack.Message, next string, err error) {
	from := fmt.Sprintf("%d.%06d", oldest.Unix(), oldest.Nanosecond()/1000)
	if at.Root() == "" {
		err = s.call(ctx, "conversations.history", "", func(ctx context.Context) error {
			h, err := s.api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
				ChannelID: at.Channel, Oldest: from, Limit: pageSize, Cursor: cursor, IncludeAllMetadata: true,
			})
			if err == nil {
				page, next = h.Messages, h.ResponseMetaData.NextCursor
			}
			return err
		})
		return page, next, err
	}
	err = s.call(ctx, "conversations.replies", "", func(ctx context.Context) error {
		var err error
		page, _, next, err = s.api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
			ChannelID: at.Channel, Timestamp: at.Root(), Oldest: from, Limit: pageSize, Cursor: cursor, IncludeAllMetadata: true,
		})
		return err
	})
	return page, next, err
}

// isOurs says whether a message is what d posted: by its metadata or, where that
// is not to be seen, by its first block's id. Any card of the case will do for a
// card, since a case has one; and what Delivery.Adopt says.
func (s *Sender) isOurs(m slack.Message, d bot.Delivery) bool {
	if !(m.User != "" && m.User == s.self.UserID) && !(m.BotID != "" && m.BotID == s.self.BotID) {
		return false
	}
	if m.Metadata.EventType == metadataType {
		p := m.Metadata.EventPayload
		if p["delivery"] == d.ID {
			return true
		}
		if p["kind"] != string(d.Effect.Kind) {
			return false
		}
		return d.Adopt || d.Effect.Kind == bot.ShowCard && p["case"] == d.Effect.Case
	}
	return len(m.Blocks.BlockSet) > 0 && m.Blocks.BlockSet[0].ID() == deliveryBlock(d.ID)
}
