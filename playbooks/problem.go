package playbooks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Problem is one thing wrong with a playbook's file: where it is, what it is
// and what to write instead.
type Problem struct {
	File    string
	Line    int // from 1; 0 if the problem is the file as a whole
	Column  int // from 1, in characters
	Message string
	Advice  string // what to do
	Source  string // the line as it stands in the file
	// Severity says how bad it is; whatever Load refuses is an Error.
	Severity Severity
}

// Severity says how bad a problem is.
type Severity int

// The severities. Only an Error keeps a playbook from being loaded or checked in.
const (
	Error   Severity = iota // it can't work, or would mislead people
	Warning                 // probably a mistake, or something missing
	Hint                    // worth knowing; may well be meant
)

// String is the word that people and editors read.
func (s Severity) String() string {
	switch s {
	case Warning:
		return "warning"
	case Hint:
		return "hint"
	}
	return "error"
}

// String is the problem as compilers print one: "file:line:column: message; advice".
func (p Problem) String() string {
	s := p.Message
	if p.Advice != "" {
		s += "; " + p.Advice
	}
	if p.Line == 0 {
		return fmt.Sprintf("%s: %s", p.File, s)
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, s)
}

// Problems is every problem of every file, by file and place. As an error it
// prints one a line.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].String()
	}
	return strings.Join(lines, "\n")
}

// sorted puts problems in the order of a reader, each once.
func sorted(p []Problem) []Problem {
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.Compact(p)
}

// nearest is the word of known that word was probably meant to be; empty if none is near.
func nearest(word string, known []string) string {
	best, least := "", min(len(word)-1, max(1, len(word)/3))+1
	for _, k := range known {
		if d := distance(strings.ToLower(word), k); d < least {
			best, least = k, d
		}
	}
	return best
}

// distance is how many letters must be changed, added, dropped or swapped with
// their neighbour to make b of a. Words longer than a line are not compared.
func distance(a, b string) int {
	if len(a) > 100 || len(b) > 100 {
		return max(len(a), len(b))
	}
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range len(b) {
			change := row[j]
			if a[i] != b[j] {
				change++
			}
			next[j+1] = min(change, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}

// oneOf lists words as a reader would: “a”, “b” or “c”.
func oneOf(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = fmt.Sprintf("%q", w)
	}
	switch len(quoted) {
	case 0:
		return "nothing"
	case 1:
		return quoted[0]
	}
	return strings.Join(quoted[:len(quoted)-1], ", ") + " or " + quoted[len(quoted)-1]
}
