package main

import (
	"encoding/json"
	"fmt"
	"slices"

	"syncfix/bot/sandbox"
	"syncfix/diagnose"
)

// customer is whose sync a sample is about. Each shape of alert has one of its
// own, so that each makes a case of its own.
type customer struct{ name, account string }

func (c customer) String() string { return c.name + " (" + c.account + ")" }

func customers() []customer {
	return []customer{
		{"Acme GmbH", "1234567"}, {"Borealis Foods", "2345678"}, {"Cobalt Studio", "3456789"}, {"Delta Freight", "4567890"},
	}
}

// featured is the playbook whose alert the sandbox offers in every shape.
const featured = "oracle-netsuite-login"

// samples are the messages that the sandbox offers to post at once: the featured
// playbook's alert in the shapes in which alerts turn up in Slack, what ends or
// repeats the failure, and what only looks like it.
func samples(playbooks []diagnose.Playbook, r diagnose.Recognizer) ([]sandbox.Sample, error) {
	i := slices.IndexFunc(playbooks, func(p diagnose.Playbook) bool { return p.ID == featured && len(p.Alerts.Match) > 0 })
	if i < 0 {
		return nil, nil
	}
	b := newSampleBook(playbooks[i])
	all := slices.Concat(b.alerts(), b.after(), b.lookalikes(r))
	if b.err != nil {
		return nil, fmt.Errorf("writing the samples of %s: %w", featured, b.err)
	}
	return all, nil
}

func newSampleBook(p diagnose.Playbook) *sampleBook {
	return &sampleBook{playbook: p, error: p.Alerts.Match[0]}
}

// sampleBook writes the samples of one playbook.
type sampleBook struct {
	playbook diagnose.Playbook
	error    string // as the screen shows it
	err      error  // the first that came up
}

type object = map[string]any

func (b *sampleBook) sample(id, group, name, help, author string, message object) sandbox.Sample {
	text, err := json.Marshal(message)
	if err != nil && b.err == nil {
		b.err = err
	}
	return sandbox.Sample{
		ID: b.playbook.ID + "/" + id, Group: b.playbook.System + ": " + group, Name: name, Help: help, Author: author, Message: text,
	}
}

// shape is a way in which a failure turns up in Slack.
type shape struct{ id, name, help, author string }

func shapes() []shape {
	return []shape{
		{"person", "Typed by a colleague", "A person pastes the error.", "U0ANA"},
		{"alertmanager", "From Alertmanager", "All of it in an attachment.", "Alertmanager"},
		{"blocks", "From a build tool", "Short text, the error in the fields of a block.", "Pipeline"},
		{"mail", "Forwarded mail", "The error is in the body of a mail.", "U0LEO"},
	}
}

// alerts is the failure in every shape, each for a customer of its own.
func (b *sampleBook) alerts() []sandbox.Sample {
	var all []sandbox.Sample
	for i, s := range shapes() {
		who := customers()[i]
		all = append(all, b.sample(s.id, "alerts", s.name, s.help+" About "+who.name+".", s.author, b.message(s.id, who)))
	}
	return all
}

// message is the failure in one shape.
func (b *sampleBook) message(shape string, who customer) object {
	switch shape {
	case "alertmanager":
		return object{"attachments": []object{{
			"color": "danger", "title": "[FIRING:1] AccountingSyncFailed (" + b.playbook.System + ")",
			"text":     "*Error:* " + b.error + "\n*Account:* " + who.String(),
			"fallback": "[FIRING:1] AccountingSyncFailed",
		}}}
	case "blocks":
		return object{"text": "Nightly sync job failed", "blocks": []object{
			{"type": "section", "text": object{"type": "mrkdwn", "text": "*Nightly sync job failed* :red_circle:"}},
			{"type": "section", "fields": []object{
				{"type": "mrkdwn", "text": "*System*\n" + b.playbook.System},
				{"type": "mrkdwn", "text": "*Account*\n" + who.String()},
				{"type": "mrkdwn", "text": "*Error*\n" + b.error},
			}},
		}}
	case "mail":
		body := "Hello,\n\nsince this morning we get this:\n\n" + b.error + "\n\nAccount: " + who.String()
		return object{"text": "", "files": []object{{
			"mode": "email", "filetype": "email", "name": "Sync error", "title": "Sync error", "subject": "Our sync has stopped",
			"from":       []object{{"name": who.name, "address": "books@example.com", "original": who.name + " <books@example.com>"}},
			"plain_text": body + "\n\nKind regards", "preview_plain_text": body,
		}}}
	}
	return object{"text": b.error + "\nAccount: " + who.String()}
}

// after is what may come next: success for each customer, and the failure again.
func (b *sampleBook) after() []sandbox.Sample {
	var all []sandbox.Sample
	for i, c := range customers() {
		s := b.success(c)
		s.ID, s.Name = fmt.Sprintf("%s-%d", s.ID, i+1), "Success for "+c.name
		all = append(all, s)
	}
	for i, c := range customers() {
		all = append(all, b.sample(fmt.Sprintf("again-%d", i+1), "it failed again", c.name+" fails again", "Counts up on the case. After a fix it means that the fix didn't help.",
			b.playbook.Product, object{"text": b.error + "\nAccount: " + c.String()}))
	}
	return all
}

// success is the notice that the sync works again: the system's own, or else that
// of a tool which closes its alert.
func (b *sampleBook) success(c customer) sandbox.Sample {
	author, text := "Alertmanager", "[RESOLVED] "+b.error
	if len(b.playbook.Alerts.Recovery) > 0 {
		author, text = b.playbook.Product, b.playbook.Alerts.Recovery[0]
	}
	return b.sample(shapeSuccess, "the sync succeeded", "", "Closes the case of this account.", author, object{"text": text + "\nAccount: " + c.String()})
}

// lookalikes are texts at the edge: one that is only likely an alert, and one
// that is none.
func (b *sampleBook) lookalikes(r diagnose.Recognizer) []sandbox.Sample {
	const group = "not quite"
	var all []sandbox.Sample
	match := b.playbook.Alerts.Match
	if i := slices.IndexFunc(match, func(s string) bool { return r.Recognize(s).Outcome == diagnose.Likely }); i >= 0 {
		all = append(all, b.sample("likely", group, "Doesn't name the system", "Only likely: syncfix asks the one who wrote it.", "U0ANA",
			object{"text": match[i]}))
	}
	near := slices.IndexFunc(b.playbook.Alerts.NoMatch, func(s string) bool { return !r.Recognize(s).Recovered })
	if near >= 0 {
		all = append(all, b.sample("near-miss", group, "Another error", "Close, and not one syncfix knows: it stays silent.", "Monitor",
			object{"text": b.playbook.Alerts.NoMatch[near]}))
	}
	return all
}
