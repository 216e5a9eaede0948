package diagnose

import (
	"cmp"
	"slices"
)

// A phrase is the words of an alert or a success notice, ready to be looked for.
type phrase struct {
	words   []int32
	weights []float64
	mask    uint64 // of the words' numbers, by their last six bits
	total   float64
	anchors []int  // places in words of the rarest, rarest first
	order   []int  // all places, in the order in which missing words show soonest
	must    []bool // words without which it is another text
	not     int32  // the number of "not" if it is one of the words, or unknown
	gaps    bool   // other words may stand in between, and some may be missing
	slots   []slot // where words stand that vary
	own     []bool // words that name the playbook's system, which may stand elsewhere
	opens   []bool // words that begin a sentence
	lead    bool   // it opens with a code that may be missing if all the rest stands
}

// A match is where and how completely a phrase stands in a text.
type match struct {
	coverage   float64 // share of the phrase's weight that is there, in order
	start, end int     // words of the text
	typos      int
	extra      int     // words of the text between the phrase's
	cut        bool    // the rest is cut off
	places     []int32 // of the phrase's words in the text, -1 for missing ones
}

// What a match must be at least.
const (
	// minGapWords: shorter phrases of alerts must stand word for word.
	minGapWords = 5
	// minRecoveryGapWords is the same for success notices, all of whose words must stand.
	minRecoveryGapWords = 4
	// minLooseWords is how many words of its own a phrase needs before one of them may be missing.
	minLooseWords = 7
	// coverageWhole, coverageMost and coveragePart are the steps of certainty.
	coverageWhole = 0.999
	coverageMost  = 0.82
	coveragePart  = 0.72
	// maxPlaces bounds how many places of a text a phrase is aligned with.
	maxPlaces = 24
	// maxAnchors is how many of its rarest words lead to a phrase.
	maxAnchors = 3
	// lightWeight is the weight of a word that tells nothing; others weigh 1.
	lightWeight = 0.4
)

func newPhrase(parsed phrase, lex *lexicon, names map[int32]bool) phrase {
	p, words := parsed, parsed.words
	p.not = unknown
	p.weights, p.must, p.own = make([]float64, len(words)), make([]bool, len(words)), make([]bool, len(words))
	heavy := 0
	for i, w := range words {
		p.weights[i] = 1
		p.mask |= 1 << (w & 63)
		p.own[i] = names[w] && len(words) >= minGapWords
		light := isLight(lex.words[w])
		if !light {
			heavy++
		}
		if light || p.own[i] {
			p.weights[i] = lightWeight
		}
		if lex.words[w] == "not" {
			p.not = w
		}
		p.total += p.weights[i]
	}
	p.lead = heavy >= minLooseWords && isCode(lex.words[words[0]])
	p.anchors = make([]int, len(words))
	for i, w := range words {
		p.anchors[i] = i
		if i == 0 && p.lead {
			continue
		}
		p.must[i] = isCode(lex.words[w]) || heavy < minLooseWords && p.weights[i] == 1
	}
	return p
}

// anchor chooses the words that lead to the phrase: the rarest that must stand,
// or the rarest few.
func (p *phrase) anchor(uses []int) {
	slices.SortStableFunc(p.anchors, func(a, b int) int {
		return cmp.Or(cmp.Compare(p.weights[b], p.weights[a]), cmp.Compare(uses[p.words[a]], uses[p.words[b]]))
	})
	p.order = slices.Clone(p.anchors)
	if i := slices.IndexFunc(p.anchors, func(a int) bool { return p.must[a] }); i >= 0 {
		p.anchors = []int{p.anchors[i]}
	}
	p.anchors = p.anchors[:min(len(p.anchors), maxAnchors)]
}

// demandAll makes every word one that must stand.
func (p *phrase) demandAll() {
	for i := range p.must {
		p.must[i] = true
	}
}

// demand makes a word one that must stand; not the system's name, which may
// stand anywhere.
func (p *phrase) demand(i int) { p.must[i] = p.must[i] || !p.own[i] }

// present says whether enough of the phrase's words stand somewhere in the text.
func (p *phrase) present(t *reading) bool {
	missing := 0.0
	for _, i := range p.order {
		if t.first[p.words[i]] > 0 {
			continue
		}
		if missing += p.weights[i]; p.must[i] || missing > (1-coveragePart)*p.total {
			return false
		}
	}
	return true
}

// loose finds the phrase with words in between or missing, anywhere but around
// words taken by phrases that stand word for word.
func (p *phrase) loose(t *reading, taken []bool) (match, bool) {
	if !p.free(t, taken) {
		return match{}, false
	}
	slack := len(p.words)/2 + 3 + maxSlot*len(p.slots)
	if len(t.words) <= len(p.words)+2*slack {
		m := p.align(t, 0, len(t.words))
		if m.coverage < coveragePart || p.stands(t, &m) {
			return m, m.coverage >= coveragePart
		}
	}
	var best match
	for _, a := range p.anchors {
		tried := 0
		for at := t.first[p.words[a]] - 1; at >= 0 && tried < maxPlaces; at = t.next[at] {
			if taken[at] {
				continue
			}
			tried++
			from := max(0, int(at)-a-slack)
			to := min(len(t.words), int(at)+len(p.words)-a+slack)
			if m := p.align(t, from, to); m.coverage > best.coverage {
				best = m
			}
		}
		if best.coverage >= coverageWhole {
			break
		}
	}
	return best, p.stands(t, &best)
}

