package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"syncfix/bot"
	"syncfix/diagnose"
)

// checkModel does random things to a store and to the model, and compares what
// each says after every step.
func checkModel(t *testing.T, open Open, reopen Reopen) {
	rapid.Check(t, func(rt *rapid.T) {
		m := &machine{s: open(t), m: newModel()}
		defer func() {
			if err := m.s.Close(); err != nil {
				rt.Error(err)
			}
		}()
		actions := map[string]func(*rapid.T){
			"": m.check, "file": m.file, "lease": m.lease, "return": m.giveBack, "lease deliveries": m.leaseDeliveries, "wait": m.wait,
			"update": m.update, "update more": m.update, // half of what happens
		}
		if reopen != nil {
			actions["restart"] = func(*rapid.T) {
				m.s = reopen(t, m.s)
				m.m.restart()
				m.life++
			}
		}
		rt.Repeat(actions)
	})
}

// machine does to a store what it does to the model.
type machine struct {
	s    bot.Store
	m    *model
	life int // restarts
}

func (m *machine) holder(t *rapid.T) string {
	return fmt.Sprint(rapid.SampledFrom([]string{"one", "two"}).Draw(t, "holder"), " ", m.life)
}

func (m *machine) drawLease(t *rapid.T) bot.Lease {
	return bot.Lease{
		Holder: m.holder(t), Max: rapid.IntRange(0, 4).Draw(t, "max"), Now: m.m.now,
		Until: m.m.now.Add(time.Duration(rapid.IntRange(1, 3).Draw(t, "minutes")) * time.Minute),
	}
}

func (m *machine) wait(t *rapid.T) {
	m.m.now = m.m.now.Add(time.Duration(rapid.IntRange(1, 3).Draw(t, "minutes")) * time.Minute)
}

func (m *machine) file(t *rapid.T) {
	var es []bot.Envelope
	for _, n := range rapid.SliceOfN(rapid.IntRange(0, 9), 0, 5).Draw(t, "keys") {
		// Later ones may have been received earlier, but never two at the same instant.
		es = append(es, envelope(fmt.Sprint("key ", n), m.m.now.Add(time.Duration(-n)*time.Second+time.Duration(len(m.m.envelopes)+len(es)))))
	}
	got, err := m.s.File(context.Background(), es)
	expect(t, "File", err, nil)
	equal(t, "fresh", got, m.m.file(es))
}

func (m *machine) lease(t *rapid.T) {
	l := m.drawLease(t)
	got, err := m.s.LeaseEnvelopes(context.Background(), l)
	expect(t, "LeaseEnvelopes", err, nil)
	var want []string
	places := m.m.lease(l)
	for _, i := range places {
		want = append(want, m.m.envelopes[i].key)
	}
	equal(t, "leased envelopes", keysOf(got), want)
	for j, i := range places {
		if known := m.m.envelopes[i].seq; known != 0 && known != got[j].Seq {
			t.Fatalf("%s had Seq %d, now %d", got[j].Key, known, got[j].Seq)
		}
		m.m.envelopes[i].seq = got[j].Seq
	}
}

func (m *machine) giveBack(t *rapid.T) {
	i := m.leasedBefore(t, m.m)
	holder := m.holder(t)
	m.m.giveBack(holder, i)
	expect(t, "ReturnEnvelope", m.s.ReturnEnvelope(context.Background(), holder, m.m.envelopes[i].seq), nil)
}

// leasedBefore draws an envelope whose Seq is known.
func (m *machine) leasedBefore(t *rapid.T, in *model) int {
	var places []int
	for i, e := range in.envelopes {
		if e.seq != 0 {
			places = append(places, i)
		}
	}
	if len(places) == 0 {
		t.Skip("nothing was leased yet")
	}
	return rapid.SampledFrom(places).Draw(t, "envelope")
}

func (m *machine) leaseDeliveries(t *rapid.T) {
	l := m.drawLease(t)
	got, err := m.s.LeaseDeliveries(context.Background(), l)
	expect(t, "LeaseDeliveries", err, nil)
	var want []bot.Delivery
	for i, d := range m.m.leaseDeliveries(l) {
		d.Uncertain = d.Uncertain || !d.Untried && (d.others || d.either && i < len(got) && got[i].Uncertain)
		want = append(want, d.Delivery)
	}
	equal(t, "leased deliveries", got, want)
}

// update does a few things in one transaction, and sometimes fails at the end.
func (m *machine) update(t *rapid.T) {
	fails := rapid.IntRange(0, 5).Draw(t, "fails") == 0
	next := m.m.clone()
	err := m.s.Update(context.Background(), func(tx bot.Tx) error {
		w := &writer{t: t, tx: tx, m: next, machine: m}
		for range rapid.IntRange(1, 6).Draw(t, "writes") {
			w.write()
		}
		compare(t, tx, next)
		if fails {
			return errStop
		}
		return nil
	})
	if fails {
		expect(t, "Update", err, errStop)
		return
	}
	expect(t, "Update", err, nil)
	m.m = next
}

