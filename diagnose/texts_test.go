package diagnose_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"syncfix/diagnose"
)

const headline = "Sync didn't finish successfully! Your login credentials are invalid/expired"

// errorTexts are error texts of the accounting systems' syncs, as their articles print them.
func errorTexts() map[string][]string {
	return map[string][]string{
		"netsuite-login":      {"Oracle NetSuite", headline, "NS0109: Failed to login to NetSuite. Please verify your admin credentials.", "Password has expired. Please change your Netsuite password before continuing."},
		"netsuite-key":        {"Oracle NetSuite", "Invalid account reference key 206"},
		"netsuite-apply":      {"Oracle NetSuite", "COULD_NOT_APPLY: Could not apply {subject}. It may not yet be synced, or it may have been applied by another payment."},
		"netsuite-maintained": {"Oracle NetSuite", "BDC_1172: Vendor information cannot be changed because it is maintained by the vendor"},
		"qbo-deposited":       {"QuickBooks Online", "Deposited Transaction cannot be changed"},
		"qbo-1099":            {"QuickBooks Online", "Business Validation Error: You cannot delete an account that is associated with a Form 1099 box."},
		"qbo-shipmethod":      {"QuickBooks Online", "Invalid entity data. shipMethod: Maximum length cannot be greater than 16 characters"},
		"qbo-element":         {"QuickBooks Online", `The name "{subject}" of the list element is already in use`},
		"qbo-network":         {"QuickBooks Online", "Changes made don't match this vendor information in Bill.com network"},
		"qbo-invoice-number":  {"QuickBooks Online", "Invoice number is being used on another invoice"},
		"qbo-bill-number":     {"QuickBooks Online", "Bill/Invoice number is being used on another bill from the same vendor. Use a unique invoice number for the vendor bill."},
		"qbd-payable":         {"QuickBooks Desktop", "The Account for the transaction must be of type Accounts Payable"},
		"qbd-receivable":      {"QuickBooks Desktop", "The Account for the transaction must be of type Accounts Receivable"},
		"qbd-payment":         {"QuickBooks Desktop", "The bill payment {subject} cannot be synced because the corresponding bill cannot be found in QuickBooks or a payment has already been recorded for this bill in QuickBooks"},
		"xero-network":        {"Xero", "Changes made don't match this vendor information in Bill.com network"},
		"xero-invoice-status": {"Xero", "Invoice not of valid status for modification"},
		"xero-payment-status": {"Xero", "Payment not of valid status for modification"},
		"intacct-login":       {"Sage Intacct", "Intacct user authentication failure"},
		"intacct-due":         {"Sage Intacct", "There is no due on the bill {subject}"},
		"intacct-bills":       {"Sage Intacct", "Payment could not be synced because related bill(s) didn't sync"},
		"intacct-invoices":    {"Sage Intacct", "Payment could not be synced because related invoice(s) didn't sync"},
		"intacct-bill":        {"Sage Intacct", "Intacct does not allow us to update this bill"},
	}
}

func systemNames() map[string][]string {
	return map[string][]string{
		"Oracle NetSuite": {"netsuite", "net suite"}, "QuickBooks Online": {"quickbooks online", "quickbooks", "qbo"},
		"QuickBooks Desktop": {"quickbooks desktop", "quickbooks", "qbd", "quickbooks enterprise"}, "Xero": {"xero"}, "Sage Intacct": {"sage intacct", "intacct"},
	}
}

// errorLibrary is a playbook for each of errorTexts, in the order of their ids.
func errorLibrary() []diagnose.Playbook {
	var all []diagnose.Playbook
	for _, id := range sortedKeys(errorTexts()) {
		texts := errorTexts()[id]
		p := diagnose.Playbook{ID: id, System: texts[0], Names: systemNames()[texts[0]], Scope: diagnose.ScopeRecord}
		p.Title = texts[0] + ": " + strings.TrimRight(strings.Split(texts[1], "{")[0], " \"")
		for _, text := range texts[1:] {
			p.Alerts.Phrases = append(p.Alerts.Phrases, diagnose.Phrase{Text: text, Sure: true})
		}
		if id == "netsuite-login" {
			p.Title = "Oracle NetSuite: login credentials invalid/expired"
			p.Alerts.Phrases = append(p.Alerts.Phrases,
				diagnose.Phrase{Text: "INVALID_LOGIN_CREDENTIALS", Sure: true, NeedsSystem: true, Unless: []string{"salesforce"}},
				diagnose.Phrase{Text: "TWO_FA_REQD", Sure: true, NeedsSystem: true, Answers: []diagnose.Answered{{Question: "two_factor", Answer: "required"}}})
			p.Alerts.Recovery = []string{"NetSuite sync completed successfully", "NetSuite sync succeeded", "successfully synced with NetSuite"}
			p.Alerts.NotPatterns = []string{`subscription (has )?(ended|expired)`}
		}
		all = append(all, p)
	}
	return all
}

