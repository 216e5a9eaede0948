package playbooks

import (
	"fmt"
	"io"
	"strings"

	"syncfix/diagnose"
)

// Mermaid writes the same as a flowchart for mermaid (mermaid.js.org/syntax/flowchart):
// questions are rhombs, fixes boxes, hand-offs have round ends.
func Mermaid(w io.Writer, p diagnose.Playbook, o ShowOptions) error {
	c := newChart(p, o)
	c.write()
	if !o.All && len(c.boxes) > roomy {
		c = newChart(p, o)
		c.brief = true
		c.write()
	}
	_, err := io.WriteString(w, c.out.String())
	return err
}

func newChart(p diagnose.Playbook, o ShowOptions) *chart {
	return &chart{tree: newTree(p, o), boxes: map[int]string{}, ends: map[string]string{}}
}

func (c *chart) write() {
	c.out.WriteString("flowchart TD\n")
	c.box(c.walk.at(nil))
	for len(c.todo) > 0 {
		s := c.todo[0]
		c.todo = c.todo[1:]
		c.follow(s)
	}
	if c.folded > 0 {
		c.out.WriteString("  folded([\"goes on: --all shows it\"])\n")
	}
	if c.left < 0 {
		fmt.Fprintf(&c.out, "  more[\"… and more: the picture is larger than %d boxes\"]\n", c.o.lines())
	}
}

// A chart is a tree while it is drawn, breadth first.
type chart struct {
	*tree
	boxes map[int]string    // class of states → name of the box
	ends  map[string]string // reason of a hand-off → its box
	todo  []*state
}

// box is the name of a state's box, drawn if it is new; empty if there is no
// room for it.
func (c *chart) box(s *state) string {
	if s == nil {
		return ""
	}
	if s.next.Kind == diagnose.Escalate {
		return c.end(s.next.Reason)
	}
	if name, ok := c.boxes[c.classOf(s)]; ok {
		return name
	}
	if c.left--; c.left < 0 {
		return ""
	}
	name := fmt.Sprintf("n%d", len(c.boxes)+1)
	c.boxes[c.classOf(s)] = name
	c.todo = append(c.todo, s)
	shape := "  %s[\"%s\"]\n"
	if s.next.Kind == diagnose.Ask {
		shape = "  %s{\"%s\"}\n"
	}
	fmt.Fprintf(&c.out, shape, name, mermaidText(c.what(s)))
	return name
}

// end is the box of a hand-off; one for each reason.
func (c *chart) end(reason string) string {
	if name, ok := c.ends[reason]; ok {
		return name
	}
	if c.left--; c.left < 0 {
		return ""
	}
	name := fmt.Sprintf("h%d", len(c.ends)+1)
	c.ends[reason] = name
	fmt.Fprintf(&c.out, "  %s([\"%s\"])\n", name, mermaidText("Hand-off: "+reason))
	return name
}

// follow draws the ways out of a state.
func (c *chart) follow(s *state) {
	from := c.boxes[c.classOf(s)]
	if s.next.Kind == diagnose.Try {
		fmt.Fprintf(&c.out, "  %s -->|\"works\"| done([\"Resolved\"])\n", from)
	}
	for _, b := range c.branches(s) {
		to := "folded"
		if b.folded {
			c.folded++
		} else {
			to = c.box(b.to)
		}
		if to != "" {
			fmt.Fprintf(&c.out, "  %s -->|\"%s\"| %s\n", from, mermaidText(b.lead), to)
		}
	}
}

// mermaidText is text between mermaid's quotes: what could end them, begin
// Markdown or markup, or be read as an entity is written as one; long lines are
// broken at spaces.
func mermaidText(s string) string {
	const width = 40
	var b strings.Builder
	column := 0
	for i, word := range strings.Fields(plainText(s)) {
		n := len([]rune(word))
		switch {
		case i == 0:
		case column+1+n > width:
			b.WriteString("<br>")
			column = 0
		default:
			b.WriteString(" ")
			column++
		}
		b.WriteString(mermaidEscapes().Replace(word))
		column += n
	}
	return b.String()
}

func mermaidEscapes() *strings.Replacer {
	return strings.NewReplacer("#", "#35;", `"`, "#quot;", "&", "#amp;", "<", "#lt;", ">", "#gt;", "`", "#96;", ";", "#59;",
		"*", "#42;", "_", "#95;", "|", "#124;", "[", "#91;", "]", "#93;", "{", "#123;", "}", "#125;", "\\", "#92;")
}
