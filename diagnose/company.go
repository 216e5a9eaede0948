package diagnose

import (
	"slices"
	"strings"
)

// companies reads what names a company without a label: a ticket's head, a
// contact, a mail's signature, and sentences about a customer.
func (s *scan) companies() {
	for i, line := range s.lines {
		if s.v.Company != "" {
			return
		}
		s.head(line)
		s.behindDash(line)
		s.tag(line)
		s.contact(line)
		s.signature(i)
		words := strings.Fields(line)
		for n := range words {
			s.reporter(words, n)
			s.whose(words, n)
		}
	}
}

// head reads "New ticket #918301 | Pemberton Logistics | Sage Intacct": of a
// ticket's cells, the one that is a name and nothing else.
func (s *scan) head(line string) {
	if len(line) > 200 || strings.ContainsAny(line, ":=") {
		return
	}
	cells := strings.FieldsFunc(line, func(r rune) bool { return r == '|' })
	if len(cells) < 2 || !slices.ContainsFunc(cells, ticketHead) {
		return
	}
	for _, cell := range cells {
		cell = strings.TrimSpace(cell)
		if name := properName(strings.Fields(cell)); name != "" && name == strings.Trim(cell, ".") {
			s.company(name)
			return
		}
	}
}

// behindDash reads "… for modification - Kestrel Bakery Ltd": a company's legal name
// that a dash sets apart at the end of a line.
func (s *scan) behindDash(line string) {
	if at := strings.LastIndex(line, " - "); at >= 0 {
		name := strings.TrimSpace(line[at+len(" - "):])
		if endsLegally(name) && name == properName(strings.Fields(name)) {
			s.company(name)
		}
	}
}

// tag reads "[Northgate Dairy Co.] QuickBooks Online sync error".
func (s *scan) tag(line string) {
	inner, _, closed := strings.Cut(strings.TrimLeft(line, " "), "]")
	if name, opened := strings.CutPrefix(inner, "["); opened && closed && (endsLegally(name) || strings.Contains(name, " & ")) {
		s.company(properName(strings.Fields(name)))
	}
}

func ticketHead(cell string) bool {
	words := strings.Fields(fold(cell))
	return len(words) > 0 && slices.ContainsFunc(words[:min(len(words), 3)], func(w string) bool {
		return w == "ticket" || w == "case" || w == "conversation" || w == "request" || w == "incident"
	})
}

// contact reads "Contact: Hana Ito, Osprey Fitness Group".
func (s *scan) contact(line string) {
	label, value, found := strings.Cut(line, ":")
	if !found || len(label) > 30 {
		return
	}
	switch fold(label) {
	case "contact", "requester", "reporter", "reported by", "raised by", "opened by", "from", "caller":
		person, company, two := strings.Cut(value, ", ")
		if words := strings.Fields(person); two && len(words) > 0 && len(words) < 4 && !strings.Contains(value, "@") {
			s.company(properName(strings.Fields(company)))
		}
	}
}

// signatureLines is how many lines below a mail's closing words are looked at.
const signatureLines = 6

// signature reads the company below "Kind regards": behind the person and what
// the person does.
func (s *scan) signature(i int) {
	closing := fold(s.lines[i][:min(len(s.lines[i]), 40)])
	if !strings.HasSuffix(closing, "regards") && closing != "best" && closing != "cheers" && closing != "mit freundlichen grüßen" && closing != "thanks" {
		return
	}
	for n, line := range s.lines[i+1 : min(len(s.lines), i+1+signatureLines)] {
		line = strings.TrimSpace(line)
		if n == 0 || line == "" || hasRole(line) {
			continue
		}
		if name := properName(strings.Fields(line)); name != "" && len(name) >= len(line)-1 {
			s.company(name)
			return
		}
	}
}

// hasRole says whether the line of a signature tells what a person does.
func hasRole(line string) bool {
	for _, w := range strings.Fields(fold(line)) {
		switch w {
		case "accounts", "accounting", "payable", "receivable", "manager", "controller", "finance", "director", "cfo", "ceo", "coo", "bookkeeper", "accountant",
			"team", "department", "head", "specialist", "officer", "assistant", "clerk", "lead", "analyst", "administrator", "buchhaltung":
			return true
		}
	}
	return false
}

// reporter reads "Hollis Dental called, their QBO sync …", "Ironbark Timber reports …":
// a name before what customers do, where the name or what follows is a company's.
func (s *scan) reporter(words []string, n int) {
	if n == 0 || !tellsOfCustomer(words[n:]) {
		return
	}
	name := properNameBefore(strings.Join(words[:n], " "))
	if name == "" || strings.Contains(name, ",") && !endsLegally(name) {
		return
	}
	if endsLegally(name) || strings.Contains(name, " ") && (ofThem(words[n:]) || cannotSync(words[n:])) {
		s.company(name)
	}
}