func sortedKeys(m map[string][]string) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	for i := range keys {
		for j := i; j > 0 && keys[j] < keys[j-1]; j-- {
			keys[j], keys[j-1] = keys[j-1], keys[j]
		}
	}
	return keys
}

// A damage is something that happens to a text on its way into a channel.
type damage struct {
	name string
	do   func(t *rapid.T, text string) string
}

func damages() []damage {
	same := func(do func(string) string) func(*rapid.T, string) string {
		return func(_ *rapid.T, s string) string { return do(s) }
	}
	return []damage{
		{"capitals", same(strings.ToUpper)},
		{"small letters", same(strings.ToLower)},
		{"curly quotes", same(func(s string) string { return strings.ReplaceAll(s, "'", "’") })},
		{"apostrophes lost", same(func(s string) string { return strings.ReplaceAll(s, "'", "") })},
		{"written out", same(func(s string) string { return strings.ReplaceAll(s, "n't", " not") })},
		{"entities", same(func(s string) string {
			return strings.NewReplacer("'", "&#39;", "\"", "&quot;", "/", "&#x2F;", " ", "&nbsp;").Replace(s)
		})},
		{"bold", same(func(s string) string { return "*" + s + "*" })},
		{"a code fence", same(func(s string) string { return "```\n" + s + "\n```" })},
		{"a link", same(func(s string) string { return "<https://app.example.com/sync?id=1|" + s + ">" })},
		{"HTML", same(func(s string) string { return "<p>" + strings.Replace(s, " ", "<br/>", 1) + "</p>" })},
		{"zero-width characters", func(t *rapid.T, s string) string {
			return insert(s, place(t, s), rapid.SampledFrom([]string{"\u200b", "\u00ad", "\ufeff", "\u2060"}).Draw(t, "invisible"))
		}},
		{"line breaks", func(t *rapid.T, s string) string { return breakAt(t, s, "\n") }},
		{"line breaks in a quotation", func(t *rapid.T, s string) string { return "> " + breakAt(t, s, "\n> ") }},
		{"a word in between", func(t *rapid.T, s string) string {
			if len(strings.Fields(s)) < 8 {
				return s
			}
			return breakAt(t, s, " "+rapid.SampledFrom([]string{"(17)", "- sorry -", "really"}).Draw(t, "extra")+" ")
		}},
		{"a wrong letter", func(t *rapid.T, s string) string {
			return inWord(t, s, 6, func(w string, i int) string { return w[:i] + "q" + w[i+1:] })
		}},
		{"a missing letter", func(t *rapid.T, s string) string {
			return inWord(t, s, 6, func(w string, i int) string { return w[:i] + w[i+1:] })
		}},
		{"a doubled letter", func(t *rapid.T, s string) string {
			return inWord(t, s, 5, func(w string, i int) string { return w[:i] + w[i:i+1] + w[i:] })
		}},
		{"swapped letters", func(t *rapid.T, s string) string {
			return inWord(t, s, 6, func(w string, i int) string { return w[:i-1] + w[i:i+1] + w[i-1:i] + w[i+1:] })
		}},
		{"rn for m", same(func(s string) string { return strings.ReplaceAll(s, "m", "rn") })},
		{"m for rn", same(func(s string) string { return strings.ReplaceAll(s, "rn", "m") })},
		{"1 for l", same(func(s string) string { return strings.ReplaceAll(s, "l", "1") })},
		{"I for l", same(func(s string) string { return strings.ReplaceAll(s, "l", "I") })},
		{"0 for o", same(func(s string) string { return strings.ReplaceAll(s, "o", "0") })},
		{"a lost space", func(t *rapid.T, s string) string {
			if strings.Contains(s, "II") {
				return s
			}
			return betweenWords(t, s, "")
		}},
		{"an extra space", func(t *rapid.T, s string) string {
			return inWord(t, s, 6, func(w string, i int) string { return w[:i] + " " + w[i:] })
		}},
	}
}

// place is a random place within a text.
func place(t *rapid.T, s string) int { return rapid.IntRange(1, len(s)-1).Draw(t, "place") }

func insert(s string, at int, what string) string {
	for at < len(s) && s[at]&0xc0 == 0x80 {
		at++
	}
	return s[:at] + what + s[at:]
}

// breakAt puts between into the place of one of the spaces.
func breakAt(t *rapid.T, s, between string) string {
	words := strings.Split(s, " ")
	if len(words) < 2 {
		return s
	}
	n := rapid.IntRange(1, len(words)-1).Draw(t, "space")
	return strings.Join(words[:n], " ") + between + strings.Join(words[n:], " ")
}

// betweenWords joins two long words.
func betweenWords(t *rapid.T, s, between string) string {
	words := strings.Split(s, " ")
	var long []int
	for i := 1; i < len(words); i++ {
		if plainWord(words[i-1], 3) && plainWord(words[i], 3) {
			long = append(long, i)
		}
	}
	if len(long) == 0 {
		return s
	}
	n := rapid.SampledFrom(long).Draw(t, "space")
	return strings.Join(words[:n], " ") + between + strings.Join(words[n:], " ")
}

