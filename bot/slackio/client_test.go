package slackio

import (
	"strings"
	"testing"
)

func TestTokensOfTheWrongKindAreNamed(t *testing.T) {
	for name, tc := range map[string]struct {
		bot, app string
		want     []string
	}{
		"missing":           {"", "", []string{"bot token is missing: it begins with xoxb-", "app-level token is missing: it begins with xapp-"}},
		"swapped":           {appToken, botToken, []string{"bot token is an app-level token (xapp-…)", "app-level token is a bot token (xoxb-…)"}},
		"a person's":        {"xoxp-1-abcdefgh", appToken, []string{"bot token is a person's token (xoxp-…)"}},
		"something else":    {"abcdefgh", appToken, []string{"bot token is no token of Slack's"}},
		"nothing behind it": {"xoxb-", appToken, []string{"bot token is no token of Slack's"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := New(Config{BotToken: tc.bot, AppToken: tc.app})
			if err == nil {
				t.Fatal("no error")
			}
			for _, w := range tc.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q does not say %q", err, w)
				}
			}
			if n := strings.Count(err.Error(), "\n") + 1; n != len(tc.want) {
				t.Errorf("%d problems, want %d: %v", n, len(tc.want), err)
			}
			if strings.Contains(err.Error(), "abcdefgh") {
				t.Errorf("a token stands in %q", err)
			}
		})
	}
}
