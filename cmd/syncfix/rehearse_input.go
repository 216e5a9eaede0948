package main

import (
	"fmt"
	"strings"

	"syncfix/bot"
	"syncfix/diagnose"
	"syncfix/playbooks"
)

// inbound is an input of a conversation as the bot would hear of it, and what
// the input's id means. Its error says why nobody could do that now: there is no
// such button on the card.
func inbound(c bot.Case, p diagnose.Playbook, in playbooks.Input) (bot.Inbound, string, error) {
	if in.Kind == playbooks.InputAlert || in.Kind == playbooks.InputReply {
		return reported(c, in)
	}
	if c.ID == "" {
		return bot.Inbound{}, "", fmt.Errorf("there is no case yet: the bot has taken no alert")
	}
	switch in.Kind {
	case playbooks.InputAnswer, playbooks.InputSkip:
		return answer(c, p, in)
	case playbooks.InputPress:
		return pressed(c, p, in)
	case playbooks.InputCannot:
		return cannot(c, p, in)
	case playbooks.InputChange:
		q, _ := p.Question(in.Question)
		a, ok := q.Answer(in.ID)
		if !ok {
			return bot.Inbound{}, "", fmt.Errorf("the playbook has no answer %q to a question %q; %s", in.ID, in.Question, shown(c, p))
		}
		return submitted(c, bot.FormAnswers, in.Question, in.ID), a.Text, nil
	case playbooks.InputPick:
		cause, ok := p.Cause(in.ID)
		if !ok && in.ID != diagnose.OtherCause {
			return bot.Inbound{}, "", fmt.Errorf("the playbook has no cause %q; it has %s", in.ID, list(p.Causes, func(c diagnose.Cause) string { return c.ID }))
		}
		if !ok {
			cause.Name = "Something else"
		}
		return submitted(c, bot.FormCause, bot.FieldCause, in.ID), cause.Name, nil
	}
	return more(c, p, in)
}

// more is what people do through the card's menu.
func more(c bot.Case, p diagnose.Playbook, in playbooks.Input) (bot.Inbound, string, error) {
	switch in.Kind {
	case playbooks.InputWrong:
		if c.State == bot.Triage {
			return bot.Inbound{}, "", fmt.Errorf("nothing is diagnosed yet, so the bot asks for the cause: write \"pick\" and a cause; %s", shown(c, p))
		}
		return button(c, bot.ActionMenu, string(bot.MenuWrong)), "", nil
	case playbooks.InputResume:
		return button(c, bot.ActionMenu, string(bot.MenuResume)), "", nil
	case playbooks.InputReopen:
		return button(c, bot.ActionReopen, ""), "", nil
	case playbooks.InputWait:
		return submitted(c, bot.FormWait, bot.FieldFor, in.After.String()), "", nil
	case playbooks.InputHandOff:
		return submitted(c, bot.FormHandOff, bot.FieldNote, in.Text), "", nil
	case playbooks.InputDismiss:
		return submitted(c, bot.FormDismiss, bot.FieldReason, in.Text), "", nil
	case playbooks.InputResolve:
		return submitted(c, bot.FormResolve, bot.FieldNote, in.Text), "", nil
	}
	return bot.Inbound{}, "", fmt.Errorf("nobody can do %q", in.Kind)
}

// reported is a tool's message in the channel or in the case's thread.
func reported(c bot.Case, in playbooks.Input) (bot.Inbound, string, error) {
	m := bot.Inbound{Kind: bot.InMessage, By: deskTool(), Text: in.Text}
	if in.Kind == playbooks.InputReply {
		if c.ID == "" {
			return m, "", fmt.Errorf("there is no case yet, so there is no thread to reply in")
		}
		m.Place.Thread = c.Anchor.Root()
	}
	return m, "", nil
}

func button(c bot.Case, a bot.Action, choice string) bot.Inbound {
	return bot.Inbound{Kind: bot.InPress, By: deskPerson(), Press: bot.Press{Case: c.ID, Offer: c.Offer.ID, Action: a, Choice: choice}}
}

func submitted(c bot.Case, form bot.FormKind, field, value string) bot.Inbound {
	return bot.Inbound{Kind: bot.InForm, By: deskPerson(), Form: bot.Form{Kind: form, Case: c.ID, Offer: c.Offer.ID, Values: map[string]string{field: value}}}
}

