package boltstore

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	bolt "github.com/boltdb/bolt"

	"syncfix/bot"
	"syncfix/diagnose"
)

// tx implements bot.Tx. It notes what becomes of leases if it is committed.
type tx struct {
	reader
	added          map[uint64]holding
	putDeliveries  []uint64
	doneDeliveries []uint64
	doneEnvelopes  []uint64
}

func (t *tx) bucket(name string) *bolt.Bucket { return bucket(t.bolt, name) }

func (t *tx) NextNumber() (uint64, error) {
	n, err := t.bucket(bucketCaseIDs).NextSequence()
	if err != nil {
		return 0, fmt.Errorf("taking the next case number: %w", err)
	}
	return n, nil
}

func (t *tx) PutCase(c bot.Case, from uint64) error {
	ordinal, ok := t.ordinal(c.ID)
	var old bot.Case
	switch {
	case ok:
		var err error
		if old, err = t.caseNumbered(ordinal); err != nil {
			return err
		}
		if from == 0 || old.Rev != from {
			return fmt.Errorf("case %q is at revision %d, not %d: %w", c.ID, old.Rev, from, bot.ErrConflict)
		}
	case from != 0:
		return fmt.Errorf("case %q is not there, revision %d was expected: %w", c.ID, from, bot.ErrConflict)
	default:
		n, err := t.bucket(bucketCases).NextSequence()
		if err != nil {
			return fmt.Errorf("numbering case %q: %w", c.ID, err)
		}
		ordinal = number(n)
		if err := put(t.bucket(bucketCaseIDs), text(c.ID), ordinal); err != nil {
			return err
		}
	}
	if err := putJSON(t.bucket(bucketCases), ordinal, c); err != nil {
		return err
	}
	return t.index(ordinal, old, c)
}

// index brings the list of open cases and the due-index from old to next,
// touching only what differs.
func (t *tx) index(ordinal []byte, old, next bot.Case) error {
	open := t.bucket(bucketOpen)
	switch {
	case next.State.Open() && !old.State.Open():
		if err := put(open, ordinal, nil); err != nil {
			return err
		}
	case !next.State.Open() && old.State.Open():
		if err := remove(open, ordinal); err != nil {
			return err
		}
	}
	if err := t.indexOutcome(ordinal, old, next); err != nil {
		return err
	}
	if err := t.indexEnd(ordinal, old, next); err != nil {
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

func (t *tx) indexOutcome(ordinal []byte, old, next bot.Case) error {
	outcomes := t.bucket(bucketOutcomes)
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
func (t *tx) indexEnd(ordinal []byte, old, next bot.Case) error {
	if err := move(t.bucket(bucketClosed), closedKey(old, ordinal), closedKey(next, ordinal)); err != nil {
		return err
	}
	return move(t.bucket(bucketRuns), runsKey(old, ordinal), runsKey(next, ordinal))
}

// closedKey is nil for a case that is not closed.
func closedKey(c bot.Case, ordinal []byte) []byte {
	if c.State.Open() || c.Closed.IsZero() {
		return nil
	}
	return join(instant(c.Closed), ordinal)
}

// runsKey is nil for a case without a playbook.
func runsKey(c bot.Case, ordinal []byte) []byte {
	if c.Hash == "" {
		return nil
	}
	return join(prefix(c.Hash), ordinal)
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

func (t *tx) Bind(key, caseID string) error {
	bound, to, k := t.bucket(bucketBound), t.bucket(bucketBoundTo), text(key)
	if old := bound.Get(k); old != nil && string(old) != caseID {
		if err := remove(to, join(prefix(string(old)), k)); err != nil {
			return err
		}
	}
	if err := put(to, join(prefix(caseID), k), nil); err != nil {
		return err
	}
	return put(bound, k, []byte(caseID))
}

func (t *tx) AppendEvent(caseID string, e bot.Event) error {
	ordinal, ok := t.ordinal(caseID)
	if !ok {
		return fmt.Errorf("an event of case %q: %w", caseID, bot.ErrNotFound)
	}
	events := t.bucket(bucketEvents)
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
	row := inbox.Get(number(seq))
	if row == nil {
		return fmt.Errorf("envelope %d is done already: %w", seq, bot.ErrConflict)
	}
	e, err := unpackEnvelope(row)
	if err != nil {
		return fmt.Errorf("reading envelope %d: %w", seq, err)
	}
	if err := put(t.bucket(bucketInboxDone), join(instant(e.Received), number(seq)), []byte(e.Key)); err != nil {
		return err
	}
	t.doneEnvelopes = append(t.doneEnvelopes, seq)
	return remove(inbox, number(seq))
}

func (t *tx) AddDelivery(d bot.Delivery, holder string, until time.Time) (uint64, error) {
	ids, outbox := t.bucket(bucketOutboxIDs), t.bucket(bucketOutbox)
	id := text(d.ID)
	if ids.Get(id) != nil {
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
	return d.Seq, put(ids, id, number(d.Seq))
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
	row := outbox.Get(number(seq))
	if row == nil {
		return nil
	}
	d, err := decode[bot.Delivery](row)
	if err != nil {
		return fmt.Errorf("reading delivery %d: %w", seq, err)
	}
	if err := put(t.bucket(bucketOutboxDone), join(instant(d.Born), number(seq)), []byte(d.ID)); err != nil {
		return err
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
