package diagnose

import (
	"math"
	"time"
)

// The table of words and weights. Authors and readers use the words; only this
// page turns them into numbers.
//
//	a cause is       common 6   occasional 3   rare 1   (something else: 1)
//
//	an answer        confirms 50   strongly_for 9   for 3   (says nothing: 1)
//	                 against 1/3   strongly_against 1/9   rules_out 1/50
//
// An answer's weight for a cause is how many times more often the answer is
// given where the cause is at work than where the word is silent. Nothing is
// ruled out beyond recall: 1/50 is small, not zero.
//
// The rest are set by hand, not measured:
//
//	a person picks a cause          50      a person rejects a cause     1/100
//	same account, same cause        up to 6, half of the surplus gone every 90 days
//	a fix failed                    what it leaves of a cause (1 - how well it works), at least 1/50
//	handing over to a human         120 minutes
//	the start weights               count as 20 earlier cases; see Learn
const (
	weightCommon     = 6.0
	weightOccasional = 3.0
	weightRare       = 1.0

	weightConfirms   = 50.0
	weightStrongly   = 9.0
	weightFor        = 3.0
	weightSilent     = 1.0
	weightPicked     = 50.0
	weightRejected   = 1.0 / 100
	weightLeastLeft  = 1.0 / 50
	historySurplus   = 5.0
	historyHalfLife  = 90 * 24 * time.Hour
	maxLearnedWeight = 1e9 // and its inverse the least: what is stored may be anything
)

// EscalateMinutes is what handing a case to a human costs, in minutes; the
// engine weighs further tries against it.
const EscalateMinutes = 120.0

// DefaultOfferAt is how likely a destructive fix must be to work before it is
// offered while a question is left, unless the fix says otherwise.
const DefaultOfferAt = 0.8

// DefaultHow is how well a fix cures a cause it solves, unless it says otherwise.
const DefaultHow = 0.95

// DisconnectFailMinutes is what a failed try costs whose fix disconnects, unless it says otherwise.
const DisconnectFailMinutes = 60.0

// Start is the start weight of a cause this frequent. An unknown word counts as
// Occasional.
func (f Frequency) Start() float64 {
	switch f {
	case Common:
		return weightCommon
	case Rare:
		return weightRare
	default:
		return weightOccasional
	}
}

// startWeights is the weight of each cause as the playbook has it, something else last.
func (p Playbook) startWeights() []float64 {
	w := make([]float64, len(p.Causes)+1)
	for c := range w {
		w[c] = p.causeAt(c).Frequency.Start()
	}
	return w
}

// Ratio is the likelihood ratio of the word; 1 for a word that is not one of ours.
func (w Word) Ratio() float64 {
	switch w {
	case Confirms:
		return weightConfirms
	case StronglyFor:
		return weightStrongly
	case For:
		return weightFor
	case Against:
		return 1 / weightFor
	case StronglyAgainst:
		return 1 / weightStrongly
	case RulesOut:
		return 1 / weightConfirms
	default:
		return weightSilent
	}
}

// favours says whether the word speaks for its cause.
func (w Word) favours() bool { return w.Ratio() > 1 }

// historyRatio is what it weighs that the same account had the cause age ago.
func historyRatio(age time.Duration) float64 {
	if age < 0 {
		age = 0
	}
	return 1 + historySurplus*math.Exp2(-float64(age)/float64(historyHalfLife))
}

// left is what a failed try leaves of a cause that the fix cures how well.
func left(how float64) float64 {
	if !(how > 0) { // NaN too
		return 1
	}
	return max(weightLeastLeft, 1-how)
}

// ratios is what speaks says for each cause of p, something else last.
func (p Playbook) ratios(speaks []Speaks) []float64 {
	r := make([]float64, len(p.Causes)+1)
	for i := range r {
		r[i] = weightSilent
	}
	for _, s := range speaks {
		if i := p.causeIndex(s.Cause); i >= 0 {
			r[i] = s.Word.Ratio()
		}
	}
	return r
}

// answerLikelihoods is how often each answer of q is given where each cause is
// at work: rows are answers, columns causes, columns add up to 1.
//
// Words give ratios between causes, not frequencies. An answer is taken to be
// given as often as it can be where the cause stands for which it speaks most,
// and less often elsewhere by the ratio of the words; each column is then scaled
// to 1. So an answer that confirms one cause is seldom given where another is at
// work, and an answer that says nothing takes what is left.
func (p Playbook) answerLikelihoods(q Question) [][]float64 {
	rows := make([][]float64, len(q.Answers))
	sums := make([]float64, len(p.Causes)+1)
	for i, a := range q.Answers {
		rows[i] = p.ratios(a.Speaks)
		most := 0.0
		for _, r := range rows[i] {
			most = max(most, r)
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
