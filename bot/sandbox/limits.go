package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"
)

// place is where blocks are shown.
type place string

const (
	onMessage place = "message"
	onModal   place = "modal"
	onHome    place = "home"
)

// Limits of Block Kit (https://docs.slack.dev/reference/block-kit), in characters (code points) or items.
const (
	maxMessageBlocks = 50
	maxViewBlocks    = 100
	maxSectionText   = 3000
	maxFields        = 10
	maxFieldText     = 2000
	maxHeaderText    = 150
	maxContext       = 10
	maxActions       = 25
	maxID            = 255
	maxLabel         = 2000
	maxMarkdown      = 12000
	maxTableRows     = 100
	maxTableCells    = 20
	maxViewTitle     = 24
	maxMetadata      = 3000
	maxViewBytes     = 250 << 10
)

// problem is one broken rule of Block Kit and where.
type problem struct {
	Pointer string
	Code    string
	Message string
}

// String is the form that response_metadata.messages has.
func (p problem) String() string {
	return fmt.Sprintf("[ERROR] %s [json-pointer:%s]", p.Message, p.Pointer)
}

func problemStrings(list []problem) []string {
	out := make([]string, len(list))
	for i, p := range list {
		out[i] = p.String()
	}
	return out
}

// checker walks blocks, collects what breaks a limit, and gives ids to blocks and elements that have none.
type checker struct {
	on       place
	newID    func() string
	problems []problem
	blockIDs map[string]bool
	markdown int // characters in markdown blocks so far
	tables   int
	inputs   int
}

func (s *Server) newChecker(on place) *checker {
	return &checker{on: on, blockIDs: map[string]bool{}, newID: func() string { return s.id("b") }}
}

func (c *checker) fail(pointer, code, format string, args ...any) {
	c.problems = append(c.problems, problem{Pointer: pointer, Code: code, Message: fmt.Sprintf(format, args...)})
}

// checkBlocks checks an array of blocks and returns it with every block_id and action_id filled in.
func (c *checker) checkBlocks(raw json.RawMessage, at string) json.RawMessage {
	v, err := decode(raw)
	list, ok := v.([]any)
	if err != nil || !ok {
		c.fail(at, "invalid_type", "must be an array of blocks")
		return nil
	}
	c.blockArray(list, at)
	return mustJSON(list)
}

func (c *checker) blockArray(list []any, at string) {
	most := maxViewBlocks
	if c.on == onMessage {
		most = maxMessageBlocks
	}
	c.items(len(list), 0, most, at)
	for i, item := range list {
		here := at + "/" + strconv.Itoa(i)
		b, ok := item.(object)
		if !ok {
			c.fail(here, "invalid_type", "must be an object")
			continue
		}
		c.block(b, here)
	}
}

func (c *checker) block(b object, at string) {
	c.maxChars(str(b, "block_id"), maxID, at+"/block_id")
	if id := str(b, "block_id"); id == "" {
		b["block_id"] = c.newID()
	} else if c.blockIDs[id] {
		c.fail(at+"/block_id", "duplicate", "block_id already exists: %s", id)
	}
	c.blockIDs[str(b, "block_id")] = true
	switch kind := str(b, "type"); kind {
	case "section":
		c.section(b, at)
	case "header":
		c.text(b["text"], maxHeaderText, true, at+"/text")
	case "context":
		c.context(b, at)
	case "actions":
		c.elements(b, at, 1, maxActions)
	case "input":
		c.input(b, at)
	case "image":
		c.image(b, at)
	case "markdown":
		c.markdown += utf8.RuneCountInString(str(b, "text"))
		c.minChars(str(b, "text"), at+"/text")
		if c.markdown > maxMarkdown {
			c.fail(at+"/text", "failed_constraint", "must be less than %d characters in all markdown blocks together", maxMarkdown+1)
		}
	case "table":
		c.table(b, at)
	case "rich_text":
		if _, ok := b["elements"].([]any); !ok {
			c.fail(at, "missing_field", "missing required field: elements")
		}
	case "alert":
		if c.on != onModal {
			c.fail(at+"/type", "unsupported_type", "unsupported type: alert")
		}
	case "divider", "file", "video", "task_card", "plan", "card", "carousel", "data_table", "data_visualization", "container", "context_actions", "call":
	default:
		c.fail(at+"/type", "unsupported_type", "unsupported type: %s", kind)
	}
}

