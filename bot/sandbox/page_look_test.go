package sandbox

import (
	"fmt"
	"html/template"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// A browser that applies each difference shows what the server shows, whatever comes, goes and changes in between.
func TestDifferencesKeepTheBrowserInStep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var shown snapshot
		browser := map[string]string{}
		for range rapid.IntRange(1, 6).Draw(t, "steps") {
			now := snapshot{regions: map[string]template.HTML{}, lists: map[string][]item{}}
			for _, id := range []string{"sidebar", "modal-root"} {
				now.regions[id] = template.HTML(rapid.SampledFrom([]string{"", "<p>a</p>", "<p>b</p>"}).Draw(t, id))
			}
			picks := rapid.SliceOfNDistinct(rapid.IntRange(0, 9), 0, 8, rapid.ID[int]).Draw(t, "list")
			if rapid.Bool().Draw(t, "ordered") {
				slices.Sort(picks)
			}
			for _, n := range picks {
				dom := fmt.Sprintf("m-%d", n)
				html := fmt.Sprintf(`<li id="%s">%d</li>`, dom, rapid.IntRange(0, 1).Draw(t, "version"))
				now.lists["messages"] = append(now.lists["messages"], item{dom: dom, html: template.HTML(html)})
			}
			if now.lists["messages"] == nil {
				now.lists["messages"] = []item{}
			}
			apply(t, browser, string(difference(shown, now)))
			if want := string(joined(now.lists["messages"])); browser["messages"] != want {
				t.Fatalf("the list shows %s, want %s", browser["messages"], want)
			}
			for id, want := range now.regions {
				if browser[id] != string(want) {
					t.Fatalf("%s shows %s, want %s", id, browser[id], want)
				}
			}
			if again := difference(now, now); len(again) > 0 {
				t.Fatalf("nothing changed, yet this is sent: %s", again)
			}
			shown = now
		}
	})
}

// apply does to a model of the page what htmx does with partials.
func apply(t interface{ Fatalf(string, ...any) }, page map[string]string, partials string) {
	one := regexp.MustCompile(`(?s)<hx-partial hx-target="#([^"]*)" hx-swap="(\w+)">(.*?)</hx-partial>`)
	for _, m := range one.FindAllStringSubmatch(partials, -1) {
		target, swap, inside := m[1], m[2], m[3]
		element := regexp.MustCompile(`<li id="` + target + `">\d</li>`)
		switch swap {
		case "innerHTML", "innerMorph":
			page[target] = inside
		case "beforeend":
			page[target] += inside
		case "afterbegin":
			page[target] = inside + page[target]
		case "delete", "outerMorph":
			if !element.MatchString(page["messages"]) {
				t.Fatalf("%s of %s, which is not shown", swap, target)
			}
			page["messages"] = element.ReplaceAllString(page["messages"], inside)
		default:
			t.Fatalf("unknown swap %q", swap)
		}
	}
}

func TestOneMessageMakesOneSmallPush(t *testing.T) {
	s := start(t, nil)
	for i := range 200 {
		mustSay(t, s, fmt.Sprintf("message %d", i))
	}
	p, l := openedLook(t, s)
	mustSay(t, s, "the newest")
	connections := s.Connections()
	push, _, _ := p.step(l, 0, &connections)
	if got := strings.Count(string(push), "<li "); got != 1 {
		t.Errorf("one message came, %d are sent", got)
	}
	if !strings.Contains(string(push), "the newest") {
		t.Error("the message that came is not sent")
	}
}

func TestOlderMessagesAreLoadedOnce(t *testing.T) {
	s := start(t, nil)
	for i := range 3 * firstMessages {
		mustSay(t, s, fmt.Sprintf("message %d", i))
	}
	p, l := openedLook(t, s)
	if shown := len(l.sent.lists["messages"]); shown != firstMessages {
		t.Fatalf("a channel opens with %d messages, want %d", shown, firstMessages)
	}
	sent := map[string]bool{}
	for pages := 0; ; pages++ {
		got := fetch(t, p, lookURL(l, "older"))
		for _, m := range regexp.MustCompile(`data-ts="([^"]*)"`).FindAllStringSubmatch(got, -1) {
			sent[m[1]] = true
		}
		if strings.Count(got, "<li ") > moreMessages+1 {
			t.Errorf("one page sends %d messages", strings.Count(got, "<li "))
		}
		if strings.Contains(got, "This is the very start") {
			break
		}
		if pages > 5 {
			t.Fatal("the start of the channel never comes")
		}
	}
	if len(sent) < 2*firstMessages || len(l.sent.lists["messages"]) != 3*firstMessages {
		t.Errorf("%d older messages were sent and %d are shown, want %d and %d", len(sent), len(l.sent.lists["messages"]), 2*firstMessages, 3*firstMessages)
	}
	if first := l.sent.lists["messages"][0]; !strings.Contains(string(first.html), "message 0") {
		t.Error("the first message is not at the top")
	}
}

