package bot

import "time"

// An Envelope is what arrived from outside, as it is kept in the inbox: after
// redaction, before decoding. It is durable before the sender hears an ack.
type Envelope struct {
	Seq      uint64       `json:"seq"` // order of arrival; given by the store
	Key      string       `json:"key"` // what makes two deliveries the same thing
	Kind     EnvelopeKind `json:"kind"`
	Received time.Time    `json:"received"`
	Body     []byte       `json:"body"` // redacted JSON as the sender wrote it
	// Rejected says that a form was turned down in the ack, with the errors the
	// person saw; such an envelope is kept for the record and not stepped.
	Rejected map[string]string `json:"rejected,omitempty"`
	// Again says that the sender sent this before and heard no ack; Read, that it
	// was read from history when it was received, so that it stood then as it says.
	Again bool `json:"again,omitempty"`
	Read  bool `json:"read,omitempty"`
	// Over says that this is a failure read from history, with the success that
	// came after it; it is kept so that its key is known, and not stepped.
	Over bool `json:"over,omitempty"`
}

// EnvelopeKind names what an envelope's body is.
type EnvelopeKind string

// The kinds of envelopes. Those from Slack carry Slack's payload.
const (
	EnvelopeEvent       EnvelopeKind = "events_api"     // message, app_mention, app_home_opened, …
	EnvelopeCommand     EnvelopeKind = "slash_commands" //
	EnvelopeInteractive EnvelopeKind = "interactive"    // press, form, shortcut
	EnvelopeTick        EnvelopeKind = "tick"           // a Tick: the clock struck
	EnvelopeUnknown     EnvelopeKind = "unknown"        // what the library could not parse; kept, not stepped
)

// A Tick says that a calendar job is due. The scheduler files it; its key is
// the job and the scheduled time, so that a tick filed twice happens once.
type Tick struct {
	Job string    `json:"job"`
	Due time.Time `json:"due"`
}

// The calendar jobs.
const (
	JobDigest = "digest" // the morning list of stuck cases
	JobPrune  = "prune"  // old inbox keys, cases closed and deliveries given up long ago
)

// Inbound is an envelope decoded: what a person, a tool or the clock did, in
// words that are no longer Slack's.
type Inbound struct {
	Kind    InboundKind
	Key     string    // of the envelope
	At      time.Time // when it happened
	Learned time.Time // when it reached us
	By      Actor     // as far as the envelope says; the loop adds what Slack knows
	Place   Place
	Text    string   // all readable text of a message; what follows a command or mention
	Mails   []string // ids of forwarded mails whose body the message doesn't have
	Edited  bool     // the message is a later version of itself
	Deleted bool
	Own     bool // written by this bot
	Replied bool // a thread hangs under the message, when it was read
	// Removed names the secrets that redaction took out ("password"), so that the
	// person who posted them can be told.
	Removed []string
	Press   Press
	Private bool // the press was on what one person alone sees
	Form    Form
	Tick    Tick
	// Trigger opens a form, once and for 3 s; ReplyTo is a response URL, good for
	// 5 messages in 30 min. Both are for the one who acted only.
	Trigger string
	ReplyTo string
}

// InboundKind says what was done.
type InboundKind string

// What can come in.
const (
	InMessage  InboundKind = "message"
	InMention  InboundKind = "mention" // Text without the mention
	InCommand  InboundKind = "command" // Text is what follows /syncfix
	InPress    InboundKind = "press"
	InForm     InboundKind = "form"     // a submitted form
	InShortcut InboundKind = "shortcut" // "Fix this sync" on a message: Place and Text are the message's
	InHome     InboundKind = "home"     // App Home opened
	InJoined   InboundKind = "joined"   // the bot was invited to Place.Channel
	InTick     InboundKind = "tick"
	InNothing  InboundKind = "nothing" // understood, and of no interest
)

// Place is where something stands in Slack. Thread is the TS of the thread's
// parent; for a message outside of threads it is empty.
type Place struct {
	Team    string `json:"team,omitempty"`
	Channel string `json:"channel,omitempty"`
	TS      string `json:"ts,omitempty"`
	Thread  string `json:"thread,omitempty"`
}

