package slackio

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"syncfix/bot"
)

// submitted is the payload of a submitted start form.
func submitted(hash, text string) string {
	return fmt.Sprintf(`{"type":"view_submission","user":{"id":"U1"},"trigger_id":"1.2.3","view":{"id":"V1","hash":%q,"callback_id":"start",
		"private_metadata":"{\"channel\":\"C1\"}","state":{"values":{"error":{"error":{"type":"plain_text_input","value":%q}}}}}}`, hash, text)
}

func TestFormIsTurnedDownInTheAck(t *testing.T) {
	g := newGateway(t)
	l := g.listen(&inbox{}, false, func(c *IntakeConfig) {
		c.Check = func(f bot.Form) map[string]string {
			if f.Kind == bot.FormStart && f.Values[bot.FieldError] == "bad" {
				return map[string]string{bot.FieldError: "Paste the error as the screen shows it."}
			}
			return nil
		}
	})
	conn := l.link()
	g.send(conn, frame("E1", "interactive", submitted("h1", "bad")))
	a := next(t, "ack", g.acks)
	if want := `{"errors":{"error":"Paste the error as the screen shows it."},"response_action":"errors"}`; string(a.Payload) != want {
		t.Errorf("ack %s, want %s", a.Payload, want)
	}
	g.send(conn, frame("E2", "interactive", submitted("h1", "good"))) // Slack keeps the hash
	if a := next(t, "ack", g.acks); len(a.Payload) > 0 && string(a.Payload) != "null" {
		t.Errorf("the corrected form was answered with %s", a.Payload)
	}
	kept, _ := l.inbox.all()
	if len(kept) != 2 {
		t.Fatalf("kept %d envelopes; the corrected form must not pass for the first", len(kept))
	}
	if len(kept[0].Rejected) != 1 || kept[1].Rejected != nil || kept[1].Key != "v/V1/h1" {
		t.Errorf("kept %q %v and %q %v", kept[0].Key, kept[0].Rejected, kept[1].Key, kept[1].Rejected)
	}
}

func TestNoAckWithoutACommit(t *testing.T) {
	g := newGateway(t)
	tries := make(chan int, 10)
	full := true
	l := g.listen(&inbox{before: func() error {
		defer func() { tries <- 1 }()
		if full {
			full = false
			return errors.New("no space left on device")
		}
		return nil
	}}, false, nil)
	conn := l.link()
	g.send(conn, frame("E1", "events_api", alert("1.000001", "x")))
	next(t, "commit", tries)
	g.send(conn, frame("E2", "events_api", alert("1.000002", "x")))
	if a := next(t, "ack", g.acks); a.ID != "E2" {
		t.Errorf("%s was acked without being kept", a.ID)
	}
	g.send(conn, frame("E1", "events_api", alert("1.000001", "x"))) // Slack sends it again
	next(t, "ack of what came again", g.acks)
	if kept, _ := l.inbox.all(); len(kept) != 2 || !strings.Contains(l.log.String(), "no space left on device") {
		t.Errorf("kept %d; log %s", len(kept), l.log)
	}
}

// take hands an intake an event, and gives what the ack was answered with.
func take(in *Intake, id, payload string, acked map[string]any) {
	in.take(bot.EnvelopeEvent, id, []byte(payload), false, func(p any) { acked[id] = p })
}

func TestAllThatWaitsIsOneCommit(t *testing.T) {
	box := &inbox{}
	woken := 0
	in := NewIntake(IntakeConfig{Inbox: box, Wake: func() { woken++ }})
	acked := map[string]any{}
	for i := range 100 {
		take(in, fmt.Sprint(i), alert(fmt.Sprintf("1.%06d", i), "x"), acked)
	}
	in.drain(t.Context())
	if kept, commits := box.all(); len(kept) != 100 || commits != 1 || len(acked) != 100 || woken != 1 {
		t.Errorf("%d kept, %d commits, %d acks, woken %d times", len(kept), commits, len(acked), woken)
	}
}

