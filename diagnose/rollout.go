package diagnose

// Cases drawn to see what asking on costs.
const (
	draws       = 32
	drawingSeed = 0x9e3779b97f4a7c15
)

// askOn is about what repair costs in minutes if the plan's questions are asked
// in their order and then fixes tried, the most relief a minute first: the lesser
// of asking them all, and of stopping at the first fix likely enough to be
// offered. It is worked out over drawn cases, the same every time.
func (pl *plan) askOn() float64 {
	return min(pl.drawnCost(false), pl.drawnCost(true))
}

func (pl *plan) drawnCost(stop bool) float64 {
	random, minutes := dice(drawingSeed), 0.0
	for i := range draws {
		c := pick((float64(i)+0.5)/draws, len(pl.weights), func(c int) float64 { return pl.weights[c] })
		minutes += pl.drawnCase(c, &random, stop)
	}
	return minutes / draws
}

// drawnCase is what a case takes whose cause is at place c, with answers as they fall.
func (pl *plan) drawnCase(c int, random *dice, stop bool) float64 {
	w := pl.row(1)
	copy(w, pl.weights)
	at, minutes := pl.now, 0.0
	for i := range pl.questions {
		if stop && pl.settled(at, w) {
			break
		}
		q := &pl.questions[i]
		a := pick(random.throw(), len(q.like), func(a int) float64 { return q.like[a][c] })
		for i, l := range q.like[a] {
			w[i] *= l
		}
		minutes += q.minutes
		at = q.answered(at, a)
	}
	return minutes + pl.fixOn(at, 1)/total(w)
}

// settled says whether some fix is likely enough to be offered, or none will be.
func (pl *plan) settled(at state, w []float64) bool {
	sum := total(w)
	if w[len(w)-1] >= otherCertain*sum {
		return true
	}
	for i := range pl.fixes {
		f := &pl.fixes[i]
		if pl.mayTry(f, at) && f.works(w) >= DefaultOfferAt*sum {
			return true
		}
	}
	return false
}

// fixOn is what it costs from a state whose weights stand in scratch's row depth
// to try fixes, the most relief a minute first, as long as that pays, and then to
// hand over; times the likelihood of getting there.
func (pl *plan) fixOn(at state, depth int) float64 {
	w := pl.row(depth)
	sum := total(w)
	handOver := EscalateMinutes * sum
	if otherLeads(w) {
		return handOver
	}
	best, relief := none, 0.0
	for i := range pl.fixes {
		f := &pl.fixes[i]
		if !pl.mayTry(f, at) {
			continue
		}
		works := f.works(w)
		if r := works / (1 + f.minutes*sum + f.fail*(sum-works)); r > relief && pl.likelyEnough(f, at, works, sum, w) {
			best, relief = i, r
		}
	}
	if best == none {
		return handOver
	}
	f := &pl.fixes[best]
	next := pl.row(depth + 1)
	for c, left := range f.left {
		next[c] = w[c] * left
	}
	return min(handOver, f.minutes*sum+f.fail*total(next)+pl.fixOn(f.failed(at), depth+1))
}

// pick is the place at which weights that add up to 1 have added up to x.
func pick(x float64, n int, weight func(i int) float64) int {
	for i := range n {
		if x -= weight(i); x < 0 {
			return i
		}
	}
	return n - 1
}

// dice are splitmix64 (Steele, Lea and Flood: Fast splittable pseudorandom number
// generators, OOPSLA 2014): small, and the same in every version of Go.
type dice uint64

// throw is a number from 0 to below 1.
func (d *dice) throw() float64 {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return float64((z^z>>31)>>11) / (1 << 53)
}
