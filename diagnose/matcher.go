package diagnose

import (
	"slices"
	"strings"
)

// A phrase is the words of an alert or a success notice, ready to be looked for.
type phrase struct {
	words   []int32
	weights []float64
	total   float64
	anchors []int // places in words of the rarest, rarest first
	not     int32 // the number of "not" if it is one of the words, or unknown
	gaps    bool  // other words may stand in between, and some may be missing
}

// A match is where and how completely a phrase stands in a text.
type match struct {
	coverage   float64 // share of the phrase's weight that is there, in order
	start, end int     // words of the text
	typos      int
	extra      int // words of the text between the phrase's
}

// What a match must be at least.
const (
	// minGapWords: shorter phrases of alerts must stand word for word.
	minGapWords = 5
	// minRecoveryGapWords is the same for success notices, all of whose words must stand.
	minRecoveryGapWords = 4
	// coverageWhole, coverageMost and coveragePart are the steps of certainty.
	coverageWhole = 0.999
	coverageMost  = 0.82
	coveragePart  = 0.72
	// maxPlaces bounds how many places of a text a phrase is aligned with.
	maxPlaces = 24
	// maxAnchors is how many of its rarest words lead to a phrase.
	maxAnchors = 3
)

func newPhrase(words []int32, lex *lexicon, uses []int) phrase {
	p := phrase{words: words, weights: make([]float64, len(words)), not: unknown}
	for i, w := range words {
		p.weights[i] = 1
		if isLight(lex.words[w]) {
			p.weights[i] = 0.4
		}
		if lex.words[w] == "not" {
			p.not = w
		}
		p.total += p.weights[i]
	}
	p.anchors = make([]int, len(words))
	for i := range p.anchors {
		p.anchors[i] = i
	}
	slices.SortStableFunc(p.anchors, func(a, b int) int {
		if la, lb := p.weights[a], p.weights[b]; la != lb {
			if la > lb {
				return -1
			}
			return 1
		}
		return uses[words[a]] - uses[words[b]]
	})
	p.anchors = p.anchors[:min(len(p.anchors), maxAnchors)]
	return p
}

// A reading is a text as the matcher sees it.
type reading struct {
	cleaned string
	norm    string
	words   []int32 // by the lexicon's numbers
	typo    []bool
	ends    []int32   // end of each word in norm
	first   []int32   // by word number: where it first stands, -1 if nowhere
	next    []int32   // by place: where the same word stands next, -1 if nowhere
	table   []float64 // scratch for align
	origin  []int32   // scratch for align
}

func (l *lexicon) read(text string) *reading {
	t := &reading{cleaned: clean(text)}
	t.norm = fold(t.cleaned)
	n := strings.Count(t.norm, " ") + 1
	if t.norm == "" {
		n = 0
	}
	t.words, t.typo = make([]int32, 0, n), make([]bool, 0, n)
	t.ends, t.next = make([]int32, 0, n), make([]int32, n)
	for start := 0; start < len(t.norm); {
		end := strings.IndexByte(t.norm[start:], ' ')
		if end < 0 {
			end = len(t.norm)
		} else {
			end += start
		}
		id, typo := l.find(t.norm[start:end])
		t.words, t.typo, t.ends = append(t.words, id), append(t.typo, typo), append(t.ends, int32(end))
		start = end + 1
	}
	t.first = make([]int32, len(l.words))
	for i := range t.first {
		t.first[i] = -1
	}
	for at := len(t.words) - 1; at >= 0; at-- {
		if w := t.words[at]; w != unknown {
			t.next[at], t.first[w] = t.first[w], int32(at)
		}
	}
	return t
}

// word is the text's word at a place, as it was read.
func (t *reading) word(at int) string {
	start := int32(0)
	if at > 0 {
		start = t.ends[at-1] + 1
	}
	return t.norm[start:t.ends[at]]
}

// match finds where the phrase stands best in the text.
func (p *phrase) match(t *reading) (match, bool) {
	present := 0.0
	for i, w := range p.words {
		if t.first[w] >= 0 {
			present += p.weights[i]
		}
	}
	if present < coveragePart*p.total {
		return match{}, false
	}
	if m, ok := p.verbatim(t); ok {
		return m, true
	}
	if !p.gaps {
		return match{}, false
	}
	var best match
	for _, a := range p.anchors {
		tried := 0
		for at := t.first[p.words[a]]; at >= 0 && tried < maxPlaces; at = t.next[at] {
			tried++
			slack := len(p.words)/2 + 3
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
	return best, best.coverage >= coveragePart
}

// verbatim finds the phrase word for word, forgiving typing errors, in the place with fewest.
func (p *phrase) verbatim(t *reading) (best match, found bool) {
	a := p.anchors[0]
	for at := t.first[p.words[a]]; at >= 0; at = t.next[at] {
		from := int(at) - a
		if from < 0 || from+len(p.words) > len(t.words) || !slices.Equal(t.words[from:from+len(p.words)], p.words) {
			continue
		}
		m := match{coverage: 1, start: from, end: from + len(p.words)}
		for i := m.start; i < m.end; i++ {
			if t.typo[i] {
				m.typos++
			}
		}
		if len(p.words) == 1 && m.typos > 0 {
			continue
		}
		if !found || m.typos < best.typos {
			best, found = m, true
		}
		if m.typos == 0 {
			break
		}
	}
	return best, found
}

// align finds the heaviest run of the phrase's words that stand in order in the
// text from from to to: a longest common subsequence with weights.
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
		if w == unknown {
			continue
		}
		for j := n; j > 0; j-- { // downwards, so that score[j-1] is still the row before
			if p.words[j-1] != w {
				continue
			}
			s, o := score[j-1]+p.weights[j-1], origin[j-1]
			if o < 0 {
				o = int32(i)
			}
			for k := j; k <= n && s > score[k]; k++ {
				score[k], origin[k] = s, o
			}
		}
		if c := score[n] / p.total; c > best.coverage {
			best.coverage, best.start, best.end = c, int(origin[n]), i+1
		}
	}
	if best.coverage == 0 {
		return best
	}
	p.count(t, &best)
	if p.not != unknown && !slices.Contains(t.words[best.start:best.end], p.not) {
		best.coverage = 0 // "finished" for "did not finish" is no near miss
	}
	return best
}

// count fills in how much of what stands in the match isn't the phrase's.
func (p *phrase) count(t *reading, m *match) {
	inside := 0
	for i := m.start; i < m.end; i++ {
		if t.typo[i] {
			m.typos++
		}
		if t.words[i] != unknown && slices.Contains(p.words, t.words[i]) {
			inside++
		}
	}
	m.extra = m.end - m.start - inside
}
