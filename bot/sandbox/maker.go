package sandbox

import (
	"net/http"
)

// Maker makes messages to order, for the form in the page's menu.
type Maker struct {
	Topics  []Choice // what they are about, grouped
	Shapes  []Choice // how they look, or what they tell
	Amounts []Choice // whose they are, or how many
	// Make gives the messages of one choice of each, by their ids.
	Make func(topic, shape, amount string) ([]Sample, error)
}

// Choice is an entry of a menu.
type Choice struct {
	ID    string // unique in its menu
	Group string // heading; entries of one group stand together
	Name  string // what the menu shows
}

// makerView is the form of a Maker.
type makerView struct {
	Post   string
	Fields []makerField
}

// makerField is one menu of it.
type makerField struct {
	Name, Label string
	Groups      []choiceGroup
}

type choiceGroup struct {
	Name    string
	Choices []Choice
}

// maker is the form for this channel; nil if there is none.
func (p *page) maker(user string, here Channel) *makerView {
	m := p.server.options().Maker
	if m == nil || here.IM {
		return nil
	}
	return &makerView{Post: "/as/" + user + "/make/" + here.ID, Fields: []makerField{
		{"topic", "Error", grouped(m.Topics)}, {"shape", "As", grouped(m.Shapes)}, {"amount", "For", grouped(m.Amounts)},
	}}
}

func grouped(choices []Choice) []choiceGroup {
	var groups []choiceGroup
	for _, c := range choices {
		if len(groups) == 0 || groups[len(groups)-1].Name != c.Group {
			groups = append(groups, choiceGroup{Name: c.Group})
		}
		last := &groups[len(groups)-1]
		last.Choices = append(last.Choices, c)
	}
	return groups
}

// postMade posts what the form asks for.
func (p *page) postMade(w http.ResponseWriter, r *http.Request) {
	user, ok := p.actor(w, r)
	if !ok {
		return
	}
	here, found := p.channel(r.PathValue("channel"))
	m := p.server.options().Maker
	if m == nil || !found || !here.HasMember(user.ID) {
		p.problem(w, "That can't be posted here. Reload the page, please.")
		return
	}
	messages, err := m.Make(r.PostFormValue("topic"), r.PostFormValue("shape"), r.PostFormValue("amount"))
	for _, s := range messages {
		if err == nil {
			_, err = p.server.Post(here.ID, s.Author, s.Message)
		}
	}
	p.done(w, err)
}
