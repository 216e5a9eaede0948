package diagnose

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// prose reads "for account 1234567", "customer Acme Corp", "Acme Corp (1234567)",
// "[Acme Corp / 1234567]" and a sandbox's id wherever it stands.
func (s *scan) prose() {
	for _, line := range s.lines {
		if s.done() {
			return
		}
		s.bracketed(line)
		s.opening(line)
		words := strings.Fields(line)
		for i, w := range words {
			bare := strings.Trim(w, "#()[]{}.,;:!?\"'")
			switch strings.ToLower(bare) {
			case "account", "acct":
				s.afterAccount(words, i)
			case "realm":
				s.afterID(words[i+1:])
			case "customer", "client", "company", "tenant", "organisation", "organization", "org", "firma", "kunde", "kundin", "kunden", "cliente", "empresa", "société", "entreprise", "klant":
				if strings.HasSuffix(w, ":") {
					break
				}
				if i+1 < len(words) && strings.EqualFold(words[i+1], "id") {
					s.afterID(words[i+1:])
					break
				}
				s.company(properName(words[i+1:]))
			case "for", "of", "at":
				if i > 0 && aboutSync(words[max(0, i-3):i]) {
					s.company(properName(words[i+1:]))
				}
			default:
				s.possessive(words, i)
				if strings.ContainsAny(bare, "_-") && isAccountID(bare) && (i == 0 || !numbersOther(words[i-1])) {
					s.v.set(FieldAccount, bare)
				}
			}
		}
	}
}

// aboutSync says whether one of the words tells of the sync or its failure.
func aboutSync(words []string) bool {
	for _, w := range words {
		switch strings.ToLower(strings.Trim(w, ".,:;()[]\"'!")) {
		case "sync", "syncs", "syncing", "integration", "connection", "netsuite", "qbo", "qbd", "quickbooks", "xero", "intacct", "error", "errors", "failed", "failing", "fails", "abgleich", "synchro", "sincronización":
			return true
		}
		if before, _, compound := strings.Cut(strings.ToLower(w), "-"); compound && (before == "netsuite" || before == "xero" || before == "qbo" || before == "quickbooks" || before == "intacct" || before == "sync") {
			return true
		}
	}
	return false
}

// possessive reads "Acme's QBO sync".
func (s *scan) possessive(words []string, i int) {
	name, is := strings.CutSuffix(words[i], "'s")
	if !is || !isNameWord(strings.TrimLeft(name, "\"'(")) || isNoName(name) || !aboutSync(words[i+1:min(len(words), i+4)]) {
		return
	}
	s.company(properNameBefore(strings.Join(append(words[:i:i], name), " ")))
}

// afterID reads the id that follows "realm" or "company id".
func (s *scan) afterID(words []string) {
	for n, w := range words[:min(len(words), 4)] {
		switch strings.ToLower(strings.Trim(w, ".,:;()#\"'")) {
		case "", "id", "is", "=", "no", "number":
			continue
		}
		for to := min(len(words), n+5); to > n; to-- {
			if id := longID(strings.Trim(strings.Join(words[n:to], " "), ".,;:()\"'")); id != "" {
				s.v.set(FieldAccount, id)
				return
			}
		}
		id := strings.Trim(w, ".,;:()[]\"'")
		if isIDWord(id) && strings.ToLower(id) != id && (strings.ContainsAny(id, "-_0123456789") || strings.ToUpper(id) == id) || isShortCode(id) {
			s.v.set(FieldAccount, id)
		}
		return
	}
}

