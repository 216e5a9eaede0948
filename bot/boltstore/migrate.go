package boltstore

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"time"

	bolt "github.com/boltdb/bolt"

	"syncfix/bot"
)

// The buckets of schemas 1 to 3 that ours has no more. They were not in eras, and
// the sequences of the first two are now those of the schema's bucket and of eras.
const (
	oldCaseIDs    = "case_ids"
	oldCases      = "cases"
	oldEvents     = "events"
	oldBound      = "bound"
	oldInboxKeys  = "inbox_keys"
	oldInboxDone  = "inbox_done"
	oldOutboxIDs  = "outbox_ids"
	oldOutboxDone = "outbox_done"
	oldOutcomes   = "outcomes"
	oldClosed     = "closed"
	oldRuns       = "runs"
	oldBoundTo    = "bound_to"
)

// namesOf lists the buckets that every file of a schema has, but the schema's.
func namesOf(version int) []string {
	if version >= schema {
		return bucketNames()
	}
	names := []string{
		bucketInbox, bucketOpen, bucketTimers, bucketPlaybooks, bucketOutbox, bucketTicks,
		oldCaseIDs, oldCases, oldEvents, oldBound, oldInboxKeys, oldInboxDone, oldOutboxIDs, oldOutboxDone,
	}
	if version >= 3 {
		names = append(names, bucketNotices, bucketNoticesAt)
	}
	return names
}

// migrate brings a file of an older schema to ours in one transaction, after
// keeping a copy beside it, which the syncfix that wrote it can open. It writes
// nothing if the schema is ours. The transaction holds all that is stored in
// memory.
func migrate(db *bolt.DB, now time.Time) error {
	version := 0
	err := db.View(func(tx *bolt.Tx) (err error) {
		version, err = checkSchema(tx)
		return err
	})
	if err != nil || version == schema {
		return err
	}
	path, err := followed(db.Path())
	if err != nil {
		return err
	}
	kept := beside(path, "before-schema-"+strconv.Itoa(schema), now)
	if err := (&Store{db: db}).backup(kept, path); err != nil {
		return fmt.Errorf("keeping a copy before bringing it from schema %d to %d: %w", version, schema, err)
	}
	if err := db.Update(func(b *bolt.Tx) error { return toEras(&tx{reader: reader{b}, eraSize: eraSize}) }); err != nil {
		return fmt.Errorf("bringing it from schema %d to %d: %w", version, schema, err)
	}
	return nil
}

// toEras brings any older schema to ours. What can be told from the cases, as the
// indexes that came with schema 2, is made anew.
func toEras(t *tx) error {
	if err := makeBuckets(t.bolt); err != nil {
		return err
	}
	cases := t.bucket(oldCases)
	if err := errors.Join(
		t.bucket(bucketSchema).SetSequence(t.bucket(oldCaseIDs).Sequence()),
		t.bucket(bucketEras).SetSequence(cases.Sequence()),
	); err != nil {
		return fmt.Errorf("keeping the numbers given: %w", err)
	}
	err := eachRow(cases, func(ordinal, row []byte) error {
		c, err := decode[bot.Case](row)
		if err != nil {
			return fmt.Errorf("reading the case with ordinal %d: %w", numberIn(ordinal), err)
		}
		return t.moveCase(ordinal, row, c)
	})
	if err != nil {
		return err
	}
	if err := eachRow(t.bucket(oldBound), func(key, id []byte) error { return t.bindKey(key, string(id)) }); err != nil {
		return err
	}
	if err := errors.Join(t.moveKeys(oldInboxKeys, oldInboxDone, inboxHistory), t.moveKeys(oldOutboxIDs, oldOutboxDone, outboxHistory)); err != nil {
		return err
	}
	return t.dropOld()
}

// moveCase moves a case and its events into an era.
func (t *tx) moveCase(ordinal, row []byte, c bot.Case) error {
	in, err := t.eraFor(caseHistory, numberIn(ordinal))
	if err != nil {
		return err
	}
	if err := errors.Join(
		put(in.part(partIDs), text(c.ID), ordinal), put(in.part(partCases), ordinal, row),
		in.indexOutcome(ordinal, bot.Case{}, c), in.indexEnd(ordinal, bot.Case{}, c),
	); err != nil {
		return err
	}
	from := t.bucket(oldEvents)
	for _, key := range keysIn(from, ordinal) {
		if err := put(in.part(partEvents), key, from.Get(key)); err != nil {
			return err
		}
	}
	return in.part(partEvents).SetSequence(from.Sequence())
}

// moveKeys moves the keys of envelopes or deliveries into eras, with their times.
func (t *tx) moveKeys(keys, done string, h history) error {
	times := map[uint64][]byte{}
	err := eachRow(t.bucket(done), func(k, _ []byte) error {
		times[numberIn(k[timeSize:])] = k[:timeSize]
		return nil
	})
	if err != nil {
		return err
	}
	var all []row
	if err := eachRow(t.bucket(keys), func(key, seq []byte) error {
		all = append(all, row{seq, key})
		return nil
	}); err != nil {
		return err
	}
	for _, r := range first(all, len(all)) {
		seq := numberIn(r.key)
		at, ok := times[seq]
		if !ok {
			if at, err = t.pendingSince(h, r.key); err != nil {
				return err
			}
		}
		in, err := t.eraFor(h, seq)
		if err != nil {
			return err
		}
		if err := put(in.Bucket, r.value, join(r.key, at)); err != nil {
			return err
		}
	}
	return nil
}

// pendingSince is when an envelope came, or a delivery was born, that is not done.
func (t *tx) pendingSince(h history, seq []byte) ([]byte, error) {
	if h == inboxHistory {
		e, err := unpackEnvelope(t.bucket(bucketInbox).Get(seq))
		if err != nil {
			return nil, fmt.Errorf("reading envelope %d: %w", numberIn(seq), err)
		}
		return instant(e.Received), nil
	}
	d, err := decode[bot.Delivery](t.bucket(bucketOutbox).Get(seq))
	if err != nil {
		return nil, fmt.Errorf("reading delivery %d: %w", numberIn(seq), err)
	}
	return instant(d.Born), nil
}

func (t *tx) dropOld() error {
	for _, name := range []string{
		oldCaseIDs, oldCases, oldEvents, oldBound, oldInboxKeys, oldInboxDone, oldOutboxIDs, oldOutboxDone,
		oldOutcomes, oldClosed, oldRuns, oldBoundTo,
	} {
		if err := t.bolt.DeleteBucket([]byte(name)); err != nil && !errors.Is(err, bolt.ErrBucketNotFound) {
			return fmt.Errorf("removing bucket %s: %w", name, err)
		}
	}
	return nil
}

// eachRow calls fn with copies of all rows of a bucket that nobody changes.
func eachRow(b *bolt.Bucket, fn func(k, v []byte) error) error {
	c := b.Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		if err := fn(bytes.Clone(k), bytes.Clone(v)); err != nil {
			return err
		}
	}
	return nil
}
