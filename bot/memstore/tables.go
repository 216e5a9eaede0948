package memstore

import (
	"encoding/json"
	"maps"
	"time"

	"syncfix/bot"
)

// tables is all that is stored. Rows are values, and the bytes in them are never
// changed in place, so that copying the maps copies everything.
type tables struct {
	lastEnvelope, lastDelivery, lastNumber, lastCase uint64

	inbox  map[uint64]inboxRow // envelopes not done, by Seq
	keys   map[string]known    // every envelope's key, done or not
	outbox map[uint64]outboxRow
	ids    map[string]sent // every delivery's ID, done or not

	cases     map[string]caseRow
	events    map[string][][]byte
	bound     map[string]string
	playbooks map[string][]byte
	ticks     map[string]time.Time
	notices   map[string]bot.Notice
}

type inboxRow struct {
	key      string
	received time.Time
	body     []byte // JSON of the bot.Envelope
	holder   string
	until    time.Time
}

// known is what stays of an envelope.
type known struct {
	received time.Time
	done     bool
}

type outboxRow struct {
	id     string
	body   []byte // JSON of the bot.Delivery
	holder string
	until  time.Time
	tried  bool // by a holder other than the last one, since the row was last written
}

// sent is what stays of a delivery.
type sent struct {
	born time.Time
	done bool
}

type caseRow struct {
	order uint64 // of creation
	body  []byte // JSON of the bot.Case
}

func newTables() tables {
	return tables{
		inbox: map[uint64]inboxRow{}, keys: map[string]known{}, outbox: map[uint64]outboxRow{}, ids: map[string]sent{},
		cases: map[string]caseRow{}, events: map[string][][]byte{}, bound: map[string]string{},
		playbooks: map[string][]byte{}, ticks: map[string]time.Time{}, notices: map[string]bot.Notice{},
	}
}

func (t tables) clone() tables {
	t.inbox, t.keys = maps.Clone(t.inbox), maps.Clone(t.keys)
	t.outbox, t.ids = maps.Clone(t.outbox), maps.Clone(t.ids)
	t.cases, t.events, t.bound = maps.Clone(t.cases), maps.Clone(t.events), maps.Clone(t.bound)
	t.playbooks, t.ticks, t.notices = maps.Clone(t.playbooks), maps.Clone(t.ticks), maps.Clone(t.notices)
	return t
}

func encode(v any) ([]byte, error) { return json.Marshal(v) }

func decode[T any](body []byte) (T, error) {
	var v T
	err := json.Unmarshal(body, &v)
	return v, err
}
