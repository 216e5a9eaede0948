package sandbox

import (
	"context"
	"strings"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// One conversation end to end: a person speaks, the app replies in the thread with a button, the press opens a form, the
// form is first refused and then taken, and the card is updated.
func TestConversation(t *testing.T) {
	s := start(t, nil)
	connect(t, s, func(a *app, evt socketmode.Event) (any, bool) {
		if m := innerMessage(evt); m != nil && m.SubType == "" && m.BotID == "" {
			if _, _, err := a.PostMessage(m.Channel, slack.MsgOptionTS(m.TimeStamp), slack.MsgOptionText("card", false), buttonMessage("Fix it", "fix")); err != nil {
				t.Errorf("post: %v", err)
			}
			return nil, true
		}
		in, ok := evt.Data.(slack.InteractionCallback)
		if !ok {
			return nil, true
		}
		if in.Type == slack.InteractionTypeBlockActions {
			if in.ActionCallback.BlockActions[0].Value != "v1" || in.Message.Timestamp != in.Container.MessageTs || in.Channel.ID != "C0SUPPORT" {
				t.Errorf("press arrived as %+v", in)
			}
			if _, err := a.OpenView(in.TriggerID, modal("Details", textField("account", "Account"))); err != nil {
				t.Errorf("open: %v", err)
			}
			return nil, true
		}
		got := in.View.State.Values["account"]["account_text"].Value
		if got == "bad" {
			return slack.NewErrorsViewSubmissionResponse(map[string]string{"account": "No such account"}), true
		}
		return nil, true
	})

	root := mustSay(t, s, "The sync failed")
	wait(t, s, func() bool { return len(s.Thread("support", root)) == 2 })
	card := s.Thread("C0SUPPORT", root)[1]
	if !strings.Contains(card.Plain(), "Is the *sync* down?") || card.BotID != s.BotID() {
		t.Fatalf("card is %+v", card)
	}
	if err := s.Press("U0ANA", "support", card.TS, "Fix it"); err != nil {
		t.Fatal(err)
	}
	wait(t, s, func() bool { _, open := s.Modal("U0ANA"); return open })

	if errs, err := s.Submit("U0ANA", map[string]string{"Account": ""}); err != nil || errs["account"] == "" {
		t.Errorf("an empty required field gave %v, %v", errs, err)
	}
	if errs, err := s.Submit("U0ANA", map[string]string{"Account": "bad"}); err != nil || errs["account"] != "No such account" {
		t.Errorf("a refused form gave %v, %v", errs, err)
	}
	if v, _ := s.Modal("U0ANA"); !strings.Contains(v.Plain(), "No such account") || !strings.Contains(v.Plain(), "bad") {
		t.Errorf("the form shows %q", v.Plain())
	}
	if errs, err := s.Submit("U0ANA", map[string]string{"account_text": "A1"}); err != nil || len(errs) != 0 {
		t.Errorf("a good form gave %v, %v", errs, err)
	}
	if _, open := s.Modal("U0ANA"); open {
		t.Error("the form is still open")
	}
	if v := s.Violations(); len(v) != 0 {
		t.Errorf("limits broken: %v", v)
	}
	if got := s.Messages("support")[0]; got.ReplyCount != 1 || got.LatestReply != card.TS {
		t.Errorf("thread summary is %d, %s", got.ReplyCount, got.LatestReply)
	}
}

func TestCommandAckIsShown(t *testing.T) {
	s := start(t, nil)
	if err := s.Command("U0ANA", "general", "/syncfix help"); err == nil {
		t.Error("a command with no app connected went well")
	}
	if e := s.Ephemerals("U0ANA"); len(e) != 1 || !strings.Contains(e[0].Text, "dispatch_failed") {
		t.Errorf("Slack said %v", e)
	}
	connect(t, s, func(_ *app, evt socketmode.Event) (any, bool) {
		cmd, ok := evt.Data.(slack.SlashCommand)
		if !ok {
			return nil, true
		}
		if cmd.Command != "/syncfix" || cmd.Text != "help me" || cmd.ChannelName != "general" || cmd.UserID != "U0ANA" {
			t.Errorf("command arrived as %+v", cmd)
		}
		return map[string]any{"text": "Here is help"}, true
	})
	if err := s.Type("U0ANA", "general", "", "/syncfix help me"); err != nil {
		t.Fatal(err)
	}
	if e := s.Ephemerals("U0ANA"); len(e) != 2 || e[1].Text != "Here is help" || e[1].BotID != s.BotID() {
		t.Errorf("the answer is shown as %+v", e)
	}
	if err := s.Command("U0ANA", "general", "/other"); err == nil {
		t.Error("an unknown command went well")
	}
}

func TestShortcutAndHome(t *testing.T) {
	s := start(t, nil)
	a := connect(t, s, func(_ *app, evt socketmode.Event) (any, bool) {
		if in, ok := evt.Data.(slack.InteractionCallback); ok && in.Type != slack.InteractionTypeBlockActions {
			if in.Type != slack.InteractionTypeMessageAction || in.CallbackID != "fix" || in.Message.Text != "It broke" {
				t.Errorf("shortcut arrived as %+v", in)
			}
		}
		return nil, true
	})
	ts := mustSay(t, s, "It broke")
	if err := s.Shortcut("U0LEO", "fix", "support", ts); err != nil {
		t.Error(err)
	}
	if err := s.Shortcut("U0LEO", "none", "support", ts); err == nil {
		t.Error("an unknown shortcut went well")
	}
	if err := s.OpenHome("U0LEO"); err != nil {
		t.Error(err)
	}
	home := slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewActionBlock("b", slack.NewButtonBlockElement("mine", "1", slack.NewTextBlockObject("plain_text", "Mine", false, false)))}}}
	r, err := a.PublishView("U0LEO", home, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.PressHome("U0LEO", "Mine"); err == nil {
		lastEvent(t, s, "block_actions")
	} else {
		t.Error(err)
	}
	if _, err := a.PublishView("U0LEO", home, "old"); err == nil || err.Error() != "hash_conflict" {
		t.Errorf("an old hash gave %v", err)
	}
	if again, err := a.PublishView("U0LEO", home, r.Hash); err != nil || again.ID != r.ID {
		t.Errorf("publishing again: %v, id %s, was %s", err, again.ID, r.ID)
	}
}

