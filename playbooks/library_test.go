package playbooks

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"syncfix/diagnose"
)

func ids(l Library) []string {
	var list []string
	for _, p := range l.All() {
		list = append(list, p.ID)
	}
	return list
}

// folder is a folder of playbooks with these files.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func source(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestLoadEmbedded(t *testing.T) {
	l, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	if _, problems := read(embedded, ""); len(problems) > 0 { // with every sample tried
		t.Error(Problems(problems))
	}
	if n := len(ids(l)); n < 80 {
		t.Errorf("only %d playbooks", n)
	}
	if _, ok := l.Get("oracle-netsuite-login"); !ok {
		t.Error("the first playbook is missing")
	}
	if _, ok := l.Get("nonsense"); ok {
		t.Error("found nonsense")
	}
}

func TestLoadAddsAndReplaces(t *testing.T) {
	other := strings.Replace(source(t, "netsuite/oracle-netsuite-login.yaml"), "system: Oracle NetSuite", "system: NetSuite, ours", 1)
	l, err := Load(folder(t, map[string]string{
		"kettle.yaml":  source(t, "testdata/good/kettle.yaml"),
		"short.yaml":   source(t, "testdata/good/short.yaml"),
		"own.yaml":     other,
		"notes.txt":    "no playbook",
		".hidden.yaml": "no playbook",
	}))
	if err != nil {
		t.Fatal(err)
	}
	embedded, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Sorted(slices.Values(append(ids(embedded), "kettle", "vendor-inactive")))
	if diff := cmp.Diff(want, ids(l)); diff != "" {
		t.Error(diff)
	}
	if p, _ := l.Get("oracle-netsuite-login"); p.System != "NetSuite, ours" {
		t.Errorf("not replaced: %s", p.System)
	}
	for text, want := range map[string]string{
		"the kettle stays cold after a minute":             "kettle",
		"The vendor you picked is inactive in QuickBooks!": "vendor-inactive",
		"NetSuite Sync Error: " + headline:                 "oracle-netsuite-login",
	} {
		if got := l.Recognizer().Recognize(text); got.Outcome != diagnose.Sure || got.Playbook != want {
			t.Errorf("%q: %s %s", text, got.Outcome, got.Playbook)
		}
	}
	all := l.All()
	first := all[0].ID
	all[0].ID = "changed"
	if l.All()[0].ID != first {
		t.Error("the library can be changed from outside")
	}
}

func TestLoadListsEveryProblemOfEveryFile(t *testing.T) {
	dir := folder(t, map[string]string{
		"a.yaml": "version: 3\n",
		"b.yaml": "- no\n- playbook\n",
		"c.yaml": source(t, "testdata/good/short.yaml"),
		"d.yaml": source(t, "testdata/good/short.yaml"),
	})
	_, err := Load(dir)
	var problems Problems
	if !errors.As(err, &problems) {
		t.Fatalf("error %v", err)
	}
	got := strings.ReplaceAll(err.Error(), dir, "dir")
	const want = `dir/a.yaml:1:1: a playbook needs "id"; add, for example: id: oracle-netsuite-login
dir/a.yaml:1:1: a playbook needs "title"; add, for example: title: "Oracle NetSuite: login credentials invalid/expired"
dir/a.yaml:1:1: a playbook needs "system"; add, for example: system: Oracle NetSuite
dir/a.yaml:1:1: a playbook needs "product"; add, for example: product: Cashflow360
dir/a.yaml:1:1: a playbook needs "alerts"; add, for example: alerts: {phrases: [the error's words], samples: {match: [a whole alert]}}
dir/a.yaml:1:1: a playbook needs "causes"; add, for example: causes: [{id: credentials, name: Wrong login, statement: The saved login is wrong.}]
dir/a.yaml:1:1: a playbook needs "escalation"; add, for example: escalation: {to: the vendor's support}
dir/a.yaml:1:10: there is no version "3" of the language; write: version: 1
dir/b.yaml:1:1: a playbook is expected here, but this is a list; write its fields: version, id, title, system, names, product, scope, sources, alerts, causes, questions, procedures, fixes, verify, escalation
dir/d.yaml: playbook "vendor-inactive" stands in c.yaml already; give one of them another id, or remove it`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, p := range problems {
		if _, example, ok := strings.Cut(p.Advice, "add, for example: "); ok {
			if err := yaml.Unmarshal([]byte(example), &map[string]any{}); err != nil {
				t.Errorf("the advice %q can't be followed: %v", p.Advice, err)
			}
		}
	}
}

