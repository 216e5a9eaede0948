package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"syncfix/bot/sandbox"
	"syncfix/diagnose"
	"syncfix/playbooks"
)

// previews are the playbooks of a shelf, as the sandbox's page shows them.
type previews struct {
	shelf   shelf
	dir     string            // the operator's folder; empty: none
	builtIn map[string]string // id → hash of the playbooks that come with the program

	mu      sync.Mutex
	refused string
	changed chan struct{} // closed at the next change
	drawn   map[string]sandbox.Preview
}

var _ sandbox.Previews = (*previews)(nil)

func newPreviews(s shelf, dir string) (*previews, error) {
	own, err := playbooks.Load("")
	if err != nil {
		return nil, err
	}
	p := &previews{shelf: s, dir: dir, builtIn: map[string]string{}, changed: make(chan struct{}), drawn: map[string]sandbox.Preview{}}
	for _, book := range own.All() {
		p.builtIn[book.ID] = book.Hash
	}
	return p, nil
}

// heard takes note of a reload; err is why nothing was taken over.
func (p *previews) heard(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refused = ""
	if found := (playbooks.Problems)(nil); errors.As(err, &found) {
		p.refused = compilerLike(found)
	} else if err != nil {
		p.refused = err.Error()
	}
	p.drawn = map[string]sandbox.Preview{}
	close(p.changed)
	p.changed = make(chan struct{})
}

func compilerLike(problems []playbooks.Problem) string {
	var b bytes.Buffer
	for i, problem := range problems {
		if i > 0 {
			b.WriteByte('\n')
		}
		playbooks.Renderer{}.Problem(&b, problem)
	}
	return b.String()
}

// Changed implements sandbox.Previews.
func (p *previews) Changed() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.changed
}

// Refused implements sandbox.Previews.
func (p *previews) Refused() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.refused
}

// Titles implements sandbox.Previews: the operator's own first, then by system.
func (p *previews) Titles() []sandbox.PreviewTitle {
	var own, rest []sandbox.PreviewTitle
	systems := map[string][]sandbox.PreviewTitle{}
	var order []string
	for _, book := range p.shelf.Shelf.Library().All() {
		t := p.title(book)
		if p.isOwn(book) {
			t.Group, t.Note = "Yours", book.System
			own = append(own, t)
			continue
		}
		if len(systems[book.System]) == 0 {
			order = append(order, book.System)
		}
		systems[book.System] = append(systems[book.System], t)
	}
	for _, system := range order {
		rest = append(rest, systems[system]...)
	}
	return append(own, rest...)
}

func (p *previews) isOwn(book diagnose.Playbook) bool { return p.builtIn[book.ID] != book.Hash }

func (p *previews) title(book diagnose.Playbook) sandbox.PreviewTitle {
	t := sandbox.PreviewTitle{ID: book.ID, Title: book.Title, Group: book.System}
	if p.isOwn(book) {
		t.Note = "from " + p.dir
	}
	return t
}

// Preview implements sandbox.Previews.
func (p *previews) Preview(id string, check bool) (sandbox.Preview, bool) {
	p.mu.Lock()
	v, known := p.drawn[id]
	changed := p.changed
	p.mu.Unlock()
	if known && (v.Checked || !check) {
		return v, true
	}
	if !known {
		library := p.shelf.Shelf.Library()
		book, ok := library.Get(id)
		if !ok {
			return sandbox.Preview{}, false
		}
		v = sandbox.Preview{
			PreviewTitle: p.title(book), Tree: tree(book), Samples: previewSamples(book, library.Recognizer()), Cards: previewCards(book),
		}
	}
	if check {
		v.Lint, v.Facts = p.lint(id)
		v.Checked = true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if changed == p.changed { // else it may be of what was there before
		p.drawn[id] = v
	}
	return v, true
}

func tree(book diagnose.Playbook) string {
	var b strings.Builder
	if err := playbooks.Show(&b, book, playbooks.ShowOptions{}); err != nil {
		return err.Error()
	}
	return strings.Replace(b.String(), "--all shows", "syncfix playbook show --all "+book.ID+" shows", 1)
}

// lint is what syncfix playbook lint says of a playbook, hints too, and its figures.
func (p *previews) lint(id string) (string, []sandbox.PreviewFact) {
	report, err := playbooks.Lint(nil, playbooks.LintOptions{Dir: p.dir, Shown: cutInSlack, Only: id})
	if err != nil {
		return err.Error(), nil
	}
	var facts []sandbox.PreviewFact
	for _, f := range report.Figures {
		both := func(name string, shown func(playbooks.Odds) string) {
			value := shown(f.Start)
			if even := shown(f.Even); even != value {
				value += " (" + even + " with all causes equally likely)"
			}
			facts = append(facts, sandbox.PreviewFact{Name: name, Value: value})
		}
		both("Questions before the first fix", func(o playbooks.Odds) string { return fmt.Sprintf("%.1f, at most %d", o.Questions, o.Most) })
		both("First fix right", func(o playbooks.Odds) string { return fmt.Sprintf("%.0f %%", 100*o.FirstRight) })
		both("Minutes to repair", func(o playbooks.Odds) string { return fmt.Sprintf("%.0f", o.Minutes) })
	}
	return compilerLike(report.Problems), facts
}

// previewSamples are a playbook's samples, with what all playbooks together make
// of them.
func previewSamples(book diagnose.Playbook, r diagnose.Recognizer) []sandbox.PreviewSample {
	var all []sandbox.PreviewSample
	add := func(text string, mine bool) {
		got := r.Recognize(text)
		s := sandbox.PreviewSample{Text: text, Result: recognised(got)}
		isMine := got.Outcome != diagnose.No && (got.Playbook == book.ID || slices.Contains(got.Others, book.ID))
		s.Good = isMine == mine
		if !mine {
			s.Result = "Must not be taken for this error. " + s.Result
		}
		all = append(all, s)
	}
	for _, text := range book.Alerts.Match {
		add(text, true)
	}
	for _, text := range book.Alerts.NoMatch {
		add(text, false)
	}
	return all
}

func recognised(got diagnose.Recognition) string {
	also := ""
	if len(got.Others) > 0 {
		also = " Others fit as well, so syncfix asks which: " + strings.Join(got.Others, ", ") + "."
	}
	switch {
	case got.Recovered:
		return "Recognised as a notice that the sync works again."
	case got.Outcome == diagnose.Sure:
		return "Recognised for sure as " + got.Playbook + "." + also
	case got.Outcome == diagnose.Likely:
		return "Likely " + got.Playbook + ": syncfix asks first." + also
	}
	return "Not recognised as any error."
}
