package slackio

import "testing"

func TestTheWholePasswordGoes(t *testing.T) {
	gone(t, secretPassword,
		"postgres://bob:¦p@ssw0rd¦@db.acme.com/x", "psql postgres://bob:¦Sword/fish@1¦@db.acme.com/x", "https://bob:¦p/ss¦@db.acme.com/x", "<https://bob:¦a@b@c¦@acme.com/x|here>", "redis://app:¦x/y?z¦@localhost:6379",
		"Password: ¦blue horse 42¦", "password: ¦blue horse 42!¦\nSync failed", "• NetSuite Password: ¦Blue Horse¦", "Passphrase: ¦correct horse battery staple¦", "passphrase: ¦Correct Horse Battery Staple¦",
		"Password is ¦blue horse 42¦", "new password: ¦rainy tuesday¦", "Passwort: ¦blauer Hund 7¦", "Password: ¦swordfish¦ Role: Administrator", "Password: ¦swordfish¦ is not working", "Password: ¦Swordfish¦ has expired",
		"Password: ¦hunter2¦ and more", "passphrase: \"¦correct horse¦\"",
	)
	kept(t,
		"http://localhost:8080/a@b.com", "https://acme.com:8443/x/@bob", "mail://bob@acme.com:25", "Password: reset link expired yesterday", "Passphrase: not set", "passphrase: required for this key",
	)
}

func TestWhatIsToldAboutAPasswordStays(t *testing.T) {
	kept(t,
		"Password: Bob said he'd reset it tomorrow", "password: Customer reset it yesterday, still failing", "Password: Admin has to change it in NetSuite", "Password: we've asked Acme for a new one",
		"Password: Acme will renew it on Monday", "Password: he’ll send one", "Passwort: wurde gestern geändert", "Passwort: muss erneuert werden", "Passwort: bitte neu setzen", "contraseña: caducada",
		"contraseña: incorrecta", "mot de passe: expiré", "senha: expirada", "Our secret: patience", "The secret: reconnect with the Administrator role", "api secret: rotate every 90 days",
		"Password: two-factor is on", "password: INVALID_LOGIN_CREDENTIALS", "password: INVALID_LOGIN", "Password: KB0012345", "Password: INC0012345.", "PW: 48/2026", "Boarding pass: LH1234", "by-pass: item1234",
		"session id: 0a1b2c3d-1111-4222-8333-444455556666", "Correlation token: 7f3c2a1b-1111-4222-8333-444455556666", "Account key: 1234567890123456", "api id: 1234567890123456789", "Client ID: 1234567890123456 (Acme)",
		"Password: step 3", "Password: last changed 2026-11-01 by bob", "weights: {password: 0.9}", "invalid password for user: \"bob@acme.com\"", "You need a passphrase to unlock the key for user: \"bob (work)\"",
		"consumer id: 1234567890123456", "Password for NetSuite: Bob will send it",
	)
	gone(t, secretPassword,
		"Password: ¦Bob2025¦ said Bob", "password: ¦INVALID_l0gin¦", "Password: ¦KBhouse12¦", "pw: ¦Customer¦", "Password: ¦Acme¦", "Passwort: ¦geheim¦", "pass: ¦LH1234x¦", "password: ¦847362¦", "pass word: ¦hunter2¦", "password: ¦10.5x¦", "password: ¦welcome2acme¦",
		"password ¦welcome2acme¦", "password: ¦ACME_2025¦", "Password: ¦Winter#2025¦ will do it",
	)
	gone(t, secretKey,
		"client secret: ¦0a1b2c3d-1111-4222-8333-444455556666¦", "API key: ¦0a1b2c3d-1111-4222-8333-444455556666¦", "token: ¦1234567890123456¦", "secret: ¦swordfish¦", "session key: ¦0a1b2c3d-1111-4222-8333-444455556666¦",
		"our secret: ¦s3cr3t¦", "Token ID: ¦"+hexes(64)+"¦",
	)
}