// afterAccount reads what follows the word "account": an id, after "id", "no" or
// "#" if need be, or a name. A bank's or a ledger's account is none of ours.
func (s *scan) afterAccount(words []string, i int) {
	if i > 0 {
		switch strings.ToLower(strings.Trim(words[i-1], ".,()\"'")) {
		case "bank", "checking", "savings", "gl", "ledger", "expense", "clearing", "user", "email", "deposit", "card", "payment", "vendor", "supplier", "income", "asset", "liability":
			return
		}
	}
	if strings.HasSuffix(words[i], ":") {
		return // labels has read it
	}
	for j := i + 1; j < len(words) && j <= i+4; j++ {
		w := strings.Trim(words[j], "#()[]{}.,;:!?\"'")
		if isLedgerNumber(words, i, j) || j+1 < len(words) && strings.Trim(words[j+1], "-–—") == "" && isLedgerAccount(strings.Join(words[j:], " ")) {
			return
		}
		if id := longID(w); id != "" || isAccountID(w) || isLabelledID(w) {
			s.v.set(FieldAccount, cmp.Or(id, w))
			return
		}
		switch strings.ToLower(w) {
		case "", "id", "no", "nr", "number", "is", "netsuite", "with", "the", "for":
			continue
		}
		if j == i+1 {
			name := properName(words[j:])
			s.company(name)
			j += strings.Count(name, " ")
			if name != "" {
				continue
			}
		}
		return
	}
}

// isLedgerNumber says whether "the account number 2150" speaks of a ledger's account.
func isLedgerNumber(words []string, account, number int) bool {
	w := strings.Trim(words[number], "#()[]{}.,;:!?\"'")
	if account == 0 || len(w) > 5 || strings.Trim(w, "0123456789") != "" {
		return false
	}
	switch strings.ToLower(strings.Trim(words[account-1], ".,;:!?()[]\"'")) {
	case "the", "this", "that", "an", "gl", "g/l":
		return true
	}
	return false
}

// bracketed reads a name with an id in brackets beside it, or both in brackets.
func (s *scan) bracketed(line string) {
	for at := 0; at < len(line); {
		open := strings.IndexAny(line[at:], "([")
		if open < 0 {
			return
		}
		open += at
		end := strings.IndexAny(line[open+1:], ")]([")
		if end < 0 {
			return
		}
		inner := line[open+1 : open+1+end]
		at = open + 1 + end
		if name, id, ok := nameAndID(inner); ok && !numbersOther(lastField(name)) && utf8.RuneCountInString(name) <= maxField {
			s.v.set(FieldAccount, id)
			s.company(name)
			continue
		}
		id, labelled := strings.Trim(inner, " #"), false
		if label, rest, found := strings.Cut(id, " "); found {
			switch strings.ToLower(strings.Trim(label, ":")) {
			case "account", "acct", "id", "netsuite":
				id, labelled = strings.Trim(rest, " #:"), true
			default:
				continue
			}
		}
		name := properNameBefore(line[:open])
		if labelled && isLabelledID(id) {
			s.v.set(FieldAccount, id)
			s.company(name)
		}
		if isAccountID(id) && len(id) >= 6 && name != "" && !numbersOther(lastField(name)) {
			s.v.set(FieldAccount, id)
			s.company(name)
		}
	}
}

func lastField(s string) string {
	s = strings.TrimSpace(s)
	return s[strings.LastIndexByte(s, ' ')+1:]
}

// numbersOther says whether the word announces a number that isn't an account's.
func numbersOther(word string) bool {
	if strings.Trim(word, "().,;:") == "Inc" {
		return false // a company's, where an incident's is INC
	}
	switch strings.ToLower(strings.Trim(word, "#()[].,;:\"'")) {
	case "incident", "inc", "invoice", "inv", "invoices", "bill", "bills", "payment", "payments", "ticket", "case", "order", "po", "error", "alert", "job", "run",
		"request", "ref", "reference", "transaction", "batch", "code", "line", "event", "record", "journal", "check", "vendor", "build", "pid", "no",
		"port", "retry", "attempt", "issue", "task", "id", "number", "nr", "call", "phone", "tel", "duration", "ms", "bytes":
		return true
	}
	return false
}

