package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"syncfix/diagnose"
)

// jsonTalk talks with a program, one JSON object a line. What can't be
// understood is answered with {"kind":"error"}; the question stands.
type jsonTalk struct {
	in  *bufio.Scanner
	out *json.Encoder
}

func newJSONTalk(in io.Reader, out io.Writer) jsonTalk {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	return jsonTalk{lines, e}
}

type jsonChoice struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

type jsonCause struct {
	ID         string  `json:"id"`
	Likelihood float64 `json:"likelihood"`
}

type jsonStep struct {
	Text   string       `json:"text"`
	Where  string       `json:"where,omitempty"`
	Path   string       `json:"path,omitempty"`
	Note   string       `json:"note,omitempty"`
	Gate   string       `json:"gate"` // its kind; empty for none
	Cannot []jsonChoice `json:"cannot,omitempty"`
}

// jsonReply is what a program answers.
type jsonReply struct {
	Answer string `json:"answer"`
	Result string `json:"result"`
	Cannot string `json:"cannot"` // beside "result":"cannot": the way out
}

// readReply reads a line. A string alone is an answer; fields beyond a reply's own
// are for whoever wrote them.
func readReply(line []byte) (r jsonReply, err error) {
	if json.Unmarshal(line, &r.Answer) == nil && r.Answer != "" {
		return r, nil
	}
	return r, json.Unmarshal(line, &r)
}

// rounded is n with that many decimals.
func rounded(n float64, decimals int) float64 {
	scale := math.Pow10(decimals)
	return math.Round(n*scale) / scale
}

func jsonCauses(r diagnose.Ranking) []jsonCause {
	causes := make([]jsonCause, 0, len(r))
	for _, c := range r {
		causes = append(causes, jsonCause{c.Cause, rounded(c.Likelihood, 4)})
	}
	return causes
}

// exchange says something and reads replies until one is accepted.
func (t jsonTalk) exchange(say any, accept func(jsonReply) error) error {
	if err := t.out.Encode(say); err != nil {
		return fmt.Errorf("writing what is next: %w", err)
	}
	for t.in.Scan() {
		if strings.TrimSpace(t.in.Text()) == "" {
			continue
		}
		r, err := readReply(t.in.Bytes())
		if err != nil {
			err = fmt.Errorf(`this line is no answer (%w); write {"answer": …} or {"result": …}`, err)
		} else if err = accept(r); err == nil {
			return nil
		}
		complaint := struct {
			Kind string `json:"kind"`
			Text string `json:"text"`
		}{"error", err.Error()}
		if err := t.out.Encode(complaint); err != nil {
			return fmt.Errorf("writing what is wrong with the answer: %w", err)
		}
	}
	if err := t.in.Err(); err != nil {
		return fmt.Errorf("reading the answer: %w", err)
	}
	return errEnded
}

func (t jsonTalk) pick(question, text string, choices []jsonChoice, causes []jsonCause) (string, error) {
	var picked string
	err := t.exchange(struct {
		Kind     string       `json:"kind"`
		Question string       `json:"question"`
		Text     string       `json:"text"`
		Answers  []jsonChoice `json:"answers"`
		Causes   []jsonCause  `json:"causes"`
	}{"ask", question, text, choices, causes}, func(r jsonReply) error {
		picked = r.Answer
		if picked == diagnose.NotSure && len(causes) > 0 || slices.ContainsFunc(choices, func(c jsonChoice) bool { return c.ID == picked }) {
			return nil
		}
		if picked == "" {
			return fmt.Errorf(`question %q is to be answered; write {"answer": the id of one of the answers}`, question)
		}
		return fmt.Errorf(`%q is no answer to %q; write {"answer": the id of one of the answers}`, picked, question)
	})
	return picked, err
}

func (t jsonTalk) choose(text string, of []diagnose.Playbook) (string, error) {
	choices := make([]jsonChoice, 0, len(of))
	for _, p := range of {
		choices = append(choices, jsonChoice{p.ID, p.Title})
	}
	return t.pick("playbook", text, choices, []jsonCause{})
}

func (t jsonTalk) ask(q diagnose.Question, _ string, ranking diagnose.Ranking) (string, error) {
	choices := make([]jsonChoice, 0, len(q.Answers))
	for _, a := range q.Answers {
		choices = append(choices, jsonChoice{a.ID, a.Text})
	}
	return t.pick(q.ID, q.Text, choices, jsonCauses(ranking))
}

func (t jsonTalk) fix(f diagnose.Fix, reason string, ranking diagnose.Ranking) (outcome, error) {
	solves := make([]string, 0, len(f.Solves))
	for _, s := range f.Solves {
		solves = append(solves, s.Cause)
	}
	steps := make([]jsonStep, 0, len(f.Steps))
	for _, s := range f.Steps {
		step := jsonStep{Text: s.Text, Where: s.Where, Path: s.Path, Note: s.Note, Gate: string(s.Gate.Kind)}
		for _, c := range s.Cannot {
			step.Cannot = append(step.Cannot, jsonChoice{c.ID, c.Text})
		}
		steps = append(steps, step)
	}
	var came outcome
	err := t.exchange(struct {
		Kind   string      `json:"kind"`
		Fix    string      `json:"fix"`
		Title  string      `json:"title"`
		Reason string      `json:"reason"`
		Solves []string    `json:"solves"`
		Needs  []string    `json:"needs,omitempty"`
		Steps  []jsonStep  `json:"steps"`
		Causes []jsonCause `json:"causes"`
	}{"fix", f.ID, f.Title, reason, solves, f.Needs, steps, jsonCauses(ranking)}, func(r jsonReply) error {
		came = outcome{r.Result, r.Cannot}
		if r.Result == resultCannot && r.Cannot == "" {
			came.cannot = onlyWayOut(f)
		}
		switch {
		case !slices.Contains([]string{resultWorked, resultFailed, resultCannot}, r.Result):
			return fmt.Errorf(`%q is no result; write {"result": "worked"}, "failed" or "cannot"`, r.Result)
		case r.Cannot != "" && (r.Result != resultCannot || !wayOut(f, r.Cannot)):
			return fmt.Errorf("%q is no way out of fix %q; leave \"cannot\" away, or write one that its steps name", r.Cannot, f.ID)
		}
		return nil
	})
	return came, err
}

func (t jsonTalk) escalate(p diagnose.Playbook, reason string, ranking diagnose.Ranking) error {
	return t.end(struct {
		Kind   string      `json:"kind"`
		Reason string      `json:"reason"`
		To     string      `json:"to"`
		Attach []string    `json:"attach,omitempty"`
		Causes []jsonCause `json:"causes"`
	}{"escalate", reason, p.Escalation.To, p.Escalation.Attach, jsonCauses(ranking)})
}

func (t jsonTalk) done() error {
	return t.end(struct {
		Kind string `json:"kind"`
	}{"done"})
}

func (t jsonTalk) end(say any) error {
	if err := t.out.Encode(say); err != nil {
		return fmt.Errorf("writing how it ended: %w", err)
	}
	return nil
}
