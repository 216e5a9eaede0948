package diagnose

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// reference solves a playbook by exhaustive search, written for clarity: every
// belief scaled to 1, every choice tried, nothing cut short or remembered by
// anything but the answers given and the fixes failed. It shares with the engine
// only the model: what words weigh, and what no cost can buy.
type reference struct {
	p     Playbook
	like  [][][]float64
	known map[string]float64
}

func newReference(p Playbook) *reference {
	r := &reference{p: p, known: map[string]float64{}}
	for _, q := range p.Questions {
		r.like = append(r.like, p.answerLikelihoods(q))
	}
	return r
}

func (r *reference) start() []float64 {
	s := stand(r.p, nil)
	return belief(s.start(), nil)
}

// update is the belief after an answer, and how likely the answer was.
func (r *reference) update(b, like []float64) ([]float64, float64) {
	next, sum := make([]float64, len(b)), 0.0
	for c := range b {
		next[c] = b[c] * like[c]
		sum += next[c]
	}
	for c := range next {
		next[c] /= sum
	}
	return next, sum
}

func (r *reference) leaves(f Fix) []float64 {
	l := r.p.ratios(nil)
	for _, v := range f.Solves {
		l[r.p.causeIndex(v.Cause)] = left(v.How)
	}
	return l
}

// told is how much of the belief a question is expected to move.
func (r *reference) told(b []float64, q int) float64 {
	sum := 0.0
	for _, like := range r.like[q] {
		after, p := r.update(b, like)
		for c := range b {
			sum += p * math.Abs(after[c]-b[c])
		}
	}
	return sum / 2
}

// mayTry says whether a destructive fix may be tried; works is how likely it is to.
func (r *reference) mayTry(f Fix, works float64, b []float64, answers []int, failed []bool) bool {
	if !f.Destructive {
		return true
	}
	spent, count := map[string]bool{}, 0
	for i, yes := range failed {
		if yes && r.p.Fixes[i].Destructive {
			count++
			for _, v := range r.p.Fixes[i].Solves {
				spent[v.Cause] = true
			}
		}
	}
	reason := count == 0
	for q, a := range answers {
		if a < 0 {
			continue
		}
		for _, s := range r.p.Questions[q].Answers[a].Speaks {
			for _, v := range f.Solves {
				reason = reason || s.Cause == v.Cause && s.Word.Ratio() > 1 && !spent[s.Cause]
			}
		}
	}
	if !reason || count >= maxDestructive {
		return false
	}
	if works < f.OfferAt/2 {
		return false
	}
	for q, a := range answers {
		if a < 0 && works < f.OfferAt && r.told(b, q) >= worthAsking {
			return false
		}
	}
	return true
}

// optimum is the least expected cost from here.
func (r *reference) optimum(b []float64, answers []int, failed []bool) float64 {
	return r.solve(b, answers, failed, true, true)
}

// solve is the least expected cost of policies that may ask, fix, or both.
func (r *reference) solve(b []float64, answers []int, failed []bool, ask, fix bool) float64 {
	key := fmt.Sprint(answers, failed, ask, fix)
	if v, ok := r.known[key]; ok {
		return v
	}
	best := EscalateMinutes
	top := 0.0
	for _, v := range b[:len(b)-1] {
		top = max(top, v)
	}
	if b[len(b)-1] >= otherCertain {
		return best
	}
	otherLeads := b[len(b)-1] > top*(1+1e-9)
	for i, f := range r.p.Fixes {
		if !fix || failed[i] || otherLeads {
			continue
		}
		stays := r.leaves(f)
		after, fails := r.update(b, stays)
		if !r.mayTry(f, 1-fails, b, answers, failed) {
			continue
		}
		failed[i] = true
		best = min(best, f.Minutes+fails*(f.FailMinutes+r.solve(after, answers, failed, ask, fix)))
		failed[i] = false
	}
	for q := range r.p.Questions {
		if !ask || answers[q] >= 0 {
			continue
		}
		v := r.p.Questions[q].Minutes
		for a, like := range r.like[q] {
			after, p := r.update(b, like)
			answers[q] = a
			v += p * r.solve(after, answers, failed, ask, fix)
			answers[q] = -1
		}
		best = min(best, v)
	}
	r.known[key] = best
	return best
}

