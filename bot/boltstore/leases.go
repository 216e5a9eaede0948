package boltstore

import (
	"slices"
	"sync"
	"time"

	"syncfix/bot"
)

// holding is who holds an envelope or a delivery, and until when.
type holding struct {
	holder string
	until  time.Time
}

// envelopeLeases knows which pending envelopes are held. Every pending envelope
// with a Seq up to mark is either held or free; those above have never been
// leased, so that a long inbox is never read twice.
type envelopeLeases struct {
	mu   sync.Mutex
	mark uint64
	held map[uint64]holding
	free []uint64 // returned or expired, in order
	ends time.Time
}

// expire frees what is held no longer at now. The earliest end is remembered, so
// that it looks through what is held only when something has ended.
func (l *envelopeLeases) expire(now time.Time) {
	if len(l.held) == 0 || l.ends.After(now) {
		return
	}
	l.ends = time.Time{}
	for seq, h := range l.held {
		if !h.until.After(now) {
			delete(l.held, seq)
			l.free = append(l.free, seq)
		} else if l.ends.IsZero() || h.until.Before(l.ends) {
			l.ends = h.until
		}
	}
	slices.Sort(l.free)
}

// take records that envelopes, in order, are handed out. Those up to mark that
// were looked at and not found are done, and forgotten.
func (l *envelopeLeases) take(lease bot.Lease, looked int, envelopes []bot.Envelope) {
	l.free = slices.Delete(l.free, 0, looked)
	for _, e := range envelopes {
		l.held[e.Seq] = holding{holder: lease.Holder, until: lease.Until}
		l.mark = max(l.mark, e.Seq)
	}
	if len(envelopes) > 0 && (l.ends.IsZero() || lease.Until.Before(l.ends)) {
		l.ends = lease.Until
	}
}

// giveBack frees an envelope if holder holds it.
func (l *envelopeLeases) giveBack(holder string, seq uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if h, ok := l.held[seq]; !ok || h.holder != holder {
		return
	}
	delete(l.held, seq)
	at, _ := slices.BinarySearch(l.free, seq)
	l.free = slices.Insert(l.free, at, seq)
}

// done forgets envelopes that have left the inbox.
func (l *envelopeLeases) done(seqs []uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, seq := range seqs {
		delete(l.held, seq)
	}
}

// deliveryLeases knows which deliveries are held, and which may have been tried
// by somebody other than the one who asks.
type deliveryLeases struct {
	mu sync.Mutex
	// inherited is the last Seq that was given when the file was opened: a
	// delivery up to it may have been tried by an earlier process, unless it is settled.
	inherited uint64
	settled   map[uint64]bool
	held      map[uint64]trial
}

// trial is who may have tried a delivery since its row was last written.
type trial struct {
	holding
	others bool // a holder before this one
}

// lease records that a delivery that is not held is handed out, and says whether
// somebody else may have tried it.
func (l *deliveryLeases) lease(lease bot.Lease, seq uint64) (others bool) {
	t, known := l.held[seq]
	t.others = t.others || known && t.holder != lease.Holder || seq <= l.inherited && !l.settled[seq]
	t.holding = holding{holder: lease.Holder, until: lease.Until}
	l.held[seq] = t
	return t.others
}

// isHeld says whether somebody has a delivery at now.
func (l *deliveryLeases) isHeld(seq uint64, now time.Time) bool {
	t, ok := l.held[seq]
	return ok && t.until.After(now)
}

// add holds new deliveries for those who queued them.
func (l *deliveryLeases) add(added map[uint64]holding) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for seq, h := range added {
		if h.holder != "" {
			l.held[seq] = trial{holding: h}
		}
	}
}

// drop takes back what add did, after a commit that failed.
func (l *deliveryLeases) drop(added map[uint64]holding) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for seq := range added {
		delete(l.held, seq)
	}
}

// put ends the leases of rows that were written: what they say now is all that
// is known.
func (l *deliveryLeases) put(seqs []uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, seq := range seqs {
		delete(l.held, seq)
		if seq <= l.inherited {
			l.settled[seq] = true
		}
	}
}

// done forgets deliveries that have left the outbox.
func (l *deliveryLeases) done(seqs []uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, seq := range seqs {
		delete(l.held, seq)
		delete(l.settled, seq)
	}
}
