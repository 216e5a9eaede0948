package sandbox

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"html/template"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// drawnAvatar is a square with initials; the tone keeps one person's colour the same everywhere.
type drawnAvatar struct {
	Initials string
	Tone     int // 0 to 7, a class of the stylesheet
}

func avatarOf(name string) drawnAvatar {
	var initials []rune
	for _, word := range strings.Fields(name) {
		if r, _ := utf8.DecodeRuneInString(word); len(initials) < 2 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			initials = append(initials, unicode.ToUpper(r))
		}
	}
	tone := fnv.New32a()
	_, _ = tone.Write([]byte(name)) // a hash never fails
	return drawnAvatar{Initials: string(initials), Tone: int(tone.Sum32()>>4) % 8}
}

// drawnMessage is a message ready for the templates.
type drawnMessage struct {
	DOM, TS     string
	AuthorID    string
	Author      string
	Role        string // what sets the author apart: a guest, another company
	Avatar      drawnAvatar
	App         bool
	Own         bool // written by the person looking: can be edited and deleted
	Ephemeral   bool
	Gone        bool
	Edited      bool
	Compact     bool   // goes on from the message above: no avatar, no name
	Day         string // heading above the first message of a day
	Replies     string // heading above the first reply in a thread
	Clock       string
	ShortTime   string
	ISO         string
	FullTime    string
	Text        template.HTML
	Raw         string // for the editor
	Blocks      []drawnBlock
	Attachments []drawnAttachment
	Files       []drawnFile
	Reactions   []drawnReaction
	Offered     []drawnReaction // to add with one click
	Thread      *drawnThread
	ReplyURL    string // address of the page with this thread open; empty where there can be none
	OpenThread  string // what fetches the thread pane
	Shortcuts   []drawnShortcut
	Change      string // what takes an edit
	Remove      string // what deletes
	Dismiss     string // what takes a private message away
	React       string // what adds a reaction, or takes it back
	Vals        string
}

type drawnReaction struct {
	Name, Symbol, Who string
	Count             int
	Mine              bool
	Vals              string
}

type drawnThread struct {
	URL, Open, Count, Last string
	Faces                  []drawnAvatar
}

type drawnShortcut struct {
	Name, App, CallbackID, Post, Vals string
}

// where is the list a message is drawn in.
type where struct {
	user     string
	channel  Channel
	inThread bool
	look     string // id of the open page
}

// neighbour is what a message needs to know of its place in the list.
type neighbour struct {
	compact bool
	newDay  bool
	replies int // on the first reply of an open thread: how many there are
}

// sameBurst is how long one author's messages count as one utterance, drawn without repeating the name.
const sameBurst = 5 * time.Minute

// neighbourOf compares a message with the one above it.
func neighbourOf(above *Message, m Message, zone *time.Location) neighbour {
	if above == nil {
		return neighbour{newDay: true}
	}
	n := neighbour{newDay: !sameDay(above.Time().In(zone), m.Time().In(zone))}
	sameAuthor := above.User == m.User && above.BotID == m.BotID && above.Username == m.Username
	n.compact = sameAuthor && !n.newDay && above.Ephemeral == m.Ephemeral && m.Time().Sub(above.Time()) < sameBurst
	return n
}

// messageDOM is the element id of a message, which may stand in the channel and in the thread pane at once.
func messageDOM(ts string, inThread bool) string {
	if inThread {
		return "t-" + strings.ReplaceAll(ts, ".", "-")
	}
	return "m-" + strings.ReplaceAll(ts, ".", "-")
}

// drawMessage turns a message into what the templates draw.
func (p *page) drawMessage(m Message, at where, n neighbour, names nameBook) drawnMessage {
	local := m.Time().In(names.Now.Location())
	d := drawnMessage{
		DOM: messageDOM(m.TS, at.inThread), TS: m.TS, AuthorID: firstOf(m.User, m.BotID), Ephemeral: m.Ephemeral, Gone: m.Deleted,
		Edited:  m.Edited && m.BotID == "", // an app brings its card up to date all the time: no news
		Compact: n.compact, Clock: local.Format("3:04 PM"), ShortTime: local.Format("3:04"), ISO: local.Format(time.RFC3339),
		FullTime: local.Format("Monday, January 2, 2006 at 3:04:05 PM"),
		Own:      m.User == at.user && m.BotID == "" && !m.Ephemeral && !m.Deleted,
	}
	switch {
	case n.replies > 0:
		d.Replies = plural(n.replies, "reply", "replies")
	case n.newDay && !at.inThread:
		day := dayWords(local, names.Now, "Monday, January 2")
		d.Day = strings.ToUpper(day[:1]) + day[1:]
	}
	p.drawAuthor(&d, m)
	base := "/as/" + at.user
	s := surface{Names: names, Prefix: d.DOM, Press: base + "/press/" + at.channel.ID + "/" + m.TS, State: enteredValues(m.State)}
	d.Blocks = drawBlocks(m.Blocks, s, nil)
	d.Attachments = drawAttachments(m.Attachments, s)
	d.Files = drawFiles(m.Files)
	if len(d.Blocks) == 0 {
		d.Text = mrkdwnHTML(m.Text, names)
	}
	d.Reactions = p.drawReactions(m, at.user)
	if m.Ephemeral {
		d.Dismiss = base + "/dismiss"
	} else {
		p.drawReplies(&d, m, at, names.Now)
		d.React = base + "/react"
		d.Offered = offeredReactions(m)
	}
	d.Vals = jsonVals(map[string]string{"channel": at.channel.ID, "ts": m.TS})
	if d.Own {
		d.Change, d.Remove, d.Raw = base+"/edit", base+"/delete", typedText(m.Text, names)
	}
	if !m.Ephemeral && !m.Deleted {
		for _, sc := range p.server.options().Shortcuts {
			vals := jsonVals(map[string]string{"channel": at.channel.ID, "ts": m.TS, "callback_id": sc.CallbackID})
			d.Shortcuts = append(d.Shortcuts, drawnShortcut{Name: sc.Name, App: p.server.options().AppName, CallbackID: sc.CallbackID, Post: base + "/shortcut", Vals: vals})
		}
	}
	return d
}

