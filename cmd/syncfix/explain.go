package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"syncfix/bot"
	"syncfix/bot/slackio"
	"syncfix/diagnose"
)

// explainCmd says what syncfix makes of messages, and why.
type explainCmd struct {
	File  string   `arg:"" optional:"" help:"File to read. Without it, standard input." placeholder:"FILE" type:"path"`
	Self  []string `help:"An id of the bot itself: its user (U…), bot (B…) or app (A…). What it posts is never taken. Repeat it for each." placeholder:"ID" sep:"none"`
	Lines bool     `help:"Of plain text, every line is a message of its own."`
	JSON  bool     `name:"json" help:"One JSON object a message, in the order of the input."`
}

// Help is shown by syncfix explain --help.
func (explainCmd) Help() string {
	return "Reads Slack message events, one JSON object a line, as Slack sends them: the event alone, or in its envelope. " +
		"Anything else is one message of plain text, as it would be pasted into Slack."
}

// explained is what is said of one message.
type explained struct {
	Outcome    diagnose.Outcome `json:"outcome"`
	Playbook   string           `json:"playbook"`
	Confidence float64          `json:"confidence"`
	Account    string           `json:"account"`
	Company    string           `json:"company"`
	Recovered  bool             `json:"recovered"`
	Reasons    []string         `json:"reasons"`
	// Beyond what a program needs to decide.
	Subject string   `json:"subject,omitempty"`
	Others  []string `json:"others,omitempty"`
	Words   []string `json:"words,omitempty"`
}

// maxInput bounds what is read, in bytes: a day of a busy workspace.
const maxInput = 256 << 20

// Run explains every message of the input.
func (e explainCmd) Run(p process, c *cli) error {
	library, err := loadPlaybooks(readEnvironment(p.env, c.EnvFile).look("SYNCFIX_PLAYBOOKS"))
	if err != nil {
		return err
	}
	input, err := e.input(p)
	if err != nil {
		return err
	}
	x := explainer{recognizer: library.Recognizer(), titles: map[string]string{}}
	for _, id := range e.Self {
		x.selves = append(x.selves, slackio.Decoder{Self: slackio.Identity{UserID: id, BotID: id, AppID: id}})
	}
	if len(x.selves) == 0 {
		x.selves = []slackio.Decoder{{}}
	}
	for _, b := range library.All() {
		x.titles[b.ID] = b.Title
	}
	all, broken := messages(input, e.Lines)
	for n, message := range all {
		found := refused("This line begins like JSON, and is none that can be read.")
		if !broken[n] {
			found = x.explain(message)
		}
		if e.JSON {
			err = json.NewEncoder(p.stdout).Encode(found)
		} else {
			_, err = io.WriteString(p.stdout, x.text(n+1, found))
		}
		if err != nil {
			return fmt.Errorf("writing what was found: %w", err)
		}
	}
	return nil
}

func (e explainCmd) input(p process) ([]byte, error) {
	in := p.stdin
	if e.File != "" {
		text, err := os.ReadFile(e.File)
		if base := filepath.Base(e.File); errors.Is(err, fs.ErrNotExist) && strings.Contains(base, " ") {
			return nil, usageError{fmt.Errorf("there is no file %q; to explain a text, pipe it: echo \"…\" | syncfix explain", base)}
		}
		if err != nil {
			return nil, usageError{fmt.Errorf("%s can't be read: %s", e.File, reason(err))}
		}
		in = bytes.NewReader(text)
	} else if p.typed {
		fmt.Fprintln(p.stderr, "Paste a message, then press Ctrl-D.")
	}
	text, err := io.ReadAll(io.LimitReader(in, maxInput+1))
	if err != nil {
		return nil, fmt.Errorf("reading the messages: %w", err)
	}
	if len(text) > maxInput {
		return nil, usageError{fmt.Errorf("the input is larger than %d MB; explain it in parts", maxInput>>20)}
	}
	return text, nil
}

// messages splits the input: a line a message where it begins like JSON objects
// or lines says so, else all of it is one. broken are lines that should be JSON.
func messages(input []byte, lines bool) (all [][]byte, broken map[int]bool) {
	input = bytes.TrimSpace(input)
	first, _, _ := bytes.Cut(input, []byte("\n"))
	objects := isObject(first) || !isObject(input) && (bytes.HasPrefix(first, []byte(`{"`)) || hasEvent(input))
	if !lines && !objects {
		if len(input) == 0 {
			return nil, nil
		}
		return [][]byte{input}, nil
	}
	broken = map[int]bool{}
	for line := range bytes.Lines(input) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			broken[len(all)] = objects && line[0] == '{' && !isObject(line)
			all = append(all, line)
		}
	}
	return all, broken
}