// whose reads "one from Cobalt Lane Studios, they …" and "Piet Vos at Moorland
// Cycles", "bei der Firma", "chez Kerouac": a name behind a preposition.
func (s *scan) whose(words []string, n int) {
	before := strings.ToLower(words[n])
	switch before {
	case "from", "with", "at", "for", "bei", "para", "chez":
	default:
		return
	}
	name := properName(words[n+1:])
	if name == "" {
		return
	}
	end := min(len(words), n+1+len(strings.Fields(name)))
	switch before {
	case "from", "with":
		if endsLegally(name) || strings.Contains(name, " ") && ofThem(words[end:]) && !strings.HasPrefix(wordAt(words, end), "(") {
			s.company(name)
		}
	case "at":
		if endsLegally(name) || n > 1 && isPersonsName(words[n-2:n]) {
			s.company(name)
		}
	case "for":
		if endsLegally(name) || strings.Contains(name, " ") && closesClause(words, n, end) {
			s.company(name)
		}
	case "bei", "para", "chez":
		if endsLegally(name) || (aboutSync(words[max(0, n-4):n]) || aboutSync(words[end:min(len(words), end+6)])) {
			s.company(name)
		}
	}
}

func wordAt(words []string, n int) string {
	if n < len(words) {
		return words[n]
	}
	return ""
}

// closesClause says whether the name from n+1 to end, behind "for", ends what is
// said: "it is back for Crowther Steel", "third day for Caspian Rugs: …". What
// somebody does for a person, or with a bank's account, is none of it.
func closesClause(words []string, n, end int) bool {
	if end < len(words) && !strings.ContainsAny(words[end-1][len(words[end-1])-1:], ":.,;!?)") && strings.Trim(words[end], "-") != "" {
		return false
	}
	for _, w := range words[max(0, n-3):n] {
		switch strings.ToLower(strings.Trim(w, ".,:;!?\"'()")) {
		case "thanks", "assigned", "question", "note", "work", "works", "account", "bank", "asked", "looking", "reserved", "payment", "vendor", "supplier", "invoice", "bill":
			return false
		}
	}
	return true
}

// cannotSync says whether the words begin like "can't sync", as only of a customer.
func cannotSync(words []string) bool {
	switch strings.ToLower(words[0]) {
	case "can't", "cannot":
		switch strings.ToLower(strings.Trim(wordAt(words, 1), ".,:;!")) {
		case "sync", "push", "save", "export", "connect", "reconnect", "post":
			return true
		}
	}
	return false
}

// isPersonsName says whether both words may be a person's first and last name.
func isPersonsName(two []string) bool {
	for _, w := range two {
		if !isNameWord(w) || isNoName(w) || strings.ContainsAny(w, ".,:;!?#0123456789") {
			return false
		}
	}
	return true
}

// tellsOfCustomer says whether the words begin with what a customer does.
func tellsOfCustomer(words []string) bool {
	switch strings.ToLower(strings.Trim(words[0], ".,:;!")) {
	case "called", "calls", "reports", "reported", "says", "said", "writes", "wrote", "sees", "gets", "got", "meldet", "meldete", "schreibt", "bekommt",
		"emailed", "complains", "complained", "pinged", "asks", "sent", "reporta", "signale", "can't", "cannot":
		return true
	case "has", "have", "had", "hat", "tiene":
		return true
	case "is", "are":
		next := strings.ToLower(strings.Trim(wordAt(words, 1), ".,:;!"))
		return next == "on" || next == "getting" || next == "seeing" || next == "stuck" || next == "waiting" || next == "blocked" || next == "reporting"
	}
	return false
}

// ofThem says whether one of the next words speaks of several people, as one does of a company.
func ofThem(words []string) bool {
	for _, w := range words[:min(len(words), 14)] {
		switch strings.ToLower(strings.Trim(w, ".,:;!()\"")) {
		case "they", "their", "them", "they're", "they've", "us", "our":
			return true
		}
	}
	return false
}

// endsLegally says whether a company's legal form ends the name.
func endsLegally(name string) bool {
	at := strings.LastIndexByte(name, ' ')
	return at > 0 && isLegalForm(name[at+1:]) && strings.ToLower(name[at+1:]) != name[at+1:]
}

// trimName is a name without what surrounds it; the full stop of "Inc." is its own.
func trimName(s string) string {
	const around = " \t\"',:-()[]/#>"
	s = strings.Trim(strings.TrimLeft(s, around+"."), around)
	bare := strings.TrimRight(s, "."+around)
	if strings.HasPrefix(s[len(bare):], ".") {
		switch strings.ToLower(bare[strings.LastIndexByte(bare, ' ')+1:]) {
		case "inc", "ltd", "co", "corp", "bros":
			return bare + "."
		}
	}
	return bare
}
