package slackio

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"syncfix/bot"
	"syncfix/bot/memstore"
)

// TestHistoryAndSocketSayTheSame compares what comes over a socket with the same
// messages read from history.
func TestHistoryAndSocketSayTheSame(t *testing.T) {
	k := newTalk(t)
	_, err := k.srv.Say("U0ANA", "support", "Sync failed & <@U0LEO> knows; password: hunter2")
	k.must(err)
	ts, err := k.srv.Say("U0ANA", "support", "<@"+k.self.UserID+"> list")
	k.must(err)
	_, err = k.srv.Post("support", "Alertmanager", json.RawMessage(`{"attachments":[{"title":"[FIRING]","text":"Sync failed"}]}`))
	k.must(err)
	k.must(k.srv.Edit("support", ts, "<@"+k.self.UserID+"> help"))
	k.decoded(map[bot.InboundKind]int{bot.InMessage: 2, bot.InMention: 2})
	live := map[string]bot.Inbound{}
	kept, _ := k.box.all()
	for _, e := range kept {
		in, err := Decoder{Self: k.self}.Decode(e)
		k.must(err)
		live[in.Key] = in
	}

	client, err := New(Config{BotToken: k.srv.BotToken(), AppToken: k.srv.AppToken(), APIURL: k.srv.APIURL(), Log: slog.New(slog.DiscardHandler)})
	k.must(err)
	store := memstore.New()
	k.must(store.Update(t.Context(), func(tx bot.Tx) error { return tx.MarkTick(bot.HistoryJob("C0SUPPORT"), time.Now().Add(-time.Hour)) }))
	past := NewPast(client, k.self, NewSender(client.API(), k.self, SenderConfig{}))
	c := NewCatchup(past, CatchupConfig{Store: store, Playbooks: newBooks(t)})
	if !c.sweep(t.Context()) {
		t.Fatal("not all was read")
	}
	read, err := store.LeaseEnvelopes(t.Context(), bot.Lease{Holder: "one", Max: 99, Now: time.Now(), Until: time.Now().Add(time.Hour)})
	k.must(err)
	if len(read) != 3 {
		t.Errorf("%d messages were read", len(read))
	}
	for _, e := range read {
		if strings.Contains(string(e.Body), "hunter2") {
			t.Errorf("a secret was kept: %s", e.Body)
		}
		got, err := Decoder{Self: k.self}.Decode(e)
		k.must(err)
		want, ok := live[got.Key]
		got.Learned, want.Learned = time.Time{}, time.Time{}
		if d := cmp.Diff(want, got); d != "" || !ok {
			t.Errorf("%s from history differs (-live +history):\n%s", got.Key, d)
		}
	}
}

// answers is a Slack that has no channels, and fails as long as it is told to.
type answers struct {
	calls  atomic.Int32
	broken atomic.Bool
}

func (a *answers) RoundTrip(*http.Request) (*http.Response, error) {
	a.calls.Add(1)
	body := `{"ok":true,"channels":[]}`
	if a.broken.Load() {
		body = `{"ok":false,"error":"missing_scope"}`
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(body))}, nil
}

func TestWhenHistoryIsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, err := New(Config{BotToken: botToken, AppToken: appToken, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		slack := &answers{}
		client.http.Transport = slack
		past := NewPast(client, Identity{}, NewSender(client.API(), Identity{}, SenderConfig{}))
		c := NewCatchup(past, CatchupConfig{Store: memstore.New(), Playbooks: newBooks(t)})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- c.Run(ctx) }()
		after := func(d time.Duration, want int32, why string) {
			t.Helper()
			time.Sleep(d)
			synctest.Wait()
			if got := slack.calls.Swap(0); got != want {
				t.Errorf("%s: read %d times, want %d", why, got, want)
			}
		}
		after(time.Hour, 0, "before the sockets are there")
		c.Due()
		after(time.Second, 1, "connected")
		c.Due()
		c.Due()
		after(time.Second, 0, "broken again at once")
		after(breather, 1, "a little later, once for both")
		after(14*time.Minute, 0, "nothing happens")
		after(2*time.Minute, 1, "every 15 minutes")
		slack.broken.Store(true)
		c.Due()
		after(time.Second, 1, "fails")
		after(2*time.Minute, 1, "fails again after a minute")
		slack.broken.Store(false)
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestHistoryIsDueAfterAGap(t *testing.T) {
	var due int
	p := &presence{due: func() { due++ }}
	step := func(why string, want int, do func()) {
		t.Helper()
		if do(); due != want {
			t.Errorf("%s: due %d times, want %d", why, due, want)
		}
	}
	step("the first socket", 1, func() { p.join(0, false) })
	step("the second", 1, func() { p.join(1, false) })
	step("one is lost", 1, func() { p.leave(0) })
	step("it is back", 2, func() { p.join(0, true) })
	step("both are lost", 2, func() { p.leave(0); p.leave(1) })
	step("one is back", 3, func() { p.join(1, true) })
}

func TestAnInvitationMakesHistoryDue(t *testing.T) {
	due := 0
	in := NewIntake(IntakeConfig{Inbox: &inbox{}, Self: Identity{TeamID: "T1", UserID: "U0BOT"}, Due: func() { due++ }})
	acked := map[string]any{}
	take(in, "E1", `{"event_id":"Ev1","event":{"type":"member_joined_channel","user":"U0ANA","channel":"C1"}}`, acked)
	take(in, "E2", `{"event_id":"Ev2","event":{"type":"member_joined_channel","user":"U0BOT","channel":"C1"}}`, acked)
	if due != 1 {
		t.Errorf("due %d times, want once, for the bot itself", due)
	}
}
