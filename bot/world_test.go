package bot_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"syncfix/bot"
	"syncfix/bot/memstore"
	"syncfix/diagnose"
)

// world is a bot with a memory store, in a bubble of virtual time: what comes in
// is written as bot.Inbound, what goes out is recorded.
type world struct {
	t        *testing.T
	store    bot.Store
	bot      *bot.Bot
	out      *recorder
	seen     *observer
	log      *logged
	dir      *directory
	lib      library
	set      bot.Settings
	keys     int
	over     bool              // of what comes in
	rejected map[string]string // likewise
	again    bool              // likewise
	read     bool              // likewise
	past     *past
	busy     atomic.Bool
	room     int // of the bot's lanes
	restored time.Time
	stop     context.CancelFunc
	stopped  chan struct{}
}

// inWorld runs fn in a bubble with a bot that is running.
func inWorld(t *testing.T, fn func(w *world)) {
	t.Helper()
	inWorldWith(t, settings(), fn)
}

func inWorldWith(t *testing.T, set bot.Settings, fn func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, store: memstore.New(), set: set, lib: newLibrary(t, ledger()), dir: &directory{}, out: &recorder{}, past: &past{whole: true}, seen: &observer{}, log: &logged{}}
		w.start("one")
		fn(w)
		w.end()
	})
}

func (w *world) start(holder string) {
	ctx, cancel := context.WithCancel(w.t.Context())
	w.stop, w.stopped = cancel, make(chan struct{})
	b := bot.New(bot.Config{
		Store: w.store, Decoder: decoder{}, Directory: w.dir, Past: w.past, Outside: w.out, Playbooks: w.lib, Settings: w.set,
		Log: w.log.logger(), Observer: w.seen, Busy: w.busy.Load, Room: w.room, Restored: w.restored, Holder: holder,
	})
	w.bot, w.out.wake = b, b.Wake
	go func() {
		defer close(w.stopped)
		if err := b.Run(ctx); err != nil {
			w.t.Error(err)
		}
	}()
	synctest.Wait()
}

func (w *world) end() {
	w.stop()
	<-w.stopped
}

// in files what came in, as Slack would have it, and waits until all is done.
func (w *world) in(in bot.Inbound) {
	w.t.Helper()
	w.file(in)
	w.out.wake()
	synctest.Wait()
}

// file files what came in.
func (w *world) file(in bot.Inbound) {
	w.t.Helper()
	w.keys++
	if in.Key == "" {
		in.Key = fmt.Sprintf("k%d", w.keys)
	}
	now := time.Now()
	in.Learned = now
	if in.At.IsZero() {
		in.At = now
	}
	if in.Place.Team == "" {
		in.Place.Team = "T1"
	}
	body, err := json.Marshal(in)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.store.File(w.t.Context(), []bot.Envelope{{Key: in.Key, Kind: bot.EnvelopeEvent, Received: now, Body: body, Over: w.over, Again: w.again, Read: w.read, Rejected: w.rejected}}); err != nil {
		w.t.Fatal(err)
	}
}

// alert posts a monitor's message in a channel and returns its place.
func (w *world) alert(channel, text string) bot.Place {
	w.t.Helper()
	w.keys++
	p := bot.Place{Team: "T1", Channel: channel, TS: fmt.Sprintf("%d.0", w.keys)}
	w.in(bot.Inbound{Kind: bot.InMessage, By: app, Place: p, Text: text})
	return p
}

func (w *world) command(by bot.Actor, text string) {
	w.t.Helper()
	w.in(bot.Inbound{Kind: bot.InCommand, By: by, Place: bot.Place{Channel: "C1"}, Text: text, Trigger: "tr", ReplyTo: "https://reply"})
}

// press presses what the case's card offers now.
func (w *world) press(by bot.Actor, id string, a bot.Action, choice string) {
	w.t.Helper()
	w.in(bot.Inbound{Kind: bot.InPress, By: by, Place: bot.Place{Channel: "C1"}, Trigger: "tr",
		Press: bot.Press{Case: id, Offer: w.get(id).Offer.ID, Action: a, Choice: choice}})
}

func (w *world) form(by bot.Actor, id string, kind bot.FormKind, values map[string]string) {
	w.t.Helper()
	w.in(bot.Inbound{Kind: bot.InForm, By: by, Place: bot.Place{Channel: "C1"}, Form: bot.Form{Kind: kind, Case: id, Values: values}})
}

func (w *world) get(id string) bot.Case {
	w.t.Helper()
	var c bot.Case
	err := w.store.View(w.t.Context(), func(tx bot.Reader) (err error) {
		c, err = tx.Case(id)
		return err
	})
	if err != nil {
		w.t.Fatalf("%s: %v", id, err)
	}
	return c
}

func (w *world) none(id string) {
	w.t.Helper()
	err := w.store.View(w.t.Context(), func(tx bot.Reader) error {
		_, err := tx.Case(id)
		return err
	})
	if !errors.Is(err, bot.ErrNotFound) {
		w.t.Errorf("%s is there (%v)", id, err)
	}
}

func (w *world) state(id string, want bot.State) {
	w.t.Helper()
	if got := w.get(id).State; got != want {
		w.t.Fatalf("%s is %q, want %q", id, got, want)
	}
}

func (w *world) deliveries() []bot.Delivery {
	w.t.Helper()
	var ds []bot.Delivery
	if err := w.store.View(w.t.Context(), func(tx bot.Reader) (err error) {
		ds, err = tx.Deliveries()
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	return ds
}

// logged keeps what a bot logs at info and above, without the times.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey || a.Key == slog.LevelKey {
			return slog.Attr{}
		}
		return a
	}}))
}

func (l *logged) lines() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Split(strings.TrimSpace(l.text.String()), "\n")
}

