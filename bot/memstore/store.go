package memstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"syncfix/bot"
)

var errClosed = errors.New("the memory store is closed")

// Store is a bot.Store in memory. Make one with New; it is safe for use by many
// goroutines.
type Store struct {
	mu     sync.RWMutex
	tables tables
	closed bool
}

// New makes an empty store.
func New() *Store { return &Store{tables: newTables()} }

// File implements bot.Store.
func (s *Store) File(ctx context.Context, envelopes []bot.Envelope) ([]bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(ctx); err != nil {
		return nil, err
	}
	next := s.tables.lastEnvelope
	fresh := make([]bool, len(envelopes))
	rows := make(map[string]pending, len(envelopes))
	for i, e := range envelopes {
		_, known := s.tables.keys[e.Key]
		if _, twice := rows[e.Key]; known || twice {
			continue
		}
		next++
		e.Seq = next
		body, err := encode(e)
		if err != nil {
			return nil, fmt.Errorf("filing envelope %q: %w", e.Key, err)
		}
		rows[e.Key] = pending{seq: next, received: e.Received, body: body}
		fresh[i] = true
	}
	for key, row := range rows {
		s.tables.keys[key] = known{received: row.received}
		s.tables.inbox[row.seq] = inboxRow{key: key, received: row.received, body: row.body}
	}
	s.tables.lastEnvelope = next
	return fresh, nil
}

// pending is an envelope about to be filed.
type pending struct {
	seq      uint64
	received time.Time
	body     []byte
}

// LeaseEnvelopes implements bot.Store.
func (s *Store) LeaseEnvelopes(ctx context.Context, lease bot.Lease) ([]bot.Envelope, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(ctx); err != nil {
		return nil, err
	}
	var out []bot.Envelope
	for _, seq := range sorted(s.tables.inbox) {
		if len(out) >= lease.Max {
			break
		}
		row := s.tables.inbox[seq]
		if row.until.After(lease.Now) {
			continue
		}
		e, err := decode[bot.Envelope](row.body)
		if err != nil {
			return nil, fmt.Errorf("reading envelope %d: %w", seq, err)
		}
		row.holder, row.until = lease.Holder, lease.Until
		s.tables.inbox[seq] = row
		out = append(out, e)
	}
	return out, nil
}

// ReturnEnvelope implements bot.Store.
func (s *Store) ReturnEnvelope(ctx context.Context, holder string, seq uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(ctx); err != nil {
		return err
	}
	if row, ok := s.tables.inbox[seq]; ok && row.holder == holder {
		row.holder, row.until = "", time.Time{}
		s.tables.inbox[seq] = row
	}
	return nil
}

// LeaseDeliveries implements bot.Store.
func (s *Store) LeaseDeliveries(ctx context.Context, lease bot.Lease) ([]bot.Delivery, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(ctx); err != nil {
		return nil, err
	}
	var out []bot.Delivery
	for _, seq := range sorted(s.tables.outbox) {
		if len(out) >= lease.Max {
			break
		}
		row := s.tables.outbox[seq]
		if row.until.After(lease.Now) {
			continue
		}
		d, err := decode[bot.Delivery](row.body)
		if err != nil {
			return nil, fmt.Errorf("reading delivery %d: %w", seq, err)
		}
		if d.Dead || d.NotUntil.After(lease.Now) {
			continue
		}
		row.tried = row.tried || row.holder != "" && row.holder != lease.Holder
		row.holder, row.until = lease.Holder, lease.Until
		s.tables.outbox[seq] = row
		d.Uncertain = d.Uncertain || row.tried && !d.Untried
		out = append(out, d)
	}
	return out, nil
}

// Update implements bot.Store.
func (s *Store) Update(ctx context.Context, fn func(tx bot.Tx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(ctx); err != nil {
		return err
	}
	next := s.tables.clone()
	if err := fn(tx{reader{&next}}); err != nil {
		return err
	}
	s.tables = next
	return nil
}

// View implements bot.Store.
func (s *Store) View(ctx context.Context, fn func(tx bot.Reader) error) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := s.usable(ctx); err != nil {
		return err
	}
	return fn(reader{&s.tables})
}

// Close implements bot.Store. Closing twice is no error.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return nil
}

func (s *Store) usable(ctx context.Context) error {
	if s.closed {
		return errClosed
	}
	return ctx.Err()
}

// sorted returns a table's keys in order.
func sorted[K cmp.Ordered, V any](table map[K]V) []K {
	keys := make([]K, 0, len(table))
	for k := range table {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
