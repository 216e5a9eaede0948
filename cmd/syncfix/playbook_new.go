package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"syncfix/diagnose"
	"syncfix/playbooks"
)

// playbookNewCmd asks what is known about an error and writes a playbook to
// start from.
type playbookNewCmd struct {
	Dir    string   `arg:"" optional:"" help:"Folder to write to. Without it: the one of SYNCFIX_PLAYBOOKS, or this one." type:"path"`
	System string   `help:"The accounting system the error is about." placeholder:"NAME"`
	Error  string   `help:"The error, word for word, as the screen shows it." placeholder:"TEXT"`
	Why    string   `help:"What causes it." placeholder:"TEXT"`
	Step   []string `help:"A step of the fix. Repeat it for each." placeholder:"TEXT" sep:"none"`
	Scope  string   `help:"record: one record fails. connection: the whole sync is down." enum:"record,connection," default:"" placeholder:"SCOPE"`
	To     string   `help:"Who takes over when the steps don't help." placeholder:"WHO"`
	ID     string   `help:"The playbook's id. Without it, it is made of system and error." placeholder:"ID"`
}

// Help is shown by syncfix playbook new --help.
func (playbookNewCmd) Help() string { return "What isn't given by a flag is asked." }

// Run asks for what is missing and writes three files: the playbook, a
// conversation that tests it, and the schema for editors.
func (n playbookNewCmd) Run(p process, c *cli) error {
	library, err := playbooks.Load("")
	if err != nil {
		return fmt.Errorf("reading the built-in playbooks: %w", err)
	}
	if n.Dir == "" {
		n.Dir = readEnvironment(p.env, c.EnvFile).look("SYNCFIX_PLAYBOOKS")
	}
	if ext := filepath.Ext(n.Dir); ext == ".yaml" || ext == ".yml" || ext == ".txt" {
		return usageError{fmt.Errorf("%s is a file's name; name the folder to write to, and the file with --id", n.Dir)}
	}
	if err := n.ask(p, library); err != nil {
		return err
	}
	names := n.knownSystem(library)
	if n.ID == "" {
		n.ID = idOf(n.System + " " + n.Error)
	} else if p, taken := library.Get(n.ID); taken {
		return usageError{fmt.Errorf("%q is the id of a built-in playbook (%s), which this one would replace; give another with --id", n.ID, p.Title)}
	}
	source, err := n.playbook(names)
	if err != nil {
		return err
	}
	name := filepath.Join(n.Dir, n.ID+".yaml")
	if _, found := playbooks.Decode(name, source); len(found) > 0 {
		return usageError{fmt.Errorf("nothing is written, because it wouldn't work:\n%w", playbooks.Problems(found))}
	}
	return n.write(p, name, source)
}

// write writes what was made and says how to go on.
func (n playbookNewCmd) write(p process, name string, source []byte) error {
	schema, err := playbooks.Schema()
	if err != nil {
		return err
	}
	if err := folderFor(n.Dir); err != nil {
		return err
	}
	if err := writeNew(name, source); err != nil {
		return err
	}
	talk := filepath.Join(n.Dir, n.ID+".txt")
	if err := writeNew(talk, n.conversation()); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(n.Dir, playbooks.SchemaName), schema, 0o644); err != nil { //nolint:gosec // read by editors
		return fmt.Errorf("writing the schema for editors: %w", err)
	}
	fmt.Fprintf(p.stdout, `Written: %s
         %s

Next:
  syncfix playbook lint %[1]s      says what is wrong or missing
  syncfix playbook test %[1]s      plays the conversation
  SYNCFIX_PLAYBOOKS=%[3]s syncfix sandbox      tries it in the browser
`, name, talk, orHere(n.Dir))
	return nil
}

// folderFor makes the folder to write to, if it isn't there yet.
func folderFor(dir string) error {
	if dir == "" {
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // playbooks hold no secrets
		return usageError{fmt.Errorf("the folder %s can't be made: %s", dir, reason(err))}
	}
	return nil
}

