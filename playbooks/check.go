package playbooks

import (
	"fmt"
	"slices"
	"strings"

	"syncfix/diagnose"
)

// gates checks the order of a fix's gates: before you disconnect, disconnected,
// reconnected. A case must not be shown as reconnected that was never
// disconnected, nor be left disconnected, nor wait for a sync that no press announced.
func (d *decoder) gates(o object, f *diagnose.Fix, steps []diagnose.Step, places []place) {
	var leave, disconnected, verified bool
	for i, s := range steps {
		at, before := places[i], leave
		switch s.Gate.Kind {
		case diagnose.GateBefore:
			leave = true
		case diagnose.GateRisk:
			leave = true
		case diagnose.GateDisconnect:
			if !leave {
				d.report(at, "a disconnect has no gate before it", "add a step with a gate of kind \"before\" ahead of the disconnect")
			}
			disconnected, verified = true, false
		case diagnose.GateReconnect:
			if !disconnected {
				d.report(at, "reconnect comes before disconnect", "put the gate of kind \"disconnect\" ahead of this one, or use kind \"done\"")
			}
			disconnected, verified = false, true
		case diagnose.GateDone:
			if disconnected {
				d.report(at, "the fix ends disconnected", "end with a gate of kind \"reconnect\"")
			}
			disconnected, verified = false, true
		}
		if s.Destructive && !before { // a gate is pressed when its own step is done
			d.report(at, "a destructive step has no gate before it", "put a gate of kind \"before\" or \"risk\" on an earlier step")
		}
		if s.Destructive && !f.Destructive {
			d.report(at, "a destructive step stands in a fix that isn't called destructive", "add to the fix: destructive: true")
		}
	}
	if f.Destructive && !leave {
		d.report(o.place("destructive"), "a destructive fix has no gate", "add a step with a gate of kind \"before\" or \"risk\" ahead of the dangerous one")
	}
	switch {
	case disconnected:
		d.report(o.place("steps"), "the fix ends disconnected", "add a last step with a gate of kind \"reconnect\"")
	case !verified && len(steps) > 0 && steps[len(steps)-1].Gate.Kind != diagnose.GateNone:
		d.report(o.place("steps"), "no gate says that the fix is carried out", "give the last step a gate of kind \"done\" (or \"reconnect\")")
	case !verified && len(steps) > 0:
		steps[len(steps)-1].Gate = carriedOut()
	}
}

// carriedOut is the gate that ends a fix whose author wrote none.
func carriedOut() diagnose.Gate {
	return diagnose.Gate{
		ID: string(diagnose.GateDone), Kind: diagnose.GateDone, Title: "Done?", Button: "Done, watch the sync",
		Confirm: "Every step is done and the sync has been started again. We then wait for its result.",
	}
}

// try lets the playbook's own recogniser read its samples.
func try(f file) []Problem {
	r, err := diagnose.NewRecognizer([]diagnose.Playbook{f.playbook})
	if err != nil {
		return []Problem{{File: f.name, Message: "its patterns can't be used: " + clip(err.Error()), Advice: "correct the patterns"}}
	}
	var problems []Problem
	report := func(at Problem, message, advice string) {
		at.Message, at.Advice = message, advice
		problems = append(problems, at)
	}
	for i, sample := range f.playbook.Alerts.Match {
		if got := r.Recognize(sample); got.Outcome == diagnose.No {
			report(f.samples[i], "the sample is not recognised: "+because(got), "add a phrase that stands in it, or drop the sample")
		}
	}
	for i, sample := range f.playbook.Alerts.NoMatch {
		if got := r.Recognize(sample); got.Outcome != diagnose.No {
			report(f.others[i], "the sample is recognised though it must not be: "+because(got),
				"add its words to \"not\", give the phrase \"needs\" or \"unless\", or drop the sample")
		}
	}
	return sorted(problems)
}

// because is why a text was recognised or not, as part of a sentence.
func because(r diagnose.Recognition) string {
	return strings.TrimRight(strings.Join(r.Reasons, " "), ".")
}

// A claim is a sample that another playbook than its own takes.
type claim struct {
	sample int    // place in Alerts.Match
	by     string // the other playbook's id
}

// claimed lets the recogniser of all playbooks read a playbook's samples: none
// may go to another playbook, unless it is one of several that say the same and
// the text leaves it open.
func claimed(r diagnose.Recognizer, p diagnose.Playbook) []claim {
	var claims []claim
	for i, sample := range p.Alerts.Match {
		got := r.Recognize(sample)
		if got.Outcome != diagnose.No && got.Playbook != p.ID && !slices.Contains(got.Others, p.ID) {
			claims = append(claims, claim{i, got.Playbook})
		}
	}
	return claims
}

// claimAdvice is what to do where two playbooks claim one sample.
const claimAdvice = "make the phrases of one of the two longer, or give them \"needs\""

// tryAll reports every sample that another playbook claims.
func tryAll(r diagnose.Recognizer, files []file) []Problem {
	var problems []Problem
	for _, f := range files {
		for _, c := range claimed(r, f.playbook) {
			p := f.samples[c.sample]
			p.Message = fmt.Sprintf("playbook %q claims the sample %q", c.by, clip(f.playbook.Alerts.Match[c.sample]))
			p.Advice = claimAdvice
			problems = append(problems, p)
		}
	}
	return problems
}
