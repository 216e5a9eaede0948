package sandbox

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// What the lab's templates take: what can be broken, and the clock.
type (
	labPanel struct {
		Connections int
		Offline     bool
		Faults      []labFault
		Once        []labFault
		Clock       *labClock
		On          int // faults that stand
	}
	labFault struct {
		Name, Does string
		On         bool
		Strikes    int
	}
	labClock struct {
		Now     time.Time
		Shown   string
		Speed   float64
		Stopped bool
	}
	// labNote is what the page says while something is broken or the clock is not the real one.
	labNote struct {
		On      int
		Offline bool
		Clock   string
	}
)

func (p *page) labRoutes() {
	p.mux.HandleFunc("GET /lab/panel", p.showPanel)
	p.mux.HandleFunc("GET /lab/panel/live", p.panelLive)
	p.mux.HandleFunc("POST /lab/fault", p.switchFault)
	p.mux.HandleFunc("POST /lab/once", p.breakOnce)
	p.mux.HandleFunc("POST /lab/mend", p.mend)
	p.mux.HandleFunc("POST /lab/clock", p.setClock)
}

// offered are the faults that the panel lists before anybody has set one.
func offered() []StandingFault {
	return slices.DeleteFunc(FaultExamples(), func(f StandingFault) bool {
		return f.Kind == FaultOffline && f.Every == 0 // that one is a button
	})
}

// onceOutage is how long the panel's button takes the network away.
const onceOutage = 30 * time.Second

// onces are what the panel's buttons do, by the names they are counted under.
func onces() []labFault {
	return []labFault{
		{Name: string(FaultCut), Does: "Cut the connections"},
		{Name: StandingFault{Kind: FaultOffline, Lasts: onceOutage}.String(), Does: "No network for 30 s"},
		{Name: "refresh_requested", Does: "Ask to connect anew"},
		{Name: "warning", Does: "Warn of a new connection"},
		{Name: "link_disabled", Does: "Switch Socket Mode off"},
		{Name: "too_many_websockets", Does: "Say there are too many"},
	}
}

// panel draws up what the panel shows.
func (p *page) panel() labPanel {
	v := labPanel{Connections: p.server.Connections(), Once: onces()}
	index := map[string]int{}
	for _, f := range offered() {
		index[f.String()] = len(v.Faults)
		v.Faults = append(v.Faults, labFault{Name: f.String(), Does: f.Does()})
	}
	for _, c := range p.server.Faults() {
		once := slices.IndexFunc(v.Once, func(o labFault) bool { return o.Name == c.Name })
		f, err := ParseFault(c.Name)
		switch i, known := index[c.Name]; {
		case once >= 0 && !c.On:
			v.Once[once].Strikes = c.Strikes
		case known:
			v.Faults[i].On, v.Faults[i].Strikes = c.On, c.Strikes
		case err == nil:
			v.Faults = append(v.Faults, labFault{Name: c.Name, Does: f.Does(), On: c.On, Strikes: c.Strikes})
		}
	}
	for _, f := range v.Faults {
		if f.On {
			v.On++
		}
	}
	v.Offline = p.server.offlineNow()
	v.Clock = p.clock()
	return v
}

// clock is nil when the clock is not ours to set.
func (p *page) clock() *labClock {
	c, ok := p.server.options().Clock.(ClockControl)
	if !ok {
		return nil
	}
	now := c.Now()
	return &labClock{Now: now, Shown: now.Local().Format("Mon 2 Jan, 15:04:05"), Speed: c.Speed(), Stopped: c.Speed() == 0}
}

func (p *page) labNote() labNote {
	v := p.panel()
	n := labNote{On: v.On, Offline: v.Offline}
	switch {
	case v.Clock == nil || v.Clock.Speed == 1:
	case v.Clock.Stopped:
		n.Clock = "clock stopped"
	default:
		n.Clock = "clock ×" + strconv.FormatFloat(v.Clock.Speed, 'g', 3, 64)
	}
	return n
}

func (s *Server) offlineNow() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.isOffline()
}

// showPanel is the panel with its stream, or nothing, so that a panel that is closed hears no more.
func (p *page) showPanel(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("open") == "false" {
		p.send(w, nil)
		return
	}
	p.write(w, "lab-panel-live", p.panel())
}

// panelLive keeps an open panel in step.
func (p *page) panelLive(w http.ResponseWriter, r *http.Request) {
	var sent string
	p.follow(w, r, func() ([]byte, <-chan struct{}, bool) {
		_, _, _, more := p.server.changesSince(0)
		now := string(p.html("lab-panel", p.panel()))
		if now == sent {
			return nil, more, true
		}
		sent = now
		return []byte(now), more, true
	})
}

// switchFault switches a standing fault on or off; one that is typed in is switched on.
func (p *page) switchFault(w http.ResponseWriter, r *http.Request) {
	f, err := ParseFault(r.PostFormValue("fault"))
	if err == nil {
		err = p.server.SetFault(f, r.PostFormValue("on") == "true")
	}
	p.done(w, err)
}

// breakOnce does one of the buttons' things.
func (p *page) breakOnce(w http.ResponseWriter, r *http.Request) {
	what := r.PostFormValue("what")
	switch {
	case what == string(FaultCut):
		p.server.DropSockets()
	case what == "online":
		p.server.Offline(0)
	case slices.Contains(reasons(), what):
		p.server.Disconnect(what)
	default:
		f, err := ParseFault(what)
		if err != nil || f.Kind != FaultOffline || f.Every > 0 {
			p.done(w, errors.New("there is no such button; reload the page, please"))
			return
		}
		p.server.Offline(f.Lasts)
	}
	p.done(w, nil)
}

// mend switches everything off that is broken.
func (p *page) mend(w http.ResponseWriter, _ *http.Request) {
	p.server.ClearFaults()
	p.done(w, nil)
}

// maxMove bounds how far the page puts the clock on at once.
const maxMove = 31 * 24 * time.Hour

// setClock stops the clock, lets it run, or puts it on.
func (p *page) setClock(w http.ResponseWriter, r *http.Request) {
	c, ok := p.server.options().Clock.(ClockControl)
	if !ok {
		p.done(w, errors.New("this clock can't be set"))
		return
	}
	switch r.PostFormValue("do") {
	case "stop":
		c.Stop()
	case "run":
		speed, err := strconv.ParseFloat(r.PostFormValue("speed"), 64)
		if err != nil || !(speed > 0 && speed <= 1000) {
			p.done(w, errors.New("the speed must be above 0 and at most 1000"))
			return
		}
		c.Run(speed)
	case "move":
		by, err := time.ParseDuration(r.PostFormValue("by"))
		if err != nil || by <= 0 || by > maxMove {
			p.done(w, errors.New("the clock goes on by at most 31 days at once, and never back"))
			return
		}
		c.Move(by)
	default:
		p.done(w, errors.New("there is no such button; reload the page, please"))
		return
	}
	p.server.mu.Lock()
	p.server.changed(Change{Kind: ChangeFault})
	p.server.mu.Unlock()
	p.done(w, nil)
}
