package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

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
	b.picture("case")
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

// openCase posts the first sample and opens its thread, where the case's card is.
func (b browser) openCase() {
	b.t.Helper()
	b.click("#samples summary")
	b.click(`[data-sample$="/person"]`)
	b.shows("#messages .thread-link", "1 reply")
	b.click("#messages .thread-link")
	b.shows("#thread-messages", "SF-1 · Oracle NetSuite")
}

// A form that lacks something says so beside the field, keeps what was typed, and takes the rest.
func TestFormWithErrorsInTheBrowser(t *testing.T) {
	b := openBrowser(t, startSandbox(t).url)
	b.keys("#composer-text", "/sy")
	b.shows("#composer-suggest", "/syncfix")
	b.keys("#composer-text", "\t\r") // completes it, then sends it
	b.shows("#modal", "Start a case")
	b.keys(`#modal [data-block-id="account"] input`, "1234567")
	b.click("#modal-submit")
	b.shows(`#modal [data-block-id="error"] .field-error`, "Please complete this required field.")
	b.accessible("form-errors")
	b.picture("form-errors")
	described := eval[string](b, `document.activeElement.getAttribute("aria-describedby").split(" ").map((id) => document.getElementById(id)?.innerText).join(" ")`)
	if !strings.Contains(described, "required field") {
		t.Errorf("the field with the error is described as %q and has the focus, want the error", described)
	}
	if account := eval[string](b, `document.querySelector("#modal [data-block-id=account] input").value`); account != "1234567" {
		t.Errorf("after the error the account reads %q", account)
	}
	b.do("choose the system", chromedp.SetValue(chromedp.CSS(`#modal [data-block-id="system"] select`), "Oracle NetSuite"))
	b.keys(`#modal [data-block-id="error"] textarea`, "Oracle NetSuite Sync Error: Sync didn't finish successfully! Your login credentials are invalid/expired")
	b.click("#modal-submit")
	b.do("the form closes", chromedp.WaitNotPresent(chromedp.CSS("#modal")))
	b.shows("#messages", "1234567")
}

// A guest, and somebody of another company, can look but change nothing.
func TestOutsiderIsRefusedInTheBrowser(t *testing.T) {
	b := openBrowser(t, startSandbox(t).url)
	b.openCase()
	b.become("U0GIL", "may only read")
	b.press("No, it's refused")
	b.shows("#thread-messages .ephemeral", "Only visible to you")
	b.shows("#thread-messages .ephemeral", "This is for the support team of this workspace.")
	b.picture("refused")
	b.click("#thread-messages .ephemeral [data-dismiss]")
	b.do("the refusal goes", chromedp.WaitNotPresent(chromedp.CSS("#thread-messages .ephemeral")))
	b.shows("#thread-messages", "login work in NetSuite")
	b.click("#who summary")
	b.do("becoming Eve", chromedp.Click(chromedp.CSS(`#who [data-become="U0EVE"]`)), chromedp.WaitVisible(chromedp.CSS(`body[data-live][data-user="U0EVE"]`)))
	if listed := b.count("#sidebar [data-channel]"); listed != 2 { // the shared one and her direct message
		t.Errorf("somebody of another company sees %d channels and messages, want the shared one and her own", listed)
	}
}

// Fifty alerts at once are all shown, the page stays the same page, and it goes on showing what happens.
func TestFiftyAlertsInTheBrowser(t *testing.T) {
	b := openBrowser(t, startSandbox(t).url)
	b.do("mark the page", chromedp.Evaluate[chromedp.Void]("window.marked = true; void 0"))
	b.click("#samples summary")
	b.do("choose fifty", chromedp.SetValue(chromedp.CSS(`#maker [name="amount"]`), "50"))
	b.click("#maker [type=submit]")
	b.poll("the fifty alerts never come", `document.querySelectorAll("#messages .message").length >= 50`)
	b.poll("no alert is answered", `[...document.querySelectorAll("#messages .message")].some((e) => e.querySelector(".thread-link"))`)
	b.shows("#messages", "Customer 1 (8000001)")
	b.shows("#messages", "Customer 50 (8000050)")
	b.keys("#composer-text", "still here\r")
	b.shows("#messages", "still here")
	b.picture("fifty")
	if !eval[bool](b, "window.marked === true") {
		t.Error("the page was loaded anew")
	}
}

// App Home lists the case, leads to its thread, and starts another one.
func TestHomeInTheBrowser(t *testing.T) {
	b := openBrowser(t, startSandbox(t).url)
	b.openCase()
	b.press("No, it's refused")
	b.shows("#thread-messages", "Reconnect with a login that works")
	b.do("Home", chromedp.Click(chromedp.CSS("#nav-home")), chromedp.WaitVisible(chromedp.CSS("body[data-live] #home")))
	b.shows("#home", "SF-1")
	b.picture("home")
	b.pressIn("#home", "Start a case")
	b.shows("#modal", "Accounting system")
	b.do("cancel", chromedp.Click(chromedp.CSS("[data-close-modal]")), chromedp.WaitNotPresent(chromedp.CSS("#modal")))
}

// A case is begun and answered, and its message reacted to, without a mouse.
func TestByKeyboardInTheBrowser(t *testing.T) {
	b := openBrowser(t, startSandbox(t).url)
	b.keys("#composer-text", "Oracle NetSuite Sync Error: Sync didn't finish successfully! Your login credentials are invalid/expired\r")
	b.shows("#messages .thread-link", "1 reply")
	b.chord("/")
	b.shows("#keys", "Open a message’s thread")
	b.key(kb.Escape)
	b.do("the list of keys closes", chromedp.WaitNotVisible(chromedp.CSS("#keys")))

	b.key(kb.F6) // from the composer round to the channels, then to the newest message
	b.focused("#nav-home, #sidebar [aria-current]")
	b.key(kb.F6)
	b.focused("#messages .message:last-child")
	b.key(kb.Tab)
	b.key(kb.ArrowUp)
	b.focused("#messages .message:last-child *")
	for range 20 {
		if b.count("#messages .message:last-child [data-add-reaction]:focus") > 0 {
			break
		}
		b.key(kb.Tab)
	}
	b.key(kb.Enter)
	b.key(kb.ArrowDown)
	b.key(kb.Enter)
	b.shows(`#messages [data-reaction="white_check_mark"]`, "1")
	b.focused("#messages .message:last-child")
	b.key(kb.ArrowRight)
	b.shows("#thread-messages", "login work in NetSuite")
	b.focused("#thread-composer-text")
	b.shift(kb.F6)
	b.focused("#thread-messages .message:last-child")
	b.key(kb.Tab)
	b.key(kb.Enter) // the first answer
	b.shows("#thread-messages", "Before you disconnect")
	b.focused("#thread-messages .message:last-child")
	b.key(kb.Tab)
	b.focused("#thread-messages [data-action-id^=gate]")
	b.key(kb.F6)
	b.focused("#thread-composer-text")
	b.key(kb.Escape)
	b.do("the thread closes", chromedp.WaitNotPresent(chromedp.CSS("#thread-messages")))
}