func (m *machine) check(t *rapid.T) {
	expect(t, "View", m.s.View(context.Background(), func(tx bot.Reader) error {
		compare(t, tx, m.m)
		return nil
	}), nil)
}

// writer writes to a transaction and to the model.
type writer struct {
	t       *rapid.T
	tx      bot.Tx
	m       *model
	machine *machine
}

func (w *writer) write() {
	writes := []func(){
		w.number, w.putCase, w.putCase, w.bind, w.event, w.playbook, w.doneEnvelope, w.doneEnvelope,
		w.addDelivery, w.addDelivery, w.putDelivery, w.doneDelivery, w.tick, w.notice, w.prune, w.pruneCases,
	}
	writes[rapid.IntRange(0, len(writes)-1).Draw(w.t, "write")]()
}

func (w *writer) number() {
	n, err := w.tx.NextNumber()
	expect(w.t, "NextNumber", err, nil)
	if n == 0 || w.m.numbers[n] {
		w.t.Fatalf("the next number is %d", n)
	}
	w.m.numbers[n] = true
}

func (w *writer) caseID() string {
	return rapid.SampledFrom([]string{"SF-1", "SF-12", "SF-2"}).Draw(w.t, "case")
}

func (w *writer) putCase() {
	id := w.caseID()
	i := w.m.at(id)
	from := uint64(0)
	if i >= 0 {
		from = w.m.cases[i].Rev
	}
	given := from
	if rapid.IntRange(0, 4).Draw(w.t, "stale") == 0 {
		given = uint64(rapid.IntRange(0, int(from)+1).Draw(w.t, "from"))
	}
	c := bot.Case{ID: id, Rev: from + 1, State: rapid.SampledFrom([]bot.State{bot.Triage, bot.Resolved, bot.Waiting}).Draw(w.t, "state")}
	if c.State == bot.Resolved && rapid.Bool().Draw(w.t, "known what it was") {
		c.Playbook = rapid.SampledFrom([]string{"p", "pq"}).Draw(w.t, "playbook")
		c.Verified = bot.Verified{At: w.m.now, Credits: []diagnose.Credit{{Cause: id, Share: 1}}}
	}
	c.Hash = rapid.SampledFrom([]string{"", "h0", "h1"}).Draw(w.t, "hash")
	c.Anchor.Channel = rapid.SampledFrom([]string{"C1", "C2", ""}).Draw(w.t, "channel")
	if c.State == bot.Resolved {
		c.Closed = w.m.now.Add(time.Duration(-rapid.IntRange(0, 3).Draw(w.t, "closed for")) * time.Minute)
	}
	for j, name := range []bot.Timer{bot.TimerReminder, bot.TimerStale} {
		if minute := rapid.IntRange(-5, 40).Draw(w.t, string(name)); minute >= 0 {
			if c.Timers == nil {
				c.Timers = map[bot.Timer]time.Time{}
			}
			// The nanoseconds keep due times apart, whose order is open otherwise.
			c.Timers[name] = at(minute).Add(time.Duration(len(id)*100 + int(id[len(id)-1]) + j*1000))
		}
	}
	err := w.tx.PutCase(c, given)
	if given != from {
		expect(w.t, "PutCase", err, bot.ErrConflict)
		return
	}
	expect(w.t, "PutCase", err, nil)
	if i < 0 {
		w.m.cases = append(w.m.cases, c)
	} else {
		w.m.cases[i] = c
	}
}

func (w *writer) bind() {
	key, id := fmt.Sprint("thread/", rapid.IntRange(1, 12).Draw(w.t, "thread")), w.caseID()
	expect(w.t, "Bind", w.tx.Bind(key, id), nil)
	w.m.bound[key] = id
}

func (w *writer) event() {
	id, note := w.caseID(), fmt.Sprint("note ", rapid.IntRange(0, 99).Draw(w.t, "note"))
	err := w.tx.AppendEvent(id, bot.Event{Kind: bot.EventAlert, Note: note})
	if w.m.at(id) < 0 {
		expect(w.t, "AppendEvent", err, bot.ErrNotFound)
		return
	}
	expect(w.t, "AppendEvent", err, nil)
	w.m.events[id] = append(slices.Clip(w.m.events[id]), note)
}

func (w *writer) playbook() {
	p := diagnose.Playbook{Hash: fmt.Sprint("h", rapid.IntRange(0, 2).Draw(w.t, "hash")), Title: fmt.Sprint(rapid.IntRange(0, 9).Draw(w.t, "title"))}
	expect(w.t, "PutPlaybook", w.tx.PutPlaybook(p), nil)
	if _, ok := w.m.playbooks[p.Hash]; !ok {
		w.m.playbooks[p.Hash] = p.Title
	}
}

