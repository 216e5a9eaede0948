package bot

import "syncfix/diagnose"

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
	successes map[string][]Notice // by what they are about
}

// NewHistory begins a stretch, read with the playbooks of a library.
func NewHistory(l Library) *History {
	return &History{library: l, successes: map[string][]Notice{}}
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
	for _, k := range overKeys(h.library, in.Place, rec) {
		h.successes[k] = append(h.successes[k], Notice{At: in.At, Account: rec.Account})
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
	for _, k := range overKeys(h.library, in.Place, rec) {
		for _, n := range h.successes[k] {
			if n.ends(in, rec) {
				return true
			}
		}
	}
	return false
}

// ends says that the success noted came after a failure and may be about it.
func (n Notice) ends(in Inbound, rec diagnose.Recognition) bool {
	return n.At.After(in.At) && !differ(n.Account, rec.Account)
}
