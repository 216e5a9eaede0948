package boltstore

import (
	"bytes"
	"encoding/json"
	"fmt"

	bolt "github.com/boltdb/bolt"
)

// readThrough reads every row of a file.
func readThrough(tx *bolt.Tx) error {
	for _, name := range append(bucketNames(), bucketSchema) {
		b := tx.Bucket([]byte(name))
		if b == nil {
			continue // inspect says which ones must be there
		}
		if err := readBucket(b, name); err != nil {
			return err
		}
	}
	return nil
}

func readBucket(b *bolt.Bucket, name string) error {
	var last []byte
	c := b.Cursor()
	for k, row := c.First(); k != nil; k, row = c.Next() {
		if last != nil && bytes.Compare(last, k) >= 0 {
			return fmt.Errorf("%w (the rows of %s are out of order)", ErrDamaged, name)
		}
		last = k
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
	case bucketCases, bucketEvents, bucketOutcomes, bucketPlaybooks, bucketOutbox, bucketNotices:
		return json.Valid(row)
	case bucketInboxKeys, bucketOutboxIDs, bucketCaseIDs:
		return len(row) == numberSize
	case bucketTicks:
		return len(row) == timeSize
	}
	return true
}