func TestFailedCommitIsNotAcked(t *testing.T) {
	log := &logged{}
	in := NewIntake(IntakeConfig{
		Inbox: &inbox{before: func() error { return errors.New("disk full") }}, Log: slog.New(slog.NewTextHandler(log, nil)),
		Wake: func() { t.Error("woken for nothing") },
	})
	acked := map[string]any{}
	take(in, "1", alert("1.000001", "x"), acked)
	take(in, "2", alert("1.000002", "x"), acked)
	in.drain(t.Context())
	if len(acked) != 0 || strings.Count(log.String(), "\n") != 1 || !strings.Contains(log.String(), "disk full") {
		t.Errorf("%d acks; log %s", len(acked), log)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	log := &logged{}
	box := &inbox{}
	in := NewIntake(IntakeConfig{Inbox: box, Log: slog.New(slog.NewTextHandler(log, nil))})
	acked := map[string]any{}
	for i := range maxWaiting + 5 {
		take(in, fmt.Sprint(i), alert(fmt.Sprintf("1.%06d", i), "x"), acked)
	}
	in.drain(t.Context())
	if len(acked) != maxWaiting {
		t.Errorf("%d acks, want %d", len(acked), maxWaiting)
	}
	take(in, "again", alert("2.000001", "x"), acked)
	in.drain(t.Context())
	if _, ok := acked["again"]; !ok || strings.Count(log.String(), "too much is waiting") != 1 || !strings.Contains(log.String(), "refused=5") {
		t.Errorf("acked again: %v; log %s", ok, log)
	}
	big := strings.Repeat("x", maxWaitingBytes/4)
	clear(acked)
	for i := range 5 {
		take(in, fmt.Sprint(i), alert(fmt.Sprintf("3.%06d", i), big), acked)
	}
	in.drain(t.Context())
	if len(acked) != 3 {
		t.Errorf("%d big envelopes were kept in memory, want 3", len(acked))
	}
}

func TestABurstIsBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := NewIntake(IntakeConfig{Inbox: &inbox{}, Log: slog.New(slog.DiscardHandler)})
		come := func(n int) {
			for i := range n {
				take(in, fmt.Sprint(i), alert(fmt.Sprintf("%d.%06d", n, i), "x"), map[string]any{})
			}
		}
		come(crowd - 1)
		in.drain(t.Context())
		if in.Busy() {
			t.Error("a few envelopes are no burst")
		}
		come(crowd)
		if !in.Busy() {
			t.Error("many that wait are a burst")
		}
		in.drain(t.Context())
		time.Sleep(lull - time.Millisecond)
		if !in.Busy() {
			t.Error("a burst may go on")
		}
		time.Sleep(time.Millisecond)
		if in.Busy() {
			t.Error("the burst is over")
		}
	})
}

func TestEnvelopeThatPanicsIsSetAside(t *testing.T) {
	log := &logged{}
	box := &inbox{}
	in := NewIntake(IntakeConfig{Inbox: box, Log: slog.New(slog.NewTextHandler(log, nil)), Check: func(bot.Form) map[string]string { panic("oh") }})
	acked := map[string]any{}
	in.take(bot.EnvelopeInteractive, "E1", []byte(submitted("h", "secret: hunter2")), false, func(p any) { acked["E1"] = p })
	in.drain(t.Context())
	kept, _ := box.all()
	if len(acked) != 1 || len(kept) != 1 || kept[0].Kind != bot.EnvelopeUnknown || strings.Contains(log.String(), "hunter2") {
		t.Errorf("acked %v, kept %+v, log %s", acked, kept, log)
	}
}

