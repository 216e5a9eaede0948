package slackio

import "sync"

// presence knows which sockets are connected, so that a gap is noticed in which
// Slack had nobody to send to.
type presence struct {
	mu  sync.Mutex
	up  [Sockets]bool
	due func() // history must be read
}

// join says that socket i is connected; again, that it was before. The library
// does not tell a connection that Slack refreshed from one that broke, and what
// was on its way through a broken one may be lost, whatever became of the other
// socket, which may be dead too and not know it yet.
func (p *presence) join(i int, again bool) {
	p.mu.Lock()
	alone := p.up == [Sockets]bool{}
	p.up[i] = true
	p.mu.Unlock()
	if alone || again {
		p.due()
	}
}

// leave says that socket i is not connected.
func (p *presence) leave(i int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.up[i] = false
}
