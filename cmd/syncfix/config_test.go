package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"syncfix/bot"
)

const (
	goodBot = "xoxb-1111-2222-sEcReTbOt"
	goodApp = "xapp-1-A111-2222-sEcReTaPp"
)

// tokens is the least configuration there is, with changes.
func tokens(changes ...string) map[string]string {
	env := map[string]string{"SLACK_BOT_TOKEN": goodBot, "SLACK_APP_TOKEN": goodApp}
	for _, c := range changes {
		name, value, _ := strings.Cut(c, "=")
		env[name] = value
	}
	return env
}

// load reads a configuration in an empty working directory.
func load(t *testing.T, env map[string]string) (config, error) {
	t.Helper()
	t.Chdir(t.TempDir())
	return loadConfig(readEnvironment(env, ""))
}

func TestTokensAloneGiveTheDefaults(t *testing.T) {
	c, err := load(t, tokens())
	if err != nil {
		t.Fatal(err)
	}
	want := bot.DefaultSettings()
	if c.settings.Reopen != want.Reopen || c.settings.Remind != want.Remind || c.settings.VerifyWait != want.VerifyWait ||
		c.settings.Stale != want.Stale || c.settings.Reactions != want.Reactions || c.settings.Observe != want.Observe || c.settings.DigestZone != want.DigestZone {
		t.Errorf("settings %+v differ from bot.DefaultSettings %+v", c.settings, want)
	}
	if c.db != "syncfix.db" || c.digest != "0 9 * * 1-5" || c.rate != 200 || c.apiURL != "https://slack.com/api/" || c.logLevel != slog.LevelInfo {
		t.Errorf("defaults are %+v", c)
	}
	if c.botToken.reveal() != goodBot || c.appToken.reveal() != goodApp {
		t.Error("the tokens did not arrive")
	}
}

func TestSettingsAreRead(t *testing.T) {
	c, err := load(t, tokens(
		"SYNCFIX_CHANNELS=C0SUPPORT, C0BILLING", "SYNCFIX_RESPONDERS=U0ANA S0LEADS", "SYNCFIX_APPROVERS=S0LEADS,S0LEADS", "SYNCFIX_OBSERVE=yes",
		"SYNCFIX_REACTIONS=false", "SYNCFIX_REOPEN=3d12h", "SYNCFIX_REMIND=90m", "SYNCFIX_VERIFY=4h", "SYNCFIX_STALE=2d", "SYNCFIX_DIGEST=off",
		"SYNCFIX_TIMEZONE=Europe/Berlin", "SYNCFIX_RATE=60", "SYNCFIX_LOG_LEVEL=DEBUG", "SYNCFIX_LOG_FORMAT=json", "SLACK_API_URL=http://127.0.0.1:8360/api",
		"SYNCFIX_RETENTION=off", "SYNCFIX_BACKUP_DIR=/", "SYNCFIX_BACKUP_KEEP=3"))
	if err != nil {
		t.Fatal(err)
	}
	s := c.settings
	switch {
	case !slices.Equal(s.Channels, []string{"C0SUPPORT", "C0BILLING"}), !slices.Equal(s.Responders, []string{"U0ANA", "S0LEADS"}), !slices.Equal(s.Approvers, []string{"S0LEADS"}):
		t.Errorf("lists: %+v", s)
	case !s.Observe, s.Reactions, s.Reopen != 84*time.Hour, s.Remind != 90*time.Minute, s.VerifyWait != 4*time.Hour, s.Stale != 48*time.Hour, s.DigestZone.String() != "Europe/Berlin":
		t.Errorf("settings: %+v", s)
	case s.Retention != 0, c.backupDir != "/", c.backupKeep != 3:
		t.Errorf("retention and backups: %+v", c)
	case c.digest != "", c.rate != 60, c.logLevel != slog.LevelDebug, c.logFormat != "json", c.apiURL != "http://127.0.0.1:8360/api/":
		t.Errorf("config: %+v", c)
	}
}

