// Package schedule lets the clock strike: at the times of a calendar job it files
// an envelope in the inbox, and wakes the bot. It does nothing else; what a job
// does is decided where all envelopes are.
//
// The times are cron expressions of five fields (minute, hour, day of the month,
// month, weekday), @daily and its like, or @every with a duration. They are read
// by robfig/cron, whose chain lets a panic end one run and not the program; the
// waiting is on the clock that Start is given, which may be stopped or moved on.
//
// # Invariants
//
//   - A tick's key is its job and the time it was due, so that a tick that is filed
//     twice, by a restart or by another replica, happens once.
//   - A run that was missed, because the bot was down, the machine slept or the
//     store refused, happens once when that is over; several missed runs of one
//     job are one. A job that never ran has missed nothing.
//   - A job with fixed hours runs once a day on the days on which clocks change,
//     too: at the end of the gap if its time is skipped, at the first of the two if
//     it comes twice. A job of every hour follows the hours as they pass.
//   - @every counts from a fixed instant, not from the start of the program: every
//     5 minutes is at :00, :05 and so on.
//   - Time zones are compiled in; the machine needs none.
//
// # Example
//
//	jobs := []schedule.Job{{Name: bot.JobDigest, Spec: "0 9 * * 1-5", Zone: berlin}}
//	stop, err := schedule.Start(ctx, store, jobs, bot.RealClock{}, b.Wake, log)
//	if err != nil {
//		return err
//	}
//	defer stop()
package schedule
