package boltstore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	bolt "github.com/boltdb/bolt"
)

// What bolt's pages look like (go.etcd.io/bbolt v1.3: page.go, bucket.go, db.go).
// Numbers are in the machine's order.
const (
	headerSize  = 16 // id 8, kind 2, count 2, overflow 4
	elementSize = 16 // branch: pos 4, ksize 4, child 8; leaf: kind 4, pos 4, ksize 4, vsize 4
	bucketSize  = 16 // root 8, sequence 8; with root 0 a page follows
	metaSize    = 64 // magic 4, version 4, page size 4, kind 4, root 8+8, freelist 8, high water mark 8, txid 8, checksum 8

	branchPage   = 0x01
	leafPage     = 0x02
	freelistPage = 0x10
	bucketLeaf   = 0x01
	noFreelist   = ^uint64(0)
	manyFree     = 0xFFFF // then the count comes first among the ids
)

// pages checks how a file's pages hang together before bolt follows them: bolt
// trusts them, and one that is damaged can send it in circles, or make it give
// away a page that is in use. The file is read, not mapped.
type pages struct {
	file io.ReaderAt
	size int    // of a page
	high uint64 // the first page that was never used
	used []bool
}

// checkPages checks all pages that the transaction can reach, and the list of
// free ones.
func checkPages(tx *bolt.Tx, file io.ReaderAt) error {
	p := pages{file: file, size: tx.DB().Info().PageSize}
	p.high = uint64(tx.Size()) / uint64(p.size)
	free := noFreelist
	root, found := uint64(0), false
	for i := range 2 {
		meta := make([]byte, headerSize+metaSize)
		if _, err := file.ReadAt(meta, int64(i*p.size)); err != nil {
			return fmt.Errorf("reading the file's start: %w", err)
		}
		if m := meta[headerSize:]; number64(m[48:]) == uint64(tx.ID()) {
			root, free, found = number64(m[16:]), number64(m[32:]), true
		}
	}
	if !found {
		return fmt.Errorf("%w (its start changes)", ErrDamaged)
	}
	p.used = make([]bool, p.high)
	if err := p.tree(root, nil, nil); err != nil {
		return err
	}
	if free == noFreelist {
		return nil
	}
	return p.freelist(free)
}

func number64(b []byte) uint64 { return binary.NativeEndian.Uint64(b) }
func number32(b []byte) uint64 { return uint64(binary.NativeEndian.Uint32(b)) }
func number16(b []byte) uint64 { return uint64(binary.NativeEndian.Uint16(b)) }

var errCircle = errors.New("it is used twice")

// read takes a page, with those it overflows to, that nobody has taken before.
func (p *pages) read(id uint64) ([]byte, error) {
	damaged := func(why error) error { return fmt.Errorf("%w (page %d: %w)", ErrDamaged, id, why) }
	if id < 2 || id >= p.high {
		return nil, damaged(errors.New("there is no such page"))
	}
	header := make([]byte, headerSize)
	if _, err := p.file.ReadAt(header, int64(id)*int64(p.size)); err != nil {
		return nil, damaged(err)
	}
	overflow := number32(header[12:])
	if number64(header) != id || overflow >= p.high-id {
		return nil, damaged(errors.New("it is not what it should be"))
	}
	for i := id; i <= id+overflow; i++ {
		if p.used[i] {
			return nil, damaged(errCircle)
		}
		p.used[i] = true
	}
	page := make([]byte, int(overflow+1)*p.size)
	if _, err := p.file.ReadAt(page, int64(id)*int64(p.size)); err != nil {
		return nil, damaged(err)
	}
	return page, nil
}

// tree checks the pages of a bucket below and with id; all keys must be from low
// to below high, if there are such bounds.
func (p *pages) tree(id uint64, low, high []byte) error {
	page, err := p.read(id)
	if err != nil {
		return err
	}
	err = p.elements(page, low, high)
	if err == nil || errors.Is(err, ErrDamaged) { // a page further down says so itself
		return err
	}
	return fmt.Errorf("%w (page %d: %w)", ErrDamaged, id, err)
}

// element is one entry of a page: a row, a bucket, or a page further down.
type element struct {
	key, value []byte
	child      uint64
	bucket     bool
}

func (p *pages) elements(page, low, high []byte) error {
	all, branch, err := elementsOf(page)
	if err != nil {
		return err
	}
	for i, e := range all {
		after := i > 0 && bytes.Compare(all[i-1].key, e.key) >= 0
		if after || bytes.Compare(e.key, low) < 0 || high != nil && bytes.Compare(e.key, high) >= 0 {
			return errors.New("its keys are out of order")
		}
		switch {
		case branch:
			end := high
			if i+1 < len(all) {
				end = all[i+1].key
			}
			err = p.tree(e.child, e.key, end)
		case e.bucket:
			err = p.bucket(e.value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *pages) bucket(value []byte) error {
	if len(value) < bucketSize {
		return errors.New("a bucket has no root")
	}
	if root := number64(value); root != 0 {
		return p.tree(root, nil, nil)
	}
	return p.elements(value[bucketSize:], nil, nil)
}

// elementsOf reads the entries of a page, each within its bounds.
func elementsOf(page []byte) (all []element, branch bool, err error) {
	if len(page) < headerSize {
		return nil, false, errors.New("it is too short")
	}
	kind, count := number16(page[8:]), number16(page[10:])
	branch = kind == branchPage
	if !branch && kind != leafPage || branch && count == 0 {
		return nil, false, fmt.Errorf("it is of kind %#x, with %d entries", kind, count)
	}
	for i := range count {
		at := headerSize + i*elementSize
		if at+elementSize > uint64(len(page)) {
			return nil, false, errors.New("it has too many entries")
		}
		b := page[at:]
		var e element
		var pos, ksize, vsize uint64
		if branch {
			pos, ksize, e.child = number32(b), number32(b[4:]), number64(b[8:])
		} else {
			e.bucket = number32(b) == bucketLeaf
			pos, ksize, vsize = number32(b[4:]), number32(b[8:]), number32(b[12:])
			if number32(b) > bucketLeaf {
				return nil, false, fmt.Errorf("an entry is of kind %#x", number32(b))
			}
		}
		if pos+ksize+vsize > uint64(len(b)) || pos < elementSize {
			return nil, false, errors.New("an entry is longer than it")
		}
		e.key, e.value = b[pos:pos+ksize], b[pos+ksize:pos+ksize+vsize]
		all = append(all, e)
	}
	return all, branch, nil
}

// freelist checks that no page is both free and in use: it would be overwritten.
func (p *pages) freelist(id uint64) error {
	page, err := p.read(id)
	if err != nil {
		return err
	}
	count, ids := number16(page[10:]), page[headerSize:]
	if count == manyFree {
		count, ids = number64(ids), ids[8:]
	}
	if number16(page[8:]) != freelistPage || count > uint64(len(ids))/8 {
		return fmt.Errorf("%w (page %d: it is no list of free pages)", ErrDamaged, id)
	}
	for i := range count {
		free := number64(ids[8*i:])
		if free < 2 || free >= p.high || p.used[free] {
			return fmt.Errorf("%w (page %d is in use, and among the free ones)", ErrDamaged, free)
		}
		p.used[free] = true
	}
	return nil
}
