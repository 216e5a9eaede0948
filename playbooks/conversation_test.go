package playbooks

import (
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

const everyLine = `## About this file.

# Every line there is

alert: Ledger Sync Error
  in two lines
then proposed: it looks like “Ledger”
press start ledger-login
## A remark in between.
asks login: Does the login work: really?
because nothing is known yet
skip
answer not_sure: Not sure
change login to refused: No
suggests reconnect: Reconnect
cannot stuck: It can't be saved
cannot: the button is grey

press before
pick other
wrong
hand off: to the vendor
wait 1d4h
resume
resolve: seen
reopen
dismiss: a test
+1h30m
reply: again
then silent

# Another

alert: Ledger`

func TestParseScriptReadsEveryLine(t *testing.T) {
	s, problems := ParseScript("x.txt", []byte(everyLine))
	if len(problems) > 0 {
		t.Fatal(Problems(problems))
	}
	then := func(state, text string) Output { return Output{Kind: OutputThen, ID: state, Text: text} }
	want := []Exchange{
		{Input: Input{Kind: InputAlert, Text: "Ledger Sync Error\nin two lines"}, Outputs: []Output{then("proposed", "it looks like “Ledger”")}},
		{Input: Input{Kind: InputPress, ID: PressStart, Question: "ledger-login"}, Outputs: []Output{
			{Kind: OutputAsks, ID: "login", Text: "Does the login work: really?", Because: "nothing is known yet"},
		}},
		{Input: Input{Kind: InputSkip}},
		{Input: Input{Kind: InputAnswer, ID: "not_sure", Text: "Not sure"}},
		{Input: Input{Kind: InputChange, Question: "login", ID: "refused", Text: "No"}, Outputs: []Output{{Kind: OutputSuggests, ID: "reconnect", Text: "Reconnect"}}},
		{Input: Input{Kind: InputCannot, ID: "stuck", Text: "It can't be saved"}},
		{Input: Input{Kind: InputCannot, Text: "the button is grey"}},
		{Input: Input{Kind: InputPress, ID: "before"}},
		{Input: Input{Kind: InputPick, ID: "other"}},
		{Input: Input{Kind: InputWrong}},
		{Input: Input{Kind: InputHandOff, Text: "to the vendor"}},
		{Input: Input{Kind: InputWait, After: 28 * time.Hour}},
		{Input: Input{Kind: InputResume}},
		{Input: Input{Kind: InputResolve, Text: "seen"}},
		{Input: Input{Kind: InputReopen}},
		{Input: Input{Kind: InputDismiss, Text: "a test"}},
		{Input: Input{Kind: InputTime, After: 90 * time.Minute}},
		{Input: Input{Kind: InputReply, Text: "again"}, Outputs: []Output{then(Silent, "")}},
	}
	ignore := cmp.Options{cmpopts.IgnoreUnexported(Exchange{}, Output{})}
	if diff := cmp.Diff(want, s.Conversations[0].Exchanges, ignore); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n := len(s.Conversations); n != 2 || s.Conversations[1].Name != "Another" {
		t.Errorf("%d conversations: %+v", n, s.Conversations)
	}
}

func TestParseScriptReportsEverythingAtOnce(t *testing.T) {
	for name, tc := range map[string]struct{ script, want string }{
		"nothing":             {"\n", `x.txt: the file holds no conversation; write a line "# " and its name, then "alert: " and the text of an alert`},
		"no name":             {"alert: a", `x.txt:1:1: no conversation has begun; write a line "# " and its name first`},
		"no name, no remark":  {"#a", `x.txt:1:1: this is neither a name nor a remark; write "# " before a conversation's name, "## " before a remark`},
		"a name twice":        {"# a\nalert: x\n# a\nalert: x", `x.txt:3:3: there are two conversations "a"; give it another name; the first is in line 1`},
		"nothing happens":     {"# a\n\n# b\nalert: x", `x.txt:1:1: nothing happens in "a"; write "alert: " and the text of an alert below`},
		"an unknown line":     {"# a\nalert: x\nanswers yes", `x.txt:3:1: no line begins with "answers"; did you mean "answer"?`},
		"no alert first":      {"# a\nanswer yes\nalert: x", `x.txt:2:1: a conversation begins with an alert; write "alert: " and its text first`},
		"an answer first":     {"# a\nasks x\nalert: x", `x.txt:2:1: nothing has happened yet that the bot could answer; write "alert: " and its text first`},
		"an indented line":    {"# a\nalert: x\n\n  y", `x.txt:4:1: an indented line goes on with an alert, and none stands before it; begin the line at its left edge; only an alert's further lines are indented, by two spaces`},
		"no colon":            {"# a\nalert: x\nreply y", `x.txt:3:7: "reply" has no id; write it like this: reply: NetSuite Sync Error: …`},
		"no time":             {"# a\nalert: x\n+5", `x.txt:3:2: "5" is no time; write minutes, hours or days: +30m, +2h, +1d`},
		"no time to wait":     {"# a\nalert: x\nwait long", `x.txt:3:6: "long" is no time; write it like this: wait 4h`},
		"no state":            {"# a\nalert: x\nthen fixin", `x.txt:3:6: "fixin" is no state; did you mean "fixing"?`},
		"no id":               {"# a\nalert: x\nanswer: yes", `x.txt:3:7: "answer" needs one id; write it like this: answer not_sure`},
		"two ids":             {"# a\nalert: x\nasks one two", `x.txt:3:6: "asks" needs one id; write the question's id, then a colon and its text if you like: asks login: Does the login work?`},
		"an id too many":      {"# a\nalert: x\nwrong way", `x.txt:3:7: "wrong" has no id; write it like this: wrong`},
		"half a change":       {"# a\nalert: x\nchange login", `x.txt:3:8: a changed answer needs the question and the new answer; write it like this: change login to refused`},
		"nothing said":        {"# a\nalert: x\ndismiss", `x.txt:3:1: "dismiss" says nothing; write it like this: dismiss: it was a test`},
		"something said":      {"# a\nalert: x\nskip: y", `x.txt:3:7: nothing is said behind "skip"; write it like this: skip`},
		"a reason of nothing": {"# a\nalert: x\nbecause y", `x.txt:3:1: "because" stands behind nothing that has a reason; put it right behind a line "asks" or "suggests"; behind "then" the reason follows a colon`},
		"a control character": {"# a\nalert: x\x1b[31m", `x.txt:2:9: a control character stands here; remove the character`},
		"not UTF-8":           {"# \xff", `x.txt: the file is not in UTF-8; save it as UTF-8`},
		"two at once":         {"# a\nalert: x\nnix\nwrong way", "x.txt:3:1: no line begins with \"nix\"; write one of alert, answer, asks, because, cannot, change, dismiss, hand off, pick, press, reopen, reply, resolve, resume, skip, suggests, then, wait, wrong, or a time such as +30m\nx.txt:4:7: \"wrong\" has no id; write it like this: wrong"},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems := ParseScript("x.txt", []byte(tc.script))
			if diff := cmp.Diff(tc.want, Problems(problems).Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzParseScript(f *testing.F) {
	f.Add([]byte(everyLine))
	f.Add([]byte("# a\r\nalert: x\r\n  y\r\n"))
	f.Add([]byte("# a\nalert\n+d\nthen\nbecause"))
	f.Fuzz(func(t *testing.T, source []byte) {
		s, problems := ParseScript("x.txt", source)
		for _, p := range problems {
			if p.Line > 0 && (p.Column < 1 || p.Column > len([]rune(p.Source))+1) {
				t.Errorf("column %d of %q", p.Column, p.Source)
			}
		}
		if len(problems) > 0 {
			return
		}
		once := s.Update(nil)
		again, problems := ParseScript("x.txt", once)
		if len(problems) > 0 || string(again.Update(nil)) != string(once) {
			t.Errorf("%q is written as %q: %v", source, once, problems)
		}
	})
}

// oddDesk does things that depend on nothing but what happened before.
type oddDesk struct{ past string }

func (d *oddDesk) Play(in Input) (Turn, error) {
	d.past += fmt.Sprintf("%s %s|", in.Kind, in.ID)
	h := fnv.New32()
	_, _ = h.Write([]byte(d.past))
	n := h.Sum32()
	if n%13 == 0 {
		return Turn{}, errors.New("that can't happen now")
	}
	all := []Output{
		{Kind: OutputAsks, ID: fmt.Sprint("q", n%7), Text: "Is it\nso?", Because: "of that"},
		{Kind: OutputSuggests, ID: "fix", Text: "Do: it"},
		{Kind: OutputThen, ID: "verifying"},
	}
	from := int(n>>8) % len(all)
	return Turn{Text: []string{"", "A button"}[n%2], Outputs: all[from:min(len(all), from+int(n>>16)%3)]}, nil
}

func playScript(s Script) (turns [][]Turn, problems []Problem) {
	for _, c := range s.Conversations {
		t, p := Rehearse(c, &oddDesk{})
		turns, problems = append(turns, t), append(problems, p...)
	}
	return turns, problems
}

// What was updated says what the bot does; updating it again changes nothing;
// inputs, remarks and blank lines are what they were.
func TestUpdate(t *testing.T) {
	line := rapid.SampledFrom([]string{
		"", "## remark", "alert: x\n  y", "alert: z", "answer a", "press b: old", "change q to a", "+30m", "wrong", "pick c", "cannot: no",
		"asks q1", "asks q2: old\nbecause old", "suggests fix: Do: it", "then verifying", "then escalated: old",
	})
	rapid.Check(t, func(t *rapid.T) {
		source := "# a\nalert: first\n" + strings.Join(rapid.SliceOfN(line, 0, 30).Draw(t, "lines"), "\n") +
			"\n# b\nalert: second\n" + strings.Join(rapid.SliceOfN(line, 0, 10).Draw(t, "more"), "\n") + "\n"
		s, problems := ParseScript("x.txt", []byte(source))
		if len(problems) > 0 {
			t.Fatal(Problems(problems))
		}
		turns, _ := playScript(s)
		once := string(s.Update(turns))
		again, problems := ParseScript("x.txt", []byte(once))
		if len(problems) > 0 {
			t.Fatal(Problems(problems))
		}
		turns, problems = playScript(again)
		for _, p := range problems {
			if !strings.Contains(p.Message, "can't happen") {
				t.Fatalf("%s\n%s", p, once)
			}
		}
		if twice := string(again.Update(turns)); twice != once {
			t.Fatalf("not the same again:\n%s\n--\n%s", once, twice)
		}
		if diff := cmp.Diff(keptLines(source), keptLines(once)); diff != "" {
			t.Fatalf("(-before +after):\n%s", diff)
		}
	})
}

// keptLines are those that an update must leave, without the texts behind ids.
func keptLines(text string) []string {
	var kept []string
	for l := range strings.SplitSeq(text, "\n") {
		verb, _, _ := strings.Cut(l, " ")
		switch verb {
		case "asks", "suggests", "then", "because":
		case "answer", "press", "change", "pick":
			id, _, _ := strings.Cut(l, ":")
			kept = append(kept, id)
		default:
			kept = append(kept, l)
		}
	}
	return kept
}

// fixedDesk does the same whatever happens.
type fixedDesk struct{ turn Turn }

func (d fixedDesk) Play(Input) (Turn, error) { return d.turn, nil }

func TestRehearseShowsWhatTheFileSaysAndWhatTheBotDoes(t *testing.T) {
	turn := Turn{Playbook: "ledger", Outputs: []Output{{Kind: OutputAsks, ID: "login", Text: "Does it work?", Because: "nobody knows"}}}
	for name, tc := range map[string]struct{ lines, want string }{
		"the same":           {"asks login: Does it work?", ""},
		"no text, no reason": {"asks login", ""},
		"the same reason":    {"asks login\nbecause nobody knows", ""},
		"another question":   {"asks role: Which?", `x.txt:3:6: the file says "asks role: Which?", the bot does "asks login: Does it work?"; write the bot's line, if the bot is right; --update does it`},
		"another text":       {"asks login: Which?", `x.txt:3:13: the file says "asks login: Which?", the bot does "asks login: Does it work?"; write the bot's line, if the bot is right; --update does it`},
		"something else":     {"then resolved", `x.txt:3:1: the file says "then resolved", the bot does "asks login: Does it work?"; write the bot's line, if the bot is right; --update does it`},
		"another reason":     {"asks login\nbecause it is so", `x.txt:4:1: the file says "because it is so", the bot says "because nobody knows"; write the bot's line, if the bot is right; --update does it`},
		"nothing":            {"", `x.txt:2:1: the file says nothing more, the bot does "asks login: Does it work?"; write the bot's line below this one, if the bot is right; --update does it`},
		"more":               {"asks login\nthen triage", `x.txt:4:1: the file says "then triage", the bot does nothing more here; remove the line, if the bot is right; --update does it`},
	} {
		t.Run(name, func(t *testing.T) {
			s, problems := ParseScript("x.txt", []byte("# a\nalert: x\n"+tc.lines))
			if len(problems) > 0 {
				t.Fatal(Problems(problems))
			}
			_, problems = Rehearse(s.Conversations[0], fixedDesk{turn})
			if diff := cmp.Diff(tc.want, Problems(problems).Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	c := Conversation{Playbook: "kettle", Exchanges: []Exchange{{Outputs: []Output{{Kind: OutputAsks, ID: "login"}}}}}
	if _, problems := Rehearse(c, fixedDesk{turn}); len(problems) != 1 || !strings.Contains(problems[0].Message, `one of "ledger", not of "kettle"`) {
		t.Errorf("another playbook's alert: %v", problems)
	}
}
