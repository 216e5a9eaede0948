package playbooks

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncfix/diagnose"
)

// The words of the alert may say enough to spare the questions.
func TestNetSuiteSignals(t *testing.T) {
	p := netsuite(t)
	for words, want := range map[string]string{
		"Password has expired. Please change your Netsuite password before continuing.": "reconnect_login",
		"TWO_FA_REQD": "two_factor_off",
	} {
		d := diagnose.Next(p, []diagnose.Evidence{{Kind: diagnose.KindSignal, Words: words}})
		if d.Kind != diagnose.Try || d.Fix != want {
			t.Errorf("%s: %s %s%s, want the fix %s", words, d.Kind, d.Question, d.Fix, want)
		}
	}
}

// The documented ways, every step of them, in order; the two ways back in stay apart.
func TestNetSuiteDocumentedSteps(t *testing.T) {
	p := netsuite(t)
	out := []string{"Settings > Setup (under Sync)", "Disconnect", "Yes"}
	settings := slices.Concat(out, []string{"Settings > Setup (under Sync)", "Connect", "", "Save"})
	icon := slices.Concat(out, []string{"Sync icon > Setup", "Connect", "", "Save"})
	for id, want := range map[string][]string{
		"reconnect_login":      settings,
		"reconnect_subsidiary": append([]string{"Setup > Company > Subsidiaries"}, settings...),
		"reconnect_admin":      icon,
		"two_factor_off":       {"Setup > Users/Roles > Two-Factor Authentication Roles", "Two-Factor Authentication Required", "Submit"},
	} {
		f, ok := p.Fix(id)
		if !ok {
			t.Fatalf("no fix %s", id)
		}
		var got []string
		for _, s := range f.Steps {
			if s.Basis == diagnose.Documented {
				got = append(got, s.Path)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", id, diff)
		}
	}
	gates := func(f diagnose.Fix) (kinds []diagnose.GateKind) {
		for _, s := range f.Steps {
			if s.Gate.Kind != diagnose.GateNone {
				kinds = append(kinds, s.Gate.Kind)
			}
		}
		return kinds
	}
	for _, f := range p.Fixes {
		want := []diagnose.GateKind{diagnose.GateBefore, diagnose.GateDisconnect, diagnose.GateReconnect}
		if f.ID == "two_factor_off" {
			want = []diagnose.GateKind{diagnose.GateRisk, diagnose.GateDone}
		}
		if diff := cmp.Diff(want, gates(f)); diff != "" {
			t.Errorf("gates of %s (-want +got):\n%s", f.ID, diff)
		}
	}
}
