package sandbox

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Fixed ids of the sandbox workspace.
const (
	teamID      = "T0SANDBOX"
	teamDomain  = "sandbox"
	otherTeamID = "T0OTHER"
	appID       = "A0SYNCFIX"
	botUserID   = "U0BOT"
	botID       = "B0BOT"
	slackbotID  = "USLACKBOT"
)

// Bounds on what the sandbox remembers, besides Options.Keep.
const (
	maxEphemerals = 200 // a person
	maxViolations = 1000
	maxChanges    = 4096
)

// User is a person, or a bot's user, as the workspace sees them.
type User struct {
	ID         string
	Name       string // handle, without @
	RealName   string
	Title      string // what they do, for the page's "who am I" switch
	TeamID     string
	Bot        bool
	Restricted bool // a guest (is_restricted)
	Stranger   bool // from another company, met in a shared channel (is_stranger)
}

// Channel is a conversation: a public channel, or a direct message with the bot.
type Channel struct {
	ID        string
	Name      string // without #; empty for a direct message
	IM        bool
	With      string // the person of a direct message
	ExtShared bool   // shared with another company
	Members   []string
}

// HasMember reports whether the user is in the channel.
func (c Channel) HasMember(user string) bool { return slices.Contains(c.Members, user) }

// Message is one message as the workspace keeps it. JSON fields are as they were sent, and must not be changed.
type Message struct {
	Channel  string
	TS       string
	ThreadTS string // set on replies, and on a root that has replies
	User     string // empty for subtype bot_message
	BotID    string
	AppID    string
	Username string // the name that an app posted under
	Subtype  string
	Text     string

	Blocks      json.RawMessage
	Attachments json.RawMessage
	Files       json.RawMessage
	Metadata    json.RawMessage
	Extra       map[string]json.RawMessage // other fields that a sample brought along, sent as they are

	Reactions map[string][]string // emoji name → who reacted, in order
	// State is what has been chosen in its menus, block_id → action_id → element value.
	State map[string]map[string]json.RawMessage

	Edited      bool
	EditedTS    string
	EditedBy    string
	Deleted     bool // a deleted root whose replies still stand
	Ephemeral   bool
	For         string // who sees an ephemeral message
	ReplyCount  int
	ReplyUsers  []string
	LatestReply string
}

// IsReply reports whether the message stands in a thread below another one.
func (m Message) IsReply() bool { return m.ThreadTS != "" && m.ThreadTS != m.TS }

// Time is when the message was posted.
func (m Message) Time() time.Time { return timeOfTS(m.TS) }

// View is a modal or a Home tab as it stands.
type View struct {
	ID              string
	Type            string // "modal" or "home"
	CallbackID      string
	ExternalID      string
	Title           string
	Submit          string // label; empty when the view has no submit button
	Close           string // label
	PrivateMetadata string
	Hash            string
	RootViewID      string
	PreviousViewID  string
	ClearOnClose    bool
	NotifyOnClose   bool
	Blocks          json.RawMessage
	// Errors are the messages of the last rejected submission, by block_id.
	Errors map[string]string
	// State is what has been entered, block_id → action_id → element value, as in Slack's state.values.
	State map[string]map[string]json.RawMessage
}

// Confirm is the text of a confirm dialog.
type Confirm struct {
	Title, Text, Confirm, Deny, Style string
}

// Button is something that can be pressed or chosen: a button, or one option of a menu.
type Button struct {
	Label    string
	ActionID string
	BlockID  string
	Value    string
	Style    string
	Type     string // element type: "button", "static_select", "overflow" …
	URL      string
	Confirm  *Confirm
}

// Change is one entry of the change feed: what changed, and where.
type Change struct {
	Kind    ChangeKind
	Channel string
	TS      string // the message
	Thread  string // its thread's root, for replies
	User    string // whose modal, home or ephemeral
}

// ChangeKind says what a [Change] is about.
type ChangeKind string

// The kinds of change.
const (
	ChangePosted    ChangeKind = "posted"    // a new message
	ChangeUpdated   ChangeKind = "updated"   // text, blocks, reactions or reply count of a message
	ChangeDeleted   ChangeKind = "deleted"   // a message went
	ChangeEphemeral ChangeKind = "ephemeral" // a private message came, changed or went
	ChangeModal     ChangeKind = "modal"     // a person's modal opened, changed or closed
	ChangeHome      ChangeKind = "home"      // a person's Home tab changed
	ChangeChannel   ChangeKind = "channel"   // members changed
	ChangeTraffic   ChangeKind = "traffic"   // an API call, an envelope, an ack, a connection, a fault that struck
	ChangeFault     ChangeKind = "fault"     // a fault was switched on or off, or the clock from the page
	ChangeTour      ChangeKind = "tour"      // somebody went on with the tour, or dismissed it
)

