package diagnose_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"syncfix/diagnose"
)

// largePlaybook is as large as they get: no choice in it can be worked out to the end.
func largePlaybook(r *rand.Rand, causes, questions, answers, fixes int) diagnose.Playbook {
	words := wordSets()["and silence"]
	p := diagnose.Playbook{Version: 1, ID: "large"}
	for i := range causes {
		p.Causes = append(p.Causes, diagnose.Cause{ID: fmt.Sprint("c", i), Name: fmt.Sprint("Cause ", i), Frequency: diagnose.Occasional})
	}
	for i := range questions {
		q := diagnose.Question{ID: fmt.Sprint("q", i), Text: fmt.Sprint("Question ", i), Minutes: float64(1 + r.IntN(10))}
		for a := range answers {
			ans := diagnose.Answer{ID: fmt.Sprint("a", a), Text: fmt.Sprint("Answer ", a)}
			for _, c := range p.Causes {
				if w := words[r.IntN(len(words))]; w != "" {
					ans.Speaks = append(ans.Speaks, diagnose.Speaks{Cause: c.ID, Word: w})
				}
			}
			q.Answers = append(q.Answers, ans)
		}
		p.Questions = append(p.Questions, q)
	}
	for i := range fixes {
		f := diagnose.Fix{ID: fmt.Sprint("f", i), Title: fmt.Sprint("Fix ", i), Minutes: float64(5 + r.IntN(30)), OfferAt: diagnose.DefaultOfferAt}
		if i%3 == 0 {
			f.Destructive, f.FailMinutes = true, diagnose.DisconnectFailMinutes
		}
		for c := i; c < causes; c += fixes {
			f.Solves = append(f.Solves, diagnose.Solves{Cause: p.Causes[c].ID, How: 0.6 + 0.4*r.Float64()})
		}
		p.Fixes = append(p.Fixes, f)
	}
	return p
}

// A drawn case is a case whose cause is known to the test: what each question
// would be answered, and which try of each fix would work.
type drawn struct {
	o      *optimum
	answer []int
	works  [][]bool // fix, try
}

func (o *optimum) draw(r *rand.Rand) drawn {
	pick := func(like func(i int) float64, n int) int {
		x := r.Float64()
		for i := range n {
			if x -= like(i); x < 0 {
				return i
			}
		}
		return n - 1
	}
	c := pick(func(i int) float64 { return o.start[i] }, len(o.start))
	d := drawn{o: o}
	for _, like := range o.like {
		d.answer = append(d.answer, pick(func(a int) float64 { return like[a][c] }, len(like)))
	}
	for _, left := range o.left {
		d.works = append(d.works, []bool{r.Float64() >= left[c], r.Float64() >= left[c]})
	}
	return d
}

// cost is what the case takes if done as Next says after the evidence.
func (d drawn) cost(evidence []diagnose.Evidence, choice *stopwatch) float64 {
	minutes, tries := 0.0, make([]int, len(d.works))
	for {
		next := choice.next(d.o.p, evidence)
		switch next.Kind {
		case diagnose.Ask:
			q := slices.IndexFunc(d.o.p.Questions, func(q diagnose.Question) bool { return q.ID == next.Question })
			minutes += d.o.p.Questions[q].Minutes
			evidence = append(evidence, d.answered(q))
		case diagnose.Try:
			f := slices.IndexFunc(d.o.p.Fixes, func(f diagnose.Fix) bool { return f.ID == next.Fix })
			minutes += d.o.p.Fixes[f].Minutes
			if d.works[f][tries[f]] {
				return minutes
			}
			tries[f]++
			minutes += d.o.p.Fixes[f].FailMinutes
			evidence = append(evidence, failed(next.Fix))
		default:
			return minutes + diagnose.EscalateMinutes
		}
	}
}

func (d drawn) answered(q int) diagnose.Evidence {
	return answer(d.o.p.Questions[q].ID, d.o.p.Questions[q].Answers[d.answer[q]].ID)
}

// askAll is what the case takes if everything is asked first.
func (d drawn) askAll() float64 {
	minutes := 0.0
	var evidence []diagnose.Evidence
	for q := range d.answer {
		minutes += d.o.p.Questions[q].Minutes
		evidence = append(evidence, d.answered(q))
	}
	return minutes + d.cost(evidence, &stopwatch{})
}

// Where a playbook is too large to be worked out to the end, doing what Next says
// still costs no more than asking everything first or fixing without asking: over
// the same drawn cases, since no expectation can be worked out either.
func TestLargePlaybooks(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var choice stopwatch
	for _, cheap := range []bool{false, true} {
		for range 3 {
			p := largePlaybook(r, 20, 12, 3, 10)
			for q := range p.Questions {
				if cheap { // asking everything is at its best
					p.Questions[q].Minutes = 0.5
				}
			}
			o := newOptimum(p)
			const cases = 60
			next, all := 0.0, 0.0
			for range cases {
				d := o.draw(r)
				next += d.cost(nil, &choice) / cases
				all += d.askAll() / cases
			}
			fix := o.least(moment{}, o.start, false)
			t.Logf("as Next says %.0f minutes, asking everything first %.0f, fixing by start weights alone %.0f", next, all, fix)
			if next > all || next > fix {
				t.Errorf("as Next says %g minutes, asking everything first %g, fixing by start weights alone %g", next, all, fix)
			}
		}
	}
	t.Logf("the slowest choice took %s", choice.slowest)
}

func BenchmarkNext(b *testing.B) {
	for _, size := range []struct{ causes, questions, answers, fixes int }{{6, 6, 3, 4}, {4, 5, 3, 5}, {20, 12, 3, 10}, {20, 20, 4, 10}, {60, 12, 3, 10}} {
		p := largePlaybook(rand.New(rand.NewPCG(9, 9)), size.causes, size.questions, size.answers, size.fixes)
		b.Run(fmt.Sprintf("%d causes, %d questions of %d, %d fixes", size.causes, size.questions, size.answers, size.fixes), func(b *testing.B) {
			for b.Loop() {
				diagnose.Next(p, nil)
			}
		})
	}
}
