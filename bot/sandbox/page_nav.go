package sandbox

import "strings"

// nav draws the sidebar of one person.
func (p *page) nav(user User, current string, home bool) navView {
	app := p.server.options().AppName
	v := navView{Workspace: "Sandbox", Playbooks: p.server.options().Previews != nil, Initial: "S", Base: "/as/" + user.ID, App: appView{Name: app, URL: "/as/" + user.ID + "/home", Avatar: avatarOf(app), Connected: p.server.Connections() > 0, Current: home}}
	for _, c := range p.server.Channels() {
		if !c.HasMember(user.ID) {
			continue
		}
		i := navItem{ID: c.ID, Name: p.channelName(c), URL: channelURL(user.ID, c.ID), Shared: c.ExtShared, Current: c.ID == current}
		i.Unread, i.Mentions = p.unread(user.ID, c)
		if i.Current {
			i.Unread, i.Mentions = false, 0
		}
		if c.IM {
			i.Avatar = avatarOf(i.Name)
			v.Direct = append(v.Direct, i)
		} else {
			v.Channels = append(v.Channels, i)
		}
	}
	for _, u := range p.server.Users() {
		if u.Bot {
			continue
		}
		person := personOf(u, user.ID)
		person.URL = p.becomeURL(u.ID, current, home)
		if about := p.server.options().About; about != nil {
			person.About = about(u)
		}
		v.People = append(v.People, person)
	}
	return v
}

// becomeURL is the same place as somebody else sees it.
func (p *page) becomeURL(user, current string, home bool) string {
	if home {
		return "/as/" + user + "/home"
	}
	if c, ok := p.channel(current); ok && !c.IM && c.HasMember(user) {
		return channelURL(user, current)
	}
	if c, ok := p.firstChannel(user); ok {
		return channelURL(user, c.ID)
	}
	return "/as/" + user + "/home"
}

// unreadLook is how far back unread messages are counted.
const unreadLook = 50

// unread reports whether there is something new in a channel, and how often it mentions the person.
func (p *page) unread(user string, c Channel) (bool, int) {
	p.mu.Lock()
	last := p.read[user+" "+c.ID]
	p.mu.Unlock()
	found, mentions := false, 0
	for _, m := range p.server.messagesBefore(c.ID, "", unreadLook) {
		if m.User == user || !laterTS(m.TS, last) {
			continue
		}
		found = true
		if c.IM || strings.Contains(m.Text, "<@"+user+">") {
			mentions++
		}
	}
	return found, mentions
}

func (p *page) markRead(user, channel, ts string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if key := user + " " + channel; laterTS(ts, p.read[key]) {
		p.read[key] = ts
	}
}

func (p *page) tabs(user User, home bool) []tabView {
	tabs := []tabView{{Name: "Home", URL: "/as/" + user.ID + "/home", Current: home}}
	for _, c := range p.server.Channels() {
		if c.IM && c.With == user.ID {
			tabs = append(tabs, tabView{Name: "Messages", URL: channelURL(user.ID, c.ID), Current: !home})
		}
	}
	return tabs
}

// lastOlder redraws the top of the list from what the snapshot has just settled.
func (p *page) lastOlder(l *look, user User, channel Channel) olderView {
	_, more := p.visible(l, channel)
	return p.olderView(l, user, channel, more)
}

// olderView is the top of the list: a way to earlier messages, or the beginning of the channel with something to try.
func (p *page) olderView(l *look, user User, channel Channel, more bool) olderView {
	v := olderView{More: more, URL: lookURL(l, "older?from="+l.from), Name: p.channelName(channel), IM: channel.IM}
	if channel.IM {
		return v
	}
	if groups := p.samples(user.ID, channel); len(groups) > 0 {
		v.Starters = groups[0].Samples[:min(len(groups[0].Samples), 3)]
	}
	return v
}

// samples groups the messages on offer, in the order they were given.
func (p *page) samples(user string, here Channel) []sampleGroup {
	var groups []sampleGroup
	if here.IM {
		return groups
	}
	for _, s := range p.server.options().Samples {
		v := sampleView{ID: s.ID, Name: s.Name, Help: s.Help, Author: s.Author, Post: "/as/" + user + "/sample/" + here.ID, Vals: jsonVals(map[string]string{"id": s.ID})}
		if u, ok := p.user(s.Author); ok {
			v.Author = firstOf(u.RealName, u.Name)
		}
		if c, ok := p.sampleChannel(s, here); ok && c.ID != here.ID {
			v.Channel = c.Name
		}
		if len(groups) == 0 || groups[len(groups)-1].Name != s.Group {
			groups = append(groups, sampleGroup{Name: s.Group})
		}
		last := &groups[len(groups)-1]
		last.Samples = append(last.Samples, v)
	}
	return groups
}

// sampleChannel finds where a sample goes: the channel it names, by id or name, else the open one.
func (p *page) sampleChannel(s Sample, here Channel) (Channel, bool) {
	if s.Channel == "" {
		return here, true
	}
	for _, c := range p.server.Channels() {
		if c.ID == s.Channel || c.Name != "" && c.Name == s.Channel {
			return c, true
		}
	}
	return Channel{}, false
}
