package slackio

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"syncfix/bot"
)

func decoder() Decoder {
	return Decoder{Self: Identity{TeamID: "T1", UserID: "U0BOT", BotID: "B0BOT", AppID: "A0BOT"}}
}

func received() time.Time { return time.Unix(1800000000, 0).UTC() }

func envelope(kind bot.EnvelopeKind, body string) bot.Envelope {
	return bot.Envelope{Kind: kind, Key: "k", Received: received(), Body: []byte(body)}
}

// told is an event's payload.
func told(event string) bot.Envelope {
	return envelope(bot.EnvelopeEvent, `{"team_id":"T1","event_time":1700000009,"event":`+event+`}`)
}

func acted(body string) bot.Envelope { return envelope(bot.EnvelopeInteractive, body) }

func TestDecodeMessages(t *testing.T) {
	at := time.Unix(1700000000, 100_000).UTC()
	later := time.Unix(1700000060, 0).UTC()
	ana := bot.Actor{ID: "U1", Team: "T1"}
	here := bot.Place{Team: "T1", Channel: "C1", TS: "1700000000.000100"}
	const msg = `"type":"message","channel":"C1","ts":"1700000000.000100","event_ts":"1700000000.000100","team":"T1"`
	for name, tc := range map[string]struct {
		event string
		want  bot.Inbound
	}{
		"a person's": {`{` + msg + `,"user":"U1","text":"Sync &amp; fail"}`,
			bot.Inbound{Kind: bot.InMessage, At: at, By: ana, Place: here, Text: "Sync & fail"}},
		"in a thread": {`{` + msg + `,"user":"U1","text":"x","thread_ts":"1699999999.000001"}`,
			bot.Inbound{Kind: bot.InMessage, At: at, By: ana, Place: bot.Place{Team: "T1", Channel: "C1", TS: here.TS, Thread: "1699999999.000001"}, Text: "x"}},
		"a thread's parent": {`{` + msg + `,"user":"U1","text":"x","thread_ts":"1700000000.000100"}`,
			bot.Inbound{Kind: bot.InMessage, At: at, By: ana, Place: here, Text: "x", Replied: true}},
		"a broadcast reply": {`{` + msg + `,"subtype":"thread_broadcast","user":"U1","text":"x","thread_ts":"1699999999.000001"}`,
			bot.Inbound{Kind: bot.InMessage, At: at, By: ana, Place: bot.Place{Team: "T1", Channel: "C1", TS: here.TS, Thread: "1699999999.000001"}, Text: "x"}},
		"a tool's, without a user": {`{` + msg + `,"subtype":"bot_message","bot_id":"B9","username":"Alertmanager","attachments":[{"text":"Sync failed"}]}`,
			bot.Inbound{Kind: bot.InMessage, At: at, By: bot.Actor{ID: "B9", Name: "Alertmanager", Team: "T1", Bot: true}, Place: here, Text: "Sync failed"}},
		"a tool's, with a user": {`{` + msg + `,"user":"U9","bot_id":"B9","bot_profile":{"name":"CircleCI"},"text":"x"}`,
			bot.Inbound{Kind: bot.InMessage, At: at, By: bot.Actor{ID: "U9", Name: "CircleCI", Team: "T1", Bot: true}, Place: here, Text: "x"}},
		"our own, by bot id":   {`{` + msg + `,"bot_id":"B0BOT","text":"x"}`, bot.Inbound{Kind: bot.InMessage, At: at, By: bot.Actor{ID: "B0BOT", Team: "T1", Bot: true}, Place: here, Text: "x", Own: true}},
		"our own, by user":     {`{` + msg + `,"user":"U0BOT","text":"x"}`, bot.Inbound{Kind: bot.InMessage, At: at, By: bot.Actor{ID: "U0BOT", Team: "T1"}, Place: here, Text: "x", Own: true}},
		"our own, by app":      {`{` + msg + `,"bot_id":"B7","app_id":"A0BOT","text":"x"}`, bot.Inbound{Kind: bot.InMessage, At: at, By: bot.Actor{ID: "B7", Team: "T1", Bot: true}, Place: here, Text: "x", Own: true}},
		"somebody's elsewhere": {`{` + msg + `,"user":"U1","user_team":"T2","text":"x"}`, bot.Inbound{Kind: bot.InMessage, At: at, By: bot.Actor{ID: "U1", Team: "T2"}, Place: here, Text: "x"}},
		"that mentions us":     {`{` + msg + `,"user":"U1","text":"<@U0BOT> help"}`, bot.Inbound{Kind: bot.InMention, At: at, By: ana, Place: here, Text: "help"}},
		"that mentions us in rich text": {`{` + msg + `,"user":"U1","text":"","blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"user","user_id":"U0BOT"},{"type":"text","text":" help"}]}]}]}`,
			bot.Inbound{Kind: bot.InMention, At: at, By: ana, Place: here, Text: "help"}},
		"that mentions another": {`{` + msg + `,"user":"U1","text":"<@U0BOTTLE> help"}`, bot.Inbound{Kind: bot.InMessage, At: at, By: ana, Place: here, Text: "@U0BOTTLE help"}},
		"a mention": {strings.Replace(`{`+msg+`,"user":"U1","text":"<@U0BOT> help"}`, `"message"`, `"app_mention"`, 1),
			bot.Inbound{Kind: bot.InMention, At: at, By: ana, Place: here, Text: "help"}},
		"an edit": {`{"type":"message","subtype":"message_changed","channel":"C1","ts":"1700000061.0","event_ts":"1700000061.0","message":{"user":"U1","team":"T1","ts":"1700000000.000100","text":"new","edited":{"ts":"1700000060.000000"}},"previous_message":{"ts":"1700000000.000100","text":"old"}}`,
			bot.Inbound{Kind: bot.InMessage, At: later, By: ana, Place: here, Text: "new", Edited: true}},
		"a preview": {`{"type":"message","subtype":"message_changed","channel":"C1","ts":"1700000061.0","message":{"user":"U1","ts":"1700000000.000100","text":"https://x.io","attachments":[]},"previous_message":{"text":"https://x.io"}}`,
			bot.Inbound{Kind: bot.InNothing, At: received()}},
		"a deletion": {`{"type":"message","subtype":"message_deleted","channel":"C1","ts":"1700000060.0","event_ts":"1700000060.0","deleted_ts":"1700000000.000100","previous_message":{"user":"U1","team":"T1","ts":"1700000000.000100","text":"x"}}`,
			bot.Inbound{Kind: bot.InMessage, At: later, By: ana, Place: here, Deleted: true}},
		"a deletion that leaves replies": {`{"type":"message","subtype":"message_changed","channel":"C1","ts":"1700000060.0","event_ts":"1700000060.0","message":{"subtype":"tombstone","user":"USLACKBOT","ts":"1700000000.000100","thread_ts":"1700000000.000100","text":"This message was deleted."}}`,
			bot.Inbound{Kind: bot.InMessage, At: later, By: bot.Actor{ID: "USLACKBOT"}, Place: here, Deleted: true, Replied: true}},
		"somebody joins":      {`{` + msg + `,"subtype":"channel_join","user":"U1","text":"has joined"}`, bot.Inbound{Kind: bot.InNothing, At: received()}},
		"a notice of Slack's": {`{` + msg + `,"subtype":"message_replied"}`, bot.Inbound{Kind: bot.InNothing, At: received()}},
	} {
		t.Run(name, func(t *testing.T) {
			decodes(t, told(tc.event), tc.want)
		})
	}
}

