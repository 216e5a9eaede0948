package sandbox

import (
	"encoding/json"
	"strings"
)

func (s *Server) authTest(*apiCall) (object, error) {
	return object{
		"url": s.URL(), "team": "Sandbox", "user": s.opts.AppName, "team_id": teamID, "user_id": botUserID, "bot_id": botID,
		"is_enterprise_install": false,
	}, nil
}

func (s *Server) usersInfo(call *apiCall) (object, error) {
	u := s.ws.users[call.params.str("user")]
	if u == nil {
		return nil, slackError("user_not_found")
	}
	return object{"user": wireUser(u)}, nil
}

func (s *Server) botsInfo(call *apiCall) (object, error) {
	id := call.params.str("bot")
	if id == "" {
		id = botID
	}
	if s.ws.apps[id] == "" {
		return nil, slackError("bot_not_found")
	}
	o := s.wireBot(id)
	if id == botID {
		o["user_id"] = botUserID
	}
	return object{"bot": o}, nil
}

func (s *Server) filesInfo(call *apiCall) (object, error) {
	f := s.ws.files[call.params.str("file")]
	if f == nil {
		return nil, slackError("file_not_found")
	}
	return object{"file": f, "comments": []object{}, "response_metadata": object{"next_cursor": ""}}, nil
}

func (s *Server) usergroupsList(call *apiCall) (object, error) {
	list := []object{}
	for _, id := range keysOf(s.ws.groups) {
		g := object{
			"id": id, "team_id": teamID, "is_usergroup": true, "name": "Support leads", "handle": "leads", "description": "",
			"is_external": false, "date_create": 1700000000, "date_update": 1700000000, "date_delete": 0, "user_count": len(s.ws.groups[id]),
		}
		if call.params.flag("include_users") {
			g["users"] = s.ws.groups[id]
		}
		list = append(list, g)
	}
	return object{"usergroups": list}, nil
}

func (s *Server) usergroupsUsersList(call *apiCall) (object, error) {
	users, ok := s.ws.groups[call.params.str("usergroup")]
	if !ok {
		return nil, slackError("no_such_subteam")
	}
	return object{"users": users}, nil
}

// blocksValidate takes exactly one of blocks, message and view (https://docs.slack.dev/reference/methods/blocks.validate).
func (s *Server) blocksValidate(call *apiCall) (object, error) {
	var given []string
	for _, name := range []string{"blocks", "message", "view"} {
		if call.params.has(name) {
			given = append(given, name)
		}
	}
	if len(given) != 1 {
		return nil, slackError("invalid_arguments", "[ERROR] provide exactly one of blocks, view, or message")
	}
	raw := call.params.raw(given[0])
	c := s.newChecker(onMessage)
	switch given[0] {
	case "blocks":
		c.checkBlocks(raw, "")
	case "message":
		var m struct{ Blocks json.RawMessage }
		if json.Unmarshal(raw, &m) != nil || len(m.Blocks) == 0 {
			c.fail("/blocks", "missing_field", "missing required field: blocks")
			break
		}
		c.checkBlocks(m.Blocks, "/blocks")
	case "view":
		var v struct{ Type string }
		if _ = json.Unmarshal(raw, &v); v.Type == string(onHome) {
			c.on = onHome
		} else {
			c.on = onModal
		}
		c.checkView(raw)
	}
	if len(c.problems) == 0 {
		return nil, nil
	}
	errs := make([]object, len(c.problems))
	for i, p := range c.problems {
		errs[i] = object{"pointer": strings.TrimPrefix(p.Pointer, "/view"), "code": p.Code, "message": p.Message}
	}
	return nil, &apiError{Code: "invalid_" + given[0], Extra: object{"errors": errs}}
}
