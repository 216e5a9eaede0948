package sandbox

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func check(on place, blocks string) []problem {
	s := &Server{ws: newWorkspace(Options{})}
	c := s.newChecker(on)
	c.checkBlocks(raw(blocks), "/blocks")
	return c.problems
}

func text(kind string, n int) string {
	return fmt.Sprintf(`{"type":%q,"text":%q}`, kind, strings.Repeat("é", n))
}

func repeat(n int, format string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = strings.ReplaceAll(format, "#", fmt.Sprint(i))
	}
	return "[" + strings.Join(parts, ",") + "]"
}

func button(extra string) string {
	return `{"type":"button","action_id":"a#","text":` + text("plain_text", 3) + extra + `}`
}

func actions(elements string) string  { return `[{"type":"actions","elements":` + elements + `}]` }
func actionsOf(element string) string { return actions("[" + element + "]") }
func inputOf(element string) string {
	return `[{"type":"input","label":` + text("plain_text", 3) + `,"element":` + element + `}]`
}
func options(kind string, n int, more string) string {
	return fmt.Sprintf(`{"type":%q,"options":%s%s}`, kind, repeat(n, `{"text":`+text("plain_text", 3)+`,"value":"v#"}`), more)
}
func confirm(title, body, yes, no int) string {
	return `,"confirm":{"title":` + text("plain_text", title) + `,"text":` + text("mrkdwn", body) + `,"confirm":` + text("plain_text", yes) + `,"deny":` + text("plain_text", no) + `}`
}

