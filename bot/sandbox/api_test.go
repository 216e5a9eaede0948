package sandbox

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/slack-go/slack"
)

// call posts form arguments with the bot token and returns the answer's body.
func call(t *testing.T, s *Server, method string, args ...string) object {
	t.Helper()
	form := url.Values{"token": {s.BotToken()}}
	for i := 0; i < len(args); i += 2 {
		form.Set(args[i], args[i+1])
	}
	r, err := http.PostForm(s.APIURL()+method, form)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, _ := io.ReadAll(r.Body)
	v, err := decode(body)
	if err != nil {
		t.Fatalf("%s answered %q", method, body)
	}
	return v.(object)
}

func TestRevokedBotToken(t *testing.T) {
	s := start(t, nil)
	old := s.BotToken()
	s.RevokeBotToken()
	for token, want := range map[string]string{old: "token_revoked", s.BotToken(): "", s.AppToken(): "not_allowed_token_type"} {
		if got := str(call(t, s, "auth.test", "token", token), "error"); got != want {
			t.Errorf("auth.test gave %q, want %q", got, want)
		}
	}
	call(t, s, "chat.postMessage", "token", old, "channel", "C0SUPPORT", "text", "with "+old)
	for _, c := range s.Calls() {
		if strings.Contains(string(c.Request), old) {
			t.Errorf("a revoked token is listed: %s", c.Request)
		}
	}
}

func TestErrorsAreSlacksOwn(t *testing.T) {
	s := start(t, func(o *Options) { o.NoRateLimits = true })
	ana := mustSay(t, s, "hers")
	own := str(call(t, s, "chat.postMessage", "channel", "C0SUPPORT", "text", "ours"), "ts")
	if _, err := s.Say("U0ANA", "general", "no bot here"); err != nil {
		t.Fatal(err)
	}
	call(t, s, "reactions.add", "channel", "C0SUPPORT", "timestamp", ana, "name", "eyes")
	tests := []struct {
		method string
		args   []string
		want   string
	}{
		{"no.such", nil, "unknown_method"},
		{"chat.postMessage", []string{"token", ""}, "not_authed"},
		{"chat.postMessage", []string{"token", "xoxb-other"}, "invalid_auth"},
		{"chat.postMessage", []string{"token", s.AppToken()}, "not_allowed_token_type"},
		{"apps.connections.open", nil, "not_allowed_token_type"},
		{"chat.postMessage", []string{"text", "x"}, "channel_not_found"},
		{"chat.postMessage", []string{"channel", "C404", "text", "x"}, "channel_not_found"},
		{"chat.postMessage", []string{"channel", "C0GENERAL", "text", "x"}, "not_in_channel"},
		{"chat.postMessage", []string{"channel", "C0SUPPORT"}, "no_text"},
		{"chat.postMessage", []string{"channel", "C0SUPPORT", "blocks", "[]"}, "no_text"},
		{"chat.postMessage", []string{"channel", "C0SUPPORT", "blocks", "{{"}, "invalid_blocks_format"},
		{"chat.postMessage", []string{"channel", "C0SUPPORT", "blocks", `[{"type":"nope"}]`}, "invalid_blocks"},
		{"chat.postMessage", []string{"channel", "C0SUPPORT", "attachments", `{}`}, "invalid_attachments"},
		{"chat.postMessage", []string{"channel", "C0SUPPORT", "text", "x", "thread_ts", "1.2"}, "thread_not_found"},
		{"chat.postMessage", []string{"channel", "C0SUPPORT", "text", "x", "metadata", `{"event_type":"e"}`}, "invalid_metadata_format"},
		{"chat.postMessage", []string{"channel", "C0SUPPORT", "text", "x", "metadata", `{"event_type":"e","event_payload":{"a":{"b":{}}}}`}, "invalid_metadata_schema"},
		{"chat.update", []string{"channel", "C0SUPPORT", "ts", "1.2", "text", "x"}, "message_not_found"},
		{"chat.update", []string{"channel", "C0SUPPORT", "ts", ana, "text", "x"}, "cant_update_message"},
		{"chat.update", []string{"channel", "C0SUPPORT", "ts", own, "text", strings.Repeat("é", 4001)}, "msg_too_long"},
		{"chat.delete", []string{"channel", "C0SUPPORT", "ts", ana}, "cant_delete_message"},
		{"chat.delete", []string{"channel", "C0SUPPORT", "ts", "1.2"}, "message_not_found"},
		{"chat.postEphemeral", []string{"channel", "C0SUPPORT", "user", "U0EVE", "text", "x"}, "user_not_in_channel"},
		{"chat.getPermalink", []string{"channel", "C0SUPPORT", "message_ts", "1.2"}, "message_not_found"},
		{"reactions.add", []string{"channel", "C0SUPPORT", "timestamp", ana, "name", "eyes"}, "already_reacted"},
		{"reactions.add", []string{"channel", "C0SUPPORT", "timestamp", "1.2", "name", "eyes"}, "message_not_found"},
		{"reactions.add", []string{"channel", "C0SUPPORT", "timestamp", ana, "name", ""}, "invalid_name"},
		{"reactions.remove", []string{"channel", "C0SUPPORT", "timestamp", ana, "name", "sos"}, "no_reaction"},
		{"conversations.history", []string{"channel", "C0GENERAL"}, "not_in_channel"},
		{"conversations.history", []string{"channel", "C0SUPPORT", "oldest", "then"}, "invalid_ts_oldest"},
		{"conversations.history", []string{"channel", "C0SUPPORT", "cursor", "!"}, "invalid_cursor"},
		{"conversations.replies", []string{"channel", "C0SUPPORT", "ts", "1.2"}, "thread_not_found"},
		{"conversations.list", []string{"types", "secret"}, "invalid_types"},
		{"users.info", []string{"user", "U404"}, "user_not_found"},
		{"users.conversations", []string{"user", "U404"}, "user_not_found"},
		{"usergroups.users.list", []string{"usergroup", "S404"}, "no_such_subteam"},
		{"bots.info", []string{"bot", "B404"}, "bot_not_found"},
		{"files.info", []string{"file", "F404"}, "file_not_found"},
		{"views.open", []string{"view", "{}"}, "invalid_arguments"},
		{"views.open", []string{"view", `{"type":"modal","title":{"type":"plain_text","text":"T"},"blocks":[]}`, "trigger_id", "1.2"}, "invalid_trigger_id"},
		{"views.update", []string{"view_id", "V404", "view", "{}"}, "not_found"},
		{"views.publish", []string{"user_id", "U404", "view", "{}"}, "user_not_found"},
		{"blocks.validate", nil, "invalid_arguments"},
	}
	for _, test := range tests {
		if got := str(call(t, s, test.method, test.args...), "error"); got != test.want {
			t.Errorf("%s %v: error %q, want %q", test.method, test.args, got, test.want)
		}
	}
}

