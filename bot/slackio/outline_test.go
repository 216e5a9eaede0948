package slackio

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"syncfix/bot"
)

// tree is what an outline says, as readObject has it.
func (o outline) tree(t interface{ Fatalf(string, ...any) }, i int) any {
	switch n := o.nodes[i]; n.kind {
	case '{':
		m := map[string]any{}
		for f := range o.in(i) {
			m[o.nodes[f].name] = o.tree(t, f)
		}
		return m
	case '[':
		a := []any{}
		for e := range o.in(i) {
			a = append(a, o.tree(t, e))
		}
		return a
	case '"':
		return n.text
	default:
		written := o.raw[n.start:n.end]
		written = written[strings.LastIndexByte(written, ':')+1:] // behind its name
		d := json.NewDecoder(strings.NewReader(written))
		d.UseNumber()
		var v any
		if err := d.Decode(&v); err != nil {
			t.Fatalf("%q: %v", written, err)
		}
		return v
	}
}

// payloads makes events such as Slack sends, some with secrets, some odd.
func payloads() *rapid.Generator[string] {
	words := rapid.SampledFrom(append(fragments(), "Sync failed", "a", "C1", "1700000000.000100", "\\", "\x01", "😀", "<>&", "\u2028", ""))
	text := rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(words, 0, 4).Draw(t, "words"), " ") })
	name := rapid.OneOf(rapid.SampledFrom([]string{"text", "type", "value", "title", "name", "label", "key", "token", "elements", "fields", "rows", "password", "client_secret", "blocks", "attachments", "message",
		"previous_message", "response_url", "_syncfix", "ts", "user"}), words)
	kind := rapid.SampledFrom([]string{"rich_text", "rich_text_section", "text", "link", "mrkdwn", "section"})
	part := rapid.SampledFrom([]string{"pass", "word", "Password", ":", " is ", "hunter2", "Sync failed", "Title"})
	piece := rapid.Custom(func(t *rapid.T) any {
		p := map[string]any{"type": kind.Draw(t, "type"), "text": part.Draw(t, "text")}
		switch rapid.IntRange(0, 5).Draw(t, "as") {
		case 0:
			p["text"] = map[string]any{"type": "mrkdwn", "text": part.Draw(t, "text")}
		case 1:
			p = map[string]any{"title": part.Draw(t, "title"), "value": part.Draw(t, "value")}
		case 2:
			p = map[string]any{"elements": []any{map[string]any{"text": part.Draw(t, "text")}}}
		}
		return p
	})
	var value func(depth int) *rapid.Generator[any]
	value = func(depth int) *rapid.Generator[any] {
		return rapid.Custom(func(t *rapid.T) any {
			switch what := rapid.IntRange(0, 7).Draw(t, "what"); {
			case what <= 2 || depth > 4:
				return text.Draw(t, "text")
			case what == 3:
				return rapid.SampledFrom([]any{nil, true, false, 0, -1.5e9, 1e-7, json.Number("1234567890123456789")}).Draw(t, "bare")
			case what == 4:
				return rapid.SliceOfN(value(depth+1), 0, 3).Draw(t, "array")
			case what == 5:
				return map[string]any{"type": kind.Draw(t, "type"), "elements": rapid.SliceOfN(piece, 0, 4).Draw(t, "elements")}
			case what == 6:
				return rapid.SliceOfN(piece, 0, 4).Draw(t, "pieces")
			}
			return rapid.MapOfN(name, value(depth+1), 0, 4).Draw(t, "object")
		})
	}
	return rapid.Custom(func(t *rapid.T) string {
		event := rapid.MapOfN(name, value(1), 0, 5).Draw(t, "event")
		event["type"], event["channel"], event["ts"] = "message", "C1", "1700000000.000100"
		payload := map[string]any{"token": "verification", "type": "event_callback", "event_id": "Ev1", "event": event}
		for k, v := range rapid.MapOfN(name, value(1), 0, 3).Draw(t, "payload") {
			payload[k] = v
		}
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(rapid.Bool().Draw(t, "escaped"))
		e.SetIndent("", rapid.SampledFrom([]string{"", "\t"}).Draw(t, "indent"))
		if err := e.Encode(payload); err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(b.String(), "😀", `\ud83d\ude00`)
	})
}

// sameOutline: whatever has an outline says the same when it is read as an object.
func sameOutline(t interface{ Fatalf(string, ...any) }, raw []byte) bool {
	o, ok := readOutline(raw)
	if !ok {
		return false
	}
	object, err := readObject(raw)
	if got := o.tree(t, 0); err != nil || !reflect.DeepEqual(got, map[string]any(object)) {
		t.Fatalf("%q: the outline says %v, the object %v, %v", raw, got, object, err)
	}
	return true
}

