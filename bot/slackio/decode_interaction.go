package slackio

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"syncfix/bot"
)

// interaction is a press, a submitted form or a shortcut.
func (d Decoder) interaction(payload object) (bot.Inbound, error) {
	in := bot.Inbound{
		By:      bot.Actor{ID: payload.text("user", "id"), Name: payload.at("user").first("name", "username"), Team: payload.text("user", "team_id")},
		Place:   bot.Place{Team: teamOf(payload, d.Self)},
		Trigger: payload.text("trigger_id"),
		ReplyTo: payload.text("response_url"),
		At:      timeOf(payload.text("action_ts")),
	}
	kind := payload.text("type")
	if in.By.ID == "" && kind != "" {
		return in, errors.New("an interaction without a user")
	}
	switch kind {
	case "block_actions":
		return press(payload, in), nil
	case "view_submission":
		return submission(payload, in)
	case "message_action":
		m := payload.at("message")
		in.Kind, in.Text = bot.InShortcut, allText(m, "")
		in.Place = d.place(in.Place.Team, object{"channel": payload.text("channel", "id")}, m)
		if in.Place.TS == "" {
			in.Place.TS = payload.text("message_ts")
		}
		if in.Place.Channel == "" || in.Place.TS == "" {
			return in, errors.New("a message shortcut without a message")
		}
		if at := timeOf(in.Place.TS); !at.IsZero() {
			in.At = at // the failure is as old as the message that reports it
		}
		return in, nil
	case "":
		return in, errors.New("an interaction without a type")
	}
	return nothing(), nil
}

// press is a pressed button or a chosen entry. One that is none of ours, or of an
// earlier version, is a press on nothing, so that the person hears about it; a
// link's button needs no answer.
func press(payload object, in bot.Inbound) bot.Inbound {
	actions := payload.list("actions")
	if len(actions) == 0 || actions[0].text("url") != "" {
		return nothing()
	}
	a := actions[0]
	in.Kind = bot.InPress
	value := a.text("value")
	if chosen := a.text("selected_option", "value"); chosen != "" {
		value = chosen
	}
	if t := timeOf(a.text("action_ts")); !t.IsZero() {
		in.At = t
	}
	if p, err := DecodePress(a.text("action_id"), value); err == nil {
		in.Press = p
	}
	c := payload.at("container")
	in.Place.Channel = c.text("channel_id")
	if in.Place.Channel == "" {
		in.Place.Channel = payload.text("channel", "id")
	}
	in.Private, _ = c["is_ephemeral"].(bool)
	in.Place.TS = c.text("message_ts")
	in.Place.Thread = c.text("thread_ts")
	if in.Place.Thread == "" {
		in.Place.Thread = payload.text("message", "thread_ts")
	}
	if in.Place.Thread == in.Place.TS {
		in.Place.Thread = ""
	}
	return in
}

// submission is a submitted form.
func submission(payload object, in bot.Inbound) (bot.Inbound, error) {
	form, place, err := formOf(payload)
	if err != nil {
		return in, err
	}
	place.Team = in.Place.Team
	in.Kind, in.Form, in.Place = bot.InForm, form, place
	if urls := payload.list("response_urls"); len(urls) > 0 {
		in.ReplyTo = urls[0].text("response_url")
	}
	return in, nil
}

// formOf reads a submitted form and the place it belongs to. Block ids are the
// names of the fields.
func formOf(payload object) (bot.Form, bot.Place, error) {
	view := payload.at("view")
	kind, meta, err := DecodeForm(view.text("callback_id"), view.text("private_metadata"))
	if err != nil {
		return bot.Form{}, bot.Place{}, err
	}
	f := bot.Form{Kind: kind, Case: meta.Case, Offer: meta.Offer, Values: map[string]string{}}
	p := bot.Place{Channel: meta.Channel, TS: meta.TS, Thread: meta.Thread}
	state := view.at("state", "values")
	for field := range state {
		input := state.at(field) // an input block has one element
		for _, action := range slices.Sorted(maps.Keys(input)) {
			if v := fieldValue(input.at(action)); v != "" {
				f.Values[field] = v
			}
		}
	}
	if chosen := f.Values[fieldChannel]; kind == bot.FormStart && chosen != "" {
		delete(f.Values, fieldChannel)
		if p.Channel != chosen { // what stood in another channel is not there
			p = bot.Place{Channel: chosen}
		}
	}
	return f, p, nil
}

// fieldValue is what was entered in an input; several choices stand on lines of
// their own.
func fieldValue(v object) string {
	if s := v.first("value", "selected_date", "selected_time", "selected_conversation", "selected_channel", "selected_user"); s != "" {
		return s
	}
	if s := v.text("selected_option", "value"); s != "" {
		return s
	}
	var chosen []string
	for _, o := range v.list("selected_options") {
		chosen = append(chosen, o.text("value"))
	}
	return strings.Join(chosen, "\n")
}
