package sandbox

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// act is a POST as the page's forms make it; it returns the status and what is shown.
func act(p *page, path string, fields ...string) (int, string) {
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func mustAct(t *testing.T, p *page, path string, fields ...string) {
	t.Helper()
	if code, body := act(p, path, fields...); code != http.StatusNoContent {
		t.Fatalf("POST %s: status %d: %s", path, code, body)
	}
}

func contains(t *testing.T, body string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(body, want) {
			t.Errorf("%q is not in:\n%s", want, body)
		}
	}
}

func TestFrontDoorLeadsToTheFirstChannel(t *testing.T) {
	p := pageOf(t, start(t, nil))
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if got := w.Header().Get("Location"); w.Code != http.StatusSeeOther || got != "/as/U0ANA/c/C0SUPPORT" {
		t.Errorf("status %d to %q", w.Code, got)
	}
}

func TestChannelShowsWhatItHolds(t *testing.T) {
	s := start(t, func(o *Options) {
		o.Samples = []Sample{{ID: "a", Group: "Failures", Name: "An alert", Author: "Alertmanager", Message: raw(`{"text":"x"}`)}}
		o.Samples = append(o.Samples, Sample{ID: "b", Group: "What comes after", Name: "A success", Author: "Alertmanager", Message: raw(`{"text":"y"}`)})
	})
	ts := mustSay(t, s, "the sync <b>fails</b>, @leo")
	if _, err := s.SayIn("U0LEO", "support", ts, "looking"); err != nil {
		t.Fatal(err)
	}
	if err := s.React("U0LEO", "support", ts, "eyes"); err != nil {
		t.Fatal(err)
	}
	p := pageOf(t, s)
	contains(t, fetch(t, p, "/as/U0ANA/c/C0SUPPORT"), `data-ts="`+ts+`"`, "&lt;b&gt;fails&lt;/b&gt;", "@Leo Brandt", "1 reply", "👀", "Fix this sync",
		`id="composer"`, `id="samples"`, `data-sample="a"`, "/syncfix", "is not connected")
	if _, start, _ := strings.Cut(fetch(t, p, "/as/U0ANA/c/C0GENERAL"), `class="starters"`); !strings.Contains(start, `data-sample="a"`) || strings.Contains(start, `data-sample="b"`) {
		t.Error("a new channel offers something else than an alert to start with")
	}
	thread := fetch(t, p, "/as/U0LEO/c/C0SUPPORT?thread="+ts)
	contains(t, thread, `id="thread-messages"`, "looking", `id="thread-composer"`)
}

func TestPeopleSeeTheirOwnChannels(t *testing.T) {
	p := pageOf(t, start(t, nil))
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/as/U0EVE/c/C0SUPPORT", nil))
	if got := w.Header().Get("Location"); got != "/as/U0EVE/c/C0SHARED" {
		t.Errorf("somebody of another company is led to %q from a channel that is not theirs", got)
	}
	if body := fetch(t, p, "/as/U0EVE/c/C0SHARED"); strings.Contains(body, "billing-alerts") {
		t.Error("the sidebar lists a channel that is not theirs")
	}
	for _, path := range []string{"/as/U0NOBODY/c/C0SUPPORT", "/as/U0BOT/c/C0SUPPORT", "/as/U0NOBODY/home", "/nothing"} {
		w := httptest.NewRecorder()
		p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != http.StatusNotFound {
			t.Errorf("GET %s: status %d, want 404", path, w.Code)
		}
	}
}