// recorder is an Outside that remembers, and fails as told.
type recorder struct {
	mu   sync.Mutex
	wake func()
	sent []sent
	fail func(d bot.Delivery) error // nil: it arrives
	hold chan struct{}              // non-nil: wait for it
	n    int
}

type sent struct {
	d     bot.Delivery
	scene bot.Scene
	at    time.Time
}

func (r *recorder) Send(ctx context.Context, d bot.Delivery, s bot.Scene) (*bot.Posted, error) {
	r.mu.Lock()
	hold := r.hold
	r.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return nil, &bot.SendError{Class: bot.SendUncertain, Err: ctx.Err()}
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fail != nil {
		if err := r.fail(d); err != nil {
			return nil, err
		}
	}
	r.sent = append(r.sent, sent{d, s, time.Now()})
	r.n++
	if d.Effect.Private() || d.Effect.Kind == bot.ShowHome {
		return nil, nil
	}
	if d.Effect.Kind == bot.ShowCard && s.Case.Card.TS != "" { // it is updated where it stands
		return &bot.Posted{Place: s.Case.Card}, nil
	}
	p := d.Effect.Place
	return &bot.Posted{Place: bot.Place{Team: p.Team, Channel: p.Channel, TS: fmt.Sprintf("9%d.0", r.n), Thread: p.Root()}}, nil
}

// failing says how sends fail from now on, also while one waits to be tried again.
func (r *recorder) failing(with func(d bot.Delivery) error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fail = with
}

func (r *recorder) of(k bot.EffectKind) []sent {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []sent
	for _, s := range r.sent {
		if s.d.Effect.Kind == k {
			out = append(out, s)
		}
	}
	return out
}

func (r *recorder) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent = nil
}

// told is the last thing that a person was told privately.
func (r *recorder) told(t *testing.T, by bot.Actor) bot.Effect {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range slices.Backward(r.sent) {
		if s.d.Effect.Private() && s.d.Effect.To == by.ID {
			return s.d.Effect
		}
	}
	t.Fatalf("nothing was said to %s; sent: %s", by.ID, r.summary())
	return bot.Effect{}
}

func (r *recorder) summary() string {
	var b strings.Builder
	for _, s := range r.sent {
		fmt.Fprintf(&b, "%s; ", s.d.Effect)
	}
	return b.String()
}

// decoder reads the Inbound that world.in wrote.
type decoder struct{}

func (decoder) Decode(e bot.Envelope) (bot.Inbound, error) {
	var in bot.Inbound
	if string(e.Body) == "panic" {
		panic("a bug in decoding")
	}
	return in, json.Unmarshal(e.Body, &in)
}

// directory knows the people of kit_test.go and every channel.
type directory struct {
	mu     sync.Mutex
	down   bool
	panics string // a channel about which asking panics
}

func (d *directory) setDown(down bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.down = down
}

func (d *directory) Person(_ context.Context, a bot.Actor) (bot.Actor, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.down {
		return a, errors.New("no answer")
	}
	for _, p := range people {
		if p.ID == a.ID && !p.Unknown {
			return p, nil
		}
	}
	return a, errors.New("user_not_found")
}

func (d *directory) Mail(_ context.Context, id string) (string, []string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.down {
		return "", nil, errors.New("no answer")
	}
	return map[string]string{"F1": "Ledger login refused, account 61"}[id], nil, nil
}

func (d *directory) Channel(_ context.Context, _, id string) (bot.Channel, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.down {
		return bot.Channel{}, errors.New("no answer")
	}
	if id == d.panics {
		panic("a bug in looking up")
	}
	return bot.Channel{ID: id, Name: id, Member: id != "C0OUT", Shared: id == "C0SHARED", Direct: strings.HasPrefix(id, "D")}, nil
}

// past is what stands in Slack.
type past struct {
	mu    sync.Mutex
	said  []bot.Inbound
	below []bot.Inbound // in threads
	deaf  bool          // threads can't be read
	whole bool
	fails int
	asked []bot.Place
}

func (p *past) Since(_ context.Context, at bot.Place) ([]bot.Inbound, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, at)
	if p.fails > 0 {
		p.fails--
		return nil, false, errors.New("no answer")
	}
	switch {
	case at.Thread == "":
		return p.said, p.whole, nil
	case p.deaf:
		return nil, false, errors.New("no answer")
	}
	return p.below, p.whole, nil
}

// library is a fixed set of playbooks.
type library struct {
	list []diagnose.Playbook
	rec  diagnose.Recognizer
	trip *bool // true: the next Get panics
}

func newLibrary(t *testing.T, list ...diagnose.Playbook) library {
	t.Helper()
	for i := range list {
		list[i].Alerts = diagnose.Alerts{
			Phrases:  []diagnose.Phrase{{Text: "ledger login refused", Sure: true}, {Text: "ledger trouble"}},
			Extract:  []diagnose.Extract{{Field: diagnose.FieldAccount, Pattern: `account (\d+)`}, {Field: diagnose.FieldCompany, Pattern: `company (\w+)`}},
			Recovery: []string{"ledger sync succeeded"},
		}
	}
	rec, err := diagnose.NewRecognizer(list)
	if err != nil {
		t.Fatal(err)
	}
	return library{list: list, rec: rec, trip: new(bool)}
}

func (l library) All() []diagnose.Playbook { return l.list }

func (l library) Get(id string) (diagnose.Playbook, bool) {
	if *l.trip {
		*l.trip = false
		panic("a bug in routing")
	}
	for _, p := range l.list {
		if p.ID == id {
			return p, true
		}
	}
	return diagnose.Playbook{}, false
}

func (l library) Library() bot.Library { return l }

func (l library) Problems() []string { return nil }

func (l library) Recognizer() diagnose.Recognizer { return l.rec }
