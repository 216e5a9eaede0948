package storetest

import (
	"fmt"
	"time"

	"syncfix/bot"
)

func timeTests() []test {
	return []test{
		{"timers come earliest first", timerOrder},
		{"timers follow their case", timersFollow},
		{"due times are exact and of any year", timerExact},
		{"the newest tick counts", ticks},
		{"Prune forgets what is done and old", pruneOld},
		{"Prune stops at its bound", pruneBound},
		{"Prune forgets the ids of old deliveries", pruneDeliveries},
		{"the newest notice is kept until it is pruned", notices},
		{"PruneCases forgets long-closed cases with all they have", pruneCases},
		{"PruneCases stops at its bound", pruneCasesBound},
	}
}

func timed(id string, n int, timers map[bot.Timer]time.Time) bot.Case {
	c := someCase(id, n)
	c.Timers = timers
	return c
}

// due lists what is due, as "SF-1 stale".
func (k *kit) due(now time.Time, most int) []string {
	k.Helper()
	var out []string
	k.view(func(tx bot.Reader) error {
		ts, err := tx.Due(now, most)
		for _, t := range ts {
			out = append(out, t.Case+" "+string(t.Timer))
		}
		return err
	})
	return out
}

// nextDue is when the next timer is due; the zero time if there is none.
func (k *kit) nextDue() time.Time {
	k.Helper()
	var due time.Time
	k.view(func(tx bot.Reader) error {
		d, ok, err := tx.NextDue()
		if ok {
			due = d
		}
		return err
	})
	return due
}

func timerOrder(k *kit) {
	k.same("none", k.nextDue(), time.Time{})
	k.same("none due", k.due(at(99), 9), []string(nil))
	k.put(timed("SF-1", 0, map[bot.Timer]time.Time{bot.TimerStale: at(30), bot.TimerReminder: at(10)}), 0)
	k.put(timed("SF-2", 1, map[bot.Timer]time.Time{bot.TimerStale: at(20)}), 0)
	k.put(timed("SF-3", 2, nil), 0)
	k.same("the next", k.nextDue(), at(10))
	k.same("before", k.due(at(10).Add(-time.Nanosecond), 9), []string(nil))
	k.same("at its time", k.due(at(10), 9), []string{"SF-1 reminder"})
	k.same("all", k.due(at(30), 9), []string{"SF-1 reminder", "SF-2 stale", "SF-1 stale"})
	k.same("two", k.due(at(30), 2), []string{"SF-1 reminder", "SF-2 stale"})
	k.same("none wanted", k.due(at(30), 0), []string(nil))
}

func timersFollow(k *kit) {
	k.put(timed("SF-1", 0, map[bot.Timer]time.Time{bot.TimerStale: at(30), bot.TimerReminder: at(10), bot.TimerVerify: at(20)}), 0)
	c := k.stored("SF-1")
	c.Rev, c.Timers = 2, map[bot.Timer]time.Time{bot.TimerStale: at(5), bot.TimerVerify: at(20), bot.TimerWaiting: at(40)}
	k.put(c, 1)
	k.same("moved, kept and new", k.due(at(99), 9), []string{"SF-1 stale", "SF-1 verify", "SF-1 waiting"})
	k.same("the next", k.nextDue(), at(5))
	c.Rev, c.State = 3, bot.Resolved
	c.Timers = map[bot.Timer]time.Time{bot.TimerVerify: at(20)}
	k.put(c, 2)
	k.same("a closed case's own", k.due(at(99), 9), []string{"SF-1 verify"})
	c.Rev, c.Timers = 4, nil
	k.put(c, 3)
	k.same("none", k.due(at(99), 9), []string(nil))
	k.same("no next", k.nextDue(), time.Time{})
}

