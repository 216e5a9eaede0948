package playbooks

import (
	"syncfix/diagnose"
)

// Figures say how a playbook does where one of its causes is at work. Something
// else isn't counted: it ends in a hand-off whatever is asked.
type Figures struct {
	Playbook string // its id
	System   string
	Even     Odds // every cause equally likely
	Start    Odds // as likely as the playbook's words for frequency say
}

// Odds are the figures for causes of a certain likelihood.
type Odds struct {
	// Questions is how many are asked on average before the first fix is offered,
	// and Most at worst, where people answer what is to be expected: nothing that
	// speaks against the cause at work, nor strongly for another.
	Questions float64
	Most      int
	// FirstRight is how likely the first fix is one for the cause at work, 0 to 1,
	// with answers as misleading as their words allow.
	FirstRight float64
	// Minutes is what repair takes on average: questions, fixes, what failed tries
	// cost on top, and handing over.
	Minutes float64
}

// figuresOf works out a playbook's figures.
func figuresOf(p diagnose.Playbook) Figures {
	var even []diagnose.Evidence
	same, start := make([]float64, len(p.Causes)), make([]float64, len(p.Causes))
	for c, cause := range p.Causes {
		even = append(even, diagnose.Evidence{Kind: diagnose.KindLearned, Cause: cause.ID, Weight: diagnose.Occasional.Start()})
		same[c], start[c] = 1, cause.Frequency.Start()
	}
	return Figures{Playbook: p.ID, System: p.System, Even: oddsOf(p, even, same), Start: oddsOf(p, nil, start)}
}

func oddsOf(p diagnose.Playbook, evidence []diagnose.Evidence, weights []float64) Odds {
	r := &reckoning{walk: newWalk(p), given: map[string][][]float64{}, done: map[*state][]outlook{}}
	for _, q := range p.Questions {
		r.given[q.ID] = given(p, q)
	}
	var o Odds
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	for c, v := range r.at(r.walk.at(evidence)) {
		share := weights[c] / sum
		o.Questions += share * v.questions
		o.Most = max(o.Most, v.most)
		o.FirstRight += share * v.right
		o.Minutes += share * v.minutes
	}
	return o
}

// An outlook is what is to be expected from a state on where a cause is at work.
type outlook struct {
	questions float64
	most      int
	right     float64
	minutes   float64
}

// A reckoning adds up what is to be expected, from the ends of the paths.
type reckoning struct {
	walk  *walk
	given map[string][][]float64 // question → answer → cause: how often it is given
	done  map[*state][]outlook   // by cause
}

// at is the outlook from a state for each cause. Beyond the walk's bound it is a
// hand-off.
func (r *reckoning) at(s *state) []outlook {
	p := r.walk.p
	if v, ok := r.done[s]; ok {
		return v
	}
	v := make([]outlook, len(p.Causes))
	for c := range v {
		v[c].minutes = diagnose.EscalateMinutes
	}
	if s == nil || s.endless {
		return v
	}
	switch s.next.Kind {
	case diagnose.Ask:
		r.ask(s, v)
	case diagnose.Try:
		f, _ := p.Fix(s.next.Fix)
		failed := r.at(r.walk.from(s)[0].to)
		for c := range v {
			how := howWell(f, p.Causes[c].ID)
			v[c] = outlook{minutes: f.Minutes + (1-how)*(f.FailMinutes+failed[c].minutes)}
			if how > 0 {
				v[c].right = 1
			}
		}
	}
	r.done[s] = v
	return v
}

func (r *reckoning) ask(s *state, v []outlook) {
	p := r.walk.p
	q, _ := p.Question(s.next.Question)
	next := make([][]outlook, len(q.Answers))
	for a := range q.Answers {
		next[a] = r.at(r.walk.from(s)[a].to)
	}
	for c := range v {
		v[c] = outlook{minutes: q.Minutes}
		fit, most := 0.0, 0
		for a := range q.Answers {
			share, n := r.given[q.ID][a][c], next[a][c]
			v[c].minutes += share * n.minutes
			v[c].right += share * n.right
			if fits(q.Answers[a], p.Causes[c].ID) {
				fit += share
				v[c].questions += share * n.questions
				most = max(most, n.most)
			}
		}
		if fit > 0 {
			v[c].questions /= fit
		}
		v[c].questions++
		v[c].most = most + 1
	}
}

// fits says whether an answer is to be expected where this cause is at work: it
// doesn't speak against the cause, nor strongly for another.
func fits(a diagnose.Answer, cause string) bool {
	for _, s := range a.Speaks {
		if s.Cause == cause && s.Word.Ratio() < 1 || s.Cause != cause && s.Word.Ratio() >= diagnose.StronglyFor.Ratio() {
			return false
		}
	}
	return true
}

// given is how often each answer is given where each cause is at work, as the
// engine takes it: as often as the words say in proportion to the cause that the
// answer speaks for most, the answers of a cause adding up to 1.
func given(p diagnose.Playbook, q diagnose.Question) [][]float64 {
	rows := make([][]float64, len(q.Answers))
	sums := make([]float64, len(p.Causes))
	for i, a := range q.Answers {
		rows[i] = make([]float64, len(p.Causes))
		most := 1.0 // of something else, for which nothing speaks
		for c, cause := range p.Causes {
			rows[i][c] = speaksFor(a.Speaks, cause.ID)
			most = max(most, rows[i][c])
		}
		for c := range rows[i] {
			rows[i][c] /= most
			sums[c] += rows[i][c]
		}
	}
	for _, row := range rows {
		for c := range row {
			row[c] /= sums[c]
		}
	}
	return rows
}

// speaksFor is the ratio with which words speak for a cause; 1 if they are silent.
func speaksFor(list []diagnose.Speaks, cause string) float64 {
	ratio := 1.0
	for _, s := range list {
		if s.Cause == cause {
			ratio = s.Word.Ratio()
		}
	}
	return ratio
}
