package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"syncfix/bot/slackio"
)

// doctorCmd checks all that can be checked from outside.
type doctorCmd struct {
	JSON bool `name:"json" help:"One JSON object a line: check, status (ok, warn, fail), found, remedy."`
}

// Help is shown by syncfix doctor --help.
func (doctorCmd) Help() string {
	return "Looks at the settings, at Slack (it reads only, and posts nothing) and at this machine, and says what it found, a line each, and what to do " +
		"about what is not as it should be. It may run beside a syncfix that is at work. It ends with 1 if something fails, otherwise with 0."
}

// status is how a check went.
type status string

const (
	good status = "ok"
	warn status = "warn" // it works, but perhaps not as meant
	fail status = "fail" // syncfix can't do its work like this
)

// finding is what a check found.
type finding struct {
	Check  string `json:"check"`
	Status status `json:"status"`
	Found  string `json:"found"`
	Remedy string `json:"remedy"` // what to do; empty if all is well
}

// checkTime is how long each check may take, all its questions together.
const checkTime = 10 * time.Second

// examiner is what the doctor asks of Slack; slackio.Examiner is one.
type examiner interface {
	Standing(ctx context.Context) (slackio.Standing, error)
	App(ctx context.Context, botID string) (string, error)
	SocketMode(ctx context.Context) (host string, err error)
	Reach(ctx context.Context, host string) error
	Channels(ctx context.Context) (list []slackio.ChannelStanding, all bool, err error)
	Channel(ctx context.Context, id string) (slackio.ChannelStanding, error)
	Person(ctx context.Context, id, workspace string) (slackio.PersonStanding, error)
	Groups(ctx context.Context) ([]slackio.GroupStanding, error)
	Skew() (ahead, took time.Duration, told bool)
}

var _ examiner = (*slackio.Examiner)(nil)

// doctor goes through the checks. What one learns, those behind it use.
type doctor struct {
	conf     config
	bad      problems // of the settings
	env      environment
	slack    examiner
	free     func(dir string) (bytes uint64, known bool)
	now      func() time.Time
	say      func(finding)
	standing slackio.Standing
	known    bool // Slack has accepted the bot token, and standing holds
	reached  bool // Slack has answered
}

// Run prints a line for each thing that was looked at, as soon as it was.
func (d doctorCmd) Run(ctx context.Context, p process, c *cli) error {
	env := readEnvironment(p.env, c.EnvFile)
	conf, bad := readConfig(env)
	slack := slackio.NewExaminer(slackio.Config{
		BotToken: conf.botToken.reveal(), AppToken: conf.appToken.reveal(), APIURL: conf.apiURL, HTTPTimeout: checkTime,
	})
	defer slack.Close()
	failed := 0
	var broken error
	doc := doctor{conf: conf, bad: bad, env: env, slack: slack, free: freeBytes, now: time.Now, say: func(f finding) {
		if f.Status == fail {
			failed++
		}
		if _, err := p.stdout.Write(d.line(f)); err != nil {
			broken = fmt.Errorf("printing what was found: %w", err)
		}
	}}
	doc.examine(ctx)
	switch {
	case broken != nil:
		return broken
	case ctx.Err() != nil:
		return fmt.Errorf("stopped before all was checked: %w", ctx.Err())
	case failed > 0:
		return fmt.Errorf("%d failed, see above", failed)
	}
	return nil
}

// line is a finding for the reader that was asked for.
func (d doctorCmd) line(f finding) []byte {
	if d.JSON {
		line, err := json.Marshal(f)
		if err != nil { // it has only text
			line = []byte(`{}`)
		}
		return append(line, '\n')
	}
	text := fmt.Sprintf("%-4s  %s: %s\n", f.Status, f.Check, oneLine(f.Found))
	if f.Remedy != "" {
		text += "      → " + oneLine(f.Remedy) + "\n"
	}
	return []byte(text)
}

// oneLine keeps what others wrote, such as a channel's name, from looking like
// lines of ours.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f && r <= 0x9f || r == 0x2028 || r == 0x2029 }), " ")
}

// examine makes every check; none keeps another from being made.
func (d *doctor) examine(ctx context.Context) {
	checks := []func(context.Context){
		d.version, d.settings, d.mode, d.timeZone, d.playbooks, d.database, d.disk, d.backups,
		d.account, d.scopes, d.socketMode, d.sameApp, d.commandAndEvents, d.channels, d.people, d.clock,
	}
	for _, check := range checks {
		if ctx.Err() != nil {
			return
		}
		within, cancel := context.WithTimeout(ctx, checkTime)
		check(within)
		cancel()
	}
}

func (d *doctor) ok(check, format string, args ...any) {
	d.say(finding{check, good, fmt.Sprintf(format, args...), ""})
}

func (d *doctor) warn(check, remedy, format string, args ...any) {
	d.say(finding{check, warn, fmt.Sprintf(format, args...), remedy})
}

func (d *doctor) fail(check, remedy, format string, args ...any) {
	d.say(finding{check, fail, fmt.Sprintf(format, args...), remedy})
}

// unchecked is for what can't be looked at because of something else.
func (d *doctor) unchecked(check, why string) {
	d.warn(check, "mend that first, then run syncfix doctor again", "not checked: %s", why)
}

// wrong says, and notes, that a check has to wait for a setting to be mended.
func (d *doctor) wrong(check string, settings ...string) bool {
	for _, name := range settings {
		for _, p := range d.bad {
			if what := strings.TrimPrefix(p.what, name); what != p.what && (what == "" || what[0] == ' ' || strings.HasPrefix(what, "_FILE ")) {
				d.unchecked(check, name+" needs a change")
				return true
			}
		}
	}
	return false
}
