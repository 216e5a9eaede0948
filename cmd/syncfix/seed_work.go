package main

import (
	"slices"
	"strings"
	"time"

	"syncfix/bot/sandbox"
)

// handOff is in the menu of every card.
const handOff = "Hand off now"

// work does the next thing about a case: what its card asks for, mostly.
func (s *seeder) work(c *seedCase) error {
	card, ok := s.card(s.messages[c.name])
	if c.deeds++; !ok || c.left || c.deeds > seedMost {
		c.left = true
		return nil
	}
	text, buttons := card.Plain(), s.slack.Buttons(card.Channel, card.TS)
	begin := func(prefix string) []sandbox.Button {
		return slices.DeleteFunc(slices.Clone(buttons), func(b sandbox.Button) bool {
			return !strings.HasPrefix(b.ActionID, prefix) || b.Label == "Not sure"
		})
	}
	answers, gates := begin("answer/"), begin("gate/")
	switch {
	case strings.Contains(text, "Resolved"):
		return s.resolved(c)
	case strings.Contains(text, "Handed off"):
		return s.handedOff(c)
	case s.lately() && s.rand.IntN(8) == 0:
		c.left = true // it waits for somebody
		return nil
	case s.rand.IntN(25) == 0 && (len(answers) > 0 || len(gates) > 0):
		return s.act(c, card, handOff)
	case len(answers) > 0:
		return s.act(c, card, answers[s.skewed(len(answers))].Label)
	case len(gates) > 0:
		return s.act(c, card, gates[0].Label)
	case strings.Contains(text, "Waiting for the sync"):
		return s.verify(c, card)
	case slices.ContainsFunc(buttons, func(b sandbox.Button) bool { return b.Label == handOff }):
		return s.act(c, card, handOff)
	case len(buttons) > 0: // it asks which of several failures it is
		return s.act(c, card, buttons[0].Label)
	}
	c.left = true // it only points to another case
	return nil
}

// act presses as one of the team, fills in what opens with nothing, and waits for
// what comes of it. What the agent may not do the lead does later.
func (s *seeder) act(c *seedCase, card sandbox.Message, label string) error {
	user := c.agent
	if c.refused || s.rand.IntN(4) == 0 {
		user = seedLead
	}
	told := len(s.private(user))
	if err := s.slack.Press(user, card.Channel, card.TS, label); err != nil {
		return err
	}
	form := func() bool { _, open := s.slack.Modal(user); return open }
	moved := func() bool {
		now, _ := s.card(s.messages[c.name])
		return string(now.Blocks) != string(card.Blocks)
	}
	refused := func() bool { return len(s.private(user)) > told }
	what := "what comes of “" + label + "” for " + c.who.String()
	if err := s.wait(what, func() bool { return moved() || form() || refused() }); err != nil {
		return err
	}
	if form() {
		if err := s.submit(user, false, nil); err != nil {
			return err
		}
		if err := s.wait(what, moved); err != nil {
			return err
		}
	}
	c.refused = !moved() && refused()
	s.later(c, 1, 12)
	return nil
}

// verify is what comes after a fix: mostly a sync that works.
func (s *seeder) verify(c *seedCase, card sandbox.Message) error {
	switch n := s.rand.IntN(20); {
	case n <= 4 && s.lately():
		c.left = true // nobody has looked yet
		return nil
	case n <= 2:
		return s.act(c, card, "The sync worked")
	case n <= 5 && c.failures < 2:
		c.failures++
		if err := s.tells(c, shapeAgain); err != nil {
			return err
		}
	default:
		if err := s.tells(c, shapeSuccess); err != nil {
			return err
		}
	}
	s.later(c, 5, 45)
	return nil
}

// resolved leaves a case alone, or has its account fail again some days later.
func (s *seeder) resolved(c *seedCase) error {
	if c.failures > 0 || s.rand.IntN(8) > 0 {
		c.left, c.closed = true, true
		return nil
	}
	c.failures++
	s.at(s.clock.Now().Add(time.Duration(24+s.rand.IntN(72))*time.Hour), func() error {
		if err := s.tells(c, shapeAgain); err != nil {
			return err
		}
		s.later(c, 10, 60)
		return nil
	})
	return nil
}

// handedOff is solved elsewhere a day or two later, mostly.
func (s *seeder) handedOff(c *seedCase) error {
	c.left = true
	if s.rand.IntN(3) > 0 || !s.lately() {
		s.at(s.clock.Now().Add(time.Duration(20+s.rand.IntN(30))*time.Hour), func() error {
			c.closed = true
			return s.tells(c, shapeSuccess)
		})
	}
	return nil
}
