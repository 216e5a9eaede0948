package slackio

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"syncfix/bot"
	"syncfix/bot/sandbox"
)

func examineSandbox(t *testing.T, change func(*sandbox.Options, *Config)) (*Examiner, *sandbox.Server) {
	t.Helper()
	leaks := goleak.IgnoreCurrent()
	o, c := sandbox.Options{Addr: "127.0.0.1:0", NoRateLimits: true}, Config{}
	if change != nil {
		change(&o, &c)
	}
	srv, err := sandbox.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	c.BotToken, c.AppToken, c.APIURL = srv.BotToken(), srv.AppToken(), srv.APIURL()
	e := NewExaminer(c)
	t.Cleanup(func() {
		e.Close()
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
		goleak.VerifyNone(t, leaks)
	})
	return e, srv
}

func TestExaminerSeesTheWorkspace(t *testing.T) {
	e, srv := examineSandbox(t, func(o *sandbox.Options, _ *Config) {
		o.Scopes = []string{"channels:read", "groups:read", "users:read", "usergroups:read"}
		o.ExtraChannels = 250 // more than a page
	})
	s, err := e.Standing(t.Context())
	want := Standing{
		Identity: Identity{TeamID: srv.TeamID(), UserID: srv.BotUserID(), BotID: srv.BotID(), TeamURL: srv.URL()},
		Team:     "Sandbox", User: "syncfix", ScopesTold: true, Scopes: []string{"channels:read", "groups:read", "users:read", "usergroups:read"},
	}
	if diff := cmp.Diff(want, s); err != nil || diff != "" {
		t.Error(err, diff)
	}
	if app, err := e.App(t.Context(), s.BotID); err != nil || app != srv.AppID() {
		t.Errorf("App = %q, %v", app, err)
	}
	if app := AppOfToken(srv.AppToken()); app != srv.AppID() {
		t.Errorf("AppOfToken = %q", app)
	}
	channels, all, err := e.Channels(t.Context())
	if err != nil || !all || len(channels) != 253 {
		t.Fatalf("%d channels, all %t, %v", len(channels), all, err)
	}
	if diff := cmp.Diff(ChannelStanding{ID: "C0SUPPORT", Name: "support", Found: true, Member: true}, channels[0]); diff != "" {
		t.Error(diff)
	}
	groups, err := e.Groups(t.Context())
	if diff := cmp.Diff([]GroupStanding{{ID: "S0LEADS", Handle: "leads", Members: 1}}, groups); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestExaminerSeesOneChannelAndOnePerson(t *testing.T) {
	e, srv := examineSandbox(t, nil)
	for id, want := range map[string]ChannelStanding{
		"C0GENERAL": {ID: "C0GENERAL", Name: "general", Found: true},
		"C0SHARED":  {ID: "C0SHARED", Name: "shared-acme", Found: true, Member: true, Shared: true},
		"C0NOWHERE": {ID: "C0NOWHERE"},
	} {
		if got, err := e.Channel(t.Context(), id); err != nil || got != want {
			t.Errorf("%s: %+v, %v", id, got, err)
		}
	}
	for id, want := range map[string]PersonStanding{
		"U0ANA":  {ID: "U0ANA", Name: "Ana Ruiz", Found: true},
		"U0EVE":  {ID: "U0EVE", Name: "Eve Stone", Found: true, Outsider: true},
		"U0BOT":  {ID: "U0BOT", Name: "syncfix", Found: true, Bot: true},
		"U0NONE": {ID: "U0NONE"},
	} {
		if got, err := e.Person(t.Context(), id, srv.TeamID()); err != nil || got != want {
			t.Errorf("%s: %+v, %v", id, got, err)
		}
	}
}

// A socket that was opened would be handed what people press.
func TestSocketModeIsLookedAtWithoutASocket(t *testing.T) {
	e, srv := examineSandbox(t, nil)
	host, err := e.SocketMode(t.Context())
	if err != nil || host+"/" != srv.URL() {
		t.Fatalf("SocketMode = %q, %v", host, err)
	}
	if err := e.Reach(t.Context(), host); err != nil {
		t.Errorf("Reach: %v", err)
	}
	if n := srv.Connections(); n != 0 {
		t.Errorf("%d sockets were opened", n)
	}
}

func TestReach(t *testing.T) {
	e := NewExaminer(Config{})
	defer e.Close()
	mute, err := net.Listen("tcp", "127.0.0.1:0") // answers the connection, and no word of HTTP
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	go func() {
		for {
			c, err := mute.Accept()
			if err != nil {
				return
			}
			_ = c.Close()
		}
	}()
	if err := e.Reach(t.Context(), "http://"+mute.Addr().String()); err != nil {
		t.Errorf("a host that closes at once: %v", err)
	}
	if err := e.Reach(t.Context(), "http://127.0.0.1:1"); err == nil || strings.Contains(err.Error(), "http://") {
		t.Errorf("nobody there: %v", err)
	}
}

func TestExaminerTellsRefusalsFromSilence(t *testing.T) {
	for name, tc := range map[string]struct {
		status int
		header http.Header
		body   string
		hang   bool
		want   *Refused // nil: unanswered
		says   string
	}{
		"refused":       {200, nil, `{"ok":false,"error":"invalid_auth"}`, false, &Refused{Code: "invalid_auth"}, ""},
		"missing scope": {200, nil, `{"ok":false,"error":"missing_scope","needed":"users:read","provided":"x"}`, false, &Refused{Code: "missing_scope", Needed: "users:read"}, ""},
		"limited":       {429, http.Header{"Retry-After": {"30"}}, `{"ok":false,"error":"ratelimited"}`, false, &Refused{Code: "ratelimited", Wait: 30 * time.Second}, ""},
		"not found":     {404, nil, `nothing here`, false, nil, "SLACK_API_URL"},
		"down":          {503, nil, `<html>`, false, nil, "503"},
		"not Slack":     {200, nil, `<html>welcome</html>`, false, nil, ""},
		"silent":        {200, nil, ``, true, nil, "took too long"},
	} {
		t.Run(name, func(t *testing.T) {
			hold := make(chan struct{})
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if tc.hang {
					<-hold
					return
				}
				for k, v := range tc.header {
					w.Header()[k] = v
				}
				w.WriteHeader(tc.status)
				fmt.Fprint(w, tc.body)
			}))
			defer srv.Close()
			defer close(hold)
			e := NewExaminer(Config{BotToken: botToken, AppToken: appToken, APIURL: srv.URL})
			defer e.Close()
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			if tc.hang {
				ctx, cancel = context.WithTimeout(t.Context(), 20*time.Millisecond)
			}
			defer cancel()
			_, err1 := e.Standing(ctx)
			_, err2 := e.SocketMode(ctx)
			_, _, err3 := e.Channels(ctx)
			_, err4 := e.Groups(ctx)
			_, err5 := e.Channel(ctx, "C1")
			_, err6 := e.Person(ctx, "U1", "T1")
			_, err7 := e.App(ctx, "B1")
			for i, err := range []error{err1, err2, err3, err4, err5, err6, err7} {
				var refused *Refused
				errors.As(err, &refused)
				if diff := cmp.Diff(tc.want, refused); diff != "" || errors.Is(err, ErrUnanswered) != (tc.want == nil) {
					t.Errorf("call %d: %v %s", i+1, err, diff)
				}
				if err != nil && (!strings.Contains(err.Error(), tc.says) || strings.Contains(err.Error(), "abcdefgh")) {
					t.Errorf("call %d: %q, want %q", i+1, err, tc.says)
				}
			}
		})
	}
}

