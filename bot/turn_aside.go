package bot

import (
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"syncfix/diagnose"
)

// setAside keeps back the envelopes that come to nothing, and returns the others.
// Most of what a busy workspace says is of no interest, and a commit for each
// would hold up the rest: they leave the inbox with the next commit. If the
// process dies before, they are looked at once more.
func (b *Bot) setAside(all []work, now time.Time) []work {
	if len(b.idle) == 0 {
		b.idleSince = now
	}
	var busy []work
	for _, w := range all {
		if w.drop == "" {
			busy = append(busy, w)
		} else {
			b.Log.Debug("dropped", "key", w.envelope.Key, "kind", w.envelope.Kind, "reason", w.drop)
			b.idle = append(b.idle, w)
		}
	}
	return busy
}

// idleDue says that what was set aside must leave the inbox now.
func (b *Bot) idleDue(now time.Time) bool {
	return len(b.idle) >= turnSize || len(b.idle) > 0 && now.Sub(b.idleSince) >= idleTime
}

// leave drops an envelope, unless somebody must hear of a secret that was in it.
func (w *work) leave(why string, d Decoder) {
	w.drop = why
	if in, err := d.Decode(w.envelope); err == nil && len(in.Removed) > 0 && !in.Own {
		w.seen.Inbound, w.seen.Left, w.drop = in, why, ""
	}
}

// idle is why nothing can come of it, whatever the cases; empty if something may.
func (s Seen) idle() string {
	rec := s.Recognition
	switch {
	case s.Kind == InNothing:
		return "nothing to do"
	case s.Own:
		return "own message"
	case s.Kind == InMessage && s.Deleted && directChannel(s.Place.Channel):
		return "deleted message"
	case s.Kind == InMessage && s.Deleted: // there may be a case of it
	case s.Kind == InMessage && !directChannel(s.Place.Channel) && len(s.Removed) == 0 && !rec.Recovered &&
		rec.Outcome != diagnose.Sure && rec.Outcome != diagnose.Likely:
		return "not an alert"
	}
	return ""
}

// errPanic: a step panicked. Its transaction must not be kept.
var errPanic = errors.New("a step panicked")

// spoiled turns a panic into an error and remembers what caused it, so that the
// turn can be done again without.
func (b *Bot) spoiled(name string, err *error) {
	if r := recover(); r != nil {
		b.Log.Error("a step panicked; what caused it is set aside", "what", name, "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
		b.bad[name] = true
		*err = errPanic
	}
}

// clear takes a timer off its case without stepping it.
func (b *Bot) clear(tx Tx, d DueTimer) error {
	c, err := tx.Case(d.Case)
	if err != nil {
		return fmt.Errorf("reading %s: %w", d.Case, err)
	}
	from := c.Rev
	c.Rev++
	delete(c.Timers, d.Timer)
	if err := tx.PutCase(c, from); err != nil {
		return fmt.Errorf("storing %s: %w", c.ID, err)
	}
	return nil
}
