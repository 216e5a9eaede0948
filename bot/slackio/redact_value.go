package slackio

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// valueAt is the value that begins at i, behind a name and its joint: what is in
// quotes, or one word. On a line of its own it may stand below the name, if it is
// all of that line.
func valueAt(text string, i int, below bool) (from, to int, quoted bool) {
	if from, to = fenced(text, i, below); from < to {
		return from, to, true
	}
	i = skip(text, i, blanks+"*_~\\")
	if below && i < len(text) && text[i] == '\n' {
		next := skip(text, i+1, blanks+"*_~")
		line, _, _ := strings.Cut(text[next:], "\n")
		if word := strings.TrimSpace(line); word == "" || strings.ContainsFunc(word, unicode.IsSpace) {
			return i, i, false
		}
		i = next
	}
	for _, q := range [...][2]string{{"\"", "\""}, {"'", "'"}, {"```", "```"}, {"`", "`"}, {"“", "”"}, {"‘", "’"}, {"«", "»"}, {"&quot;", "&quot;"}} {
		if !strings.HasPrefix(text[i:], q[0]) {
			continue
		}
		from = i + len(q[0])
		if n := closing(text[from:], q[1]); n > 0 {
			return from, from + n, true
		}
		i = from
		break
	}
	to = len(text)
	if n := strings.IndexFunc(text[i:], unicode.IsSpace); n >= 0 {
		to = i + n
	}
	return i, to, false
}

// fence begins and ends a code block.
const fence = "```"

// fenced is the first line of a code block that begins at i, or on the line below.
func fenced(text string, i int, below bool) (from, to int) {
	const markup = blanks + "*_~"
	i = skip(text, i, markup)
	if below && strings.HasPrefix(text[i:], "\n") {
		i = skip(text, i+1, markup)
	}
	if !strings.HasPrefix(text[i:], fence) {
		return i, i
	}
	i = skip(text, i+len(fence), blanks)
	if strings.HasPrefix(text[i:], "\n") {
		i = skip(text, i+1, blanks)
	}
	line, _, _ := strings.Cut(text[i:], "\n")
	line, _, _ = strings.Cut(line, fence)
	return i, i + len(strings.TrimRight(line, blanks+"\r"))
}

// blanks are the characters of the pattern blank.
const blanks = " \t\u00a0\u200b\u202f\u3000"

