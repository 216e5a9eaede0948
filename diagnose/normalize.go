package diagnose

import (
	"bytes"
	"html"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Normalize is text as phrases and patterns see it: lower-case words of letters,
// digits and inner underscores, a single space between them. Slack's and HTML's
// markup, addresses of web pages, entities, invisible characters, typographic
// quotes and punctuation are gone; "didn't", "didn’t" and "didnt" read "did not".
func Normalize(text string) string { return fold(clean(text)) }

// clean is text without markup and typography; case and lines stay, since names
// and labels need them.
func clean(text string) string {
	if strings.ContainsRune(text, '<') {
		text = unwrapAngles(text)
	}
	if strings.ContainsRune(text, '&') {
		text = html.UnescapeString(text)
	}
	var b strings.Builder
	b.Grow(len(text))
	for i := 0; i < len(text); {
		if n := plainRun(text[i:]); n > 0 {
			b.WriteString(text[i : i+n])
			i += n
			continue
		}
		if c := text[i]; c < utf8.RuneSelf {
			if n := webAddress(text[i:]); n > 0 {
				i += n
				continue
			}
			if !isMark(text, i, c) {
				b.WriteByte(plainASCII(c))
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		writePlain(&b, r)
		i += n
	}
	return b.String()
}

// plainRun is how many bytes s begins with that clean leaves as they are.
func plainRun(s string) int {
	for i := range len(s) {
		switch c := s[i]; {
		case c == '*', c == '~', c == '`', c == '_', c == 'h', c == 'H', c < ' ' && c != '\n', c >= utf8.RuneSelf:
			return i
		}
	}
	return len(s)
}

func plainASCII(c byte) byte {
	if c < ' ' && c != '\n' && c != '\t' {
		return ' '
	}
	return c
}

// isMark says whether the character is Slack's formatting: * ~ ` anywhere, _ unless inside a word.
func isMark(text string, i int, c byte) bool {
	switch c {
	case '*', '~', '`':
		return true
	case '_':
		return i == 0 || i+1 == len(text) || !isWordByte(text[i-1]) || !isWordByte(text[i+1])
	}
	return false
}

func isWordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= utf8.RuneSelf
}

// webAddress is the length of the web address that s starts with, 0 if none. An
// address may spell out an error's title without reporting it.
func webAddress(s string) int {
	if s[0] != 'h' && s[0] != 'H' {
		return 0
	}
	if !hasFoldPrefix(s, "http://") && !hasFoldPrefix(s, "https://") {
		return 0
	}
	if n := strings.IndexAny(s, " \n\t|<>\""); n >= 0 {
		return n
	}
	return len(s)
}

func hasFoldPrefix(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// writePlain writes the plain form of a rune beyond ASCII: nothing for what
// can't be seen, ASCII for typography, full-width forms and ligatures.
func writePlain(b *strings.Builder, r rune) {
	switch {
	case r == '\u00ad' || r == '\ufeff' || r >= '\u200b' && r <= '\u200f' ||
		r >= '\u202a' && r <= '\u202e' || r >= '\u2060' && r <= '\u2069' || r == utf8.RuneError:
	case r == '\u2028' || r == '\u2029' || r == '\u0085':
		b.WriteByte('\n')
	case unicode.IsSpace(r):
		b.WriteByte(' ')
	case strings.ContainsRune("‘’‚‛ʼ′´", r):
		b.WriteByte('\'')
	case strings.ContainsRune("“”„‟«»″", r):
		b.WriteByte('"')
	case r >= '\u2010' && r <= '\u2015' || r == '\u2212':
		b.WriteByte('-')
	case r >= '\uff01' && r <= '\uff5e':
		b.WriteRune(r - 0xfee0)
	case r == 'ﬁ':
		b.WriteString("fi")
	case r == 'ﬂ':
		b.WriteString("fl")
	case r == 'ﬀ':
		b.WriteString("ff")
	case r == '✅' || r == '☑' || r == '🟢':
		b.WriteString(" white_check_mark ")
	case r == '❌' || r == '✖' || r == '🔴' || r == '🟥':
		b.WriteString(" x ")
	default:
		b.WriteRune(r)
	}
}

// withoutStruck is text without what stands crossed out in it, ~as Slack marks
// it~: whoever wrote it has taken it back.
func withoutStruck(text string) string {
	var b strings.Builder
	for from := 0; ; {
		open := strings.IndexByte(text[from:], '~')
		if open < 0 {
			if b.Len() == 0 && from == 0 {
				return text
			}
			b.WriteString(text[from:])
			return b.String()
		}
		open += from
		n := struck(text, open)
		b.WriteString(text[from:open])
		if n == 0 {
			n = 1
			b.WriteByte('~')
		}
		from = open + n
	}
}

// struck is the length of what stands crossed out from open on, both marks
// included; 0 if nothing does. The marks touch the words within and none outside.
func struck(text string, open int) int {
	end := strings.IndexAny(text[open+1:], "~\n")
	if end <= 0 || text[open+1+end] != '~' {
		return 0
	}
	end += open + 1
	inside := text[open+1] != ' ' && text[end-1] != ' '
	outside := (open == 0 || !isWordByte(text[open-1])) && (end+1 == len(text) || !isWordByte(text[end+1]))
	if !inside || !outside {
		return 0
	}
	return end + 1 - open
}

// unwrapAngles replaces what stands in angle brackets: Slack's links by their
// labels, mentions and addresses by nothing, HTML's tags by a space or a new
// line. Anything else loses only the brackets.
func unwrapAngles(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for {
		open := strings.IndexByte(text, '<')
		if open < 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:open])
		text = text[open+1:]
		end := strings.IndexAny(text, "<>\n")
		if end < 0 || text[end] != '>' {
			b.WriteByte(' ')
			continue
		}
		b.WriteString(unwrapped(text[:end]))
		text = text[end+1:]
	}
}

func unwrapped(inner string) string {
	if inner == "" {
		return " "
	}
	target, label, labelled := strings.Cut(inner, "|")
	switch {
	case inner[0] == '@' || inner[0] == '#' || inner[0] == '!':
		return " "
	case hasFoldPrefix(target, "http://"), hasFoldPrefix(target, "https://"),
		hasFoldPrefix(target, "mailto:"), hasFoldPrefix(target, "tel:"):
		if labelled {
			return label
		}
		return " "
	}
	tag, _, _ := strings.Cut(strings.ToLower(strings.TrimPrefix(inner, "/")), " ")
	switch strings.TrimSuffix(tag, "/") {
	case "br", "p", "div", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "blockquote", "pre":
		return "\n"
	case "a", "b", "i", "u", "em", "strong", "span", "font", "code", "td", "th", "tbody", "html", "body", "head", "img", "small":
		return " "
	}
	return " " + inner + " "
}

// A span is where a word stands in a cleaned text.
type span struct{ from, to int32 }

// fold is cleaned text as words; see Normalize.
func fold(cleaned string) string {
	norm, _ := foldSpans(cleaned, nil)
	return norm
}

// foldSpans folds, and appends to spans where each word comes from if spans isn't nil.
func foldSpans(cleaned string, spans []span) (string, []span) {
	b := make([]byte, 0, len(cleaned)+16)
	from := 0  // of the word in cleaned
	start := 0 // of the word being written
	inWord := false
	for i := 0; i < len(cleaned); {
		if run := lowerRun(cleaned[i:]); run > 0 {
			if !inWord {
				inWord, from = true, i
				if len(b) > 0 {
					b = append(b, ' ')
				}
				start = len(b)
			}
			b = append(b, cleaned[i:i+run]...)
			i += run
			continue
		}
		c, n := cleaned[i], 1
		word := isWordByte(c)
		var r rune
		if c >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(cleaned[i:])
			word = isWordRune(r)
		}
		i += n
		if c == '(' && inWord && hasFoldPrefix(cleaned[i:], "s)") {
			b = append(b, 's') // "bill(s)"
			i += len("s)")
			continue
		}
		if !word {
			if inWord {
				b, spans = ended(b, start, spans, span{int32(from), int32(i - n)})
				inWord = false
			}
			continue
		}
		if !inWord {
			inWord, from = true, i-n
			if len(b) > 0 {
				b = append(b, ' ')
			}
			start = len(b)
		}
		switch {
		case c >= utf8.RuneSelf:
			b = utf8.AppendRune(b, unicode.ToLower(r))
		case c >= 'A' && c <= 'Z':
			b = append(b, c+'a'-'A')
		default:
			b = append(b, c)
		}
	}
	if inWord {
		b, spans = ended(b, start, spans, span{int32(from), int32(len(cleaned))})
	}
	return string(b), spans
}

