package bot

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"runtime/debug"
	"slices"
	"sync"
	"time"
)

// outbox carries deliveries out: one lane for each channel and person, in order;
// lanes don't wait for one another.
type outbox struct {
	b     *Bot
	lanes *lanes
	lost  *lostCards
	wg    sync.WaitGroup
	ahead time.Duration   // of the clock, until all that was left behind is taken up
	ctx   context.Context // of taking more
	hard  context.Context // of what is being sent
	kill  context.CancelFunc

	reactions reactions
	started   chan struct{} // closed when what was left behind is taken up
}

func newOutbox(b *Bot) *outbox {
	return &outbox{b: b, lanes: newLanes(b.Room), lost: &lostCards{of: map[string]bool{}}, reactions: reactions{refused: map[string]string{}}, started: make(chan struct{})}
}

// start takes up what an earlier process left behind.
func (o *outbox) start(ctx context.Context) error {
	o.ctx = ctx
	o.hard, o.kill = context.WithCancel(context.WithoutCancel(ctx))
	if err := o.b.Store.View(ctx, o.lost.read); err != nil {
		return fmt.Errorf("reading the dead letters: %w", err)
	}
	now := o.b.Now()
	left, err := o.b.Store.LeaseDeliveries(ctx, Lease{Holder: o.b.Holder, Max: o.b.Room, Now: now.Add(holdTime), Until: now.Add(2 * holdTime)})
	if err != nil {
		return fmt.Errorf("reading the deliveries left behind: %w", err)
	}
	if len(left) == o.b.Room {
		o.lanes.left, o.ahead = true, holdTime
	}
	o.enqueue(afresh(left))
	o.wg.Go(func() { o.fill(ctx) })
	close(o.started)
	return nil
}

// afresh has what an earlier process left behind tried at once, but for what Slack
// asked to wait with.
func afresh(left []Delivery) []Delivery {
	for i := range left {
		if !left[i].Paused {
			left[i].NotUntil = time.Time{}
		}
	}
	return left
}

// stop waits for what is being sent.
func (o *outbox) stop() {
	o.leave(o.lanes.rest()...)
	t := time.AfterFunc(stopTime, o.kill)
	o.wg.Wait()
	t.Stop()
	o.kill()
}

// take takes up what a transaction queued for which admit said whether there was
// room. What people wait for is always taken.
func (o *outbox) take(ds []Delivery, room bool) {
	left := false
	for _, d := range ds {
		if room || d.prompt() {
			o.enqueue([]Delivery{d})
		} else {
			left = true
		}
	}
	o.lanes.admitted(room, left)
}

// invited has what waits for a channel go out when the bot has been invited to it:
// that it was no member may be what it waits for.
func (o *outbox) invited(all []work) {
	for _, w := range all {
		if w.seen.Kind == InJoined {
			o.lanes.hasten(w.seen.Place.Channel)
		}
	}
}

// enqueue puts deliveries into their lanes; if the bot is told to stop they stay
// in the store.
func (o *outbox) enqueue(ds []Delivery) {
	for i, d := range ds {
		if o.ctx.Err() != nil {
			o.leave(ds[i:]...)
			return
		}
		if lane, fresh := o.lanes.put(d); fresh {
			o.wg.Go(func() { o.run(lane) })
		}
	}
}

// run empties a lane.
func (o *outbox) run(lane string) {
	for {
		up := o.lanes.next(o.ctx, lane, o.b.Now())
		o.finish(up.stale)
		switch {
		case up.over:
			if o.ctx.Err() != nil {
				o.leave(o.lanes.rest()...) // it may have been put back after all were left
			}
			return
		case up.send.Seq == 0:
			o.await(up)
		default:
			if q, again := o.carry(up.send); again {
				o.lanes.back(lane, q, o.b.Now())
			} else {
				o.lanes.sent(lane, q.Delivery)
			}
		}
	}
}

// await waits until something in a lane need wait no longer, or more has come.
func (o *outbox) await(up upNext) {
	over := make(chan struct{})
	defer o.b.Clock.CallAt(up.wake, func() { close(over) })()
	select {
	case <-over:
	case <-up.bell:
	case <-o.ctx.Done():
	}
}

// leave notes in the store that deliveries were not tried, so that who takes them
// up need not look for them, and private ones are not lost.
func (o *outbox) leave(ds ...Delivery) {
	ds = slices.DeleteFunc(ds, func(d Delivery) bool { return d.Untried })
	if len(ds) == 0 {
		return
	}
	o.commit(func(tx Tx) error {
		for _, d := range ds {
			d.Untried = true
			if err := tx.PutDelivery(d); err != nil {
				return fmt.Errorf("leaving delivery %s: %w", d.ID, err)
			}
		}
		return nil
	})
}

