// Package diagnose knows what a sync failure may mean and what to do next. It
// holds the model of a playbook, recognises alerts in text, weighs evidence about
// causes and chooses between asking, fixing and handing over.
//
// Invariants: everything here is a function of its arguments (no clock, no
// input or output, no log) and total: any evidence gets a ranking that adds up
// to 1, contains "something else" and breaks ties the same way every time; any
// text gets a recognition. Nothing is ruled out beyond recall.
//
//	recognizer, err := diagnose.NewRecognizer(playbooks)
//	found := recognizer.Recognize("NetSuite Sync Error: Sync didn't finish successfully! …")
//	evidence := found.Signals
//	for {
//		switch d := diagnose.Next(p, evidence); d.Kind {
//		case diagnose.Ask: // ask d.Question, append what was answered
//			evidence = append(evidence, diagnose.Evidence{Kind: diagnose.KindAnswer, Question: d.Question, Answer: "refused"})
//		case diagnose.Try: // carry out d.Fix; if the sync fails again:
//			evidence = append(diagnose.StaleAfter(p, d.Fix, evidence), diagnose.Evidence{Kind: diagnose.KindFixFailed, Fix: d.Fix})
//		case diagnose.Escalate: // d.Reason says why
//			return
//		}
//	}
//
// Learn says how verified outcomes of earlier cases move where the causes start;
// its LearnedEvidence goes first in a new case's evidence.
//
// The method is decision-theoretic troubleshooting (Heckerman, Breese and
// Rommelse, Communications of the ACM 38(3), 1995): causes with start weights,
// evidence as likelihood ratios, and at each point the action with the least
// expected cost of repair. The table of words and weights is in weights.go.
package diagnose