func timerExact(k *kit) {
	zone := time.FixedZone("elsewhere", -5*3600)
	dues := []time.Time{
		{}, time.Date(1950, 1, 1, 0, 0, 0, 1, time.UTC), time.Unix(0, -1), time.Unix(0, 0), time.Unix(0, 999_999_999),
		noon().In(zone), noon().Add(time.Nanosecond), time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	for i, due := range dues {
		k.put(timed(fmt.Sprint(i), i, map[bot.Timer]time.Time{bot.TimerStale: due}), 0)
	}
	k.view(func(tx bot.Reader) error {
		got, err := tx.Due(dues[len(dues)-1], 99)
		k.ok(err)
		for i, t := range got {
			if !t.Due.Equal(dues[i]) || t.Case != fmt.Sprint(i) {
				k.Errorf("timer %d is %+v, want %s", i, t, dues[i])
			}
		}
		if len(got) != len(dues) {
			k.Errorf("%d timers are due, want %d", len(got), len(dues))
		}
		return nil
	})
}

func ticks(k *kit) {
	last := func(job string) time.Time {
		var t time.Time
		k.view(func(tx bot.Reader) (err error) {
			t, err = tx.LastTick(job)
			return err
		})
		return t
	}
	mark := func(job string, due time.Time) { k.update(func(tx bot.Tx) error { return tx.MarkTick(job, due) }) }
	if !last("digest").IsZero() {
		k.Error("a job that never ran has a last time")
	}
	mark("digest", at(5))
	mark("prune", at(9))
	k.same("first", last("digest"), at(5))
	mark("digest", at(3))
	k.same("an older one changes nothing", last("digest"), at(5))
	mark("digest", at(6).Add(7))
	k.same("a newer one does", last("digest"), at(6).Add(7))
	k.same("the other job", last("prune"), at(9))
}

func (k *kit) notice(key string) (n bot.Notice) {
	k.Helper()
	k.view(func(tx bot.Reader) error {
		got, ok, err := tx.Notice(key)
		if ok == got.At.IsZero() {
			k.Errorf("Notice of %.40q is %v, %v", key, got, ok)
		}
		n = got
		return err
	})
	return n
}

func notices(k *kit) {
	put := func(key string, n bot.Notice) { k.update(func(tx bot.Tx) error { return tx.PutNotice(key, n) }) }
	k.same("none", k.notice("a"), bot.Notice{})
	elsewhere := time.FixedZone("elsewhere", 5*3600)
	put("a", bot.Notice{At: at(5).In(elsewhere), Account: "77"})
	put("b", bot.Notice{At: at(2)})
	put("c", bot.Notice{At: at(4), Account: "9"})
	k.same("kept", k.notice("a"), bot.Notice{At: at(5), Account: "77"})
	put("a", bot.Notice{At: at(5), Account: "78"})
	put("a", bot.Notice{At: at(3), Account: "78"})
	k.same("none of these is newer", k.notice("a"), bot.Notice{At: at(5), Account: "77"})
	put("b", bot.Notice{At: at(6).Add(1)})
	k.same("a newer one", k.notice("b"), bot.Notice{At: at(6).Add(1)})
	k.same("they don't count", k.prune(at(6), 1), 0)
	k.same("the oldest", k.notice("c"), bot.Notice{})
	k.same("beyond the bound", k.notice("a").At, at(5))
	k.prune(at(6), 5)
	k.same("older than the time", k.notice("a"), bot.Notice{})
	k.same("not older, since it is newer than at first", k.notice("b").At, at(6).Add(1))
	for i, key := range odd() {
		put("notice "+key, bot.Notice{At: at(10 + i)})
	}
	for i, key := range odd() {
		k.same(fmt.Sprintf("under %.20q", key), k.notice("notice "+key).At, at(10+i))
	}
}

func (k *kit) prune(before time.Time, most int) int {
	k.Helper()
	var n int
	k.update(func(tx bot.Tx) (err error) {
		n, err = tx.Prune(before, most)
		return err
	})
	return n
}

func pruneOld(k *kit) {
	k.file("a", "b", "c", "d") // received at minutes 0, 1, 2, 3
	got := k.lease("one", 4, at(0))
	k.done(got[0].Seq, got[2].Seq, got[3].Seq)
	k.same("too early", k.prune(at(0), 9), 0)
	k.same("a only: b is pending, and c was received then, not before", k.prune(at(2), 9), 1)
	k.same("fresh", k.file("a", "b", "c", "d"), []bool{true, false, false, false})
	k.same("pending", keysOf(k.lease("two", 9, at(9))), []string{"b", "a"})
	k.same("c and d", k.prune(at(9), 9), 2)
	k.same("nothing left", k.prune(at(9), 9), 0)
}

func pruneBound(k *kit) {
	k.file("a", "b", "c", "d", "e")
	for _, e := range k.lease("one", 9, at(0)) {
		k.done(e.Seq)
	}
	k.same("none wanted", k.prune(at(99), 0), 0)
	k.same("two", k.prune(at(99), 2), 2)
	k.same("two more", k.prune(at(99), 2), 2)
	k.same("the last", k.prune(at(99), 2), 1)
}

func pruneDeliveries(k *kit) {
	done, queued := k.queue("a", "", time.Time{}), k.queue("b", "", time.Time{}) // born at noon
	k.update(func(tx bot.Tx) error { return tx.DoneDelivery(done) })
	k.same("they don't count", k.prune(at(0), 9), 0)
	if k.queue("a", "", time.Time{}) != 0 {
		k.Error("a was forgotten too early")
	}
	k.prune(at(1), 9)
	if k.queue("a", "", time.Time{}) == 0 {
		k.Error("a is known for ever")
	}
	if k.queue("b", "", time.Time{}) != 0 {
		k.Error("b was forgotten while it is queued")
	}
	if got := k.deliveries(); len(got) != 2 || got[0].Seq != queued {
		k.Errorf("queued are %v", idsOf(got))
	}
}
