package slackio

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// What a removed secret is called, in a sentence such as "it contains a token".
const (
	secretPassword = "password"
	secretToken    = "token"
	secretSlack    = "Slack token"
	secretKey      = "secret key"
	secretPEM      = "private key"
	secretWebhook  = "webhook address"
)

// hit is a secret in a text, in bytes.
type hit struct {
	from, to int
	what     string
}

// rule finds secrets by their looks. The secret is the first group, or the whole
// match where there is none.
type rule struct {
	what    string
	hints   hints // one must be in the text, which is cheaper to see
	need    need  // as must this; nil: nothing else
	pattern *regexp.Regexp
	digit   bool // it must have a digit, so that a placeholder stays
}

// keyWord is a name that a secret stands behind.
type keyWord struct {
	what    string
	names   names
	pattern *regexp.Regexp // the name and what joins it to the value
	long    bool           // the value is long and has a digit; anything else is not a key
	values  values
}

// The names, most specific first. Slack's markup may stand around a name, as may
// quotes (JSON, also inside of JSON).
const (
	passwordNames = `(?:pass(?:[ ]?word|wd|code|phrase|[ ]wd|w)s?|passwort|kennwort|contrase[ñn]a|\bclave|mot de passe|\bmdp|senha|wachtwoord|nlauth_signature|(?:\b|_)pwd|(?:\b|_)pw|(?:\b|_)pass)`
	secretNames   = `(?:(?:client|consumer|token|shared|app|api|signing|oauth|webhook)?[ _-]?secret)`
	keyNames      = `(?:(?:consumer|token|api|access|secret|auth|oauth|refresh|session|signing|encryption|private|client|dev(?:eloper)?)[ _-]?(?:key|token|id|signature)|account[ _-]?(?:key|token|signature)|\btoken)`
	// more of NetSuite's keys, with nothing but signs between them
	moreKeys = `(?:[^0-9A-Za-z]{1,8}[0-9a-fA-F]{64})*`
	// blanks of all widths: text that was pasted often has others
	blank = `[ \t\x{a0}\x{200b}\x{202f}\x{3000}]`
	// the rest of a name: markup, a remark in brackets
	afterName = "[\"'`*_~\\\\]*(?:" + blank + "*\\([^()\\n]{0,30}\\))?[\"'`*_~\\\\]*"
	// whose it is, or which: "for NetSuite", "von <@U1>", "nueva"
	ofWhom = `(?:` + blank + `+(?:for|of|to|on|from|für|fuer|von|vom|zu|zum|zur|bei|de|del|des|du|da|do|para|pour)` + blank + `[^\n:=<\[]{0,40}?(?:<[^<>\n]+>[^\n:=<\[]{0,10}?)?|` +
		blank + `+(?:new|temp|changed|updated|neu|nueva|nuevo|actual|temporal|nouveau|actuel|provisoire|nova|novo))`
	verbs = `(?:is|was|are|ist|lautet|war|es|est|sera|wurde` + blank + `+auf|(?:(?:is|was|has been|got)[ \t]+)?(?:re)?(?:set|changed)[ \t]+to)\b|(?:é|será)(?:` + blank + `|:)`
	// a sign, or "is"; group 1 is whose it is, group 2 the "is"
	joint = `(` + ofWhom + `)?(?:` + blank + `*(?::=|=&gt;|=>|-&gt;|->|[:=：])|` + blank + `+(` + verbs + `)` + blank + `*:?)`
)

