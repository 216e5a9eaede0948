package slackio

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"syncfix/bot"
)

// DirectoryConfig is how a Directory works.
type DirectoryConfig struct {
	Groups []string         // user groups that matter (S…): those in the settings
	TTL    time.Duration    // how long an answer is good; default 10 min
	Now    func() time.Time // default time.Now

	Observer Observer // of the calls; default: nobody
	Sender   *Sender  // whose limits it keeps to; nil: none
}

// Directory asks Slack who people are and what channels are, and keeps the
// answers for a while. Those who ask for the same at once share one call.
type Directory struct {
	DirectoryConfig
	api      *slack.Client
	self     Identity
	people   cache[bot.Actor]
	channels cache[bot.Channel]
	groups   cache[[]string]
}

var _ bot.Directory = (*Directory)(nil)

// NewDirectory makes a Directory.
func NewDirectory(api *slack.Client, self Identity, c DirectoryConfig) *Directory {
	if c.TTL <= 0 {
		c.TTL = 10 * time.Minute
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Observer = observed(c.Observer)
	c.Groups = slices.Compact(slices.Sorted(slices.Values(c.Groups)))
	return &Directory{DirectoryConfig: c, api: api, self: self}
}

// Person implements bot.Directory. A bot is returned as it is; somebody whom Slack
// does not show us is an outsider.
func (d *Directory) Person(ctx context.Context, a bot.Actor) (bot.Actor, error) {
	if a.Bot || a.ID == "" {
		return a, nil
	}
	p, err := d.people.get(ctx, a.ID, d.Now, d.TTL, func(ctx context.Context) (bot.Actor, error) { return d.person(ctx, a) })
	if err != nil {
		return a, fmt.Errorf("asking Slack who %s is: %w", a.ID, withoutAddress(err))
	}
	for _, g := range d.Groups {
		members, err := d.groups.get(ctx, g, d.Now, d.TTL, func(ctx context.Context) ([]string, error) {
			var members []string
			err := d.ask(ctx, "usergroups.users.list", func() (err error) {
				members, err = d.api.GetUserGroupMembersContext(ctx, g)
				return err
			})
			return members, err
		})
		if err != nil {
			return a, fmt.Errorf("asking Slack who is in the user group %s: %w", g, withoutAddress(err))
		}
		if slices.Contains(members, a.ID) {
			p.Groups = append(p.Groups, g)
		}
	}
	return p, nil
}

// ask calls a method below its limit, and notes it if Slack wants it left alone.
func (d *Directory) ask(ctx context.Context, method string, call func() error) error {
	if d.Sender != nil {
		if err := d.Sender.limiter.wait(ctx, method, ""); err != nil {
			return err
		}
	}
	err := call()
	d.Observer.SlackCalled(method, resultOf(err))
	var limited *slack.RateLimitedError
	if errors.As(err, &limited) && d.Sender != nil {
		d.Sender.limiter.block(method, limited.RetryAfter)
	}
	return err
}

// Mail implements bot.Directory.
func (d *Directory) Mail(ctx context.Context, id string) (string, []string, error) {
	var f *slack.File
	err := d.ask(ctx, "files.info", func() (err error) {
		f, _, _, err = d.api.GetFileInfoContext(ctx, id, 0, 0)
		return err
	})
	if isCode(err, "file_not_found", "file_deleted", "access_denied", "missing_scope") {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, fmt.Errorf("asking Slack for the mail %s: %w", id, withoutAddress(err))
	}
	text, removed := RedactText(cmp.Or(f.PlainText, f.PreviewPlainText))
	return shorten(text, maxMail), removed, nil
}

// maxMail bounds what is read of a mail, in characters: as much as of a message.
const maxMail = 40_000

func (d *Directory) person(ctx context.Context, a bot.Actor) (bot.Actor, error) {
	var u *slack.User
	err := d.ask(ctx, "users.info", func() (err error) {
		u, err = d.api.GetUserInfoContext(ctx, a.ID)
		return err
	})
	if isCode(err, "user_not_found", "user_not_visible") {
		return bot.Actor{ID: a.ID, Name: a.Name, Team: a.Team, Outsider: true}, nil
	}
	if err != nil {
		return bot.Actor{}, err
	}
	return bot.Actor{
		ID: a.ID, Name: cmp.Or(u.Profile.RealName, u.RealName, u.Profile.DisplayName, u.Name), Team: u.TeamID, Bot: u.IsBot,
		Guest: u.IsRestricted || u.IsUltraRestricted, Outsider: u.IsStranger || !d.ours(u),
	}, nil
}

// ours says whether somebody is a member of the bot's workspace. In an Enterprise
// organisation people have several, and the first is not always ours; that they
// have an organisation says nothing, since another company's has one as well.
func (d *Directory) ours(u *slack.User) bool {
	return u.TeamID == d.self.TeamID || slices.Contains(u.Enterprise.Teams, d.self.TeamID)
}

// Channel implements bot.Directory. A channel that Slack does not show us is one
// we are not in. Group messages between people are none of ours (the scopes to
// look at them are not asked for): they count as not to be spoken in.
func (d *Directory) Channel(ctx context.Context, _, channel string) (bot.Channel, error) {
	if strings.HasPrefix(channel, "D") { // a direct message; im:read would be a scope for this alone
		return bot.Channel{ID: channel, Direct: true, Member: true}, nil
	}
	ask := func(ctx context.Context) (bot.Channel, error) { return d.channel(ctx, channel) }
	c, err := d.channels.get(ctx, channel, d.Now, d.TTL, ask)
	if err == nil && !c.Member { // told so, people invite the bot and try again
		c, err = d.channels.get(ctx, channel, d.Now, inviteTime, ask)
	}
	if err != nil {
		return bot.Channel{}, fmt.Errorf("asking Slack about the channel %s: %w", channel, withoutAddress(err))
	}
	return c, nil
}

func (d *Directory) channel(ctx context.Context, id string) (bot.Channel, error) {
	var info *slack.Channel
	err := d.ask(ctx, "conversations.info", func() (err error) {
		info, err = d.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: id})
		return err
	})
	var refused slack.SlackErrorResponse
	switch {
	case isCode(err, "channel_not_found"):
		return bot.Channel{ID: id}, nil
	case isCode(err, "missing_scope") && errors.As(err, &refused) && strings.HasPrefix(refused.Needed, "mpim:"):
		return bot.Channel{ID: id, Shared: true}, nil
	case errors.As(err, &refused):
		return bot.Channel{}, refusal{refused} // says which scope is missing
	case err != nil:
		return bot.Channel{}, err
	}
	return bot.Channel{
		ID: id, Name: info.Name, Shared: info.IsExtShared, Member: info.IsMember, Direct: info.IsIM,
	}, nil
}

