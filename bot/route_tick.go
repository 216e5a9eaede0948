package bot

import (
	"fmt"
	"sort"
	"strings"
	"time"
)

// keepKeys is how long an inbox key stays known: longer than any redelivery
// (Slack's "Delayed Events" go on for 24 h) and any catch-up.
const keepKeys = 8 * 24 * time.Hour

// keepDead is how long a delivery that was given up is kept for the operator:
// what nobody has retried for a month nobody misses.
const keepDead = 30 * 24 * time.Hour

// tick does a calendar job, once.
func (r Router) tick(in Seen) (Routing, error) {
	last, err := r.Cases.LastTick(in.Tick.Job)
	if err != nil {
		return Routing{}, fmt.Errorf("reading the last %s: %w", in.Tick.Job, err)
	}
	if !in.Tick.Due.After(last) {
		return drop("this " + in.Tick.Job + " has been done"), nil
	}
	out := Routing{Job: in.Tick.Job, Due: in.Tick.Due}
	switch in.Tick.Job {
	case JobDigest:
		out.Effects, err = r.digest(in)
	case JobPrune:
		out.Prune, out.Dead = in.Learned.Add(-keepKeys), in.Learned.Add(-keepDead)
		if r.Settings.Retention > 0 {
			out.Expired = in.Learned.Add(-r.Settings.Retention)
		}
	}
	return out, err
}

// digest lists each channel's stuck cases; a channel without any gets nothing.
func (r Router) digest(in Seen) ([]Effect, error) {
	open, err := r.Cases.OpenCases()
	if err != nil {
		return nil, fmt.Errorf("reading open cases: %w", err)
	}
	byChannel := map[Place][]string{}
	for _, c := range open {
		if Stuck(c, in.Learned, r.Settings) {
			at := Place{Team: c.Anchor.Team, Channel: c.Anchor.Channel}
			byChannel[at] = append(byChannel[at], c.ID)
		}
	}
	var out []Effect
	for at, ids := range byChannel {
		out = append(out, Effect{Kind: ShowDigest, Place: at, Cases: ids})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Place.Channel < out[j].Place.Channel })
	return out, nil
}

// Stuck says whether somebody should look at a case: it is handed off, or has
// not moved for the time after which a case counts as stale.
func Stuck(c Case, now time.Time, s Settings) bool {
	switch c.State {
	case Escalated:
		return true
	case Triage, Fixing, Verifying:
		return now.Sub(c.Changed) >= s.Stale
	case Waiting:
		return now.After(c.WaitUntil)
	}
	return false
}

// nearest is the command that a word was probably meant to be; empty for
// anything longer than a slip of the fingers.
func nearest(text string) string {
	fields := strings.Fields(text)
	if len(fields) == 0 || len(fields) > 2 || len(fields[0]) > 12 {
		return ""
	}
	best, at := "", 3 // at most two slips
	for _, c := range commands {
		if d := distance(strings.ToLower(fields[0]), c); d < at && d < len(c) {
			best, at = c, d
		}
	}
	if best == "" && len(fields) == 1 {
		return "help"
	}
	if best == "show" || best == "resolve" || best == "dismiss" || best == "reopen" {
		if len(fields) == 2 {
			return best + " " + strings.ToUpper(fields[1])
		}
		return best + " SF-1"
	}
	return best
}

// distance is the number of letters to insert, delete, replace or swap
// (Damerau-Levenshtein, optimal string alignment).
func distance(a, b string) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}
