package slackio

import (
	"slices"

	"github.com/slack-go/slack"
)

// option is an entry of a select.
type option struct{ value, label, more string }

func (m *modal) intro(text string) {
	m.blocks = append(m.blocks, slack.NewSectionBlock(markup(text), nil, nil))
}

// input is a text field of at most most characters.
func (m *modal) input(field, label, hint, initial string, most int, multiline, required bool) {
	el := slack.NewPlainTextInputBlockElement(nil, field).WithMultiline(multiline).WithMaxLength(most)
	if initial = shorten(clean(initial), most); initial != "" {
		el.WithInitialValue(initial)
	}
	m.blocks = append(m.blocks, inputBlock(field, label, hint, el, required))
}

// choose is a select. An option whose value Slack would refuse is left out.
func (m *modal) choose(field, label, placeholder string, options []option, initial string, required bool) {
	if placeholder == "" {
		placeholder = "Choose"
	}
	var list []*slack.OptionBlockObject
	var chosen *slack.OptionBlockObject
	for _, o := range options {
		if o.value == "" || len([]rune(o.value)) > maxValue || slices.ContainsFunc(list, func(x *slack.OptionBlockObject) bool { return x.Value == o.value }) {
			continue
		}
		var more *slack.TextBlockObject
		if o.more != "" {
			more = plain(label75(o.more))
		}
		entry := slack.NewOptionBlockObject(o.value, plain(label75(o.label)), more)
		if list = append(list, entry); o.value == initial {
			chosen = entry
		}
		if len(list) == maxOptions {
			break
		}
	}
	if len(list) == 0 { // Slack refuses a select without options
		m.intro("There is nothing to choose from for “" + outside(label, 80) + "”.")
		return
	}
	el := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain(shorten(placeholder, 150)), field, list...)
	if chosen != nil {
		el.WithInitialOption(chosen)
	}
	m.blocks = append(m.blocks, inputBlock(field, label, "", el, required))
}

func inputBlock(field, label, hint string, el slack.BlockElement, required bool) *slack.InputBlock {
	var hinted *slack.TextBlockObject
	if hint != "" {
		hinted = plain(hint)
	}
	return slack.NewInputBlock(field, plain(orDash(shorten(oneLine(label), 2000))), hinted, el).WithOptional(!required)
}
