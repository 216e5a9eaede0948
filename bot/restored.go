package bot

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// jobRestored is under which the store knows that cards were refreshed since an
// older store was put back.
const jobRestored = "restored"

// refresh has the cards of all open cases shown anew once an older store was put
// back: in Slack they may show what came after it was copied.
func (b *Bot) refresh(ctx context.Context) error {
	if b.Restored.IsZero() {
		return nil
	}
	err := b.Store.Update(ctx, func(tx Tx) error {
		last, err := tx.LastTick(jobRestored)
		if err != nil || !b.Restored.After(last) {
			return err
		}
		open, err := tx.OpenCases()
		if err != nil {
			return err
		}
		for _, c := range open {
			if c.Card.TS == "" {
				continue
			}
			d := Delivery{
				ID:     fmt.Sprintf("%s/%d/%s", jobRestored, b.Restored.UnixMilli(), c.ID),
				Effect: Effect{Kind: ShowCard, Case: c.ID, Rev: c.Rev, Place: c.Anchor}, Born: b.Now(),
				Uncertain: true, // else it would pass for shown
			}
			if _, err := tx.AddDelivery(d, "", time.Time{}); err != nil {
				return err
			}
		}
		return tx.MarkTick(jobRestored, b.Restored)
	})
	if err != nil {
		return fmt.Errorf("refreshing cards after an older store was put back: %w", err)
	}
	return nil
}

// mayBeThere says that below a message from before an older store was put back,
// the same may have been posted for a case that was lost by it.
func (d Delivery) mayBeThere(c Case, restored time.Time) bool {
	at := d.Effect.Place
	switch d.Effect.Kind {
	case ShowCard:
		if c.Card.TS != "" {
			return false
		}
		at = c.Anchor
	case Pointer, ShowProposal:
		if d.Effect.Private() {
			return false
		}
	default:
		return false
	}
	seconds, _, _ := strings.Cut(at.Root(), ".")
	n, err := strconv.ParseInt(seconds, 10, 64)
	return err == nil && time.Unix(n, 0).Before(restored)
}
