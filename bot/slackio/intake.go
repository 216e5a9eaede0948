package slackio

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"syncfix/bot"
)

// Inbox is where envelopes become durable. bot.Store is one.
type Inbox interface {
	// File adds envelopes in one durable transaction, all or none, and says which
	// were fresh.
	File(ctx context.Context, envelopes []bot.Envelope) (fresh []bool, err error)
}

// IntakeConfig is what an Intake is made of.
type IntakeConfig struct {
	Inbox Inbox
	Self  Identity
	Check func(bot.Form) map[string]string // a submitted form's errors, by field; nil: none
	Wake  func()                           // called after each commit; must not block
	Due   func()                           // history should be read: connected after a gap, or invited; must not block
	Now   func() time.Time                 // default time.Now
	Log   *slog.Logger                     // default slog.Default

	Observer Observer // of what is taken in; default: nobody
}

// Intake files what the sockets bring, and acks it when it is on disk. All that
// waits goes into one commit; nothing waits for more to come.
type Intake struct {
	IntakeConfig
	signal  chan struct{}
	mu      sync.Mutex
	waiting []arrival
	bytes   int
	refused int       // since there was no more room
	crowd   time.Time // the last commit of many envelopes
}

// arrival is an envelope on its way to the inbox.
type arrival struct {
	id       string // Slack's, of the envelope
	envelope bot.Envelope
	payload  any               // of the ack
	ack      func(payload any) // never blocks
}

// Bounds of what is kept in memory. What is beyond them is left unacked, and
// Slack sends events again.
const (
	maxWaiting      = 16384
	maxWaitingBytes = 32 << 20
	maxTogether     = 1024 // in one commit
)

// It is a burst while so many envelopes come together, and for a lull after.
const (
	crowd = 32
	lull  = 25 * time.Millisecond
)

// Busy says that many envelopes are coming in, and wait for their acks. Whatever
// can wait should leave them the machine.
func (in *Intake) Busy() bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	return len(in.waiting) >= crowd || time.Since(in.crowd) < lull
}

// NewIntake makes an Intake; Client.Listen runs it.
func NewIntake(c IntakeConfig) *Intake {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	c.Observer = observed(c.Observer)
	if c.Wake == nil {
		c.Wake = func() {}
	}
	if c.Due == nil {
		c.Due = func() {}
	}
	if c.Check == nil {
		c.Check = func(bot.Form) map[string]string { return nil }
	}
	return &Intake{IntakeConfig: c, signal: make(chan struct{}, 1)}
}

// take accepts an envelope without waiting for the disk; again says that Slack
// has sent it before. Many goroutines may call it.
func (in *Intake) take(kind bot.EnvelopeKind, id string, raw []byte, again bool, ack func(payload any)) {
	a := in.arrival(kind, id, raw)
	a.id, a.ack, a.envelope.Again = id, ack, again
	if !in.add(a) {
		in.Observer.EnvelopeTaken(kind, takenCrowded)
		return
	}
	select {
	case in.signal <- struct{}{}:
	default:
	}
}

// add says whether there was room.
func (in *Intake) add(a arrival) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	if len(in.waiting) >= maxWaiting || in.bytes+len(a.envelope.Body) > maxWaitingBytes {
		if in.refused++; in.refused == 1 {
			in.Log.Error("too much is waiting for the disk; from now on envelopes are left unacked, for Slack to send again", "waiting", len(in.waiting))
		}
		return false
	}
	if in.refused > 0 {
		in.Log.Warn("there is room for envelopes again", "refused", in.refused)
		in.refused = 0
	}
	in.waiting = append(in.waiting, a)
	in.bytes += len(a.envelope.Body)
	return true
}