func TestKeys(t *testing.T) {
	self := Identity{TeamID: "T1", UserID: "U0BOT"}
	event := func(e string) string {
		return `{"team_id":"T9","event_id":"Ev1","event":` + e + `}`
	}
	const (
		kindEvent = bot.EnvelopeEvent
		kindAct   = bot.EnvelopeInteractive
	)
	for _, tc := range []struct {
		kind       bot.EnvelopeKind
		body, want string
	}{
		{kindEvent, event(`{"type":"message","channel":"C1","ts":"1.2"}`), "m/T1/C1/1.2"},
		{kindEvent, event(`{"type":"app_mention","channel":"C1","ts":"1.2"}`), "m/T1/C1/1.2"},
		{kindEvent, event(`{"type":"app_mention","channel":"C1","ts":"1.2","edited":{"ts":"3.4"}}`), "m/T1/C1/1.2/3.4"},
		{kindEvent, event(`{"type":"message","subtype":"bot_message","channel":"C1","ts":"1.2"}`), "m/T1/C1/1.2"},
		{kindEvent, event(`{"type":"message","subtype":"message_changed","channel":"C1","ts":"9.9","message":{"ts":"1.2","edited":{"ts":"3.4"}}}`), "m/T1/C1/1.2/3.4"},
		{kindEvent, event(`{"type":"message","subtype":"message_changed","channel":"C1","ts":"9.9","message":{"ts":"1.2"}}`), "m/T1/C1/1.2/u9.9"},
		{kindEvent, event(`{"type":"message","subtype":"message_changed","channel":"C1","ts":"9.9","message":{"ts":"1.2","edited":{"ts":"3.4"}},"previous_message":{"edited":{"ts":"3.4"}}}`), "m/T1/C1/1.2/u9.9"},
		{kindEvent, event(`{"type":"message","subtype":"message_deleted","channel":"C1","ts":"9.9","deleted_ts":"1.2"}`), "m/T1/C1/1.2/deleted"},
		{kindEvent, event(`{"type":"app_home_opened","user":"U1"}`), "e/Ev1"},
		{bot.EnvelopeCommand, `{"trigger_id":"1.2.a"}`, "t/1.2.a"},
		{kindAct, `{"type":"block_actions","trigger_id":"1.2.a"}`, "t/1.2.a"},
		{kindAct, `{"type":"message_action","trigger_id":"1.2.a"}`, "t/1.2.a"},
		{kindAct, `{"type":"view_submission","trigger_id":"1.2.a","view":{"id":"V1","hash":"h.1"}}`, "v/V1/h.1"},
	} {
		o, err := readObject([]byte(tc.body))
		if err != nil {
			t.Fatal(err)
		}
		if got := keyOf(tc.kind, o, self); got != tc.want {
			t.Errorf("key of %s = %s, want %s", tc.body, got, tc.want)
		}
	}
}

func TestKeysOfOddPayloadsTellThemApart(t *testing.T) {
	seen := map[string]string{}
	for _, body := range []string{
		`{}`, `{"event":{}}`, `{"event":{"type":"message"}}`, `{"event":{"type":"message","channel":"C1"}}`, `{"event":{"type":"message","channel":"C1","ts":"1/2"}}`,
		`{"event":{"type":"message","channel":"C1","ts":"` + strings.Repeat("9", 300) + `"}}`, `{"event_id":7}`,
	} {
		o, err := readObject([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		k := keyOf(bot.EnvelopeEvent, o, Identity{})
		if seen[k] != "" || len(k) > 200 || !strings.HasPrefix(k, "x/") {
			t.Errorf("key of %.60s is %s, as that of %q", body, k, seen[k])
		}
		seen[k] = body
	}
}

func TestFieldErrorsNameInputBlocks(t *testing.T) {
	problems := bot.CheckForm(bot.Form{Kind: bot.FormDismiss, Values: map[string]string{}}, nil)
	modal := renderForm(bot.Effect{Kind: bot.OpenForm, Form: bot.FormDismiss, Case: "SF-12"}, scene(nil))
	raw, err := json.Marshal(modal.Blocks)
	if err != nil {
		t.Fatal(err)
	}
	for field := range maps.Keys(problems) {
		if !strings.Contains(string(raw), fmt.Sprintf(`"block_id":%q`, field)) {
			t.Errorf("no block %q in %s", field, raw)
		}
	}
	if len(problems) == 0 {
		t.Error("the empty form has no problems")
	}
}
