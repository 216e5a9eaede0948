package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"syncfix/bot"
	"syncfix/bot/boltstore"
	"syncfix/bot/sandbox"
	"syncfix/playbooks"
)

const (
	maxPass      = 366 * 24 * time.Hour // that one line may let pass
	longestStep  = 15 * time.Minute     // by which the clock moves on: as long as nothing is due together
	mostSteps    = 60                   // of one line; longer waits take longer steps
	sceneWaits   = 20 * time.Second     // for what is expected; real time
	sceneGrace   = time.Second          // before the clock is made to run faster; real time
	sceneHurry   = 15                   // times, then
	sceneLook    = 2 * time.Millisecond // between two looks at what goes out; real time
	clockPattern = "15:04"
)

// errScenario: it did not go as the file says; the transcript has told.
var errScenario = errors.New("the scenario did not go as written")

// player plays a scenario and writes down what happens.
type player struct {
	*stage
	clock   sandbox.ClockControl
	zone    *time.Location
	samples []sandbox.Sample
	maker   *sandbox.Maker
	out     io.Writer
	draw    playbooks.Renderer
	file    string
	shown   map[string]string // what each place showed when it was last written down
}

func newPlayer(slack *sandbox.Server, clock sandbox.ClockControl, zone *time.Location, out io.Writer) *player {
	return &player{stage: newStage(slack, nil), clock: clock, zone: zone, out: out, shown: map[string]string{}}
}

// part is what the player does beside the bot, once that is connected.
func (p *player) part(do func(ctx context.Context) error) func(*boltstore.Store) part {
	return func(store *boltstore.Store) part {
		return func(ctx context.Context) error {
			p.wait = func(what string, holds func() bool) error { return p.await(ctx, what, holds) }
			p.quiet = func() error { return p.delivered(ctx, store) }
			if err := p.wait("syncfix to connect", func() bool { return p.slack.Connections() > 0 }); err != nil {
				return err
			}
			return do(ctx)
		}
	}
}

// await waits until it holds. What takes long (syncfix may not post faster than
// Slack allows) is waited for on a faster clock.
func (p *player) await(ctx context.Context, what string, holds func() bool) error {
	within, cancel := context.WithTimeout(ctx, sceneWaits)
	defer cancel()
	defer p.hurry()()
	switch err := p.slack.Wait(within, holds); {
	case err != nil && ctx.Err() != nil:
		return fmt.Errorf("stopped while waiting for %s: %w", what, ctx.Err())
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("waited %s in vain for %s", sceneWaits, what)
	case err != nil:
		return fmt.Errorf("waiting for %s: %w", what, err)
	}
	return nil
}

// hurry makes the clock run faster after a while, until it is called off.
func (p *player) hurry() (off func()) {
	faster := time.AfterFunc(sceneGrace, func() { p.clock.Run(sceneHurry) })
	return func() {
		faster.Stop()
		p.clock.Run(1)
	}
}

// delivered waits until nothing is on its way to Slack but what is to be tried
// again later.
func (p *player) delivered(ctx context.Context, store *boltstore.Store) error {
	defer p.hurry()()
	for until := time.Now().Add(sceneWaits); ; {
		busy := false
		err := store.View(ctx, func(tx bot.Reader) error {
			all, err := tx.Deliveries()
			for _, d := range all {
				busy = busy || !d.Dead && !d.NotUntil.After(p.clock.Now())
			}
			return err
		})
		switch {
		case err != nil:
			return fmt.Errorf("looking for what is on its way to Slack: %w", err)
		case !busy:
			return nil
		case time.Now().After(until):
			return fmt.Errorf("waited %s in vain for all to go out to Slack", sceneWaits)
		}
		if err := bot.Sleep(ctx, bot.RealClock{}, sceneLook); err != nil {
			return err
		}
	}
}

