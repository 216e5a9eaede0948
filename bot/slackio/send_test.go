package slackio

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"syncfix/bot"
	"syncfix/bot/sandbox"
)

// desk is a sender in front of a workspace of its own.
type desk struct {
	*testing.T
	srv    *sandbox.Server
	sender *Sender
	log    *logged
	alert  string // TS of an alert in C0SUPPORT
}

// logged keeps what was logged; a test may read it while others write.
type logged struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newDesk(t *testing.T, change func(*SenderConfig)) *desk {
	t.Helper()
	srv, err := sandbox.Start(sandbox.Options{
		Addr: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler), NoRateLimits: true,
		Commands: []sandbox.Command{{Name: "/syncfix"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{T: t, srv: srv, log: &logged{}}
	t.Cleanup(func() {
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
		for _, secret := range []string{srv.BotToken(), srv.AppToken(), "/response/", "hooks.slack"} {
			if strings.Contains(d.log.String(), secret) {
				t.Errorf("the log holds a secret (%.12s…):\n%s", secret, d.log)
			}
		}
	})
	c := SenderConfig{
		Log: slog.New(slog.NewTextHandler(d.log, nil)), Limits: Limits{Unlimited: true}, LookAgain: 5 * time.Millisecond, CallTimeout: 5 * time.Second,
	}
	if change != nil {
		change(&c)
	}
	self := Identity{TeamID: srv.TeamID(), UserID: srv.BotUserID(), BotID: srv.BotID(), TeamURL: "https://acme.slack.com/"}
	d.sender = NewSender(slack.New(srv.BotToken(), slack.OptionAPIURL(srv.APIURL())), self, c)
	if d.alert, err = srv.Say("U0ANA", "C0SUPPORT", "Oracle NetSuite Sync Error"); err != nil {
		t.Fatal(err)
	}
	return d
}

// under is the scene of a case under the desk's alert, its card not posted yet.
func (d *desk) under(change func(*bot.Case)) bot.Scene {
	s := scene(change)
	s.Now = time.Now()
	s.Case.Anchor = bot.Place{Team: d.srv.TeamID(), Channel: "C0SUPPORT", TS: d.alert}
	s.Case.Card = bot.Place{}
	return s
}

func (d *desk) delivery(e bot.Effect) bot.Delivery {
	if e.Place.Channel == "" {
		e.Place = bot.Place{Team: d.srv.TeamID(), Channel: "C0SUPPORT", TS: d.alert}
	}
	return bot.Delivery{ID: "SF-12/4/0", Effect: e, Born: time.Now()}
}

// must sends and fails the test on an error.
func (d *desk) must(del bot.Delivery, s bot.Scene) *bot.Posted {
	d.Helper()
	posted, err := d.sender.Send(context.Background(), del, s)
	if err != nil {
		d.Fatalf("%s: %v", del.Effect, err)
	}
	return posted
}

// class sends and returns the class of the error it expects.
func (d *desk) class(del bot.Delivery, s bot.Scene) bot.SendClass {
	d.Helper()
	posted, err := d.sender.Send(context.Background(), del, s)
	var se *bot.SendError
	if !errors.As(err, &se) || posted != nil {
		d.Fatalf("%s: %v, %v; want a SendError", del.Effect, posted, err)
	}
	return se.Class
}

// replies are the bot's messages in the alert's thread.
func (d *desk) replies() []sandbox.Message {
	d.Helper()
	var list []sandbox.Message
	for _, m := range d.srv.Thread("C0SUPPORT", d.alert) {
		if m.BotID == d.srv.BotID() && !m.Deleted {
			list = append(list, m)
		}
	}
	return list
}

func (d *desk) called(method string) int {
	n := 0
	for _, c := range d.srv.Calls() {
		if c.Method == method {
			n++
		}
	}
	return n
}

func showCard() bot.Effect { return bot.Effect{Kind: bot.ShowCard, Case: "SF-12"} }

func TestCardIsPostedThenUpdatedInPlace(t *testing.T) {
	d := newDesk(t, nil)
	s := d.under(nil)
	posted := d.must(d.delivery(showCard()), s)
	if got := d.replies(); len(got) != 1 || got[0].TS != posted.Place.TS || posted.Place.Thread != d.alert || posted.Place.Channel != "C0SUPPORT" {
		t.Fatalf("posted %+v, in the thread: %d", posted, len(got))
	}
	var meta slack.SlackMetadata
	if err := json.Unmarshal(d.replies()[0].Metadata, &meta); err != nil || meta.EventType != "syncfix_delivery" ||
		meta.EventPayload["delivery"] != "SF-12/4/0" || meta.EventPayload["case"] != "SF-12" {
		t.Errorf("metadata %+v, %v", meta, err)
	}
	s.Case.Card = posted.Place
	verifying(&s.Case)
	again := d.must(d.delivery(showCard()), s)
	if got := d.replies(); len(got) != 1 || again.Place != posted.Place || !strings.Contains(got[0].Text, "Has the sync worked?") || !strings.Contains(string(got[0].Metadata), "SF-12/4/0") {
		t.Errorf("updated %+v; thread of %d, %q, %s", again, len(got), got[0].Text, got[0].Metadata)
	}
	if v := d.srv.Violations(); len(v) > 0 {
		t.Error(v)
	}
}

func TestCardThatSomebodyDeletedIsPostedAnew(t *testing.T) {
	d := newDesk(t, nil)
	s := d.under(nil)
	first := d.must(d.delivery(showCard()), s)
	if err := d.srv.Delete("C0SUPPORT", first.Place.TS); err != nil {
		t.Fatal(err)
	}
	s.Case.Card = first.Place
	second := d.must(d.delivery(showCard()), s)
	if got := d.replies(); len(got) != 1 || got[0].TS != second.Place.TS || second.Place.TS == first.Place.TS {
		t.Errorf("first %v, second %v, thread of %d", first.Place, second.Place, len(got))
	}
}

func TestCardWithoutAnAlertStandsByItself(t *testing.T) {
	d := newDesk(t, nil)
	s := d.under(nil)
	s.Case.Anchor = bot.Place{Team: "T0", Channel: "C0SUPPORT"}
	del := d.delivery(showCard())
	del.Effect.Place = s.Case.Anchor
	posted := d.must(del, s)
	if posted.Place.Thread != "" || posted.Place.Root() != posted.Place.TS {
		t.Errorf("posted %+v", posted.Place)
	}
	// What was meant for the thread before there was one goes there now.
	s.Case.Anchor.Thread = posted.Place.TS
	reply := bot.Delivery{ID: "SF-12/5/0", Born: time.Now(), Effect: bot.Effect{Kind: bot.Reply, Case: "SF-12", Place: bot.Place{Channel: "C0SUPPORT"}, Text: "hello"}}
	if got := d.must(reply, s); got.Place.Thread != posted.Place.TS {
		t.Errorf("reply %+v", got.Place)
	}
}

func TestRetryAfterStopsOnlyItsMethod(t *testing.T) {
	d := newDesk(t, nil)
	s := d.under(nil)
	d.srv.Fault("chat.postMessage", sandbox.Fault{RetryAfter: 30 * time.Second})
	_, err := d.sender.Send(context.Background(), d.delivery(showCard()), s)
	var se *bot.SendError
	if !errors.As(err, &se) || se.Class != bot.SendRateLimited || se.After != 30*time.Second {
		t.Fatalf("got %v", err)
	}
	_, err = d.sender.Send(context.Background(), d.delivery(showCard()), s)
	if !errors.As(err, &se) || se.Class != bot.SendRateLimited || se.After > 30*time.Second || se.After < 25*time.Second {
		t.Errorf("second try: %v after %v", err, se.After)
	}
	if n := d.called("chat.postMessage"); n != 1 {
		t.Errorf("called %d times within the pause", n)
	}
	d.must(d.delivery(bot.Effect{Kind: bot.ShowReaction, Case: "SF-12"}), s)
}

func TestACallThatHangsIsUncertain(t *testing.T) {
	d := newDesk(t, func(c *SenderConfig) { c.CallTimeout = 30 * time.Millisecond })
	d.srv.Fault("chat.postMessage", sandbox.Fault{Latency: time.Second})
	if got := d.class(d.delivery(showCard()), d.under(nil)); got != bot.SendUncertain {
		t.Errorf("class %s", got)
	}
}

func TestCaseThatWasClosedUnseenIsNotShown(t *testing.T) {
	d := newDesk(t, nil)
	s := d.under(func(c *bot.Case) { c.State, c.Reason = bot.Dismissed, "Its alert was deleted." })
	del := d.delivery(showCard())
	if posted := d.must(del, s); posted != nil || len(d.replies()) != 0 {
		t.Errorf("posted %v", posted)
	}
	del.Uncertain = true
	if posted := d.must(del, s); posted != nil || len(d.replies()) != 0 {
		t.Errorf("posted %v, though nothing stood there", posted)
	}
	del.Uncertain = false
	d.must(del, d.under(nil))
	del.Uncertain = true
	if posted := d.must(del, s); posted == nil || len(d.replies()) != 1 || !strings.Contains(d.replies()[0].Plain(), "alert was deleted") {
		t.Errorf("what stood there is %v", d.replies())
	}
}

func TestReactionFollowsTheState(t *testing.T) {
	d := newDesk(t, nil)
	react := d.delivery(bot.Effect{Kind: bot.ShowReaction, Case: "SF-12"})
	marksNow := func() string {
		var names []string
		for name := range d.srv.Messages("C0SUPPORT")[0].Reactions {
			names = append(names, name)
		}
		return strings.Join(names, " ")
	}
	s := d.under(nil)
	for _, step := range []struct {
		state, marked bot.State
		want          string
	}{
		{bot.Triage, "", "eyes"}, {bot.Fixing, bot.Triage, "eyes"}, {bot.Resolved, bot.Fixing, "white_check_mark"},
		{bot.Resolved, bot.Resolved, "white_check_mark"}, {bot.Escalated, bot.Resolved, "sos"}, {bot.Dismissed, bot.Escalated, ""},
	} {
		s.Case.State, s.Case.Marked = step.state, step.marked
		d.must(react, s)
		if got := marksNow(); got != step.want {
			t.Errorf("%s after %s: reactions %q, want %q", step.state, step.marked, got, step.want)
		}
	}
	// Got half way in an earlier try: whatever is there goes.
	s.Case.State, s.Case.Marked = bot.Triage, ""
	d.must(react, s)
	react.Uncertain, s.Case.State = true, bot.Resolved
	d.must(react, s)
	if got := marksNow(); got != "white_check_mark" {
		t.Errorf("after an uncertain try: %q", got)
	}
	react.Uncertain, react.Attempts, s.Case.State = false, 1, bot.Escalated
	d.must(react, s)
	if got := marksNow(); got != "sos" {
		t.Errorf("after a failed try: %q", got)
	}
	// Nobody sees that on an alert that was deleted.
	if err := d.srv.Delete("C0SUPPORT", d.alert); err != nil {
		t.Fatal(err)
	}
	for _, state := range []bot.State{bot.Triage, bot.Dismissed} {
		s.Case.State, s.Case.Marked = state, bot.Resolved
		d.must(react, s)
	}
}

func TestPointerWaitsForTheCardAndLinksToIt(t *testing.T) {
	d := newDesk(t, nil)
	s := d.under(nil)
	elsewhere, err := d.srv.Say("U0ANA", "C0BILLING", "same failure")
	if err != nil {
		t.Fatal(err)
	}
	point := bot.Delivery{ID: "k/1", Born: time.Now(), Effect: bot.Effect{Kind: bot.Pointer, Case: "SF-12", Place: bot.Place{Channel: "C0BILLING", TS: elsewhere}}}
	if got := d.class(point, s); got != bot.SendRetry {
		t.Fatalf("class %s before the card is posted", got)
	}
	s.Case.Card = d.must(d.delivery(showCard()), s).Place
	d.must(point, s)
	thread := d.srv.Thread("C0BILLING", elsewhere)
	if last := thread[len(thread)-1]; !strings.Contains(string(last.Blocks), strings.ReplaceAll(s.Case.Card.TS, ".", "")) {
		t.Errorf("no link to the card: %s", last.Blocks)
	}
	point.Attempts, s.Case.Card = 9, bot.Place{}
	d.must(point, s) // it never came: point to the alert
}

func TestObservingSendsNothing(t *testing.T) {
	d := newDesk(t, func(c *SenderConfig) { c.Observe = true })
	for _, k := range []bot.EffectKind{bot.ShowCard, bot.ShowReaction, bot.Whisper, bot.OpenForm, bot.ShowHome, bot.Reply} {
		e := bot.Effect{Kind: k, Case: "SF-12", To: "U0ANA", Text: "hello", Trigger: "t", Form: bot.FormWait}
		if posted := d.must(d.delivery(e), d.under(nil)); posted != nil {
			t.Errorf("%s: posted %v", k, posted)
		}
	}
	if calls := d.srv.Calls(); len(calls) != 0 {
		t.Errorf("%d calls", len(calls))
	}
	if !strings.Contains(d.log.String(), "observing") {
		t.Error("nothing is logged")
	}
}

// connect opens a socket as the app and returns what arrives, acked.
func (d *desk) connect() <-chan socketmode.Request {
	d.Helper()
	api := slack.New(d.srv.BotToken(), slack.OptionAppLevelToken(d.srv.AppToken()), slack.OptionAPIURL(d.srv.APIURL()))
	client := socketmode.New(api)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = client.RunContext(ctx) })
	got := make(chan socketmode.Request, 100)
	wg.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case evt := <-client.Events:
				if evt.Request != nil && evt.Request.EnvelopeID != "" {
					_ = client.Ack(*evt.Request)
					got <- *evt.Request
				}
			}
		}
	})
	d.Cleanup(func() { cancel(); wg.Wait() })
	wait, stop := context.WithTimeout(context.Background(), 60*time.Second)
	defer stop()
	if err := d.srv.Wait(wait, func() bool { return d.srv.Connections() > 0 }); err != nil {
		d.Fatal(err)
	}
	return got
}

