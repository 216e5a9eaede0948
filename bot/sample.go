package bot

import (
	"math/bits"
	"reflect"
)

// keptRepeats is how many repeats of a failure are kept one by one. Of those after
// them, every 2nd power is: the 16th, the 32nd and so on.
const keptRepeats = 10

// sampled is an event as it is kept with its case; ok is false for one that is
// counted and not kept: a repeat that only counts up, and the receipt of a card
// that was refreshed for it. A tool that reports a failure every minute would
// otherwise fill the store with it.
func sampled(old, next Case, e Event) (_ Event, ok bool) {
	n := next.Repeats.Count
	few := n <= keptRepeats
	switch {
	case e.Kind == EventAlert && n > old.Repeats.Count:
		e.Repeat = n
		return e, few || bits.OnesCount(uint(n)) == 1 || !onlyCounted(old, next)
	case e.Kind == EventPosted && e.Posted != nil && e.Posted.Effect == ShowCard:
		return e, few || old.Card != next.Card
	}
	return e, true
}

// onlyCounted says that a case differs in nothing but what a repeat counts.
func onlyCounted(old, next Case) bool {
	next.Rev, next.Face = old.Rev, old.Face
	next.Repeats, next.LastFailure = old.Repeats, old.LastFailure
	return reflect.DeepEqual(old, next)
}
