package sandbox

import (
	"errors"
	"strings"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

func TestClosingTellsTheAppWhenAsked(t *testing.T) {
	s := start(t, nil)
	a := connect(t, s, ackAll)
	view := modal("One")
	openForm(t, s, a, view)
	if err := s.Cancel("U0ANA"); err != nil || countEnvelopes(s, "view_closed") != 0 {
		t.Errorf("closing quietly: %v, %d notices", err, countEnvelopes(s, "view_closed"))
	}
	view.NotifyOnClose, view.ClearOnClose = true, true
	opened := openForm(t, s, a, view)
	if err := s.Cancel("U0ANA"); err != nil {
		t.Fatal(err)
	}
	if o := lastEvent(t, s, "view_closed"); str(sub(o, "view"), "id") != opened.ID || o["is_cleared"] != true || o["trigger_id"] != nil {
		t.Errorf("the notice is %v", o)
	}
	if err := s.Cancel("U0ANA"); err == nil {
		t.Error("closing nothing went well")
	}
}

func TestErrorsMustNameInputBlocks(t *testing.T) {
	s := start(t, nil)
	a := connect(t, s, func(_ *app, evt socketmode.Event) (any, bool) {
		if in, ok := evt.Data.(slack.InteractionCallback); ok && in.Type == slack.InteractionTypeViewSubmission {
			return slack.NewErrorsViewSubmissionResponse(map[string]string{"nowhere": "bad"}), true
		}
		return nil, true
	})
	openForm(t, s, a, modal("One", textField("f", "Field")))
	if errs, err := s.Submit("U0ANA", map[string]string{"f": "x"}); !errors.Is(err, errNoAnswer) || errs != nil {
		t.Errorf("errors for no field gave %v, %v", errs, err)
	}
	if v := s.Violations(); len(v) != 1 || !strings.Contains(v[0], `"nowhere"`) {
		t.Errorf("violations are %v", v)
	}
	if all := s.Envelopes(); len(all[len(all)-1].Violations) != 1 {
		t.Errorf("the submission's envelope has violations %v", all[len(all)-1].Violations)
	}
}

func TestInvalidAnswerToAFormIsAViolation(t *testing.T) {
	s := start(t, nil)
	tooLong := modal(strings.Repeat("x", 25))
	a := connect(t, s, func(_ *app, evt socketmode.Event) (any, bool) {
		if in, ok := evt.Data.(slack.InteractionCallback); ok && in.Type == slack.InteractionTypeViewSubmission {
			return slack.NewUpdateViewSubmissionResponse(&tooLong), true
		}
		return nil, true
	})
	openForm(t, s, a, modal("One"))
	if _, err := s.Submit("U0ANA", nil); err == nil || len(s.Violations()) != 1 {
		t.Errorf("a title too long gave %v, violations %v", err, s.Violations())
	}
	if v, _ := s.Modal("U0ANA"); v.Title != "One" {
		t.Errorf("the form is now %q", v.Title)
	}
}

func TestExternalIDs(t *testing.T) {
	s := start(t, nil)
	a := connect(t, s, ackAll)
	view := modal("One")
	view.ExternalID = "only-one"
	opened := openForm(t, s, a, view)
	if err := s.Command("U0LEO", "support", "/syncfix"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.OpenView(str(lastEvent(t, s, "/syncfix"), "trigger_id"), view); err == nil || err.Error() != "duplicate_external_id" {
		t.Errorf("the same external id again gave %v", err)
	}
	view.Title.Text = "Two"
	if got, err := a.UpdateView(view, "only-one", "", ""); err != nil || got.ID != opened.ID {
		t.Errorf("updating by external id: %v", err)
	}
}

func TestResponseURLDoesNotTouchOthersMessages(t *testing.T) {
	s := start(t, nil)
	connect(t, s, ackAll)
	ts := mustSay(t, s, "hers")
	if err := s.Shortcut("U0LEO", "fix", "support", ts); err != nil {
		t.Fatal(err)
	}
	address := str(lastEvent(t, s, "message_action"), "response_url")
	for _, body := range []object{{"delete_original": true}, {"replace_original": true, "text": "mine"}} {
		if got := respond(t, address, body); got != "cant_update_message" {
			t.Errorf("%v gave %q", body, got)
		}
	}
	if got := s.Messages("support"); len(got) != 1 || got[0].Text != "hers" {
		t.Errorf("the channel shows %+v", got)
	}
}

func TestEphemeralIsReplacedAndDeletedByItsURL(t *testing.T) {
	s := start(t, nil)
	connect(t, s, ackAll)
	ts := str(call(t, s, "chat.postEphemeral", "channel", "C0SUPPORT", "user", "U0ANA", "text", "x", "blocks", actions(repeat(1, button("")))), "message_ts")
	if err := s.Press("U0ANA", "support", ts, "a0"); err != nil {
		t.Fatal(err)
	}
	address := str(lastEvent(t, s, "block_actions"), "response_url")
	if got := respond(t, address, object{"replace_original": true, "text": "done"}); got != "" {
		t.Error(got)
	}
	if e := s.Ephemerals("U0ANA"); len(e) != 1 || e[0].Plain() != "done" || e[0].TS != ts {
		t.Errorf("it shows %+v", e)
	}
	if got := respond(t, address, object{"delete_original": true}); got != "" {
		t.Error(got)
	}
	if e := s.Ephemerals("U0ANA"); len(e) != 0 {
		t.Errorf("it still shows %+v", e)
	}
}

func TestSlashCommandURLReplacesNothing(t *testing.T) {
	s := start(t, nil)
	connect(t, s, ackAll)
	if err := s.Command("U0ANA", "general", "/syncfix"); err != nil {
		t.Fatal(err)
	}
	address := str(lastEvent(t, s, "/syncfix"), "response_url")
	if got := respond(t, address, object{"replace_original": true, "text": "x"}); got != "cant_update_message" {
		t.Errorf("replacing gave %q", got)
	}
	if got := respond(t, address, object{"text": "told privately where the bot is no member"}); got != "" || len(s.Ephemerals("U0ANA")) != 1 {
		t.Errorf("answering gave %q", got)
	}
}

func TestHomePressKeepsItsView(t *testing.T) {
	s := start(t, nil)
	a := connect(t, s, ackAll)
	if err := s.PressHome("U0ANA", "x"); err == nil {
		t.Error("pressing in no Home went well")
	}
	home := slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: []slack.Block{textField("f", "Field"),
		slack.NewActionBlock("b", slack.NewButtonBlockElement("go", "1", slack.NewTextBlockObject("plain_text", "Go", false, false)))}}}
	if _, err := a.PublishView("U0ANA", home, ""); err != nil {
		t.Fatal(err)
	}
	if err := s.PressHome("U0ANA", "Go"); err != nil {
		t.Fatal(err)
	}
	o := lastEvent(t, s, "block_actions")
	if str(sub(o, "container"), "type") != "view" || str(sub(o, "view"), "type") != "home" || o["channel"] != nil || o["response_url"] != nil {
		t.Errorf("the press is %v", o)
	}
}
