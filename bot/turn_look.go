package bot

import (
	"context"
	"fmt"
	"runtime/debug"
)

// lookUp asks Slack for what routing needs to know: who acts, and where. A
// person who can't be looked up is asked for again, and then marked as unknown; a
// channel is asked for until Slack says.
func (b *Bot) lookUp(ctx context.Context, w *work) {
	defer func() {
		if r := recover(); r != nil {
			w.spoil(fmt.Sprintf("looking up panicked: %v", r))
			b.Log.Error("looking up panicked; the envelope is set aside", "key", w.envelope.Key, "panic", r, "stack", string(debug.Stack()))
		}
	}()
	in := &w.seen
	if len(in.Mails) > 0 && !b.readMails(ctx, w) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	if in.Kind != InMessage && !in.By.Bot && in.By.ID != "" || in.Kind == InMessage && directChannel(in.Place.Channel) && !in.Own {
		a, err := b.Directory.Person(ctx, in.By)
		if err != nil {
			w.later = b.Now().Sub(w.envelope.Received) < lookTries
			b.Log.Warn("a person can't be looked up", "user", in.By.ID, "again", w.later, "err", err)
			if w.later {
				return
			}
			a = in.By
			a.Unknown = true
		}
		in.By = a
	}
	if in.Place.Channel == "" || in.Kind == InPress || in.Kind == InHome || in.Kind == InForm && in.Form.Kind != FormStart {
		return
	}
	ch, err := b.Directory.Channel(ctx, in.Place.Team, in.Place.Channel)
	if err != nil {
		b.Log.Warn("a channel can't be looked up; trying again", "channel", in.Place.Channel, "err", err)
		w.later = true
	}
	in.Channel = ch
}

// readMails asks Slack for the mails of a message, and says whether anything can
// come of the message then.
func (b *Bot) readMails(ctx context.Context, w *work) bool {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	for _, id := range w.seen.Mails {
		text, removed, err := b.Directory.Mail(ctx, id)
		if err != nil {
			b.Log.Warn("a mail can't be read; trying again", "file", id, "err", err)
			w.later = true
			return false
		}
		w.seen.Text += "\n" + text
		w.seen.Removed = append(w.seen.Removed, removed...)
	}
	w.seen.Recognition = w.library.Recognizer().Recognize(w.seen.Text)
	w.drop = w.seen.idle()
	return w.drop == ""
}

// directChannel says that a channel id is of a conversation with one person:
// Slack's ids of those begin with D.
func directChannel(id string) bool { return len(id) > 0 && id[0] == 'D' }
