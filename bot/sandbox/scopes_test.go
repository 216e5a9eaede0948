package sandbox

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestScopesAreToldAndKept(t *testing.T) {
	s := start(t, func(o *Options) { o.Scopes = []string{"chat:write", "channels:read"}; o.NoRateLimits = true })
	for _, tc := range []struct {
		method string
		args   []string
		needed string // empty: it is let through
	}{
		{"auth.test", nil, ""},
		{"chat.postMessage", []string{"channel", "C0SUPPORT", "text", "x"}, ""},
		{"conversations.info", []string{"channel", "C0SUPPORT"}, ""},
		{"conversations.info", []string{"channel", "D0ANA"}, "im:read"},
		{"conversations.history", []string{"channel", "C0SUPPORT"}, "channels:history"},
		{"users.conversations", nil, ""},
		{"users.conversations", []string{"types", "public_channel,private_channel"}, "groups:read"},
		{"conversations.open", []string{"users", "U0ANA"}, "im:write"},
		{"users.info", []string{"user", "U0ANA"}, "users:read"},
		{"bots.info", nil, "users:read"},
		{"usergroups.list", nil, "usergroups:read"},
		{"reactions.add", nil, "reactions:write"},
		{"files.info", nil, "files:read"},
	} {
		got := call(t, s, tc.method, tc.args...)
		if tc.needed == "" {
			if got["ok"] != true {
				t.Errorf("%s: %v", tc.method, got)
			}
			continue
		}
		if str(got, "error") != "missing_scope" || str(got, "needed") != tc.needed || str(got, "provided") != "chat:write,channels:read" {
			t.Errorf("%s %v: %v, want %s", tc.method, tc.args, got, tc.needed)
		}
	}
}

func TestTheScopesHeaderIsTheTokens(t *testing.T) {
	s := start(t, func(o *Options) { o.Scopes = []string{"chat:write", "commands"} })
	for token, want := range map[string]string{s.BotToken(): "chat:write,commands", "xoxb-other": "", "": ""} {
		if got := scopesHeader(t, s, "auth.test", token); got != want {
			t.Errorf("auth.test told %q, want %q", got, want)
		}
	}
	if got := scopesHeader(t, s, "apps.connections.open", s.AppToken()); got != "connections:write" {
		t.Errorf("apps.connections.open told %q", got)
	}
}

func scopesHeader(t *testing.T, s *Server, method, token string) string {
	t.Helper()
	r, err := http.PostForm(s.APIURL()+method, url.Values{"token": {token}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	return r.Header.Get("X-OAuth-Scopes")
}

func TestWhatIsNoScopeIsRefused(t *testing.T) {
	_, err := Start(Options{Addr: "127.0.0.1:0", Scopes: []string{"chat:write,commands"}})
	if err == nil || !strings.Contains(err.Error(), "one scope an entry") {
		t.Errorf("err = %v", err)
	}
}
