package playbooks

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"syncfix/diagnose"
)

// Limits of texts, in characters. Those for buttons and dialogs are Slack's
// (Block Kit: button text 75, confirm text 300, confirm title 100); the others
// keep a card readable.
const (
	maxText     = 400
	maxTitle    = 120
	maxName     = 60
	maxStep     = 500
	maxQuestion = 300
	maxButton   = 75
	maxConfirm  = 300
	maxHeading  = 100
	maxSample   = 40_000
	maxPattern  = 1000
)

// Limits of numbers. A card has to hold them, and a choice between them has to be quick.
const (
	maxCauses  = 20
	maxAnswers = 10
)

// Decode reads one playbook, in the full or the short form of the language.
// Name is the file's, for the problems. It returns every problem of the file,
// in the file's order; with problems the playbook is as much as could be read
// and not fit for use.
func Decode(name string, source []byte) (diagnose.Playbook, []Problem) {
	f, problems := decode(name, source)
	return f.playbook, problems
}

// decode is Decode, and keeps where samples stand.
func decode(name string, source []byte) (file, []Problem) {
	f, problems := decodeUntried(name, source)
	if len(problems) == 0 {
		problems = try(f)
	}
	return f, problems
}

// decodeUntried is decode without trying the samples, which takes most of the time.
func decodeUntried(name string, source []byte) (file, []Problem) {
	d := newDecoder(name, source)
	v, ok := d.parse(source)
	if !ok {
		return file{name: name}, d.problems
	}
	sum := sha256.Sum256(source)
	var p diagnose.Playbook
	samples := samples{}
	if d.isShort(v) {
		p = d.short(v, &samples)
	} else {
		p = d.full(v, &samples)
	}
	p.Hash = hex.EncodeToString(sum[:])
	d.resolve()
	if len(d.problems) == 0 {
		first := diagnose.Next(p, nil)
		p.First = &first
	}
	return file{name, p, d.at(samples.match), d.at(samples.noMatch)}, sorted(d.problems)
}

// at is where values stand, as problems that say nothing yet.
func (d *decoder) at(values []value) []Problem {
	var all []Problem
	for _, v := range values {
		all = append(all, d.problem(v.at, "", ""))
	}
	return all
}

// samples is where a playbook's samples stand.
type samples struct {
	match, noMatch []value
}

func headFields() []string {
	return []string{"version", "id", "title", "system", "names", "product", "scope", "sources"}
}

// isShort says whether the file is written in the short form: it says what to
// match and why, and has no causes of its own.
func (d *decoder) isShort(v value) bool {
	short := false
	for _, f := range v.fields {
		switch f.name {
		case "causes", "questions", "fixes", "alerts":
			return false
		case "match", "why", "steps":
			short = true
		}
	}
	return short
}

func (d *decoder) full(v value, s *samples) diagnose.Playbook {
	o := d.object(v, "a playbook", append(headFields(), "alerts", "causes", "questions", "procedures", "fixes", "verify", "escalation")...)
	p := d.head(o)
	if o.has("alerts") {
		p.Alerts = d.alerts(o.m["alerts"].value, s)
	} else {
		o.missing("alerts", "{phrases: [the error's words], samples: {match: [a whole alert]}}")
	}
	d.define("cause", diagnose.OtherCause, o.at)
	for _, v := range o.list("causes") {
		p.Causes = append(p.Causes, d.cause(v))
	}
	switch n := len(p.Causes); {
	case o.empty("causes"):
		o.missing("causes", "[{id: credentials, name: Wrong login, statement: The saved login is wrong.}]")
	case n > maxCauses:
		d.report(o.place("causes"), fmt.Sprintf("there are %d causes", n), fmt.Sprintf("keep to %d; join those that have the same fix", maxCauses))
	}
	for _, v := range o.list("questions") {
		p.Questions = append(p.Questions, d.question(v))
	}
	procedures := d.procedures(o)
	for _, v := range o.list("fixes") {
		p.Fixes = append(p.Fixes, d.fix(v, procedures))
	}
	d.ending(o, &p)
	return p
}

