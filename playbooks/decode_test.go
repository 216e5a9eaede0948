package playbooks

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"

	"syncfix/diagnose"
)

// withoutFirst leaves out the decision that is worked out on loading; it has a
// test of its own.
var withoutFirst = cmpopts.IgnoreFields(diagnose.Playbook{}, "First")

// update rewrites the expected problems in testdata/broken; read the difference
// before it is kept.
func update() bool {
	f := flag.Lookup("update")
	return f != nil && f.Value.String() == "true"
}

func TestMain(m *testing.M) {
	flag.Bool("update", false, "rewrite testdata/broken/*.want")
	flag.Parse()
	goleak.VerifyTestMain(m)
}

// Every file in testdata/broken has beside it, in a .want file, exactly what is
// said about it.
func TestBroken(t *testing.T) {
	files, err := filepath.Glob("testdata/broken/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no broken examples", err)
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			source, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			_, problems := Decode(filepath.Base(path), source)
			got := Problems(problems).Error() + "\n"
			wanted := strings.TrimSuffix(path, ".yaml") + ".want"
			if update() {
				if err := os.WriteFile(wanted, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(wanted)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" || len(problems) == 0 {
				t.Errorf("(-want +got):\n%s", diff)
			}
			lines := strings.Split(string(source), "\n")
			for _, p := range problems {
				if p.Advice == "" {
					t.Errorf("%s: no advice", p)
				}
				if p.Line > 0 && p.Source != lines[p.Line-1] {
					t.Errorf("%s: source %q", p, p.Source)
				}
			}
		})
	}
}

func decodeFile(t *testing.T, path string) diagnose.Playbook {
	t.Helper()
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p, problems := Decode(path, source)
	if len(problems) > 0 {
		t.Fatal(Problems(problems))
	}
	return p
}

func TestDecodeShort(t *testing.T) {
	got := decodeFile(t, "testdata/good/short.yaml")
	if len(got.Hash) != 64 {
		t.Errorf("hash %q", got.Hash)
	}
	want := diagnose.Playbook{
		Version: 1, ID: "vendor-inactive", Title: "The vendor is inactive", System: "QuickBooks Online", Product: "BILL", Scope: diagnose.ScopeRecord,
		Hash:    got.Hash,
		Sources: []diagnose.Source{{Title: "The article", URL: "https://example.com/vendor"}},
		Alerts: diagnose.Alerts{
			Phrases: []diagnose.Phrase{{Text: "The vendor you picked is inactive in QuickBooks", Sure: true}},
			Match:   []string{"Sync error: The vendor you picked is inactive in QuickBooks."},
			NoMatch: []string{"The vendor is active"},
		},
		Causes: []diagnose.Cause{{
			ID: "known", Name: "The vendor was made inactive in QuickBooks", Frequency: diagnose.Common,
			Statement: "The vendor was made inactive in QuickBooks. Bills of inactive vendors don't sync.",
		}},
		Fixes: []diagnose.Fix{{
			ID: "fix", Title: "The vendor was made inactive in QuickBooks",
			Solves: []diagnose.Solves{{Cause: "known", How: 0.95}}, Minutes: 5, OfferAt: 0.8,
			Steps: []diagnose.Step{
				{ID: "step-1", Text: "Make the vendor active again.", Where: "QuickBooks Online", Path: "Expenses > Vendors", Basis: diagnose.Documented},
				{ID: "step-2", Text: "Sync again.", Basis: diagnose.Inferred, Gate: diagnose.Gate{
					ID: "done", Kind: diagnose.GateDone, Title: "Synced again", Button: "Synced again", Confirm: "Has a sync started?",
				}},
			},
		}},
		Verify:     diagnose.Verification{Wait: 30 * time.Minute},
		Escalation: diagnose.Escalation{To: "BILL support"},
	}
	if diff := cmp.Diff(want, got, withoutFirst); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if d := diagnose.Next(got, nil); d.Kind != diagnose.Try || d.Fix != "fix" {
		t.Errorf("a known cause should be fixed without asking: %+v", d)
	}
}

