package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"syncfix/bot"
)

func TestCommands(t *testing.T) {
	tests := []struct {
		name string
		by   bot.Actor
		text string
		kind bot.EffectKind
		says string
	}{
		{"alone opens the form", ana, "", bot.OpenForm, ""},
		{"help", ana, "help", bot.ShowHelp, ""},
		{"list", ana, " LIST ", bot.ShowList, ""},
		{"mine", ana, "mine", bot.ShowList, ""},
		{"show", ana, "show sf-1", bot.ShowCase, ""},
		{"a number alone", ana, "SF-1", bot.ShowCase, ""},
		{"show without a number", ana, "show", bot.Whisper, "Which case?"},
		{"show of no case", ana, "show SF-99", bot.Whisper, "no case SF-99"},
		{"a slip", ana, "lsit", bot.ShowHelp, "/syncfix list"},
		{"a slip with a case", ana, "resove SF-1", bot.ShowHelp, "/syncfix resolve SF-1"},
		{"nothing like it", ana, "xyzzy", bot.ShowHelp, "/syncfix help"},
		{"an unknown error", ana, "the printer says it is out of paper again", bot.ShowHelp, "don't know this error"},
		{"an error", ana, "Ledger login refused, account 5", bot.ShowProposal, ""},
		{"an outsider", eve, "list", bot.Whisper, "support team"},
		{"a guest", gil, "Ledger login refused", bot.Whisper, "support team"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.alert("C1", "Ledger login refused, account 77")
				w.command(tt.by, tt.text)
				e := w.out.told(t, tt.by)
				if e.Kind != tt.kind || !strings.Contains(e.Text, tt.says) {
					t.Errorf("told %s %q", e, e.Text)
				}
			})
		})
	}
}

func TestAPastedErrorBecomesPublicOnlyWhenThePersonSaysSo(t *testing.T) {
	inWorld(t, func(w *world) {
		w.command(ana, "Ledger login refused, account 5")
		w.state("SF-1", bot.Proposed)
		if n := len(w.out.of(bot.ShowCard)); n != 0 {
			t.Fatal("the card is public before Ana said so")
		}
		w.press(ana, "SF-1", bot.ActionStart, "ledger-login")
		w.state("SF-1", bot.Triage)
		c := w.get("SF-1")
		if c.Owner.ID != ana.ID || c.Account != "5" || c.Card.TS == "" || c.Anchor.Thread != c.Card.Root() {
			t.Errorf("case: %+v", c)
		}
		w.alert("C1", "Ledger login refused, account 5")
		w.none("SF-2")
	})
}

func TestAPastedErrorWhereTheBotIsNoMember(t *testing.T) {
	inWorld(t, func(w *world) {
		w.in(bot.Inbound{Kind: bot.InCommand, By: ana, Place: bot.Place{Channel: "C0OUT"}, Text: "Ledger login refused", ReplyTo: "https://reply"})
		if e := w.out.told(t, ana); e.Kind != bot.Whisper || !strings.Contains(e.Text, "/invite") || e.ReplyTo == "" {
			t.Errorf("told %+v", e)
		}
		w.none("SF-1")
	})
}

func TestWhereItListens(t *testing.T) {
	inWorld(t, func(w *world) {
		w.alert("C0SHARED", "Ledger login refused, account 1")
		w.none("SF-1")
		w.in(bot.Inbound{Kind: bot.InMessage, Own: true, By: app, Place: bot.Place{Channel: "C1", TS: "1.0"}, Text: "Ledger login refused"})
		w.none("SF-1")
		w.in(bot.Inbound{Kind: bot.InMessage, Deleted: true, By: app, Place: bot.Place{Channel: "C1", TS: "1.0"}, Text: "Ledger login refused"})
		w.none("SF-1")
	})
	set := settings()
	set.Channels, set.SharedChannels = []string{"C2"}, []string{"C0SHARED"}
	inWorldWith(t, set, func(w *world) {
		w.alert("C1", "Ledger login refused, account 1")
		w.none("SF-1")
		w.alert("C2", "Ledger login refused, account 2")
		w.alert("C0SHARED", "Ledger login refused, account 3")
		w.state("SF-2", bot.Triage)
	})
}

