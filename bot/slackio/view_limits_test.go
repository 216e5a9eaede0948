package slackio

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"syncfix/bot"
	"syncfix/diagnose"
)

// nasty are pieces of text that break blocks, lines or trust where they get through.
func nasty() []string {
	return []string{
		"<!channel>", "<@U1>", "<https://evil.example|click>", "&lt;", "&", "`", "```", "*", "_", "~", "\n", "\r\n", "\t", "\u202E", "\u200B", "\x00", "\xff",
		"👩‍👩‍👧", "日本語", "שלום", "very ", "long ", "|", ">", "<", "@here ", "#general ", "a", "%7C",
	}
}

// words is text of up to most pieces, sometimes of very many.
func words(most int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		piece := strings.Join(rapid.SliceOfN(rapid.SampledFrom(nasty()), 0, 12).Draw(t, "pieces"), "")
		if rapid.Bool().Draw(t, "long") {
			return strings.Repeat(piece+"x", most)
		}
		return piece
	})
}

func list[T any](t *rapid.T, most int, draw func(i int) T) []T {
	var out []T
	for i := range rapid.IntRange(0, most).Draw(t, "n") {
		out = append(out, draw(i))
	}
	return out
}

func drawPlaybook(t *rapid.T) diagnose.Playbook {
	text := func() string { return words(400).Draw(t, "text") }
	p := diagnose.Playbook{ID: "p", Title: text(), System: text(), Verify: diagnose.Verification{Text: text()}, Escalation: diagnose.Escalation{To: text()}}
	p.Escalation.Attach = list(t, 15, func(int) string { return text() })
	p.Sources = list(t, 8, func(int) diagnose.Source { return diagnose.Source{Title: text(), URL: "https://example.com/" + text()} })
	p.Causes = list(t, 12, func(i int) diagnose.Cause { return diagnose.Cause{ID: fmt.Sprint("c", i), Name: text()} })
	p.Questions = list(t, 6, func(i int) diagnose.Question {
		q := diagnose.Question{ID: fmt.Sprint("q", i), Text: text(), Where: text(), Who: rapid.SampledFrom([]diagnose.Who{diagnose.WhoSupport, diagnose.WhoCustomer}).Draw(t, "who")}
		q.Answers = list(t, 30, func(i int) diagnose.Answer { return diagnose.Answer{ID: fmt.Sprint("a", i), Text: text()} })
		return q
	})
	p.Fixes = list(t, 3, func(i int) diagnose.Fix {
		f := diagnose.Fix{ID: fmt.Sprint("f", i), Title: text(), Needs: list(t, 10, func(int) string { return text() }), Warnings: list(t, 6, func(int) string { return text() })}
		f.Steps = list(t, 60, func(i int) diagnose.Step {
			s := diagnose.Step{ID: fmt.Sprint("s", i), Text: text(), Where: text(), Path: text(), Note: text(), Basis: diagnose.Inferred}
			if i%7 == 6 {
				s.Gate = diagnose.Gate{ID: fmt.Sprint("g", i), Kind: diagnose.GateDisconnect, Title: text(), Button: text(), Confirm: text()}
				s.Cannot = list(t, 5, func(j int) diagnose.Cannot { return diagnose.Cannot{ID: fmt.Sprint("w", i, j), Text: text()} })
			}
			return s
		})
		return f
	})
	return p
}

func drawActor(t *rapid.T) bot.Actor {
	return bot.Actor{ID: rapid.SampledFrom([]string{"", "U0ANA", "<!here>"}).Draw(t, "id"), Name: words(50).Draw(t, "name")}
}

