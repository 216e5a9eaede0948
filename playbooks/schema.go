package playbooks

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"

	"syncfix/diagnose"
)

// SchemaName is the file that the first line of a playbook points to.
const SchemaName = "playbook.schema.json"

// Schema is the JSON Schema (draft 2020-12) of the language, for editors: it
// completes fields and words and marks what can't be right. The loader checks
// more than a schema can say.
func Schema() ([]byte, error) {
	r := jsonschema.Reflector{
		BaseSchemaID: "https://syncfix.invalid/", FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true,
		Namer: func(t reflect.Type) string { return strings.ToLower(strings.TrimPrefix(t.Name(), "schema")) },
	}
	s := r.Reflect(schemaPlaybook{})
	s.ID, s.Title = SchemaName, "A playbook of syncfix"
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(s); err != nil {
		return nil, fmt.Errorf("writing the schema: %w", err)
	}
	return b.Bytes(), nil
}

// The types below say the language a second time, in the words of editors. A
// test holds them against what the loader knows.

type schemaPlaybook struct {
	Version int            `yaml:"version" jsonschema:"required,enum=1,description=Of the language."`
	ID      schemaID       `yaml:"id" jsonschema:"required,description=Lower case\\, digits and dashes. Names the playbook for good."`
	Title   string         `yaml:"title" jsonschema:"required,maxLength=120,description=As people say it: the system first\\, then the error."`
	System  string         `yaml:"system" jsonschema:"required,maxLength=60,description=The accounting system."`
	Names   []string       `yaml:"names" jsonschema:"description=Further words by which messages name the system."`
	Product string         `yaml:"product" jsonschema:"required,maxLength=60,description=What syncs with it."`
	Scope   string         `yaml:"scope" jsonschema:"enum=connection,enum=record,default=connection,description=One case for the sync as a whole\\, or one for each record."`
	Sources []schemaSource `yaml:"sources" jsonschema:"description=Where the knowledge comes from."`

	Alerts    *schemaAlerts    `yaml:"alerts" jsonschema:"description=Full form: how the failure announces itself."`
	Causes    []schemaCause    `yaml:"causes" jsonschema:"minItems=1,maxItems=20,description=Full form: what may be behind it. “Something else” is always one more."`
	Questions []schemaQuestion `yaml:"questions" jsonschema:"description=Full form: what tells the causes apart."`
	Fixes     []schemaFix      `yaml:"fixes" jsonschema:"description=Full form: what to do."`

	Match    []schemaPhrase  `yaml:"match" jsonschema:"minItems=1,description=Short form: the error's words."`
	Not      []schemaNot     `yaml:"not" jsonschema:"description=Short form: words that make it something else."`
	Extract  []schemaExtract `yaml:"extract" jsonschema:"description=Short form: where account\\, company and subject stand. Usual notations are known."`
	Recovery []string        `yaml:"recovery" jsonschema:"description=Short form: words of a success notice."`
	Samples  *schemaSamples  `yaml:"samples" jsonschema:"description=Short form: messages to prove it."`
	Why      string          `yaml:"why" jsonschema:"maxLength=400,description=Short form: the one known cause\\, in a sentence or two."`
	Cause    schemaID        `yaml:"cause" jsonschema:"description=Short form: the cause's id."`
	Name     string          `yaml:"name" jsonschema:"maxLength=60,description=Short form: the cause's short name."`
	schemaCosts
	Steps []schemaStep `yaml:"steps" jsonschema:"minItems=1,description=Short form: what to do."`

	Procedures []schemaProcedure `yaml:"procedures" jsonschema:"description=Steps that return in several fixes."`
	Verify     *schemaVerify     `yaml:"verify" jsonschema:"description=How it is known that the sync works again."`
	Escalation schemaEscalation  `yaml:"escalation" jsonschema:"required,description=Who takes over when nothing helps."`
}

// JSONSchemaExtend says which fields each of the two forms needs.
func (schemaPlaybook) JSONSchemaExtend(s *jsonschema.Schema) {
	s.AnyOf = []*jsonschema.Schema{
		{Title: "full form", Required: []string{"alerts", "causes"}},
		{Title: "short form", Required: []string{"match", "samples", "why", "steps"}},
	}
}

