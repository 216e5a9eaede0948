package boltstore

import (
	"fmt"
	"strconv"

	bolt "github.com/boltdb/bolt"
)

// The buckets' names; the package documentation draws them.
const (
	bucketSchema    = "syncfix"
	bucketInbox     = "inbox"
	bucketOpen      = "open"
	bucketTimers    = "timers"
	bucketPlaybooks = "playbooks"
	bucketOutbox    = "outbox"
	bucketNotices   = "notices"
	bucketNoticesAt = "notices_at"
	bucketTicks     = "ticks"
	bucketEras      = "eras"
)

// The buckets of an era of cases.
const (
	partIDs      = "ids"
	partCases    = "cases"
	partEvents   = "events"
	partOutcomes = "outcomes"
	partClosed   = "closed"
	partRuns     = "runs"
	partBound    = "bound"
)

// bucketNames lists all buckets but the schema's.
func bucketNames() []string {
	return []string{
		bucketInbox, bucketOpen, bucketTimers, bucketPlaybooks, bucketOutbox,
		bucketNotices, bucketNoticesAt, bucketTicks, bucketEras,
	}
}

func caseParts() []string {
	return []string{partIDs, partCases, partEvents, partOutcomes, partClosed, partRuns, partBound}
}

// appended lists the buckets whose keys only grow, so that their pages can be
// filled up instead of being split in halves.
func appended(name string) bool {
	switch name {
	case bucketInbox, bucketOpen, bucketOutbox:
		return true
	}
	return false
}

// appendFill is how full a page of an appended bucket gets: nearly, with room
// for a value that grows a little.
const appendFill = 0.9

// bucket returns a bucket that Open has made sure of.
func bucket(tx *bolt.Tx, name string) *bolt.Bucket {
	b := tx.Bucket([]byte(name))
	if appended(name) {
		b.FillPercent = appendFill
	}
	return b
}

// makeBuckets makes those buckets of our schema that a file lacks: all of them,
// if it is empty.
func makeBuckets(tx *bolt.Tx) error {
	for _, name := range bucketNames() {
		if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
			return fmt.Errorf("making bucket %s: %w", name, err)
		}
	}
	b, err := tx.CreateBucketIfNotExists([]byte(bucketSchema))
	if err != nil {
		return fmt.Errorf("making bucket %s: %w", bucketSchema, err)
	}
	return put(b, []byte(keySchema), []byte(strconv.Itoa(schema)))
}
