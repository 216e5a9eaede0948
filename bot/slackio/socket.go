package slackio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"syncfix/bot"
)

// Figures of the sockets
// (https://docs.slack.dev/apis/events-api/using-socket-mode).
const (
	// Sockets is how many connections Listen holds. The library drops one before it
	// opens the next on every disconnect frame; the other one bridges the gap.
	// Slack allows ten an app.
	Sockets = 2
	// What has come in is kept and acked for this long after being told to stop.
	lastAcks = 100 * time.Millisecond
	// Slack puts an ack that comes in several frames not together again, and drops
	// one of 20 KB or more.
	ackBuffer = 32 << 10
	maxFrame  = 16 << 20 // bytes; a message's events are far below one MiB
	handshake = 20 * time.Second
)

// Listen holds two sockets open and hands what they bring to intake, until ctx
// ends. It logs "ready" when the first is connected. Its error is one that trying
// again can't mend, such as a token that is not accepted; everything else is
// tried again, with growing pauses.
func (c *Client) Listen(ctx context.Context, intake *Intake) error {
	live, end := context.WithCancelCause(context.WithoutCancel(ctx))
	defer end(nil)
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(lastAcks, func() { end(nil) }) })
	defer stop()
	var reading, filing sync.WaitGroup
	filing.Go(func() { intake.run(live) })
	var ready sync.Once
	both := &presence{due: intake.Due}
	for i := range Sockets {
		s := &socket{
			client: c, intake: intake, log: c.Log.With("socket", i+1), ready: func() { ready.Do(func() { c.Log.Info("ready") }) },
			tell: func(state string) { c.Observer.SocketChanged(i+1, state) },
			join: func(again bool) { both.join(i, again) }, leave: func() { both.leave(i) },
		}
		reading.Go(func() {
			if i > 0 && bot.Sleep(live, bot.RealClock{}, c.Stagger) != nil {
				return
			}
			if err := s.run(live); err != nil {
				end(err)
			}
		})
	}
	reading.Wait()
	filing.Wait()
	intake.drain(live)
	if err := context.Cause(live); !errors.Is(err, context.Canceled) {
		return fmt.Errorf("listening to Slack: %w", explain(err, appTokenName, c.APIURL))
	}
	return nil
}

// socket is one connection, and those that follow it.
type socket struct {
	client *Client
	intake *Intake
	log    *slog.Logger
	ready  func()
	tell   func(state string)
	join   func(again bool) // see presence
	leave  func()
	known  bool // Slack has said hello once: address and token are good
	unmet  bool // connected, and no hello yet
}

// run keeps a connection open until ctx ends or an error is final.
func (s *socket) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	door := &gate{http: s.client.http, told: s.client.Observer}
	api := slack.New("", slack.OptionAppLevelToken(s.client.AppToken), slack.OptionAPIURL(s.client.APIURL), slack.OptionHTTPClient(door))
	sm := socketmode.New(api, socketmode.OptionReadLimit(maxFrame), socketmode.OptionDialer(&websocket.Dialer{
		Proxy: http.ProxyFromEnvironment, HandshakeTimeout: handshake, WriteBufferSize: ackBuffer,
	}))
	acks := newAcks(sm, s.log, s.client.Observer)
	var acking sync.WaitGroup
	acking.Go(func() { acks.run(ctx) })
	defer acking.Wait()
	defer cancel()
	var between rests
	for {
		began := time.Now()
		err := s.connect(ctx, sm, door, acks)
		switch {
		case ctx.Err() != nil:
			return nil
		case s.final(err):
			return err
		}
		rest := between.after(err, time.Since(began))
		s.ended(err, rest)
		if bot.Sleep(ctx, bot.RealClock{}, rest) != nil {
			return nil
		}
	}
}

// connect asks for a connection and reads it until it is over. It returns why it
// is, or why none came about: errAnother, or what went wrong.
func (s *socket) connect(ctx context.Context, sm *socketmode.Client, door *gate, acks *acks) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	door.begin(end)
	s.unmet = false
	over := make(chan error, 1)
	go func() { over <- sm.RunContext(ctx) }()
	for {
		select { // where the library's events wait, pings do too, and the connection dies: nothing in here may block
		case evt := <-sm.Events:
			s.event(evt, acks, end)
		case err := <-over:
			s.drain(sm, acks, end)
			if cause := context.Cause(ctx); cause != nil {
				return cause
			}
			return err
		}
	}
}

