package slackio

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"syncfix/bot"
)

// took is how long n posts to a channel wait, on the bubble's clock.
func took(t *testing.T, l *limiter, channel string, n int) time.Duration {
	t.Helper()
	begin := time.Now()
	for range n {
		if err := l.wait(context.Background(), "chat.postMessage", channel); err != nil {
			t.Fatal(err)
		}
	}
	return time.Since(begin)
}

func near(d, want time.Duration) bool {
	return d >= want-time.Millisecond && d <= want+time.Millisecond
}

func TestAnIdleChannelWaitsForNothingAndABusyOneForASecondEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(Limits{}, bot.RealClock{})
		if d := took(t, l, "C1", 3); d != 0 {
			t.Errorf("a burst of three waited %v", d)
		}
		if d := took(t, l, "C2", 1); d != 0 {
			t.Errorf("another channel waited %v", d)
		}
		if d := took(t, l, "C1", 2); !near(d, 2*time.Second) {
			t.Errorf("two more waited %v, want 2s", d)
		}
		time.Sleep(10 * time.Second)
		if d := took(t, l, "C1", 3); d != 0 {
			t.Errorf("after a rest a burst waited %v", d)
		}
	})
}

func TestTheWorkspaceHasALimitOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(Limits{MessagesPerMinute: 60}, bot.RealClock{})
		begin := time.Now()
		for i := range 66 {
			if err := l.wait(context.Background(), "chat.postMessage", fmt.Sprint("C", i)); err != nil {
				t.Fatal(err)
			}
		}
		if d := time.Since(begin); !near(d, time.Minute) {
			t.Errorf("66 messages over 66 channels took %v, want a burst of 6 and a minute for 60", d)
		}
	})
}

func TestUnlimitedWaitsForNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(Limits{Unlimited: true}, bot.RealClock{})
		if d := took(t, l, "C1", 1000); d != 0 {
			t.Errorf("waited %v", d)
		}
	})
}

func TestAMethodKeepsBelowItsTier(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(Limits{}, bot.RealClock{})
		begin := time.Now()
		for range 25 + 50 {
			if err := l.wait(context.Background(), "chat.update", ""); err != nil {
				t.Fatal(err)
			}
		}
		if d := time.Since(begin); !near(d, time.Minute) {
			t.Errorf("75 updates took %v, want a burst of 25 and a minute for 50", d)
		}
		if err := l.wait(context.Background(), "views.open", ""); err != nil || time.Since(begin) > 61*time.Second {
			t.Errorf("a form waited behind updates: %v", err)
		}
	})
}

func TestAPauseThatSlackAsksForHoldsOneMethod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(Limits{}, bot.RealClock{})
		l.block("chat.postMessage", 20*time.Second)
		var se *bot.SendError
		if err := l.wait(context.Background(), "chat.postMessage", "C1"); !errors.As(err, &se) || se.Class != bot.SendRateLimited || se.After != 20*time.Second {
			t.Errorf("a long pause: %v, want it handed back", err)
		}
		if err := l.wait(context.Background(), "chat.update", ""); err != nil {
			t.Errorf("another method: %v", err)
		}
		l.block("chat.postMessage", time.Second) // a shorter one does not end a longer one
		time.Sleep(17 * time.Second)
		if d := took(t, l, "C1", 1); !near(d, 3*time.Second) {
			t.Errorf("a short pause was waited for %v, want 3s", d)
		}
	})
}

func TestAPauseThatComesWhileWaitingCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(Limits{}, bot.RealClock{})
		took(t, l, "C1", 3)
		go func() {
			time.Sleep(500 * time.Millisecond)
			l.block("chat.postMessage", 4*time.Second)
		}()
		if d := took(t, l, "C1", 1); d < 4500*time.Millisecond {
			t.Errorf("waited %v, want at least 4.5s", d)
		}
	})
}

func TestBehindAPauseTheLimitsStillCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(Limits{}, bot.RealClock{})
		took(t, l, "C1", 3)
		l.block("chat.postMessage", 3*time.Second)
		begin := time.Now()
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() { took(t, l, "C1", 1) })
		}
		wg.Wait()
		if d := time.Since(begin); !near(d, 6*time.Second) {
			t.Errorf("six that waited for the pause went out within %v, want 6s", d)
		}
	})
}

func TestWaitingEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(Limits{}, bot.RealClock{})
		took(t, l, "C1", 3)
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		begin := time.Now()
		if err := l.wait(ctx, "chat.postMessage", "C1"); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != 0 {
			t.Errorf("what can't be in time: %v after %v", err, time.Since(begin))
		}
		stop, cancelled := context.WithCancel(context.Background())
		time.AfterFunc(200*time.Millisecond, cancelled)
		if err := l.wait(stop, "chat.postMessage", "C1"); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		if d := took(t, l, "C1", 1); d > time.Second {
			t.Errorf("given up places were not given back: waited %v", d)
		}
	})
}

func TestChannelsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(Limits{MessagesPerMinute: 1e9}, bot.RealClock{})
		for i := range 10 * maxChannels {
			if i%maxChannels == 0 {
				time.Sleep(5 * time.Second)
			}
			took(t, l, fmt.Sprint("C", i), 1)
		}
		if n := len(l.channels); n > 3*maxChannels {
			t.Errorf("%d channels are remembered", n)
		}
	})
}

// handClock goes on when it is told to, and not before.
type handClock struct {
	mu    sync.Mutex
	now   time.Time
	calls []func() // one a CallAt that isn't due
	at    []time.Time
}

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *handClock) CallAt(t time.Time, f func()) func() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.calls = append(c.at, t), append(c.calls, f)
	return func() bool { return true }
}

func (c *handClock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	for i, f := range c.calls {
		if f != nil && !c.at[i].After(c.now) {
			c.calls[i] = nil
			go f()
		}
	}
}

func TestLimitsAndPausesFollowTheClockThatIsGiven(t *testing.T) {
	for _, c := range []struct {
		name    string
		blocked time.Duration
		moves   []time.Duration // the last one is enough
	}{
		{"a channel's limit", 0, []time.Duration{0, 900 * time.Millisecond, 200 * time.Millisecond}},
		{"a pause that Slack wants", 4 * time.Second, []time.Duration{0, 3900 * time.Millisecond, time.Second}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				clock := &handClock{now: time.Now()}
				l := newLimiter(Limits{}, clock)
				took(t, l, "C1", 3)
				l.block("chat.postMessage", c.blocked)
				done := make(chan error, 1)
				go func() { done <- l.wait(context.Background(), "chat.postMessage", "C1") }()
				for i, d := range c.moves {
					clock.move(d)
					time.Sleep(time.Hour) // of real time, which says nothing
					if over := len(done) == 1; over != (i == len(c.moves)-1) {
						t.Fatalf("after move %d it may be sent: %v", i+1, over)
					}
				}
				if err := <-done; err != nil {
					t.Error(err)
				}
			})
		})
	}
}
