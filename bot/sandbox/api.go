package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Call is one Web API call, or one use of a response URL (method "response_url"), as the sandbox saw it. A handshake that
// did not get through is one, too (method "socket").
type Call struct {
	Method   string
	At       time.Time // on real time
	Took     time.Duration
	Request  json.RawMessage // the arguments as one object, tokens masked
	Response json.RawMessage
	Status   int      // HTTP; 0 when the connection was reset
	Error    string   // Slack's error, empty when it went well
	Faults   []string // the faults that hit it, as [Server.Faults] names them
	// Violations are the limits of Slack that it broke, as [Server.Violations] has them.
	Violations []string
	// RetryAfter is what the answer's header of that name said.
	RetryAfter time.Duration
}

// maxLogged bounds what a Call keeps of a body, in bytes.
const maxLogged = 64 << 10

// tokenKind says which token a method takes.
type tokenKind int

const (
	botToken tokenKind = iota
	appToken
	noToken
)

// method is one Web API method. run holds Server.mu.
type method struct {
	token tokenKind
	tier  tier
	run   func(*Server, *apiCall) (object, error)
}

// methods are those the sandbox knows, with the tier of each method's reference page (https://docs.slack.dev/reference/methods).
func methods() map[string]method {
	return map[string]method{
		"apps.connections.open": {appToken, unlimited, (*Server).openConnection},
		"auth.test":             {botToken, unlimited, (*Server).authTest},
		"blocks.validate":       {noToken, unlimited, (*Server).blocksValidate},
		"bots.info":             {botToken, tier3, (*Server).botsInfo},
		"chat.delete":           {botToken, tier3, (*Server).chatDelete},
		"chat.getPermalink":     {botToken, unlimited, (*Server).chatGetPermalink},
		"chat.postEphemeral":    {botToken, tier4, (*Server).chatPostEphemeral},
		"chat.postMessage":      {botToken, perChannel, (*Server).chatPostMessage},
		"chat.update":           {botToken, tier3, (*Server).chatUpdate},
		"conversations.history": {botToken, tier3, (*Server).conversationsHistory},
		"conversations.info":    {botToken, tier3, (*Server).conversationsInfo},
		"conversations.list":    {botToken, tier2, (*Server).conversationsList},
		"conversations.members": {botToken, tier4, (*Server).conversationsMembers},
		"conversations.open":    {botToken, tier3, (*Server).conversationsOpen},
		"conversations.replies": {botToken, tier3, (*Server).conversationsReplies},
		"files.info":            {botToken, tier4, (*Server).filesInfo},
		"reactions.add":         {botToken, tier3, (*Server).reactionsAdd},
		"reactions.remove":      {botToken, tier2, (*Server).reactionsRemove},
		"usergroups.list":       {botToken, tier2, (*Server).usergroupsList},
		"usergroups.users.list": {botToken, tier2, (*Server).usergroupsUsersList},
		"users.conversations":   {botToken, tier3, (*Server).usersConversations},
		"users.info":            {botToken, tier4, (*Server).usersInfo},
		"views.open":            {botToken, tier4, (*Server).viewsOpen},
		"views.publish":         {botToken, tier4, (*Server).viewsPublish},
		"views.push":            {botToken, tier4, (*Server).viewsPush},
		"views.update":          {botToken, tier4, (*Server).viewsUpdate},
	}
}

// apiCall is a call being served.
type apiCall struct {
	method     string
	params     params
	violations []string
}

// params are a call's arguments by name: JSON values, whichever way they came.
type params map[string]json.RawMessage

// str gives an argument as text; numbers and booleans as they were written.
func (p params) str(name string) string {
	var text string
	if json.Unmarshal(p[name], &text) == nil {
		return text
	}
	return string(p[name])
}

func (p params) has(name string) bool { return len(p[name]) > 0 && string(p[name]) != "null" }

func (p params) flag(name string) bool {
	v := p.str(name)
	return v == "true" || v == "1"
}

func (p params) number(name string, fallback int) int {
	if n, err := strconv.Atoi(p.str(name)); err == nil {
		return n
	}
	return fallback
}

// raw gives a structured argument, which a form carries as JSON inside a string.
func (p params) raw(name string) json.RawMessage {
	var text string
	if json.Unmarshal(p[name], &text) == nil {
		return json.RawMessage(text)
	}
	return p[name]
}

// apiError is a failure in Slack's words.
type apiError struct {
	Code     string
	Messages []string // response_metadata.messages
	Extra    object   // further fields of the answer
}

func (e *apiError) Error() string { return e.Code }

func slackError(code string, messages ...string) error {
	return &apiError{Code: code, Messages: messages}
}

// answer is what goes back.
type answer struct {
	status     int
	body       object
	retryAfter time.Duration
	reset      bool
	faults     []string // that hit the call
	scopes     []string // of the token, for the header
}