func orHere(dir string) string {
	if dir == "" {
		return "."
	}
	return dir
}

// writeNew writes a file that is not there yet.
func writeNew(name string, text []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // playbooks hold no secrets
	switch {
	case errors.Is(err, fs.ErrExist):
		return usageError{fmt.Errorf("%s is there already; give another id with --id", name)}
	case err != nil:
		return usageError{fmt.Errorf("%s can't be written: %s", name, reason(err))}
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}

// A typist asks for a line of text.
type typist func(title, help string) (string, error)

func (n *playbookNewCmd) ask(p process, library playbooks.Library) error {
	lines := bufio.NewScanner(p.stdin)
	write, pick := plainTypist(lines, p.stdout), plainPicker(lines, p.stdout)
	for _, q := range []struct {
		into        *string
		title, help string
	}{
		{&n.Error, "The error, word for word", "As the screen shows it. Where a number or a name varies, write {subject} or {any}."},
		{&n.System, "Which accounting system is it about?", "One of " + strings.Join(systemsOf(library), ", ") + ", or another."},
		{&n.Why, "What causes it?", "One sentence, as you would tell a colleague."},
	} {
		for *q.into == "" {
			text, err := write(q.title, q.help)
			if err != nil {
				return err
			}
			*q.into = text
			if q.into == &n.Error {
				if n.Error, err = varying(n.Error, pick); err != nil {
					return err
				}
			}
		}
	}
	if n.Scope == "" {
		scope, err := pick("What fails?", []choice{{"record", "One record: a bill, a payment, a vendor"}, {"connection", "The whole sync"}})
		if err != nil {
			return err
		}
		n.Scope = scope
	}
	for asked := len(n.Step) == 0; asked; {
		step, err := write(fmt.Sprintf("Step %d of the fix", len(n.Step)+1), "One thing to do. Press Enter alone when there is no more.")
		if err != nil {
			return err
		}
		if asked = step != "" || len(n.Step) == 0; step != "" {
			n.Step = append(n.Step, step)
		}
	}
	for n.To == "" {
		to, err := write("Who takes over when the steps don't help?", "For example: Cashflow360 support.")
		if err != nil {
			return err
		}
		n.To = to
	}
	return nil
}

// varying asks of each number in the error whether it differs from case to case,
// and puts what stands for it in its place.
func varying(text string, pick picker) (string, error) {
	place := "{subject}"
	for _, number := range regexp.MustCompile(`[A-Za-z#-]*[0-9]{3,}[0-9A-Za-z/_-]*`).FindAllString(text, -1) {
		picked, err := pick(fmt.Sprintf("Does “%s” differ from case to case?", number),
			[]choice{{"yes", "Yes, it is a record's number"}, {"no", "No, it is part of the error"}})
		if err != nil {
			return "", err
		}
		if picked == "yes" {
			text = strings.Replace(text, number, place, 1)
			place = "{any}"
		}
	}
	return text, nil
}

func plainTypist(lines *bufio.Scanner, out io.Writer) typist {
	return func(title, help string) (string, error) {
		fmt.Fprintf(out, "%s\n  %s\n> ", title, help)
		if !lines.Scan() {
			fmt.Fprintln(out)
			return "", errors.Join(errors.New("the input ended before everything was answered"), lines.Err())
		}
		return strings.TrimSpace(lines.Text()), nil
	}
}

// systemsOf lists the systems that the playbooks know, each once.
func systemsOf(library playbooks.Library) []string {
	var systems []string
	for _, p := range library.All() {
		if len(systems) == 0 || !strings.Contains(strings.Join(systems, "\n"), p.System) {
			systems = append(systems, p.System)
		}
	}
	return systems
}

// maxNewID is how long an id made of words gets; the language allows 60.
const maxNewID = 40

// idOf makes an id of words.
func idOf(words string) string {
	words = regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(words, " ")
	id := ""
	for _, w := range strings.Fields(diagnose.Normalize(words)) {
		w = regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(w, "")
		if w == "" || len(id)+len(w) >= maxNewID {
			continue
		}
		id = strings.Trim(id+"-"+w, "-")
	}
	if id == "" || id[0] < 'a' {
		id = strings.TrimSuffix("playbook-"+id, "-")
	}
	return id
}

// knownSystem calls the system as the built-in playbooks do, if they know it by
// that name and by it alone, and returns how messages name it.
func (n *playbookNewCmd) knownSystem(library playbooks.Library) []string {
	typed, named := n.System, map[string]diagnose.Playbook{}
	for _, p := range library.All() {
		if strings.EqualFold(p.System, typed) {
			n.System = p.System
			return p.Names
		}
		if slices.ContainsFunc(p.Names, func(name string) bool { return strings.EqualFold(name, typed) }) {
			named[p.System] = p
		}
	}
	if len(named) == 1 {
		for _, p := range named {
			n.System = p.System
			return p.Names
		}
	}
	return []string{strings.ToLower(typed)}
}

// playbook is the file's text.
func (n playbookNewCmd) playbook(names []string) ([]byte, error) {
	var b bytes.Buffer
	err := starter().Execute(&b, struct {
		playbookNewCmd
		Names         []string
		Title, Sample string
	}{n, names, n.title(), n.sample()})
	if err != nil {
		return nil, fmt.Errorf("writing the playbook: %w", err)
	}
	return b.Bytes(), nil
}

// maxNewTitle keeps a title well within the language's 120 characters.
const maxNewTitle = 110

// title is system and error, with … for what varies.
func (n playbookNewCmd) title() string {
	title := []rune(n.System + ": " + regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(n.Error, "…"))
	if len(title) > maxNewTitle {
		title = append(title[:maxNewTitle-1], '…')
	}
	return string(title)
}

// sample is a whole alert with the error's words, what varies filled in.
func (n playbookNewCmd) sample() string {
	filled := strings.NewReplacer("{subject}", "4711", "{any}", "something", "{account}", "1234567", "{company}", "Acme").Replace(n.Error)
	return n.System + " Sync Error: " + filled
}

func (n playbookNewCmd) conversation() []byte {
	return fmt.Appendf(nil, `# It works

alert: %s
suggests fix
press done
then verifying
press worked
then resolved
`, n.sample())
}

func starter() *template.Template {
	quote := func(s string) string { return fmt.Sprintf("%q", s) }
	return template.Must(template.New("playbook").Funcs(template.FuncMap{"quote": quote}).Parse(
		`# yaml-language-server: $schema=./` + playbooks.SchemaName + `
version: 1
id: {{.ID}}
title: {{quote .Title}}
system: {{quote .System}}
names: [{{range $i, $n := .Names}}{{if $i}}, {{end}}{{quote $n}}{{end}}]      # how messages name the system
product: Cashflow360
scope: {{.Scope}}

# Add where you know this from:
# sources:
#   - {title: "…", url: "https://…"}

match:
  - {{quote .Error}}
samples:
  match:                  # whole messages that must be recognised; add real ones
    - {{quote .Sample}}
  # no_match:             # messages near it that must not be
  #   - "…"

why: {{quote .Why}}
takes: 10m
# destructive: true       # if a step disconnects, deletes or can't be undone: it needs a gate before it
steps:
{{- range .Step}}
  - text: {{quote .}}
    # where: …            # the program
    # path: …             # Menu > Entry, as the screen names it
{{- end}}

verify: {wait: {{if eq .Scope "connection"}}2h{{else}}30m{{end}}}
escalation:
  to: {{quote .To}}
  attach: [The exact error text]

# More than one cause, or something to ask first? The full form has causes,
# questions and fixes: syncfix playbook guide shows it, and the whole language.
`))
}