type schemaSource struct {
	Title string `yaml:"title" jsonschema:"required,maxLength=120"`
	URL   string `yaml:"url" jsonschema:"required,pattern=^https?://"`
}

type schemaAlerts struct {
	Phrases  []schemaPhrase  `yaml:"phrases" jsonschema:"required,minItems=1,description=Any of them makes an alert."`
	Not      []schemaNot     `yaml:"not" jsonschema:"description=Words that make it something else."`
	Extract  []schemaExtract `yaml:"extract" jsonschema:"description=Where account\\, company and subject stand. Usual notations are known."`
	Recovery []string        `yaml:"recovery" jsonschema:"description=Words of a success notice."`
	Samples  schemaSamples   `yaml:"samples" jsonschema:"required,description=Messages to prove it."`
}

type schemaSamples struct {
	Match   []string `yaml:"match" jsonschema:"required,minItems=1,description=Whole messages that must be recognised."`
	NoMatch []string `yaml:"no_match" jsonschema:"description=Messages near it that must not be."`
}

type schemaPhraseFields struct {
	Text        string            `yaml:"text" jsonschema:"maxLength=400,description=The error's words. {subject}\\, {account}\\, {company} and {any} stand for what varies."`
	Pattern     string            `yaml:"pattern" jsonschema:"maxLength=1000,description=Instead of text: an RE2 expression over lower-case words."`
	Sure        bool              `yaml:"sure" jsonschema:"default=true,description=false: only likely\\, offered and not taken."`
	NeedsSystem bool              `yaml:"needs_system" jsonschema:"default=false,description=Counts only where the message names the system."`
	Needs       []string          `yaml:"needs" jsonschema:"description=One of these must stand in the message too."`
	Unless      []string          `yaml:"unless" jsonschema:"description=None of these may stand in the message."`
	Says        string            `yaml:"says" jsonschema:"maxLength=400,description=What the words tell\\, as a reason for people."`
	Speaks      schemaSpeaks      `yaml:"speaks" jsonschema:"description=What the words say about causes."`
	Answers     map[string]string `yaml:"answers" jsonschema:"description=Questions that the words answer."`
}

type schemaPhrase struct{ schemaPhraseFields }

// JSONSchemaExtend allows plain text.
func (schemaPhrase) JSONSchemaExtend(s *jsonschema.Schema) { orText(s, "The error's words.") }

type schemaNot struct {
	Pattern string `yaml:"pattern" jsonschema:"required,maxLength=1000,description=An RE2 expression over lower-case words."`
}

// JSONSchemaExtend allows plain text.
func (schemaNot) JSONSchemaExtend(s *jsonschema.Schema) {
	orText(s, "Words that make it something else.")
}

// orText makes of an object's schema one that allows a plain text as well.
func orText(s *jsonschema.Schema, meaning string) {
	object := *s
	*s = jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Type: "string", MinLength: new(uint64), Description: meaning}, &object}}
	*s.AnyOf[0].MinLength = 1
}

type schemaExtract struct {
	Account string `yaml:"account" jsonschema:"description=An RE2 expression whose group is the account."`
	Company string `yaml:"company" jsonschema:"description=An RE2 expression whose group is the company."`
	Subject string `yaml:"subject" jsonschema:"description=An RE2 expression whose group is the record."`
}

// JSONSchemaExtend says that an extract finds one thing.
func (schemaExtract) JSONSchemaExtend(s *jsonschema.Schema) {
	s.MinProperties, s.MaxProperties = new(uint64), new(uint64)
	*s.MinProperties, *s.MaxProperties = 1, 1
}

type schemaCause struct {
	ID        schemaID `yaml:"id" jsonschema:"required"`
	Name      string   `yaml:"name" jsonschema:"required,maxLength=60,description=Short\\, for a list."`
	Statement string   `yaml:"statement" jsonschema:"required,maxLength=400,description=One sentence."`
	Frequency string   `yaml:"frequency" jsonschema:"enum=common,enum=occasional,enum=rare,default=occasional"`
}