// drain takes what a connection that is over has left behind.
func (s *socket) drain(sm *socketmode.Client, acks *acks, end context.CancelCauseFunc) {
	for {
		select {
		case evt := <-sm.Events:
			s.event(evt, acks, end)
		default:
			return
		}
	}
}

// ended tells that there is no connection, why, and when the next is tried.
func (s *socket) ended(why error, rest time.Duration) {
	s.leave()
	s.tell(socketDown)
	in := rest.Round(time.Millisecond)
	switch {
	case !errors.Is(why, errAnother):
		s.tell(socketFailed)
		s.log.Warn(trouble(classify(openMethod, why)), "in", in, "err", withoutAddress(why))
	case s.unmet: // the library keeps the reason to itself
		s.tell(socketRefused)
		s.log.Warn("Slack closed a new connection at once; trying again more slowly. If it goes on: an app has at most 10 connections, and another process may use them", "in", in)
	}
}

// final says that trying again would not help: the library itself goes on for
// ever about most of these, and gives up on a 404 that a gateway may have sent.
func (s *socket) final(err error) bool {
	var status slack.StatusCodeError
	if errors.As(err, &status) && status.Code == http.StatusNotFound {
		return !s.known
	}
	return isCode(err, append(deadCodes(), "missing_scope", "not_allowed_token_type")...)
}

// event takes one of the library's events, and ends the run where no connection
// came about: the library would wait and try again.
func (s *socket) event(evt socketmode.Event, acks *acks, end context.CancelCauseFunc) {
	switch evt.Type {
	case socketmode.EventTypeConnected:
		s.unmet = true
	case socketmode.EventTypeHello:
		again := s.known
		s.known, s.unmet = true, false
		s.log.Info("connected to Slack")
		s.ready()
		s.tell(socketUp)
		s.join(again)
	case socketmode.EventTypeEventsAPI, socketmode.EventTypeSlashCommand, socketmode.EventTypeInteractive:
		if r := evt.Request; r != nil {
			s.intake.take(kindOf(r.Type), r.EnvelopeID, r.Payload, r.RetryAttempt > 0, acks.to(r.EnvelopeID))
		}
	case socketmode.EventTypeErrorBadMessage:
		s.badMessage(evt, acks)
	case socketmode.EventTypeErrorWriteFailed:
		s.log.Warn("an ack did not get through; Slack sends events again, and they are known")
	case socketmode.EventTypeConnectionError:
		if e, ok := evt.Data.(*slack.ConnectionErrorEvent); ok {
			end(e.ErrorObj)
		}
	case socketmode.EventTypeIncomingError:
		s.tell(socketDown)
		s.log.Info("the connection to Slack broke; opening another")
	}
}

// badMessage keeps what the library can't parse, and acks it: unacked, it would
// come again and again. Where only its inside is new to the library, a kind of
// event or of block, it is an envelope like any other.
func (s *socket) badMessage(evt socketmode.Event, acks *acks) {
	bad, ok := evt.Data.(*socketmode.ErrorBadMessage)
	if !ok {
		return
	}
	var o struct {
		ID      string          `json:"envelope_id"`
		Type    string          `json:"type"`
		Attempt int             `json:"retry_attempt"`
		Payload json.RawMessage `json:"payload"`
	}
	if err := json.Unmarshal(bad.Message, &o); err != nil || o.ID == "" {
		s.log.Warn("Slack sent something that is no envelope", "err", bad.Cause)
		return
	}
	kind, raw := kindOf(o.Type), []byte(o.Payload)
	if kind == bot.EnvelopeUnknown || len(raw) == 0 {
		s.log.Warn("an envelope of an unknown kind is set aside", "type", shorten(oneLine(o.Type), 40))
		kind, raw = bot.EnvelopeUnknown, bad.Message
	}
	s.intake.take(kind, o.ID, raw, o.Attempt > 0, acks.to(o.ID))
}

// kindOf is the kind of an envelope by Slack's word for it.
func kindOf(kind string) bot.EnvelopeKind {
	switch k := bot.EnvelopeKind(kind); k {
	case bot.EnvelopeEvent, bot.EnvelopeCommand, bot.EnvelopeInteractive:
		return k
	}
	return bot.EnvelopeUnknown
}