// Root is the TS of the message under which a thread at this place hangs.
func (p Place) Root() string {
	if p.Thread != "" {
		return p.Thread
	}
	return p.TS
}

// Actor is who did something. Only ID and Bot may be known from an envelope;
// the rest is looked up before the event is made, so that a replay needs no
// look-up.
type Actor struct {
	ID       string   `json:"id,omitempty"`
	Name     string   `json:"name,omitempty"`
	Team     string   `json:"team,omitempty"`
	Bot      bool     `json:"bot,omitempty"`
	Guest    bool     `json:"guest,omitempty"`
	Outsider bool     `json:"outsider,omitempty"` // of another workspace
	Groups   []string `json:"groups,omitempty"`   // of those named in the settings
	Unknown  bool     `json:"unknown,omitempty"`  // could not be looked up: refused where rights matter
}

// Press is a pressed button or a chosen menu entry. It names the case and the
// one offer that it belongs to.
type Press struct {
	Case   string `json:"case,omitempty"`
	Offer  string `json:"offer,omitempty"`
	Action Action `json:"action,omitempty"`
	Choice string `json:"choice,omitempty"` // answer, cause, way out, form …
}

// Action is what a button does.
type Action string

// The actions. Those up to ActionFailing belong to an Offer; the rest stand
// while the case is open (or closed, for ActionReopen).
const (
	ActionAnswer  Action = "answer"  // Choice: answer id
	ActionGate    Action = "gate"    // Choice: gate id
	ActionCannot  Action = "cannot"  // Choice: way out's id, empty: something else is in the way
	ActionWorked  Action = "worked"  // "The sync worked"
	ActionFailing Action = "failing" // "Still failing"
	ActionStart   Action = "start"   // "Start a case" on a proposal; Choice: playbook id
	ActionDecline Action = "decline" // "Not this" on a proposal
	ActionForm    Action = "form"    // opens the form named by Choice
	ActionReopen  Action = "reopen"
	ActionMenu    Action = "menu" // Choice is a MenuChoice
)

// MenuChoice is an entry of a card's "More" menu.
type MenuChoice string

// The entries of the menu.
const (
	MenuAnswers MenuChoice = "answers" // form: change an answer
	MenuCause   MenuChoice = "cause"   // form: pick a cause
	MenuWrong   MenuChoice = "wrong"   // wrong diagnosis
	MenuWait    MenuChoice = "wait"    // form: waiting on the customer
	MenuAccount MenuChoice = "account" // form: set account and company
	MenuHandOff MenuChoice = "handoff" // form: hand off now
	MenuDismiss MenuChoice = "dismiss" // form: not a sync failure
	MenuResolve MenuChoice = "resolve" // form: I saw the sync work
	MenuCannot  MenuChoice = "cannot"  // form: can't do this step
	MenuResume  MenuChoice = "resume"  // the customer has answered
	MenuMine    MenuChoice = "mine"    // take over the case
)

// FormKind names a form.
type FormKind string

// The forms. All but FormStart belong to a case.
const (
	FormStart   FormKind = "start"   // fields system, account, company, error
	FormAnswers FormKind = "answers" // a field a question, named by the question's id
	FormCause   FormKind = "cause"   // field cause
	FormWait    FormKind = "wait"    // field for: a duration, "4h"
	FormAccount FormKind = "account" // fields account, company
	FormHandOff FormKind = "handoff" // field note
	FormDismiss FormKind = "dismiss" // field reason
	FormResolve FormKind = "resolve" // fields note: how it was seen; cause: what it was, if known
	FormCannot  FormKind = "cannot"  // fields cannot, note
)

// The fields of forms.
const (
	FieldSystem  = "system"
	FieldAccount = "account"
	FieldCompany = "company"
	FieldError   = "error"
	FieldCause   = "cause"
	FieldFor     = "for"
	FieldNote    = "note"
	FieldReason  = "reason"
	FieldCannot  = "cannot"
)

// Form is a submitted form. For FormStart, Place.Channel is where the case
// shall stand.
type Form struct {
	Kind   FormKind          `json:"kind,omitempty"`
	Case   string            `json:"case,omitempty"`
	Offer  string            `json:"offer,omitempty"`
	Values map[string]string `json:"values,omitempty"`
}
