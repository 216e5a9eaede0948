package slackio

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
)

// spoken finds secrets that people write without a sign: "password hunter2",
// "hunter2 is the password". Much that is innocent stands in such places, so a
// value must look like nothing else.
type spoken struct {
	what    string
	names   names
	pattern *regexp.Regexp // group 1 is the value; without one it stands behind the match
	bare    func(value string) bool
	values  values // that bare takes
}

const (
	// what may stand between a name and its value
	weakJoint = `(?:['’]s)?(?:` + blank + `*[-–—/|,]+` + blank + `*|` + blank + `+(?:to|now|be|(?:will|should|must|would|shall)` + blank + `+be|ist|lautet|es)\b` +
		blank + `*|` + blank + `+|` + blank + `*\n)`
	possessive = `(?:my|the|our|his|her|their|your|its)`
)

var spokenSecrets = sync.OnceValue(func() []spoken {
	passwords := namesOfPasswords()
	passwords.reach = nearby
	before := passwords
	before.lead = far
	return []spoken{
		{secretPassword, passwords, regexp.MustCompile(`(?i)` + passwordNames + afterName + weakJoint), barePassword, values{true, likePassword}},
		{secretPassword, before, regexp.MustCompile(`(?i)(\S{6,})` + blank + `+(?:is|was|as|that['’]s)` + blank + `+(?:` + possessive + blank + `+)?(?:[\pL\d]+` + blank + `+){0,2}` + passwordNames + `\b` + blank + `*(?:[.,;!?)]|\n|\z)`), barePassword, values{false, likePassword}},
		{secretPassword, names{any: hint("cred", "log", "user", "zugang"), reach: nearby, lead: inFront}, loginPair(), barePassword, values{false, likePassword}},
		{secretKey, names{any: hint("secret"), reach: nearby, lead: inFront}, regexp.MustCompile(`(?i)` + secretNames + afterName + weakJoint), bareKey, values{true, longWithDigit(20)}},
		{secretKey, names{hint("key", "token", "signature"), beginsOfKeys() | hint("client", "private"), nearby, inFront}, regexp.MustCompile(`(?i)` + keyNames + afterName + weakJoint), bareKey, values{true, longWithDigit(20)}},
	}
})

// loginPair is a login and its password: "login: bob / X", with an address as Slack
// writes it, too, also as a person copies that. A comma joins them only where the login is an address.
func loginPair() *regexp.Regexp {
	address := `(?:<mailto:[^<>\n]+>|&lt;mailto:[^<>\n]+?&gt;|[^\s/|:<>,@]+@[^\s/|:<>,]+)`
	return regexp.MustCompile(`(?i)\b(?:credentials?|creds|log-?in|username|user|zugangsdaten)\b` + afterName + `(?:` + blank + `+(?:is|are|ist|lautet|sind)\b)?` + blank + `*[:=]?` + blank + `*` +
		`(?:(?:` + address + `|[^\s/|:<>]{2,80})` + blank + `*[/|:]|` + address + `,)` + blank + `*([^\s/|<>]{6,})`)
}

// spokenIn finds the secrets of a text that are written without a sign.
func spokenIn(text string, seen sights) []hit {
	if !strings.ContainsAny(text, "0123456789"+signs) {
		return nil
	}
	var found []hit
	for _, p := range spokenSecrets() {
		for _, in := range p.names.in(text, seen) {
			if p.values.near(text, in) {
				found = append(found, p.find(text, in)...)
			}
		}
	}
	return found
}

// find finds the values that look like secrets. Names may stand one behind the
// other ("pass password hunter2"), so it goes on right behind each name.
func (p spoken) find(text string, in region) []hit {
	var found []hit
	for _, m := range p.pattern.FindAllStringSubmatchIndex(text[in.from:in.to], -1) {
		in.shift(m)
		var from, to int
		if p.pattern.NumSubexp() > 0 {
			from, to = m[2], m[3]
			from += len(text[from:to]) - len(strings.TrimLeft(text[from:to], openers))
		} else {
			from, to, _ = valueAt(text, m[1], text[m[1]-1] != '\n')
			if text[m[1]-1] == '\n' && !alone(text, from, to) {
				continue
			}
		}
		if p.bare(text[from:to]) {
			to -= len(text[from:to]) - len(strings.TrimRight(text[from:to], ".,;:)\"'`*_~"))
			found = append(found, hit{from, to, p.what})
		}
	}
	return found
}

