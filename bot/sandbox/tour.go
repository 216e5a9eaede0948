package sandbox

import (
	"html/template"
	"net/http"
)

// TourStep is one step of the tour that the page gives to whoever is new.
type TourStep struct {
	Title string
	Text  string // what to do, in a sentence or two
	// Done says whether it has been done. It may read the Server.
	Done func(s *Server, at TourView) bool
}

// TourView is where somebody is on their tour.
type TourView struct {
	Channel string // id of the open channel
	Thread  string // ts of the open thread's root; empty for none
	Since   string // ts at which the tour began; what is older does not count
}

// tour is how far the tour is; page.mu guards it. There is one for all pages, as
// there is one person before the screen.
type tour struct {
	since string
	step  int // steps that are done
}

// tourCookie remembers in the browser that the tour was dismissed.
const tourCookie = "syncfix-sandbox-tour"

// tourLife is how long it is remembered, in seconds: a year.
const tourLife = 365 * 24 * 60 * 60

// tourView is the tour as it is drawn.
type tourView struct {
	Post        string
	Number, All int
	Title, Text string
	Steps       []bool // done?
	Over        bool
}

// wantsTour says whether a browser that asks for a page has not dismissed the tour.
func wantsTour(r *http.Request) bool {
	c, err := r.Cookie(tourCookie)
	return err != nil || c.Value != "off"
}

// tourHTML draws the tour for a look; nothing if there is none. The caller holds l.mu.
func (p *page) tourHTML(l *look) template.HTML {
	steps := p.server.options().Tour
	if !l.tour || len(steps) == 0 {
		return ""
	}
	done := p.toured(l, steps)
	v := tourView{Post: "/as/" + l.user + "/tour", Number: done + 1, All: len(steps), Over: done == len(steps)}
	for i := range steps {
		v.Steps = append(v.Steps, i < done)
	}
	if !v.Over {
		v.Title, v.Text = steps[done].Title, steps[done].Text
	}
	return p.html("tour", v)
}

// toured moves the tour on past what has been done, and says how many steps are.
func (p *page) toured(l *look, steps []TourStep) int {
	p.mu.Lock()
	if p.tour.since == "" {
		p.tour.since = formatTS(p.server.now().UnixMicro())
	}
	at := p.tour
	p.mu.Unlock()
	for at.step < len(steps) && steps[at.step].Done(p.server, TourView{Channel: l.channel, Thread: l.thread, Since: at.since}) {
		at.step++
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.tour.since == at.since {
		p.tour.step = max(p.tour.step, at.step)
	}
	return p.tour.step
}

// showTour dismisses the tour, or begins it anew.
func (p *page) showTour(w http.ResponseWriter, r *http.Request) {
	if _, ok := p.actor(w, r); !ok {
		return
	}
	show := r.PostFormValue("show") == "yes"
	//nolint:gosec // G124: Secure would keep it from a page that is plain HTTP on loopback
	cookie := http.Cookie{Name: tourCookie, Value: "off", Path: "/", MaxAge: tourLife, HttpOnly: true, SameSite: http.SameSiteStrictMode}
	if show {
		cookie.MaxAge = -1
	}
	http.SetCookie(w, &cookie)
	p.mu.Lock()
	if show {
		p.tour = tour{}
	}
	looks := make([]*look, 0, len(p.looks))
	for _, l := range p.looks {
		looks = append(looks, l)
	}
	p.mu.Unlock()
	for _, l := range looks {
		l.mu.Lock()
		l.tour = show
		l.mu.Unlock()
	}
	p.redraw()
	p.done(w, nil)
}

// redraw has every open page look at what has changed.
func (p *page) redraw() {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	p.server.changed(Change{Kind: ChangeTour})
}
