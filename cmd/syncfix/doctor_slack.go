package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"syncfix/bot/slackio"
)

// The remedies for the tokens.
const (
	newBotToken = "copy the Bot User OAuth Token again, from api.slack.com/apps > your app > OAuth & Permissions, into SLACK_BOT_TOKEN"
	newAppToken = "make a new one at api.slack.com/apps > your app > Basic Information > App-Level Tokens, with the scope connections:write, and put it into SLACK_APP_TOKEN"
	installNew  = "install the app again at api.slack.com/apps > your app > Install App, and copy the new Bot User OAuth Token into SLACK_BOT_TOKEN"
)

func (d *doctor) account(ctx context.Context) {
	const check = "bot token"
	if d.wrong(check, "SLACK_BOT_TOKEN", "SLACK_API_URL") {
		return
	}
	standing, err := d.slack.Standing(ctx)
	d.reached = err == nil || !errors.Is(err, slackio.ErrUnanswered)
	switch {
	case err != nil:
		d.fail(check, remedyFor(err, newBotToken), "%s", refusalText(err, "the bot token"))
	case standing.BotID == "":
		d.fail(check, newBotToken, "Slack takes it for a person's token, not for a bot's")
	default:
		d.standing, d.known = standing, true
		d.ok(check, "a bot token (xoxb-…); Slack knows it as %s in %s (%s)", standing.User, standing.Team, standing.TeamURL)
	}
}

// refusalText is what Slack's error says to an operator.
func refusalText(err error, token string) string {
	var no *slackio.Refused
	if !errors.As(err, &no) {
		return err.Error()
	}
	switch no.Code {
	case "invalid_auth", "not_authed":
		return "Slack does not accept " + token + " (" + no.Code + ")"
	case "token_revoked", "token_expired", "account_inactive":
		return token + " is no longer valid (" + no.Code + ")"
	case "missing_scope":
		return token + " lacks a scope: " + no.Error()
	case "ratelimited":
		return "Slack asks to wait: too much has been asked"
	}
	return "Slack refuses: " + no.Error()
}

// remedyFor is what to do about an error; renew is for a token that is no good.
func remedyFor(err error, renew string) string {
	var no *slackio.Refused
	if !errors.As(err, &no) {
		return "check this machine's way to slack.com (network, firewall, HTTPS_PROXY) and SLACK_API_URL, and status.slack.com"
	}
	switch no.Code {
	case "token_revoked", "token_expired", "account_inactive":
		if renew == newBotToken {
			return installNew
		}
	case "missing_scope":
		if renew == newBotToken {
			return "see the check scopes"
		}
	case "ratelimited":
		return fmt.Sprintf("run syncfix doctor again in %s", max(no.Wait, time.Minute))
	case "internal_error", "fatal_error", "service_unavailable":
		return "try again in a minute; status.slack.com says whether Slack has trouble"
	}
	return renew
}

// scopes compares what the token may do with what the manifest asks for.
func (d *doctor) scopes(context.Context) {
	const check = "scopes"
	switch {
	case !d.known:
		d.unchecked(check, "Slack has not accepted the bot token")
		return
	case !d.standing.ScopesTold:
		d.warn(check, "compare api.slack.com/apps > your app > OAuth & Permissions with syncfix manifest", "Slack's answer does not name the bot token's scopes")
		return
	}
	missing := 0
	for _, s := range botScopes() {
		if !slices.Contains(d.standing.Scopes, s.name) {
			missing++
			d.fail(check, "add it at api.slack.com/apps > your app > OAuth & Permissions > Bot Token Scopes, then install the app again",
				"%s is missing: it is needed %s", s.name, s.why)
		}
	}
	if missing == 0 {
		d.ok(check, "all %d that syncfix needs", len(botScopes()))
	}
	extra := slices.DeleteFunc(slices.Clone(d.standing.Scopes), func(s string) bool { return slices.Contains(scopeNames(), s) })
	if len(extra) > 0 {
		d.ok(check, "not needed, and may be taken away: %s", strings.Join(extra, ", "))
	}
}

