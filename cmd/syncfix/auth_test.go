package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"syncfix/bot/sandbox"
)

// A file that can't be the database is left alone, and syncfix not started again.
func TestDatabaseThatIsRefused(t *testing.T) {
	t.Chdir(t.TempDir())
	db := filepath.Join(t.TempDir(), "syncfix.db")
	for what, content := range map[string]string{"not a syncfix database": strings.Repeat("accounts;", 3000), "has only 5 bytes": "hello"} {
		if err := os.WriteFile(db, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		var stderr bytes.Buffer
		environ := []string{"SLACK_BOT_TOKEN=" + goodBot, "SLACK_APP_TOKEN=" + goodApp, "SYNCFIX_DB=" + db, "SYNCFIX_LOG_LEVEL=error"}
		code := run(t.Context(), []string{"run"}, environ, process{stdout: io.Discard, stderr: &stderr})
		if said := stderr.String(); code != exitUsage || !strings.Contains(said, what) || strings.Count(said, "\n") != 1 {
			t.Errorf("code %d: %s", code, said)
		}
	}
}

// What goes wrong between us and Slack at the start is said in a line, without a
// token, and ends the program with the code after which it is not started again.
func TestTokensThatSlackRefuses(t *testing.T) {
	slack, err := sandbox.Start(sandbox.Options{Addr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer slack.Close()
	for _, c := range []struct{ name, bot, app, api, want string }{
		{"bot token", goodBot, slack.AppToken(), slack.APIURL(), "does not accept the bot token"},
		{"app-level token", slack.BotToken(), goodApp, slack.APIURL(), "does not accept the app-level token"},
		{"no Slack there", slack.BotToken(), slack.AppToken(), slack.APIURL() + "elsewhere/", "check SLACK_API_URL"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			var stderr bytes.Buffer
			environ := []string{
				"SLACK_BOT_TOKEN=" + c.bot, "SLACK_APP_TOKEN=" + c.app, "SLACK_API_URL=" + c.api,
				"SYNCFIX_DB=" + filepath.Join(t.TempDir(), "syncfix.db"), "SYNCFIX_LOG_LEVEL=error",
			}
			code := run(t.Context(), []string{"run"}, environ, process{stdout: io.Discard, stderr: &stderr})
			said := stderr.String()
			if code != exitUsage || !strings.Contains(said, c.want) || strings.Count(said, "\n") != 1 {
				t.Errorf("code %d: %s", code, said)
			}
			for _, token := range []string{c.bot, c.app} {
				if strings.Contains(said, token) {
					t.Errorf("a token was printed: %s", said)
				}
			}
		})
	}
}