// short reads a playbook of one known cause with one fix and nothing to ask.
func (d *decoder) short(v value, s *samples) diagnose.Playbook {
	o := d.object(v, "a short playbook", append(headFields(), "match", "not", "recovery", "extract", "samples",
		"why", "cause", "name", "procedures", "takes", "failed_try", "destructive", "offer_at", "needs", "warnings", "steps", "verify", "escalation")...)
	p := d.head(o)
	p.Alerts = diagnose.Alerts{
		Phrases:  d.phrases(o, "match"),
		Recovery: o.texts("recovery", maxText), Extract: d.extracts(o),
	}
	d.nots(o, &p.Alerts)
	if o.empty("match") {
		o.missing("match", "[the error's words]")
	}
	d.samples(o, &p.Alerts, s)
	d.define("cause", diagnose.OtherCause, o.at)
	cause := diagnose.Cause{ID: knownCause, Frequency: diagnose.Common}
	if o.has("cause") {
		cause.ID = o.idIn("cause", "cause", "vendor_inactive")
	} else {
		d.define("cause", cause.ID, o.at)
	}
	cause.Statement = o.required("why", maxText, "The vendor is inactive in QuickBooks.")
	if cause.Name = o.optional("name", maxName); cause.Name == "" {
		cause.Name = firstSentence(cause.Statement)
	}
	p.Causes = []diagnose.Cause{cause}
	fix := diagnose.Fix{ID: "fix", Title: cause.Name, Solves: []diagnose.Solves{{Cause: cause.ID, How: diagnose.DefaultHow}}}
	d.fixCosts(o, &fix)
	fix.Steps = d.steps(o, &fix, d.procedures(o))
	p.Fixes = []diagnose.Fix{fix}
	d.define("fix", fix.ID, o.at)
	d.ending(o, &p)
	return p
}

// knownCause is the id of a short playbook's cause that names none.
const knownCause = "known"

// firstSentence is what a short playbook's cause is called: its statement's
// first sentence, cut to the length of a name.
func firstSentence(s string) string {
	s, _, _ = strings.Cut(s, ". ")
	r := []rune(strings.TrimRight(s, "."))
	if len(r) > maxName {
		r = append(r[:maxName-1], '…')
	}
	return string(r)
}

func (d *decoder) head(o object) diagnose.Playbook {
	p := diagnose.Playbook{Version: 1}
	if version := o.required("version", maxText, "1"); version != "" && version != "1" {
		d.report(o.valueAt("version"), fmt.Sprintf("there is no version %q of the language", clip(version)), "write: version: 1")
	}
	p.ID = o.id("playbook", "oracle-netsuite-login")
	p.Title = o.required("title", maxTitle, "Oracle NetSuite: login credentials invalid/expired")
	p.System = o.required("system", maxName, "Oracle NetSuite")
	p.Names = o.texts("names", maxName)
	p.Product = o.required("product", maxName, "Cashflow360")
	p.Scope = diagnose.Scope(o.word("scope", string(diagnose.ScopeConnection), string(diagnose.ScopeConnection), string(diagnose.ScopeRecord)))
	for _, v := range o.list("sources") {
		s := d.object(v, "a source", "title", "url")
		source := diagnose.Source{Title: s.required("title", maxTitle, "the article's title"), URL: s.required("url", 2000, "https://…")}
		if source.URL != "" && !strings.HasPrefix(source.URL, "https://") && !strings.HasPrefix(source.URL, "http://") {
			d.report(s.valueAt("url"), fmt.Sprintf("%q is no address of a page", clip(source.URL)), "start it with https://")
		}
		p.Sources = append(p.Sources, source)
	}
	return p
}

// ending reads how the playbook knows that it is over.
func (d *decoder) ending(o object, p *diagnose.Playbook) {
	p.Verify = diagnose.Verification{Wait: defaultWait}
	if o.has("verify") {
		v := d.object(o.m["verify"].value, "verify", "wait", "text")
		p.Verify = diagnose.Verification{Wait: v.duration("wait", defaultWait), Text: v.optional("text", maxText)}
		if p.Verify.Wait < time.Minute {
			d.report(v.valueAt("wait"), "verification has to wait a minute at least", "write how long a sync takes, such as 30m")
		}
	}
	if !o.has("escalation") {
		o.missing("escalation", "{to: the vendor's support}")
		return
	}
	e := d.object(o.m["escalation"].value, "escalation", "to", "attach")
	p.Escalation = diagnose.Escalation{To: e.required("to", maxText, "the vendor's support"), Attach: e.texts("attach", maxText)}
}

// defaultWait is how long a sync may take to report when a playbook doesn't say.
const defaultWait = 2 * time.Hour

func (d *decoder) alerts(v value, s *samples) diagnose.Alerts {
	o := d.object(v, "alerts", "phrases", "not", "extract", "recovery", "samples")
	a := diagnose.Alerts{
		Phrases:  d.phrases(o, "phrases"),
		Recovery: o.texts("recovery", maxText), Extract: d.extracts(o),
	}
	d.nots(o, &a)
	if o.empty("phrases") {
		o.missing("phrases", "[the error's words]")
	}
	d.samples(o, &a, s)
	return a
}

