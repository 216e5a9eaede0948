package boltstore

import (
	"bytes"
	"fmt"
	"strconv"
	"time"

	bolt "github.com/boltdb/bolt"

	"syncfix/bot"
)

// migrations bring a file from one schema to the next; the first one from 1 to 2.
func migrations() []func(tx *tx) error {
	return []func(tx *tx) error{toSchema2, toSchema3}
}

// since is the schema that a bucket came with. Older files may lack it.
func since(bucket string) int {
	switch bucket {
	case bucketOutcomes, bucketClosed, bucketRuns, bucketBoundTo:
		return 2
	case bucketNotices, bucketNoticesAt:
		return 3
	}
	return 1
}

// migrate brings a file of an older schema to ours in one transaction, after
// keeping a copy beside it, which the syncfix that wrote it can open. It writes
// nothing if the schema is ours.
func migrate(db *bolt.DB, now time.Time) error {
	version := 0
	err := db.View(func(tx *bolt.Tx) (err error) {
		version, err = checkSchema(tx)
		return err
	})
	if err != nil || version == schema {
		return err
	}
	kept := beside(db.Path(), "before-schema-"+strconv.Itoa(schema), now)
	if err := (&Store{db: db}).Backup(kept); err != nil {
		return fmt.Errorf("keeping a copy before bringing it from schema %d to %d: %w", version, schema, err)
	}
	err = db.Update(func(b *bolt.Tx) error {
		for _, m := range migrations()[version-1:] {
			if err := m(&tx{reader: reader{b}}); err != nil {
				return err
			}
		}
		return put(b.Bucket([]byte(bucketSchema)), []byte(keySchema), []byte(strconv.Itoa(schema)))
	})
	if err != nil {
		return fmt.Errorf("bringing it from schema %d to %d: %w", version, schema, err)
	}
	return nil
}

// toSchema3 makes room for notices; there are none yet.
func toSchema3(t *tx) error { return t.add(3) }

// add makes the buckets that came with a schema.
func (t *tx) add(version int) error {
	for _, name := range bucketNames() {
		if since(name) != version {
			continue
		}
		if _, err := t.bolt.CreateBucketIfNotExists([]byte(name)); err != nil {
			return fmt.Errorf("making bucket %s: %w", name, err)
		}
	}
	return nil
}

// toSchema2 adds the indexes by which later cases learn, and cases are pruned.
func toSchema2(t *tx) error {
	if err := t.add(2); err != nil {
		return err
	}
	cases := t.bucket(bucketCases).Cursor()
	for ordinal, row := cases.First(); ordinal != nil; ordinal, row = cases.Next() {
		c, err := decode[bot.Case](row)
		if err != nil {
			return fmt.Errorf("reading the case with ordinal %d: %w", numberIn(ordinal), err)
		}
		if err := t.indexOutcome(ordinal, bot.Case{}, c); err != nil {
			return err
		}
		if err := t.indexEnd(ordinal, bot.Case{}, c); err != nil {
			return err
		}
	}
	bound := t.bucket(bucketBound).Cursor()
	for key, id := bound.First(); key != nil; key, id = bound.Next() {
		if err := put(t.bucket(bucketBoundTo), join(prefix(string(id)), bytes.Clone(key)), nil); err != nil {
			return err
		}
	}
	return nil
}