// rules are compiled once, on first use; they never change.
var rules = sync.OnceValue(func() []rule {
	return []rule{
		{secretPEM, hint("-----begin"), nil, regexp.MustCompile(`-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?s:.*?)(?:-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|\z)`), false},
		{secretSlack, hint("xox", "xapp-"), nil, regexp.MustCompile(`\b(?:xox[a-z](?:\.xox[a-z])?|xapp)-[A-Za-z0-9-]{6,}`), true},
		{secretKey, hint("akia", "asia", "aiza", "ya29.", "gocspx-", "q~"), row(20, isWordy), regexp.MustCompile(
			`\b(?:(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[\w-]{35}|ya29\.[\w.-]{20,}|GOCSPX-[\w-]{20,}|[\w~.-]{3}\dQ~[\w~.-]{31,34})`), false},
		{secretToken, hint("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "k_live_", "k_test_", "sk-", "npm_", "sg.", "dop_v1_"), row(20, isWordy), regexp.MustCompile(
			`\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{22,}|glpat-[\w-]{20,}|[sr]k_(?:live|test)_[A-Za-z0-9]{16,}|sk-[A-Za-z][\w-]{20,}|npm_[A-Za-z0-9]{36}|SG\.[\w-]{16,}\.[\w-]{16,}|dop_v1_[a-f0-9]{64})`), true},
		{secretPEM, hint("putty-"), nil, regexp.MustCompile(`PuTTY-User-Key-File-\d(?s:.*?)(?:Private-(?:MAC|Hash): ?[0-9a-f]+|\z)`), false},
		{secretKey, hint("akia", "asia"), row(40, isBase64), regexp.MustCompile(`\b(?:AKIA|ASIA)[A-Z0-9]{16}\b(?s:.{0,80}?)[^A-Za-z0-9/+]([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|\z)`), true},
		{secretToken, hint("hv"), row(20, isWordy), regexp.MustCompile(`\bhv[sbr]\.[\w-]{20,}`), false},
		{secretToken, hint("cookie"), oneOf("="), regexp.MustCompile("(?i)\\bcookie[\"'`*]*[ \\t]*:[ \\t]*([^\\n\"'`]*?(?:sess|sid|auth|token|jwt)[\\w.-]*=[^\\s;,\"'`]{12,}[^\\n\"'`]*)"), true},
		{secretPassword, hint("curl"), oneOf(":"), regexp.MustCompile("(?i)\\bcurl\\b[^\\n]*?[ \\t](?:-u|--user|--proxy-user)[ \\t=]*[\"'“]?[^\\s:\"'“-][^\\s:\"'“]*:([^\\s\"'”`]+)"), false},
		{secretPassword, hint("mysql", "pass"), oneOf("-p"), regexp.MustCompile("(?:\\b(?i:mysql)\\w*(?:[ \\t][^\\n]*?)?[ \\t]-p|\\b(?i:sshpass)[ \\t]+-p[ \\t]*)[\"'“]?([^\\s\"'“”`-][^\\s\"'”`]*)"), false},
		{secretWebhook, hint("webhook"), oneOf("://"), regexp.MustCompile(`https?://(?:(?:\w+\.)?discord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d+/[\w-]+|[\w.-]+\.office(?:365)?\.com/webhook(?:b2)?/[^\s>|"]+)`), false},
		{secretWebhook, hint("hooks.slack"), nil, regexp.MustCompile(`https?://hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/[\w/-]+`), false},
		{secretToken, hint("eyj"), oneOf("."), regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*)*`), false},
		{secretToken, hint("bearer"), hasDigit, regexp.MustCompile("(?i)\\bbearer[ \\t:=\"'`]+([A-Za-z0-9._~+/=-]{12,})"), true},
		{secretToken, hint("authorization"), oneOf(":", "="), regexp.MustCompile("(?i)\\bauthorization[\"'`*\\\\]*[ \\t]*[:=][ \\t]*[\"'`\\\\]*(?:basic|token|apikey)[ \\t]+([^\\s\"'`\\\\]{4,})"), false},
		{secretPassword, hint("://"), oneOf("@"), regexp.MustCompile(`://[^\s/:@<>|]+:([^\s/<>|]+)@`), false},
		{secretPassword, hint("://"), oneOf("@"), regexp.MustCompile(`://[^\s/:@<>|.]+:([^\s/@<>|]*[^\s/@<>|\d][^\s/@<>|]*/[^\s<>|]*?)@[\w.-]+(?:[:/?#\s"'<>|),;]|\z)`), false}, // with a slash in it
		{secretToken, hint("token", "key", "secret", "signature", "sig="), query, regexp.MustCompile(`(?i)[?&;](?:amp;)?[\w.-]*(?:token|api_?key|access_?key|secret|signature|\bsig)=([^&#\s>|"']{6,})`), true},
		{secretPassword, hint("pass", "pwd"), query, regexp.MustCompile(`(?i)[?&;](?:amp;)?[\w.-]*(?:passw(?:or)?d|passwort|pwd|\bpass)=([^&#\s>|"']+)`), false},
		{secretPassword, hint("pass", "pwd", "secret"), oneOf("</", ";/"), regexp.MustCompile(`(?i)(?:<|&lt;)[\w:.-]*(?:password|passwd|pwd|secret)\b[^<>&\n]{0,60}(?:>|&gt;)([^<>&\n]{1,200})(?:<|&lt;)/`), false},
		{secretKey, hint("key", "secret", "token", "client", "consumer"), row(40, isHex), regexp.MustCompile(`(?is)(?:consumer|client|token)[ _-]?(?:key|secret|id)\b.{0,120}?\b([0-9a-f]{40,128}` + moreKeys + `)\b`), true},
		{secretKey, hint("key", "secret", "token", "cred", "tba"), row(64, isHex), regexp.MustCompile(`(?i)\b(?:keys?|secrets?|tokens?|credentials?|creds|tba)\b[^\n]{0,20}?\n?[^\n]{0,20}?\b([0-9a-f]{64}` + moreKeys + `)\b`), true}, // as NetSuite's are
		{secretKey, hint("key", "cred"), row(40, isBase64), regexp.MustCompile("(?i)\\b(?:key|credentials?)\\b[\"'`*_]*[ \\t]*[:=][ \\t]*[\"'`*_]*([a-z0-9+/]{40,}=*)"), true},
	}
})

