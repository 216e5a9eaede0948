package sandbox

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// errStopped is what a call returns when the sandbox was closed meanwhile.
var errStopped = errors.New("the sandbox was stopped")

// maxBody bounds a request's body, in bytes; the largest thing Slack takes is a view of 250 KB.
const maxBody = 1 << 20

// Server is a running sandbox. Its methods may be called from any goroutine.
type Server struct {
	opts     Options
	host     string // host:port
	http     *http.Server
	bot      botTokens
	appToken string
	methods  map[string]method
	stopped  chan struct{}
	running  sync.WaitGroup

	mu       sync.Mutex // guards everything below
	ws       *workspace
	feed     feed
	sockets  sockets
	traffic  traffic
	handles  handles
	limiter  limiter
	troubles troubles
	serial   uint64 // numbers every id the sandbox makes up
	stopping bool
}

// Start listens and serves until [Server.Close].
func Start(o Options) (*Server, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	ln, err := listen(o.Addr)
	if err != nil {
		return nil, err
	}
	s := &Server{
		opts: o, host: ln.Addr().String(), stopped: make(chan struct{}),
		bot: botTokens{good: newBotToken()}, appToken: "xapp-1-" + appID + "-" + rand.Text(),
		methods: methods(), ws: newWorkspace(o), feed: newFeed(), sockets: newSockets(), traffic: newTraffic(),
		handles: newHandles(), limiter: newLimiter(), troubles: newTroubles(),
	}
	s.troubles.waiting = o.Faults
	mux := http.NewServeMux()
	called := func(name string) func(*http.Request) string { return func(*http.Request) string { return name } }
	mux.HandleFunc("/api/{method}", s.reachable(methodOf, s.serveAPI))
	mux.HandleFunc("GET /link/", s.reachable(called("socket"), s.serveSocket))
	mux.HandleFunc("POST /hooks/response/{id}", s.reachable(called("response_url"), s.serveResponseURL))
	page, err := newPage(s)
	if err != nil {
		_ = ln.Close()
		return nil, err
	}
	mux.Handle("/", page)
	s.http = &http.Server{Handler: s.guard(mux), ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10}
	s.running.Go(func() {
		if err := s.http.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			o.Log.Error("the sandbox no longer serves", "err", err)
		}
	})
	return s, nil
}

// listen takes the address, or a free port of the same host when the port is in use.
func listen(addr string) (net.Listener, error) {
	ln, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		host, _, _ := net.SplitHostPort(addr)
		ln, err = net.Listen("tcp", net.JoinHostPort(host, "0"))
	}
	if err != nil {
		return nil, fmt.Errorf("listen for the sandbox: %w", err)
	}
	return ln, nil
}

// Close stops serving, drops every connection, and returns when nothing of the sandbox runs any more. State can still be
// read afterwards.
func (s *Server) Close() error {
	s.mu.Lock()
	if s.stopping {
		s.mu.Unlock()
		s.running.Wait()
		return nil
	}
	s.stopping = true
	close(s.stopped)
	for _, e := range s.traffic.pending {
		e.stop()
	}
	for _, c := range s.sockets.open {
		c.drop()
	}
	s.mu.Unlock()
	err := s.http.Close()
	s.running.Wait()
	if err != nil {
		return fmt.Errorf("stop the sandbox: %w", err)
	}
	return nil
}

// URL is the page's address, with a slash at its end.
func (s *Server) URL() string { return "http://" + s.host + "/" }

// APIURL is the Web API's base address, with a slash at its end.
func (s *Server) APIURL() string { return "http://" + s.host + "/api/" }

// AppToken is the app-level token (xapp) for apps.connections.open, made anew at every start.
func (s *Server) AppToken() string { return s.appToken }

// BotUserID is the user id of the app's bot.
func (s *Server) BotUserID() string { return botUserID }

// BotID is the bot_id on the app's posts.
func (s *Server) BotID() string { return botID }

// AppID is the app's id.
func (s *Server) AppID() string { return appID }

// TeamID is the workspace's id.
func (s *Server) TeamID() string { return teamID }

// guard lets in only requests that a program or page of this machine meant for this server: a loopback Host with our port
// (against DNS rebinding) and, where there is an Origin, our own.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.ownHost(r.Host) {
			s.opts.Log.Warn("request refused", "why", "foreign Host", "host", r.Host)
			http.Error(w, "The sandbox answers only at "+s.URL(), http.StatusMisdirectedRequest)
			return
		}
		if r.Method != http.MethodGet && r.Header.Get("Sec-Fetch-Site") == "cross-site" {
			s.opts.Log.Warn("request refused", "why", "another site sent it", "path", r.URL.Path)
			http.Error(w, "The sandbox takes no requests from other sites.", http.StatusForbidden)
			return
		}
		for _, origin := range r.Header.Values("Origin") {
			if !s.ownOrigin(origin) && (r.URL.Path != "/link/" || origin != slackGoOrigin) {
				s.opts.Log.Warn("request refused", "why", "foreign Origin", "origin", origin)
				http.Error(w, "The sandbox takes no requests from other sites.", http.StatusForbidden)
				return
			}
		}
		s.mu.Lock()
		if s.stopping {
			s.mu.Unlock()
			http.Error(w, errStopped.Error(), http.StatusServiceUnavailable)
			return
		}
		s.running.Add(1)
		s.mu.Unlock()
		defer s.running.Done()
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

// slackGoOrigin is what slack-go sends with its handshake. The socket takes it, as a ticket nobody can guess guards it.
const slackGoOrigin = "https://api.slack.com"

func (s *Server) ownOrigin(origin string) bool {
	u, err := url.Parse(origin)
	return err == nil && u.Scheme == "http" && s.ownHost(u.Host)
}

func (s *Server) ownHost(hostport string) bool {
	host, port, err := net.SplitHostPort(hostport)
	_, own, _ := net.SplitHostPort(s.host)
	if err != nil || port != own {
		return false
	}
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsLoopback()
	}
	return strings.EqualFold(host, "localhost")
}

// id makes up an id such as V0000A7: a prefix and a number that nothing else has.
func (s *Server) id(prefix string) string {
	s.serial++
	return prefix + fmt.Sprintf("%06d", s.serial)
}

// changed files a change and wakes whoever waits for one.
func (s *Server) changed(c Change) { s.feed.add(c) }

// violation records a limit that the app broke.
func (s *Server) violation(format string, args ...any) {
	v := fmt.Sprintf(format, args...)
	s.opts.Log.Warn("limit broken", "what", v)
	s.traffic.violations = bounded(append(s.traffic.violations, v), maxViolations)
	if s.traffic.blamed == nil {
		s.trace(trace{note: "limit broken", violations: []string{v}})
		return
	}
	*s.traffic.blamed = append(*s.traffic.blamed, v)
}

// bounded drops the oldest items once there are a tenth more than most.
func bounded[T any](list []T, most int) []T {
	if len(list) > most+most/10 {
		return slices.Delete(list, 0, len(list)-most)
	}
	return list
}
