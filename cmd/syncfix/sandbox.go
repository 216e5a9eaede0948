package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"syncfix/bot"
	"syncfix/bot/boltstore"
	"syncfix/bot/sandbox"
)

// databaseName is the database's in the folder of the sandbox.
const databaseName = "syncfix.db"

// sandboxCmd runs the bot against a Slack of its own, with a page in the browser.
type sandboxCmd struct {
	Addr      string   `help:"Where the page is; on this machine only. If the port is taken, a free one is used." default:"127.0.0.1:8360" placeholder:"HOST:PORT"`
	Data      string   `help:"Keep the data in this folder. Without it nothing is kept." placeholder:"DIR" type:"path"`
	Playbooks string   `help:"A folder of playbooks that add to the built-in ones, in place of SYNCFIX_PLAYBOOKS. The page shows what each would do, and again when a file is saved." placeholder:"DIR" type:"path"`
	Scenario  string   `help:"Play this file and end with 0 if all went as written, or with 1; - reads stdin. What can be written, and those that are built in, stand above." placeholder:"FILE"`
	Seed      bool     `help:"Fill in a month of cases first, by the bot itself on a faster clock, so that App Home and history have something to show."`
	Fault     []string `help:"Break things, from when the bot has connected; may be given several times. The examples above say how." placeholder:"FAULT"`
	FaultSeed uint64   `help:"Decides what a fault with a chance hits; the same seed hits the same calls." default:"1" placeholder:"N"`
}

// Help is shown by syncfix sandbox --help.
func (sandboxCmd) Help() string {
	help := "Everything but the tokens works as in syncfix run, with the same settings (syncfix run --help); SLACK_… settings don't count.\n\n" +
		"A FAULT is what goes wrong, then, in any order, how likely (10%), for how long or how often (100ms, 30s, 5m) and for which method:\n\n"
	for _, example := range sandbox.FaultExamples() {
		help += fmt.Sprintf("  %-26s %s\n", example, example.Does())
	}
	return help + "\nEach can be switched on and off on the page, too, which counts how often it struck.\n\n" + scenarioHelp()
}

