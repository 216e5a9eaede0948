package main

import (
	"encoding/json"
	"fmt"
)

// The app's names in Slack. What people type and choose must be the same in the
// manifest and in the sandbox.
const (
	appName          = "syncfix"
	slashCommand     = "/syncfix"
	slashHint        = "[the error] | list | mine | show SF-1 | resolve SF-1 | help"
	slashDescription = "Fix an accounting sync that fails"
	shortcutName     = "Fix this sync"
	shortcutCallback = "fix_this_sync"
)

// manifestCmd prints the app manifest.
type manifestCmd struct{}

// Help is shown by syncfix manifest --help.
func (manifestCmd) Help() string {
	return "Paste it at api.slack.com/apps > Create New App > From a manifest > JSON. " +
		"An app that is there already takes it under App Manifest."
}

// Run prints the manifest as JSON.
func (manifestCmd) Run(p process) error {
	text, err := json.MarshalIndent(newManifest(), "", "  ")
	if err != nil {
		return fmt.Errorf("writing the manifest: %w", err)
	}
	if _, err := fmt.Fprintf(p.stdout, "%s\n", text); err != nil {
		return fmt.Errorf("printing the manifest: %w", err)
	}
	return nil
}

// manifest is a Slack app manifest, as far as syncfix uses it
// (docs.slack.dev/reference/app-manifest).
type manifest struct {
	Metadata    manifestMetadata    `json:"_metadata"`
	Display     manifestDisplay     `json:"display_information"`
	Features    manifestFeatures    `json:"features"`
	OAuthConfig manifestOAuthConfig `json:"oauth_config"`
	Settings    manifestSettings    `json:"settings"`
}

type manifestMetadata struct {
	Major int `json:"major_version"`
}

type manifestDisplay struct {
	Name            string `json:"name"`
	Description     string `json:"description"`
	LongDescription string `json:"long_description"`
	Background      string `json:"background_color"`
}

type manifestFeatures struct {
	AppHome   manifestHome       `json:"app_home"`
	BotUser   manifestBotUser    `json:"bot_user"`
	Shortcuts []manifestShortcut `json:"shortcuts"`
	Commands  []manifestCommand  `json:"slash_commands"`
}

type manifestHome struct {
	Home     bool `json:"home_tab_enabled"`
	Messages bool `json:"messages_tab_enabled"`
	ReadOnly bool `json:"messages_tab_read_only_enabled"`
}

type manifestBotUser struct {
	Name   string `json:"display_name"`
	Online bool   `json:"always_online"`
}

type manifestShortcut struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	CallbackID  string `json:"callback_id"`
	Description string `json:"description"`
}

type manifestCommand struct {
	Command     string `json:"command"`
	Description string `json:"description"`
	Hint        string `json:"usage_hint"`
	Escape      bool   `json:"should_escape"`
}

type manifestOAuthConfig struct {
	Scopes manifestScopes `json:"scopes"`
}

type manifestScopes struct {
	Bot []string `json:"bot"`
}

type manifestSettings struct {
	Events        manifestEvents        `json:"event_subscriptions"`
	Interactivity manifestInteractivity `json:"interactivity"`
	OrgDeploy     bool                  `json:"org_deploy_enabled"`
	SocketMode    bool                  `json:"socket_mode_enabled"`
	TokenRotation bool                  `json:"token_rotation_enabled"`
}

type manifestEvents struct {
	Bot []string `json:"bot_events"`
}

type manifestInteractivity struct {
	Enabled bool `json:"is_enabled"`
}

func newManifest() manifest {
	return manifest{
		Metadata: manifestMetadata{Major: 2},
		Display: manifestDisplay{
			Name:        appName,
			Description: "Answers a failed accounting sync in its thread and walks you through the fix.",
			LongDescription: "When an accounting sync fails, syncfix recognises the alert and answers in its thread. It asks the few questions that " +
				"tell the causes apart, posts the steps of the right fix, guards disconnect and reconnect with buttons, and closes the case only " +
				"when the sync has been seen to work. It runs in your own network and never asks for a password.",
			Background: "#1d3557",
		},
		Features: manifestFeatures{
			AppHome: manifestHome{Home: true, Messages: true},
			BotUser: manifestBotUser{Name: appName, Online: true},
			Shortcuts: []manifestShortcut{{
				Name: shortcutName, Type: "message", CallbackID: shortcutCallback,
				Description: "Start a case from this message",
			}},
			Commands: []manifestCommand{{Command: slashCommand, Description: slashDescription, Hint: slashHint}},
		},
		OAuthConfig: manifestOAuthConfig{Scopes: manifestScopes{Bot: scopeNames()}},
		Settings: manifestSettings{
			Events: manifestEvents{Bot: []string{
				"app_home_opened", "app_mention", "member_joined_channel", "message.channels", "message.groups", "message.im",
			}},
			Interactivity: manifestInteractivity{Enabled: true},
			SocketMode:    true,
		},
	}
}

// scope is a permission the app asks for, and what for.
type scope struct{ name, why string }

// botScopes are the bot token's, the only place where they are named. The
// app-level token needs connections:write, which no manifest can give.
func botScopes() []scope {
	return []scope{
		{"app_mentions:read", "to hear when somebody speaks to it"},
		{"channels:history", "to read alerts in public channels, and to look up its own posts after a crash"},
		{"groups:history", "to read alerts in private channels, and to look up its own posts after a crash"},
		{"im:history", "to read what people write to it directly"},
		{"channels:read", "to know which public channels it is in, and which are shared with other companies"},
		{"groups:read", "to know which private channels it is in, and which are shared with other companies"},
		{"chat:write", "to post and update its cards"},
		{"commands", "for /syncfix and Fix this sync"},
		{"files:read", "to read alerts that come by mail"},
		{"reactions:write", "to show a case's state on its alert: 👀 ✅ 🆘"},
		{"usergroups:read", "to know who is in the user groups that may press buttons"},
		{"users:read", "to know people's names, and who is a guest or of another company"},
	}
}

func scopeNames() []string {
	var names []string
	for _, s := range botScopes() {
		names = append(names, s.name)
	}
	return names
}