const openers = "(\"'`*_~“‘"

// alone says that a value is all of its line.
func alone(text string, from, to int) bool {
	line, _, _ := strings.Cut(text[to:], "\n")
	before := text[strings.LastIndexByte(text[:from], '\n')+1 : from]
	return strings.Trim(line, blanks+"\r`") == "" && strings.Trim(before, blanks+"\r`") == ""
}

// What has the looks of a password and is none: a counted thing ("step2",
// "90days"), an address, a version, an id of the kind KB123456.
var innocentLooks = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(?:` +
		`(?:step|option|case|item|test|user|field|page|version|level|part|phase|attempt|line|row|type|env|account|acct|office|microsoft|windows|oauth|log|file|node|server|tier|day|week|method|example|figure|table|section|chapter|note|rule|ticket|question|answer|problem|error)[-_#]?\d{1,7}` +
		`|\d+[-_]?(?:days?|months?|weeks?|years?|hours?|hrs?|min(?:ute)?s?|sec(?:ond)?s?|times?|x|st|nd|rd|th|bits?|digits?|char(?:acter)?s?|attempts?|fa)(?:[-_].*)?` +
		`|v?\d+(?:\.\d+)+[a-z]?\d*` +
		`|[a-z]{1,3}-?\d+` +
		`|[\w.+-]+@[\w-]+(?:\.[\w-]+)+` +
		`|(?:[\w-]+\.)+[a-z]{2,5}(?:[/?#:].*)?` +
		`|\d{4}-\d\d-\d\d(?:t[\d:.]+z?)?` +
		`|1password|[a-z]{1,4}2[a-z]{1,4}` + // b2b, pass2fail
		`)$`)
})

// signs are those that no word has inside.
const signs = "!@#$%^*"

// barePassword says that a word behind "password" is one: it has letters and
// digits, or signs that no word has.
func barePassword(value string) bool {
	v := strings.Trim(value, around)
	if len(v) < 6 || len(v) > 128 || plainWord(v) {
		return false
	}
	m := madeOf(v)
	switch {
	case m.digit && m.lower:
		return true
	case m.digit && m.upper: // an error code has a hyphen or an underscore
		return len(v) >= 8 && !strings.ContainsAny(v, "-_")
	}
	return m.sign && (m.lower || m.upper) && len(v) >= 8
}

// around is what may stand around a word without being part of it.
const around = ".,;:!?()*_~\"'`“”‘’"

// makeup is what a word has in it. A sign counts behind the beginning.
type makeup struct{ lower, upper, digit, sign bool }

func madeOf(v string) (m makeup) {
	for i, r := range v {
		switch {
		case unicode.IsLower(r):
			m.lower = true
		case unicode.IsLetter(r):
			m.upper = true
		case unicode.IsDigit(r):
			m.digit = true
		case i > 0 && strings.ContainsRune(signs, r):
			m.sign = true
		}
	}
	return m
}

// bareKey says that a word behind "token" or "secret" is one: long, with letters
// and digits.
func bareKey(value string) bool {
	v := strings.Trim(value, around)
	letters := strings.ContainsFunc(v, unicode.IsLetter)
	return len(v) >= 20 && len(v) <= 1024 && letters && hasDigit(v) && !plainWord(v)
}

// plainWord says that a word has the looks of a secret and is none.
func plainWord(v string) bool {
	if placeholder(v) || strings.ContainsAny(v, "<>{}[]") || strings.HasPrefix(v, "&") || strings.Contains(v, "://") || innocentLooks().MatchString(v) {
		return true
	}
	first, _, cut := strings.Cut(strings.Map(func(r rune) rune {
		if strings.ContainsRune("-_./:=,;()&", r) {
			return ' '
		}
		return unicode.ToLower(r)
	}, v), " ")
	return cut && (prosaic(first) || determiner(first))
}
