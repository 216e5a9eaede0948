package diagnose

// A state is what is known at a point of a plan, in one number: which question
// has which answer, how the tries of each fix stand, and for which causes
// something speaks that no destructive fix has used up since.
type state uint64

// Where things stand in a state.
const (
	answerBits = 28
	triesAt    = answerBits
	reasonsAt  = triesAt + 2*maxPlanFixes
	reasonBits = 64 - reasonsAt
)

// How the tries of a fix stand.
const (
	untried state = iota
	triedOnce
	wakened // tried once, and something said since speaks for it
	triedOut
	triesMask = triedOut
)

// A table keeps what is known about the values of states. The zero table is empty.
type table struct {
	keys   []state // one more than the state; 0 where nothing is kept
	values []float64
	used   int
}

// firstTable is how many places a table begins with.
const firstTable = 1 << 6

// place is where a state is kept, or would be.
func (t *table) place(s state) int {
	at := int((s+1)*0x9e3779b97f4a7c15>>32) & (len(t.keys) - 1)
	for t.keys[at] != 0 && t.keys[at] != s+1 {
		at = (at + 1) & (len(t.keys) - 1)
	}
	return at
}

// get is what put kept; 0 if nothing.
func (t *table) get(s state) float64 {
	if t.used == 0 {
		return 0
	}
	return t.values[t.place(s)]
}

func (t *table) put(s state, value float64) {
	if 2*t.used >= len(t.keys) {
		t.grow()
	}
	at := t.place(s)
	if t.keys[at] == 0 {
		t.keys[at] = s + 1
		t.used++
	}
	t.values[at] = value
}

func (t *table) grow() {
	old := *t
	n := max(4*len(old.keys), firstTable)
	t.keys, t.values = make([]state, n), make([]float64, n)
	for i, k := range old.keys {
		if k != 0 {
			at := t.place(k - 1)
			t.keys[at], t.values[at] = k, old.values[i]
		}
	}
}
