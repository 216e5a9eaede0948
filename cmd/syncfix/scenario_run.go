package main

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"syncfix/playbooks"
)

//go:embed scenarios/*.txt
var scenarios embed.FS

// read reads the scenario that with is to play.
func (s sandboxCmd) read(p process, with *player) ([]sceneLine, error) {
	text, err := s.scenario(p)
	if err != nil {
		return nil, err
	}
	who := cast{}
	for _, u := range with.slack.Users() {
		if !u.Bot {
			who.people = append(who.people, u.Name)
		}
	}
	for _, c := range with.slack.Channels() {
		if !c.IM {
			who.channels = append(who.channels, c.Name)
		}
	}
	for _, o := range with.samples {
		who.samples = append(who.samples, o.ID)
	}
	for _, topic := range with.maker.Topics {
		for _, shape := range with.maker.Shapes {
			who.samples = append(who.samples, topic.ID+"/"+shape.ID)
		}
	}
	with.file, with.draw = s.Scenario, playbooks.Renderer{Color: p.colors()}
	if s.Scenario == "-" {
		with.file = "stdin"
	}
	lines, problems := parseScenario(with.file, text, who)
	for _, problem := range problems {
		with.draw.Problem(p.stdout, problem)
	}
	if len(problems) > 0 {
		return nil, errors.New("the scenario can't be played: " + count(len(problems), "mistake"))
	}
	return lines, nil
}

// builtIn are the names of the scenarios that need no file.
func builtIn() string {
	files, err := scenarios.ReadDir("scenarios")
	if err != nil {
		return "none"
	}
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(f.Name(), ".txt")
	}
	return strings.Join(names, ", ")
}

// scenario is the text of the file, of a scenario that is built in, or of stdin.
func (s sandboxCmd) scenario(p process) (string, error) {
	if s.Scenario == "-" {
		text, err := io.ReadAll(io.LimitReader(p.stdin, maxScenario+1))
		if err != nil {
			return "", fmt.Errorf("reading the scenario from stdin: %w", err)
		}
		return string(text), nil
	}
	text, err := os.ReadFile(s.Scenario)
	if errors.Is(err, os.ErrNotExist) && !strings.ContainsAny(s.Scenario, "/.") {
		if built, err := scenarios.ReadFile("scenarios/" + s.Scenario + ".txt"); err == nil {
			return string(built), nil
		}
	}
	if err != nil {
		return "", usageError{fmt.Errorf("--scenario %s: %s; built in are %s", s.Scenario, reason(err), builtIn())}
	}
	return string(text), nil
}
