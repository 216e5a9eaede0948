package slackio

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"syncfix/bot"
	"syncfix/bot/sandbox"
)

// talk is a client that listens to a sandbox.
type talk struct {
	*testing.T
	srv   *sandbox.Server
	self  Identity
	box   *inbox
	woken chan struct{}
}

func newTalk(t *testing.T) *talk {
	t.Helper()
	srv, err := sandbox.Start(sandbox.Options{
		Addr: "127.0.0.1:0", NoRateLimits: true, Commands: []sandbox.Command{{Name: "/syncfix"}},
		Shortcuts: []sandbox.Shortcut{{Name: "Fix this sync", CallbackID: "fix_this_sync"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(Config{BotToken: srv.BotToken(), AppToken: srv.AppToken(), APIURL: srv.APIURL(), Stagger: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	k := &talk{T: t, srv: srv, box: &inbox{}, woken: make(chan struct{}, 1000)}
	if k.self, err = c.Auth(t.Context()); err != nil || k.self.AppID != srv.AppID() {
		t.Fatalf("Auth = %+v, %v", k.self, err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- c.Listen(ctx, NewIntake(IntakeConfig{Inbox: k.box, Self: k.self, Wake: func() { k.woken <- struct{}{} }}))
	}()
	t.Cleanup(func() {
		stop()
		if err := next(t, "end of Listen", ended); err != nil {
			t.Error(err)
		}
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
	})
	waiting, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	if err := srv.Wait(waiting, func() bool { return srv.Connections() == Sockets }); err != nil {
		t.Fatal(err)
	}
	return k
}

func (k *talk) must(err error) {
	k.Helper()
	if err != nil {
		k.Fatal(err)
	}
}

// decoded is all that has come in, once there are so many of each kind.
func (k *talk) decoded(want map[bot.InboundKind]int) map[bot.InboundKind][]bot.Inbound {
	k.Helper()
	for {
		next(k.T, "further envelope", k.woken)
		got, missing := map[bot.InboundKind][]bot.Inbound{}, 0
		kept, _ := k.box.all()
		for _, e := range kept {
			in, err := Decoder{Self: k.self}.Decode(e)
			if err != nil {
				k.Fatalf("%s: %v", e.Body, err)
			}
			got[in.Kind] = append(got[in.Kind], in)
			if strings.Contains(string(e.Body), "hunter2") {
				k.Errorf("a secret was kept: %s", e.Body)
			}
		}
		for kind, n := range want {
			missing += max(0, n-len(got[kind]))
		}
		if missing == 0 {
			return got
		}
	}
}

// TestConversationWithASlackOfOurOwn reads what the sandbox sends, which was
// written from Slack's documentation without sight of the decoder.
func TestConversationWithASlackOfOurOwn(t *testing.T) {
	k := newTalk(t)
	ts, err := k.srv.Say("U0ANA", "support", "Sync failed & <@U0LEO> knows; password: hunter2")
	k.must(err)
	k.must(k.srv.Edit("C0SUPPORT", ts, "Sync failed for Acme"))
	_, err = k.srv.SayIn("U0ANA", "support", ts, "<@"+k.self.UserID+"> list")
	k.must(err)
	_, err = k.srv.Post("support", "Alertmanager", json.RawMessage(`{"attachments":[{"title":"[FIRING]","text":"Sync failed"}]}`))
	k.must(err)
	k.must(k.srv.Command("U0ANA", "support", "/syncfix show SF-1"))
	k.must(k.srv.Shortcut("U0LEO", "fix_this_sync", "support", ts))
	k.must(k.srv.OpenHome("U0ANA"))
	k.must(k.srv.Invite("U0ANA", "general", k.self.UserID))
	k.must(k.srv.Delete("C0SUPPORT", ts))
	got := k.decoded(map[bot.InboundKind]int{
		bot.InMessage: 4, bot.InMention: 1, bot.InCommand: 1, bot.InShortcut: 1, bot.InHome: 1, bot.InJoined: 1,
	})

	here := bot.Place{Team: k.srv.TeamID(), Channel: "C0SUPPORT", TS: ts}
	for what, is := range map[string]func(in bot.Inbound) bool{
		"message/as it was posted": func(in bot.Inbound) bool {
			return in.Place == here && in.By.ID == "U0ANA" && !in.Edited && !in.Own && slices.Equal(in.Removed, []string{"password"}) &&
				strings.HasPrefix(in.Text, "Sync failed & @U0LEO knows")
		},
		"message/edited": func(in bot.Inbound) bool {
			return in.Place == here && in.Edited && in.Text == "Sync failed for Acme" && in.Removed == nil
		},
		"message/a tool's": func(in bot.Inbound) bool { return in.By.Bot && in.Text == "[FIRING]\nSync failed" },
		"message/deleted":  func(in bot.Inbound) bool { return in.Place == here && in.Deleted },
		"mention/":         func(in bot.Inbound) bool { return in.Text == "list" && in.Place.Thread == ts },
		"command/":         func(in bot.Inbound) bool { return in.Text == "show SF-1" && in.Trigger != "" && in.ReplyTo != "" },
		"shortcut/": func(in bot.Inbound) bool {
			return in.Place == here && in.By.ID == "U0LEO" && in.Text == "Sync failed for Acme"
		},
		"home/":   func(in bot.Inbound) bool { return in.By.ID == "U0ANA" },
		"joined/": func(in bot.Inbound) bool { return in.Place.Channel == "C0GENERAL" && in.By.ID == "U0ANA" },
	} {
		kind, _, _ := strings.Cut(what, "/")
		if !slices.ContainsFunc(got[bot.InboundKind(kind)], is) {
			t.Errorf("no %s: %+v", what, got[bot.InboundKind(kind)])
		}
	}
	if n := len(got[bot.InMention]); n != 1 { // it came as a message, too
		t.Errorf("%d mentions", n)
	}
	if v := k.srv.Violations(); len(v) > 0 {
		t.Errorf("violations: %q", v)
	}
}

// TestCutSocketsLoseNoEvent cuts and refreshes the sockets while people talk.
func TestCutSocketsLoseNoEvent(t *testing.T) {
	k := newTalk(t)
	const many = 40
	for i := range many {
		_, err := k.srv.Say("U0ANA", "support", "message "+strconv.Itoa(i))
		k.must(err)
		switch i {
		case 10:
			k.srv.DisconnectOne("warning")
		case 20:
			k.srv.DisconnectOne("refresh_requested")
		case 30:
			k.must(k.srv.Command("U0ANA", "support", "/syncfix list"))
		}
	}
	got := k.decoded(map[bot.InboundKind]int{bot.InMessage: many, bot.InCommand: 1})
	if n := len(got[bot.InMessage]); n != many {
		t.Errorf("%d messages, want %d, each once", n, many)
	}
}
