package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

const (
	artifacts = "../../.artifacts" // pictures of a run in CI
	docs      = "../../.docs"      // the README's; -update takes them anew
	axeFolder = "../../bot/sandbox/testdata/axe"
)

// The page is free of barriers and fits, light and dark, on a desk and on a phone.
func TestLooksInTheBrowser(t *testing.T) {
	b := openBrowser(t, startSandbox(t).url)
	b.openCase()
	b.press("No, it's refused")
	b.shows("#thread-messages", "Before you disconnect")
	thread := eval[string](b, "location.pathname + location.search")
	for _, look := range []struct {
		scheme string
		width  int64
		height int64
	}{{"light", 1440, 900}, {"dark", 1440, 900}, {"light", 390, 844}, {"dark", 390, 844}} {
		t.Run(fmt.Sprintf("%s %d", look.scheme, look.width), func(t *testing.T) {
			b := browser{t, b.ctx}
			b.look(look.scheme, look.width, look.height)
			b.tour(thread, fmt.Sprintf("%s-%d", look.scheme, look.width))
			dark := eval[float64](b, `getComputedStyle(document.getElementById("main")).backgroundColor.match(/\d+/g).reduce((sum, c) => sum + +c, 0)`) < 380
			if dark != (look.scheme == "dark") {
				t.Errorf("dark: %v", dark)
			}
		})
	}
}

// tour goes through the kinds of view there are and looks at each.
func (b browser) tour(thread, name string) {
	b.t.Helper()
	see := func(what string) {
		b.t.Helper()
		b.accessible(name + " " + what)
		b.fits(name + " " + what)
		if n := b.count(".unknown"); n > 0 {
			b.t.Errorf("%s %s: %d blocks or elements that the bot sends are not drawn", name, what, n)
		}
		b.picture(name + "-" + what)
	}
	call := "[data-name='chat.postMessage'] summary"
	b.do("open the inspector", chromedp.Evaluate[chromedp.Void](`location.assign("/lab?word=SF-1")`), chromedp.WaitVisible(chromedp.CSS(call)))
	b.click(call)
	b.shows("#traces", "Arguments")
	see("inspector")
	b.open("/as/U0LEO/c/C0SUPPORT")
	see("channel")
	b.open(strings.Replace(thread, "U0ANA", "U0LEO", 1))
	see("thread")
	b.press("I have it, go on")
	b.shows("#confirm", "Before you disconnect")
	see("confirm")
	b.click("#confirm [data-deny]")
	b.do("the dialog closes", chromedp.WaitNotVisible(chromedp.CSS("#confirm")))
	b.open("/as/U0LEO/home")
	b.shows("#home", "SF-1")
	see("home")
	b.pressIn("#home", "Start a case")
	b.shows("#modal", "Accounting system")
	see("form")
	b.do("the form closes", chromedp.Click(chromedp.CSS("[data-close-modal]")), chromedp.WaitNotPresent(chromedp.CSS("#modal")))
	b.click("#lab > summary")
	b.shows("#lab-menu", "Cut the connections")
	see("break-things")
}

// look sets the reader's taste and the window's size, in CSS pixels.
func (b browser) look(scheme string, width, height int64) {
	b.t.Helper()
	prefers := chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	})
	b.do("look", prefers, chromedp.EmulateViewport(width, height))
}

// fits fails if the page is wider than its window.
func (b browser) fits(what string) {
	b.t.Helper()
	wide := eval[[]string](b, `[...document.querySelectorAll("main *, aside *, dialog[open] *")].filter((e) => {
		const box = e.getBoundingClientRect();
		return box.width > 0 && (box.right > innerWidth + 1 || box.left < -1) && !e.closest(".visually-hidden, pre");
	}).slice(0, 5).map((e) => e.tagName + "." + e.className)`)
	if len(wide) > 0 {
		b.t.Errorf("%s: wider than the window: %v", what, wide)
	}
}

// accessible fails on every barrier that axe-core finds and calls serious or critical.
func (b browser) accessible(what string) {
	b.t.Helper()
	if eval[bool](b, `typeof axe === "undefined"`) {
		script, err := os.ReadFile(filepath.Join(axeFolder, "node_modules/axe-core/axe.min.js"))
		if err != nil {
			missing(b.t, "axe-core is not installed: run npm ci in bot/sandbox/testdata/axe")
		}
		b.do("put axe-core in", chromedp.Evaluate[chromedp.Void](string(script)+";void 0"))
	}
	found := eval[[]string](b, `axe.run(document, { resultTypes: ["violations"] }).then((r) => r.violations.filter((v) => ["serious", "critical"].includes(v.impact)).flatMap((v) =>
		v.nodes.map((n) => v.impact + ": " + v.help + ": " + n.target.join(" ") + ": " + n.failureSummary)))`)
	for _, f := range found {
		b.t.Errorf("%s: %s", what, f)
	}
}

// picture keeps what the page looks like: in CI as an artefact; -update takes the README's anew.
func (b browser) picture(name string) {
	b.t.Helper()
	var files []string
	if os.Getenv("CI") != "" {
		files = append(files, filepath.Join(artifacts, name+".png"))
	}
	if used := map[string]string{"case": "sandbox.png", "dark-390-thread": "sandbox-phone.png"}[name]; used != "" && *update {
		files = append(files, filepath.Join(docs, used))
	}
	for _, file := range files {
		image, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
		if err != nil {
			b.t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			b.t.Fatal(err)
		}
		if err := os.WriteFile(file, image, 0o644); err != nil {
			b.t.Fatal(err)
		}
	}
}
