package slackio

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"syncfix/bot"
)

var update = flag.Bool("update", false, "write the golden files")

type sample struct {
	name   string
	effect bot.Effect
	scene  bot.Scene
}

func cardSamples() []sample {
	card := bot.Effect{Kind: bot.ShowCard, Case: "SF-12"}
	return []sample{
		{"card-question", card, scene(nil)},
		{"card-question-alone", card, scene(func(c *bot.Case) { // a case from a form: no alert, nothing known
			c.Anchor.TS, c.Account, c.Company, c.Owner, c.Repeats = "", "", "", bot.Actor{}, bot.Repeats{}
		})},
		{"card-before", card, scene(fixing("reconnect", "before"))},
		{"card-disconnect", card, scene(fixing("reconnect", "disconnected", ready()))},
		{"card-reconnect", card, scene(fixing("reconnect", "saved", ready(), disconnected()))},
		{"card-risk", card, scene(fixing("drop-2fa", "risk"))},
		{"card-second-fix", card, scene(func(c *bot.Case) {
			fixing("drop-2fa", "risk")(c)
			c.Tried = append([]bot.Try{{Fix: "reconnect", Result: bot.Failed, Ended: noon().Add(-30 * time.Minute)}}, c.Tried...)
		})},
		{"card-verifying", card, scene(verifying)},
		{"card-asked", card, scene(func(c *bot.Case) { verifying(c); c.Offer.Asked = true })},
		{"card-waiting", card, scene(func(c *bot.Case) {
			c.State, c.Before, c.WaitUntil = bot.Waiting, bot.Triage, noon().Add(4*time.Hour)
		})},
		{"card-resolved", card, scene(resolved)},
		{"card-resolved-notice", card, scene(func(c *bot.Case) {
			resolved(c)
			c.Verified = bot.Verified{At: noon(), Notice: true}
		})},
		{"card-escalated", card, scene(escalated)},
		{"card-dismissed", card, scene(func(c *bot.Case) {
			c.State, c.Offer, c.Closed, c.Reason = bot.Dismissed, bot.Offer{}, noon(), "It's a test account."
			c.ClosedBy = leo()
		})},
	}
}

