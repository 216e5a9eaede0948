package sandbox

import "html/template"

// What the templates take. Every address in them is one of ours.
type (
	pageView struct {
		Title, Kind, Live string
		Me                personView
		Nav               navView
		Channel           channelView
		Tabs              []tabView
		Notice            string
		Items             template.HTML
		Older             olderView
		Samples           []sampleGroup
		Maker             *makerView
		Tour              template.HTML
		TourPost          string // where to begin it anew
		Composer          composerView
		Thread            *threadView
		Modal             *modalView
		Home              homeView
	}
	personView struct {
		ID, Name, Handle, Title, URL string
		About                        string // what the person may do
		Avatar                       drawnAvatar
		Me                           bool
	}
	navView struct {
		Playbooks          bool // there are some to look at
		Workspace, Initial string
		Base               string // "/as/U0ANA": where what this person does is sent
		App                appView
		Channels, Direct   []navItem
		People             []personView
	}
	appView struct {
		Name, URL          string
		Avatar             drawnAvatar
		Connected, Current bool
	}
	navItem struct {
		ID, Name, URL           string
		Avatar                  drawnAvatar
		Shared, Unread, Current bool
		Mentions                int
	}
	channelView struct {
		ID, Name, About string
		IM              bool
	}
	tabView struct {
		Name, URL string
		Current   bool
	}
	olderView struct {
		More      bool
		URL, Name string
		IM        bool
		Starters  []sampleView
	}
	sampleGroup struct {
		Name    string
		Samples []sampleView
	}
	sampleView struct {
		ID, Name, Help, Author, Channel, Post, Vals string
	}
	composerView struct {
		ID, Post, Thread, Label string
		Commands                []Command
		People                  []personView
	}
	threadView struct {
		TS, Where, Close, CloseURL string
		Items                      template.HTML
		Composer                   composerView
	}
	modalView struct {
		ID, CallbackID, Title, Submit, Cancel string
		SubmitURL, CancelURL, Vals            string
		App                                   drawnAvatar
		Blocks                                []drawnBlock
	}
	homeView struct {
		ID, App string
		Blocks  []drawnBlock
	}
)

func (p *page) channelPage(user User, channel Channel, l *look) pageView {
	l.mu.Lock()
	defer l.mu.Unlock()
	p.catchUp(l)
	l.sent = p.snapshot(l)
	name := p.channelName(channel)
	v := pageView{
		Title: name + " · " + p.server.options().AppName + " sandbox", Kind: "channel", Live: lookURL(l, "live"), Me: personOf(user, user.ID), Nav: p.nav(user, channel.ID, false),
		Channel: channelView{ID: channel.ID, Name: name, IM: channel.IM, About: p.about(channel)}, Notice: p.notice(channel),
		Items: joined(l.sent.lists["messages"]), Older: p.lastOlder(l, user, channel), Samples: p.samples(user.ID, channel), Maker: p.maker(user.ID, channel), Tour: l.sent.regions["tour"],
		Composer: p.composer("composer", user, channel, ""), Modal: p.modal(user),
	}
	if !channel.IM {
		v.Title = "#" + v.Title
	} else {
		v.Tabs = p.tabs(user, false)
	}
	if l.thread != "" {
		v.Thread = p.thread(l, user, channel)
	}
	if len(p.server.options().Tour) > 0 {
		v.TourPost = "/as/" + user.ID + "/tour"
	}
	return v
}

func (p *page) homePage(user User, l *look) pageView {
	l.mu.Lock()
	defer l.mu.Unlock()
	p.catchUp(l)
	l.sent = p.snapshot(l)
	return pageView{
		Title: p.server.options().AppName + " · Home", Kind: "home", Live: lookURL(l, "live"), Me: personOf(user, user.ID), Nav: p.nav(user, "", true),
		Tabs: p.tabs(user, true), Notice: p.notice(Channel{IM: true}), Home: p.homeView(user), Modal: p.modal(user), Tour: l.sent.regions["tour"],
	}
}

func lookURL(l *look, what string) string { return "/as/" + l.user + "/look/" + l.id + "/" + what }

func personOf(u User, me string) personView {
	name := firstOf(u.RealName, u.Name, u.ID)
	return personView{ID: u.ID, Name: name, Handle: u.Name, Title: u.Title, Avatar: avatarOf(name), Me: u.ID == me}
}

