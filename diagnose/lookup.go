package diagnose

// Cause returns the cause with this id. OtherCause is always there.
func (p Playbook) Cause(id string) (Cause, bool) {
	if id == OtherCause {
		return otherCause(), true
	}
	if i := p.causeIndex(id); i >= 0 {
		return p.Causes[i], true
	}
	return Cause{}, false
}

// Question returns the question with this id.
func (p Playbook) Question(id string) (Question, bool) {
	if i := p.questionIndex(id); i >= 0 {
		return p.Questions[i], true
	}
	return Question{}, false
}

// Fix returns the fix with this id.
func (p Playbook) Fix(id string) (Fix, bool) {
	if i := p.fixIndex(id); i >= 0 {
		return p.Fixes[i], true
	}
	return Fix{}, false
}

// Answer returns the answer with this id. NotSure is an answer to every question.
func (q Question) Answer(id string) (Answer, bool) {
	if id == NotSure {
		return Answer{ID: NotSure, Text: "Not sure"}, true
	}
	if i := q.answerIndex(id); i >= 0 {
		return q.Answers[i], true
	}
	return Answer{}, false
}

// Step returns the step with this id.
func (f Fix) Step(id string) (Step, bool) {
	for _, s := range f.Steps {
		if s.ID == id {
			return s, true
		}
	}
	return Step{}, false
}

// Gate returns the gate with this id and the step it stands on.
func (f Fix) Gate(id string) (Gate, Step, bool) {
	for _, s := range f.Steps {
		if s.Gate.Kind != GateNone && s.Gate.ID == id {
			return s.Gate, s, true
		}
	}
	return Gate{}, Step{}, false
}

// WayOut returns the way out with this id and the step it belongs to.
func (f Fix) WayOut(id string) (Cannot, Step, bool) {
	for _, s := range f.Steps {
		for _, c := range s.Cannot {
			if c.ID == id {
				return c, s, true
			}
		}
	}
	return Cannot{}, Step{}, false
}

func otherCause() Cause {
	return Cause{
		ID:        OtherCause,
		Name:      "Something else",
		Statement: "None of the causes that this playbook knows.",
		Frequency: Rare,
	}
}

// causeIndex is the cause's place, len(p.Causes) for OtherCause, -1 for an unknown id.
func (p Playbook) causeIndex(id string) int {
	if id == OtherCause {
		return len(p.Causes)
	}
	for i := range p.Causes {
		if p.Causes[i].ID == id {
			return i
		}
	}
	return -1
}

// causeAt is the cause at a place that causeIndex gave.
func (p Playbook) causeAt(i int) Cause {
	if i == len(p.Causes) {
		return otherCause()
	}
	return p.Causes[i]
}

func (p Playbook) questionIndex(id string) int {
	for i := range p.Questions {
		if p.Questions[i].ID == id {
			return i
		}
	}
	return -1
}

func (p Playbook) fixIndex(id string) int {
	for i := range p.Fixes {
		if p.Fixes[i].ID == id {
			return i
		}
	}
	return -1
}

// phraseIndex is the place of the phrase with these words; where the same words
// stand twice (with and without Needs), the first that speaks counts.
func (p Playbook) phraseIndex(words string) int {
	found := -1
	for i, ph := range p.Alerts.Phrases {
		if words == "" || ph.Words() != words {
			continue
		}
		if len(ph.Speaks) > 0 {
			return i
		}
		if found < 0 {
			found = i
		}
	}
	return found
}

// Words is what names a phrase in evidence: its text or its pattern.
func (ph Phrase) Words() string {
	if ph.Text != "" {
		return ph.Text
	}
	return ph.Pattern
}

func (q Question) answerIndex(id string) int {
	for i := range q.Answers {
		if q.Answers[i].ID == id {
			return i
		}
	}
	return -1
}
