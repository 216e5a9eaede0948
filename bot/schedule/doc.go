// Package schedule strikes the clock for calendar jobs: at each due time it files
// an envelope, and nothing else. What a job does is decided where every other
// envelope is stepped, so that a job is never done twice and never lost half-way.
//
// Invariant: a job's due time has one key, so that a tick that is filed twice (by
// two processes, or by a clock that is set back) happens once. A due time that
// passed while nobody was running is filed once on return, however many were
// missed.
//
// Timers of a single case (reminders, verification) are not here: they stand in
// the store's due-index.
//
// # Example
//
//	jobs := []schedule.Job{{Name: bot.JobDigest, Spec: "0 9 * * 1-5", Zone: berlin}}
//	stop, err := schedule.Start(ctx, store, jobs, time.Now, b.Wake, log)
//	defer stop()
package schedule
