package boltstore

import (
	"bytes"
	"encoding/json"
	"fmt"

	bolt "github.com/boltdb/bolt"
)

// readThrough reads every row of a file, of whichever schema.
func readThrough(tx *bolt.Tx) error {
	return tx.ForEach(func(name []byte, b *bolt.Bucket) error { return readBucket(b, string(name)) })
}

func readBucket(b *bolt.Bucket, name string) error {
	var last []byte
	c := b.Cursor()
	for k, row := c.First(); k != nil; k, row = c.Next() {
		if last != nil && bytes.Compare(last, k) >= 0 {
			return fmt.Errorf("%w (the rows of %s are out of order)", ErrDamaged, name)
		}
		last = k
		if in := b.Bucket(k); row == nil && in != nil {
			inside := string(k)
			if name == bucketEras {
				inside = string(k[:1]) // the history's
			}
			if err := readBucket(in, inside); err != nil {
				return err
			}
			continue
		}
		if !readable(name, row) {
			return fmt.Errorf("%w (a row of %s can't be read)", ErrDamaged, name)
		}
	}
	return nil
}

// readable says whether a row is what rows of the bucket are.
func readable(bucket string, row []byte) bool {
	switch bucket {
	case bucketInbox:
		_, err := unpackEnvelope(row)
		return err == nil
	case partCases, partEvents, partOutcomes, bucketPlaybooks, bucketOutbox, bucketNotices:
		return json.Valid(row)
	case string(inboxHistory), string(outboxHistory):
		return len(row) == numberSize+timeSize
	case partIDs, oldCaseIDs, oldInboxKeys, oldOutboxIDs:
		return len(row) == numberSize
	case bucketTicks:
		return len(row) == timeSize
	}
	return true
}
