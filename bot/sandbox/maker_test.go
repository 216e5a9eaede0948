package sandbox

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
)

func TestMessagesMadeToOrderArePosted(t *testing.T) {
	s := start(t, func(o *Options) {
		o.Samples = []Sample{{ID: "a", Group: "g", Name: "n", Author: "U0ANA", Message: raw(`{"text":"x"}`)}}
		o.Maker = &Maker{
			Topics:  []Choice{{"login", "Ledger", "Login refused"}, {"books", "Ledger", "Books closed"}, {"vendor", "Till", "No vendor"}},
			Shapes:  []Choice{{ID: "plain", Name: "Plain"}},
			Amounts: []Choice{{ID: "2", Name: "Two"}},
			Make: func(topic, shape, amount string) ([]Sample, error) {
				if amount != "2" {
					return nil, errors.New("two, please")
				}
				text, err := json.Marshal(object{"text": topic + " " + shape})
				return []Sample{{Author: "Monitor", Message: text}, {Author: "U0LEO", Message: text}}, err
			},
		}
	})
	p := pageOf(t, s)
	body := fetch(t, p, "/as/U0ANA/c/C0SUPPORT")
	contains(t, body, `hx-post="/as/U0ANA/make/C0SUPPORT"`, `<optgroup label="Ledger"><option value="login">Login refused</option><option value="books">Books closed</option></optgroup>`, `<optgroup label="Till">`)
	mustAct(t, p, "/as/U0ANA/make/C0SUPPORT", "topic", "books", "shape", "plain", "amount", "2")
	if got := s.Messages("support"); len(got) != 2 || got[0].Username != "Monitor" || got[1].User != "U0LEO" || got[0].Text != "books plain" {
		t.Errorf("it posted %+v", got)
	}
	for _, c := range []struct{ channel, amount string }{{"C0SUPPORT", "3"}, {"C0SHARED", "2"}, {"C0NONE", "2"}} {
		if code, body := act(p, "/as/U0GIL/make/"+c.channel, "topic", "books", "shape", "plain", "amount", c.amount); code == http.StatusNoContent || !strings.Contains(body, "toast") {
			t.Errorf("%+v: status %d, shown %q", c, code, body)
		}
	}
	if strings.Contains(fetch(t, pageOf(t, start(t, nil)), "/as/U0ANA/c/C0SUPPORT"), `class="maker"`) {
		t.Error("there is a form without a maker")
	}
}
