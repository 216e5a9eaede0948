package bot

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"syncfix/diagnose"
)

// lookBack looks at what stands in Slack before a late alert opens a case: Slack
// repeats what got no ack for up to a day, and we may have been away. Meanwhile
// the message may have been deleted or changed, and a success may have followed.
func (b *Bot) lookBack(ctx context.Context, all []work) {
	places := map[Place][]*work{}
	for i := range all {
		if w := &all[i]; b.late(*w) {
			at := w.seen.Place
			at.TS = ""
			places[at] = append(places[at], w)
		}
	}
	var wg sync.WaitGroup
	for at, list := range places {
		wg.Go(func() { b.lookAgain(ctx, at, list) })
	}
	wg.Wait()
}

// late says that an alert may have been overtaken by what happened since.
func (b *Bot) late(w work) bool {
	in, e := w.seen, w.envelope
	switch {
	case b.Past == nil, w.drop != "", w.later, in.Kind != InMessage, in.Own, in.Channel.Direct, b.Settings.Quiet(in.Channel) != "":
		return false
	case in.Recognition.Recovered, in.Recognition.Outcome != diagnose.Sure && in.Recognition.Outcome != diagnose.Likely:
		return false
	}
	return e.Again || e.Read && in.Replied || e.Received.Before(b.began) || b.Now().Sub(e.Received) > lateTime || !e.Read && e.Received.Sub(in.At) > lateTime
}

// lookAgain compares late alerts of one place with what stands there now. If that
// can't be read they are tried again for a while, and then taken as they are.
func (b *Bot) lookAgain(ctx context.Context, at Place, list []*work) {
	defer func() {
		if r := recover(); r != nil {
			b.Log.Error("looking back panicked; the alerts are taken as they are", "channel", at.Channel, "panic", r)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	at.TS = slices.MinFunc(list, func(a, b *work) int { return compareTS(a.seen.Place.TS, b.seen.Place.TS) }).seen.Place.TS
	said, whole, err := b.Past.Since(ctx, at)
	if err != nil {
		for _, w := range list {
			b.putOff(w, err)
		}
		return
	}
	h := NewHistory(list[0].library)
	for _, m := range said {
		h.Note(m)
	}
	for _, w := range list {
		w.compare(said, whole)
		if w.seen.Past == "" {
			b.lookBelow(ctx, h, w, said)
		}
	}
}

// lookBelow looks whether a late alert that stands is over, by what was said since
// beside it or in its thread.
func (b *Bot) lookBelow(ctx context.Context, h *History, w *work, said []Inbound) {
	at := w.seen.Place
	var err error
	if slices.ContainsFunc(said, func(m Inbound) bool { return m.Place == at && m.Replied }) && !h.Over(w.seen.Inbound) {
		at.Thread = at.TS
		var replies []Inbound
		replies, _, err = b.Past.Since(ctx, at)
		for _, m := range replies {
			h.Note(m)
		}
	}
	if h.Over(w.seen.Inbound) {
		w.seen.Past = "a failure that was over when it was learned of"
	} else if err != nil {
		b.putOff(w, err)
	}
}

// putOff tries a late alert again, for a while.
func (b *Bot) putOff(w *work, err error) {
	w.later = b.Now().Sub(w.envelope.Received) < lateTries
	b.Log.Warn("it can't be seen whether a late alert still stands", "key", w.envelope.Key, "again", w.later, "err", err)
}

// compare brings a late message to what it says now. A mail's text stays: it does
// not change, and stands in no message.
func (w *work) compare(said []Inbound, whole bool) {
	i := slices.IndexFunc(said, func(m Inbound) bool { return m.Place.TS == w.seen.Place.TS })
	switch {
	case i < 0 && whole:
		w.seen.Past = "a message that was deleted before it was learned of"
	case i < 0, len(w.seen.Mails) > 0, said[i].Text == w.seen.Text:
	default:
		now := said[i]
		w.seen.Text, w.seen.At, w.seen.Edited, w.seen.Removed = now.Text, now.At, now.Edited, now.Removed
		w.seen.Recognition = w.library.Recognizer().Recognize(now.Text)
	}
}

// compareTS orders Slack's timestamps: a shorter one has fewer digits before the point.
func compareTS(a, b string) int { return cmp.Or(len(a)-len(b), strings.Compare(a, b)) }
