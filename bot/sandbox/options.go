package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"time"
)

// DefaultAddr is where the sandbox listens unless told otherwise.
const DefaultAddr = "127.0.0.1:8360"

// Options says what the sandbox workspace looks like and how strictly it behaves. The zero value is usable.
type Options struct {
	// Addr is the loopback address to listen on, "host:port"; default [DefaultAddr]. A host that is not loopback is an
	// error. A port that is taken is replaced by a free one.
	Addr string
	// Clock is the workspace's; default: the machine's. A [ClockControl] can be stopped and moved on.
	Clock Clock
	// Log receives what the sandbox refuses or drops; default: nothing is logged.
	Log *slog.Logger
	// Samples are the messages the page offers to post.
	Samples []Sample
	// Maker is what else the page offers to post; nil: nothing.
	Maker *Maker
	// Tour are the steps of the tour for whoever is new; none: there is no tour.
	Tour []TourStep
	// Previews are the playbooks that the page shows before they work; nil: none.
	Previews Previews
	// Commands are the app's slash commands.
	Commands []Command
	// Shortcuts are the app's message shortcuts.
	Shortcuts []Shortcut
	// About says in a few words what a person may do with the app, for the switch between people; empty: nothing to say.
	// Nil: nothing is said of anybody.
	About func(User) string
	// AppName is the app's and its bot user's name; default "syncfix".
	AppName string
	// Channels are the public channels' names; default support, billing-alerts, general. The bot is a member of all but
	// the last, or of the only one. "shared-acme" (shared with another company, bot is a member) is always added.
	Channels []string
	// ExtraChannels adds load-001, load-002 … (at most 999), with the bot as a member, for load tests.
	ExtraChannels int
	// Scopes are the bot token's; default: all that the methods here need. A call that needs another one is refused.
	Scopes []string
	// Keep is how many messages a channel, calls, envelopes, and entries of the inspector are remembered at least; default 5,000.
	Keep int
	// NoRateLimits turns off every 429 that the sandbox would answer by itself.
	NoRateLimits bool
	// Faults are switched on when the app has connected for the first time.
	Faults []StandingFault
	// Seed decides, with the order of calls, which of them a [StandingFault] with a chance hits.
	Seed uint64
	// AckDeadline is how long an envelope may stay unacknowledged; default 3 s
	// (https://docs.slack.dev/apis/events-api/, https://docs.slack.dev/interactivity/handling-user-interaction).
	AckDeadline time.Duration
	// Retries are the waits before an unacknowledged Events API envelope is sent again, each counted from the deadline of
	// the attempt before and on the workspace's clock; default 1 s, 1 min, 5 min (https://docs.slack.dev/apis/events-api/ has "nearly immediately",
	// 1 minute, 5 minutes). Empty but not nil: no retries.
	Retries []time.Duration
	// PingEvery is the time between WebSocket pings; default 10 s.
	PingEvery time.Duration
}

// Sample is a message that the page can post with one click.
type Sample struct {
	ID    string // unique; names the sample in requests
	Group string // heading in the menu
	Name  string // what the menu shows
	Help  string // one line: what it is good for
	// Author is a user id (U0ANA), or an app's name such as "Alertmanager", posted as subtype bot_message.
	Author string
	// Channel is the channel to post in, id or name; empty means the one that is open.
	Channel string
	// Message has the shape that [Server.Post] takes.
	Message json.RawMessage
}

// Command is a slash command of the app.
type Command struct {
	Name        string // with its slash: "/syncfix"
	Description string
	Hint        string // the arguments, as the composer hints them
}

// Shortcut is a message shortcut of the app.
type Shortcut struct {
	Name       string // what the message's menu shows
	CallbackID string
}

// withDefaults fills in what was left empty and checks the rest; the error lists every problem.
func (o Options) withDefaults() (Options, error) {
	var problems []error
	if o.Addr == "" {
		o.Addr = DefaultAddr
	}
	if err := checkLoopback(o.Addr); err != nil {
		problems = append(problems, err)
	}
	if o.Clock == nil {
		o.Clock = realClock{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.AppName == "" {
		o.AppName = "syncfix"
	}
	if len(o.Channels) == 0 {
		o.Channels = []string{"support", "billing-alerts", "general"}
	}
	if o.ExtraChannels < 0 || o.ExtraChannels > 999 {
		problems = append(problems, fmt.Errorf("sandbox option ExtraChannels is %d: use 0 to 999", o.ExtraChannels))
	}
	if len(o.Faults) > maxFaults {
		problems = append(problems, fmt.Errorf("sandbox option Faults has %d: use %d at most", len(o.Faults), maxFaults))
	}
	o.Faults = slices.Clone(o.Faults)
	for i, f := range o.Faults {
		var err error
		if o.Faults[i], err = f.checked(); err != nil {
			problems = append(problems, fmt.Errorf("sandbox option Faults, %s: %w", f, err))
		}
	}
	if o.Keep <= 0 {
		o.Keep = 5000
	}
	if o.Scopes == nil {
		o.Scopes = allScopes()
	}
	if err := checkScopeNames(o.Scopes); err != nil {
		problems = append(problems, err)
	}
	if o.AckDeadline <= 0 {
		o.AckDeadline = 3 * time.Second
	}
	if o.Retries == nil {
		o.Retries = []time.Duration{time.Second, time.Minute, 5 * time.Minute}
	}
	if o.PingEvery <= 0 {
		o.PingEvery = 10 * time.Second
	}
	for _, c := range o.Commands {
		if !strings.HasPrefix(c.Name, "/") || len(c.Name) < 2 || strings.ContainsAny(c.Name, " \t\n") {
			problems = append(problems, fmt.Errorf("sandbox option Commands has %q: write a slash and one word, such as /syncfix", c.Name))
		}
	}
	return o, errors.Join(problems...)
}

func checkLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("sandbox address %q: write host:port, such as %s", addr, DefaultAddr)
	}
	if host == "localhost" {
		return nil
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("sandbox address %q: only loopback is allowed, such as %s", addr, DefaultAddr)
	}
	return nil
}