func (d *decoder) samples(o object, a *diagnose.Alerts, s *samples) {
	if !o.has("samples") {
		o.missing("samples", "{match: [a whole alert as it is posted], no_match: [something near]}")
		return
	}
	so := d.object(o.m["samples"].value, "samples", "match", "no_match")
	a.Match, s.match = so.texts("match", maxSample), so.list("match")
	a.NoMatch, s.noMatch = so.texts("no_match", maxSample), so.list("no_match")
	if so.empty("match") {
		so.missing("match", "[a whole alert as it is posted]")
	}
}

// phrases reads a list of phrases: a text alone is enough to be sure.
func (d *decoder) phrases(o object, name string) []diagnose.Phrase {
	var phrases []diagnose.Phrase
	for _, v := range o.list(name) {
		if v.kind != mapping {
			text := d.text(v, "a phrase", maxText)
			d.places(v.at, text)
			phrases = append(phrases, diagnose.Phrase{Text: text, Sure: true})
		} else {
			phrases = append(phrases, d.phrase(v))
		}
		if last := phrases[len(phrases)-1]; last.Text != "" && diagnose.Normalize(last.Text) == "" {
			d.report(v.at, "the phrase has no words", "write words that stand in the alert")
		} else if last.Text == "" && last.Pattern == "" && v.kind == scalar {
			d.report(v.at, "the phrase is empty", "write words that stand in the alert")
		}
	}
	return phrases
}

func (d *decoder) phrase(v value) diagnose.Phrase {
	o := d.object(v, "a phrase", "text", "pattern", "sure", "needs_system", "needs", "unless", "speaks", "answers", "says")
	ph := diagnose.Phrase{
		Text: o.optional("text", maxText), Pattern: o.optional("pattern", maxPattern), Sure: o.word("sure", "true", "true", "false") == "true",
		Needs: o.texts("needs", maxText), Unless: o.texts("unless", maxText), Speaks: d.speaks(o), Says: o.optional("says", maxText),
		NeedsSystem: o.bool("needs_system"), Answers: d.answered(o),
	}
	d.places(o.valueAt("text"), ph.Text)
	switch {
	case ph.Text == "" && ph.Pattern == "":
		o.missing("text", "the error's words")
	case ph.Text != "" && ph.Pattern != "":
		d.report(o.place("pattern"), "a phrase is a text or a pattern", "drop one of them")
	case ph.Pattern != "":
		d.pattern(o, "pattern", ph.Pattern)
	}
	return ph
}

// places checks what stands for words that vary.
func (d *decoder) places(at place, text string) {
	known := []string{"subject", "account", "company", "any"}
	for _, m := range regexp.MustCompile(`\{([^{}]*)\}`).FindAllStringSubmatch(text, -1) {
		if slices.Contains(known, m[1]) {
			continue
		}
		advice := "write {subject}, {account}, {company} or {any}"
		if n := nearest(m[1], known); n != "" {
			advice = fmt.Sprintf("did you mean {%s}?", n)
		}
		d.report(at, fmt.Sprintf("{%s} stands for nothing", clip(m[1])), advice)
	}
}

// nots reads what says that a text is something else: words, or {pattern: …}.
func (d *decoder) nots(o object, a *diagnose.Alerts) {
	for _, v := range o.list("not") {
		if v.kind != mapping {
			a.Not = append(a.Not, d.text(v, "a text of \"not\"", maxText))
			continue
		}
		n := d.object(v, "an entry of \"not\"", "pattern")
		if p := n.required("pattern", maxPattern, `'error code \d+'`); p != "" && d.pattern(n, "pattern", p) != nil {
			a.NotPatterns = append(a.NotPatterns, p)
		}
	}
}

// answered reads which questions the alert's words answer: {login: refused}.
func (d *decoder) answered(o object) []diagnose.Answered {
	f, ok := o.m["answers"]
	if !ok || f.value.kind == nothing {
		return nil
	}
	if f.value.kind != mapping {
		d.report(f.value.at, "\"answers\" names questions, but this is "+f.value.kind.String(), "write, for example: {login: refused}")
		return nil
	}
	var list []diagnose.Answered
	for _, q := range f.value.fields {
		d.refer("question", q.name, q.at)
		id := d.text(q.value, "an answer's id", maxName)
		d.refer("answer of question "+q.name, id, q.value.at)
		list = append(list, diagnose.Answered{Question: q.name, Answer: id})
	}
	return list
}

