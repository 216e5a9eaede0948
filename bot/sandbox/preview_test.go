package sandbox

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// shownBooks are previews that a test changes.
type shownBooks struct {
	mu      sync.Mutex
	books   map[string]Preview
	refused string
	changed chan struct{}
	checked int
}

func (b *shownBooks) set(refused string, books ...Preview) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refused, b.books = refused, map[string]Preview{}
	for _, p := range books {
		b.books[p.ID] = p
	}
	if b.changed != nil {
		close(b.changed)
	}
	b.changed = make(chan struct{})
}

func (b *shownBooks) Titles() []PreviewTitle {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []PreviewTitle
	for _, id := range keysOf(b.books) {
		list = append(list, b.books[id].PreviewTitle)
	}
	return list
}

func (b *shownBooks) Preview(id string, check bool) (Preview, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p, ok := b.books[id]
	if check {
		b.checked++
		p.Checked, p.Lint, p.Facts = true, "kettle.yaml:3:1: warning: it boils", []PreviewFact{{"First fix right", "80 %"}}
	}
	return p, ok
}

func (b *shownBooks) Refused() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.refused
}

func (b *shownBooks) Changed() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.changed
}

func kettle(question string) Preview {
	return Preview{
		PreviewTitle: PreviewTitle{ID: "kettle", Title: "The kettle is <cold>", Group: "Kitchen", Note: "from /books"},
		Tree:         "The kettle is cold\n\n[1] Ask: " + question + "\n  “Yes” → [2] Fix: Plug it in\n",
		Samples:      []PreviewSample{{"It is cold", "Recognised for sure.", true}, {"It is <hot>", "Not recognised.", false}},
		Cards: []PreviewCard{{Group: "Questions", Name: question, Blocks: raw(`[{"type":"section","text":{"type":"mrkdwn","text":"*` + question + `* <@U0ANA>"}},
			{"type":"actions","elements":[{"type":"button","action_id":"yes","text":{"type":"plain_text","text":"Yes, it is"}}]},{"type":"hologram"}]`)}},
	}
}

func startPreviews(t *testing.T) (*Server, *shownBooks) {
	t.Helper()
	books := &shownBooks{}
	books.set("", kettle("Is it plugged in?"))
	return start(t, func(o *Options) { o.Previews = books }), books
}

func pageAt(t *testing.T, url string) (int, string) {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(body)
}

func TestPreviewShowsAllOfIt(t *testing.T) {
	s, books := startPreviews(t)
	books.set("kettle.yaml:1:1: error: <no>", kettle("Is it plugged in?"))
	if _, page := pageAt(t, s.URL()); !strings.Contains(page, `href="/playbooks"`) {
		t.Error("the sidebar does not lead to the playbooks")
	}
	if code, page := pageAt(t, s.URL()+"playbooks"); code != http.StatusOK || !strings.Contains(page, `href="/playbooks/of/kettle"`) || !strings.Contains(page, "error: &lt;no&gt;") {
		t.Errorf("%d, the list is %s", code, page)
	}
	_, page := pageAt(t, s.URL()+"playbooks/of/kettle")
	for _, want := range []string{
		"The kettle is &lt;cold&gt;", "from /books", "error: &lt;no&gt;", `<p data-depth="0">[1] Ask: Is it plugged in?</p>`, `<p data-depth="1">“Yes” → [2] Fix: Plug it in</p>`,
		"It is &lt;hot&gt;", "1 wrong", "<strong>Is it plugged in?</strong>", "@Ana Ruiz", "Yes, it is", "<code>hologram</code>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("it does not show %s", want)
		}
	}
	if strings.Contains(page, "hx-post") {
		t.Error("something on it can be pressed")
	}
	if books.checked != 0 {
		t.Error("the page waited for a check")
	}
	if code, page := pageAt(t, s.URL()+"playbooks/of/none"); code != http.StatusNotFound || !strings.Contains(page, "There is no playbook none") {
		t.Errorf("%d, an unknown one is %s", code, page)
	}
}

func TestNoPreviewsNoPage(t *testing.T) {
	s := start(t, nil)
	if _, page := pageAt(t, s.URL()); strings.Contains(page, "/playbooks") {
		t.Error("the sidebar leads to playbooks that are not there")
	}
	for _, path := range []string{"playbooks", "playbooks/live", "playbooks/of/kettle", "playbooks/of/kettle/live"} {
		if code, _ := pageAt(t, s.URL()+path); code != http.StatusNotFound {
			t.Errorf("%s answers %d", path, code)
		}
	}
}

func TestPreviewFollowsItsFile(t *testing.T) {
	s, books := startPreviews(t)
	ctx := browse(t, s)
	do(ctx, t, chromedp.Navigate(s.URL()+"playbooks/of/kettle"))
	shows(ctx, t, "#cards", "Is it plugged in?")
	shows(ctx, t, "#lint", "it boils")
	shows(ctx, t, "#lint", "80 %")
	books.set("", kettle("Is there water in it?"))
	shows(ctx, t, "#cards", "Is there water in it?")
	shows(ctx, t, "#tree", "Is there water in it?")
	books.set("kettle.yaml:7:3: error: gone", kettle("Is there water in it?"))
	shows(ctx, t, "#preview", "kettle.yaml:7:3: error: gone")
	shows(ctx, t, "#cards", "Is there water in it?")
	books.set("")
	shows(ctx, t, "#preview", "It comes back with its file.")
	books.set("", kettle("Is it yours?"))
	shows(ctx, t, "#cards", "Is it yours?")
}
