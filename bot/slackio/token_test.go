package slackio

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"syncfix/bot"
	"syncfix/bot/sandbox"
)

// hasty is a clock on which waiting takes no time.
type hasty struct{ bot.RealClock }

func (hasty) CallAt(_ time.Time, f func()) (stop func() bool) {
	go f()
	return func() bool { return false }
}

// A token that is refused once is asked about; only one that stays refused ends
// the work.
func TestKeepToken(t *testing.T) {
	srv, err := sandbox.Start(sandbox.Options{Addr: "127.0.0.1:0", NoRateLimits: true})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	log := &logged{}
	token := srv.BotToken()
	c, err := New(Config{BotToken: token, AppToken: srv.AppToken(), APIURL: srv.APIURL(), Clock: hasty{}, Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer c.http.CloseIdleConnections()
	ended := make(chan error, 1)
	go func() { ended <- c.KeepToken(t.Context()) }()
	refused := func(code string, asked int) {
		t.Helper()
		c.Observer.SlackCalled("chat.postMessage", code)
		if err := srv.Wait(t.Context(), func() bool { return len(srv.Calls()) >= asked }); err != nil {
			t.Fatal(err)
		}
	}
	refused("missing_scope", 0)
	refused("not_in_channel", 0)
	refused("invalid_auth", 1)
	srv.Fault("auth.test", sandbox.Fault{Status: 500, Times: 2}) // it is asked until there is an answer
	srv.Fault("auth.test", sandbox.Fault{Status: 404})
	refused("token_revoked", 4)
	srv.RevokeBotToken()
	refused("token_revoked", 5)
	err = <-ended
	if n := len(srv.Calls()); n != 5 {
		t.Errorf("Slack was asked %d times", n)
	}
	want := "working in Slack: the bot token is no longer valid: install the app again, or make a new token, at api.slack.com/apps, and put it into SLACK_BOT_TOKEN: token_revoked"
	if err == nil || err.Error() != want {
		t.Errorf("it ends with %v", err)
	}
	for _, want := range []string{"accepts it again", "does not say whether it is still good"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log doesn't say %q: %s", want, log)
		}
	}
	if strings.Contains(log.String(), token) {
		t.Error("the token is in the log")
	}
}
