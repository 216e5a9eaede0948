package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"syncfix/bot"
	"syncfix/bot/memstore"
	"syncfix/diagnose"
	"syncfix/playbooks"
)

// desk is a playbooks.Desk over the bot's own Route and Step, on a store in
// memory. Nothing is sent; everything a conversation tells of is decided before
// that.
type desk struct {
	library  bot.Library
	settings bot.Settings
	store    *memstore.Store
	now      time.Time
	messages int
	id       string // of the case that was last spoken of
}

// newDesk makes a desk at which nothing has happened.
func newDesk(library bot.Library) *desk {
	return &desk{
		library: library, settings: bot.DefaultSettings(), store: memstore.New(),
		now: time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC),
	}
}

// Where conversations take place and who takes part.
const (
	deskTeam    = "T0DESK"
	deskChannel = "C0DESK"
)

func deskPerson() bot.Actor { return bot.Actor{ID: "U0DESK", Name: "Support", Team: deskTeam} }
func deskTool() bot.Actor   { return bot.Actor{ID: "B0DESK", Name: "Monitor", Bot: true} }

// Play implements playbooks.Desk.
func (d *desk) Play(in playbooks.Input) (playbooks.Turn, error) {
	before, err := d.current()
	if err != nil {
		return playbooks.Turn{}, err
	}
	if in.Kind == playbooks.InputTime {
		if err := d.pass(in.After); err != nil {
			return playbooks.Turn{}, err
		}
		return d.turn(before, "", false)
	}
	p := d.playbook(before)
	inbound, text, err := inbound(before, p, in)
	if err != nil {
		return playbooks.Turn{}, err
	}
	if err := d.pass(time.Minute); err != nil {
		return playbooks.Turn{}, err
	}
	told, err := d.take(inbound)
	if err != nil {
		return playbooks.Turn{}, err
	}
	after, err := d.current()
	if err != nil {
		return playbooks.Turn{}, err
	}
	if told != "" && after.Rev == before.Rev && after.ID == before.ID {
		return playbooks.Turn{}, fmt.Errorf("the bot refuses that: %s", told)
	}
	return d.turn(before, text, inbound.Kind == bot.InMessage)
}

// current is the case that is spoken of; the zero Case before the first alert.
func (d *desk) current() (bot.Case, error) {
	var c bot.Case
	if d.id == "" {
		return c, nil
	}
	err := d.store.View(context.Background(), func(tx bot.Reader) (err error) {
		c, err = tx.Case(d.id)
		return err
	})
	if err != nil {
		return c, fmt.Errorf("reading the case: %w", err)
	}
	return c, nil
}

func (d *desk) playbook(c bot.Case) diagnose.Playbook {
	p, _ := d.library.Get(c.Playbook)
	return p
}

// maxRings bounds how many timers ring while one line lets time pass; a case has four.
const maxRings = 1000

// pass lets time pass; timers that come due on the way ring at their time.
func (d *desk) pass(t time.Duration) error {
	end := d.now.Add(t)
	for range maxRings {
		var due []bot.DueTimer
		err := d.store.View(context.Background(), func(tx bot.Reader) (err error) {
			due, err = tx.Due(end, 1)
			return err
		})
		if err != nil {
			return fmt.Errorf("reading due timers: %w", err)
		}
		if len(due) == 0 {
			d.now = end
			return nil
		}
		if due[0].Due.After(d.now) {
			d.now = due[0].Due
		}
		ring := bot.Routed{Case: due[0].Case, Event: bot.Event{Kind: bot.EventTimer, At: d.now, Learned: d.now, Choice: string(due[0].Timer)}}
		if _, err := d.step([]bot.Routed{ring}); err != nil {
			return err
		}
	}
	return fmt.Errorf("more than %d timers ring before %s", maxRings, end.Format(time.DateTime))
}

// take routes what came in and steps what it comes to. It returns what the one
// who acted is told privately.
func (d *desk) take(in bot.Inbound) (string, error) {
	d.messages++
	in.Key = "desk/" + strconv.Itoa(d.messages)
	in.At, in.Learned = d.now, d.now
	in.Place.Team, in.Place.Channel = deskTeam, deskChannel
	seen := bot.Seen{Inbound: in, Channel: bot.Channel{ID: deskChannel, Member: true}}
	if in.Kind == bot.InMessage {
		seen.Place.TS = strconv.FormatInt(d.now.Unix(), 10) + "." + strconv.Itoa(d.messages)
		seen.Recognition = d.library.Recognizer().Recognize(in.Text)
	}
	var routing bot.Routing
	err := d.store.View(context.Background(), func(tx bot.Reader) (err error) {
		routing, err = bot.Router{Cases: tx, Library: d.library, Settings: d.settings}.Route(seen)
		return err
	})
	if err != nil {
		return "", err
	}
	effects, err := d.step(routing.Steps)
	for _, e := range append(routing.Effects, effects...) {
		switch e.Kind {
		case bot.Whisper:
			return e.Text, err
		case bot.OpenForm:
			return "a form is opened, nothing is decided yet", err
		}
	}
	return "", err
}

// step steps events and keeps what comes of them.
func (d *desk) step(steps []bot.Routed) ([]bot.Effect, error) {
	var all []bot.Effect
	err := d.store.Update(context.Background(), func(tx bot.Tx) error {
		for _, s := range steps {
			effects, err := d.stepOne(tx, s)
			if err != nil {
				return err
			}
			all = append(all, effects...)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("stepping the case: %w", err)
	}
	return all, nil
}

func (d *desk) stepOne(tx bot.Tx, s bot.Routed) ([]bot.Effect, error) {
	c := bot.Case{ID: s.Case}
	if s.Case != "" {
		found, err := tx.Case(s.Case)
		if err != nil {
			return nil, err
		}
		c = found
	} else {
		n, err := tx.NextNumber()
		if err != nil {
			return nil, err
		}
		c.ID = "SF-" + strconv.FormatUint(n, 10)
	}
	p := d.playbook(c)
	if s.Event.Alert != nil && slices.Contains([]bot.EventKind{bot.EventOpened, bot.EventProposed, bot.EventStarted}, s.Event.Kind) {
		p, _ = d.library.Get(s.Event.Alert.Playbook)
	}
	next, effects := bot.Step(c, s.Event, p, d.settings)
	if s.Event.Kind != bot.EventMerged {
		d.id = c.ID
	}
	if next.Rev == c.Rev {
		if c.Rev == 0 {
			return nil, errors.New("no case came of the message")
		}
		return effects, nil
	}
	if err := tx.PutPlaybook(p); err != nil {
		return nil, err
	}
	if err := tx.PutCase(next, c.Rev); err != nil {
		return nil, err
	}
	for _, key := range s.Bind {
		if err := tx.Bind(key, next.ID); err != nil {
			return nil, err
		}
	}
	return effects, nil
}
