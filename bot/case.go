package bot

import (
	"strings"
	"time"

	"syncfix/diagnose"
)

// A Case is one failure of one account's sync, from alert to end. Only Step
// changes it. It is a value: what it points to is never changed in place.
type Case struct {
	ID       string `json:"id"`  // "SF-142", the number people say
	Rev      uint64 `json:"rev"` // counts up with every change
	State    State  `json:"state"`
	Team     string `json:"team"`
	Playbook string `json:"playbook"`
	Hash     string `json:"hash"` // of the playbook's content it began with
	System   string `json:"system,omitempty"`
	Account  string `json:"account,omitempty"`
	Company  string `json:"company,omitempty"`
	Subject  string `json:"subject,omitempty"`

	Anchor Place  `json:"anchor"`           // the alert (TS) or thread under which the card stands
	Card   Place  `json:"card,omitzero"`    // the card, once posted
	Face   uint64 `json:"face"`             // the revision that last changed what the card shows
	Shown  uint64 `json:"shown"`            // the revision the card shows
	Marked State  `json:"marked,omitempty"` // the state the reaction on the alert shows

	Opened   time.Time `json:"opened"`
	Changed  time.Time `json:"changed"` // when something last happened that counts as progress
	Closed   time.Time `json:"closed,omitzero"`
	ClosedBy Actor     `json:"closedBy,omitzero"`
	Owner    Actor     `json:"owner,omitzero"`
	Text     string    `json:"text"`             // of the first alert, redacted and shortened
	Others   []string  `json:"others,omitempty"` // while proposed: other playbooks that fit
	For      string    `json:"for,omitempty"`    // while proposed: the person asked, privately

	Evidence []diagnose.Evidence `json:"evidence,omitempty"`
	Offer    Offer               `json:"offer,omitzero"`
	Offers   int                 `json:"offers"`         // how many were made; the next one's number
	Past     []Done              `json:"past,omitempty"` // offers that have gone, newest last, the last 20
	Tried    []Try               `json:"tried,omitempty"`
	Repeats  Repeats             `json:"repeats,omitzero"`

	LastFailure time.Time `json:"lastFailure,omitzero"`
	Since       time.Time `json:"since,omitzero"`   // verifying: failures before it don't count
	Settled     time.Time `json:"settled,omitzero"` // when it was last closed: gates pressed before count no more
	Verified    Verified  `json:"verified,omitzero"`
	WaitUntil   time.Time `json:"waitUntil,omitzero"`
	Before      State     `json:"before,omitempty"` // waiting: the state to return to
	Reason      string    `json:"reason,omitempty"` // why escalated or dismissed
	Reopened    int       `json:"reopened,omitempty"`

	// Timers are due times by name; the store keeps its due-index in step.
	Timers map[Timer]time.Time `json:"timers,omitempty"`
}

// State is where a case is in its life.
type State string

// The states.
const (
	Proposed  State = "proposed"  // likely an alert; a person was asked
	Triage    State = "triage"    // asking
	Fixing    State = "fixing"    // steps and gates
	Verifying State = "verifying" // waiting for the sync
	Waiting   State = "waiting"   // on the customer
	Resolved  State = "resolved"
	Escalated State = "escalated" // handed off; stays open until somebody closes it
	Dismissed State = "dismissed"
)

// Open says whether somebody still has something to do or wait for.
func (s State) Open() bool { return s != Resolved && s != Dismissed && s != "" }

// Offer is what the card asks for now. Its buttons work while it stands.
type Offer struct {
	ID       string    `json:"id"` // "o3"
	Kind     OfferKind `json:"kind"`
	Question string    `json:"question,omitempty"`
	Fix      string    `json:"fix,omitempty"`
	Gate     string    `json:"gate,omitempty"` // the next gate; its steps are shown
	Since    time.Time `json:"since"`
	Reason   string    `json:"reason,omitempty"` // why this is next
	Asked    bool      `json:"asked,omitempty"`  // verification gave up waiting and asks
}

// OfferKind says what an offer is.
type OfferKind string

// The kinds of offers.
const (
	OfferStart    OfferKind = "start"    // a proposal
	OfferQuestion OfferKind = "question" //
	OfferGate     OfferKind = "gate"     //
	OfferVerify   OfferKind = "verify"   // "The sync worked" / "Still failing"
)

// Done is an offer that has gone, with what became of it.
type Done struct {
	Offer    string    `json:"offer"`
	Kind     OfferKind `json:"kind"`
	Question string    `json:"question,omitempty"`
	Fix      string    `json:"fix,omitempty"`
	Gate     string    `json:"gate,omitempty"`
	Choice   string    `json:"choice,omitempty"` // answer, way out; empty if it was overtaken
	What     string    `json:"what"`             // in a user's words: "answered “No”"
	By       Actor     `json:"by"`
	At       time.Time `json:"at"`
}

// Try is one time round of a fix.
type Try struct {
	Fix       string    `json:"fix"`
	Started   time.Time `json:"started"`
	By        Actor     `json:"by,omitzero"` // who carried out its last gate
	Gates     []GateRun `json:"gates,omitempty"`
	Result    Result    `json:"result,omitempty"` // empty while under way
	Ended     time.Time `json:"ended,omitzero"`
	Cause     string    `json:"cause,omitempty"`     // the cause it was for
	Overruled bool      `json:"overruled,omitempty"` // a person picked the cause
}

// GateRun is one confirmed press on a gate: the record that a dangerous step
// was done by somebody allowed to.
type GateRun struct {
	Gate string            `json:"gate"`
	Kind diagnose.GateKind `json:"kind"`
	By   Actor             `json:"by"`
	At   time.Time         `json:"at"`
}

// Result is how a try ended.
type Result string

// The results of a try.
const (
	Worked    Result = "worked"
	Failed    Result = "failed"
	Blocked   Result = "blocked"   // a step could not be done
	Abandoned Result = "abandoned" // another diagnosis, a hand-off or a close came first
)

// Repeats counts further reports of the same failure.
type Repeats struct {
	Count int       `json:"count"`
	Last  time.Time `json:"last,omitzero"`
}

// Verified is the evidence on which a case was closed as resolved.
type Verified struct {
	At     time.Time `json:"at,omitzero"`
	By     Actor     `json:"by,omitzero"`
	Notice bool      `json:"notice,omitempty"` // a success notice; otherwise By says they saw it
	Note   string    `json:"note,omitempty"`
	Cause  string    `json:"cause,omitempty"` // the cause whose fix worked, if one was tried; or the one a person names
	Fix    string    `json:"fix,omitempty"`
	// Credits is what later cases learn from this one; nil where nobody can tell
	// what it was.
	Credits []diagnose.Credit `json:"credits,omitempty"`
}

// Timer names a durable timer of a case.
type Timer string

// The timers.
const (
	TimerReminder Timer = "reminder" // no progress
	TimerVerify   Timer = "verify"   // the sync has not reported: ask
	TimerStale    Timer = "stale"    // a day without progress
	TimerWaiting  Timer = "waiting"  // the time given to the customer is over
)

// Outcome is what later cases of the same playbook learn from this one; ok is
// false unless it stands resolved and it is known what it was.
func (c Case) Outcome() (o diagnose.VerifiedOutcome, ok bool) {
	if c.State != Resolved || len(c.Verified.Credits) == 0 {
		return o, false
	}
	account := c.Account
	if account == "" {
		account = strings.ToLower(c.Company)
	}
	return diagnose.VerifiedOutcome{Account: account, Credits: c.Verified.Credits, At: c.Verified.At}, true
}
