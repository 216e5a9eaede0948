package boltstore

import (
	"fmt"
	"strconv"

	bolt "github.com/boltdb/bolt"
)

// The buckets' names; the package documentation draws them.
const (
	bucketSchema     = "syncfix"
	bucketInbox      = "inbox"
	bucketInboxKeys  = "inbox_keys"
	bucketInboxDone  = "inbox_done"
	bucketCaseIDs    = "case_ids"
	bucketCases      = "cases"
	bucketOpen       = "open"
	bucketTimers     = "timers"
	bucketEvents     = "events"
	bucketOutcomes   = "outcomes"
	bucketClosed     = "closed"
	bucketRuns       = "runs"
	bucketBound      = "bound"
	bucketBoundTo    = "bound_to"
	bucketPlaybooks  = "playbooks"
	bucketOutbox     = "outbox"
	bucketOutboxIDs  = "outbox_ids"
	bucketOutboxDone = "outbox_done"
	bucketNotices    = "notices"
	bucketNoticesAt  = "notices_at"
	bucketTicks      = "ticks"
)

// bucketNames lists all buckets but the schema's.
func bucketNames() []string {
	return []string{
		bucketInbox, bucketInboxKeys, bucketInboxDone,
		bucketCaseIDs, bucketCases, bucketOpen, bucketTimers, bucketEvents,
		bucketOutcomes, bucketClosed, bucketRuns, bucketBound, bucketBoundTo, bucketPlaybooks,
		bucketOutbox, bucketOutboxIDs, bucketOutboxDone,
		bucketNotices, bucketNoticesAt, bucketTicks,
	}
}

// appended lists the buckets whose keys only grow, so that their pages can be
// filled up instead of being split in halves.
func appended(name string) bool {
	switch name {
	case bucketInbox, bucketInboxDone, bucketCases, bucketOpen, bucketOutbox, bucketOutboxDone:
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

// makeBuckets lays out an empty file.
func makeBuckets(tx *bolt.Tx) error {
	for _, name := range bucketNames() {
		if _, err := tx.CreateBucket([]byte(name)); err != nil {
			return fmt.Errorf("making bucket %s: %w", name, err)
		}
	}
	b, err := tx.CreateBucket([]byte(bucketSchema))
	if err != nil {
		return fmt.Errorf("making bucket %s: %w", bucketSchema, err)
	}
	return b.Put([]byte(keySchema), []byte(strconv.Itoa(schema)))
}
