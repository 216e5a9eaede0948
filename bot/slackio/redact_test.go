package slackio

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSecretsAreRemoved(t *testing.T) {
	pem := "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAhunter2\n-----END RSA PRIVATE KEY-----"
	hex := strings.Repeat("0a1b2c3d", 8)
	for _, tc := range []struct{ text, want, what string }{
		{"password: hunter2", "password: [removed: password]", secretPassword},
		{"Password: swordfish", "Password: [removed: password]", secretPassword},
		{"PASSWORD=hunter2 user=bob", "PASSWORD=[removed: password] user=bob", secretPassword},
		{"the pw is hunter2, user bob", "the pw is [removed: password] user bob", secretPassword},
		{"pw is swordfish", "pw is [removed: password]", secretPassword},
		{"pw is swordfish. Thanks!", "pw is [removed: password] Thanks!", secretPassword},
		{"pwd hunter: x, pwd: s3cret!", "pwd hunter: x, pwd: [removed: password]", secretPassword},
		{"passwd = \"my dog's name\" ok", "passwd = \"[removed: password]\" ok", secretPassword},
		{"password is 'two words'", "password is '[removed: password]'", secretPassword},
		{"*Password:* hunter2\n*User:* bob", "*Password:* [removed: password]\n*User:* bob", secretPassword},
		{"*Password*: `hunter2`", "*Password*: `[removed: password]`", secretPassword},
		{"Password:\nhunter2\nSync failed", "Password:\n[removed: password]\nSync failed", secretPassword},
		{"password “hunter2” works", "password “[removed: password]” works", secretPassword},
		{"use password `hunter2` there", "use password `[removed: password]` there", secretPassword},
		{"the password for the NetSuite login is hunter2", "the password for the NetSuite login is [removed: password]", secretPassword},
		{"password has been reset to Summer2024!", "password has been reset to [removed: password]", secretPassword},
		{"password (new): abcdef", "password (new): [removed: password]", secretPassword},
		{`{"user":"bob","password":"hunter two","x":1}`, `{"user":"bob","password":"[removed: password]","x":1}`, secretPassword},
		{`body: {\"password\":\"hunter2\",\"a\":1}`, `body: {\"password\":\"[removed: password]\",\"a\":1}`, secretPassword},
		{"&lt;password&gt;hunter2&lt;/password&gt;", "&lt;password&gt;[removed: password]&lt;/password&gt;", secretPassword},
		{"nlauth_email=a@b.c, nlauth_signature=hunter2", "nlauth_email=a@b.c, nlauth_signature=[removed: password]", secretPassword},
		{"https://bob:hunter2@example.com/x", "https://bob:[removed: password]@example.com/x", secretPassword},
		{"<https://example.com/login?user=a&amp;password=hunter2&amp;x=1|log in>", "<https://example.com/login?user=a&amp;password=[removed: password]&amp;x=1|log in>", secretPassword},
		{"https://example.com/?access_token=abc123def&x=1", "https://example.com/?access_token=[removed: token]&x=1", secretToken},
		{"Password\u00a0:\u00a0hunter2", "Password\u00a0:\u00a0[removed: password]", secretPassword},
		{"password：\u3000hunter2", "password：\u3000[removed: password]", secretPassword},
		{"Passwort: geheim77", "Passwort: [removed: password]", secretPassword},
		{"client secret: abcDEF123", "client secret: [removed: secret key]", secretKey},
		{"clientSecret=abcDEF123", "clientSecret=[removed: secret key]", secretKey},
		{"CONSUMER KEY / CLIENT ID\n" + hex, "CONSUMER KEY / CLIENT ID\n[removed: secret key]", secretKey},
		{"Token ID: " + hex + " Token Secret: " + hex, "Token ID: [removed: secret key] Token Secret: [removed: secret key]", secretKey},
		{"api_key: sk_live_51H8abcdefgh", "api_key: [removed: secret key]", secretKey},
		{"it posts with xoxb-1234567890-abcdefGHIJ here", "it posts with [removed: Slack token] here", secretSlack},
		{"xapp-1-A0123456-987654-abcdef", "[removed: Slack token]", secretSlack},
		{"https://hooks.slack.com/services/T000/B000/XXXXabcd1234", "[removed: webhook address]", secretWebhook},
		{"Authorization: Bearer abcdef0123456789", "Authorization: Bearer [removed: token]", secretToken},
		{"authorization: Basic Ym9iOmh1bnRlcjI=", "authorization: Basic [removed: token]", secretToken},
		{"got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-DEF_1 back", "got [removed: token] back", secretToken},
		{"key:\n" + pem + "\nthanks", "key:\n[removed: private key]\nthanks", secretPEM},
		{strings.ReplaceAll(pem, "\n", `\n`), "[removed: private key]", secretPEM},
		{"-----BEGIN PRIVATE KEY-----\nMIIEow cut off here", "[removed: private key]", secretPEM},
	} {
		got, found := RedactText(tc.text)
		if got != tc.want || !slices.Equal(found, []string{tc.what}) {
			t.Errorf("RedactText(%q)\n got %q, %q\nwant %q, %q", tc.text, got, found, tc.want, tc.what)
		}
		if again, found := RedactText(got); again != got || found != nil {
			t.Errorf("a second time changes %q to %q (%q)", got, again, found)
		}
	}
}

