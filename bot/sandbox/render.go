package sandbox

import (
	"encoding/json"
	"html/template"
	"strings"
	"time"
)

// nameBook says what to call the people, channels and groups that a text mentions, and what "today" is.
// A missing name falls back to the id, as Slack does for what the reader may not see.
type nameBook struct {
	Me       string            // id of the person looking
	Users    map[string]string // id to display name
	Handles  map[string]string // id to handle, without @
	Channels map[string]string // id to name, without #
	Groups   map[string]string // user group id to handle, without @
	Now      time.Time         // for "Today" and "Yesterday"; its location is the reader's time zone
}

// surface is where blocks are drawn: it decides how controls are addressed and whether a change is sent at once.
type surface struct {
	Names  nameBook
	Prefix string // keeps element ids apart when one message is drawn twice, for example "m-1700-1"
	Press  string // path that receives a press; empty draws controls disabled
	Modal  bool   // inputs wait for Submit instead of being sent on change
	// State holds what people have chosen so far, as Slack's state.values: block id, action id, chosen values.
	State map[string]map[string][]string
}

// textObject is Block Kit's composition object for text.
// https://docs.slack.dev/reference/block-kit/composition-objects/text-object
type textObject struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

// UnmarshalJSON also takes a bare string, which Slack accepts in a few places, and ignores any other shape.
func (t *textObject) UnmarshalJSON(raw []byte) error {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		*t = textObject{Type: "plain_text", Text: s}
		return nil
	}
	var object struct{ Type, Text string }
	if json.Unmarshal(raw, &object) == nil {
		*t = textObject{Type: object.Type, Text: object.Text}
	}
	return nil
}

// html draws the text by its own type.
func (t *textObject) html(names nameBook) template.HTML {
	switch {
	case t == nil:
		return ""
	case t.Type == "mrkdwn":
		return mrkdwnHTML(t.Text, names)
	default:
		return plainHTML(t.Text)
	}
}

// words is the text without any markup, for labels that assistive technology reads.
func (t *textObject) words() string {
	if t == nil {
		return ""
	}
	return plainWords(t.Text)
}

// domID turns any text into something that is safe as part of an element id and of a CSS selector.
func domID(parts ...string) string {
	var b strings.Builder
	for i, part := range parts {
		if i > 0 {
			b.WriteString("--")
		}
		for _, r := range part {
			switch {
			case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-':
				b.WriteRune(r)
			default:
				b.WriteByte('_')
				b.WriteString(strings.ToLower(hexRune(r)))
			}
		}
	}
	return b.String()
}

func hexRune(r rune) string {
	const digits = "0123456789abcdef"
	if r == 0 {
		return "0"
	}
	var out []byte
	for v := uint32(r); v > 0; v >>= 4 {
		out = append([]byte{digits[v&15]}, out...)
	}
	return string(out)
}
