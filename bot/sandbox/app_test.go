package sandbox

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
	"go.uber.org/goleak"
)

// start runs a sandbox until the test ends, and checks that nothing of it is left running.
func start(t *testing.T, change func(*Options)) *Server {
	t.Helper()
	o := Options{
		Addr:      "127.0.0.1:0",
		Commands:  []Command{{Name: "/syncfix"}},
		Shortcuts: []Shortcut{{Name: "Fix this sync", CallbackID: "fix"}},
		Retries:   []time.Duration{time.Millisecond, time.Millisecond},
	}
	if change != nil {
		change(&o)
	}
	leaks := goleak.IgnoreCurrent()
	s, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		http.DefaultClient.CloseIdleConnections()
		goleak.VerifyNone(t, leaks)
	})
	return s
}

// api is slack-go against the sandbox.
func api(s *Server) *slack.Client {
	return slack.New(s.BotToken(), slack.OptionAppLevelToken(s.AppToken()), slack.OptionAPIURL(s.APIURL()))
}

// app is a small Slack app on slack-go: it acks and hands each envelope to its handler.
type app struct {
	*slack.Client
}

// connect runs an app whose handler returns the ack's payload (nil for none), or false not to ack at all.
func connect(t *testing.T, s *Server, handle func(*app, socketmode.Event) (any, bool)) *app {
	t.Helper()
	a := &app{Client: api(s)}
	want := s.Connections() + 1
	client := socketmode.New(a.Client)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{}, 2)
	go func() { _ = client.RunContext(ctx); done <- struct{}{} }()
	go func() {
		defer func() { done <- struct{}{} }()
		for {
			select {
			case <-ctx.Done():
				return
			case evt := <-client.Events:
				if evt.Request == nil || evt.Request.EnvelopeID == "" {
					continue
				}
				payload, ack := handle(a, evt)
				if ack {
					_ = client.AckCtx(ctx, evt.Request.EnvelopeID, payload)
				}
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-done; <-done })
	wait(t, s, func() bool { return s.Connections() >= want })
	return a
}

func wait(t *testing.T, s *Server, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	if err := s.Wait(ctx, holds); err != nil {
		t.Fatalf("never came true: %v", err)
	}
}

func ackAll(*app, socketmode.Event) (any, bool) { return nil, true }

// mustSay posts as Ana in #support.
func mustSay(t *testing.T, s *Server, text string) string {
	t.Helper()
	ts, err := s.Say("U0ANA", "support", text)
	if err != nil {
		t.Fatal(err)
	}
	return ts
}

// lastEvent is the inner event of the newest envelope of a kind.
func lastEvent(t *testing.T, s *Server, kind string) object {
	t.Helper()
	var found object
	for _, e := range s.Envelopes() {
		if e.Kind == kind {
			v, err := decode(e.Payload)
			if err != nil {
				t.Fatal(err)
			}
			found = v.(object)
		}
	}
	if found == nil {
		t.Fatalf("no envelope of kind %q", kind)
	}
	if inner := sub(found, "event"); inner != nil {
		return inner
	}
	return found
}

func countEnvelopes(s *Server, kind string) int {
	n := 0
	for _, e := range s.Envelopes() {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

func buttonMessage(label, action string) slack.MsgOption {
	b := slack.NewButtonBlockElement(action, "v1", slack.NewTextBlockObject("plain_text", label, false, false))
	return slack.MsgOptionBlocks(
		slack.NewSectionBlock(slack.NewTextBlockObject("mrkdwn", "Is the *sync* down?", false, false), nil, nil),
		slack.NewActionBlock("row", b),
	)
}

func modal(title string, blocks ...slack.Block) slack.ModalViewRequest {
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: "form", PrivateMetadata: "meta",
		Title: slack.NewTextBlockObject("plain_text", title, false, false), Submit: slack.NewTextBlockObject("plain_text", "Send", false, false),
		Blocks: slack.Blocks{BlockSet: append(blocks, slack.NewDividerBlock())},
	}
}

func textField(block, label string) slack.Block {
	e := slack.NewPlainTextInputBlockElement(nil, block+"_text")
	return slack.NewInputBlock(block, slack.NewTextBlockObject("plain_text", label, false, false), nil, e)
}

func innerMessage(evt socketmode.Event) *slackevents.MessageEvent {
	outer, ok := evt.Data.(slackevents.EventsAPIEvent)
	if !ok {
		return nil
	}
	m, _ := outer.InnerEvent.Data.(*slackevents.MessageEvent)
	return m
}

func raw(s string) json.RawMessage { return json.RawMessage(s) }