func TestInnocentTextStays(t *testing.T) {
	for _, text := range []string{
		"password has expired",
		"The password is expired.",
		"reset your password: see article",
		"Reset your password: https://example.com/reset",
		"Reset your password: <https://example.com/reset|here>",
		"invalid email address or password. Please try again.",
		"Sync didn't finish successfully! Your login credentials are invalid/expired",
		"password is case-sensitive", "the password is wrong", "his password was changed yesterday", "Password: required", "password: ********",
		"password: <your password>", "Password:\n\nSync failed for Acme", "Username:\nPassword:\nSync failed for Acme",
		"password is managed by the IT department", "password is probably outdated", "passwordless login", "a secret is needed", "password: [removed: password]",
		"the client secret is missing", "Token ID: unknown", "token: invalid", "API key: not found", "bearer authentication failed", "Bearer token is missing",
		"a token-based connection", "xoxb-your-token", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
		"Triggered on {account_id:acc_9f31c07,service:erp-bridge} sync errors", "account id: 9130357849032106-prod",
		"Account: Acme (1234567)", "https://example.com/path?page=2&id=1234567", "commit 0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d", "pass: true", "12 checks pass: 3 fail",
		"<@U1> <https://system.netsuite.com/app/login?c=1234567|NetSuite>", "mailto:bob@example.com",
	} {
		if got, found := RedactText(text); got != text || found != nil {
			t.Errorf("RedactText(%q) = %q, %q; want it to stay", text, got, found)
		}
	}
}

func TestRedactGoesThroughEveryString(t *testing.T) {
	body := `{"token":"verification","response_url":"https://hooks.example.com/?token=abc123456","n":1234567890123456789,"event":{"text":"pw: hunter2","token":"x",
		"blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[
			{"type":"text","text":"Password: "},{"type":"text","text":"hunter2","style":{"code":true}},{"type":"text","text":" ok"}]}]},
			{"type":"section","fields":[{"type":"mrkdwn","text":"*Password:*"},{"type":"mrkdwn","text":"hunter2"}]}],
		"attachments":[{"fields":[{"title":"Password","value":"hunter2 and more"},{"title":"Error","value":"password expired"}]}],
		"metadata":{"event_payload":{"password=hunter2":true}}}}`
	clean, found := Redact([]byte(body))
	var got map[string]any
	if err := json.Unmarshal(clean, &got); err != nil {
		t.Fatal(err)
	}
	if s := string(clean); strings.Contains(s, "hunter2") || strings.Contains(s, "verification") || strings.Contains(s, `"token":`) {
		t.Errorf("a secret is left: %s", s)
	}
	for _, want := range []string{"password expired", `"response_url":"https://hooks.example.com/?token=abc123456"`, "1234567890123456789", `" ok"`, `"_syncfix":{"removed":["password"]}`} {
		if !strings.Contains(string(clean), want) {
			t.Errorf("%s is missing in %s", want, clean)
		}
	}
	if !slices.Equal(found, []string{secretPassword}) {
		t.Errorf("found %q", found)
	}
}

