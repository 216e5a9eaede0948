package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHealthAsksWhereItIsTold(t *testing.T) {
	answers := map[string]string{
		"/ready":   `{"ready":true}`,
		"/unready": `{"ready":false,"reasons":["there is no connection to Slack","the store can't be written"]}`,
		"/else":    `<html>`,
	}
	var status int
	var body string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/readyz" {
			t.Errorf("it asks for %s", r.URL.Path)
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	defer server.Close()
	at := strings.TrimPrefix(server.URL, "http://")
	nobody := httptest.NewServer(nil)
	nobody.Close()
	for _, c := range []struct {
		name, http string
		status     int
		body       string
		code       int
		want       string
	}{
		{"ready", at, 200, answers["/ready"], exitOK, "ready"},
		{"not ready", at, 503, answers["/unready"], exitFailed, "not ready: there is no connection to Slack; the store can't be written"},
		{"on every address", strings.Replace(at, "127.0.0.1", "0.0.0.0", 1), 200, answers["/ready"], exitOK, "ready"},
		{"something else", at, 200, answers["/else"], exitFailed, "is that a syncfix?"},
		{"another server", at, 404, "", exitFailed, "it answers 404 Not Found"},
		{"nobody", strings.TrimPrefix(nobody.URL, "http://"), 0, "", exitFailed, "connection refused"},
		{"not set", "", 0, "", exitUsage, "SYNCFIX_HTTP is not set"},
		{"no address", "9464", 0, "", exitUsage, "is not an address and a port"},
		{"no host", ":9464", 0, "", exitUsage, "0.0.0.0 would be every network"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			status, body = c.status, c.body
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), []string{"health"}, []string{"SYNCFIX_HTTP=" + c.http}, process{stdout: &stdout, stderr: &stderr})
			if said := stdout.String() + stderr.String(); code != c.code || !strings.Contains(said, c.want) || strings.Count(said, "\n") != 1 {
				t.Errorf("code %d: %s", code, said)
			}
		})
	}
}

func TestReachable(t *testing.T) {
	for given, want := range map[string]string{
		"0.0.0.0:1": "127.0.0.1:1", "[::]:1": "[::1]:1", "127.0.0.1:1": "127.0.0.1:1", "10.1.2.3:1": "10.1.2.3:1", "localhost:1": "localhost:1",
	} {
		if got := reachable(given); got != want {
			t.Errorf("%s is asked at %s, want %s", given, got, want)
		}
	}
}
