package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
)

// names are those of what an inspection finds, newest first.
func names(s *Server, query string) (out []string) {
	r, _ := http.NewRequest(http.MethodGet, "/lab?"+query, nil)
	found, _ := s.inspect(readInspection(r))
	for _, t := range found {
		switch {
		case t.call != nil:
			out = append(out, t.call.Method)
		case t.envelope != nil:
			out = append(out, t.sent.Kind)
		default:
			out = append(out, t.note)
		}
	}
	return out
}

// reported has Ana report a failure, and the app answer in its thread as a case.
func reported(t *testing.T, s *Server, alert, card string) (root string) {
	t.Helper()
	root = mustSay(t, s, alert)
	if _, _, err := api(s).PostMessage("C0SUPPORT", slack.MsgOptionText(card, false), slack.MsgOptionTS(root)); err != nil {
		t.Fatal(err)
	}
	return root
}

func TestInspectorFilters(t *testing.T) {
	s := start(t, func(o *Options) { o.NoRateLimits = true })
	c, _ := dial(t, s)
	reported(t, s, "Acme fails", "Case SF-1")
	root := reported(t, s, "Globex fails", "Case SF-12")
	_ = api(s).AddReaction("eyes", slack.NewRefToMessage("C0SUPPORT", root))
	_ = api(s).AddReaction("no", slack.NewRefToMessage("C0SUPPORT", "1.1"))
	_ = c.Close()
	wait(t, s, func() bool { return s.Connections() == 0 })
	mustSay(t, s, "nobody hears this")
	breaks(t, s, "latency:1ns:auth.test") // slow is no problem
	if _, err := api(s).AuthTest(); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string][]string{
		"word=sf-12":              {"reactions.add", "message", "chat.postMessage", "message"},
		"word=SF-1&kind=calls":    {"chat.postMessage"},
		"word=GLOBEX&kind=events": {"message"},
		"word=" + root:            {"reactions.add", "message", "chat.postMessage", "message"},
		"word=nowhere":            nil,
		"kind=notes":              {"fault switched on: latency:1ns:auth.test", "connection ended, 0 open", "connection opened, 1 open"},
		"problems=on":             {"message", "reactions.add"},
		"kind=nonsense&most=2":    {"auth.test", "fault switched on: latency:1ns:auth.test"},
		"word=%28":                nil,
	} {
		got := names(s, query)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s finds %q, want %q", query, got, want)
		}
	}
}

