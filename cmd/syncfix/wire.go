package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"syncfix/bot"
	"syncfix/bot/boltstore"
	"syncfix/bot/httpapi"
	"syncfix/bot/schedule"
	"syncfix/bot/slackio"
)

// stopTime is how long the parts may take to stop; what watches over the process
// usually kills it after 10 s.
const stopTime = 9 * time.Second

// prunes is when old inbox keys are forgotten: once an hour.
const prunes = "17 * * * *"

// memoryLimit is what Go's garbage collector keeps the program below if it can, in
// bytes; what is mapped of the database and the program itself come on top. An
// operator's GOMEMLIMIT goes before it. In between, collecting less often leaves
// more of the processor to a burst of alerts.
const (
	memoryLimit  = 72 << 20
	collectAfter = 200 // per cent
)

// boundMemory sets what the garbage collector works towards.
func boundMemory() {
	if debug.SetMemoryLimit(-1) == math.MaxInt64 { // nobody has set one
		debug.SetMemoryLimit(memoryLimit)
		debug.SetGCPercent(collectAfter)
	}
}

// serve wires the parts, and further ones that want the store and Slack, and runs
// them until ctx ends or one of them does. What needs no Slack works from the
// beginning; the rest as soon as Slack says who the bot is. It logs "ready" when
// Slack is connected.
func serve(ctx context.Context, c config, books shelf, clock bot.Clock, reload <-chan struct{}, log *slog.Logger, also ...func(*boltstore.Store) part) error {
	return serveWith(ctx, seams{}, c, books, clock, reload, log, also...)
}

// seams are where a test puts something of its own between the parts; the program
// leaves them empty.
type seams struct {
	store   func(bot.Store) bot.Store
	outside func(bot.Outside) bot.Outside
}

// orSame is what stands in front of v.
func orSame[V any](between func(V) V, v V) V {
	if between == nil {
		return v
	}
	return between(v)
}

func serveWith(ctx context.Context, between seams, c config, books shelf, clock bot.Clock, reload <-chan struct{}, log *slog.Logger, also ...func(*boltstore.Store) part) error {
	boundMemory()
	listener, err := listenHTTP(c.http, log)
	if err != nil {
		return err
	}
	if listener != nil {
		defer func() { _ = listener.Close() }() // if it comes to nothing; otherwise it is closed by then
	}
	health := httpapi.NewWatch(slackio.Sockets, version(), clock.Now)
	client, err := slackio.New(slackio.Config{
		BotToken: c.botToken.reveal(), AppToken: c.appToken.reveal(), Scopes: scopeNames(), APIURL: c.apiURL,
		Clock: clock, Log: log, Observer: health,
	})
	if err != nil {
		return usageError{err}
	}
	store, err := boltstore.Open(c.db, boltstore.Options{Log: log, Committed: health.Committed})
	switch {
	case errors.Is(err, bot.ErrInUse):
		return fmt.Errorf("%w; stop that one first, or name another file in SYNCFIX_DB", err)
	case errors.Is(err, boltstore.ErrForeign), errors.Is(err, boltstore.ErrNewer), errors.Is(err, boltstore.ErrDamaged), errors.Is(err, fs.ErrPermission):
		return usageError{fmt.Errorf("opening the database: %w", err)} // it stays so until somebody does what the error says
	case err != nil:
		return fmt.Errorf("opening the database: %w", err)
	}
	log.Info("started", "version", version(), "database", c.db, "playbooks", len(books.Library().All()), "observe", c.settings.Observe, "channels", c.settings.Channels)
	g := ground{c, books, clock, health, client, store, &letters{store: store, clock: clock}, log}
	finished := make(chan struct{})
	inSlack := func(ctx context.Context) error {
		defer close(finished)
		return g.inSlack(ctx, between, also)
	}
	err = runAll(ctx, []part{
		inSlack, control(c.db, store, g.letters, log), serveHTTP(listener, health, store, finished, log),
		watch(books, reload, log), nightly(c, store, clock, log), announce(log),
	})
	if errors.Is(err, errStuck) { // closing would wait for what is stuck
		return err
	}
	return errors.Join(err, store.Close())
}

// part is something that works until ctx ends.
type part func(ctx context.Context) error

// announce is the part that says when the others are told to stop.
func announce(log *slog.Logger) part {
	return func(ctx context.Context) error {
		<-ctx.Done()
		log.Info("stopping")
		return nil
	}
}

// ground is what the parts stand on.
type ground struct {
	config  config
	books   shelf
	clock   bot.Clock
	health  *httpapi.Watch
	client  *slackio.Client
	store   *boltstore.Store
	letters *letters
	log     *slog.Logger
}

