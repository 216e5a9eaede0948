package slackio

import (
	"encoding/json"
	"iter"
	"strings"
	"unicode/utf8"
)

// outline is a JSON object as it is written, with where its values stand. It says
// what an object says and is made in a fraction of the time.
type outline struct {
	raw   string
	nodes []node // each before what is in it; the first is the object itself
	top   int    // the node that text begins at
}

// node is a value of an outline.
type node struct {
	kind       byte   // '{', '[', '"', or 0: anything else
	name       string // of the field that it is
	text       string // if it is a string
	start, end int32  // with the name, in bytes
	after      int32  // the node behind it and what is in it
}

// maxFields bounds an object's fields, each of which is held against those before
// it. Slack's objects have less than a hundred.
const maxFields = 512

// readOutline makes the outline of a JSON object. It says no to what an object
// reads in its own way: what is no such JSON, letters that are no UTF-8, a name
// that comes twice, what is deeper than maxDepth or has too many fields.
func readOutline(raw []byte) (outline, bool) {
	if len(raw) > maxFrame || !utf8.Valid(raw) {
		return outline{}, false
	}
	r := outliner{outline: outline{raw: string(raw), nodes: make([]node, 0, 8+len(raw)/24)}}
	r.blanks()
	if !r.value("", r.at, 0) || r.nodes[0].kind != '{' {
		return outline{}, false
	}
	r.blanks()
	return r.outline, r.at == len(r.raw)
}

// in are the nodes in an object or an array.
func (o outline) in(i int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for n := i + 1; n < int(o.nodes[i].after); n = int(o.nodes[n].after) {
			if !yield(n) {
				return
			}
		}
	}
}

// field is the node of that name in an object; 0 if there is none.
func (o outline) field(i int, name string) int {
	if o.nodes[i].kind == '{' {
		for n := range o.in(i) {
			if o.nodes[n].name == name {
				return n
			}
		}
	}
	return 0
}

// at is the value of a field, to ask for what is in it.
func (o outline) at(name string) outline {
	o.top = o.field(o.top, name)
	return o
}

// text is the string at the end of keys, as object.text.
func (o outline) text(keys ...string) string {
	at := o.top
	for _, k := range keys {
		if at = o.field(at, k); at == 0 {
			return ""
		}
	}
	return o.nodes[at].text
}

// without is the object without one of its fields; 0 takes nothing away.
func (o outline) without(field int) []byte {
	if field == 0 {
		return []byte(o.raw)
	}
	from, to := o.nodes[field].start, o.nodes[field].end
	before, last := 0, true
	for n := range o.in(0) {
		if n > field { // with the comma and blanks up to the next
			to, last = o.nodes[n].start, false
			break
		}
		if n < field {
			before = n
		}
	}
	if last && before > 0 { // with the comma before it
		from = o.nodes[before].end
	}
	return append(append(make([]byte, 0, len(o.raw)), o.raw[:from]...), o.raw[to:]...)
}

// outliner reads an outline. Its methods say whether the JSON is what an outline
// can be of.
type outliner struct {
	outline
	at int
}

func (r *outliner) blanks() {
	for r.at < len(r.raw) && isBlank(r.raw[r.at]) {
		r.at++
	}
}

func isBlank(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// next takes that byte, and blanks around it.
func (r *outliner) next(c byte) bool {
	r.blanks()
	if r.at == len(r.raw) || r.raw[r.at] != c {
		return false
	}
	r.at++
	r.blanks()
	return true
}

func (r *outliner) value(name string, start, depth int) bool {
	if r.at == len(r.raw) || depth > maxDepth {
		return false
	}
	i := len(r.nodes)
	r.nodes = append(r.nodes, node{name: name, start: int32(start)})
	var kind byte
	var text string
	var ok bool
	switch c := r.raw[r.at]; c {
	case '{':
		kind, ok = c, r.object(i, depth)
	case '[':
		kind, ok = c, r.array(depth)
	case '"':
		kind = c
		text, ok = r.quoted()
	default:
		ok = r.bare()
	}
	n := &r.nodes[i]
	n.kind, n.text, n.end, n.after = kind, text, int32(r.at), int32(len(r.nodes))
	return ok
}

func (r *outliner) object(i, depth int) bool {
	r.next('{')
	if r.next('}') {
		return true
	}
	for range maxFields {
		start := r.at
		name, ok := r.quoted()
		if !ok || !r.next(':') || r.has(i, name) || !r.value(name, start, depth+1) {
			return false
		}
		if !r.next(',') {
			return r.closed('}')
		}
	}
	return false
}

// has says whether the object whose fields are being read has one of that name.
func (r *outliner) has(i int, name string) bool {
	for n := i + 1; n < len(r.nodes); n = int(r.nodes[n].after) {
		if r.nodes[n].name == name {
			return true
		}
	}
	return false
}

func (r *outliner) array(depth int) bool {
	r.next('[')
	if r.next(']') {
		return true
	}
	for {
		if !r.value("", r.at, depth+1) {
			return false
		}
		if !r.next(',') {
			return r.closed(']')
		}
	}
}

// closed takes the end of an object or array, and no blanks behind it.
func (r *outliner) closed(c byte) bool {
	r.blanks()
	r.at++
	return r.at <= len(r.raw) && r.raw[r.at-1] == c
}

// quoted takes a string.
func (r *outliner) quoted() (string, bool) {
	if r.at == len(r.raw) || r.raw[r.at] != '"' {
		return "", false
	}
	from, escapes := r.at, 0
	for r.at++; r.at < len(r.raw); r.at++ {
		switch c := r.raw[r.at]; {
		case c == '"':
			r.at++
			if escapes == 0 {
				return r.raw[from+1 : r.at-1], true
			}
			return unescape(r.raw[from:r.at], escapes)
		case c == '\\':
			escapes++
			r.at++
		case c < ' ':
			return "", false
		}
	}
	return "", false
}

// unescape reads a string in quotes that has so many escapes.
func unescape(quoted string, escapes int) (string, bool) {
	if strings.Contains(quoted, `\u`) {
		var text string
		err := json.Unmarshal([]byte(quoted), &text)
		return text, err == nil
	}
	text := make([]byte, 0, len(quoted)-2-escapes)
	for i := 1; i < len(quoted)-1; i++ {
		c := quoted[i]
		if c == '\\' {
			i++
			n := strings.IndexByte(`"\/bfnrt`, quoted[i])
			if n < 0 {
				return "", false
			}
			c = "\"\\/\b\f\n\r\t"[n]
		}
		text = append(text, c)
	}
	return string(text), true
}

// bare takes a number, true, false or null.
func (r *outliner) bare() bool {
	from := r.at
	for r.at < len(r.raw) && r.raw[r.at] != ',' && r.raw[r.at] != ']' && r.raw[r.at] != '}' && !isBlank(r.raw[r.at]) {
		r.at++
	}
	word := r.raw[from:r.at]
	return word == "true" || word == "false" || word == "null" || json.Valid([]byte(word))
}
