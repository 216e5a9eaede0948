package slackio

import (
	"slices"
	"strings"
	"sync"
)

// A pattern takes long for each byte that it looks at. What is here sees quickly
// where none can find anything, and must never pass over what one would find.

// hints is a set of words of the lexicon: one of them is in all that a pattern
// finds.
type hints uint64

// lexicon knows the words that hints are made of, all in lower case and in ASCII.
type lexicon struct {
	words []string
	begin [256][]int // words by their first byte
}

// hintWords is built once, on first use; it never changes.
var hintWords = sync.OnceValue(func() *lexicon {
	l := &lexicon{words: []string{
		// how secrets begin, or what they have inside
		"-----begin", "xox", "xapp-", "akia", "asia", "aiza", "ya29.", "gocspx-", "q~", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-",
		"k_live_", "k_test_", "sk-", "npm_", "sg.", "dop_v1_", "hooks.slack", "eyj", "bearer", "authorization", "://", "sig=", "hv", "putty-", "webhook", "curl", "mysql", "cookie", "tba",
		// what their names have inside
		"pass", "pwd", "pw", "kennwort", "contrase", "clave", "mdp", "senha", "wachtwoord", "nlauth", "cred", "log", "user", "zugang", "secret", "key", "token", "signature",
		"consumer", "api", "access", "auth", "refresh", "session", "signing", "encryption", "client", "private",
	}}
	for i, w := range l.words {
		l.begin[w[0]] = append(l.begin[w[0]], i)
	}
	return l
})

// hint is the set of these words.
func hint(of ...string) hints {
	var set hints
	for _, w := range of {
		set |= 1 << slices.Index(hintWords().words, w)
	}
	return set
}

// sighting is a word of the lexicon in a text.
type sighting struct {
	at   int
	word hints
}

// sights are the words of the lexicon that are in a text.
type sights struct {
	text  string // of which they are: as a pattern reads it that does not mind case
	moved bool   // text is not byte by byte what it was
	all   hints
	each  []sighting // in order
}

// look finds the words of the lexicon, in whatever case. Two letters outside of
// ASCII pass for s and k where case does not matter.
func look(text string) sights {
	s := sights{text: text}
	if strings.Contains(text, "ſ") || strings.Contains(text, "\u212a") {
		s.text, s.moved = strings.NewReplacer("ſ", "s", "\u212a", "k").Replace(text), true
	}
	l := hintWords()
	for i := range len(s.text) {
		for _, n := range l.begin[lowerByte(s.text[i])] {
			if w := l.words[n]; begins(s.text[i:], w) {
				s.all |= 1 << n
				s.each = append(s.each, sighting{i, 1 << n})
			}
		}
	}
	return s
}

func begins(text, word string) bool {
	if len(text) < len(word) {
		return false
	}
	for i := 1; i < len(word); i++ {
		if lowerByte(text[i]) != word[i] {
			return false
		}
	}
	return true
}

