package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

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

// samples are the messages that the sandbox offers to post: the featured
// playbook's alert in the shapes in which alerts turn up in Slack, what ends or
// repeats the failure, and what only looks like it; and one alert of each other.
func samples(playbooks []diagnose.Playbook, r diagnose.Recognizer) ([]sandbox.Sample, error) {
	playbooks = slices.DeleteFunc(slices.Clone(playbooks), func(p diagnose.Playbook) bool { return len(p.Alerts.Match) == 0 })
	slices.SortStableFunc(playbooks, func(a, b diagnose.Playbook) int {
		first := func(p diagnose.Playbook) int {
			if p.ID == featured {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(first(a), first(b)), cmp.Compare(a.System, b.System))
	})
	var all []sandbox.Sample
	for i, p := range playbooks {
		b := sampleBook{playbook: p, error: p.Alerts.Match[0]}
		if p.ID == featured {
			all = append(all, b.alerts()...)
			all = append(all, b.after()...)
			all = append(all, b.lookalikes(r)...)
		} else {
			all = append(all, b.alert(customers()[i%len(customers())]))
		}
		if b.err != nil {
			return nil, fmt.Errorf("writing the samples of %s: %w", p.ID, b.err)
		}
	}
	return all, nil
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

// alert is the failure as a tool reports it.
func (b *sampleBook) alert(who customer) sandbox.Sample {
	name := b.playbook.Title
	if _, after, ok := strings.Cut(name, ": "); ok {
		name = after
	}
	s := b.sample("alert", "", name, "A tool's alert. About "+who.name+".", "Monitor",
		object{"text": b.error + "\nAccount: " + who.String()})
	s.Group = "More errors: " + b.playbook.System
	return s
}

// alerts is the failure in every shape.
func (b *sampleBook) alerts() []sandbox.Sample {
	who := customers()
	const group = "alerts"
	return []sandbox.Sample{
		b.sample("person", group, "Typed by a colleague", "A person pastes the error. About "+who[0].name+".", "U0ANA",
			object{"text": b.error + "\nAccount: " + who[0].String()}),
		b.sample("alertmanager", group, "From Alertmanager", "All of it in an attachment. About "+who[1].name+".", "Alertmanager",
			object{"attachments": []object{{
				"color": "danger", "title": "[FIRING:1] AccountingSyncFailed (" + b.playbook.System + ")",
				"text":     "*Error:* " + b.error + "\n*Account:* " + who[1].String(),
				"fallback": "[FIRING:1] AccountingSyncFailed",
			}}}),
		b.sample("blocks", group, "From a build tool", "Short text, the error in the fields of a block. About "+who[2].name+".", "Pipeline",
			object{"text": "Nightly sync job failed", "blocks": []object{
				{"type": "section", "text": object{"type": "mrkdwn", "text": "*Nightly sync job failed* :red_circle:"}},
				{"type": "section", "fields": []object{
					{"type": "mrkdwn", "text": "*System*\n" + b.playbook.System},
					{"type": "mrkdwn", "text": "*Account*\n" + who[2].String()},
					{"type": "mrkdwn", "text": "*Error*\n" + b.error},
				}},
			}}),
		b.sample("mail", group, "Forwarded mail", "A mail from "+who[3].name+"; the error is in its body.", "U0LEO",
			object{"text": "", "files": []object{{
				"mode": "email", "filetype": "email", "name": "Sync error", "title": "Sync error", "subject": "Our sync has stopped",
				"from":               []object{{"name": who[3].name, "address": "books@example.com", "original": who[3].name + " <books@example.com>"}},
				"plain_text":         "Hello,\n\nsince this morning we get this:\n\n" + b.error + "\n\nAccount: " + who[3].String() + "\n\nKind regards",
				"preview_plain_text": "Hello,\n\nsince this morning we get this:\n\n" + b.error + "\n\nAccount: " + who[3].String(),
			}}}),
	}
}

// after is what may come next: success for each customer, and the failure again.
func (b *sampleBook) after() []sandbox.Sample {
	var all []sandbox.Sample
	for i, c := range customers() {
		if len(b.playbook.Alerts.Recovery) > 0 {
			all = append(all, b.sample(fmt.Sprintf("success-%d", i+1), "the sync succeeded", "Success for "+c.name, "Closes the case of this account.",
				b.playbook.Product, object{"text": b.playbook.Alerts.Recovery[0] + "\nAccount: " + c.String()}))
		}
	}
	for i, c := range customers() {
		all = append(all, b.sample(fmt.Sprintf("again-%d", i+1), "it failed again", c.name+" fails again", "Counts up on the case. After a fix it means that the fix didn't help.",
			b.playbook.Product, object{"text": b.error + "\nAccount: " + c.String()}))
	}
	return all
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
