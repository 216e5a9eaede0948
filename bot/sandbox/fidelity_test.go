package sandbox

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
)

// everything does with slack-go, once or more, whatever the sandbox can do: it calls each method, and has people and the
// app cause each event and interaction. It gives the sandbox for what went over the wire.
func everything(t *testing.T) *Server {
	t.Helper()
	s := start(t, func(o *Options) { o.Clock, o.AckDeadline, o.NoRateLimits = stillClock{}, 30*time.Second, true })
	triggers := make(chan string, 10)
	a := connect(t, s, func(_ *app, evt socketmode.Event) (any, bool) {
		switch data := evt.Data.(type) {
		case slack.SlashCommand:
			triggers <- data.TriggerID
		case slack.InteractionCallback:
			if data.Type == slack.InteractionTypeBlockActions {
				triggers <- data.TriggerID
			}
		}
		return nil, true
	})
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	root := talk(t, s, a, ok)
	lookUp(a, root, ok)
	press(t, s, a, triggers, ok)
	return s
}

// talk posts, changes, deletes and reacts, and has people and another app do so; it returns a message of a person.
func talk(t *testing.T, s *Server, a *app, ok func(error)) string {
	t.Helper()
	root := mustSay(t, s, "The sync <fails> for @leo, see https://example.com/a?b=c&d @syncfix")
	text := slack.MsgOptionText("Looking into it", false)
	meta := slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "case", EventPayload: map[string]any{"id": "SF-1"}})
	_, ts, err := a.PostMessage("C0SUPPORT", text, slack.MsgOptionTS(root), buttonMessage("Fix it", "fix"), meta)
	ok(err)
	_, _, err = a.PostMessage("C0SUPPORT", text, slack.MsgOptionTS(root), slack.MsgOptionBroadcast())
	ok(err)
	_, _, _, err = a.UpdateMessage("C0SUPPORT", ts, text, buttonMessage("Fix it now", "fix"))
	ok(err)
	_, err = a.PostEphemeral("C0SUPPORT", "U0ANA", text, buttonMessage("Only me", "mine"))
	ok(err)
	ok(a.AddReaction("eyes", slack.NewRefToMessage("C0SUPPORT", root)))
	ok(s.React("U0LEO", "support", root, "eyes"))
	ok(a.RemoveReaction("eyes", slack.NewRefToMessage("C0SUPPORT", root)))
	_, gone, err := a.PostMessage("C0SUPPORT", slack.MsgOptionText("a slip", false))
	ok(err)
	_, _, err = a.DeleteMessage("C0SUPPORT", gone)
	ok(err)
	_, err = s.Post("support", "Alertmanager", raw(`{"text":"","attachments":[{"title":"Sync failed","text":"*Acme*","color":"#a30200","fields":[{"title":"Account","value":"12","short":true}]}]}`))
	ok(err)
	_, err = s.Post("support", "U0LEO", raw(`{"text":"","files":[{"id":"F0MAIL","mode":"email","name":"Sync failed","title":"Sync failed","filetype":"email",
		"subject":"Sync failed","from":[{"address":"a@example.com","name":"A","original":"A <a@example.com>"}],"plain_text":"It failed."}]}`))
	ok(err)
	ok(s.Edit("support", root, "The sync fails again"))
	_, err = s.Say("U0ANA", "D0ANA", "hello")
	ok(err)
	_, err = s.Say("U0EVE", "shared-acme", "from outside")
	ok(err)
	ok(s.Invite("U0ANA", "general", "@syncfix"))
	return root
}