func TestEveryWrongSettingIsNamedWithWhatToDo(t *testing.T) {
	for _, c := range []struct{ change, want string }{
		{"SLACK_BOT_TOKEN=", "SLACK_BOT_TOKEN is not set.\n      api.slack.com/apps > your app > OAuth & Permissions"},
		{"SLACK_APP_TOKEN=", "SLACK_APP_TOKEN is not set.\n      api.slack.com/apps > your app > Basic Information > App-Level Tokens"},
		{"SLACK_BOT_TOKEN=" + goodApp, "SLACK_BOT_TOKEN holds an app-level token (xapp-…): it must be a bot token (xoxb-…)"},
		{"SLACK_APP_TOKEN=" + goodBot, "SLACK_APP_TOKEN holds a bot token (xoxb-…): it must be an app-level token (xapp-…)"},
		{"SLACK_BOT_TOKEN=xoxp-123456789", "SLACK_BOT_TOKEN holds a user token (xoxp-…)"},
		{"SLACK_BOT_TOKEN=xoxe.xoxb-123456789", "switch token rotation off"},
		{"SLACK_BOT_TOKEN=xoxb-…", "SLACK_BOT_TOKEN is not a whole token"},
		{"SLACK_BOT_TOKEN=hunter2", "SLACK_BOT_TOKEN is no token of Slack: it must be a bot token, which begins with xoxb-"},
		{"SLACK_BOT_TOKEN_FILE=token", "SLACK_BOT_TOKEN and SLACK_BOT_TOKEN_FILE are both set: keep one."},
		{"SLACK_API_URL=slack.com/api", "SLACK_API_URL is not an address.\n      write https://slack.com/api/"},
		{"SLACK_API_URL=http://example.com/api/", "SLACK_API_URL must begin with https://"},
		{"SYNCFIX_DB=/nowhere/at/all.db", "there is no folder /nowhere/at; make it first"},
		{"SYNCFIX_DB=.", `SYNCFIX_DB is ".": that is a folder; name a file in it`},
		{"SYNCFIX_PLAYBOOKS=nowhere", `SYNCFIX_PLAYBOOKS is "nowhere": there is no such folder`},
		{"SYNCFIX_CHANNELS=#support,C0SUPPORT", "SYNCFIX_CHANNELS is \"#support\": that is no id.\n      write ids of channels (C…)"},
		{"SYNCFIX_SHARED_CHANNELS=c0support", "SYNCFIX_SHARED_CHANNELS"},
		{"SYNCFIX_RESPONDERS=@ana", "SYNCFIX_RESPONDERS is \"@ana\": that is no id.\n      write ids, separated by commas: a person's (U…)"},
		{"SYNCFIX_APPROVERS=C0SUPPORT", "SYNCFIX_APPROVERS"},
		{"SYNCFIX_OBSERVE=maybe", "SYNCFIX_OBSERVE can't be \"maybe\".\n      write true or false"},
		{"SYNCFIX_REACTIONS=2", "SYNCFIX_REACTIONS"},
		{"SYNCFIX_REOPEN=soon", "SYNCFIX_REOPEN can't be \"soon\".\n      write a duration such as 30m, 2h or 7d"},
		{"SYNCFIX_REMIND=0", "SYNCFIX_REMIND"},
		{"SYNCFIX_VERIFY=-2h", "SYNCFIX_VERIFY"},
		{"SYNCFIX_STALE=9000d", "SYNCFIX_STALE"},
		{"SYNCFIX_RETENTION=7d", "SYNCFIX_RETENTION is \"7d\": it must be from 30d to 10000d, or off"},
		{"SYNCFIX_BACKUP_DIR=nowhere", `SYNCFIX_BACKUP_DIR is "nowhere": there is no such folder`},
		{"SYNCFIX_BACKUP_KEEP=0", "SYNCFIX_BACKUP_KEEP"},
		{"SYNCFIX_DIGEST=9 o'clock", "SYNCFIX_DIGEST"},
		{"SYNCFIX_DIGEST=0 0 30 2 *", "SYNCFIX_DIGEST"},
		{"SYNCFIX_TIMEZONE=Berlin", `SYNCFIX_TIMEZONE is "Berlin": there is no such time zone`},
		{"SYNCFIX_RATE=lots", "SYNCFIX_RATE can't be \"lots\".\n      write a number from 1 to 100000"},
		{"SYNCFIX_LOG_LEVEL=loud", "SYNCFIX_LOG_LEVEL can't be \"loud\".\n      write debug, info, warn or error"},
		{"SYNCFIX_LOG_FORMAT=xml", "SYNCFIX_LOG_FORMAT can't be \"xml\".\n      write auto, text or json"},
		{"SYNCFIX_CHANNEL=C0SUPPORT", "SYNCFIX_CHANNEL is no setting of syncfix.\n      did you mean SYNCFIX_CHANNELS?"},
		{"SYNCFIX_FROBNICATE=1", "SYNCFIX_FROBNICATE is no setting of syncfix.\n      syncfix run --help lists all settings"},
	} {
		t.Run(c.change, func(t *testing.T) {
			_, err := load(t, tokens(c.change))
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "one setting needs a change") {
				t.Errorf("got:\n%v\nwant it to have:\n%s", err, c.want)
			}
		})
	}
}

