package sandbox

import (
	"net/url"
	"strings"
)

// safeURL says whether a link may be followed: the web and mail, nothing that runs or reads files.
func safeURL(raw string) bool {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil {
		return false
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		return u.Host != ""
	case "mailto":
		return u.Opaque != ""
	}
	return false
}

// link draws a link that can't tell the other side where it was followed from; an unsafe one is shown as text.
func (w *textWriter) link(address, label string) {
	if label == "" {
		label = strings.TrimPrefix(address, "mailto:")
	}
	if !safeURL(address) {
		w.text(label)
		return
	}
	w.tag(`<a class="link" target="_blank" rel="noopener noreferrer"`)
	w.attr("href", address)
	w.attr("title", address)
	w.tag(">")
	w.text(label)
	w.tag("</a>")
}

// token draws the inside of <…>; false if it is none of Slack's.
func (w *textWriter) token(inside string) bool {
	body, label, _ := strings.Cut(inside, "|")
	label = plainWords(label)
	if body == "" {
		return false
	}
	id := body[1:]
	switch body[0] {
	case '@':
		w.userMention(id, label)
	case '#':
		w.mention("channel", "#"+firstOf(label, w.names.Channels[id], id))
	case '!':
		return w.special(id, label)
	default:
		address := unescape(body)
		if u, err := url.Parse(address); err != nil || u.Scheme == "" {
			return false // "<" as a sign, as in "a <b> c"
		}
		w.link(address, label)
	}
	return true
}

func (w *textWriter) userMention(id, label string) {
	kind := "user"
	if id == w.names.Me {
		kind = "user me"
	}
	w.mention(kind, "@"+firstOf(w.names.Users[id], label, id))
}

// special draws <!here>, <!subteam^…> and <!date^…>.
func (w *textWriter) special(id, label string) bool {
	name, rest, _ := strings.Cut(id, "^")
	switch name {
	case "here", "channel", "everyone":
		w.mention("broadcast", "@"+name)
	case "subteam":
		w.mention("group", "@"+strings.TrimPrefix(firstOf(w.names.Groups[rest], label, rest), "@"))
	case "date":
		w.date(rest, label)
	default:
		w.mention("broadcast", firstOf(label, "<"+name+">"))
	}
	return true
}

func (w *textWriter) mention(kind, text string) {
	w.tag(`<span`)
	w.attr("class", "mention "+kind)
	w.tag(">")
	w.text(text)
	w.tag("</span>")
}

func (w *textWriter) emoji(name, symbol string) {
	w.tag(`<span class="emoji" role="img"`)
	w.attr("aria-label", strings.ReplaceAll(name, "_", " "))
	w.attr("title", ":"+name+":")
	w.tag(">")
	w.text(symbol)
	w.tag("</span>")
}

func firstOf(candidates ...string) string {
	for _, c := range candidates {
		if c != "" {
			return c
		}
	}
	return ""
}
