package main

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"syncfix/bot"
)

// config is what the environment says, checked.
type config struct {
	botToken   secret
	appToken   secret
	apiURL     string
	db         string
	playbooks  string // folder; empty: the embedded playbooks only
	settings   bot.Settings
	digest     string // cron expression; empty: no digest
	rate       int    // messages a minute, whole workspace
	backupDir  string // empty: no nightly backups
	backupKeep int
	catchup    time.Duration // how old messages may be that are read from history; 0: none is
	http       string        // where health and metrics are answered; empty: nowhere
	logLevel   slog.Level
	logFormat  string // "auto", "text" or "json"
}

// variable is one environment variable: the table that configuration, help,
// messages and .env.example share.
type variable struct {
	name    string
	initial string // what holds when it isn't set, as it would be written
	meaning string
	where   string // where to get a value, or what to write
	// set takes a value that isn't empty. Its error says what is wrong and what to
	// write instead; it never quotes a secret.
	set func(c *config, value string) error
}

// variables is the table, in the order in which people meet it.
func variables() []variable {
	return slices.Concat(slackVariables(), caseVariables(), workVariables(), timeVariables(), operatorVariables())
}

func slackVariables() []variable {
	return []variable{
		{
			name: "SLACK_BOT_TOKEN", meaning: "The app's bot token, xoxb-…. Or SLACK_BOT_TOKEN_FILE: a file that holds it.",
			where: "api.slack.com/apps > your app > OAuth & Permissions > Bot User OAuth Token",
			set:   func(c *config, v string) (err error) { c.botToken, err = parseToken(v, "xoxb-"); return err },
		},
		{
			name: "SLACK_APP_TOKEN", meaning: "The app-level token, xapp-…. Or SLACK_APP_TOKEN_FILE: a file that holds it.",
			where: "api.slack.com/apps > your app > Basic Information > App-Level Tokens > Generate, with the scope connections:write",
			set:   func(c *config, v string) (err error) { c.appToken, err = parseToken(v, "xapp-"); return err },
		},
		{
			name: "SLACK_API_URL", initial: "https://slack.com/api/", meaning: "Where Slack's Web API is. Only a test needs another one.",
			where: "write https://slack.com/api/, or leave it out",
			set:   func(c *config, v string) (err error) { c.apiURL, err = parseAPIURL(v); return err },
		},
	}
}

func caseVariables() []variable {
	const (
		channelWhere = "write ids of channels (C…), separated by commas: in Slack, click the channel's name; the id is at the bottom of About"
		peopleWhere  = "write ids, separated by commas: a person's (U…) is in their profile > ⋮ > Copy member ID, a user group's (S…) under People > User groups > ⋮ > Copy group ID"
	)
	return []variable{
		{
			name: "SYNCFIX_DB", initial: defaultDB, meaning: "The file that keeps cases and everything on its way.",
			where: "name a file in a folder that is there and can be written to",
			set:   func(c *config, v string) error { c.db = v; return checkFolderOf(v) },
		},
		{
			name: "SYNCFIX_PLAYBOOKS", meaning: "A folder of playbooks (*.yaml) that add to the built-in ones; the same id replaces one.",
			where: "name a folder of *.yaml files",
			set:   func(c *config, v string) error { c.playbooks = v; return checkFolder(v) },
		},
		{
			name: "SYNCFIX_CHANNELS", meaning: "Ids of the channels to listen in. Empty: every channel the bot has been invited to.",
			where: channelWhere,
			set: func(c *config, v string) (err error) {
				c.settings.Channels, err = parseIDs(v, channelIDs)
				return err
			},
		},
		{
			name: "SYNCFIX_SHARED_CHANNELS", meaning: "Ids of channels shared with other companies in which to work all the same. Empty: none.",
			where: channelWhere,
			set: func(c *config, v string) (err error) {
				c.settings.SharedChannels, err = parseIDs(v, channelIDs)
				return err
			},
		},
		{
			name: "SYNCFIX_RESPONDERS", meaning: "Ids of people and user groups that may press buttons. Empty: everybody of this workspace but guests.",
			where: peopleWhere,
			set: func(c *config, v string) (err error) {
				c.settings.Responders, err = parseIDs(v, peopleIDs)
				return err
			},
		},
		{
			name: "SYNCFIX_APPROVERS", meaning: "Ids of people and user groups that may disconnect a sync. Empty: everybody who may press buttons.",
			where: peopleWhere,
			set: func(c *config, v string) (err error) {
				c.settings.Approvers, err = parseIDs(v, peopleIDs)
				return err
			},
		},
	}
}

