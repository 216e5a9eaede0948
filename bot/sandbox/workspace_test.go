package sandbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"pgregory.net/rapid"
)

func TestTimestampsAreUniqueAndRise(t *testing.T) {
	w := newWorkspace(Options{})
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	last := ""
	for i := range 100 {
		ts := w.nextTS(now.Add(time.Duration(-i) * time.Second)) // a clock that runs backwards
		if compareTS(ts, last) <= 0 {
			t.Fatalf("%s does not come after %s", ts, last)
		}
		last = ts
	}
}

func FuzzTimestamp(f *testing.F) {
	f.Add("1700000000.000100")
	f.Add("1.9999999")
	f.Add("-1.5")
	f.Fuzz(func(t *testing.T, ts string) {
		micros, ok := microsOfTS(ts)
		if again, _ := microsOfTS(formatTS(micros)); ok && again != micros {
			t.Errorf("%q is %d, but written again %d", ts, micros, again)
		}
	})
}

// A model of a channel: whatever is posted, edited and deleted, in whatever order of time, the channel shows roots in
// order of ts, and each root counts exactly its replies that stand.
func TestChannelModel(t *testing.T) {
	s := start(t, nil)
	rapid.Check(t, func(t *rapid.T) {
		s.mu.Lock()
		defer s.mu.Unlock()
		c := s.ws.channels["C0SUPPORT"]
		c.log, c.byTS = nil, map[string]*Message{}
		replies := map[string][]string{}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			roots := keysOf(replies)
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				ts := formatTS(rapid.Int64Range(1, 1<<40).Draw(t, "ts"))
				if c.byTS[ts] == nil {
					_, _ = s.post(Message{Channel: c.ID, TS: ts, User: "U0ANA", Text: "root"})
					replies[ts] = nil
				}
			case 1:
				if len(roots) > 0 {
					root := rapid.SampledFrom(roots).Draw(t, "root")
					if m, err := s.post(Message{Channel: c.ID, ThreadTS: root, User: "U0LEO", Text: "reply"}); err == nil {
						replies[root] = append(replies[root], m.TS)
					}
				}
			case 2:
				if len(roots) > 0 {
					root := rapid.SampledFrom(roots).Draw(t, "root")
					if m := s.ws.find(c.ID, root); m != nil {
						s.remove(m)
						if len(replies[root]) == 0 {
							delete(replies, root)
						}
					}
				}
			case 3:
				for root, list := range replies {
					if len(list) > 0 {
						s.remove(s.ws.find(c.ID, list[0]))
						replies[root] = list[1:]
						break
					}
				}
			}
		}
		if !slices.IsSortedFunc(c.log, func(a, b *Message) int { return compareTS(a.TS, b.TS) }) {
			t.Fatal("the channel is out of order")
		}
		for root, list := range replies {
			m := c.byTS[root]
			if m == nil || m.ReplyCount != len(list) || len(c.thread(root)) != len(list)+1 {
				t.Fatalf("root %s counts %+v, want %d", root, m, len(list))
			}
		}
	})
}

func TestHistoryIsBounded(t *testing.T) {
	const keep = 500
	s := start(t, func(o *Options) { o.Keep = keep })
	root := mustSay(t, s, "old root")
	if _, err := s.SayIn("U0ANA", "support", root, "old reply"); err != nil {
		t.Fatal(err)
	}
	for range keep + keep/10 {
		mustSay(t, s, "x")
	}
	s.mu.Lock()
	c := s.ws.channels["C0SUPPORT"]
	kept, index := len(c.log), len(c.byTS)
	s.mu.Unlock()
	if kept > keep+keep/10 || kept != index {
		t.Errorf("%d messages are kept, %d indexed", kept, index)
	}
	if len(s.Thread("support", root)) != 0 {
		t.Error("the oldest is still there")
	}
	if n := len(s.Envelopes()); n < keep || n > keep+keep/10 {
		t.Errorf("%d envelopes are kept", n)
	}
	if got := s.Totals().Envelopes; got != keep+keep/10+2 {
		t.Errorf("%d envelopes are counted", got)
	}
	for range 2 * maxChanges {
		s.mu.Lock()
		s.changed(Change{Kind: ChangeTraffic})
		s.mu.Unlock()
	}
	changes, next, lost, _ := s.changesSince(1)
	if !lost || len(changes) != 0 {
		t.Error("a forgotten change is not reported as lost")
	}
	mustSay(t, s, "y")
	if changes, _, lost, _ := s.changesSince(next); lost || len(changes) == 0 || changes[0].Kind != ChangePosted {
		t.Errorf("the newest changes are %v, lost %v", changes, lost)
	}
}

