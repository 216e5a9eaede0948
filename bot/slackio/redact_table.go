package slackio

import "strings"

// column is a separator of a table's cells. Where it stands in prose as well, a
// cell must have the looks of a password.
type column struct {
	between string
	prose   bool
}

// columns are the separators, the clearest first.
func columns() []column {
	return []column{{"|", false}, {"\t", false}, {";", true}, {",", true}, {"  ", false}, {" ", true}}
}

// tablesIn finds the secrets of the columns whose head names one.
func tablesIn(text string) []hit {
	var found []hit
	for from, last := 0, 0; from < len(text); {
		next, above := nextLine(text, from), text[last:from]
		for _, c := range columns() {
			heads := c.cells(text, from, next)
			if len(heads) < 2 || c.between == " " && len(heads) > 4 {
				continue
			}
			if len(c.cells(text, next, nextLine(text, next))) != len(heads) {
				break
			}
			over := c.cells(above, 0, len(above))
			if !c.prose && len(over) == len(heads) {
				break // a row, with its head above it
			}
			for i, h := range heads {
				if len(over) == len(heads) && namesSecret(above[over[i].from:over[i].to]) != "" {
					continue // likewise
				}
				if what := namesSecret(text[h.from:h.to]); what != "" {
					found = append(found, c.below(text, next, i, len(heads), what)...)
				}
			}
			break
		}
		from, last = next, from
	}
	return found
}

// below finds the secrets of a column of a table with so many, down to where it ends.
func (c column) below(text string, from, i, width int, what string) []hit {
	var found []hit
	for rows := 0; from < len(text) && (!c.prose || rows < proseRows); rows++ {
		next := nextLine(text, from)
		cells := c.cells(text, from, next)
		if len(cells) != width {
			break
		}
		if v := text[cells[i].from:cells[i].to]; secretCell(v, what, c.prose) {
			found = append(found, hit{cells[i].from, cells[i].to, what})
		}
		from = next
	}
	return found
}

// secretCell says that a cell below such a head is a secret.
func secretCell(v, what string, prose bool) bool {
	switch {
	case what == secretKey:
		return bareKey(v)
	case prose:
		return barePassword(v)
	}
	return !innocentValue(v) && len(strings.Fields(v)) < 4
}

// cells are those of a line; a frame around them is left out. Of a line that the
// separator is not in, there are none.
func (c column) cells(text string, from, to int) []region {
	to = from + len(strings.TrimRight(text[from:to], "\r\n"+blanks+"`"))
	from = skip(text[:to], from, blanks+"`")
	if c.between == "|" {
		from = skip(text[:to], from, "|")
		to = from + len(strings.TrimRight(text[from:to], "|"))
	}
	if from >= to || to-from > maxTableLine || !strings.Contains(text[from:to], c.between) {
		return nil
	}
	var out []region
	for at := from; at <= to; {
		end := to
		if n := strings.Index(text[at:to], c.between); n >= 0 {
			end = at + n
		}
		cell := region{skip(text[:end], at, blanks+"\"'*"), 0}
		cell.to = cell.from + len(strings.TrimRight(text[cell.from:end], blanks+"\"'*"))
		if cell.to > cell.from || c.between != "  " && c.between != " " {
			out = append(out, cell)
		}
		at = end + len(c.between)
	}
	return out
}

// proseRows bounds what is read below a head that may be prose: each of its rows may
// be a head again.
const proseRows = 50

// maxTableLine bounds a table's line: what is longer is prose.
const maxTableLine = 600
