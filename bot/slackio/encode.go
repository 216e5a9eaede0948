package slackio

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"syncfix/bot"
)

// fieldChannel is the block id of the start form's channel select, shown where
// the form was opened outside of any channel. Its value is a conversation id and
// becomes Inbound.Place.Channel.
const fieldChannel = "channel"

// EncodePress gives the action_id and value of a button or menu entry. Slack
// wants action ids to be unique in a block, so n counts the buttons of a message
// (docs.slack.dev/reference/block-kit). The value holds ids only:
// "SF-142|o3|yes". For a menu entry the value goes into the option.
func EncodePress(p bot.Press, n int) (actionID, value string) {
	return string(p.Action) + "/" + strconv.Itoa(n), escapeID(p.Case) + "|" + escapeID(p.Offer) + "|" + p.Choice
}

// DecodePress is the inverse of EncodePress. It fails on anything that
// EncodePress does not write: such a press is not one of ours.
func DecodePress(actionID, value string) (bot.Press, error) {
	action, n, ok := strings.Cut(actionID, "/")
	if !ok || !knownAction(bot.Action(action)) {
		return bot.Press{}, fmt.Errorf("unknown action id %.40q", actionID)
	}
	if _, err := strconv.ParseUint(n, 10, 16); err != nil {
		return bot.Press{}, fmt.Errorf("action id %.40q has no number", actionID)
	}
	parts := strings.SplitN(value, "|", 3)
	if len(parts) != 3 {
		return bot.Press{}, fmt.Errorf("value %.40q of action %s is not case|offer|choice", value, action)
	}
	p := bot.Press{Case: unescapeID(parts[0]), Offer: unescapeID(parts[1]), Action: bot.Action(action), Choice: parts[2]}
	if p.Case == "" && p.Action != bot.ActionForm {
		return bot.Press{}, fmt.Errorf("action %s names no case", action)
	}
	return p, nil
}

func knownAction(a bot.Action) bool {
	switch a {
	case bot.ActionAnswer, bot.ActionGate, bot.ActionCannot, bot.ActionWorked, bot.ActionFailing,
		bot.ActionStart, bot.ActionDecline, bot.ActionForm, bot.ActionReopen, bot.ActionMenu:
		return true
	}
	return false
}

// escapeID keeps the separator out of an id. Ids of ours never hold it; this
// makes the encoding total.
func escapeID(s string) string {
	return strings.NewReplacer("%", "%25", "|", "%7C").Replace(s)
}

func unescapeID(s string) string {
	return strings.NewReplacer("%25", "%", "%7C", "|").Replace(s)
}

// FormMeta travels in a form's private_metadata: what the form belongs to. The
// place is where the case stands or, for the start form, where it shall stand
// (with TS and Thread of the message the form was opened on).
type FormMeta struct {
	Case    string `json:"case,omitempty"`
	Offer   string `json:"offer,omitempty"`
	Channel string `json:"channel,omitempty"`
	TS      string `json:"ts,omitempty"`
	Thread  string `json:"thread,omitempty"`
}

// Encode writes the metadata; Slack allows 3000 characters.
func (m FormMeta) Encode() string {
	b, err := json.Marshal(m)
	if err != nil { // strings always encode
		return "{}"
	}
	return string(b)
}

// DecodeForm reads a form's callback_id and private_metadata. The callback id is
// the form's kind.
func DecodeForm(callbackID, metadata string) (bot.FormKind, FormMeta, error) {
	kind := bot.FormKind(callbackID)
	if !knownForm(kind) {
		return "", FormMeta{}, fmt.Errorf("unknown form %.40q", callbackID)
	}
	var m FormMeta
	if err := json.Unmarshal([]byte(metadata), &m); err != nil {
		return "", FormMeta{}, fmt.Errorf("reading the metadata of form %s: %w", kind, err)
	}
	if m.Case == "" && kind != bot.FormStart {
		return "", FormMeta{}, errors.New("form " + callbackID + " names no case")
	}
	return kind, m, nil
}

func knownForm(k bot.FormKind) bool {
	switch k {
	case bot.FormStart, bot.FormAnswers, bot.FormCause, bot.FormWait, bot.FormAccount,
		bot.FormHandOff, bot.FormDismiss, bot.FormResolve, bot.FormCannot:
		return true
	}
	return false
}