func (w *writer) doneEnvelope() {
	i := slices.IndexFunc(w.m.envelopes, func(e modelEnvelope) bool { return e.seq != 0 })
	if i < 0 {
		return
	}
	e := &w.m.envelopes[w.machine.leasedBefore(w.t, w.m)]
	err := w.tx.DoneEnvelope(e.seq)
	if e.done {
		expect(w.t, "DoneEnvelope", err, bot.ErrConflict)
		return
	}
	expect(w.t, "DoneEnvelope", err, nil)
	e.done = true
}

func (w *writer) addDelivery() {
	d := delivery(fmt.Sprint("delivery ", rapid.IntRange(0, 9).Draw(w.t, "id")))
	d.Born, d.Untried = w.m.now, rapid.Bool().Draw(w.t, "untried")
	holder, until := "", time.Time{}
	if rapid.Bool().Draw(w.t, "leased") {
		holder, until = w.machine.holder(w.t), w.m.now.Add(2*time.Minute)
	}
	seq, err := w.tx.AddDelivery(d, holder, until)
	expect(w.t, "AddDelivery", err, nil)
	if id, known := w.m.ids[d.ID]; !id.pruned && known != (seq == 0) {
		w.t.Fatalf("AddDelivery of %s gave Seq %d, known: %v", d.ID, seq, known)
	}
	if seq != 0 {
		d.Seq = seq
		w.m.deliveries = append(w.m.deliveries, modelDelivery{Delivery: d, holder: holder, until: until})
		w.m.ids[d.ID] = modelID{born: d.Born}
	}
}

func (w *writer) someDelivery() (place int, d bot.Delivery) {
	if len(w.m.deliveries) == 0 || rapid.IntRange(0, 9).Draw(w.t, "unknown") == 0 {
		d = delivery("unknown")
		d.Seq = 1 << 40
		return -1, d
	}
	place = rapid.IntRange(0, len(w.m.deliveries)-1).Draw(w.t, "delivery")
	return place, w.m.deliveries[place].Delivery
}

func (w *writer) putDelivery() {
	i, d := w.someDelivery()
	d.Attempts++
	d.Untried = rapid.Bool().Draw(w.t, "untried")
	d.Uncertain, d.Dead = rapid.Bool().Draw(w.t, "uncertain"), rapid.IntRange(0, 3).Draw(w.t, "dead") == 0
	d.NotUntil = w.m.now.Add(time.Duration(rapid.IntRange(-1, 3).Draw(w.t, "not until")) * time.Minute)
	err := w.tx.PutDelivery(d)
	if i < 0 {
		expect(w.t, "PutDelivery", err, bot.ErrNotFound)
		return
	}
	expect(w.t, "PutDelivery", err, nil)
	w.m.deliveries[i] = modelDelivery{Delivery: d}
}

func (w *writer) doneDelivery() {
	i, d := w.someDelivery()
	expect(w.t, "DoneDelivery", w.tx.DoneDelivery(d.Seq), nil)
	if i >= 0 {
		w.m.deliveries = slices.Delete(w.m.deliveries, i, i+1)
		w.m.ids[d.ID] = modelID{born: w.m.ids[d.ID].born, done: true}
	}
}

func (w *writer) tick() {
	job, due := rapid.SampledFrom([]string{"digest", "prune"}).Draw(w.t, "job"), at(rapid.IntRange(0, 60).Draw(w.t, "due"))
	expect(w.t, "MarkTick", w.tx.MarkTick(job, due), nil)
	if due.After(w.m.ticks[job]) {
		w.m.ticks[job] = due
	}
}

func (w *writer) notice() {
	n := rapid.IntRange(0, 4).Draw(w.t, "notice")
	key := fmt.Sprint("gone/", n)
	// The nanoseconds keep two keys' apart, whose order is open otherwise.
	notice := bot.Notice{At: w.m.now.Add(time.Duration(-rapid.IntRange(0, 5).Draw(w.t, "ago"))*time.Minute + time.Duration(n)), Account: fmt.Sprint(rapid.IntRange(1, 2).Draw(w.t, "account"))}
	expect(w.t, "PutNotice", w.tx.PutNotice(key, notice), nil)
	w.m.putNotice(key, notice)
}

func (w *writer) prune() {
	before := w.m.now.Add(time.Duration(-rapid.IntRange(0, 10).Draw(w.t, "age")) * time.Minute)
	most := rapid.IntRange(0, 3).Draw(w.t, "most")
	n, err := w.tx.Prune(before, most)
	expect(w.t, "Prune", err, nil)
	equal(w.t, "pruned", n, w.m.prune(before, most))
}

func (w *writer) pruneCases() {
	before := w.m.now.Add(time.Duration(-rapid.IntRange(0, 4).Draw(w.t, "age")) * time.Minute)
	most := rapid.IntRange(0, 3).Draw(w.t, "most")
	n, err := w.tx.PruneCases(before, most)
	expect(w.t, "PruneCases", err, nil)
	equal(w.t, "pruned cases", n, w.m.pruneCases(before, most))
}
