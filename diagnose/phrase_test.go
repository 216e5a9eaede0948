package diagnose_test

import (
	"strings"
	"testing"

	"syncfix/diagnose"
)

func TestPlaceholders(t *testing.T) {
	for name, tc := range map[string]struct {
		phrase, text              string
		subject, account, company string
		found                     bool
	}{
		"in the middle":                    {"Bill {subject} cannot be created", "Bill INV-2041/3 cannot be created", "INV-2041/3", "", "", true},
		"in quotes":                        {`The name "{subject}" is already in use`, "The name “Marketing, Q3” is already in use", "Marketing, Q3", "", "", true},
		"in brackets":                      {"Missing GL account for {subject} today", "Missing GL account for [Chase 4821] today", "Chase 4821", "", "", true},
		"eight words":                      {"Bill {subject} cannot be created", "Bill one two three four five six seven eight cannot be created", "one two three four five six seven eight", "", "", true},
		"nine words":                       {"Bill {subject} cannot be created", "Bill one two three four five six seven eight nine cannot be created", "", "", "", false},
		"over a line's end":                {"Bill {subject} cannot be created", "Bill INV\n2041 cannot be created", "INV 2041", "", "", true},
		"several":                          {"{subject} of {company} in {account} is lost", "Order: Bill 7 of Acme & Sons in K-9 is lost", "7", "K-9", "Acme & Sons", true},
		"any words are not kept":           {"Order {any} is lost", "Order number nine is lost", "", "", "", true},
		"at the end":                       {"There is no due on the bill {subject}", "There is no due on the bill 7731-A. Please check.", "7731-A", "", "", true},
		"at the end, a name":               {"There is no due on the bill {subject}", "There is no due on the bill Harbor Lane for now", "Harbor Lane", "", "", true},
		"at the end, nothing":              {"There is no due on the bill {subject}", "There is no due on the bill", "", "", "", true},
		"at the end, a colon":              {"Missing invoice acctid {subject}", "Missing invoice acctid: 00e01XK", "00e01XK", "", "", true},
		"at the beginning":                 {"{subject} cannot be deleted today", "Sync error: INV-7 cannot be deleted today", "INV-7", "", "", true},
		"at the beginning, in quotes":      {"{subject} cannot be deleted today", "Sync error 'Net 30' cannot be deleted today", "Net 30", "", "", true},
		"words in between besides":         {"Bill {subject} cannot be created in this company since its order is out of bounds", "Bill INV-7 cannot be created (17) in this company since its order is out of bounds", "INV-7", "", "", true},
		"a curly bracket is no slot":       {"Bill {number} cannot be created", "Bill number cannot be created", "", "", "", true},
		"side by side, as one":             {"Bill {subject} {any} cannot be created", "Bill INV-7 of May cannot be created", "INV-7 of May", "", "", true},
		"nothing between the words around": {"Bill {subject} cannot be created", "Bill cannot be created", "", "", "", true},
		"another number behind the slot":   {"Bill {subject} breaks rule 206", "Bill INV-7 breaks rule 207", "", "", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			r := recognizer(t, diagnose.Playbook{ID: "p", Alerts: diagnose.Alerts{Phrases: []diagnose.Phrase{{Text: tc.phrase, Sure: true}}}})
			got := r.Recognize(tc.text)
			if (got.Outcome != diagnose.No) != tc.found {
				t.Fatalf("%s %q", got.Outcome, got.Reasons)
			}
			if got.Subject != tc.subject || got.Account != tc.account || got.Company != tc.company {
				t.Errorf("subject %q, account %q, company %q", got.Subject, got.Account, got.Company)
			}
		})
	}
}

func TestThePlaybooksOwnPatternsComeFirst(t *testing.T) {
	r := recognizer(t, diagnose.Playbook{ID: "p", Alerts: diagnose.Alerts{
		Phrases: []diagnose.Phrase{{Text: "Bill {subject} cannot be created", Sure: true}},
		Extract: []diagnose.Extract{{Field: diagnose.FieldSubject, Pattern: `record=(\S+)`}},
	}})
	if got := r.Recognize("Bill 7 cannot be created record=R-9").Subject; got != "R-9" {
		t.Errorf("subject %q", got)
	}
}

