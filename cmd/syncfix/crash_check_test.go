package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"syscall"
	"time"

	"syncfix/bot"
	"syncfix/bot/sandbox"
	"syncfix/bot/slackio"
)

// patienceOf is how long the last process may take for all that is left to do: what
// Slack's limits make of it and half as much again, and what it takes to connect,
// to read history and to look up what may have gone out.
func patienceOf(pace time.Duration) time.Duration { return 3*time.Minute + pace*3/2 }

// pace is how long Slack's limits make what is left take at the least
// (docs.slack.dev/apis/web-api/rate-limits): a message a second in each channel,
// and reactions.add is of tier 3.
func (s stored) pace() time.Duration {
	most, reactions, posts := 0, 0, map[string]int{}
	for _, d := range s.live() {
		switch e := d.Effect; {
		case e.Kind == bot.ShowReaction:
			reactions++
		case !e.Private() && e.Kind != bot.ShowHome:
			posts[e.Place.Channel]++
			most = max(most, posts[e.Place.Channel])
		}
	}
	return max(time.Duration(most)*time.Second, time.Duration(reactions)*time.Minute/50)
}

// check waits until nothing is left to do, and looks whether every alert has one
// case and one card, no card is stale, nothing stands twice, and every press that
// was acked happened once.
func (k *crash) check() stored {
	k.t.Helper()
	s := k.quiet()
	k.remember()
	k.t.Logf("%d alerts, %d cases, %d presses", len(k.alerts), len(s.scenes), len(k.said))
	k.checkCases(s)
	k.checkPosts(s)
	k.checkPresses(s)
	for line := range strings.Lines(k.logs.String()) {
		if strings.Contains(line, `"level":"ERROR"`) || strings.Contains(line, "DATA RACE") || strings.HasPrefix(line, "panic:") {
			k.t.Errorf("in the log: %s", line)
		}
	}
	for _, v := range k.slack.Violations() {
		if !strings.Contains(v, "before Retry-After") { // a process that was killed knows of none
			k.t.Errorf("Slack would have refused: %s", v)
		}
	}
	if k.t.Failed() {
		k.t.Logf("what stands in Slack:\n%s\nthe log's end:\n%s", k.picture(), strings.Join(slices.DeleteFunc(strings.Split(k.logs.String(), "\n"), func(l string) bool { return strings.Contains(l, "a backup was taken") }), "\n"))
	}
	k.must(k.end(syscall.SIGTERM))
	return s
}

// quiet waits until the inbox and the outbox are empty and every alert has a case.
func (k *crash) quiet() stored {
	k.t.Helper()
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	begin, s := time.Now(), k.look()
	pace := s.pace() + time.Duration(len(k.without(s)))*time.Second // they have a card to come
	deadline := time.NewTimer(patienceOf(pace))
	defer deadline.Stop()
	for ; ; s = k.look() {
		left := fmt.Sprintf("%d envelopes, %d deliveries, %d alerts without a case", s.inbox, len(s.live()), len(k.without(s)))
		if left == "0 envelopes, 0 deliveries, 0 alerts without a case" {
			k.t.Logf("quiet after %s; Slack's limits allow for no less than about %s", time.Since(begin).Round(time.Second), pace.Round(time.Second))
			return s
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			for _, d := range s.live() {
				k.t.Logf("left: %+v", d)
			}
			k.t.Fatalf("after %s there are left: %s\n%s", patienceOf(pace), left, tail(k.logs.String(), 60))
		}
	}
}

// live are the deliveries under way.
func (s stored) live() []bot.Delivery {
	return slices.DeleteFunc(slices.Clone(s.deliveries), func(d bot.Delivery) bool { return d.Dead })
}

// of are an account's cases.
func (s stored) of(account string) (ids []string) {
	for id, scene := range s.scenes {
		if scene.Case.Account == account {
			ids = append(ids, id)
		}
	}
	return ids
}

func (k *crash) without(s stored) []raised {
	return slices.DeleteFunc(slices.Clone(k.alerts), func(a raised) bool { return len(s.of(a.account)) > 0 })
}

