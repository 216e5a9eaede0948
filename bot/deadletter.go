package bot

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A Verdict is what became of the wish to retry or discard a delivery.
type Verdict struct {
	ID string `json:"id"` // the delivery's
	// Refused is why it was not done, in the middle of a sentence; empty if it was.
	Refused string `json:"refused,omitempty"`
}

// Retry puts deliveries that were given up back on their way, as Revive does, and
// carries them out. It waits until Run has begun.
func (b *Bot) Retry(ctx context.Context, ids []string) ([]Verdict, error) {
	select {
	case <-b.out.started:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	var back []Delivery
	var verdicts []Verdict
	room := b.out.lanes.admit()
	err := b.Store.Update(ctx, func(tx Tx) (err error) {
		back, verdicts, err = Revive(tx, ids, b.Now())
		return err
	})
	if err != nil {
		b.out.take(nil, room)
		return nil, fmt.Errorf("putting deliveries back on their way: %w", err)
	}
	for _, d := range back {
		b.Log.Info("a delivery that was given up is tried again", "delivery", d.ID, "effect", d.Effect.String(), "uncertain", d.Uncertain)
	}
	b.out.take(back, room)
	return verdicts, nil
}

// Discard forgets deliveries that were given up, as DiscardDead does.
func (b *Bot) Discard(ctx context.Context, ids []string) (verdicts []Verdict, err error) {
	err = b.Store.Update(ctx, func(tx Tx) (err error) {
		verdicts, err = DiscardDead(tx, ids)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("discarding deliveries: %w", err)
	}
	for _, v := range verdicts {
		if v.Refused == "" {
			b.Log.Info("a delivery that was given up is discarded", "delivery", v.ID)
		}
	}
	return verdicts, nil
}

// Revive makes deliveries of dead ones: those with these ids, or all that can be
// if there are none. One that may have gone out stays uncertain, so that it is
// looked up before it is sent again.
func Revive(tx Tx, ids []string, now time.Time) (back []Delivery, verdicts []Verdict, err error) {
	verdicts, err = eachDead(tx, ids, func(d Delivery) (refused string, err error) {
		if why := d.over(now); why != "" {
			return why, nil
		}
		d.Dead, d.NotUntil, d.Paused, d.Revived = false, time.Time{}, false, now
		d.Untried = true                // since then, whichever process carries it out
		d.Attempts = max(d.Attempts, 1) // not the first try
		back = append(back, d)
		return "", tx.PutDelivery(d)
	})
	return back, verdicts, err
}

// DiscardDead forgets dead deliveries: those with these ids, or all if there are none.
func DiscardDead(tx Tx, ids []string) ([]Verdict, error) {
	return eachDead(tx, ids, func(d Delivery) (string, error) { return "", tx.DoneDelivery(d.Seq) })
}

// forgetDead forgets dead deliveries that were last put on their way before a
// time, the oldest first, at most so many of them, and says how many. One that
// says that a case's card may stand somewhere is kept while that is looked for.
func forgetDead(tx Tx, before time.Time, most int) (n int, err error) {
	all, err := tx.Deliveries()
	if err != nil {
		return 0, err
	}
	for _, d := range all {
		if n == most {
			break
		}
		if !d.Dead || !d.Born.Before(before) || !d.Revived.Before(before) {
			continue
		}
		if d.lostCard() {
			if c, err := tx.Case(d.Effect.Case); err == nil && c.Card.TS == "" {
				continue
			} else if err != nil && !errors.Is(err, ErrNotFound) {
				return n, fmt.Errorf("delivery %s: %w", d.ID, err)
			}
		}
		if err := tx.DoneDelivery(d.Seq); err != nil {
			return n, fmt.Errorf("delivery %s: %w", d.ID, err)
		}
		n++
	}
	return n, nil
}

// eachDead calls do for the dead deliveries with these ids, or for all, in order.
func eachDead(tx Tx, ids []string, do func(Delivery) (refused string, err error)) ([]Verdict, error) {
	all, err := tx.Deliveries()
	if err != nil {
		return nil, err
	}
	byID := map[string]Delivery{}
	for _, d := range all {
		byID[d.ID] = d
	}
	if len(ids) == 0 {
		for _, d := range all {
			if d.Dead {
				ids = append(ids, d.ID)
			}
		}
	}
	var verdicts []Verdict
	for _, id := range ids {
		v := Verdict{ID: id}
		d, ok := byID[id]
		switch {
		case !ok:
			v.Refused = "there is none of that name; it may have arrived, or been discarded"
		case !d.Dead:
			v.Refused = "it is under way"
		default:
			if v.Refused, err = do(d); err != nil {
				return nil, fmt.Errorf("delivery %s: %w", id, err)
			}
			delete(byID, id) // named twice is done once
		}
		verdicts = append(verdicts, v)
	}
	return verdicts, nil
}

// over is why a dead delivery can't be brought back; empty if it can.
func (d Delivery) over(now time.Time) string {
	e := d.Effect
	switch {
	case e.Kind == OpenForm:
		return "a form opens right after the press or not at all; they can press again"
	case !e.Before.IsZero() && now.After(e.Before):
		return "it would come too late"
	case e.Private() && d.Uncertain:
		return "it may have been seen already, and nobody can look"
	}
	return ""
}