// names is what texts are drawn with for one person.
func (p *page) names(user User) nameBook {
	n := nameBook{Me: user.ID, Users: map[string]string{}, Handles: map[string]string{}, Channels: map[string]string{}, Groups: map[string]string{"S0LEADS": "leads"}, Now: p.server.now().Local()}
	for _, u := range p.server.Users() {
		n.Users[u.ID], n.Handles[u.ID] = firstOf(u.RealName, u.Name), u.Name
	}
	for _, c := range p.server.Channels() {
		if !c.IM {
			n.Channels[c.ID] = c.Name
		}
	}
	return n
}

func (p *page) channelName(c Channel) string {
	if c.IM {
		return p.server.options().AppName
	}
	return c.Name
}

func (p *page) about(c Channel) string {
	switch {
	case c.IM:
		return "Direct messages with the app"
	case c.ExtShared:
		return plural(len(c.Members), "member", "members") + " · shared with another company"
	default:
		return plural(len(c.Members), "member", "members")
	}
}

// notice says what keeps the app from answering here; empty if nothing does.
func (p *page) notice(c Channel) string {
	app := p.server.options().AppName
	switch {
	case p.server.Connections() == 0:
		return app + " is not connected, so it can’t answer. As soon as it is running, this notice goes."
	case !c.IM && !c.HasMember(botUserID):
		return app + " is not in this channel. To add it, send: /invite @" + app
	}
	return ""
}

func (p *page) composer(id string, user User, channel Channel, thread string) composerView {
	label := "Message #" + channel.Name
	if channel.IM {
		label = "Message " + p.channelName(channel)
	}
	v := composerView{ID: id, Post: "/as/" + user.ID + "/say/" + channel.ID, Thread: thread, Label: label}
	if thread != "" {
		v.Label = "Reply…"
	} else {
		v.Commands = append(v.Commands, p.server.options().Commands...)
		v.Commands = append(v.Commands, Command{Name: "/invite", Hint: "@" + p.server.options().AppName, Description: "Add the app to this channel"})
	}
	for _, u := range p.server.Users() {
		v.People = append(v.People, personOf(u, user.ID))
	}
	return v
}

// thread is the pane of the look's open thread. The caller holds l.mu and has just taken a snapshot.
func (p *page) thread(l *look, user User, channel Channel) *threadView {
	place := "#" + channel.Name
	if channel.IM {
		place = p.channelName(channel)
	}
	return &threadView{
		TS: l.thread, Where: place, Items: joined(l.sent.lists["thread-messages"]), Close: lookURL(l, "thread"),
		CloseURL: channelURL(user.ID, channel.ID), Composer: p.composer("thread-composer", user, channel, l.thread),
	}
}

func (p *page) homeView(user User) homeView {
	v, _ := p.server.Home(user.ID)
	s := surface{Names: p.names(user), Prefix: "home", Press: "/as/" + user.ID + "/press-home", State: enteredValues(v.State)}
	return homeView{ID: v.ID, App: p.server.options().AppName, Blocks: drawBlocks(v.Blocks, s, nil)}
}

// modal is the top of the person's stack of forms; nil if none is open.
func (p *page) modal(user User) *modalView {
	v, ok := p.server.Modal(user.ID)
	if !ok {
		return nil
	}
	base := "/as/" + user.ID
	s := surface{Names: p.names(user), Prefix: "modal-" + v.ID, Press: base + "/press-modal", Modal: true, State: enteredValues(v.State)}
	return &modalView{
		ID: v.ID, CallbackID: v.CallbackID, Title: plainWords(v.Title), Submit: plainWords(v.Submit), Cancel: plainWords(firstOf(v.Close, "Cancel")),
		SubmitURL: base + "/submit", CancelURL: base + "/cancel", Vals: jsonVals(map[string]string{"view": v.ID}),
		App: avatarOf(p.server.options().AppName), Blocks: drawBlocks(v.Blocks, s, v.Errors),
	}
}

func (p *page) modalHTML(user User) template.HTML {
	v := p.modal(user)
	if v == nil {
		return ""
	}
	return p.html("modal", v)
}
