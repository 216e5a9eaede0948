package playbooks

import (
	"slices"
	"testing"

	"syncfix/diagnose"
)

func TestOffersComeEachOnceWithWhatIsKnown(t *testing.T) {
	library, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	p, ok := library.Get("oracle-netsuite-login")
	if !ok {
		t.Fatal("the playbook is gone")
	}
	var questions, fixes, reasons []string
	for _, o := range Offers(p) {
		if got := diagnose.Next(p, o.Evidence); got != o.Next {
			t.Errorf("with what is known there comes %+v, want %+v", got, o.Next)
		}
		switch o.Next.Kind {
		case diagnose.Ask:
			questions = append(questions, o.Next.Question)
		case diagnose.Try:
			fixes = append(fixes, o.Next.Fix)
		case diagnose.Escalate:
			reasons = append(reasons, unquoted(o.Next.Reason))
		}
	}
	for name, list := range map[string][]string{"question": questions, "fix": fixes, "hand-off": reasons} {
		slices.Sort(list)
		if len(list) == 0 || len(slices.Compact(slices.Clone(list))) != len(list) {
			t.Errorf("each %s must be there once: %q", name, list)
		}
	}
	if len(fixes) != len(p.Fixes) {
		t.Errorf("%d of %d fixes: %q", len(fixes), len(p.Fixes), fixes)
	}
}

func TestLintOfOnlyOne(t *testing.T) {
	report, err := Lint(nil, LintOptions{Only: "oracle-netsuite-login"})
	if err != nil {
		t.Fatal(err)
	}
	if report.Files != 1 || len(report.Figures) != 1 || report.Figures[0].Playbook != "oracle-netsuite-login" {
		t.Errorf("it looked at %d files: %+v", report.Files, report.Figures)
	}
	for _, p := range report.Problems {
		if p.File != "netsuite/oracle-netsuite-login.yaml" {
			t.Errorf("a problem of another: %s", p)
		}
	}
}
