package slackio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"syncfix/bot"
)

// Auth asks Slack who the bot is, until Slack says so or ctx ends: while Slack
// can't be reached or is in trouble, again and again, with growing pauses and a
// warning each time. It warns of the scopes that the token lacks, too. Its error is
// one that trying again can't mend, and says what the operator can do about it; or
// it is that of ctx.
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
	c.checkScopes(who.Header)
	app, err := c.api.GetBotInfoContext(ctx, slack.GetBotInfoParameters{Bot: who.BotID})
	if err != nil { // own posts are known by user and bot id as well
		c.Log.Warn("Slack does not say which app the bot belongs to", "err", explain(err, botTokenName, c.APIURL))
		return id, nil
	}
	id.AppID = app.AppID
	return id, nil
}

// checkScopes warns of the scopes that the bot token lacks, if Slack's answer says
// which it has: later each of them is a refusal here and there.
func (c *Client) checkScopes(answer http.Header) {
	has, told := scopesOf(answer)
	lacks := slices.DeleteFunc(slices.Clone(c.Scopes), func(s string) bool { return slices.Contains(has, s) })
	if told && len(lacks) > 0 {
		c.Log.Warn("the bot token lacks scopes: add them at api.slack.com/apps > your app > OAuth & Permissions, and install the app again. "+
			"What each is needed for, syncfix doctor says", "scopes", strings.Join(lacks, ", "))
	}
}

// scopesOf are the scopes of the token with which Slack was asked, as it wrote
// them. told is false if its answer does not say.
func scopesOf(answer http.Header) (scopes []string, told bool) {
	lines := answer.Values("X-OAuth-Scopes")
	return strings.FieldsFunc(strings.Join(lines, ","), func(r rune) bool { return r == ',' || r <= ' ' }), len(lines) > 0
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
		most := mostPause
		if !reached(err) {
			most = mostSilent
		}
		rest := growing(try, most)
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
