package bot

import (
	"context"
	"errors"
	"time"

	"syncfix/diagnose"
)

// Errors that every store uses.
var (
	// ErrNotFound: there is no such case, playbook or delivery.
	ErrNotFound = errors.New("not found")
	// ErrConflict: the case has changed since it was read. Read again and step again.
	ErrConflict = errors.New("the case has changed meanwhile")
	// ErrUnwritable: the disk takes nothing, being full or read-only, say. The store
	// has told the operator, and tells again when it is over; try again later.
	ErrUnwritable = errors.New("the store can't be written")
	// ErrInUse: another process holds the store.
	ErrInUse = errors.New("in use by another syncfix")
)

// Store keeps everything that must survive. What a method that returns no error
// wrote is on disk. Package storetest holds the contract as a suite.
//
// Leases make sure that two holders (processes) don't work on the same envelope
// or delivery at once. A store that only one process can open may grant them in
// memory.
type Store interface {
	// File adds envelopes to the inbox, all or none, and says for each whether
	// it is fresh: an envelope whose key is known already (done or not) is not
	// added again. Seq is given in the order of the slice.
	File(ctx context.Context, envelopes []Envelope) (fresh []bool, err error)
	// LeaseEnvelopes hands out up to lease.Max pending envelopes, oldest first,
	// that nobody holds, the asking holder included. One that is not done by
	// lease.Until is handed out again.
	LeaseEnvelopes(ctx context.Context, lease Lease) ([]Envelope, error)
	// ReturnEnvelope gives a leased envelope back before its lease ends.
	ReturnEnvelope(ctx context.Context, holder string, seq uint64) error
	// LeaseDeliveries hands out up to lease.Max deliveries that are not dead and
	// whose NotUntil is not after lease.Now, in order of Seq. A delivery that
	// another holder, or an earlier process, may have tried comes with Uncertain set;
	// of one that is Untried nobody may have.
	LeaseDeliveries(ctx context.Context, lease Lease) ([]Delivery, error)
	// Update runs fn in one durable read-write transaction. If fn or the commit
	// fails nothing has changed. fn may run more than once and must not keep tx.
	Update(ctx context.Context, fn func(tx Tx) error) error
	// View runs fn in a read-only transaction.
	View(ctx context.Context, fn func(tx Reader) error) error
	// Close waits for running transactions and frees the store.
	Close() error
}

// Lease is who asks for work, how much, and until when they keep it.
type Lease struct {
	Holder string
	Max    int
	Now    time.Time
	Until  time.Time
}

// Reader reads what is stored. Slices and maps it returns belong to the caller.
type Reader interface {
	// Case returns ErrNotFound for an unknown id.
	Case(id string) (Case, error)
	// CaseAt returns the newest case that was bound to key by Bind; ok is false if none.
	CaseAt(key string) (id string, ok bool, err error)
	// OpenCases returns all cases whose state is Open, oldest first.
	OpenCases() ([]Case, error)
	// OpenIn returns those of them whose Anchor is in a channel. It reads no others,
	// however many are open.
	OpenIn(channel string) ([]Case, error)
	// Recent returns up to max cases, newest first, open or closed.
	Recent(max int) ([]Case, error)
	// Outcomes returns up to max outcomes (see Case.Outcome) of a playbook's
	// cases, by the time they were verified, newest first.
	Outcomes(playbook string, max int) ([]diagnose.VerifiedOutcome, error)
	// Events returns a case's events in order.
	Events(caseID string) ([]Event, error)
	// Playbook returns the playbook with that content hash, or ErrNotFound.
	Playbook(hash string) (diagnose.Playbook, error)
	// NextDue is when the earliest timer of any case is due; ok is false if there is none.
	NextDue() (due time.Time, ok bool, err error)
	// Due returns up to max timers that are due at now, earliest first.
	Due(now time.Time, max int) ([]DueTimer, error)
	// Deliveries returns all deliveries that are under way or dead, in order of Seq.
	Deliveries() ([]Delivery, error)
	// LastTick is the newest due time at which job was filed as done by MarkTick; zero if never.
	LastTick(job string) (time.Time, error)
	// Notice returns the newest notice that PutNotice kept under key; ok is false if none.
	Notice(key string) (n Notice, ok bool, err error)
	// Inbox counts the envelopes not done yet and says when the oldest was received.
	Inbox() (pending int, oldest time.Time, err error)
}

// Notice is word that a failure has ended which may be learned of only later: a
// success, or the deletion of its message.
type Notice struct {
	At      time.Time `json:"at"`
	Account string    `json:"account,omitempty"` // whose success; empty if it names nobody
}

// DueTimer is a timer that is due.
type DueTimer struct {
	Case  string
	Timer Timer
	Due   time.Time
}

// Tx reads and writes in one transaction; it sees its own writes.
type Tx interface {
	Reader
	// NextNumber is a new case number, starting with 1, never given twice.
	NextNumber() (uint64, error)
	// PutCase stores c if the stored revision is from (0: there is none yet);
	// otherwise ErrConflict. The due-index, the list
	// of open cases and the outcomes follow c.
	PutCase(c Case, from uint64) error
	// Bind makes key (a scope, a thread, a message) lead to a case from now on.
	Bind(key, caseID string) error
	// AppendEvent adds to a case's events; ErrNotFound if there is no such case.
	AppendEvent(caseID string, e Event) error
	// PutPlaybook stores a playbook under its Hash, once.
	PutPlaybook(p diagnose.Playbook) error
	// DoneEnvelope takes an envelope out of the inbox. Its key stays known. One
	// that is done already is ErrConflict: somebody else has stepped it.
	DoneEnvelope(seq uint64) error
	// AddDelivery queues d, leased to holder until the given time; Seq is given
	// and returned. A delivery whose ID is known is not added again (seq 0); an ID
	// stays known after the delivery is done, until Prune reaches past its birth.
	AddDelivery(d Delivery, holder string, until time.Time) (seq uint64, err error)
	// PutDelivery replaces a queued delivery by Seq and ends its lease;
	// ErrNotFound if it is not queued.
	PutDelivery(d Delivery) error
	// DoneDelivery removes a delivery; unknown ones are no error.
	DoneDelivery(seq uint64) error
	// MarkTick records that job's tick of that time is done.
	MarkTick(job string, due time.Time) error
	// PutNotice keeps a notice under key, unless a newer one is there.
	PutNotice(key string, n Notice) error
	// Prune forgets inbox keys of envelopes done and received before the given
	// time, at most max of them, and says how many; and as many notices from before
	// it, the oldest first.
	Prune(before time.Time, max int) (int, error)
	// PruneCases forgets cases that were closed before the given time, the longest
	// closed first, at most max of them, and says how many: each with its events,
	// its outcome, the keys that lead to it, and the playbook it runs on if no
	// other case does. Their numbers are not given again.
	PruneCases(before time.Time, max int) (int, error)
}
