package slackio

import (
	"slices"
	"strings"
	"testing"
)

// b64 is what keys look like, of so many characters. It is put together here so
// that nothing in this file passes for a real one.
func b64(n int) string { return strings.Repeat("aB3dE6gH9jK2mN5p", n/16+1)[:n] }

func hexes(n int) string { return strings.Repeat("0a1b2c3d4e5f6978", n/16+1)[:n] }

func TestSecretsWithoutASign(t *testing.T) {
	for _, c := range []struct{ text, secret, what string }{
		{"password hunter2", "hunter2", secretPassword},
		{"the password hunter2 doesn't work", "hunter2", secretPassword},
		{"My pw is hunter2", "hunter2", secretPassword},
		{"my pw's hunter2", "hunter2", secretPassword},
		{"the password: hunter2", "hunter2", secretPassword},
		{"Try password Summer2024! please", "Summer2024", secretPassword},
		{"password - hunter2", "hunter2", secretPassword},
		{"Password – hunter2.", "hunter2", secretPassword},
		{"password/hunter2", "hunter2", secretPassword},
		{"user bob, password hunter2, role Administrator", "hunter2", secretPassword},
		{"login with bob@acme.com pw hunter2", "hunter2", secretPassword},
		{"pass hunter2 then", "hunter2", secretPassword},
		{"I changed the password to hunter2 this morning", "hunter2", secretPassword},
		{"the new password will be Winter#2025", "Winter#2025", secretPassword},
		{"password now hunter2", "hunter2", secretPassword},
		{"*password* hunter2", "hunter2", secretPassword},
		{"password 'hunter2'", "hunter2", secretPassword},
		{"password (NetSuite) hunter2", "hunter2", secretPassword},
		{"password 'blue dog 1' works", "blue dog 1", secretPassword},
		{"Password\nhunter2\nSync failed", "hunter2", secretPassword},
		{"p@$$w0rd: the password P@sswordX fails", "P@sswordX", secretPassword},
		{"password SUMMER2024", "SUMMER2024", secretPassword},
		{"hunter2 is the password", "hunter2", secretPassword},
		{"hunter2 is my NetSuite password.", "hunter2", secretPassword},
		{"use `hunter2` as password, thanks", "hunter2", secretPassword},
		{"use hunter2 as the new password!", "hunter2", secretPassword},
		{"credentials: bob@acme.com / hunter2", "hunter2", secretPassword},
		{"creds bob:hunter2", "hunter2", secretPassword},
		{"Login: admin | Hunter22!", "Hunter22", secretPassword},
		{"Passwort lautet geheim77", "geheim77", secretPassword},
		{"das Passwort ist geheim77 glaube ich", "geheim77", secretPassword},
		{"consumer secret " + hexes(64), hexes(64), secretKey},
		{"the api key " + b64(32) + " was revoked", b64(32), secretKey},
		{"Token Secret\n" + hexes(64), hexes(64), secretKey},
		{"Integration record: key " + hexes(64) + " again", hexes(64), secretKey},
		{"the key: " + b64(44) + " again", b64(44), secretKey},
		{"private key: " + b64(64), b64(64), secretKey},
	} {
		got, found := RedactText(c.text)
		if strings.Contains(got, c.secret) || !slices.Equal(found, []string{c.what}) {
			t.Errorf("RedactText(%q)\n got %q, %q", c.text, got, found)
		}
		if kept := strings.Fields(strings.ReplaceAll(c.text, c.secret, " "))[0]; !strings.Contains(got, strings.Trim(kept, "`'")) {
			t.Errorf("RedactText(%q) = %q: more than the secret is gone", c.text, got)
		}
		if again, found := RedactText(got); again != got || found != nil {
			t.Errorf("a second time changes %q to %q (%q)", got, again, found)
		}
	}
}

// However long a text is, and whatever letters it has, what is in it is found.
func TestSecretsFarInside(t *testing.T) {
	for _, filler := range []string{"all is well. ", "İstanbul is far. ", "the password expired, ask for 2FA. "} {
		for _, secret := range []string{"password hunter2 works", "hunter2 is the password.", "creds bob:hunter2"} {
			for _, before := range []string{"", "user and password "} { // a hint, far away in the same line
				text := before + strings.Repeat(filler, 100) + secret + " " + strings.Repeat(filler, 100)
				if got, found := RedactText(text); strings.Contains(got, "hunter2") || len(found) != 1 {
					t.Errorf("%q stays among %q behind %q", secret, filler, before)
				}
			}
		}
	}
}

