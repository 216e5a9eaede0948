package sandbox

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"time"
)

// Lives of what an interaction hands out (https://docs.slack.dev/interactivity/handling-user-interaction).
const (
	triggerLife     = 3 * time.Second
	responseURLLife = 30 * time.Minute
	responseURLUses = 5
	// forgetAfter is how long an expired one is still told apart from one that never was.
	forgetAfter = time.Hour
)

// trigger is one trigger_id.
type trigger struct {
	user  string
	view  string // the modal it came from; empty otherwise
	since time.Time
	used  bool
}

// responseURL is one response_url.
type responseURL struct {
	user     string
	channel  string
	ts       string // the message the press was on; empty for a slash command
	threadTS string
	since    time.Time
	uses     int
}

// handles are the trigger ids and response URLs handed out. Server.mu guards them.
type handles struct {
	triggers  map[string]*trigger
	responses map[string]*responseURL
}

func newHandles() handles {
	return handles{triggers: map[string]*trigger{}, responses: map[string]*responseURL{}}
}

// secretID makes up an id that nobody can guess.
func (s *Server) secretID(prefix string) string { return prefix + rand.Text() }

func (s *Server) newTrigger(user, view string) string {
	now := s.now()
	for id, t := range s.handles.triggers {
		if now.Sub(t.since) > forgetAfter {
			delete(s.handles.triggers, id)
		}
	}
	id := s.id("13345224609.") + "." + rand.Text()
	s.handles.triggers[id] = &trigger{user: user, view: view, since: now}
	return id
}

// exchange uses a trigger up.
func (s *Server) exchange(id string) (*trigger, error) {
	t := s.handles.triggers[id]
	switch {
	case t == nil:
		return nil, slackError("invalid_trigger_id")
	case t.used:
		return nil, slackError("exchanged_trigger_id")
	case s.now().Sub(t.since) > triggerLife:
		return nil, slackError("expired_trigger_id")
	}
	t.used = true
	return t, nil
}

func (s *Server) newResponseURL(r responseURL) string {
	r.since = s.now()
	for id, old := range s.handles.responses {
		if r.since.Sub(old.since) > responseURLLife+forgetAfter {
			delete(s.handles.responses, id)
		}
	}
	id := s.secretID("")
	s.handles.responses[id] = &r
	return "http://" + s.host + "/hooks/response/" + id
}

func (s *Server) serveResponseURL(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	call := &apiCall{method: "response_url"}
	var err error
	call.params, _, err = readParams(r)
	s.mu.Lock()
	fault := s.takeFault("response_url")
	s.mu.Unlock()
	ans, hit := s.suffer(r, fault)
	if !hit {
		s.mu.Lock()
		unblame := s.blame(&call.violations)
		if err == nil {
			err = s.respondTo(r.PathValue("id"), call.params)
		}
		unblame()
		s.mu.Unlock()
		faults := ans.faults
		ans = answer{status: http.StatusOK, body: object{"ok": true}}
		if err != nil {
			ans = failed(err)
			ans.status = http.StatusNotFound
		}
		ans.reset, ans.faults = fault.ResetAfterApply, faults
	}
	s.conclude(w, call, began, ans)
}

// respondTo applies one use of a response URL.
func (s *Server) respondTo(id string, p params) error {
	r := s.handles.responses[id]
	switch {
	case r == nil:
		return slackError("invalid_url")
	case s.now().Sub(r.since) > responseURLLife:
		return slackError("expired_url")
	case r.uses >= responseURLUses:
		s.violation("response_url: used more than %d times", responseURLUses)
		return slackError("used_url")
	}
	r.uses++
	if p.flag("delete_original") {
		return s.replaceOriginal(r, nil)
	}
	content, err := s.readContent("response_url", p)
	if err != nil {
		return err
	}
	if p.flag("replace_original") {
		return s.replaceOriginal(r, &content)
	}
	return s.respondNew(r.user, r.channel, p, content)
}

// respondNew shows what a response URL or a command's ack carries: privately, unless it says in_channel.
func (s *Server) respondNew(user, channel string, p params, c content) error {
	m := Message{Channel: channel, ThreadTS: p.str("thread_ts"), User: botUserID, BotID: botID, AppID: appID}
	c.fill(&m)
	if p.str("response_type") == "in_channel" {
		_, err := s.post(m)
		return err
	}
	s.postEphemeral(user, m)
	return nil
}

// replaceOriginal changes the message that was pressed, or deletes it when there is no new content.
func (s *Server) replaceOriginal(r *responseURL, c *content) error {
	if r.ts == "" {
		return slackError("cant_update_message") // a slash command's own message can't be replaced
	}
	if private := s.ws.ephemeral(r.user, r.ts); private != nil {
		if c == nil {
			s.dropEphemeral(r.user, r.ts)
			return nil
		}
		c.fill(private)
		s.changed(Change{Kind: ChangeEphemeral, Channel: private.Channel, TS: private.TS, User: r.user})
		return nil
	}
	m := s.ws.find(r.channel, r.ts)
	switch {
	case m == nil:
		return slackError("message_not_found")
	case m.BotID != botID:
		return slackError("cant_update_message")
	case c == nil:
		s.remove(m)
		return nil
	}
	s.edit(m, botUserID, func(m *Message) { c.fill(m) })
	return nil
}

// ackContent reads the message in a slash command's ack; nothing to show gives false.
func (s *Server) ackContent(raw json.RawMessage) (params, content, bool) {
	var p params
	if json.Unmarshal(raw, &p) != nil || (!p.has("text") && !p.has("blocks") && !p.has("attachments")) {
		return nil, content{}, false
	}
	c, err := s.readContent("slash command ack", p)
	return p, c, err == nil
}
