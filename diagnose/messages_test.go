package diagnose_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"syncfix/diagnose"
)

// summary is a recognition in the words of testdata/messages.txt.
func summary(r diagnose.Recognition) string {
	playbook := r.Playbook
	if playbook == "" {
		playbook = "-"
	}
	s := string(r.Outcome) + " " + playbook
	if r.Recovered {
		s += " recovered"
	}
	if len(r.Others) > 0 {
		s += " others=" + strings.Join(r.Others, ",")
	}
	for _, e := range r.Signals {
		if e.Kind == diagnose.KindAnswer {
			s += " answers=" + e.Question + ":" + e.Answer
		}
	}
	if r.Account != "" {
		s += " account=" + r.Account
	}
	if r.Company != "" {
		s += fmt.Sprintf(" company=%q", r.Company)
	}
	if r.Subject != "" {
		s += fmt.Sprintf(" subject=%q", r.Subject)
	}
	return s
}

func TestMessages(t *testing.T) {
	source, err := os.ReadFile("testdata/messages.txt")
	if err != nil {
		t.Fatal(err)
	}
	r := recognizer(t, errorLibrary()...)
	sections := strings.Split("\n"+string(source), "\n== ")
	for _, section := range sections[1:] {
		name, rest, _ := strings.Cut(section, "\n")
		t.Run(name, func(t *testing.T) {
			message, want, ok := strings.Cut(rest, "\n-> ")
			if !ok {
				t.Fatal("no line begins with ->")
			}
			got := r.Recognize(message)
			if summary(got) != strings.TrimSpace(want) {
				t.Errorf("%s\n got %s\nwant %s\n%q", message, summary(got), strings.TrimSpace(want), got.Reasons)
			}
			whole(t, got)
		})
	}
}
