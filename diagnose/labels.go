package diagnose

import (
	"encoding/csv"
	"strings"
)

// fieldLabel says what a label that tools and people put before an account or a
// company stands for. strict: it announces an id, whatever its shape.
func fieldLabel(label string) (f Field, strict, ok bool) {
	switch label {
	case "account id", "account_id", "accountid", "acct id", "netsuite account id", "oracle netsuite account id", "netsuite id", "netsuite_account_id",
		"customer account id", "realm", "realm id", "realm_id", "realmid", "company id", "company_id", "companyid", "quickbooks company id", "qbo company id",
		"intacct company id", "sage intacct company id", "sage company id", "intacct company", "organisation id", "organization id", "org id", "org_id", "organisation_id", "organization_id",
		"tenant id", "tenant_id", "tenantid", "short code", "organisation short code", "organization short code", "xero org id", "xero organisation id", "xero tenant id":
		return FieldAccount, true, true
	case "account", "account no", "account number", "account nr", "acct", "acct no", "netsuite account", "oracle netsuite account", "netsuite_account",
		"customer account", "client account", "account number id", "quickbooks account", "intacct account", "xero account":
		return FieldAccount, false, true
	case "company", "company name", "company_name", "companyname", "customer", "customer name", "customer_name", "customername", "cust", "client", "client name", "client_name", "clientname",
		"organization", "organisation", "organization name", "organisation name", "organization_name", "organisation_name", "org", "org name", "org_name", "tenant", "tenant name", "tenant_name", "xero organisation",
		"xero organization", "account name", "account_name", "accountname", "legal entity", "business", "business name", "company file", "quickbooks company", "qbo company":
		return FieldCompany, false, true
	}
	return labelOf(label)
}

// labels reads "Account: Acme (1234567)", "account_id=1234567", fields whose
// value stands on the next line, and JSON.
func (s *scan) labels() {
	for i, line := range s.lines {
		if s.done() {
			return
		}
		if len(line) <= 40 { // a label alone
			if f, strict, ok := fieldLabel(fold(line)); ok {
				if i+1 < len(s.lines) {
					s.take(f, strict, s.lines[i+1])
				}
				continue
			}
		}
		s.inLine(line)
	}
}

// inLine reads the labels of one line.
func (s *scan) inLine(line string) {
	within := Field("") // of the JSON object that a label opened
	for rest := line; ; {
		sep := strings.IndexAny(rest, ":=")
		if sep < 0 {
			return
		}
		from := max(strings.LastIndexAny(rest[:sep], ",;|\t([{.!?")+1, strings.LastIndex(rest[:sep], "- ")+1)
		label := fold(rest[max(from, sep-40):sep])
		f, strict, ok := readLabel(rest[max(from, sep-40):sep])
		if !ok && within != "" {
			f, ok = map[string]Field{"id": FieldAccount, "name": FieldCompany}[label]
			strict = f == FieldAccount
		}
		if !ok { // "host=a account=1": the word right before
			from = strings.LastIndexAny(strings.TrimRight(rest[:sep], " "), " ,;|\t([{\"") + 1
			f, strict, ok = fieldLabel(fold(rest[max(from, sep-40):sep]))
			ok = ok && (rest[sep] == '=' || nameAndNumber(rest[sep+1:]))
		}
		value := rest[sep+1:]
		if ok {
			if strings.HasPrefix(strings.TrimLeft(value, " "), "{") {
				within = f
			} else {
				s.take(f, strict, valueOf(value, rest[sep] == '='))
			}
		}
		if strings.Contains(value[:max(0, strings.IndexAny(value, ":="))], "}") {
			within = ""
		}
		rest = value
	}
}

// valueOf cuts a field's value off from what follows on the line.
func valueOf(s string, equals bool) string {
	s = strings.TrimLeft(s, " ")
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		if end := strings.IndexByte(s[1:], s[0]); end >= 0 {
			return s[1 : end+1]
		}
	}
	if i := strings.IndexAny(s, "|;\t}"); i >= 0 {
		s = s[:i]
	}
	if equals {
		return unquoted(s)
	}
	labelled := strings.Contains(s, ":")
	for _, gap := range []string{"   ", " - ", ". "} {
		before, after, found := strings.Cut(s, gap)
		if !found || gap == " - " && !labelled || gap == ". " && abbreviated(before) && !strings.ContainsRune(after, ':') {
			continue
		}
		s = before
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

// unquoted is the value after "=": one word, or a name of several up to the next key.
func unquoted(s string) string {
	words := strings.Fields(s)
	if len(words) == 0 {
		return ""
	}
	n := 1
	for n < len(words) && !strings.Contains(words[n], "=") && (startsName(words[n]) || isJoiner(words[n])) && startsName(words[0]) &&
		!strings.HasSuffix(words[n-1], ",") {
		n++
	}
	if n < len(words) && !strings.Contains(words[n], "=") {
		n = 1 // prose follows
	}
	if strings.ContainsAny(words[0], "0123456789") {
		n = 1
	}
	return strings.Join(words[:n], " ")
}

// tables reads tables: a row of labels above a row of values, or a label in a
// cell before its value.
func (s *scan) tables() {
	for i, line := range s.lines {
		if s.done() {
			return
		}
		cells := cellsOf(line)
		if len(cells) < 2 {
			continue
		}
		s.setApart(cells)
		values := s.rowBelow(i, len(cells))
		for n, cell := range cells {
			f, strict, ok := fieldLabel(fold(cell[:min(len(cell), 40)]))
			if !ok {
				continue
			}
			if n+1 < len(cells) {
				if _, _, label := fieldLabel(fold(cells[n+1])); !label && len(cells) == 2 {
					s.take(f, strict, cells[n+1])
					continue
				}
			}
			if values != nil {
				s.take(f, strict, values[n])
			}
		}
	}
}

// setApart reads a cell that names a company and its account and nothing else:
// "Fernhill Nursery (IC-55021)".
func (s *scan) setApart(cells []string) {
	for _, cell := range cells {
		name, id, ok := nameAndID(cell)
		if !ok || strings.ContainsAny(name, ":=") || name != properName(strings.Fields(name)) || numbersRecord(strings.ToLower(id[:max(0, strings.IndexAny(id, "-_"))])) {
			continue
		}
		s.v.set(FieldAccount, id)
		s.company(name)
	}
}

// rowBelow is the table's next row of so many cells, below a ruler if there is one.
func (s *scan) rowBelow(i, cells int) []string {
	for _, line := range s.lines[i+1 : min(len(s.lines), i+3)] {
		if strings.Trim(line, " |-:+=") == "" {
			continue
		}
		if row := cellsOf(line); len(row) == cells {
			return row
		}
		return nil
	}
	return nil
}

// commaCells is the cells of a line as spreadsheets export them; nil of a line
// that has fewer than three, as sentences do.
func commaCells(line string) []string {
	if strings.Count(line, ",") < 2 {
		return nil
	}
	in := csv.NewReader(strings.NewReader(line))
	in.LazyQuotes = true
	cells, err := in.Read()
	if err != nil {
		return nil
	}
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells
}

func cellsOf(line string) []string {
	separator := "|"
	if strings.Contains(line, "\t") {
		separator = "\t"
	}
	line = strings.Trim(line, " |")
	if !strings.Contains(line, separator) {
		return commaCells(line)
	}
	cells := strings.Split(line, separator)
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells
}
