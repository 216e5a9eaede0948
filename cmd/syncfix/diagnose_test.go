package main

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncfix/diagnose"
)

// typeIn runs the program with this input in an empty folder.
func typeIn(t *testing.T, input string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	t.Chdir(t.TempDir())
	var out, errs bytes.Buffer
	code = run(t.Context(), args, nil, process{stdin: strings.NewReader(input), stdout: &out, stderr: &errs})
	return code, out.String(), errs.String()
}

const netsuiteLogin = "oracle-netsuite-login"

// said is what every object of diagnose --json may hold.
type said struct {
	Kind     string
	Question string
	Fix      string
	Reason   string
	Answers  []struct{ ID, Text string }
	Solves   []string
	Steps    []struct{ Text, Gate string }
	Causes   []struct {
		ID         string
		Likelihood float64
	}
}

func sayings(t *testing.T, stdout string) []said {
	t.Helper()
	var all []said
	for d := json.NewDecoder(strings.NewReader(stdout)); ; {
		var s said
		err := d.Decode(&s)
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, stdout)
		}
		all = append(all, s)
	}
}

func TestDiagnoseJSON(t *testing.T) {
	code, stdout, stderr := typeIn(t, `{"answer":"refused"}
{"result":"failed"}
{"answer":"missing"}
{"result":"worked"}
`, "diagnose", "--json", "--playbook", netsuiteLogin)
	if code != exitOK || stderr != "" {
		t.Fatalf("code %d, %s", code, stderr)
	}
	all := sayings(t, stdout)
	var order []string
	for _, s := range all {
		order = append(order, strings.TrimSpace(s.Kind+" "+s.Question+s.Fix))
		sum := 0.0
		for _, c := range s.Causes {
			sum += c.Likelihood
		}
		if s.Kind != "done" && (sum < 0.999 || sum > 1.001) {
			t.Errorf("the likelihoods of %s add up to %g", s.Kind, sum)
		}
	}
	want := []string{"ask login", "fix reconnect_login", "ask subsidiary", "fix reconnect_subsidiary", "done"}
	if diff := cmp.Diff(want, order); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	if len(all[0].Answers) != 3 || all[0].Answers[0].ID != "refused" || all[0].Answers[0].Text == "" {
		t.Errorf("answers %+v", all[0].Answers)
	}
	if diff := cmp.Diff([]string{"credentials"}, all[1].Solves); diff != "" {
		t.Errorf("solves: %s", diff)
	}
	var gates []string
	for _, s := range all[1].Steps {
		if s.Gate != "" {
			gates = append(gates, s.Gate)
		}
	}
	if diff := cmp.Diff([]string{"before", "disconnect", "reconnect"}, gates); diff != "" {
		t.Errorf("gates: %s", diff)
	}
}

func TestDiagnoseJSONEnds(t *testing.T) {
	for name, c := range map[string]struct {
		input          string
		args           []string
		code           int
		stdout, stderr string
	}{
		"handed over": {
			`{"answer":"code"}` + "\n" + `{"result":"cannot","cannot":"not_offered"}` + "\n" + `{"result":"cannot","cannot":"no_token_fields"}`,
			[]string{"--playbook", netsuiteLogin}, exitOK, `{"kind":"escalate","reason":"NetSuite keeps 2FA on`, "",
		},
		"not sure is always an answer": {`{"answer":"not_sure"}`, []string{"--playbook", netsuiteLogin}, exitFailed, `"question":"subsidiary"`, "the input ended"},
		"a string alone, and fields of the program's own": {
			`"not_sure"` + "\n" + `{"question":"subsidiary","answer":"missing","by":"me"}` + "\n" + `{"result":"worked","took":12}`,
			[]string{"--playbook", netsuiteLogin}, exitOK, `"fix":"reconnect_subsidiary"`, "",
		},
		"an answer that isn't one": {`{"answer":"perhaps"}`, []string{"--playbook", netsuiteLogin}, exitFailed, `{"kind":"error","text":"\"perhaps\" is no answer to \"login\"; write`, "the input ended"},
		"no JSON":                  {`refused`, []string{"--playbook", netsuiteLogin}, exitFailed, `{"kind":"error","text":"this line is no answer`, "the input ended"},
		"a result where an answer is due": {
			`{"result":"worked"}`, []string{"--playbook", netsuiteLogin}, exitFailed, `question \"login\" is to be answered`, "the input ended",
		},
		"a step that can't be done leads where all its ways out lead": {
			`{"answer":"code"}` + "\n" + `{"result":"cannot"}` + "\n" + `{"result":"worked"}`,
			[]string{"--playbook", netsuiteLogin}, exitOK, `"fix":"reconnect_tokens"`, "",
		},
		"an unknown playbook": {"", []string{"--playbook", "nope"}, exitUsage, "", `no playbook "nope"`},
		"an unknown error":    {"", []string{"The printer is on fire"}, exitUsage, "", "no playbook knows this error"},
		"the words say enough": {
			`{"result":"worked"}`, []string{"NetSuite: Password has expired. Please change your Netsuite password before continuing."}, exitOK, `"fix":"reconnect_login"`, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := typeIn(t, c.input, append([]string{"diagnose", "--json"}, c.args...)...)
			if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) || (c.stderr == "") != (stderr == "") {
				t.Errorf("code %d\nstdout: %s\nstderr: %s", code, stdout, stderr)
			}
		})
	}
}