// decodes checks what an envelope decodes to, and that it does so twice.
func decodes(t *testing.T, e bot.Envelope, want bot.Inbound) {
	t.Helper()
	want.Key, want.Learned = "k", received()
	for range 2 {
		got, err := decoder().Decode(e)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestDecodeOtherEvents(t *testing.T) {
	at := time.Unix(1700000009, 0).UTC()
	for name, tc := range map[string]struct {
		event string
		want  bot.Inbound
	}{
		"Home":           {`{"type":"app_home_opened","user":"U1","tab":"home"}`, bot.Inbound{Kind: bot.InHome, At: at, By: bot.Actor{ID: "U1"}, Place: bot.Place{Team: "T1"}}},
		"our messages":   {`{"type":"app_home_opened","user":"U1","tab":"messages"}`, bot.Inbound{Kind: bot.InNothing, At: received()}},
		"we are invited": {`{"type":"member_joined_channel","user":"U0BOT","inviter":"U1","channel":"C1"}`, bot.Inbound{Kind: bot.InJoined, At: at, By: bot.Actor{ID: "U1"}, Place: bot.Place{Team: "T1", Channel: "C1"}}},
		"another joins":  {`{"type":"member_joined_channel","user":"U1","channel":"C1"}`, bot.Inbound{Kind: bot.InNothing, At: received()}},
		"of a new kind":  {`{"type":"sky_fell"}`, bot.Inbound{Kind: bot.InNothing, At: received()}},
	} {
		t.Run(name, func(t *testing.T) { decodes(t, told(tc.event), tc.want) })
	}
}

func TestDecodeCommand(t *testing.T) {
	decodes(t, envelope(bot.EnvelopeCommand, `{"team_id":"T1","channel_id":"C1","user_id":"U1","user_name":"ana","command":"/syncfix","text":" show &lt;SF-1&gt; ","trigger_id":"1.2.a","response_url":"https://hooks.slack.com/commands/x","_syncfix":{"removed":["password"]}}`),
		bot.Inbound{Kind: bot.InCommand, At: received(), By: bot.Actor{ID: "U1", Name: "ana"}, Place: bot.Place{Team: "T1", Channel: "C1"}, Text: "show <SF-1>",
			Trigger: "1.2.a", ReplyTo: "https://hooks.slack.com/commands/x", Removed: []string{"password"}})
}

func TestDecodePresses(t *testing.T) {
	at := time.Unix(1700000000, 0).UTC()
	ana := bot.Actor{ID: "U1", Name: "ana", Team: "T1"}
	const who = `"type":"block_actions","team":{"id":"T1"},"user":{"id":"U1","username":"ana","team_id":"T1"},"trigger_id":"1.2.a","response_url":"https://x.io/r",`
	onCard := `"container":{"type":"message","message_ts":"1.5","channel_id":"C1","thread_ts":"1.1"},"channel":{"id":"C1"},`
	place := bot.Place{Team: "T1", Channel: "C1", TS: "1.5", Thread: "1.1"}
	action := func(p bot.Press, menu bool) string {
		id, value := EncodePress(p, 3)
		a := map[string]any{"type": "button", "action_id": id, "value": value, "action_ts": "1700000000.000000"}
		if menu {
			a = map[string]any{"type": "static_select", "action_id": id, "selected_option": map[string]any{"value": value}, "action_ts": "1700000000.000000"}
		}
		b, err := json.Marshal([]any{a})
		if err != nil {
			t.Fatal(err)
		}
		return `"actions":` + string(b)
	}
	answer := bot.Press{Case: "SF-1", Offer: "o2", Action: bot.ActionAnswer, Choice: "yes"}
	menu := bot.Press{Case: "SF-1", Action: bot.ActionMenu, Choice: string(bot.MenuHandOff)}
	home := bot.Press{Action: bot.ActionForm, Choice: string(bot.FormStart)}
	for name, tc := range map[string]struct {
		body string
		want bot.Inbound
	}{
		"on a card":    {`{` + who + onCard + action(answer, false) + `}`, bot.Inbound{Press: answer, Place: place}},
		"in a menu":    {`{` + who + onCard + action(menu, true) + `}`, bot.Inbound{Press: menu, Place: place}},
		"in private":   {`{` + who + `"container":{"type":"message","message_ts":"1.5","channel_id":"C1","is_ephemeral":true},` + action(answer, false) + `}`, bot.Inbound{Press: answer, Private: true, Place: bot.Place{Team: "T1", Channel: "C1", TS: "1.5"}}},
		"in Home":      {`{` + who + `"container":{"type":"view","view_id":"V1"},"view":{"id":"V1"},` + action(home, false) + `}`, bot.Inbound{Press: home, Place: bot.Place{Team: "T1"}}},
		"none of ours": {`{` + who + onCard + `"actions":[{"action_id":"x","value":"y","action_ts":"1700000000.0"}]}`, bot.Inbound{Place: place}},
	} {
		t.Run(name, func(t *testing.T) {
			tc.want.Kind, tc.want.At, tc.want.By, tc.want.Trigger, tc.want.ReplyTo = bot.InPress, at, ana, "1.2.a", "https://x.io/r"
			decodes(t, acted(tc.body), tc.want)
		})
	}
	t.Run("a link", func(t *testing.T) {
		decodes(t, acted(`{`+who+onCard+`"actions":[{"action_id":"x","url":"https://x.io"}]}`), bot.Inbound{Kind: bot.InNothing, At: received()})
	})
}

func TestDecodeForms(t *testing.T) {
	view := func(kind bot.FormKind, meta FormMeta, values string) bot.Envelope {
		private, err := json.Marshal(meta.Encode())
		if err != nil {
			t.Fatal(err)
		}
		return acted(`{"type":"view_submission","user":{"id":"U1","name":"ana"},"trigger_id":"1.2.a","view":{"id":"V1","hash":"h","callback_id":"` + string(kind) +
			`","private_metadata":` + string(private) + `,"state":{"values":` + values + `}}}`)
	}
	base := bot.Inbound{Kind: bot.InForm, At: received(), By: bot.Actor{ID: "U1", Name: "ana"}, Trigger: "1.2.a"}
	for name, tc := range map[string]struct {
		e     bot.Envelope
		form  bot.Form
		place bot.Place
	}{
		"of a case": {
			view(bot.FormCannot, FormMeta{Case: "SF-1", Offer: "o3", Channel: "C1", TS: "1.5"},
				`{"cannot":{"cannot":{"type":"static_select","selected_option":{"value":"missing"}}},"note":{"note":{"type":"plain_text_input","value":null}}}`),
			bot.Form{Kind: bot.FormCannot, Case: "SF-1", Offer: "o3", Values: map[string]string{"cannot": "missing"}}, bot.Place{Team: "T1", Channel: "C1", TS: "1.5"},
		},
		"a start, on a message": {
			view(bot.FormStart, FormMeta{Channel: "C1", TS: "1.5"}, `{"error":{"error":{"type":"plain_text_input","value":"it\nfailed"}}}`),
			bot.Form{Kind: bot.FormStart, Values: map[string]string{"error": "it\nfailed"}}, bot.Place{Team: "T1", Channel: "C1", TS: "1.5"},
		},
		"a start, with a channel": {
			view(bot.FormStart, FormMeta{}, `{"channel":{"channel":{"type":"conversations_select","selected_conversation":"C7"}},"boxes":{"a":{"selected_options":[{"value":"x"},{"value":"y"}]}}}`),
			bot.Form{Kind: bot.FormStart, Values: map[string]string{"boxes": "x\ny"}}, bot.Place{Team: "T1", Channel: "C7"},
		},
		"a question named channel": {
			view(bot.FormAnswers, FormMeta{Case: "SF-1"}, `{"channel":{"channel":{"selected_option":{"value":"yes"}}}}`),
			bot.Form{Kind: bot.FormAnswers, Case: "SF-1", Values: map[string]string{"channel": "yes"}}, bot.Place{Team: "T1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			want := base
			want.Form, want.Place = tc.form, tc.place
			decodes(t, tc.e, want)
		})
	}
}

func TestDecodeShortcut(t *testing.T) {
	decodes(t, acted(`{"type":"message_action","callback_id":"fix_this_sync","team":{"id":"T1"},"user":{"id":"U1","name":"ana"},"trigger_id":"1.2.a","response_url":"https://x.io/r",
		"action_ts":"1700000000.000000","channel":{"id":"C1"},"message_ts":"1690000000.5","message":{"user":"U2","ts":"1690000000.5","thread_ts":"1.1","text":"","attachments":[{"text":"Sync failed"}]},"_syncfix":{"removed":["password"]}}`),
		bot.Inbound{Kind: bot.InShortcut, At: time.Unix(1690000000, 5e8).UTC(), By: bot.Actor{ID: "U1", Name: "ana"}, Place: bot.Place{Team: "T1", Channel: "C1", TS: "1690000000.5", Thread: "1.1"},
			Text: "Sync failed", Trigger: "1.2.a", ReplyTo: "https://x.io/r"}) // the secret is another person's
}

func TestDecodeRefusesWhatSlackDoesNotSend(t *testing.T) {
	for _, e := range []bot.Envelope{
		told(`7`), told(`{"type":"message"}`), told(`{"type":"message","channel":"C1"}`), envelope(bot.EnvelopeEvent, `{}`), envelope(bot.EnvelopeEvent, `[]`), envelope(bot.EnvelopeEvent, `{} x`),
		envelope(bot.EnvelopeCommand, `{}`), acted(`{}`), acted(`{"type":"block_actions"}`), acted(`{"user":{"id":"U1"}}`), acted(`{"type":"view_submission","user":{"id":"U1"}}`),
		acted(`{"type":"message_action","user":{"id":"U1"}}`), envelope("pigeon", `{}`),
	} {
		if in, err := decoder().Decode(e); err == nil {
			t.Errorf("Decode(%s %s) = %+v, want an error", e.Kind, e.Body, in)
		}
	}
	for _, kind := range []string{"view_closed", "block_suggestion", "shortcut", "brand_new"} {
		decodes(t, acted(`{"type":"`+kind+`","user":{"id":"U1"}}`), bot.Inbound{Kind: bot.InNothing, At: received()})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("events_api", []byte(alert("1.000001", "x")))
	f.Add("events_api", []byte(`{"event":{"type":"message","subtype":"message_changed","channel":"C","message":{"ts":"1.2","text":"<@U0BOT>","blocks":[{"type":"rich_text","elements":[{"type":"user","user_id":"U0BOT"}]}]},"previous_message":{}}}`))
	f.Add("interactive", []byte(submitted("h", "x")))
	f.Add("interactive", []byte(`{"type":"block_actions","user":{"id":"U"},"actions":[{"action_id":"answer/1","value":"SF-1|o1|yes"}]}`))
	f.Add("slash_commands", []byte(`{"user_id":"U","channel_id":"C","text":"&lt;"}`))
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		in := NewIntake(IntakeConfig{Self: decoder().Self})
		e := in.arrival(kindOf(kind), "E1", body).envelope
		if e.Key == "" || len(e.Key) > 1000 || !json.Valid(e.Body) {
			t.Fatalf("an envelope without a proper key or body: %+v", e)
		}
		one, err := decoder().Decode(e)
		two, again := decoder().Decode(e)
		if (err == nil) != (again == nil) || cmp.Diff(one, two) != "" {
			t.Errorf("decoding twice differs: %s", cmp.Diff(one, two))
		}
		if err == nil && (one.Kind == "" || one.At.IsZero()) {
			t.Errorf("an Inbound without kind or time: %+v", one)
		}
	})
}
