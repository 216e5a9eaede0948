package slackio

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"syncfix/bot"
	"syncfix/bot/sandbox"
)

// TestConversationWithASlackOfOurOwn reads what the sandbox sends, which was
// written from Slack's documentation without sight of the decoder.
func TestConversationWithASlackOfOurOwn(t *testing.T) {
	srv, err := sandbox.Start(sandbox.Options{
		Addr: "127.0.0.1:0", NoRateLimits: true, Commands: []sandbox.Command{{Name: "/syncfix"}},
		Shortcuts: []sandbox.Shortcut{{Name: "Fix this sync", CallbackID: "fix_this_sync"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	c, err := New(Config{BotToken: srv.BotToken(), AppToken: srv.AppToken(), APIURL: srv.APIURL(), Stagger: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	self, err := c.Auth(t.Context())
	if err != nil || self.AppID != srv.AppID() {
		t.Fatalf("Auth = %+v, %v", self, err)
	}
	box, woken := &inbox{}, make(chan struct{}, 1000)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- c.Listen(ctx, NewIntake(IntakeConfig{Inbox: box, Self: self, Wake: func() { woken <- struct{}{} }}))
	}()
	defer func() {
		stop()
		if err := next(t, "end of Listen", ended); err != nil {
			t.Error(err)
		}
	}()
	waiting, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	if err := srv.Wait(waiting, func() bool { return srv.Connections() == sockets }); err != nil {
		t.Fatal(err)
	}

	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ts, err := srv.Say("U0ANA", "support", "Sync failed & <@U0LEO> knows; password: hunter2")
	must(err)
	must(srv.Edit("C0SUPPORT", ts, "Sync failed for Acme"))
	_, err = srv.SayIn("U0ANA", "support", ts, "<@"+srv.BotUserID()+"> list")
	must(err)
	_, err = srv.Post("support", "Alertmanager", json.RawMessage(`{"attachments":[{"title":"[FIRING]","text":"Sync failed"}]}`))
	must(err)
	must(srv.Command("U0ANA", "support", "/syncfix show SF-1"))
	must(srv.Shortcut("U0LEO", "fix_this_sync", "support", ts))
	must(srv.OpenHome("U0ANA"))
	must(srv.Invite("U0ANA", "general", srv.BotUserID()))
	must(srv.Delete("C0SUPPORT", ts))

	got := map[bot.InboundKind][]bot.Inbound{}
	for len(got[bot.InMessage]) < 4 || len(got[bot.InJoined]) < 1 || len(got[bot.InHome]) < 1 || len(got[bot.InShortcut]) < 1 || len(got[bot.InCommand]) < 1 || len(got[bot.InMention]) < 1 {
		next(t, "further envelope", woken)
		clear(got)
		kept, _ := box.all()
		for _, e := range kept {
			in, err := Decoder{Self: self}.Decode(e)
			if err != nil {
				t.Fatalf("%s: %v", e.Body, err)
			}
			got[in.Kind] = append(got[in.Kind], in)
			if strings.Contains(string(e.Body), "hunter2") {
				t.Errorf("a secret was kept: %s", e.Body)
			}
		}
	}
	find := func(kind bot.InboundKind, what string, is func(bot.Inbound) bool) {
		t.Helper()
		if !slices.ContainsFunc(got[kind], is) {
			t.Errorf("no %s: %+v", what, got[kind])
		}
	}
	here := bot.Place{Team: srv.TeamID(), Channel: "C0SUPPORT", TS: ts}
	find(bot.InMessage, "message", func(in bot.Inbound) bool {
		return in.Place == here && in.By.ID == "U0ANA" && !in.Edited && slices.Equal(in.Removed, []string{"password"}) && strings.HasPrefix(in.Text, "Sync failed & @U0LEO knows") && !in.Own
	})
	find(bot.InMessage, "edit", func(in bot.Inbound) bool {
		return in.Place == here && in.Edited && in.Text == "Sync failed for Acme" && in.Removed == nil
	})
	find(bot.InMessage, "alert", func(in bot.Inbound) bool { return in.By.Bot && in.Text == "[FIRING]\nSync failed" })
	find(bot.InMessage, "deletion", func(in bot.Inbound) bool { return in.Place == here && in.Deleted })
	if n := len(got[bot.InMention]); n != 1 { // it came as a message, too
		t.Errorf("%d mentions", n)
	}
	find(bot.InMention, "mention", func(in bot.Inbound) bool { return in.Text == "list" && in.Place.Thread == ts })
	find(bot.InCommand, "command", func(in bot.Inbound) bool { return in.Text == "show SF-1" && in.Trigger != "" && in.ReplyTo != "" })
	find(bot.InShortcut, "shortcut", func(in bot.Inbound) bool {
		return in.Place == here && in.By.ID == "U0LEO" && in.Text == "Sync failed for Acme"
	})
	find(bot.InJoined, "invitation", func(in bot.Inbound) bool { return in.Place.Channel == "C0GENERAL" && in.By.ID == "U0ANA" })
	if v := srv.Violations(); len(v) > 0 {
		t.Errorf("violations: %q", v)
	}
}
