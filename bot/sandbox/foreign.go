package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// foreignMessage makes a message of what another app, or a person, sends.
func (s *Server) foreignMessage(c *channel, author string, fields map[string]json.RawMessage) (Message, error) {
	m := Message{Channel: c.ID}
	if u := s.ws.users[author]; u != nil {
		m.User = author
	} else {
		m.BotID, m.Username = s.appNamed(author), author
		if fields["user"] == nil {
			m.Subtype = "bot_message"
		}
	}
	texts := map[string]*string{
		"text": &m.Text, "thread_ts": &m.ThreadTS, "subtype": &m.Subtype, "user": &m.User, "bot_id": &m.BotID, "username": &m.Username, "ts": &m.TS, "app_id": &m.AppID,
	}
	for _, name := range keysOf(fields) {
		raw := fields[name]
		switch into := texts[name]; {
		case into != nil:
			if json.Unmarshal(raw, into) != nil {
				return m, fmt.Errorf("field %q must be text", name)
			}
		case slices.Contains([]string{"blocks", "attachments", "files", "metadata"}, name), name == "channel":
		default:
			if m.Extra == nil {
				m.Extra = map[string]json.RawMessage{}
			}
			m.Extra[name] = raw
		}
	}
	if _, ok := microsOfTS(m.TS); m.TS != "" && (!ok || c.byTS[m.TS] != nil) {
		return m, fmt.Errorf("ts %q is taken or not of the form 1700000000.000100", m.TS)
	}
	return m, s.foreignParts(&m, fields)
}

// foreignParts fills in blocks, attachments, files and metadata. Other apps' blocks get ids but are not held to the limits:
// what they sent was accepted elsewhere.
func (s *Server) foreignParts(m *Message, fields map[string]json.RawMessage) error {
	check := s.newChecker(onMessage)
	var problems []error
	if raw := fields["blocks"]; given(raw) {
		m.Blocks = check.checkBlocks(raw, "/blocks")
	}
	if raw := fields["attachments"]; given(raw) {
		var err error
		if m.Attachments, err = check.attachments(raw); err != nil {
			problems = append(problems, errors.New("field \"attachments\" must be an array of objects"))
		}
	}
	if raw := fields["files"]; given(raw) {
		files, err := s.keepFiles(raw)
		if err != nil {
			problems = append(problems, err)
		}
		m.Files = files
	}
	m.Metadata = fields["metadata"]
	for _, p := range check.problems {
		if p.Code == "invalid_type" {
			problems = append(problems, errors.New(p.String()))
		}
	}
	if m.Text == "" && empty(m.Blocks) && empty(m.Attachments) && empty(m.Files) && (m.Subtype == "" || m.Subtype == "bot_message") {
		problems = append(problems, errors.New("it says nothing: give text, blocks, attachments or files"))
	}
	return errors.Join(problems...)
}

func given(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// keepFiles gives files their ids, keeps them for files.info, and returns them as messages show them.
func (s *Server) keepFiles(raw json.RawMessage) (json.RawMessage, error) {
	v, err := decode(raw)
	list, ok := v.([]any)
	if err != nil || !ok {
		return nil, errors.New("field \"files\" must be an array of objects")
	}
	for _, f := range objects(list) {
		if str(f, "id") == "" {
			f["id"] = s.id("F0")
		}
		id, only := str(f, "id"), sub(f, "files_info_only")
		delete(f, "files_info_only")
		full := object{}
		for _, part := range []object{f, only} {
			for name, value := range part {
				full[name] = value
			}
		}
		if s.ws.files[id] == nil {
			s.ws.fileIDs = append(s.ws.fileIDs, id)
		}
		s.ws.files[id] = mustJSON(full)
		if len(s.ws.fileIDs) > s.ws.keep {
			delete(s.ws.files, s.ws.fileIDs[0])
			s.ws.fileIDs = s.ws.fileIDs[1:]
		}
	}
	return mustJSON(list), nil
}

// appNamed is the bot id of another app, which the workspace learns with its first post.
func (s *Server) appNamed(name string) string {
	id := "B0" + strings.Map(func(r rune) rune {
		if r < 128 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return unicode.ToUpper(r)
		}
		return -1
	}, name)
	if id == botID {
		id += "2"
	}
	if len(s.ws.apps) < s.ws.keep || s.ws.apps[id] != "" {
		s.ws.apps[id] = name
	}
	return id
}
