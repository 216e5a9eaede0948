package bot

import (
	"slices"
	"testing"

	"syncfix/diagnose"
)

// Tools write a company's name each in their own way; it is one company.
func TestSpellingsOfOneNameAreOneKey(t *testing.T) {
	p := diagnose.Playbook{ID: "p", System: "Xero", Scope: diagnose.ScopeConnection}
	want := scopeKeys("T1", p, "", "Acme Inc", "")
	for _, name := range []string{"ACME Inc.", "Acme, Inc.", " acme  inc "} {
		if got := scopeKeys("T1", p, "", name, ""); !slices.Equal(got, want) {
			t.Errorf("%q has the keys %q, want %q", name, got, want)
		}
	}
	if slices.Equal(scopeKeys("T1", p, "", "Acme/Inc", ""), want) {
		t.Error("a slash separates names")
	}
}