// finish ends deliveries that have nothing to show, or later ones make stale.
func (o *outbox) finish(stale []Delivery) {
	if len(stale) == 0 {
		return
	}
	o.commit(func(tx Tx) error { return done(tx, stale) })
	o.lanes.over(stale...)
	for _, d := range stale {
		o.b.Observer.DeliveryTried(d.Effect.Kind, DeliveryCollapsed)
	}
}

func done(tx Tx, ds []Delivery) error {
	for _, d := range ds {
		if err := tx.DoneDelivery(d.Seq); err != nil {
			return fmt.Errorf("finishing delivery %s: %w", d.ID, err)
		}
	}
	return nil
}

// carry tries to send a delivery; again is false if nothing more is to be done.
func (o *outbox) carry(q queued) (_ queued, again bool) {
	d := q.Delivery
	if why := o.pointless(d); why != "" {
		o.b.Log.Warn("a delivery was dropped", "delivery", d.ID, "effect", d.Effect.String(), "reason", why)
		o.drop(d)
		return q, false
	}
	scene, err := o.b.scene(o.ctx, d.Effect)
	switch {
	case o.ctx.Err() != nil:
		o.leave(d)
		return q, false
	case err != nil:
		o.b.Log.Error("reading what to show", "delivery", d.ID, "err", err)
		_ = Sleep(o.ctx, RealClock{}, retryTime)
		q.passed = true
		return q, true
	case d.shown(scene.Case):
		o.finish([]Delivery{d})
		return q, false
	}
	if d.Effect.Kind == ShowCard && scene.Case.Card.TS == "" && o.lost.holds(d.Effect.Case) {
		d.Uncertain = true
	}
	if d.mayBeThere(scene.Case, o.b.Restored) {
		d.Uncertain, d.Adopt = true, true
	}
	if d.Untried {
		d.Untried = false
		if !o.commit(func(tx Tx) error { return tx.PutDelivery(d) }) {
			return q, false
		}
	}
	q.Delivery = d
	posted, err := o.send(d, scene)
	if err != nil {
		return o.failed(q, err)
	}
	o.arrived(d, scene, posted)
	return q, false
}

