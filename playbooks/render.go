package playbooks

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Renderer writes what a check found for people.
type Renderer struct {
	Color bool // with the colours of a terminal
}

// The colours of a terminal (ECMA-48, SGR).
const (
	red    = "31"
	yellow = "33"
	cyan   = "36"
	green  = "32"
	bold   = "1"
)

func (r Renderer) paint(style, text string) string {
	if !r.Color {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

// Problem writes a problem as compilers do: where and what, the line, a caret
// under the column, and what to write instead.
func (r Renderer) Problem(w io.Writer, p Problem) {
	style := map[Severity]string{Error: red, Warning: yellow, Hint: cyan}[p.Severity]
	where := p.File
	if p.Line > 0 {
		where = fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
	}
	fmt.Fprintf(w, "%s: %s %s\n", r.paint(bold, plainText(where)), r.paint(style, p.Severity.String()+":"), plainText(p.Message))
	if p.Line > 0 {
		line, column := window(p.Source, p.Column)
		fmt.Fprintf(w, "    %s\n    %s%s\n", line, strings.Repeat(" ", column-1), r.paint(style, "^"))
	}
	if p.Advice != "" {
		fmt.Fprintf(w, "  %s %s\n", r.paint(green, "help:"), plainText(p.Advice))
	}
}

// maxLine is how much of a line of the file is shown, in characters.
const maxLine = 100

// window is the part of a line around a column, and the column in it. Characters
// count as one column each, tabs too.
func window(line string, column int) (string, int) {
	runes := []rune(plainText(line))
	column = min(max(column, 1), len(runes)+1)
	if len(runes) <= maxLine {
		return string(runes), column
	}
	from := max(0, min(column-1-maxLine/4, len(runes)-maxLine))
	part := runes[from : from+maxLine]
	before, after := "", ""
	if from > 0 {
		before = "…"
	}
	if from+maxLine < len(runes) {
		after = "…"
	}
	return before + string(part) + after, column - from + utf8.RuneCountInString(before)
}

// plainText is text of a file without what could steer a terminal or turn the
// direction of writing; each such character becomes a space.
func plainText(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// Figures writes the figures of playbooks as a table, a line each.
func (r Renderer) Figures(w io.Writer, list []Figures) {
	if len(list) == 0 {
		return
	}
	rows := [][]string{
		{"", "questions (most)", "", "first fix right", "", "minutes", ""},
		{"playbook", "even", "start", "even", "start", "even", "start"},
	}
	for _, f := range list {
		rows = append(rows, []string{
			plainText(f.Playbook), questions(f.Even), questions(f.Start), percent(f.Even), percent(f.Start), minutes(f.Even), minutes(f.Start),
		})
	}
	width := make([]int, len(rows[0]))
	for _, row := range rows[1:] {
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	for i := 1; i < len(width); i += 2 { // a heading stands over two columns
		width[i+1] = max(width[i+1], utf8.RuneCountInString(rows[0][i])-width[i]-2)
	}
	for n, row := range rows {
		var b strings.Builder
		for i, cell := range row {
			pad := width[i]
			if n == 0 && i > 0 {
				if i%2 == 0 {
					continue
				}
				pad += width[i+1] + 2
			}
			if i > 0 {
				b.WriteString("  ")
			}
			b.WriteString(cell + strings.Repeat(" ", max(0, pad-utf8.RuneCountInString(cell))))
		}
		line := strings.TrimRight(b.String(), " ")
		if n < 2 {
			line = r.paint(bold, line)
		}
		fmt.Fprintln(w, line)
	}
}

func questions(o Odds) string { return fmt.Sprintf("%.1f (%d)", o.Questions, o.Most) }
func percent(o Odds) string   { return fmt.Sprintf("%.0f %%", 100*o.FirstRight) }
func minutes(o Odds) string   { return fmt.Sprintf("%.0f", o.Minutes) }

// Summary is a report in a line or two.
func (r Report) Summary() string {
	s := fmt.Sprintf("%s: %s, %s, %s.", count(r.Files, "playbook"), count(r.Count(Error), "error"), count(r.Count(Warning), "warning"), count(r.Count(Hint), "hint"))
	if r.Count(Error) == 0 && r.Files > 0 {
		s += fmt.Sprintf("\nEvery path ends in a sync that works or in a hand-off, and none disconnects twice without a new reason (%s).", count(r.States, "state"))
		if len(r.Cut) > 0 {
			s += "\nNot all paths were looked at of: " + strings.Join(r.Cut, ", ") + "."
		}
	}
	return s
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