// Without a terminal a person gets numbered choices, and may type ids as well.
func TestDiagnosePlain(t *testing.T) {
	code, stdout, stderr := typeIn(t, "maybe\n3\n1\nnot_offered\nno_token_fields\n", "diagnose", "--playbook", netsuiteLogin)
	if code != exitOK || stderr != "" {
		t.Fatalf("code %d, %s", code, stderr)
	}
	for _, part := range []string{
		"3. Yes, after a 2FA code", "Type a number from 1 to 4.", "most likely  2FA or tokens stand in the way",
		"Let the sync sign in without 2FA (about 10 minutes)", "Reconnect with access tokens", "Hand this over to Cashflow360 support (BILL)",
	} {
		if !strings.Contains(stdout, part) {
			t.Errorf("no %q in\n%s", part, stdout)
		}
	}
}

func TestExplainJSON(t *testing.T) {
	const alert = `Oracle NetSuite Sync Error: Sync didn't finish successfully! Your login credentials are invalid/expired\nAccount: Acme GmbH (1234567)`
	input := strings.Join([]string{
		`{"type":"message","user":"U1","channel":"C1","ts":"1.1","text":"` + alert + `"}`,
		`{"type":"event_callback","team_id":"T1","event":{"type":"message","subtype":"bot_message","bot_id":"B7","channel":"C1","ts":"1.2","text":"","attachments":[{"text":"` + alert + `"}]}}`,
		`{"envelope_id":"e","payload":{"event":{"type":"message","bot_id":"B9","channel":"C1","ts":"1.3","text":"` + alert + `"}}}`,
		`{"type":"message","text":"[RESOLVED] ` + alert + `"}`,
		`{"type":"message","subtype":"channel_join","user":"U1","text":"joined"}`,
		`{"type":"message","subtype":"message_changed","channel":"C1","message":{"ts":"1.1","text":"` + alert + `"},"previous_message":{"ts":"1.1","text":"` + alert + `"}}`,
		`{"type":"message","text":12}`,
		`Anyone up for lunch?`,
		`{"type":"message","text":"` + alert,
	}, "\n")
	code, stdout, stderr := typeIn(t, input, "explain", "--json", "--self", "U9", "--self", "B9")
	if code != exitOK || stderr != "" {
		t.Fatalf("code %d, %s", code, stderr)
	}
	type line struct {
		Outcome                    diagnose.Outcome
		Playbook, Account, Company string
		Recovered                  bool
	}
	var got []line
	for d := json.NewDecoder(strings.NewReader(stdout)); ; {
		var e explained
		if err := d.Decode(&e); err != nil {
			break
		}
		if len(e.Reasons) == 0 || (e.Outcome == diagnose.Sure) != (e.Confidence >= 0.8 && !e.Recovered) {
			t.Errorf("line %d: %+v", len(got)+1, e)
		}
		got = append(got, line{e.Outcome, e.Playbook, e.Account, e.Company, e.Recovered})
	}
	sure := line{diagnose.Sure, netsuiteLogin, "1234567", "Acme GmbH", false}
	no := line{Outcome: diagnose.No}
	want := []line{sure, sure, no, {diagnose.No, netsuiteLogin, "1234567", "Acme GmbH", true}, no, no, no, no, no}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, key := range []string{`"outcome":`, `"playbook":`, `"confidence":`, `"account":`, `"company":`, `"recovered":`, `"reasons":`} {
		if strings.Count(stdout, key) != len(want) {
			t.Errorf("%s stands %d times, want %d", key, strings.Count(stdout, key), len(want))
		}
	}
}

