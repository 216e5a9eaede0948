package bot

import (
	"slices"
	"time"
)

// Settings are an operator's choices. The zero value of a list means: no
// restriction.
type Settings struct {
	Channels       []string // ids of the channels to listen in; empty: all the bot is in
	SharedChannels []string // ids of channels shared with other companies to listen in all the same
	Observe        bool     // decide and log, but send nothing
	Learn          bool     // verified outcomes move where later cases start
	Reactions      bool
	Responders     []string // user and user-group ids that may press; empty: everybody of this workspace
	Approvers      []string // user and user-group ids that may disconnect; empty: every responder
	Reopen         time.Duration
	Remind         time.Duration // without progress
	VerifyWait     time.Duration // then the bot asks; 0: as the playbook says, or else DefaultVerifyWait
	Stale          time.Duration
	Retention      time.Duration // closed cases are forgotten after it; 0: never
	DigestZone     *time.Location
}

// DefaultVerifyWait is how long a case waits for the sync to report where neither
// the operator nor the playbook says.
const DefaultVerifyWait = 2 * time.Hour

// DefaultSettings are the settings of an empty configuration.
func DefaultSettings() Settings {
	return Settings{
		Learn:      true,
		Reactions:  true,
		Reopen:     7 * 24 * time.Hour,
		Remind:     30 * time.Minute,
		Stale:      24 * time.Hour,
		Retention:  400 * 24 * time.Hour,
		DigestZone: time.UTC,
	}
}

// Quiet is why nothing said in a channel is listened to; empty if it is.
func (s Settings) Quiet(ch Channel) string {
	if ch.Shared && !slices.Contains(s.SharedChannels, ch.ID) {
		return "channel is shared with another company"
	}
	if len(s.Channels) > 0 && !slices.Contains(s.Channels, ch.ID) && !slices.Contains(s.SharedChannels, ch.ID) {
		return "channel is not in SYNCFIX_CHANNELS"
	}
	return ""
}