func lowerByte(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// region is a part of a text, in bytes.
type region struct{ from, to int }

// shift makes what a pattern found in this part of a text count from the text's
// beginning.
func (r region) shift(match []int) {
	for i, at := range match {
		if at >= 0 {
			match[i] = at + r.from
		}
	}
}

// names is where the pattern for a name may find it.
type names struct {
	any   hints // one of these is in a name …
	also  hints // … or one of these, which count only near one of the others
	reach int   // how far from any the name and what goes with it may be
	lead  int   // how far before its hint a match may begin
}

// How far what people write about a secret reaches from a hint, at most, and how
// far a name does before its hint ("consumer secret").
const (
	nearby  = 300
	inFront = 12
	far     = 1 << 30
)

// in are the parts of a text where a name may be, in order and apart: what is near
// a hint, in its line. No pattern for a name goes on behind a line break.
func (n names) in(text string, s sights) []region {
	switch {
	case s.all&n.any == 0:
		return nil
	case s.moved:
		return []region{{0, len(text)}}
	}
	var out []region
	next := 0
	for _, part := range n.parts(text, s) {
		for end := part.from; next < len(s.each) && s.each[next].at < part.to; next++ {
			w := s.each[next]
			if w.word&(n.any|n.also) == 0 || w.at < end {
				continue
			}
			begin := part.from + strings.LastIndexByte(text[part.from:w.at], '\n') + 1
			end = nextLine(text[:part.to], w.at)
			out = append(out, region{max(begin, w.at-n.lead), end})
		}
	}
	return out
}

func (n names) parts(text string, s sights) []region {
	var out []region
	for _, w := range s.each {
		if w.word&n.any == 0 {
			continue
		}
		r := region{max(0, w.at-n.reach), min(len(text), w.at+n.reach)}
		if n := len(out); n > 0 && r.from <= out[n-1].to {
			out[n-1].to = r.to
			continue
		}
		out = append(out, r)
	}
	return out
}

// nextLine is where the line behind the one of i begins.
func nextLine(text string, i int) int {
	if n := strings.IndexByte(text[i:], '\n'); n >= 0 {
		return i + n + 1
	}
	return len(text)
}

// values is what the values of a name are like.
type values struct {
	quoted bool                   // one in quotes may have blanks
	like   func(word string) bool // true for a value, and for a word with one in it; nil: anything may be one
}

// near says whether there may be such a value in a part of a text, or in the line
// below it, or at the beginning of a code block there.
func (v values) near(text string, in region) bool {
	if v.like == nil {
		return true
	}
	end := in.to
	if text[end-1] != '\n' {
		end = nextLine(text, end)
	}
	last := nextLine(text, end)
	if strings.HasSuffix(strings.TrimRight(text[in.from:last], blanks+"\n"), fence) { // the value is below it
		last = nextLine(text, last)
	}
	text = text[in.from:last]
	lines := v.quoted && hasQuote(text)
	from := 0
	for i := range len(text) {
		if c := text[i]; c == '\n' || !lines && (c == ' ' || c == '\t' || c == '\r' || c == '\f') {
			if v.like(text[from:i]) {
				return true
			}
			from = i + 1
		}
	}
	return v.like(text[from:])
}

func hasQuote(text string) bool {
	return strings.ContainsAny(text, "\"'`") || oneOf("“", "‘", "«", "&quot;")(text)
}

// joinable says whether there may be a joint in a part of a text: a sign, or a word
// such as "is" behind a blank.
func joinable(text string) bool {
	if strings.ContainsAny(text, ":=>") || oneOf("：", "&gt;")(text) {
		return true
	}
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || strings.ContainsRune(blanks, r) }) {
		if len(word) > 1 {
			switch string([]byte{lowerByte(word[0]), lowerByte(word[1])}) {
			case "is", "wa", "ar", "se", "re", "ch", "ha", "go", // is, was, are, (has been, got) (re)set or changed to
				"la", "es", "wu", "é", "É": // lautet, es, est, wurde auf, é
				return true
			}
		}
	}
	return false
}

// likePassword is for what barePassword takes.
func likePassword(word string) bool {
	if len(word) < 6 {
		return false
	}
	v := strings.Trim(word, around)
	m := madeOf(v)
	return len(v) >= 6 && (m.lower || m.upper) && (m.digit || m.sign)
}

// longWithDigit is for keys of so many bytes or more.
func longWithDigit(least int) func(string) bool {
	return func(word string) bool { return len(word) >= least && hasDigit(word) }
}

// need is what a text must have for a rule to find anything, beside a hint.
type need func(text string) bool

func oneOf(parts ...string) need {
	return func(text string) bool {
		return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(text, p) })
	}
}

// query needs what stands between the parameters of a web address.
func query(text string) bool { return strings.Contains(text, "=") && strings.ContainsAny(text, "?&;") }

// row needs so many bytes of a kind side by side. It looks for one of another kind
// from the end of where they would be, and so passes over most of a text.
func row(least int, of func(c byte) bool) need {
	return func(text string) bool {
		for from := 0; from+least <= len(text); {
			other := from + least - 1
			for other >= from && of(lowerByte(text[other])) {
				other--
			}
			if other < from {
				return true
			}
			from = other + 1
		}
		return false
	}
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' }
func isBase64(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c == '+' || c == '/'
}
func isWordy(c byte) bool { return isBase64(c) || strings.IndexByte("_-.~=", c) >= 0 }
