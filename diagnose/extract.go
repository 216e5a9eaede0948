package diagnose

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An extractor is a playbook's own Extract, ready to be used.
type extractor struct {
	field   Field
	re      *regexp.Regexp
	literal string
}

func newExtractor(e Extract) (extractor, error) {
	re, err := regexp.Compile(e.Pattern)
	if err != nil {
		return extractor{}, fmt.Errorf("extract %s: pattern %q: %w", e.Field, e.Pattern, err)
	}
	if re.NumSubexp() < 1 {
		return extractor{}, fmt.Errorf("extract %s: pattern %q has no group ( ) to take", e.Field, e.Pattern)
	}
	return extractor{e.Field, re, requiredLiteral(e.Pattern)}, nil
}

// extract fills in account, company and subject: by the playbook's own patterns
// first, then as people and tools usually write them.
func (r *Recognizer) extract(t *reading, findings []finding, v *Recognition) {
	for n, b := range r.books {
		if b.id != v.Playbook {
			continue
		}
		for _, e := range b.extract {
			if !strings.Contains(t.cleaned, e.literal) {
				continue
			}
			if m := e.re.FindStringSubmatch(t.cleaned); m != nil {
				v.set(e.field, strings.TrimSpace(m[1]))
			}
		}
		for _, f := range findings {
			if f.book == n && f.sign != none {
				r.signs[f.sign].phrase.captures(t, f.match, v.set)
			}
		}
	}
	if v.Account != "" && v.Company != "" {
		return
	}
	s := scan{lines: strings.Split(headAndTail(r.around(t, findings)), "\n"), v: v}
	s.labels()
	s.tables()
	s.prose()
	s.companies()
	if strings.Contains(t.source, netSuiteHost) {
		s.address(headAndTail(t.source))
	}
}

// around is the cleaned text without the words of the phrases that stand in it:
// "the account number 2210" may be the error's, not the customer's.
func (r *Recognizer) around(t *reading, findings []finding) string {
	b := []byte(t.cleaned)
	for _, f := range findings {
		if f.sign == none || f.recovery || f.title {
			continue
		}
		blank := func(at int) {
			for i := t.spans[at].from; i < t.spans[at].to; i++ {
				b[i] = '-'
			}
		}
		for _, at := range f.match.places {
			if at >= 0 {
				blank(int(at))
			}
		}
		if len(f.match.places) == 0 {
			for at := f.start; at < f.end; at++ {
				blank(at)
			}
		}
	}
	text := redacted(strings.ReplaceAll(strings.ReplaceAll(string(b), " · ", " | "), "•", "|"))
	if !strings.Contains(text, `"value"`) {
		return text
	}
	// {"title": "Account", "value": "Acme"} says "Account": "Acme".
	return strings.NewReplacer(`"title":"`, `"`, `"title": "`, `"`, `"name":"`, `"`, `"name": "`, `"`,
		`","value":"`, `":"`, `", "value": "`, `":"`).Replace(text)
}

// redacted shortens the marks that stand where a secret was, "[removed: password]",
// so that nothing of them reads as a label or a name.
func redacted(text string) string {
	const mark = "[removed: "
	for from := 0; ; {
		at := strings.Index(text[from:], mark)
		if at < 0 {
			return text
		}
		at += from
		end := strings.IndexByte(text[at:], ']')
		if end < 0 || end > 80 {
			end = len(mark) - 1
		}
		text = text[:at] + "[removed]" + text[at+end+1:]
		from = at + len("[removed]")
	}
}

// What of a text is searched for account and company, in bytes: more than any
// message that people read.
const (
	searchedHead = 4_000
	searchedTail = 1_500
)

func headAndTail(s string) string {
	if len(s) <= searchedHead+searchedTail {
		return s
	}
	return s[:searchedHead] + "\n" + s[len(s)-searchedTail:]
}

// maxField is how many characters of a field are kept.
const maxField = 80

