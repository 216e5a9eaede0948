package playbooks

import (
	"fmt"
	"strings"
)

// Rehearse plays a conversation at a fresh desk. It returns what each input came
// to, and a problem for every line that says otherwise. It ends early, with a
// problem, where an input can't happen.
func Rehearse(c Conversation, desk Desk) ([]Turn, []Problem) {
	var turns []Turn
	var problems []Problem
	strange := false
	for _, x := range c.Exchanges {
		turn, err := desk.Play(x.Input)
		if err != nil {
			return turns, append(problems, c.problem(x.line, 1, err.Error(), "write what can happen here, or remove the line"))
		}
		turns = append(turns, turn)
		if !strange && c.Playbook != "" && turn.Playbook != "" && turn.Playbook != c.Playbook {
			strange = true
			problems = append(problems, c.problem(x.line, 1,
				fmt.Sprintf("the alert is taken for one of %q, not of %q", turn.Playbook, c.Playbook), "let the alert name its system, or change the phrases of the two playbooks"))
		}
		problems = append(problems, c.compare(x, turn)...)
	}
	return turns, problems
}

func (c Conversation) problem(line, column int, message, advice string) Problem {
	p := Problem{File: c.file, Line: line, Column: column, Message: message, Advice: advice}
	if line >= 1 && line <= len(c.lines) {
		p.Source = c.lines[line-1]
	}
	return p
}

const ifRight = ", if the bot is right; --update does it"

// compare says where the bot does otherwise than the file says.
func (c Conversation) compare(x Exchange, turn Turn) []Problem {
	var problems []Problem
	for i, want := range x.Outputs {
		if i >= len(turn.Outputs) {
			problems = append(problems, c.problem(want.line, 1,
				fmt.Sprintf("the file says %q, the bot does nothing more here", want), "remove the line"+ifRight))
			continue
		}
		got := turn.Outputs[i]
		switch {
		case want.Kind != got.Kind:
			problems = append(problems, c.otherwise(want, got, 1))
		case want.ID != got.ID:
			problems = append(problems, c.otherwise(want, got, want.idAt))
		case want.Text != "" && want.Text != oneLine(got.Text):
			problems = append(problems, c.otherwise(want, got, want.textAt))
		case want.becauseWritten && want.Because != oneLine(got.Because):
			problems = append(problems, c.problem(want.becauseAt, 1,
				fmt.Sprintf("the file says %q, the bot says %q", "because "+want.Because, "because "+oneLine(got.Because)), "write the bot's line"+ifRight))
		}
	}
	for _, got := range turn.Outputs[min(len(x.Outputs), len(turn.Outputs)):] {
		at := x.line
		if n := len(x.Outputs); n > 0 {
			at = x.Outputs[n-1].line
		}
		problems = append(problems, c.problem(at, 1, fmt.Sprintf("the file says nothing more, the bot does %q", got), "write the bot's line below this one"+ifRight))
	}
	return problems
}

func (c Conversation) otherwise(want, got Output, column int) Problem {
	return c.problem(want.line, column, fmt.Sprintf("the file says %q, the bot does %q", want, got), "write the bot's line"+ifRight)
}

// Update is the script as it should be written after its conversations were
// played: turns has, for each of them, what Rehearse returned. What the bot does
// and the texts behind ids are new; names, inputs, remarks and blank lines stay,
// and so does all behind an input that could not happen.
func (s Script) Update(turns [][]Turn) []byte {
	ends := s.ends()
	var b strings.Builder
	for i, l := range s.lines {
		turn, ok := turnOf(turns, l)
		if !ok {
			b.WriteString(l.text + "\n")
			continue
		}
		switch l.kind {
		case lineInput:
			b.WriteString(s.Conversations[l.conversation].Exchanges[l.exchange].Input.line(l.text, turn.Text) + "\n")
		case lineOutput:
			if l.output < len(turn.Outputs) {
				b.WriteString(turn.Outputs[l.output].String() + "\n")
			}
		case lineBecause:
			if l.output < len(turn.Outputs) && turn.Outputs[l.output].Because != "" {
				b.WriteString("because " + oneLine(turn.Outputs[l.output].Because) + "\n")
			}
		default:
			b.WriteString(l.text + "\n")
		}
		if x := ends[i]; x != nil {
			for _, o := range turn.Outputs[min(len(x.Outputs), len(turn.Outputs)):] {
				b.WriteString(o.String() + "\n")
			}
		}
	}
	return []byte(b.String())
}

// ends finds the last line of each exchange, behind which outputs are added.
func (s Script) ends() map[int]*Exchange {
	type key struct{ conversation, exchange int }
	last := map[key]int{}
	for i, l := range s.lines {
		if l.kind != lineKept {
			last[key{l.conversation, l.exchange}] = i
		}
	}
	ends := map[int]*Exchange{}
	for k, i := range last {
		ends[i] = &s.Conversations[k.conversation].Exchanges[k.exchange]
	}
	return ends
}

// turnOf is what the input that a line belongs to came to, if it was played.
func turnOf(turns [][]Turn, l scriptLine) (Turn, bool) {
	if l.conversation < 0 || l.conversation >= len(turns) || l.exchange < 0 || l.exchange >= len(turns[l.conversation]) {
		return Turn{}, false
	}
	return turns[l.conversation][l.exchange], true
}

// line is the input's line with what its id means.
func (in Input) line(old, text string) string {
	if text == "" {
		return old
	}
	switch in.Kind {
	case InputChange:
		return withText("change "+in.Question+" to "+in.ID, text)
	case InputAnswer, InputPress, InputCannot, InputPick:
		if in.ID != "" && in.Question == "" {
			return withText(string(in.Kind)+" "+in.ID, text)
		}
	}
	return old
}