func TestTypedText(t *testing.T) {
	w := newWorkspace(Options{AppName: "syncfix", Channels: []string{"support", "general"}})
	tests := map[string]string{
		"a < b & c > d":                "a &lt; b &amp; c &gt; d",
		"<!channel> <@U404> <!here|x>": "&lt;!channel&gt; &lt;@U404&gt; &lt;!here|x&gt;",
		"hey @syncfix, help":           "hey <@U0BOT>, help",
		"<@U0ANA> and @leo.":           "<@U0ANA> and <@U0LEO>.",
		"mail ana@leo.example":         "mail ana@leo.example",
		"@nobody @here":                "@nobody <!here>",
		"see #general (#none)":         "see <#C0GENERAL|general> (#none)",
		"at https://x.test/a?b=1&c=2":  "at <https://x.test/a?b=1&amp;c=2>",
	}
	for in, want := range tests {
		if got := w.typed(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

// What a person types can name people and channels, but never open any other markup.
func FuzzTyped(f *testing.F) {
	f.Add("<!channel> <@U0ANA> <https://x|y> & @here")
	f.Add("<<@U0ANA>>")
	w := newWorkspace(Options{AppName: "syncfix", Channels: []string{"support"}})
	f.Fuzz(func(t *testing.T, in string) {
		out := w.typed(in)
		for _, token := range strings.Split(out, "<")[1:] {
			if !strings.HasPrefix(token, "@U0") && !strings.HasPrefix(token, "#C") && !strings.HasPrefix(token, "http") && !strings.HasPrefix(token, "!") {
				t.Errorf("%q became %q", in, out)
			}
		}
		richText("b", out)
	})
}

func TestPostTakesAnyShape(t *testing.T) {
	s := start(t, nil)
	connect(t, s, ackAll)
	ts, err := s.Post("billing-alerts", "Alertmanager", raw(`{"attachments":[{"title":"Sync failed","text":"code 7","fallback":"f"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	e := lastEvent(t, s, "message/bot_message")
	if e["user"] != nil || str(e, "bot_id") != "B0ALERTMANAGER" || str(e, "username") != "Alertmanager" || str(e, "text") != "" || len(objects(e["attachments"])) != 1 {
		t.Errorf("an app's post arrives as %v", e)
	}
	if m := s.Messages("billing-alerts")[0]; m.TS != ts || m.Plain() != "Sync failed\ncode 7" {
		t.Errorf("it says %q", m.Plain())
	}
	if b, err := api(s).GetBotInfo(slack.GetBotInfoParameters{Bot: "B0ALERTMANAGER"}); err != nil || b.Name != "Alertmanager" {
		t.Errorf("bots.info gives %v, %v", b, err)
	}
	if _, err := s.Post("support", "Circle", raw(`{"subtype":"","user":"U0BOT2","bot_id":"B0CI","text":"CI","custom":{"a":1}}`)); err != nil {
		t.Fatal(err)
	}
	if e := lastEvent(t, s, "message"); str(e, "user") != "U0BOT2" || str(e, "bot_id") != "B0CI" || e["subtype"] != nil || e["custom"] == nil {
		t.Errorf("it arrives as %v", e)
	}
	if _, err := s.Post("support", "U0ANA", raw(`{"text":"raw <!here>"}`)); err != nil {
		t.Fatal(err)
	}
	if e := lastEvent(t, s, "message"); str(e, "user") != "U0ANA" || str(e, "text") != "raw <!here>" || len(objects(e["blocks"])) != 1 {
		t.Errorf("a person's post arrives as %v", e)
	}
	for _, bad := range []string{`[]`, `{}`, `{"text":7}`, `{"text":"x","ts":"soon"}`, `{"text":"x","ts":"` + ts + `","blocks":7}`, `{"text":"x","files":{}}`} {
		if _, err := s.Post("support", "App", raw(bad)); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
}

func TestMailBodyOnlyByFilesInfo(t *testing.T) {
	s := start(t, nil)
	_, err := s.Post("support", "U0ANA", raw(`{"text":"","files":[{"id":"F0MAIL","mode":"email","subject":"Sync failed","files_info_only":{"plain_text":"the body"}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Messages("support")[0].Plain(); got != "Sync failed" {
		t.Errorf("the message says %q", got)
	}
	if f := sub(call(t, s, "files.info", "file", "F0MAIL"), "file"); str(f, "plain_text") != "the body" || str(f, "mode") != "email" {
		t.Errorf("files.info gives %v", f)
	}
}

func TestOldMessageArrivesLate(t *testing.T) {
	s := start(t, nil)
	connect(t, s, ackAll)
	mustSay(t, s, "new")
	if _, err := s.Post("support", "App", raw(`{"text":"old","ts":"1600000000.000100"}`)); err != nil {
		t.Fatal(err)
	}
	if m := s.Messages("support"); m[0].Text != "old" || m[1].Text != "new" {
		t.Errorf("the order is %s, %s", m[0].Text, m[1].Text)
	}
	if e := lastEvent(t, s, "message/bot_message"); str(e, "ts") != "1600000000.000100" {
		t.Errorf("the event's ts is %v", e["ts"])
	}
}

func TestEditAndDeleteEvents(t *testing.T) {
	s := start(t, nil)
	connect(t, s, ackAll)
	ts := mustSay(t, s, "first")
	if err := s.Edit("support", ts, "second"); err != nil {
		t.Fatal(err)
	}
	e := lastEvent(t, s, "message/message_changed")
	if str(sub(e, "message"), "text") != "second" || str(sub(e, "previous_message"), "text") != "first" || str(sub(sub(e, "message"), "edited"), "user") != "U0ANA" || str(e, "ts") == ts {
		t.Errorf("an edit arrives as %v", e)
	}
	if err := s.Delete("support", ts); err != nil {
		t.Fatal(err)
	}
	if e := lastEvent(t, s, "message/message_deleted"); str(e, "deleted_ts") != ts || str(sub(e, "previous_message"), "text") != "second" {
		t.Errorf("a deletion arrives as %v", e)
	}
	own := str(call(t, s, "chat.postMessage", "channel", "C0SUPPORT", "text", "own"), "ts")
	if e := lastEvent(t, s, "message"); str(e, "ts") != own || str(e, "bot_id") != s.BotID() || str(e, "user") != s.BotUserID() {
		t.Errorf("an own post arrives as %v", e)
	}
}

func TestSharedChannelEvent(t *testing.T) {
	s := start(t, nil)
	connect(t, s, ackAll)
	if _, err := s.Say("U0EVE", "shared-acme", "hi"); err != nil {
		t.Fatal(err)
	}
	if e := lastEvent(t, s, "message"); str(e, "user_team") != "T0OTHER" || str(e, "channel_type") != "channel" {
		t.Errorf("it arrives as %v", e)
	}
	if _, err := s.Say("U0EVE", "support", "hi"); err == nil {
		t.Error("Eve spoke where she is not")
	}
	if _, err := s.Say("U0ANA", "D0ANA", "<@U0BOT> hi"); err != nil {
		t.Fatal(err)
	}
	if e := lastEvent(t, s, "message"); str(e, "channel_type") != "im" || countEnvelopes(s, "app_mention") != 0 {
		t.Errorf("a direct message arrives as %v", e)
	}
}

func TestWaitEndsWithItsContextAndTheSandbox(t *testing.T) {
	s := start(t, nil)
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("enough")
	cancel(why)
	if err := s.Wait(ctx, func() bool { return false }); !errors.Is(err, why) {
		t.Errorf("a cancelled wait gave %v", err)
	}
	done := make(chan error)
	go func() { done <- s.Wait(context.Background(), func() bool { return false }) }()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; !errors.Is(err, errStopped) {
		t.Errorf("a wait on a stopped sandbox gave %v", err)
	}
}

// Example code of the package's documentation.
func ExampleStart() {
	s, err := Start(Options{Addr: "127.0.0.1:0"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	ts, _ := s.Say("U0ANA", "support", "Our NetSuite sync failed")
	fmt.Println(s.Thread("support", ts)[0].Plain())
	// Output: Our NetSuite sync failed
}
