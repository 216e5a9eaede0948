package playbooks

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// The file that playbooks point to is what the program prints.
func TestSchemaFile(t *testing.T) {
	want, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	if update() {
		if err := os.WriteFile(SchemaName, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(SchemaName)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is out of date; run go test ./playbooks -update", SchemaName)
	}
}

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	source, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(SchemaName, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(SchemaName)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t *testing.T, s *jsonschema.Schema, source []byte) error {
	t.Helper()
	asJSON, err := yaml.YAMLToJSON(source)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(doc)
}

// What the loader takes the schema takes, in every playbook there is, and each
// points its editor to the schema.
func TestSchemaTakesEveryPlaybook(t *testing.T) {
	s := compileSchema(t)
	count := 0
	err := filepath.WalkDir(".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() && e.Name() == "broken" {
			return fs.SkipDir
		}
		if e.IsDir() || !isPlaybook(path) {
			return nil
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		count++
		if err := validate(t, s, source); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		first, _, _ := strings.Cut(string(source), "\n")
		if first != "# yaml-language-server: $schema=../"+SchemaName && !strings.HasPrefix(path, "testdata") {
			t.Errorf("%s: its first line points to no schema: %s", path, first)
		}
		return nil
	})
	if err != nil || count == 0 {
		t.Fatal(count, err)
	}
}

// The schema has the fields that the loader knows, object by object.
func TestSchemaKnowsTheLoadersFields(t *testing.T) {
	full := `{zzz: 1, sources: [{zzz: 1}], alerts: {zzz: 1, phrases: [{zzz: 1}], not: [{zzz: 1}], extract: [{zzz: 1}], samples: {zzz: 1}},
  causes: [{zzz: 1}], questions: [{zzz: 1, answers: [{zzz: 1}]}], procedures: [{zzz: 1}], verify: {zzz: 1}, escalation: {zzz: 1},
  fixes: [{zzz: 1, requires: [{zzz: 1}], steps: [{zzz: 1, gate: {zzz: 1}, cannot: [{zzz: 1}]}, {use: a, zzz: 1}]}]}`
	short := `{zzz: 1, why: x}`
	known := map[string][]string{}
	said := regexp.MustCompile(`(?s)^(.*) has no field "zzz"$`)
	for _, source := range []string{full, short} {
		_, problems := Decode("x.yaml", []byte(source))
		for _, p := range problems {
			if m := said.FindStringSubmatch(p.Message); m != nil {
				known[m[1]] = strings.Split(strings.TrimPrefix(p.Advice, "known here: "), ", ")
			}
		}
	}
	both := func(a, b string) []string { return slices.Concat(known[a], known[b]) }
	want := map[string][]string{
		"playbook": both("a playbook", "a short playbook"), "source": known["a source"], "alerts": known["alerts"], "samples": known["samples"],
		"phrase": known["a phrase"], "not": known[`an entry of "not"`], "extract": known["an extract"], "cause": known["a cause"],
		"question": known["a question"], "answer": known["an answer"], "procedure": known["a procedure"], "fix": known["a fix"],
		"requires": known["a requirement"], "step": both("a step", "the use of a procedure"), "gate": known["a gate"], "cannot": known["a way out"],
		"verify": known["verify"], "escalation": known["escalation"],
	}
	if len(known) != 20 {
		t.Errorf("the loader has %d objects: %v", len(known), known)
	}
	source, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	type definition struct {
		Properties map[string]any
		AnyOf      []struct{ Properties map[string]any }
	}
	var schema struct {
		Defs map[string]definition `json:"$defs"`
	}
	if err := json.Unmarshal(source, &schema); err != nil {
		t.Fatal(err)
	}
	for name, fields := range want {
		d := schema.Defs[name]
		var got []string
		for f := range d.Properties {
			got = append(got, f)
		}
		for _, a := range d.AnyOf {
			for f := range a.Properties {
				got = append(got, f)
			}
		}
		slices.Sort(got)
		slices.Sort(fields)
		if diff := cmp.Diff(slices.Compact(fields), got); diff != "" {
			t.Errorf("%s (-loader +schema):\n%s", name, diff)
		}
	}
}

func TestSchemaRefuses(t *testing.T) {
	s := compileSchema(t)
	good, err := os.ReadFile("testdata/good/short.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"an unknown field":    {"why:", "reason: x\nwhy:"},
		"a word":              {"scope: record", "scope: records"},
		"a missing field":     {"title: The vendor is inactive", ""},
		"an id":               {"id: vendor-inactive", "id: Vendor"},
		"a time":              {"takes: 5m", "takes: 5 minutes"},
		"a version":           {"version: 1", "version: 2"},
		"a gate without kind": {"kind: done, ", ""},
	} {
		changed := strings.Replace(string(good), change[0], change[1], 1)
		if changed == string(good) {
			t.Fatalf("%s: nothing changed", name)
		}
		if validate(t, s, []byte(changed)) == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
