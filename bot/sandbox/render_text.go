package sandbox

import (
	"html/template"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// textWriter builds HTML out of untrusted text: every method but tag escapes what it is given.
type textWriter struct {
	strings.Builder
	names nameBook
}

// tag writes markup of ours; never pass it anything from outside.
func (w *textWriter) tag(s string) { w.WriteString(s) }

// text writes s as is, with only HTML's own characters escaped.
func (w *textWriter) text(s string) { w.WriteString(template.HTMLEscapeString(s)) }

// attr writes name="value" with a leading space.
func (w *textWriter) attr(name, value string) {
	w.tag(" " + name + `="`)
	w.text(value)
	w.tag(`"`)
}

// entities are the only three that Slack escapes.
// https://docs.slack.dev/messaging/formatting-message-text#escaping
func entities() *strings.Replacer {
	return strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")
}

func unescape(s string) string {
	if !strings.Contains(s, "&") {
		return s
	}
	return entities().Replace(s)
}

// plainHTML draws a plain_text object: no markup, but emoji names become emoji and line breaks stay.
func plainHTML(s string) template.HTML {
	w := &textWriter{}
	for i, line := range strings.Split(plainWords(s), "\n") {
		if i > 0 {
			w.tag("<br>")
		}
		w.text(line)
	}
	return template.HTML(w.String())
}

// plainWords is the text a plain_text object stands for.
func plainWords(s string) string { return emojiWords(unescape(s)) }

// mrkdwnHTML draws Slack's mrkdwn. Nothing in s can become markup other than what mrkdwn allows.
func mrkdwnHTML(s string, names nameBook) template.HTML {
	w := &textWriter{names: names}
	parts := strings.Split(s, "```")
	for i, part := range parts {
		switch {
		case i%2 == 0:
			if i > 0 {
				part = strings.TrimPrefix(part, "\n")
			}
			w.lines(part)
		case i == len(parts)-1: // never closed: the marks are text
			w.text("```")
			w.lines(part)
		default:
			w.tag("<pre>")
			w.verbatim(strings.TrimPrefix(part, "\n"))
			w.tag("</pre>")
		}
	}
	return template.HTML(w.String())
}

// lines draws text without code blocks: quotes and list lines become blocks, other lines keep their breaks.
func (w *textWriter) lines(s string) {
	if s == "" {
		return
	}
	lines := strings.Split(s, "\n")
	open := false // a plain line came before, so that the next one needs a break
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		if rest, all, ok := quoted(line); ok {
			w.tag("<blockquote>")
			w.inline(rest, 0)
			for i+1 < len(lines) {
				next, _, ok := quoted(lines[i+1])
				if !ok && !all {
					break
				}
				if !ok {
					next = lines[i+1]
				}
				w.tag("<br>")
				w.inline(next, 0)
				i++
			}
			w.tag("</blockquote>")
			open = false
			continue
		}
		if mark, rest, indent, ok := listLine(line); ok {
			w.tag(`<div class="li"`)
			if indent {
				w.tag(` data-indent="1"`)
			}
			w.tag(`><span class="li-mark">`)
			w.text(mark)
			w.tag(`</span><span class="li-text">`)
			w.inline(rest, 0)
			w.tag(`</span></div>`)
			open = false
			continue
		}
		if open {
			w.tag("<br>")
		}
		w.inline(line, 0)
		open = true
	}
}

// quoted reports a quote line, its text, and whether the quote goes on to the end (">>>").
func quoted(line string) (rest string, all, ok bool) {
	for _, mark := range []string{"&gt;&gt;&gt;", ">>>"} {
		if after, found := strings.CutPrefix(line, mark); found {
			return strings.TrimPrefix(after, " "), true, true
		}
	}
	for _, mark := range []string{"&gt;", ">"} {
		if after, found := strings.CutPrefix(line, mark); found {
			return strings.TrimPrefix(after, " "), false, true
		}
	}
	return "", false, false
}

// listLine reports a line that starts as a list item does. Slack shows such lines as they are; hanging the
// second line of a long item is the one liberty taken here.
func listLine(line string) (mark, rest string, indent, ok bool) {
	trimmed := strings.TrimLeft(line, " ")
	indent = len(line)-len(trimmed) >= 2
	for _, bullet := range []string{"• ", "◦ ", "▪ ", "- ", "– "} {
		if after, found := strings.CutPrefix(trimmed, bullet); found {
			return strings.TrimSpace(bullet), after, indent, true
		}
	}
	n := 0
	for n < len(trimmed) && n < 3 && trimmed[n] >= '0' && trimmed[n] <= '9' {
		n++
	}
	if n > 0 && n+1 < len(trimmed) && (trimmed[n] == '.' || trimmed[n] == ')') && trimmed[n+1] == ' ' {
		return trimmed[:n+1], trimmed[n+2:], indent, true
	}
	return "", "", false, false
}

