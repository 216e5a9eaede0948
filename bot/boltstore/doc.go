// Package boltstore is a bot.Store in one file, for one process. It is the store
// that syncfix uses unless it is told otherwise.
//
// # What is in the file
//
// Numbers are big-endian, so that the file's order is theirs. A time is its
// seconds and nanoseconds, likewise. Values are JSON. A text that is used as a
// key is kept as it is, behind one byte; a very long one as its SHA-256.
//
//	syncfix                       what this file is; its sequence: case numbers
//	├── schema → "4"              older ones are brought here; newer ones and other files are refused
//	├── restored → time           when it was put in the place of a newer one, if so
//	│
//	│   what is to be done, and so stays short
//	inbox                         envelopes not done yet
//	├── Seq → header, newline, body: bot.Envelope, its Body as it came
//	outbox                        deliveries under way or dead
//	├── Seq → bot.Delivery
//	open                          cases that are open
//	├── ordinal → channel of its Anchor; empty: not known
//	timers                        the due-index
//	├── due, ordinal, bot.Timer → case ID
//	ticks                         calendar jobs
//	├── job → the newest due time that is done
//	notices                       failures that have ended
//	├── key → bot.Notice
//	notices_at                    what may be pruned, oldest first
//	├── At, key → nothing
//	playbooks                     those that cases run on
//	├── Hash → diagnose.Playbook
//	│
//	│   what has been, until it is pruned; the sequence: ordinals, in order of creation
//	eras
//	├── 'c', ordinal              the cases from that one to where the next era begins
//	│   ├── ids
//	│   │   └── case ID → ordinal
//	│   ├── cases
//	│   │   └── ordinal → bot.Case
//	│   ├── events
//	│   │   └── ordinal, count → bot.Event
//	│   ├── outcomes              what later cases learn from, of cases that stand resolved
//	│   │   └── playbook ID, time, ordinal → diagnose.VerifiedOutcome
//	│   ├── closed                what may be pruned, oldest first
//	│   │   └── Closed, ordinal → nothing
//	│   ├── runs                  which playbooks are in use
//	│   │   └── Hash → by how many
//	│   └── bound                 scopes, threads and messages
//	│       └── key → case ID
//	├── 'i', Seq                  every envelope's key, done or not
//	│   └── Key → Seq, Received
//	└── 'o', Seq                  every delivery's ID, done or not
//	    └── ID → Seq, Born
//
// # Invariants
//
//   - What a method wrote is on disk when it returns: each File and each Update
//     is one transaction with its own fsync. Callers that have many envelopes
//     file them together.
//   - Leases live in memory. The file's lock lets one process in, so nobody else
//     could hold one; and when the process ends, all of them end with it.
//     Leasing therefore writes nothing.
//   - A delivery that was in the file at Open may have been tried by the process
//     before. It is handed out as Uncertain until PutDelivery says otherwise, or its
//     row says that it is Untried.
//   - What an envelope writes does not grow with what is stored: no tree gets
//     deeper than an era's, and the list of free pages is not written. It is made
//     anew at Open, which reads the file through in any case.
//   - When the disk takes nothing, a write is bot.ErrUnwritable and has changed
//     nothing, or may have come through after all if only the last sync failed;
//     the next one that works ends it.
//   - A file of an older schema is brought to ours in one transaction, at Open,
//     after a copy was kept beside it.
//   - A file that is not ours, is newer than we are, or is damaged is refused and
//     left as it is. Damage is what the pages say of themselves (pages.go); rows
//     have no checksum.
//
// # Example
//
//	store, err := boltstore.Open("syncfix.db", boltstore.Options{})
//	if errors.Is(err, bot.ErrInUse) {
//		// another syncfix runs on this file
//	}
//	defer store.Close()
package boltstore
