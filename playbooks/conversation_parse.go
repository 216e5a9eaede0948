package playbooks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	maxScript  = 1 << 20              // bytes of a file of conversations
	maxElapsed = 366 * 24 * time.Hour // that one line may let pass
)

// ParseScript reads a file of conversations. It returns everything that is wrong
// with it at once; where anything is, the script must not be played.
func ParseScript(name string, source []byte) (Script, []Problem) {
	s := &scriptReader{script: Script{File: name}, names: map[string]int{}}
	switch {
	case len(source) > maxScript:
		return s.script, []Problem{{File: name, Message: "the file is larger than 1 MB", Advice: "make two files of it, each beside a playbook of its own"}}
	case !utf8.Valid(source):
		return s.script, []Problem{{File: name, Message: "the file is not in UTF-8", Advice: "save it as UTF-8"}}
	}
	text := strings.TrimPrefix(string(source), "\ufeff")
	s.all = strings.Split(strings.TrimSuffix(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), "\n")
	for i, line := range s.all {
		s.number = i + 1
		s.read(strings.TrimRight(line, " \t\r"))
	}
	s.endConversation()
	if len(s.script.Conversations) == 0 && len(s.problems) == 0 {
		s.problems = []Problem{{File: name, Message: "the file holds no conversation", Advice: `write a line "# " and its name, then "alert: " and the text of an alert`}}
	}
	for i := range s.script.Conversations {
		s.script.Conversations[i].lines = s.all
	}
	return s.script, s.problems
}

// scriptReader reads a script line by line.
type scriptReader struct {
	script   Script
	all      []string
	number   int // of the line, from 1
	names    map[string]int
	problems []Problem
	message  bool // the line before is a message, which may go on
}

func (s *scriptReader) report(column int, message, advice string) {
	s.problems = append(s.problems, Problem{
		File: s.script.File, Line: s.number, Column: column, Message: message, Advice: advice, Source: s.all[s.number-1],
	})
}

// current is the conversation being read, or nil.
func (s *scriptReader) current() *Conversation {
	if n := len(s.script.Conversations); n > 0 {
		return &s.script.Conversations[n-1]
	}
	return nil
}

// exchange is the last exchange of the conversation being read, or nil.
func (s *scriptReader) exchange() *Exchange {
	c := s.current()
	if c == nil || len(c.Exchanges) == 0 {
		return nil
	}
	return &c.Exchanges[len(c.Exchanges)-1]
}

func (s *scriptReader) keep(kind lineKind, text string) {
	l := scriptLine{kind: kind, text: text, conversation: len(s.script.Conversations) - 1}
	if c := s.current(); c != nil {
		l.exchange = len(c.Exchanges) - 1
	}
	if x := s.exchange(); x != nil {
		l.output = len(x.Outputs) - 1
	}
	s.script.lines = append(s.script.lines, l)
}

func (s *scriptReader) read(line string) {
	message := s.message
	s.message = false
	if i := strings.IndexFunc(line, func(r rune) bool { return unicode.IsControl(r) && r != '\t' }); i >= 0 {
		s.report(1+runes(line[:i]), "a control character stands here", "remove the character")
		return
	}
	switch {
	case line == "", line == "##", strings.HasPrefix(line, "## "):
		s.keep(lineKept, line)
	case strings.HasPrefix(line, "# "):
		s.name(line)
	case line[0] == '#':
		s.report(1, "this is neither a name nor a remark", `write "# " before a conversation's name, "## " before a remark`)
	case strings.HasPrefix(line, "  ") && message:
		s.more(strings.TrimSpace(line))
		s.keep(lineMore, line)
		s.message = true
	case line[0] == ' ' || line[0] == '\t':
		s.report(1, "an indented line goes on with an alert, and none stands before it", "begin the line at its left edge; only an alert's further lines are indented, by two spaces")
	case s.current() == nil:
		s.report(1, "no conversation has begun", `write a line "# " and its name first`)
	default:
		s.line(line)
	}
}

func (s *scriptReader) name(line string) {
	s.endConversation()
	name := strings.TrimSpace(line[2:])
	if first, ok := s.names[name]; ok {
		s.report(3, fmt.Sprintf("there are two conversations %q", name), fmt.Sprintf("give it another name; the first is in line %d", first))
	}
	s.names[name] = s.number
	s.script.Conversations = append(s.script.Conversations, Conversation{Name: name, file: s.script.File, place: s.number})
	s.keep(lineKept, line)
}

// endConversation checks a conversation as a whole.
func (s *scriptReader) endConversation() {
	c := s.current()
	if c == nil || len(c.Exchanges) > 0 || s.outOfPlace(c.place) {
		return
	}
	at := s.number
	s.number = c.place
	s.report(1, fmt.Sprintf("nothing happens in %q", c.Name), `write "alert: " and the text of an alert below`)
	s.number = at
}

