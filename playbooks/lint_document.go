package playbooks

import (
	"fmt"
	"strings"

	"syncfix/diagnose"
)

// A document is a playbook's file, with where each thing stands in it.
type document struct {
	name     string
	p        diagnose.Playbook
	root     value
	d        *decoder // for its lines and places
	problems []Problem
	broken   bool // Decode refused it
	states   int  // that were looked at
	cut      bool // and there are more
}

// newDocument is a file as Decode has read it.
func newDocument(f file, text []byte, problems []Problem) *document {
	s := &document{name: f.name, p: f.playbook, d: newDecoder(f.name, text), problems: problems, broken: len(problems) > 0}
	if !s.broken {
		s.root, _ = s.d.parse(text)
	}
	return s
}

// readable says whether the playbook can be looked at beyond its form.
func (s *document) readable() bool { return !s.broken }

// report notes a problem at a place.
func (s *document) report(severity Severity, at place, message, advice string) {
	p := Problem{File: s.name, Line: at.line, Column: at.column, Message: message, Advice: advice, Severity: severity}
	if at.line >= 1 && at.line <= len(s.d.lines) {
		p.Source = s.d.lines[at.line-1]
	}
	s.problems = append(s.problems, p)
}

// at is where something stands, named by fields and places in lists; the last
// part of the way to it that is there.
func (s *document) at(path ...any) place {
	v := s.root
	for _, step := range path {
		next, ok := v.step(step)
		if !ok {
			return v.at
		}
		v = next
	}
	return v.at
}

// step is a field of v (a string) or an item (an int). A field that holds more
// than one value stands where its name does.
func (v value) step(to any) (value, bool) {
	switch to := to.(type) {
	case int:
		if to >= 0 && to < len(v.items) {
			return v.items[to], true
		}
	case string:
		for _, f := range v.fields {
			if f.name == to {
				if f.value.kind != scalar {
					f.value.at = f.at
				}
				return f.value, true
			}
		}
	}
	return value{}, false
}

// short says whether the file is in the short form.
func (s *document) short() bool { return s.d.isShort(s.root) }

func (s *document) phraseAt(i int) place {
	if s.short() {
		return s.at("match", i)
	}
	return s.at("alerts", "phrases", i)
}

func (s *document) sampleAt(i int) place {
	if s.short() {
		return s.at("samples", "match", i)
	}
	return s.at("alerts", "samples", "match", i)
}

func (s *document) causeAt(i int) place {
	if s.short() {
		return s.at("why")
	}
	return s.at("causes", i, "id")
}

func (s *document) questionAt(i int) place { return s.at("questions", i, "id") }

func (s *document) fixAt(i int) place {
	if s.short() {
		return s.at("steps")
	}
	return s.at("fixes", i, "id")
}

// textAt is where a text stands: in the question or fix it belongs to, or else
// anywhere; the start of that question or fix where the text was put together.
func (s *document) textAt(c Cut) place {
	for i, q := range s.p.Questions {
		if q.ID == c.Question {
			return s.within(c.Text, s.questionAt(i), "questions", i)
		}
	}
	for i, f := range s.p.Fixes {
		if f.ID == c.Fix && !s.short() {
			return s.within(c.Text, s.fixAt(i), "fixes", i)
		}
	}
	return s.within(c.Text, s.root.at)
}

func (s *document) within(text string, otherwise place, path ...any) place {
	v := s.root
	for _, step := range path {
		v, _ = v.step(step)
	}
	if at, ok := v.find(text); ok {
		return at
	}
	return otherwise
}

// find is where a text stands in v.
func (v value) find(text string) (place, bool) {
	if v.kind == scalar && strings.TrimSpace(v.text) == text {
		return v.at, true
	}
	for _, item := range v.items {
		if at, ok := item.find(text); ok {
			return at, true
		}
	}
	for _, f := range v.fields {
		if at, ok := f.value.find(text); ok {
			return at, true
		}
	}
	return place{}, false
}

// checkShown reports texts that readers wouldn't see whole.
func (s *document) checkShown(shown func(diagnose.Playbook) []Cut) {
	if shown == nil {
		return
	}
	for _, c := range shown(s.p) {
		switch {
		case c.Seen == 0:
			s.report(Error, s.textAt(c), fmt.Sprintf("%q isn't shown in Slack: there is too much text around it", clip(c.Text)), "shorten the texts around it, or split the steps with a gate")
		default:
			s.report(Error, s.textAt(c), fmt.Sprintf("%q is cut off in Slack", clip(c.Text)), fmt.Sprintf("shorten it to %d characters", c.Seen))
		}
	}
}
