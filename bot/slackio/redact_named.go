package slackio

import "strings"

// byName redacts what a field's name or a title beside it says to be a secret.
func (r *redaction) byName(o map[string]any) {
	for k, v := range o {
		if text, ok := v.(string); ok {
			if what := fieldSecret(k, text); what != "" {
				o[k] = mark(what)
				r.add(what)
			}
		}
	}
	for _, value := range valueFields() {
		text, ok := o[value].(string)
		if !ok {
			continue
		}
		for _, k := range titleFields() {
			title, _ := o[k].(string)
			if what := titled(title, value, text); what != "" {
				o[value] = mark(what)
				r.add(what)
			}
		}
	}
}

// titleFields are the fields that say what a "value" or "text" beside them is.
func titleFields() [4]string { return [...]string{"title", "name", "label", "key"} }

func valueFields() [2]string { return [...]string{"value", "text"} }

// titled says what a text under a title is, "" for no secret.
func titled(title, field, text string) string {
	what := namesSecret(title)
	if what == "" || innocentValue(text) || field == "text" && len(strings.Fields(text)) > 4 {
		return ""
	}
	return what
}

// fieldSecret says what the text of a field is by its name, "" for no secret.
func fieldSecret(name, text string) string {
	if ofSlack(name) {
		return ""
	}
	switch what := namesSecret(name); {
	case what == secretPassword && !innocentValue(text), what == secretKey && len(text) >= 8 && hasDigit(text) && !placeholder(text) && !strings.ContainsAny(text, " \n"):
		return what
	}
	return ""
}

// ofSlack says that a name is one of those that nearly all of Slack's fields have,
// and no secret. To know that quickly is all that it is for.
func ofSlack(name string) bool {
	switch name {
	case "type", "text", "ts", "user", "team", "channel", "event", "event_ts", "event_id", "event_time", "event_context", "channel_type", "bot_id", "app_id", "api_app_id", "team_id",
		"user_id", "authorizations", "enterprise_id", "context_team_id", "context_enterprise_id", "is_bot", "is_enterprise_install", "is_ext_shared_channel", "username", "subtype",
		"blocks", "block_id", "elements", "fields", "emoji", "verbatim", "action_id", "url", "attachments", "bot_profile", "id", "name", "icons", "image_36", "deleted", "updated",
		"client_msg_id", "title", "value", "thread_ts", "fallback", "":
		return true
	}
	return false
}

// grids redacts the columns of a block's table, and of fields, which Slack sets in
// two columns, below a head that names a secret.
func (r *redaction) grids(o map[string]any) {
	var rows [][][]piece
	for _, row := range asArray(o["rows"]) {
		var cells [][]piece
		for _, c := range asArray(row) {
			cells = append(cells, textsIn(c, nil, 0))
		}
		rows = append(rows, cells)
	}
	r.grid(rows)
	rows = nil
	fields := asArray(o["fields"])
	for i := 0; i+1 < len(fields); i += 2 {
		rows = append(rows, [][]piece{textsIn(fields[i], nil, 0), textsIn(fields[i+1], nil, 0)})
	}
	r.grid(rows)
}

// grid redacts what stands below a head in the first row, and in rows of two what
// stands beside a name.
func (r *redaction) grid(rows [][][]piece) {
	for n, row := range rows {
		if len(row) == 2 && namesSecret(whole(row[1])) == "" {
			r.cell(row[1], namesSecret(whole(row[0])), false)
		}
		for i := range row {
			if n > 0 && i < len(rows[0]) { // the first of two may be a name rather than a head
				r.cell(row[i], namesSecret(whole(rows[0][i])), i == 0 && len(row) == 2)
			}
		}
	}
}

// cell redacts a cell if it is such a secret; a doubtful one must look like it.
func (r *redaction) cell(pieces []piece, what string, doubtful bool) {
	if text := whole(pieces); what == "" || !secretCell(text, what, doubtful) {
		return
	}
	for i, p := range pieces {
		if p.holder["text"] = ""; i == 0 {
			p.holder["text"] = mark(what)
		}
	}
	r.add(what)
}

// whole is what pieces say together.
func whole(pieces []piece) string {
	if len(pieces) == 1 {
		return pieces[0].text
	}
	var b strings.Builder
	for _, p := range pieces {
		b.WriteString(p.text)
	}
	return b.String()
}

// textsIn are all the texts in a value, in order.
func textsIn(v any, out []piece, depth int) []piece {
	if depth > maxDepth {
		return out
	}
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			out = textsIn(e, out, depth+1)
		}
	case map[string]any:
		switch text := v["text"].(type) {
		case string:
			return append(out, piece{v, text})
		case map[string]any:
			return textsIn(text, out, depth+1)
		}
		out = textsIn(v["elements"], out, depth+1)
	}
	return out
}
