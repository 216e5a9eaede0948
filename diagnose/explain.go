package diagnose

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Explain says how the ranking came about: where it started, each piece of
// evidence in the order in which it became known and what it moved, what no
// longer counts, the result, and what comes next and why. It is for people:
// whole sentences and per cent, a line each.
func Explain(p Playbook, evidence []Evidence) string {
	s := stand(p, evidence)
	influences := s.influences()
	slices.SortStableFunc(influences, func(a, b influence) int { return a.at - b.at })

	var b strings.Builder
	before := belief(p.startWeights(), nil)
	b.WriteString("At the start: " + s.shares(before) + ".\n")
	if slices.ContainsFunc(s.learned, func(at int) bool { return at != none }) {
		after := belief(s.start(), nil)
		b.WriteString("What earlier cases turned out to be: " + s.moves(before, after) + ".\n")
		before = after
	}
	next := 0
	for at, e := range evidence {
		if next < len(influences) && influences[next].at == at {
			for ; next < len(influences) && influences[next].at == at; next++ {
				after := belief(s.start(), influences[:next+1])
				b.WriteString(influences[next].says + ": " + s.moves(before, after) + ".\n")
				before = after
			}
			continue
		}
		if line := s.idle(at, e); line != "" {
			b.WriteString(line + "\n")
		}
	}
	b.WriteString("Now: " + s.shares(before) + ".\n")
	d := Next(p, evidence)
	b.WriteString("Next: " + s.nextLine(d) + " " + d.Reason)
	return strings.TrimSpace(b.String()) + "\n"
}

// shares lists what is believed, most likely first.
func (s *standing) shares(likelihood []float64) string {
	var parts []string
	for _, c := range byLikelihood(likelihood) {
		parts = append(parts, s.p.causeAt(c).Name+" "+percent(likelihood[c]))
	}
	return strings.Join(parts, ", ")
}

// moves lists the causes whose share changed by a per cent or more, most moved first.
func (s *standing) moves(before, after []float64) string {
	order := make([]int, 0, len(after))
	for c := range after {
		if math.Abs(after[c]-before[c]) >= 0.01 {
			order = append(order, c)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return compareRounded(math.Abs(after[b]-before[b]), math.Abs(after[a]-before[a]))
	})
	if len(order) == 0 {
		return "changes little"
	}
	var parts []string
	for _, c := range order {
		parts = append(parts, fmt.Sprintf("%s %s → %s", s.p.causeAt(c).Name, percent(before[c]), percent(after[c])))
	}
	return strings.Join(parts, ", ")
}

// idle says why a piece of evidence moves nothing; empty if it is not worth a line.
func (s *standing) idle(at int, e Evidence) string {
	switch e.Kind {
	case KindAnswer:
		q, ok := s.p.Question(e.Question)
		if !ok {
			return ""
		}
		a, ok := q.Answer(e.Answer)
		switch {
		case !ok:
			return ""
		case e.Answer == NotSure && !e.Stale && s.answered[s.p.questionIndex(q.ID)] == at:
			return "“" + q.Text + "” Not sure: changes nothing."
		case e.Stale:
			return "“" + q.Text + "” " + sentence(a.Text) + ": no longer counts, a fix has changed it since."
		default:
			return "“" + q.Text + "” " + sentence(a.Text) + ": replaced by a later answer."
		}
	case KindCannot:
		if f, ok := s.p.Fix(e.Fix); ok && e.Cannot == "" {
			return "“" + f.Title + "” can't be carried out here."
		}
	}
	return ""
}

func (s *standing) nextLine(d Decision) string {
	switch d.Kind {
	case Ask:
		q, _ := s.p.Question(d.Question)
		return "ask “" + q.Text + "”"
	case Try:
		f, _ := s.p.Fix(d.Fix)
		return "offer “" + f.Title + "”."
	}
	return "hand over."
}

func percent(share float64) string {
	switch {
	case share > 0 && share < 0.01:
		return "under 1 %"
	case share > 0.99 && share < 1:
		return "over 99 %"
	}
	return fmt.Sprintf("%.0f %%", 100*share)
}