// askAll is the expected cost of asking everything and then fixing best first.
func (r *reference) askAll(b []float64, answers []int, from int) float64 {
	if q := from; q < len(answers) {
		v := r.p.Questions[q].Minutes
		for a, like := range r.like[q] {
			after, p := r.update(b, like)
			answers[q] = a
			v += p * r.askAll(after, answers, q+1)
			answers[q] = -1
		}
		return v
	}
	return r.solve(b, answers, make([]bool, len(r.p.Fixes)), false, true)
}

func open(n int) []int {
	l := make([]int, n)
	for i := range l {
		l[i] = -1
	}
	return l
}

// referencePlaybook is as the benchmark's, small enough for exhaustive search.
func referencePlaybook(r *rand.Rand, questions int) Playbook {
	words := []Word{Confirms, StronglyFor, For, Against, StronglyAgainst, RulesOut}
	p := Playbook{ID: "random"}
	for i := range 2 + r.IntN(5) {
		p.Causes = append(p.Causes, Cause{ID: fmt.Sprint("c", i), Frequency: []Frequency{Common, Occasional, Rare}[r.IntN(3)]})
	}
	for i := range 1 + r.IntN(questions) {
		q := Question{ID: fmt.Sprint("q", i), Minutes: float64(1 + r.IntN(15))}
		for a := range 2 + r.IntN(2) {
			ans := Answer{ID: fmt.Sprint("a", a)}
			for _, c := range p.Causes {
				ans.Speaks = append(ans.Speaks, Speaks{c.ID, words[r.IntN(len(words))]})
			}
			q.Answers = append(q.Answers, ans)
		}
		p.Questions = append(p.Questions, q)
	}
	for i := range 1 + r.IntN(4) {
		f := Fix{ID: fmt.Sprint("f", i), Minutes: float64(5 + r.IntN(56)), OfferAt: DefaultOfferAt, Destructive: r.IntN(3) == 0}
		if f.Destructive {
			f.FailMinutes = DisconnectFailMinutes
		}
		for _, c := range r.Perm(len(p.Causes))[:1+r.IntN(min(3, len(p.Causes)))] {
			f.Solves = append(f.Solves, Solves{p.Causes[c].ID, 0.6 + 0.4*r.Float64()})
		}
		p.Fixes = append(p.Fixes, f)
	}
	return p
}

// planned is what the engine expects the case to cost.
func planned(p Playbook) float64 {
	s := stand(p, nil)
	return newPlan(&s, belief(s.start(), nil), nil, maxStates).value(0, 0, math.Inf(1))
}

// The engine finds the least cost that exhaustive search finds, and is never
// above asking everything first or fixing without asking.
func TestPlanIsOptimal(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for i := range 300 {
		p := referencePlaybook(r, 4)
		ref := newReference(p)
		answers, failed := open(len(p.Questions)), make([]bool, len(p.Fixes))
		got, want := planned(p), ref.optimum(ref.start(), answers, failed)
		if math.Abs(got-want) > 1e-6*want {
			t.Fatalf("playbook %d: planned %g minutes, the optimum is %g\n%+v", i, got, want, p)
		}
		if all := ref.askAll(ref.start(), answers, 0); got > all+1e-6 {
			t.Fatalf("playbook %d: planned %g minutes, asking everything first takes %g", i, got, all)
		}
		if fix := ref.solve(ref.start(), answers, failed, false, true); got > fix+1e-6 {
			t.Fatalf("playbook %d: planned %g minutes, fixing without asking takes %g", i, got, fix)
		}
	}
}

// gaps is how much more than the optimum it costs to do what Next says, as a
// share, for n random playbooks of up to six questions; and the slowest choice.
// It may be less than nothing: a plan does not count on an answer that makes a
// second destructive try for the same cause right.
func gaps(n int) (shares []float64, slowest time.Duration) {
	r := rand.New(rand.NewPCG(1, 2))
	for range n {
		p := referencePlaybook(r, 6)
		s := stand(p, nil)
		optimum := newPlan(&s, belief(s.start(), nil), nil, 1<<20).value(0, 0, math.Inf(1))
		f := follower{reference: newReference(p), done: map[string]float64{}}
		shares = append(shares, f.follow(f.start(), nil)/optimum-1)
		slowest = max(slowest, f.slowest)
	}
	slices.Sort(shares)
	return shares, slowest
}

// A follower does what Next says and adds up what it costs.
type follower struct {
	*reference
	done    map[string]float64
	slowest time.Duration
}

