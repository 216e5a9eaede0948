package slackio

import "strings"

// clean says that a payload has no secret, so that redaction would leave it as it
// is, apart from Slack's own token. It looks where redaction looks; what it is not
// sure of it does not call clean.
func (o outline) clean() bool {
	own := o.token()
	for i, n := range o.nodes {
		switch {
		case own != 0 && i == own:
			continue
		case n.name == "token", n.name == noteKey, secretsIn(n.name) != nil:
			return false
		}
		switch n.kind {
		case '"':
			if secretsIn(n.text) != nil {
				return false
			}
		case '[':
			if together(o.lines(i), "\n") {
				return false
			}
		case '{':
			if o.labelled(i) || strings.HasPrefix(o.textIn(i, "type"), "rich_text") && together(o.inlines(o.field(i, "elements")), "") {
				return false
			}
		}
	}
	return true
}

// token is Slack's own, which redaction takes away; 0 if there is none.
func (o outline) token() int {
	if n := o.field(0, "token"); n != 0 && o.nodes[n].kind == '"' {
		return n
	}
	return 0
}

func (o outline) textIn(i int, name string) string {
	if n := o.field(i, name); n != 0 {
		return o.nodes[n].text
	}
	return ""
}

// labelled is as redaction.labelled.
func (o outline) labelled(i int) bool {
	v := o.field(i, "value")
	if v == 0 || o.nodes[v].kind != '"' {
		return false
	}
	for _, k := range titleFields() {
		if namesSecret(o.textIn(i, k)) != "" && !innocentValue(o.nodes[v].text) {
			return true
		}
	}
	return false
}

// together says that there is a secret in texts that are read together.
func together(texts []string, between string) bool {
	return len(texts) > 1 && secretsIn(strings.Join(texts, between)+between) != nil
}

// lines is as the lines of an array.
func (o outline) lines(array int) []string {
	var out []string
	for e := range o.in(array) {
		if o.textIn(e, "type") == "text" {
			return nil
		}
		t := o.field(e, "text")
		switch {
		case t != 0 && o.nodes[t].kind == '"':
			out = append(out, o.nodes[t].text)
		case t != 0 && o.nodes[t].kind == '{':
			if t = o.field(t, "text"); t != 0 && o.nodes[t].kind == '"' {
				out = append(out, o.nodes[t].text)
			}
		default:
			out = append(out, o.inlines(o.field(e, "elements"))...)
		}
	}
	return out
}

// inlines is as the inlines of an array; of what is none, there are none.
func (o outline) inlines(array int) []string {
	var out []string
	if array == 0 || o.nodes[array].kind != '[' {
		return nil
	}
	for e := range o.in(array) {
		if t := o.field(e, "text"); t != 0 && o.nodes[t].kind == '"' {
			out = append(out, o.nodes[t].text)
		}
	}
	return out
}