func TestPageKeepsToItself(t *testing.T) {
	p := pageOf(t, start(t, nil))
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/as/U0ANA/c/C0SUPPORT", nil))
	policy := w.Header().Get("Content-Security-Policy")
	contains(t, policy, "default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
	if strings.Contains(policy, "unsafe") || strings.Contains(w.Body.String(), "style=") {
		t.Error("the page needs something unsafe")
	}
	for _, file := range []string{"page.css", "blocks.css", "page.js", "keys.js", "icon.svg", "htmx.js", "htmx/htmx.min.js", "htmx/hx-sse.min.js", "htmx/LICENSE"} {
		fetch(t, p, "/static/"+file)
	}
}

func TestSwitchSaysWhatPeopleMayDo(t *testing.T) {
	s := start(t, func(o *Options) {
		o.About = func(u User) string { return map[string]string{"U0LEO": "may do everything"}[u.ID] }
	})
	page := fetch(t, pageOf(t, s), "/as/U0ANA/c/C0SUPPORT")
	contains(t, page, "<small>Support lead · may do everything</small>", "<small>Support agent</small>")
}

func TestUnreadIsBoldUntilSeen(t *testing.T) {
	s := start(t, nil)
	if _, err := s.Say("U0LEO", "general", "look, @ana"); err != nil {
		t.Fatal(err)
	}
	p := pageOf(t, s)
	ana, _ := p.user("U0ANA")
	state := func() (unread bool, mentions int) {
		for _, c := range p.nav(ana, "C0SUPPORT", false).Channels {
			if c.ID == "C0GENERAL" {
				return c.Unread, c.Mentions
			}
		}
		return false, 0
	}
	if unread, mentions := state(); !unread || mentions != 1 {
		t.Errorf("before: unread %v, mentions %d", unread, mentions)
	}
	fetch(t, p, "/as/U0ANA/c/C0GENERAL")
	if unread, mentions := state(); unread || mentions != 0 {
		t.Errorf("after: unread %v, mentions %d", unread, mentions)
	}
}

func TestSayEditDelete(t *testing.T) {
	s := start(t, nil)
	p := pageOf(t, s)
	mustAct(t, p, "/as/U0ANA/say/C0SUPPORT", "text", "hello\r\nworld")
	m := s.Messages("support")[0]
	if m.Text != "hello\nworld" || m.User != "U0ANA" {
		t.Fatalf("said %+v", m)
	}
	mustAct(t, p, "/as/U0LEO/say/C0SUPPORT", "text", "a reply", "thread", m.TS)
	if got := s.Thread("support", m.TS); len(got) != 2 {
		t.Fatalf("the thread has %d messages, want 2", len(got))
	}
	if code, body := act(p, "/as/U0LEO/edit", "channel", "C0SUPPORT", "ts", m.TS, "text", "mine"); code == http.StatusNoContent {
		t.Error("somebody else could edit the message")
	} else {
		contains(t, body, "Only the author")
	}
	mustAct(t, p, "/as/U0ANA/edit", "channel", "C0SUPPORT", "ts", m.TS, "text", "hello, @leo")
	if got := s.Messages("support")[0]; got.Text != "hello, <@U0LEO>" || !got.Edited {
		t.Errorf("edited to %+v", got)
	}
	mustAct(t, p, "/as/U0ANA/react", "channel", "C0SUPPORT", "ts", m.TS, "emoji", "eyes")
	if got := s.Messages("support")[0].Reactions["eyes"]; len(got) != 1 {
		t.Errorf("reactions: %v", got)
	}
	if code, _ := act(p, "/as/U0LEO/delete", "channel", "C0SUPPORT", "ts", m.TS); code == http.StatusNoContent {
		t.Error("somebody else could delete the message")
	}
	mustAct(t, p, "/as/U0ANA/delete", "channel", "C0SUPPORT", "ts", m.TS)
	if got := s.Messages("support"); len(got) != 1 || !got[0].Deleted {
		t.Errorf("after deleting: %+v", got)
	}
}

func TestEditorShowsWhatWasTyped(t *testing.T) {
	s := start(t, nil)
	const typed = "a < b & c, see https://a.example/x?y=1&z=2 with @leo in #support, @here"
	ts := mustSay(t, s, typed)
	m, _ := s.message("U0ANA", "support", ts)
	p := pageOf(t, s)
	user, _ := p.user("U0ANA")
	if got := typedText(m.Text, p.names(user)); got != typed {
		t.Errorf("the editor shows %q, want %q", got, typed)
	}
}

func TestSamplesArePostedByTheirAuthor(t *testing.T) {
	s := start(t, func(o *Options) {
		o.Samples = []Sample{
			{ID: "app", Author: "Alertmanager", Message: raw(`{"text":"down"}`)},
			{ID: "person", Author: "U0LEO", Channel: "billing-alerts", Message: raw(`{"text":"down too"}`)},
			{ID: "lost", Author: "U0LEO", Channel: "no-such", Message: raw(`{"text":"x"}`)},
		}
	})
	p := pageOf(t, s)
	mustAct(t, p, "/as/U0ANA/sample/C0SUPPORT", "id", "app")
	mustAct(t, p, "/as/U0ANA/sample/C0SUPPORT", "id", "person")
	if got := s.Messages("support"); len(got) != 1 || got[0].Username != "Alertmanager" || got[0].Subtype != "bot_message" {
		t.Errorf("the app's sample: %+v", got)
	}
	if got := s.Messages("billing-alerts"); len(got) != 1 || got[0].User != "U0LEO" {
		t.Errorf("the person's sample: %+v", got)
	}
	for _, id := range []string{"lost", "nothing"} {
		if code, body := act(p, "/as/U0ANA/sample/C0SUPPORT", "id", id); code == http.StatusNoContent || !strings.Contains(body, "toast") {
			t.Errorf("sample %q: status %d, shown %q", id, code, body)
		}
	}
}

func TestPressFromThePage(t *testing.T) {
	s := start(t, nil)
	a := connect(t, s, ackAll)
	if _, _, err := a.PostMessage("C0SUPPORT", buttonMessage("Go", "go"), slack.MsgOptionText("only for notifications", false)); err != nil {
		t.Fatal(err)
	}
	p := pageOf(t, s)
	m := s.Messages("support")[0]
	press := "/as/U0ANA/press/C0SUPPORT/" + m.TS
	body := fetch(t, p, "/as/U0ANA/c/C0SUPPORT")
	contains(t, body, `hx-post="`+press+`"`)
	if strings.Contains(body, "only for notifications") {
		t.Error("a message with blocks shows its text as well")
	}
	mustAct(t, p, press, "block_id", "row", "action_id", "go", "value", "v1")
	action := objects(lastEvent(t, s, "block_actions")["actions"])[0]
	if str(action, "action_id") != "go" || str(action, "value") != "v1" {
		t.Errorf("pressed %v", action)
	}
	if code, body := act(p, press, "block_id", "row", "action_id", "gone"); code == http.StatusNoContent || !strings.Contains(body, "toast") {
		t.Errorf("pressing what is not there: status %d, shown %q", code, body)
	}
}

func TestFormFromThePage(t *testing.T) {
	s := start(t, nil)
	a := connect(t, s, func(_ *app, evt socketmode.Event) (any, bool) {
		if evt.Type == socketmode.EventTypeInteractive && strings.Contains(string(evt.Request.Payload), `"value":"12"`) {
			return map[string]any{"response_action": "errors", "errors": map[string]string{"account": "Seven digits, please."}}, true
		}
		return nil, true
	})
	openForm(t, s, a, modal("Fix a sync", textField("account", "Account")))
	p := pageOf(t, s)
	v, _ := s.Modal("U0ANA")
	field := fieldName("account", "account_text")
	contains(t, fetch(t, p, "/as/U0ANA/c/C0SUPPORT"), `id="modal"`, `data-view="`+v.ID+`"`, "Account")

	mustAct(t, p, "/as/U0ANA/submit", "view", v.ID, field, "")
	contains(t, fetch(t, p, "/as/U0ANA/c/C0SUPPORT"), "Please complete this required field.", `aria-invalid="true"`)
	mustAct(t, p, "/as/U0ANA/submit", "view", v.ID, field, "12")
	contains(t, fetch(t, p, "/as/U0ANA/c/C0SUPPORT"), "Seven digits, please.", `value="12"`)
	if code, body := act(p, "/as/U0ANA/submit", "view", "V0OLD", field, "1234567"); code == http.StatusNoContent || !strings.Contains(body, "closed since") {
		t.Errorf("an old form: status %d, shown %q", code, body)
	}
	mustAct(t, p, "/as/U0ANA/submit", "view", v.ID, field, "1234567")
	if _, open := s.Modal("U0ANA"); open {
		t.Error("the form is still open")
	}

	openForm(t, s, a, modal("Again", textField("account", "Account")))
	v, _ = s.Modal("U0ANA")
	mustAct(t, p, "/as/U0ANA/cancel", "view", v.ID)
	if strings.Contains(fetch(t, p, "/as/U0ANA/c/C0SUPPORT"), `id="modal"`) {
		t.Error("a cancelled form is still shown")
	}
}

func TestHomeAndShortcutFromThePage(t *testing.T) {
	s := start(t, nil)
	a := connect(t, s, ackAll)
	p := pageOf(t, s)
	contains(t, fetch(t, p, "/as/U0ANA/home"), "Nothing here yet")
	wait(t, s, func() bool { return countEnvelopes(s, "app_home_opened") == 1 })
	text := slack.NewTextBlockObject("mrkdwn", "*Your cases*", false, false)
	view := slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewSectionBlock(text, nil, nil)}}}
	if _, err := a.PublishView("U0ANA", view, ""); err != nil {
		t.Fatal(err)
	}
	contains(t, fetch(t, p, "/as/U0ANA/home"), "<strong>Your cases</strong>")
	ts := mustSay(t, s, "broken")
	mustAct(t, p, "/as/U0ANA/shortcut", "channel", "C0SUPPORT", "ts", ts, "callback_id", "fix")
	if got := str(lastEvent(t, s, "message_action"), "callback_id"); got != "fix" {
		t.Errorf("callback_id %q", got)
	}
}