// What stands in a file of events is a line each, whatever the first is, and an
// edit needs no more than a message does.
func TestExplainOddInput(t *testing.T) {
	const alert = `NetSuite: Sync didn't finish successfully! Your login credentials are invalid/expired`
	for name, c := range map[string]struct {
		input string
		want  []diagnose.Outcome
	}{
		"text before events":   {alert + "\n" + `{"type":"message","text":"hi"}`, []diagnose.Outcome{diagnose.Sure, diagnose.No}},
		"text with an object":  {"NetSuite sync failed\n" + `{"type":"fault","error":"` + alert + `"}`, []diagnose.Outcome{diagnose.Sure}},
		"cut off first":        {`{"type":"message","te` + "\n" + `{"type":"message","text":"` + alert + `"}`, []diagnose.Outcome{diagnose.No, diagnose.Sure}},
		"an edit without ts":   {`{"type":"message","subtype":"message_changed","message":{"text":"` + alert + `"},"previous_message":{"text":"hm"}}`, []diagnose.Outcome{diagnose.Sure}},
		"an own edit":          {`{"type":"message","subtype":"message_changed","message":{"bot_id":"B9","text":"` + alert + `"},"previous_message":{}}`, []diagnose.Outcome{diagnose.No}},
		"an own post, shared":  {`{"type":"message","user":"U1","text":"look","attachments":[{"is_share":true,"author_id":"U9","text":"` + alert + `"}]}`, []diagnose.Outcome{diagnose.No}},
		"another's post, too":  {`{"type":"message","user":"U1","text":"look","attachments":[{"is_share":true,"author_id":"U8","text":"` + alert + `"}]}`, []diagnose.Outcome{diagnose.Sure}},
		"types that are wrong": {`{"type":"message","blocks":"x","attachments":{"a":1},"files":7,"text":"` + alert + `"}`, []diagnose.Outcome{diagnose.Sure}},
		"crossed out": {`{"type":"message","user":"U1","blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[` +
			`{"type":"text","text":"` + alert + `","style":{"strike":true}},{"type":"text","text":"wrong channel"}]}]}]}`, []diagnose.Outcome{diagnose.No}},
	} {
		t.Run(name, func(t *testing.T) {
			_, stdout, stderr := typeIn(t, c.input, "explain", "--json", "--self", "U9", "--self", "B9")
			var got []diagnose.Outcome
			for d := json.NewDecoder(strings.NewReader(stdout)); ; {
				var e explained
				if err := d.Decode(&e); err != nil {
					break
				}
				got = append(got, e.Outcome)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s\n%s%s", diff, stdout, stderr)
			}
		})
	}
}

// Plain text is one message, unless every line is said to be one.
func TestExplainText(t *testing.T) {
	const text = "Cashflow360 sync failed\n\nSystem: Oracle NetSuite\nError: Sync didn't finish successfully! Your login credentials are invalid/expired\n"
	_, stdout, _ := typeIn(t, text, "explain")
	if !strings.HasPrefix(stdout, "1. Taken") || strings.Contains(stdout, "2. ") {
		t.Errorf("got\n%s", stdout)
	}
	_, stdout, _ = typeIn(t, text, "explain", "--lines")
	if !strings.Contains(stdout, "1. Not taken.") || !strings.Contains(stdout, "3. Likely an alert") {
		t.Errorf("got\n%s", stdout)
	}
	if code, stdout, _ := typeIn(t, "", "explain"); code != exitOK || stdout != "" {
		t.Errorf("nothing in: code %d, %q out", code, stdout)
	}
	if code, _, stderr := typeIn(t, "", "explain", "nowhere.txt"); code != exitUsage || !strings.Contains(stderr, "can't be read") {
		t.Errorf("code %d, %s", code, stderr)
	}
}