func otherSamples() []sample {
	brief := scene(escalated)
	brief.Events = events()
	brief.Case.Past = []bot.Done{{Offer: "o1", Kind: bot.OfferQuestion, Question: "can-log-in", Choice: "no"}}
	show := brief
	proposal := scene(func(c *bot.Case) { c.State, c.Offer = bot.Proposed, bot.Offer{ID: "o1", Kind: bot.OfferStart} })
	which := proposal
	which.Case.Others, which.Case.Anchor.TS = []string{"sage-login"}, ""
	list := scene(nil)
	stuck := scene(func(c *bot.Case) { c.ID, c.Company, c.Owner, c.Changed = "SF-9", "", leo(), noon().Add(-30*time.Hour) }).Case
	list.Cases = []bot.Case{theCase(), stuck, scene(escalated).Case, scene(func(c *bot.Case) {
		c.ID, c.State, c.WaitUntil, c.Owner = "SF-10", bot.Waiting, noon().Add(time.Hour), bot.Actor{}
	}).Case}
	home := list
	home.Recent, home.Problems = []bot.Case{scene(resolved).Case}, []string{"I'm not in #billing-alerts."}
	form := func(f bot.FormKind, s bot.Scene) sample {
		return sample{"form-" + string(f), bot.Effect{Kind: bot.OpenForm, Case: "SF-12", Form: f, Place: s.Case.Anchor}, s}
	}
	return []sample{
		{"proposal", bot.Effect{Kind: bot.ShowProposal, Case: "SF-12"}, proposal},
		{"proposal-which", bot.Effect{Kind: bot.ShowProposal, Case: "SF-12", To: "U0ANA"}, which},
		{"proposal-taken", bot.Effect{Kind: bot.ShowProposal, Case: "SF-12"}, scene(nil)},
		{"brief", bot.Effect{Kind: bot.Brief, Case: "SF-12"}, brief},
		{"show", bot.Effect{Kind: bot.ShowCase, Case: "SF-12", To: "U0ANA"}, show},
		{"show-unknown", bot.Effect{Kind: bot.ShowCase, Case: "SF-99", To: "U0ANA"}, bot.Scene{Now: noon()}},
		{"list", bot.Effect{Kind: bot.ShowList, List: bot.ListOpen, To: "U0ANA"}, list},
		{"list-none", bot.Effect{Kind: bot.ShowList, List: bot.ListMine, To: "U0ANA"}, bot.Scene{Now: noon()}},
		{"digest", bot.Effect{Kind: bot.ShowDigest}, bot.Scene{Now: noon(), Cases: []bot.Case{stuck}}},
		{"home", bot.Effect{Kind: bot.ShowHome, To: "U0ANA"}, home},
		{"help", bot.Effect{Kind: bot.ShowHelp, To: "U0ANA", Text: "I don't know “lst”. Did you mean `/syncfix list`?"}, bot.Scene{}},
		{"reply", bot.Effect{Kind: bot.Reply, Text: "Reminder: SF-12 waits for you.", Ping: []string{"U0ANA", "S0LEADS", "<!here>"}}, bot.Scene{}},
		{"pointer", bot.Effect{Kind: bot.Pointer, Case: "SF-12"}, scene(nil)},
		{"form-start", bot.Effect{Kind: bot.OpenForm, Form: bot.FormStart, Text: "Sync didn't finish successfully!"}, scene(nil)},
		form(bot.FormAnswers, scene(fixing("reconnect", "before"))), form(bot.FormCause, scene(nil)), form(bot.FormWait, scene(nil)),
		form(bot.FormAccount, scene(nil)), form(bot.FormHandOff, scene(nil)), form(bot.FormDismiss, scene(nil)),
		form(bot.FormResolve, scene(nil)), form(bot.FormCannot, scene(fixing("drop-2fa", "risk"))),
	}
}

func TestViewsLookAsTheyShould(t *testing.T) {
	for _, s := range append(cardSamples(), otherSamples()...) {
		t.Run(s.name, func(t *testing.T) {
			o := Options{TeamURL: "https://acme.slack.com/", Stale: 24 * time.Hour, Delivery: "SF-12/4/0"}
			if s.effect.Kind == bot.Pointer {
				o.Link = "https://acme.slack.com/archives/C0SUPPORT/p1"
			}
			r := Render(s.effect, s.scene, o)
			for _, b := range check(t, r) {
				t.Error(b)
			}
			got := drawn(t, r)
			file := filepath.Join("testdata", "views", s.name+".txt")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s has changed (go test ./bot/slackio -update writes it anew):\n%s", file, diff)
			}
		})
	}
}

// offers are the presses that a view has: buttons and menu entries.
func offers(t interface{ Fatalf(string, ...any) }, blocks []slack.Block) map[bot.Press]string {
	found := map[bot.Press]string{}
	for _, b := range blocks {
		row, ok := b.(*slack.ActionBlock)
		if !ok {
			continue
		}
		for _, e := range row.Elements.ElementSet {
			values := map[string]string{}
			id := ""
			switch e := e.(type) {
			case *slack.ButtonBlockElement:
				id, values[e.Value] = e.ActionID, e.Text.Text
			case *slack.SelectBlockElement:
				id = e.ActionID
				for _, o := range e.Options {
					values[o.Value] = o.Text.Text
				}
			}
			for v, label := range values {
				p, err := DecodePress(id, v)
				if err != nil {
					t.Fatalf("%s %s: %v", id, v, err)
				}
				found[p] = label
			}
		}
	}
	return found
}

