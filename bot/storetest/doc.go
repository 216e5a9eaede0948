// Package storetest holds the contract of bot.Store as a suite. Every store runs
// it; what it does not test, callers may not rely on.
//
// # What it adds to bot.Store's own words
//
//   - An envelope can be done once: a second DoneEnvelope is bot.ErrConflict, so
//     that two holders of a lease that ran out can't both commit.
//   - A delivery's ID stays known when the delivery is done, as an envelope's key
//     does, until a Prune reaches past the time it was born.
//   - Whoever holds an envelope or a delivery does not get it a second time
//     either, until the lease ends; it ends at Until, not after.
//   - The order of cases ("oldest", "newest") is the order in which they were made.
//   - AppendEvent to a case that is not there, and PutDelivery of a delivery that
//     is not there, are bot.ErrNotFound.
//   - A fn that panics has changed nothing, and the store goes on working.
//   - Texts and keys may be empty, long, and hold any Unicode character, U+0000
//     included.
//
// # Invariant
//
// A store passes Run, and with the race detector, or it is not a store.
//
// # Example
//
//	func TestContract(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) bot.Store { return memstore.New() }, nil)
//	}
package storetest
