package bot

import (
	"time"

	"syncfix/diagnose"
)

// HistoryJob is the name under which Tx.MarkTick keeps until when a channel's
// history has been read. A channel without such a mark is new to the bot.
func HistoryJob(channel string) string { return "history/" + channel }

// History is a stretch of messages that is read later than it was written. It
// tells the failures that were over by then from those that stand. Its rule is
// the router's, with no case to go by: a success notice is a tool's, it is newer
// than the failure, and it names the same account, company or record, or stands
// in the failure's thread.
type History struct {
	library   Library
	successes map[string][]success // by what it is about
}

// success is a success notice.
type success struct {
	at      time.Time
	account string
}

// NewHistory begins a stretch, read with the playbooks of a library.
func NewHistory(l Library) *History {
	return &History{library: l, successes: map[string][]success{}}
}

// Note takes in a message, in any order.
func (h *History) Note(in Inbound) {
	if in.Kind != InMessage || in.Own || in.Deleted || !in.By.Bot {
		return
	}
	rec := h.library.Recognizer().Recognize(in.Text)
	if !rec.Recovered {
		return
	}
	for _, k := range h.about(in.Place, rec) {
		h.successes[k] = append(h.successes[k], success{at: in.At, account: rec.Account})
	}
}

// Over says that a message reports a failure, and that one of those noted is the
// success that came after it.
func (h *History) Over(in Inbound) bool {
	if in.Kind != InMessage || in.Own || in.Deleted || len(h.successes) == 0 {
		return false
	}
	rec := h.library.Recognizer().Recognize(in.Text)
	if rec.Recovered || rec.Outcome != diagnose.Sure && rec.Outcome != diagnose.Likely {
		return false
	}
	for _, k := range h.about(in.Place, rec) {
		for _, s := range h.successes[k] {
			if s.at.After(in.At) && !differ(s.account, rec.Account) {
				return true
			}
		}
	}
	return false
}

// about are the keys of what a notice speaks of.
func (h *History) about(at Place, rec diagnose.Recognition) []string {
	keys := []string{threadKey(at)}
	if p, ok := h.library.Get(rec.Playbook); ok {
		keys = append(keys, scopeKeys(at.Team, p, rec.Account, rec.Company, rec.Subject)...)
	}
	return keys
}
