package slackio

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"golang.org/x/time/rate"

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

// halfLimiter keeps reading to half of what its methods may take, and its bursts
// to less than the Sender's, so that the look-ups that a delivery waits for find
// room.
func halfLimiter(l Limits) *limiter {
	half := &limiter{methods: map[string]*rate.Limiter{}, blocked: map[string]time.Time{}}
	if l.Unlimited {
		return half
	}
	for _, method := range []string{"conversations.history", "conversations.replies", "users.conversations"} {
		tier := methodTiers()[method]
		half.methods[method] = rate.NewLimiter(rate.Limit(float64(tier)/2/60), tier*2/5)
	}
	return half
}

// ask calls a method below its limits, and again when Slack says later.
func (c *Catchup) ask(ctx context.Context, method string, form url.Values) (object, error) {
	for try := 1; ; try++ {
		for _, l := range []*limiter{c.limiter, c.Sender.limiter} {
			if err := patiently(ctx, l, method); err != nil {
				return nil, err
			}
		}
		answer, err := c.client.read(ctx, method, form)
		if err == nil {
			return answer, nil
		}
		se := classify(method, err)
		switch {
		case ctx.Err() != nil || try == maxTries:
			return nil, se.Err
		case se.Class == bot.SendRateLimited:
			c.client.Log.Info("Slack asks to read history more slowly", "method", method, "pause", se.After)
			c.Sender.limiter.block(method, se.After)
		case se.Class == bot.SendRetry:
			if err := pause(ctx, time.Duration(try)*time.Second); err != nil {
				return nil, err
			}
		default:
			return nil, se.Err
		}
	}
}

// patiently waits for a limit, and for a pause of any length that Slack wants.
func patiently(ctx context.Context, l *limiter, method string) error {
	for {
		err := l.wait(ctx, method, "")
		var held *bot.SendError
		if !errors.As(err, &held) || held.Class != bot.SendRateLimited {
			return err
		}
		if err := pause(ctx, held.After); err != nil {
			return err
		}
	}
}

// pages calls a method page after page and gives each answer to take. It says
// whether it stopped before the end.
func (c *Catchup) pages(ctx context.Context, method string, form url.Values, most int, take func(object)) (short bool, err error) {
	form.Set("limit", strconv.Itoa(historyPage))
	for range most {
		answer, err := c.ask(ctx, method, form)
		if err != nil {
			return false, err
		}
		take(answer)
		next := answer.text("response_metadata", "next_cursor")
		if next == "" {
			return false, nil
		}
		form.Set("cursor", next)
	}
	return true, nil
}

// watched are the ids of the channels that the bot is in and listens to.
func (c *Catchup) watched(ctx context.Context) ([]string, error) {
	var ids []string
	form := url.Values{"types": {"public_channel,private_channel"}, "exclude_archived": {"true"}}
	short, err := c.pages(ctx, "users.conversations", form, listPages, func(answer object) {
		for _, o := range answer.list("channels") {
			shared, _ := o["is_ext_shared"].(bool)
			ch := bot.Channel{ID: o.text("id"), Shared: shared}
			if ch.ID != "" && c.Settings.Quiet(ch) == "" {
				ids = append(ids, ch.ID)
			}
		}
	})
	if err != nil {
		return nil, fmt.Errorf("asking which channels the bot is in: %w", err)
	}
	if short {
		c.client.Log.Warn("the bot is in too many channels to read the history of all", "channels", len(ids))
	}
	return ids, nil
}

// channel reads and files a channel's history since mark.
func (s *sweep) channel(ctx context.Context, ch string, mark time.Time) error {
	from := mark
	if oldest := s.begin.Add(-s.Age); mark.Before(oldest) {
		from = oldest
		s.log.Warn("history is read in part: what is older is left out", "channel", ch, "from", from, "not read since", mark, "see", "SYNCFIX_CATCHUP")
	}
	// latest makes Slack begin with the newest; our clock may be behind Slack's.
	form := url.Values{"channel": {ch}, "oldest": {tsOf(from)}, "latest": {tsOf(s.begin.Add(overlap))}, "inclusive": {"true"}}
	var joined, first time.Time
	var list []pastMessage
	short, err := s.pages(ctx, "conversations.history", form, channelPages, func(answer object) {
		for _, o := range answer.list("messages") {
			at := timeOf(o.text("ts"))
			if first.IsZero() || at.Before(first) {
				first = at
			}
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
	if short {
		s.log.Warn("history is read in part: there is too much of it", "channel", ch, "from", first, "not read since", from)
	}
	if err := s.file(ctx, since(list, joined), "channel", ch, "from", from); err != nil {
		return err
	}
	s.from[ch] = from
	return nil
}

// thread reads and files what was said in a case's thread.
func (s *sweep) thread(ctx context.Context, at bot.Place, from time.Time) error {
	form := url.Values{"channel": {at.Channel}, "ts": {at.Root()}, "oldest": {tsOf(from)}, "latest": {tsOf(s.begin.Add(overlap))}, "inclusive": {"true"}}
	var list []pastMessage
	short, err := s.pages(ctx, "conversations.replies", form, threadPages, func(answer object) {
		for _, o := range answer.list("messages") {
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
		s.log.Warn("a thread is read in part: there is too much of it", "channel", at.Channel, "thread", at.Root(), "from", from)
	}
	return s.file(ctx, list, "channel", at.Channel, "thread", at.Root(), "from", from)
}

// tsOf is a time as one of Slack's timestamps.
func tsOf(t time.Time) string {
	return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000)
}