func TestPrivateMessagesAreSeenByOnePerson(t *testing.T) {
	s := start(t, nil)
	if err := s.Type("U0ANA", "support", "", "/nonsense"); err != nil {
		t.Fatal(err)
	}
	p := pageOf(t, s)
	contains(t, fetch(t, p, "/as/U0ANA/c/C0SUPPORT"), "Only visible to you", "/nonsense is not a valid command", "Slackbot")
	if strings.Contains(fetch(t, p, "/as/U0LEO/c/C0SUPPORT"), "/nonsense is") {
		t.Error("somebody else sees it")
	}
	if strings.Contains(fetch(t, p, "/as/U0ANA/c/C0BILLING"), "/nonsense is") {
		t.Error("it is shown in another channel")
	}
	mustAct(t, p, "/as/U0ANA/dismiss", "ts", s.Ephemerals("U0ANA")[0].TS)
	if strings.Contains(fetch(t, p, "/as/U0ANA/c/C0SUPPORT"), "Only visible") {
		t.Error("dismissed, it is still shown")
	}
}

func TestStreamBringsWhatHappens(t *testing.T) {
	s := start(t, nil)
	get := func(path string) *http.Response {
		r, err := http.Get(strings.TrimSuffix(s.URL(), "/") + path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = r.Body.Close() })
		return r
	}
	var body strings.Builder
	for lines := bufio.NewScanner(get("/as/U0ANA/c/C0SUPPORT").Body); lines.Scan(); {
		body.WriteString(lines.Text())
	}
	_, after, _ := strings.Cut(body.String(), `hx-sse:connect="`)
	address, _, _ := strings.Cut(after, `"`)
	lines := bufio.NewScanner(get(address).Body)
	until := func(want string) {
		t.Helper()
		for lines.Scan() {
			if strings.Contains(lines.Text(), want) {
				return
			}
		}
		t.Fatalf("the stream ended without %q", want)
	}
	until("event: open")
	ts := mustSay(t, s, "breaking news")
	until("breaking news")
	if err := s.Edit("support", ts, "corrected news"); err != nil {
		t.Fatal(err)
	}
	until("corrected news")
	again := bufio.NewScanner(get(address).Body) // as after a break: what of the first arrived is not known
	found := false
	for !found && again.Scan() {
		found = strings.Contains(again.Text(), "corrected news")
	}
	if !found {
		t.Fatal("a stream that is opened again does not bring everything")
	}
	lines = again
	if _, err := s.Say("U0LEO", "general", "elsewhere"); err != nil {
		t.Fatal(err)
	}
	until("nav-item unread")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
	}
}

func TestUnreadableStateIsShownAsUntouched(t *testing.T) {
	got := enteredValues(map[string]map[string]json.RawMessage{"b": {"a": raw(`"nonsense"`)}})
	if _, touched := got["b"]["a"]; touched {
		t.Error("a value that can't be read counts as entered")
	}
}
