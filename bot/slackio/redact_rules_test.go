package slackio

import (
	"strings"
	"testing"
)

func TestKeysOfTools(t *testing.T) {
	aws := "AKIA" + strings.ToUpper(b64(16))
	gone(t, secretKey,
		"AWS: ¦"+aws+"¦ / ¦"+b64(40)+"¦", "AWS: ¦"+aws+"¦ "+"secret ¦"+b64(40)+"¦ eu-west-1", "¦"+aws+"¦\n¦wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY¦", "¦"+aws+"¦,¦"+b64(40)+"¦",
		"Bill.com developer key: ¦01ABCDXYZ012345678901234¦", "devKey=¦01ABCDXYZ0123456789¦", "BILL dev key ¦01ABCDXYZ012345678901234¦",
	)
	gone(t, secretPassword,
		"```curl -u bob:¦Winter#2025¦ https://x.acme.com```", "curl -s -X POST --user 'bob:¦Winter#2025¦' https://x.acme.com", "curl https://x.acme.com -ubob:¦hunter¦", "CURL -u \"bob:¦hunter2¦\"",
		"mysql -u root -p¦Swordfish¦ acme", "mysqldump -uroot -p'¦sword;fish¦' acme", "mysqladmin -p¦hunter¦ status", "sshpass -p ¦swordfish¦ ssh bob@acme.com",
	)
	gone(t, secretToken,
		"vault token read: ¦hvs."+b64(24)+"¦ ok", "¦hvb."+b64(90)+"¦", "Set-Cookie: ¦session="+hexes(32)+"; Path=/; HttpOnly¦", "-H 'Cookie: ¦lang=en; connect.sid=s%3A"+b64(20)+"; x=1¦' next",
	)
	gone(t, secretPEM,
		"¦PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nPrivate-Lines: 14\n"+b64(64)+"\nPrivate-MAC: "+hexes(64)+"¦\nthanks", "¦PuTTY-User-Key-File-2: ssh-rsa\nPrivate-Lines: 14\nAAAA cut off here¦",
	)
	gone(t, secretWebhook,
		"post to ¦https://discord.com/api/webhooks/123456789012345678/"+b64(68)+"¦ please", "<¦https://acme.webhook.office.com/webhookb2/0a1b2c3d-1111@4222/IncomingWebhook/"+hexes(32)+"/x¦|Teams>",
		"¦https://canary.discordapp.com/api/v10/webhooks/123456789012345678/"+b64(68)+"¦", "¦https://outlook.office365.com/webhook/0a1b@2c/IncomingWebhook/x/y¦",
	)
	kept(t,
		"curl -s https://api.acme.com:8443/x -o out", "curl --user-agent Moz:1 x", "we use curl to post; see https://acme.com:80", "mysql -u root -p acme", "mysql -P3306 -h db", "mysql --port=3306 --protocol=tcp",
		"the cookie: session=expired", "Set-Cookie: lang=en-US-2026-11-28x", "a cookie banner", "hvs.short", "HVS 2026 figures", "https://discord.com/channels/123456789012345678/1234", "webhook https://acme.com/webhooks/123/abc",
		"AKIA is how such ids begin; commit 0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d", "PuTTY is open", "dev keys 12", "my dev key: tbd",
	)
}

// All four of NetSuite's values go, however they stand by their names.
func TestNetSuiteKeysInRows(t *testing.T) {
	four := []string{"8a7f" + hexes(60), "9a7f" + hexes(60), "7A7F" + strings.ToUpper(hexes(60)), "6a7f" + hexes(60)}
	names := []string{"Consumer Key", "Consumer Secret", "Token ID", "Token Secret"}
	for _, text := range []string{
		strings.Join(names, "  ") + "\n" + strings.Join(four, "  "), strings.Join(names, "\t") + "\n" + strings.Join(four, "\t"),
		"consumer_key,consumer_secret,token_id,token_secret\n" + strings.Join(four, ","), "| " + strings.Join(names, " | ") + " |\n|---|---|---|---|\n| " + strings.Join(four, " | ") + " |",
		"TBA: " + strings.Join(four, " / "), "TBA creds:\n" + strings.Join(four, "\n"), "NetSuite keys:\n" + strings.Join(four, "\n"), "credentials\n```" + strings.Join(four, "\n") + "```",
		names[0] + ":\n" + four[0] + "\n" + names[1] + ":\n" + four[1] + "\n" + names[2] + ":\n" + four[2] + "\n" + names[3] + ":\n" + four[3],
		names[0] + " " + four[0] + " and secret " + four[1] + ", token " + four[2] + " and its secret " + four[3],
	} {
		got, found := RedactText(text + "\nthanks")
		for _, key := range four {
			if strings.Contains(got, key[:12]) {
				t.Errorf("in %q stays %s", got, key[:12])
			}
		}
		if len(found) != 1 || found[0] != secretKey || !strings.HasSuffix(got, "\nthanks") {
			t.Errorf("RedactText(%q) = %q, %q", text, got, found)
		}
	}
	kept(t, "checksums: "+four[0]+" "+four[1], "sha256 "+hexes(64), "TBA is on", "tba 2026")
}
