package diagnose

import "math"

// decide is the best action now and what repair is expected to cost then; false
// if the budget didn't last.
func (pl *plan) decide() (action, float64, bool) {
	v, a := pl.best(pl.now, 0, math.Inf(1))
	return a, v, pl.budget >= 0
}

// value is the least expected cost from a state, times the likelihood of getting
// there: weights are not scaled to 1 on the way, which spares a division a state.
// A value of bound or more is not looked for further; some value of bound or
// more is returned then. What is kept is the value, or minus a bound it reaches.
func (pl *plan) value(at state, depth int, bound float64) float64 {
	switch v := pl.known.get(at); {
	case v > 0:
		return v
	case v < 0 && -v >= bound:
		return -v
	}
	v, _ := pl.best(at, depth, bound)
	if v < bound {
		pl.known.put(at, v)
		return v
	}
	pl.known.put(at, -bound)
	return bound
}

// best values a state whose weights stand in scratch's row depth; at bound or
// above the value is not exact. Of actions that cost the same, a fix goes before
// a question and a question before a hand-off.
func (pl *plan) best(at state, depth int, bound float64) (float64, action) {
	w := pl.row(depth)
	sum, least := total(w), pl.atLeast(w)
	best, choice := EscalateMinutes*sum, action{kind: Escalate}
	if least >= bound || w[len(w)-1] >= otherCertain*sum {
		return best, choice
	}
	if pl.budget -= len(w) * len(pl.fixes); pl.budget < 0 {
		return best, choice
	}
	unknown := otherLeads(w) // no fix helps; a question may still bring a cause back
	for i := range pl.fixes {
		if unknown {
			break
		}
		if v := pl.tryValue(i, at, depth, sum, min(best, bound)); better(v, best, choice) {
			best, choice = v, action{Try, i}
		}
	}
	for i := range pl.questions {
		q := &pl.questions[i]
		limit := min(best, bound)
		if at>>q.shift&q.mask != 0 || q.minutes*sum+least >= limit {
			continue
		}
		if v := pl.askValue(i, at, depth, sum, limit); better(v, best, choice) {
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
func (pl *plan) tryValue(i int, at state, depth int, sum, bound float64) float64 {
	f := &pl.fixes[i]
	if !pl.mayTry(f, at) {
		return math.Inf(1)
	}
	w, next := pl.row(depth), pl.row(depth+1)
	fails := 0.0
	for c, left := range f.left {
		next[c] = w[c] * left
		fails += next[c]
	}
	v := f.minutes*sum + f.fail*fails
	if fails >= sum || v+pl.atLeast(next) > bound || f.destructive && !pl.likelyEnough(f, at, sum-fails, sum, w) {
		return math.Inf(1)
	}
	return v + pl.value(f.failed(at), depth+1, (bound-v)*slack)
}

// failed is the state after a try of f failed.
func (f *planFix) failed(at state) state {
	at += 1 << f.shift // untried to tried once, wakened to tried out
	if f.destructive {
		at &^= f.reasons
	}
	return at
}

// askValue is the expected cost of asking a question and going on best; infinite
// if it is sure to exceed bound.
func (pl *plan) askValue(i int, at state, depth int, sum, bound float64) float64 {
	q := &pl.questions[i]
	w, next := pl.row(depth), pl.row(depth+1)
	v := q.minutes * sum
	rest := pl.atLeast(w) // of the answers not valued yet
	pl.budget -= len(w) * len(q.like)
	for a, like := range q.like {
		if v+rest > bound*slack {
			return math.Inf(1)
		}
		for c, l := range like {
			next[c] = w[c] * l
		}
		rest -= pl.atLeast(next)
		v += pl.value(q.answered(at, a), depth+1, (bound-v-rest)*slack)
	}
	return v
}

// answered is the state after answer a to q.
func (q *planQuestion) answered(at state, a int) state {
	at |= state(a+1)<<q.shift | q.favours[a]
	return at + at&q.wakes[a]&^(at>>1) // tried once to wakened
}

// slack keeps rounding from cutting off an action that costs the same as the best.
const slack = 1 + 1e-9

// atLeast is a lower bound of the cost from a state with these weights.
func (pl *plan) atLeast(w []float64) float64 {
	v := 0.0
	for c, least := range pl.least {
		v += w[c] * least
	}
	return v
}

func (pl *plan) row(depth int) []float64 {
	n := len(pl.weights)
	return pl.scratch[depth*n : (depth+1)*n : (depth+1)*n]
}

// mayTry says whether f can be tried, however likely it is to work.
func (pl *plan) mayTry(f *planFix, at state) bool {
	tried := at >> f.shift & triesMask
	return (tried == untried || tried == wakened) && pl.open(f, at) && !pl.hasty(f, at)
}

// open says whether what the fix still required has been answered on the way.
func (pl *plan) open(f *planFix, at state) bool {
	for _, n := range f.needs {
		q := &pl.questions[n.question]
		if a := at >> q.shift & q.mask; a == 0 || n.answers&(1<<(a-1)) == 0 {
			return false
		}
	}
	return true
}

// hasty says whether trying f would be one destructive try too many, or a second
// one without a reason that the first did not use up.
func (pl *plan) hasty(f *planFix, at state) bool {
	if !f.destructive {
		return false
	}
	destroyed := pl.destroyed
	for i := range pl.fixes {
		if g := &pl.fixes[i]; g.destructive {
			destroyed += failures(at>>g.shift&triesMask) - failures(g.tried)
		}
	}
	return destroyed >= maxDestructive || destroyed > 0 && at&f.reasons == 0
}

// failures is how often a fix has failed whose tries stand so.
func failures(tried state) int {
	switch tried {
	case untried:
		return 0
	case triedOut:
		return 2
	}
	return 1
}

// likelyEnough says whether a destructive fix that works where the weights add up
// to works, of sum, may be offered: at its OfferAt, or at half of it once nothing
// is left to ask.
func (pl *plan) likelyEnough(f *planFix, at state, works, sum float64, w []float64) bool {
	return works >= f.offerAt*sum || works >= f.offerAt*sum/2 && !pl.anythingToAsk(at, w)
}

func (pl *plan) anythingToAsk(at state, w []float64) bool {
	for i := range pl.questions {
		if q := &pl.questions[i]; at>>q.shift&q.mask == 0 {
			pl.budget -= len(w) * len(q.like) * 2
			if q.moves(w) >= worthAsking {
				return true
			}
		}
	}
	for i := range pl.rest {
		if pl.rest[i].moves(w) >= worthAsking {
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