func (c *checker) section(b object, at string) {
	fields, hasFields := b["fields"].([]any)
	if b["text"] != nil || !hasFields {
		c.text(b["text"], maxSectionText, false, at+"/text")
	}
	if hasFields {
		c.items(len(fields), 1, maxFields, at+"/fields")
	}
	for i, f := range fields {
		c.text(f, maxFieldText, false, at+"/fields/"+strconv.Itoa(i))
	}
	if e, ok := b["accessory"].(object); ok {
		c.element(e, at+"/accessory", false)
	}
}

func (c *checker) context(b object, at string) {
	list := objects(b["elements"])
	c.items(len(list), 1, maxContext, at+"/elements")
	for i, e := range list {
		here := fmt.Sprintf("%s/elements/%d", at, i)
		if str(e, "type") == "image" {
			c.image(e, here)
			continue
		}
		c.text(e, maxSectionText, false, here)
	}
}

func (c *checker) elements(b object, at string, least, most int) {
	list := objects(b["elements"])
	c.items(len(list), least, most, at+"/elements")
	seen := map[string]bool{}
	for i, e := range list {
		here := fmt.Sprintf("%s/elements/%d", at, i)
		c.element(e, here, false)
		id := str(e, "action_id")
		if seen[id] {
			c.fail(here+"/action_id", "duplicate", "action_id already exists: %s", id)
		}
		seen[id] = true
	}
}

func (c *checker) input(b object, at string) {
	c.inputs++
	c.text(b["label"], maxLabel, true, at+"/label")
	if b["hint"] != nil {
		c.text(b["hint"], maxLabel, true, at+"/hint")
	}
	e, ok := b["element"].(object)
	if !ok {
		c.fail(at, "missing_field", "missing required field: element")
		return
	}
	c.element(e, at+"/element", true)
}

func (c *checker) image(b object, at string) {
	if str(b, "image_url") == "" && b["slack_file"] == nil {
		c.fail(at, "missing_field", "missing required field: image_url")
	}
	c.maxChars(str(b, "image_url"), 3000, at+"/image_url")
	c.minChars(str(b, "alt_text"), at+"/alt_text")
	c.maxChars(str(b, "alt_text"), 2000, at+"/alt_text")
	if b["title"] != nil {
		c.text(b["title"], 2000, true, at+"/title")
	}
}

func (c *checker) table(b object, at string) {
	rows, _ := b["rows"].([]any)
	c.items(len(rows), 1, maxTableRows, at+"/rows")
	for i, row := range rows {
		cells, _ := row.([]any)
		c.items(len(cells), 1, maxTableCells, fmt.Sprintf("%s/rows/%d", at, i))
	}
	if c.tables++; c.tables > 1 || c.on != onMessage {
		c.fail(at, "failed_constraint", "only one table is allowed, in a message")
	}
}

// text checks a text object of 1 to most characters.
func (c *checker) text(v any, most int, plainOnly bool, at string) {
	t, ok := v.(object)
	if !ok {
		c.fail(at, "missing_field", "missing required text object")
		return
	}
	allowed := []string{"plain_text", "mrkdwn"}
	if plainOnly {
		allowed = allowed[:1]
	}
	if !slices.Contains(allowed, str(t, "type")) {
		c.fail(at+"/type", "failed_constraint", "must be a valid enum value: %v", allowed)
	}
	c.minChars(str(t, "text"), at+"/text")
	c.maxChars(str(t, "text"), most, at+"/text")
}

func (c *checker) minChars(s, at string) {
	if s == "" {
		c.fail(at, "failed_constraint", "must be more than 0 characters")
	}
}

func (c *checker) maxChars(s string, most int, at string) {
	if len(s) > most && utf8.RuneCountInString(s) > most {
		c.fail(at, "failed_constraint", "must be less than %d characters", most+1)
	}
}

func (c *checker) items(n, least, most int, at string) {
	if n > most {
		c.fail(at, "failed_constraint", "no more than %d items allowed", most)
	}
	if n < least {
		c.fail(at, "failed_constraint", "no less than %d items allowed", least)
	}
}