// However long a channel is, opening it draws the newest messages only; what was drawn goes with what is shown.
func TestLongChannelDrawsWhatIsShown(t *testing.T) {
	s := start(t, nil)
	for i := range 2000 {
		mustSay(t, s, fmt.Sprintf("message %d", i))
	}
	p, l := openedLook(t, s)
	if len(l.drawn) != firstMessages || len(l.sent.lists["messages"]) != firstMessages {
		t.Errorf("%d messages are drawn and %d sent, want %d", len(l.drawn), len(l.sent.lists["messages"]), firstMessages)
	}
	newest := s.Messages("support")[1999]
	fetch(t, p, lookURL(l, "thread")+"?ts="+newest.TS)
	fetch(t, p, lookURL(l, "thread"))
	if err := s.Delete("support", s.Messages("support")[1990].TS); err != nil {
		t.Fatal(err)
	}
	connections := s.Connections()
	push, _, _ := p.step(l, 0, &connections)
	if got := strings.Count(string(push), "<li "); got > 1 {
		t.Errorf("one message went, %d are sent", got)
	}
	if shown := len(l.sent.lists["messages"]); len(l.drawn) != shown {
		t.Errorf("%d drawings are kept of %d messages that are shown", len(l.drawn), shown)
	}
	l.rest(0)
	if len(l.drawn) != 0 || len(l.sent.lists) != 0 {
		t.Errorf("of a page that nobody looks at, %d drawings are kept", len(l.drawn))
	}
	if got := fetch(t, p, lookURL(l, "older")); !strings.Contains(got, "message 1999") {
		t.Error("a page that comes back is not sent what it showed")
	}
}

func TestLooksAreBounded(t *testing.T) {
	s := start(t, nil)
	p, first := openedLook(t, s)
	for range maxLooks {
		p.openLook("U0ANA", "C0SUPPORT", "", false)
	}
	if _, ok := p.look(first.id, "U0ANA"); ok {
		t.Error("the oldest page is still kept")
	}
	if len(p.looks) != maxLooks || len(p.order) != maxLooks {
		t.Errorf("%d pages are kept, want %d", len(p.looks), maxLooks)
	}
	if _, ok := p.look(p.order[0], "U0LEO"); ok {
		t.Error("somebody else's page was handed out")
	}
	if got := fetch(t, p, "/as/U0ANA/look/nothing/live"); !strings.Contains(got, "event: stale") {
		t.Errorf("a page that is not known is told %q, want to reload", got)
	}
}

// Thousands of messages: the page that opens carries only the newest, and takes no longer for it.
func BenchmarkOpenLongChannel(b *testing.B) {
	s, err := Start(Options{Addr: "127.0.0.1:0"})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	for i := range 2000 {
		if _, err := s.Say("U0ANA", "support", fmt.Sprintf("message *%d*", i)); err != nil {
			b.Fatal(err)
		}
	}
	p := pageOf(b, s)
	user, _ := p.user("U0ANA")
	channel, _ := p.channel("C0SUPPORT")
	for b.Loop() {
		p.html("page", p.channelPage(user, channel, p.openLook(user.ID, channel.ID, "", false)))
	}
}

func pageOf(t testing.TB, s *Server) *page {
	t.Helper()
	handler, err := newPage(s)
	if err != nil {
		t.Fatal(err)
	}
	return handler.(*page)
}

// openedLook is Ana's page of #support, just opened.
func openedLook(t *testing.T, s *Server) (*page, *look) {
	t.Helper()
	p := pageOf(t, s)
	_, after, _ := strings.Cut(fetch(t, p, "/as/U0ANA/c/C0SUPPORT"), "/look/")
	id, _, _ := strings.Cut(after, "/")
	l, ok := p.look(id, "U0ANA")
	if !ok {
		t.Fatalf("the page that was opened is not known under %q", id)
	}
	return p, l
}

// fetch is a GET that must succeed.
func fetch(t *testing.T, p *page, path string) string {
	t.Helper()
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	if w.Code != http.StatusOK {
		t.Fatalf("GET %s: status %d: %s", path, w.Code, w.Body)
	}
	return w.Body.String()
}
