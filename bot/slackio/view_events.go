package slackio

import (
	"fmt"
	"slices"
	"strings"

	"syncfix/bot"
	"syncfix/diagnose"
)

// timeline is a case's events in words, oldest first, those that people need to
// know of; the newest n.
func timeline(s bot.Scene, n int) []string {
	var lines []string
	for _, e := range s.Events {
		if what := happened(s, e); what != "" {
			lines = append(lines, "•  "+when(e.At)+"  "+what)
		}
	}
	if more := len(lines) - n; more > 0 {
		lines = append([]string{"•  … " + plural(more, "earlier event")}, last(lines, n)...)
	}
	return lines
}

// happened is one event in words, ready for markup; empty for what only the
// machinery cares about.
func happened(s bot.Scene, e bot.Event) string {
	who := person(e.By)
	switch e.Kind {
	case bot.EventOpened:
		if e.By.Bot || e.By.ID == "" {
			return "The failure was reported."
		}
		return "The failure was reported by " + who + "."
	case bot.EventStarted:
		return who + " started the case."
	case bot.EventAlert:
		if e.Repeat > 1 { // not all of them are kept
			return fmt.Sprintf("The failure was reported again, %d times by now.", e.Repeat)
		}
		return "The failure was reported again."
	case bot.EventRecovered:
		return "A success notice came in."
	case bot.EventAnswered:
		return who + " answered" + answerText(s, e)
	case bot.EventChanged:
		return who + " changed an answer."
	case bot.EventGate:
		return who + " pressed “" + gateText(s, e) + "”."
	case bot.EventWorked:
		return who + " saw the sync work." + noted(e)
	case bot.EventFailing:
		return who + " saw it still failing."
	case bot.EventTimer:
		if bot.Timer(e.Choice) == bot.TimerVerify {
			return "No word from the sync in the time given."
		}
		return ""
	}
	return decided(s, e, who)
}

// decided is what somebody decided about the case.
func decided(s bot.Scene, e bot.Event, who string) string {
	switch e.Kind {
	case bot.EventCannot:
		return who + " couldn't do a step" + wayOutText(s, e) + "." + noted(e)
	case bot.EventPicked:
		if c, ok := s.Playbook.Cause(e.Choice); ok {
			return who + " picked the cause “" + prose(c.Name, 80) + "”."
		}
		return who + " picked a cause."
	case bot.EventWrong:
		return who + " said that the diagnosis is wrong."
	case bot.EventDismissed:
		return who + " closed the case." + noted(e)
	case bot.EventHandedOff:
		return who + " handed it off." + noted(e)
	case bot.EventWaiting:
		return who + " waits for the customer until " + when(e.Until) + "."
	case bot.EventResumed:
		return "The customer has answered, says " + who + "."
	case bot.EventAssigned:
		return who + " took it over."
	case bot.EventAccount:
		return who + " set the account."
	case bot.EventMerged:
		return "It turned out to be the same failure as " + outside(e.Choice, 20) + "."
	case bot.EventGone:
		return "The alert was deleted."
	case bot.EventReopened:
		return who + " reopened it." + noted(e)
	}
	return ""
}

func noted(e bot.Event) string {
	if note := outside(e.Note, 200); note != "" {
		return " “" + note + "”"
	}
	return ""
}

// answerText is question and answer of an event, as far as the case remembers
// which question it was.
func answerText(s bot.Scene, e bot.Event) string {
	i := slices.IndexFunc(s.Case.Past, func(d bot.Done) bool { return d.Offer == e.Offer && d.Kind == bot.OfferQuestion })
	if i >= 0 {
		if q, ok := s.Playbook.Question(s.Case.Past[i].Question); ok {
			if a, ok := q.Answer(e.Choice); ok {
				return ": " + prose(q.Text, 120) + " – *" + outside(a.Text, 75) + "*"
			}
		}
	}
	for _, q := range s.Playbook.Questions {
		if a, ok := q.Answer(e.Choice); ok && a.ID != diagnose.NotSure {
			return " “" + outside(a.Text, 75) + "”."
		}
	}
	return " a question."
}

func gateText(s bot.Scene, e bot.Event) string {
	for _, f := range s.Playbook.Fixes {
		if g, _, ok := f.Gate(e.Choice); ok {
			return outside(g.Button, 75)
		}
	}
	return "Done"
}

func wayOutText(s bot.Scene, e bot.Event) string {
	for _, f := range s.Playbook.Fixes {
		if w, _, ok := f.WayOut(e.Choice); ok {
			return ": " + strings.TrimSuffix(outside(w.Text, 75), ".")
		}
	}
	return ""
}