func (f *follower) follow(b []float64, evidence []Evidence) float64 {
	key := f.key(evidence)
	if v, ok := f.done[key]; ok {
		return v
	}
	began := time.Now()
	d := Next(f.p, evidence)
	f.slowest = max(f.slowest, time.Since(began))
	v := EscalateMinutes
	switch d.Kind {
	case Ask:
		q := f.p.questionIndex(d.Question)
		v = f.p.Questions[q].Minutes
		for a, like := range f.like[q] {
			after, p := f.update(b, like)
			e := Evidence{Kind: KindAnswer, Question: d.Question, Answer: f.p.Questions[q].Answers[a].ID}
			v += p * f.follow(after, append(evidence[:len(evidence):len(evidence)], e))
		}
	case Try:
		fix, _ := f.p.Fix(d.Fix)
		after, fails := f.update(b, f.leaves(fix))
		e := Evidence{Kind: KindFixFailed, Fix: d.Fix}
		v = fix.Minutes + fails*(fix.FailMinutes+f.follow(after, append(evidence[:len(evidence):len(evidence)], e)))
	}
	f.done[key] = v
	return v
}

// key is what was answered and what failed; of the order only what came after the last failure.
func (f *follower) key(evidence []Evidence) string {
	var answers, since, tries []string
	for _, e := range evidence {
		if e.Kind == KindFixFailed {
			tries, since = append(tries, e.Fix), nil
			continue
		}
		answers, since = append(answers, e.Question+e.Answer), append(since, e.Question)
	}
	slices.Sort(answers)
	slices.Sort(since)
	return fmt.Sprint(answers, tries, since)
}

func TestNextIsNearTheOptimum(t *testing.T) {
	shares, _ := gaps(200)
	mean := 0.0
	for _, s := range shares {
		mean += s / float64(len(shares))
	}
	if p99 := shares[len(shares)*99/100]; mean > 0.03 || p99 > 0.2 {
		t.Errorf("above the optimum by %.1f %% on average, %.1f %% at the 99th percentile", 100*mean, 100*p99)
	}
}

// BenchmarkAgainstOptimum reports, for 1,000 random playbooks, by how many per
// cent doing what Next says exceeds the least cost, and the slowest choice.
func BenchmarkAgainstOptimum(b *testing.B) {
	for b.Loop() {
		shares, slowest := gaps(1000)
		mean := 0.0
		for _, s := range shares {
			mean += s / float64(len(shares))
		}
		b.ReportMetric(100*mean, "mean-%")
		b.ReportMetric(100*shares[len(shares)*99/100], "p99-%")
		b.ReportMetric(100*shares[len(shares)-1], "max-%")
		b.ReportMetric(float64(slowest.Microseconds())/1000, "slowest-ms")
	}
}

func BenchmarkNext(b *testing.B) {
	for name, size := range map[string]struct{ causes, questions, answers, fixes int }{
		"6 causes, 6 questions of 3, 4 fixes":   {6, 6, 3, 4},
		"4 causes, 5 questions of 3, 5 fixes":   {4, 5, 3, 5},
		"20 causes, 20 questions of 4, 8 fixes": {20, 20, 4, 8},
	} {
		r := rand.New(rand.NewPCG(9, 9))
		words := []Word{Confirms, StronglyFor, For, Against, StronglyAgainst, RulesOut}
		var p Playbook
		for i := range size.causes {
			p.Causes = append(p.Causes, Cause{ID: fmt.Sprint("c", i), Frequency: Occasional})
		}
		for i := range size.questions {
			q := Question{ID: fmt.Sprint("q", i), Minutes: float64(1 + r.IntN(15))}
			for a := range size.answers {
				ans := Answer{ID: fmt.Sprint("a", a)}
				for _, c := range p.Causes {
					ans.Speaks = append(ans.Speaks, Speaks{c.ID, words[r.IntN(len(words))]})
				}
				q.Answers = append(q.Answers, ans)
			}
			p.Questions = append(p.Questions, q)
		}
		for i := range size.fixes {
			p.Fixes = append(p.Fixes, Fix{
				ID: fmt.Sprint("f", i), Minutes: float64(5 + r.IntN(30)), FailMinutes: 60, OfferAt: 0.8, Destructive: i%2 == 0,
				Solves: []Solves{{p.Causes[i%size.causes].ID, 0.9}, {p.Causes[(i+1)%size.causes].ID, 0.9}},
			})
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Next(p, nil)
			}
		})
	}
}
