package diagnose

import (
	"slices"
	"strings"
)

// A mention is a name of accounting systems in a text. "QuickBooks" names two.
type mention struct {
	start, end int // words
	systems    []int
}

// systems knows by which words texts name the accounting systems: those of the
// playbooks, and others that must not be taken for them.
type systems struct {
	titles []string         // by number
	byWord map[int32][]name // by a name's first word, the longest first
}

// A name is words that name systems.
type name struct {
	words   []int32
	systems []int
}

// anySystem is the system of a playbook that names none: nothing is asked of the text.
const anySystem = -1

// knownSystem is an accounting system and its names. They are known even where no
// playbook of theirs is loaded, since their errors read much like one another's.
type knownSystem struct {
	title string
	names []string
}

func knownSystems() []knownSystem {
	return []knownSystem{
		{"Oracle NetSuite", []string{"netsuite", "net suite"}},
		{"QuickBooks Online", []string{"quickbooks online", "quick books online", "qb online", "quickbooks", "quick books", "qbo"}},
		{"QuickBooks Desktop", []string{"quickbooks desktop", "quick books desktop", "qb desktop", "quickbooks enterprise", "quickbooks", "quick books", "qbd"}},
		{"Xero", []string{"xero"}},
		{"Sage Intacct", []string{"sage intacct", "intacct", "sage"}},
		{"Microsoft Dynamics GP", []string{"microsoft dynamics gp", "dynamics gp", "great plains", "microsoft dynamics", "dynamics"}},
		{"Microsoft Dynamics 365", []string{"dynamics 365", "microsoft dynamics 365", "business central", "dynamics nav", "dynamics ax"}},
		{"Sage", []string{"sage 50", "sage 100", "sage 200", "sage 300", "sage x3", "peachtree"}},
		{"FreshBooks", []string{"freshbooks"}},
		{"Zoho Books", []string{"zoho books", "zoho"}},
		{"Wave", []string{"wave accounting", "wave apps", "waveapps"}},
		{"MYOB", []string{"myob"}},
		{"Odoo", []string{"odoo"}},
		{"Acumatica", []string{"acumatica"}},
		{"FreeAgent", []string{"freeagent"}},
		{"SAP", []string{"sap business one", "sap b1", "sap s 4hana", "s 4hana"}},
		{"Workday", []string{"workday"}},
		{"DATEV", []string{"datev"}},
		{"Exact Online", []string{"exact online"}},
		{"a product that keeps no books", []string{
			"mailchimp", "klaviyo", "shopify", "woocommerce", "magento", "bigcommerce", "paypal", "plaid", "gusto", "adp", "dropbox", "onedrive", "sharepoint", "icloud",
			"google workspace", "google drive", "google calendar", "okta", "aws", "azure ad", "entra id",
		}},
	}
}

// newSystems numbers the systems of the playbooks, and those known besides. It
// returns each playbook's system.
func newSystems(lex *lexicon, playbooks []Playbook) (s systems, of []int) {
	s.byWord = map[int32][]name{}
	for _, p := range playbooks {
		if strings.TrimSpace(p.System) == "" {
			of = append(of, anySystem)
			continue
		}
		n := s.number(p.System)
		of = append(of, n)
		for _, words := range append([]string{p.System}, p.Names...) {
			s.add(lex.add(Normalize(words)), n)
		}
	}
	for _, k := range knownSystems() {
		n := s.number(k.title)
		for _, words := range k.names {
			s.add(lex.add(Normalize(words)), n)
		}
	}
	for _, names := range s.byWord {
		slices.SortStableFunc(names, func(a, b name) int { return len(b.words) - len(a.words) })
	}
	return s, of
}

func (s *systems) number(title string) int {
	n := slices.IndexFunc(s.titles, func(t string) bool { return Normalize(t) == Normalize(title) })
	if n < 0 {
		n = len(s.titles)
		s.titles = append(s.titles, title)
	}
	return n
}

func (s *systems) add(words []int32, system int) {
	if len(words) == 0 {
		return
	}
	names := s.byWord[words[0]]
	for i := range names {
		if slices.Equal(names[i].words, words) {
			if !slices.Contains(names[i].systems, system) {
				names[i].systems = append(names[i].systems, system)
			}
			return
		}
	}
	s.byWord[words[0]] = append(names, name{words, []int{system}})
}

