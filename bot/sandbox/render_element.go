package sandbox

import (
	"cmp"
	"encoding/json"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// elementJSON is an interactive element, or an image, as it is sent.
// https://docs.slack.dev/reference/block-kit/block-elements
type elementJSON struct {
	Type           string       `json:"type"`
	ActionID       string       `json:"action_id"`
	Text           *textObject  `json:"text"`
	Value          string       `json:"value"`
	URL            string       `json:"url"`
	Style          string       `json:"style"`
	AltText        string       `json:"alt_text"`
	ImageURL       string       `json:"image_url"`
	AccessLabel    string       `json:"accessibility_label"`
	Placeholder    *textObject  `json:"placeholder"`
	Confirm        *confirmJSON `json:"confirm"`
	Options        []optionJSON `json:"options"`
	OptionGroups   []groupJSON  `json:"option_groups"`
	InitialOption  *optionJSON  `json:"initial_option"`
	InitialOptions []optionJSON `json:"initial_options"`
	InitialDate    string       `json:"initial_date"`
	InitialTime    string       `json:"initial_time"`
	InitialValue   string       `json:"initial_value"`
	InitialUser    string       `json:"initial_user"`
	InitialChannel string       `json:"initial_channel"`
	InitialConv    string       `json:"initial_conversation"`
	Multiline      bool         `json:"multiline"`
	MinLength      int          `json:"min_length"`
	MaxLength      int          `json:"max_length"`
	FocusOnLoad    bool         `json:"focus_on_load"`
}

type confirmJSON struct {
	Title   *textObject `json:"title"`
	Text    *textObject `json:"text"`
	Confirm *textObject `json:"confirm"`
	Deny    *textObject `json:"deny"`
	Style   string      `json:"style"`
}

type optionJSON struct {
	Text        *textObject `json:"text"`
	Description *textObject `json:"description"`
	Value       string      `json:"value"`
	URL         string      `json:"url"`
}

type groupJSON struct {
	Label   *textObject  `json:"label"`
	Options []optionJSON `json:"options"`
}

// drawnElement is an element ready for the templates.
type drawnElement struct {
	Kind     string // the element's type, folded to what the templates know; "unknown" draws a box with Name
	Name     string
	ActionID string
	BlockID  string
	Field    string // name of the form field
	DOM      string // element id
	Label    template.HTML
	Aria     string // label for assistive technology where there is no visible one
	Press    string // where a press or change goes; empty: it waits for Submit
	Vals     string // JSON that htmx adds to a press
	Style    string
	URL      string
	Image    *drawnImage
	Confirm  *drawnConfirm
	Groups   []drawnGroup

	Input       string // HTML input type
	Value       string
	Placeholder string
	Multiline   bool
	Multiple    bool
	Required    bool
	Described   bool // has a hint
	Invalid     bool // what was entered was refused
	Labelled    bool // has a visible label, of its input block
	Focus       bool
	MinLength   int
	MaxLength   int
}

// drawnConfirm is the dialog that stands between a press and its sending.
type drawnConfirm struct {
	DOM     string
	Title   string
	Text    template.HTML
	Confirm string
	Deny    string
	Style   string
}

// drawnGroup is a run of options; Label is empty where the element has no groups.
type drawnGroup struct {
	Label   string
	Options []drawnOption
}

type drawnOption struct {
	Text        template.HTML
	Words       string
	Description template.HTML
	Value       string
	URL         string
	DOM         string
	Vals        string
	Chosen      bool
}

// fieldName names a control's form field so that block id and action id can be told apart again, whatever they hold.
func fieldName(blockID, actionID string) string {
	return "f:" + url.QueryEscape(blockID) + ":" + url.QueryEscape(actionID)
}

// parseField is fieldName backwards; false for fields that are not of a block.
func parseField(name string) (blockID, actionID string, ok bool) {
	parts := strings.Split(name, ":")
	if len(parts) != 3 || parts[0] != "f" {
		return "", "", false
	}
	blockID, err := url.QueryUnescape(parts[1])
	if err != nil {
		return "", "", false
	}
	actionID, err = url.QueryUnescape(parts[2])
	return blockID, actionID, err == nil
}

// drawElement draws one element of a block. waits says that its value goes out with Submit, not on change.
func drawElement(raw json.RawMessage, blockID string, s surface, waits bool) drawnElement {
	var e elementJSON
	if err := json.Unmarshal(raw, &e); err != nil {
		return drawnElement{Kind: "unknown", Name: "an element that can't be read"}
	}
	d := drawnElement{
		Kind: e.Type, Name: e.Type, ActionID: e.ActionID, BlockID: blockID, Field: fieldName(blockID, e.ActionID),
		DOM: domID(s.Prefix, blockID, e.ActionID), Label: e.Text.html(s.Names), Aria: e.AccessLabel, Style: e.Style,
		Value: e.Value, Placeholder: e.Placeholder.words(), Focus: e.FocusOnLoad, MinLength: e.MinLength, MaxLength: e.MaxLength,
	}
	if !waits {
		d.Press = s.Press
	}
	d.Vals = pressVals(blockID, e.ActionID, nil)
	d.Confirm = drawConfirm(e.Confirm, d.DOM, s.Names)
	d.setKind(e, s)
	if d.Aria == "" && d.Kind != "button" {
		d.Aria = firstOf(d.Placeholder, spokenKind(e.Type))
	}
	return d
}

// setKind fills in what only some kinds have.
func (d *drawnElement) setKind(e elementJSON, s surface) {
	entered, touched := s.State[d.BlockID][d.ActionID]
	pick := func(initial string) {
		d.Value = initial
		if touched && len(entered) > 0 {
			d.Value = entered[0]
		}
	}
	switch e.Type {
	case "button", "workflow_button":
		d.Kind = "button"
		d.Vals = pressVals(d.BlockID, d.ActionID, []string{e.Value})
		if safeURL(e.URL) {
			d.URL = e.URL
		}
	case "image":
		d.Image = &drawnImage{Alt: e.AltText, URL: e.ImageURL}
	case "static_select", "multi_static_select", "radio_buttons", "checkboxes", "overflow":
		if e.Type == "multi_static_select" {
			d.Kind, d.Multiple = "static_select", true
		}
		d.Groups = d.drawGroups(e, s, entered, touched)
	case "users_select":
		d.pickOf(s.Names.Users, "@", firstOf(firstEntered(entered), e.InitialUser))
	case "channels_select", "conversations_select":
		d.pickOf(s.Names.Channels, "#", firstOf(firstEntered(entered), e.InitialChannel, e.InitialConv))
	case "plain_text_input":
		d.Kind, d.Input, d.Multiline = "input", "text", e.Multiline
		pick(e.InitialValue)
	case "number_input":
		d.Kind, d.Input = "input", "number"
		pick(e.InitialValue)
	case "email_text_input":
		d.Kind, d.Input = "input", "email"
		pick(e.InitialValue)
	case "url_text_input":
		d.Kind, d.Input = "input", "url"
		pick(e.InitialValue)
	case "datepicker":
		d.Kind, d.Input = "input", "date"
		pick(e.InitialDate)
	case "timepicker":
		d.Kind, d.Input = "input", "time"
		pick(e.InitialTime)
	default:
		d.Kind, d.Name = "unknown", firstOf(e.Type, "an element without a type")
	}
}

// spokenKind names an element that has neither label nor placeholder.
func spokenKind(kind string) string {
	switch kind {
	case "datepicker":
		return "Choose a date"
	case "timepicker":
		return "Choose a time"
	case "overflow":
		return "More options"
	case "plain_text_input", "number_input", "email_text_input", "url_text_input":
		return "Enter a value"
	}
	return "Choose an option"
}

func firstEntered(entered []string) string {
	if len(entered) == 0 {
		return ""
	}
	return entered[0]
}

// pickOf makes a menu of the workspace's own people or channels.
func (d *drawnElement) pickOf(names map[string]string, mark, chosen string) {
	d.Kind = "static_select"
	group := drawnGroup{}
	for id, name := range names {
		if name == "" {
			continue
		}
		group.Options = append(group.Options, drawnOption{Words: mark + name, Value: id, Chosen: id == chosen})
	}
	slices.SortFunc(group.Options, func(a, b drawnOption) int {
		return cmp.Or(cmp.Compare(a.Words, b.Words), cmp.Compare(a.Value, b.Value))
	})
	d.Groups = []drawnGroup{group}
}

func (d *drawnElement) drawGroups(e elementJSON, s surface, entered []string, touched bool) []drawnGroup {
	chosen := entered
	if !touched {
		if e.InitialOption != nil {
			chosen = append(chosen, e.InitialOption.Value)
		}
		for _, o := range e.InitialOptions {
			chosen = append(chosen, o.Value)
		}
	}
	groups := e.OptionGroups
	if len(groups) == 0 {
		groups = []groupJSON{{Options: e.Options}}
	}
	var drawn []drawnGroup
	n := 0
	for _, g := range groups {
		out := drawnGroup{Label: g.Label.words()}
		for _, o := range g.Options {
			opt := drawnOption{
				Text: o.Text.html(s.Names), Words: o.Text.words(), Description: o.Description.html(s.Names), Value: o.Value,
				DOM: d.DOM + "-" + strconv.Itoa(n), Vals: pressVals(d.BlockID, d.ActionID, []string{o.Value}), Chosen: slices.Contains(chosen, o.Value),
			}
			if safeURL(o.URL) {
				opt.URL = o.URL
			}
			out.Options = append(out.Options, opt)
			n++
		}
		drawn = append(drawn, out)
	}
	return drawn
}

func drawConfirm(c *confirmJSON, dom string, names nameBook) *drawnConfirm {
	if c == nil {
		return nil
	}
	return &drawnConfirm{
		DOM: dom + "-confirm", Title: firstOf(c.Title.words(), "Are you sure?"), Text: c.Text.html(names),
		Confirm: firstOf(c.Confirm.words(), "Yes"), Deny: firstOf(c.Deny.words(), "Cancel"), Style: c.Style,
	}
}

// pressVals is what a press says besides the form it is in: which element, and the value of a button.
func pressVals(blockID, actionID string, values []string) string {
	vals := map[string]any{"block_id": blockID, "action_id": actionID}
	if values != nil {
		vals["value"] = values[0]
	}
	raw, err := json.Marshal(vals)
	if err != nil { // strings always marshal
		return "{}"
	}
	return string(raw)
}