func drawCase(t *rapid.T) bot.Case {
	text := func() string { return words(2000).Draw(t, "text") }
	id := func(kind string) string { return fmt.Sprint(kind, rapid.IntRange(0, 5).Draw(t, kind)) }
	at := func() time.Time {
		return noon().Add(time.Duration(rapid.IntRange(-1e6, 1e3).Draw(t, "s")) * time.Second)
	}
	c := bot.Case{
		ID: "SF-1234567890", Rev: 1 << 60, Company: text(), Account: text(), System: text(), Subject: text(), Text: text(), Reason: text(), Owner: drawActor(t),
		Opened: at(), Changed: at(), Closed: at(), WaitUntil: at(), LastFailure: at(), Reopened: rapid.IntRange(0, 2).Draw(t, "reopened"),
		Repeats: bot.Repeats{Count: rapid.IntRange(0, 3).Draw(t, "repeats")}, Playbook: "p",
		State: rapid.SampledFrom([]bot.State{bot.Proposed, bot.Triage, bot.Fixing, bot.Verifying, bot.Waiting, bot.Resolved, bot.Escalated, bot.Dismissed, ""}).Draw(t, "state"),
		Offer: bot.Offer{
			ID: "o123456", Reason: text(), Question: id("q"), Fix: id("f"), Gate: id("g"), Asked: rapid.Bool().Draw(t, "asked"),
			Kind: rapid.SampledFrom([]bot.OfferKind{bot.OfferStart, bot.OfferQuestion, bot.OfferGate, bot.OfferVerify, ""}).Draw(t, "offer"),
		},
		Verified: bot.Verified{At: at(), By: drawActor(t), Notice: rapid.Bool().Draw(t, "notice"), Note: text(), Cause: id("c"), Fix: id("f")},
		Timers:   map[bot.Timer]time.Time{bot.TimerVerify: at()},
	}
	if rapid.Bool().Draw(t, "anchored") {
		c.Anchor = bot.Place{Channel: "C0SUPPORT", TS: "1.2"}
	}
	c.Others = list(t, 6, func(i int) string { return fmt.Sprint("other", i) })
	c.Past = list(t, 4, func(int) bot.Done {
		return bot.Done{Kind: bot.OfferQuestion, Offer: "o1", Question: id("q"), What: text(), By: drawActor(t), At: at()}
	})
	c.Tried = list(t, 12, func(int) bot.Try {
		return bot.Try{Fix: id("f"), Result: rapid.SampledFrom([]bot.Result{bot.Failed, bot.Blocked, bot.Worked, ""}).Draw(t, "result"), Started: at(), Ended: at(),
			Gates: list(t, 12, func(i int) bot.GateRun {
				return bot.GateRun{Gate: fmt.Sprint("g", i), Kind: diagnose.GateBefore, By: drawActor(t), At: at()}
			})}
	})
	c.Evidence = list(t, 6, func(i int) diagnose.Evidence {
		return diagnose.Evidence{Kind: diagnose.KindAnswer, Question: fmt.Sprint("q", i), Answer: id("a")}
	})
	return c
}

func drawScene(t *rapid.T) bot.Scene {
	text := func() string { return words(2000).Draw(t, "text") }
	p := drawPlaybook(t)
	s := bot.Scene{Now: noon(), Playbook: p, Case: drawCase(t), Titles: map[string]string{"p": text()}}
	s.Systems = list(t, 5, func(i int) string { return fmt.Sprint("System ", i, text()) })
	s.Problems = list(t, 7, func(int) string { return text() })
	for _, c := range p.Causes {
		s.Ranking = append(s.Ranking, diagnose.Ranked{Cause: c.ID, Name: c.Name, Why: text(),
			Band: rapid.SampledFrom([]diagnose.Band{diagnose.MostLikely, diagnose.Possible, diagnose.Unlikely, diagnose.RuledOut}).Draw(t, "band")})
	}
	some := list(t, 3, func(int) bot.Case { return drawCase(t) })
	for range rapid.IntRange(0, 40).Draw(t, "copies") {
		s.Cases, s.Recent = append(s.Cases, some...), append(s.Recent, some...)
	}
	kinds := []bot.EventKind{bot.EventOpened, bot.EventStarted, bot.EventAlert, bot.EventAnswered, bot.EventGate, bot.EventCannot, bot.EventPicked,
		bot.EventDismissed, bot.EventWaiting, bot.EventMerged, bot.EventGone, bot.EventReopened, bot.EventTimer, bot.EventPosted, bot.EventWorked, ""}
	s.Events = list(t, 40, func(int) bot.Event {
		return bot.Event{Kind: rapid.SampledFrom(kinds).Draw(t, "event"), At: noon(), By: drawActor(t), Offer: "o1", Note: text(),
			Choice: rapid.SampledFrom([]string{"a0", "g6", "w60", "c1", "verify", "x"}).Draw(t, "choice")}
	})
	return s
}

