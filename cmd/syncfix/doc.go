// Syncfix is a Slack bot for accounting syncs that fail: it answers the alert in
// its thread, asks the few questions that tell the causes apart, posts the steps
// of the right fix, and closes the case when the sync has been seen to work.
//
// This package is the program: a file a subcommand, and the only place that
// reads the environment, exits, or wires the parts together (wire.go). The other
// packages are given what they need.
//
// # Invariants
//
//   - Whatever is wrong with the configuration is said at once, each problem with
//     where its value comes from, and the exit code is 2, as it is when Slack
//     refuses a token, whenever that is, or the database can't be used: starting
//     again would not help. Any other failure is 1.
//   - A token is never printed: not in messages, logs, help or errors.
//   - SIGINT and SIGTERM stop the program within 10 s; a second one at once.
//
// # Example
//
//	syncfix sandbox    try it in the browser, without Slack
//	syncfix manifest   the Slack app, ready to paste
//	syncfix run        work in a workspace, with tokens in .env
//	syncfix doctor     say what is wrong with the setup, and what to do
//	syncfix version
package main
