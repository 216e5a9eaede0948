package slackio

import (
	"slices"
	"strconv"
	"time"

	"github.com/slack-go/slack"

	"syncfix/bot"
	"syncfix/diagnose"
)

// modal is a form while it is drawn. The block id of an input is the name of its
// field, so that an error in the ack lands under it.
type modal struct {
	blocks []slack.Block
}

// renderForm draws a form. What it belongs to is in its metadata; the rights are
// checked when it is submitted.
func renderForm(e bot.Effect, s bot.Scene) *slack.ModalViewRequest {
	m := &modal{}
	title, submit := m.fill(e, s)
	if e.Form != bot.FormStart {
		title += " " + s.Case.ID
	}
	meta := FormMeta{Case: e.Case, Offer: s.Case.Offer.ID, Channel: e.Place.Channel, TS: e.Place.TS, Thread: e.Place.Thread}
	if e.Form == bot.FormStart {
		meta.Offer = ""
	}
	return &slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: string(e.Form), PrivateMetadata: meta.Encode(),
		Title: plain(shorten(title, maxTitle)), Submit: plain(shorten(submit, maxTitle)), Close: plain("Cancel"),
		Blocks: slack.Blocks{BlockSet: limit(m.blocks, maxViewBlocks)},
	}
}

// fill draws a form's fields and returns its title and the label of its button.
func (m *modal) fill(e bot.Effect, s bot.Scene) (title, submit string) {
	c := s.Case
	switch e.Form {
	case bot.FormStart:
		m.start(e, s)
		return "Start a case", "Start"
	case bot.FormAnswers:
		m.answers(s)
		return "Answers of", "Save"
	case bot.FormCause:
		m.cause(s)
		return "Cause of", "Use this cause"
	case bot.FormWait:
		m.intro("The customer has to do something first. Nobody is reminded until the time is over.")
		m.choose(bot.FieldFor, "For how long?", "", waits(), "24h", true)
		return "Waiting:", "Wait"
	case bot.FormAccount:
		m.input(bot.FieldAccount, "Account", "The account's number, such as 1234567.", c.Account, 80, false, false)
		m.input(bot.FieldCompany, "Company", "", c.Company, 80, false, false)
		return "Account of", "Save"
	case bot.FormHandOff:
		m.intro(handOffIntro(s.Playbook))
		m.input(bot.FieldNote, "What should they know?", "What you saw, and what's in the way. Please leave out passwords.", "", 500, true, false)
		return "Hand off", "Hand off"
	case bot.FormDismiss:
		m.input(bot.FieldReason, "Why isn't it a sync failure?", "", "", 500, true, true)
		return "Close", "Close the case"
	case bot.FormResolve:
		m.whatItWas(s)
		m.input(bot.FieldNote, "How did you see the sync work?", "For example: the last sync shows today's bills.", "", 500, true, false)
		return "Resolve", "It worked"
	case bot.FormCannot:
		m.cannot(s)
		return "Can't do this:", "Send"
	}
	m.intro("I don't know this form any more. Please go on from the card.")
	return "Unknown form", "OK"
}

func handOffIntro(p diagnose.Playbook) string {
	if to := prose(p.Escalation.To, 200); to != "" {
		return "A brief of all that's known goes into the thread, for " + to + "."
	}
	return "A brief of all that's known goes into the thread."
}

func (m *modal) start(e bot.Effect, s bot.Scene) {
	if e.Place.Channel == "" {
		field := slack.NewOptionsSelectBlockElement(slack.OptTypeConversations, plain("Choose a channel"), fieldChannel)
		field.Filter = &slack.SelectBlockElementFilter{
			Include: []string{"public", "private"}, ExcludeExternalSharedChannels: true, ExcludeBotUsers: true,
		}
		m.blocks = append(m.blocks, slack.NewInputBlock(fieldChannel, plain("Channel"), plain("Where the case is posted. I must be a member of it."), field))
	}
	var systems []option
	for _, name := range s.Systems {
		systems = append(systems, option{value: name, label: name})
	}
	initial := ""
	if len(s.Systems) == 1 {
		initial = s.Systems[0]
	}
	m.choose(bot.FieldSystem, "Accounting system", "Choose the system", systems, initial, true)
	m.input(bot.FieldAccount, "Account", "The account's number, if you know it.", "", 80, false, false)
	m.input(bot.FieldCompany, "Company", "The customer's name, if you know it.", "", 80, false, false)
	m.input(bot.FieldError, "Error", "As the screen shows it. Please leave out passwords.", e.Text, maxInput, true, true)
}

// answers is a select for each question that was answered, set to the answer it
// has. What is left as it is changes nothing.
func (m *modal) answers(s bot.Scene) {
	for _, q := range s.Playbook.Questions {
		given := givenAnswer(s.Case, q.ID)
		if given == "" {
			continue
		}
		var options []option
		for _, a := range q.Answers {
			options = append(options, option{value: a.ID, label: a.Text})
		}
		options = append(limit(options, maxOptions-1), option{value: diagnose.NotSure, label: "Not sure"})
		m.choose(q.ID, q.Text, "Choose an answer", options, given, true)
	}
	if len(m.blocks) == 0 {
		m.intro("Nothing has been answered yet. The card shows the first question.")
	}
}

func givenAnswer(c bot.Case, question string) string {
	for _, ev := range c.Evidence {
		if ev.Kind == diagnose.KindAnswer && ev.Question == question && !ev.Stale {
			return ev.Answer
		}
	}
	return ""
}

func (m *modal) cause(s bot.Scene) {
	m.intro("Pick the cause if you know it. It's recorded that a person chose it.")
	m.choose(bot.FieldCause, "Cause", "Choose a cause", causes(s), "", true)
}

// whatItWas asks for the cause where no fix tells: later cases start from it.
func (m *modal) whatItWas(s bot.Scene) {
	if len(s.Ranking) > 0 {
		m.choose(bot.FieldCause, "What was it?", "Leave it open if you don't know", causes(s), "", false)
	}
}

func causes(s bot.Scene) []option {
	var options []option
	for _, r := range s.Ranking {
		options = append(options, option{value: r.Cause, label: r.Name, more: bandName(r.Band)})
	}
	if !slices.ContainsFunc(options, func(o option) bool { return o.value == diagnose.OtherCause }) {
		options = append(limit(options, maxOptions-1), option{value: diagnose.OtherCause, label: "Something else"})
	}
	return options
}

// cannot asks what is in the way: one of the ways out that the steps shown know,
// or something else, in words.
func (m *modal) cannot(s bot.Scene) {
	var options []option
	if f, ok := s.Playbook.Fix(s.Case.Offer.Fix); ok {
		steps, _ := s.Case.Stretch(f)
		for _, sp := range steps {
			for _, w := range sp.Cannot {
				options = append(options, option{value: w.ID, label: w.Text})
			}
		}
	}
	if len(options) > 0 {
		m.choose(bot.FieldCannot, "What's in the way?", "Something else (say what below)", options, "", false)
	}
	m.input(bot.FieldNote, "In your words", "Please leave out passwords.", "", 500, true, false)
}

// waits are the times that a customer can be given.
func waits() []option {
	var list []option
	for _, d := range [...]time.Duration{time.Hour, 4 * time.Hour, 24 * time.Hour, 48 * time.Hour, 72 * time.Hour, 7 * 24 * time.Hour} {
		list = append(list, option{value: strconv.Itoa(int(d.Hours())) + "h", label: span(d)})
	}
	return list
}