// Each limit: what just fits, and what is one too much, with the place that the answer must name.
func TestLimits(t *testing.T) {
	tests := []struct {
		name      string
		on        place
		fits, not string
		pointer   string
	}{
		{"blocks in a message", onMessage, repeat(50, `{"type":"divider"}`), repeat(51, `{"type":"divider"}`), "/blocks"},
		{"blocks in a modal", onModal, repeat(100, `{"type":"divider"}`), repeat(101, `{"type":"divider"}`), "/blocks"},
		{"section text", onMessage, `[{"type":"section","text":` + text("mrkdwn", 3000) + `}]`, `[{"type":"section","text":` + text("mrkdwn", 3001) + `}]`, "/blocks/0/text/text"},
		{"section text empty", onMessage, `[{"type":"section","text":` + text("mrkdwn", 1) + `}]`, `[{"type":"section","text":` + text("mrkdwn", 0) + `}]`, "/blocks/0/text/text"},
		{"section fields", onMessage, `[{"type":"section","fields":` + repeat(10, text("mrkdwn", 2000)) + `}]`, `[{"type":"section","fields":` + repeat(11, text("mrkdwn", 1)) + `}]`, "/blocks/0/fields"},
		{"field text", onMessage, `[{"type":"section","fields":` + repeat(1, text("mrkdwn", 2000)) + `}]`, `[{"type":"section","fields":` + repeat(1, text("mrkdwn", 2001)) + `}]`, "/blocks/0/fields/0/text"},
		{"header", onMessage, `[{"type":"header","text":` + text("plain_text", 150) + `}]`, `[{"type":"header","text":` + text("plain_text", 151) + `}]`, "/blocks/0/text/text"},
		{"header markup", onMessage, `[{"type":"header","text":` + text("plain_text", 1) + `}]`, `[{"type":"header","text":` + text("mrkdwn", 1) + `}]`, "/blocks/0/text/type"},
		{"context", onMessage, `[{"type":"context","elements":` + repeat(10, text("mrkdwn", 1)) + `}]`, `[{"type":"context","elements":` + repeat(11, text("mrkdwn", 1)) + `}]`, "/blocks/0/elements"},
		{"actions", onMessage, actions(repeat(25, button(""))), actions(repeat(26, button(""))), "/blocks/0/elements"},
		{"action_id twice", onMessage, actions("[" + button("") + "," + strings.ReplaceAll(button(""), "#", "2") + "]"), actions("[" + button("") + "," + button("") + "]"), "/blocks/0/elements/1/action_id"},
		{"block_id twice", onMessage, `[{"type":"divider","block_id":"a"},{"type":"divider","block_id":"b"}]`, `[{"type":"divider","block_id":"a"},{"type":"divider","block_id":"a"}]`, "/blocks/1/block_id"},
		{"block_id", onMessage, `[{"type":"divider","block_id":"` + strings.Repeat("x", 255) + `"}]`, `[{"type":"divider","block_id":"` + strings.Repeat("x", 256) + `"}]`, "/blocks/0/block_id"},
		{"button text", onMessage, actionsOf(`{"type":"button","text":` + text("plain_text", 75) + `}`), actionsOf(`{"type":"button","text":` + text("plain_text", 76) + `}`), "/blocks/0/elements/0/text/text"},
		{"button value", onMessage, actionsOf(button(`,"value":"` + strings.Repeat("x", 2000) + `"`)), actionsOf(button(`,"value":"` + strings.Repeat("x", 2001) + `"`)), "/blocks/0/elements/0/value"},
		{"button style", onMessage, actionsOf(button(`,"style":"danger"`)), actionsOf(button(`,"style":"red"`)), "/blocks/0/elements/0/style"},
		{"confirm", onMessage, actionsOf(button(confirm(100, 300, 30, 30))), actionsOf(button(confirm(101, 300, 30, 30))), "/blocks/0/elements/0/confirm/title/text"},
		{"confirm text", onMessage, actionsOf(button(confirm(1, 300, 1, 1))), actionsOf(button(confirm(1, 301, 1, 1))), "/blocks/0/elements/0/confirm/text/text"},
		{"confirm deny", onMessage, actionsOf(button(confirm(1, 1, 1, 30))), actionsOf(button(confirm(1, 1, 1, 31))), "/blocks/0/elements/0/confirm/deny/text"},
		{"overflow", onMessage, actionsOf(options("overflow", 5, "")), actionsOf(options("overflow", 6, "")), "/blocks/0/elements/0/options"},
		{"radio", onMessage, actionsOf(options("radio_buttons", 10, "")), actionsOf(options("radio_buttons", 11, "")), "/blocks/0/elements/0/options"},
		{"select", onMessage, actionsOf(options("static_select", 100, "")), actionsOf(options("static_select", 101, "")), "/blocks/0/elements/0/options"},
		{"initial option", onMessage, actionsOf(options("static_select", 1, `,"initial_option":{"text":`+text("plain_text", 3)+`,"value":"v0"}`)), actionsOf(options("static_select", 1, `,"initial_option":{"text":`+text("plain_text", 3)+`,"value":"v1"}`)), "/blocks/0/elements/0"},
		{"option text", onMessage, actionsOf(`{"type":"overflow","options":[{"text":` + text("plain_text", 75) + `,"value":"v"}]}`), actionsOf(`{"type":"overflow","options":[{"text":` + text("plain_text", 76) + `,"value":"v"}]}`), "/blocks/0/elements/0/options/0/text/text"},
		{"option value", onMessage, actionsOf(`{"type":"overflow","options":[{"text":` + text("plain_text", 1) + `,"value":"` + strings.Repeat("v", 150) + `"}]}`), actionsOf(`{"type":"overflow","options":[{"text":` + text("plain_text", 1) + `,"value":"` + strings.Repeat("v", 151) + `"}]}`), "/blocks/0/elements/0/options/0/value"},
		{"input label", onModal, `[{"type":"input","label":` + text("plain_text", 2000) + `,"element":{"type":"plain_text_input"}}]`, `[{"type":"input","label":` + text("plain_text", 2001) + `,"element":{"type":"plain_text_input"}}]`, "/blocks/0/label/text"},
		{"input max_length", onModal, inputOf(`{"type":"plain_text_input","max_length":3000}`), inputOf(`{"type":"plain_text_input","max_length":3001}`), "/blocks/0/element/max_length"},
		{"button as input", onModal, inputOf(`{"type":"datepicker"}`), inputOf(button("")), "/blocks/0/element/type"},
		{"text input as action", onModal, actionsOf(`{"type":"datepicker"}`), actionsOf(`{"type":"plain_text_input"}`), "/blocks/0/elements/0/type"},
		{"markdown in all", onMessage, `[{"type":"markdown","text":"` + strings.Repeat("x", 12000) + `"}]`, `[{"type":"markdown","text":"` + strings.Repeat("x", 6000) + `"},{"type":"markdown","text":"` + strings.Repeat("x", 6001) + `"}]`, "/blocks/1/text"},
		{"one table", onMessage, `[{"type":"table","rows":[[{}]]}]`, `[{"type":"table","rows":[[{}]]},{"type":"table","rows":[[{}]]}]`, "/blocks/1"},
		{"image alt text", onMessage, `[{"type":"image","image_url":"https://x","alt_text":"x"}]`, `[{"type":"image","image_url":"https://x"}]`, "/blocks/0/alt_text"},
		{"alert", onModal, `[{"type":"alert"}]`, `[{"type":"nothing"}]`, "/blocks/0/type"},
		{"alert in a message", onMessage, `[]`, `[{"type":"alert"}]`, "/blocks/0/type"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if p := check(test.on, test.fits); len(p) != 0 {
				t.Errorf("what fits is refused: %v", p)
			}
			p := check(test.on, test.not)
			if len(p) == 0 {
				t.Fatal("too much is accepted")
			}
			if !strings.HasPrefix(p[0].Pointer, test.pointer) {
				t.Errorf("it names %s, want %s", p[0].Pointer, test.pointer)
			}
		})
	}
}

