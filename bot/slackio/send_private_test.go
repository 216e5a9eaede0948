package slackio

import (
	"slices"
	"strings"
	"testing"
	"time"

	"syncfix/bot"
	"syncfix/bot/sandbox"
)

func TestWordToOnePersonTakesTheNearestWay(t *testing.T) {
	d := newDesk(t, nil)
	_, replyTo := d.command("U0ANA", d.connect())
	whisper := bot.Effect{Kind: bot.Whisper, To: "U0ANA", Text: "only <!here> you & me"}
	seen := func() sandbox.Message {
		t.Helper()
		list := d.srv.Ephemerals("U0ANA")
		if len(list) == 0 {
			t.Fatal("nothing was whispered")
		}
		return list[len(list)-1]
	}

	whisper.ReplyTo, whisper.Before = replyTo, time.Now().Add(time.Minute)
	d.must(d.delivery(whisper), bot.Scene{})
	if m := seen(); m.Text != "only &lt;!here&gt; you &amp; me" || d.called("chat.postEphemeral") != 0 {
		t.Errorf("by response URL: %q, %d other calls", m.Text, d.called("chat.postEphemeral"))
	}

	threaded := d.delivery(whisper)
	threaded.Effect.Place.Thread = d.alert
	d.must(threaded, bot.Scene{})
	if m := seen(); m.ThreadTS != d.alert {
		t.Errorf("the answer to a press in a thread stands in %q", m.ThreadTS)
	}

	d.srv.Fault("response_url", sandbox.Fault{SlackError: "expired_url"})
	d.must(d.delivery(whisper), bot.Scene{})
	if d.called("chat.postEphemeral") != 1 {
		t.Error("a dead response URL: no ephemeral message")
	}

	whisper.Before = time.Now().Add(-time.Second)
	d.must(d.delivery(whisper), bot.Scene{})
	if d.called("chat.postEphemeral") != 2 {
		t.Error("an old response URL: no ephemeral message")
	}

	whisper.ReplyTo, whisper.Before = "", time.Time{}
	del := d.delivery(whisper)
	del.Effect.Place = bot.Place{Channel: "C0GENERAL", TS: "1.2"} // the bot is no member
	d.must(del, bot.Scene{})
	var direct int
	for _, c := range d.srv.Channels() {
		if strings.HasPrefix(c.ID, "D") {
			for _, m := range d.srv.Messages(c.ID) {
				if m.BotID == d.srv.BotID() && m.Text == "only &lt;!here&gt; you &amp; me" {
					direct++
				}
			}
		}
	}
	if direct != 1 {
		t.Errorf("%d direct messages, want 1", direct)
	}
	if v := d.srv.Violations(); len(v) > 0 {
		t.Error(v)
	}
}

func TestWordInADirectConversationIsAMessage(t *testing.T) {
	d := newDesk(t, nil)
	del := d.delivery(bot.Effect{Kind: bot.Whisper, To: "U0ANA", Text: "hello", Place: bot.Place{Channel: d.direct("U0ANA")}})
	d.must(del, bot.Scene{})
	got := d.srv.Messages(del.Effect.Place.Channel)
	if len(got) == 0 || got[len(got)-1].Text != "hello" || d.called("chat.postEphemeral") != 0 {
		t.Errorf("%d messages, %d ephemeral", len(got), d.called("chat.postEphemeral"))
	}
}

// direct is the id of a person's conversation with the bot.
func (d *desk) direct(user string) string {
	d.Helper()
	for _, c := range d.srv.Channels() {
		if strings.HasPrefix(c.ID, "D") && slices.Contains(c.Members, user) {
			return c.ID
		}
	}
	d.Fatalf("%s has no direct conversation", user)
	return ""
}

func TestPrivateWordIsNotRepeatedBlindly(t *testing.T) {
	d := newDesk(t, nil)
	del := d.delivery(bot.Effect{Kind: bot.Whisper, To: "U0ANA", Text: "hello"})
	d.srv.Fault("chat.postEphemeral", sandbox.Fault{ResetAfterApply: true})
	if got := d.class(del, bot.Scene{}); got != bot.SendUncertain {
		t.Errorf("class %s: the outbox drops what is uncertain and private", got)
	}
	del.Effect.To = ""
	if got := d.class(del, bot.Scene{}); got != bot.SendPermanent {
		t.Errorf("to nobody: class %s", got)
	}
}

