package bot

import "context"

// Observer is told what becomes of things, for figures. Its methods must not
// block, and many goroutines call them.
type Observer interface {
	// EnvelopeDone: an envelope has left the inbox.
	EnvelopeDone(kind EnvelopeKind, outcome EnvelopeOutcome)
	// CaseChanged: a changed case was stored. before is the zero Case if it is new.
	CaseChanged(before, after Case)
	// DeliveryTried: a delivery was tried, or came to its end without.
	DeliveryTried(kind EffectKind, result DeliveryResult)
}

// EnvelopeOutcome is what became of an envelope.
type EnvelopeOutcome string

// The outcomes of envelopes.
const (
	EnvelopeStepped    EnvelopeOutcome = "stepped"    // something was done about it
	EnvelopeDropped    EnvelopeOutcome = "dropped"    // nothing was to be done
	EnvelopeUnreadable EnvelopeOutcome = "unreadable" // it is not understood, or makes us fail; set aside
)

// DeliveryResult is what came of one try of a delivery. Beside these it is the
// SendClass of the failure, after which it is tried again.
type DeliveryResult string

// The ends of deliveries.
const (
	DeliveryArrived   DeliveryResult = "arrived"
	DeliveryCollapsed DeliveryResult = "collapsed" // a later one shows all that it would
	DeliveryDropped   DeliveryResult = "dropped"   // it would come too late, or be seen twice
	DeliveryDead      DeliveryResult = "dead"      // given up
)

// unobserved is the Observer of a Bot that has none.
type unobserved struct{}

func (unobserved) EnvelopeDone(EnvelopeKind, EnvelopeOutcome) {}
func (unobserved) CaseChanged(Case, Case)                     {}
func (unobserved) DeliveryTried(EffectKind, DeliveryResult)   {}

// changed is a case before and after a step.
type changed struct{ before, after Case }

// doneEnvelope is an envelope that has left the inbox.
type doneEnvelope struct {
	kind    EnvelopeKind
	outcome EnvelopeOutcome
}

// report tells the operator and the observer what a transaction has come to.
func (b *Bot) report(res result) {
	for _, l := range res.lines {
		b.Log.Log(context.Background(), l.level, l.msg, l.args...)
	}
	for _, c := range res.changes {
		b.Observer.CaseChanged(c.before, c.after)
	}
	for _, e := range res.envelopes {
		b.Observer.EnvelopeDone(e.kind, e.outcome)
	}
}
