package playbooks

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// decoder gathers what a file holds and everything that is wrong with it.
type decoder struct {
	file     string
	lines    []string
	problems []Problem
	defined  map[string]map[string]place // kind of thing → id → where
	refs     []reference
	used     map[string]bool // procedures
}

// A reference is the use of an id that must be defined somewhere in the file.
type reference struct {
	kind string // "cause", "question", "fix", "procedure", "answer of question x", "way out of fix x"
	id   string
	at   place
}

func newDecoder(file string, source []byte) *decoder {
	return &decoder{
		file:    file,
		lines:   strings.Split(strings.ReplaceAll(string(source), "\r\n", "\n"), "\n"),
		defined: map[string]map[string]place{},
		used:    map[string]bool{},
	}
}

func (d *decoder) report(at place, message, advice string) {
	d.problems = append(d.problems, d.problem(at, message, advice))
}

func (d *decoder) problem(at place, message, advice string) Problem {
	p := Problem{File: d.file, Line: at.line, Column: at.column, Message: message, Advice: advice}
	if at.line >= 1 && at.line <= len(d.lines) {
		p.Source = d.lines[at.line-1]
	}
	return p
}

// define notes an id; the same id twice is a problem.
func (d *decoder) define(kind, id string, at place) {
	if id == "" {
		return
	}
	if d.defined[kind] == nil {
		d.defined[kind] = map[string]place{}
	}
	if first, ok := d.defined[kind][id]; ok {
		d.report(at, fmt.Sprintf("there are two of %s %q", kind, id), fmt.Sprintf("the first is in line %d; give this one another id", first.line))
		return
	}
	d.defined[kind][id] = at
}

func (d *decoder) refer(kind, id string, at place) {
	if id != "" {
		d.refs = append(d.refs, reference{kind, id, at})
	}
}

// resolve reports every use of an id that nothing has, and procedures nothing uses.
func (d *decoder) resolve() {
	for id, at := range d.defined["procedure"] {
		if !d.used[id] {
			d.report(at, fmt.Sprintf("nothing uses procedure %q", id), "use it in a fix's steps, or drop it")
		}
	}
	for _, r := range d.refs {
		if _, ok := d.defined[r.kind][r.id]; ok {
			continue
		}
		var known []string
		for id := range d.defined[r.kind] {
			known = append(known, id)
		}
		slices.Sort(known)
		advice := "write one of " + oneOf(known)
		if len(known) == 0 {
			advice = "add one with this id, or drop this"
		} else if n := nearest(r.id, known); n != "" {
			advice = fmt.Sprintf("did you mean %q?", n)
		}
		d.report(r.at, fmt.Sprintf("there is no %s %q", r.kind, r.id), advice)
	}
}

// An object reads the fields of one mapping.
type object struct {
	d    *decoder
	what string // "a cause"
	at   place
	m    map[string]field
	odd  bool // it is no mapping: nothing is missing from it
}

// object checks that v is a mapping of known fields.
func (d *decoder) object(v value, what string, known ...string) object {
	o := object{d: d, what: what, at: v.at, m: map[string]field{}}
	if v.kind != mapping {
		d.report(v.at, fmt.Sprintf("%s is expected here, but this is %s", what, v.kind), "write its fields: "+strings.Join(known, ", "))
		o.odd = true
		return o
	}
	for _, f := range v.fields {
		if !slices.Contains(known, f.name) {
			advice, meant := "known here: "+strings.Join(known, ", "), nearest(f.name, known)
			if meant != "" {
				advice = fmt.Sprintf("did you mean %q?", meant)
			}
			d.report(f.at, fmt.Sprintf("%s has no field %q", what, clip(f.name)), advice)
			if _, taken := o.m[meant]; meant == "" || taken {
				continue
			}
			f.name = meant // read it as what was meant, so that it isn't missed too
		}
		o.m[f.name] = f
	}
	return o
}

func (o object) has(name string) bool { return o.m[name].value.kind != nothing }

// place is where a field stands; the object's own place if it isn't there.
func (o object) place(name string) place {
	if f, ok := o.m[name]; ok {
		return f.at
	}
	return o.at
}

// valueAt is where a field's value stands.
func (o object) valueAt(name string) place {
	if f, ok := o.m[name]; ok {
		return f.value.at
	}
	return o.at
}

// optional is a text of at most limit characters; empty if it isn't there.
func (o object) optional(name string, limit int) string {
	f, ok := o.m[name]
	if !ok || f.value.kind == nothing {
		return ""
	}
	return o.d.text(f.value, fmt.Sprintf("%q", name), limit)
}

// required is a text that must be there.
func (o object) required(name string, limit int, example string) string {
	if strings.Contains(example, ": ") { // YAML takes it for a field
		example = `"` + example + `"`
	}
	s := o.optional(name, limit)
	if s == "" && (!o.has(name) || o.m[name].value.kind == scalar) {
		o.missing(name, example)
	}
	return s
}

func (o object) missing(name, example string) {
	if o.odd {
		return
	}
	o.d.report(o.place(name), fmt.Sprintf("%s needs %q", o.what, name), "add, for example: "+name+": "+example)
}

