package main

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// TestTourInTheBrowser takes the tour as somebody new would, by mouse and by keys,
// and sees each step come by what happens.
func TestTourInTheBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	sandbox := startSandbox(t)
	b := openBrowser(t, sandbox.url)
	b.shows("#tour", "step 1 of 5")
	b.click("#samples summary")
	b.click(`[data-sample$="/person"]`)
	b.shows("#tour", "step 2 of 5")
	b.click("#messages .thread-link")
	b.shows("#tour", "step 3 of 5")
	b.press("No, it's refused")
	b.shows("#tour", "step 4 of 5")
	b.become("U0LEO", "may disconnect")
	for _, gate := range []string{"I have it, go on", "I've disconnected", "Saved, the sync has started"} {
		b.shows("#tour", "step 4 of 5")
		b.shows("#thread-messages", gate)
		b.press(gate)
		b.click("#confirm [data-accept]")
	}
	b.shows("#tour", "step 5 of 5")
	b.click("#samples summary")
	b.click(`[data-sample$="/success-1"]`)
	b.shows("#tour", "That was a case")

	b.do("close it by key", chromedp.Focus(chromedp.CSS("#tour-off")), chromedp.KeyEvent("\r"))
	b.poll("the tour goes", `document.querySelector("#tour").innerText === ""`)
	b.do("load the page again", chromedp.Reload())
	b.shows("#messages", "Acme GmbH")
	b.poll("the tour stays away", `document.querySelector("#tour").innerText === ""`)
	b.click("#samples summary")
	b.click("#tour-again")
	b.shows("#tour", "step 1 of 5")
}

// TestMenuInTheBrowser posts a storm of another system's alert, as blocks.
func TestMenuInTheBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	b := openBrowser(t, startSandbox(t).url)
	b.click("#samples summary")
	for field, value := range map[string]string{"topic": "qbo-books-closed", "shape": "blocks", "amount": "5"} {
		b.do("choose "+value, chromedp.SetValue(chromedp.CSS("#maker [name="+field+"]"), value))
	}
	b.click("#maker button")
	b.shows("#messages", "Customer 5 (8000005)")
	b.poll("five cards", `[...document.querySelectorAll("#messages .thread-link")].filter((e) => e.innerText.includes("1 reply")).length === 5`)
	b.poll("the menu closes", `!document.querySelector("#samples").open`)
}
