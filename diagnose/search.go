package diagnose

import "math"

// decide is the best action now.
func (pl *plan) decide() action {
	_, a := pl.best(0, 0, math.Inf(1))
	return a
}

// value is the least expected cost from a state, times the likelihood of getting
// there: weights are not scaled to 1 on the way, which spares a division a state.
// A value of bound or more is not looked for further; some value of bound or
// more is returned then.
func (pl *plan) value(state, depth int, bound float64) float64 {
	switch v := pl.memo[state]; {
	case v > 0:
		return v
	case v < 0 && -v >= bound:
		return -v
	}
	v, _ := pl.best(state, depth, bound)
	if v < bound {
		pl.memo[state] = v
		return v
	}
	pl.memo[state] = -bound
	return bound
}

// best values a state whose weights stand in scratch's row depth; at bound or
// above the value is not exact. Of actions that cost the same, a fix goes before
// a question and a question before a hand-off.
func (pl *plan) best(state, depth int, bound float64) (float64, action) {
	w := pl.row(depth)
	sum, least := total(w), pl.atLeast(w)
	best, choice := EscalateMinutes*sum, action{kind: Escalate}
	if least >= bound || w[len(w)-1] >= otherCertain*sum {
		return best, choice
	}
	unknown := otherLeads(w) // no fix helps; a question may still bring a cause back
	for i := range pl.fixes {
		if unknown {
			break
		}
		if v := pl.tryValue(i, state, depth, sum, min(best, bound)); better(v, best, choice) {
			best, choice = v, action{Try, i}
		}
	}
	for i := range pl.questions {
		limit := min(best, bound)
		if pl.given[i] != 0 || pl.questions[i].minutes*sum+least >= limit {
			continue
		}
		if v := pl.askValue(i, state, depth, sum, limit); better(v, best, choice) {
			best, choice = v, action{Ask, i}
		}
	}
	return best, choice
}

// better says whether a value beats the best so far by more than rounding; a
// hand-off is beaten by its equal.
func better(v, best float64, choice action) bool {
	return v < best*(1-1e-9) || v <= best && choice.kind == Escalate
}

// tryValue is the expected cost of trying a fix and going on best; infinite if
// it may not be tried or is sure to exceed bound.
func (pl *plan) tryValue(i, state, depth int, sum, bound float64) float64 {
	f := &pl.fixes[i]
	if state&(1<<i) != 0 || !pl.open(f) || pl.hasty(f) {
		return math.Inf(1)
	}
	w, next := pl.row(depth), pl.row(depth+1)
	for c := range w {
		next[c] = w[c] * f.left[c]
	}
	fails := total(next)
	v := f.minutes*sum + f.fail*fails
	if fails >= sum || v+pl.atLeast(next) > bound || f.destructive && !pl.likelyEnough(f, sum-fails, sum, w) {
		return math.Inf(1)
	}
	spent, destroyed := pl.spent, pl.destroyed
	if f.destructive {
		pl.spent, pl.destroyed = spent|f.solves, destroyed+1
	}
	v += pl.value(state|1<<i, depth+1, (bound-v)*slack)
	pl.spent, pl.destroyed = spent, destroyed
	return v
}

// askValue is the expected cost of asking a question and going on best; infinite
// if it is sure to exceed bound.
func (pl *plan) askValue(i, state, depth int, sum, bound float64) float64 {
	q := &pl.questions[i]
	w, next := pl.row(depth), pl.row(depth+1)
	v := q.minutes * sum
	rest := pl.atLeast(w) // of the answers not valued yet
	spoken := pl.spoken
	for a, like := range q.like {
		if v+rest > bound*slack {
			v = math.Inf(1)
			break
		}
		for c := range w {
			next[c] = w[c] * like[c]
		}
		rest -= pl.atLeast(next)
		pl.given[i], pl.spoken = a+1, spoken|q.favours[a]
		v += pl.value(state+(a+1)*q.radix, depth+1, (bound-v-rest)*slack)
	}
	pl.given[i], pl.spoken = 0, spoken
	return v
}

// slack keeps rounding from cutting off an action that costs the same as the best.
const slack = 1 + 1e-9

// atLeast is a lower bound of the cost from a state with these weights.
func (pl *plan) atLeast(w []float64) float64 {
	v := 0.0
	for c := range w {
		v += w[c] * pl.least[c]
	}
	return v
}

func (pl *plan) row(depth int) []float64 {
	n := len(pl.weights)
	return pl.scratch[depth*n : (depth+1)*n : (depth+1)*n]
}

// open says whether what the fix still required has been answered on the way.
func (pl *plan) open(f *planFix) bool {
	for _, n := range f.needs {
		if a := pl.given[n.question]; a == 0 || n.answers&(1<<(a-1)) == 0 {
			return false
		}
	}
	return true
}

// hasty says whether trying f would be one destructive try too many, or a second
// one without a reason that the first did not use up.
func (pl *plan) hasty(f *planFix) bool {
	return f.destructive && (pl.destroyed >= maxDestructive || pl.destroyed > 0 && pl.spoken&^pl.spent&f.solves == 0)
}

// likelyEnough says whether a destructive fix that works where the weights add up
// to works, of sum, may be offered: at its OfferAt, or at half of it once nothing
// is left to ask.
func (pl *plan) likelyEnough(f *planFix, works, sum float64, w []float64) bool {
	return works >= f.offerAt*sum || works >= f.offerAt*sum/2 && !pl.anythingToAsk(w)
}

func (pl *plan) anythingToAsk(w []float64) bool {
	for i := range pl.questions {
		if pl.given[i] == 0 && pl.questions[i].moves(w) >= worthAsking {
			return true
		}
	}
	return false
}

// moves is the part of the belief that the answer is expected to move, 0 to 1.
func (q *planQuestion) moves(w []float64) float64 {
	sum := total(w)
	if sum <= 0 {
		return 0
	}
	moved := 0.0
	for _, like := range q.like {
		p := 0.0
		for c := range w {
			p += w[c] * like[c]
		}
		p /= sum
		for c := range w {
			moved += w[c] * math.Abs(like[c]-p)
		}
	}
	return moved / 2 / sum
}

// works is the weight of the causes that the fix would cure.
func (f *planFix) works(w []float64) float64 {
	v := 0.0
	for c := range w {
		v += w[c] * (1 - f.left[c])
	}
	return v
}

func (p Playbook) spokenFor(speaks []Speaks) causeSet {
	var set causeSet
	for _, s := range speaks {
		if s.Word.favours() {
			set = set.with(p.causeIndex(s.Cause))
		}
	}
	return set
}

// otherLeads says whether something else is likelier than every known cause.
func otherLeads(w []float64) bool {
	last := len(w) - 1
	for _, v := range w[:last] {
		if v*(1+1e-9) >= w[last] {
			return false
		}
	}
	return true
}

func total(w []float64) float64 {
	sum := 0.0
	for _, v := range w {
		sum += v
	}
	return sum
}

// cost is minutes as planned with: none are negative, none without end.
func cost(minutes float64) float64 {
	if !(minutes > 0) { // NaN too
		return 0
	}
	return min(minutes, 1e6)
}
