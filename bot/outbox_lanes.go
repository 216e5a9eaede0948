package bot

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// lanes hold the deliveries that are to go out next, each lane in order, and only
// so many of them in all: the rest waits in the store, behind them.
type lanes struct {
	room    int
	mu      sync.Mutex
	waiting map[string]*lane // a lane that is there has a goroutine
	taken   map[uint64]bool  // by Seq, what waits here or is being sent
	left    bool             // the store has some that are not taken
	leaving int              // transactions under way that leave theirs in the store
	filling bool             // more are being read from the store
	low     chan struct{}    // there is room for what is left
}

// lane is what goes out one after the other. What failed waits at its head, and
// holds up what is about the same case; the rest passes it.
type lane struct {
	queue    []queued
	failures int           // in a row, of whatever was tried
	until    time.Time     // nothing is tried before
	bell     chan struct{} // something was put
}

// queued is a delivery in its lane.
type queued struct {
	Delivery
	failures int  // in this process
	passed   bool // the last try says nothing about others: they need no rest
}

// laneLook is how often the store is asked for what was left, besides when there is room.
const laneLook = time.Minute

// How long a lane rests after a failure that may be its head's alone: half of what
// the head waits, so that the next one is tried first, which shows whether it was.
const (
	laneRest    = firstWait / 2 // doubling with each failure in a row, up to …
	laneLongest = 30 * time.Second
)

func newLanes(room int) *lanes {
	return &lanes{room: room, waiting: map[string]*lane{}, taken: map[uint64]bool{}, low: make(chan struct{}, 1)}
}

// admit says whether what a transaction is about to queue goes into the lanes;
// otherwise it is to be left in the store, without a holder. A call of admitted
// must follow when the transaction is over.
func (l *lanes) admit() (room bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	room = !l.left && !l.filling && l.leaving == 0 && len(l.taken) < l.room
	if !room {
		l.leaving++
	}
	return room
}

// admitted says that such a transaction is over, and whether it left anything.
func (l *lanes) admitted(room, left bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if room {
		return
	}
	l.leaving--
	l.left = l.left || left
	l.call()
}

// call asks for what is left, if there is room for a good deal of it.
func (l *lanes) call() {
	if !l.left || len(l.taken) > l.room/2 {
		return
	}
	select {
	case l.low <- struct{}{}:
	default:
	}
}

// put puts a delivery into its lane, and says whether the lane is new. One that
// is taken already stays where it is.
func (l *lanes) put(d Delivery) (name string, fresh bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	name = d.Lane()
	if l.taken[d.Seq] {
		return name, false
	}
	l.taken[d.Seq] = true
	at, busy := l.waiting[name]
	if !busy {
		at = &lane{bell: make(chan struct{}, 1)}
		l.waiting[name] = at
	}
	at.queue = append(at.queue, queued{Delivery: d})
	if d.Paused && d.NotUntil.After(at.until) { // an earlier process was asked to wait
		at.until = d.NotUntil
	}
	at.ring()
	return name, !busy
}

func (l *lane) ring() {
	select {
	case l.bell <- struct{}{}:
	default:
	}
}

// hasten has a lane wait no longer, but for what Slack asked to wait with.
func (l *lanes) hasten(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := l.waiting[name]
	if at == nil {
		return
	}
	at.failures, at.until = 0, time.Time{}
	for i := range at.queue {
		if q := &at.queue[i]; q.Paused {
			at.until = q.NotUntil
		} else {
			q.failures, q.NotUntil = 0, time.Time{}
		}
	}
	at.ring()
}

// back puts one that was not sent back to where it was taken from.
func (l *lanes) back(name string, q queued, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := l.waiting[name]
	i := slices.IndexFunc(at.queue, func(o queued) bool { return o.Seq > q.Seq })
	if i < 0 {
		i = len(at.queue)
	}
	at.queue = slices.Insert(at.queue, i, q)
	if q.passed {
		return
	}
	at.failures++
	at.until = now.Add(backoff(name, at.failures, laneRest, laneLongest))
}

// behind says that a delivery that is now queued in a lane will have to wait for
// another one: it is not tried before it is put once more.
func (l *lanes) behind(lane string, queued []Delivery) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, busy := l.waiting[lane]
	return busy || slices.ContainsFunc(queued, func(d Delivery) bool { return d.Lane() == lane })
}

// rest takes out all that waits.
func (l *lanes) rest() (all []Delivery) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, at := range l.waiting {
		for _, q := range at.queue {
			all = append(all, q.Delivery)
		}
		at.queue = nil
	}
	return all
}

// upNext is what a lane's goroutine does next.
type upNext struct {
	send  queued          // zero: nothing goes out now …
	wake  time.Time       // … before this …
	bell  <-chan struct{} // … or until more comes
	stale []Delivery      // need not go out any more
	over  bool            // the lane has ended
}