// closing is how long what stands before the closing quote is; 0 if there is none
// in this line.
func closing(text, quote string) int {
	line, _, _ := strings.Cut(text, "\n")
	n := strings.Index(line, quote)
	if n < 0 {
		return 0
	}
	return len(strings.TrimRight(line[:n], `\`))
}

func skip(text string, i int, set string) int {
	return i + len(text[i:]) - len(strings.TrimLeft(text[i:], set))
}

// placeholder says that a value only stands for one, or was removed before.
func placeholder(v string) bool {
	if strings.HasPrefix(v, "[removed") || strings.HasPrefix(v, "removed:") {
		return true
	}
	for _, around := range [...][2]string{{"<", ">"}, {"&lt;", "&gt;"}, {"{{", "}}"}, {"${", "}"}, {"[", "]"}, {"$(", ")"}} {
		if strings.HasPrefix(v, around[0]) && strings.HasSuffix(strings.TrimRight(v, ".,;"), around[1]) {
			return true
		}
	}
	return strings.Trim(v, "*•●xX.…_-–—?#/,;:!()[]{}\"'`") == ""
}

// innocentValue says that what follows "password:" is no password but prose, a
// state, or where to look.
func innocentValue(v string) bool {
	word := strings.ToLower(strings.TrimFunc(firstWord(v), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }))
	if placeholder(v) || utf8.RuneCountInString(word) < 3 && len(v) < 5 {
		return true
	}
	trimmed := strings.TrimLeft(strings.ToLower(v), "<")
	return strings.HasPrefix(trimmed, "http://") || strings.HasPrefix(trimmed, "https://") || prosaic(word) || determiner(word)
}

// innocentQuote is innocentValue for what is in quotes, where "my first dog" is
// no beginning of prose.
func innocentQuote(v string) bool {
	return innocentValue(v) && (len(strings.Fields(v)) < 2 || placeholder(v) || !determiner(strings.ToLower(firstWord(v))))
}

func determiner(word string) bool {
	switch word {
	case "a", "an", "the", "this", "that", "these", "those", "my", "your", "our", "their", "his", "her", "its", "it", "they", "you", "we", "i":
		return true
	}
	return false
}

func firstWord(v string) string {
	if f := strings.Fields(v); len(f) > 0 {
		return f[0]
	}
	return ""
}

// saidSecret says that what follows "password is" is one: it looks like one, or
// it is a word that ends the sentence and that one would not say of a password.
func saidSecret(v, after string) bool {
	word := strings.TrimRight(v, ".,;:!?)*_~")
	if innocentValue(word) || utf8.RuneCountInString(word) < 4 {
		return false
	}
	if !isLetters(word) {
		return looksSecret(word)
	}
	if stateOfPassword(strings.ToLower(word)) {
		return false
	}
	after = strings.TrimLeft(after, " \t")
	ends := after == "" || len(word) < len(v) || strings.HasPrefix(after, "\n") || strings.HasPrefix(after, "geändert") || strings.HasPrefix(after, "gesetzt")
	return ends || looksSecret(word)
}

// stateOfPassword says that a word has an ending that what one says of a password
// has: expired, missing, caducada, expiré, gesperrt, to restart (reiniciar).
func stateOfPassword(word string) bool {
	for _, end := range [...]string{"ed", "ing", "able", "ible", "ly", "ado", "ada", "ido", "ida", "cto", "cta", "ar", "er", "ir", "é", "ée", "ert", "elt", "errt", "acht", "ändert",
		"alid", "alide", "ültig", "los", "bar", "isch", "ect", "ecte"} {
		if strings.HasSuffix(word, end) {
			return true
		}
	}
	return false
}

// looksSecret says that a word is none of prose: digits, signs inside of it, or
// capitals past its beginning.
func looksSecret(v string) bool {
	inner := strings.Trim(v, ".,;:!?()*_~\"'`")
	if hasDigit(v) {
		return true
	}
	for i, r := range inner {
		if i > 0 && unicode.IsUpper(r) && strings.ToUpper(inner) != inner || strings.ContainsRune("!@#$%^&*+=?{}[]<>\\|", r) {
			return true
		}
	}
	return false
}

// prosaic says that a word is one that people write behind "password:" or
// "password is" without giving it away.
func prosaic(word string) bool {
	switch word {
	case "not", "no", "never", "neither", "none", "null", "nil", "undefined", "unset", "empty", "blank", "missing", "absent", "required", "optional",
		"needed", "necessary", "mandatory", "invalid", "valid", "expired", "expires", "expiring", "wrong", "incorrect", "correct", "right", "bad",
		"good", "fine", "okay", "weak", "strong", "short", "long", "too", "very", "still", "now", "already", "currently", "just", "also", "only",
		"same", "different", "changed", "change", "changes", "reset", "resets", "set", "updated", "update", "renewed", "rotated", "stored",
		"saved", "hidden", "masked", "protected", "encrypted", "hashed", "entered", "typed", "mistyped", "used", "shown", "known", "unknown",
		"accepted", "rejected", "refused", "denied", "locked", "blocked", "disabled", "enabled", "failed", "fails", "failing", "failure", "error",
		"case", "sensitive", "must", "should", "shall", "will", "would", "can", "could", "cannot", "may", "might", "has", "have", "had", "was",
		"were", "is", "are", "been", "being", "be", "does", "doesn", "did", "didn", "isn", "wasn", "and", "or", "but", "if", "then", "else", "so",
		"because", "since", "when", "where", "which", "who", "why", "how", "what", "whether", "see", "click", "please", "try", "retry", "go", "use",
		"ask", "call", "contact", "check", "enter", "type", "verify", "confirm", "visit", "read", "open", "follow", "send", "get", "make", "log",
		"login", "sign", "forgot", "forgotten", "forget", "help", "here", "there", "in", "on", "at", "by", "for", "from", "with", "without", "to",
		"of", "off", "out", "about", "after", "before", "until", "via", "up", "as", "true", "false", "yes", "old", "new", "default", "outdated",
		"due", "working", "broken", "ist", "nicht", "falsch", "abgelaufen", "ungültig", "wunsch",
		"wurde", "wird", "muss", "bitte", "kann", "soll", "hat", "war", "kein", "keine", "siehe", "noch", "bereits", "schon", "neu", "geändert", "gesperrt", "vergessen", "unbekannt", "erforderlich", "fehlt", "läuft",
		"caducada", "caducado", "caducó", "expirada", "expirado", "expiró", "incorrecta", "incorrecto", "inválida", "vencida", "cambiada", "bloqueada", "olvidada", "falta", "por", "está", "ver",
		"expiré", "expirée", "invalide", "oublié", "veuillez", "non", "não", "incorreta", "esquecida", "vencido",
		"last", "step", "option", "two-factor", "multi-factor", "mfa", "sso", "saml", "policy", "field", "more",
		"less", "least", "most", "minimum", "maximum", "characters", "always", "probably", "maybe", "likely", "unlikely", "safe",
		"private", "confidential", "redacted", "removed", "user", "username", "email", "link", "page", "article", "below", "above":
		return true
	}
	return false
}