func (d *doctor) socketMode(ctx context.Context) {
	const check = "socket mode"
	if d.wrong(check, "SLACK_APP_TOKEN", "SLACK_API_URL") {
		return
	}
	if !d.reached && !d.noBotToken() {
		d.unchecked(check, "Slack has not answered")
		return
	}
	host, err := d.slack.SocketMode(ctx)
	var no *slackio.Refused
	switch {
	case errors.As(err, &no) && no.Code == "missing_scope":
		d.fail(check, newAppToken, "the app-level token (xapp-…) lacks the scope connections:write: it is needed to open the connection by which Slack sends everything")
		return
	case errors.As(err, &no) && strings.Contains(no.Code, "socket"): // Slack does not document its word for this
		d.fail(check, "switch it on at api.slack.com/apps > your app > Socket Mode", "it is not switched on (%s)", no.Code)
		return
	case err != nil:
		d.fail(check, remedyFor(err, newAppToken+"; and see that Socket Mode is on, at api.slack.com/apps > your app > Socket Mode"),
			"%s", refusalText(err, "the app-level token"))
		return
	}
	d.ok(check, "on; Slack accepts the app-level token (xapp-…)")
	if err := d.slack.Reach(ctx, host); err != nil {
		d.fail("socket address", "let this machine connect to "+host+" (firewall, HTTPS_PROXY)", "%s, where the connections go, can't be reached: %s", host, timely(err))
		return
	}
	d.ok("socket address", "%s can be reached; no connection was opened, for Slack would send events to it", host)
}

func timely(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "it took too long"
	}
	return err.Error()
}

// noBotToken says that Slack was not asked, for want of a bot token.
func (d *doctor) noBotToken() bool { return d.conf.botToken == nil }

// sameApp finds tokens of two apps: everything connects, and nothing arrives.
func (d *doctor) sameApp(ctx context.Context) {
	const check = "one app"
	claimed := slackio.AppOfToken(d.conf.appToken.reveal())
	if !d.known || claimed == "" {
		d.unchecked(check, "it takes both tokens to tell whether they belong to the same app")
		return
	}
	app, err := d.slack.App(ctx, d.standing.BotID)
	switch {
	case err != nil:
		d.warn(check, remedyFor(err, newBotToken), "not checked: %s", refusalText(err, "the bot token"))
	case app != claimed:
		d.fail(check, "take both from the same app at api.slack.com/apps", "the bot token belongs to the app %s, the app-level token to %s: what happens in Slack would not arrive", app, claimed)
	default:
		d.ok(check, "both tokens belong to %s", app)
	}
}

// commandAndEvents says what a bot token can't see.
func (d *doctor) commandAndEvents(context.Context) {
	const check = "command and events"
	m := newManifest()
	if !d.known || !d.standing.ScopesTold {
		d.unchecked(check, "the bot token's scopes are not known")
		return
	}
	if !slices.Contains(d.standing.Scopes, "commands") {
		d.fail(check, "add the scope commands, and "+slashCommand+" at api.slack.com/apps > your app > Slash Commands, then install the app again",
			"%s and %s can't work without the scope commands", slashCommand, shortcutName)
		return
	}
	d.ok(check, "may be used; whether %s, %s and the events (%s) are set up, Slack shows to nobody but the app's owner: compare App Manifest at api.slack.com/apps "+
		"with syncfix manifest, or try %s help", slashCommand, shortcutName, strings.Join(m.Settings.Events.Bot, ", "), slashCommand)
}

// skewed is how far the clocks may be apart. Slack's Date has whole seconds and an
// answer takes some, so less could be the measurement. More shows: the bot
// compares times of Slack's messages with those of presses, which it takes itself.
const skewed = 5 * time.Second

func (d *doctor) clock(context.Context) {
	const check = "clock"
	ahead, took, told := d.slack.Skew()
	off := ahead.Abs().Round(time.Second)
	switch {
	case !told:
		d.unchecked(check, "Slack has not answered with a time")
	case took > skewed:
		d.warn(check, "run syncfix doctor again when the network is faster", "not checked: Slack's answer took %s", took.Round(time.Second))
	case ahead.Abs() > skewed:
		side := "ahead of"
		if ahead < 0 {
			side = "behind"
		}
		d.warn(check, "let NTP set it (timedatectl set-ntp true)", "this machine's clock is %s %s Slack's: reminders and the order of events would be off", off, side)
	default:
		d.ok(check, "within %s of Slack's", skewed)
	}
}
