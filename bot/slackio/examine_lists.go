package slackio

import (
	"context"

	"github.com/slack-go/slack"
)

// ChannelStanding is a channel as the bot sees it.
type ChannelStanding struct {
	ID, Name string
	Found    bool // false: it is not there, or private and the bot is not in it
	Member   bool // the bot is in it
	Archived bool
	Shared   bool // with another company
}

// Pages of users.conversations: Slack advises at most 200 a page
// (https://docs.slack.dev/reference/methods/users.conversations).
const (
	channelPage   = 200
	standingPages = 25
)

// Channels are those the bot is in, public and private, at most 5,000; all is
// false if there are more.
func (e *Examiner) Channels(ctx context.Context) (list []ChannelStanding, all bool, err error) {
	ask := &slack.GetConversationsForUserParameters{Types: []string{"public_channel", "private_channel"}, Limit: channelPage}
	for range standingPages {
		page, next, err := e.api.GetConversationsForUserContext(ctx, ask)
		if err != nil {
			return nil, false, e.explain(err, botTokenName)
		}
		for _, c := range page {
			s := channelStanding(&c)
			s.Member = true // the answer has only those, and does not say so
			list = append(list, s)
		}
		if next == "" {
			return list, true, nil
		}
		ask.Cursor = next
	}
	return list, false, nil
}

// Channel is one channel (conversations.info).
func (e *Examiner) Channel(ctx context.Context, id string) (ChannelStanding, error) {
	c, err := e.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: id})
	switch {
	case isCode(err, "channel_not_found"):
		return ChannelStanding{ID: id}, nil
	case err != nil:
		return ChannelStanding{}, e.explain(err, botTokenName)
	}
	return channelStanding(c), nil
}

func channelStanding(c *slack.Channel) ChannelStanding {
	return ChannelStanding{
		ID: c.ID, Name: oneLine(c.Name), Found: true, Member: c.IsMember, Archived: c.IsArchived, Shared: c.IsExtShared,
	}
}

// PersonStanding is a person, or an app's user, as the bot sees them.
type PersonStanding struct {
	ID, Name string
	Found    bool // false: Slack does not show them to the bot
	Gone     bool // deactivated
	Bot      bool // not a person: it can press nothing
	Outsider bool // of another company
}

// Person is one person (users.info). workspace is the bot's own.
func (e *Examiner) Person(ctx context.Context, id, workspace string) (PersonStanding, error) {
	u, err := e.api.GetUserInfoContext(ctx, id)
	switch {
	case isCode(err, "user_not_found", "user_not_visible"):
		return PersonStanding{ID: id}, nil
	case err != nil:
		return PersonStanding{}, e.explain(err, botTokenName)
	}
	d := Directory{self: Identity{TeamID: workspace}}
	return PersonStanding{
		ID: id, Name: personName(u), Found: true, Gone: u.Deleted, Bot: u.IsBot, Outsider: u.IsStranger || !d.ours(u),
	}, nil
}

// GroupStanding is a user group.
type GroupStanding struct {
	ID, Handle string
	Gone       bool // disabled
	Members    int
}

// Groups are all user groups of the workspace, disabled ones too.
func (e *Examiner) Groups(ctx context.Context) ([]GroupStanding, error) {
	groups, err := e.api.GetUserGroupsContext(ctx,
		slack.GetUserGroupsOptionIncludeDisabled(true), slack.GetUserGroupsOptionIncludeUsers(true))
	if err != nil {
		return nil, e.explain(err, botTokenName)
	}
	list := make([]GroupStanding, len(groups))
	for i, g := range groups {
		list[i] = GroupStanding{ID: g.ID, Handle: oneLine(g.Handle), Gone: g.DateDelete != 0, Members: len(g.Users)}
	}
	return list, nil
}
