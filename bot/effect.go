package bot

import (
	"fmt"
	"time"
)

// An Effect is something that must now happen outside. It names what to show,
// not how; what it shows is read from the store when it is sent.
type Effect struct {
	Kind EffectKind `json:"kind"`
	Case string     `json:"case,omitempty"`
	Rev  uint64     `json:"rev,omitempty"`
	// Place is where: the thread for cards and replies, the channel for a whisper.
	Place Place  `json:"place,omitzero"`
	To    string `json:"to,omitempty"` // user id: whisper, form, home
	// Text is plain text; what is special to Slack in it is escaped when sent.
	Text    string   `json:"text,omitempty"`
	Ping    []string `json:"ping,omitempty"` // ids of people and user groups to mention before the text
	Form    FormKind `json:"form,omitempty"`
	Trigger string   `json:"trigger,omitempty"`
	ReplyTo string   `json:"replyTo,omitempty"` // response URL, if there is one
	// Replace: what the response URL belongs to has done its work; Text takes its place.
	Replace bool     `json:"replace,omitempty"`
	List    ListKind `json:"list,omitempty"`
	Cases   []string `json:"cases,omitempty"` // digest
	// Before: pointless afterwards (forms, 3 s; response URLs, 30 min).
	Before time.Time `json:"before,omitzero"`
}

// EffectKind says what to do outside.
type EffectKind string

// The effects.
const (
	ShowCard     EffectKind = "show_card"     // the case's card, in its newest state
	ShowReaction EffectKind = "show_reaction" // 👀 ✅ 🆘 on the alert
	ShowProposal EffectKind = "show_proposal" // "This looks like …: start a case?"; To: privately
	Reply        EffectKind = "reply"         // a short message in the case's thread
	Brief        EffectKind = "brief"         // the hand-off, in the thread
	Pointer      EffectKind = "pointer"       // at Place: "this is SF-12", with a link to Case's card
	Whisper      EffectKind = "whisper"       // Text to one person; at most once
	ShowList     EffectKind = "show_list"     // List to one person; at most once
	ShowCase     EffectKind = "show_case"     // a summary of Case to one person; at most once
	ShowHelp     EffectKind = "show_help"     // to one person; Text is a line before it
	OpenForm     EffectKind = "open_form"     // Form, with Trigger; once
	ShowHome     EffectKind = "show_home"     // App Home of To
	ShowDigest   EffectKind = "show_digest"   // the stuck Cases, in Place.Channel
)

// Private says whether only one person sees the effect, so that Slack can't be
// asked afterwards whether it went out: it goes out at most once.
func (k EffectKind) Private() bool {
	return k == Whisper || k == ShowList || k == ShowCase || k == ShowHelp || k == OpenForm
}

// Private says whether only one person sees this effect; see EffectKind.Private.
func (e Effect) Private() bool {
	return e.Kind.Private() || e.Kind == ShowProposal && e.To != ""
}

// ListKind names a list of cases.
type ListKind string

// The lists.
const (
	ListOpen ListKind = "open"
	ListMine ListKind = "mine"
)

// String is the effect in one line, for logs.
func (e Effect) String() string {
	s := string(e.Kind)
	if e.Case != "" {
		s += " " + e.Case
	}
	if e.Rev != 0 {
		s += fmt.Sprintf("@%d", e.Rev)
	}
	if e.To != "" {
		s += " to " + e.To
	}
	if e.Form != "" {
		s += " form " + string(e.Form)
	}
	if e.List != "" {
		s += " list " + string(e.List)
	}
	return s
}

// A Delivery is an effect on its way. Its ID is the same in every try, and goes
// into Slack's message metadata, so that an uncertain post can be looked up.
type Delivery struct {
	ID       string    `json:"id"`  // "SF-142/7/0": case, revision, index; or the envelope's key and index
	Seq      uint64    `json:"seq"` // order; given by the store
	Effect   Effect    `json:"effect"`
	Born     time.Time `json:"born"`
	Attempts int       `json:"attempts,omitempty"`
	NotUntil time.Time `json:"notUntil,omitzero"` // next try
	// Paused: Slack asked for the wait until NotUntil. Any other ends with the process.
	Paused bool `json:"paused,omitempty"`
	// Uncertain: an earlier try may have gone out. Look before sending again.
	Uncertain bool `json:"uncertain,omitempty"`
	// Tried is when the last try that may have gone out was over; zero if that was
	// in a process that could not say.
	Tried time.Time `json:"tried,omitzero"`
	// Adopt: any post of ours of the same kind at its place will do. It is of a case
	// that was lost when an older store was put back.
	Adopt bool `json:"adopt,omitempty"`
	// Untried: nobody has tried since it was put; it is put without before somebody does.
	Untried bool   `json:"untried,omitempty"`
	Dead    bool   `json:"dead,omitempty"` // given up; kept with the reason
	Error   string `json:"error,omitempty"`
	// Revived is when somebody last put a dead one back on its way.
	Revived time.Time `json:"revived,omitzero"`
}

// Lane is what deliveries go out in one after the other, those of one case in
// their order: the channel, or the person for what only one person sees, so that
// an answer to a press does not wait behind a channel full of cards.
func (d Delivery) Lane() string {
	if d.Effect.Kind == OpenForm { // a form has 3 s; it waits for nothing
		return "form/" + d.ID
	}
	if d.Effect.Kind == Pointer { // it waits for a card in another lane
		return "pointer/" + d.Effect.Place.Channel
	}
	if d.Effect.Private() || d.Effect.Kind == ShowHome {
		return "user/" + d.Effect.To
	}
	if d.Effect.Kind == ShowReaction { // Slack takes far fewer of them, and they show nothing that a card doesn't
		return "reaction/" + d.Effect.Place.Channel
	}
	return d.Effect.Place.Channel
}

// prompt says that one person waits for it.
func (d Delivery) prompt() bool { return d.Effect.Private() || d.Effect.Kind == ShowHome }
