package sandbox

import "context"

// feed is the list of recent changes, and the bell that rings at the next one. Server.mu guards it.
type feed struct {
	recent []Change
	first  uint64 // sequence number of recent[0]; the first change of all is 1
	bell   chan struct{}
}

func newFeed() feed { return feed{first: 1, bell: make(chan struct{})} }

func (f *feed) add(c Change) {
	f.recent = append(f.recent, c)
	if over := len(f.recent) - maxChanges; over >= maxChanges {
		f.recent = append([]Change(nil), f.recent[over:]...)
		f.first += uint64(over)
	}
	close(f.bell)
	f.bell = make(chan struct{})
}

func (f *feed) next() uint64 { return f.first + uint64(len(f.recent)) }

// changesSince gives the changes numbered from seq on, the number to ask for next, and a channel that is closed at the
// next change. lost says that some of them are forgotten (or seq is 0, a newcomer): draw everything anew.
func (s *Server) changesSince(seq uint64) (changes []Change, next uint64, lost bool, more <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next = s.feed.next()
	if seq < s.feed.first || seq > next {
		return nil, next, true, s.feed.bell
	}
	return append([]Change(nil), s.feed.recent[seq-s.feed.first:]...), next, false, s.feed.bell
}

// Wait returns nil once holds does, asking again after every change of the sandbox (a message, a view, an API call, an
// envelope, an ack, a connection). It returns the context's error when that ends first. holds may read the Server.
func (s *Server) Wait(ctx context.Context, holds func() bool) error {
	for {
		_, _, _, more := s.changesSince(0)
		if holds() {
			return nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-s.stopped:
			if holds() {
				return nil
			}
			return errStopped
		}
	}
}