// send sends, and takes a panic in rendering or sending for a delivery that never
// will: it is durable, and would bring down every start.
func (o *outbox) send(d Delivery, s Scene) (posted *Posted, err error) {
	defer func() {
		if r := recover(); r != nil {
			o.b.Log.Error("sending panicked", "delivery", d.ID, "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
			err = &SendError{Class: SendPermanent, Err: fmt.Errorf("panic: %v", r)}
		}
	}()
	return o.b.Outside.Send(o.hard, d, s)
}

// pointless is why a delivery need not go out any more.
func (o *outbox) pointless(d Delivery) string {
	if !d.Effect.Before.IsZero() && o.b.Now().After(d.Effect.Before) {
		return "too late"
	}
	if d.Uncertain && d.Effect.Private() {
		return "it may have gone out, and can't be looked up"
	}
	return ""
}

// arrived ends a delivery and tells the case what stands in Slack now, in one
// transaction: there is no moment in which one is known and the other is not.
func (o *outbox) arrived(d Delivery, scene Scene, posted *Posted) {
	o.b.Log.Debug("delivered", "delivery", d.ID, "effect", d.Effect.String())
	o.reacted(d)
	room := o.lanes.admit()
	res := result{room: room}
	stored := o.commit(func(tx Tx) error {
		res = result{room: room}
		if err := tx.DoneDelivery(d.Seq); err != nil {
			return fmt.Errorf("finishing delivery %s: %w", d.ID, err)
		}
		if posted == nil || d.Effect.Case == "" {
			return nil
		}
		p := *posted
		p.Delivery, p.Effect, p.Rev, p.State = d.ID, d.Effect.Kind, scene.Case.Rev, scene.Case.State
		now := o.b.Now()
		e := Event{Key: "posted/" + d.ID, Kind: EventPosted, At: now, Learned: now, Place: p.Place, Posted: &p}
		err := o.b.step(tx, Routed{Case: d.Effect.Case, Event: e}, &res)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		return err
	})
	o.b.Observer.DeliveryTried(d.Effect.Kind, DeliveryArrived)
	if !stored {
		res = result{}
	}
	o.take(res.deliveries, room)
	o.b.report(res)
}

// How long a delivery waits after a failure, doubling with each to the longest.
// What waits starts afresh in a new process: the operator may have mended it.
const (
	firstWait    = time.Second // when Slack does not answer, or says that it can't …
	longestWait  = time.Minute
	operatorWait = time.Minute // … and when it refuses us
	operatorMost = 5 * time.Minute
)

// failed decides what becomes of a delivery that did not go out; again says
// whether it is to be tried again.
func (o *outbox) failed(q queued, err error) (_ queued, again bool) {
	se := &SendError{Class: SendUncertain, Err: err}
	errors.As(err, &se)
	d := &q.Delivery
	if se.Held { // it was not tried
		q.passed, d.Paused, d.NotUntil = true, true, o.b.Now().Add(se.After)
		return q, true
	}
	d.Attempts++
	d.Error = se.Error()
	o.b.Observer.DeliveryTried(d.Effect.Kind, DeliveryResult(se.Class))
	now := o.b.Now()
	log := o.b.Log.With("delivery", d.ID, "effect", d.Effect.String(), "class", se.Class, "attempt", d.Attempts, "err", se.Err)
	d.Paused, q.passed = false, false
	switch se.Class {
	case SendPermanent:
		d.Dead = true
	case SendExpired:
		log.Warn("a delivery came too late")
		o.drop(*d)
		return q, false
	case SendRateLimited: // no failure, and of this method only: Slack has said when
		d.Paused, q.passed = true, true
		d.NotUntil = now.Add(max(se.After, time.Second))
	case SendOperator:
		q.failures++
		d.NotUntil = now.Add(backoff(d.ID, q.failures, operatorWait, operatorMost))
	default:
		if se.Class == SendUncertain {
			d.Uncertain, d.Tried = true, now
		}
		q.failures++
		d.NotUntil = now.Add(backoff(d.ID, q.failures, firstWait, longestWait))
	}
	if now.Sub(d.Born) > holdTime && now.Sub(d.Revived) > holdTime || se.Class == SendOperator && d.Effect.Kind == ShowReaction {
		d.Dead = true // a reaction is not worth holding up a channel's cards
	}
	if d.Dead && d.Effect.Kind == ShowReaction {
		o.unreacted(*d, se.Err, log)
		return q, false
	}
	d.Untried = !d.Dead // from now on; what came of the try, Uncertain says
	if d.Dead {
		d.Effect.Trigger, d.Effect.ReplyTo = "", "" // they must not be kept longer than they live
		log.Error("a delivery is given up; it is kept among the dead letters")
		o.lost.note(*d)
		o.b.Observer.DeliveryTried(d.Effect.Kind, DeliveryDead)
	} else {
		log.Warn("a delivery will be tried again", "at", d.NotUntil)
	}
	o.commit(func(tx Tx) error { return tx.PutDelivery(*d) })
	return q, !d.Dead
}

// drop ends a delivery that never went out. Somebody who waits for a form is told.
func (o *outbox) drop(d Delivery) {
	room := o.lanes.admit()
	res := result{room: room}
	o.commit(func(tx Tx) error {
		res = result{room: room}
		if err := tx.DoneDelivery(d.Seq); err != nil {
			return fmt.Errorf("dropping delivery %s: %w", d.ID, err)
		}
		if d.Effect.Kind != OpenForm {
			return nil
		}
		sorry := Effect{
			Kind: Whisper, Case: d.Effect.Case, To: d.Effect.To, Place: d.Effect.Place, ReplyTo: d.Effect.ReplyTo,
			Text: "The form didn't open in time. Please try once more.", Before: replyLimit(d.Effect.ReplyTo, d.Born),
		}
		return o.b.deliver(tx, d.ID+"/sorry", []Effect{sorry}, &res)
	})
	o.take(res.deliveries, room)
	o.b.Observer.DeliveryTried(d.Effect.Kind, DeliveryDropped)
}

// commit runs fn until the store takes it: a receipt that is not written would
// be a message sent twice. It says whether it was taken before the bot stopped.
func (o *outbox) commit(fn func(tx Tx) error) bool {
	for {
		err := o.b.Store.Update(o.hard, fn)
		if err == nil || o.hard.Err() != nil {
			return err == nil
		}
		if !errors.Is(err, ErrConflict) {
			o.b.Log.Log(o.hard, refusal(err), "the store refused a receipt; trying again", "err", err)
			_ = Sleep(o.hard, RealClock{}, retryTime)
		}
	}
}

// backoff grows from first to most, doubling with each failure, with up to a
// quarter of jitter that differs from name to name but not from run to run.
func backoff(name string, failures int, first, most time.Duration) time.Duration {
	wait := first << min(failures-1, 16)
	wait = min(max(wait, first), most)
	h := fnv.New32a()
	fmt.Fprintf(h, "%s/%d", name, failures)
	return wait + wait/4*time.Duration(h.Sum32()%100)/100
}
