package playbooks

import (
	"fmt"
	"regexp"
	"strings"

	"syncfix/diagnose"
)

// A procedure is steps that return in several fixes, with places to fill in.
type procedure struct {
	params []string
	steps  []value
}

// procedures reads the steps that stand once and are used by name.
func (d *decoder) procedures(o object) map[string]*procedure {
	all := map[string]*procedure{}
	for _, v := range o.list("procedures") {
		p := d.object(v, "a procedure", "id", "params", "steps")
		id := p.id("procedure", "disconnect")
		proc := &procedure{params: p.texts("params", maxName), steps: p.list("steps")}
		if p.empty("steps") {
			p.missing("steps", "[{text: Open Settings.}]")
		}
		all[id] = proc
	}
	return all
}

func (d *decoder) fix(v value, procedures map[string]*procedure) diagnose.Fix {
	o := d.object(v, "a fix", "id", "title", "solves", "takes", "failed_try", "destructive", "offer_at", "needs", "stale", "warnings", "requires", "steps")
	f := diagnose.Fix{ID: o.id("fix", "reconnect"), Title: o.required("title", maxTitle, "Reconnect with a working login")}
	f.Solves = d.solves(o)
	if o.empty("solves") {
		o.missing("solves", "{credentials: 0.95}")
	}
	d.fixCosts(o, &f)
	for _, v := range o.list("stale") {
		id := d.text(v, "a question's id", maxName)
		d.refer("question", id, v.at)
		f.Stale = append(f.Stale, id)
	}
	for _, v := range o.list("requires") {
		f.Requires = append(f.Requires, d.requirement(v))
	}
	f.Steps = d.steps(o, &f, procedures)
	return f
}

// fixCosts reads what full and short form have in common.
func (d *decoder) fixCosts(o object, f *diagnose.Fix) {
	f.Destructive = o.bool("destructive")
	failed := 0.0
	if f.Destructive {
		failed = diagnose.DisconnectFailMinutes
	}
	f.Minutes = o.minutes("takes", 10)
	f.FailMinutes = o.minutes("failed_try", failed)
	f.OfferAt = o.share("offer_at", diagnose.DefaultOfferAt)
	f.Needs = o.texts("needs", maxText)
	f.Warnings = o.texts("warnings", maxText)
}

// solves reads {credentials: 0.95} or [credentials].
func (d *decoder) solves(o object) []diagnose.Solves {
	v := o.m["solves"].value
	var solves []diagnose.Solves
	switch v.kind {
	case mapping:
		for _, c := range v.fields {
			d.refer("cause", c.name, c.at)
			solves = append(solves, diagnose.Solves{Cause: c.name, How: d.share(c.value, "how well it works", diagnose.DefaultHow)})
		}
	case list:
		for _, item := range v.items {
			id := d.text(item, "a cause's id", maxName)
			d.refer("cause", id, item.at)
			solves = append(solves, diagnose.Solves{Cause: id, How: diagnose.DefaultHow})
		}
	case scalar:
		d.report(v.at, "\"solves\" names causes, but this is a single value", "write, for example: {credentials: 0.95}")
	}
	for _, s := range solves {
		if s.Cause == diagnose.OtherCause {
			d.report(v.at, "no fix solves \"other\": it stands for what the playbook doesn't know", "name one of the playbook's causes")
		}
	}
	return solves
}

// requirement reads {question: x, answer: y} or {fix: x, cannot: y}.
func (d *decoder) requirement(v value) diagnose.Requires {
	o := d.object(v, "a requirement", "question", "answer", "fix", "cannot")
	r := diagnose.Requires{
		Question: o.optional("question", maxName), Answer: o.optional("answer", maxName),
		Fix: o.optional("fix", maxName), Cannot: o.optional("cannot", maxName),
	}
	answered, stuck := r.Question != "" && r.Answer != "", r.Fix != "" && r.Cannot != ""
	if answered == stuck || (r.Question != "") != (r.Answer != "") || (r.Fix != "") != (r.Cannot != "") {
		if v.kind == mapping {
			d.report(v.at, "a requirement is an answer or a way out of another fix", "write {question: …, answer: …} or {fix: …, cannot: …}")
		}
		return r
	}
	if answered {
		d.refer("question", r.Question, o.valueAt("question"))
		if r.Answer != diagnose.NotSure {
			d.refer("answer of question "+r.Question, r.Answer, o.valueAt("answer"))
		}
	} else {
		d.refer("fix", r.Fix, o.valueAt("fix"))
		d.refer("way out of fix "+r.Fix, r.Cannot, o.valueAt("cannot"))
	}
	return r
}

// steps reads a fix's steps, those of procedures filled in, and checks their gates.
func (d *decoder) steps(o object, f *diagnose.Fix, procedures map[string]*procedure) []diagnose.Step {
	items := o.list("steps")
	if o.empty("steps") {
		o.missing("steps", "[{text: Open Settings.}]")
	}
	if len(items) == 0 {
		return nil
	}
	var steps []diagnose.Step
	var places []place
	for _, v := range items {
		for _, filled := range d.expand(v, procedures) {
			places = append(places, v.at)
			steps = append(steps, d.step(filled, f.ID, len(steps)+1))
		}
	}
	d.gates(o, f, steps, places)
	return steps
}