func TestALikelyAlertIsAskedAbout(t *testing.T) {
	inWorld(t, func(w *world) {
		w.alert("C1", "Ledger trouble for account 9")
		w.state("SF-1", bot.Proposed)
		if got := w.out.of(bot.ShowProposal); len(got) != 1 || got[0].d.Effect.To != "" {
			t.Fatalf("under a bot's alert the offer is public: %+v", got)
		}
		w.in(bot.Inbound{Kind: bot.InMessage, By: ana, Place: bot.Place{Channel: "C1", TS: "8.0"}, Text: "we have ledger trouble"})
		if got := w.out.of(bot.ShowProposal); len(got) != 2 || got[1].d.Effect.To != ana.ID {
			t.Fatalf("a person is asked privately: %+v", got)
		}
		w.press(ana, "SF-2", bot.ActionDecline, "")
		w.state("SF-2", bot.Dismissed)
		w.press(leo, "SF-1", bot.ActionStart, "")
		w.state("SF-1", bot.Triage)
	})
}

func TestAnEditIsNotAnotherFailure(t *testing.T) {
	inWorld(t, func(w *world) {
		p := w.alert("C1", "Ledger login refused")
		w.in(bot.Inbound{Kind: bot.InMessage, Edited: true, By: app, Place: p, Text: "Ledger login refused, account 12"})
		c := w.get("SF-1")
		if c.Repeats.Count != 0 {
			t.Errorf("an edit counted as a repeat")
		}
		if c.Account != "12" {
			t.Errorf("the edit's account is not taken: %+v", c.Account)
		}
		time.Sleep(time.Minute)
		w.in(bot.Inbound{Kind: bot.InMessage, Edited: true, By: app, Place: p, Text: "Ledger sync succeeded"})
		w.state("SF-1", bot.Resolved)
	})
}

func TestTheShortcut(t *testing.T) {
	inWorld(t, func(w *world) {
		in := bot.Inbound{Kind: bot.InShortcut, By: ana, Place: bot.Place{Channel: "C1", TS: "3.0"}, Text: "Ledger trouble, account 4", Trigger: "tr"}
		w.in(in)
		w.state("SF-1", bot.Triage)
		w.in(in)
		if e := w.out.told(t, ana); e.Kind != bot.ShowCase || e.Case != "SF-1" {
			t.Errorf("told %s", e)
		}
		in.Place.TS, in.Text = "4.0", "it doesn't work"
		w.in(in)
		if e := w.out.told(t, ana); e.Kind != bot.OpenForm || e.Text != "it doesn't work" {
			t.Errorf("told %s %q", e, e.Text)
		}
	})
}

func TestTheStartForm(t *testing.T) {
	lib := newLibrary(t, ledger())
	start := func(system, text string) bot.Form {
		return bot.Form{Kind: bot.FormStart, Values: map[string]string{bot.FieldSystem: system, bot.FieldError: text}}
	}
	if p := bot.CheckForm(start("", " "), lib); p[bot.FieldError] == "" || p[bot.FieldSystem] == "" {
		t.Errorf("not all problems are named: %v", p)
	}
	if p := bot.CheckForm(start("Abacus", "login refused"), lib); p[bot.FieldError] == "" {
		t.Errorf("an unknown system's error is taken: %v", p)
	}
	if p := bot.CheckForm(start("Ledger", "it says no"), lib); p != nil {
		t.Errorf("the only playbook of the system is not taken: %v", p)
	}
	inWorld(t, func(w *world) {
		f := start("Ledger", "it says no")
		f.Values[bot.FieldAccount], f.Values[bot.FieldCompany] = "31", "Acme"
		w.in(bot.Inbound{Kind: bot.InForm, By: ana, Place: bot.Place{Channel: "C1"}, Form: f})
		w.state("SF-1", bot.Triage)
		if c := w.get("SF-1"); c.Account != "31" || c.Company != "Acme" || c.Owner.ID != ana.ID {
			t.Errorf("case: %+v", c)
		}
	})
}

func TestMentions(t *testing.T) {
	inWorld(t, func(w *world) {
		p := w.alert("C1", "Ledger login refused, account 77")
		mention := func(text, thread string) bot.Effect {
			w.out.forget()
			w.in(bot.Inbound{Kind: bot.InMention, By: ana, Place: bot.Place{Channel: "C1", TS: "70.0", Thread: thread}, Text: text})
			return w.out.told(t, ana)
		}
		if e := mention("", p.TS); e.Kind != bot.ShowCase {
			t.Errorf("in a case's thread: %s", e)
		}
		if e := mention("", ""); e.Kind != bot.ShowHelp {
			t.Errorf("elsewhere: %s", e)
		}
		if e := mention("list", ""); e.Kind != bot.ShowList {
			t.Errorf("with a command: %s", e)
		}
		w.in(bot.Inbound{Kind: bot.InMention, By: ana, Place: bot.Place{Channel: "C1", TS: "71.0"}, Text: "ledger trouble for account 5"})
		w.state("SF-2", bot.Triage)
	})
}