func TestUpdateKeepsAndDropsWhatSlackDoes(t *testing.T) {
	s := start(t, nil)
	meta := `{"event_type":"case","event_payload":{"id":"SF-1"}}`
	ts := str(call(t, s, "chat.postMessage", "channel", "support", "text", "t", "blocks", `[{"type":"divider"}]`, "attachments", `[{"text":"a"}]`, "metadata", meta), "ts")
	call(t, s, "chat.update", "channel", "C0SUPPORT", "ts", ts, "text", "only text")
	m := s.Messages("support")[0]
	if len(m.Blocks) != 0 || m.Text != "only text" || !m.Edited {
		t.Errorf("text alone left %+v", m)
	}
	if empty(m.Metadata) || empty(m.Attachments) {
		t.Error("what the update does not name is gone")
	}
	call(t, s, "chat.update", "channel", "C0SUPPORT", "ts", ts, "text", "x", "metadata", "{}", "attachments", "[]")
	if m := s.Messages("support")[0]; !empty(m.Metadata) || !empty(m.Attachments) {
		t.Errorf("empty values left %s, %s", m.Metadata, m.Attachments)
	}
}

func TestLongTextIsCutOnPost(t *testing.T) {
	s := start(t, nil)
	call(t, s, "chat.postMessage", "channel", "C0SUPPORT", "text", strings.Repeat("é", maxPostText+5))
	if n := len([]rune(s.Messages("support")[0].Text)); n != maxPostText || len(s.Violations()) != 1 {
		t.Errorf("kept %d characters; violations %v", n, s.Violations())
	}
}

func TestMetadataOnlyWhenAsked(t *testing.T) {
	s := start(t, nil)
	c := api(s)
	meta := slack.SlackMetadata{EventType: "case", EventPayload: map[string]any{"delivery": "d1"}}
	if _, _, err := c.PostMessage("C0SUPPORT", slack.MsgOptionText("x", false), slack.MsgOptionMetadata(meta)); err != nil {
		t.Fatal(err)
	}
	for _, ask := range []bool{false, true} {
		h, err := c.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: "C0SUPPORT", IncludeAllMetadata: ask})
		if err != nil {
			t.Fatal(err)
		}
		if got := h.Messages[0].Metadata.EventPayload["delivery"] == "d1"; got != ask {
			t.Errorf("include_all_metadata=%v: metadata shown is %v", ask, got)
		}
	}
}

func TestPagingFindsEveryMessageOnce(t *testing.T) {
	s := start(t, func(o *Options) { o.NoRateLimits = true })
	root := mustSay(t, s, "root")
	var want []string
	for range 25 {
		ts, err := s.SayIn("U0ANA", "support", root, "reply")
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, ts)
	}
	c := api(s)
	var got []string
	for cursor := ""; ; {
		page, more, next, err := c.GetConversationReplies(&slack.GetConversationRepliesParameters{ChannelID: "C0SUPPORT", Timestamp: root, Limit: 7, Cursor: cursor, Oldest: root})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range page {
			if m.Timestamp != root {
				got = append(got, m.Timestamp)
			}
		}
		if cursor = next; !more {
			break
		}
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("paging gave %d replies of %d", len(got), len(want))
	}
	h, err := c.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: "C0SUPPORT", Oldest: root, Inclusive: false})
	if err != nil || len(h.Messages) != 0 {
		t.Errorf("history after the root: %d messages, %v", len(h.Messages), err)
	}
	h, err = c.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: "C0SUPPORT", Oldest: root, Inclusive: true})
	if err != nil || len(h.Messages) != 1 || h.Messages[0].ReplyCount != 25 {
		t.Errorf("history with the root: %+v, %v", h, err)
	}
}

