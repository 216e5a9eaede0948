package slackio

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"syncfix/bot"
)

// Paging. Slack advises 200 or fewer messages a page
// (docs.slack.dev/reference/methods/conversations.history).
const (
	historyPage  = 200
	channelPages = 25 // of one channel in one reading
	threadPages  = 5
	listPages    = 50 // of channels
	maxTries     = 5  // of one call
)

// watched are the ids of the channels that the bot is in and listens to. It says
// whether there are more.
func (c *Catchup) watched(ctx context.Context) (ids []string, short bool, err error) {
	form := url.Values{"types": {"public_channel,private_channel"}, "exclude_archived": {"true"}}
	short, err = c.pages(ctx, "users.conversations", form, listPages, func(answer object) {
		for _, o := range answer.list("channels") {
			shared, _ := o["is_ext_shared"].(bool)
			ch := bot.Channel{ID: o.text("id"), Shared: shared}
			if ch.ID != "" && c.Settings.Quiet(ch) == "" {
				ids = append(ids, ch.ID)
			}
		}
	})
	if err != nil {
		return nil, false, fmt.Errorf("asking which channels the bot is in: %w", err)
	}
	return ids, short, nil
}

// channel reads a channel's history since mark, and holds it.
func (s *sweep) channel(ctx context.Context, ch string, mark time.Time) error {
	from := mark
	if oldest := s.begin.Add(-s.Age); mark.Before(oldest) {
		from = oldest
		s.stopped("history is read in part: what is older is left out", "channel", ch, "from", from, "not read since", mark, "see", "SYNCFIX_CATCHUP")
	}
	// latest makes Slack begin with the newest; our clock may be behind Slack's.
	form := url.Values{"channel": {ch}, "oldest": {tsOf(from)}, "latest": {tsOf(s.begin.Add(overlap))}, "inclusive": {"true"}}
	var joined time.Time
	var seen stretch
	var list []pastMessage
	short, err := s.pages(ctx, "conversations.history", form, channelPages, func(answer object) {
		for _, o := range answer.list("messages") {
			at := timeOf(o.text("ts"))
			seen.note(at)
			if o.text("subtype") == "channel_join" && o.text("user") == s.self.UserID && at.After(joined) {
				joined = at // what was said before was not said to the bot
			}
			if m, ok := s.message(ch, o); ok {
				list = append(list, m)
			}
		}
	})
	if isCode(err, "not_in_channel", "channel_not_found", "is_archived") {
		s.log.Info("a channel was left", "channel", ch)
		return nil
	}
	if err != nil {
		return err
	}
	reached := from
	if short {
		reached = seen.from
		s.stopped("history is read in part: there is too much of it", "channel", ch, "from", reached, "not read since", from)
	}
	s.hold(ctx, held{ch, from, reached, since(list, joined)})
	return nil
}

// thread reads and files what was said in a case's thread.
func (s *sweep) thread(ctx context.Context, at bot.Place, from time.Time) error {
	form := url.Values{"channel": {at.Channel}, "ts": {at.Root()}, "oldest": {tsOf(from)}, "latest": {tsOf(s.begin.Add(overlap))}, "inclusive": {"true"}}
	var seen stretch
	var list []pastMessage
	short, err := s.pages(ctx, "conversations.replies", form, threadPages, func(answer object) {
		for _, o := range answer.list("messages") {
			if o.text("ts") != at.Root() { // which every page begins with
				seen.note(timeOf(o.text("ts")))
			}
			if m, ok := s.message(at.Channel, o); ok && o.text("ts") != at.Root() {
				list = append(list, m)
			}
		}
	})
	if isCode(err, "thread_not_found", "message_not_found", "channel_not_found", "not_in_channel") {
		return nil // deleted, with its thread
	}
	if err != nil {
		return err
	}
	if short {
		s.stopped("a thread is read in part: there is too much of it", "channel", at.Channel, "thread", at.Root(), "from", seen.from, "until", seen.until)
		from = seen.from
	}
	s.note(list)
	return s.file(ctx, list, "channel", at.Channel, "thread", at.Root(), "from", from)
}

// stretch is what was read: the times of the first and the last message.
type stretch struct{ from, until time.Time }

func (s *stretch) note(at time.Time) {
	if s.from.IsZero() || at.Before(s.from) {
		s.from = at
	}
	if at.After(s.until) {
		s.until = at
	}
}

// tsOf is a time as one of Slack's timestamps.
func tsOf(t time.Time) string {
	return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000)
}