func namesOfPasswords() names {
	return names{any: hint("pass", "pwd", "pw", "kennwort", "contrase", "clave", "mdp", "senha", "wachtwoord", "nlauth"), reach: far, lead: inFront}
}

// beginsOfKeys are how the names of keys begin; client and private are left out.
func beginsOfKeys() hints {
	return hint("consumer", "api", "access", "secret", "auth", "refresh", "session", "signing", "encryption")
}

// longKey is how many bytes a key behind its name has at least.
const longKey = 16

var keyWords = sync.OnceValue(func() []keyWord {
	name := func(names string) *regexp.Regexp { return regexp.MustCompile(`(?i)` + names + afterName + joint) }
	return []keyWord{
		{secretKey, names{beginsOfKeys() | hint("key", "token", "signature"), hint("client", "private"), far, inFront}, name(keyNames), true, values{true, longWithDigit(longKey)}},
		{secretPassword, namesOfPasswords(), name(passwordNames), false, values{}},
		{secretKey, names{any: hint("secret"), reach: far, lead: inFront}, name(secretNames), false, values{}},
	}
})

// quotedPassword is a password in quotes right behind its name.
var quotedPassword = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("(?i)\\b(?:password|passwd|passcode|passphrase|pwd|pw)[ \\t]+(?:`([^`\\s]{3,})`|\"([^\"\\s]{3,})\"|“([^”\\s]{3,})”)")
})

// titleHints are the hints of a title that announces a secret.
var titleHints = sync.OnceValue(func() hints {
	return namesOfPasswords().any | beginsOfKeys() | hint("key", "token", "signature", "client", "private")
})

// secretTitle is a title that announces a secret and nothing else.
var secretTitle = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^\W*(?:[\pL\d]+[\W_]+){0,3}(?:(` + passwordNames + `)|` + secretNames + `|` + keyNames + `)(?:` + blank + `*\([^()]{0,30}\)|` + ofWhom + `)?\W*$`)
})

// secretsIn finds the secrets in a text, in order and apart.
func secretsIn(text string) []hit {
	if len(text) < 5 || bareWord(text) {
		return nil
	}
	return search(text)
}

func search(text string) []hit {
	seen := look(text)
	if seen.all == 0 {
		return nil
	}
	var found []hit
	for _, r := range rules() {
		if seen.all&r.hints != 0 && (r.need == nil || r.need(seen.text)) {
			found = append(found, r.find(text)...)
		}
	}
	for _, k := range keyWords() {
		for _, in := range k.names.in(text, seen) {
			if k.values.near(text, in) && (seen.moved || joinable(text[in.from:in.to])) {
				found = append(found, k.find(text, in)...)
			}
		}
	}
	found = append(found, spokenIn(text, seen)...)
	if seen.all&titleHints() != 0 && strings.Contains(text, "\n") {
		found = append(found, tablesIn(text)...)
	}
	if oneOf("`", "\"", "“")(text) && seen.all&hint("pass", "pw") != 0 {
		found = append(found, findQuoted(text)...)
	}
	return apart(found)
}