// verbatim draws the inside of code: links keep their text, nothing else is interpreted.
func (w *textWriter) verbatim(s string) {
	for s != "" {
		start := strings.IndexByte(s, '<')
		if start < 0 {
			break
		}
		end := strings.IndexByte(s[start:], '>')
		if end < 0 {
			break
		}
		w.text(unescape(s[:start]))
		if !w.token(s[start+1 : start+end]) {
			w.text(unescape(s[start : start+end+1]))
		}
		s = s[start+end+1:]
	}
	w.text(unescape(s))
}

const maxNesting = 6 // bold in italic in strike and back: deeper is noise

// inline draws one line: styles, code, links, mentions, emoji.
func (w *textWriter) inline(s string, depth int) {
	var dead [256]bool // marks known to have no closer in the rest, so that hostile text stays linear
	for i := 0; i < len(s); {
		if n := w.span(s, i, depth, &dead); n > 0 {
			i += n
			continue
		}
		_, n := utf8.DecodeRuneInString(s[i:])
		w.text(s[i : i+n])
		i += n
	}
}

// span draws the construct that starts at s[i] and returns its length, or 0 if there is none.
func (w *textWriter) span(s string, i, depth int, dead *[256]bool) int {
	c := s[i]
	switch c {
	case '<':
		end := -1
		if !dead[c] {
			end = strings.IndexByte(s[i:], '>')
		}
		if end < 0 {
			dead[c] = true
			return 0
		}
		if w.token(s[i+1 : i+end]) {
			return end + 1
		}
	case '`':
		end := -1
		if !dead[c] {
			end = strings.IndexByte(s[i+1:], '`')
		}
		if end < 0 {
			dead[c] = true
			return 0
		}
		if end > 0 {
			w.tag("<code>")
			w.verbatim(s[i+1 : i+1+end])
			w.tag("</code>")
			return end + 2
		}
	case '*', '_', '~':
		return w.styled(s, i, depth, dead)
	case ':':
		if name, symbol := emojiAt(s[i:]); symbol != "" {
			w.emoji(name, symbol)
			return len(name) + 2
		}
	case '&':
		for _, e := range []string{"&amp;", "&lt;", "&gt;"} {
			if strings.HasPrefix(s[i:], e) {
				w.tag(e)
				return len(e)
			}
		}
	case 'h':
		if wordBefore(s, i) {
			return 0
		}
		if link := bareLink(s[i:]); link != "" {
			w.link(unescape(link), "")
			return len(link)
		}
	}
	return 0
}

// styled draws *bold*, _italic_ or ~strike~ at s[i] and returns its length, or 0 if the mark is only a character.
func (w *textWriter) styled(s string, i, depth int, dead *[256]bool) int {
	c := s[i]
	if depth >= maxNesting || dead[c] || wordBefore(s, i) || i+1 >= len(s) || s[i+1] == ' ' || s[i+1] == c {
		return 0
	}
	end := closer(s, i+1, c)
	if end < 0 {
		dead[c] = true
		return 0
	}
	name := "strong"
	switch c {
	case '_':
		name = "em"
	case '~':
		name = "s"
	}
	w.tag("<" + name + ">")
	w.inline(s[i+1:end], depth+1)
	w.tag("</" + name + ">")
	return end + 1 - i
}

// closer finds the mark that ends a style: after a character, before none, and outside of links and code.
func closer(s string, from int, mark byte) int {
	for j := from; j < len(s); j++ {
		switch s[j] {
		case '<', '`':
			stop := s[j]
			if stop == '<' {
				stop = '>'
			}
			if n := strings.IndexByte(s[j+1:], stop); n >= 0 {
				j += n + 1
			}
		case mark:
			if j > from && s[j-1] != ' ' && !wordAfter(s, j+1) {
				return j
			}
		}
	}
	return -1
}

func wordBefore(s string, i int) bool {
	r, _ := utf8.DecodeLastRuneInString(s[:i])
	return i > 0 && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

func wordAfter(s string, i int) bool {
	if i >= len(s) {
		return false
	}
	r, _ := utf8.DecodeRuneInString(s[i:])
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// bareLink is the web address that s starts with, without the punctuation of the sentence around it.
func bareLink(s string) string {
	if !strings.HasPrefix(s, "https://") && !strings.HasPrefix(s, "http://") {
		return ""
	}
	end := strings.IndexAny(s, " \t\n<>|`\"'")
	if end < 0 {
		end = len(s)
	}
	link := strings.TrimRight(s[:end], ".,;:!?)*_~")
	if u, err := url.Parse(unescape(link)); err != nil || u.Host == "" {
		return ""
	}
	return link
}