func TestASecretIsWarnedAboutPrivately(t *testing.T) {
	inWorld(t, func(w *world) {
		w.in(bot.Inbound{Kind: bot.InMessage, By: ana, Place: bot.Place{Channel: "C1", TS: "3.0"}, Text: "hello", Removed: []string{"password"}})
		if e := w.out.told(t, ana); !strings.Contains(e.Text, "password") || !strings.Contains(e.Text, "delete") {
			t.Errorf("told %q", e.Text)
		}
		w.said(`msg="a secret was removed before anything was stored"`, "what=[password] by=U0ANA")
	})
}

// Nobody can tell an app, so the operator is.
func TestASecretOfAnAppIsForTheOperator(t *testing.T) {
	inWorld(t, func(w *world) {
		w.in(bot.Inbound{Kind: bot.InMessage, By: bot.Actor{ID: "B1", Bot: true}, Place: bot.Place{Channel: "C1", TS: "3.0"}, Text: "hello", Removed: []string{"password"}})
		w.said(`msg="an app posted a secret, which was removed before anything was stored;`, "what=[password] app=B1")
		if got := w.out.of(bot.Whisper); len(got) > 0 {
			t.Errorf("told: %+v", got)
		}
	})
}

// Nothing else comes of a form that was turned down, or a failure that was over.
func TestASecretInWhatComesToNothing(t *testing.T) {
	inWorld(t, func(w *world) {
		w.rejected = map[string]string{"account": "Please fill this in."}
		w.in(bot.Inbound{Kind: bot.InForm, By: ana, Removed: []string{"password"}})
		if e := w.out.told(t, ana); !strings.Contains(e.Text, "What you sent seems to contain a password") {
			t.Errorf("told %q", e.Text)
		}
		w.said(`msg=dropped`, `reason="form with errors"`)
		w.rejected, w.over = nil, true
		w.in(bot.Inbound{Kind: bot.InMessage, By: ana, Place: bot.Place{Channel: "C1", TS: "3.0"}, Text: "Ledger login refused, account 77", Removed: []string{"token"}})
		if e := w.out.told(t, ana); !strings.Contains(e.Text, "token") || !strings.Contains(e.Text, "delete") {
			t.Errorf("told %q", e.Text)
		}
		w.none("SF-1")
		w.in(bot.Inbound{Kind: bot.InMessage, By: bot.Actor{ID: "B1", Bot: true}, Place: bot.Place{Channel: "C1", TS: "4.0"}, Text: "Ledger login refused, account 77", Removed: []string{"password"}})
		w.said(`an app posted a secret`, "app=B1")
		if got := w.out.of(bot.Whisper); len(got) > 2 {
			t.Errorf("told: %+v", got)
		}
	})
}

// said checks that one line of the log says all of it.
func (w *world) said(all ...string) {
	w.t.Helper()
	for _, line := range w.log.lines() {
		if !slices.ContainsFunc(all, func(s string) bool { return !strings.Contains(line, s) }) {
			return
		}
	}
	w.t.Errorf("no line of the log says %q: %q", all, w.log.lines())
}

func TestAnInvitedBotSaysHello(t *testing.T) {
	inWorld(t, func(w *world) {
		w.in(bot.Inbound{Kind: bot.InJoined, Place: bot.Place{Channel: "C3"}})
		if got := w.out.of(bot.Reply); len(got) != 1 || got[0].d.Effect.Place.Channel != "C3" || got[0].d.Effect.Place.Root() != "" {
			t.Errorf("said: %+v", got)
		}
	})
}

func TestOnlyTheOpenCaseInTheChannelTakesANamelessSuccess(t *testing.T) {
	inWorld(t, func(w *world) {
		w.alert("C1", "Ledger login refused")
		w.alert("C2", "Ledger login refused")
		w.alert("C3", "Ledger sync succeeded")
		w.state("SF-1", bot.Triage)
		w.alert("C2", "Ledger sync succeeded")
		w.state("SF-2", bot.Triage) // at the same moment as the failure: proves nothing
	})
}
