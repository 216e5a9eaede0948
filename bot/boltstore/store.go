package boltstore

import (
	"context"
	"fmt"
	"sync"
	"time"

	bolt "github.com/boltdb/bolt"

	"syncfix/bot"
)

// Store is a bot.Store in a file. It is safe for use by many goroutines. Don't
// call it from within a transaction.
type Store struct {
	db         *bolt.DB
	eraSize    uint64
	updating   sync.Mutex // held until what an Update means for leases is noted
	envelopes  envelopeLeases
	deliveries deliveryLeases
	outage     outage
	restored   time.Time
	committed  func(took time.Duration, err error)
}

var _ bot.Store = (*Store)(nil)

// File implements bot.Store: one transaction, however many envelopes.
func (s *Store) File(ctx context.Context, envelopes []bot.Envelope) ([]bool, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	fresh := make([]bool, len(envelopes))
	err := s.commit(func(b *bolt.Tx) error {
		t := &tx{reader: reader{b}, eraSize: s.eraSize}
		for i, e := range envelopes {
			var err error
			if fresh[i], err = t.file(e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("filing %d envelopes: %w", len(envelopes), err)
	}
	return fresh, nil
}

// commit runs fn in a transaction. What fails after fn is the disk's.
func (s *Store) commit(fn func(tx *bolt.Tx) error) error {
	ran := false
	var began time.Time
	err := s.db.Update(func(tx *bolt.Tx) error {
		began = time.Now()
		err := fn(tx)
		ran = err == nil
		return err
	})
	if !ran {
		return err
	}
	s.committed(time.Since(began), err)
	return s.outage.noted(s.db.Path(), err)
}

func (t *tx) file(e bot.Envelope) (fresh bool, err error) {
	inbox, key := t.bucket(bucketInbox), text(e.Key)
	if t.known(inboxHistory, key) {
		return false, nil
	}
	if e.Seq, err = inbox.NextSequence(); err != nil {
		return false, fmt.Errorf("numbering envelope %q: %w", e.Key, err)
	}
	row, err := packEnvelope(e)
	if err != nil {
		return false, fmt.Errorf("packing envelope %q: %w", e.Key, err)
	}
	if err := put(inbox, number(e.Seq), row); err != nil {
		return false, err
	}
	in, err := t.eraFor(inboxHistory, e.Seq)
	if err != nil {
		return false, err
	}
	return true, put(in.Bucket, key, join(number(e.Seq), instant(e.Received)))
}

// LeaseEnvelopes implements bot.Store. It writes nothing.
func (s *Store) LeaseEnvelopes(ctx context.Context, lease bot.Lease) ([]bot.Envelope, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.envelopes.mu.Lock()
	defer s.envelopes.mu.Unlock()
	s.envelopes.expire(lease.Now)
	var out []bot.Envelope
	looked := 0
	err := s.db.View(func(tx *bolt.Tx) error {
		inbox := bucket(tx, bucketInbox)
		for _, seq := range s.envelopes.free {
			if len(out) >= lease.Max {
				return nil
			}
			looked++
			if row := inbox.Get(number(seq)); row != nil {
				e, err := unpackEnvelope(row)
				if err != nil {
					return fmt.Errorf("reading envelope %d: %w", seq, err)
				}
				out = append(out, e)
			}
		}
		cursor := inbox.Cursor()
		for k, row := cursor.Seek(number(s.envelopes.mark + 1)); k != nil && len(out) < lease.Max; k, row = cursor.Next() {
			e, err := unpackEnvelope(row)
			if err != nil {
				return fmt.Errorf("reading envelope %d: %w", numberIn(k), err)
			}
			out = append(out, e)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("leasing envelopes: %w", err)
	}
	s.envelopes.take(lease, looked, out)
	return out, nil
}

// ReturnEnvelope implements bot.Store.
func (s *Store) ReturnEnvelope(ctx context.Context, holder string, seq uint64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.envelopes.giveBack(holder, seq)
	return nil
}

// LeaseDeliveries implements bot.Store. It writes nothing.
func (s *Store) LeaseDeliveries(ctx context.Context, lease bot.Lease) ([]bot.Delivery, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.deliveries.mu.Lock()
	defer s.deliveries.mu.Unlock()
	var out []bot.Delivery
	err := s.db.View(func(tx *bolt.Tx) error {
		cursor := bucket(tx, bucketOutbox).Cursor()
		for k, row := cursor.First(); k != nil && len(out) < lease.Max; k, row = cursor.Next() {
			if s.deliveries.isHeld(numberIn(k), lease.Now) {
				continue
			}
			d, err := decode[bot.Delivery](row)
			if err != nil {
				return fmt.Errorf("reading delivery %d: %w", numberIn(k), err)
			}
			if !d.Dead && !d.NotUntil.After(lease.Now) {
				out = append(out, d)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("leasing deliveries: %w", err)
	}
	for i, d := range out {
		if s.deliveries.lease(lease, d.Seq) && !d.Untried {
			out[i].Uncertain = true
		}
	}
	return out, nil
}

// Update implements bot.Store.
func (s *Store) Update(ctx context.Context, fn func(tx bot.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.updating.Lock()
	defer s.updating.Unlock()
	t := &tx{added: map[uint64]holding{}, eraSize: s.eraSize}
	// What is added is held before anybody can see it; what is finished is let
	// go only when everybody can.
	held := false
	defer func() {
		if held {
			s.deliveries.drop(t.added)
		}
	}()
	err := s.commit(func(b *bolt.Tx) error {
		t.reader = reader{b}
		if err := fn(t); err != nil {
			return err
		}
		s.deliveries.add(t.added)
		held = true
		return nil
	})
	if err != nil {
		return err
	}
	held = false
	s.envelopes.done(t.doneEnvelopes)
	s.deliveries.put(t.putDeliveries)
	s.deliveries.done(t.doneDeliveries)
	return nil
}

// View implements bot.Store. Keep it short: a file that has to grow waits for
// all readers.
func (s *Store) View(ctx context.Context, fn func(tx bot.Reader) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.db.View(func(b *bolt.Tx) error { return fn(reader{b}) })
}

// Restored is when Restore put this store, or one that it was copied from, in the
// place of another; zero: never.
func (s *Store) Restored() time.Time { return s.restored }

// Close implements bot.Store. Closing twice is no error.
func (s *Store) Close() error {
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("closing the store: %w", err)
	}
	return nil
}