func TestEveryViewOfEveryStateKeepsSlacksLimits(t *testing.T) {
	kinds := []bot.EffectKind{bot.ShowCard, bot.ShowCard, bot.ShowCard, bot.ShowProposal, bot.Reply, bot.Brief, bot.Pointer, bot.Whisper, bot.ShowList, bot.ShowCase,
		bot.ShowHelp, bot.OpenForm, bot.OpenForm, bot.ShowHome, bot.ShowDigest}
	forms := []bot.FormKind{bot.FormStart, bot.FormAnswers, bot.FormCause, bot.FormWait, bot.FormAccount, bot.FormHandOff, bot.FormDismiss, bot.FormResolve, bot.FormCannot, "unknown"}
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		e := bot.Effect{
			Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Case: s.Case.ID, Text: words(3000).Draw(t, "text"),
			Form: rapid.SampledFrom(forms).Draw(t, "form"), To: rapid.SampledFrom([]string{"", "U0ANA"}).Draw(t, "to"), Place: s.Case.Anchor,
			Ping: list(t, 20, func(int) string { return rapid.SampledFrom([]string{"U0ANA", "<!here>", ""}).Draw(t, "ping") }),
		}
		o := Options{
			TeamURL: rapid.SampledFrom([]string{"", "https://acme.slack.com/"}).Draw(t, "team"), Stale: 24 * time.Hour,
			Delivery: "SF-1/" + words(100).Draw(t, "delivery"), Link: rapid.SampledFrom([]string{"", "https://acme.slack.com/x", "https://x|y>"}).Draw(t, "link"),
		}
		r := Render(e, s, o)
		for _, b := range check(t, r) {
			t.Errorf("%s %s: %s", e.Kind, s.Case.State, b)
		}
		if e.Kind == bot.ShowCard {
			checkButtons(t, s, r)
		}
	})
}

// checkButtons fails if a card that had to be shortened has lost a button.
func checkButtons(t *rapid.T, s bot.Scene, r Rendered) {
	c := s.Case
	var got int
	has := map[bot.Press]bool{}
	for p := range offers(t, r.Blocks) {
		has[p] = true
		if p.Action == bot.ActionAnswer {
			got++
		}
	}
	if !c.State.Open() {
		if c.State != "" && !has[bot.Press{Case: c.ID, Action: bot.ActionReopen}] {
			t.Errorf("a %s card can't be reopened", c.State)
		}
		return
	}
	if !has[bot.Press{Case: c.ID, Action: bot.ActionMenu, Choice: string(bot.MenuDismiss)}] {
		t.Errorf("a %s card has no menu", c.State)
	}
	if c.State == bot.Escalated {
		return
	}
	if q, ok := s.Playbook.Question(c.Offer.Question); ok && c.Offer.Kind == bot.OfferQuestion && got != len(q.Answers)+1 {
		t.Errorf("%d answers have a button, want %d", got, len(q.Answers)+1)
	}
	if f, ok := s.Playbook.Fix(c.Offer.Fix); ok && c.Offer.Kind == bot.OfferGate {
		_, g := c.Stretch(f)
		if !has[bot.Press{Case: c.ID, Offer: c.Offer.ID, Action: bot.ActionGate, Choice: g.ID}] {
			t.Error("the gate has no button")
		}
	}
	if c.Offer.Kind == bot.OfferVerify && !has[bot.Press{Case: c.ID, Offer: c.Offer.ID, Action: bot.ActionFailing}] {
		t.Error("“Still failing” is missing")
	}
}

func TestAWallOfTextIsShortenedInOrder(t *testing.T) {
	s := scene(fixing("reconnect", "before"))
	long := strings.Repeat("word ", 500)
	f := &s.Playbook.Fixes[0]
	f.Steps = nil
	for i := range 30 {
		f.Steps = append(f.Steps, diagnose.Step{ID: fmt.Sprint("s", i), Text: fmt.Sprint("begin", i, " ", long), Note: "note " + long})
	}
	r := Render(bot.Effect{Kind: bot.ShowCard}, s, Options{})
	for _, b := range check(t, r) {
		t.Error(b)
	}
	text := drawn(t, r)
	if strings.Contains(text, "Source:") || strings.Contains(text, "note word") {
		t.Error("notes and sources should go before steps do")
	}
	for i := range 30 {
		if want := fmt.Sprint("begin", i, " word"); !strings.Contains(text, want) {
			t.Errorf("step %d is gone", i+1)
		}
	}
	if !strings.Contains(text, "Done, watch the sync") {
		t.Error("the button is gone")
	}
}

func TestALongStoryIsToldFromItsEnd(t *testing.T) {
	s := scene(escalated)
	for i := range 40 {
		s.Events = append(s.Events, bot.Event{Kind: bot.EventHandedOff, At: noon(), By: ana(), Note: fmt.Sprint("note", i, " ", strings.Repeat("word ", 60))})
		s.Case.Tried = append(s.Case.Tried, bot.Try{Fix: "reconnect", Result: bot.Failed, Gates: []bot.GateRun{ready(), disconnected(), reconnected()}})
	}
	s.Playbook.Escalation.Attach = strings.Split(strings.Repeat("attach this and that and more,", 30), ",")
	r := Render(bot.Effect{Kind: bot.Brief}, s, Options{})
	for _, b := range check(t, r) {
		t.Error(b)
	}
	if text := drawn(t, r); len(text) > maxCard*3/2 || !strings.Contains(text, "note39") || !strings.Contains(text, "earlier events") {
		t.Errorf("a brief of %d bytes: %.3000s", len(text), text)
	}
}
