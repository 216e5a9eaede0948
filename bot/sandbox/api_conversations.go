package sandbox

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
)

// Defaults and bounds of paging (https://docs.slack.dev/reference/methods/conversations.history, conversations.replies).
const (
	historyLimit = 100
	repliesLimit = 1000
	listLimit    = 100
	maxLimit     = 1000
)

// cut takes one page out of n items: from the cursor on, at most limit.
func cut(p params, n, fallback int) (from, to int, next string, err error) {
	limit := p.number("limit", fallback)
	if limit <= 0 || limit > maxLimit {
		limit = fallback
	}
	if c := p.str("cursor"); c != "" {
		raw, decodeErr := base64.StdEncoding.DecodeString(c)
		from, err = strconv.Atoi(strings.TrimPrefix(string(raw), "next:"))
		if decodeErr != nil || err != nil || from < 0 || from > n {
			return 0, 0, "", slackError("invalid_cursor")
		}
	}
	to = min(from+limit, n)
	if to < n {
		next = base64.StdEncoding.EncodeToString([]byte("next:" + strconv.Itoa(to)))
	}
	return from, to, next, nil
}

// tsPage cuts one page of messages. Its cursor holds the timestamp where the next page begins, so that messages that come
// in between move nothing.
func tsPage(p params, list []*Message, fallback int) ([]*Message, string, error) {
	limit := p.number("limit", fallback)
	if limit <= 0 || limit > maxLimit {
		limit = fallback
	}
	if c := p.str("cursor"); c != "" {
		raw, err := base64.StdEncoding.DecodeString(c)
		ts, ok := strings.CutPrefix(string(raw), "next_ts:")
		at := slices.IndexFunc(list, func(m *Message) bool { return m.TS == ts })
		if err != nil || !ok || at < 0 {
			return nil, "", slackError("invalid_cursor")
		}
		list = list[at:]
	}
	if len(list) <= limit {
		return list, "", nil
	}
	return list[:limit], base64.StdEncoding.EncodeToString([]byte("next_ts:" + list[limit].TS)), nil
}

// within reports whether ts lies between oldest and latest, exclusive unless the call says inclusive.
func within(p params, ts string) bool {
	inclusive := p.flag("inclusive")
	if oldest := p.str("oldest"); oldest != "" && oldest != "0" {
		if o := compareTS(ts, oldest); o < 0 || (o == 0 && !inclusive) {
			return false
		}
	}
	if latest := p.str("latest"); latest != "" && latest != "now" {
		if o := compareTS(ts, latest); o > 0 || (o == 0 && !inclusive) {
			return false
		}
	}
	return true
}

func checkRange(p params) error {
	for _, name := range []string{"oldest", "latest"} {
		if v := p.str(name); v != "" && v != "now" {
			if _, ok := microsOfTS(v); !ok {
				return slackError("invalid_ts_" + name)
			}
		}
	}
	return nil
}

func (s *Server) messagePage(list []*Message, next string, call *apiCall) object {
	out := make([]object, len(list))
	for i, m := range list {
		out[i] = s.wireMessage(m, call.params.flag("include_all_metadata"))
	}
	body := object{"messages": out, "has_more": next != ""}
	if next != "" {
		body["response_metadata"] = object{"next_cursor": next}
	}
	return body
}

func (s *Server) conversationsHistory(call *apiCall) (object, error) {
	c, err := s.ownChannel(call)
	if err != nil {
		return nil, err
	}
	if err := checkRange(call.params); err != nil {
		return nil, err
	}
	var list []*Message
	for _, m := range slices.Backward(c.log) { // newest first
		if m.inChannel() && within(call.params, m.TS) {
			list = append(list, m)
		}
	}
	list, next, err := tsPage(call.params, list, historyLimit)
	if err != nil {
		return nil, err
	}
	body := s.messagePage(list, next, call)
	body["pin_count"], body["channel_actions_ts"], body["channel_actions_count"] = 0, nil, 0
	return body, nil
}

func (s *Server) conversationsReplies(call *apiCall) (object, error) {
	c, err := s.ownChannel(call)
	if err != nil {
		return nil, err
	}
	if err := checkRange(call.params); err != nil {
		return nil, err
	}
	asked := c.byTS[call.params.str("ts")]
	if asked == nil {
		return nil, slackError("thread_not_found")
	}
	root := asked.TS
	if asked.IsReply() {
		root = asked.ThreadTS
	}
	var list []*Message
	for _, m := range c.thread(root) {
		if m.TS == root || within(call.params, m.TS) { // the parent always comes along
			list = append(list, m)
		}
	}
	list, next, err := tsPage(call.params, list, repliesLimit)
	if err != nil {
		return nil, err
	}
	return s.messagePage(list, next, call), nil
}

func (s *Server) conversationsInfo(call *apiCall) (object, error) {
	c, err := s.target(call)
	if err != nil {
		return nil, err
	}
	o := wireChannel(c)
	delete(o, "is_user_deleted") // which only the lists have
	if !call.params.flag("include_num_members") {
		delete(o, "num_members")
	}
	return object{"channel": o}, nil
}

func (s *Server) conversationsMembers(call *apiCall) (object, error) {
	c, err := s.target(call)
	if err != nil {
		return nil, err
	}
	from, to, next, err := cut(call.params, len(c.Members), listLimit)
	if err != nil {
		return nil, err
	}
	return object{"members": c.Members[from:to], "response_metadata": object{"next_cursor": next}}, nil
}

func (s *Server) conversationsOpen(call *apiCall) (object, error) {
	c := s.ws.directMessage(call.params.str("users"))
	if c == nil {
		return nil, slackError("user_not_found")
	}
	return object{"channel": object{"id": c.ID}}, nil
}

func (s *Server) conversationsList(call *apiCall) (object, error) {
	return s.listChannels(call, func(*channel) bool { return true })
}

func (s *Server) usersConversations(call *apiCall) (object, error) {
	user := call.params.str("user")
	if user == "" {
		user = botUserID
	}
	if s.ws.users[user] == nil {
		return nil, slackError("user_not_found")
	}
	o, err := s.listChannels(call, func(c *channel) bool { return c.HasMember(user) })
	if err != nil {
		return nil, err
	}
	list, _ := o["channels"].([]object)
	for _, c := range list { // it has only what the user is in, and does not say so
		delete(c, "is_member")
		delete(c, "num_members")
	}
	return o, nil
}

// listChannels pages through the channels of the asked types (public ones unless told otherwise).
func (s *Server) listChannels(call *apiCall, keep func(*channel) bool) (object, error) {
	types := call.params.str("types")
	if types == "" {
		types = "public_channel"
	}
	asked := strings.Split(strings.ReplaceAll(types, " ", ""), ",")
	for _, t := range asked {
		if !slices.Contains([]string{"public_channel", "private_channel", "mpim", "im"}, t) {
			return nil, slackError("invalid_types")
		}
	}
	var list []object
	for _, id := range s.ws.chOrder {
		c := s.ws.channels[id]
		kind := "public_channel"
		if c.IM {
			kind = "im"
		}
		if slices.Contains(asked, kind) && keep(c) {
			list = append(list, wireChannel(c))
		}
	}
	from, to, next, err := cut(call.params, len(list), listLimit)
	if err != nil {
		return nil, err
	}
	return object{"channels": append([]object{}, list[from:to]...), "response_metadata": object{"next_cursor": next}}, nil
}
