package slackio

import (
	"html"
	"strings"
	"unicode"
)

// allText is all that a person can read in a message: the union of its text,
// blocks, attachments (with their fields, blocks and shared messages) and mail,
// each thing once. Alerts come in all of these shapes, and often say the same in
// two of them. A fallback counts only where an attachment says nothing else.
// The mention of the user without, if given, is left out.
func allText(message object, without string) string {
	r := reader{without: without}
	r.message(message, 0)
	return strings.Join(r.distinct(), "\n")
}

// reader collects the parts of a message.
type reader struct {
	without string
	parts   []string
	size    int
}

// Bounds on what is read of one message. Slack's own is 40,000 characters of text
// and 50 blocks; these leave room for attachments.
const (
	maxReadable = 200_000 // bytes
	maxParts    = 300
	maxNested   = 8 // messages in messages, blocks in blocks
)

func (r *reader) add(text string) {
	text = strings.TrimSpace(text)
	if r.without != "" {
		text = strings.TrimLeft(text, ",: ")
	}
	if text == "" || len(r.parts) >= maxParts || r.size >= maxReadable {
		return
	}
	if room := maxReadable - r.size; len(text) > room {
		text = strings.ToValidUTF8(text[:room], "")
	}
	r.size += len(text)
	r.parts = append(r.parts, text)
}

func (r *reader) message(m object, depth int) {
	if depth > maxNested {
		return
	}
	r.add(r.plain(m.text("text")))
	r.blocks(m.list("blocks"), depth)
	for _, a := range m.list("attachments") {
		r.attachment(a, depth)
	}
	for _, f := range m.list("files") {
		r.mail(f)
	}
}

func (r *reader) attachment(a object, depth int) {
	before := len(r.parts)
	for _, key := range [...]string{"pretext", "title", "text"} {
		r.add(r.plain(a.text(key)))
	}
	for _, f := range a.list("fields") {
		r.add(strings.Trim(r.plain(f.text("title"))+": "+r.plain(f.text("value")), ": "))
	}
	r.blocks(a.list("blocks"), depth+1)
	for _, shared := range a.list("message_blocks") {
		r.message(shared.at("message"), depth+1)
	}
	for _, f := range a.list("files") {
		r.mail(f)
	}
	if len(r.parts) == before {
		r.add(r.plain(a.text("fallback")))
	}
}

// mail is a mail that was forwarded to the channel. The preview is the beginning
// of the text, and dropped where the text is there.
func (r *reader) mail(f object) {
	if f.text("mode") != "email" && f.text("filetype") != "email" {
		return
	}
	r.add(f.first("subject", "title"))
	r.add(f.first("plain_text", "preview_plain_text"))
}

func (r *reader) blocks(blocks []object, depth int) {
	if depth > maxNested {
		return
	}
	for _, b := range blocks {
		r.block(b, depth)
	}
}

// block reads one block. Kinds that are not known are read by what all of
// Slack's blocks have in common.
func (r *reader) block(b object, depth int) {
	switch b.text("type") {
	case "rich_text":
		r.add(r.richText(b, 0))
	case "actions", "input", "divider", "image", "file":
		// nothing that reports a failure
	case "table":
		r.table(b)
	case "markdown":
		r.add(b.text("text"))
	default:
		r.add(r.textOf(b["text"]))
		r.add(r.textOf(b["title"]))
		r.add(r.textOf(b["subtitle"]))
		r.add(r.textOf(b["description"]))
		for _, f := range b.list("fields") {
			r.add(r.textOf(map[string]any(f)))
		}
		for _, e := range b.list("elements") {
			if e.text("type") != "image" {
				r.add(r.textOf(map[string]any(e)))
			}
		}
		r.blocks(b.list("blocks"), depth+1)
	}
}

func (r *reader) table(b object) {
	rows, _ := b["rows"].([]any)
	for _, row := range rows {
		var cells []string
		for _, c := range objects(row) {
			text := c.text("text")
			if c.text("type") == "rich_text" {
				text = r.richText(c, 0)
			}
			cells = append(cells, strings.TrimSpace(text))
		}
		r.add(strings.Join(cells, " | "))
	}
}

// textOf reads a text object, or a string that stands in its place.
func (r *reader) textOf(v any) string {
	switch v := v.(type) {
	case string:
		return r.plain(v)
	case map[string]any:
		o := object(v)
		if o.text("type") == "plain_text" {
			return o.text("text")
		}
		if s, ok := v["text"].(string); ok {
			return r.plain(s)
		}
		return r.textOf(v["text"])
	}
	return ""
}

