package sandbox

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"regexp"
	"sync"
	"time"
)

//go:embed templates/*.html
var templateFiles embed.FS

// static/htmx holds htmx 4.0.1 and its SSE extension as npm's htmx.org ships them, with their licence (0BSD).
//
//go:embed static
var staticFiles embed.FS

// page is Slack's client in the browser: it shows a person what the workspace holds and does what they do.
// It knows the workspace only by the server's own calls, as a client would.
type page struct {
	server    *Server
	templates *template.Template
	mux       *http.ServeMux
	secrets   *regexp.Regexp // what the inspector must not show

	mu    sync.Mutex
	read  map[string]string // user and channel to the ts read last
	looks map[string]*look
	order []string // ids of looks, oldest first
	count int
	tour  tour
}

// maxLooks bounds the open pages that are kept up to date; the oldest goes first and reloads itself if still open.
const maxLooks = 64

// newPage makes the handler of everything that is not Slack's API: the page at /, its fragments and its files.
func newPage(s *Server) (http.Handler, error) {
	templates, err := template.ParseFS(templateFiles, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("read the page's templates: %w", err)
	}
	script, err := htmxScript()
	if err != nil {
		return nil, err
	}
	static, err := fs.Sub(staticFiles, "static")
	if err != nil {
		return nil, fmt.Errorf("read the page's files: %w", err)
	}
	p := &page{server: s, templates: templates, mux: http.NewServeMux(), secrets: secrets(), read: map[string]string{}, looks: map[string]*look{}}
	p.mux.HandleFunc("GET /{$}", p.start)
	p.mux.HandleFunc("GET /static/htmx.js", func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "htmx.js", time.Time{}, bytes.NewReader(script))
	})
	p.mux.Handle("GET /static/", http.StripPrefix("/static/", http.FileServerFS(static)))
	p.mux.HandleFunc("GET /as/{user}/home", p.showHome)
	p.mux.HandleFunc("GET /as/{user}/c/{channel}", p.showChannel)
	p.mux.HandleFunc("GET /as/{user}/look/{look}/live", p.live)
	p.mux.HandleFunc("GET /as/{user}/look/{look}/older", p.older)
	p.mux.HandleFunc("GET /as/{user}/look/{look}/thread", p.openThread)
	p.mux.HandleFunc("POST /as/{user}/say/{channel}", p.say)
	p.mux.HandleFunc("POST /as/{user}/sample/{channel}", p.postSample)
	p.mux.HandleFunc("POST /as/{user}/make/{channel}", p.postMade)
	p.mux.HandleFunc("POST /as/{user}/tour", p.showTour)
	p.mux.HandleFunc("POST /as/{user}/edit", p.edit)
	p.mux.HandleFunc("POST /as/{user}/delete", p.remove)
	p.mux.HandleFunc("POST /as/{user}/dismiss", p.dismiss)
	p.mux.HandleFunc("POST /as/{user}/react", p.react)
	p.mux.HandleFunc("POST /as/{user}/shortcut", p.shortcut)
	p.mux.HandleFunc("POST /as/{user}/press/{channel}/{ts}", p.pressMessage)
	p.mux.HandleFunc("POST /as/{user}/press-home", p.pressHome)
	p.mux.HandleFunc("POST /as/{user}/press-modal", p.pressModal)
	p.mux.HandleFunc("POST /as/{user}/submit", p.submit)
	p.mux.HandleFunc("POST /as/{user}/cancel", p.cancel)
	p.labRoutes()
	p.inspectRoutes()
	p.previewRoutes()
	return p, nil
}

// ServeHTTP adds the headers that keep the page to itself: nothing is loaded from, or shown inside, anything else.
func (p *page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	p.mux.ServeHTTP(w, r)
}

func (p *page) start(w http.ResponseWriter, r *http.Request) {
	for _, u := range p.server.Users() {
		if u.Bot {
			continue
		}
		if c, ok := p.firstChannel(u.ID); ok {
			http.Redirect(w, r, channelURL(u.ID, c.ID), http.StatusSeeOther)
			return
		}
	}
	p.lost(w, "This workspace has nobody in it.")
}

