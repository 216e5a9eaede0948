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

// since drops what was said before a moment.
func since(list []pastMessage, from time.Time) []pastMessage {
	return slices.DeleteFunc(list, func(m pastMessage) bool { return timeOf(m.in.Place.TS).Before(from) })
}

// file files messages, the oldest first. args say in the log where they are from.
func (s *sweep) file(ctx context.Context, list []pastMessage, args ...any) error {
	slices.SortStableFunc(list, func(a, b pastMessage) int { return a.in.At.Compare(b.in.At) })
	for _, m := range list {
		s.history.Note(m.in)
	}
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