func (k *crash) checkCases(s stored) {
	k.t.Helper()
	accounts := map[string]bool{}
	for _, a := range k.alerts {
		accounts[a.account] = true
		if ids := s.of(a.account); len(ids) != 1 {
			k.t.Errorf("account %s has the cases %v", a.account, ids)
		}
	}
	if len(s.scenes) != len(accounts) {
		k.t.Errorf("%d cases of %d accounts", len(s.scenes), len(accounts))
	}
	for _, d := range s.deliveries {
		if d.Dead {
			k.t.Errorf("given up: %s %s: %s", d.ID, d.Effect, d.Error)
		}
	}
}

// checkPosts looks at everything of the bot's that stands in a channel.
func (k *crash) checkPosts(s stored) {
	k.t.Helper()
	cards, twice := map[string][]sandbox.Message{}, map[string]int{}
	for _, c := range k.slack.Channels() {
		for _, root := range k.slack.Messages(c.ID) {
			for _, m := range k.slack.Thread(c.ID, root.TS) {
				if m.BotID != k.slack.BotID() || m.Deleted {
					continue
				}
				d := deliveryOf(m)
				twice["delivery "+d.Delivery]++
				if d.Kind == bot.ShowCard {
					cards[d.Case] = append(cards[d.Case], m)
				} else if s.scenes[d.Case].Case.Reopened == 0 { // else the same may happen, and be said, again
					twice[fmt.Sprintf("%s below %s: %s", d.Kind, root.TS, m.Plain())]++
				}
			}
		}
	}
	for what, n := range twice {
		if n > 1 {
			k.t.Errorf("stands %d times: %s", n, what)
		}
	}
	for id, scene := range s.scenes {
		if n := len(cards[id]); n != 1 {
			k.t.Errorf("%s has %d cards", id, n)
			continue
		}
		card, c := cards[id][0], scene.Case
		if c.Card.TS != card.TS || c.Card.Channel != card.Channel {
			k.t.Errorf("%s has its card at %v, and says %v", id, card.TS, c.Card)
		}
		want := slackio.Render(bot.Effect{Kind: bot.ShowCard, Case: id}, scene, slackio.Options{})
		blocks, err := json.Marshal(want.Blocks)
		k.must(err)
		if a, b := shows(k, card.Blocks), shows(k, blocks); a != b {
			k.t.Errorf("the card of %s is stale:\n%s\nit should say:\n%s", id, a, b)
		}
	}
}

// shows is what people see of blocks, and what their buttons do.
func shows(k *crash, blocks json.RawMessage) string {
	var tree any
	k.must(json.Unmarshal(blocks, &tree))
	var b strings.Builder
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(v)) {
				if s, ok := v[name].(string); ok && (name == "text" || name == "value") {
					b.WriteString(s + "\n")
				} else {
					walk(v[name])
				}
			}
		}
	}
	walk(tree)
	return b.String()
}

// takes says that an event is a press that takes its offer away.
func takes(e bot.Event) bool {
	switch e.Kind {
	case bot.EventAnswered, bot.EventGate, bot.EventWorked, bot.EventFailing:
		return true
	case bot.EventCannot:
		return e.Choice != ""
	}
	return false
}

// checkPresses looks whether each press that was acked happened once: its offer
// was taken by an event, that one alone, or something else had come first.
func (k *crash) checkPresses(s stored) {
	k.t.Helper()
	happened, gone, acked := 0, 0, 0
	for _, p := range k.presses() {
		n := 0
		for _, e := range s.events[p.Case] {
			if e.Offer == p.Offer && takes(e) {
				n++
			}
		}
		if p.acked {
			acked++
		}
		past := slices.ContainsFunc(s.scenes[p.Case].Case.Past, func(d bot.Done) bool { return d.Offer == p.Offer })
		switch {
		case n == 1:
			happened++
		case n == 0 && (past || !p.acked):
			gone++
		default:
			k.t.Errorf("%s of offer %s of %s (acked: %v) happened %d times", p.Action, p.Offer, p.Case, p.acked, n)
		}
	}
	k.t.Logf("presses: %d happened, %d came too late or to nobody, %d were acked", happened, gone, acked)
}
