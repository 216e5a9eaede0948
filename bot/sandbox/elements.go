package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// element is an interactive element and the block it stands in.
type element struct {
	object
	BlockID  string
	Label    string // of its input block
	Input    bool   // in an input block: sent on submit
	Optional bool
	Dispatch bool // an input block that also sends block_actions
}

func (e element) kind() string     { return str(e.object, "type") }
func (e element) actionID() string { return str(e.object, "action_id") }
func (e element) many() bool {
	return e.kind() == "checkboxes" || strings.HasPrefix(e.kind(), "multi_")
}

// elementsOf gives the interactive elements of blocks, in the order shown.
func elementsOf(raw json.RawMessage) []element {
	var out []element
	for _, b := range blockList(raw) {
		id := str(b, "block_id")
		add := func(o object, e element) {
			if o != nil && o["action_id"] != nil {
				e.object, e.BlockID = o, id
				out = append(out, e)
			}
		}
		add(sub(b, "accessory"), element{})
		for _, o := range objects(b["elements"]) {
			add(o, element{})
		}
		if str(b, "type") == "input" {
			optional, _ := b["optional"].(bool)
			dispatch, _ := b["dispatch_action"].(bool)
			add(sub(b, "element"), element{Label: textOf(b["label"]), Input: true, Optional: optional, Dispatch: dispatch})
		}
	}
	return out
}

// elementsIn are those of a message, its attachments included.
func elementsIn(m *Message) []element {
	out := elementsOf(m.Blocks)
	for _, a := range blockList(m.Attachments) {
		if a["blocks"] != nil {
			out = append(out, elementsOf(mustJSON(a["blocks"]))...)
		}
	}
	return out
}

// optionsOf are an element's options, those in groups included.
func optionsOf(e object) []object {
	out := objects(e["options"])
	for _, g := range objects(e["option_groups"]) {
		out = append(out, objects(g["options"])...)
	}
	return out
}

// buttonsOf lists what can be pressed or chosen.
func buttonsOf(elements []element) []Button {
	var out []Button
	for _, e := range elements {
		b := Button{
			ActionID: e.actionID(), BlockID: e.BlockID, Style: str(e.object, "style"), Type: e.kind(), URL: str(e.object, "url"), Confirm: confirmOf(e.object),
		}
		if e.object["text"] != nil {
			b.Label, b.Value = textOf(e.object["text"]), str(e.object, "value")
			out = append(out, b)
			continue
		}
		for _, o := range optionsOf(e.object) {
			b.Label, b.Value = textOf(o["text"]), str(o, "value")
			out = append(out, b)
		}
	}
	return out
}

func confirmOf(e object) *Confirm {
	d := sub(e, "confirm")
	if d == nil {
		return nil
	}
	return &Confirm{Title: textOf(d["title"]), Text: textOf(d["text"]), Confirm: textOf(d["confirm"]), Deny: textOf(d["deny"]), Style: str(d, "style")}
}

// stateful reports whether the element holds a value.
func (e element) stateful() bool { return e.kind() != "button" && e.kind() != "overflow" }

// initialState is what views hold before anybody has entered anything, block_id → action_id → value.
func initialState(blocks json.RawMessage) map[string]map[string]json.RawMessage {
	state := map[string]map[string]json.RawMessage{}
	for _, e := range elementsOf(blocks) {
		if e.stateful() {
			setState(state, e, e.initial())
		}
	}
	return state
}

func setState(state map[string]map[string]json.RawMessage, e element, v object) {
	if state[e.BlockID] == nil {
		state[e.BlockID] = map[string]json.RawMessage{}
	}
	state[e.BlockID][e.actionID()] = mustJSON(v)
}

// valueField names the field of state.values and of actions that carries the element's value
// (https://docs.slack.dev/reference/interaction-payloads/block_actions-payload).
func (e element) valueField() string {
	switch kind := e.kind(); kind {
	case "static_select", "external_select", "radio_buttons", "overflow":
		return "selected_option"
	case "checkboxes", "multi_static_select", "multi_external_select":
		return "selected_options"
	case "datepicker":
		return "selected_date"
	case "timepicker":
		return "selected_time"
	case "datetimepicker":
		return "selected_date_time"
	case "users_select", "conversations_select", "channels_select":
		return "selected_" + strings.TrimSuffix(kind, "s_select")
	case "multi_users_select", "multi_conversations_select", "multi_channels_select":
		return "selected_" + strings.TrimSuffix(strings.TrimPrefix(kind, "multi_"), "_select")
	}
	return "value"
}

func (e element) initial() object {
	field := e.valueField()
	from := strings.Replace(field, "selected_", "initial_", 1)
	if field == "value" {
		from = "initial_value"
	}
	v := object{"type": e.kind(), field: e.object[from]}
	if v[field] == nil && e.many() {
		v[field] = []any{}
	}
	return v
}

// entered makes the element's value of what a person typed or chose: the text itself, an option's value or label, or
// several of those.
func (e element) entered(values []string) (object, error) {
	field := e.valueField()
	v := object{"type": e.kind(), field: nil}
	values = slices.DeleteFunc(slices.Clone(values), func(s string) bool { return s == "" })
	var chosen []any
	for _, value := range values {
		if !strings.HasPrefix(field, "selected_option") {
			chosen = append(chosen, value)
			continue
		}
		o, err := e.option(value)
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, o)
	}
	switch {
	case e.many():
		v[field] = append([]any{}, chosen...)
	case len(chosen) > 1:
		return nil, fmt.Errorf("%s %q takes one value, not %d", e.kind(), e.actionID(), len(chosen))
	case len(chosen) == 1:
		v[field] = chosen[0]
		if e.kind() == "datetimepicker" {
			v[field] = json.Number(values[0])
		}
	}
	return v, nil
}

func (e element) option(valueOrLabel string) (object, error) {
	all := optionsOf(e.object)
	for _, o := range all {
		if str(o, "value") == valueOrLabel {
			return o, nil
		}
	}
	var labels []string
	for _, o := range all {
		if textOf(o["text"]) == valueOrLabel {
			return o, nil
		}
		labels = append(labels, textOf(o["text"]))
	}
	return nil, fmt.Errorf("%q is no option of %q; there are: %s", valueOrLabel, e.actionID(), strings.Join(labels, ", "))
}

// filled reports whether the value holds anything.
func filled(e element, v json.RawMessage) bool {
	var o map[string]json.RawMessage
	if json.Unmarshal(v, &o) != nil {
		return false
	}
	got := o[e.valueField()]
	return !empty(got) && string(got) != `""`
}
