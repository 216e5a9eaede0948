package slackio

import (
	"strings"
	"testing"
	"time"
)

func TestAllTextReadsEveryShape(t *testing.T) {
	for name, tc := range map[string]struct{ message, want string }{
		"plain":                   {`{"text":"Sync failed"}`, "Sync failed"},
		"markup":                  {`{"text":"a &lt;b&gt; &amp; <https://x.io/y|the log> <https://x.io> <@U1> <@U2|bob> <#C1|ops> <!channel> <!date^1^x|noon>"}`, "a <b> & the log (https://x.io/y) https://x.io @U1 @bob #ops @channel noon"},
		"Alertmanager":            {`{"text":"","attachments":[{"title":"[FIRING:1] Sync","text":"Error: expired","fallback":"[FIRING:1] something"}]}`, "[FIRING:1] Sync\nError: expired"},
		"fallback only":           {`{"attachments":[{"fallback":"Sync failed for Acme","color":"danger"}]}`, "Sync failed for Acme"},
		"fields of an attachment": {`{"attachments":[{"pretext":"Oh","fields":[{"title":"Account","value":"1234567"},{"value":"alone"}]}]}`, "Oh\nAccount: 1234567\nalone"},
		"blocks in an attachment": {`{"attachments":[{"fallback":"no","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"*Sync* failed"}}]}]}`, "*Sync* failed"},
		"CircleCI":                {`{"text":"Job failed","blocks":[{"type":"section","fields":[{"type":"mrkdwn","text":"*Account*\nAcme"},{"type":"plain_text","text":"a &lt; b"}]}]}`, "Job failed\n*Account*\nAcme\na &lt; b"},
		"header and context":      {`{"blocks":[{"type":"header","text":{"type":"plain_text","text":"Sync"}},{"type":"context","elements":[{"type":"image","alt_text":"x"},{"type":"mrkdwn","text":"by NetSuite"}]},{"type":"divider"}]}`, "Sync\nby NetSuite"},
		"text repeats the blocks": {`{"text":"Sync failed: Acme","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"*Sync failed:* Acme (1234567)"}}]}`, "*Sync failed:* Acme (1234567)"},
		"rich text": {`{"text":"x","blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"Sync "},{"type":"text","text":"x","style":{"bold":true}},{"type":"emoji","name":"boom"},{"type":"user","user_id":"U1"},{"type":"broadcast","range":"here"}]},
			{"type":"rich_text_list","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"one"}]},{"type":"rich_text_section","elements":[{"type":"link","url":"https://x.io","text":"two"}]}]},
			{"type":"rich_text_preformatted","elements":[{"type":"text","text":"code"}]}]}]}`, "Sync x:boom:@U1@here\none\ntwo (https://x.io)\ncode"},
		"mail":              {`{"text":"","files":[{"mode":"email","subject":"Sync stopped","plain_text":"Hello, it failed","preview_plain_text":"Hello"}]}`, "Sync stopped\nHello, it failed"},
		"mail, preview":     {`{"files":[{"mode":"email","title":"Sync stopped","preview_plain_text":"Hello"}]}`, "Sync stopped\nHello"},
		"another file":      {`{"text":"see","files":[{"mode":"snippet","title":"x","preview_plain_text":"no"}]}`, "see"},
		"forwarded":         {`{"text":"look","attachments":[{"is_share":true,"text":"Sync failed","message_blocks":[{"team":"T1","message":{"blocks":[{"type":"section","text":{"type":"mrkdwn","text":"Sync failed for Acme"}}]}}]}]}`, "look\nSync failed for Acme"},
		"table":             {`{"blocks":[{"type":"table","rows":[[{"type":"raw_text","text":"Account"},{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"Acme"}]}]}]]}]}`, "Account | Acme"},
		"markdown":          {`{"blocks":[{"type":"markdown","text":"**Sync** failed"}]}`, "**Sync** failed"},
		"a block to come":   {`{"blocks":[{"type":"panorama","title":{"type":"plain_text","text":"Sync"},"description":"failed","elements":[7]}]}`, "Sync\nfailed"},
		"buttons are quiet": {`{"text":"x","blocks":[{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"Sync failed"}}]}]}`, "x"},
		"odd types":         {`{"text":7,"blocks":{"type":"section"},"attachments":["x",{"text":["y"]}],"files":null}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			o, err := readObject([]byte(tc.message))
			if err != nil {
				t.Fatal(err)
			}
			if got := allText(o, ""); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestMentionIsLeftOut(t *testing.T) {
	for _, tc := range [][2]string{
		{"<@U0BOT> help", "help"}, {"<@U0BOT|syncfix>: list", "list"}, {"hey <@U0BOT> what is up", "hey what is up"},
		{"<@U0BOT>", ""}, {"<@U0BOTTLE> help", "<@U0BOTTLE> help"}, {"<@U0BOT", "<@U0BOT"}, {"a<@U0BOT> <@U0BOT>b", "a b"},
	} {
		if got := strings.TrimLeft(withoutMention(tc[0], "U0BOT"), ",: "); got != tc[1] {
			t.Errorf("withoutMention(%q) = %q, want %q", tc[0], got, tc[1])
		}
	}
}

func TestHugeAndDeepMessagesAreReadInPart(t *testing.T) {
	deep := strings.Repeat(`{"blocks":[{"type":"x","text":"t","blocks":[`, 30) + strings.Repeat(`]}]}`, 30)
	for _, body := range []string{deep, `{"text":"` + strings.Repeat("é", maxReadable) + `"}`, `{"attachments":[` + strings.Repeat(`{"text":"a b"},`, 5000) + `{}]}`} {
		o, err := readObject([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		if got := allText(o, "U1"); len(got) > maxReadable || strings.ToValidUTF8(got, "") != got {
			t.Errorf("%d bytes of %.40s", len(got), body)
		}
		if d := time.Since(begin); d > 2*time.Second {
			t.Errorf("reading %.40s took %s", body, d)
		}
	}
}

func TestTimeOf(t *testing.T) {
	for ts, want := range map[string]time.Time{
		"1700000000.000100": time.Unix(1700000000, 100_000).UTC(),
		"1700000000":        time.Unix(1700000000, 0).UTC(),
		"1700000000.5":      time.Unix(1700000000, 500_000_000).UTC(),
		"":                  {}, "x.y": {}, "-5.1": {}, "99999999999999.1": {},
	} {
		if got := timeOf(ts); !got.Equal(want) {
			t.Errorf("timeOf(%q) = %s, want %s", ts, got, want)
		}
	}
}
