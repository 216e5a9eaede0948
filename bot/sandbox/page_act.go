package sandbox

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// actor finds who acts; it has answered when it returns false.
func (p *page) actor(w http.ResponseWriter, r *http.Request) (User, bool) {
	user, ok := p.user(r.PathValue("user"))
	if !ok || user.Bot {
		p.problem(w, "Nobody of that name is in this workspace. Reload the page, please.")
		return User{}, false
	}
	if err := r.ParseForm(); err != nil {
		p.problem(w, "That was too much at once. Shorten it, please.")
		return User{}, false
	}
	return user, true
}

// done answers an action: nothing, as the stream shows what came of it, or what went wrong.
func (p *page) done(w http.ResponseWriter, err error) {
	if err != nil {
		p.problem(w, sentence(err.Error()))
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// problem shows the person what went wrong, without touching the rest of the page.
func (p *page) problem(w http.ResponseWriter, what string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusUnprocessableEntity)
	p.send(w, p.toast(what))
}

func sentence(s string) string {
	s = strings.TrimPrefix(s, "sandbox: ")
	if s == "" {
		return s
	}
	s = strings.ToUpper(s[:1]) + s[1:]
	if !strings.ContainsAny(s[len(s)-1:], ".!?") {
		s += "."
	}
	return s
}

func (p *page) say(w http.ResponseWriter, r *http.Request) {
	user, ok := p.actor(w, r)
	if !ok {
		return
	}
	text := strings.TrimSpace(strings.ReplaceAll(r.PostFormValue("text"), "\r\n", "\n"))
	if text == "" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	p.done(w, p.server.Type(user.ID, r.PathValue("channel"), safeQuery(r.PostForm, "thread"), text))
}

func (p *page) edit(w http.ResponseWriter, r *http.Request) {
	channel, ts, ok := p.own(w, r)
	if !ok {
		return
	}
	text := strings.TrimSpace(strings.ReplaceAll(r.PostFormValue("text"), "\r\n", "\n"))
	if text == "" {
		p.problem(w, "Write something, or delete the message.")
		return
	}
	p.done(w, p.server.Edit(channel, ts, text))
}

func (p *page) remove(w http.ResponseWriter, r *http.Request) {
	if channel, ts, ok := p.own(w, r); ok {
		p.done(w, p.server.Delete(channel, ts))
	}
}

// own finds the message of a request and makes sure that it is the person's.
func (p *page) own(w http.ResponseWriter, r *http.Request) (channel, ts string, ok bool) {
	user, ok := p.actor(w, r)
	if !ok {
		return "", "", false
	}
	channel, ts = r.PostFormValue("channel"), safeQuery(r.PostForm, "ts")
	m, found := p.server.message(user.ID, channel, ts)
	if !found || m.User != user.ID {
		p.problem(w, "Only the author can change that message.")
		return "", "", false
	}
	return channel, ts, true
}

func (p *page) dismiss(w http.ResponseWriter, r *http.Request) {
	if user, ok := p.actor(w, r); ok {
		p.server.Dismiss(user.ID, safeQuery(r.PostForm, "ts"))
		p.done(w, nil)
	}
}

func (p *page) react(w http.ResponseWriter, r *http.Request) {
	if user, ok := p.actor(w, r); ok {
		p.done(w, p.server.React(user.ID, r.PostFormValue("channel"), safeQuery(r.PostForm, "ts"), r.PostFormValue("emoji")))
	}
}

func (p *page) postSample(w http.ResponseWriter, r *http.Request) {
	user, ok := p.actor(w, r)
	if !ok {
		return
	}
	samples := p.server.options().Samples
	i := slices.IndexFunc(samples, func(s Sample) bool { return s.ID == r.PostFormValue("id") })
	here, found := p.channel(r.PathValue("channel"))
	if i < 0 || !found || !here.HasMember(user.ID) {
		p.problem(w, "That sample is not there any more. Reload the page, please.")
		return
	}
	to, found := p.sampleChannel(samples[i], here)
	if !found {
		p.problem(w, "The sample’s channel “"+samples[i].Channel+"” is not in this workspace.")
		return
	}
	_, err := p.server.Post(to.ID, samples[i].Author, samples[i].Message)
	p.done(w, err)
}

func (p *page) shortcut(w http.ResponseWriter, r *http.Request) {
	if user, ok := p.actor(w, r); ok {
		p.done(w, p.server.Shortcut(user.ID, r.PostFormValue("callback_id"), r.PostFormValue("channel"), safeQuery(r.PostForm, "ts")))
	}
}

func (p *page) pressMessage(w http.ResponseWriter, r *http.Request) {
	p.press(w, r, pressAt{Surface: "message", Channel: r.PathValue("channel"), TS: r.PathValue("ts")})
}

func (p *page) pressHome(w http.ResponseWriter, r *http.Request) {
	p.press(w, r, pressAt{Surface: "home"})
}

func (p *page) pressModal(w http.ResponseWriter, r *http.Request) {
	p.press(w, r, pressAt{Surface: "modal"})
}

// press sends on what was pressed or chosen: a button brings its value along, a field is looked up in the form.
func (p *page) press(w http.ResponseWriter, r *http.Request, at pressAt) {
	user, ok := p.actor(w, r)
	if !ok {
		return
	}
	at.User, at.BlockID, at.ActionID = user.ID, r.PostFormValue("block_id"), r.PostFormValue("action_id")
	if r.PostForm.Has("value") {
		at.Values = []string{r.PostFormValue("value")}
	} else {
		at.Values = nonEmpty(r.PostForm[fieldName(at.BlockID, at.ActionID)])
	}
	at.Entered = entered(r)
	p.done(w, p.server.pressElement(at))
}

// entered collects the fields of a form as [Server.Submit] takes them: "block_id/action_id", choices on lines of their own.
func entered(r *http.Request) map[string]string {
	values := map[string]string{}
	for name, given := range r.PostForm {
		if blockID, actionID, ok := parseField(name); ok {
			values[blockID+"/"+actionID] = strings.ReplaceAll(strings.Join(nonEmpty(given), "\n"), "\r\n", "\n")
		}
	}
	return values
}

func nonEmpty(values []string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(s string) bool { return s == "" })
}

func (p *page) submit(w http.ResponseWriter, r *http.Request) {
	user, ok := p.actor(w, r)
	if !ok || !p.sameModal(w, r, user) {
		return
	}
	_, err := p.server.Submit(user.ID, entered(r))
	p.done(w, err)
}

func (p *page) cancel(w http.ResponseWriter, r *http.Request) {
	user, ok := p.actor(w, r)
	if !ok || !p.sameModal(w, r, user) {
		return
	}
	p.done(w, p.server.Cancel(user.ID))
}

// sameModal makes sure that the form in the browser is the one on top of the person's stack.
func (p *page) sameModal(w http.ResponseWriter, r *http.Request, user User) bool {
	v, open := p.server.Modal(user.ID)
	if open && v.ID == r.PostFormValue("view") {
		return true
	}
	p.problem(w, "That form has been closed since.")
	return false
}

// toast is a short note at the foot of the page.
func (p *page) toast(what string) []byte {
	var out strings.Builder
	w := &textWriter{}
	w.text(what)
	out.WriteString(`<hx-partial hx-target="#toast" hx-swap="innerHTML"><p class="toast">` + w.String() + `</p></hx-partial>`)
	return []byte(out.String())
}

// safeQuery keeps a timestamp that came in an address to digits and a dot.
func safeQuery(v url.Values, key string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) || r == '.' {
			return r
		}
		return -1
	}, v.Get(key))
}
