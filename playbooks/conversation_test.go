package playbooks

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncfix/diagnose"
)

// converse plays a conversation: for each line what comes next, and what a
// person does about it. "ask login: refused" expects the question and answers
// it; "try reconnect_login: failed" expects the fix and lets the sync fail
// again; "try two_factor_off: not_offered" takes a way out; "escalate" ends.
func converse(t *testing.T, p diagnose.Playbook, evidence []diagnose.Evidence, lines string) diagnose.Decision {
	t.Helper()
	var d diagnose.Decision
	for line := range strings.SplitSeq(strings.TrimSpace(lines), "\n") {
		line = strings.TrimSpace(line)
		want, then, _ := strings.Cut(line, ": ")
		d = diagnose.Next(p, evidence)
		got := string(d.Kind)
		switch d.Kind {
		case diagnose.Ask:
			got += " " + d.Question
		case diagnose.Try:
			got += " " + d.Fix
		}
		if got != want {
			t.Fatalf("%s, want %s\n%s", got, want, diagnose.Explain(p, evidence))
		}
		switch {
		case d.Kind == diagnose.Ask:
			evidence = append(evidence, diagnose.Evidence{Kind: diagnose.KindAnswer, Question: d.Question, Answer: then})
		case then == "failed":
			evidence = append(diagnose.StaleAfter(p, d.Fix, evidence), diagnose.Evidence{Kind: diagnose.KindFixFailed, Fix: d.Fix})
		case d.Kind == diagnose.Try && then != "":
			evidence = append(evidence, diagnose.Evidence{Kind: diagnose.KindCannot, Fix: d.Fix, Cannot: then})
		}
	}
	return d
}

func TestNetSuiteConversations(t *testing.T) {
	p := netsuite(t)
	for name, tc := range map[string]struct{ lines, reason string }{
		"wrong login": {`
			ask login: refused
			try reconnect_login`,
			"“Wrong or expired login” is most likely. NetSuite itself refuses the login."},
		"subsidiary": {`
			ask login: works
			ask subsidiary: missing
			try reconnect_subsidiary`,
			"“Subsidiary ID is missing” is most likely. There are several subsidiaries, and no subsidiary ID is entered."},
		"no Administrator": {`
			ask login: works
			ask subsidiary: single
			ask role: another
			try reconnect_admin`,
			"“Not an Administrator's login” is most likely. The sync user isn't a NetSuite Administrator."},
		"2FA": {`
			ask login: code
			try two_factor_off`,
			"“2FA or tokens stand in the way” is most likely. NetSuite asks this login for a 2FA code."},
		"2FA can't be lowered: tokens": {`
			ask login: code
			try two_factor_off: not_offered
			try reconnect_tokens`,
			"NetSuite doesn't offer “Not required” for the role: this is the other way."},
		"2FA stays and no tokens either": {`
			ask login: code
			try two_factor_off: not_saved
			try reconnect_tokens: no_token_fields
			escalate`,
			"NetSuite keeps 2FA on for Administrators, and this sync setup takes no tokens. The vendor has to say how to connect."},
		"no Administrator to be had": {`
			ask login: works
			ask subsidiary: single
			ask role: another
			try reconnect_admin: no_admin
			escalate`,
			"Only a native NetSuite Administrator may connect, and none is to be had. The customer has to name one."},
		"two causes at once: 2FA has its turn without starting over": {`
			ask login: refused
			try reconnect_login: failed
			ask two_factor: required
			try two_factor_off`,
			"“2FA or tokens stand in the way” is most likely. The role requires 2FA."},
		"wrong first fix, then the right one": {`
			ask login: code
			try two_factor_off: failed
			ask login: refused
			try reconnect_login`,
			"“Wrong or expired login” is most likely. NetSuite itself refuses the login."},
		"nobody knows anything": {`
			ask login: not_sure
			ask subsidiary: not_sure
			ask role: not_sure
			ask audit: not_sure
			ask two_factor: not_sure
			escalate`,
			"What is known doesn't point clearly enough to one cause to risk a fix."},
	} {
		t.Run(name, func(t *testing.T) {
			if got := converse(t, p, nil, tc.lines).Reason; got != tc.reason {
				t.Errorf("reason %q, want %q", got, tc.reason)
			}
		})
	}
}

// The words of the alert may say enough to spare the questions.
func TestNetSuiteSignals(t *testing.T) {
	p := netsuite(t)
	for words, want := range map[string]string{
		"Password has expired. Please change your Netsuite password before continuing.": "try reconnect_login",
		"TWO_FA_REQD": "try two_factor_off",
	} {
		converse(t, p, []diagnose.Evidence{{Kind: diagnose.KindSignal, Words: words}}, want)
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
