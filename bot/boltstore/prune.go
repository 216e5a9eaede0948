package boltstore

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	bolt "github.com/boltdb/bolt"

	"syncfix/bot"
)

func (t *tx) Prune(before time.Time, most int) (int, error) {
	if _, err := t.forget(outboxHistory, bucketOutbox, before, most); err != nil {
		return 0, fmt.Errorf("pruning delivery ids: %w", err)
	}
	n, err := t.forget(inboxHistory, bucketInbox, before, most)
	if err != nil {
		return 0, fmt.Errorf("pruning inbox keys: %w", err)
	}
	return n, t.pruneNotices(before, most)
}

func (t *tx) pruneNotices(before time.Time, most int) error {
	for _, r := range firstBefore(t.bucket(bucketNoticesAt), before, most) {
		if err := remove(t.bucket(bucketNoticesAt), r.key); err != nil {
			return err
		}
		if err := remove(t.bucket(bucketNotices), r.key[timeSize:]); err != nil {
			return err
		}
	}
	return nil
}

// firstBefore copies the first rows of a bucket whose keys begin with a time, at
// most so many, and those only whose time is before another.
func firstBefore(b *bolt.Bucket, before time.Time, most int) (rows []row) {
	cursor := b.Cursor()
	for k, v := cursor.First(); k != nil && len(rows) < most && instantIn(k).Before(before); k, v = cursor.Next() {
		rows = append(rows, row{bytes.Clone(k), bytes.Clone(v)})
	}
	return rows
}

// forget removes up to most keys that are older than before, the oldest first, of
// what is no longer pending.
func (t *tx) forget(h history, pending string, before time.Time, most int) (int, error) {
	var old []row // by time and number
	for e := range t.eras(h) {
		c := e.Cursor()
		for k, v := c.First(); k != nil; k, v = c.Next() {
			seq, at := v[:numberSize], v[numberSize:]
			if instantIn(at).Before(before) && t.bucket(pending).Get(seq) == nil {
				old = append(old, row{join(at, seq), bytes.Clone(k)})
			}
		}
		old = first(old, most)
	}
	for _, r := range old {
		if err := remove(t.eraOf(h, numberIn(r.key[timeSize:])).Bucket, r.value); err != nil {
			return 0, err
		}
	}
	return len(old), t.endEmpty(h)
}

// first are the rows with the smallest keys, at most so many.
func first(rows []row, most int) []row {
	slices.SortFunc(rows, func(a, b row) int { return bytes.Compare(a.key, b.key) })
	return rows[:min(len(rows), most)]
}

func (t *tx) PruneCases(before time.Time, most int) (int, error) {
	var old []row
	for e := range t.eras(caseHistory) {
		old = first(append(old, firstBefore(e.part(partClosed), before, most)...), most)
	}
	ids, hashes := map[string]bool{}, map[string]bool{}
	for _, r := range old {
		c, err := t.pruneCase(r.key[timeSize:])
		if err != nil {
			return 0, fmt.Errorf("pruning the case with ordinal %d: %w", numberIn(r.key[timeSize:]), err)
		}
		ids[c.ID], hashes[c.Hash] = true, true
	}
	if err := t.unbind(ids); err != nil {
		return 0, err
	}
	for hash := range hashes {
		if runs, _ := t.findCase(partRuns, text(hash)); runs == nil {
			if err := remove(t.bucket(bucketPlaybooks), text(hash)); err != nil {
				return 0, err
			}
		}
	}
	return len(old), t.endEmpty(caseHistory)
}

// pruneCase removes a case, its events, and what indexes it.
func (t *tx) pruneCase(ordinal []byte) (c bot.Case, err error) {
	in, err := t.caseEra(ordinal)
	if err != nil {
		return c, err
	}
	if c, err = in.caseNumbered(ordinal); err != nil {
		return c, err
	}
	if err := t.index(in, ordinal, c, bot.Case{}); err != nil {
		return c, err
	}
	for _, key := range keysIn(in.part(partEvents), ordinal) {
		if err := remove(in.part(partEvents), key); err != nil {
			return c, err
		}
	}
	if err := remove(in.part(partIDs), text(c.ID)); err != nil {
		return c, err
	}
	return c, remove(in.part(partCases), ordinal)
}

// unbind removes the keys that lead to cases. One may have been bound in an
// earlier era, before its case was there.
func (t *tx) unbind(ids map[string]bool) error {
	if len(ids) == 0 {
		return nil
	}
	for e := range t.eras(caseHistory) {
		var keys [][]byte
		c := e.part(partBound).Cursor()
		for k, id := c.First(); k != nil; k, id = c.Next() {
			if ids[string(id)] {
				keys = append(keys, bytes.Clone(k))
			}
		}
		for _, k := range keys {
			if err := remove(e.part(partBound), k); err != nil {
				return err
			}
		}
	}
	return nil
}

// keysIn are the keys that begin so.
func keysIn(b *bolt.Bucket, beginning []byte) [][]byte {
	var out [][]byte
	c := b.Cursor()
	for k, _ := c.Seek(beginning); bytes.HasPrefix(k, beginning); k, _ = c.Next() {
		out = append(out, bytes.Clone(k))
	}
	return out
}
