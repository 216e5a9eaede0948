package main

import (
	"slices"
	"strings"

	"syncfix/bot/sandbox"
)

// firstCase is the sandbox's tour: a case from its alert to the sync that worked.
// Each step is over when it has happened, however somebody did it.
func firstCase() []sandbox.TourStep {
	return []sandbox.TourStep{
		{
			Title: "Post an alert", Text: "Open “Try it” and choose “Typed by a colleague”: the sync of Acme GmbH has failed.",
			Done: func(s *sandbox.Server, at sandbox.TourView) bool { _, ok := newestCase(s, at); return ok },
		},
		{
			Title: "Open the card", Text: "syncfix has answered in the thread. Press the reply below the alert.",
			Done: func(s *sandbox.Server, at sandbox.TourView) bool {
				root, ok := newestCase(s, at)
				return ok && at.Thread == root.TS
			},
		},
		{
			Title: "Answer the question", Text: "It asks only what tells the causes apart. For the most common one, choose “No, it's refused”.",
			Done: func(s *sandbox.Server, at sandbox.TourView) bool { return !offers(s, at, "answer/") },
		},
		{
			Title: "Press the gates", Text: "Only disconnect and reconnect are pressed; the other steps are read. If you are told who else may press, be them: choose them under “You are”. Go on until it waits for the sync.",
			Done: func(s *sandbox.Server, at sandbox.TourView) bool {
				return !offers(s, at, "answer/") && !offers(s, at, "gate/")
			},
		},
		{
			Title: "See the sync work", Text: "Choose “Success for Acme GmbH” under “Try it”. A case closes only when the sync was seen to work.",
			Done: func(s *sandbox.Server, at sandbox.TourView) bool {
				root, ok := newestCase(s, at)
				return ok && slices.Contains(root.Reactions["white_check_mark"], s.BotUserID())
			},
		},
	}
}

// newestCase is the newest message of the tour that the bot has answered.
func newestCase(s *sandbox.Server, at sandbox.TourView) (sandbox.Message, bool) {
	for _, m := range slices.Backward(s.Messages(at.Channel)) {
		ours := func(r sandbox.Message) bool { return r.BotID == s.BotID() && !r.Deleted }
		if m.TS > at.Since && m.ReplyCount > 0 && !ours(m) && slices.ContainsFunc(s.Thread(at.Channel, m.TS), ours) {
			return m, true
		}
	}
	return sandbox.Message{}, false
}

// offers says whether the card of the newest case has such a button, or there is
// no card any more.
func offers(s *sandbox.Server, at sandbox.TourView, prefix string) bool {
	root, ok := newestCase(s, at)
	if !ok {
		return true
	}
	for _, m := range s.Thread(at.Channel, root.TS) {
		if m.BotID == s.BotID() && !m.Deleted {
			return slices.ContainsFunc(s.Buttons(at.Channel, m.TS), func(b sandbox.Button) bool { return strings.HasPrefix(b.ActionID, prefix) })
		}
	}
	return true
}
