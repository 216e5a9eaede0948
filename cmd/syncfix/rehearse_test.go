package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"syncfix/playbooks"
)

// Every conversation of the library, against the bot's own logic and with all
// playbooks' recogniser.
func TestLibraryConversations(t *testing.T) {
	library, rehearsals, err := playbooks.LoadRehearsals("", nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(rehearsals) != len(library.All()) {
		t.Errorf("%d rehearsals of %d playbooks", len(rehearsals), len(library.All()))
	}
	for _, r := range rehearsals {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			for _, p := range playOne(library, r, false).problems {
				t.Error(p)
			}
		})
	}
}

// The playbook that is the model for others leaves nothing out.
func TestNetSuiteLoginIsRehearsedWholly(t *testing.T) {
	library, rehearsals, err := playbooks.LoadRehearsals("", nil)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(rehearsals, func(r playbooks.Rehearsal) bool { return r.Playbook == "oracle-netsuite-login" })
	if missing := playOne(library, rehearsals[at], false).missing; len(missing) > 0 {
		t.Errorf("no conversation comes to %s", strings.Join(missing, ", "))
	}
}

func TestUnrehearsed(t *testing.T) {
	library := kettle(t)
	p, _ := library.Get("kettle")
	for lines, want := range map[string]string{
		"":                                      "answer in to wall, answer out to wall, fix plug_in, fix new_fuse",
		"answer out":                            "answer in to wall, fix new_fuse",
		"answer out\nchange wall to in":         "way out glued of new_fuse",
		"answer in\npress before\ncannot glued": "answer out to wall, fix plug_in",
	} {
		s, problems := playbooks.ParseScript("kettle.txt", []byte("# a\n"+kettleAlert+lines))
		if len(problems) > 0 {
			t.Fatal(playbooks.Problems(problems))
		}
		turns, _ := playbooks.Rehearse(s.Conversations[0], newDesk(library))
		if got := strings.Join(playbooks.Unrehearsed(p, s.Conversations, [][]playbooks.Turn{turns}), ", "); got != want {
			t.Errorf("%q: %s\nwant %s", lines, got, want)
		}
	}
}

// kettlePlaybook has a question that must come first, because a wrong fix is dear.
const kettlePlaybook = `version: 1
id: kettle
title: The kettle stays cold
system: Kettle
product: Kitchen
alerts:
  phrases:
    - the kettle stays cold after a minute
    - {text: fuse blown, sure: false, needs: [kettle]}
  extract:
    - account: 'socket (\d+)'
  recovery: [the kettle boils]
  samples:
    match: [the kettle stays cold after a minute]
    no_match: [the kettle boils]
causes:
  - {id: plug, name: Not plugged in, statement: The plug is out.}
  - {id: fuse, name: Blown fuse, statement: The fuse is blown.}
questions:
  - id: wall
    text: Is the plug in the wall?
    takes: 1m
    answers:
      - {id: in, text: In, says: The plug is in, speaks: {plug: rules_out, fuse: confirms}}
      - {id: out, text: Out, speaks: {plug: confirms}}
fixes:
  - id: plug_in
    title: Plug it in
    solves: [plug]
    takes: 30m
    failed_try: 60m
    stale: [wall]
    steps:
      - text: Plug it in.
        gate: {kind: done, button: It is in, confirm: Is the lamp on?}
  - id: new_fuse
    title: Put in a new fuse
    solves: {fuse: 0.9}
    takes: 30m
    failed_try: 60m
    destructive: true
    steps:
      - text: Have a screwdriver at hand.
        gate: {kind: before, button: I have one, confirm: Is it unplugged?}
      - {text: Open the base., destructive: true}
      - text: Put in the fuse.
        cannot: [{id: glued, text: It is glued, hand: The base can't be opened.}]
      - text: Close it.
        gate: {kind: done, button: It is closed, confirm: Is it closed?}
escalation: {to: the shop, attach: [the bill]}
`

// kettle is the library with that playbook.
func kettle(t *testing.T) playbooks.Library {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kettle.yaml")
	write(t, path, kettlePlaybook)
	library, _, err := playbooks.LoadRehearsals("", []string{path})
	if err != nil {
		t.Fatal(err)
	}
	return library
}

const kettleAlert = "alert: the kettle stays cold after a minute, socket 7\n"