// richText reads a rich_text block: lines of inline elements.
func (r *reader) richText(b object, depth int) string {
	if depth > maxNested {
		return ""
	}
	var out strings.Builder
	for _, e := range b.list("elements") {
		switch kind := e.text("type"); {
		case strings.HasPrefix(kind, "rich_text_"):
			out.WriteString(r.richText(e, depth+1))
			if kind != "rich_text_list" {
				out.WriteByte('\n')
			}
		case kind == "link":
			out.WriteString(linkText(e.text("url"), e.text("text")))
		case kind == "user" && e.text("user_id") == r.without:
		case kind == "user":
			out.WriteString("@" + e.text("user_id"))
		case kind == "usergroup":
			out.WriteString("@" + e.text("usergroup_id"))
		case kind == "channel":
			out.WriteString("#" + e.text("channel_id"))
		case kind == "broadcast":
			out.WriteString("@" + e.text("range"))
		case kind == "emoji":
			out.WriteString(":" + e.text("name") + ":")
		case kind == "date":
			out.WriteString(e.text("fallback"))
		case e.at("style")["strike"] == true:
			out.WriteString("~" + strings.TrimSpace(e.text("text")) + "~ ")
		default:
			out.WriteString(e.text("text"))
		}
	}
	return out.String()
}

// distinct drops parts that another part contains, compared by letters and
// digits only: the text of a message repeats its blocks in other clothes.
func (r *reader) distinct() []string {
	bare := make([]string, len(r.parts))
	for i, p := range r.parts {
		bare[i] = letters(p)
	}
	var out []string
	for i, p := range r.parts {
		if !said(bare, i) {
			out = append(out, p)
		}
	}
	return out
}

// said says whether another part says what part i says. Of two that say exactly
// the same, the first counts.
func said(bare []string, i int) bool {
	for j, b := range bare {
		if j != i && len(b) >= len(bare[i]) && (b != bare[i] || j < i) && strings.Contains(b, bare[i]) {
			return true
		}
	}
	return false
}

func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// plain is plainText without the mention that is left out.
func (r *reader) plain(markup string) string {
	if r.without != "" {
		markup = withoutMention(markup, r.without)
	}
	return plainText(markup)
}

// plainText is Slack's markup as people read it: entities are characters, links
// their label and address, mentions a name or an id. Asterisks and the like stay,
// since they may as well be the text's own
// (docs.slack.dev/messaging/formatting-message-text).
func plainText(markup string) string {
	if !strings.ContainsAny(markup, "<&") {
		return markup
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(markup, "<")
		b.WriteString(html.UnescapeString(before))
		if !found {
			return b.String()
		}
		inner, after, closed := strings.Cut(rest, ">")
		if !closed || inner == "" || strings.ContainsAny(inner, "<\n") {
			b.WriteByte('<')
			markup = rest
			continue
		}
		b.WriteString(angle(inner))
		markup = after
	}
}

// angle is what stands in angle brackets.
func angle(inner string) string {
	target, label, _ := strings.Cut(inner, "|")
	target, label = html.UnescapeString(target), html.UnescapeString(label)
	switch {
	case strings.HasPrefix(target, "@"), strings.HasPrefix(target, "#"):
		if label != "" {
			return target[:1] + strings.TrimLeft(label, "@#")
		}
		return target
	case strings.HasPrefix(target, "!date^"), strings.HasPrefix(target, "!subteam^"):
		return label
	case strings.HasPrefix(target, "!"):
		return "@" + target[1:]
	case strings.HasPrefix(target, "http://"), strings.HasPrefix(target, "https://"), strings.HasPrefix(target, "mailto:"), strings.HasPrefix(target, "tel:"):
		return linkText(target, label)
	}
	return "<" + inner + ">"
}

// linkText is a link's label, with its address where that adds something.
func linkText(address, label string) string {
	bare := strings.TrimPrefix(strings.TrimPrefix(address, "mailto:"), "tel:")
	if label == "" || label == bare || label == address || strings.HasSuffix(address, "://"+label) {
		return bare
	}
	return label + " (" + bare + ")"
}

// withoutMention takes the mention of a user out of markup. It must not pass
// through plainText before, where a mention has become mere letters.
func withoutMention(markup, user string) string {
	for from := 0; ; {
		at, end := mentionAt(markup[from:], user)
		if at < 0 {
			return markup
		}
		before := strings.TrimRight(markup[:from+at], " ")
		after := strings.TrimLeft(markup[from+end:], " ")
		if before != "" && after != "" {
			before += " "
		}
		markup, from = before+after, len(before)
	}
}

// mentionAt is where the mention of a user stands, <@U1> or <@U1|name>; -1 if
// nowhere.
func mentionAt(markup, user string) (from, to int) {
	start := "<@" + user
	for at := 0; ; {
		n := strings.Index(markup[at:], start)
		if n < 0 {
			return -1, -1
		}
		at += n
		rest := markup[at+len(start):]
		end := strings.IndexByte(rest, '>')
		if end == 0 || end > 0 && rest[0] == '|' {
			return at, at + len(start) + end + 1
		}
		at += len(start)
	}
}
