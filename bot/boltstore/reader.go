package boltstore

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	bolt "github.com/boltdb/bolt"

	"syncfix/bot"
	"syncfix/diagnose"
)

// reader implements bot.Reader on a transaction of bolt.
type reader struct{ bolt *bolt.Tx }

// ordinal returns a case's place in the order of creation, and its era.
func (r reader) ordinal(id string) (ordinal []byte, in era, ok bool) {
	ordinal, in = r.findCase(partIDs, text(id))
	return ordinal, in, ordinal != nil
}

var errNoEra = errors.New("there is no era for it")

// caseEra is the era of the case with that ordinal.
func (r reader) caseEra(ordinal []byte) (era, error) {
	e := r.eraOf(caseHistory, numberIn(ordinal))
	if e == nil {
		return era{}, fmt.Errorf("looking for the case with ordinal %d: %w", numberIn(ordinal), errNoEra)
	}
	return *e, nil
}

func (r reader) Case(id string) (bot.Case, error) {
	ordinal, in, ok := r.ordinal(id)
	if !ok {
		return bot.Case{}, fmt.Errorf("case %q: %w", id, bot.ErrNotFound)
	}
	return in.caseNumbered(ordinal)
}

func (e era) caseNumbered(ordinal []byte) (bot.Case, error) {
	c, err := decode[bot.Case](e.part(partCases).Get(ordinal))
	if err != nil {
		return c, fmt.Errorf("reading the case with ordinal %d: %w", numberIn(ordinal), err)
	}
	return c, nil
}

func (r reader) CaseAt(key string) (string, bool, error) {
	id, _ := r.findCase(partBound, text(key))
	return string(id), id != nil, nil
}

func (r reader) OpenCases() ([]bot.Case, error) {
	return r.open(func([]byte) bool { return true })
}

func (r reader) OpenIn(channel string) ([]bot.Case, error) {
	open, err := r.open(func(in []byte) bool { return len(in) == 0 || string(in) == channel }) // which an earlier schema didn't say
	return slices.DeleteFunc(open, func(c bot.Case) bool { return c.Anchor.Channel != channel }), err
}

