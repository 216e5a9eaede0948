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
		case n.name == "token", n.name == noteKey, n.named(), !ofSlack(n.name) && secretsIn(n.name) != nil:
			return false
		}
		switch n.kind {
		case '"':
			if secretsIn(n.text) != nil {
				return false
			}
		case '[':
			if o.grid(i) || together(o.lines(i), "\n") {
				return false
			}
		case '{':
			kind, _ := o.str(i, "type")
			if strings.HasPrefix(kind, "rich_text") && together(o.inlines(o.field(i, "elements")), "") {
				return false
			}
		}
	}
	return true
}

// token is Slack's own, which redaction takes away; 0 if there is none.
func (o outline) token() int {
	if _, ok := o.str(0, "token"); ok {
		return o.field(0, "token")
	}
	return 0
}

// str is a field of an object, if it is a string.
func (o outline) str(i int, name string) (text string, ok bool) {
	n := o.field(i, name)
	return o.nodes[n].text, n != 0 && o.nodes[n].kind == '"'
}

// named says that a string may be a secret by the name that it has or that stands
// near it, or be such a name.
func (n node) named() bool {
	switch {
	case n.kind != '"':
		return false
	case fieldSecret(n.name, n.text) != "":
		return true
	case n.name == "text", n.name == "title", n.name == "name", n.name == "label", n.name == "key":
		return namesSecret(n.text) != ""
	}
	return false
}

// grid says that an array may be more of a table than the strings in it tell.
func (o outline) grid(array int) bool {
	switch o.nodes[array].name {
	case "rows":
		return true
	case "fields":
		for e := range o.in(array) {
			t := o.field(e, "text")
			if o.nodes[e].kind == '[' || o.field(e, "elements") != 0 || t != 0 && o.nodes[t].kind != '"' {
				return true
			}
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
		if kind, _ := o.str(e, "type"); kind == "text" {
			return nil
		}
		text, ok := o.str(e, "text")
		if t := o.field(e, "text"); t != 0 && o.nodes[t].kind == '{' {
			text, ok = o.str(t, "text")
		} else if !ok {
			out = append(out, o.inlines(o.field(e, "elements"))...)
		}
		if ok {
			out = append(out, text)
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
		if text, ok := o.str(e, "text"); ok {
			out = append(out, text)
		}
	}
	return out
}