func TestAllProblemsAreToldAtOnce(t *testing.T) {
	_, err := load(t, map[string]string{"SLACK_BOT_TOKEN": goodApp, "SYNCFIX_REMIND": "soon", "SYNCFIX_OBSERV": "true", "SYNCFIX_RATE": "0"})
	var all problems
	if !errors.As(err, &all) || len(all) != 5 {
		t.Fatalf("%d problems, want 5:\n%v", len(all), err)
	}
	for _, p := range all {
		if p.what == "" || p.advice == "" {
			t.Errorf("%+v does not say what and what to do", p)
		}
	}
}

func TestEnvironmentComesBeforeTheFile(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, ".env", "SLACK_BOT_TOKEN="+goodBot+"\n# a comment\nSLACK_APP_TOKEN=\""+goodApp+"\"\nSYNCFIX_RATE=50\nSYNCFIX_REMIND=1h\nSYNCFIX_DIGEST=0 8 * * *\n")
	c, err := loadConfig(readEnvironment(map[string]string{"SYNCFIX_RATE": "60", "SYNCFIX_REMIND": ""}, ""))
	if err != nil {
		t.Fatal(err)
	}
	if c.rate != 60 || c.settings.Remind != bot.DefaultSettings().Remind || c.digest != "0 8 * * *" || c.appToken.reveal() != goodApp {
		t.Errorf("rate %d, remind %s, digest %q", c.rate, c.settings.Remind, c.digest)
	}
}

func TestSettingsFileProblems(t *testing.T) {
	for _, c := range []struct{ name, path, text, want string }{
		{"not there", "other.env", "", `The settings file other.env can't be read: no such file or directory.`},
		{"a line that isn't NAME=value", "", "SYNCFIX_RATE=60\nSLACK_BOT_TOKEN " + goodBot + "\n", "can't be understood: .env, line 2."},
		{"misspelt", "", "SYNCFIX_DATABASE=x.db\n", "SYNCFIX_DATABASE is no setting of syncfix."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if c.text != "" {
				write(t, ".env", c.text)
			}
			_, err := loadConfig(readEnvironment(tokens(), c.path))
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), goodBot) {
				t.Errorf("got %v, want %q and no token", err, c.want)
			}
		})
	}
}

func TestTokensCanComeFromFiles(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "bot-token")
	write(t, file, goodBot+"\n")
	c, err := load(t, map[string]string{"SLACK_BOT_TOKEN_FILE": file, "SLACK_APP_TOKEN": goodApp})
	if err != nil || c.botToken.reveal() != goodBot {
		t.Fatalf("token %q, err %v", c.botToken.reveal(), err)
	}
	for _, path := range []string{filepath.Join(dir, "missing"), dir} {
		_, err := load(t, map[string]string{"SLACK_BOT_TOKEN_FILE": path, "SLACK_APP_TOKEN": goodApp})
		if err == nil || !strings.Contains(err.Error(), "SLACK_BOT_TOKEN_FILE names") || !strings.Contains(err.Error(), "which can't be read") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestTokensAreNeverPrinted(t *testing.T) {
	c, err := load(t, tokens())
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		fmt.Fprintf(&out, verb+"\n", c)
		fmt.Fprintf(&out, verb+"\n", c.botToken)
		fmt.Fprintf(&out, verb+"\n", &c)
	}
	for _, log := range []*slog.Logger{slog.New(slog.NewTextHandler(&out, nil)), slog.New(slog.NewJSONHandler(&out, nil))} {
		log.Info("x", "config", c, "token", c.botToken)
	}
	for _, wrong := range []string{goodApp, "xoxp-sEcReTuser-0000", "sEcReTnonsense", goodBot + " sEcReT", "xoxb-" + "sEcReT…"} {
		_, err := load(t, tokens("SLACK_BOT_TOKEN="+wrong))
		if err == nil {
			t.Errorf("%q passed", wrong)
		}
		fmt.Fprintln(&out, err)
	}
	if strings.Contains(out.String(), "sEcReT") || strings.Contains(out.String(), fmt.Sprintf("%x", "sEcReT")) {
		t.Errorf("a token was printed:\n%s", out.String())
	}
}

func FuzzDuration(f *testing.F) {
	for _, s := range []string{"7d", "1d12h", "30m", "0.5d", "", "d", "-1d", "NaNd", "1e300d", "1d1d", "99999h"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := parseDuration(s)
		if err == nil && (d < time.Second || d > 366*24*time.Hour) {
			t.Errorf("%q gives %s", s, d)
		}
	})
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