func TestInviteTellsTheApp(t *testing.T) {
	s := start(t, nil)
	connect(t, s, ackAll)
	if _, err := s.Say("U0ANA", "general", "not yet"); err != nil {
		t.Fatal(err)
	}
	if countEnvelopes(s, "message") != 0 {
		t.Error("the app hears a channel it is not in")
	}
	if err := s.Type("U0ANA", "general", "", "/invite @syncfix"); err != nil {
		t.Fatal(err)
	}
	if e := lastEvent(t, s, "member_joined_channel"); str(e, "user") != s.BotUserID() || str(e, "channel") != "C0GENERAL" || str(e, "inviter") != "U0ANA" {
		t.Errorf("joined is %v", e)
	}
	if _, err := s.Say("U0ANA", "general", "<@"+s.BotUserID()+"> now"); err != nil {
		t.Fatal(err)
	}
	if countEnvelopes(s, "message") != 1 || countEnvelopes(s, "app_mention") != 1 {
		t.Error("a mention is not both a message and an app_mention")
	}
}

// BenchmarkRoundTrip is what the sandbox itself costs: a message said, delivered, acked and answered by a bare slack-go app.
func BenchmarkRoundTrip(b *testing.B) {
	s, err := Start(Options{Addr: "127.0.0.1:0", NoRateLimits: true})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	client := socketmode.New(api(s))
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	go func() { _ = client.RunContext(ctx) }()
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case evt := <-client.Events:
				if evt.Request != nil && evt.Request.EnvelopeID != "" {
					_ = client.AckCtx(ctx, evt.Request.EnvelopeID, nil)
				}
				if m := innerMessage(evt); m != nil && m.BotID == "" {
					_, _, _ = client.PostMessage(m.Channel, slack.MsgOptionTS(m.TimeStamp), slack.MsgOptionText("echo", false))
				}
			}
		}
	}()
	if err := s.Wait(ctx, func() bool { return s.Connections() == 1 }); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		ts, err := s.Say("U0ANA", "support", "ping")
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Wait(ctx, func() bool { return len(s.Thread("support", ts)) == 2 }); err != nil {
			b.Fatal(err)
		}
	}
}

func TestComposer(t *testing.T) {
	s := start(t, nil)
	connect(t, s, ackAll)
	root := mustSay(t, s, "root")
	tests := []struct{ channel, thread, line, want string }{
		{"support", "", "/nothing here", "not a valid command"},
		{"support", root, "/syncfix help", "not supported in threads"},
		{"support", "", "/invite @nobody", "nobody here is called"},
		{"D0ANA", "", "/invite @syncfix", "no members to change"},
		{"support", "", "/remove @ana", "cannot remove yourself"},
	}
	for _, test := range tests {
		if err := s.Type("U0ANA", test.channel, test.thread, test.line); err != nil {
			t.Errorf("%s: %v", test.line, err)
		}
		list := s.Ephemerals("U0ANA")
		if len(list) == 0 || !strings.Contains(list[len(list)-1].Text, test.want) || list[len(list)-1].ThreadTS != test.thread {
			t.Errorf("%s shows %+v", test.line, list)
		}
	}
	first := s.Ephemerals("U0ANA")[0]
	s.Dismiss("U0ANA", first.TS)
	if n := len(s.Ephemerals("U0ANA")); n != len(tests)-1 {
		t.Errorf("after dismissing one of %d there are %d", len(tests), n)
	}
	if err := s.Type("U0ANA", "support", root, "a reply"); err != nil || len(s.Thread("support", root)) != 2 {
		t.Errorf("typing in a thread: %v", err)
	}
	if err := s.Type("U0EVE", "support", "", "/syncfix"); err == nil {
		t.Error("Eve typed where she is not")
	}
	if err := s.Type("U0ANA", "support", "", "/remove @syncfix"); err != nil {
		t.Fatal(err)
	}
	before := len(s.Envelopes())
	mustSay(t, s, "unheard")
	if len(s.Envelopes()) != before {
		t.Error("the app hears a channel that it was removed from")
	}
}

func TestPeopleReact(t *testing.T) {
	s := start(t, nil)
	ts := mustSay(t, s, "x")
	for _, user := range []string{"U0ANA", "U0LEO", "U0ANA"} {
		if err := s.React(user, "support", ts, "eyes"); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.React("U0EVE", "support", ts, "eyes"); err == nil {
		t.Error("Eve reacted where she is not")
	}
	if got := s.Messages("support")[0].Reactions["eyes"]; len(got) != 1 || got[0] != "U0LEO" {
		t.Errorf("reactions are %v", got)
	}
	h, err := api(s).GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: "C0SUPPORT"})
	if err != nil || len(h.Messages[0].Reactions) != 1 || h.Messages[0].Reactions[0].Count != 1 {
		t.Errorf("history gives %+v, %v", h, err)
	}
}
