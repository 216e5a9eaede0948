package memstore

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"syncfix/bot"
	"syncfix/diagnose"
)

// reader implements bot.Reader.
type reader struct{ *tables }

func (r reader) Case(id string) (bot.Case, error) {
	row, ok := r.cases[id]
	if !ok {
		return bot.Case{}, fmt.Errorf("case %q: %w", id, bot.ErrNotFound)
	}
	c, err := decode[bot.Case](row.body)
	if err != nil {
		return c, fmt.Errorf("reading case %q: %w", id, err)
	}
	return c, nil
}

func (r reader) CaseAt(key string) (string, bool, error) {
	id, ok := r.bound[key]
	return id, ok, nil
}

// ordered returns all case ids, oldest first.
func (r reader) ordered() []string {
	return slices.SortedFunc(maps.Keys(r.cases), func(a, b string) int { return cmp.Compare(r.cases[a].order, r.cases[b].order) })
}

func (r reader) OpenCases() ([]bot.Case, error) {
	var out []bot.Case
	for _, id := range r.ordered() {
		c, err := r.Case(id)
		if err != nil {
			return nil, err
		}
		if c.State.Open() {
			out = append(out, c)
		}
	}
	return out, nil
}

func (r reader) OpenIn(channel string) ([]bot.Case, error) {
	open, err := r.OpenCases()
	return slices.DeleteFunc(open, func(c bot.Case) bool { return c.Anchor.Channel != channel }), err
}

func (r reader) Recent(most int) ([]bot.Case, error) {
	ids := r.ordered()
	slices.Reverse(ids)
	var out []bot.Case
	for _, id := range ids[:min(max(most, 0), len(ids))] {
		c, err := r.Case(id)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

func (r reader) Outcomes(playbook string, most int) ([]diagnose.VerifiedOutcome, error) {
	ids := r.ordered()
	slices.Reverse(ids)
	var out []diagnose.VerifiedOutcome
	for _, id := range ids {
		c, err := r.Case(id)
		if err != nil {
			return nil, err
		}
		if o, ok := c.Outcome(); ok && c.Playbook == playbook {
			out = append(out, o)
		}
	}
	slices.SortStableFunc(out, func(a, b diagnose.VerifiedOutcome) int { return b.At.Compare(a.At) })
	return out[:min(max(most, 0), len(out))], nil
}

func (r reader) Events(caseID string) ([]bot.Event, error) {
	var out []bot.Event
	for _, body := range r.events[caseID] {
		e, err := decode[bot.Event](body)
		if err != nil {
			return nil, fmt.Errorf("reading the events of case %q: %w", caseID, err)
		}
		out = append(out, e)
	}
	return out, nil
}

func (r reader) Playbook(hash string) (diagnose.Playbook, error) {
	body, ok := r.playbooks[hash]
	if !ok {
		return diagnose.Playbook{}, fmt.Errorf("playbook %q: %w", hash, bot.ErrNotFound)
	}
	p, err := decode[diagnose.Playbook](body)
	if err != nil {
		return p, fmt.Errorf("reading playbook %q: %w", hash, err)
	}
	return p, nil
}

// timers returns the timers of all cases, earliest first.
func (r reader) timers() ([]bot.DueTimer, error) {
	var out []bot.DueTimer
	for _, id := range r.ordered() {
		c, err := r.Case(id)
		if err != nil {
			return nil, err
		}
		for _, name := range slices.Sorted(maps.Keys(c.Timers)) {
			out = append(out, bot.DueTimer{Case: id, Timer: name, Due: c.Timers[name]})
		}
	}
	slices.SortStableFunc(out, func(a, b bot.DueTimer) int { return a.Due.Compare(b.Due) })
	return out, nil
}

func (r reader) NextDue() (time.Time, bool, error) {
	all, err := r.timers()
	if err != nil || len(all) == 0 {
		return time.Time{}, false, err
	}
	return all[0].Due, true, nil
}

func (r reader) Due(now time.Time, most int) ([]bot.DueTimer, error) {
	all, err := r.timers()
	if err != nil {
		return nil, err
	}
	due := slices.DeleteFunc(all, func(t bot.DueTimer) bool { return t.Due.After(now) })
	return due[:min(max(most, 0), len(due))], nil
}

func (r reader) Deliveries() ([]bot.Delivery, error) {
	var out []bot.Delivery
	for _, seq := range sorted(r.outbox) {
		d, err := decode[bot.Delivery](r.outbox[seq].body)
		if err != nil {
			return nil, fmt.Errorf("reading delivery %d: %w", seq, err)
		}
		out = append(out, d)
	}
	return out, nil
}

func (r reader) LastTick(job string) (time.Time, error) { return r.ticks[job], nil }

func (r reader) Notice(key string) (bot.Notice, bool, error) {
	n, ok := r.notices[key]
	return n, ok, nil
}

func (r reader) Inbox() (int, time.Time, error) {
	seqs := sorted(r.inbox)
	if len(seqs) == 0 {
		return 0, time.Time{}, nil
	}
	return len(seqs), r.inbox[seqs[0]].received, nil
}
