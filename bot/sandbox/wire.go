package sandbox

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// wireMessage is a message as the Web API and events show it.
func (s *Server) wireMessage(m *Message, withMetadata bool) object {
	o := object{"type": "message", "ts": m.TS, "text": m.Text, "team": teamID}
	for name, value := range m.Extra {
		o[name] = value
	}
	for name, value := range map[string]string{
		"user": m.User, "bot_id": m.BotID, "app_id": m.AppID, "username": m.Username, "subtype": m.Subtype, "thread_ts": m.ThreadTS,
	} {
		if value != "" {
			o[name] = value
		}
	}
	for name, raw := range map[string]json.RawMessage{"blocks": m.Blocks, "attachments": m.Attachments, "files": m.Files} {
		if !empty(raw) {
			o[name] = raw
		}
	}
	if withMetadata && !empty(m.Metadata) {
		o["metadata"] = m.Metadata
	}
	s.wireAuthor(o, m)
	if m.Edited {
		o["edited"] = object{"user": m.EditedBy, "ts": m.EditedTS}
	}
	if m.IsReply() {
		if root := s.ws.find(m.Channel, m.ThreadTS); root != nil {
			o["parent_user_id"] = root.author()
			if m.Subtype == "thread_broadcast" {
				o["root"] = s.wireMessage(root, false)
			}
		}
	}
	if m.ReplyCount > 0 {
		o["reply_count"], o["reply_users_count"], o["latest_reply"] = m.ReplyCount, len(m.ReplyUsers), m.LatestReply
		o["reply_users"], o["is_locked"], o["subscribed"] = m.ReplyUsers, false, false
	}
	if len(m.Reactions) > 0 {
		o["reactions"] = wireReactions(m.Reactions)
	}
	return o
}

// wireAuthor adds what depends on who wrote it: a bot's profile, or a person's rich text and other team.
func (s *Server) wireAuthor(o object, m *Message) {
	if m.BotID != "" {
		if name := s.ws.apps[m.BotID]; name != "" && m.Subtype != "bot_message" {
			profile := s.wireBot(m.BotID)
			profile["team_id"] = teamID
			o["bot_profile"] = profile
		}
		return
	}
	u := s.ws.users[m.User]
	if u == nil {
		return
	}
	if m.Subtype == "" && empty(m.Blocks) && m.Text != "" {
		o["blocks"] = richText("rt"+strings.ReplaceAll(m.TS, ".", ""), m.Text)
	}
	if m.Subtype == "" {
		o["client_msg_id"] = "c" + m.TS
	}
	if u.TeamID != teamID {
		o["team"], o["user_team"], o["source_team"], o["user_profile"] = u.TeamID, u.TeamID, u.TeamID, object{"real_name": u.RealName, "team": u.TeamID}
	}
}

// richText is what Slack's composer makes of typed text: one section, mentions and links apart.
func richText(blockID, text string) []object {
	plain := strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
	var parts []object
	add := func(s string) {
		if s != "" {
			parts = append(parts, object{"type": "text", "text": plain.Replace(s)})
		}
	}
	for {
		before, rest, ok := strings.Cut(text, "<")
		token, after, closed := strings.Cut(rest, ">")
		if !ok || !closed || token == "" {
			add(text)
			break
		}
		add(before)
		target, label, _ := strings.Cut(token[1:], "|")
		switch token[0] {
		case '@':
			parts = append(parts, object{"type": "user", "user_id": target})
		case '#':
			parts = append(parts, object{"type": "channel", "channel_id": target})
		case '!':
			parts = append(parts, object{"type": "broadcast", "range": target})
		default:
			link := object{"type": "link", "url": plain.Replace(token[:1] + target)}
			if label != "" {
				link["text"] = plain.Replace(label)
			}
			parts = append(parts, link)
		}
		text = after
	}
	section := object{"type": "rich_text_section", "elements": parts}
	return []object{{"type": "rich_text", "block_id": blockID, "elements": []object{section}}}
}

func wireReactions(reactions map[string][]string) []object {
	var out []object
	for _, name := range keysOf(reactions) {
		out = append(out, object{"name": name, "users": reactions[name], "count": len(reactions[name])})
	}
	return out
}

func keysOf[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// wireBot is what messages and bots.info both say of an app's bot.
func (s *Server) wireBot(id string) object {
	o := object{"id": id, "name": s.ws.apps[id], "deleted": false, "updated": 1700000000, "app_id": "A" + strings.TrimPrefix(id, "B"),
		"icons": object{"image_36": "", "image_48": "", "image_72": ""}}
	if id == botID {
		o["app_id"] = appID
	}
	return o
}

func wireUser(u *User) object {
	return object{
		"id": u.ID, "team_id": u.TeamID, "name": u.Name, "real_name": u.RealName, "deleted": false, "color": "4bbe2e",
		"tz": "Europe/Amsterdam", "tz_label": "Central European Time", "tz_offset": 3600,
		"profile":  object{"real_name": u.RealName, "display_name": u.Name, "title": u.Title, "team": u.TeamID},
		"is_admin": false, "is_owner": false, "is_primary_owner": false, "is_restricted": u.Restricted, "is_ultra_restricted": false,
		"is_bot": u.Bot, "is_app_user": false, "is_stranger": u.Stranger, "updated": 1700000000,
	}
}

func wireChannel(c *channel) object {
	if c.IM {
		return object{"id": c.ID, "created": 1700000000, "is_im": true, "is_org_shared": false, "user": c.With, "is_user_deleted": false, "priority": 0}
	}
	return object{
		"id": c.ID, "name": c.Name, "name_normalized": c.Name, "created": 1700000000, "creator": "U0LEO", "updated": 1700000000000,
		"is_channel": true, "is_group": false, "is_im": false, "is_mpim": false, "is_private": false, "is_archived": false, "is_general": c.Name == "general",
		"is_shared": c.ExtShared, "is_ext_shared": c.ExtShared, "is_org_shared": false, "is_pending_ext_shared": false, "unlinked": 0,
		"is_member": c.HasMember(botUserID), "num_members": len(c.Members), "context_team_id": teamID,
		"topic": object{"value": "", "creator": "", "last_set": 0}, "purpose": object{"value": "", "creator": "", "last_set": 0},
	}
}

func plainText(s string) any {
	if s == "" {
		return nil
	}
	return object{"type": "plain_text", "text": s, "emoji": true}
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func wireView(v *View) object {
	o := object{
		"id": v.ID, "team_id": teamID, "type": v.Type, "blocks": v.Blocks, "private_metadata": v.PrivateMetadata, "callback_id": v.CallbackID,
		"state": object{"values": cloneState(v.State)}, "hash": v.Hash, "title": plainText(v.Title), "clear_on_close": v.ClearOnClose, "notify_on_close": v.NotifyOnClose,
		"close": plainText(v.Close), "submit": plainText(v.Submit), "previous_view_id": orNull(v.PreviousViewID), "root_view_id": v.RootViewID,
		"app_id": appID, "external_id": v.ExternalID, "app_installed_team_id": teamID, "bot_id": botID,
	}
	if v.Type == "home" {
		o["title"] = object{"type": "plain_text", "text": "View Title", "emoji": true}
	}
	return o
}
