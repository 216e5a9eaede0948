package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func printedManifest(t *testing.T) manifest {
	t.Helper()
	var out bytes.Buffer
	if code := run(t.Context(), []string{"manifest"}, nil, process{stdout: &out, stderr: &out}); code != exitOK {
		t.Fatalf("exit code %d: %s", code, out.String())
	}
	d := json.NewDecoder(&out)
	d.DisallowUnknownFields()
	var m manifest
	if err := d.Decode(&m); err != nil {
		t.Fatal(err)
	}
	return m
}

// The limits are those of docs.slack.dev/reference/app-manifest.
func TestManifestKeepsSlacksLimits(t *testing.T) {
	m := printedManifest(t)
	length := func(what, s string, least, most int) {
		t.Helper()
		if n := utf8.RuneCountInString(s); n < least || n > most {
			t.Errorf("%s has %d characters, not %d to %d: %q", what, n, least, most, s)
		}
	}
	length("name", m.Display.Name, 1, 35)
	length("description", m.Display.Description, 1, 140)
	length("long description", m.Display.LongDescription, 175, 4000)
	length("bot name", m.Features.BotUser.Name, 1, 80)
	if n := len(m.Features.Shortcuts); n < 1 || n > 10 {
		t.Errorf("%d shortcuts, not 1 to 10", n)
	}
	for _, s := range m.Features.Shortcuts {
		length("shortcut", s.Name, 1, 24)
		length("callback id", s.CallbackID, 1, 255)
		length("shortcut description", s.Description, 1, 150)
		if s.Type != "message" {
			t.Errorf("shortcut %s is of type %q", s.Name, s.Type)
		}
	}
	for _, c := range m.Features.Commands {
		length("command", c.Command, 2, 32)
		length("command description", c.Description, 1, 2000)
		length("usage hint", c.Hint, 0, 1000)
		if !strings.HasPrefix(c.Command, "/") {
			t.Errorf("command %q has no slash", c.Command)
		}
	}
}

func TestManifestAsksForWhatIsNeededAndNoMore(t *testing.T) {
	m := printedManifest(t)
	scopes := []string{
		"app_mentions:read", "channels:history", "channels:read", "chat:write", "commands", "files:read", "groups:history", "groups:read",
		"im:history", "reactions:write", "usergroups:read", "users:read",
	}
	events := []string{"app_home_opened", "app_mention", "member_joined_channel", "message.channels", "message.groups", "message.im"}
	if got := slices.Sorted(slices.Values(m.OAuthConfig.Scopes.Bot)); !slices.Equal(got, scopes) {
		t.Errorf("scopes %v, want %v", got, scopes)
	}
	for _, s := range botScopes() {
		if s.why == "" {
			t.Errorf("%s is asked for, and nobody says why", s.name)
		}
	}
	if got := slices.Sorted(slices.Values(m.Settings.Events.Bot)); !slices.Equal(got, events) {
		t.Errorf("events %v, want %v", got, events)
	}
	if s := m.Settings; !s.SocketMode || !s.Interactivity.Enabled || s.TokenRotation || s.OrgDeploy || !m.Features.AppHome.Home || m.Metadata.Major != 2 {
		t.Errorf("settings %+v, features %+v", m.Settings, m.Features)
	}
}