// isNameWord says whether the word can be part of a company's name: it has a
// capital or a digit in front, or joins two that have.
func isNameWord(word string) bool {
	r, _ := utf8.DecodeRuneInString(word)
	return unicode.IsUpper(r) || word == "&"
}

func isJoiner(word string) bool {
	switch word {
	case "of", "and", "the", "de", "van", "von", "&", "+":
		return true
	}
	return false
}

// isNoName says whether the capitalised word is one of the alert's own rather than a name's.
func isNoName(word string) bool {
	switch strings.ToLower(strings.Trim(word, ".,:;!?\"'()[]")) {
	case "oracle", "netsuite", "sync", "error", "alert", "the", "sandbox", "production", "id", "i", "we", "it", "cashflow360", "bill", "bill.com", "number", "no",
		"success", "support", "your", "name", "account", "company", "customer", "client", "is", "has", "p1", "p2", "p3", "p4", "failed", "integration",
		"quickbooks", "qbo", "qbd", "xero", "sage", "intacct", "dynamics", "online", "desktop", "enterprise", "today", "yesterday", "tomorrow", "this", "that", "there", "here", "what", "let",
		"he", "she", "who", "where", "how", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "sync's", "hi", "hello", "hey", "team", "fwd", "re", "fw", "subject",
		"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december", "windows", "mac",
		"can't", "cannot", "all", "any", "every", "our", "my", "their", "last", "now", "again", "still", "got", "and", "but", "everyone", "everybody", "urgent", "fyi":
		return true
	}
	return numbersOther(word)
}

// maxNameWords is how many words a company's name in running text may have.
const maxNameWords = 6

// properName is the company's name that words begin with; empty if none does.
func properName(words []string) string {
	n := 0
	for n < len(words) && n < maxNameWords {
		w := words[n]
		bare := strings.Trim(w, "\"'(),.;:!?[]")
		if bare == "" || strings.ContainsAny(w[:1], "([") || strings.Contains(w, "@") {
			break
		}
		joins := n > 0 && isJoiner(bare) && n+1 < len(words) && isNameWord(words[n+1]) && !isNoName(words[n+1])
		if isNoName(bare) && !joins || !isNameWord(strings.TrimLeft(w, "\"'")) && !joins {
			break
		}
		n++
		if strings.HasSuffix(w, ",") && n < len(words) && (isLegalForm(words[n]) || isPartnership(words[n:])) {
			continue
		}
		if strings.ContainsAny(w[len(w)-1:], ",;:!?") || strings.HasSuffix(w, ".") && !abbreviated(bare) || n > 1 && strings.HasSuffix(w, ".") && isLegalForm(w) {
			break
		}
	}
	return strings.Trim(strings.Join(words[:n], " "), "\"',;:!?")
}

// isPartnership says whether the words go on a list of partners: "Jones & Co.".
func isPartnership(words []string) bool {
	if len(words) < 3 || !isNameWord(words[0]) || isNoName(words[0]) {
		return false
	}
	return words[1] == "&" && isNameWord(words[2]) || strings.HasSuffix(words[0], ",") && isPartnership(words[1:])
}

// properNameBefore is the company's name that s ends with; empty if it doesn't.
func properNameBefore(s string) string {
	words := strings.Fields(s[max(0, len(s)-200):])
	n := len(words)
	for n > 0 && len(words)-n < maxNameWords {
		w := words[n-1]
		ends := n < len(words) && strings.ContainsAny(w[len(w)-1:], ",.;:!?]") && !(strings.HasSuffix(w, ",") && isLegalForm(words[n]))
		joins := isJoiner(w) && n < len(words) && n > 1 && isNameWord(words[n-2]) && !isNoName(words[n-2])
		if ends && !abbreviated(strings.TrimRight(w, ".")) || isNoName(w) && !joins || !isNameWord(w) && !joins {
			break
		}
		n--
	}
	return strings.TrimLeft(strings.Join(words[n:], " "), "\"'([")
}
