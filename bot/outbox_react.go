package bot

import (
	"log/slog"
	"sync"
)

// reactions knows why reactions are refused. A reaction shows nothing that its
// case's card doesn't: it is neither kept as a dead letter nor does it hold up a
// channel, and a reason is said once, not for each.
type reactions struct {
	mu      sync.Mutex
	refused map[string]string // why → in which channel first
}

// maxRefused bounds the reasons that are remembered: they are Slack's words.
const maxRefused = 64

// refuse says whether a reason is new.
func (r *reactions) refuse(why, channel string) (fresh bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.refused[why]; known {
		return false
	}
	if len(r.refused) >= maxRefused {
		clear(r.refused)
	}
	r.refused[why] = channel
	return true
}

// show forgets the reasons that were first met in a channel where one is shown
// now, and says whether there were any.
func (r *reactions) show(channel string) (again bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for why, in := range r.refused {
		if in == channel {
			delete(r.refused, why)
			again = true
		}
	}
	return again
}

// unreacted drops a reaction that is refused.
func (o *outbox) unreacted(d Delivery, why error, log *slog.Logger) {
	channel := d.Effect.Place.Channel
	if o.reactions.refuse(why.Error(), channel) {
		log.Error("a reaction can't be shown, and is left out; others that are refused for the same reason are left out without a word", "channel", channel)
	} else {
		log.Debug("a reaction is left out")
	}
	o.drop(d)
}

// reacted notes that a reaction was shown.
func (o *outbox) reacted(d Delivery) {
	if d.Effect.Kind == ShowReaction && o.reactions.show(d.Effect.Place.Channel) {
		o.b.Log.Info("reactions are shown again", "channel", d.Effect.Place.Channel)
	}
}