// lookUp calls the methods that only read.
func lookUp(a *app, root string, ok func(error)) {
	_, err := a.AuthTest()
	ok(err)
	_, err = a.GetPermalink(&slack.PermalinkParameters{Channel: "C0SUPPORT", Ts: root})
	ok(err)
	_, err = a.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: "C0SUPPORT", Limit: 3, IncludeAllMetadata: true})
	ok(err)
	_, _, _, err = a.GetConversationReplies(&slack.GetConversationRepliesParameters{ChannelID: "C0SUPPORT", Timestamp: root, IncludeAllMetadata: true})
	ok(err)
	for _, channel := range []string{"C0SUPPORT", "C0SHARED", "D0ANA"} {
		_, err = a.GetConversationInfo(&slack.GetConversationInfoInput{ChannelID: channel, IncludeNumMembers: true})
		ok(err)
	}
	_, _, err = a.GetUsersInConversation(&slack.GetUsersInConversationParameters{ChannelID: "C0SUPPORT"})
	ok(err)
	_, _, err = a.GetConversations(&slack.GetConversationsParameters{Types: []string{"public_channel", "im"}})
	ok(err)
	_, _, err = a.GetConversationsForUser(&slack.GetConversationsForUserParameters{})
	ok(err)
	_, _, _, err = a.OpenConversation(&slack.OpenConversationParameters{Users: []string{"U0ANA"}, ReturnIM: true})
	ok(err)
	for _, user := range []string{"U0ANA", "U0GIL", "U0EVE", "U0BOT"} {
		_, err = a.GetUserInfo(user)
		ok(err)
	}
	groups, err := a.GetUserGroups(slack.GetUserGroupsOptionIncludeUsers(true))
	ok(err)
	_, err = a.GetUserGroupMembers(groups[0].ID)
	ok(err)
	_, err = a.GetBotInfo(slack.GetBotInfoParameters{Bot: "B0BOT"})
	ok(err)
	_, _, _, err = a.GetFileInfo("F0MAIL", 0, 0)
	ok(err)
}

// press has people use the command, the shortcut, buttons, forms and the Home tab.
func press(t *testing.T, s *Server, a *app, triggers <-chan string, ok func(error)) {
	t.Helper()
	log := s.Messages("support")
	root := log[0].TS
	ok(s.Press("U0LEO", "support", s.Thread("support", root)[1].TS, "Fix it now"))
	<-triggers
	ok(s.Press("U0ANA", "support", s.Ephemerals("U0ANA")[0].TS, "Only me"))
	<-triggers
	ok(s.Shortcut("U0ANA", "fix", "support", root))

	ok(s.Command("U0ANA", "support", "/syncfix why"))
	next := slack.NewButtonBlockElement("next", "1", slack.NewTextBlockObject("plain_text", "Next", false, false))
	form := modal("Fix a sync", textField("account", "Account"), slack.NewActionBlock("row", next))
	form.NotifyOnClose = true
	opened, err := a.OpenView(<-triggers, form)
	ok(err)
	_, err = a.UpdateView(form, "", opened.Hash, opened.ID)
	ok(err)
	ok(s.PressModal("U0ANA", "next"))
	_, err = a.PushView(<-triggers, form)
	ok(err)
	ok(s.Cancel("U0ANA"))
	if errs, err := s.Submit("U0ANA", map[string]string{"Account": "1234567"}); err != nil || len(errs) > 0 {
		t.Fatal(errs, err)
	}

	ok(s.OpenHome("U0ANA"))
	_, err = a.PublishView("U0ANA", slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewActionBlock("row", next)}}}, "")
	ok(err)
	ok(s.OpenHome("U0ANA"))
	ok(s.PressHome("U0ANA", "next"))
	call(t, s, "blocks.validate", "blocks", `[{"type":"divider"}]`) // slack-go has no method for it
}