func TestBrokenLimitsAreAtTheirEntry(t *testing.T) {
	s := start(t, nil)
	c, _ := dial(t, s)
	mustSay(t, s, "x")
	id := frame(t, c)["envelope_id"]
	_ = c.WriteJSON(object{"envelope_id": id, "payload": object{"text": "events take none"}})
	wait(t, s, func() bool { return s.Envelopes()[0].Outcome == OutcomeAcked })
	long := slack.NewSectionBlock(slack.NewTextBlockObject("mrkdwn", strings.Repeat("x", 3001), false, false), nil, nil)
	_, _, _ = api(s).PostMessage("C0SUPPORT", slack.MsgOptionBlocks(long))
	_ = post(s)
	_ = c.WriteMessage(1, []byte("no ack at all"))
	wait(t, s, func() bool { return len(s.Violations()) == 3 })

	e, calls := s.Envelopes()[0], s.Calls()
	if len(e.Violations) != 1 || !strings.Contains(e.Violations[0], "carries a payload") {
		t.Errorf("the envelope has %q", e.Violations)
	}
	refused, fine := calls[len(calls)-2], calls[len(calls)-1]
	if len(refused.Violations) != 1 || !strings.Contains(refused.Violations[0], "3001") || len(fine.Violations) > 0 {
		t.Errorf("the calls have %q and %q", refused.Violations, fine.Violations)
	}
	page := fetch(t, pageOf(t, s), "/lab")
	for _, want := range []string{
		`data-kind="events_api" data-name="message"`, `class="trace bad" data-kind="call" data-name="chat.postMessage"`,
		`class="trace bad" data-kind="note" data-name="limit broken"`, "3 limits of Slack broken.",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if n := strings.Count(page, `class="trace bad"`); n != 3 {
		t.Errorf("%d entries are red, want 3", n)
	}
}

const hostile = `</pre><script>alert(1)</script>" onload="x`

func TestInspectorEscapesAndKeepsTokensToItself(t *testing.T) {
	s := start(t, nil)
	p := pageOf(t, s)
	dial(t, s)
	token := "xoxp-1234567890-abcdef"
	mustSay(t, s, hostile+" "+token)
	_ = s.Command("U0ANA", "support", "/syncfix "+hostile)
	_, _, _ = api(s).PostMessage("C0SUPPORT", slack.MsgOptionText(hostile+" "+s.BotToken()+" "+s.AppToken(), false))
	var all strings.Builder
	all.WriteString(fetch(t, p, "/lab?word=alert"))
	for _, tr := range s.traces() {
		if tr.note == "" {
			all.WriteString(fetch(t, p, "/lab/entry/"+strconv.FormatUint(tr.n, 10)))
		}
	}
	if page := all.String(); strings.Contains(page, "<script>alert") || strings.Contains(page, `" onload="`) || !strings.Contains(page, "alert(1)") {
		t.Errorf("a hostile text is not escaped:\n%s", page)
	}
	export := fetch(t, p, "/lab/export")
	for name, shown := range map[string]string{"page": all.String(), "export": export} {
		for _, secret := range []string{token, s.BotToken(), s.AppToken(), "sandbox-verification-token", "/hooks/response/A", "ticket=A"} {
			if strings.Contains(shown, secret) || strings.Contains(shown, s.BotToken()[len("xoxb-"):]) {
				t.Errorf("the %s shows %s", name, secret)
			}
		}
	}
	for _, raw := range []string{`{"a":["\u0078oxb-12345"],"xapp-123456":{"Token":"abc"}}`, `xoxb-12345 no JSON`} {
		if got := oneLine(redacted(p.secrets, json.RawMessage(raw))); strings.Contains(got, "12345") || strings.Contains(got, "abc") {
			t.Errorf("%s becomes %s", raw, got)
		}
	}
}

func TestExportIsAHAR(t *testing.T) {
	s := start(t, nil)
	c, _ := dial(t, s)
	mustSay(t, s, "the sync fails")
	_ = c.WriteJSON(object{"envelope_id": frame(t, c)["envelope_id"]})
	wait(t, s, func() bool { return s.Envelopes()[0].Outcome == OutcomeAcked })
	breaks(t, s, "429:5s:chat.postMessage", "reset:auth.test")
	_ = post(s)
	_, _ = api(s).AuthTest()
	wait(t, s, func() bool { return len(s.Calls()) == 3 })
	var har struct {
		Log struct {
			Version string
			Creator struct{ Name, Version string }
			Entries []struct {
				StartedDateTime string
				Request         struct {
					Method, URL string
					PostData    struct{ Text string }
				}
				Response struct {
					Status  int
					Headers []struct{ Name, Value string }
					Content struct{ Text string }
				}
				Faults   []string `json:"_faults"`
				Error    string   `json:"_error"`
				Messages []struct {
					Type string
					Time float64
					Data string
				} `json:"_webSocketMessages"`
			}
		}
	}
	if err := json.Unmarshal([]byte(fetch(t, pageOf(t, s), "/lab/export")), &har); err != nil {
		t.Fatal(err)
	}
	log := har.Log
	if log.Version != "1.2" || log.Creator.Name != "syncfix sandbox" || log.Creator.Version == "" || len(log.Entries) != 4 {
		t.Fatalf("it is %+v", log)
	}
	limited, lost, socket := log.Entries[1], log.Entries[2], log.Entries[3]
	if _, err := time.Parse(time.RFC3339, limited.StartedDateTime); err != nil {
		t.Error(err)
	}
	if limited.Request.URL != s.APIURL()+"chat.postMessage" || !strings.Contains(limited.Request.PostData.Text, `"channel":"C0SUPPORT"`) ||
		limited.Response.Status != 429 || limited.Response.Headers[0].Value != "5" || !slices.Equal(limited.Faults, []string{"429:5s:chat.postMessage"}) {
		t.Errorf("the refused call is %+v", limited)
	}
	if lost.Response.Status != 0 || lost.Error != "connection reset" {
		t.Errorf("the lost call is %+v", lost)
	}
	if m := socket.Messages; len(m) != 2 || m[0].Type != "receive" || !strings.Contains(m[0].Data, "the sync fails") || m[1].Type != "send" || m[1].Time < m[0].Time {
		t.Errorf("the socket's messages are %+v", m)
	}
}

func TestInspectorIsLiveAndBounded(t *testing.T) {
	s := start(t, nil)
	c, _ := dial(t, s)
	got := untilStreamed(t, s, "/lab/list/live?kind=events", `acked in`, func() {
		mustSay(t, s, "new")
		_ = c.WriteJSON(object{"envelope_id": frame(t, c)["envelope_id"]})
	})
	if strings.Contains(got, "connection opened") {
		t.Error("the stream sends what is filtered out")
	}
	s.mu.Lock()
	for range 2 * s.opts.Keep {
		s.trace(trace{note: "full"})
	}
	s.mu.Unlock()
	if n := len(s.traces()); n > s.opts.Keep*11/10 {
		t.Errorf("%d entries are kept", n)
	}
	p := pageOf(t, s)
	page := fetch(t, p, "/lab?problems=off")
	if n := strings.Count(page, `class="trace"`); n != firstTraces || !strings.Contains(page, "Show more") {
		t.Errorf("%d entries are shown, want %d and a way to more", n, firstTraces)
	}
	if !strings.Contains(fetch(t, p, "/lab/entry/1"), "forgotten") {
		t.Error("an entry that is gone is not said to be")
	}
}
