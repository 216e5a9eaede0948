package main

import (
	"encoding/json"
	"slices"
	"time"

	"syncfix/bot"
	"syncfix/bot/sandbox"
	"syncfix/bot/slackio"
	"syncfix/diagnose"
	"syncfix/playbooks"
)

// previewCards draws every card that a playbook can produce, each with what is
// known by the time it turns up.
func previewCards(book diagnose.Playbook) []sandbox.PreviewCard {
	c := cardBook{shown: shownPlaybook{p: book}}
	c.know(nil)
	proposal := c.shown.scene(bot.Proposed, bot.Offer{Kind: bot.OfferStart})
	c.add("At the start", "If the words are only likely an alert", bot.ShowProposal, proposal)
	offers := playbooks.Offers(book)
	for _, o := range offers {
		if o.Next.Kind == diagnose.Ask {
			c.question(o)
		}
	}
	for _, o := range offers {
		if o.Next.Kind == diagnose.Try {
			c.fix(o)
		}
	}
	c.ends()
	for _, o := range offers {
		if o.Next.Kind == diagnose.Escalate {
			c.handOff(o)
		}
	}
	return c.cards
}

// cardBook gathers cards.
type cardBook struct {
	shown shownPlaybook
	known []diagnose.Evidence
	cards []sandbox.PreviewCard
}

// know says what is known in the cards that follow.
func (c *cardBook) know(evidence []diagnose.Evidence) {
	c.known, c.shown.ranking = evidence, diagnose.Rank(c.shown.p, evidence)
}

func (c *cardBook) add(group, name string, kind bot.EffectKind, s bot.Scene) {
	s.Case.Evidence, s.Case.Tried = c.known, slices.Concat(c.failed(s.Now), s.Case.Tried)
	r := slackio.Render(bot.Effect{Kind: kind, Case: s.Case.ID}, s, slackio.Options{})
	blocks, err := json.Marshal(r.Blocks)
	if err != nil {
		blocks = nil // drawn as a card with nothing in it
	}
	c.cards = append(c.cards, sandbox.PreviewCard{Group: group, Name: name, Text: r.Text, Blocks: blocks})
}

// failed are the fixes that didn't help, as is known.
func (c *cardBook) failed(now time.Time) []bot.Try {
	var tries []bot.Try
	for _, e := range c.known {
		if e.Kind == diagnose.KindFixFailed {
			tries = append(tries, bot.Try{Fix: e.Fix, Result: bot.Failed, Ended: now.Add(-time.Hour)})
		}
	}
	return tries
}

func (c *cardBook) question(o playbooks.Offered) {
	c.know(o.Evidence)
	q, _ := c.shown.p.Question(o.Next.Question)
	c.add("Questions", q.Text, bot.ShowCard, c.shown.scene(bot.Triage, bot.Offer{Kind: bot.OfferQuestion, Question: q.ID, Reason: o.Next.Reason}))
}

// fix draws a card for each stretch of steps between two gates.
func (c *cardBook) fix(o playbooks.Offered) {
	c.know(o.Evidence)
	f, _ := c.shown.p.Fix(o.Next.Fix)
	try := bot.Try{Fix: f.ID}
	for {
		steps, gate := bot.Case{Tried: []bot.Try{try}}.Stretch(f)
		if len(steps) == 0 {
			return
		}
		name := "Until “" + gate.Button + "” is pressed"
		if gate.Button == "" {
			name = "Until it is done"
		}
		c.add("Fix: "+f.Title, name, bot.ShowCard, c.shown.scene(bot.Fixing, bot.Offer{Kind: bot.OfferGate, Fix: f.ID, Gate: gate.ID, Reason: o.Next.Reason}, try))
		if _, _, ok := f.Gate(gate.ID); !ok { // the one behind steps that have none
			return
		}
		now := c.shown.scene(bot.Fixing, bot.Offer{}).Now
		try.Gates = append(try.Gates, bot.GateRun{Gate: gate.ID, Kind: gate.Kind, By: bot.Actor{ID: "U0ANA", Name: "Ana Ruiz"}, At: now.Add(-5 * time.Minute)})
	}
}

// ends draws what comes after a fix.
func (c *cardBook) ends() {
	const group = "After the fix"
	c.add(group, "Waiting for the sync", bot.ShowCard, c.shown.scene(bot.Verifying, bot.Offer{Kind: bot.OfferVerify}))
	c.add(group, "If the sync says nothing", bot.ShowCard, c.shown.scene(bot.Verifying, bot.Offer{Kind: bot.OfferVerify, Asked: true}))
	done := c.shown.scene(bot.Resolved, bot.Offer{})
	done.Case.Closed = done.Now.Add(25 * time.Minute)
	done.Case.Verified = bot.Verified{At: done.Case.Closed, Notice: true}
	c.add(group, "When it works", bot.ShowCard, done)
}

func (c *cardBook) handOff(o playbooks.Offered) {
	c.know(o.Evidence)
	s := c.shown.scene(bot.Escalated, bot.Offer{})
	s.Case.Reason = o.Next.Reason
	c.add("Hand-offs", o.Next.Reason+" (card)", bot.ShowCard, s)
	c.add("Hand-offs", o.Next.Reason+" (brief)", bot.Brief, s)
}