func TestFormOpensOnceWithItsTrigger(t *testing.T) {
	d := newDesk(t, nil)
	requests := d.connect()
	trigger, _ := d.command("U0ANA", requests)
	open := bot.Effect{Kind: bot.OpenForm, Case: "SF-12", Form: bot.FormHandOff, To: "U0ANA", Trigger: trigger, Before: time.Now().Add(3 * time.Second)}
	d.must(d.delivery(open), d.under(nil))
	view, ok := d.srv.Modal("U0ANA")
	if !ok || view.CallbackID != "handoff" || view.Title != "Hand off SF-12" {
		t.Fatalf("modal %+v, %v", view, ok)
	}
	kind, meta, err := DecodeForm(view.CallbackID, view.PrivateMetadata)
	if err != nil || kind != bot.FormHandOff || meta.Case != "SF-12" {
		t.Errorf("meta %+v, %v", meta, err)
	}
	if got := d.class(d.delivery(open), d.under(nil)); got != bot.SendExpired {
		t.Errorf("the same trigger again: class %s", got)
	}
	open.Before = time.Now().Add(-time.Second)
	if got := d.class(d.delivery(open), d.under(nil)); got != bot.SendExpired {
		t.Errorf("too late: class %s", got)
	}
	if got := d.called("views.open"); got != 2 {
		t.Errorf("views.open was called %d times, want 2", got)
	}
	open.Trigger = ""
	if got := d.class(d.delivery(open), d.under(nil)); got != bot.SendExpired {
		t.Errorf("no trigger: class %s", got)
	}
}

// TestEveryViewIsAcceptedByAWorkspace sends every golden view: the workspace
// checks Block Kit's limits by itself.
func TestEveryViewIsAcceptedByAWorkspace(t *testing.T) {
	d := newDesk(t, nil)
	requests := d.connect()
	for _, s := range append(cardSamples(), otherSamples()...) {
		e := s.effect
		e.Place = bot.Place{Team: d.srv.TeamID(), Channel: "C0SUPPORT", TS: d.alert}
		s.scene.Case.Card = bot.Place{}
		if s.scene.Case.Anchor.TS != "" {
			s.scene.Case.Anchor = e.Place
		}
		del := bot.Delivery{ID: s.name, Effect: e, Born: time.Now(), Attempts: pointerPatience}
		if e.Kind == bot.OpenForm {
			del.Effect.Trigger, _ = d.command("U0ANA", requests)
		}
		d.must(del, s.scene)
	}
	if v := d.srv.Violations(); len(v) > 0 {
		t.Error(strings.Join(v, "\n"))
	}
	if _, ok := d.srv.Home("U0ANA"); !ok {
		t.Error("no Home was published")
	}
}

func TestPressesAndFormsComeBackAsTheyWereSent(t *testing.T) {
	d := newDesk(t, nil)
	requests := d.connect()
	posted := d.must(d.delivery(showCard()), d.under(fixing("reconnect", "before")))
	if err := d.srv.Press("U0ANA", "C0SUPPORT", posted.Place.TS, "I have it all"); err != nil {
		t.Fatal(err)
	}
	if err := d.srv.Press("U0ANA", "C0SUPPORT", posted.Place.TS, "Hand off now"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []bot.Press{
		{Case: "SF-12", Offer: "o2", Action: bot.ActionGate, Choice: "before"},
		{Case: "SF-12", Action: bot.ActionMenu, Choice: string(bot.MenuHandOff)},
	} {
		action := nextAction(t, requests)
		value := action.Value
		if value == "" {
			value = action.Selected.Value
		}
		if got, err := DecodePress(action.ActionID, value); err != nil || got != want {
			t.Errorf("press %+v, %v; want %+v", got, err, want)
		}
	}
}
