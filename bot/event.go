package bot

import (
	"time"

	"syncfix/diagnose"
)

// An Event is something that happened to a case. A case's events, in order, are
// its timeline, its audit log and enough to replay it.
type Event struct {
	Key     string    `json:"key"` // of the envelope or timer it came from
	Kind    EventKind `json:"kind"`
	At      time.Time `json:"at"`      // when it happened
	Learned time.Time `json:"learned"` // when we learned of it
	By      Actor     `json:"by"`
	Place   Place     `json:"place"`

	Offer  string            `json:"offer,omitempty"`  // the offer a press belongs to
	Choice string            `json:"choice,omitempty"` // answer, gate, way out, cause, timer, playbook
	Note   string            `json:"note,omitempty"`   // what a person wrote
	Values map[string]string `json:"values,omitempty"` // of a form: changed answers, account and company
	Until  time.Time         `json:"until,omitzero"`   // EventWaiting
	Alert  *Alert            `json:"alert,omitempty"`  // EventOpened, EventAlert
	Posted *Posted           `json:"posted,omitempty"` // EventPosted
	// Repeat says of an EventAlert which repeat it is, since not all are kept.
	Repeat int `json:"repeat,omitempty"`
	// Trigger and ReplyTo let the effects of an event answer the one who acted;
	// they are dropped before the event is kept.
	Trigger string `json:"-"`
	ReplyTo string `json:"-"`
}

// EventKind says what happened.
type EventKind string

// The events of a case.
const (
	EventOpened    EventKind = "opened"     // an alert, command, form or shortcut began it
	EventProposed  EventKind = "proposed"   // likely an alert: nobody has said yes yet
	EventAlert     EventKind = "alert"      // the failure was reported again
	EventRecovered EventKind = "recovered"  // a success notice
	EventStarted   EventKind = "started"    // a proposal was taken up; Choice: playbook
	EventAnswered  EventKind = "answered"   // Choice: answer
	EventChanged   EventKind = "changed"    // Values: question → answer
	EventGate      EventKind = "gate"       // Choice: gate
	EventCannot    EventKind = "cannot"     // Choice: way out
	EventWorked    EventKind = "worked"     // a person saw the sync work; Choice: the cause they name
	EventFailing   EventKind = "failing"    // a person saw it fail
	EventPicked    EventKind = "picked"     // Choice: cause
	EventWrong     EventKind = "wrong"      // wrong diagnosis
	EventDismissed EventKind = "dismissed"  // Note: reason
	EventHandedOff EventKind = "handed_off" // Note
	EventWaiting   EventKind = "waiting"    // on the customer, until Until
	EventResumed   EventKind = "resumed"
	EventAssigned  EventKind = "assigned" // By takes it over
	EventAccount   EventKind = "account"  // Values: account, company
	EventNamed     EventKind = "named"    // a report said whose sync it is; Values: account, company
	EventMerged    EventKind = "merged"   // Choice: the case it turned out to be
	EventGone      EventKind = "gone"     // its alert was deleted, and nothing else speaks for it
	EventReopened  EventKind = "reopened"
	EventTimer     EventKind = "timer"  // Choice: Timer
	EventPosted    EventKind = "posted" // something stands in Slack now
	EventForm      EventKind = "form"   // Choice: the form to open
)

// An Alert is a recognised report of a failure.
type Alert struct {
	Playbook string              `json:"playbook"`
	Hash     string              `json:"hash"`
	Others   []string            `json:"others,omitempty"` // playbooks that fit as well
	Text     string              `json:"text"`             // redacted, shortened
	System   string              `json:"system,omitempty"`
	Account  string              `json:"account,omitempty"`
	Company  string              `json:"company,omitempty"`
	Subject  string              `json:"subject,omitempty"`
	Evidence []diagnose.Evidence `json:"evidence,omitempty"` // the words' signals; history and learned weights when it opens
}

// Posted is what a delivery left in Slack.
type Posted struct {
	Delivery string     `json:"delivery"`
	Effect   EffectKind `json:"effect"`
	Place    Place      `json:"place"`
	Rev      uint64     `json:"rev,omitempty"` // ShowCard: the revision that is shown
	State    State      `json:"state,omitempty"`
}