// inviteTime is how long it is taken for granted that the bot is not in a channel.
const inviteTime = 2 * time.Second

// cache keeps answers for a while; the zero cache is ready. Errors are not kept.
type cache[V any] struct {
	mu      sync.Mutex
	entries map[string]*entry[V]
}

// entry is an answer, or a call under way.
type entry[V any] struct {
	done  chan struct{}
	value V
	err   error
	at    time.Time
}

// maxEntries bounds a cache; it starts anew beyond.
const maxEntries = 10000

func (c *cache[V]) get(ctx context.Context, key string, now func() time.Time, ttl time.Duration, ask func(context.Context) (V, error)) (V, error) {
	c.mu.Lock()
	e := c.entries[key]
	if e == nil || e.finished() && now().Sub(e.at) >= ttl {
		if c.entries == nil || len(c.entries) >= maxEntries {
			c.entries = map[string]*entry[V]{}
		}
		e = &entry[V]{done: make(chan struct{})}
		c.entries[key] = e
		go func() { // the call outlives the one who asked first; others may wait for it
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
			defer cancel()
			e.value, e.err = stubborn(ctx, ask)
			e.at = now()
			if e.err != nil {
				c.drop(key, e)
			}
			close(e.done)
		}()
	}
	c.mu.Unlock()
	select {
	case <-e.done:
		return e.value, e.err
	case <-ctx.Done():
		var none V
		return none, ctx.Err()
	}
}

// askAgain is when a look-up is repeated whose answer got lost. Somebody waits who
// has pressed a button.
func askAgain() []time.Duration {
	return []time.Duration{50 * time.Millisecond, 200 * time.Millisecond}
}

func stubborn[V any](ctx context.Context, ask func(context.Context) (V, error)) (v V, err error) {
	for _, rest := range append(askAgain(), 0) {
		if v, err = ask(ctx); err == nil || rest == 0 {
			return v, err
		}
		if c := classify("looking up", err).Class; c != bot.SendUncertain && c != bot.SendRetry {
			return v, err
		}
		if err := pause(ctx, bot.RealClock{}, rest); err != nil {
			return v, err
		}
	}
	return v, err
}

func (e *entry[V]) finished() bool {
	select {
	case <-e.done:
		return true
	default:
		return false
	}
}

func (c *cache[V]) drop(key string, e *entry[V]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries[key] == e {
		delete(c.entries, key)
	}
}
