package bot_test

import (
	"testing"
	"time"

	"syncfix/bot"
	"syncfix/diagnose"
)

// seenAsRole opens a case of this account, has role picked as its cause, and sees
// the sync work.
func seenAsRole(w *world, id, account string) {
	w.alert("C1", "Ledger login refused, account "+account)
	w.form(ana, id, bot.FormCause, map[string]string{bot.FieldCause: "role"})
	w.press(ana, id, bot.ActionGate, "all-done")
	time.Sleep(time.Minute)
	w.press(ana, id, bot.ActionWorked, "")
	w.state(id, bot.Resolved)
}

// learned is the start weight that the case was given for a cause; 0 if none.
func learned(c bot.Case, cause string) float64 {
	for _, e := range c.Evidence {
		if e.Kind == diagnose.KindLearned && e.Cause == cause {
			return e.Weight
		}
	}
	return 0
}

func TestVerifiedOutcomesMoveWhereLaterCasesStart(t *testing.T) {
	inWorld(t, func(w *world) {
		seenAsRole(w, "SF-1", "1")
		seenAsRole(w, "SF-2", "2")
		w.alert("C1", "Ledger login refused, account 3")
		third := w.get("SF-3")
		if one := learned(w.get("SF-2"), "role"); one <= 0 || learned(third, "role") <= one {
			t.Errorf("the weight of role is %g after one outcome and %g after two", one, learned(third, "role"))
		}
		before := diagnose.Rank(ledger(), nil)
		after := diagnose.Rank(ledger(), third.Evidence)
		likelihood := func(r diagnose.Ranking, cause string) float64 {
			for _, c := range r {
				if c.Cause == cause {
					return c.Likelihood
				}
			}
			return 0
		}
		if likelihood(after, "role") <= likelihood(before, "role") {
			t.Errorf("role is as likely as before: %v", after)
		}
		// A case that fails again was none of it: its vote goes with it.
		w.alert("C1", "Ledger login refused, account 1")
		w.alert("C1", "Ledger login refused, account 4")
		if four := learned(w.get("SF-4"), "role"); four != learned(w.get("SF-2"), "role") {
			t.Errorf("the weight of role is %g with one outcome taken back", four)
		}
	})
}

// A person who names the cause in the end teaches as well as a fix does.
func TestAHandOffTeachesWhenItsCauseIsConfirmed(t *testing.T) {
	inWorld(t, func(w *world) {
		w.alert("C1", "Ledger login refused, account 1")
		w.form(ana, "SF-1", bot.FormHandOff, map[string]string{bot.FieldNote: "no idea"})
		w.state("SF-1", bot.Escalated)
		w.form(ana, "SF-1", bot.FormResolve, map[string]string{bot.FieldNote: "seen", bot.FieldCause: "code"})
		w.state("SF-1", bot.Resolved)
		w.alert("C1", "Ledger login refused, account 2")
		w.form(ana, "SF-2", bot.FormResolve, map[string]string{bot.FieldNote: "seen"})
		w.state("SF-2", bot.Resolved)
		if v := w.get("SF-1").Verified; v.Cause != "code" {
			t.Errorf("verified: %+v", v)
		}
		if v := w.get("SF-2").Verified; v.Cause != "" || v.Credits != nil {
			t.Errorf("nobody knows what it was, and yet: %+v", v)
		}
		w.alert("C1", "Ledger login refused, account 3")
		if c := w.get("SF-3"); learned(c, "code") == 0 || learned(c, "password") != 0 {
			t.Errorf("evidence: %+v", c.Evidence)
		}
	})
}

func TestLearningCanBeSwitchedOff(t *testing.T) {
	set := bot.DefaultSettings()
	set.Learn = false
	inWorldWith(t, set, func(w *world) {
		seenAsRole(w, "SF-1", "1")
		w.alert("C1", "Ledger login refused, account 2")
		if got := learned(w.get("SF-2"), "role"); got != 0 {
			t.Errorf("learned all the same: %g", got)
		}
	})
}
