// Package bot is the case: what happens to it, what must then happen outside,
// and what must survive. It knows no Slack library and no database.
//
// # One message, from end to end
//
// A monitoring tool posts "Sync didn't finish successfully! Your login
// credentials are invalid/expired" in #support.
//
//  1. Slack sends an envelope over a socket. slackio redacts secrets, gives it a
//     key (team, channel, ts, edit) and files it with Store.File. Only when that
//     is on disk does it ack, and call Bot.Wake.
//  2. Bot.Run leases the envelope. The Decoder turns it into an Inbound, the
//     Library's Recognizer says which playbook's alert it is, and the Directory
//     says what kind of channel it is in. Nothing is asked during the
//     transaction that follows.
//  3. In one transaction (turn.go): Router.Route decides which case the message
//     belongs to, here a new one; Step makes the case out of the event and says
//     which Effects must follow; the case, its event, the keys that will find it
//     again, the effects as Deliveries, and the envelope as done are stored
//     together, or not at all.
//  4. The outbox carries the deliveries, one lane a channel, one for its pointers
//     and one for its reactions; what it has no room for waits in the store. It
//     reads the newest case (Scene) and gives both to Outside, which renders and sends. What now
//     stands in Slack comes back as a Posted, and is stored as an event of the
//     case in the transaction that ends the delivery. One that fails waits at the
//     head of its lane, and its case with it; what is about other cases passes, as
//     long as Slack takes it. Slack's Retry-After is for its method alone.
//  5. A person presses a button. It names the case and the offer; it comes in as
//     an envelope, goes the same way, and changes the case only if that offer
//     still stands and Authorize allows it.
//
// All of it is on one Clock, real or not. Timers of a case (reminder, verification, stale) stand in the case and in the
// store's due-index; Run waits for the earliest one. Calendar jobs come as
// envelopes, filed by package schedule. What was said while nobody listened is
// read from history by slackio and filed as what Slack would have sent; a failure
// that History finds to be over is filed so that its key is known, and not stepped.
// An alert that came late (Slack repeats what got no ack) is compared with what
// stands in Slack before it opens a case (turn_late.go).
//
// The log follows it: the envelope's key stands in the line of the case's event,
// the case's id and revision begin the delivery's, and the line of the event
// "posted" names the delivery and where it stands. An Observer hears the same as
// figures.
//
// # Invariants
//
//   - Only Step changes a case, and it is pure: a case is what its events make it.
//   - A failure that a newer success has ended, or whose message was deleted, opens
//     no case, in whatever order we learn of them (route_end.go).
//   - A case is resolved only by a success notice that is newer than the last
//     failure, or by a person who says they saw the sync work.
//   - A gate is recorded as pressed only by a press on the offer that stands, by
//     somebody who may.
//   - Deliveries that were under way when the process died come back as
//     Uncertain, and are looked up before they are sent again; what only one
//     person would see is not sent again.
//
// Three things differ from a plain inbox for everything: a receipt does not pass
// through the inbox, but is stepped in the same transaction that ends its
// delivery, so that there is no moment in which one is known and the other not;
// an envelope that comes to nothing (chatter, the bot's own posts) leaves the
// inbox with the next commit, at most a second later; and an alert that is only
// likely is kept as a case in the state Proposed, so that its buttons need carry
// nothing but ids.
//
// # Example
//
//	b := bot.New(bot.Config{
//		Store: store, Decoder: decoder, Directory: directory, Outside: sender,
//		Playbooks: playbooks, Settings: bot.DefaultSettings(), Holder: "host-1",
//	})
//	err := b.Run(ctx) // until ctx ends
package bot