// drawAuthor fills in who wrote the message.
func (p *page) drawAuthor(d *drawnMessage, m Message) {
	u, known := p.user(m.User)
	d.Author = firstOf(m.Username, u.RealName, u.Name, slackName(m.User), "Unknown app")
	d.App = m.BotID != "" || u.Bot
	d.Avatar = avatarOf(d.Author)
	switch {
	case !known:
	case u.Stranger:
		d.Role = "another company"
	case u.Restricted:
		d.Role = "guest"
	}
}

// slackName is what an author is called who is nobody of the workspace: Slack itself, or an id.
func slackName(id string) string {
	if id == slackbotID {
		return "Slackbot"
	}
	return id
}

func (p *page) drawReactions(m Message, user string) []drawnReaction {
	var drawn []drawnReaction
	for name, who := range m.Reactions {
		if len(who) == 0 {
			continue
		}
		r := drawnReaction{Name: name, Symbol: firstOf(emojiSymbol(name), ":"+name+":"), Count: len(who), Mine: slices.Contains(who, user)}
		r.Vals = jsonVals(map[string]string{"channel": m.Channel, "ts": m.TS, "emoji": name})
		var people []string
		for _, id := range who {
			u, _ := p.user(id)
			people = append(people, firstOf(u.RealName, u.Name, id))
		}
		r.Who = strings.Join(people, ", ")
		drawn = append(drawn, r)
	}
	slices.SortFunc(drawn, func(a, b drawnReaction) int { return strings.Compare(a.Name, b.Name) })
	return drawn
}

// offeredReactions are the ones the toolbar has, as Slack's has the most used.
func offeredReactions(m Message) []drawnReaction {
	var offered []drawnReaction
	for _, name := range []string{"white_check_mark", "eyes", "raised_hands", "+1", "pray", "thinking_face"} {
		vals := jsonVals(map[string]string{"channel": m.Channel, "ts": m.TS, "emoji": name})
		offered = append(offered, drawnReaction{Name: name, Symbol: emojiSymbol(name), Vals: vals})
	}
	return offered
}

// drawReplies fills in the thread's summary and the way into it.
func (p *page) drawReplies(d *drawnMessage, m Message, at where, now time.Time) {
	if at.inThread {
		return
	}
	d.ReplyURL = channelURL(at.user, at.channel.ID) + "?thread=" + url.QueryEscape(m.TS)
	d.OpenThread = "/as/" + at.user + "/look/" + at.look + "/thread?ts=" + url.QueryEscape(m.TS)
	if m.ReplyCount == 0 {
		return
	}
	t := &drawnThread{URL: d.ReplyURL, Open: d.OpenThread, Count: plural(m.ReplyCount, "reply", "replies")}
	if m.LatestReply != "" {
		last := timeOfTS(m.LatestReply).In(now.Location())
		t.Last = "Last reply " + dayWords(last, now, "Jan 2") + " at " + last.Format("3:04 PM")
	}
	for _, id := range m.ReplyUsers[:min(len(m.ReplyUsers), 3)] {
		u, _ := p.user(id)
		t.Faces = append(t.Faces, avatarOf(firstOf(u.RealName, u.Name, id)))
	}
	d.Thread = t
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// jsonVals is a set of values as htmx takes them in hx-vals.
func jsonVals(v map[string]string) string {
	raw, err := json.Marshal(v)
	if err != nil { // strings always marshal
		return "{}"
	}
	return string(raw)
}

// typedText is what a person would have typed to get the text: mentions as @handle and #channel, nothing escaped.
func typedText(wire string, names nameBook) string {
	var pairs []string
	for id, handle := range names.Handles {
		pairs = append(pairs, "<@"+id+">", "@"+handle)
	}
	for id, name := range names.Channels {
		pairs = append(pairs, "<#"+id+"|"+name+">", "#"+name)
	}
	for _, word := range []string{"here", "channel", "everyone"} {
		pairs = append(pairs, "<!"+word+">", "@"+word)
	}
	pairs = append(pairs, "<http", "http") // addresses lose their brackets below
	text := strings.NewReplacer(pairs...).Replace(wire)
	return unescape(strings.ReplaceAll(text, ">", ""))
}
