package sandbox

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
)

// Limits of elements (https://docs.slack.dev/reference/block-kit/block-elements).
const (
	maxButtonText  = 75
	maxButtonValue = 2000
	maxURL         = 3000
	maxPlaceholder = 150
	maxOverflow    = 5
	maxSelect      = 100
	maxChoices     = 10 // radio buttons and checkboxes
	maxOptionText  = 75
	maxOptionValue = 150
	maxInputText   = 3000
)

// element checks one interactive element, or an image.
func (c *checker) element(e object, at string, inInput bool) {
	kind := str(e, "type")
	if kind == "image" && !inInput {
		c.image(e, at)
		return
	}
	c.maxChars(str(e, "action_id"), maxID, at+"/action_id")
	if str(e, "action_id") == "" {
		e["action_id"] = c.newID()
	}
	if e["confirm"] != nil {
		c.confirm(sub(e, "confirm"), at+"/confirm")
	}
	if e["placeholder"] != nil {
		c.text(e["placeholder"], maxPlaceholder, true, at+"/placeholder")
	}
	switch kind {
	case "button", "workflow_button":
		c.button(e, at, inInput)
	case "overflow":
		c.options(e, maxOverflow, at)
	case "radio_buttons", "checkboxes":
		c.options(e, maxChoices, at)
	case "static_select", "multi_static_select":
		c.selectMenu(e, at)
	case "plain_text_input":
		c.textInput(e, at, inInput)
	case "number_input", "email_text_input", "url_text_input", "rich_text_input", "file_input":
		if !inInput {
			c.fail(at+"/type", "unsupported_type", "unsupported type: %s outside an input block", kind)
		}
	case "datepicker", "timepicker", "datetimepicker",
		"users_select", "conversations_select", "channels_select", "external_select",
		"multi_users_select", "multi_conversations_select", "multi_channels_select", "multi_external_select":
	default:
		c.fail(at+"/type", "unsupported_type", "unsupported type: %s", kind)
	}
}

func (c *checker) button(e object, at string, inInput bool) {
	if inInput {
		c.fail(at+"/type", "unsupported_type", "unsupported type: button in an input block")
	}
	c.text(e["text"], maxButtonText, true, at+"/text")
	c.maxChars(str(e, "value"), maxButtonValue, at+"/value")
	c.maxChars(str(e, "url"), maxURL, at+"/url")
	c.maxChars(str(e, "accessibility_label"), maxButtonText, at+"/accessibility_label")
	c.style(e, at)
}

func (c *checker) style(e object, at string) {
	if e["style"] != nil && !slices.Contains([]string{"primary", "danger"}, str(e, "style")) {
		c.fail(at+"/style", "failed_constraint", "must be a valid enum value: [primary danger]")
	}
}

func (c *checker) confirm(d object, at string) {
	c.text(d["title"], 100, true, at+"/title")
	c.text(d["text"], 300, false, at+"/text")
	c.text(d["confirm"], 30, true, at+"/confirm")
	c.text(d["deny"], 30, true, at+"/deny")
	c.style(d, at)
}

func (c *checker) selectMenu(e object, at string) {
	groups := objects(e["option_groups"])
	if len(groups) == 0 {
		c.options(e, maxSelect, at)
		return
	}
	c.items(len(groups), 1, maxSelect, at+"/option_groups")
	for i, g := range groups {
		here := fmt.Sprintf("%s/option_groups/%d", at, i)
		c.text(g["label"], maxOptionText, true, here+"/label")
		c.options(g, maxSelect, here)
	}
	c.initial(e, at)
}

func (c *checker) options(e object, most int, at string) {
	list := objects(e["options"])
	c.items(len(list), 1, most, at+"/options")
	plainOnly := !slices.Contains([]string{"radio_buttons", "checkboxes"}, str(e, "type"))
	for i, o := range list {
		here := at + "/options/" + strconv.Itoa(i)
		c.text(o["text"], maxOptionText, plainOnly, here+"/text")
		c.minChars(str(o, "value"), here+"/value")
		c.maxChars(str(o, "value"), maxOptionValue, here+"/value")
		if o["description"] != nil {
			c.text(o["description"], maxOptionText, plainOnly, here+"/description")
		}
		c.maxChars(str(o, "url"), maxURL, here+"/url")
	}
	c.initial(e, at)
}

// initial checks that what is chosen from the start is among the options.
func (c *checker) initial(e object, at string) {
	chosen := objects(e["initial_options"])
	if o, ok := e["initial_option"].(object); ok {
		chosen = append(chosen, o)
	}
	all := optionsOf(e)
	for _, o := range chosen {
		if !slices.ContainsFunc(all, func(have object) bool { return reflect.DeepEqual(have, o) }) {
			c.fail(at, "failed_constraint", "initial option %q must exactly match one of the options", str(o, "value"))
		}
	}
}

func (c *checker) textInput(e object, at string, inInput bool) {
	if !inInput {
		c.fail(at+"/type", "unsupported_type", "unsupported type: plain_text_input outside an input block")
	}
	for _, name := range []string{"min_length", "max_length"} {
		if n, ok := intOf(e[name]); e[name] != nil && (!ok || n < 0 || n > maxInputText || (name == "max_length" && n < 1)) {
			c.fail(at+"/"+name, "failed_constraint", "must be a number up to %d", maxInputText)
		}
	}
	c.maxChars(str(e, "initial_value"), maxInputText, at+"/initial_value")
}

func intOf(v any) (int, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	i, err := n.Int64()
	return int(i), err == nil
}

// checkView checks a view and returns it decoded, with the ids filled in.
func (c *checker) checkView(raw json.RawMessage) (object, json.RawMessage) {
	v, err := decode(raw)
	view, ok := v.(object)
	if err != nil || !ok {
		c.fail("/view", "invalid_type", "must be a view object")
		return nil, nil
	}
	if want := string(c.on); str(view, "type") != want {
		c.fail("/view/type", "failed_constraint", "must be a valid enum value: [%s]", want)
	}
	if c.on == onModal {
		c.text(view["title"], maxViewTitle, true, "/view/title")
		for _, name := range []string{"submit", "close"} {
			if view[name] != nil {
				c.text(view[name], maxViewTitle, true, "/view/"+name)
			}
		}
	}
	c.maxChars(str(view, "private_metadata"), maxMetadata, "/view/private_metadata")
	c.maxChars(str(view, "callback_id"), maxID, "/view/callback_id")
	c.maxChars(str(view, "external_id"), maxID, "/view/external_id")
	list, ok := view["blocks"].([]any)
	if !ok {
		c.fail("/view", "missing_field", "missing required field: blocks")
	}
	c.blockArray(list, "/view/blocks")
	if c.on == onModal && c.inputs > 0 && view["submit"] == nil {
		c.fail("/view/submit", "missing_field", "submit is required when an input block is within the blocks array")
	}
	return view, mustJSON(list)
}