func (r rule) find(text string) []hit {
	var found []hit
	for _, m := range r.pattern.FindAllStringSubmatchIndex(text, -1) {
		from, to := m[0], m[1]
		if len(m) > 2 {
			from, to = m[2], m[3]
		}
		if v := text[from:to]; !placeholder(v) && (!r.digit || hasDigit(v)) {
			found = append(found, hit{from, to, r.what})
		}
	}
	return found
}

func findQuoted(text string) []hit {
	var found []hit
	for _, m := range quotedPassword().FindAllStringSubmatchIndex(text, -1) {
		for g := 2; g < len(m); g += 2 {
			if m[g] >= 0 && !innocentQuote(text[m[g]:m[g+1]]) {
				found = append(found, hit{m[g], m[g+1], secretPassword})
			}
		}
	}
	return found
}

// wordKeys is how the keys begin that are one word.
func wordKeys() []string {
	return []string{"AKIA", "ASIA", "AIza", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "sk_", "rk_", "npm_", "dop_v1_"}
}

// bareWord says that a text is one word, as most keys and ids are, or a number:
// every rule needs some other sign, a blank at least, or knows the word's beginning.
func bareWord(text string) bool {
	letters, dots := false, false
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
		case c == '_', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			letters = true
		case c == '.':
			dots = true
		default:
			return false
		}
	}
	if letters && dots { // it may be a token
		return false
	}
	return len(text) < 16 || !slices.ContainsFunc(wordKeys(), func(p string) bool { return strings.HasPrefix(text, p) })
}

// apart joins hits that overlap; the one that begins first names them.
func apart(hits []hit) []hit {
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Or(a.from-b.from, b.to-a.to) })
	var out []hit
	for _, s := range hits {
		if n := len(out); n > 0 && s.from < out[n-1].to {
			out[n-1].to = max(out[n-1].to, s.to)
			continue
		}
		out = append(out, s)
	}
	return out
}

func (k keyWord) find(text string, in region) []hit {
	var found []hit
	for _, m := range k.pattern.FindAllStringSubmatchIndex(text[in.from:in.to], -1) {
		in.shift(m)
		n := named{before: text[:m[0]], name: text[m[0]:m[1]], is: m[4] >= 0}
		if m[2] >= 0 {
			n.owner = text[m[2]:m[3]]
		}
		from, to, quoted := valueAt(text, m[1], !n.is)
		if inAddress(n.before) && !quoted {
			to = from + len(beforeAny(text[from:to], "&#>|"))
		}
		if from == to {
			continue
		}
		n.value, n.after, n.quoted = text[from:to], text[to:], quoted
		if !n.secret(k) {
			continue
		}
		if k.what == secretPassword && n.phrase() {
			to += strings.Index(n.after, n.rest()) + len(n.rest())
		}
		found = append(found, hit{from, to, k.what})
	}
	return found
}

// inAddress says that a name stands in the query of a web address.
func inAddress(before string) bool {
	return strings.HasSuffix(before, "?") || strings.HasSuffix(before, "&") || strings.HasSuffix(before, "&amp;")
}

func beforeAny(s, set string) string {
	if n := strings.IndexAny(s, set); n >= 0 {
		return s[:n]
	}
	return s
}

func namesSecret(title string) string {
	if len(title) > 60 || look(title).all&titleHints() == 0 {
		return ""
	}
	m := secretTitle().FindStringSubmatch(title)
	switch {
	case m == nil:
		return ""
	case m[1] != "":
		return secretPassword
	}
	return secretKey
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

func isLetters(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
}
