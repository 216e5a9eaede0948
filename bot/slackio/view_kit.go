package slackio

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"syncfix/bot"
)

// Slack's limits, in characters and pieces (docs.slack.dev/reference/block-kit).
const (
	maxBlocks     = 50 // of a message
	maxViewBlocks = 100
	maxSection    = 3000
	maxHeader     = 150
	maxActions    = 25
	maxLabel      = 75 // of a button or an option
	maxOptions    = 100
	maxValue      = 150 // of an option
	maxBlockID    = 255
	maxTitle      = 24 // of a modal, its buttons too
	maxConfirm    = 300
	maxInput      = 3000
)

// maxCard is how much text a message of ours holds in all, in characters: with
// more, Slack answers msg_blocks_too_long at a size it does not document.
const maxCard = 10000

// kit builds the blocks of one message or view. Block ids begin with prefix, so
// that a new revision has new ones and Slack forgets what was selected.
type kit struct {
	prefix string
	first  string // the first block's id, if it has one of its own
	blocks []slack.Block
	size   int // characters of text so far
	n      int // buttons so far
}

func (k *kit) id() string {
	if len(k.blocks) == 0 && k.first != "" {
		return shorten(k.first, maxBlockID)
	}
	return shorten(k.prefix+"/"+strconv.Itoa(len(k.blocks)), maxBlockID)
}

func (k *kit) add(b slack.Block, text string) {
	k.blocks = append(k.blocks, b)
	k.size += utf8.RuneCountInString(text)
}

func (k *kit) header(text string) {
	text = shorten(oneLine(text), maxHeader)
	k.add(slack.NewHeaderBlock(plain(text), slack.HeaderBlockOptionBlockID(k.id())), text)
}

// section adds text in Slack's markup; a long one is split between its lines.
func (k *kit) section(text string) {
	for _, part := range split(text, maxSection) {
		b := slack.NewSectionBlock(markup(part), nil, nil, slack.SectionBlockOptionBlockID(k.id()))
		b.Expand = true // a step behind "show more" is a step not done
		k.add(b, part)
	}
}

func (k *kit) context(text string) {
	for _, part := range split(text, maxSection) {
		k.add(slack.NewContextBlock(k.id(), markup(part)), part)
	}
}

// verbatim adds text that somebody else wrote, as it is, in at most n characters.
func (k *kit) verbatim(text string, n int) {
	text = shorten(strings.TrimSpace(clean(text)), n)
	if text == "" {
		return
	}
	k.add(slack.NewRichTextBlock(k.id(), &slack.RichTextPreformatted{
		Type:     slack.RTEPreformatted,
		Elements: []slack.RichTextSectionElement{slack.NewRichTextSectionTextElement(text, nil)},
	}), text)
}

// actions adds a row of buttons, and another where Slack's limit is reached.
func (k *kit) actions(elements ...slack.BlockElement) {
	for len(elements) > 0 {
		n := min(len(elements), maxActions)
		k.add(slack.NewActionBlock(k.id(), elements[:n]...), "")
		elements = elements[n:]
	}
}

// button is a button for a press. Its label is outside text: shortened, never markup.
func (k *kit) button(p bot.Press, label string, style slack.Style) *slack.ButtonBlockElement {
	actionID, value := EncodePress(p, k.n)
	k.n++
	b := slack.NewButtonBlockElement(actionID, value, plain(label75(label)))
	if style != slack.StyleDefault {
		b.WithStyle(style)
	}
	return b
}

// menu is the "More…" select. An entry's value says which press it is.
func (k *kit) menu(caseID, placeholder string, entries []menuEntry) *slack.SelectBlockElement {
	actionID, _ := EncodePress(bot.Press{Action: bot.ActionMenu}, k.n)
	k.n++
	var options []*slack.OptionBlockObject
	for _, e := range entries {
		_, value := EncodePress(bot.Press{Case: caseID, Action: bot.ActionMenu, Choice: string(e.choice)}, 0)
		options = append(options, slack.NewOptionBlockObject(value, plain(label75(e.label)), nil))
	}
	return slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain(placeholder), actionID, options...)
}

type menuEntry struct {
	choice bot.MenuChoice
	label  string
}

// markup is text in which Slack's markup counts, but nothing is made a mention
// or a link that is not written as one.
func markup(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, text, false, true)
}

func plain(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, text, false, false)
}

// label75 is a label for a button or an option; Slack refuses empty ones.
func label75(s string) string { return orDash(shorten(oneLine(s), maxLabel)) }

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// split cuts text between its lines into parts of at most n characters, and
// inside of a line only where a line alone is longer.
func split(text string, n int) []string {
	var parts []string
	part, size := "", 0
	for line := range strings.Lines(strings.TrimRight(text, "\n")) {
		length := utf8.RuneCountInString(line)
		if size > 0 && size+length > n {
			parts = append(parts, strings.TrimRight(part, "\n"))
			part, size = "", 0
		}
		if length > n {
			line, length = cut(line, n), n
		}
		part, size = part+line, size+length
	}
	if strings.TrimSpace(part) != "" {
		parts = append(parts, strings.TrimRight(part, "\n"))
	}
	return parts
}

// cut shortens markup to n characters at a space, so that neither an entity nor
// a link is left half; a link's label may hold spaces, so it goes as a whole.
func cut(line string, n int) string {
	r := []rune(line)[:n-1]
	s := string(r)
	if open := strings.LastIndex(s, "<"); open > strings.LastIndex(s, ">") {
		s = s[:open]
	}
	if amp := strings.LastIndex(s, "&"); amp > strings.LastIndex(s, ";") {
		s = s[:amp]
	}
	return balanceTicks(s) + "…"
}