// pattern checks a regular expression.
func (d *decoder) pattern(o object, name, pattern string) *regexp.Regexp {
	re, err := regexp.Compile(pattern)
	if err != nil {
		reason := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
		d.report(o.valueAt(name), "the pattern can't be read: "+clip(reason), "write a regular expression as RE2 knows it")
		return nil
	}
	if re.MatchString("") {
		d.report(o.valueAt(name), "the pattern matches everything, even nothing", "name words that must stand there")
	}
	return re
}

func (d *decoder) extracts(o object) []diagnose.Extract {
	var list []diagnose.Extract
	for _, v := range o.list("extract") {
		e := d.object(v, "an extract", "account", "company", "subject")
		if len(e.m) != 1 && v.kind == mapping {
			d.report(v.at, "an extract finds one thing", "write one of account, company or subject with its pattern")
		}
		for _, f := range []diagnose.Field{diagnose.FieldAccount, diagnose.FieldCompany, diagnose.FieldSubject} {
			pattern := e.optional(string(f), maxPattern)
			if pattern == "" {
				continue
			}
			if re := d.pattern(e, string(f), pattern); re != nil && re.NumSubexp() < 1 {
				d.report(e.valueAt(string(f)), "the pattern has no group", "put what is to be found in ( )")
			}
			list = append(list, diagnose.Extract{Field: f, Pattern: pattern})
		}
	}
	return list
}

func (d *decoder) cause(v value) diagnose.Cause {
	o := d.object(v, "a cause", "id", "name", "statement", "frequency")
	return diagnose.Cause{
		ID:        o.id("cause", "credentials"),
		Name:      o.required("name", maxName, "Wrong or expired login"),
		Statement: o.required("statement", maxText, "The login that the sync uses is wrong or has expired."),
		Frequency: diagnose.Frequency(o.word("frequency", string(diagnose.Occasional),
			string(diagnose.Common), string(diagnose.Occasional), string(diagnose.Rare))),
	}
}

func (d *decoder) question(v value) diagnose.Question {
	o := d.object(v, "a question", "id", "text", "where", "who", "takes", "basis", "answers")
	q := diagnose.Question{
		ID:      o.id("question", "login"),
		Text:    o.required("text", maxQuestion, "Does the login work in NetSuite itself?"),
		Where:   o.optional("where", maxText),
		Who:     diagnose.Who(o.word("who", string(diagnose.WhoSupport), string(diagnose.WhoSupport), string(diagnose.WhoCustomer), string(diagnose.WhoAlert))),
		Minutes: o.minutes("takes", 5),
		Basis:   diagnose.Basis(o.word("basis", string(diagnose.Documented), string(diagnose.Documented), string(diagnose.Inferred))),
	}
	for _, v := range o.list("answers") {
		a := d.object(v, "an answer", "id", "text", "says", "speaks")
		answer := diagnose.Answer{
			ID: a.id("answer of question "+q.ID, "yes"), Text: a.required("text", maxButton, "Yes"),
			Says: a.optional("says", maxText), Speaks: d.speaks(a),
		}
		if answer.ID == diagnose.NotSure {
			d.report(a.valueAt("id"), "every question has the answer \"not_sure\" by itself", "drop this answer")
		}
		q.Answers = append(q.Answers, answer)
	}
	if n := len(q.Answers); n < 2 || n > maxAnswers {
		d.report(o.place("answers"), fmt.Sprintf("a question has 2 to %d answers, this has %d", maxAnswers, n), "write what it can turn out to be; “Not sure” is there by itself")
	}
	return q
}

// speaks reads what an observation says about causes: {credentials: confirms}.
func (d *decoder) speaks(o object) []diagnose.Speaks {
	f, ok := o.m["speaks"]
	if !ok || f.value.kind == nothing {
		return nil
	}
	if f.value.kind != mapping {
		d.report(f.value.at, "\"speaks\" names causes, but this is "+f.value.kind.String(), "write, for example: {credentials: confirms}")
		return nil
	}
	words := []string{
		string(diagnose.Confirms), string(diagnose.StronglyFor), string(diagnose.For),
		string(diagnose.Against), string(diagnose.StronglyAgainst), string(diagnose.RulesOut),
	}
	var list []diagnose.Speaks
	for _, c := range f.value.fields {
		d.refer("cause", c.name, c.at)
		word := d.text(c.value, "a word of evidence", maxText)
		if word != "" && diagnose.Word(word).Ratio() == 1 {
			d.badWord(c.value.at, "evidence", word, words)
		}
		list = append(list, diagnose.Speaks{Cause: c.name, Word: diagnose.Word(word)})
	}
	return list
}