func (p *page) showChannel(w http.ResponseWriter, r *http.Request) {
	user, channel, ok := p.visitor(w, r)
	if !ok {
		return
	}
	l := p.openLook(user.ID, channel.ID, r.URL.Query().Get("thread"), wantsTour(r))
	p.write(w, "page", p.channelPage(user, channel, l))
}

func (p *page) showHome(w http.ResponseWriter, r *http.Request) {
	user, ok := p.user(r.PathValue("user"))
	if !ok || user.Bot {
		p.lost(w, "Nobody of that name is in this workspace.")
		return
	}
	if err := p.server.OpenHome(user.ID); err != nil {
		p.server.options().Log.Info("the page could not report App Home as opened", "user", user.ID, "err", err)
	}
	p.write(w, "page", p.homePage(user, p.openLook(user.ID, "", "", wantsTour(r))))
}

// visitor finds the person and the channel of a request; it has answered when it returns false.
func (p *page) visitor(w http.ResponseWriter, r *http.Request) (User, Channel, bool) {
	user, ok := p.user(r.PathValue("user"))
	if !ok || user.Bot {
		p.lost(w, "Nobody of that name is in this workspace.")
		return User{}, Channel{}, false
	}
	channel, ok := p.channel(r.PathValue("channel"))
	if ok && channel.HasMember(user.ID) {
		return user, channel, true
	}
	if first, found := p.firstChannel(user.ID); found && r.Method == http.MethodGet {
		http.Redirect(w, r, channelURL(user.ID, first.ID), http.StatusSeeOther)
		return User{}, Channel{}, false
	}
	p.lost(w, user.RealName+" can't see that channel.")
	return User{}, Channel{}, false
}

// write sends a whole page; a template that fails is a fault of ours and leaves nothing half written.
func (p *page) write(w http.ResponseWriter, name string, content any) {
	var out bytes.Buffer
	if err := p.templates.ExecuteTemplate(&out, name, content); err != nil {
		p.server.options().Log.Error("the page could not be drawn", "template", name, "err", err)
		http.Error(w, "This page could not be drawn. The sandbox's log says why.", http.StatusInternalServerError)
		return
	}
	p.send(w, out.Bytes())
}

func (p *page) send(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if _, err := w.Write(body); err != nil {
		p.server.options().Log.Debug("the browser went away", "err", err)
	}
}

func (p *page) lost(w http.ResponseWriter, why string) {
	w.WriteHeader(http.StatusNotFound)
	p.write(w, "lost", why)
}

// html draws a fragment. A failing template shows up where the fragment would have been, and in the log.
func (p *page) html(name string, content any) template.HTML {
	var out bytes.Buffer
	if err := p.templates.ExecuteTemplate(&out, name, content); err != nil {
		p.server.options().Log.Error("a part of the page could not be drawn", "template", name, "err", err)
		return `<p class="unknown">This part could not be drawn. The sandbox's log says why.</p>`
	}
	return template.HTML(out.String())
}

func (p *page) user(id string) (User, bool) {
	for _, u := range p.server.Users() {
		if u.ID == id {
			return u, true
		}
	}
	return User{}, false
}

func (p *page) channel(id string) (Channel, bool) {
	for _, c := range p.server.Channels() {
		if c.ID == id {
			return c, true
		}
	}
	return Channel{}, false
}

func (p *page) firstChannel(user string) (Channel, bool) {
	for _, c := range p.server.Channels() {
		if !c.IM && c.HasMember(user) {
			return c, true
		}
	}
	return Channel{}, false
}

func channelURL(user, channel string) string { return "/as/" + user + "/c/" + channel }

// htmxScript is htmx and its SSE extension in one: htmx starts by itself as soon
// as it may, and a page on which it did before the extension was there would
// never hear of anything.
func htmxScript() ([]byte, error) {
	var both []byte
	for _, name := range []string{"static/htmx/htmx.min.js", "static/htmx/hx-sse.min.js"} {
		b, err := staticFiles.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("reading the page's scripts: %w", err)
		}
		both = append(append(both, b...), ";\n"...)
	}
	return both, nil
}
