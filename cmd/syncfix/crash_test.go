package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"syncfix/bot"
	"syncfix/bot/boltstore"
	"syncfix/bot/sandbox"
	"syncfix/bot/slackio"
	"syncfix/diagnose"
)

// fewCrashes is how often a process is killed unless CRASHES says otherwise.
const fewCrashes = 3

// What the crash tests load syncfix with: alerts of accounts of their own and now
// and then a repeat, a success, and people who press what cards offer.
const (
	alertEvery = 500 * time.Millisecond
	pressEvery = 200 * time.Millisecond
	pressers   = 3
	longestRun = 2 * time.Second // of one process
)

// toldToStop is a run in which the process is not killed but told to stop, now and
// then twice.
const toldToStop = "told to stop"

// TestKilledAtRandomMoments kills syncfix at random moments under load and starts
// it again, while every call to Slack takes 100 ms and Slack repeats what gets no
// ack. CRASHES says how often; CRASH_SEED repeats the moments and the load.
func TestKilledAtRandomMoments(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	crashes := fewCrashes
	if n, err := strconv.Atoi(os.Getenv("CRASHES")); err == nil {
		crashes = n
	}
	seed, err := strconv.ParseUint(os.Getenv("CRASH_SEED"), 10, 64)
	if err != nil {
		seed = uint64(time.Now().UnixNano())
	}
	for name, faults := range map[string][]string{
		"slow":         {"latency:100ms"},
		"sockets cut":  {"latency:100ms", "cut:1500ms"},
		"answers lost": {"latency:100ms", "429:3%", "500:3%", "reset:4%"},
		toldToStop:     {"latency:100ms"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			t.Logf("CRASH_SEED=%d CRASHES=%d", seed, crashes)
			k := newCrash(t, seed)
			k.told = name == toldToStop
			for _, f := range faults {
				k.fault(f)
			}
			times := crashes
			if k.told {
				times = (crashes + 3) / 4 // each takes longer
			}
			k.run(times)
			k.slack.ClearFaults()
			k.fault("latency:100ms")
			k.check()
		})
	}
}

// crash is a workspace under load in which syncfix is killed again and again.
type crash struct {
	*world
	rng    *rand.Rand // of the kills
	seed   uint64
	kills  int
	told   bool // to stop, instead of killed
	stop   chan struct{}
	load   sync.WaitGroup
	mu     sync.Mutex
	alerts []raised
	said   map[string]sandbox.EnvelopeLog // presses, by envelope
}

// raised is an alert that was posted, and the account it names.
type raised struct {
	message
	account string
	again   bool // of an account that has an alert already
}

func newCrash(t *testing.T, seed uint64) *crash {
	t.Helper()
	return newCrashIn(t, seed, sandbox.Options{Channels: []string{"support", "billing-alerts", "ops", "general"}, Seed: seed})
}

func newCrashIn(t *testing.T, seed uint64, o sandbox.Options) *crash {
	t.Helper()
	w := openWorld(t, o)
	w.env = []string{"SYNCFIX_RATE=300", "SYNCFIX_LOG_LEVEL=info"}
	k := &crash{world: w, seed: seed, rng: rand.New(rand.NewPCG(seed, 1)), stop: make(chan struct{}), said: map[string]sandbox.EnvelopeLog{}}
	t.Cleanup(func() {
		if k.process != nil {
			_ = k.end(syscall.SIGKILL)
		}
		if err := k.slack.Close(); err != nil {
			t.Error(err)
		}
	})
	return k
}

func (k *crash) fault(text string) {
	k.t.Helper()
	f, err := sandbox.ParseFault(text)
	if err == nil {
		err = k.slack.SetFault(f, true)
	}
	if err != nil {
		k.t.Fatal(err)
	}
}