func TestSlackGoSeesEverything(t *testing.T) {
	s := everything(t)
	wait(t, s, func() bool {
		return !slices.ContainsFunc(s.Envelopes(), func(e EnvelopeLog) bool { return e.Outcome != OutcomeAcked })
	})
	called := map[string]bool{}
	for _, c := range s.Calls() {
		called[c.Method] = true
		if c.Error != "" {
			t.Errorf("%s %s: %s", c.Method, c.Request, c.Error)
		}
	}
	for _, name := range keysOf(methods()) {
		if !called[name] {
			t.Errorf("%s was not called", name)
		}
	}
	if v := s.Violations(); len(v) > 0 {
		t.Errorf("limits broken: %v", v)
	}
	kinds := map[string]bool{}
	for _, e := range s.Envelopes() {
		kinds[e.Kind] = true
		for _, lost := range unread(t, e) {
			t.Errorf("%s: slack-go does not know %s, or reads something else there", e.Kind, lost)
		}
	}
	for _, kind := range []string{
		"message", "message/bot_message", "message/message_changed", "message/message_deleted", "message/channel_join", "message/thread_broadcast", "app_mention",
		"app_home_opened", "member_joined_channel", "/syncfix", "block_actions", "message_action", "view_submission", "view_closed",
	} {
		if !kinds[kind] {
			t.Errorf("there was no %s; there were %v", kind, keysOf(kinds))
		}
	}
}

// notInSlackGo are fields, by the end of their path, that slack-go has no place for or writes otherwise than it reads.
// TestPayloadsAreWhatSlackDefines holds them against Slack's own definitions.
var notInSlackGo = []string{
	"event.team", "app_mention.team", "event.app_id", "message.app_id", "event.hidden", "event.files", "event.attachments", "event.user_profile",
	"event.parent_user_id", "event.bot_profile", "event.inviter", "reply_users_count", "app_mention.client_msg_id", "/syncfix.is_enterprise_install",
}

// notDefined are fields, by the end of their path, that Slack sends though its definitions leave them out.
var notDefined = []string{
	"context_enterprise_id", "enterprise", // null outside an Enterprise organisation
	"view_submission.user.username", "view_closed.user.username", "message_action.api_app_id",
	"attachments[].id",
	// The definitions of answers are made from one recorded answer each.
	"conversations.replies.messages[].subtype", "conversations.replies.messages[].client_msg_id", "conversations.replies.messages[].blocks[].text",
	"messages[].root", "message.root", "conversations.replies.messages[].blocks[].elements[].elements[].text",
	"conversations.info.channel.priority", "conversations.info.channel.user", "chat.update.message",
}

// definitions are the types of what the app gets, by kind. Slack's own leave out much of what stands in every message.
func definitions() map[string]string {
	said := func(of string) string {
		return "bolt.EnvelopedEvent<Omit<types." + of + ", 'files' | 'root' | 'client_msg_id'> & { client_msg_id?: string; root?: object; team?: string; app_id?: string; bot_id?: string; bot_profile?: types.GenericMessageEvent['bot_profile']; " +
			"parent_user_id?: string; source_team?: string; user_team?: string; user_profile?: object; files?: object[] }>"
	}
	around := func(of string) string { // the messages in it have no channel, as they stand
		return "bolt.EnvelopedEvent<Omit<types." + of + ", 'message' | 'previous_message'> & { message?: any; previous_message: any }>"
	}
	return map[string]string{
		"/syncfix": "bolt.SlashCommand", "block_actions": "Omit<bolt.BlockAction, 'response_url'> & { response_url?: string }", "message_action": "bolt.MessageShortcut",
		"view_submission": "bolt.ViewSubmitAction", "view_closed": "bolt.ViewClosedAction",
		"message":             strings.Replace(said("GenericMessageEvent"), "'files'", "'files' | 'subtype'", 1),
		"message/bot_message": said("BotMessageEvent"), "message/channel_join": said("ChannelJoinMessageEvent"),
		"message/thread_broadcast": said("ThreadBroadcastMessageEvent"),
		"message/message_changed":  around("MessageChangedEvent"), "message/message_deleted": around("MessageDeletedEvent"),
		"app_mention": "bolt.EnvelopedEvent<types.AppMentionEvent>", "app_home_opened": "bolt.EnvelopedEvent<Omit<types.AppHomeOpenedEvent, 'view'> & { view?: bolt.ViewOutput }>",
		"member_joined_channel": "bolt.EnvelopedEvent<types.MemberJoinedChannelEvent>",
	}
}

func ends(at string, paths []string) bool {
	return slices.ContainsFunc(paths, func(path string) bool { return strings.HasSuffix(at, path) })
}

