package boltstore

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	bolt "github.com/boltdb/bolt"

	"syncfix/bot"
	"syncfix/diagnose"
)

// tx implements bot.Tx. It notes what becomes of leases if it is committed.
type tx struct {
	reader
	eraSize        uint64
	added          map[uint64]holding
	putDeliveries  []uint64
	doneDeliveries []uint64
	doneEnvelopes  []uint64
}

func (t *tx) bucket(name string) *bolt.Bucket { return bucket(t.bolt, name) }

func (t *tx) NextNumber() (uint64, error) {
	n, err := t.bucket(bucketSchema).NextSequence()
	if err != nil {
		return 0, fmt.Errorf("taking the next case number: %w", err)
	}
	return n, nil
}

func (t *tx) PutCase(c bot.Case, from uint64) error {
	ordinal, in, ok := t.ordinal(c.ID)
	var old bot.Case
	switch {
	case ok:
		var err error
		if old, err = in.caseNumbered(ordinal); err != nil {
			return err
		}
		if from == 0 || old.Rev != from {
			return fmt.Errorf("case %q is at revision %d, not %d: %w", c.ID, old.Rev, from, bot.ErrConflict)
		}
	case from != 0:
		return fmt.Errorf("case %q is not there, revision %d was expected: %w", c.ID, from, bot.ErrConflict)
	default:
		n, err := t.bucket(bucketEras).NextSequence()
		if err != nil {
			return fmt.Errorf("numbering case %q: %w", c.ID, err)
		}
		if in, err = t.eraFor(caseHistory, n); err != nil {
			return err
		}
		ordinal = number(n)
		if err := put(in.part(partIDs), text(c.ID), ordinal); err != nil {
			return err
		}
	}
	if err := putJSON(in.part(partCases), ordinal, c); err != nil {
		return err
	}
	return t.index(in, ordinal, old, c)
}