// run kills so often, under load; then a process stays.
func (k *crash) run(times int) {
	k.t.Helper()
	k.must(k.start()) // the first time in peace: from now on the channels' history counts
	k.must(k.logs.wait(func() bool { return k.logs.count(`"msg":"history read"`) > 0 }))
	k.every(2, alertEvery, k.alert)
	for i := range pressers {
		k.every(uint64(3+i), pressEvery, k.act)
	}
	for range times {
		time.Sleep(time.Duration(k.rng.Int64N(int64(longestRun)))) // the moment of the kill is what is tested
		k.stopOnce()
		if k.told {
			k.must(k.start()) // before, it does not listen for signals yet
		} else {
			k.must(k.launch())
		}
		k.remember()
	}
	close(k.stop)
	k.load.Wait()
}

// stopOnce ends the process. Told to, it stops by itself within 10 s; told twice, at once.
func (k *crash) stopOnce() {
	k.t.Helper()
	k.kills++
	switch {
	case !k.told:
		k.must(k.end(syscall.SIGKILL))
	case k.kills%3 == 0:
		before := k.logs.count(`"msg":"stopping"`)
		k.must(k.process.Process.Signal(syscall.SIGTERM))
		k.must(k.logs.wait(func() bool { return k.logs.count(`"msg":"stopping"`) > before })) // two at once are one
		begin := time.Now()
		_ = k.process.Process.Signal(syscall.SIGTERM) // it may have ended by itself
		_ = k.process.Wait()                          // with an exit code, or all was done by then
		if k.process = nil; time.Since(begin) > 5*time.Second {
			k.t.Errorf("told twice, it took %s to stop", time.Since(begin))
		}
	default:
		k.must(k.end(syscall.SIGTERM))
	}
}

func (k *crash) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

// every does something again and again until stop, with dice of its own.
func (k *crash) every(dice uint64, d time.Duration, do func(*rand.Rand)) {
	k.load.Go(func() {
		rng := rand.New(rand.NewPCG(k.seed, dice))
		tick := time.NewTicker(d)
		defer tick.Stop()
		for {
			select {
			case <-k.stop:
				return
			case <-tick.C:
				do(rng)
			}
		}
	})
}

// alert posts an alert: every fifth is of an account that has one already.
func (k *crash) alert(rng *rand.Rand) {
	k.mu.Lock()
	defer k.mu.Unlock()
	channel := []string{"support", "billing-alerts", "ops"}[rng.IntN(3)]
	a := raised{account: strconv.Itoa(4000001 + len(k.alerts))}
	if n := len(k.alerts); n > 5 && rng.IntN(5) == 0 {
		a.account, a.again = k.alerts[rng.IntN(n)].account, true
	}
	if err := k.raise(a, channel); err != nil {
		k.t.Error(err)
	}
}

// alertOf posts an alert of an account.
func (k *crash) alertOf(channel, account string) {
	k.t.Helper()
	k.must(k.raise(raised{account: account}, channel))
}

func (k *crash) raise(a raised, channel string) error {
	text := "Oracle NetSuite Sync Error: Sync didn't finish successfully! Your login credentials are invalid/expired\nAccount ID: " + a.account
	body, err := json.Marshal(map[string]string{"text": text})
	if err != nil {
		return err
	}
	a.channel = channel
	a.ts, err = k.slack.Post(channel, "Monitor", body)
	k.alerts = append(k.alerts, a)
	return err
}

// onCard waits for a button on the card of an alert.
func (k *crash) onCard(alert int, action string) (card sandbox.Message, err error) {
	err = k.wait("a button "+action+" on a card", func() bool {
		for _, m := range k.thread(k.alerts[alert].message) {
			card = m
			if slices.ContainsFunc(k.slack.Buttons(m.Channel, m.TS), func(b sandbox.Button) bool { return strings.HasPrefix(b.ActionID, action) }) {
				return true
			}
		}
		return false
	})
	return card, err
}

