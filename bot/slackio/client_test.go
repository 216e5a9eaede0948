package slackio

import (
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"syncfix/bot/sandbox"
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

func TestAuth(t *testing.T) {
	const who = `{"ok":true,"url":"https://acme.slack.com/","team_id":"T1","user_id":"U0BOT","bot_id":"B0BOT"}`
	for name, tc := range map[string]struct {
		who, bot string
		want     Identity
		err      string
	}{
		"good":          {who, `{"ok":true,"bot":{"id":"B0BOT","app_id":"A1"}}`, Identity{TeamID: "T1", UserID: "U0BOT", BotID: "B0BOT", AppID: "A1", TeamURL: "https://acme.slack.com/"}, ""},
		"app not shown": {who, `{"ok":false,"error":"missing_scope","needed":"users:read"}`, Identity{TeamID: "T1", UserID: "U0BOT", BotID: "B0BOT", TeamURL: "https://acme.slack.com/"}, ""},
		"refused":       {`{"ok":false,"error":"invalid_auth"}`, "", Identity{}, "slack does not accept the bot token: copy it again from api.slack.com/apps into SLACK_BOT_TOKEN; if"},
		"uninstalled":   {`{"ok":false,"error":"account_inactive"}`, "", Identity{}, "no longer valid"},
		"a person's":    {`{"ok":true,"team_id":"T1","user_id":"U1"}`, "", Identity{}, "belongs to a person"},
	} {
		t.Run(name, func(t *testing.T) {
			r := &registry{answers: map[string]string{"api/auth.test ": tc.who, "api/bots.info ": tc.bot}, asked: map[string]int{}}
			srv := httptest.NewServer(r)
			defer srv.Close()
			c, err := New(Config{BotToken: botToken, AppToken: appToken, APIURL: srv.URL + "/api"}) // the slash is put right
			if err != nil {
				t.Fatal(err)
			}
			got, err := c.Auth(t.Context())
			if got != tc.want || (err == nil) != (tc.err == "") {
				t.Fatalf("Auth = %+v, %v", got, err)
			}
			if err != nil && (!strings.Contains(err.Error(), tc.err) || strings.Contains(err.Error(), "abcdefgh")) {
				t.Errorf("err = %v, want %q", err, tc.err)
			}
		})
	}
}

func TestAuthOutlastsPassingTrouble(t *testing.T) {
	srv, err := sandbox.Start(sandbox.Options{Addr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	c, err := New(Config{BotToken: srv.BotToken(), AppToken: srv.AppToken(), APIURL: srv.APIURL(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.http.CloseIdleConnections()
	srv.Fault("auth.test", sandbox.Fault{ResetAfterApply: true})
	srv.Fault("auth.test", sandbox.Fault{Status: 500})
	srv.Fault("auth.test", sandbox.Fault{RetryAfter: time.Second})
	begin := time.Now()
	if who, err := c.Auth(t.Context()); err != nil || who.TeamID != srv.TeamID() || time.Since(begin) < 2*time.Second {
		t.Errorf("Auth = %+v, %v after %s", who, err, time.Since(begin))
	}
	srv.Fault("auth.test", sandbox.Fault{SlackError: "invalid_auth"})
	if _, err := c.Auth(t.Context()); err == nil {
		t.Error("what does not pass was tried again")
	}
}

func TestAuthWithoutAServer(t *testing.T) {
	c, err := New(Config{BotToken: botToken, AppToken: appToken, APIURL: "http://127.0.0.1:1/api/"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Auth(t.Context()); err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("err = %v", err)
	}
}
