package playbooks

import (
	"crypto/sha256"
	"slices"

	"syncfix/diagnose"
)

// A walk follows what the engine does with a playbook: every answer, "not sure",
// every way out, every fix that fails. States that know the same are one. It is
// lazy: what follows a state is worked out when somebody asks for it, so that a
// reader of one branch doesn't pay for the others.
type walk struct {
	p      diagnose.Playbook
	states map[knowledge]*state
	most   int  // states; beyond it nothing new is looked at
	cut    bool // there were more
}

// maxStates bounds a walk. The largest playbook there is has some 30,000.
const maxStates = 100_000

// maxPath is how much a case may come to know before it counts as one without an
// end. Every question answered and every fix tried as often as the engine allows
// is far less.
const maxPath = 150

// A state is what is known in a case, and what the engine does then.
type state struct {
	evidence []diagnose.Evidence // until its ways are worked out: a walk has many states
	next     diagnose.Decision
	ways     []way
	walked   bool
	endless  bool // so much is known that the path counts as one without an end
}

// A way leads from one state to the next.
type way struct {
	kind wayKind
	id   string // the answer's, or the way out's
	to   *state // nil: beyond the walk's bound
}

type wayKind int

const (
	answered wayKind = iota
	notSure
	fixFailed
	stuck   // a way out that the playbook knows
	cantSay // "can't do this step", for a reason that it doesn't know
)

func newWalk(p diagnose.Playbook) *walk {
	return &walk{p: p, states: map[knowledge]*state{}, most: maxStates}
}

// at is the state in which this is known; nil beyond the bound.
func (w *walk) at(evidence []diagnose.Evidence) *state {
	key := known(evidence)
	if s, ok := w.states[key]; ok {
		return s
	}
	if len(w.states) >= w.most {
		w.cut = true
		return nil
	}
	s := &state{evidence: evidence, next: diagnose.Next(w.p, evidence)}
	s.endless = len(evidence) > maxPath && s.next.Kind != diagnose.Escalate
	w.states[key] = s
	return s
}

// from lists the ways out of a state, answers first, in the playbook's order.
// A hand-off has none, nor has a path without an end.
func (w *walk) from(s *state) []way {
	if s.walked {
		return s.ways
	}
	s.walked = true
	defer func() { s.evidence = nil }()
	if s.endless {
		return nil
	}
	add := func(kind wayKind, id string, evidence []diagnose.Evidence, e diagnose.Evidence) {
		s.ways = append(s.ways, way{kind, id, w.at(slices.Concat(evidence, []diagnose.Evidence{e}))})
	}
	switch s.next.Kind {
	case diagnose.Ask:
		q, _ := w.p.Question(s.next.Question)
		for _, a := range q.Answers {
			add(answered, a.ID, s.evidence, diagnose.Evidence{Kind: diagnose.KindAnswer, Question: q.ID, Answer: a.ID})
		}
		add(notSure, diagnose.NotSure, s.evidence, diagnose.Evidence{Kind: diagnose.KindAnswer, Question: q.ID, Answer: diagnose.NotSure})
	case diagnose.Try:
		f, _ := w.p.Fix(s.next.Fix)
		add(fixFailed, "", diagnose.StaleAfter(w.p, f.ID, s.evidence), diagnose.Evidence{Kind: diagnose.KindFixFailed, Fix: f.ID})
		for _, step := range f.Steps {
			for _, c := range step.Cannot {
				add(stuck, c.ID, s.evidence, diagnose.Evidence{Kind: diagnose.KindCannot, Fix: f.ID, Cannot: c.ID})
			}
		}
		add(cantSay, "", s.evidence, diagnose.Evidence{Kind: diagnose.KindCannot, Fix: f.ID})
	}
	return s.ways
}

// all visits every state that can be reached from one, each once.
func (w *walk) all(start *state, visit func(*state)) {
	if start == nil {
		return
	}
	seen := map[*state]bool{start: true}
	for todo := []*state{start}; len(todo) > 0; {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		visit(s)
		for _, v := range w.from(s) {
			if v.to != nil && !seen[v.to] {
				seen[v.to] = true
				todo = append(todo, v.to)
			}
		}
	}
}