// next takes out of a lane what goes out now, and the cards before it that a later
// one makes stale. A lane that is empty ends, and what waits stays when more is no
// longer wanted.
func (l *lanes) next(ctx context.Context, name string, now time.Time) (up upNext) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if ctx.Err() != nil {
		return upNext{over: true}
	}
	at := l.waiting[name]
	if up.bell = at.bell; at.until.After(now) {
		up.wake = at.until
		return up
	}
	held := map[string]bool{} // cases of which something has to wait
	for i := 0; i < len(at.queue); {
		q := at.queue[i]
		switch {
		case q.stale(at.queue[i+1:]):
			up.stale = append(up.stale, at.takeOut(i).Delivery)
		case held[q.Effect.Case]:
			i++
		case q.NotUntil.After(now):
			if up.wake.IsZero() || q.NotUntil.Before(up.wake) {
				up.wake = q.NotUntil
			}
			held[q.Effect.Case] = q.Effect.Case != ""
			i++
		default:
			up.send = at.takeOut(i)
			return up
		}
	}
	if up.over = len(at.queue) == 0; up.over {
		delete(l.waiting, name)
	}
	return up
}

func (l *lane) takeOut(i int) queued {
	q := l.queue[i]
	if i == 0 {
		l.queue = l.queue[1:] // nearly always, and the queue can be long
	} else {
		l.queue = slices.Delete(l.queue, i, i+1)
	}
	return q
}

// sent says that one of a lane is done with, and so nothing is wrong with the lane.
func (l *lanes) sent(name string, d Delivery) {
	l.mu.Lock()
	if at := l.waiting[name]; at != nil {
		at.failures = 0
	}
	l.mu.Unlock()
	l.over(d)
}

// over says that deliveries are no longer being sent.
func (l *lanes) over(ds ...Delivery) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, d := range ds {
		delete(l.taken, d.Seq)
	}
	l.call()
}

// collapse takes out of all lanes what later deliveries make stale.
func (l *lanes) collapse() (stale []Delivery) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, at := range l.waiting {
		kept := at.queue[:0:0]
		for i, q := range at.queue {
			if q.stale(at.queue[i+1:]) {
				stale = append(stale, q.Delivery)
			} else {
				kept = append(kept, q)
			}
		}
		at.queue = kept
	}
	return stale
}

// stale says that a later delivery shows all that d would. One that may have
// gone out already is looked up all the same.
func (d Delivery) stale(later []queued) bool {
	e := d.Effect
	if d.Uncertain || e.Kind != ShowCard && e.Kind != ShowReaction && e.Kind != ShowHome {
		return false
	}
	for _, l := range later {
		if l.Effect.Kind == e.Kind && l.Effect.Case == e.Case && (e.Kind != ShowHome || l.Effect.To == e.To) {
			return true
		}
	}
	return false
}

// shown says that the card stands as this delivery would show it: an earlier one
// has shown the newest state already.
func (d Delivery) shown(c Case) bool {
	return d.Effect.Kind == ShowCard && !d.Uncertain && c.Card.TS != "" && c.Shown >= c.Face
}

// fill reads what was left in the store whenever there is room for it, until ctx ends.
func (o *outbox) fill(ctx context.Context) {
	for ctx.Err() == nil {
		look := make(chan struct{})
		stop := o.b.Clock.CallAt(o.b.Now().Add(laneLook), func() { close(look) })
		select {
		case <-ctx.Done():
		case <-o.lanes.low:
		case <-look:
		}
		stop()
		if err := o.refill(ctx); err != nil && ctx.Err() == nil {
			o.b.Log.Error("reading deliveries that wait", "err", err)
			_ = Sleep(ctx, RealClock{}, retryTime)
		}
	}
}

// refill takes as much of what is left as there is room for.
func (o *outbox) refill(ctx context.Context) error {
	if o.lanes.crowded() {
		o.finish(o.lanes.collapse()) // which is of the least value
	}
	l := o.lanes
	l.mu.Lock()
	room := l.room - len(l.taken)
	if room <= 0 {
		l.mu.Unlock()
		return nil
	}
	l.filling, l.left = true, false
	l.mu.Unlock()
	now := o.b.Now().Add(o.ahead) // at first whoever held it before holds it no more, and what had to wait can wait here
	more, err := o.b.Store.LeaseDeliveries(ctx, Lease{Holder: o.b.Holder, Max: room, Now: now, Until: now.Add(holdTime)})
	if o.ahead > 0 {
		more = afresh(more)
	}
	o.enqueue(more)
	if err == nil && len(more) < room {
		o.ahead = 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.filling = false
	l.left = l.left || err != nil || len(more) == room
	l.call()
	if err != nil {
		return fmt.Errorf("leasing deliveries: %w", err)
	}
	return nil
}

// crowded says that more waits in the store than there is room for.
func (l *lanes) crowded() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.left && len(l.taken) > l.room/2
}
