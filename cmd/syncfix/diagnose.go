package main

import (
	"bufio"
	"errors"
	"fmt"
	"slices"
	"strings"

	"syncfix/diagnose"
	"syncfix/playbooks"
)

// diagnoseCmd works through a failure as a conversation in the terminal.
type diagnoseCmd struct {
	Text     []string `arg:"" optional:"" help:"The error, as it was shown." placeholder:"TEXT"`
	Playbook string   `help:"The playbook to work through, by its id." placeholder:"ID"`
	JSON     bool     `name:"json" help:"Talk in JSON, one object a line. See syncfix diagnose --help."`
}

// Help is shown by syncfix diagnose --help.
func (diagnoseCmd) Help() string {
	return `With --json syncfix writes what is next, and reads what came of it:

  {"kind":"ask","question":ID,"text":…,"answers":[{"id":…,"text":…}],"causes":[{"id":…,"likelihood":0.55}]}   {"answer":ID} or {"answer":"not_sure"}
  {"kind":"fix","fix":ID,"solves":[ID],"steps":[{"text":…,"gate":…}]}   {"result":"worked"}, {"result":"failed"} or {"result":"cannot"}
  {"kind":"escalate","reason":…} and {"kind":"done"} end it. {"kind":"error","text":…} says what was wrong with a reply; what was asked stands.

A step may name ways out, "cannot":[{"id":…,"text":…}]. {"result":"cannot","cannot":ID} takes one; without an ID it is the one that all of them lead to, if they lead to one.`
}

// A talk is how a diagnosis speaks with whoever carries it out. Its methods
// return errEnded when there is nobody left to answer.
type talk interface {
	// choose lets one of several playbooks be picked; the answer is an id.
	choose(text string, of []diagnose.Playbook) (string, error)
	// ask gives the id of an answer, or diagnose.NotSure.
	ask(q diagnose.Question, reason string, ranking diagnose.Ranking) (string, error)
	// fix has the steps carried out and says what came of it.
	fix(f diagnose.Fix, reason string, ranking diagnose.Ranking) (outcome, error)
	// escalate says that a human has to take over.
	escalate(p diagnose.Playbook, reason string, ranking diagnose.Ranking) error
	// done says that the sync works.
	done() error
}

// outcome is what came of a fix.
type outcome struct {
	result string // resultWorked, resultFailed or resultCannot
	cannot string // resultCannot: the way out, if it is one that the playbook knows
}

const (
	resultWorked = "worked"
	resultFailed = "failed"
	resultCannot = "cannot"
)

var errEnded = errors.New("the input ended before the diagnosis did")

// Run works through one failure.
func (c diagnoseCmd) Run(p process, all *cli) error {
	library, err := loadPlaybooks(readEnvironment(p.env, all.EnvFile).look("SYNCFIX_PLAYBOOKS"))
	if err != nil {
		return err
	}
	t := c.talk(p)
	book, evidence, err := c.begin(t, library)
	if err != nil {
		return err
	}
	return converse(t, book, evidence)
}

func (c diagnoseCmd) talk(p process) talk {
	switch {
	case c.JSON:
		return newJSONTalk(p.stdin, p.stdout)
	case p.typed && p.shown:
		return personTalk{p.stdout, formPicker(p.stdin, p.stdout)}
	}
	return personTalk{p.stdout, plainPicker(bufio.NewScanner(p.stdin), p.stdout)}
}

// begin finds the playbook, and what the error's words say already.
func (c diagnoseCmd) begin(t talk, l playbooks.Library) (diagnose.Playbook, []diagnose.Evidence, error) {
	text := strings.Join(c.Text, " ")
	found := l.Recognizer().Recognize(text)
	id := c.Playbook
	switch {
	case id != "":
		if _, ok := l.Get(id); !ok {
			return diagnose.Playbook{}, nil, usageError{fmt.Errorf("there is no playbook %q; syncfix playbook list shows them", id)}
		}
	case text == "":
		chosen, err := t.choose("Which failure is it?", l.All())
		if err != nil {
			return diagnose.Playbook{}, nil, err
		}
		id = chosen
	case found.Outcome == diagnose.No:
		return diagnose.Playbook{}, nil, usageError{fmt.Errorf(
			"no playbook knows this error: %s\nName one with --playbook ID; syncfix playbook list shows them", strings.Join(found.Reasons, " "))}
	case len(found.Others) > 0:
		var of []diagnose.Playbook
		for _, id := range append([]string{found.Playbook}, found.Others...) {
			if b, ok := l.Get(id); ok {
				of = append(of, b)
			}
		}
		chosen, err := t.choose("This may be one of several errors. Which one is it?", of)
		if err != nil {
			return diagnose.Playbook{}, nil, err
		}
		id = chosen
	default:
		id = found.Playbook
	}
	book, ok := l.Get(id)
	if !ok {
		return diagnose.Playbook{}, nil, usageError{fmt.Errorf("there is no playbook %q; syncfix playbook list shows them", id)}
	}
	var evidence []diagnose.Evidence
	if found.Playbook == id {
		evidence = slices.Clone(found.Signals)
	}
	return book, evidence, nil
}

// converse asks and fixes until the sync works or a human has to take over.
func converse(t talk, p diagnose.Playbook, evidence []diagnose.Evidence) error {
	for {
		ranking := diagnose.Rank(p, evidence)
		switch d := diagnose.Next(p, evidence); d.Kind {
		case diagnose.Ask:
			q, _ := p.Question(d.Question)
			answer, err := t.ask(q, d.Reason, ranking)
			if err != nil {
				return err
			}
			evidence = append(evidence, diagnose.Evidence{Kind: diagnose.KindAnswer, Question: q.ID, Answer: answer})
		case diagnose.Try:
			f, _ := p.Fix(d.Fix)
			came, err := t.fix(f, d.Reason, ranking)
			switch {
			case err != nil:
				return err
			case came.result == resultWorked:
				return t.done()
			case came.result == resultFailed:
				evidence = append(diagnose.StaleAfter(p, f.ID, evidence), diagnose.Evidence{Kind: diagnose.KindFixFailed, Fix: f.ID})
			default:
				evidence = append(evidence, diagnose.Evidence{Kind: diagnose.KindCannot, Fix: f.ID, Cannot: came.cannot})
			}
		default:
			return t.escalate(p, d.Reason, ranking)
		}
	}
}

// onlyWayOut is a way out of the fix's steps if all lead to the same fix; empty otherwise.
func onlyWayOut(f diagnose.Fix) string {
	var first diagnose.Cannot
	for _, s := range f.Steps {
		for _, c := range s.Cannot {
			if first.ID == "" {
				first = c
			}
			if c.Fix == "" || c.Fix != first.Fix {
				return ""
			}
		}
	}
	return first.ID
}

// wayOut finds a way out of one of the fix's steps.
func wayOut(f diagnose.Fix, id string) bool {
	return slices.ContainsFunc(f.Steps, func(s diagnose.Step) bool {
		return slices.ContainsFunc(s.Cannot, func(c diagnose.Cannot) bool { return c.ID == id })
	})
}
