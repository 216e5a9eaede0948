package diagnose

import (
	"slices"
	"strconv"
	"strings"
)

// Rank says what is thought about the causes of p, most likely first. It
// contains every cause and OtherCause; likelihoods add up to 1. Evidence that
// the playbook doesn't know, that was replaced or is stale changes nothing, and
// the order in which independent evidence came doesn't either.
func Rank(p Playbook, evidence []Evidence) Ranking {
	s := stand(p, evidence)
	influences := s.influences()
	return s.rank(belief(s.start(), influences), influences)
}

func (s *standing) rank(likelihood []float64, influences []influence) Ranking {
	order := byLikelihood(likelihood)
	ranking := make(Ranking, len(order))
	for i, c := range order {
		ranking[i] = Ranked{
			Cause:      s.p.causeAt(c).ID,
			Name:       s.p.causeAt(c).Name,
			Likelihood: likelihood[c],
			Band:       band(likelihood, order, i, ruledOut(c, influences), c == len(s.p.Causes)),
		}
		ranking[i].Why = s.why(c, ranking[i].Band, influences)
	}
	return ranking
}

// byLikelihood is the causes' places, most likely first; what differs by less
// than rounding keeps the playbook's order, so that ties always break the same way.
func byLikelihood(likelihood []float64) []int {
	order := make([]int, len(likelihood))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return compareRounded(likelihood[b], likelihood[a])
	})
	return order
}

// Where the bands begin.
const (
	bandRuledOut = 0.01 // below: ruled out
	bandUnlikely = 0.10 // below: unlikely, or ruled out if something says so
	bandMost     = 0.40 // the first, if at least this …
	bandMargin   = 1.5  // … and this many times the second
)

func band(likelihood []float64, order []int, i int, ruledOut, other bool) Band {
	l := likelihood[order[i]]
	switch {
	case other && l < bandUnlikely: // what the playbook doesn't know is never ruled out
		return Unlikely
	case l < bandRuledOut || ruledOut && l < bandUnlikely:
		return RuledOut
	case l < bandUnlikely:
		return Unlikely
	case i == 0 && l >= bandMost && (len(order) == 1 || l >= bandMargin*likelihood[order[1]]):
		return MostLikely
	default:
		return Possible
	}
}

// ruledOut says whether something known rules out the cause at place c.
func ruledOut(c int, influences []influence) bool {
	return slices.ContainsFunc(influences, func(in influence) bool { return in.speaks[c] <= RulesOut.Ratio() })
}

// why is the one line that says most about the cause at place c: what speaks
// for it where it stands high, against it where it stands low.
func (s *standing) why(c int, b Band, influences []influence) string {
	down := b == Unlikely || b == RuledOut
	if best, ok := strongest(c, down, influences); ok {
		return influences[best].says + "."
	}
	if c == len(s.p.Causes) {
		if b == MostLikely || b == Possible && len(influences) > 0 {
			return "What is known fits none of the others well."
		}
		return "Always possible, seldom the case."
	}
	if down {
		if best, ok := strongestElsewhere(c, influences); ok {
			return influences[best].says + "."
		}
	}
	if len(s.p.Causes) == 1 {
		return "The one known cause of this error."
	}
	switch s.p.Causes[c].Frequency {
	case Common:
		return "Often the cause of this error."
	case Rare:
		return "Seldom the cause of this error."
	default:
		return "Sometimes the cause of this error."
	}
}

// strongest finds the influence whose own words say most about the cause at c:
// against it if down, for it otherwise. Of equals the first in the playbook's order.
func strongest(c int, down bool, influences []influence) (int, bool) {
	best, most := -1, 1.0
	for i, in := range influences {
		r := in.speaks[c]
		if down {
			r = 1 / r
		}
		if r > most {
			best, most = i, r
		}
	}
	return best, best >= 0
}

// strongestElsewhere finds what pushed the cause at c down by speaking for another.
func strongestElsewhere(c int, influences []influence) (int, bool) {
	best, most := -1, 1.0
	for i, in := range influences {
		for other, r := range in.speaks {
			if other != c && r > most {
				best, most = i, r
			}
		}
	}
	return best, best >= 0
}

func (q Question) saying(answer int) string {
	a := q.Answers[answer]
	if a.Says != "" {
		return sentence(a.Says)
	}
	return "“" + strings.TrimSpace(q.Text) + "” " + sentence(a.Text)
}

func (ph Phrase) saying() string {
	if ph.Says != "" {
		return sentence(ph.Says)
	}
	if ph.Text != "" {
		return "The alert says “" + sentence(ph.Text) + "”"
	}
	return "The words of the alert point to it"
}

func (c Cannot) saying() string {
	if c.Says != "" {
		return sentence(c.Says)
	}
	return sentence(c.Text)
}

// sentence is s without its full stop, which whoever ends the sentence sets.
func sentence(s string) string { return strings.TrimRight(strings.TrimSpace(s), ". ") }

func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + one + "s"
}
