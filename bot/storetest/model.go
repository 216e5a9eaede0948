package storetest

import (
	"maps"
	"slices"
	"time"

	"syncfix/bot"
	"syncfix/diagnose"
)

// model is the contract in its simplest form: lists that are searched from the
// start. A store must not be told apart from it.
type model struct {
	now        time.Time
	envelopes  []modelEnvelope // all that were filed, in order
	deliveries []modelDelivery // those not done, in order
	ids        map[string]modelID
	cases      []bot.Case // in order of creation
	events     map[string][]string
	bound      map[string]string
	playbooks  map[string]string // hash → title
	ticks      map[string]time.Time
	notices    map[string]bot.Notice
	numbers    map[uint64]bool
}

type modelEnvelope struct {
	key      string
	received time.Time
	seq      uint64 // known once it was leased
	done     bool
	pruned   bool
	holder   string
	until    time.Time
}

type modelDelivery struct {
	bot.Delivery
	holder string
	until  time.Time
	others bool // may have tried it since it was last written
	either bool // it was there at a restart, and nobody held it: the store may be careful
}

type modelID struct {
	born   time.Time
	done   bool
	pruned bool // the store may know it still, or not
}

func newModel() *model {
	return &model{
		now: noon(), ids: map[string]modelID{}, events: map[string][]string{}, bound: map[string]string{},
		playbooks: map[string]string{}, ticks: map[string]time.Time{}, notices: map[string]bot.Notice{}, numbers: map[uint64]bool{},
	}
}

// clone is what a transaction works on. Values in it are replaced, not changed.
func (m *model) clone() *model {
	c := *m
	c.envelopes, c.deliveries, c.cases = slices.Clone(m.envelopes), slices.Clone(m.deliveries), slices.Clone(m.cases)
	c.ids, c.bound, c.playbooks = maps.Clone(m.ids), maps.Clone(m.bound), maps.Clone(m.playbooks)
	c.ticks, c.numbers, c.events = maps.Clone(m.ticks), maps.Clone(m.numbers), maps.Clone(m.events)
	c.notices = maps.Clone(m.notices)
	return &c
}

func (m *model) putNotice(key string, n bot.Notice) {
	if n.At.After(m.notices[key].At) {
		m.notices[key] = n
	}
}

func (m *model) pruneNotices(before time.Time, most int) {
	old := slices.DeleteFunc(slices.Collect(maps.Keys(m.notices)), func(k string) bool { return !m.notices[k].At.Before(before) })
	slices.SortFunc(old, func(a, b string) int { return m.notices[a].At.Compare(m.notices[b].At) })
	for _, k := range old[:min(most, len(old))] {
		delete(m.notices, k)
	}
}

func (m *model) file(es []bot.Envelope) (fresh []bool) {
	for _, e := range es {
		known := slices.ContainsFunc(m.envelopes, func(x modelEnvelope) bool { return x.key == e.Key && !x.pruned })
		if !known {
			m.envelopes = append(m.envelopes, modelEnvelope{key: e.Key, received: e.Received})
		}
		fresh = append(fresh, !known)
	}
	return fresh
}

// lease returns the places of the envelopes that must be handed out.
func (m *model) lease(l bot.Lease) (places []int) {
	for i, e := range m.envelopes {
		if len(places) < l.Max && !e.done && !e.until.After(l.Now) {
			m.envelopes[i].holder, m.envelopes[i].until = l.Holder, l.Until
			places = append(places, i)
		}
	}
	return places
}

func (m *model) giveBack(holder string, place int) {
	if e := &m.envelopes[place]; e.holder == holder {
		e.holder, e.until = "", time.Time{}
	}
}

// leaseDeliveries returns the deliveries that must be handed out.
func (m *model) leaseDeliveries(l bot.Lease) (out []modelDelivery) {
	for i := range m.deliveries {
		d := &m.deliveries[i]
		if len(out) >= l.Max || d.Dead || d.NotUntil.After(l.Now) || d.until.After(l.Now) {
			continue
		}
		d.others = d.others || d.holder != "" && d.holder != l.Holder
		d.holder, d.until = l.Holder, l.Until
		out = append(out, *d)
	}
	return out
}

func (m *model) at(id string) int {
	return slices.IndexFunc(m.cases, func(c bot.Case) bool { return c.ID == id })
}

func (m *model) prune(before time.Time, most int) int {
	var old []int
	for i, e := range m.envelopes {
		if e.done && !e.pruned && e.received.Before(before) {
			old = append(old, i)
		}
	}
	slices.SortStableFunc(old, func(a, b int) int { return m.envelopes[a].received.Compare(m.envelopes[b].received) })
	old = old[:min(most, len(old))]
	for _, i := range old {
		m.envelopes[i].pruned = true
	}
	for id, d := range m.ids {
		d.pruned = d.pruned || d.done && d.born.Before(before)
		m.ids[id] = d
	}
	m.pruneNotices(before, most)
	return len(old)
}

func (m *model) pruneCases(before time.Time, most int) int {
	var old []bot.Case
	for _, c := range m.cases {
		if !c.State.Open() && !c.Closed.IsZero() && c.Closed.Before(before) {
			old = append(old, c)
		}
	}
	slices.SortStableFunc(old, func(a, b bot.Case) int { return a.Closed.Compare(b.Closed) })
	old = old[:min(most, len(old))]
	for _, c := range old {
		m.cases = slices.DeleteFunc(m.cases, func(x bot.Case) bool { return x.ID == c.ID })
		delete(m.events, c.ID)
		maps.DeleteFunc(m.bound, func(_, id string) bool { return id == c.ID })
		if !slices.ContainsFunc(m.cases, func(x bot.Case) bool { return x.Hash == c.Hash }) {
			delete(m.playbooks, c.Hash)
		}
	}
	return len(old)
}

// restart is what a new process finds: all leases have run out.
func (m *model) restart() {
	m.now = m.now.Add(time.Hour)
	for i := range m.deliveries {
		m.deliveries[i].either = true
	}
}

func (m *model) timers() []bot.DueTimer {
	var out []bot.DueTimer
	for _, c := range m.cases {
		for name, due := range c.Timers {
			out = append(out, bot.DueTimer{Case: c.ID, Timer: name, Due: due})
		}
	}
	slices.SortFunc(out, func(a, b bot.DueTimer) int { return a.Due.Compare(b.Due) })
	return out
}

func (m *model) open() (out []bot.Case) {
	for _, c := range m.cases {
		if c.State.Open() {
			out = append(out, c)
		}
	}
	return out
}

func (m *model) recent(most int) []bot.Case {
	all := slices.Clone(m.cases)
	slices.Reverse(all)
	return all[:min(most, len(all))]
}

func (m *model) outcomes(playbook string, most int) (out []diagnose.VerifiedOutcome) {
	for _, c := range m.recent(len(m.cases)) {
		if o, ok := c.Outcome(); ok && c.Playbook == playbook {
			out = append(out, o)
		}
	}
	slices.SortStableFunc(out, func(a, b diagnose.VerifiedOutcome) int { return b.At.Compare(a.At) })
	return out[:min(most, len(out))]
}

func (m *model) pending() (n int, oldest time.Time) {
	for _, e := range m.envelopes {
		if !e.done {
			if n == 0 {
				oldest = e.received
			}
			n++
		}
	}
	return n, oldest
}
