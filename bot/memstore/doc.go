// Package memstore is a bot.Store in memory, for fast tests and for trying
// things out. It keeps the whole contract except the one sentence that gives a
// store its point: what it holds is gone with the process.
//
// # Invariant
//
// Everything is kept as JSON, as the other stores keep it, so that a value that
// was put in or handed out shares nothing with what is stored, and a field that
// is not meant to be kept is lost here as well.
//
// Update works on a copy of all tables and swaps it in at the end; this costs
// time in proportion to what is stored, and makes a rollback the simplest thing
// there is. View and Update hold one lock for as long as they run: neither may
// be called from within the other.
//
// # Example
//
//	store := memstore.New()
//	defer store.Close()
//	fresh, err := store.File(ctx, []bot.Envelope{{Key: "tick/digest/…", Kind: bot.EnvelopeTick}})
package memstore