// expand is the step itself, or the steps of the procedure that it uses.
func (d *decoder) expand(v value, procedures map[string]*procedure) []value {
	uses := false
	for _, f := range v.fields {
		uses = uses || f.name == "use"
	}
	if !uses {
		return []value{v}
	}
	o := d.object(v, "the use of a procedure", "use", "with")
	id := o.required("use", maxName, "disconnect")
	d.refer("procedure", id, o.valueAt("use"))
	d.used[id] = true
	proc, ok := procedures[id]
	if !ok {
		return nil
	}
	given := d.given(o, id, proc.params)
	filled := make([]value, len(proc.steps))
	for i, s := range proc.steps {
		filled[i] = d.fill(s, given, proc.params)
	}
	return filled
}

// given reads what a procedure's places are filled with.
func (d *decoder) given(o object, id string, params []string) map[string]string {
	given := map[string]string{}
	if o.has("with") {
		w := d.object(o.m["with"].value, "procedure "+id, params...)
		for _, p := range params {
			if w.has(p) {
				given[p] = w.optional(p, maxStep)
			}
		}
	}
	for _, p := range params {
		if _, ok := given[p]; !ok {
			d.report(o.place("with"), fmt.Sprintf("procedure %q needs %q", id, p), fmt.Sprintf("add it: with: {%s: …}", p))
		}
	}
	return given
}

func placeholder() *regexp.Regexp { return regexp.MustCompile(`\{([a-z][a-z0-9_]*)\}`) }

// fill replaces {name} in every text of v.
func (d *decoder) fill(v value, given map[string]string, params []string) value {
	if v.kind == scalar && strings.ContainsRune(v.text, '{') {
		v.text = placeholder().ReplaceAllStringFunc(v.text, func(m string) string {
			name := m[1 : len(m)-1]
			if text, ok := given[name]; ok {
				return text
			}
			d.refer("parameter", name, v.at)
			for _, p := range params {
				d.defined["parameter"] = addPlace(d.defined["parameter"], p, v.at)
			}
			return m
		})
	}
	items, fields := v.items, v.fields
	v.items, v.fields = nil, nil
	for _, item := range items {
		v.items = append(v.items, d.fill(item, given, params))
	}
	for _, f := range fields {
		f.value = d.fill(f.value, given, params)
		v.fields = append(v.fields, f)
	}
	return v
}

func addPlace(m map[string]place, id string, at place) map[string]place {
	if m == nil {
		m = map[string]place{}
	}
	m[id] = at
	return m
}

func (d *decoder) step(v value, fix string, number int) diagnose.Step {
	o := d.object(v, "a step", "id", "text", "where", "path", "note", "basis", "destructive", "gate", "cannot")
	s := diagnose.Step{
		Text:        o.required("text", maxStep, "Open Settings."),
		Where:       o.optional("where", maxName),
		Path:        o.optional("path", maxText),
		Note:        o.optional("note", maxText),
		Basis:       diagnose.Basis(o.word("basis", string(diagnose.Documented), string(diagnose.Documented), string(diagnose.Inferred))),
		Destructive: o.bool("destructive"),
	}
	if o.has("id") {
		s.ID = o.id("step of fix "+fix, "open")
	} else {
		s.ID = fmt.Sprintf("step-%d", number)
	}
	if o.has("gate") {
		s.Gate = d.gate(o.m["gate"].value, fix)
	}
	for _, v := range o.list("cannot") {
		s.Cannot = append(s.Cannot, d.wayOut(v, fix))
	}
	return s
}

func (d *decoder) gate(v value, fix string) diagnose.Gate {
	o := d.object(v, "a gate", "id", "kind", "title", "button", "confirm")
	kinds := []string{
		string(diagnose.GateBefore), string(diagnose.GateDisconnect), string(diagnose.GateReconnect),
		string(diagnose.GateDone), string(diagnose.GateRisk),
	}
	g := diagnose.Gate{Kind: diagnose.GateKind(o.word("kind", "", kinds...))}
	if !o.has("kind") {
		o.missing("kind", "disconnect")
	}
	if o.has("id") {
		g.ID = o.id("gate of fix "+fix, "disconnected")
	} else {
		g.ID = string(g.Kind)
		d.define("gate of fix "+fix, g.ID, o.at)
	}
	g.Button = o.required("button", maxButton, "I've disconnected")
	g.Title = o.optional("title", maxHeading)
	if g.Title == "" {
		g.Title = firstRunes(g.Button, maxHeading)
	}
	g.Confirm = o.required("confirm", maxConfirm, "Have you pressed Disconnect and then Yes?")
	return g
}

func firstRunes(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

func (d *decoder) wayOut(v value, fix string) diagnose.Cannot {
	o := d.object(v, "a way out", "id", "text", "says", "fix", "hand", "speaks")
	c := diagnose.Cannot{
		ID: o.id("way out of fix "+fix, "not_offered"), Text: o.required("text", maxButton, "Not required isn't there"),
		Says: o.optional("says", maxText), Fix: o.optional("fix", maxName), Hand: o.optional("hand", maxText), Speaks: d.speaks(o),
	}
	if (c.Fix == "") == (c.Hand == "") && v.kind == mapping {
		d.report(v.at, "a way out leads to another fix or to a hand-off", "write either fix: an id, or hand: the reason for a human")
	}
	if c.Fix != "" {
		d.refer("fix", c.Fix, o.valueAt("fix"))
		if c.Fix == fix {
			d.report(o.valueAt("fix"), "a way out can't lead back to its own fix", "name another fix, or write hand: the reason for a human")
		}
	}
	return c
}
