package slackio

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/slack-go/slack"
)

// check reads what would go over the wire and returns every limit of Block Kit
// it breaks (docs.slack.dev/reference/block-kit). It shares nothing with the
// rendering.
func check(t interface{ Fatalf(string, ...any) }, r Rendered) []string {
	c := &checker{}
	parse := func(v any) map[string]any {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatalf("marshalling: %v", err)
		}
		var m map[string]any
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatalf("unmarshalling: %v", err)
		}
		if len(raw) > 250_000 {
			c.add("view of %d bytes", len(raw))
		}
		return m
	}
	switch {
	case r.Modal != nil:
		m := parse(r.Modal)
		for _, f := range []string{"title", "submit", "close"} {
			c.text("modal."+f, m[f], 1, 24, "plain_text")
		}
		c.size("private_metadata", m["private_metadata"], 0, 3000)
		c.size("callback_id", m["callback_id"], 1, 255)
		c.blocks(m["blocks"], 100)
	case r.Home != nil:
		c.blocks(parse(r.Home)["blocks"], 100)
	default:
		c.size("text", r.Text, 1, 4000)
		c.harmless("text", r.Text)
		c.blocks(parse(map[string]any{"blocks": r.Blocks})["blocks"], 50)
		if c.total > 13000 {
			c.add("%d characters in one message", c.total)
		}
	}
	return c.broken
}

type checker struct {
	broken []string
	total  int
}

func (c *checker) add(format string, args ...any) {
	c.broken = append(c.broken, fmt.Sprintf(format, args...))
}

func (c *checker) size(what string, v any, least, most int) {
	s, _ := v.(string)
	if n := utf8.RuneCountInString(s); n < least || n > most {
		c.add("%s has %d characters, want %d to %d: %.60q", what, n, least, most, s)
	}
}

func (c *checker) text(what string, v any, least, most int, kind string) {
	m, ok := v.(map[string]any)
	if !ok {
		c.add("%s has no text object", what)
		return
	}
	if m["type"] != kind {
		c.add("%s is %v, want %s", what, m["type"], kind)
	}
	c.size(what, m["text"], least, most)
	s, _ := m["text"].(string)
	c.total += utf8.RuneCountInString(s)
	if strings.TrimSpace(s) == "" {
		c.add("%s is blank", what)
	}
	if kind == "mrkdwn" {
		if m["verbatim"] != true {
			c.add("%s is not verbatim", what)
		}
		c.harmless(what, s)
		return
	}
	c.legible(what, s)
}

// ours are the only things between angle brackets that we write.
var ours = regexp.MustCompile(`<!date\^\d+\^[{}a-z_ ]+\|[-0-9: ]+ UTC>|<@[A-Z0-9]+>|<!subteam\^S[A-Z0-9]+>|<https?://[^<>|\s` + "`" + `]+\|[^<>]*>`)

// harmless fails on a mention, link or entity that we did not write.
func (c *checker) harmless(what, s string) {
	c.legible(what, s)
	rest := ours.ReplaceAllString(s, "")
	if strings.ContainsAny(rest, "<>") {
		c.add("%s has an open bracket: %.200q", what, rest)
	}
	bare := strings.NewReplacer("&amp;", "", "&lt;", "", "&gt;", "").Replace(rest)
	if strings.Contains(bare, "&") {
		c.add("%s has a bare &: %.200q", what, rest)
	}
	if strings.Count(rest, "`")%2 != 0 {
		c.add("%s has an open code span: %.200q", what, rest)
	}
}

func (c *checker) legible(what, s string) {
	if !utf8.ValidString(s) {
		c.add("%s is not UTF-8", what)
	}
	for _, r := range s {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
			c.add("%s has the character %U", what, r)
			return
		}
	}
}

func (c *checker) blocks(v any, most int) {
	list, _ := v.([]any)
	if len(list) == 0 || len(list) > most {
		c.add("%d blocks, want 1 to %d", len(list), most)
	}
	seen := map[string]bool{}
	for i, b := range list {
		m := b.(map[string]any)
		id, _ := m["block_id"].(string)
		c.size("block_id", id, 0, 255)
		if id != "" && seen[id] {
			c.add("block_id %q twice", id)
		}
		seen[id] = true
		c.block(fmt.Sprintf("blocks[%d] %v", i, m["type"]), m)
	}
}

