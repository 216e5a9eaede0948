package slackio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"time"

	"golang.org/x/time/rate"

	"syncfix/bot"
)

// Past reads what was said in channels and threads, as the events that Slack
// sent or would have sent; it is the bot's Past. It keeps to the Sender's limits.
// Its methods may be called by many goroutines.
type Past struct {
	client *Client
	self   Identity
	intake *Intake  // redacts and gives keys
	shared *limiter // the Sender's
	half   *limiter // for who reads a lot and has time
	keeps  []*limiter
}

var _ bot.Past = (*Past)(nil)

// NewPast makes a Past.
func NewPast(client *Client, self Identity, sender *Sender) *Past {
	return &Past{
		client: client, self: self, shared: sender.limiter, half: halfLimiter(sender.Limits, client.Clock), keeps: []*limiter{sender.limiter},
		intake: NewIntake(IntakeConfig{Self: self, Now: client.Clock.Now, Log: client.Log}),
	}
}

// sincePages bounds what Since reads of one place; 1,000 messages.
const sincePages = 5

// Since implements bot.Past. A thread that is gone holds nothing.
func (p *Past) Since(ctx context.Context, at bot.Place) (said []bot.Inbound, whole bool, err error) {
	method, form := "conversations.history", url.Values{"channel": {at.Channel}, "oldest": {at.TS}, "inclusive": {"true"}}
	form.Set("latest", tsOf(p.client.Clock.Now().Add(overlap))) // or else Slack begins with the oldest
	if at.Thread != "" {
		method = "conversations.replies"
		form.Set("ts", at.Thread)
	}
	short, err := p.pages(ctx, method, form, sincePages, func(answer object) {
		for _, o := range answer.list("messages") {
			if m, ok := p.message(at.Channel, o); ok {
				said = append(said, m.in)
			}
		}
	})
	if isCode(err, "thread_not_found", "message_not_found") {
		return nil, true, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("reading what was said in %s: %w", at.Channel, withoutAddress(err))
	}
	return said, !short, nil
}

// atLeisure is the same, which leaves half of its limits to others: to look-ups
// that a delivery or a late alert waits for.
func (p *Past) atLeisure() *Past {
	slow := *p
	slow.keeps = []*limiter{p.half, p.shared}
	return &slow
}

// halfLimiter keeps reading to half of what its methods may take, and its bursts
// to less than the Sender's.
func halfLimiter(l Limits, clock bot.Clock) *limiter {
	half := &limiter{clock: clock, methods: map[string]*rate.Limiter{}, blocked: map[string]time.Time{}}
	if l.Unlimited {
		return half
	}
	for _, method := range []string{"conversations.history", "conversations.replies", "users.conversations"} {
		tier := methodTiers()[method]
		half.methods[method] = rate.NewLimiter(rate.Limit(float64(tier)/2/60), tier*2/5)
	}
	return half
}

// ask calls a method below its limits, and again when Slack says later.
func (p *Past) ask(ctx context.Context, method string, form url.Values) (object, error) {
	for try := 1; ; try++ {
		for _, l := range p.keeps {
			if err := patiently(ctx, l, method); err != nil {
				return nil, err
			}
		}
		answer, err := p.client.read(ctx, method, form)
		if err == nil {
			return answer, nil
		}
		se := classify(method, err)
		switch {
		case ctx.Err() != nil || try == maxTries:
			return nil, se.Err
		case se.Class == bot.SendRateLimited:
			p.client.Log.Info("Slack asks to read history more slowly", "method", method, "pause", se.After)
			p.shared.block(method, se.After)
		case se.Class == bot.SendRetry:
			if err := pause(ctx, p.client.Clock, time.Duration(try)*time.Second); err != nil {
				return nil, err
			}
		default:
			return nil, se.Err
		}
	}
}

// patiently waits for a limit, and for a pause of any length that Slack wants.
func patiently(ctx context.Context, l *limiter, method string) error {
	for {
		err := l.wait(ctx, method, "")
		var held *bot.SendError
		if !errors.As(err, &held) || held.Class != bot.SendRateLimited {
			return err
		}
		if err := pause(ctx, l.clock, held.After); err != nil {
			return err
		}
	}
}

// pages calls a method page after page and gives each answer to take. It says
// whether it stopped before the end.
func (p *Past) pages(ctx context.Context, method string, form url.Values, most int, take func(object)) (short bool, err error) {
	form.Set("limit", strconv.Itoa(historyPage))
	for range most {
		answer, err := p.ask(ctx, method, form)
		if err != nil {
			return false, err
		}
		take(answer)
		next := answer.text("response_metadata", "next_cursor")
		if next == "" {
			return false, nil
		}
		form.Set("cursor", next)
	}
	return true, nil
}

// pastMessage is one from history, as the event that Slack sent or would have sent.
type pastMessage struct {
	envelope bot.Envelope
	in       bot.Inbound
}

// message makes an event of a message. It is false for what nothing comes of,
// whatever it says: notices of Slack's, and the bot's own posts.
func (p *Past) message(channel string, o object) (pastMessage, bool) {
	event := maps.Clone(o)
	event["type"], event["channel"], event["event_ts"] = "message", channel, o.text("ts")
	if edited := o.text("edited", "ts"); edited != "" {
		event["event_ts"] = edited
	}
	payload := map[string]any{
		"type": "event_callback", "team_id": p.self.TeamID, "api_app_id": p.self.AppID, "event": event,
		"event_time": json.Number(fmt.Sprint(timeOf(event.text("event_ts")).Unix())),
	}
	a := p.intake.arrival(bot.EnvelopeEvent, "", mustMarshal(payload))
	a.envelope.Read = true
	in, err := Decoder{Self: p.self}.Decode(a.envelope)
	if err != nil {
		p.client.Log.Warn("a message from history can't be decoded", "channel", channel, "ts", o.text("ts"), "err", err)
		return pastMessage{}, false
	}
	if in.Kind == bot.InNothing || in.Own {
		return pastMessage{}, false
	}
	return pastMessage{a.envelope, in}, true
}
