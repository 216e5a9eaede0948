package diagnose_test

import (
	"fmt"
	"strings"
	"testing"

	"syncfix/diagnose"
)

// many is n playbooks of five systems whose phrases share most of their words, as error texts do.
func many(n int) []diagnose.Playbook {
	systems := []string{"Oracle NetSuite", "QuickBooks Online", "QuickBooks Desktop", "Xero", "Sage Intacct"}
	nouns := []string{"vendor", "bill", "invoice", "payment", "customer", "account", "subsidiary", "department", "location", "class", "item", "currency"}
	verbs := []string{"cannot be created because its", "could not be applied to the", "has been changed since the last sync of the", "is not active for the", "does not exist for the", "is locked by another user's", "was deleted together with the"}
	advice := []string{
		"Please enter a valid %s.", "Sync the %s again.", "You may need to merge it with another %s.", "It may have been recorded manually for this %s.",
		"Make sure that it stands in the list of each %s.", "Use a unique number for the %s.", "Books are closed for this %s.",
	}
	var all []diagnose.Playbook
	for i := range n {
		noun, verb, other := nouns[i%len(nouns)], verbs[(i/12)%len(verbs)], nouns[(i/84+5*i+1)%len(nouns)]
		text := fmt.Sprintf("The %s {subject} %s %s. "+advice[(i/5)%len(advice)], noun, verb, other, other)
		system := systems[i%len(systems)]
		all = append(all, diagnose.Playbook{
			ID: fmt.Sprint("p", i), System: system, Names: systemNames()[system], Title: fmt.Sprintf("%s: the %s %s %s", system, noun, verb, other),
			Alerts: diagnose.Alerts{
				Phrases: []diagnose.Phrase{
					{Text: text, Sure: true},
					{Text: fmt.Sprintf("Business Validation Error %d: %s", 1000+i, text), Sure: true},
					{Text: fmt.Sprintf("ERR_%d_%s", i, strings.ToUpper(noun)), Sure: true, NeedsSystem: true},
				},
				NotPatterns: []string{`subscription (has )?(ended|expired)`},
				Recovery:    []string{fmt.Sprintf("%s %s sync completed successfully", system, noun)},
			},
		})
	}
	return append(all, kettle())
}

func BenchmarkRecognize(b *testing.B) {
	const short = "*QuickBooks Online sync failed*\n*Account*: Acme GmbH (1234567)\n*Error*: The vendor INV-2041/3 cannot be created because its bill. You may need to merge it with another bill.\n*When*: 10:20"
	log := strings.Repeat("2026-11-23T10:20:30Z level=info msg=\"the sync of vendor bills and payments goes on as usual, nothing to see here\" host=web-17 Überraschung\n", 300)
	for name, text := range map[string]string{
		"short":                   short,
		"40,000 characters":       (log + "the kettle stays cold after a minute")[len(log)+36-40000:],
		"40,000 of a phrase":      strings.Repeat("the invoice cannot be created because vendor may need to ", 690),
		"40,000 of unknown words": strings.Repeat("stayx kettlx afterwards minutes vendxr bxll qwertzuiop ", 730),
		"40,000 of cut-off lines": strings.Repeat("you may need to merge it with ano…\n", 1170),
	} {
		for _, n := range []int{1, 500} {
			r := recognizer(b, many(n)...)
			b.Run(fmt.Sprintf("%s, %d playbooks", name, n), func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					r.Recognize(text)
				}
			})
		}
	}
}

func BenchmarkNewRecognizer(b *testing.B) {
	all := many(500)
	for b.Loop() {
		recognizer(b, all...)
	}
}
