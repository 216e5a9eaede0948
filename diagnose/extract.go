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
func (r *Recognizer) extract(t *reading, v *Recognition) {
	for _, b := range r.books {
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
	}
	s := scan{lines: strings.Split(headAndTail(t.cleaned), "\n"), v: v}
	s.labels()
	s.prose()
}

// What of a text is searched for account and company, in bytes: more than any
// message that people read.
const (
	searchedHead = 12_000
	searchedTail = 4_000
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
		into, value = &v.Account, strings.ToUpper(value)
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

// fieldLabels are the labels that tools and people put before an account or a company.
func fieldLabel(label string) (Field, bool) {
	switch label {
	case "account", "account id", "account no", "account number", "account nr", "account_id", "accountid", "acct", "acct id", "acct no",
		"netsuite account", "netsuite account id", "oracle netsuite account", "oracle netsuite account id", "netsuite id",
		"netsuite_account", "netsuite_account_id", "customer account", "customer account id", "client account", "realm", "account number id":
		return FieldAccount, true
	case "company", "company name", "company_name", "customer", "customer name", "customer_name", "client", "client name", "client_name",
		"organization", "organisation", "organization name", "organisation name", "org", "org name", "org_name", "tenant", "tenant name",
		"account name", "account_name", "accountname", "legal entity", "business", "business name":
		return FieldCompany, true
	}
	return "", false
}

// labels reads "Account: Acme (1234567)", "account_id=1234567", fields whose
// value stands on the next line, and JSON.
func (s *scan) labels() {
	for i, line := range s.lines {
		if s.done() {
			return
		}
		if f, ok := fieldLabel(fold(line[:min(len(line), 40)])); ok && len(line) <= 40 { // a label alone
			if i+1 < len(s.lines) {
				s.take(f, s.lines[i+1])
			}
			continue
		}
		for rest := line; ; {
			sep := strings.IndexAny(rest, ":=")
			if sep < 0 {
				break
			}
			from := strings.LastIndexAny(rest[:sep], ",;|\t([{.!?") + 1
			f, ok := fieldLabel(fold(rest[max(from, sep-40):sep]))
			if !ok { // "host=a account=1": the word right before
				from = strings.LastIndexAny(strings.TrimRight(rest[:sep], " "), " ,;|\t([{\"") + 1
				f, ok = fieldLabel(fold(rest[max(from, sep-40):sep]))
				ok = ok && (rest[sep] == '=' || rest[sep] == ':' && nameAndNumber(rest[sep+1:]))
			}
			value := rest[sep+1:]
			if ok {
				s.take(f, valueOf(value, rest[sep] == '='))
			}
			rest = value
		}
	}
}

// valueOf cuts a field's value off from what follows on the line.
func valueOf(s string, unspaced bool) string {
	s = strings.TrimLeft(s, " ")
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		if end := strings.IndexByte(s[1:], s[0]); end >= 0 {
			return s[1 : end+1]
		}
	}
	if i := strings.IndexAny(s, "|;\t}"); i >= 0 {
		s = s[:i]
	}
	if unspaced {
		s, _, _ = strings.Cut(s, " ")
		return s
	}
	for _, gap := range []string{"   ", " - ", " – ", ". "} {
		if before, after, found := strings.Cut(s, gap); found && (gap != ". " || !abbreviated(before) || strings.ContainsRune(after, ':')) {
			s = before
		}
	}
	if i := strings.IndexByte(s, ':'); i >= 0 { // another label follows
		if comma := strings.LastIndexByte(s[:i], ','); comma >= 0 {
			s = s[:comma]
		} else {
			s = s[:i]
			if words := strings.Fields(s); len(words) > 1 {
				s = strings.Join(words[:len(words)-1], " ")
			}
		}
	}
	return s
}

// abbreviated says whether a full stop after s may belong to a company's name.
func abbreviated(s string) bool {
	last := strings.ToLower(s[strings.LastIndexByte(s, ' ')+1:])
	switch last {
	case "inc", "ltd", "co", "corp", "st", "dr", "llc", "no", "bros":
		return true
	}
	return len(last) == 1
}

// take sets what a labelled value says: "1234567", "Acme", "Acme (1234567)", "1234567 (Acme)".
func (s *scan) take(f Field, value string) {
	value = strings.Trim(value, " \t\"'.,>")
	if value == "" || strings.Contains(value, "@") || len(value) > 200 {
		return
	}
	if name, id, ok := nameAndID(value); ok {
		s.v.set(FieldAccount, id)
		s.company(name)
		return
	}
	first, _, _ := strings.Cut(value, " ")
	first = strings.Trim(first, "#()[].,")
	switch {
	case isAccountID(first) && f == FieldAccount:
		s.v.set(FieldAccount, first)
	case isAccountID(strings.Trim(value, "#()[]")):
		if f == FieldAccount {
			s.v.set(FieldAccount, strings.Trim(value, "#()[]"))
		}
	default:
		s.company(value)
	}
}

func (s *scan) company(name string) {
	name = strings.Trim(name, " \t\"'.,:-()[]/#")
	switch strings.ToLower(name) {
	case "", "n/a", "na", "none", "unknown", "null", "nil", "undefined", "payable", "receivable", "production", "sandbox":
		return
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
		return "", "", false
	}
	before := strings.TrimSpace(value[:open])
	after := strings.Trim(value[open:], " ()[]/-#")
	if label, rest, found := strings.Cut(after, " "); found { // "(account 1234567)", "(ID: 1234567)"
		switch strings.ToLower(strings.Trim(label, ":")) {
		case "account", "acct", "id", "netsuite":
			after = strings.Trim(rest, " #:")
		}
	}
	switch {
	case isAccountID(after):
		return before, after, true
	case isAccountID(before):
		return after, before, true
	}
	return "", "", false
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
