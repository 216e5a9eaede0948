package diagnose

import "time"

// Evidence is one thing known in a case. Evidence is kept in the order in which
// it became known; an answer to the same question replaces the earlier one, and
// stale evidence is kept for the record but no longer counts.
type Evidence struct {
	Kind     EvidenceKind  `json:"kind"`
	Question string        `json:"question,omitempty"` // KindAnswer: the question …
	Answer   string        `json:"answer,omitempty"`   // … and the answer (NotSure too)
	Fix      string        `json:"fix,omitempty"`      // KindFixFailed, KindCannot
	Cannot   string        `json:"cannot,omitempty"`   // KindCannot: id of the way out
	Cause    string        `json:"cause,omitempty"`    // KindPicked, KindRejected, KindHistory, KindLearned
	Words    string        `json:"words,omitempty"`    // KindSignal: the Phrase's text or pattern, which speaks
	Age      time.Duration `json:"age,omitempty"`      // KindHistory: how long ago the same cause was found
	Weight   float64       `json:"weight,omitempty"`   // KindLearned: the start weight that verified outcomes gave the cause
	Stale    bool          `json:"stale,omitempty"`
}

// EvidenceKind says where evidence comes from.
type EvidenceKind string

// The kinds of evidence.
const (
	KindSignal    EvidenceKind = "signal"     // words of an alert
	KindAnswer    EvidenceKind = "answer"     // an answered question
	KindFixFailed EvidenceKind = "fix_failed" // a fix was carried out and the sync failed again
	KindCannot    EvidenceKind = "cannot"     // a step can't be done, for a reason the playbook knows
	KindHistory   EvidenceKind = "history"    // the same account had this cause before
	KindPicked    EvidenceKind = "picked"     // a person picked a cause
	KindRejected  EvidenceKind = "rejected"   // a person said it is not this cause ("wrong diagnosis")
	KindLearned   EvidenceKind = "learned"    // verified outcomes of earlier cases moved the start weight
)

// Ranking is what is thought about the causes, most likely first; ties break by
// the playbook's order, and "something else" comes last among equals.
type Ranking []Ranked

// Ranked is one cause with its likelihood (0 to 1; they add up to 1), the word
// for it and one line of why.
type Ranked struct {
	Cause      string
	Name       string
	Likelihood float64
	Band       Band
	Why        string
}

// Band is the word that people read instead of a number.
type Band string

// The bands.
const (
	MostLikely Band = "most likely"
	Possible   Band = "possible"
	Unlikely   Band = "unlikely"
	RuledOut   Band = "ruled out"
)

// DecisionKind says what to do next.
type DecisionKind string

// What can be next.
const (
	Ask      DecisionKind = "ask"
	Try      DecisionKind = "try"
	Escalate DecisionKind = "escalate"
)

// Decision is the next best thing to do, with the reason in a user's words.
type Decision struct {
	Kind     DecisionKind
	Question string // Ask
	Fix      string // Try
	Reason   string
}

// Recognition is what a text says: whether it is an alert of ours, which
// playbook's, and why.
type Recognition struct {
	Outcome    Outcome
	Playbook   string   // id of the best playbook; empty for No
	Others     []string // ids of other playbooks the text fits as well: ask which
	Confidence float64  // 0 to 1
	Words      []string // the words that decided, as they stand in the playbook
	Account    string
	Company    string
	Subject    string
	// Recovered: the text is a success or "resolved" notice of Playbook; Outcome is No.
	Recovered bool
	Signals   []Evidence // KindSignal, what the words say about the causes
	Reasons   []string   // for people: every reason for and against
}

// Outcome is how sure a recognition is.
type Outcome string

// The outcomes of recognising.
const (
	No     Outcome = "no"
	Likely Outcome = "likely"
	Sure   Outcome = "sure"
)