type schemaQuestion struct {
	ID      schemaID       `yaml:"id" jsonschema:"required"`
	Text    string         `yaml:"text" jsonschema:"required,maxLength=300"`
	Where   string         `yaml:"where" jsonschema:"maxLength=400,description=Where to look."`
	Who     string         `yaml:"who" jsonschema:"enum=support,enum=customer,enum=alert,default=support,description=Who can answer: support\\, the customer's administrator\\, or only the alert's words."`
	Takes   schemaTime     `yaml:"takes" jsonschema:"description=What an answer costs. 5m unless it says otherwise."`
	Basis   string         `yaml:"basis" jsonschema:"enum=documented,enum=inferred,default=documented,description=Whether the sources tell the causes apart by it."`
	Answers []schemaAnswer `yaml:"answers" jsonschema:"required,minItems=2,maxItems=10,description=What it can turn out to be. “Not sure” is always one more."`
}

type schemaAnswer struct {
	ID     schemaID     `yaml:"id" jsonschema:"required"`
	Text   string       `yaml:"text" jsonschema:"required,maxLength=75,description=On a button."`
	Says   string       `yaml:"says" jsonschema:"maxLength=400,description=The same as a statement\\, for reasons."`
	Speaks schemaSpeaks `yaml:"speaks" jsonschema:"description=What the answer says about causes."`
}

type schemaProcedure struct {
	ID     schemaID     `yaml:"id" jsonschema:"required"`
	Params []string     `yaml:"params" jsonschema:"description=Names; {name} in a step's texts is filled in."`
	Steps  []schemaStep `yaml:"steps" jsonschema:"required,minItems=1"`
}

type schemaCosts struct {
	Takes       schemaTime `yaml:"takes" jsonschema:"description=To carry out. 10m unless it says otherwise."`
	FailedTry   schemaTime `yaml:"failed_try" jsonschema:"description=What a failed try costs on top. 60m where it is destructive."`
	Destructive bool       `yaml:"destructive" jsonschema:"default=false,description=It disconnects\\, deletes or lowers security."`
	OfferAt     float64    `yaml:"offer_at" jsonschema:"exclusiveMinimum=0,maximum=1,default=0.8,description=How likely it must be to work before a destructive fix is offered."`
	Needs       []string   `yaml:"needs" jsonschema:"description=What must be in hand before."`
	Warnings    []string   `yaml:"warnings" jsonschema:"description=Shown with the steps."`
}

type schemaFix struct {
	ID     schemaID     `yaml:"id" jsonschema:"required"`
	Title  string       `yaml:"title" jsonschema:"required,maxLength=120"`
	Solves schemaSolves `yaml:"solves" jsonschema:"required,description=Causes\\, and how well: {credentials: 0.95}."`
	schemaCosts
	Stale    []string         `yaml:"stale" jsonschema:"description=Questions whose answers no longer hold afterwards."`
	Requires []schemaRequires `yaml:"requires" jsonschema:"description=What must be known before it is offered."`
	Steps    []schemaStep     `yaml:"steps" jsonschema:"required,minItems=1"`
}

type schemaRequires struct {
	Question string `yaml:"question"`
	Answer   string `yaml:"answer"`
	Fix      string `yaml:"fix"`
	Cannot   string `yaml:"cannot"`
}

// JSONSchemaExtend says that a requirement is one of two things.
func (schemaRequires) JSONSchemaExtend(s *jsonschema.Schema) {
	s.OneOf = []*jsonschema.Schema{{Required: []string{"question", "answer"}}, {Required: []string{"fix", "cannot"}}}
}

