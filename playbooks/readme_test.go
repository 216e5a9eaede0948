package playbooks

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The page on writing playbooks is true: its examples are playbooks, and between
// them they show every field there is.
func TestReadmeTeachesTheWholeLanguage(t *testing.T) {
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(page, -1)
	if len(blocks) != 2 {
		t.Fatalf("%d examples, want the short and the full form", len(blocks))
	}
	s := compileSchema(t)
	var examples strings.Builder
	for _, b := range blocks {
		if _, problems := Decode("README.md", b[1]); len(problems) > 0 {
			t.Error(Problems(problems))
		}
		if err := validate(t, s, b[1]); err != nil {
			t.Error(err)
		}
		examples.Write(b[1])
	}
	schema, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	var fields []string
	for _, m := range regexp.MustCompile(`"([a-z_]+)": \{\n\s+("\$ref"|"type"|"items"|"anyOf")`).FindAllSubmatch(schema, -1) {
		fields = append(fields, string(m[1]))
	}
	slices.Sort(fields)
	fields = slices.Compact(fields)
	if len(fields) < 50 {
		t.Fatalf("only %d fields found in the schema", len(fields))
	}
	defs := []string{"alerts", "answer", "cannot", "cause", "costs", "escalation", "extract", "fix", "gate", "items", "not", "phrase", "phrasefields", "playbook", "procedure", "question", "requires", "samples", "source", "step", "time", "verify"}
	for _, f := range fields {
		used := regexp.MustCompile(`(^|[\s{,])` + f + `:`).MatchString(examples.String())
		if !used && !(slices.Contains(defs, f) || f == "answer" || f == "question" || f == "company" || f == "subject") {
			t.Errorf("no example shows %q", f)
		}
	}
}