func TestSystems(t *testing.T) {
	phrase := diagnose.Alerts{Phrases: []diagnose.Phrase{{Text: "the ledger is out of paper", Sure: true}}}
	r := recognizer(t,
		diagnose.Playbook{ID: "abacus", System: "Abacus Pro", Names: []string{"abacus"}, Alerts: phrase},
		diagnose.Playbook{ID: "quill-light", System: "Quill Light", Names: []string{"quill light", "quill"}, Alerts: phrase},
		diagnose.Playbook{ID: "quill-full", System: "Quill Full", Names: []string{"quill full", "quill"}, Alerts: phrase},
		diagnose.Playbook{ID: "codes", System: "Abacus Pro", Names: []string{"abacus"}, Alerts: diagnose.Alerts{
			Phrases: []diagnose.Phrase{{Text: "paper low", Sure: true, NeedsSystem: true}},
		}},
	)
	for text, want := range map[string]string{
		"Abacus Pro: the ledger is out of paper":             "sure abacus",
		"abacus: the ledger is out of paper":                 "sure abacus",
		"Abakus: the ledger is out of paper":                 "sure abacus",
		"the ledger is out of paper":                         "likely abacus others=quill-light,quill-full",
		"Quill: the ledger is out of paper":                  "sure quill-light others=quill-full",
		"Quill Full: the ledger is out of paper":             "sure quill-full",
		"Quill Light, as Quill says: ledger is out of paper": "no -",
		"Quill Light: the ledger is out of paper in Quill":   "sure quill-light",
		"Xero: the ledger is out of paper":                   "no -", // known without a playbook
		"Slack: the ledger is out of paper":                  "likely abacus others=quill-light,quill-full",
		"Abacus and Xero: the ledger is out of paper":        "sure abacus",
		"Abacus: paper low":                                  "sure codes",
		"paper low":                                          "no -",
	} {
		got := r.Recognize(text)
		if summary(got) != want {
			t.Errorf("%q: %s, want %s\n%q", text, summary(got), want, got.Reasons)
		}
	}
	for text, want := range map[string]string{
		"Xero: the ledger is out of paper": strings.Join([]string{
			"“the ledger is out of paper” of “abacus” stands in it, but the text is about Xero.",
			"“the ledger is out of paper” of “quill-full” stands in it, but the text is about Xero.",
			"“the ledger is out of paper” of “quill-light” stands in it, but the text is about Xero.",
		}, " "),
		"paper low": "“paper low” stands in it, but nothing names Abacus Pro.",
	} {
		if got := strings.Join(r.Recognize(text).Reasons, " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestNotPatterns(t *testing.T) {
	book := diagnose.Playbook{ID: "p", Alerts: diagnose.Alerts{
		Phrases:     []diagnose.Phrase{{Text: "paper low", Sure: true, Answers: []diagnose.Answered{{Question: "tray", Answer: "empty"}}}},
		NotPatterns: []string{`paper low in tray [0-9]+`},
	}}
	r := recognizer(t, book)
	if got := r.Recognize("Paper low in tray 7!"); got.Outcome != diagnose.No || !strings.Contains(strings.Join(got.Reasons, " "), "“paper low in tray 7” says that it is something else.") {
		t.Errorf("%s %q", got.Outcome, got.Reasons)
	}
	got := r.Recognize("Paper low in tray seven!")
	if len(got.Signals) != 1 || got.Signals[0] != (diagnose.Evidence{Kind: diagnose.KindAnswer, Question: "tray", Answer: "empty"}) {
		t.Errorf("signals %+v", got.Signals)
	}
	book.Alerts.NotPatterns = []string{"["}
	if _, err := diagnose.NewRecognizer([]diagnose.Playbook{book}); err == nil || !strings.Contains(err.Error(), "playbook p: pattern \"[\"") {
		t.Errorf("error %v", err)
	}
}