// command types /syncfix and returns what comes with it.
func (d *desk) command(user string, from <-chan socketmode.Request) (trigger, replyTo string) {
	d.Helper()
	if err := d.srv.Command(user, "C0SUPPORT", "/syncfix"); err != nil {
		d.Fatal(err)
	}
	for {
		select {
		case req := <-from:
			if req.Type != "slash_commands" {
				continue
			}
			var c struct {
				TriggerID   string `json:"trigger_id"`
				ResponseURL string `json:"response_url"`
			}
			if err := json.Unmarshal(req.Payload, &c); err != nil {
				d.Fatal(err)
			}
			return c.TriggerID, c.ResponseURL
		case <-time.After(10 * time.Second):
			d.Fatal("the command did not arrive")
		}
	}
}

// pressed is the part of a block_actions payload that names the press.
type pressed struct {
	ActionID string `json:"action_id"`
	Value    string `json:"value"`
	Selected struct {
		Value string `json:"value"`
	} `json:"selected_option"`
}

func nextAction(t *testing.T, from <-chan socketmode.Request) pressed {
	t.Helper()
	for {
		select {
		case req := <-from:
			if req.Type != "interactive" {
				continue
			}
			var p struct {
				Actions []pressed `json:"actions"`
			}
			if err := json.Unmarshal(req.Payload, &p); err != nil || len(p.Actions) != 1 {
				t.Fatalf("payload %s: %v", req.Payload, err)
			}
			return p.Actions[0]
		case <-time.After(10 * time.Second):
			t.Fatal("no press arrived")
		}
	}
}
