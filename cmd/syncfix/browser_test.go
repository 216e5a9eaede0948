package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// picture is the README's; -update takes it anew.
const picture = "../../.docs/sandbox.png"

// TestSandboxInTheBrowser does what the README tells people to try: it starts
// `syncfix sandbox`, posts an alert, answers, disconnects and reconnects by
// buttons, and sees the case close.
func TestSandboxInTheBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	b := openBrowser(t, startSandbox(t).url)
	b.click("#samples summary")
	b.click(`[data-sample$="/person"]`)
	b.shows("#messages .thread-link", "1 reply")
	b.click("#messages .thread-link")
	b.shows("#thread-messages", "SF-1 · Oracle NetSuite · Acme GmbH (1234567)")
	b.press("No, it's refused")
	b.shows("#thread-messages", "Reconnect with a login that works")
	b.press("I have it, go on")
	b.shows("#confirm", "Before you disconnect")
	b.click("#confirm [data-accept]")
	b.shows("#thread-messages .ephemeral", "@Leo Brandt may approve this step")
	b.become("U0LEO", "may disconnect")
	b.press("I have it, go on")
	b.click("#confirm [data-accept]")
	b.shows("#thread-messages", "Press Yes to confirm")
	b.screenshot()
	b.press("I've disconnected")
	b.click("#confirm [data-accept]")
	b.shows("#thread-messages", "This starts a sync")
	b.press("Saved, the sync has started")
	b.click("#confirm [data-accept]")
	b.shows("#thread-messages", "Has the sync worked?")
	b.click("#samples summary")
	b.click(`[data-sample$="/success-1"]`)
	b.shows("#thread-messages", "Resolved")
	b.shows(`#messages [data-reaction="white_check_mark"]`, "1")
}

// browser is a page in Chromium.
type browser struct {
	t   *testing.T
	ctx context.Context
}

func openBrowser(t *testing.T, url string) browser {
	t.Helper()
	var chromium string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil && chromium == "" {
			chromium = path
		}
	}
	if chromium == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("there is no Chromium, and CI=true: nothing may be skipped")
		}
		t.Skip("there is no Chromium or Chrome")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1440, 1000),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-sync", true))
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	ctx, stop := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(ctx)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits for the browser to end
		closeTab()
	})
	if err := chromedp.Do(ctx, chromedp.Navigate(url), chromedp.WaitVisible(chromedp.CSS("body[data-live] #main"))); err != nil {
		t.Fatalf("opening %s: %v", url, err)
	}
	return browser{t, ctx}
}

func (b browser) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
}

func (b browser) click(selector string) {
	b.t.Helper()
	b.do("click "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// poll waits until the script is true.
func (b browser) poll(what, script string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](script)); err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
}

func (b browser) shows(selector, text string) {
	b.t.Helper()
	b.poll(selector+" never shows "+text, `document.querySelector(`+js(selector)+`)?.innerText.includes(`+js(text)+`)`)
}

// become chooses another person in the switch, which says what they may do.
func (b browser) become(user, may string) {
	b.t.Helper()
	b.click("#who summary")
	choice := `#who [data-become="` + user + `"]`
	b.shows(choice, may)
	b.do("becoming "+user, chromedp.Click(chromedp.CSS(choice)), chromedp.WaitVisible(chromedp.CSS(`body[data-live][data-user="`+user+`"] #main`)))
}

// press clicks the button of that label in the thread.
func (b browser) press(label string) {
	b.t.Helper()
	b.poll("there is no button "+label, `[...document.querySelectorAll("#thread-messages button")].some((e) => {
		const is = e.innerText.trim() === `+js(label)+`;
		if (is) document.querySelectorAll("[data-pressed]").forEach((o) => delete o.dataset.pressed), e.dataset.pressed = "";
		return is;
	})`)
	b.click("[data-pressed]")
}

// screenshot takes the README's picture anew, if that was asked for.
func (b browser) screenshot() {
	b.t.Helper()
	if !*update {
		return
	}
	image, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(picture), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(picture, image, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

func js(s string) string {
	raw, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(raw)
}
