package httpapi

import (
	"regexp"
	"sync"

	"syncfix/bot"
)

// names keeps a label's values few and harmless: each takes memory for ever, here
// and where the figures are gathered.
type names struct {
	most int
	mu   sync.Mutex
	seen map[string]bool
}

func newNames(most int) *names { return &names{most: most, seen: map[string]bool{}} }

// other stands for what is not a name, and for those beyond the most.
const other = "other"

var nameForm = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}$`)

func (n *names) label(value string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case n.seen[value]:
		return value
	case len(n.seen) >= n.most || !nameForm.MatchString(value):
		return other
	}
	n.seen[value] = true
	return value
}

// kindLabel is a kind of envelope, if it is one of ours.
func kindLabel(k bot.EnvelopeKind) string {
	switch k {
	case bot.EnvelopeEvent, bot.EnvelopeCommand, bot.EnvelopeInteractive, bot.EnvelopeTick, bot.EnvelopeUnknown:
		return string(k)
	}
	return other
}

// stateLabel is a case's state, if it is one of ours.
func stateLabel(s bot.State) string {
	switch s {
	case bot.Proposed, bot.Triage, bot.Fixing, bot.Verifying, bot.Waiting, bot.Resolved, bot.Escalated, bot.Dismissed:
		return string(s)
	}
	return other
}
