package playbooks

import (
	"strings"
	"time"
)

// A Conversation is a rehearsal of one failure: what people and the world do,
// line by line, and what the bot is expected to do about it. It stands in a text
// file beside the playbook, named like it, that a support person can read:
//
//	# The vendor can't edit its own details
//
//	alert: Oracle NetSuite Sync Error: BDC_1172: Vendor information cannot be changed …
//	suggests vendor_edits: Let the vendor edit its own details
//	cannot vendor_cannot: The vendor can't edit it
//	suggests unlink: Unlink the vendor from the network
//	press before: I have it, go on
//	press done: Done, watch the sync
//	then verifying
//	+30m
//	then verifying: asks whether the sync works now
//	press worked
//	then resolved
//
// A conversation begins with "# " and its name. Blank lines and remarks, which
// begin with "## ", may stand anywhere. What happens:
//
//	alert: TEXT             a tool posts a message in the channel; further lines are indented by two spaces
//	reply: TEXT             the same in the thread of the case
//	answer ID               the question that is asked is answered; not_sure is always an answer
//	skip                    the same as answer not_sure
//	change QUESTION to ID   an earlier answer is changed
//	press GATE              a gate's button
//	press worked            a person saw the sync work, after the last gate
//	press failed            … saw it still failing
//	press start             a likely alert is taken up; "start PLAYBOOK" where several fit
//	press decline           … is none
//	cannot WAY_OUT          a step can't be done
//	cannot: TEXT            … for a reason that the playbook doesn't know
//	pick CAUSE              a person picks the cause
//	wrong                   … says that the diagnosis is wrong
//	hand off                … hands the case off; "hand off: NOTE" says why
//	wait 4h                 the customer is waited for
//	resume                  … has answered
//	resolve                 a person saw the sync work, at any time
//	dismiss: REASON         it was no failure
//	reopen                  a closed case is taken up again
//	+30m                    time passes: m, h and d; every other line takes a minute
//
// What the bot does, each line behind what it answers:
//
//	asks QUESTION: TEXT     a question is asked
//	suggests FIX: TITLE     a fix begins
//	then STATE: REASON      the case is proposed, triage, fixing, verifying, waiting, resolved, escalated or dismissed,
//	                        or the bot stays silent: the message is none of ours
//	because REASON          behind asks or suggests, where it matters why
//
// Ids decide; texts behind a colon may be left out. What an ID of an input means
// is written behind it for the reader; update keeps that true. A because that is
// not written is not compared, nor added.
type Conversation struct {
	Name      string
	Playbook  string // id of the playbook that it rehearses; empty: any
	Exchanges []Exchange

	file  string
	place int // index of its first line in the script
	lines []string
}

// An Exchange is one thing that happens and what is expected of the bot then.
type Exchange struct {
	Input   Input
	Outputs []Output

	line int // of the input, from 1
}

// Input is one thing that a person or the world does.
type Input struct {
	Kind     InputKind
	ID       string        // answer, gate, way out, cause, playbook
	Question string        // InputChange
	Text     string        // of a message, a note, or what ID means
	After    time.Duration // InputTime, InputWait
}

// InputKind says what is done.
type InputKind string

// The inputs; Conversation says what they mean.
const (
	InputAlert   InputKind = "alert"
	InputReply   InputKind = "reply"
	InputAnswer  InputKind = "answer"
	InputSkip    InputKind = "skip"
	InputChange  InputKind = "change"
	InputPress   InputKind = "press"
	InputCannot  InputKind = "cannot"
	InputPick    InputKind = "pick"
	InputWrong   InputKind = "wrong"
	InputHandOff InputKind = "hand off"
	InputWait    InputKind = "wait"
	InputResume  InputKind = "resume"
	InputResolve InputKind = "resolve"
	InputDismiss InputKind = "dismiss"
	InputReopen  InputKind = "reopen"
	InputTime    InputKind = "+"
)

// The presses that are no gate's.
const (
	PressWorked  = "worked"
	PressFailed  = "failed"
	PressStart   = "start"
	PressDecline = "decline"
)

// Output is one thing that the bot does.
type Output struct {
	Kind    OutputKind
	ID      string // question, fix or state
	Text    string // of the question, title of the fix, reason of the state
	Because string // why it asks or suggests

	line           int // from 1; 0 if it stands in no file
	idAt, textAt   int // columns, from 1
	becauseAt      int // line
	becauseWritten bool
}

// OutputKind says what the bot does.
type OutputKind string

// The outputs.
const (
	OutputAsks     OutputKind = "asks"
	OutputSuggests OutputKind = "suggests"
	OutputThen     OutputKind = "then"
)

// Silent stands for the state where there is no case: the bot says nothing.
const Silent = "silent"

// String is the output as a line of a file.
func (o Output) String() string {
	return withText(string(o.Kind)+" "+o.ID, o.Text)
}

// withText puts what an id means behind it, on one line.
func withText(line, text string) string {
	if text = oneLine(text); text != "" {
		return line + ": " + text
	}
	return line
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// Desk is where one conversation is played: a bot that has not met the failure
// yet, and a clock that only the conversation moves.
type Desk interface {
	// Play lets one thing happen and returns what the bot does about it. An error
	// says, for the author of the conversation, why that can't happen now; nothing
	// has happened then.
	Play(in Input) (Turn, error)
}

// Turn is what an input came to.
type Turn struct {
	Text     string // what the input's id means; empty if it has none
	Playbook string // id of the playbook of the case; empty if there is none
	Outputs  []Output
}

// A Script is a file of conversations. It keeps remarks and blank lines, so that
// it can be written again.
type Script struct {
	File          string
	Conversations []Conversation

	lines []scriptLine
}

// scriptLine is one line of a script and what it belongs to.
type scriptLine struct {
	kind         lineKind
	text         string
	conversation int
	exchange     int
	output       int
}

type lineKind int

const (
	lineKept    lineKind = iota // blank, remark, name
	lineInput                   //
	lineMore                    // of a message
	lineOutput                  //
	lineBecause                 //
)