// outOfPlace says that something behind a line was refused, so that what is
// missing may be what was refused.
func (s *scriptReader) outOfPlace(line int) bool {
	return slices.ContainsFunc(s.problems, func(p Problem) bool { return p.Line > line })
}

func (s *scriptReader) more(text string) {
	x := s.exchange()
	if x.Input.Text != "" {
		x.Input.Text += "\n"
	}
	x.Input.Text += text
}

// line is one that says what happens or what the bot does.
func (s *scriptReader) line(line string) {
	if line[0] == '+' {
		s.time(line)
		return
	}
	head, text, colon := strings.Cut(line, ":")
	verb, rest, _ := strings.Cut(strings.TrimSpace(head), " ")
	if verb == "hand" && strings.TrimSpace(rest) == "off" {
		verb, rest = "hand off", ""
	}
	if verb == "because" { // a reason may have colons
		s.because(strings.TrimSpace(strings.TrimPrefix(line, "because")))
		return
	}
	p := parts{verb: verb, id: strings.TrimSpace(rest), text: strings.TrimSpace(text), colon: colon}
	p.idAt = 1 + runes(line[:len(line)-len(strings.TrimLeft(line[len(verb):], " \t"))])
	p.textAt = 1 + runes(line) - runes(strings.TrimLeft(text, " \t"))
	switch OutputKind(verb) {
	case OutputAsks, OutputSuggests, OutputThen:
		s.output(p, line)
		return
	}
	form, ok := inputForms()[InputKind(verb)]
	if !ok {
		s.unknown(verb)
		return
	}
	if in, ok := s.input(p, form); ok {
		s.add(in, line)
	}
}

// parts is a line taken apart: verb, id, colon, text.
type parts struct {
	verb, id, text string
	colon          bool
	idAt, textAt   int // columns
}

func runes(s string) int { return utf8.RuneCountInString(s) }

func (s *scriptReader) add(in Input, line string) {
	c := s.current()
	if len(c.Exchanges) == 0 && in.Kind != InputAlert {
		s.report(1, "a conversation begins with an alert", `write "alert: " and its text first`)
	}
	c.Exchanges = append(c.Exchanges, Exchange{Input: in, line: s.number})
	s.keep(lineInput, line)
	s.message = in.Kind == InputAlert || in.Kind == InputReply
}

func (s *scriptReader) unknown(verb string) {
	known := []string{"asks", "suggests", "then", "because"}
	for k := range inputForms() {
		known = append(known, string(k))
	}
	slices.Sort(known)
	advice := "write one of " + strings.Join(known, ", ") + ", or a time such as +30m"
	if near := nearest(verb, known); near != "" {
		advice = fmt.Sprintf("did you mean %q?", near)
	}
	s.report(1, fmt.Sprintf("no line begins with %q", clip(verb)), advice)
}

// time is a line such as +30m.
func (s *scriptReader) time(line string) {
	d, ok := elapsed(line[1:])
	if !ok {
		s.report(2, fmt.Sprintf("%q is no time", clip(line[1:])), "write minutes, hours or days: +30m, +2h, +1d")
		return
	}
	s.add(Input{Kind: InputTime, After: d}, line)
}

