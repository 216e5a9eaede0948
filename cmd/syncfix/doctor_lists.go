package main

import (
	"context"
	"slices"
	"strings"

	"syncfix/bot/slackio"
)

// channels compares the channels that the bot is in with the settings.
func (d *doctor) channels(ctx context.Context) {
	const check = "channels"
	if d.wrong(check, "SYNCFIX_CHANNELS", "SYNCFIX_SHARED_CHANNELS") {
		return
	}
	if !d.known {
		d.unchecked(check, "Slack has not accepted the bot token")
		return
	}
	in, all, err := d.slack.Channels(ctx)
	if err != nil {
		d.warn(check, remedyFor(err, newBotToken), "not checked: %s", refusalText(err, "the bot token"))
		return
	}
	wanted := slices.Concat(d.conf.settings.Channels, d.conf.settings.SharedChannels)
	wanted = slices.Compact(slices.Sorted(slices.Values(wanted)))
	for _, id := range wanted {
		d.wantedChannel(ctx, id, in)
	}
	heard := 0
	for _, c := range in {
		named := slices.Contains(wanted, c.ID)
		switch {
		case c.Archived || len(d.conf.settings.Channels) > 0 && !named:
		case c.Shared && !slices.Contains(d.conf.settings.SharedChannels, c.ID):
			d.warn(check, "if it is to work there, add "+c.ID+" to SYNCFIX_SHARED_CHANNELS",
				"%s is shared with another company: syncfix keeps silent there", channelName(c))
		default:
			heard++
		}
	}
	switch {
	case heard > 0 && !all:
		d.ok(check, "it is in more than %d, and listens in %d of those that were looked at", len(in), heard)
	case heard > 0:
		d.ok(check, "it is in %d, and listens in %d", len(in), heard)
	case len(d.conf.settings.Channels) > 0:
		d.fail(check, "/invite @"+appName+" in the channels of SYNCFIX_CHANNELS", "it is in %d, and in none it listens in", len(in))
	default:
		d.warn(check, "/invite @"+appName+" in the channel where the alerts arrive", "it is in %d, and listens in none", len(in))
	}
}

// wantedChannel looks at a channel that the settings name.
func (d *doctor) wantedChannel(ctx context.Context, id string, in []slackio.ChannelStanding) {
	const check = "channels"
	setting := "SYNCFIX_CHANNELS"
	shared := slices.Contains(d.conf.settings.SharedChannels, id)
	if shared {
		setting = "SYNCFIX_SHARED_CHANNELS"
	}
	var c slackio.ChannelStanding
	if at := slices.IndexFunc(in, func(c slackio.ChannelStanding) bool { return c.ID == id }); at >= 0 {
		c = in[at]
	} else {
		var err error
		c, err = d.slack.Channel(ctx, id)
		if err != nil {
			d.warn(check, remedyFor(err, newBotToken), "%s of %s is not checked: %s", id, setting, refusalText(err, "the bot token"))
			return
		}
	}
	switch {
	case !c.Found:
		d.fail(check, "if it is private, /invite @"+appName+" there; if the id is wrong, the right one is at the bottom of the channel's About",
			"%s of %s is not there, or private and the bot is not in it", id, setting)
	case c.Archived:
		d.fail(check, "take "+id+" out of "+setting+", or unarchive the channel", "%s of %s is archived: nothing arrives there", channelName(c), setting)
	case !c.Member:
		d.fail(check, "/invite @"+appName+" in "+channelName(c), "the bot is not in %s, which %s names", channelName(c), setting)
	case shared && !c.Shared:
		d.warn(check, "put it into SYNCFIX_CHANNELS instead, or take it out", "%s of SYNCFIX_SHARED_CHANNELS is not shared with another company", channelName(c))
	}
}

func channelName(c slackio.ChannelStanding) string {
	if c.Name == "" {
		return c.ID
	}
	return "#" + c.Name + " (" + c.ID + ")"
}

