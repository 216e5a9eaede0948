package slackio

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestColumnsOfText(t *testing.T) {
	gone(t, secretPassword,
		"| User | Password |\n| bob | ¦swordfish¦ |", "```| user | password |\n|---|---|\n| bob | ¦hunter2xyz¦ |\n| ana | ¦Verano#2026¦ |\n```\nSync failed", "User\tPassword\nbob\t¦hunter¦", "Username  Password\nbob@acme.com  ¦Winter2025¦",
		"User,Password,Role\nbob,¦Winter#2025¦,admin", "user;pw;role\nbob;¦hunter2x¦;admin\nana;¦hunter3x¦;admin", "User Password\nbob ¦Winter#2025¦\nthanks", "\"user\",\"password\"\n\"bob\",\"¦hunter2x¦\"",
	)
	gone(t, secretKey, "id | client secret | note\n1 | ¦"+b64(32)+"¦ | prod\n2 | none yet | test")
	kept(t,
		"| User | Password |\n| bob | expired |", "| User | Role |\n| bob | Admin2025 |", "User,Password\nPlease ask Bob", "login, password\nsupport, Bob", "User Password\nSync failed", "Check your user and password\nrun_9f31c07a failed",
		"id | name | note\n1 | ftn | password\n2 | nova | OpenStack7", "| Password |", "| Step | Password policy |\n| 1 | Winter2025 |",
	)
}

// Whoever repeats names and heads in a long text can't keep us busy: what it costs
// grows with its length only. It took minutes when each was read up to the end.
func TestManyHeadsCostLittle(t *testing.T) {
	for _, part := range []string{"a,password\n", "user password\nbob x\n", "password: ab ", "password: blue horse "} {
		text, begun := strings.Repeat(part, 120_000/len(part)), time.Now()
		RedactText(text)
		if took := time.Since(begun); took > 30*time.Second {
			t.Errorf("%q: %v", part, took)
		}
	}
}

const innocentBlock = `{"type":"section","text":{"type":"mrkdwn","text":"Oracle NetSuite Sync Error 1234567"}}`

// event is an event's payload with these fields, and something innocent.
func eventWith(fields string) []byte {
	return []byte(`{"event":{"type":"message","channel":"C1","ts":"1.2",` + fields + `,"innocent":[` + innocentBlock + `]}}`)
}

func TestSecretsByTheirPlace(t *testing.T) {
	raw := func(s string) string { return `{"type":"raw_text","text":"` + s + `"}` }
	rich := func(s string) string {
		return `{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"` + s + `","style":{"bold":true}}]}]}`
	}
	mrkdwn := func(s string) string { return `{"type":"mrkdwn","text":"` + s + `"}` }
	for name, fields := range map[string]string{
		"object key":                `"metadata":{"event_type":"a","event_payload":{"password":"Winter#2025"}}`,
		"object key with prefix":    `"x":{"netsuite_password":"Winter#2025"}`,
		"client secret":             `"attachments":[{"foo":{"client_secret":"Winter#2025abc"}}]`,
		"field with much in title":  `"attachments":[{"fields":[{"title":"NetSuite admin password (prod)","value":"Winter#2025"}]}]`,
		"field of whom":             `"attachments":[{"fields":[{"title":"Password for NetSuite","value":"Winter#2025"}]}]`,
		"attachment":                `"attachments":[{"title":"Password","text":"Winter#2025"}]`,
		"table with heads":          `"blocks":[{"type":"table","rows":[[` + raw("User") + `,` + raw("Password") + `],[` + raw("bob") + `,` + raw("Winter#2025") + `]]}]`,
		"table with heads, first":   `"blocks":[{"type":"table","rows":[[` + raw("Password") + `,` + raw("User") + `],[` + raw("Winter#2025") + `,` + raw("bob") + `]]}]`,
		"table with names":          `"blocks":[{"type":"table","rows":[[` + raw("Password") + `,` + raw("Winter#2025") + `]]}]`,
		"table of rich text":        `"blocks":[{"type":"table","rows":[[` + rich("User") + `,` + rich("Kennwort") + `],[` + rich("bob") + `,` + rich("Winter#2025") + `]]}]`,
		"fields with heads first":   `"blocks":[{"type":"section","fields":[` + mrkdwn("*User*") + `,` + mrkdwn("*Password*") + `,` + mrkdwn("bob") + `,` + mrkdwn("Winter#2025") + `]}]`,
		"fields side by side":       `"blocks":[{"type":"section","fields":[` + mrkdwn("*Password*") + `,` + mrkdwn("Winter#2025") + `]}]`,
		"code block below its name": `"text":"*Password:*\n` + "```Winter#2025```" + `"`,
		"lines of a code block":     `"text":"*Password:*\n` + "```\\nWinter#2025\\n```" + `"`,
		"code block, no sign":       `"text":"*Password*\n` + "```Winter#2025```" + `"`,
		"preformatted":              `"blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"Here is the password"}]},{"type":"rich_text_preformatted","elements":[{"type":"text","text":"Winter#2025"}]}]}]`,
		"emoji between":             `"blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"password "},{"type":"emoji","name":"point_right"},{"type":"text","text":" Winter#2025"}]}]}]`,
		"mention between":           `"blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"password for "},{"type":"user","user_id":"U1"},{"type":"text","text":": Winter#2025"}]}]}]`,
	} {
		body := eventWith(fields)
		if !json.Valid(body) {
			t.Fatalf("%s: no JSON: %s", name, body)
		}
		clean, found := Redact(body)
		if s := string(clean); strings.Contains(s, "Winter") || len(found) != 1 || !strings.Contains(s, "1234567") {
			t.Errorf("%s: %q in %s", name, found, s)
		}
		sameKept(t, body)
		if o, ok := readOutline(body); !ok || o.clean() {
			t.Errorf("%s: passes for clean", name)
		}
	}
}

func TestInnocentPlacesStay(t *testing.T) {
	for _, fields := range []string{
		`"x":{"password":"expired"}`, `"x":{"password":"********"}`, `"x":{"client_id":"C0123"}`, `"x":{"token_type":"bearer1"}`, `"x":{"secret":"rotate it in 90 days"}`, `"bypass":"item1234"`,
		`"attachments":[{"title":"Password","text":"The sync could not log in with it 2 times."}]`, `"attachments":[{"title":"Password reset","text":"Winter2025x"}]`,
		`"blocks":[{"type":"table","rows":[[{"type":"raw_text","text":"User"},{"type":"raw_text","text":"Password"}],[{"type":"raw_text","text":"bob"},{"type":"raw_text","text":"expired"}]]}]`,
		`"blocks":[{"type":"section","fields":[{"type":"mrkdwn","text":"*Role*"},{"type":"mrkdwn","text":"*Account*"},{"type":"mrkdwn","text":"Admin2025x"},{"type":"mrkdwn","text":"1234567"}]}]`,
	} {
		if clean, found := Redact(eventWith(fields)); found != nil {
			t.Errorf("%s: %q in %s", fields, found, clean)
		}
	}
}