func TestLoadRefusesASampleThatAnotherPlaybookClaims(t *testing.T) {
	thief := strings.NewReplacer("id: vendor-inactive", "id: thief", "  - The vendor you picked", "  - \"Oops: sync error: the vendor you picked\"\n  - Sync error the vendor you picked").
		Replace(source(t, "testdata/good/short.yaml"))
	dir := folder(t, map[string]string{"short.yaml": source(t, "testdata/good/short.yaml"), "thief.yaml": thief})
	_, err := Load(dir)
	if err == nil {
		t.Fatal("loaded")
	}
	got := strings.ReplaceAll(err.Error(), dir, "dir")
	const want = `dir/short.yaml:12:11: playbook "thief" claims the sample "Sync error: The vendor you picked is inactive in QuickBooks."; make the phrases of one of the two longer, or give them "needs"`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLoadFolderThatIsNone(t *testing.T) {
	dir := folder(t, map[string]string{"file": ""})
	for path, want := range map[string]string{
		filepath.Join(dir, "nowhere"): "the folder of playbooks can't be read: no such file or directory; name a folder that exists",
		filepath.Join(dir, "file"):    "this is no folder; name the folder that holds the playbooks",
	} {
		if _, err := Load(path); err == nil || err.Error() != path+": "+want {
			t.Errorf("%v", err)
		}
	}
}

func TestProblemPrintsLikeACompilers(t *testing.T) {
	p := Problem{File: "a.yaml", Line: 3, Column: 5, Message: "no", Advice: "yes"}
	if got := p.String(); got != "a.yaml:3:5: no; yes" {
		t.Error(got)
	}
}

// Slack shows an answer and a gate only within its limits; the texts people read
// stay well below.
func TestNetSuiteTextsAreShort(t *testing.T) {
	p := netsuite(t)
	short := func(what, text string, limit int) {
		if n := len([]rune(text)); n > limit {
			t.Errorf("%s is %d characters long: %q", what, n, text)
		}
	}
	for _, q := range p.Questions {
		short("question", q.Text, 120)
		short("where", q.Where, 220)
		for _, a := range q.Answers {
			short("answer", a.Text, 30)
			if a.Says == "" {
				t.Errorf("answer %s has no words for reasons", a.ID)
			}
		}
	}
	for _, f := range p.Fixes {
		if last := f.Steps[len(f.Steps)-1].Gate.Kind; last != diagnose.GateReconnect && last != diagnose.GateDone {
			t.Errorf("%s ends with gate %q", f.ID, last)
		}
		for _, s := range f.Steps {
			short("step", s.Text, 200)
			short("button", s.Gate.Button, 30)
			short("confirm", s.Gate.Confirm, 200)
			for _, c := range s.Cannot {
				short("way out", c.Text, 30)
			}
			for _, text := range []string{s.Text, s.Note, s.Gate.Confirm} {
				if strings.Contains(text, "{") {
					t.Errorf("%s: a place was not filled in: %q", f.ID, text)
				}
			}
		}
	}
}

func TestTheFirstDecisionIsWorkedOutOnce(t *testing.T) {
	l, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range l.All() {
		first := p.First
		p.First = nil
		if want := diagnose.Next(p, nil); first == nil || *first != want {
			t.Errorf("%s: first %+v, want %+v", p.ID, first, want)
		}
	}
}
