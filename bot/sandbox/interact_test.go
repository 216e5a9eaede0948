package sandbox

import (
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

func TestPressSaysWhatThereIs(t *testing.T) {
	s := start(t, nil)
	connect(t, s, ackAll)
	ts := str(call(t, s, "chat.postMessage", "channel", "C0SUPPORT", "text", "x", "blocks",
		actions(`[{"type":"button","action_id":"yes","value":"1","text":{"type":"plain_text","text":"Yes"},"style":"danger"`+confirm(3, 3, 3, 3)+`},`+
			`{"type":"button","action_id":"also","text":{"type":"plain_text","text":"Same"}},{"type":"button","action_id":"other","text":{"type":"plain_text","text":"Same"}},`+
			`{"type":"static_select","action_id":"pick","options":[{"text":{"type":"plain_text","text":"First"},"value":"one"},{"text":{"type":"plain_text","text":"Second"},"value":"two"}]}]`)), "ts")
	good := map[string]string{"yes": "yes", "Yes": "yes", "pick=two": "pick", "pick=Second": "pick", "First": "pick", "also": "also"}
	for what, action := range good {
		if err := s.Press("U0ANA", "support", ts, what); err != nil {
			t.Errorf("%s: %v", what, err)
		} else if got := objects(lastEvent(t, s, "block_actions")["actions"]); len(got) != 1 || str(got[0], "action_id") != action {
			t.Errorf("%s pressed %v", what, got)
		}
	}
	if err := s.Press("U0ANA", "support", ts, "pick=two"); err != nil {
		t.Fatal(err)
	}
	o := lastEvent(t, s, "block_actions")
	if v := sub(objects(o["actions"])[0], "selected_option"); str(v, "value") != "two" {
		t.Errorf("selected is %v", v)
	}
	bad := map[string]string{"No": `"Yes" (yes)`, "Same": "use the action_id", "pick": "choose an option", "pick=three": "First, Second"}
	for what, want := range bad {
		if err := s.Press("U0ANA", "support", ts, what); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s gave %v, want %s in it", what, err, want)
		}
	}
	if err := s.Press("U0EVE", "support", ts, "yes"); err == nil || !strings.Contains(err.Error(), "Eve Stone is not in #support") {
		t.Errorf("somebody outside the channel: %v", err)
	}
	if err := s.Press("U0ANA", "support", "1.2", "yes"); err == nil {
		t.Error("a press on no message went well")
	}
	b := s.Buttons("support", ts)
	if len(b) != 5 || b[0].Confirm == nil || b[0].Style != "danger" || b[4].Label != "Second" {
		t.Errorf("buttons are %+v", b)
	}
}

func TestPressPayload(t *testing.T) {
	s := start(t, nil)
	connect(t, s, ackAll)
	root := mustSay(t, s, "alert")
	ts := str(call(t, s, "chat.postMessage", "channel", "C0SUPPORT", "thread_ts", root, "blocks", actions(repeat(1, button("")))), "ts")
	if err := s.Press("U0GIL", "support", ts, "a0"); err != nil {
		t.Fatal(err)
	}
	o := lastEvent(t, s, "block_actions")
	for _, name := range []string{"team", "user", "api_app_id", "container", "trigger_id", "channel", "message", "response_url", "actions", "state"} {
		if o[name] == nil {
			t.Errorf("the payload has no %s", name)
		}
	}
	if c := sub(o, "container"); str(c, "thread_ts") != root || str(c, "message_ts") != ts || c["is_ephemeral"] != false {
		t.Errorf("container is %v", c)
	}
	a := objects(o["actions"])[0]
	if str(a, "block_id") == "" || str(a, "type") != "button" || str(a, "action_ts") == "" || textOf(a["text"]) != "ééé" {
		t.Errorf("action is %v", a)
	}
}

func TestEphemeralPressHasNoMessage(t *testing.T) {
	s := start(t, nil)
	connect(t, s, ackAll)
	ts := str(call(t, s, "chat.postEphemeral", "channel", "C0SUPPORT", "user", "U0ANA", "text", "x", "blocks", actions(repeat(1, button("")))), "message_ts")
	if err := s.Press("U0LEO", "support", ts, "a0"); err == nil {
		t.Error("somebody else pressed a private message")
	}
	if err := s.Press("U0ANA", "support", ts, "a0"); err != nil {
		t.Fatal(err)
	}
	o := lastEvent(t, s, "block_actions")
	if o["message"] != nil || sub(o, "container")["is_ephemeral"] != true {
		t.Errorf("payload is %v", o)
	}
	if len(s.Messages("support")) != 0 {
		t.Error("a private message is in the channel")
	}
}

