// Package sandbox is a Slack of our own on loopback: the Web API, Socket Mode, response URLs and a page in the browser,
// for trying the bot without a Slack account and for testing the real binary from outside.
//
// It imports nothing else of this module, so that it cannot share its misunderstandings: it speaks only Slack's wire
// format, as documented. It listens on loopback only, answers only to its own Host and Origin, takes only the tokens it
// made itself, and never opens a connection to anywhere. Everything it keeps is bounded and in memory.
//
// Invariant: whatever changes (a message, a view, an API call, an envelope, an ack) changes under one lock and rings the
// change feed, so that [Server.Wait] and the page see every state and nobody has to poll.
//
// A test is a person in Slack on one side and the bot on the other:
//
//	s, err := sandbox.Start(sandbox.Options{Addr: "127.0.0.1:0"})
//	// start the bot with s.APIURL(), s.BotToken(), s.AppToken()
//	err = s.Wait(ctx, func() bool { return s.Connections() > 0 })
//	ts, err := s.Say("U0ANA", "support", "Our NetSuite sync failed")
//	err = s.Wait(ctx, func() bool { return len(s.Thread("support", ts)) > 1 })
//	err = s.Press("U0ANA", "support", s.Thread("support", ts)[1].TS, "Yes")
//	// in the end: s.Violations() is empty
//
// Time is a [Clock] that the bot can share. One that is a [ClockControl] can be stopped, run faster and moved on: messages,
// rate limits, the lives of trigger ids and response URLs, and the waits before an event is sent again follow it, so that a
// day can be seen in a second. Run much faster than 20 times, a trigger id lives too short for any program.
//
// What the page shows of the app under test is handed to it: messages to post ([Sample], [Maker]) and a [TourStep] for each
// step of a tour, which goes on by what happens and not by a button that says so. So are its playbooks, and what each would
// show ([Previews]).
//
// What went between app and sandbox can be watched at /lab, with what each call and ack broke at its entry, searched by case,
// and saved as HAR without tokens. What can be broken there and with [ParseFault] is counted ([Server.Faults]).
//
// # Fidelity
//
// What the sandbox does as Slack does, simplified, or not at all. Clients that nobody here wrote check it: apps on Slack's own
// framework (testdata/bolt), slack-go, and Slack's definitions of its payloads for TypeScript. A test keeps this table complete.
//
// Socket Mode (https://docs.slack.dev/apis/events-api/using-socket-mode)
//
//	apps.connections.open              as Slack does; not rate limited; a ticket works once, for 30 s
//	hello, disconnect                  as Slack does; debug_reconnects is reported but does not end the connection
//	ten connections                    as Slack does; each envelope goes to one, in turn (Slack does not say which)
//	acks                               as Slack does: within 3 s, a payload for interactions and commands; 20 KB and more
//	                                   dropped; an ack on another connection counts
//	events sent again                  as Slack does: same envelope_id and event_id, three times; a late ack does not stop it
//	nobody connected                   as Slack does: events are missed and not sent again; interactions fail at once
//	delayed events, auto-disabling     not there
//	bad days                           simplified: on demand, by a [StandingFault], as Slack's own figures for how often are
//	                                   not known. Latency holds up calls, not frames; a network that is gone resets
//	                                   connections, where a real one may also say nothing
//
// Events
//
//	message, message/bot_message, message/message_changed, message/message_deleted
//	                                   as Slack does, in channels and direct messages, the bot's own included; only where the
//	                                   bot is a member; no metadata
//	message/channel_join, message/thread_broadcast
//	                                   as Slack does; nobody is told of who leaves
//	app_mention                        as Slack does, beside the message event; not for posts without a user
//	app_home_opened                    as Slack does; its Messages tab is not there
//	member_joined_channel              as Slack does
//	reaction_added, reaction_removed, file_shared, link_shared, member_left_channel, app_uninstalled, message_replied,
//	other events
//	                                   not there
//	private channels, group messages   not there
//
// Interactions
//
//	slash_commands                     as Slack does, with the sandbox's own words on failure; not in threads; text as typed
//	                                   (should_escape is off)
//	block_actions                      as Slack does; a private message's press carries no message
//	message_action                     as Slack does; global shortcuts are not there
//	view_submission, view_closed       as Slack does: errors, update, push, clear; required and length checks come first;
//	                                   response_urls is always empty
//	block_suggestion, workflow steps, functions
//	                                   not there
//	trigger ids                        as Slack does: 3 s, once; a view that is refused does not use one up
//	response URLs                      as Slack does: 5 uses in 30 min, replace, delete, in_channel, thread_ts
//
// Web API
//
//	auth.test                          as Slack does
//	blocks.validate                    simplified: the limits below; codes and words are our own
//	bots.info, users.info, usergroups.list, usergroups.users.list
//	                                   as Slack does, from a fixed cast; icons and pictures are empty
//	chat.delete, chat.getPermalink     as Slack does
//	chat.postEphemeral, chat.postMessage
//	                                   simplified: username, icons, parse, link_names and unfurls are ignored, and bare links
//	                                   in text stay as they are; thread_not_found for an unknown thread (Slack does not
//	                                   document this one)
//	chat.update                        as Slack does; no edit window
//	conversations.history, conversations.replies
//	                                   as Slack does; oldest, latest, inclusive, limit, cursor and include_all_metadata
//	conversations.info, conversations.list, conversations.members, users.conversations
//	                                   as Slack does; topics and purposes are empty
//	conversations.open                 simplified: a direct message with one person only
//	files.info                         simplified: what a message brought; contents cannot be downloaded
//	reactions.add, reactions.remove    as Slack does; any name counts as an emoji
//	views.open, views.publish, views.push, views.update
//	                                   as Slack does; broken limits are invalid_arguments
//	scopes                             simplified where Slack takes one scope or another; the header x-oauth-scopes, and
//	                                   missing_scope with needed and provided, as Slack has them. Events come without their
//	                                   scopes
//	token rotation, other methods      not there (unknown_method)
//
// Limits
//
//	Block Kit                          simplified: the documented figures, counted in code points (Slack does not say how it
//	                                   counts); contents of card, carousel, plan, task_card, container, video, data_*: not
//	                                   checked
//	markup, links, images              not there: they are not checked
//	text                               as Slack does: cut to 40,000 on post, refused over 4,000 on update
//	rate limits                        simplified: the documented tiers with a minute's burst; posts 1/s a channel with a
//	                                   burst of 5, and 300 a minute; Retry-After in whole seconds
//	metadata                           simplified: its shape, not its size
//	typed text                         simplified: escaped, links and @names marked, as by the composer; no emoji or
//	                                   formatting
//	history                            simplified: the newest Options.Keep messages a channel (5,000) are kept
package sandbox