// text is a single value without surrounding space.
func (d *decoder) text(v value, what string, limit int) string {
	if v.kind != scalar {
		d.report(v.at, fmt.Sprintf("%s is a single text, but this is %s", what, v.kind), "write one text; quote it if it contains “: ”")
		return ""
	}
	s := strings.TrimSpace(v.text)
	if !utf8.ValidString(s) {
		d.report(v.at, what+" contains bytes that are no text", "save the file as UTF-8")
		return strings.ToValidUTF8(s, "")
	}
	if looksSecret(s) {
		p := d.problem(v.at, what+" holds a token or a key", "take it out, and change it where it is used: everybody reads a playbook")
		p.Source = "" // so that it isn't shown once more
		d.problems = append(d.problems, p)
	}
	if n := utf8.RuneCountInString(s); n > limit {
		d.report(v.at, fmt.Sprintf("%s is %d characters long", what, n), fmt.Sprintf("shorten it to %d", limit))
	}
	return s
}

// looksSecret says whether a text holds what has the shape of a Slack token, a
// signed token or a private key.
func looksSecret(s string) bool {
	if !strings.ContainsAny(s, "-.") {
		return false
	}
	return secretShape().MatchString(s)
}

// secretShape is compiled once; it never changes.
var secretShape = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:xox[a-z]|xapp)-[A-Za-z0-9-]{10,}|\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}|-----BEGIN (?:[A-Z]+ )*PRIVATE KEY`)
})

// word is one of a closed list of words.
func (o object) word(name, fallback string, known ...string) string {
	if !o.has(name) {
		return fallback
	}
	s := o.optional(name, maxText)
	if s != "" && !slices.Contains(known, s) {
		o.d.badWord(o.valueAt(name), fmt.Sprintf("%q", name), s, known)
		return fallback
	}
	return s
}

func (d *decoder) badWord(at place, what, word string, known []string) {
	advice := "write " + oneOf(known)
	if n := nearest(word, known); n != "" {
		advice = fmt.Sprintf("did you mean %q?", n)
	}
	d.report(at, fmt.Sprintf("%q is no word for %s", clip(word), what), advice)
}

// id is the required id of something of this kind, and defines it.
func (o object) id(kind, example string) string { return o.idIn("id", kind, example) }

// idIn is id for an id that stands in another field.
func (o object) idIn(name, kind, example string) string {
	id := o.required(name, 60, example)
	if id != "" && !validID(id) {
		o.d.report(o.valueAt(name), fmt.Sprintf("%q is no id", clip(id)), "write lower-case letters, digits, - and _, starting with a letter")
		return id
	}
	o.d.define(kind, id, o.valueAt(name))
	return id
}

func validID(id string) bool {
	for i, c := range id {
		letter := c >= 'a' && c <= 'z'
		if !letter && (i == 0 || !(c >= '0' && c <= '9' || c == '-' || c == '_')) {
			return false
		}
	}
	return id != ""
}

func (o object) bool(name string) bool {
	return o.word(name, "false", "true", "false") == "true"
}

// duration is a time such as 30m or 2h, from nothing to a day.
func (o object) duration(name string, fallback time.Duration) time.Duration {
	if !o.has(name) {
		return fallback
	}
	s := o.optional(name, maxText)
	if s == "" {
		return fallback
	}
	v, err := time.ParseDuration(s)
	if err != nil || v < 0 || v > 24*time.Hour {
		o.d.report(o.valueAt(name), fmt.Sprintf("%q is no time for %q", clip(s), name), "write minutes or hours, such as 30m or 2h, at most 24h")
		return fallback
	}
	return v
}

func (o object) minutes(name string, fallback float64) float64 {
	return o.duration(name, time.Duration(fallback*float64(time.Minute))).Minutes()
}

// share is a number from 0 to 1, without 0.
func (o object) share(name string, fallback float64) float64 {
	if !o.has(name) {
		return fallback
	}
	return o.d.share(o.m[name].value, fmt.Sprintf("%q", name), fallback)
}

func (d *decoder) share(v value, what string, fallback float64) float64 {
	s := d.text(v, what, maxText)
	n, err := strconv.ParseFloat(s, 64)
	if s != "" && (err != nil || !(n > 0 && n <= 1)) {
		d.report(v.at, fmt.Sprintf("%q is no share for %s", clip(s), what), "write a number above 0 and up to 1, such as 0.8")
		return fallback
	}
	return n
}

// list is the items of a list, each at its place.
func (o object) list(name string) []value {
	f, ok := o.m[name]
	if !ok || f.value.kind == nothing {
		return nil
	}
	if f.value.kind != list {
		o.d.report(f.value.at, fmt.Sprintf("%q is a list, but this is %s", name, f.value.kind), "start each item on a line of its own with “- ”")
		return nil
	}
	return f.value.items
}

// empty says whether the list isn't there or has no items.
func (o object) empty(name string) bool {
	v := o.m[name].value
	return v.kind == nothing || v.kind == list && len(v.items) == 0
}

// texts is a list of texts.
func (o object) texts(name string, limit int) []string {
	var texts []string
	for _, v := range o.list(name) {
		s := o.d.text(v, "an item of "+fmt.Sprintf("%q", name), limit)
		if s == "" && v.kind == scalar {
			o.d.report(v.at, fmt.Sprintf("an item of %q is empty", name), "write a text or drop it")
			continue
		}
		texts = append(texts, s)
	}
	return texts
}

// clip shortens text of the file that is quoted back.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
