package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"syncfix/bot"
)

func togetherTests() []test {
	return []test{
		{"200 file at once, each key fresh once", fileTogether},
		{"many lease at once, each envelope to one", leaseTogether},
		{"a count goes up by one for each who counts", countTogether},
		{"a reader never sees half of a transaction", readTogether},
		{"intake, steps and sending at once", allTogether},
	}
}

func fileTogether(k *kit) {
	const callers, keys = 200, 100
	var mu sync.Mutex
	freshFor := map[string]int{}
	k.crowd(callers, func(i int) error {
		es := []bot.Envelope{envelope(fmt.Sprint("shared ", i%keys), at(0)), envelope(fmt.Sprint("own ", i), at(0))}
		fresh, err := k.s.File(context.Background(), es)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		for j, f := range fresh {
			if f {
				freshFor[es[j].Key]++
			}
		}
		return nil
	})
	for key, n := range freshFor {
		if n != 1 {
			k.Errorf("%s was fresh %d times", key, n)
		}
	}
	k.same("keys", len(freshFor), callers+keys)
	pending, _ := k.inbox()
	k.same("pending", pending, callers+keys)
}

func leaseTogether(k *kit) {
	const n = 300
	var es []bot.Envelope
	for i := range n {
		es = append(es, envelope(fmt.Sprint(i), at(0)))
	}
	_, err := k.s.File(context.Background(), es)
	k.ok(err)
	var mu sync.Mutex
	holders := map[uint64][]string{}
	k.crowd(10, func(i int) error {
		holder := fmt.Sprint("holder ", i)
		for range n { // more often than there is anything to get
			got, err := k.s.LeaseEnvelopes(context.Background(), bot.Lease{Holder: holder, Max: 7, Now: at(0), Until: at(1)})
			if err != nil || len(got) == 0 {
				return err
			}
			mu.Lock()
			for _, e := range got {
				holders[e.Seq] = append(holders[e.Seq], holder)
			}
			mu.Unlock()
		}
		return nil
	})
	k.same("leased", len(holders), n)
	for seq, by := range holders {
		if len(by) != 1 {
			k.Errorf("envelope %d was leased by %v", seq, by)
		}
	}
}

func countTogether(k *kit) {
	const callers = 40
	k.put(someCase("SF-1", 0), 0)
	k.crowd(callers, func(int) error {
		for {
			var c bot.Case
			if err := k.s.View(context.Background(), func(tx bot.Reader) (err error) {
				c, err = tx.Case("SF-1")
				return err
			}); err != nil {
				return err
			}
			from := c.Rev
			c.Rev, c.Offers = from+1, c.Offers+1
			err := k.s.Update(context.Background(), func(tx bot.Tx) error { return tx.PutCase(c, from) })
			if !errors.Is(err, bot.ErrConflict) {
				return err
			}
		}
	})
	k.same("the count", k.stored("SF-1").Offers, callers)
}

func readTogether(k *kit) {
	k.put(someCase("SF-1", 0), 0)
	k.put(someCase("SF-2", 1), 0)
	k.crowd(8, func(i int) error {
		for range 20 {
			if i%2 == 0 {
				if err := k.s.Update(context.Background(), func(tx bot.Tx) error {
					for _, id := range []string{"SF-1", "SF-2"} {
						c, err := tx.Case(id)
						if err != nil {
							return err
						}
						c.Rev++
						if err := tx.PutCase(c, c.Rev-1); err != nil {
							return err
						}
					}
					return nil
				}); err != nil {
					return err
				}
				continue
			}
			if err := k.s.View(context.Background(), func(tx bot.Reader) error {
				a, err := tx.Case("SF-1")
				if err != nil {
					return err
				}
				b, err := tx.Case("SF-2")
				if err == nil && a.Rev != b.Rev {
					err = fmt.Errorf("one case is at %d, the other at %d", a.Rev, b.Rev)
				}
				return err
			}); err != nil {
				return err
			}
		}
		return nil
	})
	k.same("the revision", k.stored("SF-1").Rev, uint64(1+4*20))
}

// allTogether is a bot at work: some file, some step, some send. In the end every
// envelope has led to one delivery, and every delivery has gone out once.
func allTogether(k *kit) {
	const n = 60
	var sent sync.Map
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	k.crowd(n+4, func(i int) (err error) {
		defer func() {
			if err != nil {
				stop() // the others wait for all to be sent
			}
		}()
		holder := fmt.Sprint("holder ", i)
		if i < n {
			_, err := k.s.File(ctx, []bot.Envelope{envelope(fmt.Sprint(i), at(0))})
			return err
		}
		for gone := 0; gone < n; {
			es, err := k.s.LeaseEnvelopes(ctx, bot.Lease{Holder: holder, Max: 5, Now: at(0), Until: at(1)})
			if err != nil {
				return err
			}
			for _, e := range es {
				if err := stepAndSend(ctx, k.s, e, holder, &sent); err != nil {
					return err
				}
			}
			gone = 0
			sent.Range(func(any, any) bool { gone++; return true })
		}
		return nil
	})
	pending, _ := k.inbox()
	k.same("pending", pending, 0)
	k.same("deliveries", k.deliveries(), []bot.Delivery(nil))
}

func stepAndSend(ctx context.Context, s bot.Store, e bot.Envelope, holder string, sent *sync.Map) error {
	var seq uint64
	if err := s.Update(ctx, func(tx bot.Tx) (err error) {
		if err := tx.DoneEnvelope(e.Seq); err != nil {
			return err
		}
		seq, err = tx.AddDelivery(delivery(e.Key), holder, at(60))
		return err
	}); err != nil {
		return err
	}
	if _, twice := sent.LoadOrStore(e.Key, holder); twice {
		return fmt.Errorf("%s went out twice", e.Key)
	}
	got, err := s.LeaseDeliveries(ctx, bot.Lease{Holder: "thief", Max: 100, Now: at(0), Until: at(1)})
	if err != nil {
		return err
	}
	if len(got) > 0 {
		return fmt.Errorf("a thief got %v", idsOf(got))
	}
	return s.Update(ctx, func(tx bot.Tx) error { return tx.DoneDelivery(seq) })
}

// crowd runs fn n times at once.
func (k *kit) crowd(n int, fn func(i int) error) {
	k.Helper()
	var wg sync.WaitGroup
	errs := make([]error, n)
	for i := range n {
		wg.Go(func() { errs[i] = fn(i) })
	}
	wg.Wait()
	k.ok(errors.Join(errs...))
}
