package playbooks

import (
	"bytes"
	"errors"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// kind is what a value of a file is.
type kind int

const (
	nothing kind = iota // empty or null
	scalar
	list
	mapping
)

func (k kind) String() string {
	switch k {
	case scalar:
		return "a single value"
	case list:
		return "a list"
	case mapping:
		return "fields"
	}
	return "nothing"
}

// place is where something stands in the file, line and column from 1.
type place struct{ line, column int }

// A value is a piece of the file with its place: what the parser found, without
// the parts of YAML that the language does without.
type value struct {
	kind   kind
	at     place
	text   string
	items  []value
	fields []field
}

type field struct {
	name  string
	at    place
	value value
}

// maxFile is how large a playbook may be, in bytes; the longest has a few ten thousand.
const maxFile = 512 << 10

// maxDepth is how deep values may be nested.
const maxDepth = 40

// parse reads a file; false if it is no YAML that can be looked at further.
func (d *decoder) parse(source []byte) (value, bool) {
	if len(source) > maxFile {
		d.report(place{}, "the file is larger than 512 KiB", "split it into several playbooks")
		return value{}, false
	}
	if tooDeep(source) {
		d.report(place{}, "values are nested too deeply", "a playbook has no more than ten levels")
		return value{}, false
	}
	source = bytes.TrimPrefix(source, []byte("\ufeff")) // Windows' editors write one
	file, err := parser.ParseBytes(source, 0)
	if err != nil {
		d.reportSyntax(err)
		return value{}, false
	}
	var docs []*ast.DocumentNode
	for _, doc := range file.Docs {
		if doc.Body != nil && doc.Body.Type() != ast.CommentType && doc.Body.Type() != ast.DirectiveType {
			docs = append(docs, doc)
		}
	}
	if len(docs) == 0 {
		d.report(place{}, "the file is empty", "start with: version: 1")
		return value{}, false
	}
	if len(docs) > 1 {
		d.report(at(docs[1].Body), "the file holds more than one playbook", "give each playbook a file of its own")
	}
	return d.value(docs[0].Body, 0), true
}

// tooDeep says whether brackets or dashes go deeper than any playbook does by
// far; the parser would follow them until it runs out of stack.
func tooDeep(source []byte) bool {
	const most = 500
	open, marks := 0, 0
	for _, c := range source {
		switch c {
		case '[', '{':
			open++
		case ']', '}':
			open = max(0, open-1)
		case '-', '?', '!', '&':
			marks++
		case ' ':
		default:
			marks = 0
		}
		if open > most || marks > most {
			return true
		}
	}
	return false
}

func (d *decoder) reportSyntax(err error) {
	where, message := place{}, err.Error()
	var positioned yaml.Error
	if errors.As(err, &positioned) {
		message = positioned.GetMessage()
		if t := positioned.GetToken(); t != nil && t.Position != nil {
			where = place{t.Position.Line, t.Position.Column}
		}
	}
	message, _, _ = strings.Cut(message, "\n")
	if key, _, twice := strings.Cut(message, " already defined at"); twice {
		d.report(where, strings.TrimPrefix(key, "mapping key ")+" stands twice", "keep one of the two")
		return
	}
	if strings.Contains(message, "'\t'") || where.line > 0 && where.line <= len(d.lines) && strings.HasPrefix(strings.TrimLeft(d.lines[where.line-1], " "), "\t") {
		d.report(where, "a tab stands where spaces belong", "indent with spaces; editors can put them for the Tab key")
		return
	}
	d.report(where, "this is not YAML: "+message, "check the indentation, and quote texts that contain “: ” or “ #”")
}

func at(n ast.Node) place {
	if n == nil {
		return place{}
	}
	if t := n.GetToken(); t != nil && t.Position != nil {
		return place{t.Position.Line, t.Position.Column}
	}
	return place{}
}

func (d *decoder) value(n ast.Node, depth int) value {
	v := value{at: at(n)}
	if depth > maxDepth {
		d.report(v.at, "values are nested too deeply", "a playbook has no more than ten levels")
		return v
	}
	switch n := n.(type) {
	case nil, *ast.NullNode:
	case *ast.MappingNode:
		v.kind = mapping
		for _, f := range n.Values {
			v.fields = append(v.fields, d.field(f, depth))
		}
		if len(v.fields) > 0 && !n.IsFlowStyle {
			v.at = v.fields[0].at
		}
	case *ast.MappingValueNode:
		v.kind = mapping
		v.fields = []field{d.field(n, depth)}
		v.at = v.fields[0].at
	case *ast.SequenceNode:
		v.kind = list
		for _, item := range n.Values {
			v.items = append(v.items, d.value(item, depth+1))
		}
	case *ast.LiteralNode:
		v.kind, v.text = scalar, n.Value.Value
	case *ast.StringNode:
		v.kind, v.text = scalar, n.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		v.kind, v.text = scalar, n.GetToken().Value
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
		d.report(v.at, "anchors and aliases (& and *) are not part of the language", "write it out, or quote the text")
	case *ast.TagNode:
		d.report(v.at, "tags (!) are not part of the language", "drop it, or quote the text")
	default:
		d.report(v.at, "this is no value of the language", "write a text, a list or fields")
	}
	return v
}

func (d *decoder) field(n *ast.MappingValueNode, depth int) field {
	f := field{at: at(n.Key)}
	switch key := n.Key.(type) {
	case *ast.StringNode:
		f.name = key.Value
	case *ast.MergeKeyNode:
		f.name = "<<"
	default:
		if t := n.Key.GetToken(); t != nil {
			f.name = t.Value
		}
	}
	f.value = d.value(n.Value, depth+1)
	if f.value.kind == nothing || f.value.at == (place{}) {
		f.value.at = f.at
	}
	return f
}
