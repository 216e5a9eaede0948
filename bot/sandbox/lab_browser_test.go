package sandbox

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/slack-go/slack"
)

func TestBreakThingsInTheBrowser(t *testing.T) {
	clock := &testClock{now: realClock{}.Now(), speed: 1}
	s := start(t, func(o *Options) { o.Clock = clock })
	connect(t, s, ackAll)
	ctx := browse(t, s)

	do(ctx, t, chromedp.Click(chromedp.CSS("#lab > summary")), chromedp.WaitVisible(chromedp.CSS(`[data-fault="acks:30%"]`)))
	do(ctx, t, chromedp.Click(chromedp.CSS(`[data-fault="429:10%"]`)), chromedp.WaitVisible(chromedp.CSS(`[data-fault="429:10%"][aria-checked="true"]`)))
	shows(ctx, t, "#lab-note", "1 on")
	do(ctx, t, chromedp.SendKeys(chromedp.CSS("#lab-fault"), "503:chat.postMessage\r"), chromedp.WaitVisible(chromedp.CSS(`[data-fault="503:chat.postMessage"][aria-checked="true"]`)))
	_ = post(s)
	shows(ctx, t, `[data-fault="503:chat.postMessage"]`, "1×")
	do(ctx, t, chromedp.SendKeys(chromedp.CSS("#lab-fault"), "ofline:30s\r"))
	shows(ctx, t, "#toast", "no fault \"ofline\"")
	do(ctx, t, chromedp.Click(chromedp.CSS(".lab-mend")), chromedp.WaitNotPresent(chromedp.CSS(`[data-fault][aria-checked="true"]`)))
	do(ctx, t, chromedp.Click(chromedp.CSS(`[data-strike="offline:30s"]`)), chromedp.WaitVisible(chromedp.CSS(".lab-alarm")))
	wait(t, s, func() bool { return s.Connections() == 0 })
	do(ctx, t, chromedp.Click(chromedp.CSS(".lab-alarm button")), chromedp.WaitNotPresent(chromedp.CSS(".lab-alarm")))
	before := clock.Now()
	do(ctx, t, chromedp.Click(chromedp.CSS(`[data-clock-do="24h"]`)), chromedp.Click(chromedp.CSS(`[data-clock-do="stop"]`)), chromedp.WaitVisible(chromedp.CSS(`[data-clock-do="run"]`)))
	shows(ctx, t, "#lab-note", "clock stopped")
	if later := clock.Now().Sub(before).Hours(); later != 24 || clock.Speed() != 0 {
		t.Errorf("the clock went on by %v hours and runs at %v", later, clock.Speed())
	}
	do(ctx, t, chromedp.Click(chromedp.CSS("#lab > summary")), chromedp.WaitNotPresent(chromedp.CSS(".lab-panel")))
}

func TestInspectorInTheBrowser(t *testing.T) {
	s := start(t, nil)
	a := connect(t, s, ackAll)
	root := reported(t, s, "Globex fails", "Case SF-12")
	ctx := browse(t, s)
	do(ctx, t, chromedp.Navigate(s.URL()+"lab"), chromedp.WaitVisible(chromedp.CSS("#traces .trace")))
	shows(ctx, t, "#traces", "Globex fails")

	do(ctx, t, chromedp.Click(chromedp.CSS(`[data-name="chat.postMessage"] summary`)))
	shows(ctx, t, `[data-name="chat.postMessage"] pre`, `"text": "Case SF-12"`)
	if _, err := a.AuthTest(); err != nil {
		t.Fatal(err)
	}
	shows(ctx, t, `#traces > li:first-child`, "auth.test") // newest first, as it happens
	shows(ctx, t, `[data-name="chat.postMessage"] pre`, `"text": "Case SF-12"`)

	do(ctx, t, chromedp.SendKeys(chromedp.CSS("#inspector-word"), "SF-12"), chromedp.WaitNotPresent(chromedp.CSS(`[data-name="auth.test"]`)))
	shows(ctx, t, "#traces", "Globex fails") // its alert names no case, but stands in its thread
	breaks(t, s, "503:reactions.add")
	_ = a.AddReaction("eyes", slack.NewRefToMessage("C0SUPPORT", root))
	shows(ctx, t, "#traces > li:first-child.warn", "fault 503:reactions.add")
	do(ctx, t, chromedp.Click(chromedp.CSS("#inspector-problems")), chromedp.WaitNotPresent(chromedp.CSS(`[data-name="chat.postMessage"]`)))
	shows(ctx, t, "#trace-note", "1 entry")
	export, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector("#inspector-export").href + " " + location.search`))
	if err != nil || export != s.URL()+"lab/export?problems=on&word=SF-12 ?problems=on&word=SF-12" {
		t.Errorf("the export and the address are %q, %v", export, err)
	}
}
