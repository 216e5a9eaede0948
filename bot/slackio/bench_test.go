package slackio

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"syncfix/bot"
)

// plainAlert is the payload of a tool's alert as the sandbox sends it, the n-th of
// its kind.
func plainAlert(n int) string {
	return fmt.Sprintf(`{"api_app_id":"A0SYNCFIX","authorizations":[{"enterprise_id":null,"is_bot":true,"is_enterprise_install":false,"team_id":"T0SANDBOX","user_id":"U0BOT"}],`+
		`"context_enterprise_id":null,"context_team_id":"T0SANDBOX","event":{"bot_id":"B0MONITOR","channel":"C0LOAD003","channel_type":"channel","event_ts":"1795858836.%06[1]d",`+
		`"subtype":"bot_message","team":"T0SANDBOX","text":"Oracle NetSuite Sync Error: Sync didn't finish successfully! Your login credentials are invalid/expired\nAccount ID: %[2]d",`+
		`"ts":"1795858836.%06[1]d","type":"message","username":"Monitor"},"event_context":"4-000002","event_id":"Ev%010[1]d","event_time":1795858836,"is_ext_shared_channel":false,`+
		`"team_id":"T0SANDBOX","token":"sandbox-verification-token","type":"event_callback"}`, n, 4000000+n)
}

// fullAlert is an alert with all that Slack adds, laid out in blocks and fields.
func fullAlert(n int) string {
	return fmt.Sprintf(`{"token":"z26uFbvR1xHJEdHE1OQiO6t8","team_id":"T061EG9RZ","context_team_id":"T061EG9RZ","context_enterprise_id":null,"api_app_id":"A0FFV41KK","event":{"user":"U061F1EUR",`+
		`"type":"message","ts":"1795858836.%06[1]d","bot_id":"B061F1EUR","app_id":"A061F1EUR","text":"Oracle NetSuite Sync Error for Acme &amp; Sons: invalid email address or password. Please try again.",`+
		`"team":"T061EG9RZ","bot_profile":{"id":"B061F1EUR","app_id":"A061F1EUR","name":"Monitor","icons":{"image_36":"https:\/\/a.slack-edge.com\/80588\/img\/plugins\/app\/bot_36.png"},"deleted":false,"updated":1678711735,"team_id":"T061EG9RZ"},`+
		`"blocks":[{"type":"header","block_id":"aB1","text":{"type":"plain_text","text":":rotating_light: Sync failed","emoji":true}},{"type":"section","block_id":"cD2","text":{"type":"mrkdwn","text":"*Oracle NetSuite* for *Acme &amp; Sons*: invalid email address or password. Please try again.","verbatim":false}},`+
		`{"type":"section","block_id":"eF3","fields":[{"type":"mrkdwn","text":"*Account ID:*\n%[2]d","verbatim":false},{"type":"mrkdwn","text":"*Last good sync:*\n2026-11-27 04:12 UTC","verbatim":false},{"type":"mrkdwn","text":"*Run:*\nrun_9f31c07a4be2","verbatim":false}]},`+
		`{"type":"actions","block_id":"gH4","elements":[{"type":"button","action_id":"open","text":{"type":"plain_text","text":"Open the run","emoji":true},"url":"https:\/\/app.example.com\/runs\/9f31c07a4be2?from=slack&tab=log"}]}],`+
		`"channel":"C061EG9SL","event_ts":"1795858836.%06[1]d","channel_type":"channel"},"type":"event_callback","event_id":"Ev%010[1]d","event_time":1795858836,"authorizations":[{"enterprise_id":null,"team_id":"T061EG9RZ","user_id":"U0BOT","is_bot":true,"is_enterprise_install":false}],`+
		`"is_ext_shared_channel":false,"event_context":"4-eyJldCI6Im1lc3NhZ2UiLCJ0aWQiOiJUMDYxRUc5UloiLCJhaWQiOiJBMEZGVjQxS0siLCJjaWQiOiJDMDYxRUc5U0wifQ"}`, n, 4000000+n)
}

// void takes envelopes and keeps none.
type void struct{}

func (void) File(_ context.Context, envelopes []bot.Envelope) ([]bool, error) {
	return make([]bool, len(envelopes)), nil
}

// BenchmarkIntake is what an alert costs from the socket up to the disk.
func BenchmarkIntake(b *testing.B) {
	for _, c := range []struct {
		name  string
		alert func(n int) string
	}{{"plain", plainAlert}, {"full", fullAlert}} {
		b.Run(c.name, func(b *testing.B) {
			in := NewIntake(IntakeConfig{Inbox: void{}, Self: Identity{TeamID: "T0SANDBOX", UserID: "U0BOT"}, Log: slog.New(slog.DiscardHandler)})
			raw := []byte(c.alert(1))
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				in.take(bot.EnvelopeEvent, "e0000000-0000-4000-8000-000000000001", raw, false, func(any) {})
				in.drain(b.Context())
			}
		})
	}
}

// BenchmarkRedactText is what 40,000 characters without a secret cost; that is the
// longest text Slack lets in (https://docs.slack.dev/reference/methods/chat.postMessage).
func BenchmarkRedactText(b *testing.B) {
	for name, sentence := range map[string]string{
		"prose": "The sync ran all night and nothing was lost. ",
		"lines": "Your login credentials are invalid/expired: ask the user for run_9f31c07a.\n",
		"hints": "the password expired, ask for 2FA; the access token is fine. ",
	} {
		text := strings.Repeat(sentence, 40_000/len(sentence))
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if _, found := RedactText(text); found != nil {
					b.Fatal("innocent text was redacted")
				}
			}
		})
	}
}
