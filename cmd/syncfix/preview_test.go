package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"syncfix/bot/sandbox"
	"syncfix/diagnose"
	"syncfix/playbooks"
)

// ownFolder is a folder with the featured playbook under another id and title.
func ownFolder(t *testing.T) (dir, file string, source string) {
	t.Helper()
	library, err := playbooks.Load("")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../playbooks/netsuite/" + featured + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	book, _ := library.Get(featured)
	source = strings.Replace(string(text), book.Title, "The kettle is cold", 1)
	if source == string(text) {
		t.Fatal("the title of the featured playbook does not stand in its file")
	}
	dir = t.TempDir()
	file = filepath.Join(dir, "kettle.yaml")
	save(t, file, source)
	return dir, file, source
}

func save(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func previewsOf(t *testing.T, dir string) *previews {
	t.Helper()
	s, err := openShelf(dir)
	if err != nil {
		t.Fatal(err)
	}
	p, err := newPreviews(s, dir)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPreviewHasEveryQuestionAndFix(t *testing.T) {
	p := previewsOf(t, "")
	for _, book := range p.shelf.Shelf.Library().All() {
		if len(book.Questions) == 0 && book.ID != featured {
			continue
		}
		v, ok := p.Preview(book.ID, false)
		if !ok || v.Checked || v.Tree == "" {
			t.Fatalf("%s: %v, %+v", book.ID, ok, v.PreviewTitle)
		}
		for _, s := range v.Samples {
			if !s.Good {
				t.Errorf("%s: %q: %s", book.ID, s.Text, s.Result)
			}
		}
		has := func(group, name string) bool {
			return slices.ContainsFunc(v.Cards, func(c sandbox.PreviewCard) bool {
				return c.Group == group && (name == "" || c.Name == name)
			})
		}
		for _, o := range playbooks.Offers(book) {
			switch o.Next.Kind {
			case diagnose.Ask:
				if q, _ := book.Question(o.Next.Question); !has("Questions", q.Text) {
					t.Errorf("%s: there is no card for the question %s", book.ID, q.ID)
				}
			case diagnose.Try:
				if f, _ := book.Fix(o.Next.Fix); !has("Fix: "+f.Title, "") {
					t.Errorf("%s: there is no card for the fix %s", book.ID, f.ID)
				}
			}
		}
		for _, c := range v.Cards {
			var blocks []map[string]any
			if err := json.Unmarshal(c.Blocks, &blocks); err != nil || len(blocks) == 0 || c.Text == "" {
				t.Errorf("%s: the card %s, %s is %s", book.ID, c.Group, c.Name, c.Blocks)
			}
		}
	}
}

func TestPreviewOfWhatCannotBeUsed(t *testing.T) {
	dir, file, source := ownFolder(t)
	p := previewsOf(t, dir)
	first := p.Titles()[0]
	if first.Group != "Yours" || first.Title != "The kettle is cold" || p.Refused() != "" {
		t.Errorf("the list begins with %+v; refused: %q", first, p.Refused())
	}
	v, _ := p.Preview(featured, true)
	if !v.Checked || len(v.Facts) == 0 || v.Note != "from "+dir {
		t.Errorf("checked, it is %+v, %+v", v.PreviewTitle, v.Facts)
	}

	changed := p.Changed()
	save(t, file, strings.Replace(source, "fixes:", "fixies:", 1))
	_, err := p.shelf.Reload()
	p.heard(err)
	select {
	case <-changed:
	default:
		t.Error("nobody heard of the change")
	}
	for _, want := range []string{"kettle.yaml:", ": error: ", "^", "help: "} {
		if !strings.Contains(p.Refused(), want) {
			t.Errorf("%q is missing in:\n%s", want, p.Refused())
		}
	}
	if v, ok := p.Preview(featured, false); !ok || v.Title != "The kettle is cold" || len(v.Cards) == 0 {
		t.Errorf("the last good one is gone: %+v", v.PreviewTitle)
	}

	save(t, file, strings.Replace(source, "The kettle is cold", "The kettle is hot", 1))
	_, err = p.shelf.Reload()
	p.heard(err)
	if v, _ := p.Preview(featured, false); p.Refused() != "" || v.Title != "The kettle is hot" {
		t.Errorf("after the repair it is %+v; refused: %q", v.PreviewTitle, p.Refused())
	}
}

// TestPreviewInTheBrowser saves a playbook in an editor's stead and sees the page follow.
func TestPreviewInTheBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	dir, file, source := ownFolder(t)
	b := openBrowser(t, startSandbox(t, "--playbooks", dir).url)
	b.do("open the list", chromedp.Click(chromedp.CSS("#nav-playbooks")), chromedp.WaitVisible(chromedp.CSS(".preview-group")))
	b.poll("follow a title", `(document.querySelector("[href=`+"'/playbooks/of/"+featured+`']").click(), true)`)
	b.do("see the playbook", chromedp.WaitVisible(chromedp.CSS("#cards")))
	b.shows("#cards", "Before you disconnect")
	b.shows("#lint", "Minutes to repair")

	save(t, file, strings.Replace(source, "The kettle is cold", "The kettle is hot", 1))
	b.shows("h1", "The kettle is hot")
	save(t, file, strings.Replace(source, "fixes:", "fixies:", 1))
	b.shows(".preview-refused", "kettle.yaml:")
	b.shows("h1", "The kettle is hot")
	save(t, file, source)
	b.shows("h1", "The kettle is cold")
	b.do("the refusal goes", chromedp.WaitNotPresent(chromedp.CSS(".preview-refused")))
}