func TestSocketModeThatGivesNoAddress(t *testing.T) {
	for _, address := range []string{"", "https://wss.example/", "::", "wss://"} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"ok":true,"url":%q}`, address)
		}))
		e := NewExaminer(Config{AppToken: appToken, APIURL: srv.URL})
		if host, err := e.SocketMode(t.Context()); !errors.Is(err, ErrUnanswered) {
			t.Errorf("%q: %q, %v", address, host, err)
		}
		e.Close()
		srv.Close()
	}
}

// fast is a clock that is ahead.
type fast struct {
	bot.RealClock
	ahead time.Duration
}

// Now implements bot.Clock.
func (f fast) Now() time.Time { return time.Now().Add(f.ahead) }

func TestSkewIsMeasuredFromSlacksDate(t *testing.T) {
	for _, ahead := range []time.Duration{0, 90 * time.Second, -time.Hour} {
		e, _ := examineSandbox(t, func(_ *sandbox.Options, c *Config) { c.Clock = fast{ahead: ahead} })
		if _, _, told := e.Skew(); told {
			t.Error("skew is told before an answer")
		}
		if _, err := e.Standing(t.Context()); err != nil {
			t.Fatal(err)
		}
		got, _, told := e.Skew()
		if !told || (got-ahead).Abs() > 2*time.Second {
			t.Errorf("Skew = %s, %t, want about %s", got, told, ahead)
		}
	}
}

func TestAppOfToken(t *testing.T) {
	for token, want := range map[string]string{
		"xapp-1-A0123ABCD-99-ff": "A0123ABCD", "xapp-1-A0123ABCD": "", "xoxb-1-A0123ABCD-99": "", "xapp-1-T0123-99-ff": "", "": "",
	} {
		if got := AppOfToken(token); got != want {
			t.Errorf("AppOfToken(%q) = %q, want %q", token, got, want)
		}
	}
}
