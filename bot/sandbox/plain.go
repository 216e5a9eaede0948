package sandbox

import (
	"encoding/json"
	"strings"
)

// Plain is all that the message says, a line per text: its text, blocks, attachments and files, markup as it was sent.
func (m Message) Plain() string {
	var p plain
	p.line(m.Text)
	p.blocks(blockList(m.Blocks))
	for _, a := range blockList(m.Attachments) {
		for _, name := range []string{"pretext", "title", "text"} {
			p.line(str(a, name))
		}
		for _, f := range objects(a["fields"]) {
			p.line(str(f, "title"))
			p.line(str(f, "value"))
		}
		p.blocks(objects(a["blocks"]))
		p.line(str(a, "footer"))
	}
	for _, f := range blockList(m.Files) {
		for _, name := range []string{"title", "subject", "plain_text", "preview_plain_text"} {
			p.line(str(f, name))
		}
	}
	return strings.Join(p, "\n")
}

// Plain is all that the view says, a line per text: title, blocks, what is entered, errors, the submit button.
func (v View) Plain() string {
	var p plain
	p.line(v.Title)
	p.blocks(blockList(v.Blocks))
	for _, block := range keysOf(v.State) {
		for _, action := range keysOf(v.State[block]) {
			var value struct{ Value string }
			if json.Unmarshal(v.State[block][action], &value) == nil {
				p.line(value.Value)
			}
		}
	}
	for _, block := range keysOf(v.Errors) {
		p.line(v.Errors[block])
	}
	p.line(v.Submit)
	return strings.Join(p, "\n")
}

// plain collects lines of visible text.
type plain []string

func (p *plain) line(s string) {
	if s = strings.TrimSpace(s); s != "" {
		*p = append(*p, s)
	}
}

func (p *plain) blocks(list []object) {
	for _, b := range list {
		p.object(b)
	}
}

// object takes the visible fields of a block, an element, an option or a text object, in the order shown.
func (p *plain) object(o object) {
	if str(o, "type") == "rich_text_section" || str(o, "type") == "rich_text_quote" || str(o, "type") == "rich_text_preformatted" {
		p.line(richLine(o))
		return
	}
	for _, name := range []string{"title", "label", "text", "fields", "elements", "element", "accessory", "placeholder", "options", "option_groups", "hint", "description", "alt_text", "rows"} {
		p.value(o[name])
	}
}

func (p *plain) value(v any) {
	switch t := v.(type) {
	case string:
		p.line(t)
	case object:
		p.object(t)
	case []any:
		for _, item := range t {
			p.value(item)
		}
	}
}

// richLine is one section of rich text as a line, mentions in their markup.
func richLine(section object) string {
	var b strings.Builder
	for _, e := range objects(section["elements"]) {
		switch str(e, "type") {
		case "text":
			b.WriteString(str(e, "text"))
		case "link":
			b.WriteString(str(e, "text") + " " + str(e, "url"))
		case "user":
			b.WriteString("<@" + str(e, "user_id") + ">")
		case "usergroup":
			b.WriteString("<!subteam^" + str(e, "usergroup_id") + ">")
		case "channel":
			b.WriteString("<#" + str(e, "channel_id") + ">")
		case "broadcast":
			b.WriteString("<!" + str(e, "range") + ">")
		case "emoji":
			b.WriteString(":" + str(e, "name") + ":")
		}
	}
	return b.String()
}
