package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// missing skips a test whose tools are not installed; where CI is set, they must be.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
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
		missing(t, "there is no Chromium or Chrome in PATH: on Debian, apt install chromium")
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

// open goes to another address of the sandbox.
func (b browser) open(path string) {
	b.t.Helper()
	b.do("open "+path, chromedp.Evaluate[chromedp.Void]("location.assign("+js(path)+")"))
	b.do("open "+path, chromedp.WaitVisible(chromedp.CSS("body[data-live] #main")))
}

// keys types into an element; \r is the Enter key.
func (b browser) keys(selector, text string) {
	b.t.Helper()
	b.do("type into "+selector, chromedp.SendKeys(chromedp.CSS(selector), text))
}

// key presses a key, wherever the focus is.
func (b browser) key(key string) {
	b.t.Helper()
	b.do("press "+key, chromedp.KeyEvent(key))
}

// chord presses a key together with Ctrl, shift one together with Shift.
func (b browser) chord(key string) {
	b.t.Helper()
	b.do("press Ctrl "+key, chromedp.KeyEvent(key, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
}

func (b browser) shift(key string) {
	b.t.Helper()
	b.do("press Shift "+key, chromedp.KeyEvent(key, chromedp.KeyModifiers(chromedp.ModifierShift)))
}

// focused waits until the focus is on such an element.
func (b browser) focused(selector string) {
	b.t.Helper()
	b.poll("the focus never comes to "+selector, `document.activeElement.matches(`+js(selector)+`)`)
}

// count is how many elements there are.
func (b browser) count(selector string) int {
	b.t.Helper()
	return eval[int](b, `document.querySelectorAll(`+js(selector)+`).length`)
}

// eval is what a script comes to.
func eval[T any](b browser, script string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%.200s: %v", script, err)
	}
	return v
}

// press clicks the button of that label in the thread.
func (b browser) press(label string) {
	b.t.Helper()
	b.pressIn("#thread-messages", label)
}

// pressIn clicks the button of that label in a part of the page.
func (b browser) pressIn(part, label string) {
	b.t.Helper()
	b.poll("there is no button "+label, `[...document.querySelectorAll(`+js(part+" button")+`)].some((e) => {
		const is = e.innerText.trim() === `+js(label)+`;
		if (is) document.querySelectorAll("[data-pressed]").forEach((o) => delete o.dataset.pressed), e.dataset.pressed = "";
		return is;
	})`)
	b.click("[data-pressed]")
}

func js(s string) string {
	raw, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(raw)
}