// elapsed reads 30m, 2h, 1h30m or 1d.
func elapsed(text string) (time.Duration, bool) {
	var days time.Duration
	if n, rest, ok := strings.Cut(text, "d"); ok {
		v, err := strconv.Atoi(n)
		if err != nil || v < 1 || v > 366 {
			return 0, false
		}
		days, text = time.Duration(v)*24*time.Hour, rest
		if rest == "" {
			return days, true
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 || d+days > maxElapsed {
		return 0, false
	}
	return d + days, true
}

// states are the words behind "then".
func states() []string {
	return []string{"proposed", "triage", "fixing", "verifying", "waiting", "resolved", "escalated", "dismissed", Silent}
}

func (s *scriptReader) output(p parts, line string) {
	x := s.exchange()
	switch {
	case x == nil:
		s.report(1, "nothing has happened yet that the bot could answer", `write "alert: " and its text first`)
		return
	case p.id == "" || strings.ContainsAny(p.id, " \t"):
		s.report(p.idAt, fmt.Sprintf("%q needs one id", p.verb), map[OutputKind]string{
			OutputAsks:     "write the question's id, then a colon and its text if you like: asks login: Does the login work?",
			OutputSuggests: "write the fix's id, then a colon and its title if you like: suggests reconnect: Reconnect",
			OutputThen:     "write the state: " + oneOf(states()),
		}[OutputKind(p.verb)])
		return
	case OutputKind(p.verb) == OutputThen && !slices.Contains(states(), p.id):
		advice := "write " + oneOf(states())
		if near := nearest(p.id, states()); near != "" {
			advice = fmt.Sprintf("did you mean %q?", near)
		}
		s.report(p.idAt, fmt.Sprintf("%q is no state", clip(p.id)), advice)
		return
	}
	x.Outputs = append(x.Outputs, Output{
		Kind: OutputKind(p.verb), ID: p.id, Text: p.text, line: s.number, idAt: p.idAt, textAt: p.textAt,
	})
	s.keep(lineOutput, line)
}

func (s *scriptReader) because(reason string) {
	x := s.exchange()
	if x == nil || len(x.Outputs) == 0 || x.Outputs[len(x.Outputs)-1].Kind == OutputThen || x.Outputs[len(x.Outputs)-1].becauseWritten {
		s.report(1, `"because" stands behind nothing that has a reason`, `put it right behind a line "asks" or "suggests"; behind "then" the reason follows a colon`)
		return
	}
	o := &x.Outputs[len(x.Outputs)-1]
	o.Because, o.becauseAt, o.becauseWritten = strings.TrimSpace(strings.TrimPrefix(reason, ":")), s.number, true
	s.keep(lineBecause, "because "+o.Because)
}

// inputForm says what an input's line holds.
type inputForm struct {
	id   need
	text need
	like string // an example
}

// need says whether a part of a line must, may or must not be there.
type need int

const (
	none need = iota
	may
	must
)

func inputForms() map[InputKind]inputForm {
	return map[InputKind]inputForm{
		InputAlert:   {none, may, "alert: NetSuite Sync Error: …"},
		InputReply:   {none, may, "reply: NetSuite Sync Error: …"},
		InputAnswer:  {must, may, "answer not_sure"},
		InputSkip:    {none, none, "skip"},
		InputChange:  {must, may, "change login to refused"},
		InputPress:   {must, may, "press before"},
		InputCannot:  {may, may, "cannot no_admin"},
		InputPick:    {must, may, "pick credentials"},
		InputWrong:   {none, none, "wrong"},
		InputHandOff: {none, may, "hand off: the customer asked for it"},
		InputWait:    {must, none, "wait 4h"},
		InputResume:  {none, none, "resume"},
		InputResolve: {none, may, "resolve: seen in Cashflow360"},
		InputDismiss: {none, must, "dismiss: it was a test"},
		InputReopen:  {none, none, "reopen"},
	}
}

// input makes an input of a line, or reports what is wrong with it.
func (s *scriptReader) input(p parts, form inputForm) (Input, bool) {
	in := Input{Kind: InputKind(p.verb), ID: p.id, Text: p.text}
	like := "write it like this: " + form.like
	var ok bool
	switch {
	case in.Kind == InputChange:
		in.Question, in.ID, ok = strings.Cut(p.id, " to ")
		in.Question, in.ID = strings.TrimSpace(in.Question), strings.TrimSpace(in.ID)
		if !ok || !oneWord(in.Question) || !oneWord(in.ID) {
			s.report(p.idAt, "a changed answer needs the question and the new answer", like)
			return in, false
		}
	case in.Kind == InputPress && strings.HasPrefix(p.id, PressStart+" ") && oneWord(strings.TrimSpace(p.id[len(PressStart):])):
		in.ID, in.Question = PressStart, strings.TrimSpace(p.id[len(PressStart):])
	case form.id == must && !oneWord(p.id), p.id != "" && !oneWord(p.id):
		s.report(p.idAt, fmt.Sprintf("%q needs one id", p.verb), like)
		return in, false
	case form.id == none && p.id != "":
		s.report(p.idAt, fmt.Sprintf("%q has no id", p.verb), like)
		return in, false
	case form.text == must && p.text == "", in.Kind == InputCannot && p.id == "" && p.text == "":
		s.report(1, fmt.Sprintf("%q says nothing", p.verb), like)
		return in, false
	case form.text == none && p.colon:
		s.report(p.textAt, fmt.Sprintf("nothing is said behind %q", p.verb), like)
		return in, false
	}
	if in.Kind == InputWait {
		if in.After, ok = elapsed(p.id); !ok {
			s.report(p.idAt, fmt.Sprintf("%q is no time", clip(p.id)), like)
			return in, false
		}
		in.ID = ""
	}
	if (in.Kind == InputAlert || in.Kind == InputReply) && !p.colon {
		s.report(1, fmt.Sprintf("a colon and the text are missing behind %q", p.verb), like)
		return in, false
	}
	return in, true
}

func oneWord(s string) bool { return s != "" && !strings.ContainsAny(s, " \t") }
