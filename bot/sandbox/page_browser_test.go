package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// browse opens the page in Chromium; without one installed, there is nothing to test.
func browse(t *testing.T, s *Server) context.Context {
	t.Helper()
	var chromium string
	for _, name := range []string{"google-chrome", "chromium-browser", "chromium"} {
		if path, err := exec.LookPath(name); err == nil {
			chromium = path
		}
	}
	if chromium == "" {
		unable(t, "there is no Chromium or Chrome in PATH: on Debian, apt install chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1440, 900),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-sync", true))
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	t.Cleanup(cancel)
	ctx, stop := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(ctx)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits for the browser to end
		closeTab()
	})
	if err := chromedp.Do(ctx, chromedp.Navigate(s.URL())); err != nil {
		t.Fatalf("open the page: %v", err)
	}
	return ctx
}

func do(ctx context.Context, t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// shows waits until the element has the text.
func shows(ctx context.Context, t *testing.T, element, text string) {
	t.Helper()
	script := `document.querySelector(` + jsString(element) + `)?.innerText.includes(` + jsString(text) + `)`
	wait, cancel := context.WithTimeout(ctx, 60*time.Second)
	defer cancel()
	if _, err := chromedp.Run(wait, chromedp.Poll[bool](script)); err != nil {
		t.Fatalf("%s never shows %q: %v", element, text, err)
	}
}

func jsString(s string) string {
	raw, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(raw)
}

// One journey through what only a browser can show: keys, live updates, dialogs, and what a form keeps.
func TestInTheBrowser(t *testing.T) {
	s := start(t, nil)
	form := modal("Fix a sync", textField("company", "Company"), textField("account", "Account"))
	a := connect(t, s, func(a *app, evt socketmode.Event) (any, bool) {
		switch data := evt.Data.(type) {
		case slack.SlashCommand:
			if _, err := a.OpenView(data.TriggerID, form); err != nil {
				t.Error(err)
			}
		case slack.InteractionCallback:
			if data.Type == slack.InteractionTypeViewSubmission && data.View.State.Values["account"]["account_text"].Value == "12" {
				return slack.NewErrorsViewSubmissionResponse(map[string]string{"account": "Seven digits, please."}), true
			}
		}
		return nil, true
	})
	ctx := browse(t, s)
	composer, modalInputs := chromedp.CSS("#composer-text"), `#modal input[type="text"]`

	do(ctx, t, chromedp.SendKeys(composer, "the *sync* fails\r"))
	shows(ctx, t, "#messages li:last-child .text", "the sync fails")

	button := slack.NewButtonBlockElement("off", "1", slack.NewTextBlockObject("plain_text", "Disconnect", false, false))
	button.Confirm = slack.NewConfirmationBlockObject(slack.NewTextBlockObject("plain_text", "Sure?", false, false), slack.NewTextBlockObject("mrkdwn", "It *goes*.", false, false),
		slack.NewTextBlockObject("plain_text", "Yes", false, false), slack.NewTextBlockObject("plain_text", "No", false, false))
	root := s.Messages("support")[0].TS
	if _, _, err := a.PostMessage("C0SUPPORT", slack.MsgOptionTS(root), slack.MsgOptionText("x", false), slack.MsgOptionBlocks(slack.NewActionBlock("row", button))); err != nil {
		t.Fatal(err)
	}
	shows(ctx, t, "#messages .thread-link", "1 reply")
	do(ctx, t, chromedp.Click(chromedp.CSS("#messages .thread-link")), chromedp.Click(chromedp.CSS("#thread-messages [data-action-id=off]")))
	shows(ctx, t, "#confirm", "It goes.")
	do(ctx, t, chromedp.Click(chromedp.CSS("#confirm [data-deny]")), chromedp.WaitNotVisible(chromedp.CSS("#confirm")))
	if n := countEnvelopes(s, "block_actions"); n != 0 {
		t.Errorf("a press that was not confirmed was sent %d times", n)
	}
	do(ctx, t, chromedp.Click(chromedp.CSS("#thread-messages [data-action-id=off]")), chromedp.Click(chromedp.CSS("#confirm [data-accept]")))
	wait(t, s, func() bool { return countEnvelopes(s, "block_actions") == 1 })

	do(ctx, t, chromedp.SendKeys(composer, "/syncfix \r"), chromedp.WaitVisible(chromedp.CSS("#modal")),
		chromedp.SendKeys(chromedp.CSS(modalInputs), "Acme"), chromedp.SendKeys(chromedp.CSS(`#modal [data-block-id="account"] input`), "12"), chromedp.Click(chromedp.CSS("#modal-submit")))
	shows(ctx, t, "#modal", "Seven digits, please.")
	company, err := chromedp.Run(ctx, chromedp.Value(chromedp.CSS(modalInputs)))
	if err != nil || company != "Acme" {
		t.Errorf("after the error the company reads %q (%v), want what was typed", company, err)
	}
	do(ctx, t, chromedp.SendKeys(chromedp.CSS(`#modal [data-block-id="account"] input`), "34567"), chromedp.Click(chromedp.CSS("#modal-submit")), chromedp.WaitNotPresent(chromedp.CSS("#modal")))
	if got := string(lastRequest(t, s, "view_submission")); !strings.Contains(got, "1234567") || !strings.Contains(got, "Acme") {
		t.Errorf("submitted %s", got)
	}
}

// In a channel of thousands, earlier messages come on scrolling up, and the reader stays where they were.
func TestLongChannelInTheBrowser(t *testing.T) {
	s := start(t, nil)
	for i := range 2000 {
		mustSay(t, s, fmt.Sprintf("message %d.", i))
	}
	ctx := browse(t, s)
	shows(ctx, t, "#messages", "message 1999.")
	for _, want := range []int{2 * firstMessages, 3 * firstMessages} {
		top := fmt.Sprintf("message %d.", 2000-want+moreMessages)
		shows(ctx, t, "#messages", top)
		do(ctx, t, chromedp.Evaluate[chromedp.Void](`document.querySelector("#scroller").scrollTo(0, -1e7); void 0`))
		shows(ctx, t, "#messages", fmt.Sprintf("message %d.", 2000-want))
		seen := `[...document.querySelectorAll("#messages .message")].find((e) => e.innerText.includes("` + top + `")).getBoundingClientRect().top > 0`
		if still, err := chromedp.Run(ctx, chromedp.Evaluate[bool](seen)); err != nil || !still {
			t.Errorf("what was read, %q, has jumped out of sight (%v)", top, err)
		}
	}
	mustSay(t, s, "the newest of all")
	shows(ctx, t, "#messages", "the newest of all")
}

// lastRequest is the payload of the newest envelope of a kind.
func lastRequest(t *testing.T, s *Server, kind string) json.RawMessage {
	t.Helper()
	var last json.RawMessage
	for _, e := range s.Envelopes() {
		if e.Kind == kind {
			last = e.Payload
		}
	}
	if last == nil {
		t.Fatalf("no envelope of kind %q", kind)
	}
	return last
}
