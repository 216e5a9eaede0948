package slackio

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/slack-go/slack"

	"syncfix/bot"
)

// SenderConfig is what a Sender may be told. The zero value is good.
type SenderConfig struct {
	Log         *slog.Logger
	Clock       bot.Clock     // default bot.RealClock
	HTTP        *http.Client  // for response URLs; it needs no timeout of its own
	CallTimeout time.Duration // of one call; default 10 s
	LookAgain   time.Duration // between the two looks for an uncertain post; default 3 s
	Stale       time.Duration // App Home: a case that has not moved for so long is stuck
	Limits      Limits
	Observer    Observer // of the calls; default: nobody
	Observe     bool     // send nothing, log what would have been sent
}

// Sender carries deliveries to Slack; it is the bot's Outside. Its methods may be
// called by many goroutines.
type Sender struct {
	SenderConfig
	api     *slack.Client
	self    Identity
	limiter *limiter
	began   time.Time
}

var _ bot.Outside = (*Sender)(nil)

// NewSender makes a Sender that posts as self. It is made when no other process
// sends any more: what is uncertain and not of its own was tried before.
func NewSender(api *slack.Client, self Identity, c SenderConfig) *Sender {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Clock == nil {
		c.Clock = bot.RealClock{}
	}
	if c.HTTP == nil {
		c.HTTP = &http.Client{}
	}
	if c.CallTimeout <= 0 {
		c.CallTimeout = 10 * time.Second
	}
	if c.LookAgain <= 0 {
		c.LookAgain = 3 * time.Second
	}
	c.Observer = observed(c.Observer)
	return &Sender{SenderConfig: c, api: api, self: self, limiter: newLimiter(c.Limits, c.Clock), began: c.Clock.Now()}
}

// Send implements bot.Outside.
func (s *Sender) Send(ctx context.Context, d bot.Delivery, scene bot.Scene) (*bot.Posted, error) {
	if s.Observe {
		s.Log.Info("observing: not sent", "delivery", d.ID, "effect", d.Effect.String(), "channel", d.Effect.Place.Channel,
			"text", s.render(d, scene, "").Text)
		return nil, nil
	}
	posted, err := s.send(ctx, d, scene)
	if err != nil {
		return nil, classify(string(d.Effect.Kind), err)
	}
	return posted, nil
}

func (s *Sender) send(ctx context.Context, d bot.Delivery, scene bot.Scene) (*bot.Posted, error) {
	e := d.Effect
	switch e.Kind {
	case bot.ShowCard:
		return s.card(ctx, d, scene)
	case bot.Reply, bot.Brief, bot.ShowDigest:
		return s.post(ctx, d, standing(e, scene.Case), s.render(d, scene, ""))
	case bot.Pointer:
		return s.pointer(ctx, d, scene)
	case bot.ShowProposal:
		if e.To == "" {
			return s.post(ctx, d, e.Place, s.render(d, scene, ""))
		}
		return nil, s.private(ctx, e, s.render(d, scene, ""))
	case bot.Whisper, bot.ShowList, bot.ShowCase, bot.ShowHelp:
		return nil, s.private(ctx, e, s.render(d, scene, ""))
	case bot.ShowReaction:
		return s.react(ctx, d, scene.Case)
	case bot.OpenForm:
		return nil, s.openForm(ctx, e, s.render(d, scene, ""))
	case bot.ShowHome:
		return nil, s.home(ctx, e, s.render(d, scene, ""))
	}
	return nil, &bot.SendError{Class: bot.SendPermanent, Err: fmt.Errorf("unknown effect %.40q", e.Kind)}
}

func (s *Sender) render(d bot.Delivery, scene bot.Scene, link string) Rendered {
	o := Options{Delivery: d.ID, TeamURL: s.self.TeamURL, Link: link, Stale: s.Stale}
	return Render(d.Effect, scene, o)
}

// standing is where an effect of a case belongs. A case that began without an
// alert has its thread only once its card is posted, later than the effect.
func standing(e bot.Effect, c bot.Case) bot.Place {
	if e.Case != "" && e.Place.Root() == "" && c.Anchor.Channel == e.Place.Channel {
		return c.Anchor
	}
	return e.Place
}

// card posts a case's card, or updates it where it stands. If somebody has
// deleted it, it is posted anew.
func (s *Sender) card(ctx context.Context, d bot.Delivery, scene bot.Scene) (*bot.Posted, error) {
	r := s.render(d, scene, "")
	if c := scene.Case.Card; c.TS != "" {
		err := s.update(ctx, c, r)
		if err == nil {
			return &bot.Posted{Place: c}, nil
		}
		if !isCode(err, "message_not_found") {
			return nil, err
		}
		s.Log.Warn("a card was deleted in Slack; posting it anew", "case", scene.Case.ID, "channel", c.Channel)
	} else if scene.Case.State == bot.Dismissed {
		return s.closedUnseen(ctx, d, standing(d.Effect, scene.Case), r)
	}
	return s.post(ctx, d, standing(d.Effect, scene.Case), r)
}