// mentions lists the systems that the text names. Where the longest name is said
// elsewhere ("QuickBooks Online"), the short one ("QuickBooks") means the same.
func (s *systems) mentions(t *reading) []mention {
	var list []mention
	certain := map[int]bool{}
	for at := 0; at < len(t.words); at++ {
		if t.words[at] == unknown {
			if parts := t.compound(at); len(list) < maxMentions && len(parts) > 1 {
				list = s.within(t, at, parts, list, certain)
			}
			continue
		}
		for _, n := range s.byWord[t.words[at]] {
			end := at + len(n.words)
			if end > len(t.words) || !slices.Equal(t.words[at:end], n.words) {
				continue
			}
			if len(list) < maxMentions {
				list = append(list, mention{at, end, n.systems})
			}
			if len(n.systems) == 1 {
				certain[n.systems[0]] = true
			}
			at = end - 1
			break
		}
	}
	for i, m := range list {
		if len(m.systems) == 1 {
			continue
		}
		var meant []int
		for _, n := range m.systems {
			if certain[n] {
				meant = append(meant, n)
			}
		}
		if len(meant) > 0 {
			list[i].systems = meant
		}
	}
	return list
}

// within adds the names that the parts of a compound word make: "quickbooks_online".
func (s *systems) within(t *reading, at int, compound []string, list []mention, certain map[int]bool) []mention {
	var parts []int32
	for _, part := range compound {
		id, known := t.lexicon.ids[stem(part)]
		if !known {
			id = unknown
		}
		parts = append(parts, id)
	}
	for i := 0; i < len(parts); i++ {
		for _, n := range s.byWord[parts[i]] {
			end := i + len(n.words)
			if end > len(parts) || !slices.Equal(parts[i:end], n.words) {
				continue
			}
			list = append(list, mention{at, at + 1, n.systems})
			if len(n.systems) == 1 {
				certain[n.systems[0]] = true
			}
			i = end - 1
			break
		}
	}
	return list
}

// compound is what the word at a place is made of, as programs write names:
// "quickbooks_online", "NetSuiteSyncError". Of a plain word it is nothing.
func (t *reading) compound(at int) (parts []string) {
	word := t.word(at)
	if strings.IndexByte(word, '_') > 0 {
		return strings.Split(word, "_")
	}
	written, from := t.cleaned[t.spans[at].from:t.spans[at].to], 0
	if len(written) != len(word) || len(word) < minCompound {
		return nil
	}
	for i := 1; i+1 < len(written); i++ {
		if isUpper(written[i]) && (isLower(written[i-1]) || isUpper(written[i-1]) && isLower(written[i+1])) {
			parts, from = append(parts, word[from:i]), i
		}
	}
	if from == 0 {
		return nil
	}
	return append(parts, word[from:])
}

// minCompound is how long a name within a program's name is at least, and what
// stands beside it.
const minCompound = 6

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }
func isLower(c byte) bool { return c >= 'a' && c <= 'z' }

// maxMentions bounds how many names of a text are looked at.
const maxMentions = 200

// named says whether the text names the system, and if not, the first one that
// it names instead. A name that stands within the words from start to end, where
// a playbook's own phrase stands, says nothing of another system.
func (s *systems) named(system int, mentions []mention, start, end int) (own bool, other string) {
	if system == anySystem {
		return true, ""
	}
	for _, m := range mentions {
		switch {
		case slices.Contains(m.systems, system):
			return true, ""
		case other == "" && (m.end <= start || m.start >= end):
			other = s.titles[m.systems[0]]
		}
	}
	return false, other
}

// spell gives each book the words that its system's names are made of.
func (s *systems) spell(books []book) {
	words := make([]map[int32]bool, len(s.titles))
	for i := range words {
		words[i] = map[int32]bool{}
	}
	for _, names := range s.byWord {
		for _, n := range names {
			for _, system := range n.systems {
				for _, w := range n.words {
					words[system][w] = true
				}
			}
		}
	}
	for i := range books {
		if n := books[i].system; n != anySystem {
			books[i].names = words[n]
		}
	}
}

// foreign says of each system whether the text names others only.
func (s *systems) foreign(mentions []mention) []bool {
	list := make([]bool, len(s.titles))
	if len(mentions) == 0 {
		return list
	}
	for i := range list {
		list[i] = !slices.ContainsFunc(mentions, func(m mention) bool { return slices.Contains(m.systems, i) })
	}
	return list
}
