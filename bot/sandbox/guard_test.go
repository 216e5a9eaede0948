package sandbox

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestOnlyLoopback(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.168.1.1:0", "example.com:80", "127.0.0.1", "[::]:0"} {
		if s, err := Start(Options{Addr: addr}); err == nil {
			_ = s.Close()
			t.Errorf("%q was accepted", addr)
		}
	}
}

func TestTakenPortIsReplaced(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	s := start(t, func(o *Options) { o.Addr = ln.Addr().String() })
	if strings.Contains(s.URL(), ln.Addr().String()) {
		t.Errorf("it says that it listens on the taken %s", s.URL())
	}
	if _, err := api(s).AuthTestContext(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestOptionsAreAllCheckedAtOnce(t *testing.T) {
	_, err := Start(Options{Addr: "1.2.3.4:1", ExtraChannels: -1, Commands: []Command{{Name: "syncfix"}}})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{"1.2.3.4:1", "ExtraChannels", `"syncfix"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not name %s", err, want)
		}
	}
}

func TestForeignRequestsAreRefused(t *testing.T) {
	s := start(t, nil)
	port := s.host[strings.LastIndex(s.host, ":"):]
	tests := map[string]struct {
		path, host, origin string
		want               int
	}{
		"own":                   {"/api/auth.test", "127.0.0.1" + port, "", 200},
		"localhost":             {"/api/auth.test", "localhost" + port, "http://127.0.0.1" + port, 200},
		"rebound name":          {"/api/auth.test", "evil.example" + port, "", 421},
		"other port":            {"/api/auth.test", "127.0.0.1:1", "", 421},
		"other site":            {"/api/auth.test", "127.0.0.1" + port, "https://evil.example", 403},
		"null origin":           {"/api/auth.test", "127.0.0.1" + port, "null", 403},
		"slack-go off the sock": {"/api/auth.test", "127.0.0.1" + port, slackGoOrigin, 403},
		"panel":                 {"/lab/fault", "127.0.0.1" + port, "https://evil.example", 403},
		"panel's clock":         {"/lab/clock", "evil.example" + port, "", 421},
		"page":                  {"/", "127.0.0.1" + port, "https://evil.example", 403},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+test.path[1:], nil)
			r.Host = test.host
			if test.origin != "" {
				r.Header.Set("Origin", test.origin)
			}
			got, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = got.Body.Close()
			if got.StatusCode != test.want {
				t.Errorf("status %d, want %d", got.StatusCode, test.want)
			}
		})
	}
}

func TestBodyIsBounded(t *testing.T) {
	s := start(t, nil)
	body := io.MultiReader(strings.NewReader("text="), bytes.NewReader(make([]byte, maxBody)))
	r := httptest.NewRequest(http.MethodPost, s.APIURL()+"chat.postMessage", body)
	w := httptest.NewRecorder()
	s.http.Handler.ServeHTTP(w, r)
	if got := w.Body.String(); !strings.Contains(got, "request_too_large") {
		t.Errorf("answered %s", got)
	}
}

func TestTokensAreNotKept(t *testing.T) {
	s := start(t, nil)
	for _, method := range []string{"chat.postMessage", "apps.connections.open"} {
		r, err := http.Post(s.APIURL()+method, "application/x-www-form-urlencoded",
			strings.NewReader("token="+s.BotToken()+"&channel=C0SUPPORT&text=my+"+s.AppToken()+"+"+s.BotToken()))
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Body.Close()
	}
	for _, c := range s.Calls() {
		if kept := string(c.Request); strings.Contains(kept, s.BotToken()) || strings.Contains(kept, s.AppToken()) {
			t.Errorf("%s keeps a token: %s", c.Method, kept)
		}
	}
	if len(s.Calls()) != 2 {
		t.Errorf("%d calls were recorded, want 2", len(s.Calls()))
	}
}

// Every route of the lab, and that it changes nothing for another site.
func TestLabIsRefusedToOtherSites(t *testing.T) {
	s := start(t, nil)
	port := s.host[strings.LastIndex(s.host, ":"):]
	for _, path := range []string{"GET /lab/panel", "GET /lab/panel/live", "GET /lab", "GET /lab/list", "GET /lab/list/live", "GET /lab/entry/1", "GET /lab/export", "POST /lab/fault", "POST /lab/once", "POST /lab/mend", "POST /lab/clock"} {
		method, path, _ := strings.Cut(path, " ")
		for name, spoil := range map[string]func(*http.Request){
			"foreign Host":   func(r *http.Request) { r.Host = "evil.example" + port },
			"foreign Origin": func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") },
			"null Origin":    func(r *http.Request) { r.Header.Set("Origin", "null") },
			"another site":   func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		} {
			if name == "another site" && method == http.MethodGet {
				continue // it changes nothing, and what it answers stays unread
			}
			r, _ := http.NewRequestWithContext(t.Context(), method, s.URL()+path[1:], strings.NewReader("fault=503&on=true&what=offline:30s&do=stop"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			spoil(r)
			got, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = got.Body.Close()
			if got.StatusCode != http.StatusForbidden && got.StatusCode != http.StatusMisdirectedRequest {
				t.Errorf("%s %s, %s: status %d", method, path, name, got.StatusCode)
			}
		}
	}
	if got := s.Faults(); len(got) > 0 {
		t.Errorf("another site broke %+v", got)
	}
}
