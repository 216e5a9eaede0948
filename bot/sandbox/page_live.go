package sandbox

import (
	"bytes"
	"net/http"
	"time"
)

const (
	breath   = 40 * time.Millisecond // between two pushes, so that a burst goes out as one
	keepOpen = 15 * time.Second      // an idle stream says something this often
)

// live is the stream of one open page: server-sent events whose data are htmx partials.
func (p *page) live(w http.ResponseWriter, r *http.Request) {
	l, ok := p.look(r.PathValue("look"), r.PathValue("user"))
	if !ok {
		// The sandbox was started anew, or too many pages are open: the browser reloads on this event.
		w.Header().Set("Content-Type", "text/event-stream")
		event(w, "stale", []byte("reload"))
		return
	}
	l.mu.Lock()
	if l.streams > 0 {
		l.sent = snapshot{} // a stream broke: what of it arrived is not known
	}
	l.streams++
	mine := l.streams
	l.mu.Unlock()
	defer l.rest(mine)
	connections := -1
	p.follow(w, r, func() ([]byte, <-chan struct{}, bool) { return p.step(l, mine, &connections) })
}

// follow is a stream of server-sent events: it pushes what step gives, now and after every change, until the browser goes,
// the sandbox stops or step says so.
func (p *page) follow(w http.ResponseWriter, r *http.Request, step func() (push []byte, more <-chan struct{}, goOn bool)) {
	if !p.begin() {
		return
	}
	defer p.server.running.Done()
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	event(w, "open", []byte("ok"))
	idle := time.NewTicker(keepOpen)
	defer idle.Stop()
	for {
		push, more, goOn := step()
		if !goOn {
			return
		}
		if len(push) > 0 {
			event(w, "", push)
		}
		if err := out.Flush(); err != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-p.server.stopped:
			return
		case <-time.After(breath):
		}
		select {
		case <-r.Context().Done():
			return
		case <-p.server.stopped:
			return
		case <-more:
		case <-idle.C:
			if _, err := w.Write([]byte(": still here\n\n")); err != nil {
				return
			}
		}
	}
}

// rest forgets what was drawn for a browser that has gone, so that only pages that are open take memory. One that comes
// back is sent everything again.
func (l *look) rest(stream int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if stream == l.streams {
		l.sent = snapshot{}
		clear(l.drawn)
	}
}

// begin makes the server's Close wait for a stream; false if it is closing already.
func (p *page) begin() bool {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	if !p.server.stopping {
		p.server.running.Add(1)
	}
	return !p.server.stopping
}

// step draws what has changed since the last time; connections carries the number of sockets from step to step.
// A stream that a newer one has replaced gets nothing, so that two of them can't share out what one browser needs.
func (p *page) step(l *look, stream int, connections *int) (push []byte, more <-chan struct{}, newest bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if stream != l.streams {
		return nil, nil, false
	}
	relevant, more := p.catchUp(l)
	if n := p.server.Connections(); n != *connections {
		*connections, relevant = n, true
	}
	if !relevant {
		return nil, more, true
	}
	now := p.snapshot(l)
	push = difference(l.sent, now)
	l.sent = now
	return push, more, true
}

// event writes one server-sent event. A browser that has gone is noticed at the flush.
func event(w http.ResponseWriter, name string, data []byte) {
	var out bytes.Buffer
	if name != "" {
		out.WriteString("event: " + name + "\n")
	}
	for line := range bytes.Lines(data) {
		out.WriteString("data: ")
		out.Write(bytes.TrimRight(line, "\r\n"))
		out.WriteByte('\n')
	}
	out.WriteByte('\n')
	_, _ = w.Write(out.Bytes())
}

// older shows earlier messages at the top of the list.
func (p *page) older(w http.ResponseWriter, r *http.Request) {
	l, ok := p.look(r.PathValue("look"), r.PathValue("user"))
	if !ok {
		p.problem(w, "This page is too old. Reload it, please.")
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if older := p.server.messagesBefore(l.channel, l.from, moreMessages); len(older) > 0 {
		l.from = older[0].TS
	}
	now := p.snapshot(l)
	push := difference(l.sent, now)
	l.sent = now
	p.send(w, push)
}

// openThread shows a thread in the pane on the right, or, without a ts, closes it.
func (p *page) openThread(w http.ResponseWriter, r *http.Request) {
	l, ok := p.look(r.PathValue("look"), r.PathValue("user"))
	if !ok {
		p.problem(w, "This page is too old. Reload it, please.")
		return
	}
	user, _ := p.user(l.user)
	channel, _ := p.channel(l.channel)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.thread = safeQuery(r.URL.Query(), "ts")
	if l.thread == "" {
		delete(l.sent.lists, "thread-messages")
		p.send(w, nil)
		return
	}
	now := p.snapshot(l)
	l.sent.lists["thread-messages"] = now.lists["thread-messages"]
	if l.tour {
		p.redraw() // opening a thread may be a step of it
	}
	p.write(w, "thread", p.thread(l, user, channel))
}