// inWord damages a random letter within a random word of at least so many letters.
func inWord(t *rapid.T, s string, letters int, do func(word string, at int) string) string {
	words := strings.Split(s, " ")
	var long []int
	for i, w := range words {
		if plainWord(w, letters) {
			long = append(long, i)
		}
	}
	if len(long) == 0 {
		return s
	}
	n := rapid.SampledFrom(long).Draw(t, "word")
	words[n] = do(words[n], rapid.IntRange(2, len(words[n])-3).Draw(t, "letter"))
	return strings.Join(words, " ")
}

func plainWord(w string, letters int) bool {
	return len(w) >= letters && !strings.HasSuffix(w, "nt") && strings.IndexFunc(w, func(r rune) bool { return r > 'z' || !unicode.IsLetter(r) }) < 0
}

func TestDamagedTextsStayRecognised(t *testing.T) {
	r := recognizer(t, errorLibrary()...)
	for _, d := range damages() {
		t.Run(d.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				id := rapid.SampledFrom(sortedKeys(errorTexts())).Draw(t, "playbook")
				texts := errorTexts()[id]
				text := strings.ReplaceAll(rapid.SampledFrom(texts[1:]).Draw(t, "text"), "{subject}", "INV-2041/3")
				alert := texts[0] + " Sync Error: " + d.do(t, text)
				got := r.Recognize(alert)
				if got.Playbook != id || got.Outcome != diagnose.Sure || len(got.Others) > 0 {
					t.Fatalf("%q:\n%s %s %v, want %s sure\n%q", alert, got.Playbook, got.Outcome, got.Others, id, got.Reasons)
				}
			})
		})
	}
}

// Two damages at once leave a long text recognised as at least likely.
func TestTwiceDamagedTextsStayRecognised(t *testing.T) {
	r := recognizer(t, errorLibrary()...)
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.SampledFrom([]string{"netsuite-login", "netsuite-maintained", "qbo-bill-number", "qbd-payment"}).Draw(t, "playbook")
		texts := errorTexts()[id]
		text := strings.ReplaceAll(texts[1], "{subject}", "20417")
		var names []string
		all := slices.DeleteFunc(damages(), func(d damage) bool { return d.name == "a lost space" }) // twice into one word is too much
		first := rapid.IntRange(0, len(all)-2).Draw(t, "first")
		for _, d := range []damage{all[first], all[rapid.IntRange(first+1, len(all)-1).Draw(t, "second")]} {
			names = append(names, d.name)
			text = d.do(t, text)
		}
		got := r.Recognize(texts[0] + ": " + text)
		if got.Playbook != id || got.Outcome == diagnose.No {
			t.Fatalf("%q %q:\n%s %s\n%q", names, text, got.Playbook, got.Outcome, got.Reasons)
		}
	})
}

func TestCutOffTexts(t *testing.T) {
	r := recognizer(t, errorLibrary()...)
	for text, want := range map[string]string{
		"Oracle NetSuite: …login credentials are inv":                               "netsuite-login",
		"NetSuite: Sync didn't finish succ…":                                        "netsuite-login",
		"NetSuite Sync Error: Sync didn't finish successfully! Your login...":       "netsuite-login",
		"NetSuite\n…ccessfully! Your login credentials are invalid/expired":         "netsuite-login",
		"Sync didn't finish successfully! Your login credentials are inv…":          "netsuite-login",
		"QBO: Changes made don't match this vend…":                                  "qbo-network",
		"Xero: Changes made don't match this vendor infor":                          "xero-network",
		"Error: The Account for the transaction must be of type Accounts Pa… (QBD)": "qbd-payable",
		"NetSuite: …nnot be changed because it is maintained by the vendor":         "netsuite-maintained",
		"QuickBooks Online: You cannot delete an account that is associated with…":  "qbo-1099",

		"NetSuite: sync didn't finish successfully":                           "",
		"NetSuite: sync didn't…":                                              "",
		"Let us see… NetSuite is slow today":                                  "",
		"The sync did not finish… we will see":                                "",
		"QuickBooks Desktop: The Account for the transaction must be of type": "",
	} {
		if got := r.Recognize(text); got.Playbook != want {
			t.Errorf("%q: %q %s, want %q\n%q", text, got.Playbook, got.Outcome, want, got.Reasons)
		}
	}
}

func ExampleRecognizer_Recognize() {
	r, err := diagnose.NewRecognizer(errorLibrary())
	if err != nil {
		panic(err)
	}
	got := r.Recognize("QBO sync error for Acme: the name “Freight” of the list element is already in use")
	fmt.Println(got.Outcome, got.Playbook, got.Subject)
	// Output: sure qbo-element Freight
}