func answer(c bot.Case, p diagnose.Playbook, in playbooks.Input) (bot.Inbound, string, error) {
	q, _ := p.Question(c.Offer.Question)
	if c.Offer.Kind != bot.OfferQuestion {
		return bot.Inbound{}, "", fmt.Errorf("no question is asked now: %s", shown(c, p))
	}
	if in.Kind == playbooks.InputSkip {
		return button(c, bot.ActionAnswer, diagnose.NotSure), "", nil
	}
	a, ok := q.Answer(in.ID)
	if !ok {
		return bot.Inbound{}, "", fmt.Errorf("the question %q has no answer %q: %s", q.ID, in.ID, shown(c, p))
	}
	return button(c, bot.ActionAnswer, in.ID), a.Text, nil
}

func pressed(c bot.Case, p diagnose.Playbook, in playbooks.Input) (bot.Inbound, string, error) {
	refused := func() (bot.Inbound, string, error) {
		return bot.Inbound{}, "", fmt.Errorf("there is no button %q now: %s", in.ID, shown(c, p))
	}
	switch {
	case c.Offer.Kind == bot.OfferStart && in.ID == playbooks.PressStart:
		return button(c, bot.ActionStart, in.Question), "", nil
	case c.Offer.Kind == bot.OfferStart && in.ID == playbooks.PressDecline:
		return button(c, bot.ActionDecline, ""), "", nil
	case c.Offer.Kind == bot.OfferVerify && in.ID == playbooks.PressWorked:
		return button(c, bot.ActionWorked, ""), "", nil
	case c.Offer.Kind == bot.OfferVerify && in.ID == playbooks.PressFailed:
		return button(c, bot.ActionFailing, ""), "", nil
	case c.Offer.Kind != bot.OfferGate || c.Offer.Gate != in.ID:
		return refused()
	}
	_, gate := stretch(c, p)
	return button(c, bot.ActionGate, in.ID), gate.Button, nil
}

// stretch is what the card shows of the fix under way.
func stretch(c bot.Case, p diagnose.Playbook) ([]diagnose.Step, diagnose.Gate) {
	f, _ := p.Fix(c.Offer.Fix)
	return c.Stretch(f)
}

func cannot(c bot.Case, p diagnose.Playbook, in playbooks.Input) (bot.Inbound, string, error) {
	if c.Offer.Kind != bot.OfferGate {
		return bot.Inbound{}, "", fmt.Errorf("there are no steps to do now: %s", shown(c, p))
	}
	if in.ID == "" {
		return submitted(c, bot.FormCannot, bot.FieldNote, in.Text), "", nil
	}
	for _, w := range waysOut(c, p) {
		if w.ID == in.ID {
			return button(c, bot.ActionCannot, in.ID), w.Text, nil
		}
	}
	return bot.Inbound{}, "", fmt.Errorf("the steps shown have no way out %q: %s", in.ID, shown(c, p))
}

// waysOut are those of the steps that the card shows.
func waysOut(c bot.Case, p diagnose.Playbook) []diagnose.Cannot {
	var ways []diagnose.Cannot
	steps, _ := stretch(c, p)
	for _, s := range steps {
		ways = append(ways, s.Cannot...)
	}
	return ways
}

// shown is what people can do now, in the words of a conversation.
func shown(c bot.Case, p diagnose.Playbook) string {
	switch c.Offer.Kind {
	case bot.OfferStart:
		return "the alert is only likely, and the bot waits for \"press start\" or \"press decline\""
	case bot.OfferQuestion:
		q, _ := p.Question(c.Offer.Question)
		return fmt.Sprintf("the bot asks %s; its answers are %s or %s", q.ID, list(q.Answers, func(a diagnose.Answer) string { return a.ID }), diagnose.NotSure)
	case bot.OfferVerify:
		return "the bot waits for the sync, \"press worked\" or \"press failed\""
	case bot.OfferGate:
		s := fmt.Sprintf("in the fix %s the bot waits for \"press %s\"", c.Offer.Fix, c.Offer.Gate)
		if ways := waysOut(c, p); len(ways) > 0 {
			s += " or \"cannot\" " + list(ways, func(w diagnose.Cannot) string { return w.ID })
		}
		return s
	}
	return "the case is " + string(c.State)
}

func list[T any](of []T, id func(T) string) string {
	ids := make([]string, len(of))
	for i, v := range of {
		ids[i] = id(v)
	}
	return strings.Join(ids, ", ")
}
