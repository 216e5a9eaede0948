package slackio

import (
	"context"
	"fmt"
	"slices"
	"time"

	"syncfix/bot"
)

// Filing. The inbox is worked in order: what happens now must not wait behind
// all that happened before.
const (
	fileTogether = 32 // envelopes in one commit
	fewPending   = 64 // so many in the inbox, and there is room for more
	lookEvery    = 20 * time.Millisecond
	roomPatience = 30 * time.Second // in one reading; then all goes in at once
)

// Holding. A success may stand in any channel: failures are filed when all
// channels have been read, so that their order does not matter, or when that
// takes too much memory or time.
const (
	mostHeld = 16 << 20    // bytes of messages
	heldFor  = time.Minute // which is enough for some 40 channels below Slack's limits
)

// held are a channel's messages that were read and are not filed yet.
type held struct {
	channel       string
	from, reached time.Time // from when on it was to be read, and was
	list          []pastMessage
}

// hold keeps a channel's messages until the other channels have been read.
func (s *sweep) hold(ctx context.Context, h held) {
	s.note(h.list)
	if len(s.held) == 0 {
		s.heldSince = s.client.Clock.Now()
	}
	s.held = append(s.held, h)
	for _, m := range h.list {
		s.heldBytes += len(m.envelope.Body)
	}
	if s.heldBytes > s.mostHeld || s.client.Clock.Now().Sub(s.heldSince) > s.heldFor {
		s.release(ctx)
	}
}

// release files what is held.
func (s *sweep) release(ctx context.Context) {
	for _, h := range s.held {
		if err := s.file(ctx, h.list, "channel", h.channel, "from", h.reached); err != nil {
			s.failed(ctx, "a channel's history can't be filed", err, "channel", h.channel)
			continue
		}
		s.from[h.channel] = h.from
	}
	s.held, s.heldBytes = nil, 0
}

// note remembers which messages are successes.
func (s *sweep) note(list []pastMessage) {
	for _, m := range list {
		s.history.Note(m.in)
	}
}

// since drops what was said before a moment.
func since(list []pastMessage, from time.Time) []pastMessage {
	return slices.DeleteFunc(list, func(m pastMessage) bool { return timeOf(m.in.Place.TS).Before(from) })
}

// file files messages that have been noted, the oldest first. args say in the log
// where they are from.
func (s *sweep) file(ctx context.Context, list []pastMessage, args ...any) error {
	slices.SortStableFunc(list, func(a, b pastMessage) int { return a.in.At.Compare(b.in.At) })
	read, fresh, over := len(list), 0, 0
	for chunk := range slices.Chunk(list, fileTogether) {
		envelopes := make([]bot.Envelope, len(chunk))
		for i, m := range chunk {
			envelopes[i] = m.envelope
			envelopes[i].Over = s.history.Over(m.in)
		}
		if err := s.room(ctx); err != nil {
			return err
		}
		isFresh, err := s.Store.File(ctx, envelopes)
		if err != nil {
			return fmt.Errorf("filing messages from history: %w", err)
		}
		s.Wake()
		for i, ok := range isFresh {
			switch {
			case ok && envelopes[i].Over:
				over++
				s.log.Info("a failure was over when it was read; no case is opened", "key", envelopes[i].Key)
			case ok:
				fresh++
			}
		}
	}
	s.messages, s.fresh, s.over = s.messages+read, s.fresh+fresh, s.over+over
	if fresh+over > 0 {
		s.log.Info("caught up", append(args, "messages", read, "new", fresh, "over", over)...)
	}
	return nil
}

// room waits until the inbox is nearly empty, or patience is at an end.
func (s *sweep) room(ctx context.Context) error {
	for s.patience > 0 {
		var pending int
		err := s.Store.View(ctx, func(tx bot.Reader) (err error) {
			pending, _, err = tx.Inbox()
			return err
		})
		if err != nil {
			return fmt.Errorf("looking into the inbox: %w", err)
		}
		if pending <= fewPending {
			return nil
		}
		s.patience -= lookEvery
		if err := bot.Sleep(ctx, bot.RealClock{}, lookEvery); err != nil {
			return err
		}
	}
	return nil
}
