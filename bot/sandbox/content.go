package sandbox

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Limits of a message's text, in characters (https://docs.slack.dev/reference/methods/chat.postMessage, chat.update).
const (
	maxPostText   = 40000 // longer is cut off
	maxUpdateText = 4000  // longer is refused
	maxAttached   = 100   // attachments
)

// content is what a message says, checked.
type content struct {
	Text                        string
	Blocks, Attachments         json.RawMessage
	HasText, HasBlocks, HasAtts bool
}

// fill puts the content into a message, in place of what it said before.
func (c content) fill(m *Message) { m.Text, m.Blocks, m.Attachments = c.Text, c.Blocks, c.Attachments }

// readContent reads and checks text, blocks and attachments; where names the call in the list of violations.
func (s *Server) readContent(where string, p params) (content, error) {
	c := content{Text: p.str("text"), HasText: p.has("text")}
	check := s.newChecker(onMessage)
	if raw := p.raw("blocks"); p.has("blocks") && len(raw) > 0 {
		if !json.Valid(raw) {
			return c, slackError("invalid_blocks_format")
		}
		c.HasBlocks = true
		if c.Blocks = check.checkBlocks(raw, "/blocks"); empty(c.Blocks) {
			c.Blocks = nil
		}
	}
	if raw := p.raw("attachments"); p.has("attachments") && len(raw) > 0 {
		c.HasAtts = true
		var err error
		if c.Attachments, err = check.attachments(raw); err != nil {
			return c, err
		}
	}
	if len(check.problems) > 0 {
		return c, s.broken(where, "invalid_blocks", check.problems)
	}
	if c.Text == "" && empty(c.Blocks) && empty(c.Attachments) {
		return c, slackError("no_text")
	}
	if utf8.RuneCountInString(c.Text) > maxPostText {
		s.violation("%s: text cut to %d characters", where, maxPostText)
		c.Text = string([]rune(c.Text)[:maxPostText])
	}
	return c, nil
}

// broken records the broken limits and makes Slack's error of them.
func (s *Server) broken(where, code string, problems []problem) error {
	messages := problemStrings(problems)
	s.violation("%s: %s: %s", where, code, strings.Join(messages, "; "))
	return slackError(code, messages...)
}

// attachments checks the blocks in attachments and numbers them, as Slack does.
func (c *checker) attachments(raw json.RawMessage) (json.RawMessage, error) {
	v, err := decode(raw)
	list, ok := v.([]any)
	if err != nil || !ok {
		return nil, slackError("invalid_attachments")
	}
	if len(list) > maxAttached {
		return nil, slackError("too_many_attachments")
	}
	for i, item := range list {
		a, ok := item.(object)
		if !ok {
			return nil, slackError("invalid_attachments")
		}
		a["id"] = i + 1
		if blocks, ok := a["blocks"].([]any); ok {
			c.blockArray(blocks, fmt.Sprintf("/attachments/%d/blocks", i))
		}
	}
	if len(list) == 0 {
		return nil, nil
	}
	return mustJSON(list), nil
}

// readMetadata checks message metadata: an event type, and a payload of scalars, flat objects and arrays of flat objects
// (https://docs.slack.dev/messaging/message-metadata). Empty means absent; {} means none.
func readMetadata(p params) (raw json.RawMessage, given bool, err error) {
	raw = p.raw("metadata")
	if !p.has("metadata") || len(raw) == 0 {
		return nil, false, nil
	}
	v, err := decode(raw)
	m, ok := v.(object)
	if err != nil || !ok {
		return nil, false, slackError("invalid_metadata_format")
	}
	if len(m) == 0 {
		return nil, true, nil
	}
	payload, ok := m["event_payload"].(object)
	if !ok || str(m, "event_type") == "" {
		return nil, false, slackError("invalid_metadata_format")
	}
	for _, value := range payload {
		if !metadataValue(value) {
			return nil, false, slackError("invalid_metadata_schema")
		}
	}
	return mustJSON(m), true, nil
}

func metadataValue(v any) bool {
	switch t := v.(type) {
	case nil:
		return false
	case object:
		return flat(t)
	case []any:
		for _, item := range t {
			if o, ok := item.(object); ok && !flat(o) {
				return false
			}
		}
	}
	return true
}

func flat(o object) bool {
	for _, v := range o {
		switch v.(type) {
		case object, []any, nil:
			return false
		}
	}
	return true
}