// closedUnseen is the card of a case that was closed before anybody saw it: only
// if it may have gone out there is something to bring up to date.
func (s *Sender) closedUnseen(ctx context.Context, d bot.Delivery, at bot.Place, r Rendered) (*bot.Posted, error) {
	if !d.Uncertain {
		return nil, nil
	}
	found, err := s.find(ctx, d, at)
	if err != nil || found.TS == "" {
		return nil, err
	}
	if err := s.update(ctx, found, r); err != nil {
		return nil, err
	}
	return &bot.Posted{Place: found}, nil
}

func (s *Sender) update(ctx context.Context, at bot.Place, r Rendered) error {
	return s.call(ctx, "chat.update", "", func(ctx context.Context) error {
		_, _, _, err := s.api.UpdateMessageContext(ctx, at.Channel, at.TS, message(r)...)
		return err
	})
}

// message is what every message of ours has: text and blocks, and no previews.
func message(r Rendered) []slack.MsgOption {
	return []slack.MsgOption{
		slack.MsgOptionText(r.Text, false), slack.MsgOptionBlocks(r.Blocks...),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(),
	}
}

// pointer says in another place where a case stands. Its card may be on its way
// through another lane: that is waited for, but not for ever.
func (s *Sender) pointer(ctx context.Context, d bot.Delivery, scene bot.Scene) (*bot.Posted, error) {
	at := scene.Case.Card
	if at.TS == "" {
		if d.Attempts < pointerPatience {
			return nil, &bot.SendError{Class: bot.SendRetry, Err: fmt.Errorf("the card of %s isn't posted yet", d.Effect.Case)}
		}
		at = scene.Case.Anchor
	}
	var address string
	if at.TS != "" {
		err := s.call(ctx, "chat.getPermalink", "", func(ctx context.Context) error {
			var err error
			address, err = s.api.GetPermalinkContext(ctx, &slack.PermalinkParameters{Channel: at.Channel, Ts: at.TS})
			return err
		})
		if err != nil {
			s.Log.Warn("no permalink from Slack; writing it ourselves", "case", d.Effect.Case, "err", err)
			address = permalink(s.self.TeamURL, at)
		}
	}
	return s.post(ctx, d, d.Effect.Place, s.render(d, scene, address))
}

// pointerPatience is how many tries a pointer waits for its case's card.
const pointerPatience = 5

// openForm opens a form, once: its trigger is good for one call within 3 s.
func (s *Sender) openForm(ctx context.Context, e bot.Effect, r Rendered) error {
	if e.Trigger == "" || r.Modal == nil {
		return &bot.SendError{Class: bot.SendExpired, Err: errors.New("the form has no trigger")}
	}
	if !e.Before.IsZero() {
		left := e.Before.Sub(s.Clock.Now())
		if left <= 0 {
			return &bot.SendError{Class: bot.SendExpired, Err: errors.New("the form's trigger has expired")}
		}
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, left)
		defer cancel()
	}
	return s.call(ctx, "views.open", "", func(ctx context.Context) error {
		_, err := s.api.OpenViewContext(ctx, e.Trigger, *r.Modal)
		return err
	})
}

func (s *Sender) home(ctx context.Context, e bot.Effect, r Rendered) error {
	return s.call(ctx, "views.publish", "", func(ctx context.Context) error {
		_, err := s.api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: e.To, View: *r.Home})
		return err
	})
}

// call waits for the limits, calls, and classifies what comes back. channel is
// where the call puts a message, if it does. A short pause that Slack asks for is
// waited for here, so that what a delivery did before this call need not be done again.
func (s *Sender) call(ctx context.Context, method, channel string, fn func(context.Context) error) error {
	for try := 1; ; try++ {
		if err := s.limiter.wait(ctx, method, channel); err != nil {
			return classify(method, waitError(err))
		}
		err := s.once(ctx, fn)
		s.Observer.SlackCalled(method, resultOf(err))
		if err == nil {
			return nil
		}
		se := classify(method, err)
		if se.Class != bot.SendRateLimited {
			return se
		}
		s.limiter.block(method, se.After)
		if se.After > longestHold || try == maxTries {
			return se
		}
		s.Log.Info("Slack asks for a pause", "method", method, "pause", se.After)
	}
}

// once bounds the time of a call.
func (s *Sender) once(ctx context.Context, fn func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, s.CallTimeout)
	defer cancel()
	return fn(ctx)
}
