package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"time"

	"syncfix/diagnose"
)

// work is an envelope on its way through a turn.
type work struct {
	envelope Envelope
	seen     Seen
	library  Library // in force when it was decoded
	drop     string  // why it is not routed
	bad      bool    // drop is because it can't be understood
	later    bool    // Slack could not be asked just now
}

// spoil sets it aside as something that can't be understood.
func (w *work) spoil(why string) { w.drop, w.bad = why, true }

// result is what a turn committed.
type result struct {
	room       bool // for its deliveries in the lanes
	deliveries []Delivery
	lines      []logLine
	changes    []changed
	envelopes  []doneEnvelope
}

// logLine is one line for the operator, written after the commit.
type logLine struct {
	level slog.Level
	msg   string
	args  []any
}

func (r *result) info(msg string, args ...any) {
	r.lines = append(r.lines, logLine{slog.LevelInfo, msg, args})
}

func (r *result) warn(msg string, args ...any) {
	r.lines = append(r.lines, logLine{slog.LevelWarn, msg, args})
}

// turn takes what waits in the inbox and the timers that are due, and steps all
// of it in one transaction.
func (b *Bot) turn(ctx context.Context) (bool, error) {
	now := b.Now()
	envelopes, err := b.Store.LeaseEnvelopes(ctx, Lease{Holder: b.Holder, Max: turnSize, Now: now, Until: now.Add(leaseTime)})
	if err != nil {
		return false, fmt.Errorf("leasing envelopes: %w", err)
	}
	var due []DueTimer
	if err := b.Store.View(ctx, func(tx Reader) error {
		due, err = tx.Due(now, turnSize)
		return err
	}); err != nil {
		return false, fmt.Errorf("reading due timers: %w", err)
	}
	busy := b.setAside(b.prepare(ctx, envelopes), now)
	if len(busy) == 0 && len(due) == 0 && !b.idleDue(now) {
		return len(envelopes) > 0, nil
	}
	all := slices.Concat(b.idle, busy)
	b.idle = nil
	room := b.out.lanes.admit()
	var res result
	err = b.Store.Update(ctx, func(tx Tx) error {
		res = result{room: room}
		for _, w := range all {
			if err := b.process(tx, w, &res); err != nil {
				return err
			}
		}
		for _, d := range due {
			if err := b.ring(tx, d, now, &res); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.out.take(nil, room)
		for _, w := range all {
			if err := b.Store.ReturnEnvelope(context.WithoutCancel(ctx), b.Holder, w.envelope.Seq); err != nil {
				b.Log.Error("returning an envelope", "err", err)
			}
		}
		if errors.Is(err, ErrConflict) || errors.Is(err, errPanic) {
			return true, nil // read again, step again: another replica was first, or something is set aside now
		}
		return false, fmt.Errorf("committing a turn: %w", err)
	}
	b.out.take(res.deliveries, room)
	b.out.invited(all)
	b.report(res)
	return true, nil
}

// prepare decodes, recognises and looks up, all at once and outside of the
// transaction.
func (b *Bot) prepare(ctx context.Context, envelopes []Envelope) []work {
	all := make([]work, len(envelopes))
	var wg sync.WaitGroup
	library := b.Playbooks.Library()
	if !b.Now().Before(b.again) {
		b.again = time.Time{}
	}
	for i, e := range envelopes {
		all[i] = work{envelope: e, library: library}
		b.decode(&all[i])
		if all[i].drop == "" && all[i].seen.Kind != InTick {
			wg.Go(func() { b.lookUp(ctx, &all[i]) })
		}
	}
	wg.Wait()
	b.lookBack(ctx, all)
	for _, w := range all {
		if w.later && b.again.IsZero() {
			b.again = b.Now().Add(leaseTime)
		}
	}
	return all
}

func (b *Bot) decode(w *work) {
	e := w.envelope
	defer func() {
		if r := recover(); r != nil {
			w.spoil(fmt.Sprintf("decoding panicked: %v", r))
			b.Log.Error("decoding panicked", "key", e.Key, "panic", r, "stack", string(debug.Stack()))
		}
	}()
	switch {
	case len(e.Rejected) > 0:
		w.leave("form with errors", b.Decoder)
		return
	case e.Over:
		w.leave("failure that was over when it was read", b.Decoder)
		return
	case e.Kind == EnvelopeUnknown:
		w.spoil("unknown envelope")
		return
	case e.Kind == EnvelopeTick:
		w.seen.Inbound = Inbound{Kind: InTick, Key: e.Key, At: e.Received, Learned: e.Received}
		if err := json.Unmarshal(e.Body, &w.seen.Tick); err != nil {
			w.spoil("damaged tick")
		}
		return
	}
	in, err := b.Decoder.Decode(e)
	if err != nil {
		w.spoil("can't be decoded")
		b.Log.Error("an envelope can't be decoded; set aside", "key", e.Key, "kind", e.Kind, "err", err)
		return
	}
	w.seen.Inbound = in
	if in.Text != "" && !in.Own && !in.Deleted {
		w.seen.Recognition = w.library.Recognizer().Recognize(in.Text)
	}
	if len(in.Mails) == 0 {
		w.drop = w.seen.idle()
	}
}

// process routes one envelope and steps what it comes to.
func (b *Bot) process(tx Tx, w work, res *result) error {
	if w.later {
		return nil // its lease ends by itself
	}
	outcome := EnvelopeDropped
	switch {
	case w.bad || b.bad["envelope "+w.envelope.Key]:
		outcome = EnvelopeUnreadable
	case w.drop == "":
		acted, err := b.route(tx, w, res)
		if err != nil {
			return err
		}
		if acted {
			outcome = EnvelopeStepped
		}
	}
	if err := tx.DoneEnvelope(w.envelope.Seq); err != nil {
		return fmt.Errorf("finishing envelope %s: %w", w.envelope.Key, err)
	}
	res.envelopes = append(res.envelopes, doneEnvelope{w.envelope.Kind, outcome})
	return nil
}

// route says whether the envelope comes to anything.
func (b *Bot) route(tx Tx, w work, res *result) (acted bool, err error) {
	defer b.spoiled("envelope "+w.envelope.Key, &err)
	routing, err := Router{Cases: tx, Library: w.library, Settings: b.Settings}.Route(w.seen)
	if err != nil {
		return false, err
	}
	w.redacted(res)
	if routing.Drop != "" {
		res.info("dropped", "key", w.envelope.Key, "kind", w.seen.Kind, "reason", routing.Drop)
	}
	for _, s := range routing.Steps {
		if err := b.step(tx, s, res); err != nil {
			return false, err
		}
	}
	if routing.Job != "" {
		if err := tx.MarkTick(routing.Job, routing.Due); err != nil {
			return false, fmt.Errorf("marking %s as done: %w", routing.Job, err)
		}
	}
	for k, n := range routing.Notices {
		if err := tx.PutNotice(k, n); err != nil {
			return false, fmt.Errorf("keeping a notice: %w", err)
		}
	}
	if err := prune(tx, routing, res); err != nil {
		return false, err
	}
	return routing.Drop == "", b.deliver(tx, w.envelope.Key, routing.Effects, res)
}

// redacted leaves a trace of what redaction took out. Who wrote it is told, unless
// that is an app: then it is for the operator to see that it writes no more of them.
func (w work) redacted(res *result) {
	switch in := w.seen; {
	case len(in.Removed) == 0 || in.Own:
	case in.By.Bot:
		res.warn("an app posted a secret, which was removed before anything was stored; see that it is changed and not posted again",
			"key", w.envelope.Key, "what", in.Removed, "app", in.By.ID)
	default:
		res.info("a secret was removed before anything was stored", "key", w.envelope.Key, "what", in.Removed, "by", in.By.ID)
	}
}

// How much is forgotten in one transaction; the rest follows at the next tick.
const (
	pruneKeys  = 10_000
	pruneCases = 250
	pruneDead  = 1_000
)

func prune(tx Tx, routing Routing, res *result) error {
	if !routing.Prune.IsZero() {
		n, err := tx.Prune(routing.Prune, pruneKeys)
		if err != nil {
			return fmt.Errorf("pruning the inbox: %w", err)
		}
		res.info("pruned", "keys", n)
	}
	if !routing.Dead.IsZero() {
		n, err := forgetDead(tx, routing.Dead, pruneDead)
		if err != nil {
			return fmt.Errorf("pruning dead letters: %w", err)
		}
		if n > 0 {
			res.info("pruned", "deliveries given up", n, "on their way before", routing.Dead)
		}
	}
	if !routing.Expired.IsZero() {
		n, err := tx.PruneCases(routing.Expired, pruneCases)
		if err != nil {
			return fmt.Errorf("pruning closed cases: %w", err)
		}
		if n > 0 {
			res.info("pruned", "cases", n, "closed before", routing.Expired)
		}
	}
	return nil
}

// step steps one event and stores what comes of it.
func (b *Bot) step(tx Tx, s Routed, res *result) error {
	c, err := b.load(tx, s)
	if err != nil {
		return err
	}
	p, err := b.playbookFor(tx, c, s.Playbook)
	if err != nil {
		return err
	}
	next, effects := Step(c, s.Event, p, b.Settings)
	prefix := s.Event.Key + "/" + c.ID
	if next.Rev != c.Rev {
		prefix = next.ID + "/" + strconv.FormatUint(next.Rev, 10)
		if err := b.keep(tx, c, next, s); err != nil {
			return err
		}
		res.changes = append(res.changes, changed{c, next})
		args := []any{"case", next.ID, "event", s.Event.Kind, "by", s.Event.By.ID, "state", next.State, "rev", next.Rev, "key", s.Event.Key}
		if p := s.Event.Posted; p != nil {
			args = append(args, "effect", p.Effect, "channel", p.Place.Channel, "ts", p.Place.TS)
		}
		res.info("case", args...)
	} else {
		res.info("case unchanged", "case", c.ID, "event", s.Event.Kind, "by", s.Event.By.ID, "key", s.Event.Key)
	}
	return b.deliver(tx, prefix, effects, res)
}

func (b *Bot) load(tx Tx, s Routed) (Case, error) {
	if s.Case != "" {
		c, err := tx.Case(s.Case)
		if err != nil {
			return c, fmt.Errorf("reading %s: %w", s.Case, err)
		}
		return c, nil
	}
	n, err := tx.NextNumber()
	if err != nil {
		return Case{}, fmt.Errorf("taking a case number: %w", err)
	}
	return Case{ID: "SF-" + strconv.FormatUint(n, 10)}, nil
}

// playbookFor is the playbook a step runs on: the one the case began with, or,
// when it begins, the one it begins with.
func (b *Bot) playbookFor(tx Tx, c Case, begins diagnose.Playbook) (diagnose.Playbook, error) {
	if begins.ID != "" {
		if err := tx.PutPlaybook(begins); err != nil {
			return begins, fmt.Errorf("storing playbook %s: %w", begins.ID, err)
		}
		return begins, nil
	}
	p, err := b.stored.get(tx, c.Hash)
	if err != nil {
		return p, fmt.Errorf("reading the playbook of %s: %w", c.ID, err)
	}
	return p, nil
}

// keep stores a changed case, its event, and the keys that lead to it.
func (b *Bot) keep(tx Tx, old, next Case, s Routed) error {
	if err := tx.PutCase(next, old.Rev); err != nil {
		return fmt.Errorf("storing %s: %w", next.ID, err)
	}
	if e, ok := sampled(old, next, s.Event); ok {
		if err := tx.AppendEvent(next.ID, e); err != nil {
			return fmt.Errorf("storing an event of %s: %w", next.ID, err)
		}
	}
	keys := s.Bind
	if old.Anchor.Root() == "" && next.Anchor.Root() != "" {
		keys = append(keys, threadKey(next.Anchor))
	}
	for _, k := range keys {
		if err := tx.Bind(k, next.ID); err != nil {
			return fmt.Errorf("binding %s: %w", next.ID, err)
		}
	}
	return nil
}

// deliver queues effects, each under an id that is the same however often the
// envelope is stepped.
func (b *Bot) deliver(tx Tx, prefix string, effects []Effect, res *result) error {
	now := b.Now()
	for i, e := range effects {
		d := Delivery{ID: prefix + "/" + strconv.Itoa(i), Effect: e, Born: now}
		holder, until := b.Holder, now.Add(holdTime)
		left := !res.room && !d.prompt()
		if left {
			holder, until = "", time.Time{}
		}
		d.Untried = left || b.out.lanes.behind(d.Lane(), res.deliveries)
		seq, err := tx.AddDelivery(d, holder, until)
		if err != nil {
			return fmt.Errorf("queueing %s: %w", e, err)
		}
		if d.Seq = seq; seq != 0 {
			res.deliveries = append(res.deliveries, d)
		}
	}
	return nil
}

// ring steps a case's own timer.
func (b *Bot) ring(tx Tx, d DueTimer, now time.Time, res *result) (err error) {
	name := "timer " + d.Case + "/" + string(d.Timer)
	if b.bad[name] {
		return b.clear(tx, d)
	}
	defer b.spoiled(name, &err)
	e := Event{
		Key: "timer/" + d.Case + "/" + string(d.Timer) + "/" + d.Due.UTC().Format(time.RFC3339Nano), Kind: EventTimer,
		At: now, Learned: now, Choice: string(d.Timer),
	}
	return b.step(tx, Routed{Case: d.Case, Event: e}, res)
}
