package diagnose

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// A VerifiedOutcome is the end of one case as far as it teaches anything: the
// sync was seen to work after a fix, or whoever the case was handed to confirmed
// the cause. A case that closed unverified has none.
type VerifiedOutcome struct {
	Account string    // whose sync it was; empty if unknown
	Credits []Credit  // what it was
	At      time.Time // when it was verified
}

// A Credit is a cause's part in an outcome: 1 where the cause is certain, less
// where a fix worked that cures several. The shares of an outcome add up to 1.
type Credit struct {
	Cause string // OtherCause too
	Share float64
}

// Learned is what verified outcomes say about a cause.
type Learned struct {
	Cause string
	Name  string
	Start float64 // its likelihood before any evidence, as the playbook has it
	Now   float64 // the same after the outcomes
	Cases float64 // the outcomes that were this cause, each worth less as it ages
}

// How outcomes are weighed.
const (
	startCases      = 20.0                // a playbook's start weights count as so many earlier cases
	learnedHalfLife = 90 * 24 * time.Hour // an outcome this old counts half
	voteEvery       = 30 * 24 * time.Hour // one account's outcomes closer together than this are one
	shareTolerance  = 1e-6                // how far shares may add up to more than 1
)

// Learn says where the causes of p start after the outcomes: the playbook's
// start weights count as 20 earlier cases, each outcome as one that halves every
// 90 days. It lists every cause in the playbook's order, OtherCause last; Now
// adds up to 1 and is never 0 or 1.
//
// Each account has one vote in 30 days: an outcome that the same account followed
// with another in that time gives way to it, so that one account's lasting
// trouble counts once, by what it turned out to be in the end. Outcomes without
// an account each count. What lies after now doesn't count, nor what names no
// cause of p, nor shares that are no shares (negative, not a number, more than 1
// together); and the order of outcomes says nothing.
func Learn(p Playbook, outcomes []VerifiedOutcome, now time.Time) []Learned {
	cases := make([]float64, len(p.Causes)+1)
	all := startCases
	for _, o := range votes(p, outcomes, now) {
		worth := math.Exp2(-float64(now.Sub(o.At)) / float64(learnedHalfLife))
		for _, c := range o.Credits {
			if i := p.causeIndex(c.Cause); i >= 0 {
				cases[i] += worth * c.Share
				all += worth * c.Share
			}
		}
	}
	learned := make([]Learned, len(cases))
	start := belief(p.startWeights(), nil)
	for i := range learned {
		c := p.causeAt(i)
		learned[i] = Learned{
			Cause: c.ID, Name: c.Name, Start: start[i], Cases: cases[i],
			Now: (startCases*start[i] + cases[i]) / all,
		}
	}
	return learned
}

// LearnedEvidence is what Learn found as evidence for a case to open with: with
// it, and nothing else known, the causes are as likely as Now says. Causes that
// no outcome spoke for keep the weight that the playbook gives them.
func LearnedEvidence(learned []Learned) []Evidence {
	other := slices.IndexFunc(learned, func(l Learned) bool { return l.Cause == OtherCause })
	if other < 0 || !(learned[other].Start > 0) {
		return nil
	}
	scale := otherCause().Frequency.Start() / learned[other].Start
	var evidence []Evidence
	for _, l := range learned {
		if l.Cases > 0 {
			evidence = append(evidence, Evidence{
				Kind: KindLearned, Cause: l.Cause, Weight: scale * (l.Start + l.Cases/startCases),
			})
		}
	}
	return evidence
}

// Credits says what a case was when fix worked: the causes it solves, each by
// how likely it was before and how well the fix cures it. The evidence is what
// was known when the fix was carried out. A fix that p doesn't know, or that
// solves nothing, credits nobody.
func Credits(p Playbook, fix string, evidence []Evidence) []Credit {
	f := p.fixIndex(fix)
	if f < 0 {
		return nil
	}
	s := stand(p, evidence)
	likelihood := belief(s.start(), s.influences())
	cured, sum := make([]float64, len(likelihood)), 0.0
	for _, v := range p.Fixes[f].Solves {
		if c := p.causeIndex(v.Cause); c >= 0 && v.How > 0 {
			cured[c] = likelihood[c] * min(v.How, 1)
		}
	}
	for _, v := range cured {
		sum += v
	}
	var credits []Credit
	for c, v := range cured {
		if v > 0 {
			credits = append(credits, Credit{Cause: p.causeAt(c).ID, Share: v / sum})
		}
	}
	return credits
}

// votes is the outcomes that count, in an order of their own.
func votes(p Playbook, outcomes []VerifiedOutcome, now time.Time) []VerifiedOutcome {
	var list []VerifiedOutcome
	for _, o := range outcomes {
		if !o.At.After(now) && o.counts(p) {
			list = append(list, o)
		}
	}
	slices.SortFunc(list, compareOutcomes)
	kept := list[:0]
	for i, o := range list {
		last := i == len(list)-1 || list[i+1].Account != o.Account
		if last || o.Account == "" || list[i+1].At.Sub(o.At) >= voteEvery {
			kept = append(kept, o)
		}
	}
	return kept
}

// counts says whether the outcome's shares are shares, and one is of a cause of p.
func (o VerifiedOutcome) counts(p Playbook) bool {
	sum, known := 0.0, false
	for _, c := range o.Credits {
		if !(c.Share >= 0) { // NaN too
			return false
		}
		sum += c.Share
		known = known || c.Share > 0 && p.causeIndex(c.Cause) >= 0
	}
	return known && sum <= 1+shareTolerance
}

// compareOutcomes orders by account, then time, then what the outcome was.
func compareOutcomes(a, b VerifiedOutcome) int {
	return cmp.Or(
		cmp.Compare(a.Account, b.Account),
		a.At.Compare(b.At),
		slices.CompareFunc(a.Credits, b.Credits, func(x, y Credit) int {
			return cmp.Or(cmp.Compare(x.Cause, y.Cause), cmp.Compare(x.Share, y.Share))
		}),
	)
}
