// Package slackio is the bot's way to Slack: what comes in over Socket Mode, and
// what goes out over the Web API. It is the only package that knows slack-go.
//
// In: two sockets (Client.Listen) read envelopes. Intake redacts secrets (an event
// that has none is kept as Slack wrote it, which takes a fifth of the time), gives
// each envelope its key, checks forms, files all that waits in one commit, and
// only then acks. Catchup reads from history what no socket brought, and files it
// as the same envelopes; Past says what stands where a late alert stood. Decoder
// turns what was filed into a bot.Inbound; Directory says who people are and what
// a channel is.
//
// Out: Render draws an effect as blocks; Sender posts, updates and looks up.
//
// Beside: Examiner asks how an app and its workspace stand, for syncfix doctor.
//
// # Invariants
//
//   - No envelope is acked before it is on disk.
//   - No secret that Redact knows, and no token of Slack's, gets into the inbox.
//   - Reading a socket never waits for the disk, or for the other socket. What
//     can't be kept in memory is left unacked, and Slack sends it again.
//   - Decoding is pure and total: whatever was filed gives an Inbound or an
//     error, the same each time.
//   - Until when a channel's history was read moves only when all of it is filed:
//     a gap is read again until it has been read once.
//   - What the bot posts itself is marked as its own.
//
// # Keys
//
// Two envelopes with one key are one thing, however they reached us:
//
//	m/<team>/<channel>/<ts>/<edit>   a message, and the mention in it
//	t/<trigger id>                   a press, a command, a shortcut
//	v/<view id>/<hash>               a submitted form
//	e/<event id>                     any other event
//	u/<envelope id>                  what nobody could parse
//
// A form that is turned down keeps Slack's hash, so a rejected submission's key
// also holds a digest of what was entered: the corrected one must not look like it.
//
// # Example
//
//	client, err := slackio.New(slackio.Config{BotToken: "xoxb-…", AppToken: "xapp-…"})
//	self, err := client.Auth(ctx)
//	sender := slackio.NewSender(client.API(), self, slackio.SenderConfig{HTTP: client.HTTP()})
//	directory := slackio.NewDirectory(client.API(), self, slackio.DirectoryConfig{})
//	b := bot.New(bot.Config{Store: store, Decoder: slackio.Decoder{Self: self}, Directory: directory, Outside: sender, …})
//	err = client.Listen(ctx, slackio.NewIntake(slackio.IntakeConfig{
//		Inbox: store, Self: self, Check: b.CheckForm, Wake: b.Wake,
//	}))
package slackio
