package slackio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/slack-go/slack"

	"syncfix/bot"
)

// Auth asks Slack who the bot is, until Slack says so or ctx ends: while Slack
// can't be reached or is in trouble, again and again, with growing pauses and a
// warning each time. Its error is one that trying again can't mend, and says what
// the operator can do about it; or it is that of ctx.
func (c *Client) Auth(ctx context.Context) (Identity, error) {
	who, err := c.authTest(ctx)
	switch {
	case ctx.Err() != nil:
		return Identity{}, ctx.Err()
	case err != nil:
		return Identity{}, fmt.Errorf("asking Slack who the bot is: %w", explain(err, botTokenName, c.APIURL))
	}
	id := Identity{TeamID: who.TeamID, UserID: who.UserID, BotID: who.BotID, TeamURL: who.URL}
	if who.BotID == "" {
		return Identity{}, errors.New("asking Slack who the bot is: the token belongs to a person, not to a bot; " +
			"copy the Bot User OAuth Token from api.slack.com/apps > your app > OAuth & Permissions")
	}
	app, err := c.api.GetBotInfoContext(ctx, slack.GetBotInfoParameters{Bot: who.BotID})
	if err != nil { // own posts are known by user and bot id as well
		c.Log.Warn("Slack does not say which app the bot belongs to", "err", explain(err, botTokenName, c.APIURL))
		return id, nil
	}
	id.AppID = app.AppID
	return id, nil
}

// authTest asks until there is an answer to go by: an identity, or a no that would
// be the same the next time. Once ctx has ended its error is of no interest.
func (c *Client) authTest(ctx context.Context) (*slack.AuthTestResponse, error) {
	for try := 0; ; try++ {
		who, err := c.api.AuthTestContext(ctx)
		c.Observer.SlackCalled("auth.test", resultOf(err))
		if err == nil || ctx.Err() != nil {
			return who, err
		}
		se := classify("auth.test", err)
		if !passes(se) {
			return nil, err
		}
		rest := growing(try, mostPause)
		if se.Class == bot.SendRateLimited {
			rest = se.After
		}
		c.Log.Warn(trouble(se), "address", c.APIURL, "in", rest.Round(time.Millisecond), "err", withoutAddress(err))
		if err := bot.Sleep(ctx, c.Clock, rest); err != nil {
			return nil, err
		}
	}
}

// passes says that auth.test may come to something else later. Where there is no
// API at all it will not; any other status may be that of a gateway in the way.
func passes(err *bot.SendError) bool {
	var status slack.StatusCodeError
	if errors.As(err, &status) {
		return status.Code != http.StatusNotFound
	}
	switch err.Class {
	case bot.SendRateLimited, bot.SendRetry, bot.SendUncertain:
		return !isCode(err, deadCodes()...)
	}
	return false
}

// trouble is what to say to the operator while Slack does not say who the bot is.
func trouble(err *bot.SendError) string {
	var status slack.StatusCodeError
	switch {
	case err.Class == bot.SendRateLimited:
		return "Slack asks for a pause; trying again"
	case errors.As(err, &status) && status.Code >= http.StatusInternalServerError, errors.As(err, new(slack.SlackErrorResponse)):
		return "Slack is in trouble; trying again. If it goes on, see slack-status.com"
	}
	return "can't reach Slack; trying again. If it goes on, check this machine's network, DNS and proxy, and SLACK_API_URL if it is set"
}