// knowledge is a digest of what evidence amounts to.
type knowledge [16]byte

// known is what evidence amounts to: what fixes came to, in order, and the
// answers that still count, between them.
func known(evidence []diagnose.Evidence) knowledge {
	var text []byte
	var since []string // what became known since the last try
	flush := func() {
		slices.Sort(since)
		for _, s := range since {
			text = append(append(text, s...), '\n')
		}
		since = since[:0]
	}
	for _, e := range evidence {
		switch {
		case e.Kind == diagnose.KindFixFailed || e.Kind == diagnose.KindCannot:
			flush()
			text = append(text, "> "+e.Fix+"/"+string(e.Kind)+"/"+e.Cannot+"\n"...)
		case !e.Stale:
			since = append(since, string(e.Kind)+" "+e.Question+e.Cause+e.Words+"="+e.Answer)
		}
	}
	flush()
	sum := sha256.Sum256(text)
	return knowledge(sum[:16])
}

// starts are the evidence with which cases of a playbook begin: none, and what
// each phrase says that says anything.
func starts(p diagnose.Playbook) [][]diagnose.Evidence {
	list := [][]diagnose.Evidence{nil}
	seen := map[knowledge]bool{}
	for _, ph := range p.Alerts.Phrases {
		if len(ph.Speaks) == 0 && len(ph.Answers) == 0 {
			continue
		}
		evidence := []diagnose.Evidence{{Kind: diagnose.KindSignal, Words: ph.Words()}}
		for _, a := range ph.Answers {
			evidence = append(evidence, diagnose.Evidence{Kind: diagnose.KindAnswer, Question: a.Question, Answer: a.Answer})
		}
		if key := known(evidence); !seen[key] {
			seen[key] = true
			list = append(list, evidence)
		}
	}
	return list
}

// disconnecting says whether a fix disconnects the sync.
func disconnecting(f diagnose.Fix) bool {
	return slices.ContainsFunc(f.Steps, func(s diagnose.Step) bool { return s.Gate.Kind == diagnose.GateDisconnect })
}

// again says whether, in this state, a fix that disconnects would do so again
// without a reason that no disconnect has used up: an answer, a way out or words
// of the alert that speak for a cause of it on which none has failed since.
func (w *walk) again(s *state) bool {
	f, _ := w.p.Fix(s.next.Fix)
	if s.next.Kind != diagnose.Try || !disconnecting(f) {
		return false
	}
	spent, before := map[string]bool{}, false
	for _, e := range slices.Backward(s.evidence) {
		g, _ := w.p.Fix(e.Fix)
		if e.Kind == diagnose.KindFixFailed && disconnecting(g) {
			before = true
			for _, v := range g.Solves {
				spent[v.Cause] = true
			}
		}
		for _, v := range w.speaks(e) {
			if v.Word.Ratio() > 1 && !spent[v.Cause] && howWell(f, v.Cause) > 0 {
				return false
			}
		}
	}
	return before
}

// speaks is what one piece of evidence says about causes.
func (w *walk) speaks(e diagnose.Evidence) []diagnose.Speaks {
	switch {
	case e.Stale:
	case e.Kind == diagnose.KindAnswer:
		q, _ := w.p.Question(e.Question)
		a, _ := q.Answer(e.Answer)
		return a.Speaks
	case e.Kind == diagnose.KindCannot:
		f, _ := w.p.Fix(e.Fix)
		c, _, _ := f.WayOut(e.Cannot)
		return c.Speaks
	case e.Kind == diagnose.KindSignal:
		for _, ph := range w.p.Alerts.Phrases {
			if ph.Words() == e.Words {
				return ph.Speaks
			}
		}
	}
	return nil
}

// howWell a fix cures a cause, 0 to 1.
func howWell(f diagnose.Fix, cause string) float64 {
	for _, s := range f.Solves {
		if s.Cause == cause {
			return s.How
		}
	}
	return 0
}