// workspace is the whole state. It has no lock of its own: Server.mu guards it.
type workspace struct {
	users    map[string]*User
	order    []string // user ids as the page lists them
	channels map[string]*channel
	chOrder  []string
	groups   map[string][]string // user group id → users
	apps     map[string]string   // bot id → app name
	files    map[string]json.RawMessage
	fileIDs  []string // oldest first

	ephemerals map[string][]*Message // by user, oldest first
	modals     map[string][]*View    // by user: the stack, top last
	homes      map[string]*View

	keep   int   // messages a channel
	lastTS int64 // microseconds; keeps every ts of the workspace unique

	tokens *regexp.Regexp // what the composer resolves in typed text
}

type channel struct {
	Channel
	keep int        // messages
	log  []*Message // by ts
	byTS map[string]*Message
}

func newWorkspace(o Options) *workspace {
	w := &workspace{
		keep:  o.Keep,
		users: map[string]*User{}, channels: map[string]*channel{}, groups: map[string][]string{"S0LEADS": {"U0LEO"}},
		apps: map[string]string{botID: o.AppName}, files: map[string]json.RawMessage{},
		ephemerals: map[string][]*Message{}, modals: map[string][]*View{}, homes: map[string]*View{},
		tokens: regexp.MustCompile(`<@[UW][A-Z0-9]+>|<#C[A-Z0-9]+(?:\|[^<>|]*)?>|https?://[^\s<>]+|[@#][\p{L}\p{N}][\p{L}\p{N}._-]*`),
	}
	for _, u := range []User{
		{ID: "U0ANA", Name: "ana", RealName: "Ana Ruiz", Title: "Support agent", TeamID: teamID},
		{ID: "U0LEO", Name: "leo", RealName: "Leo Brandt", Title: "Support lead", TeamID: teamID},
		{ID: "U0GIL", Name: "gil", RealName: "Gil Moreau", Title: "Guest", TeamID: teamID, Restricted: true},
		{ID: "U0EVE", Name: "eve", RealName: "Eve Stone", Title: "Another company", TeamID: otherTeamID, Stranger: true},
		{ID: botUserID, Name: o.AppName, RealName: o.AppName, TeamID: teamID, Bot: true},
	} {
		w.users[u.ID] = &u
		w.order = append(w.order, u.ID)
	}
	for i, name := range o.Channels {
		members := []string{"U0ANA", "U0LEO", "U0GIL"}
		if i < len(o.Channels)-1 || len(o.Channels) == 1 {
			members = append(members, botUserID)
		}
		w.addChannel(Channel{ID: channelID(name), Name: name, Members: members})
	}
	w.addChannel(Channel{ID: "C0SHARED", Name: "shared-acme", ExtShared: true, Members: []string{"U0ANA", "U0LEO", "U0EVE", botUserID}})
	for i := range o.ExtraChannels {
		name := fmt.Sprintf("load-%03d", i+1)
		w.addChannel(Channel{ID: fmt.Sprintf("C0LOAD%03d", i+1), Name: name, Members: []string{"U0ANA", "U0LEO", botUserID}})
	}
	for _, id := range w.order {
		if u := w.users[id]; !u.Bot {
			w.addChannel(Channel{ID: "D0" + strings.TrimPrefix(id, "U0"), IM: true, With: id, Members: []string{id, botUserID}})
		}
	}
	return w
}

// channelID makes C0SUPPORT of support, C0BILLING of billing-alerts.
func channelID(name string) string {
	word, _, _ := strings.Cut(name, "-")
	return "C0" + strings.ToUpper(word)
}

func (w *workspace) addChannel(c Channel) {
	for n := 2; w.channels[c.ID] != nil; n++ {
		c.ID = fmt.Sprintf("%s%d", strings.TrimRight(c.ID, "0123456789"), n)
	}
	w.channels[c.ID] = &channel{Channel: c, keep: w.keep, byTS: map[string]*Message{}}
	w.chOrder = append(w.chOrder, c.ID)
}