func (v *Recognition) set(f Field, value string) {
	value = strings.ToValidUTF8(value, "")
	if value == "" {
		return
	}
	if utf8.RuneCountInString(value) > maxField {
		value = string([]rune(value)[:maxField])
	}
	var into *string
	switch f {
	case FieldAccount:
		into = &v.Account
		if isAccountID(value) {
			value = strings.ToUpper(value)
		}
	case FieldCompany:
		into = &v.Company
	case FieldSubject:
		into = &v.Subject
	default:
		return
	}
	if *into == "" {
		*into = value
	}
}

// scan looks for account and company line by line.
type scan struct {
	lines []string
	v     *Recognition
}

func (s *scan) done() bool { return s.v.Account != "" && s.v.Company != "" }

// abbreviated says whether a full stop after s may belong to a company's name.
func abbreviated(s string) bool {
	last := strings.ToLower(s[strings.LastIndexByte(s, ' ')+1:])
	switch last {
	case "inc", "ltd", "co", "corp", "st", "dr", "llc", "no", "bros", "jr", "sr", "mt", "ft":
		return true
	}
	return len(last) == 1
}

// isLegalForm says whether the word, which may follow a comma, ends a company's name.
func isLegalForm(word string) bool {
	switch strings.ToLower(strings.Trim(word, ".,:;()")) {
	case "inc", "incorporated", "ltd", "limited", "co", "corp", "corporation", "llc", "llp", "lp", "pllc", "pc", "plc", "gmbh", "ag", "sa", "bv", "pty", "kg":
		return true
	}
	return false
}

// take sets what a labelled value says: "1234567", "Acme", "Acme (1234567)",
// "1234567 (Acme)"; behind a label that announces an id, whatever stands there.
func (s *scan) take(f Field, strict bool, value string) {
	value = trimName(value)
	if value == "" || strings.HasSuffix(value, "[removed") || value == "removed" || strings.Contains(value, "@") || len(value) > 200 {
		return
	}
	if f == FieldAccount && isLedgerAccount(value) {
		return
	}
	if isLabelledID(value) && (f == FieldAccount || !isAccountID(value)) {
		s.v.set(FieldAccount, value)
		return
	}
	if name, id, ok := nameAndID(value); ok {
		s.v.set(FieldAccount, id)
		s.company(name)
		return
	}
	if id := longID(value); id != "" && f == FieldAccount {
		s.v.set(FieldAccount, id)
		return
	}
	first, more, _ := strings.Cut(value, " ")
	first = strings.Trim(first, "#()[].,")
	whole := strings.Trim(value, "#()[]")
	switch {
	case f == FieldAccount && (isAccountID(first) || isLabelledID(first)):
		s.v.set(FieldAccount, first)
		if name, ok := strings.CutPrefix(strings.TrimSpace(more), "- "); ok {
			s.company(name)
		}
	case isAccountID(whole):
	case f == FieldAccount && (strict || isShortCode(whole)) && isIDWord(whole):
		s.v.set(FieldAccount, whole)
	case strict:
	default:
		s.company(value)
	}
}

// longID is the company id of QuickBooks Online that s writes, its groups of
// digits joined; empty if it is none. They have 15 to 19 digits; Settings > Account
// and settings > Billing & Subscription shows them in groups of four.
func longID(s string) string {
	digits := strings.Join(strings.Fields(s), "")
	if len(digits) < 15 || len(digits) > 19 || strings.Trim(digits, "0123456789") != "" {
		return ""
	}
	return digits
}

// isShortCode says whether s has the shape of a Xero organisation's short code, as
// its web addresses carry it: "!ab12C".
func isShortCode(s string) bool {
	return len(s) >= 5 && len(s) <= 8 && s[0] == '!' && strings.ContainsAny(s, "0123456789") &&
		strings.IndexFunc(s[1:], func(r rune) bool { return r >= utf8.RuneSelf || !isWordByte(byte(r)) }) < 0
}

// isIDWord says whether s is one word that may be an id.
func isIDWord(s string) bool {
	switch strings.ToLower(s) {
	case "n/a", "na", "none", "unknown", "null", "nil", "undefined", "removed", "missing", "invalid", "required", "is", "not", "the":
		return false
	}
	return len(s) >= 2 && len(s) <= 40 && !strings.ContainsAny(s, " \t") && strings.IndexFunc(s, isWordRune) >= 0
}