func workVariables() []variable {
	const boolWhere = "write true or false"
	return []variable{
		{
			name: "SYNCFIX_OBSERVE", initial: "false", meaning: "true: decide and log, but post nothing. For a first look at a workspace.",
			where: boolWhere,
			set:   func(c *config, v string) (err error) { c.settings.Observe, err = parseBool(v); return err },
		},
		{
			name: "SYNCFIX_LEARN", initial: "true", meaning: "Let verified outcomes move where later cases start. syncfix playbook learned shows them.",
			where: boolWhere,
			set:   func(c *config, v string) (err error) { c.settings.Learn, err = parseBool(v); return err },
		},
		{
			name: "SYNCFIX_REACTIONS", initial: "true", meaning: "Show a case's state as a reaction on its alert: 👀 open, ✅ resolved, 🆘 handed off.",
			where: boolWhere,
			set:   func(c *config, v string) (err error) { c.settings.Reactions, err = parseBool(v); return err },
		},
	}
}

const digestWhere = "write minute hour day month weekday, such as 0 9 * * 1-5 for 09:00 on working days; or off"

func timeVariables() []variable {
	const durationWhere = "write a duration such as 30m, 2h or 7d"
	duration := func(name, initial, meaning string, into func(*config) *time.Duration) variable {
		return variable{name: name, initial: initial, meaning: meaning, where: durationWhere, set: func(c *config, v string) (err error) {
			*into(c), err = parseDuration(v)
			return err
		}}
	}
	return []variable{
		duration("SYNCFIX_REOPEN", "7d", "A failure within this time after its case was resolved reopens the case.",
			func(c *config) *time.Duration { return &c.settings.Reopen }),
		duration("SYNCFIX_REMIND", "30m", "Remind of a case that has made no progress for this long.",
			func(c *config) *time.Duration { return &c.settings.Remind }),
		duration("SYNCFIX_VERIFY", "", "Wait this long for the sync to report, then ask. Empty: as long as the playbook says, or else 2h.",
			func(c *config) *time.Duration { return &c.settings.VerifyWait }),
		duration("SYNCFIX_STALE", "24h", "A case without progress for this long counts as stuck.",
			func(c *config) *time.Duration { return &c.settings.Stale }),
		{
			name: "SYNCFIX_RETENTION", initial: "400d", meaning: "Closed cases are kept this long, then removed with their events. off: for ever.",
			where: "write a number of days such as 400d, or off",
			set:   func(c *config, v string) (err error) { c.settings.Retention, err = parseRetention(v); return err },
		},
		{
			name: "SYNCFIX_CATCHUP", initial: "24h", meaning: "After an absence, read the channels' history, as far back as this. off: what was said meanwhile stays unread.",
			where: "write a duration up to 7d, such as 12h; or off",
			set:   func(c *config, v string) (err error) { c.catchup, err = parseCatchup(v); return err },
		},
		{
			name: "SYNCFIX_DIGEST", initial: "0 9 * * 1-5", meaning: "When to list the stuck cases in their channels, as a cron expression. off: never.",
			where: digestWhere,
			set:   func(c *config, v string) error { c.digest = v; return nil }, // checked with the time zone
		},
		{
			name: "SYNCFIX_TIMEZONE", initial: "UTC", meaning: "The time zone of SYNCFIX_DIGEST, and of the nightly backup.",
			where: "write the name of a time zone, such as Europe/Berlin or America/New_York",
			set:   func(c *config, v string) (err error) { c.settings.DigestZone, err = parseZone(v); return err },
		},
	}
}

