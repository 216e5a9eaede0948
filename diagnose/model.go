package diagnose

import "time"

// A Playbook is what is known about one failure: how it announces itself, what
// may cause it, what tells the causes apart and what cures each of them. It is
// plain data; package playbooks reads it from YAML. Values are shared between
// goroutines and must not be changed after loading.
type Playbook struct {
	Version int    // of the language; 1
	ID      string // short, stable, lower case with dashes: "oracle-netsuite-login"
	Title   string // as people say it: "Oracle NetSuite: login credentials invalid/expired"
	System  string // the accounting system: "Oracle NetSuite"
	// Names are further words by which people name the system: "netsuite", "qbo".
	// A phrase is sure where a text names the playbook's system, at most likely
	// where it names none, and nothing where it names only another playbook's.
	Names   []string
	Product string // the product that syncs with it: "Cashflow360"
	Scope   Scope
	Hash    string // of the content; a case names the hash it began with
	// First is what Next says while nothing is known, worked out when the playbook
	// was loaded: most cases begin there, while somebody waits for the card.
	First *Decision

	Sources    []Source
	Alerts     Alerts
	Causes     []Cause
	Questions  []Question
	Fixes      []Fix
	Verify     Verification
	Escalation Escalation
}

// Scope says what one case of a playbook stands for.
type Scope string

const (
	// ScopeConnection: the sync as a whole is down; one case per system and account.
	ScopeConnection Scope = "connection"
	// ScopeRecord: one record does not sync; one case per system, account, playbook and subject.
	ScopeRecord Scope = "record"
)

// A Source is where a playbook's knowledge comes from.
type Source struct {
	Title string
	URL   string
}

// Alerts says how a failure announces itself in text.
type Alerts struct {
	Phrases []Phrase // any of them makes an alert
	Not     []string // phrases that say it is something else
	// NotPatterns are the same as regular expressions (RE2) over normalised text.
	NotPatterns []string
	Extract     []Extract // where account, company and subject stand
	Recovery    []string  // phrases of a success notice
	Match       []string  // samples that must be recognised
	NoMatch     []string  // samples that must not be
}

// A Phrase is words that make (or support) an alert. In Text {subject},
// {account}, {company} and {any} stand for words that vary; the first three are
// kept. Pattern is used instead where that is not enough; it is a regular
// expression (RE2) over normalised text.
type Phrase struct {
	Text    string
	Pattern string
	Sure    bool // enough where the system is named; otherwise it makes the alert "likely"
	// NeedsSystem: the words say too little alone; they count only where the text
	// names the playbook's system.
	NeedsSystem bool
	Needs       []string   // words one of which must stand in the same message: "netsuite"
	Unless      []string   // words that, in the same message, take the phrase back: "salesforce"
	Speaks      []Speaks   // what the words say about the causes
	Answers     []Answered // questions that the words answer, so that nobody is asked
	Says        string     // the same as a short statement, for reasons; the words are quoted if empty
}

// Answered is a question and the answer that an alert's words give to it.
type Answered struct {
	Question string
	Answer   string
}

// Extract names a pattern whose first group is the account, company or subject.
type Extract struct {
	Field   Field
	Pattern string
}

// Field is what an Extract finds.
type Field string

// The fields that can be read from an alert.
const (
	FieldAccount Field = "account"
	FieldCompany Field = "company"
	FieldSubject Field = "subject"
)

// A Cause is one possible reason of the failure.
type Cause struct {
	ID        string
	Name      string // short, for a list: "Wrong or expired login"
	Statement string // one sentence
	Frequency Frequency
}

// OtherCause is the id of the cause that every playbook has without naming it:
// something else. It ends in a hand-off.
const OtherCause = "other"

// Frequency is an author's word for how often a cause is the one.
type Frequency string

// The words for a cause's frequency; Weights gives their start weights.
const (
	Common     Frequency = "common"
	Occasional Frequency = "occasional"
	Rare       Frequency = "rare"
)

// A Question tells causes apart.
type Question struct {
	ID      string
	Text    string
	Where   string // where to look: "NetSuite: Setup > Company > Subsidiaries"
	Who     Who
	Minutes float64 // what an answer costs
	Basis   Basis   // whether the sources tell the causes apart by it
	Answers []Answer
}

// Who can answer a question.
type Who string

