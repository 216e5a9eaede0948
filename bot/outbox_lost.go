package bot

import "sync"

// lostCards are the cases of which a card was given up while nobody could say
// whether it had gone out: it is looked for before another is posted. One too many
// is one look too many; so none is taken out when its letter is revived or discarded.
type lostCards struct {
	mu sync.Mutex
	of map[string]bool
}

// read notes those that an earlier process gave up.
func (l *lostCards) read(tx Reader) error {
	all, err := tx.Deliveries()
	for _, d := range all {
		l.note(d)
	}
	return err
}

// note notes the case of a delivery if it is such a card.
func (l *lostCards) note(d Delivery) {
	if !d.lostCard() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.of[d.Effect.Case] = true
}

// lostCard says that a delivery was given up that may have posted a card.
func (d Delivery) lostCard() bool { return d.Dead && d.Uncertain && d.Effect.Kind == ShowCard }

func (l *lostCards) holds(caseID string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.of[caseID]
}