func TestEveryProblemIsNamed(t *testing.T) {
	p := check(onMessage, `[{"type":"header","text":`+text("plain_text", 151)+`},{"type":"context","elements":[]},7]`)
	if len(p) != 3 {
		t.Errorf("found %v, want three problems", p)
	}
}

func TestViewLimits(t *testing.T) {
	view := func(title, meta, blocks, more string) string {
		return `{"type":"modal","title":` + title + `,"private_metadata":"` + meta + `","blocks":` + blocks + more + `}`
	}
	tests := map[string]struct{ view, pointer string }{
		"fits":             {view(text("plain_text", 24), strings.Repeat("m", 3000), "[]", ""), ""},
		"title":            {view(text("plain_text", 25), "", "[]", ""), "/view/title/text"},
		"private_metadata": {view(text("plain_text", 1), strings.Repeat("m", 3001), "[]", ""), "/view/private_metadata"},
		"submit":           {view(text("plain_text", 1), "", "[]", `,"submit":`+text("plain_text", 25)), "/view/submit/text"},
		"input no submit":  {view(text("plain_text", 1), "", inputOf(`{"type":"datepicker"}`), ""), "/view/submit"},
		"callback_id":      {view(text("plain_text", 1), "", "[]", `,"callback_id":"`+strings.Repeat("c", 256)+`"`), "/view/callback_id"},
		"no blocks":        {`{"type":"modal","title":` + text("plain_text", 1) + `}`, "/view"},
		"no object":        {`[]`, "/view"},
		"home type":        {`{"type":"home","title":` + text("plain_text", 1) + `,"blocks":[]}`, "/view/type"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := &Server{ws: newWorkspace(Options{})}
			c := s.newChecker(onModal)
			c.checkView(raw(test.view))
			if test.pointer == "" && len(c.problems) != 0 {
				t.Errorf("refused: %v", c.problems)
			}
			if test.pointer != "" && (len(c.problems) == 0 || c.problems[0].Pointer != test.pointer) {
				t.Errorf("found %v, want %s", c.problems, test.pointer)
			}
		})
	}
}

func TestBlocksValidateNeedsNoToken(t *testing.T) {
	s := start(t, nil)
	if got := call(t, s, "blocks.validate", "token", "", "blocks", `[{"type":"divider"}]`); got["ok"] != true {
		t.Errorf("good blocks gave %v", got)
	}
	got := call(t, s, "blocks.validate", "token", "", "blocks", `[{"type":"divider"},{"type":"header","text":{"type":"mrkdwn","text":"x"}}]`)
	if errs := objects(got["errors"]); str(got, "error") != "invalid_blocks" || len(errs) != 1 || str(errs[0], "pointer") != "/1/text/type" {
		t.Errorf("bad blocks gave %v", got)
	}
	for _, name := range []string{"message", "view"} {
		if got := call(t, s, "blocks.validate", name, `{}`); str(got, "error") != "invalid_"+name {
			t.Errorf("a bad %s gave %v", name, got)
		}
	}
}

// Whatever is sent, the check ends with problems or with blocks that every reader of ours can walk.
func FuzzBlocks(f *testing.F) {
	f.Add(`[{"type":"section","text":{"type":"mrkdwn","text":"x"},"accessory":{"type":"overflow","options":[{}]}}]`)
	f.Add(inputOf(`{"type":"checkboxes","options":[{"text":{"type":"mrkdwn","text":"x"},"value":"v"}],"initial_options":[7]}`))
	f.Add(`[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"x"}]}]}]`)
	f.Add(`[[[]]]`)
	f.Fuzz(func(t *testing.T, blocks string) {
		s := &Server{ws: newWorkspace(Options{})}
		c := s.newChecker(onMessage)
		out := c.checkBlocks(raw(blocks), "/blocks")
		if len(c.problems) == 0 && !json.Valid(out) {
			t.Errorf("accepted, but made %q of it", out)
		}
		m := Message{Text: blocks, Blocks: out, Attachments: raw(blocks)}
		_ = m.Plain()
		for _, b := range buttonsOf(elementsIn(&m)) {
			if b.ActionID == "" && len(c.problems) == 0 {
				t.Errorf("a button without an id: %+v", b)
			}
		}
		initialState(out)
	})
}