// open reads the open cases of those channels.
func (r reader) open(of func(channel []byte) bool) ([]bot.Case, error) {
	var out []bot.Case
	cursor := bucket(r.bolt, bucketOpen).Cursor()
	for ordinal, channel := cursor.First(); ordinal != nil; ordinal, channel = cursor.Next() {
		if !of(channel) {
			continue
		}
		in, err := r.caseEra(ordinal)
		if err != nil {
			return nil, err
		}
		c, err := in.caseNumbered(ordinal)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

func (r reader) Recent(most int) ([]bot.Case, error) {
	var out []bot.Case
	for e := range r.eras(caseHistory) {
		cursor := e.part(partCases).Cursor()
		for ordinal, row := cursor.Last(); ordinal != nil && len(out) < most; ordinal, row = cursor.Prev() {
			c, err := decode[bot.Case](row)
			if err != nil {
				return nil, fmt.Errorf("reading the case with ordinal %d: %w", numberIn(ordinal), err)
			}
			out = append(out, c)
		}
	}
	return out, nil
}

func (r reader) Outcomes(playbook string, most int) ([]diagnose.VerifiedOutcome, error) {
	var newest []row
	for e := range r.eras(caseHistory) {
		newest = newer(newest, e.part(partOutcomes), prefix(playbook), most)
	}
	var out []diagnose.VerifiedOutcome
	for _, n := range newest {
		o, err := decode[diagnose.VerifiedOutcome](n.value)
		if err != nil {
			return nil, fmt.Errorf("reading an outcome of %q: %w", playbook, err)
		}
		out = append(out, o)
	}
	return out, nil
}

// row is a key and its value.
type row struct{ key, value []byte }

// newer are the last rows, at most so many, last one first, of those that are
// given and those of a bucket whose keys have a beginning.
func newer(rows []row, b *bolt.Bucket, beginning []byte, most int) []row {
	cursor := b.Cursor()
	k := seekBack(cursor, append(bytes.Clone(beginning), 0xff)) // no time's first byte is so large
	last := func() bool { return len(rows) < most || bytes.Compare(k, rows[most-1].key) > 0 }
	var more []row
	for bytes.HasPrefix(k, beginning) && len(more) < most && last() {
		more = append(more, row{k, b.Get(k)})
		k, _ = cursor.Prev()
	}
	if len(more) == 0 {
		return rows
	}
	rows = append(slices.Clip(rows), more...)
	slices.SortFunc(rows, func(a, b row) int { return bytes.Compare(b.key, a.key) })
	return rows[:min(len(rows), most)]
}

func (r reader) Events(caseID string) ([]bot.Event, error) {
	ordinal, in, ok := r.ordinal(caseID)
	if !ok {
		return nil, nil
	}
	return in.events(ordinal)
}

func (e era) events(ordinal []byte) (out []bot.Event, err error) {
	cursor := e.part(partEvents).Cursor()
	for k, row := cursor.Seek(ordinal); k != nil && numberIn(k) == numberIn(ordinal); k, row = cursor.Next() {
		event, err := decode[bot.Event](row)
		if err != nil {
			return nil, fmt.Errorf("reading an event of the case with ordinal %d: %w", numberIn(ordinal), err)
		}
		out = append(out, event)
	}
	return out, nil
}

func (r reader) Playbook(hash string) (diagnose.Playbook, error) {
	row := bucket(r.bolt, bucketPlaybooks).Get(text(hash))
	if row == nil {
		return diagnose.Playbook{}, fmt.Errorf("playbook %q: %w", hash, bot.ErrNotFound)
	}
	p, err := decode[diagnose.Playbook](row)
	if err != nil {
		return p, fmt.Errorf("reading playbook %q: %w", hash, err)
	}
	return p, nil
}

func (r reader) NextDue() (time.Time, bool, error) {
	k, _ := bucket(r.bolt, bucketTimers).Cursor().First()
	if k == nil {
		return time.Time{}, false, nil
	}
	return instantIn(k), true, nil
}

func (r reader) Due(now time.Time, most int) ([]bot.DueTimer, error) {
	var out []bot.DueTimer
	cursor := bucket(r.bolt, bucketTimers).Cursor()
	for k, id := cursor.First(); k != nil && len(out) < most; k, id = cursor.Next() {
		due := instantIn(k)
		if due.After(now) {
			break
		}
		out = append(out, bot.DueTimer{Case: string(id), Timer: bot.Timer(k[timeSize+numberSize:]), Due: due})
	}
	return out, nil
}

func (r reader) Deliveries() ([]bot.Delivery, error) {
	var out []bot.Delivery
	cursor := bucket(r.bolt, bucketOutbox).Cursor()
	for k, row := cursor.First(); k != nil; k, row = cursor.Next() {
		d, err := decode[bot.Delivery](row)
		if err != nil {
			return nil, fmt.Errorf("reading delivery %d: %w", numberIn(k), err)
		}
		out = append(out, d)
	}
	return out, nil
}

var errNotATime = errors.New("it is not a time")

func (r reader) LastTick(job string) (time.Time, error) {
	row := bucket(r.bolt, bucketTicks).Get(text(job))
	if row == nil {
		return time.Time{}, nil
	}
	if len(row) != timeSize {
		return time.Time{}, fmt.Errorf("reading the last tick of %q: %w", job, errNotATime)
	}
	return instantIn(row), nil
}

func (r reader) Notice(key string) (bot.Notice, bool, error) {
	row := bucket(r.bolt, bucketNotices).Get(text(key))
	if row == nil {
		return bot.Notice{}, false, nil
	}
	n, err := decode[bot.Notice](row)
	if err != nil {
		return n, false, fmt.Errorf("reading a notice: %w", err)
	}
	return n, true, nil
}

func (r reader) Inbox() (int, time.Time, error) {
	cursor := bucket(r.bolt, bucketInbox).Cursor()
	k, row := cursor.First()
	if k == nil {
		return 0, time.Time{}, nil
	}
	first, err := unpackEnvelope(row)
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("reading envelope %d: %w", numberIn(k), err)
	}
	pending := 0
	for ; k != nil; k, _ = cursor.Next() {
		pending++
	}
	return pending, first.Received, nil
}
