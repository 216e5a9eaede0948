package boltstore

import (
	"bytes"
	"fmt"
	"time"

	bolt "github.com/boltdb/bolt"

	"syncfix/bot"
)

func (t *tx) Prune(before time.Time, most int) (int, error) {
	if _, err := t.forget(bucketOutboxDone, bucketOutboxIDs, before, most); err != nil {
		return 0, fmt.Errorf("pruning delivery ids: %w", err)
	}
	n, err := t.forget(bucketInboxDone, bucketInboxKeys, before, most)
	if err != nil {
		return 0, fmt.Errorf("pruning inbox keys: %w", err)
	}
	return n, t.pruneNotices(before, most)
}

func (t *tx) pruneNotices(before time.Time, most int) error {
	var old [][]byte
	cursor := t.bucket(bucketNoticesAt).Cursor()
	for k, _ := cursor.First(); k != nil && len(old) < most && instantIn(k).Before(before); k, _ = cursor.Next() {
		old = append(old, bytes.Clone(k))
	}
	for _, k := range old {
		if err := remove(t.bucket(bucketNoticesAt), k); err != nil {
			return err
		}
		if err := remove(t.bucket(bucketNotices), k[timeSize:]); err != nil {
			return err
		}
	}
	return nil
}

// forget removes up to most rows of done that are older than before, with the
// keys they name.
func (t *tx) forget(done, keys string, before time.Time, most int) (int, error) {
	type row struct{ at, key []byte }
	var old []row
	cursor := t.bucket(done).Cursor()
	for k, name := cursor.First(); k != nil && len(old) < most && instantIn(k).Before(before); k, name = cursor.Next() {
		old = append(old, row{at: bytes.Clone(k), key: text(string(name))})
	}
	for _, r := range old {
		if err := remove(t.bucket(done), r.at); err != nil {
			return 0, err
		}
		if err := remove(t.bucket(keys), r.key); err != nil {
			return 0, err
		}
	}
	return len(old), nil
}

func (t *tx) PruneCases(before time.Time, most int) (int, error) {
	var old [][]byte
	cursor := t.bucket(bucketClosed).Cursor()
	for k, _ := cursor.First(); k != nil && len(old) < most && instantIn(k).Before(before); k, _ = cursor.Next() {
		old = append(old, bytes.Clone(k[timeSize:]))
	}
	for _, ordinal := range old {
		if err := t.pruneCase(ordinal); err != nil {
			return 0, fmt.Errorf("pruning the case with ordinal %d: %w", numberIn(ordinal), err)
		}
	}
	return len(old), nil
}

// pruneCase removes a case and all that is there because of it.
func (t *tx) pruneCase(ordinal []byte) error {
	c, err := t.caseNumbered(ordinal)
	if err != nil {
		return err
	}
	if err := t.index(ordinal, c, bot.Case{}); err != nil {
		return err
	}
	for _, key := range tails(t.bucket(bucketEvents), ordinal) {
		if err := remove(t.bucket(bucketEvents), join(ordinal, key)); err != nil {
			return err
		}
	}
	to := prefix(c.ID)
	for _, key := range tails(t.bucket(bucketBoundTo), to) {
		if err := remove(t.bucket(bucketBoundTo), join(to, key)); err != nil {
			return err
		}
		if err := remove(t.bucket(bucketBound), key); err != nil {
			return err
		}
	}
	if len(tails(t.bucket(bucketRuns), prefix(c.Hash))) == 0 {
		if err := remove(t.bucket(bucketPlaybooks), text(c.Hash)); err != nil {
			return err
		}
	}
	if err := remove(t.bucket(bucketCaseIDs), text(c.ID)); err != nil {
		return err
	}
	return remove(t.bucket(bucketCases), ordinal)
}

// tails are what follows the beginning in those keys that begin so.
func tails(b *bolt.Bucket, beginning []byte) [][]byte {
	var out [][]byte
	c := b.Cursor()
	for k, _ := c.Seek(beginning); bytes.HasPrefix(k, beginning); k, _ = c.Next() {
		out = append(out, bytes.Clone(k[len(beginning):]))
	}
	return out
}