// run plays the lines until one goes wrong.
func (p *player) run(lines []sceneLine) error {
	for _, l := range lines {
		err := l.play(p, l)
		at := p.clock.Now().In(p.zone).Format("Mon " + clockPattern)
		if err == nil {
			fmt.Fprintf(p.out, "%s  ok    %s\n", at, strings.TrimSpace(l.raw))
			p.tell()
			continue
		}
		fmt.Fprintf(p.out, "%s  FAIL  %s\n", at, strings.TrimSpace(l.raw))
		p.tell()
		fmt.Fprintln(p.out)
		p.draw.Problem(p.out, playbooks.Problem{File: p.file, Line: l.number, Column: l.column, Message: err.Error(), Source: l.raw})
		fmt.Fprintf(p.out, "\nWhat stands in Slack:\n%s", p.picture())
		return errScenario
	}
	fmt.Fprintf(p.out, "\nAll went as written: %s.\n", count(len(lines), "step"))
	return nil
}

// pass lets time pass, in steps, so that what falls due on the way is dealt with
// at its time.
func (p *player) pass(wait string) error {
	d, err := parseWait(wait)
	if err != nil {
		return err
	}
	return p.move(d)
}

func (p *player) move(d time.Duration) error {
	step := max(longestStep, d/mostSteps)
	for until := p.clock.Now().Add(d); ; {
		if err := p.settle(); err != nil {
			return err
		}
		left := until.Sub(p.clock.Now())
		if left <= 0 {
			return nil
		}
		p.clock.Move(min(left, step))
	}
}

func parseClock(s string) (time.Time, error) { return time.Parse(clockPattern, s) }

func (p *player) playUntil(l sceneLine) error {
	t, err := parseClock(l.blanks["TIME"])
	if err != nil {
		return err
	}
	now := p.clock.Now().In(p.zone)
	at := time.Date(now.Year(), now.Month(), now.Day(), t.Hour(), t.Minute(), 0, 0, p.zone)
	if !at.After(now) {
		at = at.AddDate(0, 0, 1)
	}
	return p.move(at.Sub(now))
}

func (p *player) playMany(l sceneLine) error {
	n, err := strconv.Atoi(l.blanks["NUMBER"])
	if err != nil {
		return err
	}
	for i := range n {
		number := strconv.Itoa(i + 1)
		fields := map[string]string{"text": strings.ReplaceAll(l.text, "#", number)}
		if err := p.post(l.blanks["NAME"]+number, l.blanks["CHANNEL"], l.blanks["APP"], fields); err != nil {
			return err
		}
	}
	return nil
}

func (p *player) playSample(l sceneLine) error {
	all := p.samples
	if topic, shape, ok := strings.Cut(l.text, "/"); ok {
		if made, err := p.maker.Make(topic, shape, "#1"); err == nil {
			all = slices.Concat(all, made)
		}
	}
	for _, s := range all {
		if s.ID == l.text {
			return p.postRaw(l.blanks["NAME"], l.blanks["CHANNEL"], s.Author, s.Message)
		}
	}
	return fmt.Errorf("there is no sample %q", l.text)
}

// fill waits for the person's form first: it opens a moment after the press.
func (p *player) fill(l sceneLine, refused bool) error {
	err := p.wait("a form", func() bool { _, open := p.slack.Modal(l.user()); return open })
	if err != nil {
		return err
	}
	var entries []string
	for _, e := range l.parts() {
		field, value, ok := strings.Cut(e, "=")
		if !ok {
			return fmt.Errorf("%q is no FIELD = VALUE", e)
		}
		entries = append(entries, strings.TrimSpace(field)+"="+strings.TrimSpace(value))
	}
	return p.submit(l.user(), refused, entries)
}

func (p *player) playPosts(l sceneLine) error {
	n, err := strconv.Atoi(l.blanks["NUMBER"])
	if err != nil {
		return err
	}
	return p.expectPosts(l.blanks["NAME"], n)
}

func (p *player) playButton(l sceneLine) error {
	m, err := p.named(l.blanks["NAME"])
	if err != nil {
		return err
	}
	return p.expect(l.not, fmt.Sprintf("a button %q below %s", l.text, l.blanks["NAME"]), func() bool {
		return slices.ContainsFunc(p.thread(m), func(r sandbox.Message) bool {
			return slices.ContainsFunc(p.slack.Buttons(m.channel, r.TS), func(b sandbox.Button) bool { return b.Label == l.text })
		})
	})
}