// stands says whether the aligned match is one.
func (p *phrase) stands(t *reading, m *match) bool {
	if m.coverage < coveragePart || m.end-m.start > len(p.words)+p.mostExtra()+maxSlot*len(p.slots) {
		return false
	}
	p.trace(t, m)
	return p.holds(t, m)
}

// mostExtra is how many words may stand between the phrase's.
func (p *phrase) mostExtra() int { return len(p.words)/2 + 2 }

// free says whether one of the anchors stands where no word is taken.
func (p *phrase) free(t *reading, taken []bool) bool {
	for _, a := range p.anchors {
		for at := t.first[p.words[a]] - 1; at >= 0; at = t.next[at] {
			if !taken[at] {
				return true
			}
		}
	}
	return false
}

// holds says whether nothing that is missing, or stands in between, makes the
// match another text.
func (p *phrase) holds(t *reading, m *match) bool {
	denied := false
	for i, at := range m.places {
		if at < 0 && p.must[i] {
			return false
		}
		denied = denied || at >= 0 && p.words[i] == p.not
	}
	if p.not != unknown && !denied {
		return false // "finished" for "did not finish" is no near miss
	}
	if p.lead && m.places[0] < 0 && (m.coverage*p.total < p.total-p.weights[0]-0.001 || m.start > 0 && isCode(t.word(m.start-1))) {
		return false
	}
	for _, s := range p.slots {
		if s.at == 0 || s.at == len(p.words) || m.places[s.at-1] < 0 || m.places[s.at] < 0 {
			continue
		}
		words := int(m.places[s.at] - m.places[s.at-1] - 1)
		if words > maxSlot {
			return false
		}
		m.extra -= words
	}
	m.extra = max(0, m.extra)
	return m.extra <= p.mostExtra()
}

// align finds the heaviest run of the phrase's words that stand in order in the
// text from from to to: a longest common subsequence with weights, the shortest
// of several as heavy.
func (p *phrase) align(t *reading, from, to int) match {
	n := len(p.words)
	if len(t.table) < n+1 {
		t.table, t.origin = make([]float64, n+1), make([]int32, n+1)
	}
	score, origin := t.table[:n+1], t.origin[:n+1]
	clear(score)
	for i := range origin {
		origin[i] = -1
	}
	best := match{}
	for i := from; i < to; i++ {
		w := t.words[i]
		if w == unknown || p.mask&(1<<(w&63)) == 0 {
			continue
		}
		changed := false
		for j := n; j > 0; j-- { // downwards, so that score[j-1] is still the row before
			if p.words[j-1] != w {
				continue
			}
			changed = true
			s, o := score[j-1]+p.weights[j-1], origin[j-1]
			if o < 0 {
				o = int32(i)
			}
			for k := j; k <= n && (s > score[k] || s == score[k] && o > origin[k]); k++ {
				score[k], origin[k] = s, o
			}
		}
		if !changed {
			continue
		}
		c := score[n] / p.total
		if c > best.coverage || c == best.coverage && i+1-int(origin[n]) < best.end-best.start {
			best.coverage, best.start, best.end = c, int(origin[n]), i+1
		}
	}
	return best
}

// trace finds which words of the text the aligned match consists of, and counts
// what isn't the phrase's.
func (p *phrase) trace(t *reading, m *match) {
	n, rows := len(p.words), m.end-m.start
	if need := (rows + 1) * (n + 1); cap(t.traced) < need {
		t.traced = make([]float64, need)
	}
	table := t.traced[:(rows+1)*(n+1)] // best weight of words i.. of the text and j.. of the phrase
	clear(table)
	at := func(i, j int) *float64 { return &table[i*(n+1)+j] }
	for i := rows - 1; i >= 0; i-- {
		for j := n - 1; j >= 0; j-- {
			*at(i, j) = max(*at(i+1, j), *at(i, j+1))
			if t.words[m.start+i] == p.words[j] {
				*at(i, j) = max(*at(i, j), *at(i+1, j+1)+p.weights[j])
			}
		}
	}
	m.places = make([]int32, n)
	for j := range m.places {
		m.places[j] = -1
	}
	matched := 0
	for i, j := 0, 0; i < rows && j < n; {
		switch {
		case t.words[m.start+i] == p.words[j] && *at(i, j) == *at(i+1, j+1)+p.weights[j]:
			m.places[j] = int32(m.start + i)
			if t.typo[m.start+i] {
				m.typos++
			}
			matched++
			i++
			j++
		case *at(i, j) == *at(i+1, j):
			i++
		default:
			j++
		}
	}
	m.extra = rows - matched
}
