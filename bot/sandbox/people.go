package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// typed is what Slack's composer makes of typed text: & < > escaped, links marked, and mentions of people, the bot and
// channels resolved. Mentions that are written in Slack's own form already, <@U0ANA>, stay.
func (w *workspace) typed(text string) string {
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	var b strings.Builder
	at := 0
	for _, span := range w.tokens.FindAllStringIndex(text, -1) {
		b.WriteString(escape.Replace(text[at:span[0]]))
		token := text[span[0]:span[1]]
		wordBefore := span[0] > 0 && !strings.ContainsAny(text[span[0]-1:span[0]], " \t\n([{\"'*_~")
		b.WriteString(w.typedToken(token, wordBefore, escape))
		at = span[1]
	}
	b.WriteString(escape.Replace(text[at:]))
	return b.String()
}

func (w *workspace) typedToken(token string, wordBefore bool, escape *strings.Replacer) string {
	switch {
	case strings.HasPrefix(token, "<@") && w.users[token[2:len(token)-1]] != nil, strings.HasPrefix(token, "<#"):
		return token
	case strings.HasPrefix(token, "http"):
		return "<" + escape.Replace(token) + ">"
	case wordBefore:
		return escape.Replace(token)
	}
	name := strings.TrimRight(token[1:], ".-_")
	rest := token[1+len(name):]
	if token[0] == '#' {
		if c := w.resolveChannel(token[:1+len(name)]); c != nil && !c.IM {
			return "<#" + c.ID + "|" + c.Name + ">" + rest
		}
		return escape.Replace(token)
	}
	if name == "here" || name == "channel" || name == "everyone" {
		return "<!" + name + ">" + rest
	}
	for _, id := range w.order {
		if w.users[id].Name == name {
			return "<@" + id + ">" + rest
		}
	}
	return escape.Replace(token)
}

// Say posts what a person typed in a channel (id or name; D0… for the direct message with the bot) and returns its ts.
// The text is treated as Slack's composer does: special characters escaped, @names and links resolved.
func (s *Server) Say(user, channel, text string) (string, error) {
	return s.SayIn(user, channel, "", text)
}

// SayIn is [Server.Say] in a thread, named by its root's ts.
func (s *Server) SayIn(user, channel, threadTS, text string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, c, err := s.at(user, channel)
	if err != nil {
		return "", err
	}
	if strings.TrimSpace(text) == "" {
		return "", fmt.Errorf("there is nothing to say: the text is empty")
	}
	m, err := s.post(Message{Channel: c.ID, ThreadTS: threadTS, User: user, Text: s.ws.typed(text)})
	if err != nil {
		return "", fmt.Errorf("say it in %s: %w", c.shown(), err)
	}
	return m.TS, nil
}

// Type does what the composer does with a line: a slash command of the app, /invite or /remove @app, or else a message.
// threadTS is empty in the channel itself; Slack has no slash commands in threads. Problems with a command are shown to
// the person as a private message, as Slack does, and not returned.
func (s *Server) Type(user, channel, threadTS, text string) error {
	line := strings.TrimSpace(text)
	if !strings.HasPrefix(line, "/") || strings.HasPrefix(line, "//") {
		_, err := s.SayIn(user, channel, threadTS, text)
		return err
	}
	word, rest, _ := strings.Cut(line, " ")
	var err error
	switch {
	case threadTS != "":
		err = fmt.Errorf("%s is not supported in threads. Sorry!", word)
	case word == "/invite" || word == "/remove" || word == "/kick":
		err = s.membership(user, channel, word, strings.TrimSpace(rest))
	default:
		err = s.Command(user, channel, line)
	}
	if err == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_, c, where := s.at(user, channel)
	if where != nil {
		return where
	}
	s.slackbot(user, c, threadTS, err.Error())
	return nil
}

// slackbot says something privately, as Slack itself.
func (s *Server) slackbot(user string, c *channel, threadTS, text string) {
	s.postEphemeral(user, Message{Channel: c.ID, ThreadTS: threadTS, User: slackbotID, Text: text})
}

// membership is /invite and /remove.
func (s *Server) membership(user, channel, command, who string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, c, err := s.at(user, channel)
	if err != nil {
		return err
	}
	who = strings.Trim(who, "@<> ")
	var found *User
	for _, id := range s.ws.order {
		if u := s.ws.users[id]; u.ID == who || u.Name == who {
			found = u
		}
	}
	switch {
	case found == nil:
		return fmt.Errorf("nobody here is called %q; try %s @%s", who, command, s.opts.AppName)
	case c.IM:
		return fmt.Errorf("a direct message has no members to change")
	case command == "/invite":
		s.join(c, found.ID, user)
	case found.ID == user:
		return fmt.Errorf("you cannot remove yourself")
	default:
		s.leave(c, found.ID)
	}
	return nil
}

// Invite adds the bot, or a person, to a channel, as /invite does.
func (s *Server) Invite(by, channel, who string) error {
	return s.membership(by, channel, "/invite", who)
}

