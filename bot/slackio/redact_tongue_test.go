package slackio

import (
	"slices"
	"strings"
	"testing"
)

// kept are texts of which nothing is removed.
func kept(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if got, found := RedactText(text); got != text || found != nil {
			t.Errorf("RedactText(%q)\n got %q, %q; want it to stay", text, got, found)
		}
	}
}

// gone are texts whose secrets stand between two ¦, which are taken out first.
func gone(t *testing.T, what string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		parts, want := strings.Split(text, "¦"), ""
		for i, p := range parts {
			if i%2 == 1 {
				p = mark(what)
			}
			want += p
		}
		clear := strings.Join(parts, "")
		got, found := RedactText(clear)
		if got != want || !slices.Equal(found, []string{what}) {
			t.Errorf("RedactText(%q)\n got %q, %q\nwant %q", clear, got, found, want)
		}
		if again, found := RedactText(got); again != got || found != nil {
			t.Errorf("a second time changes %q to %q (%q)", got, again, found)
		}
	}
}

func TestWhosePasswordItIs(t *testing.T) {
	gone(t, secretPassword,
		"password for NetSuite: ¦Winter#2025¦", "pw for admin: ¦Tr0ub4dor&3¦", "password for <@U0LEO>: ¦Winter#2025¦", "password for <@U0LEO|leo>: ¦swordfish¦",
		"password for <mailto:bob@acme.com|bob@acme.com>: ¦Winter#2025¦", "password for NetSuite = ¦swordfish¦", "password to log in: ¦Winter#2025¦", "Password of the admin: ¦hunter2¦",
		"password for the admin user of Acme GmbH is ¦Winter#2025¦", "pw for user: ¦hunter2x¦", "new password for bob: ¦Letmein¦\nthanks", "password for NetSuite: \"¦blue dog¦\"",
		"Password changed: ¦Welcome1¦", "passw: ¦Winter2025¦", "pass wd: ¦Winter2025¦",
	)
	kept(t,
		"password for NetSuite: expired", "invalid password for user: bob@acme.com", "wrong password for account: 1234567", "Wrong password for account ID: 1234567",
		"The password for NetSuite has expired: Oracle sync failed", "reset the password for Acme: see the article", "password for customer: Acme", "password for NetSuite: ********",
		"The password for the login failed: ask Bob", "password for <@U0LEO>: changed", "password to NetSuite: not set", "Password changed: yes",
	)
}

func TestPasswordsInOtherTongues(t *testing.T) {
	gone(t, secretPassword,
		"Das Passwort für NetSuite ist ¦Winter#2025¦", "Passwort für NetSuite: ¦Winter#2025¦", "Das Passwort von Max lautet ¦Winter#2025¦", "Das Kennwort wurde auf ¦Winter#2025¦ geändert",
		"das Passwort wurde auf ¦Blumentopf¦ gesetzt", "Passwort ist: ¦Welcome1¦", "Das Passwort ist ¦Blumentopf¦", "das neue Kennwort ist ¦Sommer2026!¦", "Kennwort: ¦Blumentopf77¦", "Passwort für <@U0MAX>: ¦Sommer2026!¦",
		"la contraseña de NetSuite es ¦Verano#2026¦", "La contraseña para NetSuite es: ¦Verano#2026¦", "contraseña nueva: ¦Verano#2026¦", "clave: ¦Verano#2026¦", "clave de NetSuite: ¦Verano#2026¦",
		"la clave es ¦Verano2026!¦", "Clave de acceso: ¦s3cr3t0X¦", "usuario: ana contraseña: ¦Verano#2026¦", "nueva contraseña ¦Verano#2026¦",
		"le mot de passe est ¦Ete2026!!¦", "mdp : ¦Ete2026!!¦", "Mot de passe de Zoé : ¦Ete2026!!¦", "mdp pour NetSuite: ¦Ete2026¦",
		"a senha é ¦Verao2026!¦", "A SENHA É ¦Verao2026!¦", "senha do NetSuite: ¦Verao2026¦", "senha nova: ¦Verao2026¦",
	)
	kept(t,
		"Das Passwort für NetSuite ist abgelaufen", "Das Passwort ist gesperrt", "Das Kennwort wurde auf Wunsch geändert", "das Passwort ist falsch, bitte prüfen", "Das Passwort von Max ist ungültig",
		"la contraseña de NetSuite es incorrecta", "la clave es reiniciar", "palabra clave: factura2026", "palabras clave: sync", "la contraseña es inválida", "El cónclave: Roma2025", "enclave: Ceuta2026",
		"le mot de passe est expiré", "le mot de passe est incorrect", "mot de passe de Zoé : expiré", "a senha é inválida", "a senha está expirada", "Das Passwort lautet nicht anders",
	)
}

func TestLoginPairs(t *testing.T) {
	gone(t, secretPassword,
		"login: <mailto:bob@acme.com|bob@acme.com> / ¦Winter#2025¦", "creds <mailto:bob@acme.com|bob@acme.com>:¦Winter#2025¦", "creds bob:¦hunter2x¦", "the admin login is bob / ¦Winter#2025¦",
		"Login is bob@acme.com / ¦Winter2025x¦", "username bob@acme.com, ¦Winter#2025¦", "user: <mailto:bob@acme.com|bob@acme.com>, ¦hunter2x¦", "Zugangsdaten sind max / ¦Blumentopf77¦",
		"user: <mailto:bob@acme.com|bob@acme.com> password: ¦Winter#2025¦", "the login <mailto:a.b@c.de|a.b@c.de> | ¦s3cretABC¦",
		"login: &lt;mailto:bob@acme.com|bob@acme.com&gt; / ¦Winter#2025¦",
	)
	kept(t,
		"login: <mailto:bob@acme.com|bob@acme.com> / Administrator", "user <mailto:bob@acme.com|bob@acme.com>, case1234", "the login is broken / step2 fails", "user bob, Windows11 and Office365",
		"login is <https://system.netsuite.com/app2/login|here>", "user <@U0BOB> / <@U0LEO>", "username bob@acme.com, role Administrator",
	)
}
