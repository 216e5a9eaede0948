package slackio

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// named is what stands behind the name of a secret and a joint.
type named struct {
	before, name string // before it in the text, and the name with its joint
	owner        string // whose it is: " for NetSuite"
	value, after string // the value, and all behind it
	quoted       bool   // the value is in quotes
	is           bool   // joined by "is", rather than a sign
}

// secret says that the value is one.
func (n named) secret(k keyWord) bool {
	switch {
	case placeholder(n.value), endsWith(n.before, "palabra ", "palabras ", "boarding ", "by-"):
		return false
	case k.long:
		return len(n.value) >= longKey && hasDigit(n.value) && !strings.Contains(n.value, "://") && !n.plainID()
	case !n.is && n.owner != "" && namesOwner(n.owner): // "wrong password for user: bob"
		return barePassword(n.value)
	case n.quoted:
		return !innocentQuote(n.value) || n.passphrase() && strings.Contains(n.value, " ")
	case n.is || n.owner != "":
		return saidSecret(n.value, n.after) && !n.told() || n.is && n.phrase()
	case k.what == secretKey && isLetters(strings.Trim(n.value, around)): // "our secret: patience"
		return !innocentValue(n.value) && n.rest() == "" && !n.possessed()
	}
	return !innocentValue(n.value) && !codes().MatchString(n.value) && !n.told() || n.phrase()
}

// possessed says that the name stands behind "our", "the" or the like.
func (n named) possessed() bool {
	before := strings.TrimRight(n.before, blanks)
	return determiner(strings.ToLower(before[strings.LastIndexAny(before, " \n")+1:]))
}

// passphrase says that the name is one of several words.
func (n named) passphrase() bool {
	return len(n.name) >= 10 && strings.EqualFold(n.name[:10], "passphrase")
}

// codes are what alerts and notes have behind "password:" that is none: an error
// code, a ticket, a week, a share.
var codes = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:[A-Z]{3,}(?:_[A-Z]{2,})+|(?:KB|INC|REQ|RITM|CHG|CASE|CS)-?\d{6,10}|[0-5]?\d/20\d\d|0\.\d+)[.,;:!?)}\]]*$`)
})

// plainID says that what looks like a key is an id: a number or a uuid behind
// "… id" or "account key", or a uuid that only says which request it was.
func (n named) plainID() bool {
	v := strings.Trim(n.value, around)
	number := strings.Trim(v, "0123456789") == ""
	if !number && !uuid().MatchString(v) {
		return false
	}
	name := strings.TrimRight(strings.ToLower(n.name), blanks+":=：\"'`*_~\\")
	return strings.HasSuffix(name, "id") || strings.HasPrefix(name, "account") ||
		!number && endsWith(n.before, "correlation ", "trace ", "request ", "idempotency ", "sync ")
}

var uuid = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
})

// lineReach bounds how much of a line is read around a name and its value.
const lineReach = 200

// rest is what stands behind the value in its line.
func (n named) rest() string {
	line, _, _ := strings.Cut(n.after[:min(len(n.after), lineReach)], "\n")
	return strings.TrimFunc(line, unicode.IsSpace)
}

// told says that it is no value but the beginning of what somebody tells: "Bob said
// he'd reset it". A value with the looks of one is none.
func (n named) told() bool {
	first := strings.ToLower(strings.Trim(n.value, around))
	if looksSecret(n.value) {
		return false
	}
	if base, _, short := strings.Cut(strings.ReplaceAll(first, "’", "'"), "'"); short && (determiner(base) || base == "he" || base == "she") {
		return true // we've, he'd
	}
	words := strings.Fields(strings.ToLower(n.rest()))
	if len(words) == 0 {
		return false
	}
	switch words[0] {
	case "said", "says", "asked", "asks", "told", "promised", "knows", "forgot", "wants", "tried", "thinks", "sagt", "hat", "dice", "dijo":
		return true
	case "will", "has", "had", "must", "can", "could", "should", "would", "needs", "reset", "resets", "changed", "changes", "rotated", "updated", "sent", "gave":
		for _, w := range words[1:] {
			switch strings.Trim(w, around) {
			case "it", "them", "him", "her", "his", "their", "one", "this":
				return true
			}
		}
	}
	return false
}

// phrase says that the whole line is one value of several words: "blue horse 42".
// A line with a word in it that tells something is not.
func (n named) phrase() bool {
	if n.quoted || !isLetters(n.value) {
		return false
	}
	line := n.before[max(0, len(n.before)-lineReach):]
	line = line[strings.LastIndexByte(line, '\n')+1:]
	before, rest := strings.Fields(line), strings.Fields(n.rest())
	if len(line) == lineReach || len(n.rest()) >= lineReach-1 || len(before) > 3 || len(rest) < 1 || len(rest) > 6 {
		return false
	}
	if n.is && !hasDigit(n.rest()) || innocentValue(n.value) && !(n.passphrase() && len(rest) >= 3) {
		return false
	}
	for _, w := range before {
		if w = strings.ToLower(strings.Trim(w, around+"•-")); prosaic(w) && w != "new" && w != "old" && w != "user" {
			return false
		}
	}
	for _, w := range rest {
		if w = strings.ToLower(w); prosaic(w) || determiner(w) || strings.HasSuffix(w, "ed") || strings.ContainsFunc(w, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("!.-", r)
		}) {
			return false
		}
	}
	return true
}

func endsWith(text string, any ...string) bool {
	return slices.ContainsFunc(any, func(end string) bool {
		return len(text) >= len(end) && strings.EqualFold(text[len(text)-len(end):], end)
	})
}

// namesOwner says that a sign behind such words joins them to who it is, rather
// than the password to its value.
func namesOwner(words string) bool {
	f := strings.Fields(strings.ToLower(words))
	switch f[len(f)-1] {
	case "user", "username", "account", "login", "customer", "company", "client", "tenant", "id", "email", "e-mail", "number", "connection", "entity",
		"subsidiary", "error", "failed", "expired", "benutzer", "konto", "kunde", "usuario", "cuenta", "cliente", "utilisateur", "compte", "usuário", "conta":
		return true
	}
	return false
}
