package slackio

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// fragments are what texts with and without secrets are put together from.
func fragments() []string {
	return []string{
		"password", "Passwort", "pass", "pwd", "_pw", "PW", "pa\u017fsword", "mot de passe", "contraseña", "senha", "wachtwoord", "nlauth_signature", "passcodes",
		"clave", "mdp", "Kennwort", " für NetSuite ", " de <@U1>", " ist ", " lautet ", " es ", " est ", " é ", " É:", " wurde auf ", " nueva", "hunter2x", "palabra ", "<mailto:bob@acme.com|bob@acme.com>",
		"consumer key", "Token ID", "client id", "private-key", "session id", "api_key", "ApiKey", "account token", "to\u212aen", "token", "secret", "Client Secret", "signature", "keys", "key",
		"login", "log-in", "user", "username", "credentials", "creds", "Zugangsdaten", "authorization", "Bearer", "basic",
		":", "=", "：", " is ", " was ", " is now ", "->", "=&gt;", " has been changed to ", " for NetSuite ", " to ", "/", "|", " - ", "’s ", "'s ", ",", ".", "?", "&amp;", "&", ";", "://", "@", "</", "&lt;/", ">", "<",
		"*", "_", "`", "```", "\"", "'", "“", "”", "‘", "«", "»", "&quot;", "\\", "(new)", "(", ")", "\n", "\n\n", "\r\n", "\t", "\u00a0", "\u200b", "\v", " ", " ",
		"hunter2", "Winter#2025", "SUMMER2024", "swordfish", "blue dog 1", "geheim77", "ERR_1234", "step2", "required", "expired", "is the password", "as password", "as my new password.", "the", "my",
		"\nclient id: 12345678901234567890\n", "\nprivate id " + b64(20) + "\n", "password 'blue dog 1'", "key to \"my long one with 12345\"", "creds a / b1c2d3e4",
		"https://app.example.com/login?user=a", "https://bob:pw1@example.com", "?token=", "&password=", "?sig=", "<password>", "[removed: password]", "<your password>", "********",
		hexes(16), hexes(40), hexes(64), strings.ToUpper(hexes(64)), b64(16), b64(20), b64(44), "12345678901234567890", "٣٤٥abc",
		"curl -u bob:", "mysql -p", "sshpass -p ", "Set-Cookie: session=", "hvs.", "PuTTY-User-Key-File-3", "https://discord.com/api/webhooks/123/", "TBA", "dev key", " that's the pw",
		"INVALID_LOGIN", "KB0012345", "said", "will", "it", "blue horse 42", "passphrase", "0a1b2c3d-1111-4222-8333-444455556666", "correlation ", "p@ss/w", "our ",
		"User | Password\n", "| a | password |\n| --- | --- |\n| bob | swordfish |", "User\tPW\nbob\thunter\n", "id,client_secret\n1,abcdef0123456789abcdef\n", "User Password\nbob hunter2\n", "\nbob | ",
		"xoxb-1234567890-abcdef", "xapp-1-A0123456", "AKIA" + strings.ToUpper(b64(16)), "AIza" + b64(35), "ya29." + b64(24), "GOCSPX-" + b64(28), "abc8Q~" + b64(34), "ghp_" + b64(36), "glpat-" + b64(20),
		"sk_live_" + b64(24), "sk-proj-" + b64(24), "npm_" + b64(36), "SG." + b64(22) + "." + b64(43), "eyJhbGciOiJIUzI1NiJ9", ".eyJzdWIiOiIxMjM0In0", "https://hooks.slack.com/services/T0/B0/X1",
		"-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----", "sync failed. ", strings.Repeat("all is well, ", 30), strings.Repeat("x", 290), "İstanbul", "é",
	}
}

func TestHintsAreDifferentWordsInLowerCase(t *testing.T) {
	words := hintWords().words
	if len(words) > 64 {
		t.Errorf("%d words don't go into a set of 64", len(words))
	}
	for i, w := range words {
		if w != strings.ToLower(w) || hint(w) != 1<<i {
			t.Errorf("%q is not in lower case, or comes twice", w)
		}
	}
}

// searchSlowly is search without what makes it quick: each pattern looks at all
// of the text, or of what is near a hint.
func searchSlowly(text string) []hit {
	plain := strings.NewReplacer("ſ", "s", "\u212a", "k").Replace(text)
	small := []byte(plain) // byte by byte: the text may be no UTF-8
	for i, c := range small {
		small[i] = lowerByte(c)
	}
	lower := string(small)
	var found []hit
	for _, r := range rules() {
		found = append(found, r.find(text)...)
	}
	for _, k := range keyWords() {
		if hintsIn(lower, k.names.any) != nil {
			found = append(found, k.find(text, region{0, len(text)})...)
		}
	}
	for _, p := range spokenSecrets() {
		at := hintsIn(lower, p.names.any)
		if at == nil || !strings.ContainsAny(text, "0123456789"+signs) {
			continue
		}
		if plain != text {
			found = append(found, p.find(text, region{0, len(text)})...)
			continue
		}
		for n := 0; n < len(at); {
			in := region{max(0, at[n]-nearby), 0}
			for in.to = min(len(text), at[n]+nearby); n < len(at) && at[n]-nearby <= in.to; n++ {
				in.to = min(len(text), at[n]+nearby)
			}
			found = append(found, p.find(text, in)...)
		}
	}
	return apart(append(append(found, tablesIn(text)...), findQuoted(text)...))
}

// hintsIn is where hints are.
func hintsIn(lower string, h hints) []int {
	var at []int
	for i := range lower {
		for n, w := range hintWords().words {
			if h&(1<<n) != 0 && strings.HasPrefix(lower[i:], w) {
				at = append(at, i)
				break
			}
		}
	}
	return at
}

// Whatever is passed over for speed, all is found that the patterns find.
func TestNothingIsPassedOver(t *testing.T) {
	fragment, between := rapid.SampledFrom(fragments()), rapid.SampledFrom([]string{"", " "})
	away := rapid.Just(strings.Repeat("all is well, ", 50)) // out of reach
	fragment = rapid.OneOf(fragment, fragment, fragment, fragment, away)
	rapid.Check(t, func(t *rapid.T) {
		for range 10 {
			text := strings.Join(rapid.SliceOfN(fragment, 1, 14).Draw(t, "fragments"), between.Draw(t, "between"))
			if got, want := search(text), searchSlowly(text); !slices.Equal(got, want) {
				t.Fatalf("in %q are %v, found %v", text, want, got)
			}
		}
	})
}

func FuzzSearch(f *testing.F) {
	for _, s := range fragments() {
		f.Add("the password " + s + " token: " + s + "\nuser bob " + s)
	}
	f.Add(strings.Repeat("\xff", 400) + "the password hunter2")
	f.Fuzz(func(t *testing.T, text string) {
		if got, want := search(text), searchSlowly(text); !slices.Equal(got, want) {
			t.Errorf("in %q are %v, found %v", text, want, got)
		}
	})
}
