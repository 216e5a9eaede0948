package sandbox

import (
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// What the inspector's templates take.
type (
	inspectorPage struct {
		App   string
		Panel labPanel
		List  inspectorView
	}
	inspectorView struct {
		Word     string
		Kinds    []inspectorKind
		Problems bool
		More     string // the address that shows more; empty when everything is shown
		Export   string // addresses of the same choice
		Live     string
		LiveID   string // another stream is another element
		Rows     template.HTML
		Note     inspectorNote
	}
	inspectorKind struct {
		Key, Name string
		Chosen    bool
	}
	inspectorNote struct{ Shown, Total, Violations int }
	traceRow      struct {
		N                     uint64
		Time, Way, Kind, Name string
		Gist, Outcome         string
		Violations, Problems  []string
		Opens, Wrong          bool
	}
	traceBody struct {
		Parts []tracePart
		Facts string
	}
	tracePart struct{ Name, JSON string }
)

func (p *page) inspectRoutes() {
	p.mux.HandleFunc("GET /lab", p.showLab)
	p.mux.HandleFunc("GET /lab/list", p.showList)
	p.mux.HandleFunc("GET /lab/list/live", p.listLive)
	p.mux.HandleFunc("GET /lab/entry/{n}", p.showEntry)
	p.mux.HandleFunc("GET /lab/export", p.export)
}

// showLab is the page of the inspector, with the panel beside it.
func (p *page) showLab(w http.ResponseWriter, r *http.Request) {
	p.write(w, "lab", inspectorPage{App: p.server.options().AppName, Panel: p.panel(), List: p.list(readInspection(r))})
}

// showList is the list alone, for another choice of what to see.
func (p *page) showList(w http.ResponseWriter, r *http.Request) {
	i := readInspection(r)
	w.Header().Set("HX-Push-Url", "/lab?"+i.query())
	p.write(w, "inspector-list", p.list(i))
}

func (p *page) list(i inspection) inspectorView {
	items, note := p.rows(i, map[uint64]drawnTrace{})
	v := inspectorView{Word: i.word, Problems: i.problems, Rows: joined(items), Note: note}
	v.Export, v.Live = "/lab/export?"+i.query(), "/lab/list/live?"+i.query()
	v.LiveID = "live-" + hex.EncodeToString([]byte(i.query()))
	for _, k := range traceKinds() {
		v.Kinds = append(v.Kinds, inspectorKind{Key: k.Key, Name: k.Name, Chosen: k.Key == i.kind})
	}
	if note.Total > note.Shown && i.most < mostTraces {
		i.most += moreTraces
		v.More = "/lab?" + i.query()
	}
	return v
}

// drawnTrace is a row and what it was drawn from.
type drawnTrace struct {
	stamp string
	html  template.HTML
}

// rows draws the list, taking from drawn what has not changed, and leaves there what it drew.
func (p *page) rows(i inspection, drawn map[uint64]drawnTrace) ([]item, inspectorNote) {
	found, total := p.server.inspect(i)
	note := inspectorNote{Shown: len(found), Total: total}
	items := make([]item, len(found))
	kept := map[uint64]bool{}
	for at, t := range found {
		kept[t.n] = true
		note.Violations += len(t.violations)
		stamp := fmt.Sprint(t.sent.Outcome, t.sent.Attempts, t.sent.AcksLost, t.sent.Acked, len(t.violations))
		d, ok := drawn[t.n]
		if !ok || d.stamp != stamp {
			d = drawnTrace{stamp, p.html("trace", p.row(t))}
			drawn[t.n] = d
		}
		items[at] = item{dom: "t-" + strconv.FormatUint(t.n, 10), html: d.html}
	}
	for n := range drawn {
		if !kept[n] {
			delete(drawn, n)
		}
	}
	return items, note
}

func (p *page) row(t trace) traceRow {
	v := traceRow{N: t.n, Time: t.at.Local().Format("15:04:05.000"), Outcome: t.outcome(), Violations: t.violations, Opens: t.note == ""}
	problems := t.problems()
	v.Wrong = len(problems) > 0
	v.Problems = slices.DeleteFunc(problems[len(t.violations):], func(s string) bool { return s == "" })
	switch {
	case t.call != nil:
		v.Way, v.Kind, v.Name = "from the app", "call", t.call.Method
		v.Gist = gist(redacted(p.secrets, t.call.Request))
	case t.envelope != nil:
		v.Way, v.Kind, v.Name = "to the app", t.sent.Type, t.sent.Kind
		v.Gist = gist(redacted(p.secrets, t.sent.Payload))
	default:
		v.Kind, v.Name = "note", t.note
	}
	return v
}

// gist is what an entry is about: the words in it that a person would know it by.
func gist(v any) string {
	o, _ := v.(object)
	if inner := sub(o, "event"); inner != nil {
		o = inner
	}
	text := str(o, "text")
	if text == "" {
		text = str(sub(o, "message"), "text")
	}
	if actions := objects(o["actions"]); len(actions) > 0 {
		text = str(actions[0], "action_id") + " " + textOf(actions[0]["text"])
	}
	for _, name := range []string{"channel", "user", "user_id"} {
		if where := str(o, name); where != "" {
			text = where + "  " + text
			break
		}
	}
	const most = 160
	if utf8.RuneCountInString(text) > most {
		text = string([]rune(text)[:most]) + "…"
	}
	return text
}

// listLive keeps an open list in step.
func (p *page) listLive(w http.ResponseWriter, r *http.Request) {
	i := readInspection(r)
	drawn, sent := map[uint64]drawnTrace{}, snapshot{}
	p.follow(w, r, func() ([]byte, <-chan struct{}, bool) {
		_, _, _, more := p.server.changesSince(0)
		items, note := p.rows(i, drawn)
		now := snapshot{
			regions: map[string]template.HTML{"trace-note": p.html("trace-note", note)},
			lists:   map[string][]item{"traces": items},
		}
		push := difference(sent, now)
		sent = now
		return push, more, true
	})
}

// showEntry is what an entry holds, as JSON for people.
func (p *page) showEntry(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.ParseUint(r.PathValue("n"), 10, 64)
	traces := p.server.traces()
	at := slices.IndexFunc(traces, func(t trace) bool { return t.n == n })
	if err != nil || at < 0 {
		p.send(w, []byte(`<p class="lab-hint">This entry is forgotten: only the newest few thousand are kept.</p>`))
		return
	}
	p.write(w, "trace-body", p.body(traces[at]))
}

func (p *page) body(t trace) traceBody {
	v := traceBody{Facts: "at " + t.at.Local().Format(time.RFC3339Nano)}
	add := func(name string, raw []byte) {
		if text := pretty(p.secrets, raw); text != "" {
			v.Parts = append(v.Parts, tracePart{name, text})
		}
	}
	switch {
	case t.call != nil:
		for _, f := range t.call.Faults {
			v.Facts += ", fault " + f
		}
		add("Arguments", t.call.Request)
		name := "Answer"
		if t.call.Status == 0 {
			name = "Answer, which got lost"
		}
		add(name, t.call.Response)
	case t.envelope != nil:
		v.Facts += ", envelope_id " + t.sent.ID + ", sent " + strconv.Itoa(t.sent.Attempts) + "×"
		add("Payload", t.sent.Payload)
		add("Answer in the ack", t.sent.Response)
	}
	return v
}