func failed(err error) answer {
	e := &apiError{Code: "internal_error"}
	errors.As(err, &e)
	body := object{"ok": false, "error": e.Code}
	maps.Copy(body, e.Extra)
	if len(e.Messages) > 0 {
		body["response_metadata"] = object{"messages": e.Messages}
	}
	return answer{status: http.StatusOK, body: body}
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	call := &apiCall{method: methodOf(r)}
	var token string
	var err error
	call.params, token, err = readParams(r)
	var ans answer
	if err != nil {
		ans = failed(err)
	} else {
		ans = s.answer(r, call, token)
		if kind := s.methods[call.method].token; s.checkToken(kind, token) == nil {
			ans.scopes = s.scopes(kind)
		}
	}
	s.conclude(w, call, began, ans)
}

func methodOf(r *http.Request) string { return r.PathValue("method") }

// conclude answers and records. What was on its way when the network went is lost.
func (s *Server) conclude(w http.ResponseWriter, call *apiCall, began time.Time, ans answer) {
	s.mu.Lock()
	if s.isOffline() && !ans.reset {
		ans.reset, ans.faults = true, append(slices.Clone(ans.faults), string(FaultOffline))
	}
	s.mu.Unlock()
	s.respond(w, ans)
	s.record(call, began, ans)
}

// answer checks the token and its scopes, then faults, then limits, and runs the method.
func (s *Server) answer(r *http.Request, call *apiCall, token string) answer {
	m, ok := s.methods[call.method]
	if !ok {
		return failed(slackError("unknown_method"))
	}
	if err := s.checkToken(m.token, token); err != nil {
		return failed(err)
	}
	if err := s.checkScopes(m.token, call); err != nil {
		return failed(err)
	}
	s.mu.Lock()
	fault := s.takeFault(call.method)
	s.mu.Unlock()
	suffered, hit := s.suffer(r, fault)
	if hit {
		return suffered
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.blame(&call.violations)()
	if wait := s.limited(call, m.tier); wait > 0 {
		ans := failed(slackError("ratelimited"))
		ans.status, ans.retryAfter, ans.faults = http.StatusTooManyRequests, wait, suffered.faults
		return ans
	}
	body, err := m.run(s, call)
	ans := answer{status: http.StatusOK, body: body}
	if err != nil {
		ans = failed(err)
	} else if ans.body == nil {
		ans.body = object{}
	}
	if err == nil {
		ans.body["ok"] = true
	}
	ans.reset, ans.faults = fault.ResetAfterApply, suffered.faults
	return ans
}

// readParams reads query, form or JSON arguments; the token is taken out of them.
func readParams(r *http.Request) (params, string, error) {
	body, err := io.ReadAll(r.Body)
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return nil, "", slackError("request_too_large")
	} else if err != nil {
		return nil, "", slackError("request_timeout")
	}
	p := params{}
	form := r.URL.Query()
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") && len(bytes.TrimSpace(body)) > 0 {
		if !json.Valid(body) {
			return nil, "", slackError("invalid_json")
		}
		if json.Unmarshal(body, &p) != nil {
			return nil, "", slackError("json_not_object")
		}
	} else {
		posted, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, "", slackError("invalid_form_data")
		}
		maps.Copy(form, posted)
	}
	for name, values := range form {
		p[name] = mustJSON(values[0])
	}
	token := p.str("token")
	delete(p, "token")
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		token = bearer
	}
	return p, token, nil
}

// respond writes the answer, or resets the connection instead.
func (s *Server) respond(w http.ResponseWriter, ans answer) {
	if ans.reset && resetConnection(w) {
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if len(ans.scopes) > 0 {
		w.Header().Set("X-OAuth-Scopes", strings.Join(ans.scopes, ","))
	}
	if ans.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(retrySeconds(ans.retryAfter)))
	}
	w.WriteHeader(ans.status)
	_, _ = w.Write(mustJSON(ans.body))
}

// record keeps the call for the inspector and for tests.
func (s *Server) record(call *apiCall, began time.Time, ans answer) {
	c := Call{
		Method: call.method, At: began, Took: time.Since(began), Status: ans.status,
		Request: loggable(s.masked(call.params)), Response: loggable(mustJSON(ans.body)), Faults: ans.faults,
		Violations: call.violations, RetryAfter: ans.retryAfter,
	}
	c.Error, _ = ans.body["error"].(string)
	if ans.reset {
		c.Status, c.Error = 0, "connection reset"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.traffic.totals.Calls++
	if ans.status == http.StatusTooManyRequests {
		s.traffic.totals.RateLimited++
	}
	s.traffic.calls = bounded(append(s.traffic.calls, c), s.opts.Keep)
	s.trace(trace{at: began, call: &c})
	s.changed(Change{Kind: ChangeTraffic})
}

func loggable(raw json.RawMessage) json.RawMessage {
	if len(raw) <= maxLogged {
		return raw
	}
	return mustJSON(object{"not_kept": fmt.Sprintf("%d bytes", len(raw))})
}