// defined is a value without what is notDefined.
func defined(at string, v any) any {
	switch v := v.(type) {
	case object:
		out := object{}
		for name, item := range v {
			if !ends(at+"."+name, notDefined) {
				out[name] = defined(at+"."+name, item)
			}
		}
		return out
	case []any:
		out := []any{}
		for _, item := range v {
			out = append(out, defined(at+"[]", item))
		}
		return out
	}
	return v
}

// unread names the fields of an envelope's payload that slack-go's types lose or change.
func unread(t *testing.T, e EnvelopeLog) []string {
	t.Helper()
	var into any
	payload := e.Payload
	switch e.Type {
	case "slash_commands":
		into = &slack.SlashCommand{}
	case "interactive":
		into = &slack.InteractionCallback{}
	default:
		outer, err := slackevents.ParseEvent(payload, slackevents.OptionNoVerifyToken())
		if err != nil {
			t.Errorf("%s: slack-go: %v", e.Kind, err)
			return nil
		}
		var wire struct{ Event json.RawMessage }
		if err := json.Unmarshal(payload, &wire); err != nil {
			t.Fatal(err)
		}
		into, payload = outer.InnerEvent.Data, wire.Event
		name := "event"
		if e.Kind == "app_mention" {
			name = e.Kind
		}
		return differences(name, payload, mustJSON(into))
	}
	if err := json.Unmarshal(payload, into); err != nil {
		t.Errorf("%s: slack-go: %v", e.Kind, err)
		return nil
	}
	return differences(e.Kind, payload, mustJSON(into))
}

// differences names what the first value has and the second has not, or has otherwise.
func differences(at string, sent, read json.RawMessage) []string {
	a, errA := decode(sent)
	b, errB := decode(read)
	if errA != nil || errB != nil {
		return []string{at + " (no JSON)"}
	}
	return differ(at, a, b)
}

func differ(at string, sent, read any) []string {
	if ends(at, notInSlackGo) {
		return nil
	}
	switch sent := sent.(type) {
	case nil:
		return nil
	case object:
		read, _ := read.(object)
		var out []string
		for _, name := range keysOf(sent) {
			out = append(out, differ(at+"."+name, sent[name], read[name])...)
		}
		return out
	case []any:
		list, _ := read.([]any)
		if len(list) != len(sent) {
			return []string{at}
		}
		var out []string
		for i, item := range sent {
			out = append(out, differ(at+"[]", item, list[i])...)
		}
		return out
	case string:
		if sent == "" && read == nil {
			return nil
		}
	case bool:
		if !sent && read == nil {
			return nil
		}
	}
	if !bytes.Equal(mustJSON(sent), mustJSON(read)) {
		return []string{at}
	}
	return nil
}

func TestPayloadsAreWhatSlackDefines(t *testing.T) {
	s := everything(t)
	var values []object
	add := func(name, definition string, raw json.RawMessage) {
		v, err := decode(raw)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, object{"name": name, "type": definition, "value": defined(name, v)})
	}
	for _, e := range s.Envelopes() {
		kind := definitions()[e.Kind]
		if kind == "" {
			t.Errorf("there is no definition for %s", e.Kind)
			continue
		}
		add(e.Kind, kind, e.Payload)
	}
	for _, c := range s.Calls() {
		var name strings.Builder // chat.postMessage → ChatPostMessageResponse
		for _, word := range strings.Split(c.Method, ".") {
			name.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
		add(c.Method, "Wire<bolt.webApi."+name.String()+"Response>", c.Response)
	}
	compiles(t, mustJSON(values))
}

// compiles checks values against Slack's own definitions.
func compiles(t *testing.T, values json.RawMessage) {
	t.Helper()
	cmd := exec.Command(nodeWithPackages(t), filepath.Join(boltFolder, "types.js"))
	cmd.Stdin = bytes.NewReader(values)
	cmd.Stderr = os.Stderr
	if out, err := cmd.Output(); err != nil {
		t.Errorf("not what Slack defines (%v):\n%s", err, out)
	}
}