func TestDecodeFull(t *testing.T) {
	got := decodeFile(t, "testdata/good/kettle.yaml")
	want := diagnose.Playbook{
		Version: 1, ID: "kettle", Title: "The kettle stays cold", System: "Kettle", Product: "Kitchen", Scope: diagnose.ScopeConnection, Hash: got.Hash,
		Alerts: diagnose.Alerts{
			Phrases: []diagnose.Phrase{
				{Text: "the kettle stays cold after a minute", Sure: true},
				{Text: "fuse blown", Needs: []string{"kettle"}, Says: "The alert speaks of the fuse", Speaks: []diagnose.Speaks{{Cause: "fuse", Word: diagnose.StronglyFor}}},
			},
			Extract:  []diagnose.Extract{{Field: diagnose.FieldAccount, Pattern: `socket (\d+)`}},
			Recovery: []string{"the kettle boils"},
			Match:    []string{"Help, the kettle stays cold after a minute"}, NoMatch: []string{"the kettle boils"},
		},
		Causes: []diagnose.Cause{
			{ID: "plug", Name: "Not plugged in", Statement: "The plug is out.", Frequency: diagnose.Common},
			{ID: "fuse", Name: "Blown fuse", Statement: "The fuse is blown.", Frequency: diagnose.Occasional},
		},
		Questions: []diagnose.Question{{ID: "wall", Text: "Is the plug in the wall?", Who: diagnose.WhoSupport, Minutes: 3, Basis: diagnose.Documented, Answers: []diagnose.Answer{
			{ID: "in", Text: "In", Says: "The plug is in", Speaks: []diagnose.Speaks{{Cause: "plug", Word: diagnose.RulesOut}}},
			{ID: "out", Text: "Out", Speaks: []diagnose.Speaks{{Cause: "plug", Word: diagnose.Confirms}}},
		}}},
		Fixes: []diagnose.Fix{
			{ID: "plug_in", Title: "Plug it in", Solves: []diagnose.Solves{{Cause: "plug", How: 0.95}}, Minutes: 1, OfferAt: 0.8, Stale: []string{"wall"}, Steps: []diagnose.Step{
				{ID: "step-1", Text: "Plug it in.", Basis: diagnose.Documented, Gate: diagnose.Gate{ID: "done", Kind: diagnose.GateDone, Title: "It is in", Button: "It is in", Confirm: "Is the lamp on?"}},
			}},
			{
				ID: "new_fuse", Title: "Put in a new fuse", Solves: []diagnose.Solves{{Cause: "fuse", How: 0.9}}, Minutes: 10, FailMinutes: 60, OfferAt: 0.8, Destructive: true,
				Requires: []diagnose.Requires{{Question: "wall", Answer: "in"}},
				Steps: []diagnose.Step{
					{ID: "before", Text: "Have a screwdriver at hand.", Basis: diagnose.Documented, Gate: diagnose.Gate{
						ID: "before", Kind: diagnose.GateBefore, Title: "Before you open it", Button: "I have one", Confirm: "Is it unplugged, and do you have a screwdriver?",
					}},
					{ID: "step-2", Text: "Open the base.", Basis: diagnose.Documented, Destructive: true},
					{ID: "step-3", Text: "Put in the fuse.", Basis: diagnose.Documented, Cannot: []diagnose.Cannot{{ID: "glued", Text: "It is glued", Hand: "The base can't be opened."}}},
					{ID: "step-4", Text: "Close it.", Basis: diagnose.Documented, Gate: diagnose.Gate{ID: "done", Kind: diagnose.GateDone, Title: "It is closed", Button: "It is closed", Confirm: "Is it closed?"}},
				},
			},
		},
		Verify:     diagnose.Verification{Wait: 2 * time.Hour},
		Escalation: diagnose.Escalation{To: "the shop", Attach: []string{"the bill"}},
	}
	if diff := cmp.Diff(want, got, withoutFirst); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The same content has the same hash, any other another.
func TestHash(t *testing.T) {
	source, err := os.ReadFile("testdata/good/short.yaml")
	if err != nil {
		t.Fatal(err)
	}
	a, _ := Decode("a.yaml", source)
	b, _ := Decode("b.yaml", source)
	c, _ := Decode("a.yaml", append(source, "# more\n"...))
	if a.Hash != b.Hash || a.Hash == c.Hash {
		t.Errorf("%s, %s, %s", a.Hash, b.Hash, c.Hash)
	}
}

func FuzzDecode(f *testing.F) {
	for _, pattern := range []string{"*.yaml", "testdata/*/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range files {
			source, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(source)
		}
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		p, problems := Decode("fuzz.yaml", source)
		for _, problem := range problems {
			if problem.Message == "" || problem.Advice == "" || problem.File != "fuzz.yaml" {
				t.Errorf("incomplete: %+v", problem)
			}
		}
		if len(problems) == 0 && (p.ID == "" || len(p.Causes) == 0 || len(p.Alerts.Match) == 0) {
			t.Errorf("taken, but %+v", p)
		}
	})
}

// A token in a playbook is refused, and shown nowhere.
func TestDecodeRefusesSecrets(t *testing.T) {
	const token = "xoxb-1234567890-abcdefghij"
	source := strings.Replace(source(t, "testdata/good/short.yaml"), "text: Sync again.", "text: Sync again with "+token, 1)
	_, problems := Decode("x.yaml", []byte(source))
	if len(problems) != 1 || !strings.Contains(problems[0].Message, "holds a token") || problems[0].Line == 0 {
		t.Fatalf("problems: %v", problems)
	}
	if strings.Contains(problems[0].String()+problems[0].Source, token) {
		t.Errorf("it is shown: %+v", problems[0])
	}
}

// Windows' editors begin a file with a byte order mark.
func TestDecodeTakesAByteOrderMark(t *testing.T) {
	if _, problems := Decode("x.yaml", []byte("\ufeff"+source(t, "testdata/good/short.yaml"))); len(problems) > 0 {
		t.Error(Problems(problems))
	}
}
