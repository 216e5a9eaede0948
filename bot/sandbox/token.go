package sandbox

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"slices"
	"sync"
)

// botTokens are the app's bot tokens: the one that is good, and those that were.
type botTokens struct {
	mu      sync.Mutex
	good    string
	revoked []string
}

func newBotToken() string { return "xoxb-sandbox-" + rand.Text() }

// BotToken is the app's bot token (xoxb), made anew at every start and by [Server.RevokeBotToken].
func (s *Server) BotToken() string {
	s.bot.mu.Lock()
	defer s.bot.mu.Unlock()
	return s.bot.good
}

// RevokeBotToken makes the bot token worthless, as when the app is removed from the workspace: calls with it are refused with
// token_revoked. Connections stay, since they hang on the app-level token. [Server.BotToken] is a new one from then on, as
// after the app was installed again.
func (s *Server) RevokeBotToken() {
	s.bot.mu.Lock()
	s.bot.revoked, s.bot.good = append(s.bot.revoked, s.bot.good), newBotToken()
	s.bot.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trace(trace{note: "the bot token was revoked", problem: true})
	s.changed(Change{Kind: ChangeTraffic})
}

func (s *Server) checkToken(kind tokenKind, token string) error {
	s.bot.mu.Lock()
	defer s.bot.mu.Unlock()
	switch {
	case kind == noToken:
		return nil
	case token == "":
		return slackError("not_authed")
	case slices.Contains(s.bot.revoked, token):
		return slackError("token_revoked")
	case token != s.bot.good && token != s.appToken:
		return slackError("invalid_auth")
	case (token == s.appToken) != (kind == appToken):
		return slackError("not_allowed_token_type")
	}
	return nil
}

// masked encodes the arguments with our tokens struck out wherever they stand.
func (s *Server) masked(p params) json.RawMessage {
	if p == nil {
		p = params{}
	}
	raw := mustJSON(p)
	s.bot.mu.Lock()
	defer s.bot.mu.Unlock()
	for _, token := range append([]string{s.bot.good}, s.bot.revoked...) {
		raw = bytes.ReplaceAll(raw, []byte(token), []byte("xoxb-***"))
	}
	return bytes.ReplaceAll(raw, []byte(s.appToken), []byte("xapp-***"))
}
