package main

import (
	"context"
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

// play reads the scenario and plays it on a bot that works meanwhile.
func (s sandboxCmd) play(ctx context.Context, p process, with *player, works part) error {
	text, err := s.scenario(p)
	if err != nil {
		return err
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
	lines, problems := parseScenario(s.Scenario, text, who)
	for _, problem := range problems {
		with.draw.Problem(p.stdout, problem)
	}
	if len(problems) > 0 {
		return errors.New("the scenario can't be played: " + count(len(problems), "mistake"))
	}
	return with.beside(ctx, works, func() error {
		if err := with.wait("syncfix to connect", func() bool { return with.slack.Connections() > 0 }); err != nil {
			return err
		}
		return with.run(lines)
	})
}

// beside runs do while the bot works, then stops the bot. If the bot fails, that
// is the error.
func (p *player) beside(ctx context.Context, works part, do func() error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	failed := make(chan error, 1)
	go func() { failed <- works(ctx) }()
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case err := <-failed: // it should not have ended
		return errors.Join(err, p.slack.Close(), <-done)
	case err := <-done:
		stop()
		return errors.Join(err, <-failed)
	}
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
		return "", usageError{fmt.Errorf("--scenario %s: %s", s.Scenario, reason(err))}
	}
	return string(text), nil
}
