package diagnose

import (
	"math"
	"strings"
)

// askReason says which causes a question tells apart: the likely one it moves
// most, and the one it moves it against.
func (s *standing) askReason(q planQuestion, likelihood []float64) string {
	a, b, most := 0, 0, 0.0
	for x := range s.p.Causes {
		for y := range s.p.Causes {
			distance := 0.0
			for _, row := range q.like {
				distance += math.Abs(row[x] - row[y])
			}
			if gain := distance * math.Sqrt(likelihood[x]*likelihood[y]); x < y && gain > most {
				a, b, most = x, y, gain
			}
		}
	}
	if a == b {
		return "This shows whether it is “" + s.p.Causes[0].Name + "” or something else."
	}
	if likelihood[b] > likelihood[a] {
		a, b = b, a
	}
	return "This tells “" + s.p.Causes[a].Name + "” from “" + s.p.Causes[b].Name + "”."
}

// tryReason says why this fix: the likeliest cause that it solves, and why that.
func (s *standing) tryReason(f int, ranking Ranking) string {
	for _, r := range ranking {
		if c := s.p.causeIndex(r.Cause); s.cures(f, c) {
			switch r.Band {
			case MostLikely:
				return "“" + r.Name + "” is most likely. " + r.Why
			case Unlikely, RuledOut:
				return "“" + r.Name + "” is unlikely, but soon tried: " + plural(int(math.Ceil(cost(s.p.Fixes[f].Minutes))), "minute") + "."
			}
			return "“" + r.Name + "” is possible. " + r.Why
		}
	}
	return ""
}

// otherReason says that something else is most likely, and which known cause was
// given up last.
func otherReason(ranking Ranking) string {
	const base = "What is known points to none of the causes in this playbook."
	if len(ranking) < 2 {
		return base
	}
	return base + " Last ruled out: “" + ranking[1].Name + "”."
}

// endReason says why a case goes to a human though a known cause is likeliest.
func (s *standing) endReason(likeliest Ranked) string {
	if c := s.p.causeIndex(likeliest.Cause); likeliest.Band == MostLikely && !s.p.cured(c) {
		return "“" + likeliest.Name + "” is most likely, and no steps are known for it."
	}
	if likeliest.Band == MostLikely && s.stuck(s.p.causeIndex(likeliest.Cause)) {
		return "“" + likeliest.Name + "” is most likely, but its steps can't be done here."
	}
	var tried []string
	for f, ats := range s.failed {
		if len(ats) > 0 {
			tried = append(tried, "“"+s.p.Fixes[f].Title+"”")
		}
	}
	if len(tried) > 0 {
		left := ""
		if likeliest.Cause != OtherCause {
			left = " “" + likeliest.Name + "” is the likeliest left."
		}
		return "Tried without success: " + strings.Join(tried, ", ") + ". Nothing else here is likely enough to help." + left
	}
	return "What is known doesn't point clearly enough to one cause to risk a fix."
}

// stuck says whether there are fixes for the cause, and none can be done.
func (s *standing) stuck(cause int) bool {
	stuck := false
	for f, fix := range s.p.Fixes {
		for _, v := range fix.Solves {
			if v.How <= 0 || s.p.causeIndex(v.Cause) != cause {
				continue
			}
			if s.undoable[f] == none {
				return false
			}
			stuck = true
		}
	}
	return stuck
}

// cured says whether any fix solves the cause.
func (p Playbook) cured(cause int) bool {
	for _, f := range p.Fixes {
		for _, v := range f.Solves {
			if v.How > 0 && p.causeIndex(v.Cause) == cause {
				return true
			}
		}
	}
	return false
}