// Who can answer.
const (
	WhoSupport  Who = "support"
	WhoCustomer Who = "customer" // the customer's administrator
	WhoAlert    Who = "alert"    // only the alert's words; people are never asked
)

// NotSure is the id of the answer that every question has without naming it.
const NotSure = "not_sure"

// An Answer is one thing a question can turn out to be.
type Answer struct {
	ID     string
	Text   string // on a button: at most 75 characters, 30 are seen
	Says   string // the same as a statement, for reasons: "The login works in NetSuite itself"
	Speaks []Speaks
}

// Speaks says what an observation means for one cause.
type Speaks struct {
	Cause string
	Word  Word
}

// Word is an author's word for the strength of evidence.
type Word string

// The words of evidence; Weights gives their likelihood ratios.
const (
	RulesOut        Word = "rules_out"
	StronglyAgainst Word = "strongly_against"
	Against         Word = "against"
	For             Word = "for"
	StronglyFor     Word = "strongly_for"
	Confirms        Word = "confirms"
)

// A Fix is something to do about one or more causes.
type Fix struct {
	ID          string
	Title       string
	Solves      []Solves
	Minutes     float64 // to carry out
	FailMinutes float64 // what a failed try costs on top; 60 for a disconnect
	Destructive bool    // it disconnects, deletes or lowers security
	// OfferAt is how likely the fix must be to work before a destructive fix is
	// offered while something is left to ask; 0.8 unless the playbook says otherwise.
	OfferAt  float64
	Needs    []string // what must be in hand before
	Stale    []string // ids of questions whose answers this fix makes stale
	Warnings []string // shown with the steps
	Steps    []Step
	Requires []Requires // answers without which the fix is not offered
}

// Solves says which cause a fix cures, and how well (0 to 1).
type Solves struct {
	Cause string
	How   float64
}

// Requires names an observation that must be there before a fix is offered:
// the answer to a question, or that a step of another fix could not be done.
// Entries that name the same question, or the same fix, are alternatives: one
// of them is enough. Every question and every fix named must have one.
type Requires struct {
	Question string // with Answer
	Answer   string
	Fix      string // with Cannot: "this way out of that fix was taken"
	Cannot   string
}

// A Step is one thing to do. A step with a Gate needs a confirmed press before
// the next is shown.
type Step struct {
	ID    string
	Text  string
	Where string // "Cashflow360", "NetSuite"; empty if it goes without saying
	Path  string // "Settings > Setup (under Sync)"
	Note  string
	Basis Basis
	// Destructive: the step itself disconnects, deletes or lowers security; a
	// gate must stand before it.
	Destructive bool
	Gate        Gate
	Cannot      []Cannot // ways out when this step can't be done
}

// Basis says whether a step or a question stands in the sources or is inferred.
type Basis string

// The bases.
const (
	Documented Basis = "documented"
	Inferred   Basis = "inferred"
)

// A Gate is a press that must come before what follows is shown or counted.
// The zero Gate is no gate.
type Gate struct {
	ID      string
	Kind    GateKind
	Title   string // "Before you disconnect"
	Button  string // "I've disconnected"; at most 75 characters
	Confirm string // text of Slack's confirm dialog; at most 300 characters
}

// GateKind says what a press on a gate records.
type GateKind string

// The kinds of gates. The zero kind is no gate.
const (
	GateNone       GateKind = ""
	GateBefore     GateKind = "before"     // leave to do the dangerous step; needs an approver
	GateDisconnect GateKind = "disconnect" // "I've disconnected"; needs an approver
	GateReconnect  GateKind = "reconnect"  // "Saved, the sync has started"; verification begins
	GateDone       GateKind = "done"       // the fix is carried out without a reconnect; verification begins
	GateRisk       GateKind = "risk"       // a risk of its own, such as lowering 2FA; needs an approver
)

// Cannot is a way out of a step: what is in the way and where that leads.
type Cannot struct {
	ID     string
	Text   string // on a button: "Not required isn't there"
	Fix    string // leads to this fix
	Hand   string // or to a hand-off, for this reason
	Says   string // Text as a statement, for reasons; Text itself if empty
	Speaks []Speaks
}

// Verification says how the playbook knows that the sync works again.
type Verification struct {
	Wait time.Duration // how long a sync takes to report; then the bot asks
	Text string        // what counts
}

// Escalation says to whom a case goes and what they will want to have.
type Escalation struct {
	To     string
	Attach []string
}