func TestWaysOutAreAlwaysThere(t *testing.T) {
	for _, s := range cardSamples() {
		c := s.scene.Case
		got := map[string]bool{}
		for p, label := range offers(t, Render(s.effect, s.scene, Options{}).Blocks) {
			if p.Case != "SF-12" {
				t.Errorf("%s: %q is of case %q", s.name, label, p.Case)
			}
			got[label] = true
		}
		want := map[string]bool{
			"Hand off now": c.State.Open() && c.State != bot.Escalated, "Not a sync failure": c.State.Open(),
			"Wrong diagnosis": c.State.Open() && c.State != bot.Escalated, "Pick the cause": c.State.Open(),
			"Set account and company": c.State.Open(), "The sync worked": c.State.Open(), "Still failing": c.State == bot.Verifying,
			"Can't do this step": c.State == bot.Fixing, "Not sure": c.Offer.Kind == bot.OfferQuestion,
			"The customer has answered": c.State == bot.Waiting, "Reopen": !c.State.Open() || c.State == bot.Escalated,
			"Change an answer": c.State.Open() && len(c.Evidence) > 0,
		}
		for label, there := range want {
			if got[label] != there {
				t.Errorf("%s: %q is there: %v, want %v", s.name, label, got[label], there)
			}
		}
	}
}

// drawn is what a person would see, with what a press would say.
func drawn(t *testing.T, r Rendered) string {
	t.Helper()
	var b strings.Builder
	var blocks any = r.Blocks
	switch {
	case r.Modal != nil:
		fmt.Fprintf(&b, "modal %s: %s [%s] [%s] %s\n", r.Modal.CallbackID, r.Modal.Title.Text, r.Modal.Submit.Text, r.Modal.Close.Text, r.Modal.PrivateMetadata)
		blocks = r.Modal.Blocks.BlockSet
	case r.Home != nil:
		b.WriteString("home\n")
		blocks = r.Home.Blocks.BlockSet
	default:
		fmt.Fprintf(&b, "text: %s\n", r.Text)
	}
	raw, err := json.Marshal(blocks)
	if err != nil {
		t.Fatal(err)
	}
	var list []map[string]any
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	for _, m := range list {
		fmt.Fprintf(&b, "--- %v %v\n", m["type"], m["block_id"])
		readBlock(&b, m)
	}
	return b.String()
}

func readBlock(b *strings.Builder, m map[string]any) {
	words := func(v any) string {
		t, _ := v.(map[string]any)
		s, _ := t["text"].(string)
		return s
	}
	if s := words(m["text"]); s != "" {
		fmt.Fprintln(b, s)
	}
	if m["type"] == "input" {
		fmt.Fprintf(b, "%s (optional: %v; %s)\n", words(m["label"]), m["optional"] == true, words(m["hint"]))
		m = map[string]any{"elements": []any{m["element"]}}
	}
	els, _ := m["elements"].([]any)
	for _, e := range els {
		el := e.(map[string]any)
		switch el["type"] {
		case "button":
			fmt.Fprintf(b, "[%s] %v %v %v", words(el["text"]), el["style"], el["action_id"], el["value"])
			if c, ok := el["confirm"].(map[string]any); ok {
				fmt.Fprintf(b, " asks %v “%s: %s” [%s] [%s]", c["style"], words(c["title"]), words(c["text"]), words(c["confirm"]), words(c["deny"]))
			}
			fmt.Fprintln(b)
		case "static_select":
			fmt.Fprintf(b, "select %s (%v)\n", words(el["placeholder"]), el["action_id"])
			first, _ := el["initial_option"].(map[string]any)
			for _, o := range el["options"].([]any) {
				opt := o.(map[string]any)
				mark := "-"
				if first != nil && first["value"] == opt["value"] {
					mark = "*"
				}
				fmt.Fprintf(b, "  %s %s %s = %v\n", mark, words(opt["text"]), words(opt["description"]), opt["value"])
			}
		case "mrkdwn":
			fmt.Fprintln(b, el["text"])
		case "rich_text_preformatted":
			for _, x := range el["elements"].([]any) {
				fmt.Fprintf(b, "```%v```\n", x.(map[string]any)["text"])
			}
		default:
			fmt.Fprintf(b, "%v %v initial=%v\n", el["type"], el["action_id"], el["initial_value"])
		}
	}
}
