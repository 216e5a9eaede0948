package slackio

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestFailuresThatAreOverAreMarked(t *testing.T) {
	a := newAbsence(t, false, nil)
	a.post("Ledger login refused, account 1")
	a.post("Ledger login refused, account 2")
	a.post("Ledger sync succeeded, account 1")
	a.post("Ledger login refused, account 1 again")
	a.same("read", texts(a.read(true)), []string{
		"over: Ledger login refused, account 1", "Ledger login refused, account 2", "Ledger sync succeeded, account 1", "Ledger login refused, account 1 again",
	})
}

// Whichever channel is read first.
func TestAFailureThatIsOverInAnotherChannel(t *testing.T) {
	for _, c := range [][2]string{{"support", "billing-alerts"}, {"billing-alerts", "support"}} {
		t.Run("failure in "+c[0], func(t *testing.T) {
			a := newAbsence(t, false, nil)
			a.overElsewhere(c[0], c[1])
			got := texts(a.read(true))
			slices.Sort(got)
			a.same("read", got, []string{"Ledger login refused, account 2", "Ledger sync succeeded, account 1", "over: Ledger login refused, account 1"})
			a.same("read again", texts(a.read(true)), nil)
		})
	}
}

// overElsewhere posts two failures in a channel, and the success of one in another.
func (a *absence) overElsewhere(failure, success string) {
	a.Helper()
	a.mark("C0BILLING", a.now.Add(-time.Hour))
	for _, m := range [][2]string{{failure, "login refused, account 1"}, {failure, "login refused, account 2"}, {success, "sync succeeded, account 1"}} {
		_, err := a.srv.Post(m[0], "Monitor", json.RawMessage(fmt.Sprintf(`{"text":%q}`, "Ledger "+m[1])))
		a.must(err)
	}
}

// What is too much to be held, or held for too long, is filed before the next
// channel is read.
func TestThereIsAnEndToWhatIsHeld(t *testing.T) {
	for name, bound := range map[string]func(*absence){
		"memory": func(a *absence) { a.mostHeld = 1 },
		"time":   func(a *absence) { a.heldFor = -1 },
	} {
		opened := 0
		for _, c := range [][2]string{{"support", "billing-alerts"}, {"billing-alerts", "support"}} {
			a := newAbsence(t, false, nil)
			bound(a)
			a.overElsewhere(c[0], c[1])
			got := texts(a.read(true))
			if len(got) != 3 {
				t.Errorf("%s: read %q", name, got)
			}
			if slices.Contains(got, "Ledger login refused, account 1") {
				opened++
			}
		}
		if opened != 1 {
			t.Errorf("%s: the failure was filed before the success had been read in %d orders of the two", name, opened)
		}
	}
}
