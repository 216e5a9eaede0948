package memstore

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"syncfix/bot"
	"syncfix/diagnose"
)

// tx implements bot.Tx on a copy of the tables.
type tx struct{ reader }

func (t tx) NextNumber() (uint64, error) {
	t.lastNumber++
	return t.lastNumber, nil
}

func (t tx) PutCase(c bot.Case, from uint64) error {
	row, ok := t.cases[c.ID]
	if ok {
		old, err := t.Case(c.ID)
		if err != nil {
			return err
		}
		if from == 0 || old.Rev != from {
			return fmt.Errorf("case %q is at revision %d, not %d: %w", c.ID, old.Rev, from, bot.ErrConflict)
		}
	} else {
		if from != 0 {
			return fmt.Errorf("case %q is not there, revision %d was expected: %w", c.ID, from, bot.ErrConflict)
		}
		t.lastCase++
		row.order = t.lastCase
	}
	body, err := encode(c)
	if err != nil {
		return fmt.Errorf("storing case %q: %w", c.ID, err)
	}
	row.body = body
	t.cases[c.ID] = row
	return nil
}

func (t tx) Bind(key, caseID string) error {
	t.bound[key] = caseID
	return nil
}

func (t tx) AppendEvent(caseID string, e bot.Event) error {
	if _, ok := t.cases[caseID]; !ok {
		return fmt.Errorf("an event of case %q: %w", caseID, bot.ErrNotFound)
	}
	body, err := encode(e)
	if err != nil {
		return fmt.Errorf("storing an event of case %q: %w", caseID, err)
	}
	t.events[caseID] = append(slices.Clip(t.events[caseID]), body)
	return nil
}

func (t tx) PutPlaybook(p diagnose.Playbook) error {
	if _, ok := t.playbooks[p.Hash]; ok {
		return nil
	}
	body, err := encode(p)
	if err != nil {
		return fmt.Errorf("storing playbook %q: %w", p.ID, err)
	}
	t.playbooks[p.Hash] = body
	return nil
}

func (t tx) DoneEnvelope(seq uint64) error {
	row, ok := t.inbox[seq]
	if !ok {
		return fmt.Errorf("envelope %d is done already: %w", seq, bot.ErrConflict)
	}
	delete(t.inbox, seq)
	t.keys[row.key] = known{received: row.received, done: true}
	return nil
}

func (t tx) AddDelivery(d bot.Delivery, holder string, until time.Time) (uint64, error) {
	if _, ok := t.ids[d.ID]; ok {
		return 0, nil
	}
	t.lastDelivery++
	d.Seq = t.lastDelivery
	body, err := encode(d)
	if err != nil {
		return 0, fmt.Errorf("queueing delivery %q: %w", d.ID, err)
	}
	t.outbox[d.Seq] = outboxRow{id: d.ID, body: body, holder: holder, until: until}
	t.ids[d.ID] = sent{born: d.Born}
	return d.Seq, nil
}

func (t tx) PutDelivery(d bot.Delivery) error {
	old, ok := t.outbox[d.Seq]
	if !ok {
		return fmt.Errorf("delivery %d: %w", d.Seq, bot.ErrNotFound)
	}
	body, err := encode(d)
	if err != nil {
		return fmt.Errorf("storing delivery %d: %w", d.Seq, err)
	}
	t.outbox[d.Seq] = outboxRow{id: old.id, body: body}
	return nil
}

func (t tx) DoneDelivery(seq uint64) error {
	row, ok := t.outbox[seq]
	if !ok {
		return nil
	}
	delete(t.outbox, seq)
	t.ids[row.id] = sent{born: t.ids[row.id].born, done: true}
	return nil
}

func (t tx) MarkTick(job string, due time.Time) error {
	if due.After(t.ticks[job]) {
		t.ticks[job] = due
	}
	return nil
}

func (t tx) PutNotice(key string, n bot.Notice) error {
	if old, ok := t.notices[key]; !ok || n.At.After(old.At) {
		n.At = n.At.UTC()
		t.notices[key] = n
	}
	return nil
}

func (t tx) Prune(before time.Time, most int) (int, error) {
	var old []string
	for key, k := range t.keys {
		if k.done && k.received.Before(before) {
			old = append(old, key)
		}
	}
	slices.SortFunc(old, func(a, b string) int { return t.keys[a].received.Compare(t.keys[b].received) })
	old = old[:min(max(most, 0), len(old))]
	for _, key := range old {
		delete(t.keys, key)
	}
	for id, d := range t.ids {
		if d.done && d.born.Before(before) {
			delete(t.ids, id)
		}
	}
	t.pruneNotices(before, most)
	return len(old), nil
}

func (t tx) pruneNotices(before time.Time, most int) {
	var old []string
	for key, n := range t.notices {
		if n.At.Before(before) {
			old = append(old, key)
		}
	}
	slices.SortFunc(old, func(a, b string) int { return t.notices[a].At.Compare(t.notices[b].At) })
	for _, key := range old[:min(max(most, 0), len(old))] {
		delete(t.notices, key)
	}
}

func (t tx) PruneCases(before time.Time, most int) (int, error) {
	var old []bot.Case
	for _, id := range t.ordered() {
		c, err := t.Case(id)
		if err != nil {
			return 0, err
		}
		if !c.State.Open() && !c.Closed.IsZero() && c.Closed.Before(before) {
			old = append(old, c)
		}
	}
	slices.SortStableFunc(old, func(a, b bot.Case) int { return a.Closed.Compare(b.Closed) })
	old = old[:min(max(most, 0), len(old))]
	for _, c := range old {
		delete(t.cases, c.ID)
		delete(t.events, c.ID)
		maps.DeleteFunc(t.bound, func(_, id string) bool { return id == c.ID })
	}
	used := map[string]bool{}
	for id := range t.cases {
		c, err := t.Case(id)
		if err != nil {
			return 0, err
		}
		used[c.Hash] = true
	}
	for _, c := range old {
		if !used[c.Hash] {
			delete(t.playbooks, c.Hash)
		}
	}
	return len(old), nil
}