type schemaStep struct {
	ID          schemaID          `yaml:"id"`
	Text        string            `yaml:"text" jsonschema:"maxLength=500,description=One thing to do."`
	Where       string            `yaml:"where" jsonschema:"maxLength=60,description=The program or the person."`
	Path        string            `yaml:"path" jsonschema:"maxLength=400,description=The way through its menus\\, as the screen names it."`
	Note        string            `yaml:"note" jsonschema:"maxLength=400"`
	Basis       string            `yaml:"basis" jsonschema:"enum=documented,enum=inferred,default=documented,description=Whether the sources say it."`
	Destructive bool              `yaml:"destructive" jsonschema:"default=false"`
	Gate        *schemaGate       `yaml:"gate" jsonschema:"description=A press that must come before what follows."`
	Cannot      []schemaCannot    `yaml:"cannot" jsonschema:"description=Ways out when this can't be done."`
	Use         string            `yaml:"use" jsonschema:"description=Instead of all else: a procedure's id."`
	With        map[string]string `yaml:"with" jsonschema:"description=What fills the procedure's places."`
}

// JSONSchemaExtend says that a step is a text or a procedure.
func (schemaStep) JSONSchemaExtend(s *jsonschema.Schema) {
	s.OneOf = []*jsonschema.Schema{{Required: []string{"text"}}, {Required: []string{"use"}}}
}

type schemaGate struct {
	ID      schemaID `yaml:"id"`
	Kind    string   `yaml:"kind" jsonschema:"required,enum=before,enum=disconnect,enum=reconnect,enum=risk,enum=done"`
	Title   string   `yaml:"title" jsonschema:"maxLength=100"`
	Button  string   `yaml:"button" jsonschema:"required,maxLength=75"`
	Confirm string   `yaml:"confirm" jsonschema:"required,maxLength=300,description=What the confirmation asks."`
}

type schemaCannot struct {
	ID     schemaID     `yaml:"id" jsonschema:"required"`
	Text   string       `yaml:"text" jsonschema:"required,maxLength=75,description=On a button."`
	Says   string       `yaml:"says" jsonschema:"maxLength=400"`
	Fix    string       `yaml:"fix" jsonschema:"description=Leads to this fix …"`
	Hand   string       `yaml:"hand" jsonschema:"maxLength=400,description=… or to a human\\, for this reason."`
	Speaks schemaSpeaks `yaml:"speaks"`
}

// JSONSchemaExtend says that a way out leads somewhere.
func (schemaCannot) JSONSchemaExtend(s *jsonschema.Schema) {
	s.OneOf = []*jsonschema.Schema{{Required: []string{"fix"}}, {Required: []string{"hand"}}}
}

type schemaVerify struct {
	Wait schemaTime `yaml:"wait" jsonschema:"description=How long a sync takes to report. 2h unless it says otherwise."`
	Text string     `yaml:"text" jsonschema:"maxLength=400,description=What counts."`
}

type schemaEscalation struct {
	To     string   `yaml:"to" jsonschema:"required,maxLength=400"`
	Attach []string `yaml:"attach" jsonschema:"description=What they will want to have."`
}

type schemaID string

// JSONSchema is a text of the shape of an id.
func (schemaID) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: "^[a-z][a-z0-9_-]*$", Description: "Lower-case letters, digits, - and _."}
}

type schemaTime string

// JSONSchema is a text of the shape of a duration.
func (schemaTime) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `^([0-9]+(\.[0-9]+)?(h|m|s))+$`, Description: "Minutes or hours: 30m, 2h."}
}

type schemaSpeaks map[string]string

// JSONSchema is a mapping of causes to words of evidence.
func (schemaSpeaks) JSONSchema() *jsonschema.Schema {
	word := &jsonschema.Schema{Type: "string"}
	for _, w := range []diagnose.Word{diagnose.Confirms, diagnose.StronglyFor, diagnose.For, diagnose.Against, diagnose.StronglyAgainst, diagnose.RulesOut} {
		word.Enum = append(word.Enum, w)
	}
	return &jsonschema.Schema{Type: "object", AdditionalProperties: word}
}

type schemaSolves map[string]float64

// JSONSchema is a list of causes, or a mapping of them to how well.
func (schemaSolves) JSONSchema() *jsonschema.Schema {
	how := &jsonschema.Schema{Type: "number", ExclusiveMinimum: "0", Maximum: "1"}
	return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{
		{Type: "object", AdditionalProperties: how},
		{Type: "array", Items: &jsonschema.Schema{Type: "string"}},
	}}
}