// people looks at those who may press, and who may disconnect.
func (d *doctor) people(ctx context.Context) {
	const check = "people"
	if d.wrong(check, "SYNCFIX_RESPONDERS", "SYNCFIX_APPROVERS") {
		return
	}
	s := d.conf.settings
	if len(s.Responders)+len(s.Approvers) == 0 {
		d.ok(check, "everybody of the workspace but guests may press buttons and disconnect (SYNCFIX_RESPONDERS and SYNCFIX_APPROVERS are empty)")
		return
	}
	if !d.known {
		d.unchecked(check, "Slack has not accepted the bot token")
		return
	}
	groups, knowGroups := d.groups(ctx)
	unknown := 0 // may be able to
	able := func(setting string, ids []string) (n int) {
		for _, id := range ids {
			isGroup, can, known := strings.HasPrefix(id, "S"), true, knowGroups
			switch {
			case !isGroup:
				can, known = d.person(ctx, setting, id)
			case knowGroups:
				can = d.group(setting, id, groups)
			}
			if can {
				n++
			}
			if !known {
				unknown++
			}
		}
		return n
	}
	responders, approvers := able("SYNCFIX_RESPONDERS", s.Responders), able("SYNCFIX_APPROVERS", s.Approvers)
	noApprover, noResponder := len(s.Approvers) > 0 && approvers == 0, len(s.Responders) > 0 && responders+approvers == 0
	if noApprover {
		d.fail(check, "name somebody in SYNCFIX_APPROVERS who is there", "nobody is left who may disconnect a sync")
	}
	if noResponder {
		d.fail(check, "name somebody in SYNCFIX_RESPONDERS who is there", "nobody is left who may press buttons")
	}
	if noApprover || noResponder || unknown > 0 { // said already
		return
	}
	d.ok(check, "of SYNCFIX_RESPONDERS %d of %d can act, of SYNCFIX_APPROVERS %d of %d", responders, len(s.Responders), approvers, len(s.Approvers))
}

// groups asks for the user groups, if the settings name one.
func (d *doctor) groups(ctx context.Context) (list []slackio.GroupStanding, known bool) {
	if len(userGroups(d.conf.settings)) == 0 {
		return nil, true
	}
	list, err := d.slack.Groups(ctx)
	if err != nil {
		d.warn("people", remedyFor(err, newBotToken), "user groups are not checked: %s", refusalText(err, "the bot token"))
		return nil, false
	}
	return list, true
}

// group says whether somebody in the user group can act.
func (d *doctor) group(setting, id string, groups []slackio.GroupStanding) bool {
	const check = "people"
	at := slices.IndexFunc(groups, func(g slackio.GroupStanding) bool { return g.ID == id })
	switch {
	case at < 0:
		d.fail(check, "take it out of "+setting+", or name another one", "the user group %s of %s is not there", id, setting)
	case groups[at].Gone:
		d.fail(check, "switch it on again in Slack, or take it out of "+setting, "the user group @%s (%s) of %s is disabled", groups[at].Handle, id, setting)
	case groups[at].Members == 0:
		d.warn(check, "add people to it in Slack", "the user group @%s (%s) of %s has nobody in it", groups[at].Handle, id, setting)
	default:
		return true
	}
	return false
}

// person says whether the person can act, as far as that is known.
func (d *doctor) person(ctx context.Context, setting, id string) (can, known bool) {
	const check = "people"
	p, err := d.slack.Person(ctx, id, d.standing.TeamID)
	remedy := "take " + id + " out of " + setting
	switch {
	case err != nil:
		d.warn(check, remedyFor(err, newBotToken), "%s of %s is not checked: %s", id, setting, refusalText(err, "the bot token"))
		return true, false
	case !p.Found:
		d.fail(check, remedy+", or name another one", "%s of %s is nobody whom the bot can see", id, setting)
	case p.Gone:
		d.fail(check, remedy, "%s (%s) of %s has left: the account is deactivated", p.Name, id, setting)
	case p.Bot:
		d.fail(check, remedy, "%s (%s) of %s is an app, and only people press buttons", p.Name, id, setting)
	case p.Outsider:
		d.warn(check, remedy+" unless that is meant", "%s (%s) of %s is of another company", p.Name, id, setting)
		return true, true
	default:
		return true, true
	}
	return false, true
}