// inSlack runs all that needs Slack, as soon as Slack says who the bot is.
func (g ground) inSlack(ctx context.Context, between seams, also []func(*boltstore.Store) part) error {
	self, err := g.client.Auth(ctx)
	if err != nil {
		return refusal(ctx, err)
	}
	parts := g.wire(between, self)
	for _, with := range also {
		parts = append(parts, with(g.store))
	}
	return runAll(ctx, parts)
}

// wire connects the parts: sockets → inbox → bot → outbox, and the calendar beside
// them, all on one clock.
func (g ground) wire(between seams, self slackio.Identity) []part {
	c, client, clock, log := g.config, g.client, g.clock, g.log
	sender := slackio.NewSender(client.API(), self, slackio.SenderConfig{
		Clock: clock, Log: log, Observer: client.Observer, HTTP: client.HTTP(), Stale: c.settings.Stale, Observe: c.settings.Observe, Limits: slackio.Limits{MessagesPerMinute: c.rate},
	})
	store, outside := orSame[bot.Store](between.store, g.store), orSame[bot.Outside](between.outside, sender)
	past := slackio.NewPast(client, self, sender)
	b := bot.New(bot.Config{
		Store: store, Decoder: slackio.Decoder{Self: self}, Playbooks: g.books, Settings: c.settings, Clock: clock, Log: log, Observer: g.health, Holder: "bot",
		Directory: slackio.NewDirectory(client.API(), self, slackio.DirectoryConfig{Groups: userGroups(c.settings), Now: clock.Now, Observer: client.Observer, Sender: sender}), Outside: outside, Past: past, Restored: g.store.Restored(),
	})
	g.letters.handTo(b)
	in := slackio.IntakeConfig{Inbox: store, Self: self, Check: b.CheckForm, Wake: b.Wake, Now: clock.Now, Log: log, Observer: g.health}
	parts := []part{b.Run, untilRefused(client.KeepToken), calendar(c, g.store, clock, b.Wake, log)}
	if c.catchup > 0 {
		catchup := slackio.NewCatchup(past, slackio.CatchupConfig{
			Store: store, Playbooks: g.books, Settings: c.settings, Age: c.catchup, Wake: b.Wake,
		})
		in.Due = catchup.Due
		parts = append(parts, catchup.Run)
	}
	intake := slackio.NewIntake(in)
	b.Busy = intake.Busy
	return append(parts, untilRefused(func(ctx context.Context) error { return client.Listen(ctx, intake) }))
}

// untilRefused is a part that ends by itself only with what trying again can't
// mend, such as a token that was revoked.
func untilRefused(p part) part {
	return func(ctx context.Context) error { return refusal(ctx, p(ctx)) }
}

// refusal makes the operator's of an error with which Slack ended the work: what
// watches over the process need not start it again.
func refusal(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		return err
	}
	return usageError{err}
}

// userGroups are the user groups that the settings name; their ids begin with S.
func userGroups(s bot.Settings) []string {
	return slices.DeleteFunc(slices.Concat(s.Responders, s.Approvers), func(id string) bool { return !strings.HasPrefix(id, "S") })
}

// calendar files the calendar jobs.
func calendar(c config, store *boltstore.Store, clock bot.Clock, wake func(), log *slog.Logger) part {
	jobs := []schedule.Job{{Name: bot.JobPrune, Spec: prunes, Zone: time.UTC}}
	if c.digest != "" {
		jobs = append(jobs, schedule.Job{Name: bot.JobDigest, Spec: c.digest, Zone: c.settings.DigestZone})
	}
	return func(ctx context.Context) error {
		stop, err := schedule.Start(ctx, store, jobs, clock, wake, log)
		if err != nil {
			return fmt.Errorf("starting the calendar: %w", err)
		}
		<-ctx.Done()
		stop()
		return nil
	}
}

// errStuck: something did not stop when it was told to.
var errStuck = errors.New("not everything stopped in time; what was under way is picked up at the next start")

// runAll runs the parts until ctx ends or one of them fails, and returns what
// failed first.
func runAll(ctx context.Context, parts []part) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, len(parts))
	for _, p := range parts {
		go func() { ended <- p(ctx) }()
	}
	var failed error
	var late <-chan time.Time
	stop := ctx.Done()
	for left := len(parts); left > 0; {
		select {
		case err := <-ended:
			left--
			if failed == nil && !errors.Is(err, context.Canceled) {
				failed = err
			}
			cancel() // none works without the others
		case <-stop:
			stop, late = nil, time.After(stopTime)
		case <-late:
			return errors.Join(failed, errStuck)
		}
	}
	return failed
}