// What nobody could do, because the card has no such button, ends a conversation
// with a line that says what there is.
func TestWhatCannotHappen(t *testing.T) {
	library := kettle(t)
	for name, tc := range map[string]struct{ lines, want string }{
		"no case":            {"alert: hello\nanswer in", "there is no case yet: the bot has taken no alert"},
		"no thread":          {"alert: hello\nreply: the kettle stays cold after a minute", "there is no case yet, so there is no thread to reply in"},
		"no such answer":     {kettleAlert + "answer maybe", `the question "wall" has no answer "maybe": the bot asks wall; its answers are in, out or not_sure`},
		"no question":        {kettleAlert + "answer out\nanswer in", `no question is asked now: in the fix plug_in the bot waits for "press done"`},
		"another gate":       {kettleAlert + "answer in\npress done", `there is no button "done" now: in the fix new_fuse the bot waits for "press before"`},
		"no such way out":    {kettleAlert + "answer in\npress before\ncannot lost", `the steps shown have no way out "lost": in the fix new_fuse the bot waits for "press done" or "cannot" glued`},
		"no steps":           {kettleAlert + "cannot glued", "there are no steps to do now: the bot asks wall; its answers are in, out or not_sure"},
		"too soon":           {kettleAlert + "press worked", `there is no button "worked" now: the bot asks wall; its answers are in, out or not_sure`},
		"verifying":          {kettleAlert + "answer out\npress done\npress done", `there is no button "done" now: the bot waits for the sync, "press worked" or "press failed"`},
		"only likely":        {"alert: fuse blown in the kettle\nanswer in", `no question is asked now: the alert is only likely, and the bot waits for "press start" or "press decline"`},
		"nothing to change":  {kettleAlert + "change wall to maybe", `the playbook has no answer "maybe" to a question "wall"; the bot asks wall; its answers are in, out or not_sure`},
		"no such cause":      {kettleAlert + "pick gremlins", `the playbook has no cause "gremlins"; it has plug, fuse`},
		"no diagnosis yet":   {kettleAlert + "wrong", `nothing is diagnosed yet, so the bot asks for the cause: write "pick" and a cause; the bot asks wall; its answers are in, out or not_sure`},
		"not waiting":        {kettleAlert + "resume", "the bot refuses that: SF-1 isn't waiting for anybody."},
		"open already":       {kettleAlert + "reopen", "the bot refuses that: SF-1 is open already."},
		"over":               {kettleAlert + "dismiss: a test\nanswer in", "no question is asked now: the case is dismissed"},
		"over, by the menu":  {kettleAlert + "dismiss: a test\nhand off", "the bot refuses that: SF-1 is closed: a test. You can reopen it."},
		"the answer we have": {kettleAlert + "answer out\nchange wall to out", "the bot refuses that: Nothing changed: those are the answers SF-1 has."},
	} {
		t.Run(name, func(t *testing.T) {
			s, problems := playbooks.ParseScript("kettle.txt", []byte("# a\n"+tc.lines))
			if len(problems) > 0 {
				t.Fatal(playbooks.Problems(problems))
			}
			_, problems = playbooks.Rehearse(s.Conversations[0], newDesk(library))
			last := problems[len(problems)-1]
			if last.Message != tc.want || last.Line != 1+strings.Count(tc.lines, "\n")+1 {
				t.Errorf("line %d: %s\nwant %s", last.Line, last.Message, tc.want)
			}
		})
	}
}

// What the bot does, in the words of a conversation.
func TestWhatTheBotDoes(t *testing.T) {
	library := kettle(t)
	for name, script := range map[string]string{
		"a proposal that nobody takes up lapses": `
			alert: fuse blown in the kettle
			then proposed: it looks like “The kettle stays cold”
			+1d
			then dismissed: Nobody took it up.`,
		"a proposal is started by its id": `
			alert: fuse blown in the kettle
			then proposed
			press start kettle
			asks wall`,
		"time passes while the customer is waited for, and it is over": `
			alert: the kettle stays cold after a minute, socket 7
			asks wall
			wait 2h
			then waiting
			+1h
			+1h
			then triage`,
		"reminders say nothing new": `
			alert: the kettle stays cold after a minute, socket 7
			asks wall
			+5h`,
		"the time until the bot asks begins at the gate": `
			alert: the kettle stays cold after a minute, socket 7
			asks wall
			answer out
			suggests plug_in
			press done
			then verifying
			+119m
			+1m
			then verifying: asks whether the sync works now`,
		"another account's failure is another case": `
			alert: the kettle stays cold after a minute, socket 7
			asks wall
			alert: the kettle stays cold after a minute, socket 8
			asks wall`,
		"the same failure again is counted": `
			alert: the kettle stays cold after a minute, socket 7
			asks wall
			alert: the kettle stays cold after a minute, socket 7
			then triage: the failure is counted
			answer out
			suggests plug_in
			alert: the kettle stays cold after a minute, socket 7
			then fixing: the failure is counted`,
		"a failure reported in the thread is the case's": `
			alert: the kettle stays cold after a minute
			asks wall
			answer out
			suggests plug_in
			press done
			then verifying
			reply: the kettle stays cold after a minute
			asks wall`,
		"a success notice proves it for its own account only": `
			alert: the kettle stays cold after a minute, socket 7
			asks wall
			alert: the kettle boils, socket 8
			then silent
			alert: the kettle boils, socket 7
			then resolved
			reopen
			asks wall`,
	} {
		t.Run(name, func(t *testing.T) {
			s, problems := playbooks.ParseScript("kettle.txt", []byte("# a\n"+strings.ReplaceAll(script, "\t", "")))
			if len(problems) > 0 {
				t.Fatal(playbooks.Problems(problems))
			}
			if _, problems = playbooks.Rehearse(s.Conversations[0], newDesk(library)); len(problems) > 0 {
				t.Error(playbooks.Problems(problems))
			}
		})
	}
}

func BenchmarkRehearse(b *testing.B) {
	library, rehearsals, err := playbooks.LoadRehearsals("", nil)
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		for _, r := range rehearsals {
			for _, c := range r.Script.Conversations {
				playbooks.Rehearse(c, newDesk(library))
				n++
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(n), "µs/conversation")
}