func TestRedactAcrossPreformattedBlocks(t *testing.T) {
	body := `{"event":{"blocks":[{"type":"rich_text","elements":[
		{"type":"rich_text_section","elements":[{"type":"text","text":"the password:"}]},
		{"type":"rich_text_preformatted","elements":[{"type":"text","text":"hunter2"}]},
		{"type":"rich_text_section","elements":[{"type":"text","text":"Sync failed"}]}]}]}}`
	clean, _ := Redact([]byte(body))
	if s := string(clean); strings.Contains(s, "hunter2") || !strings.Contains(s, "Sync failed") {
		t.Errorf("got %s", s)
	}
}

func TestRedactNamesOnlyWhatStandsNow(t *testing.T) {
	clean, found := Redact([]byte(`{"event":{"message":{"text":"sorry"},"previous_message":{"text":"password: hunter2"}}}`))
	if strings.Contains(string(clean), "hunter2") || found != nil {
		t.Errorf("Redact = %s, %q", clean, found)
	}
}

func TestRedactDoesNotTrustTheNote(t *testing.T) {
	clean, found := Redact([]byte(`{"_syncfix":{"removed":["password"]},"event":{}}`))
	if string(clean) != `{"event":{}}` || found != nil {
		t.Errorf("Redact = %s, %q", clean, found)
	}
}

func TestRedactWhatIsNoObject(t *testing.T) {
	clean, _ := Redact([]byte("pw: hunter2 \xff"))
	var s string
	if err := json.Unmarshal(clean, &s); err != nil || strings.Contains(s, "hunter2") {
		t.Errorf("Redact = %s, %v", clean, err)
	}
}

func FuzzRedact(f *testing.F) {
	f.Add([]byte(`{"event":{"text":"password: hunter2","blocks":[{"type":"rich_text","elements":[{"type":"text","text":"pw is "},{"type":"text","text":"a1b2c3"}]}]}}`))
	f.Add([]byte(`{"a":[{"text":"x"},{"text":{"text":"Password:"}},{"text":"y"}],"value":"v","title":"Token secret"}`))
	f.Add([]byte("not json"))
	f.Fuzz(func(t *testing.T, body []byte) {
		clean, _ := Redact(body)
		if !json.Valid(clean) {
			t.Fatalf("Redact(%q) = %q, which is no JSON", body, clean)
		}
		text, found := RedactText(string(body))
		if found == nil && text != string(body) {
			t.Errorf("RedactText(%q) = %q without a name", body, text)
		}
		marked, _ := RedactText("password: hunter2secret\n" + string(body))
		if strings.HasPrefix(marked, "password: hunter2") {
			t.Errorf("a password stays before %q", body)
		}
	})
}

// What is passed over for speed has no secret by any rule.
func TestBareWordsHoldNoSecret(t *testing.T) {
	name := rapid.SampledFrom([]string{"password", "token", "api_key", "client_secret", "bearer", "eyJ", "xoxb", "nlauth_signature", "a1b2c3d4", strings.Repeat("0a1b2c3d", 8), "is", "_", "."})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(name, 1, 8).Draw(t, "text"), "")
		if hits := search(text); bareWord(text) && len(hits) > 0 {
			t.Errorf("%q is passed over, and has %v", text, hits)
		}
	})
	for _, text := range []string{"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0", "pw is swordfish", "password=x", "xoxb-1234567890"} {
		if bareWord(text) {
			t.Errorf("%q is passed over", text)
		}
	}
}

// Each way to name a key is found, whatever hints are looked for first.
func TestEveryNameOfAKeyIsFound(t *testing.T) {
	for _, first := range strings.Split("consumer token api access secret auth oauth refresh session signing encryption account", " ") {
		for _, last := range []string{"key", "token", "id", "signature"} {
			text := first + " " + last + ": abcdef0123456789abcd"
			if _, found := RedactText(text); len(found) == 0 && (first != "account" || last != "id") {
				t.Errorf("%q is kept", text)
			}
		}
	}
}