func TestKeysByTheirLooks(t *testing.T) {
	for name, secret := range map[string]string{
		"Slack bot": "xoxb-" + "1234567890-1234567890123-" + b64(24), "Slack user": "xoxp-" + "123456789012-123456789012-" + hexes(32), "Slack rotated": "xoxe.xoxb-1-" + b64(60),
		"Slack refresh": "xoxe-1-" + b64(60), "Slack app": "xapp-1-A0123456789-1234567890123-" + hexes(64), "Slack browser": "xoxc-" + "123456789012-" + hexes(40),
		"NetSuite consumer key": "Consumer Key: " + hexes(64), "NetSuite token": "Token ID " + hexes(64), "NetSuite secrets": "CONSUMER SECRET / CLIENT SECRET " + hexes(64),
		"AWS id": "AKIA" + strings.ToUpper(b64(16)), "AWS secret": "aws_secret_access_key = " + b64(40), "AWS in JSON": `"SecretAccessKey": "` + b64(40) + `"`,
		"Google API": "AIza" + b64(35), "Google OAuth": "ya29." + b64(60), "Google client": "GOCSPX-" + b64(28),
		"Google service account": `"private_key": "-----BEGIN PRIVATE KEY-----\n` + b64(64) + `\n-----END PRIVATE KEY-----\n"`,
		"Azure storage":          "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=" + b64(86) + "==;EndpointSuffix=core.windows.net",
		"Azure bus":              "SharedAccessKeyName=Root;SharedAccessKey=" + b64(43) + "=", "Azure client": "abc8Q~" + b64(34), "Azure SAS": "https://acme.blob.core.windows.net/x?sv=2024-01-01&sig=" + b64(43) + "%3D",
		"GitHub": "ghp_" + b64(36), "GitHub fine": "github_pat_" + b64(40), "GitLab": "glpat-" + b64(20), "Stripe": "sk_live_" + b64(24), "OpenAI": "sk-proj-" + b64(40), "npm": "npm_" + b64(36), "SendGrid": "SG." + b64(22) + "." + b64(43),
		"JWT":    "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJib2IifQ." + b64(80),
		"bearer": "curl -H 'Authorization: Bearer " + b64(40) + "'", "basic": "Authorization: Basic " + b64(24) + "==", "OAuth header": `OAuth realm="1234567", oauth_token="` + hexes(64) + `", oauth_signature="` + b64(43) + `%3D"`,
		"PEM": "-----BEGIN EC PRIVATE KEY-----\n" + b64(64) + "\n-----END EC PRIVATE KEY-----", "OpenSSH": "-----BEGIN OPENSSH PRIVATE KEY-----\n" + b64(64) + "\n-----END OPENSSH PRIVATE KEY-----",
		"PGP":    "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n" + b64(64) + "\n-----END PGP PRIVATE KEY BLOCK-----",
		"rtoken": "refresh_token=" + b64(40), "ctoken": "Client Secret is " + b64(40),
	} {
		if alone, _ := RedactText(secret); alone == secret {
			t.Errorf("%s: alone it stays", name)
		}
		text := "we use " + secret + " here"
		got, found := RedactText(text)
		if len(found) == 0 {
			t.Errorf("%s: %q stays", name, text)
		}
		for _, part := range []string{b64(16), hexes(16), strings.ToUpper(b64(16))} {
			if strings.Contains(got, part) {
				t.Errorf("%s: %q", name, got)
			}
		}
		if !strings.HasSuffix(got, " here") {
			t.Errorf("%s: more than the secret is gone: %q", name, got)
		}
	}
}

func TestInnocentProseStays(t *testing.T) {
	for _, text := range []string{
		"password expired", "password reset link", "wrong password again", "wrong password again!", "Password reset", "forgot password?", "the password expired on 2026-01-31",
		"password 2FA", "password expired 90days ago", "Password, 2024-05-01", "password 5 times", "five wrong passwords lock the login for 30 minutes", "password ORA-28001 expired",
		"password ERR_1234", "password INVALID_LOGIN_ATTEMPT", "password KB1234567", "password reset_v2.html", "password policy v2.1.3", "password for user7 expired", "the password step2 is next",
		"password bob@example.com", "password <@U0ABCDEF1>", "password <https://example.com/a1b2c3|reset>", "password &amp; username", "password system1.netsuite.com", "a password manager such as 1Password",
		"Your password to NetSuite has expired", "we changed the password to something stronger", "this is the password reset for case77", "that was my old password",
		"login / password", "login credentials are invalid/expired", "Login: https://system.netsuite.com/app/login1", "user bob / sales", "Username: bob@acme.com | Role: Administrator",
		"log in: Setup > Users/Roles > Access2", "user: 12345678 / 87654321", "pass or fail2ban", "first pass step2", "passed 3checks", "Passenger12 boarded", "the pwd command", "compass42 north",
		"the secret is out", "secret santa", "token expired", "Token-based authentication2", "api key missing", "the session key was not found in store", "access token 1234", "Consumer Key Name: Integration2024",
		"primary key 12345678901234567890", "idempotency key: 550e8400-e29b-41d4-a716-446655440000", "cache key: b1946ac92492d2347c6235b4d2611184", "key: ENTITY_OR_ITEM",
		"the key to this is commit 0a1b2c3d4e5f69780a1b2c3d4e5f69780a1b2c3d", "skype sk-etch", "sg.example.com", "account 1234567_SB1", "SuiteScript 2.x error SSS_INVALID_LOGIN", "invoice INV-2024-00042", "request id b1946ac92492d2347c6235b4d2611184",
		"Passwort abgelaufen", "das Passwort ist abgelaufen", "User bob: SSO2SAML mapping", "Error: user/password mismatch (code 4001)", "password.length must be 8characters", "password - 12-character minimum",
	} {
		if got, found := RedactText(text); got != text || found != nil {
			t.Errorf("RedactText(%q) = %q, %q; want it to stay", text, got, found)
		}
	}
}