// sameKept: whatever is taken for innocent has nothing in it that redaction takes
// out, and is kept under the same key and saying the same.
func sameKept(t interface{ Fatalf(string, ...any) }, raw []byte) bool {
	in := NewIntake(IntakeConfig{Self: Identity{TeamID: "T1"}})
	quick, long := arrival{envelope: bot.Envelope{Kind: bot.EnvelopeEvent}}, arrival{envelope: bot.Envelope{Kind: bot.EnvelopeEvent}}
	if !in.innocent(raw, &quick) {
		return false
	}
	in.redacted("E1", raw, &long)
	got, err := readObject(quick.envelope.Body)
	want, wantErr := readObject(long.envelope.Body)
	if err != nil || wantErr != nil || quick.envelope.Key != long.envelope.Key || !reflect.DeepEqual(got, want) {
		t.Fatalf("%q\nis kept as %s %s (%v)\nand not as %s %s (%v)", raw, quick.envelope.Key, quick.envelope.Body, err, long.envelope.Key, long.envelope.Body, wantErr)
	}
	return true
}

func TestAnOutlineSaysWhatTheObjectSays(t *testing.T) {
	all := payloads()
	rapid.Check(t, func(t *rapid.T) {
		if raw := all.Draw(t, "payload"); !sameOutline(t, []byte(raw)) {
			t.Fatalf("there is no outline of %q", raw)
		}
	})
}

func TestInnocentEventsAreKeptAsTheLongWayKeepsThem(t *testing.T) {
	all, quick := payloads(), 0
	rapid.Check(t, func(t *rapid.T) {
		for range 4 {
			if sameKept(t, []byte(all.Draw(t, "payload"))) {
				quick++
			}
		}
	})
	if quick == 0 {
		t.Error("none was innocent")
	}
	for _, raw := range []string{plainAlert(1), fullAlert(1), alert("1.000001", "Sync failed"), `{"event":{"type":"message","channel":"C1","ts":"1.2"},"token":"last"}`, `{"token":"first" , "event":{"type":"message","channel":"C1","ts":"1.2"}}`} {
		if !sameKept(t, []byte(raw)) {
			t.Errorf("%s\nis not innocent", raw)
		}
	}
}

func TestWhatIsNotInnocent(t *testing.T) {
	event := func(rest string) string { return `{"event":{"type":"message","channel":"C1","ts":"1.2"` + rest + `}}` }
	for name, raw := range map[string]string{
		"a secret":                 event(`,"text":"password: hunter2"`),
		"one in a name":            event(`,"x":{"password: hunter2":1}`),
		"one that is escaped":      event(`,"text":"pass\u0077ord\u003a hunter2"`),
		"one across lines":         event(`,"blocks":[{"type":"section","fields":[{"type":"mrkdwn","text":"*Password:*"},{"type":"mrkdwn","text":"hunter2"}]}]`),
		"one across pieces":        event(`,"blocks":[{"type":"rich_text_section","elements":[{"type":"text","text":"pass"},{"type":"text","text":"word: "},{"type":"text","text":"hunter2"}]}]`),
		"one across blocks":        event(`,"blocks":[{"elements":[{"type":"link","text":"Password:"}]},{"text":{"text":"hunter2"}}]`),
		"one in a field":           event(`,"attachments":[{"fields":[{"title":"Password","value":"hunter2"}]}]`),
		"one of an edit's past":    event(`,"previous_message":{"text":"password: hunter2"}`),
		"a token inside":           event(`,"token":"x"`),
		"a note":                   `{"_syncfix":{"removed":["password"]},"event":{"type":"message","channel":"C1","ts":"1.2"}}`,
		"a name that comes twice":  event(`,"text":"a","text":"b"`),
		"what is no UTF-8":         event(`,"text":"` + "\xff" + `"`),
		"what is too deep":         event(`,"x":` + strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth)),
		"what has no key":          `{"event":{"type":"message"}}`,
		"what is cut off":          plainAlert(1)[:700],
		"what something follows":   plainAlert(1) + "{}",
		"a number that is none":    event(`,"n":01`),
		"a string with a tab":      event(`,"text":"` + "\t" + `"`),
		"an escape that is none":   event(`,"text":"\x"`),
		"an array":                 `[]`,
		"a comma before the end":   event(`,"a":[1,]`),
		"two values side by side":  event(`,"a":[1 2]`),
		"what has the wrong end":   event(`,"a":[1}`),
		"nothing":                  ``,
		"an object with no values": `{"event"}`,
	} {
		if in := NewIntake(IntakeConfig{Self: Identity{TeamID: "T1"}}); in.innocent([]byte(raw), &arrival{}) {
			t.Errorf("%s passes: %s", name, raw)
		}
	}
}

func FuzzOutline(f *testing.F) {
	for _, raw := range []string{plainAlert(1), fullAlert(1), alert("1.2", "x"), `{"a":[1,-2.5e+3,true,false,null,"\u00e9\ud83d\ude00\n\/"],"token":"t","b":{}}`, `{"a":1,"a":2}`, `{"a":"\ud800"}`, " {} "} {
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		sameOutline(t, raw)
		sameKept(t, raw)
	})
}
