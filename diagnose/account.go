package diagnose

import (
	"strings"
	"unicode"
)

// labelOf reads a label that fieldLabel's list doesn't have by its words:
// "Affected customer account no.", "acct#", "Customer organisation".
func labelOf(label string) (f Field, strict, ok bool) {
	words := strings.Fields(strings.ReplaceAll(label, "_", " "))
	if len(words) == 0 || len(words) > 5 {
		return "", false, false
	}
	number := false
	for len(words) > 1 {
		last := words[len(words)-1]
		if last != "id" && last != "no" && last != "number" && last != "nr" && last != "name" && last != "ref" {
			break
		}
		strict, number = strict || last == "id", number || last != "name"
		words = words[:len(words)-1]
	}
	for _, w := range words[:len(words)-1] {
		if !describes(w) {
			return "", false, false
		}
	}
	switch words[len(words)-1] {
	case "account", "acct", "acc", "kundenkonto", "kundennummer", "cuenta", "compte":
		return FieldAccount, strict, true
	case "company", "customer", "client", "organisation", "organization", "org", "tenant", "business", "kunde", "firma", "cliente", "empresa", "société", "entreprise", "mandant", "klant":
		return FieldCompany, false, !number && len(words) < 4
	}
	return "", false, false
}

// readLabel reads a label as it is written, "customerAccount" among them.
func readLabel(written string) (f Field, strict, ok bool) {
	if f, strict, ok = fieldLabel(fold(written)); ok {
		return f, strict, ok
	}
	var parted strings.Builder
	for i, r := range written {
		if i > 0 && unicode.IsUpper(r) && unicode.IsLower(rune(written[i-1])) {
			parted.WriteByte(' ')
		}
		parted.WriteRune(r)
	}
	if parted.Len() == len(written) {
		return "", false, false
	}
	return labelOf(fold(parted.String()))
}

// describes says whether the word of a label may tell of whose account or which
// company it speaks. A bank's, a ledger's or a vendor's is none of a customer's.
func describes(word string) bool {
	switch word {
	case "customer", "client", "bill", "cashflow360", "netsuite", "oracle", "quickbooks", "qbo", "qbd", "xero", "sage", "intacct", "affected", "impacted", "erp",
		"tenant", "organisation", "organization", "org", "company", "sync", "end", "accounting", "source", "billing", "support", "main", "our":
		return true
	}
	return false
}

// isLabelledID says whether s, behind a label or a word that announces an
// account, has the shape of an id: digits, with letters and parts or without
// ("NS-40172", "INT/00418", "70-3321", "acc_9f31c07").
func isLabelledID(s string) bool {
	if len(s) < 4 || len(s) > 32 {
		return false
	}
	digits, marks, letters := 0, 0, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '-' || c == '_' || c == '/':
			if i == 0 || i == len(s)-1 {
				return false
			}
			marks++
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			letters++
		default:
			return false
		}
	}
	if letters == 0 && (marks > 1 && digits <= 8 || marks > 0 && strings.Contains(s, "/") && digits <= 6) {
		return false // a date
	}
	prefix := s
	if mark := strings.IndexAny(s, "-_/"); mark > 0 {
		prefix = s[:mark]
	}
	if digits == 2 { // "BRM-07"
		return marks == 1 && letters >= 2 && letters <= 5 && !numbersRecord(prefix)
	}
	return digits >= 3 && (marks > 0 || digits >= letters) && !numbersRecord(prefix)
}

// numbersRecord says whether ids that begin so number a record or a ticket.
func numbersRecord(prefix string) bool {
	switch strings.ToLower(prefix) {
	case "tkt", "req", "chg", "prb", "so", "ap", "ar", "je", "jira", "sync", "finsup", "pay", "pmt", "cr", "dm", "cm":
		return true
	}
	return numbersOther(prefix)
}

// isDate says whether s, before a stroke, is a date's day and month.
func isDate(s string) bool {
	s = strings.Trim(lastField(s), "([/")
	return s != "" && strings.Trim(s, "0123456789/") == "" && (strings.Contains(s, "/") || len(s) <= 2)
}

// netSuiteHost is the end of a NetSuite account's own web addresses, which begin
// with its id: "4482991-sb1.app.netsuite.com". Setup > Company > Company
// Information > Company URLs lists them.
const netSuiteHost = ".app.netsuite.com"

// address reads the account in a NetSuite account's own web address.
func (s *scan) address(text string) {
	lower := strings.ToLower(text)
	end := strings.Index(lower, netSuiteHost)
	if end < 0 {
		return
	}
	from := end
	for from > 0 && (isWordByte(lower[from-1]) || lower[from-1] == '-') {
		from--
	}
	if id := strings.ToUpper(strings.ReplaceAll(lower[from:end], "-", "_")); isAccountID(id) {
		s.v.set(FieldAccount, id)
	}
}

// opening reads the number in brackets that a notice's line begins with, if it is
// as long as a NetSuite account's: "[4482991] NetSuite: …".
func (s *scan) opening(line string) {
	inner, rest, closed := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "["), "]")
	if !closed || !strings.HasPrefix(strings.TrimSpace(line), "[") || len(inner) < 6 || !isAccountID(inner) {
		return
	}
	if words := strings.Fields(fold(rest[:min(len(rest), 40)])); len(words) > 0 && (words[0] == "netsuite" || words[0] == "oracle") {
		s.v.set(FieldAccount, inner)
	}
}

// isLedgerAccount says whether s is a ledger's account, "200 - Sales": a number of
// up to four digits and the account's name. NetSuite's and others' ids are longer,
// or stand behind the name.
func isLedgerAccount(s string) bool {
	number, name, found := strings.Cut(s, " ")
	number = strings.Trim(number, "#:.,-")
	if !found || number == "" || len(number) > 4 || strings.Trim(number, "0123456789") != "" {
		return false
	}
	name = strings.TrimLeft(name, " -–—:·")
	return name != "" && !strings.ContainsAny(name[:1], "0123456789([")
}