// lowerRun is how many small letters s begins with.
func lowerRun(s string) int {
	n := 0
	for n < len(s) && s[n] >= 'a' && s[n] <= 'z' {
		n++
	}
	return n
}

// ended ends the word that stands in b from start on: underscores around it go,
// and a contraction is written out.
func ended(b []byte, start int, spans []span, at span) ([]byte, []span) {
	word := bytes.Trim(b[start:], "_")
	if len(word) == 0 {
		return b[:max(0, start-1)], spans
	}
	b, two := expand(append(b[:start], word...), start)
	if spans != nil {
		spans = append(spans, at)
		if two {
			spans = append(spans, at)
		}
	}
	return b, spans
}

func isWordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return isWordByte(byte(r))
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

// expand writes out a contraction that ends b with the word from start on, and
// says whether one word became two. The apostrophe has parted "didn't" into
// "didn" and "t" by then.
func expand(b []byte, start int) (expanded []byte, two bool) {
	word := b[start:]
	if len(word) == 1 && word[0] == 't' && start > 0 {
		before := lastWord(b[:start-1])
		if whole, ok := negation(string(b[before : start-1])); ok {
			return append(append(b[:before], whole...), " not"...), false
		}
		return b, false
	}
	if string(word) == "cannot" {
		return append(b[:start], "can not"...), true
	}
	if n := len(word); n > 3 && word[n-1] == 't' && word[n-2] == 'n' {
		if whole, ok := negation(string(word[:n-1])); ok {
			return append(append(b[:start], whole...), " not"...), true
		}
	}
	return b, false
}

// negation is the verb that stem, a contraction without its t, stands for.
func negation(stem string) (string, bool) {
	switch stem = lettersOf(stem); stem {
	case "can":
		return "can", true
	case "won":
		return "will", true
	case "didn", "doesn", "don", "couldn", "wasn", "isn", "hasn", "haven", "hadn", "aren", "weren", "wouldn", "shouldn":
		return stem[:len(stem)-1], true
	}
	return "", false
}

// lastWord is where the last word of b begins.
func lastWord(b []byte) int {
	i := len(b)
	for i > 0 && b[i-1] != ' ' {
		i--
	}
	return i
}