// index brings the list of open cases and the due-index from old to next,
// touching only what differs.
func (t *tx) index(in era, ordinal []byte, old, next bot.Case) error {
	open := t.bucket(bucketOpen)
	switch {
	case next.State.Open() && (!old.State.Open() || old.Anchor.Channel != next.Anchor.Channel):
		if err := put(open, ordinal, []byte(next.Anchor.Channel)); err != nil {
			return err
		}
	case !next.State.Open() && old.State.Open():
		if err := remove(open, ordinal); err != nil {
			return err
		}
	}
	if err := in.indexOutcome(ordinal, old, next); err != nil {
		return err
	}
	if err := in.indexEnd(ordinal, old, next); err != nil {
		return err
	}
	timers := t.bucket(bucketTimers)
	for name, due := range old.Timers {
		if now, ok := next.Timers[name]; !ok || !now.Equal(due) {
			if err := remove(timers, timerKey(due, ordinal, name)); err != nil {
				return err
			}
		}
	}
	for name, due := range next.Timers {
		if before, ok := old.Timers[name]; !ok || !before.Equal(due) {
			if err := put(timers, timerKey(due, ordinal, name), []byte(next.ID)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e era) indexOutcome(ordinal []byte, old, next bot.Case) error {
	outcomes := e.part(partOutcomes)
	if o, ok := old.Outcome(); ok {
		if err := remove(outcomes, outcomeKey(old.Playbook, o.At, ordinal)); err != nil {
			return err
		}
	}
	if o, ok := next.Outcome(); ok {
		return putJSON(outcomes, outcomeKey(next.Playbook, o.At, ordinal), o)
	}
	return nil
}

// indexEnd keeps what pruning needs: when a case was closed, and which playbook
// it runs on.
func (e era) indexEnd(ordinal []byte, old, next bot.Case) error {
	if err := move(e.part(partClosed), closedKey(old, ordinal), closedKey(next, ordinal)); err != nil {
		return err
	}
	if old.Hash == next.Hash {
		return nil
	}
	return errors.Join(e.runs(old.Hash, -1), e.runs(next.Hash, 1))
}

// runs counts one case more or less that runs on a playbook.
func (e era) runs(hash string, more int) error {
	if hash == "" {
		return nil
	}
	n := more
	if row := e.part(partRuns).Get(text(hash)); row != nil {
		n += int(numberIn(row))
	}
	if n <= 0 {
		return remove(e.part(partRuns), text(hash))
	}
	return put(e.part(partRuns), text(hash), number(uint64(n)))
}

// closedKey is nil for a case that is not closed.
func closedKey(c bot.Case, ordinal []byte) []byte {
	if c.State.Open() || c.Closed.IsZero() {
		return nil
	}
	return join(instant(c.Closed), ordinal)
}

func outcomeKey(playbook string, at time.Time, ordinal []byte) []byte {
	return join(prefix(playbook), instant(at), ordinal)
}

// prefix is a text at the beginning of a key. It ends with a byte that no text
// has, so that one text may begin with another.
func prefix(s string) []byte { return append(text(s), 0xff) }

func timerKey(due time.Time, ordinal []byte, name bot.Timer) []byte {
	return join(instant(due), ordinal, []byte(name))
}

func (t *tx) Bind(key, caseID string) error { return t.bindKey(text(key), caseID) }

func (t *tx) bindKey(k []byte, caseID string) error {
	_, in, ok := t.ordinal(caseID)
	if !ok { // yet
		var err error
		if in, err = t.eraFor(caseHistory, t.bucket(bucketEras).Sequence()+1); err != nil {
			return err
		}
	}
	if old, was := t.findCase(partBound, k); old != nil && was.first != in.first {
		if err := remove(was.part(partBound), k); err != nil {
			return err
		}
	}
	return put(in.part(partBound), k, []byte(caseID))
}

func (t *tx) AppendEvent(caseID string, e bot.Event) error {
	ordinal, in, ok := t.ordinal(caseID)
	if !ok {
		return fmt.Errorf("an event of case %q: %w", caseID, bot.ErrNotFound)
	}
	events := in.part(partEvents)
	n, err := events.NextSequence()
	if err != nil {
		return fmt.Errorf("numbering an event of case %q: %w", caseID, err)
	}
	return putJSON(events, join(ordinal, number(n)), e)
}

func (t *tx) PutPlaybook(p diagnose.Playbook) error {
	playbooks, key := t.bucket(bucketPlaybooks), text(p.Hash)
	if playbooks.Get(key) != nil {
		return nil
	}
	return putJSON(playbooks, key, p)
}

func (t *tx) DoneEnvelope(seq uint64) error {
	inbox := t.bucket(bucketInbox)
	if inbox.Get(number(seq)) == nil {
		return fmt.Errorf("envelope %d is done already: %w", seq, bot.ErrConflict)
	}
	t.doneEnvelopes = append(t.doneEnvelopes, seq)
	return remove(inbox, number(seq))
}

func (t *tx) AddDelivery(d bot.Delivery, holder string, until time.Time) (uint64, error) {
	outbox, id := t.bucket(bucketOutbox), text(d.ID)
	if t.known(outboxHistory, id) {
		return 0, nil
	}
	var err error
	if d.Seq, err = outbox.NextSequence(); err != nil {
		return 0, fmt.Errorf("numbering delivery %q: %w", d.ID, err)
	}
	if err := putJSON(outbox, number(d.Seq), d); err != nil {
		return 0, err
	}
	t.added[d.Seq] = holding{holder: holder, until: until}
	in, err := t.eraFor(outboxHistory, d.Seq)
	if err != nil {
		return 0, err
	}
	return d.Seq, put(in.Bucket, id, join(number(d.Seq), instant(d.Born)))
}

func (t *tx) PutDelivery(d bot.Delivery) error {
	outbox := t.bucket(bucketOutbox)
	if outbox.Get(number(d.Seq)) == nil {
		return fmt.Errorf("delivery %d: %w", d.Seq, bot.ErrNotFound)
	}
	t.putDeliveries = append(t.putDeliveries, d.Seq)
	return putJSON(outbox, number(d.Seq), d)
}

func (t *tx) DoneDelivery(seq uint64) error {
	outbox := t.bucket(bucketOutbox)
	if outbox.Get(number(seq)) == nil {
		return nil
	}
	t.doneDeliveries = append(t.doneDeliveries, seq)
	return remove(outbox, number(seq))
}

func (t *tx) MarkTick(job string, due time.Time) error {
	last, err := t.LastTick(job)
	if err != nil || !due.After(last) {
		return err
	}
	return put(t.bucket(bucketTicks), text(job), instant(due))
}

func (t *tx) PutNotice(key string, n bot.Notice) error {
	old, ok, err := t.Notice(key)
	if err != nil || ok && !n.At.After(old.At) {
		return err
	}
	n.At = n.At.UTC()
	var from []byte
	if ok {
		from = noticeKey(old, key)
	}
	if err := move(t.bucket(bucketNoticesAt), from, noticeKey(n, key)); err != nil {
		return err
	}
	return putJSON(t.bucket(bucketNotices), text(key), n)
}

func noticeKey(n bot.Notice, key string) []byte { return join(instant(n.At), text(key)) }

func put(b *bolt.Bucket, key, value []byte) error {
	if err := b.Put(key, value); err != nil {
		return fmt.Errorf("writing key %x: %w", key, err)
	}
	return nil
}

// move replaces one key without a value by another; nil is none.
func move(b *bolt.Bucket, from, to []byte) error {
	if bytes.Equal(from, to) {
		return nil
	}
	if from != nil {
		if err := remove(b, from); err != nil {
			return err
		}
	}
	if to != nil {
		return put(b, to, nil)
	}
	return nil
}

func putJSON(b *bolt.Bucket, key []byte, v any) error {
	row, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("packing %T: %w", v, err)
	}
	return put(b, key, row)
}

func remove(b *bolt.Bucket, key []byte) error {
	if err := b.Delete(key); err != nil {
		return fmt.Errorf("removing key %x: %w", key, err)
	}
	return nil
}