// openForm opens a form for Ana by way of a command.
func openForm(t *testing.T, s *Server, a *app, view slack.ModalViewRequest) *slack.ViewResponse {
	t.Helper()
	if err := s.Command("U0ANA", "support", "/syncfix"); err != nil {
		t.Fatal(err)
	}
	v, err := a.OpenView(str(lastEvent(t, s, "/syncfix"), "trigger_id"), view)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestViewStack(t *testing.T) {
	s := start(t, nil)
	var respond func() (any, bool)
	a := connect(t, s, func(_ *app, evt socketmode.Event) (any, bool) {
		if in, ok := evt.Data.(slack.InteractionCallback); ok && in.Type == slack.InteractionTypeViewSubmission {
			return respond()
		}
		return nil, true
	})
	first := openForm(t, s, a, modal("One", textField("f", "Field")))
	second, third := modal("Two", textField("g", "Field")), modal("Three")
	respond = func() (any, bool) { return slack.NewPushViewSubmissionResponse(&second), true }
	if errs, err := s.Submit("U0ANA", map[string]string{"Field": "kept"}); err != nil || errs != nil {
		t.Fatal(errs, err)
	}
	if v, _ := s.Modal("U0ANA"); v.Title != "Two" || v.PreviousViewID != first.ID || v.RootViewID != first.ID {
		t.Errorf("on top is %+v", v)
	}
	if err := s.Cancel("U0ANA"); err != nil {
		t.Fatal(err)
	}
	respond = func() (any, bool) { return slack.NewUpdateViewSubmissionResponse(&third), true }
	if _, err := s.Submit("U0ANA", nil); err != nil {
		t.Fatal(err)
	}
	if v, _ := s.Modal("U0ANA"); v.Title != "Three" || v.ID != first.ID || v.Hash == first.Hash {
		t.Errorf("after the update it is %+v", v)
	}
	respond = func() (any, bool) { return slack.NewClearViewSubmissionResponse(), true }
	if _, err := s.Submit("U0ANA", nil); err != nil {
		t.Fatal(err)
	}
	if _, open := s.Modal("U0ANA"); open {
		t.Error("a form stayed open")
	}
	if _, err := a.UpdateView(modal("Late"), "", "", first.ID); err == nil || err.Error() != "not_found" {
		t.Errorf("updating a closed form gave %v", err)
	}
}

func TestViewUpdateKeepsWhatIsEntered(t *testing.T) {
	s := start(t, nil)
	a := connect(t, s, ackAll)
	v := openForm(t, s, a, modal("One", textField("f", "Field"), slack.NewActionBlock("row", slack.NewButtonBlockElement("more", "1", slack.NewTextBlockObject("plain_text", "More", false, false)))))
	if err := s.pressElement(pressAt{User: "U0ANA", Surface: "modal", ActionID: "more", Entered: map[string]string{"f/f_text": "typed"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.UpdateView(modal("One more", textField("f", "Field"), textField("g", "Other")), "", v.Hash+"x", v.ID); err == nil || err.Error() != "hash_conflict" {
		t.Errorf("a wrong hash gave %v", err)
	}
	if _, err := a.UpdateView(modal("One more", textField("f", "Field"), textField("g", "Other")), "", v.Hash, v.ID); err != nil {
		t.Fatal(err)
	}
	if v, _ := s.Modal("U0ANA"); v.Title != "One more" || !strings.Contains(v.Plain(), "typed") {
		t.Errorf("it shows %q", v.Plain())
	}
}

func TestPushLimitAndTriggers(t *testing.T) {
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	s := start(t, func(o *Options) { o.Clock = &fixedClock{now: &now} })
	a := connect(t, s, ackAll)
	trigger := func() string {
		if err := s.Command("U0ANA", "support", "/syncfix"); err != nil {
			t.Fatal(err)
		}
		return str(lastEvent(t, s, "/syncfix"), "trigger_id")
	}
	used := trigger()
	if _, err := a.OpenView(used, slack.ModalViewRequest{Type: slack.VTModal}); err == nil {
		t.Error("a bad view was opened")
	}
	if _, err := a.OpenView(used, modal("One")); err != nil {
		t.Errorf("a refused view used the trigger up: %v", err)
	}
	if _, err := a.OpenView(used, modal("One")); err == nil || err.Error() != "exchanged_trigger_id" {
		t.Errorf("a used trigger gave %v", err)
	}
	for range 2 {
		if _, err := a.PushView(trigger(), modal("More")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := a.PushView(trigger(), modal("Four")); err == nil || err.Error() != "push_limit_reached" {
		t.Errorf("a fourth view gave %v", err)
	}
	late := trigger()
	s.mu.Lock() // the clock is read under the lock
	now = now.Add(3*time.Second + time.Millisecond)
	s.mu.Unlock()
	if _, err := a.OpenView(late, modal("Late")); err == nil || err.Error() != "expired_trigger_id" {
		t.Errorf("a late trigger gave %v", err)
	}
}

func TestSubmitNamesUnknownFields(t *testing.T) {
	s := start(t, nil)
	a := connect(t, s, ackAll)
	if _, err := s.Submit("U0ANA", nil); err == nil {
		t.Error("submitting nothing went well")
	}
	openForm(t, s, a, modal("One", textField("f", "Field")))
	_, err := s.Submit("U0ANA", map[string]string{"Feild": "x", "f": "y", "Other": "z"})
	if err == nil || !strings.Contains(err.Error(), "Feild") || !strings.Contains(err.Error(), "Other") || !strings.Contains(err.Error(), `"Field" (f_text)`) {
		t.Errorf("unknown fields gave %v", err)
	}
}

func TestEveryInputArrivesAsSlackSendsIt(t *testing.T) {
	s := start(t, nil)
	a := connect(t, s, ackAll)
	opt := func(kind string) string { return options(kind, 2, "") }
	var blocks []string
	for i, e := range []string{`{"type":"datepicker"}`, opt("static_select"), opt("radio_buttons"), opt("checkboxes"), `{"type":"users_select"}`, `{"type":"multi_users_select"}`, `{"type":"number_input","is_decimal_allowed":false}`} {
		e = strings.Replace(e, "{", `{"action_id":"e",`, 1)
		blocks = append(blocks, `{"type":"input","optional":true,"block_id":"b`+string(rune('0'+i))+`","label":{"type":"plain_text","text":"L"},"element":`+e+`}`)
	}
	if err := s.Command("U0ANA", "support", "/syncfix"); err != nil {
		t.Fatal(err)
	}
	got := call(t, s, "views.open", "trigger_id", str(lastEvent(t, s, "/syncfix"), "trigger_id"),
		"view", `{"type":"modal","title":{"type":"plain_text","text":"T"},"submit":{"type":"plain_text","text":"S"},"blocks":[`+strings.Join(blocks, ",")+`]}`)
	if got["ok"] != true {
		t.Fatal(got)
	}
	_ = a
	entered := map[string]string{"b0": "2026-03-01", "b1": "v1", "b2": "v0", "b3": "v0\nv1", "b4": "U0LEO", "b5": "U0ANA\nU0LEO", "b6": "7"}
	if errs, err := s.Submit("U0ANA", entered); err != nil || errs != nil {
		t.Fatal(errs, err)
	}
	values := sub(sub(sub(lastEvent(t, s, "view_submission"), "view"), "state"), "values")
	at := func(block string) object { return sub(sub(values, block), "e") }
	if str(at("b0"), "selected_date") != "2026-03-01" || str(sub(at("b1"), "selected_option"), "value") != "v1" || str(sub(at("b2"), "selected_option"), "value") != "v0" ||
		len(objects(at("b3")["selected_options"])) != 2 || str(at("b4"), "selected_user") != "U0LEO" || len(at("b5")["selected_users"].([]any)) != 2 || str(at("b6"), "value") != "7" {
		t.Errorf("values are %v", values)
	}
}

func TestLengthsAreCheckedBeforeSending(t *testing.T) {
	s := start(t, nil)
	connect(t, s, ackAll)
	if err := s.Command("U0ANA", "support", "/syncfix"); err != nil {
		t.Fatal(err)
	}
	view := `{"type":"modal","title":{"type":"plain_text","text":"T"},"submit":{"type":"plain_text","text":"S"},"blocks":` +
		strings.Replace(inputOf(`{"type":"plain_text_input","action_id":"e","min_length":2,"max_length":4}`), `"input"`, `"input","block_id":"b"`, 1) + `}`
	if got := call(t, s, "views.open", "trigger_id", str(lastEvent(t, s, "/syncfix"), "trigger_id"), "view", view); got["ok"] != true {
		t.Fatal(got)
	}
	for value, want := range map[string]string{"é": "at least 2", "ééééé": "too long by 1", "": "required"} {
		if errs, err := s.Submit("U0ANA", map[string]string{"e": value}); err != nil || !strings.Contains(errs["b"], want) {
			t.Errorf("%q gave %v, %v; want %q", value, errs, err, want)
		}
	}
	if countEnvelopes(s, "view_submission") != 0 {
		t.Error("a form that the client refuses was sent")
	}
	if errs, err := s.Submit("U0ANA", map[string]string{"e": "éééé"}); err != nil || errs != nil {
		t.Errorf("a good entry gave %v, %v", errs, err)
	}
}
