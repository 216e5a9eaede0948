package main

import (
	"encoding/json"
	"html"
	"strings"
	"time"

	"syncfix/bot"
	"syncfix/bot/slackio"
	"syncfix/diagnose"
	"syncfix/playbooks"
)

// cutInSlack draws every card that a playbook can make, as Slack gets them, and
// lists the texts that don't stand in them whole: rendering keeps Slack's limits
// by shortening.
func cutInSlack(p diagnose.Playbook) []playbooks.Cut {
	s := shownPlaybook{p: p, ranking: diagnose.Rank(p, nil)}
	for _, q := range p.Questions {
		if q.Who != diagnose.WhoAlert { // nobody is asked
			s.question(q)
		}
	}
	for _, f := range p.Fixes {
		s.fix(f)
	}
	s.ends()
	return s.cuts
}

// shownPlaybook gathers what is cut of a playbook's texts.
type shownPlaybook struct {
	p       diagnose.Playbook
	ranking diagnose.Ranking
	cuts    []playbooks.Cut
}

// The case in which the cards are drawn: as much beside the playbook's texts as
// there usually is.
func (s *shownPlaybook) scene(state bot.State, offer bot.Offer, tries ...bot.Try) bot.Scene {
	now := time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
	offer.ID = "o9"
	return bot.Scene{
		Now: now, Playbook: s.p, Ranking: s.ranking, Titles: map[string]string{s.p.ID: s.p.Title},
		Case: bot.Case{
			ID: "SF-1000", State: state, Playbook: s.p.ID, System: s.p.System, Account: "1234567", Company: "Acme GmbH", Offer: offer,
			Anchor: bot.Place{Team: "T0", Channel: "C0", TS: "1.1"}, Opened: now, LastFailure: now,
			Text: strings.Join(s.p.Alerts.Match[:min(1, len(s.p.Alerts.Match))], ""), Tried: tries,
		},
	}
}

func (s *shownPlaybook) question(q diagnose.Question) {
	card := drawn(bot.Effect{Kind: bot.ShowCard}, s.scene(bot.Triage, bot.Offer{Kind: bot.OfferQuestion, Question: q.ID, Reason: s.reason()}))
	texts := []string{q.Text, q.Where}
	for _, a := range q.Answers {
		texts = append(texts, a.Text)
	}
	s.want(card, playbooks.Cut{Question: q.ID}, texts)
}

// fix draws one card for each stretch of steps between two gates.
func (s *shownPlaybook) fix(f diagnose.Fix) {
	try := bot.Try{Fix: f.ID}
	for first := true; ; first = false {
		steps, gate := bot.Case{Tried: []bot.Try{try}}.Stretch(f)
		if len(steps) == 0 {
			return
		}
		card := drawn(bot.Effect{Kind: bot.ShowCard}, s.scene(bot.Fixing, bot.Offer{Kind: bot.OfferGate, Fix: f.ID, Gate: gate.ID, Reason: s.reason()}, try))
		texts := append([]string{f.Title}, f.Warnings...)
		if first {
			texts = append(texts, f.Needs...)
		}
		for _, step := range steps {
			texts = append(texts, step.Text, step.Where, step.Note)
			if !strings.Contains(step.Text, step.Path) { // else the card leaves it away
				texts = append(texts, step.Path)
			}
			for _, c := range step.Cannot {
				texts = append(texts, c.Text)
			}
		}
		s.want(card, playbooks.Cut{Fix: f.ID}, append(texts, gate.Title, gate.Button, gate.Confirm))
		if _, _, ok := f.Gate(gate.ID); !ok { // the one behind steps that have none
			return
		}
		try.Gates = append(try.Gates, bot.GateRun{Gate: gate.ID, Kind: gate.Kind})
	}
}

// ends draws what is waited for, and the brief for a human.
func (s *shownPlaybook) ends() {
	card := drawn(bot.Effect{Kind: bot.ShowCard}, s.scene(bot.Verifying, bot.Offer{Kind: bot.OfferVerify}))
	s.want(card, playbooks.Cut{}, []string{s.p.Verify.Text})
	brief := drawn(bot.Effect{Kind: bot.Brief}, s.scene(bot.Escalated, bot.Offer{}))
	s.want(brief, playbooks.Cut{}, append([]string{s.p.Title, s.p.Escalation.To}, s.p.Escalation.Attach...))
	for _, f := range s.p.Fixes {
		for _, step := range f.Steps {
			for _, c := range step.Cannot {
				scene := s.scene(bot.Escalated, bot.Offer{})
				scene.Case.Reason = c.Hand
				s.want(drawn(bot.Effect{Kind: bot.Brief}, scene), playbooks.Cut{Fix: f.ID}, []string{c.Hand})
			}
		}
	}
}

// reason is as long as the engine's reasons get with this playbook.
func (s *shownPlaybook) reason() string {
	longest := ""
	for _, r := range s.ranking {
		if text := "“" + r.Name + "” is most likely. " + r.Why; len(text) > len(longest) {
			longest = text
		}
	}
	return longest
}

// want notes the texts that don't stand whole in a card, each once.
func (s *shownPlaybook) want(card string, at playbooks.Cut, texts []string) {
	for _, text := range texts {
		at.Text, at.Seen = text, seen(card, text)
		if at.Seen < len([]rune(text)) && !s.noted(at) {
			s.cuts = append(s.cuts, at)
		}
	}
}

func (s *shownPlaybook) noted(c playbooks.Cut) bool {
	for _, other := range s.cuts {
		if other.Text == c.Text && other.Fix == c.Fix && other.Question == c.Question {
			return true
		}
	}
	return false
}

// seen is how many characters of a text, from its beginning, stand in a card:
// all of it, or as many as come before an ellipsis.
func seen(card, text string) int {
	if folded := foldShown(text); strings.Contains(card, folded) {
		return len([]rune(text))
	}
	r := []rune(text)
	for n := len(r) - 1; n > 0; n-- {
		if strings.Contains(card, foldShown(string(r[:n]))+"…") {
			return n
		}
	}
	return 0
}

// drawn is all text of what Slack would get for an effect.
func drawn(e bot.Effect, s bot.Scene) string {
	raw, err := json.Marshal(slackio.Render(e, s, slackio.Options{}).Blocks)
	if err != nil {
		return ""
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return ""
	}
	var texts []string
	gather(v, &texts)
	return foldShown(strings.Join(texts, "\n"))
}

func gather(v any, texts *[]string) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			gather(item, texts)
		}
	case map[string]any:
		for _, field := range v {
			gather(field, texts)
		}
		if text, ok := v["text"].(string); ok {
			*texts = append(*texts, html.UnescapeString(text))
		}
	}
}

// foldShown leaves out what drawing changes without taking anything away: white
// space, and marks that would be markup.
func foldShown(s string) string {
	s = strings.NewReplacer("*", "", "_", "", "~", "", "`", "'", "∗", "", "∼", "").Replace(s)
	return strings.Join(strings.Fields(s), " ")
}
