package boltstore

import (
	"bytes"
	"fmt"
	"iter"
	"slices"

	bolt "github.com/boltdb/bolt"
)

// eraSize is how many cases, envelopes or deliveries an era has. The trees of so
// many are two or three pages deep, and a bot that has opened 100,000 cases has few
// enough eras to look for a key in all of them.
const eraSize = 8192

// history is what grows until it is pruned: it is the first byte of its eras'
// keys. In one bucket, the tree would get deeper with all that is stored, and a
// commit writes every page from the root to the row that it changes.
type history byte

const (
	caseHistory   history = 'c'
	inboxHistory  history = 'i'
	outboxHistory history = 'o'
)

// era is a stretch of a history: what has a number from first to where the next
// era begins.
type era struct {
	first uint64
	*bolt.Bucket
}

func (h history) key(first uint64) []byte { return append([]byte{byte(h)}, number(first)...) }

// eraAt is nil for a key that is not of the history.
func (r reader) eraAt(h history, key []byte) *era {
	if len(key) != 1+numberSize || key[0] != byte(h) {
		return nil
	}
	return &era{numberIn(key[1:]), bucket(r.bolt, bucketEras).Bucket(key)}
}

// eras are those of a history, newest first. Don't begin or end one meanwhile.
func (r reader) eras(h history) iter.Seq[era] {
	return func(yield func(era) bool) {
		c := bucket(r.bolt, bucketEras).Cursor()
		for e := r.eraAt(h, seekBack(c, h.key(^uint64(0)))); e != nil && yield(*e); {
			k, _ := c.Prev()
			e = r.eraAt(h, k)
		}
	}
}

// eraOf is the era that a number belongs to; nil before the first.
func (r reader) eraOf(h history, n uint64) *era {
	return r.eraAt(h, seekBack(bucket(r.bolt, bucketEras).Cursor(), h.key(n)))
}

// seekBack moves to a key, or to the last one before it, which it returns.
func seekBack(c *bolt.Cursor, key []byte) []byte {
	k, _ := c.Seek(key)
	switch {
	case k == nil:
		k, _ = c.Last()
	case !bytes.Equal(k, key):
		k, _ = c.Prev()
	}
	return k
}

// eraFor is eraOf for a number that is new. The last era ends when it is full.
func (t *tx) eraFor(h history, n uint64) (era, error) {
	if e := t.eraOf(h, n); e != nil && n < e.first+t.eraSize {
		return *e, nil
	}
	b, err := t.bucket(bucketEras).CreateBucket(h.key(n))
	if err != nil {
		return era{}, fmt.Errorf("beginning an era with %d: %w", n, err)
	}
	if h == caseHistory {
		for _, name := range caseParts() {
			if _, err := b.CreateBucket([]byte(name)); err != nil {
				return era{}, fmt.Errorf("making bucket %s of an era: %w", name, err)
			}
		}
	}
	return era{n, b}, nil
}

// endEmpty removes the eras that nothing is left of, but for the newest.
func (t *tx) endEmpty(h history) error {
	all := slices.Collect(t.eras(h))
	for i, e := range all {
		if i == 0 || !isEmpty(e.Bucket) {
			continue
		}
		if err := t.bucket(bucketEras).DeleteBucket(h.key(e.first)); err != nil {
			return fmt.Errorf("ending the era of %d: %w", e.first, err)
		}
	}
	return nil
}

// isEmpty says that there is nothing in a bucket, or in the buckets in it.
func isEmpty(b *bolt.Bucket) bool {
	c := b.Cursor()
	for k, v := c.First(); k != nil; k, v = c.Next() {
		if v != nil || !isEmpty(b.Bucket(k)) {
			return false
		}
	}
	return true
}

// known looks for the key of an envelope, or the ID of a delivery, in all eras.
func (r reader) known(h history, key []byte) bool {
	for e := range r.eras(h) {
		if e.Get(key) != nil {
			return true
		}
	}
	return false
}

// findCase looks for a key in a part of each era of cases, newest first.
func (r reader) findCase(part string, key []byte) (value []byte, in era) {
	for e := range r.eras(caseHistory) {
		if v := e.part(part).Get(key); v != nil {
			return v, e
		}
	}
	return nil, era{}
}

// part is a bucket of an era of cases.
func (e era) part(name string) *bolt.Bucket {
	b := e.Bucket.Bucket([]byte(name))
	if name == partCases {
		b.FillPercent = appendFill
	}
	return b
}