// act does what people and tools do about a case that they see: now and then the
// sync works again; otherwise somebody presses what the card offers.
func (k *crash) act(rng *rand.Rand) {
	k.mu.Lock()
	if len(k.alerts) == 0 {
		k.mu.Unlock()
		return
	}
	a := k.alerts[rng.IntN(len(k.alerts))]
	k.mu.Unlock()
	cards := slices.DeleteFunc(k.thread(a.message), func(m sandbox.Message) bool { return deliveryOf(m).Kind != bot.ShowCard })
	if len(cards) == 0 {
		return
	}
	if rng.IntN(12) == 0 {
		body := json.RawMessage(fmt.Sprintf(`{"text":"Oracle NetSuite sync completed successfully\nAccount ID: %s"}`, a.account))
		if _, err := k.slack.Post(a.channel, "Cashflow360", body); err != nil {
			k.t.Error(err)
		}
		return
	}
	offered := slices.DeleteFunc(k.slack.Buttons(a.channel, cards[0].TS), func(b sandbox.Button) bool {
		what, _, _ := strings.Cut(b.ActionID, "/")
		return !slices.Contains([]string{"answer", "gate", "worked", "failing", "cannot"}, what) || b.Type != "button"
	})
	if len(offered) > 0 {
		b := offered[rng.IntN(len(offered))]
		user := []string{"U0ANA", "U0LEO"}[rng.IntN(2)]
		_ = k.slack.Press(user, a.channel, cards[0].TS, b.ActionID) // nobody may be there to answer; see remember
	}
}

// remember keeps what became of presses; the sandbox forgets in time.
func (k *crash) remember() {
	for _, e := range k.slack.Envelopes() {
		if e.Kind == "block_actions" {
			k.said[e.ID] = e
		}
	}
}

// delivered is the metadata of a post of the bot.
type delivered struct {
	Delivery string         `json:"delivery"`
	Case     string         `json:"case"`
	Kind     bot.EffectKind `json:"kind"`
}

func deliveryOf(m sandbox.Message) delivered {
	var meta struct {
		Payload delivered `json:"event_payload"`
	}
	_ = json.Unmarshal(m.Metadata, &meta) // none: the zero value
	return meta.Payload
}

// pressing is a button that Slack told us of.
type pressing struct {
	bot.Press
	acked bool
}

func (k *crash) presses() (all []pressing) {
	for _, e := range k.said {
		var p struct {
			Actions []struct {
				ID    string `json:"action_id"`
				Value string `json:"value"`
			} `json:"actions"`
		}
		k.must(json.Unmarshal(e.Payload, &p))
		for _, a := range p.Actions {
			press, err := slackio.DecodePress(a.ID, a.Value)
			k.must(err)
			if press.Action == bot.ActionCannot && press.Choice == "" {
				continue // it opens a form
			}
			all = append(all, pressing{press, e.Outcome == sandbox.OutcomeAcked})
		}
	}
	return all
}

// stored is what a database holds.
type stored struct {
	scenes     map[string]bot.Scene // what the cards of the cases are to show
	events     map[string][]bot.Event
	deliveries []bot.Delivery
	inbox      int
}

// look reads a copy of the database, which is made while syncfix works.
func (k *crash) look() stored {
	k.t.Helper()
	file := filepath.Join(k.t.TempDir(), "copy.db")
	db := filepath.Join(k.dir, "syncfix.db")
	k.must(backupTo(k.t.Context(), db, file))
	store, err := boltstore.Open(file, boltstore.Options{})
	k.must(err)
	defer store.Close()
	out := stored{scenes: map[string]bot.Scene{}, events: map[string][]bot.Event{}}
	k.must(store.View(k.t.Context(), func(tx bot.Reader) error {
		cases, err := tx.Recent(1 << 20)
		if err != nil {
			return err
		}
		for _, c := range cases {
			p, err := tx.Playbook(c.Hash)
			if err != nil {
				return err
			}
			out.scenes[c.ID] = bot.Scene{Now: time.Now(), Case: c, Playbook: p, Ranking: diagnose.Rank(p, c.Evidence)}
			if out.events[c.ID], err = tx.Events(c.ID); err != nil {
				return err
			}
		}
		if out.deliveries, err = tx.Deliveries(); err != nil {
			return err
		}
		out.inbox, _, err = tx.Inbox()
		return err
	}))
	return out
}
