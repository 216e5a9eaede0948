package sandbox

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// twoSteps is a tour of a message and a thread.
func twoSteps(o *Options) {
	o.Samples = []Sample{{ID: "a", Group: "g", Name: "n", Author: "U0ANA", Message: raw(`{"text":"x"}`)}}
	o.Tour = []TourStep{
		{Title: "Say something", Text: "Anything.", Done: func(s *Server, at TourView) bool {
			for _, m := range s.Messages(at.Channel) {
				if laterTS(m.TS, at.Since) {
					return true
				}
			}
			return false
		}},
		{Title: "Open a thread", Text: "Any.", Done: func(_ *Server, at TourView) bool { return at.Thread != "" }},
	}
}

func TestTheTourGoesOnByWhatHappens(t *testing.T) {
	s := start(t, twoSteps)
	mustSay(t, s, "before the tour")
	p := pageOf(t, s)
	const page = "/as/U0ANA/c/C0SUPPORT"
	contains(t, fetch(t, p, page), "step 1 of 2", "Say something", "Dismiss the tour")
	ts := mustSay(t, s, "hello")
	contains(t, fetch(t, p, page), "step 2 of 2", "Open a thread", `<li class="done">`)
	contains(t, fetch(t, p, page+"?thread="+ts), "That was a case")
	contains(t, fetch(t, p, page), "That was a case") // it never goes back
	mustAct(t, p, "/as/U0ANA/tour", "show", "yes")
	contains(t, fetch(t, p, page), "step 1 of 2")
}

func TestTheTourIsDismissedForGood(t *testing.T) {
	s := start(t, twoSteps)
	p := pageOf(t, s)
	post := func(show string) *http.Cookie {
		r := httptest.NewRequest(http.MethodPost, "/as/U0ANA/tour", strings.NewReader(url.Values{"show": {show}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		cookies := w.Result().Cookies()
		if w.Code != http.StatusNoContent || len(cookies) != 1 || !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteStrictMode {
			t.Fatalf("%d, %v", w.Code, cookies)
		}
		return cookies[0]
	}
	shown := func(c *http.Cookie) bool {
		r := httptest.NewRequest(http.MethodGet, "/as/U0ANA/c/C0SUPPORT", nil)
		r.AddCookie(c)
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		if !strings.Contains(w.Body.String(), "Take the tour") {
			t.Error("there is no way to take it again")
		}
		return strings.Contains(w.Body.String(), "Dismiss the tour")
	}
	look := p.openLook("U0ANA", "C0SUPPORT", "", true)
	off := post("no")
	if off.MaxAge < 24*60*60 || shown(off) {
		t.Errorf("dismissed, it is shown again, or soon: %+v", off)
	}
	if look.tour {
		t.Error("a page that is open keeps it")
	}
	if on := post("yes"); on.MaxAge >= 0 || !look.tour {
		t.Errorf("asked for, it stays away: %+v", on)
	}
	if strings.Contains(fetch(t, pageOf(t, start(t, nil)), "/as/U0ANA/c/C0SUPPORT"), "Dismiss the tour") {
		t.Error("a tour without steps is shown")
	}
}
