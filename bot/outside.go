package bot

import (
	"context"
	"time"

	"syncfix/diagnose"
)

// Decoder turns an envelope from Slack into what was done. It is pure: the same
// envelope always gives the same Inbound. An error means that the envelope can't
// be understood; it is logged, counted and set aside.
type Decoder interface {
	Decode(e Envelope) (Inbound, error)
}

// Directory knows what Slack knows of people and channels. Answers may be cached
// for some minutes; an error means that Slack could not be asked just now.
type Directory interface {
	// Person completes an actor: name, guest, outsider, groups.
	Person(ctx context.Context, a Actor) (Actor, error)
	// Mail returns the text of a forwarded mail, redacted, and names the secrets
	// that were taken out. A mail that Slack does not show us has no text.
	Mail(ctx context.Context, id string) (text string, removed []string, err error)
	// Channel says what a channel is to us.
	Channel(ctx context.Context, team, channel string) (Channel, error)
}

// Past reads again what was said.
type Past interface {
	// Since gives the messages that stand at a place from at.TS on: in at.Thread,
	// with its parent, or outside of threads where that is empty. They come in any
	// order, as they would come in now, but for what nothing comes of whatever it
	// says. whole is false if there were too many to read all; the newest are there.
	Since(ctx context.Context, at Place) (said []Inbound, whole bool, err error)
}

// Channel is what Slack knows of a channel.
type Channel struct {
	ID     string
	Name   string
	Shared bool // with another company
	Member bool // the bot is in it
	Direct bool // a conversation with one person
}

// Outside carries deliveries out.
type Outside interface {
	// Send does what d says, rendering scene. On success it returns what now
	// stands in Slack (nil if nothing that must be remembered). Its error is a
	// *SendError. If d.Uncertain is set, Send looks whether an earlier try
	// arrived before it sends again.
	Send(ctx context.Context, d Delivery, scene Scene) (*Posted, error)
}

// Scene is all that a rendering may look at. Only what an effect needs is set.
type Scene struct {
	Now      time.Time
	Case     Case
	Playbook diagnose.Playbook // the one the case began with
	Ranking  diagnose.Ranking  // of the case
	Events   []Event           // brief, show_case
	Cases    []Case            // list, home, digest
	Recent   []Case            // home: closed lately
	Systems  []string          // start form: systems that a playbook knows
	Titles   map[string]string // playbook id → title, for proposals
	Problems []string          // home: what the operator should know
}

// SendError is why a delivery did not go out.
type SendError struct {
	Class SendClass
	After time.Duration // RateLimited: how long Slack wants this method left alone
	Held  bool          // RateLimited: Slack was not asked now, since it had asked for this pause before
	Err   error         // for the operator's log; never shown to people
}

// SendClass says what to do about a failed delivery.
type SendClass string

// The classes of failure. See the Web API part of Slack's documentation for
// which error belongs where.
const (
	SendRetry       SendClass = "retry"        // it did not arrive: send again later
	SendUncertain   SendClass = "uncertain"    // it may have arrived: look, then send again
	SendRateLimited SendClass = "rate_limited" // it did not arrive: again after After
	SendPermanent   SendClass = "permanent"    // it never will: dead letter
	SendOperator    SendClass = "operator"     // scope or membership: retry slowly, tell the operator
	SendExpired     SendClass = "expired"      // too late (trigger, response URL): drop, tell the person if possible
)

func (e *SendError) Error() string { return string(e.Class) + ": " + e.Err.Error() }

// Unwrap gives the cause.
func (e *SendError) Unwrap() error { return e.Err }
