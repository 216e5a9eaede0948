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
// step of a tour, which goes on by what happens and not by a button that says so.
//
// What went between app and sandbox can be watched at /lab, with what each call and ack broke at its entry, searched by case,
// and saved as HAR without tokens. What can be broken there and with [ParseFault] is counted ([Server.Faults]).
//
// # Fidelity
//
// Socket Mode (https://docs.slack.dev/apis/events-api/using-socket-mode)
//
//	apps.connections.open            as Slack does; not rate limited; a ticket works once, for 30 s
//	hello, disconnect frames         as Slack does; debug_reconnects is reported but does not end the connection
//	ten connections, one gets each   as Slack does; in turn (Slack does not say which)
//	ack within 3 s, payload          as Slack does; 20 KB and more dropped; an ack on another connection counts
//	events sent again                as Slack does: same envelope_id and event_id, three times; a late ack does not stop it
//	nobody connected                 events are missed and not sent again; interactions fail at once
//	delayed events, auto-disabling   not there
//	bad days                         on demand: [StandingFault]; Slack's own figures for how often are not known. Latency holds
//	                                 up calls, not frames; a network that is gone resets connections, where a real one may
//	                                 also say nothing
//
// Events
//
//	message (channel, im), bot_message, message_changed, message_deleted, channel_join, thread_broadcast
//	                                 as Slack does, the bot's own included; only where the bot is a member; no metadata
//	app_mention                      as Slack does, beside the message event; not for posts without a user
//	app_home_opened                  as Slack does
//	member_joined_channel            as Slack does
//	message_replied, reaction_*, file_*, links, private channels, group messages
//	                                 not there
//
// Interactions
//
//	slash commands                   as Slack does, with its own words on failure; not in threads; text as typed
//	block_actions                    as Slack does; a private message's press carries no message
//	message shortcuts                as Slack does; global shortcuts: not there
//	view_submission, view_closed     as Slack does: errors, update, push, clear; required and length checks come first
//	block_suggestion, workflows      not there
//	trigger ids                      as Slack does: 3 s, once; a view that is refused does not use one up
//	response URLs                    as Slack does: 5 uses in 30 min, replace, delete, in_channel, thread_ts
//
// Web API
//
//	chat.postMessage, update, delete, postEphemeral, getPermalink
//	                                 as Slack does; username, icons, parse, link_names, unfurls are ignored; no edit window;
//	                                 thread_not_found for an unknown thread (Slack does not document this one)
//	conversations.history, replies, info, list, members, open; users.conversations
//	                                 as Slack does; open for one person only
//	users.info, usergroups.list, usergroups.users.list, bots.info, files.info, auth.test
//	                                 as Slack does, from a fixed cast; file contents cannot be downloaded
//	reactions.add, remove            as Slack does; any name counts as an emoji
//	views.open, update, push, publish
//	                                 as Slack does; broken limits are invalid_arguments
//	blocks.validate                  simplified: the limits below; codes and words are our own
//	scopes                           as Slack does: the header x-oauth-scopes, missing_scope with needed and provided; simplified
//	                                 where Slack takes one scope or another. Events come without their scopes
//	token rotation, other methods
//	                                 not there (unknown_method)
//
// Limits
//
//	Block Kit                        the documented figures; counted in code points (Slack does not say how it counts);
//	                                 contents of card, carousel, plan, task_card, container, video, data_*: not checked
//	markup, links, images            not checked
//	text                             cut to 40,000 on post, refused over 4,000 on update
//	rate limits                      the documented tiers with a minute's burst; posts 1/s a channel with a burst of 5, and
//	                                 300 a minute; Retry-After in whole seconds
//	metadata                         its shape; not its size
//	typed text                       escaped, links and @names marked, as by the composer; no emoji or formatting
//	history                          the newest Options.Keep messages a channel (5,000) are kept
package sandbox