// hasEvent says whether a line of the input is an event of Slack's: the others,
// whatever they are, are lines as well.
func hasEvent(input []byte) bool {
	for line := range bytes.Lines(input) {
		if !isObject(line) {
			continue
		}
		event, _ := fields(line)
		switch string(event["type"]) {
		case `"message"`, `"app_mention"`, `"event_callback"`, `"events_api"`:
			return true
		}
	}
	return false
}

func isObject(text []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) && json.Valid(text)
}

// An explainer reads messages as the bot does.
type explainer struct {
	recognizer diagnose.Recognizer
	selves     []slackio.Decoder // one for each id of the bot; one at least
	titles     map[string]string
}

func (x explainer) explain(message []byte) explained {
	if !isObject(message) {
		return x.recognise(string(message))
	}
	body, problem := envelopeBody(message)
	if problem != "" {
		return refused(problem)
	}
	body, _ = slackio.Redact(body)
	var in bot.Inbound
	for i, d := range x.selves {
		seen, err := d.Decode(bot.Envelope{Kind: bot.EnvelopeEvent, Key: "explain", Body: body, Received: time.Unix(0, 0)})
		if err != nil {
			return refused("It is no message as Slack sends them: " + err.Error() + ".")
		}
		if seen.Own {
			return refused("The bot posted it itself.")
		}
		if i == 0 || len(seen.Text) < len(in.Text) { // without what is the bot's own
			in = seen
		}
	}
	switch {
	case in.Kind != bot.InMessage && in.Kind != bot.InMention:
		return refused("It says nothing new: no message of a person or a tool, or an edit that changes no text.")
	case in.Deleted:
		return refused("The message was deleted.")
	}
	found := x.recognise(in.Text)
	if len(in.Mails) > 0 {
		found.Reasons = append(found.Reasons, "A forwarded mail's text isn't in the event; the bot asks Slack for it.")
	}
	return found
}

// envelopeBody is the payload that holds the event, whichever way it was written
// down: the event alone, Slack's payload around it, or the socket's envelope
// around that. What only a real message has is filled in. problem is a sentence.
func envelopeBody(message []byte) (body []byte, problem string) {
	event, _ := fields(message)
	for _, around := range []string{"payload", "event"} {
		inner, wrapped := event[around]
		if !wrapped {
			continue
		}
		var ok bool
		if event, ok = fields(inner); !ok {
			return nil, "Its " + around + " is no JSON object."
		}
	}
	for field, value := range map[string]string{"type": `"message"`, "channel": `"C0"`, "ts": `"1.000001"`} {
		if _, ok := event[field]; !ok {
			event[field] = json.RawMessage(value)
		}
	}
	for _, version := range []string{"message", "previous_message"} { // of an edit
		inner, ok := fields(event[version])
		if _, has := inner["ts"]; ok && !has {
			inner["ts"] = event["ts"]
			event[version], _ = json.Marshal(inner)
		}
	}
	body, err := json.Marshal(map[string]any{"event": event})
	if err != nil {
		return nil, "It is no JSON that can be read."
	}
	return body, ""
}

func fields(object []byte) (map[string]json.RawMessage, bool) {
	var o map[string]json.RawMessage
	err := json.Unmarshal(object, &o)
	return o, err == nil && o != nil
}

func refused(reason string) explained {
	return explained{Outcome: diagnose.No, Reasons: []string{reason}}
}

func (x explainer) recognise(text string) explained {
	r := x.recognizer.Recognize(text)
	return explained{
		Outcome: r.Outcome, Playbook: r.Playbook, Confidence: rounded(r.Confidence, 2), Account: r.Account, Company: r.Company,
		Recovered: r.Recovered, Reasons: r.Reasons, Subject: r.Subject, Others: r.Others, Words: r.Words,
	}
}

// text is what is said of a message to people.
func (x explainer) text(number int, e explained) string {
	var b strings.Builder
	switch {
	case e.Recovered:
		fmt.Fprintf(&b, "%d. Not an alert: it says that the sync works.\n", number)
	case e.Outcome == diagnose.Sure:
		fmt.Fprintf(&b, "%d. Taken: a case is opened, or it counts on the one that is open.\n", number)
	case e.Outcome == diagnose.Likely:
		fmt.Fprintf(&b, "%d. Likely an alert: syncfix asks first.\n", number)
	default:
		fmt.Fprintf(&b, "%d. Not taken.\n", number)
	}
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "   %-9s %s\n", name, value)
		}
	}
	if e.Playbook != "" {
		row("Playbook", fmt.Sprintf("%s (%s), %.0f %% sure", x.titles[e.Playbook], e.Playbook, 100*e.Confidence))
	}
	row("Or", strings.Join(e.Others, ", "))
	row("Account", e.Account)
	row("Company", e.Company)
	row("Record", e.Subject)
	for i, r := range e.Reasons {
		name := ""
		if i == 0 {
			name = "Why"
		}
		fmt.Fprintf(&b, "   %-9s %s\n", name, r)
	}
	return b.String()
}
