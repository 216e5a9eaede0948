package sandbox

import (
	"fmt"
	"slices"
	"strings"
)

// allScopes are the bot scopes that the methods and events here may need, which the app has unless
// [Options.Scopes] says otherwise.
func allScopes() []string {
	return []string{
		"app_mentions:read", "channels:history", "channels:manage", "channels:read", "chat:write", "commands", "files:read", "groups:history",
		"groups:read", "groups:write", "im:history", "im:read", "im:write", "mpim:read", "reactions:write", "usergroups:read", "users:read",
	}
}

// connectionsScope is what the app-level token has.
const connectionsScope = "connections:write"

// scopes are those of the token that a method takes.
func (s *Server) scopes(kind tokenKind) []string {
	switch kind {
	case appToken:
		return []string{connectionsScope}
	case botToken:
		return s.opts.Scopes
	}
	return nil
}

// neededScopes are the scopes that a call needs, all of them
// (https://docs.slack.dev/reference/methods, "Scopes" of each method).
func (s *Server) neededScopes(call *apiCall) []string {
	family, verb, _ := strings.Cut(call.method, ".")
	switch {
	case call.method == "conversations.list" || call.method == "users.conversations":
		types := call.params.str("types")
		if types == "" {
			types = "public_channel"
		}
		var needed []string
		for _, t := range strings.Split(strings.ReplaceAll(types, " ", ""), ",") {
			if scope, ok := map[string]string{
				"public_channel": "channels:read", "private_channel": "groups:read", "im": "im:read", "mpim": "mpim:read",
			}[t]; ok {
				needed = append(needed, scope)
			}
		}
		return needed
	case family == "conversations" && (verb == "history" || verb == "replies"):
		return []string{s.place(call) + ":history"}
	case family == "conversations" && verb == "open":
		return []string{"im:write"}
	case family == "conversations":
		return []string{s.place(call) + ":read"}
	case family == "chat" && verb != "getPermalink":
		return []string{"chat:write"}
	}
	return map[string][]string{
		"bots": {"users:read"}, "files": {"files:read"}, "reactions": {"reactions:write"}, "usergroups": {"usergroups:read"}, "users": {"users:read"},
	}[family]
}

// place is the first word of the scopes for a call's channel.
func (s *Server) place(call *apiCall) string {
	if strings.HasPrefix(call.params.str("channel"), "D") {
		return "im"
	}
	return "channels"
}

// checkScopes refuses a call for which the bot token lacks a scope, as Slack does: with the one that is missing and all
// that it has.
func (s *Server) checkScopes(kind tokenKind, call *apiCall) error {
	if kind != botToken {
		return nil
	}
	for _, scope := range s.neededScopes(call) {
		if !slices.Contains(s.opts.Scopes, scope) {
			return &apiError{Code: "missing_scope", Extra: object{"needed": scope, "provided": strings.Join(s.opts.Scopes, ",")}}
		}
	}
	return nil
}

// checkScopeNames says what can't be a scope.
func checkScopeNames(scopes []string) error {
	for _, scope := range scopes {
		if scope == "" || strings.ContainsAny(scope, ", \t\n") {
			return fmt.Errorf("sandbox option Scopes has %q: write one scope an entry, such as chat:write", scope)
		}
	}
	return nil
}