func operatorVariables() []variable {
	return []variable{
		{
			name: "SYNCFIX_BACKUP_DIR", meaning: "A folder for a copy of the database every night at 03:15. Empty: none is made.",
			where: "name a folder that is there and can be written to",
			set:   func(c *config, v string) error { c.backupDir = v; return checkFolder(v) },
		},
		{
			name: "SYNCFIX_BACKUP_KEEP", initial: "7", meaning: "How many of these copies to keep; older ones are removed.",
			where: "write a number from 1 to 1000",
			set:   func(c *config, v string) (err error) { c.backupKeep, err = parseNumber(v, 1, 1000); return err },
		},
		{
			name: "SYNCFIX_RATE", initial: "200", meaning: "How many messages a minute to post in the whole workspace. Slack allows several hundred.",
			where: "write a number from 1 to 100000",
			set:   func(c *config, v string) (err error) { c.rate, err = parseNumber(v, 1, 100_000); return err },
		},
		{
			name: "SYNCFIX_HTTP", meaning: "Where to answer /healthz, /readyz and /metrics, such as 127.0.0.1:9464. Empty: nowhere.",
			where: "write 127.0.0.1:9464 for this machine alone, or another address and port of this machine's",
			set:   func(c *config, v string) (err error) { c.http, err = parseListen(v); return err },
		},
		{
			name: "SYNCFIX_LOG_LEVEL", initial: "info", meaning: "The least important lines to log.",
			where: "write debug, info, warn or error",
			set:   func(c *config, v string) (err error) { c.logLevel, err = parseLevel(v); return err },
		},
		{
			name: "SYNCFIX_LOG_FORMAT", initial: "auto", meaning: "text or json. auto: text on a terminal, otherwise json.",
			where: "write auto, text or json",
			set: func(c *config, v string) (err error) {
				c.logFormat, err = oneOf(v, "auto", "text", "json")
				return err
			},
		},
	}
}

// problem is one thing the operator must change.
type problem struct {
	what   string // one sentence
	advice string // where the value comes from
}

// problems is everything that is wrong with a configuration.
type problems []problem

func (ps problems) Error() string {
	var b strings.Builder
	if len(ps) == 1 {
		b.WriteString("one setting needs a change:")
	} else {
		fmt.Fprintf(&b, "%d settings need a change:", len(ps))
	}
	for _, p := range ps {
		b.WriteString("\n  " + p.what)
		if p.advice != "" {
			b.WriteString("\n      " + p.advice)
		}
	}
	return b.String()
}

// loadConfig checks everything the environment says. Its error is problems, all
// of them.
func loadConfig(env environment) (config, error) {
	c, bad := readConfig(env)
	if len(bad) > 0 {
		return config{}, bad
	}
	return c, nil
}

// readConfig is loadConfig that keeps what is good beside what is wrong.
func readConfig(env environment) (config, problems) {
	c := config{settings: bot.DefaultSettings()}
	bad := slices.Clone(env.problems)
	for _, v := range variables() {
		value, from, err := env.value(v.name)
		if value == "" && err == nil {
			value, from = v.initial, v.name
		}
		switch {
		case err != nil:
			bad = append(bad, problem{err.Error(), v.where})
		case value != "":
			if err := v.set(&c, value); err != nil {
				bad = append(bad, problem{from + " " + err.Error() + ".", v.where})
			}
		case required(v.name):
			bad = append(bad, problem{v.name + " is not set.", v.where})
		}
	}
	bad = append(bad, checkDigest(&c)...)
	bad = append(bad, env.unknown()...)
	return c, bad
}

func required(name string) bool { return name == "SLACK_BOT_TOKEN" || name == "SLACK_APP_TOKEN" }

// settingsHelp is the table for --help.
func settingsHelp() string {
	var b strings.Builder
	b.WriteString("Settings are environment variables, or lines of .env:\n")
	for _, v := range variables() {
		name := v.name
		if v.initial != "" {
			name += "=" + v.initial
		}
		b.WriteString("\n    " + name + "\n        " + v.meaning + "\n")
	}
	return b.String()
}
