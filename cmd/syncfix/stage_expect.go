package main

import (
	"fmt"
	"slices"
	"strings"

	"syncfix/bot/sandbox"
)

// What a script expects on a stage. With not it must be so that it isn't, once
// everything before has been dealt with.

func (s *stage) expectCard(not bool, name string, parts []string) error {
	m, err := s.named(name)
	if err != nil {
		return err
	}
	return s.wait(fmt.Sprintf("the card of %s to say %q (not: %v)", name, parts, not), func() bool {
		c, ok := s.card(m)
		return ok && saysAll(c.Plain(), parts) != not
	})
}

func (s *stage) expectThread(not bool, name string, parts []string) error {
	m, err := s.named(name)
	if err != nil {
		return err
	}
	return s.expect(not, fmt.Sprintf("the thread of %s to say %q", name, parts), func() bool {
		return slices.ContainsFunc(s.thread(m), func(r sandbox.Message) bool { return saysAll(r.Plain(), parts) })
	})
}

// expect waits until it holds, or sees that it doesn't.
func (s *stage) expect(not bool, what string, holds func() bool) error {
	if !not {
		return s.wait(what, holds)
	}
	if err := s.settle(); err != nil {
		return err
	}
	if holds() {
		return fmt.Errorf("it holds, and should not: %s", what)
	}
	return nil
}

func (s *stage) expectPosts(name string, want int) error {
	m, err := s.named(name)
	if err != nil {
		return err
	}
	if err := s.settle(); err != nil {
		return err
	}
	if got := len(s.thread(m)); got != want {
		return fmt.Errorf("%d posts of the bot stand in the thread of %s, want %d", got, name, want)
	}
	return nil
}

func (s *stage) expectPrivate(not bool, user string, parts []string) error {
	return s.expect(not, fmt.Sprintf("%s to see %q", user, parts), func() bool {
		return slices.ContainsFunc(s.private(user), func(m sandbox.Message) bool { return saysAll(m.Plain(), parts) })
	})
}

// expectForm with not: none is open.
func (s *stage) expectForm(not bool, user string, parts []string) error {
	return s.wait(fmt.Sprintf("the form of %s to say %q (none: %v)", user, parts, not), func() bool {
		v, ok := s.slack.Modal(user)
		if not {
			return !ok
		}
		return ok && saysAll(v.Plain(), parts)
	})
}

// expectHome opens App Home first.
func (s *stage) expectHome(user string, parts []string) error {
	if err := s.slack.OpenHome(user); err != nil {
		return err
	}
	return s.wait(fmt.Sprintf("App Home of %s to say %q", user, parts), func() bool {
		v, ok := s.slack.Home(user)
		return ok && saysAll(v.Plain(), parts)
	})
}

// expectReaction: the bot's only one.
func (s *stage) expectReaction(name, emoji string) error {
	m, err := s.named(name)
	if err != nil {
		return err
	}
	return s.wait(fmt.Sprintf("the reaction %s on %s", emoji, name), func() bool {
		for _, r := range s.slack.Thread(m.channel, m.ts) {
			if r.TS == m.ts {
				return len(r.Reactions) == 1 && slices.Contains(r.Reactions[emoji], s.slack.BotUserID())
			}
		}
		return false
	})
}

// expectPost waits for a post of the bot outside of threads, and gives it a name.
func (s *stage) expectPost(name, channel string, parts []string) error {
	return s.wait(fmt.Sprintf("a post in %s that says %q", channel, parts), func() bool {
		for _, m := range s.slack.Messages(channel) {
			if m.BotID == s.slack.BotID() && saysAll(m.Plain(), parts) {
				s.messages[name] = message{channel, m.TS}
				return true
			}
		}
		return false
	})
}

// expectConfirm: the button has a confirm dialog that says it.
func (s *stage) expectConfirm(name, label, text string) error {
	card, err := s.button(name, label)
	if err != nil {
		return err
	}
	for _, b := range s.slack.Buttons(card.Channel, card.TS) {
		if b.Label == label && b.Confirm != nil && strings.Contains(b.Confirm.Title+"\n"+b.Confirm.Text, text) {
			return nil
		}
	}
	return fmt.Errorf("%q has no confirm dialog that says %q", label, text)
}