func TestDeletedRootLeavesTombstone(t *testing.T) {
	s := start(t, nil)
	root := mustSay(t, s, "root")
	reply, _ := s.SayIn("U0ANA", "support", root, "reply")
	if err := s.Delete("support", root); err != nil {
		t.Fatal(err)
	}
	if m := s.Messages("support"); len(m) != 1 || !m[0].Deleted || strings.Contains(m[0].Plain(), "root") {
		t.Errorf("left is %+v", m)
	}
	if err := s.Delete("support", reply); err != nil {
		t.Fatal(err)
	}
	if got := s.Messages("support")[0].ReplyCount; got != 0 {
		t.Errorf("reply count is %d", got)
	}
}

func TestLookups(t *testing.T) {
	s := start(t, func(o *Options) { o.ExtraChannels = 2 })
	c := api(s)
	u, err := c.GetUserInfo("U0GIL")
	if err != nil || !u.IsRestricted || u.RealName != "Gil Moreau" {
		t.Errorf("Gil is %+v, %v", u, err)
	}
	if u, err := c.GetUserInfo("U0EVE"); err != nil || !u.IsStranger || u.TeamID != "T0OTHER" {
		t.Errorf("Eve is %+v, %v", u, err)
	}
	if g, err := c.GetUserGroupMembers("S0LEADS"); err != nil || len(g) != 1 || g[0] != "U0LEO" {
		t.Errorf("the leads are %v, %v", g, err)
	}
	if a, err := c.AuthTest(); err != nil || a.UserID != s.BotUserID() || a.BotID != s.BotID() {
		t.Errorf("auth.test is %+v, %v", a, err)
	}
	ch, err := c.GetConversationInfo(&slack.GetConversationInfoInput{ChannelID: "C0SHARED"})
	if err != nil || !ch.IsExtShared {
		t.Errorf("the shared channel is %+v, %v", ch, err)
	}
	own, _, err := c.GetConversationsForUser(&slack.GetConversationsForUserParameters{})
	var names []string
	for _, ch := range own {
		names = append(names, ch.Name)
	}
	if want := "support billing-alerts shared-acme load-001 load-002"; err != nil || strings.Join(names, " ") != want {
		t.Errorf("the bot is in %v, want %s; %v", names, want, err)
	}
	link, err := c.GetPermalink(&slack.PermalinkParameters{Channel: "C0SUPPORT", Ts: mustSay(t, s, "x")})
	if err != nil || !strings.HasPrefix(link, s.URL()+"archives/C0SUPPORT/p") {
		t.Errorf("permalink is %s, %v", link, err)
	}
}

func TestErrorsReachSlackGo(t *testing.T) {
	s := start(t, nil)
	_, _, err := api(s).PostMessage("C0SUPPORT", slack.MsgOptionBlocks(slack.NewSectionBlock(slack.NewTextBlockObject("mrkdwn", strings.Repeat("x", 3001), false, false), nil, nil)))
	var e slack.SlackErrorResponse
	if !errors.As(err, &e) || e.Err != "invalid_blocks" || len(e.ResponseMetadata.Messages) != 1 ||
		e.ResponseMetadata.Messages[0] != "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]" {
		t.Errorf("error is %#v", err)
	}
}

// Whatever arguments come, in a form or as JSON, every method answers with one object that says ok or an error.
func FuzzAPI(f *testing.F) {
	names := keysOf(methods())
	f.Add(uint8(8), "application/json", `{"channel":"C0SUPPORT","text":"x","blocks":"[{}]","thread_ts":7,"metadata":{"event_type":[]}}`)
	f.Add(uint8(20), "", `view={"type":"modal"}&trigger_id=1`)
	f.Add(uint8(12), "", `channel=C0SUPPORT&limit=-1&cursor=bmV4dDox&oldest=1.2`)
	s, err := Start(Options{Addr: "127.0.0.1:0", NoRateLimits: true})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	f.Fuzz(func(t *testing.T, pick uint8, contentType, body string) {
		name := names[int(pick)%len(names)]
		r := httptest.NewRequest(http.MethodPost, s.APIURL()+name, strings.NewReader(body))
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Authorization", "Bearer "+s.BotToken())
		if name == "apps.connections.open" {
			r.Header.Set("Authorization", "Bearer "+s.AppToken())
		}
		w := httptest.NewRecorder()
		s.http.Handler.ServeHTTP(w, r)
		v, err := decode(w.Body.Bytes())
		o, _ := v.(object)
		if ok, said := o["ok"].(bool); err != nil || !said || (!ok && str(o, "error") == "") || str(o, "error") == "internal_error" {
			t.Errorf("%s %q answered %s", name, body, w.Body)
		}
	})
}
