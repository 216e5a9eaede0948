package playbooks

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"syncfix/diagnose"
)

// ShowOptions say how much of a playbook's tree is shown.
type ShowOptions struct {
	// All follows "not sure", and steps that can't be done for a reason the
	// playbook doesn't know. Without it only what comes next is told, and where the
	// tree is large that holds for fixes that fail too.
	All bool
	// Lines bounds the tree, in lines of text or boxes of a picture; 0: DefaultLines.
	Lines int
}

// DefaultLines is how much of a tree is shown where nobody says otherwise.
const DefaultLines = 500

func (o ShowOptions) lines() int {
	if o.Lines <= 0 {
		return DefaultLines
	}
	return o.Lines
}

// Show writes what happens in a case of this playbook: question, answers, fixes
// and hand-offs with their reasons, for somebody who reads it top down. What is
// the same from some point on is shown once and referred to by its number.
func Show(w io.Writer, p diagnose.Playbook, o ShowOptions) error {
	t := newTree(p, o)
	t.write()
	if !o.All && len(t.numbers) > roomy {
		t = newTree(p, o)
		t.brief = true
		t.write()
	}
	_, err := io.WriteString(w, t.out.String())
	return err
}

// roomy is how many questions and fixes a tree may have before fixes that fail
// are not followed.
const roomy = 25

func (t *tree) write() {
	t.line(0, "%s (%s)", t.p.Title, t.p.ID)
	t.line(0, "Causes: %s", strings.Join(causeNames(t.p), ", "))
	t.line(0, "")
	t.show(t.walk.at(nil), 0, "")
	t.line(0, "")
	t.line(0, "A fix that works ends the case. Hand-offs go to: %s", t.p.Escalation.To)
	if t.folded > 0 {
		t.line(0, "Folded (…): %s; --all shows what follows.", folded(t.folded))
	}
	if t.left < 0 {
		fmt.Fprintf(&t.out, "… and more: the tree is longer than %d lines.\n", t.o.lines())
	}
}

func folded(n int) string {
	if n == 1 {
		return "1 branch"
	}
	return fmt.Sprintf("%d branches", n)
}

func causeNames(p diagnose.Playbook) []string {
	var names []string
	for _, c := range p.Causes {
		names = append(names, c.Name)
	}
	return names
}

// A tree is a playbook's paths while they are written.
type tree struct {
	o       ShowOptions
	p       diagnose.Playbook
	walk    *walk
	numbers map[int]int // class of states that were shown → number
	classes map[string]int
	class   map[*state]int
	out     strings.Builder
	left    int  // lines
	brief   bool // fixes that fail are not followed
	folded  int
}

func newTree(p diagnose.Playbook, o ShowOptions) *tree {
	return &tree{
		o: o, p: p, walk: newWalk(p), left: o.lines(),
		numbers: map[int]int{}, classes: map[string]int{}, class: map[*state]int{},
	}
}

func (t *tree) line(depth int, format string, args ...any) {
	if t.left--; t.left < 0 {
		return
	}
	text := plainText(fmt.Sprintf(format, args...))
	t.out.WriteString(strings.TrimRight(strings.Repeat("  ", depth)+text, " ") + "\n")
}

// show writes a state and what follows it; lead is how one gets there.
func (t *tree) show(s *state, depth int, lead string) {
	if lead != "" {
		lead += " → "
	}
	if s == nil || t.left < 0 {
		t.line(depth, "%s…", lead)
		return
	}
	if s.next.Kind == diagnose.Escalate {
		t.line(depth, "%shand-off: %s", lead, s.next.Reason)
		return
	}
	class := t.classOf(s)
	if n, ok := t.numbers[class]; ok {
		t.line(depth, "%sgo on at [%d] %s", lead, n, t.what(s))
		return
	}
	t.numbers[class] = len(t.numbers) + 1
	t.line(depth, "%s[%d] %s", lead, t.numbers[class], t.what(s))
	if q, ok := t.p.Question(s.next.Question); ok && q.Where != "" {
		t.line(depth+1, "look at: %s", q.Where)
	}
	t.line(depth+1, "why: %s", s.next.Reason)
	for _, b := range t.branches(s) {
		if b.folded {
			t.folded++
			t.line(depth+1, "%s → %s …", b.lead, t.what(b.to))
			continue
		}
		t.show(b.to, depth+1, b.lead)
	}
}

// A branch is ways that come to the same as far as they are shown.
type branch struct {
	lead   string
	to     *state
	folded bool
	key    string
}

// branches joins the ways out of a state that come to the same.
func (t *tree) branches(s *state) []branch {
	var list []branch
	for _, v := range t.walk.from(s) {
		b := branch{lead: t.lead(s, v), to: v.to, folded: t.folds(v)}
		switch {
		case v.to == nil:
		case b.folded:
			b.key = "folded " + t.what(v.to)
		default:
			b.key = strconv.Itoa(t.classOf(v.to))
		}
		if i := slices.IndexFunc(list, func(other branch) bool { return other.key == b.key }); i >= 0 {
			list[i].lead += " or " + b.lead
			continue
		}
		list = append(list, b)
	}
	return list
}

// classOf is a number that two states share if they read the same to the end.
func (t *tree) classOf(s *state) int {
	if n, ok := t.class[s]; ok {
		return n
	}
	key := t.what(s) + "\n" + s.next.Reason
	for _, b := range t.branches(s) {
		key += "\n" + b.lead + " → " + b.key
	}
	n, ok := t.classes[key]
	if !ok {
		n = len(t.classes) + 1
		t.classes[key] = n
	}
	t.class[s] = n
	return n
}

// folds says whether what follows is a story of its own, which a first look at
// the tree does without.
func (t *tree) folds(v way) bool {
	if t.o.All || v.to == nil || v.to.next.Kind == diagnose.Escalate {
		return false
	}
	return v.kind == notSure || v.kind == cantSay || v.kind == fixFailed && t.brief
}

// lead is what takes one along a way, in a reader's words.
func (t *tree) lead(s *state, v way) string {
	switch v.kind {
	case answered:
		q, _ := t.p.Question(s.next.Question)
		a, _ := q.Answer(v.id)
		return quoted(a.Text)
	case notSure:
		return "Not sure"
	case stuck:
		f, _ := t.p.Fix(s.next.Fix)
		c, _, _ := f.WayOut(v.id)
		return "can't: " + quoted(c.Text)
	case cantSay:
		return "can't, for another reason"
	}
	return "fails again"
}

// quoted is text in quotes, with those inside of it made single.
func quoted(s string) string {
	return "“" + strings.NewReplacer("“", "‘", "”", "’").Replace(s) + "”"
}

// what is done in a state, in a few words.
func (t *tree) what(s *state) string {
	switch s.next.Kind {
	case diagnose.Ask:
		q, _ := t.p.Question(s.next.Question)
		if q.Who == diagnose.WhoCustomer {
			return "Ask the customer: " + q.Text
		}
		return "Ask: " + q.Text
	case diagnose.Try:
		f, _ := t.p.Fix(s.next.Fix)
		text := "Fix: " + f.Title
		if f.Destructive {
			text += " ⚠"
		}
		return text
	}
	return "Hand-off: " + s.next.Reason
}