// Command runs a line such as "/syncfix help" and waits for its ack; what the ack says is shown like Slack shows it. An
// unknown command, or an app that does not answer, is an error, and for the latter also a private message from Slack.
func (s *Server) Command(user, channel, line string) error {
	s.mu.Lock()
	c, e, err := s.sendCommand(user, channel, line)
	s.mu.Unlock()
	if err != nil {
		return err
	}
	word, _, _ := strings.Cut(line, " ")
	failure := s.outcome(e)
	_, response := s.settled(e)
	s.mu.Lock()
	defer s.mu.Unlock()
	if failure != nil {
		// Slack's words for it, so that nobody is surprised by them later.
		code := "operation_timeout"
		if errors.Is(failure, errNotRunning) {
			code = "dispatch_failed"
		}
		s.slackbot(user, c, "", fmt.Sprintf("%s failed with the error \"%s\"", word, code))
		return fmt.Errorf("%s: %w", word, failure)
	}
	defer s.blame(&e.log.Violations)()
	p, body, ok := s.ackContent(response)
	if !ok {
		return nil
	}
	return s.respondNew(user, c.ID, p, body)
}

func (s *Server) sendCommand(user, where, line string) (*channel, *envelope, error) {
	u, c, err := s.at(user, where)
	if err != nil {
		return nil, nil, err
	}
	word, text, _ := strings.Cut(strings.TrimSpace(line), " ")
	known := false
	for _, have := range s.opts.Commands {
		known = known || have.Name == word
	}
	if !known {
		return nil, nil, fmt.Errorf("%s is not a valid command", word)
	}
	short := c.wireShort()
	return c, s.dispatch("slash_commands", word, object{
		"token": "sandbox-verification-token", "team_id": teamID, "team_domain": teamDomain, "channel_id": c.ID, "channel_name": short["name"],
		"user_id": u.ID, "user_name": u.Name, "command": word, "text": strings.TrimSpace(text), "api_app_id": appID, "is_enterprise_install": "false",
		"response_url": s.newResponseURL(responseURL{user: u.ID, channel: c.ID}), "trigger_id": s.newTrigger(u.ID, ""),
	}), nil
}

// Shortcut uses a message shortcut of the app on a message, and waits for the ack.
func (s *Server) Shortcut(user, callbackID, channel, ts string) error {
	s.mu.Lock()
	e, err := s.sendShortcut(user, callbackID, channel, ts)
	s.mu.Unlock()
	if err != nil {
		return err
	}
	return s.outcome(e)
}

func (s *Server) sendShortcut(user, callbackID, channel, ts string) (*envelope, error) {
	u, c, err := s.at(user, channel)
	if err != nil {
		return nil, err
	}
	known := false
	for _, have := range s.opts.Shortcuts {
		known = known || have.CallbackID == callbackID
	}
	if !known {
		return nil, fmt.Errorf("the app has no message shortcut %q", callbackID)
	}
	m := s.ws.find(c.ID, ts)
	if m == nil {
		return nil, fmt.Errorf("there is no message %s in %s", ts, c.shown())
	}
	o := s.interaction("message_action", u, "")
	o["callback_id"], o["message_ts"], o["message"], o["channel"] = callbackID, m.TS, s.wireMessage(m, true), c.wireShort()
	o["action_ts"] = formatTS(s.now().UnixMicro())
	o["response_url"] = s.newResponseURL(responseURL{user: u.ID, channel: c.ID, ts: m.TS, threadTS: m.ThreadTS})
	return s.dispatch("interactive", "message_action", o), nil
}

// OpenHome opens the app's Home tab, which tells the app.
func (s *Server) OpenHome(user string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.person(user)
	if err != nil {
		return err
	}
	event := object{"type": "app_home_opened", "user": u.ID, "channel": s.ws.directMessage(user).ID, "tab": "home", "event_ts": s.ws.nextTS(s.now())}
	if v := s.ws.homes[user]; v != nil {
		event["view"] = wireView(v)
	}
	s.dispatch("events_api", "app_home_opened", s.eventCallback(event, false))
	return nil
}

// Post posts what another app (a name, such as "Alertmanager") or a person (an id) sends, and returns its ts. message is
// one object in the shape of a message event: text, blocks, attachments, files, thread_ts, subtype, user, bot_id,
// username, metadata, and any other field, which is passed on as it is. An app's message is subtype bot_message without
// a user, unless the object has "subtype" (which may be "") or "user". A "ts" posts it with that time, for what arrives
// late. In a file, fields under "files_info_only" are shown by files.info only. Text is Slack markup, not escaped again.
func (s *Server) Post(channel, author string, message json.RawMessage) (string, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(message, &fields); err != nil || fields == nil {
		return "", fmt.Errorf("post as %s: the message must be one JSON object, such as {\"text\":\"…\"}", author)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.ws.resolveChannel(channel)
	if c == nil {
		return "", fmt.Errorf("post as %s: there is no channel %q", author, channel)
	}
	m, err := s.foreignMessage(c, author, fields)
	if err != nil {
		return "", fmt.Errorf("post as %s: %w", author, err)
	}
	posted, err := s.post(m)
	if err != nil {
		return "", fmt.Errorf("post as %s: %w", author, err)
	}
	return posted.TS, nil
}
