package sandbox

import (
	"bytes"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// look is one open page: who looks at what, and what the browser has been sent, so that only differences go out.
type look struct {
	id   string
	user string
	home bool

	mu      sync.Mutex
	tour    bool // it is shown, if there is one
	channel string
	thread  string // ts of the open thread's root; empty for none
	from    string // ts of the oldest message shown; empty until there is one
	seq     uint64 // change feed read up to here
	streams int    // streams opened so far; only the newest is served
	sent    snapshot
	drawn   map[drawnKey]drawnItem // messages as they were drawn last
}

const (
	firstMessages = 60 // shown when a channel opens
	moreMessages  = 60 // added at the top on scrolling
)

type drawnKey struct {
	inThread bool
	ts       string
}

// drawnItem is a drawing and the place in the list that it was made for.
type drawnItem struct {
	at   neighbour
	html template.HTML
}

// item is one element of a list that is kept in step by itself.
type item struct {
	dom  string
	html template.HTML
}

// snapshot is everything on the page that can change: whole regions, and lists by item.
type snapshot struct {
	regions map[string]template.HTML // element id to its inside
	lists   map[string][]item        // element id of the list to its items
}

// openLook registers a page that is about to be sent.
func (p *page) openLook(user, channel, thread string, tour bool) *look {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count++
	l := &look{id: strconv.Itoa(p.count), user: user, channel: channel, thread: thread, home: channel == "", tour: tour, drawn: map[drawnKey]drawnItem{}}
	p.looks[l.id] = l
	p.order = append(p.order, l.id)
	if len(p.order) > maxLooks {
		delete(p.looks, p.order[0])
		p.order = p.order[1:]
	}
	return l
}

// look finds an open page of the user.
func (p *page) look(id, user string) (*look, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.looks[id]
	return l, l != nil && l.user == user
}

// catchUp forgets drawings that changes since the last time have made stale. The caller holds l.mu.
func (p *page) catchUp(l *look) (relevant bool, more <-chan struct{}) {
	changes, next, lost, more := p.server.changesSince(l.seq)
	l.seq = next
	if lost {
		clear(l.drawn)
		return true, more
	}
	for _, c := range changes {
		if c.Kind == ChangeTraffic {
			continue
		}
		relevant = true
		for _, ts := range []string{c.TS, c.Thread} {
			delete(l.drawn, drawnKey{false, ts})
			delete(l.drawn, drawnKey{true, ts})
		}
	}
	return relevant, more
}

// snapshot draws what the look shows now. The caller holds l.mu.
func (p *page) snapshot(l *look) snapshot {
	s := snapshot{regions: map[string]template.HTML{}, lists: map[string][]item{}}
	user, _ := p.user(l.user)
	s.regions["modal-root"] = p.modalHTML(user)
	if l.home {
		s.regions["home"] = p.html("home", p.homeView(user))
		s.regions["notice"] = p.html("notice", p.notice(Channel{IM: true}))
	} else {
		channel, _ := p.channel(l.channel)
		names := p.names(user)
		messages, more := p.visible(l, channel)
		s.lists["messages"] = p.items(l, messages, where{user: user.ID, channel: channel, look: l.id}, names)
		s.regions["older"] = p.html("older", p.olderView(l, user, channel, more))
		s.regions["notice"] = p.html("notice", p.notice(channel))
		if l.thread != "" {
			s.lists["thread-messages"] = p.items(l, p.threadMessages(l, channel), where{user: user.ID, channel: channel, inThread: true, look: l.id}, names)
		}
	}
	s.regions["lab-note"] = p.html("lab-note", p.labNote())
	s.regions["tour"] = p.tourHTML(l)
	l.forget(s)
	s.regions["sidebar"] = p.html("sidebar", p.nav(user, l.channel, l.home))
	return s
}

// forget drops drawings of messages that are no longer shown. The caller holds l.mu.
func (l *look) forget(s snapshot) {
	if len(l.drawn) <= len(s.lists["messages"])+len(s.lists["thread-messages"]) {
		return
	}
	shown := map[string]bool{}
	for _, list := range s.lists {
		for _, i := range list {
			shown[i.dom] = true
		}
	}
	maps.DeleteFunc(l.drawn, func(k drawnKey, _ drawnItem) bool { return !shown[messageDOM(k.ts, k.inThread)] })
}

// visible gives the messages of the channel's list, with the person's private ones among them, and whether there are older ones.
func (p *page) visible(l *look, channel Channel) (messages []Message, more bool) {
	all := p.newest(l, channel)
	if l.from == "" {
		l.from = "0"
		if len(all) > firstMessages {
			l.from = all[len(all)-firstMessages].TS
		}
	}
	start := slices.IndexFunc(all, func(m Message) bool { return !laterTS(l.from, m.TS) })
	if start < 0 {
		start = len(all)
	}
	messages = all[start:]
	if len(messages) > 0 {
		p.markRead(l.user, channel.ID, messages[len(messages)-1].TS)
	}
	for _, m := range p.server.Ephemerals(l.user) {
		if m.Channel == channel.ID && !m.IsReply() && (start == 0 || laterTS(m.TS, messages[0].TS)) {
			messages = append(messages, m)
		}
	}
	slices.SortStableFunc(messages, byTS)
	return messages, start > 0
}

// newest gives the channel's messages from the look's first one on, and at least one before it if there is any.
func (p *page) newest(l *look, channel Channel) []Message {
	limit := max(firstMessages, len(l.sent.lists["messages"])) + 32
	for {
		all := p.server.messagesBefore(channel.ID, "", limit)
		if len(all) < limit || l.from == "" || laterTS(l.from, all[0].TS) {
			return all
		}
		limit *= 2
	}
}

// threadMessages gives the open thread: its root, the replies, and the person's private ones in it.
func (p *page) threadMessages(l *look, channel Channel) []Message {
	messages := slices.Clone(p.server.Thread(channel.ID, l.thread))
	for _, m := range p.server.Ephemerals(l.user) {
		if m.Channel == channel.ID && m.ThreadTS == l.thread {
			messages = append(messages, m)
		}
	}
	slices.SortStableFunc(messages, byTS)
	return messages
}

func byTS(a, b Message) int {
	switch {
	case laterTS(b.TS, a.TS):
		return -1
	case laterTS(a.TS, b.TS):
		return 1
	}
	return 0
}

// laterTS reports whether timestamp a is after b.
func laterTS(a, b string) bool {
	am, _ := microsOfTS(a)
	bm, _ := microsOfTS(b)
	return am > bm
}

// items draws messages, taking from the look what has not changed.
func (p *page) items(l *look, messages []Message, at where, names nameBook) []item {
	items := make([]item, 0, len(messages))
	var above *Message
	for i, m := range messages {
		n := neighbourOf(above, m, names.Now.Location())
		above = &messages[i]
		if at.inThread && i == 1 {
			n.replies, n.compact = len(messages)-1, false
		}
		key := drawnKey{at.inThread, m.TS}
		drawn, ok := l.drawn[key]
		dom := messageDOM(m.TS, at.inThread)
		if !ok || drawn.at != n {
			drawn = drawnItem{at: n, html: p.html("message", p.drawMessage(m, at, n, names))}
			l.drawn[key] = drawn
		}
		items = append(items, item{dom: dom, html: drawn.html})
	}
	return items
}

func joined(items []item) template.HTML {
	var b strings.Builder
	for _, i := range items {
		b.WriteString(string(i.html))
	}
	return template.HTML(b.String())
}

// difference is what turns a browser that shows old into one that shows now, as htmx partials; empty if nothing differs.
func difference(old, now snapshot) []byte {
	var out bytes.Buffer
	for _, id := range sortedKeys(now.regions) {
		if before, ok := old.regions[id]; !ok || before != now.regions[id] {
			swap := "innerMorph"
			if id == "modal-root" && !sameView(before, now.regions[id]) {
				swap = "innerHTML" // another form: nothing typed into the last one may stay
			}
			partial(&out, "#"+id, swap, now.regions[id])
		}
	}
	for _, id := range sortedKeys(now.lists) {
		listDifference(&out, id, old.lists[id], now.lists[id])
	}
	return out.Bytes()
}

// sameView reports whether two drawings of the modal are of one view.
func sameView(a, b template.HTML) bool {
	first := func(h template.HTML) string {
		_, after, _ := strings.Cut(string(h), `data-view="`)
		id, _, _ := strings.Cut(after, `"`)
		return id
	}
	return first(a) != "" && first(a) == first(b)
}

// listDifference covers what messages do: they go, change in place, come at the end, or are loaded at the start.
// Anything else sends the whole list.
func listDifference(out *bytes.Buffer, id string, old, now []item) {
	kept := map[string]template.HTML{}
	for _, i := range now {
		kept[i.dom] = i.html
	}
	var stay []item
	var gone []string
	for _, i := range old {
		if _, ok := kept[i.dom]; ok {
			stay = append(stay, i)
		} else {
			gone = append(gone, i.dom)
		}
	}
	lead, inStep := leadOf(stay, now)
	if !inStep {
		partial(out, "#"+id, "innerMorph", joined(now))
		return
	}
	for _, dom := range gone {
		partial(out, "#"+dom, "delete", "")
	}
	for i, s := range stay {
		if html := now[lead+i].html; s.html != html {
			partial(out, "#"+s.dom, "outerMorph", html)
		}
	}
	if lead > 0 {
		partial(out, "#"+id, "afterbegin", joined(now[:lead]))
	}
	if added := now[lead+len(stay):]; len(added) > 0 {
		partial(out, "#"+id, "beforeend", joined(added))
	}
}

// leadOf gives how many items come before those that stay, and whether these are still next to each other.
func leadOf(stay, now []item) (int, bool) {
	if len(stay) == 0 {
		return 0, len(now) == 0
	}
	lead := slices.IndexFunc(now, func(i item) bool { return i.dom == stay[0].dom })
	if lead < 0 || lead+len(stay) > len(now) {
		return 0, false
	}
	return lead, slices.EqualFunc(stay, now[lead:lead+len(stay)], func(a, b item) bool { return a.dom == b.dom })
}

// partial writes one piece of the page with the place it belongs in.
func partial(out *bytes.Buffer, target, swap string, inside template.HTML) {
	fmt.Fprintf(out, `<hx-partial hx-target="%s" hx-swap="%s">%s</hx-partial>`+"\n", template.HTMLEscapeString(target), swap, inside)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