func (c *checker) block(at string, m map[string]any) {
	switch m["type"] {
	case "header":
		c.text(at, m["text"], 1, 150, "plain_text")
	case "section":
		c.text(at, m["text"], 1, 3000, "mrkdwn")
	case "context":
		els, _ := m["elements"].([]any)
		if len(els) < 1 || len(els) > 10 {
			c.add("%s has %d elements", at, len(els))
		}
		for _, e := range els {
			c.text(at, e, 1, 3000, "mrkdwn")
		}
	case "rich_text":
		raw, _ := json.Marshal(m)
		var rich struct {
			Elements []struct {
				Type     string
				Elements []struct{ Type, Text string }
			}
		}
		_ = json.Unmarshal(raw, &rich)
		for _, e := range rich.Elements {
			for _, x := range e.Elements {
				if e.Type != "rich_text_preformatted" || x.Type != "text" {
					c.add("%s has %s in %s", at, x.Type, e.Type)
				}
				c.size(at, x.Text, 1, 3000)
				c.legible(at, x.Text)
				c.total += utf8.RuneCountInString(x.Text)
			}
		}
	case "actions":
		els, _ := m["elements"].([]any)
		if len(els) < 1 || len(els) > 25 {
			c.add("%s has %d elements", at, len(els))
		}
		seen := map[any]bool{}
		for _, e := range els {
			el := e.(map[string]any)
			if seen[el["action_id"]] {
				c.add("%s has action_id %v twice", at, el["action_id"])
			}
			seen[el["action_id"]] = true
			c.element(at, el)
		}
	case "input":
		c.text(at+" label", m["label"], 1, 2000, "plain_text")
		if m["hint"] != nil {
			c.text(at+" hint", m["hint"], 1, 2000, "plain_text")
		}
		c.element(at, m["element"].(map[string]any))
	default:
		c.add("%s is a type that is not used in messages", at)
	}
}

func (c *checker) element(at string, m map[string]any) {
	c.size(at+" action_id", m["action_id"], 1, 255)
	switch m["type"] {
	case "button":
		c.text(at+" button", m["text"], 1, 75, "plain_text")
		c.size(at+" value", m["value"], 1, 2000)
		if s := m["style"]; s != nil && s != "primary" && s != "danger" {
			c.add("%s has style %v", at, s)
		}
		if conf, ok := m["confirm"].(map[string]any); ok {
			c.text(at+" confirm.title", conf["title"], 1, 100, "plain_text")
			c.text(at+" confirm.text", conf["text"], 1, 300, "plain_text")
			c.text(at+" confirm.confirm", conf["confirm"], 1, 30, "plain_text")
			c.text(at+" confirm.deny", conf["deny"], 1, 30, "plain_text")
		}
	case "static_select":
		options, _ := m["options"].([]any)
		if len(options) < 1 || len(options) > 100 {
			c.add("%s has %d options", at, len(options))
		}
		c.text(at+" placeholder", m["placeholder"], 1, 150, "plain_text")
		var raws []string
		for _, o := range options {
			opt := o.(map[string]any)
			c.text(at+" option", opt["text"], 1, 75, "plain_text")
			c.size(at+" option value", opt["value"], 1, 150)
			if opt["description"] != nil {
				c.text(at+" option description", opt["description"], 1, 75, "plain_text")
			}
			raw, _ := json.Marshal(opt)
			raws = append(raws, string(raw))
		}
		if m["initial_option"] != nil {
			raw, _ := json.Marshal(m["initial_option"])
			if !strings.Contains(strings.Join(raws, "\n"), string(raw)) {
				c.add("%s starts with an option it does not have", at)
			}
		}
	case "conversations_select":
		c.text(at+" placeholder", m["placeholder"], 1, 150, "plain_text")
	case "plain_text_input":
		most, _ := m["max_length"].(float64)
		if most < 1 || most > 3000 {
			c.add("%s takes %v characters", at, most)
		}
		if m["initial_value"] != nil {
			c.size(at+" initial_value", m["initial_value"], 1, int(most))
		}
	default:
		c.add("%s has an element %v", at, m["type"])
	}
}

func TestCheckFindsWhatSlackRefuses(t *testing.T) {
	long := strings.Repeat("x", 3001)
	k := &kit{}
	for _, text := range []string{long, "<!channel> hello & bye"} {
		k.blocks = append(k.blocks, slack.NewSectionBlock(markup(text), nil, nil, slack.SectionBlockOptionBlockID("same")))
	}
	broken := strings.Join(check(t, Rendered{Text: "x", Blocks: k.blocks}), "\n")
	for _, want := range []string{"3001 characters", "open bracket", "bare &", "twice"} {
		if !strings.Contains(broken, want) {
			t.Errorf("check does not find %q in:\n%s", want, broken)
		}
	}
}
