package slackio

import (
	"encoding/json"
	"testing"

	"syncfix/bot"
	"syncfix/bot/sandbox"
)

func TestAMailsBodyIsAskedFor(t *testing.T) {
	srv, err := sandbox.Start(sandbox.Options{Addr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer srv.Close()
	c, err := New(Config{BotToken: srv.BotToken(), AppToken: srv.AppToken(), APIURL: srv.APIURL()})
	if err != nil {
		t.Fatal(err)
	}
	defer c.HTTP().CloseIdleConnections()
	message := `{"channel":"C1","ts":"1700000000.000100","type":"message","user":"U1","text":"","files":[{"id":"F0MAIL","mode":"email","subject":"Sync failed"}]}`
	in, err := Decoder{}.Decode(bot.Envelope{Kind: bot.EnvelopeEvent, Body: []byte(`{"team_id":"T1","event":` + message + `}`)})
	if err != nil || len(in.Mails) != 1 || in.Mails[0] != "F0MAIL" {
		t.Fatalf("mails %v, %v", in.Mails, err)
	}
	if _, err := srv.Post("support", "U0ANA", json.RawMessage(`{"text":"","files":[{"id":"F0MAIL","mode":"email","subject":"Sync failed","files_info_only":{"plain_text":"the body. password: hunter2secret"}}]}`)); err != nil {
		t.Fatal(err)
	}
	d := NewDirectory(c.API(), Identity{}, DirectoryConfig{})
	text, removed, err := d.Mail(t.Context(), "F0MAIL")
	if err != nil || text != "the body. password: [removed: password]" || len(removed) != 1 {
		t.Errorf("text %q, removed %v, %v", text, removed, err)
	}
	if text, _, err := d.Mail(t.Context(), "F0NONE"); err != nil || text != "" {
		t.Errorf("a mail that isn't there: %q, %v", text, err)
	}
}