// arrival redacts a payload, gives it its key, and checks it if it is a form.
func (in *Intake) arrival(kind bot.EnvelopeKind, id string, raw []byte) (a arrival) {
	defer func() { // one that brings us down would do so again each time Slack sends it
		if r := recover(); r != nil {
			in.Log.Error("taking in an envelope panicked; it is set aside without its content", "envelope", id, "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
			a = arrival{envelope: bot.Envelope{Kind: bot.EnvelopeUnknown, Key: unknownKey(id, raw), Received: in.Now().UTC(), Body: []byte("{}")}}
		}
	}()
	a.envelope = bot.Envelope{Kind: kind, Received: in.Now().UTC()}
	if kind != bot.EnvelopeEvent || !in.innocent(raw, &a) {
		in.redacted(id, raw, &a)
	}
	return a
}

// redacted is how an envelope is kept that may have a secret in it.
func (in *Intake) redacted(id string, raw []byte, a *arrival) {
	e := &a.envelope
	payload, err := readObject(raw)
	if err != nil || e.Kind == bot.EnvelopeUnknown {
		e.Kind, e.Key = bot.EnvelopeUnknown, unknownKey(id, raw)
		e.Body, _ = Redact(raw)
		return
	}
	redactPayload(payload)
	e.Key, e.Body = keyOf(e.Kind, payload, in.Self), mustMarshal(payload)
	in.invited(payload)
	if e.Kind == bot.EnvelopeInteractive && payload.text("type") == "view_submission" {
		in.check(payload, a)
	}
}

// innocent keeps an event as Slack wrote it, which is quick, if there is no secret
// in it: nearly all are so. It says no to any other.
func (in *Intake) innocent(raw []byte, a *arrival) bool {
	payload, ok := readOutline(raw)
	if !ok || !payload.clean() {
		return false
	}
	key := eventKey(payload, payload.at("event"), in.Self)
	if key == "" {
		return false
	}
	a.envelope.Key, a.envelope.Body = key, payload.without(payload.token())
	in.invited(payload)
	return true
}

// invited asks for the history of a channel that the bot was invited to: from now
// on it counts.
func (in *Intake) invited(payload fields) {
	if in.Self.UserID != "" && payload.text("event", "type") == "member_joined_channel" && payload.text("event", "user") == in.Self.UserID {
		in.Due()
	}
}

// check turns a form down whose fields have errors; they travel in the ack
// (https://docs.slack.dev/surfaces/modals#displaying_errors).
func (in *Intake) check(payload object, a *arrival) {
	form, _, err := formOf(payload)
	if err != nil { // none of ours; Decode says so
		return
	}
	problems := in.Check(form)
	if len(problems) == 0 {
		return
	}
	// Slack keeps the view's hash; without the digest the corrected form would
	// look like this one.
	a.envelope.Rejected, a.envelope.Key = problems, a.envelope.Key+"/"+digest(mustMarshal(form.Values))
	a.payload = map[string]any{"response_action": "errors", "errors": problems}
}

// run files what waits until ctx ends.
func (in *Intake) run(ctx context.Context) {
	for {
		select {
		case <-in.signal:
			in.drain(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// drain files all that waits.
func (in *Intake) drain(ctx context.Context) {
	for {
		batch := in.next()
		if len(batch) == 0 {
			return
		}
		in.file(ctx, batch)
	}
}

// next takes what waits, or as much of it as goes into one commit.
func (in *Intake) next() []arrival {
	in.mu.Lock()
	defer in.mu.Unlock()
	n := min(len(in.waiting), maxTogether)
	batch := in.waiting[:n:n]
	if in.waiting = in.waiting[n:]; len(in.waiting) == 0 {
		in.waiting = nil
	}
	for _, a := range batch {
		in.bytes -= len(a.envelope.Body)
	}
	if n >= crowd {
		in.crowd = time.Now()
	}
	return batch
}

// file commits a batch, acks it and wakes the bot. What can't be kept is not
// acked: Slack sends an event again, and tells a person that a press has failed.
func (in *Intake) file(ctx context.Context, batch []arrival) {
	envelopes := make([]bot.Envelope, len(batch))
	for i, a := range batch {
		envelopes[i] = a.envelope
	}
	// What has arrived is kept even if the bot has just been told to stop.
	fresh, err := in.Inbox.File(context.WithoutCancel(ctx), envelopes)
	if err != nil {
		level := slog.LevelError
		if errors.Is(err, bot.ErrUnwritable) { // which the store has said, once
			level = slog.LevelDebug
		}
		in.Log.Log(ctx, level, "envelopes can't be kept, so they are not acked; Slack sends events again", "envelopes", len(batch), "err", err)
		for _, e := range envelopes {
			in.Observer.EnvelopeTaken(e.Kind, takenRefused)
		}
		return
	}
	in.Wake() // somebody waits for the card; Slack has 3 s for the ack
	for _, a := range batch {
		a.ack(a.payload)
	}
	for i, a := range batch {
		outcome := takenFiled
		if !fresh[i] {
			outcome = takenKnown
		}
		in.Log.Debug("an envelope is kept", "envelope", a.id, "key", a.envelope.Key, "kind", a.envelope.Kind, "outcome", outcome)
		in.Observer.EnvelopeTaken(a.envelope.Kind, outcome)
	}
}
