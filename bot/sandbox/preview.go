package sandbox

import (
	"encoding/json"
	"html/template"
	"net/http"
	"strconv"
	"strings"
)

// Previews are the app's playbooks, for the pages that show what they do before they do it.
type Previews interface {
	// Titles lists those in force, in the order to show them.
	Titles() []PreviewTitle
	// Preview draws one up; ok is false if there is none of that id. Checking it may take seconds, so it is left out
	// unless asked for or done already.
	Preview(id string, check bool) (p Preview, ok bool)
	// Refused says what is wrong with files that could not be taken over, as a compiler does; empty if nothing is.
	Refused() string
	// Changed is closed at the next change of any of these.
	Changed() <-chan struct{}
}

// PreviewTitle is a playbook in the list.
type PreviewTitle struct {
	ID    string // names it in the address
	Title string
	Group string // heading; titles of one group stand together
	Note  string // a few words beside it, such as where it comes from; may be empty
}

// Preview is all that there is to see of a playbook.
type Preview struct {
	PreviewTitle
	Tree    string // plain text, indented
	Checked bool   // Lint and Facts are there
	Lint    string // plain text, as a compiler writes it; empty: nothing was found
	Facts   []PreviewFact
	Samples []PreviewSample
	Cards   []PreviewCard
}

// PreviewFact is a figure.
type PreviewFact struct{ Name, Value string }

// PreviewSample is a text and what is made of it.
type PreviewSample struct {
	Text   string
	Result string // in a few words
	Good   bool   // that is what the playbook wants
}

// PreviewCard is a message that the playbook can produce.
type PreviewCard struct {
	Group, Name string          // what it is of, and which of those; Group may be empty
	Text        string          // what notifications say
	Blocks      json.RawMessage // Block Kit
}

// What the templates take.
type (
	previewPage struct {
		Title, App, Live string
		List             *previewList
		One              *previewOne
	}
	previewList struct {
		Refused string
		Groups  []previewGroup
	}
	previewGroup struct {
		Name   string
		Titles []PreviewTitle
	}
	previewOne struct {
		Preview
		Gone    string // why there is nothing to see
		Refused string
		Bad     int // samples that aren't taken as the playbook wants
		Lines   []treeLine
		Drawn   []previewCards
	}
	treeLine struct {
		Depth int
		Text  string
	}
	previewCards struct {
		Group string
		Cards []drawnCard
	}
	drawnCard struct {
		Name   string
		Avatar drawnAvatar
		Blocks []drawnBlock
	}
)

func (p *page) previewRoutes() {
	p.mux.HandleFunc("GET /playbooks", p.showPreviews)
	p.mux.HandleFunc("GET /playbooks/{$}", p.showPreviews)
	p.mux.HandleFunc("GET /playbooks/live", p.previewsLive)
	p.mux.HandleFunc("GET /playbooks/of/{id}", p.showPreview)
	p.mux.HandleFunc("GET /playbooks/of/{id}/live", p.previewLive)
}

func (p *page) previews(w http.ResponseWriter) (Previews, bool) {
	all := p.server.options().Previews
	if all == nil {
		p.lost(w, "There are no playbooks to look at here.")
	}
	return all, all != nil
}

func (p *page) showPreviews(w http.ResponseWriter, _ *http.Request) {
	if all, ok := p.previews(w); ok {
		p.write(w, "preview-page", previewPage{Title: "Playbooks", App: p.server.options().AppName, Live: "/playbooks/live", List: listPreviews(all)})
	}
}

func (p *page) showPreview(w http.ResponseWriter, r *http.Request) {
	all, ok := p.previews(w)
	if !ok {
		return
	}
	one := p.onePreview(all, r.PathValue("id"), false)
	if one.Gone != "" {
		w.WriteHeader(http.StatusNotFound)
	}
	p.write(w, "preview-page", previewPage{Title: one.Title, App: p.server.options().AppName, Live: "/playbooks/of/" + r.PathValue("id") + "/live", One: one})
}

// previewsLive keeps an open list in step.
func (p *page) previewsLive(w http.ResponseWriter, r *http.Request) {
	all, ok := p.previews(w)
	if !ok {
		return
	}
	var sent template.HTML
	p.follow(w, r, func() ([]byte, <-chan struct{}, bool) {
		more := all.Changed() // before the look, so that no change falls between the two
		return news(&sent, p.html("preview-list", listPreviews(all))), more, true
	})
}

// previewLive keeps an open playbook in step: as it is at once, and with what a check says when that is done.
func (p *page) previewLive(w http.ResponseWriter, r *http.Request) {
	all, ok := p.previews(w)
	if !ok {
		return
	}
	var sent template.HTML
	check, atOnce := false, make(chan struct{})
	close(atOnce)
	p.follow(w, r, func() ([]byte, <-chan struct{}, bool) {
		more := all.Changed()
		one := p.onePreview(all, r.PathValue("id"), check)
		if check = !one.Checked && one.Gone == ""; check {
			more = atOnce
		}
		return news(&sent, p.html("preview-one", one)), more, true
	})
}

// news is what is to be sent of now, which becomes what was sent last: nothing if they are the same.
func news(sent *template.HTML, now template.HTML) []byte {
	if now == *sent {
		return nil
	}
	*sent = now
	return []byte(now)
}

func listPreviews(all Previews) *previewList {
	list := &previewList{Refused: all.Refused()}
	for _, t := range all.Titles() {
		if n := len(list.Groups); n == 0 || list.Groups[n-1].Name != t.Group {
			list.Groups = append(list.Groups, previewGroup{Name: t.Group})
		}
		last := &list.Groups[len(list.Groups)-1]
		last.Titles = append(last.Titles, t)
	}
	return list
}

func (p *page) onePreview(all Previews, id string, check bool) *previewOne {
	one := &previewOne{Refused: all.Refused()}
	var ok bool
	if one.Preview, ok = all.Preview(id, check); !ok {
		one.Title, one.Gone = "Not here", "There is no playbook "+id+" now. It comes back with its file."
		return one
	}
	one.Lines = treeLines(one.Tree)
	for _, s := range one.Samples {
		if !s.Good {
			one.Bad++
		}
	}
	names, face := p.names(User{}), avatarOf(p.server.options().AppName)
	for i, c := range one.Cards {
		if n := len(one.Drawn); n == 0 || one.Drawn[n-1].Group != c.Group {
			one.Drawn = append(one.Drawn, previewCards{Group: c.Group})
		}
		last := &one.Drawn[len(one.Drawn)-1]
		look := surface{Names: names, Prefix: "card-" + strconv.Itoa(i)} // without a place for presses: nothing here does anything
		last.Cards = append(last.Cards, drawnCard{Name: c.Name, Avatar: face, Blocks: drawBlocks(c.Blocks, look, nil)})
	}
	return one
}

// deepest is how far the tree is indented at most; the style sheet has a rule for each depth.
const deepest = 16

// treeLines tells the indentation of a tree's lines, two spaces a step, from their text.
func treeLines(tree string) []treeLine {
	var lines []treeLine
	for line := range strings.Lines(tree) {
		text := strings.TrimLeft(line, " ")
		lines = append(lines, treeLine{Depth: min((len(line)-len(text))/2, deepest), Text: strings.TrimSpace(text)})
	}
	return lines
}