func (s *scan) company(name string) {
	name = trimName(name)
	switch strings.ToLower(name) {
	case "", "n/a", "na", "none", "unknown", "null", "nil", "undefined", "removed", "payable", "receivable", "production", "sandbox", "accounts payable", "accounts receivable",
		"quickbooks online", "quickbooks desktop", "quickbooks", "xero", "netsuite", "oracle netsuite", "sage intacct", "intacct", "cashflow360":
		return
	}
	if strings.ContainsAny(name, "\"{}") {
		return
	}
	if strings.HasPrefix(strings.ToLower(name), "xx") && !strings.Contains(name, " ") {
		return // a masked number
	}
	if strings.IndexFunc(name, unicode.IsLetter) < 0 {
		return
	}
	s.v.set(FieldCompany, name)
}

// nameAndID splits "Acme (1234567)", "Acme [1234567]", "Acme / 1234567", "Acme - 1234567" and "1234567 (Acme)".
func nameAndID(value string) (name, id string, ok bool) {
	open := strings.LastIndexAny(value, "([/")
	if open <= 0 {
		open = strings.LastIndex(value, " - ") + 1
	}
	if open <= 0 {
		open = strings.LastIndex(value, ", ") + 1
	}
	if open <= 0 {
		return "", "", false
	}
	before := strings.TrimSpace(value[:open])
	if value[open] == '/' && isDate(before) {
		return "", "", false
	}
	after := strings.Trim(value[open:], " ()[]/-#.,")
	labelled := false
	if label, rest, found := strings.Cut(after, " "); found { // "(account 1234567)", "(ID: 1234567)"
		switch strings.ToLower(strings.Trim(label, ":")) {
		case "account", "acct", "id", "netsuite":
			after, labelled = strings.Trim(rest, " #:"), true
		}
	}
	switch {
	case isAccountID(after), isShortCode(after), isLabelledID(after) && (labelled || strings.ContainsAny(after, "-_")):
		name, id = before, after
	case isAccountID(before), isShortCode(before):
		name, id = after, before
	case longID(after) != "":
		name, id = before, longID(after)
	}
	if strings.IndexFunc(name, unicode.IsLetter) < 0 { // a date: "11/02/2026"
		return "", "", false
	}
	return strings.TrimRight(name, ","), id, true
}

// isAccountID says whether s has the shape of a NetSuite account's id: digits
// ("1234567"), a test drive ("TSTDRV1234567"), or either of a sandbox or release
// preview ("2345678_SB2"). Setup > Company > Company Information shows it.
func isAccountID(s string) bool {
	base, suffix, sandbox := strings.Cut(strings.ToUpper(s), "_")
	if !sandbox {
		if b, x, found := strings.Cut(base, "-SB"); found {
			base, suffix, sandbox = b, "SB"+x, true
		}
	}
	if sandbox && !isSuffix(suffix) {
		return false
	}
	letters := 0
	for letters < len(base) && base[letters] >= 'A' && base[letters] <= 'Z' {
		letters++
	}
	if letters > 0 && base[:letters] != "TSTDRV" && base[:letters] != "TD" && base[:letters] != "ACCT" {
		return false
	}
	digits := base[letters:]
	if len(digits) < 4 || len(digits) > 10 {
		return false
	}
	return strings.Trim(digits, "0123456789") == ""
}

// isSuffix says whether s marks a sandbox or a release preview: SB, SB2, RP.
func isSuffix(s string) bool {
	digits := strings.TrimPrefix(s, "SB")
	if digits == s {
		digits = strings.TrimPrefix(s, "RP")
	}
	return digits != s && len(digits) <= 2 && strings.Trim(digits, "0123456789") == ""
}

// nameAndNumber says that text begins like " Acme Inc (1234567)": whatever word
// stands before the label, that is a customer and its account.
func nameAndNumber(text string) bool {
	name, rest, open := strings.Cut(text[:min(len(text), 120)], "(")
	number, _, closed := strings.Cut(rest, ")")
	if !open || !closed || !strings.HasPrefix(name, " ") || strings.ContainsAny(name, ":=\n") || len(number) < 4 {
		return false
	}
	return strings.Trim(number, "0123456789") == "" || strings.Contains(number, "_")
}
