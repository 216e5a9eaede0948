package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"syncfix/bot/sandbox"
)

// stage is a sandbox workspace in which people and tools act and wait for what
// they would see. The end-to-end tests and the scenarios play on it.
type stage struct {
	slack    *sandbox.Server
	wait     func(what string, holds func() bool) error // until it holds; the error says what was waited for
	quiet    func() error                               // waits until nothing is on its way out; nil: that can't be known
	messages map[string]message                         // by the name that a script gave them
}

// message is where a message stands.
type message struct{ channel, ts string }

func newStage(slack *sandbox.Server, wait func(string, func() bool) error) *stage {
	return &stage{slack: slack, wait: wait, messages: map[string]message{}}
}

// userID is the id of somebody by name: ana, leo, gil or eve.
func userID(name string) string { return "U0" + strings.ToUpper(name) }

func saysAll(text string, parts []string) bool {
	return !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(text, p) })
}

func (s *stage) named(name string) (message, error) {
	m, ok := s.messages[name]
	if !ok {
		return m, fmt.Errorf("no message is called %q", name)
	}
	return m, nil
}

// post posts as another app.
func (s *stage) post(name, channel, app string, fields map[string]string) error {
	body, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	return s.postRaw(name, channel, app, body)
}

// postRaw posts a message in the shape of a message event.
func (s *stage) postRaw(name, channel, author string, body json.RawMessage) error {
	ts, err := s.slack.Post(channel, author, body)
	s.messages[name] = message{channel, ts}
	return err
}

// say posts as a person.
func (s *stage) say(name, channel, user, text string) error {
	ts, err := s.slack.Say(user, channel, text)
	s.messages[name] = message{channel, ts}
	return err
}

func (s *stage) reply(name, user, text string) error {
	m, err := s.named(name)
	if err != nil {
		return err
	}
	_, err = s.slack.SayIn(user, m.channel, m.ts, text)
	return err
}

// thread are the bot's posts below a message.
func (s *stage) thread(m message) []sandbox.Message {
	all := s.slack.Thread(m.channel, m.ts)
	return slices.DeleteFunc(all, func(r sandbox.Message) bool { return r.BotID != s.slack.BotID() || r.Deleted })
}

// card is the bot's first post below a message, or the message itself.
func (s *stage) card(m message) (sandbox.Message, bool) {
	all := s.thread(m)
	if len(all) == 0 {
		return sandbox.Message{}, false
	}
	return all[0], true
}

// private is everything that only this person sees, oldest first.
func (s *stage) private(user string) []sandbox.Message {
	all := s.slack.Ephemerals(user)
	for _, m := range s.slack.Messages("D0" + strings.TrimPrefix(user, "U0")) {
		if m.BotID == s.slack.BotID() {
			all = append(all, m)
		}
	}
	return all
}

// settle waits until everything before now has been dealt with: a command is
// answered after it, by way of the same inbox. It takes the answer away again.
func (s *stage) settle() error {
	const asker = "U0LEO"
	seen := map[string]bool{}
	for _, m := range s.slack.Ephemerals(asker) {
		seen[m.TS] = true
	}
	if err := s.slack.Command(asker, "general", slashCommand+" help"); err != nil {
		return err
	}
	err := s.wait("an answer to "+slashCommand+" help", func() bool {
		for _, m := range s.slack.Ephemerals(asker) {
			if !seen[m.TS] && m.BotID == s.slack.BotID() && strings.Contains(m.Plain(), slashCommand+" help") {
				s.slack.Dismiss(asker, m.TS)
				return true
			}
		}
		return false
	})
	if err != nil || s.quiet == nil {
		return err
	}
	return s.quiet()
}

// button waits for a button of that label below a message.
func (s *stage) button(name, label string) (sandbox.Message, error) {
	m, err := s.named(name)
	if err != nil {
		return sandbox.Message{}, err
	}
	var card sandbox.Message
	err = s.wait(fmt.Sprintf("the button %q on the card of %s", label, name), func() bool {
		for _, r := range s.thread(m) {
			card = r
			if slices.ContainsFunc(s.slack.Buttons(m.channel, r.TS), func(b sandbox.Button) bool { return b.Label == label }) {
				return true
			}
		}
		return false
	})
	return card, err
}

// press presses a button on the card, once it is there.
func (s *stage) press(name, user, label string) error {
	card, err := s.button(name, label)
	if err != nil {
		return err
	}
	return s.slack.Press(user, card.Channel, card.TS, label)
}

// answer answers what is asked, whatever the order, until the card asks nothing
// more. An answer is QUESTION=LABEL, with some words of the question.
func (s *stage) answer(name, user string, answers []string) error {
	m, err := s.named(name)
	if err != nil {
		return err
	}
	for range 10 {
		label, asked, err := s.question(m, answers)
		if err != nil || !asked {
			return err
		}
		card, err := s.button(name, label)
		if err != nil {
			return err
		}
		if err := s.slack.Press(user, card.Channel, card.TS, label); err != nil {
			return err
		}
		err = s.wait("what follows the answer", func() bool {
			now, _ := s.card(m)
			return string(now.Blocks) != string(card.Blocks)
		})
		if err != nil {
			return err
		}
	}
	return errors.New("it goes on asking")
}

// question finds the answer to what the card asks, once there is a card.
func (s *stage) question(m message, answers []string) (label string, asked bool, err error) {
	var card sandbox.Message
	err = s.wait("a card", func() bool {
		var ok bool
		card, ok = s.card(m)
		return ok
	})
	if err != nil {
		return "", false, err
	}
	asks := func(b sandbox.Button) bool { return strings.HasPrefix(b.ActionID, "answer/") }
	if !slices.ContainsFunc(s.slack.Buttons(m.channel, card.TS), asks) {
		return "", false, nil
	}
	for _, a := range answers {
		question, label, _ := strings.Cut(a, "=")
		if strings.Contains(card.Plain(), strings.TrimSpace(question)) {
			return strings.TrimSpace(label), true, nil
		}
	}
	return "", true, fmt.Errorf("it asks something else:\n%s", card.Plain())
}

func (s *stage) shortcut(name, user string) error {
	m, err := s.named(name)
	if err != nil {
		return err
	}
	return s.slack.Shortcut(user, shortcutCallback, m.channel, m.ts)
}

// submit fills in the person's form and submits it. With refused it must stay
// open, with errors; without, it must not.
func (s *stage) submit(user string, refused bool, entries []string) error {
	values := map[string]string{}
	for _, e := range entries {
		field, value, _ := strings.Cut(e, "=")
		values[field] = value
	}
	problems, err := s.slack.Submit(user, values)
	switch {
	case err != nil:
		return err
	case refused && len(problems) == 0:
		return errors.New("the form was taken")
	case !refused && len(problems) > 0:
		return fmt.Errorf("the form's errors are %v", problems)
	}
	return nil
}