// Run starts the sandbox and the bot and works until ctx ends, the terminal is
// closed, or the scenario ends.
func (s sandboxCmd) Run(ctx context.Context, p process, c *cli) (err error) {
	ctx, stop := untilHangup(ctx)
	defer stop()
	faults, err := s.faults()
	if err = errors.Join(err, s.check()); err != nil {
		return err
	}
	books, conf, err := s.load(p, c)
	if err != nil {
		return err
	}
	dir, remove, err := dataFolder(s.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()

	quiet := &atomic.Bool{}
	quiet.Store(s.Seed)
	log := slog.New(hushed{newLog(p.stderr, conf, p.terminal).Handler(), quiet})
	offered, err := samples(books.Library().All(), books.Library().Recognizer())
	if err != nil {
		return err
	}
	shown, err := newPreviews(books, conf.playbooks)
	if err != nil {
		return err
	}
	maker := sampleMaker(books.Library().All())
	clock := newMovableClock(s.begin(time.Now(), conf.settings.DigestZone))
	slack, err := sandbox.Start(sandbox.Options{
		Addr: s.Addr, AppName: appName, Samples: offered, Maker: maker, Tour: firstCase(), Previews: shown, Clock: clock, Log: log.With("part", "sandbox"),
		Commands:  []sandbox.Command{{Name: slashCommand, Description: slashDescription, Hint: slashHint}},
		Shortcuts: []sandbox.Shortcut{{Name: shortcutName, CallbackID: shortcutCallback}},
		About:     conf.about,
		Faults:    faults, Seed: s.FaultSeed,
	})
	if err != nil {
		return usageError{err}
	}
	defer func() { err = errors.Join(err, slack.Close()) }()

	conf.botToken, conf.appToken, conf.apiURL = newSecret(slack.BotToken()), newSecret(slack.AppToken()), slack.APIURL()
	conf.db = filepath.Join(dir, databaseName)
	conf.backupDir = "" // that folder is for the copies of a real one
	books.told = func(changed []string, err error) {
		shown.heard(err)
		if err == nil {
			fmt.Fprintln(p.stdout, takenOver(changed))
		}
	}
	player := newPlayer(slack, clock, conf.settings.DigestZone, p.stdout)
	player.samples, player.maker = offered, maker
	also, err := s.also(p, player, books, func() { quiet.Store(false); s.hello(p, slack.URL()) })
	if err != nil {
		return err
	}
	return serve(ctx, conf, books, clock, nil, log, also)
}

// also is what goes on beside the bot: a scenario, a month that is made up, or
// nothing but a word of welcome.
func (s sandboxCmd) also(p process, with *player, books shelf, ready func()) (func(*boltstore.Store) part, error) {
	welcome := func(ctx context.Context) {
		ready()
		<-ctx.Done()
	}
	switch {
	case s.Scenario != "":
		lines, err := s.read(p, with)
		return with.part(func(context.Context) error { return with.run(lines) }), err
	case s.Seed:
		return with.part(func(ctx context.Context) error {
			err := newSeeder(with, books.Library().All()).run(ctx)
			if err == nil {
				welcome(ctx)
			}
			return err
		}), nil
	}
	return func(*boltstore.Store) part {
		return func(ctx context.Context) error { welcome(ctx); return nil }
	}, nil
}

// check says which of the flags don't go together.
func (s sandboxCmd) check() error {
	switch {
	case s.Seed && s.Scenario != "":
		return usageError{errors.New("--seed and --scenario: a scenario begins with nothing, so leave one of them out")}
	case s.Seed && len(s.Fault) > 0:
		return usageError{errors.New("--seed and --fault: switch the faults on later, on the page")}
	case s.Seed && s.Data != "":
		if _, err := os.Stat(filepath.Join(s.Data, databaseName)); err == nil {
			return usageError{fmt.Errorf("--seed: there are cases in %s already; name another folder with --data", s.Data)}
		}
	}
	return nil
}

// begin is what the clock shows at the start: now, or before the month that is
// made up, or in a scenario the last Monday at 10:00, so that it goes the same
// every day.
func (s sandboxCmd) begin(now time.Time, zone *time.Location) time.Time {
	switch {
	case s.Seed:
		return now.AddDate(0, 0, -seedDays)
	case s.Scenario == "":
		return now
	}
	now = now.In(zone)
	monday := (int(now.Weekday()) + 6) % 7 // days since
	return time.Date(now.Year(), now.Month(), now.Day()-monday, 10, 0, 0, 0, zone)
}

// faults reads what is to be broken; the error names every one that can't be read.
func (s sandboxCmd) faults() ([]sandbox.StandingFault, error) {
	var faults []sandbox.StandingFault
	var problems []error
	for _, text := range s.Fault {
		fault, err := sandbox.ParseFault(text)
		faults, problems = append(faults, fault), append(problems, err)
	}
	if err := errors.Join(problems...); err != nil {
		return nil, usageError{fmt.Errorf("%w\nsyncfix sandbox --help has examples", err)}
	}
	return faults, nil
}

// lead is the person of the sandbox's workspace who leads the support team.
const lead = "U0LEO"

// about says what a person of the sandbox may do, for the switch between people.
func (c config) about(u sandbox.User) string {
	by := bot.Actor{ID: u.ID, Bot: u.Bot, Guest: u.Restricted, Outsider: u.Stranger}
	switch {
	case bot.Authorize(by, bot.RightRespond, c.settings) != "":
		return "may only read"
	case bot.Authorize(by, bot.RightApprove, c.settings) != "":
		return "may not disconnect"
	}
	return "may disconnect"
}

// load reads the settings as run does, but for Slack's. What syncfix logs in
// passing would bury the address, so only warnings are logged unless asked for.
// Unless somebody is named, only the lead may disconnect, so that there is a
// difference to see between the people one can be.
func (s sandboxCmd) load(p process, c *cli) (shelf, config, error) {
	env := readEnvironment(p.env, c.EnvFile).without("SLACK_")
	env.process["SLACK_BOT_TOKEN"], env.process["SLACK_APP_TOKEN"] = "xoxb-sandbox-sandbox", "xapp-sandbox-sandbox"
	delete(env.process, "SYNCFIX_DB")
	delete(env.file, "SYNCFIX_DB")
	if s.Playbooks != "" {
		env.process["SYNCFIX_PLAYBOOKS"] = s.Playbooks
	}
	if env.look("SYNCFIX_LOG_LEVEL") == "" {
		env.process["SYNCFIX_LOG_LEVEL"] = slog.LevelWarn.String()
	}
	if env.look("SYNCFIX_APPROVERS") == "" {
		env.process["SYNCFIX_APPROVERS"] = lead
	}
	conf, err := loadConfig(env)
	if err != nil {
		return shelf{}, config{}, usageError{err}
	}
	books, err := openShelf(conf.playbooks)
	return books, conf, err
}

func (s sandboxCmd) hello(p process, url string) {
	kept := "Nothing is kept: --data DIR keeps the cases."
	if s.Data != "" {
		kept = "The cases are kept in " + s.Data + "."
	}
	if len(s.Fault) > 0 {
		kept += "\nOnce the bot has connected, these things go wrong: " + strings.Join(s.Fault, ", ") + "."
	}
	fmt.Fprintf(p.stdout, "syncfix is ready to try: %s\nOpen it, choose an alert under “Try it”, and follow the card in its thread.\n%s\nCtrl-C stops it.\n", url, kept)
}

// dataFolder is where the data goes, and what to do with it in the end.
func dataFolder(keep string) (dir string, remove func() error, err error) {
	if keep != "" {
		if err := os.MkdirAll(keep, 0o700); err != nil {
			return "", nil, usageError{fmt.Errorf("--data %s: %s", keep, reason(err))}
		}
		return keep, func() error { return nil }, nil
	}
	dir, err = os.MkdirTemp("", "syncfix-sandbox-")
	if err != nil {
		return "", nil, fmt.Errorf("making a folder for the sandbox's data: %w", err)
	}
	return dir, func() error { return os.RemoveAll(dir) }, nil
}

// without is the environment without the settings that begin so.
func (e environment) without(prefix string) environment {
	strip := func(m map[string]string) map[string]string {
		out := map[string]string{}
		for name, value := range m {
			if !strings.HasPrefix(name, prefix) {
				out[name] = value
			}
		}
		return out
	}
	e.process, e.file = strip(e.process), strip(e.file)
	return e
}
