package sandbox

import (
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func testNames() nameBook {
	return nameBook{
		Me: "U0ANA", Users: map[string]string{"U0ANA": "Ana Ruiz", "U0LEO": "Leo <b>Brandt</b>"}, Handles: map[string]string{"U0ANA": "ana", "U0LEO": "leo"},
		Channels: map[string]string{"C0SUPPORT": "support"}, Groups: map[string]string{"S0LEADS": "leads"}, Now: time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC),
	}
}

func TestMrkdwn(t *testing.T) {
	mention := func(kind, name string) string { return `<span class="mention ` + kind + `">` + name + `</span>` }
	link := func(href, text string) string {
		return `<a class="link" target="_blank" rel="noopener noreferrer" href="` + href + `" title="` + href + `">` + text + `</a>`
	}
	for _, c := range []struct{ name, in, want string }{
		{"bold", "a *b c* d", "a <strong>b c</strong> d"},
		{"italic", "_x_", "<em>x</em>"},
		{"strike", "~x~", "<s>x</s>"},
		{"nested", "*a _b_*", "<strong>a <em>b</em></strong>"},
		{"a mark inside a word is a character", "snake_case_name and 2*3*4", "snake_case_name and 2*3*4"},
		{"a mark before a space is a character", "2 * 3 * 4", "2 * 3 * 4"},
		{"a mark without an end is a character", "*never closed", "*never closed"},
		{"styles do not cross lines", "*a\nb*", "*a<br>b*"},
		{"code shows marks as they are", "`*a* &lt;b&gt;`", "<code>*a* &lt;b&gt;</code>"},
		{"bold around code", "*a `b` c*", "<strong>a <code>b</code> c</strong>"},
		{"code block", "x```\na *b*\n```y", "x<pre>a *b*\n</pre>y"},
		{"code block without an end", "```a", "```a"},
		{"quote", "&gt; a\n> b\nc", "<blockquote>a<br>b</blockquote>c"},
		{"quote to the end", ">>> a\nb", "<blockquote>a<br>b</blockquote>"},
		{"bullets", "• a\n• b", `<div class="li"><span class="li-mark">•</span><span class="li-text">a</span></div><div class="li"><span class="li-mark">•</span><span class="li-text">b</span></div>`},
		{"numbers", "1. a", `<div class="li"><span class="li-mark">1.</span><span class="li-text">a</span></div>`},
		{"a decimal is no list", "1.5 a", "1.5 a"},
		{"link", "<https://a.example/x?a=1&amp;b=2|the *page*>", link("https://a.example/x?a=1&amp;b=2", "the *page*")},
		{"link without a label", "<https://a.example>", link("https://a.example", "https://a.example")},
		{"mail", "<mailto:a@b.example|a@b.example>", link("mailto:a@b.example", "a@b.example")},
		{"bare link", "see https://a.example/x.", "see " + link("https://a.example/x", "https://a.example/x") + "."},
		{"a script is no link", "<javascript:alert(1)|click>", "click"},
		{"a data address is no link", "<data:text/html,x|click>", "click"},
		{"a quote in a link stays in it", `<https://a.example/"onclick="x|y>`, link("https://a.example/&#34;onclick=&#34;x", "y")},
		{"me", "<@U0ANA>", mention("user me", "@Ana Ruiz")},
		{"a name with markup", "<@U0LEO>", mention("user", "@Leo &lt;b&gt;Brandt&lt;/b&gt;")},
		{"somebody unknown", "<@U999>", mention("user", "@U999")},
		{"channel", "<#C0SUPPORT>", mention("channel", "#support")},
		{"broadcast", "<!channel> <!here|here>", mention("broadcast", "@channel") + " " + mention("broadcast", "@here")},
		{"group", "<!subteam^S0LEADS>", mention("group", "@leads")},
		{"emoji", ":eyes: :no_such_emoji:", `<span class="emoji" role="img" aria-label="eyes" title=":eyes:">👀</span> :no_such_emoji:`},
		{"a time of day is no emoji", "at 10:30:00", "at 10:30:00"},
		{"entities once", "&lt;b&gt; &amp;amp; &copy;", "&lt;b&gt; &amp;amp; &amp;copy;"},
		{"raw markup is text", `<script>alert(1)</script>`, "&lt;script&gt;alert(1)&lt;/script&gt;"},
		{"a lone bracket", "a < b", "a &lt; b"},
		{"date", "<!date^1777888800^{date_pretty} at {time}|x>", `<time datetime="2026-05-04T10:00:00Z" title="Monday, 4 May 2026 at 10:00:00 UTC">today at 10:00 AM</time>`},
		{"date that is none", "<!date^soon^{date}|later>", "later"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := string(mrkdwnHTML(c.in, testNames()))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("mrkdwnHTML(%q) (-want +got):\n%s", c.in, diff)
			}
		})
	}
}

func TestOnlyWebAndMailAreLinked(t *testing.T) {
	for address, want := range map[string]bool{
		"https://a.example/x": true, "http://a.example": true, "HTTPS://a.example": true, "mailto:a@b.example": true,
		"https:": false, "https:/x": false, "//a.example": false, "/x": false, "": false, "mailto:": false, "ftp://a.example": false,
		"javascript:alert(1)": false, "\u0020javascript:alert(1)": false, "data:text/html,x": false, "file:///etc/passwd": false, "vbscript:x": false,
	} {
		if got := safeURL(address); got != want {
			t.Errorf("safeURL(%q) = %v, want %v", address, got, want)
		}
	}
}

func TestPlainTextHasNoMarkup(t *testing.T) {
	got := string(plainHTML("*a* <b> &amp; :tada:\n<@U0ANA>"))
	if want := "*a* &lt;b&gt; &amp; 🎉<br>&lt;@U0ANA&gt;"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Text made to be slow, and to nest, must stay quick: 40,000 characters is the most that Slack takes.
func TestHostileTextStaysQuick(t *testing.T) {
	for _, piece := range []string{"*a ", "*_~", "<", "`a", "> ", "<!date^", ":a:", "https://", "*a* ", "*`<"} {
		text := strings.Repeat(piece, 40_000/len(piece))
		began := time.Now()
		got := mrkdwnHTML(text, testNames())
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("40,000 characters of %q took %v", piece, took)
		}
		if problem := unsafeHTML(string(got)); problem != "" {
			t.Errorf("40,000 characters of %q: %s", piece, problem)
		}
	}
}

// drawn executes the block templates as a page does.
func drawn(t testing.TB, blocks string, s surface) string {
	t.Helper()
	handler, err := newPage(&Server{})
	if err != nil {
		t.Fatal(err)
	}
	return string(handler.(*page).html("blocks", drawBlocks(json.RawMessage(blocks), s, map[string]string{"bad": "Not a <number>."})))
}

func TestEveryBlockIsDrawn(t *testing.T) {
	const options = `"options":[{"text":{"type":"plain_text","text":"One <1>"},"value":"o1"},{"text":{"type":"plain_text","text":"Two"},"description":{"type":"plain_text","text":"second"},"value":"o2"}]`
	element := func(rest string) string { return `[{"type":"actions","block_id":"b","elements":[{` + rest + `}]}]` }
	for _, c := range []struct {
		name, blocks string
		want         []string
	}{
		{"header", `[{"type":"header","text":{"type":"plain_text","text":"A & B"}}]`, []string{`<h2 class="block-title">A &amp; B</h2>`}},
		{"section", `[{"type":"section","text":{"type":"mrkdwn","text":"*x*"},"fields":[{"type":"mrkdwn","text":"f1"},{"type":"plain_text","text":"*f2*"}]}]`, []string{"<strong>x</strong>", ">f1<", ">*f2*<"}},
		{"divider", `[{"type":"divider"}]`, []string{"<hr>"}},
		{"context", `[{"type":"context","elements":[{"type":"mrkdwn","text":"_c_"},{"type":"image","alt_text":"face","image_url":"https://x.example/y.png"}]}]`, []string{"<em>c</em>", `aria-label="face"`}},
		{"image loads nothing", `[{"type":"image","alt_text":"A chart","image_url":"https://x.example/y.png"}]`, []string{`role="img" aria-label="A chart"`}},
		{"button", element(`"type":"button","action_id":"go","value":"7","style":"primary","text":{"type":"plain_text","text":"Go"}`), []string{`class="btn btn-primary"`, `data-action-id="go"`, `hx-post="/press"`, `data-value="7"`, ">Go</button>"}},
		{"confirm", element(`"type":"button","action_id":"go","text":{"type":"plain_text","text":"Go"},"confirm":{"title":{"type":"plain_text","text":"Sure?"},"text":{"type":"mrkdwn","text":"*Gone*"},"confirm":{"type":"plain_text","text":"Do it"},"deny":{"type":"plain_text","text":"Stay"},"style":"danger"}`), []string{`hx-confirm="Sure?"`, "<strong>Gone</strong>", ">Do it</button>", ">Stay</button>", "btn-danger"}},
		{"menu", element(`"type":"static_select","action_id":"m","placeholder":{"type":"plain_text","text":"Pick"},` + options), []string{`aria-label="Pick"`, `<option value="o1">One &lt;1&gt;</option>`}},
		{"menu with groups", element(`"type":"static_select","action_id":"m","option_groups":[{"label":{"type":"plain_text","text":"G"},` + options + `}]`), []string{`<optgroup label="G">`, `<option value="o2">Two</option>`}},
		{"overflow", element(`"type":"overflow","action_id":"m",` + options), []string{`role="menuitem"`, `&#34;value&#34;:&#34;o2&#34;`, "<small>second</small>"}},
		{"radio", element(`"type":"radio_buttons","action_id":"r","initial_option":{"value":"o2"},` + options), []string{`type="radio"`, `value="o2" checked`}},
		{"checkboxes", element(`"type":"checkboxes","action_id":"r",` + options), []string{`type="checkbox"`}},
		{"date", element(`"type":"datepicker","action_id":"d","initial_date":"2026-05-04"`), []string{`type="date" value="2026-05-04"`, `aria-label="Choose a date"`}},
		{"person", element(`"type":"users_select","action_id":"u"`), []string{"@Ana Ruiz"}},
		{"input", `[{"type":"input","block_id":"bad","optional":true,"label":{"type":"plain_text","text":"Count"},"hint":{"type":"plain_text","text":"1 to 9"},"element":{"type":"plain_text_input","action_id":"n","initial_value":"a\"b","max_length":9}}]`, []string{"<label for=", "Count", "(optional)", "Not a &lt;number&gt;.", "1 to 9", `value="a&#34;b"`, `maxlength="9"`}},
		{"rich text", `[{"type":"rich_text","elements":[{"type":"rich_text_list","style":"ordered","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"<i>","style":{"bold":true}},{"type":"link","url":"javascript:x","text":"l"}]}]},{"type":"rich_text_quote","elements":[{"type":"user","user_id":"U0ANA"}]}]}]`, []string{"<ol", "<strong>&lt;i&gt;</strong>", "<blockquote>", "@Ana Ruiz"}},
		{"unknown block", `[{"type":"holo<gram>"}]`, []string{`Not drawn here: <code>holo&lt;gram&gt;</code>`}},
		{"unknown element", element(`"type":"slider"`), []string{`Not drawn here: <code>slider</code>`}},
		{"unknown rich text", `[{"type":"rich_text","elements":[{"type":"rich_text_poem"}]}]`, []string{"Not drawn here: rich_text_poem"}},
		{"not blocks", `{"a":1}`, []string{"Not drawn here"}},
		{"not a block", `[7,{"type":"divider"}]`, []string{"Not drawn here", "<hr>"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := drawn(t, c.blocks, surface{Names: testNames(), Prefix: "p", Press: "/press"})
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("%q is not in:\n%s", want, got)
				}
			}
			if strings.Contains(got, "https://x.example") && !strings.Contains(got, `title="https://x.example`) || strings.Contains(got, "<img") {
				t.Errorf("a picture would be loaded:\n%s", got)
			}
			if problem := unsafeHTML(got); problem != "" {
				t.Errorf("%s in:\n%s", problem, got)
			}
		})
	}
}

func TestInputsWaitForSubmitInModals(t *testing.T) {
	block := func(dispatch string) string {
		return `[{"type":"input","block_id":"b","label":{"type":"plain_text","text":"L"}` + dispatch + `,"element":{"type":"plain_text_input","action_id":"a"}}]`
	}
	for _, c := range []struct {
		name, blocks string
		modal, sends bool
	}{
		{"modal", block(""), true, false},
		{"modal, dispatching", block(`,"dispatch_action":true`), true, true},
		{"message", block(""), false, true},
	} {
		got := drawn(t, c.blocks, surface{Names: testNames(), Press: "/press", Modal: c.modal})
		if sends := strings.Contains(got, "hx-post"); sends != c.sends {
			t.Errorf("%s: sent on change: %v, want %v", c.name, sends, c.sends)
		}
	}
}

func TestEnteredValuesAreShownAgain(t *testing.T) {
	state := enteredValues(map[string]map[string]json.RawMessage{"b": {
		"t": raw(`{"type":"plain_text_input","value":"typed"}`), "m": raw(`{"type":"static_select","selected_option":{"value":"o2"}}`),
		"c": raw(`{"type":"checkboxes","selected_options":[]}`),
	}})
	input := func(rest string) string {
		return `{"type":"input","block_id":"b","label":{"type":"plain_text","text":"L"},"element":{` + rest + `}}`
	}
	const options = `"options":[{"text":{"type":"plain_text","text":"1"},"value":"o1"},{"text":{"type":"plain_text","text":"2"},"value":"o2"}]`
	got := drawn(t, `[`+input(`"type":"plain_text_input","action_id":"t","initial_value":"first"`)+`,`+
		input(`"type":"static_select","action_id":"m","initial_option":{"value":"o1"},`+options)+`,`+
		input(`"type":"checkboxes","action_id":"c","initial_options":[{"value":"o1"}],`+options)+`]`, surface{Names: testNames(), Modal: true, State: state})
	if !strings.Contains(got, `value="typed"`) || strings.Contains(got, "first") {
		t.Error("the typed text is not shown in place of the initial one")
	}
	if !strings.Contains(got, `<option value="o2" selected>`) || strings.Contains(got, `<option value="o1" selected>`) {
		t.Error("the chosen option is not shown in place of the initial one")
	}
	if strings.Contains(got, "checked") {
		t.Error("a box that was unchecked shows as checked")
	}
}

func TestFieldNamesRoundTrip(t *testing.T) {
	for _, ids := range [][2]string{{"b", "a"}, {"a:b", "c:%3A"}, {"", ""}, {"é\x1f", "x y"}} {
		block, action, ok := parseField(fieldName(ids[0], ids[1]))
		if !ok || block != ids[0] || action != ids[1] {
			t.Errorf("%q came back as %q, %q, %v", ids, block, action, ok)
		}
	}
	if _, _, ok := parseField("text"); ok {
		t.Error("a field of the page passes for one of a block")
	}
}

func TestAttachments(t *testing.T) {
	got := drawAttachments(raw(`[{"color":"danger","title":"T","title_link":"javascript:x","fallback":"F"},{"color":"red;}","fallback":"only <this>"},
		{"is_share":true,"message_blocks":[{"message":{"blocks":[{"type":"divider"}]}}]}]`), surface{Names: testNames()})
	if got[0].Color != "#e01e5a" || got[0].Link != "" || got[0].Text != "" {
		t.Errorf("first attachment: %+v", got[0])
	}
	if got[1].Color != "" || got[1].Text != "only &lt;this&gt;" {
		t.Errorf("second attachment: %+v", got[1])
	}
	if len(got[2].Blocks) != 1 || !got[2].Shared {
		t.Errorf("shared message: %+v", got[2])
	}
}

func TestMailIsDrawnAsMail(t *testing.T) {
	got := drawFiles(raw(`[{"mode":"email","title":"t","subject":"Sync <down>","from":[{"original":"Ana <a@b.example>"}],"preview_plain_text":"a\nb"}]`))
	if len(got) != 1 || !got[0].Mail || got[0].From != "Ana <a@b.example>" || got[0].Text != "a<br>b" {
		t.Errorf("got %+v", got)
	}
}

func FuzzMrkdwnHTML(f *testing.F) {
	for _, seed := range []string{"*a* _b_ ~c~ `d`", "```x```", "<https://a.example|b>", "<@U0ANA> <!date^1^{date}|x>", "&gt; q\n• l", `<a href="x">`, ":eyes:", "<javascript:alert(1)>"} {
		f.Add(seed)
	}
	names := testNames()
	f.Fuzz(func(t *testing.T, text string) {
		if problem := unsafeHTML(string(mrkdwnHTML(text, names))); problem != "" {
			t.Errorf("%s", problem)
		}
		if problem := unsafeHTML(string(plainHTML(text))); problem != "" {
			t.Errorf("plain: %s", problem)
		}
	})
}

func FuzzDrawBlocks(f *testing.F) {
	f.Add(`[{"type":"section","text":{"type":"mrkdwn","text":"x"},"accessory":{"type":"button","action_id":"a","text":{"type":"plain_text","text":"b"}}}]`)
	f.Add(`[{"type":"input","label":"x","element":{"type":"radio_buttons","options":[{"value":"<"}]}}]`)
	f.Add(`[{"type":"rich_text","elements":[{"type":"rich_text_list","style":"ordered","elements":[{"elements":[{"type":"text","text":"<"}]}]}]}]`)
	f.Add(`[{"type":"context","elements":[{"type":"image"}]},{"type":"actions","elements":{}},null]`)
	handler, err := newPage(&Server{})
	if err != nil {
		f.Fatal(err)
	}
	p, s := handler.(*page), surface{Names: testNames(), Prefix: "p", Press: "/press"}
	f.Fuzz(func(t *testing.T, blocks string) {
		got := string(p.html("blocks", drawBlocks(json.RawMessage(blocks), s, nil)))
		got += string(p.html("attachment", drawAttachment(attachmentJSON{Text: blocks, Title: blocks, TitleLink: blocks, Color: blocks, Blocks: json.RawMessage(blocks)}, s)))
		if problem := unsafeHTML(got); problem != "" {
			t.Errorf("%s in:\n%s", problem, got)
		}
	})
}

// unsafeHTML says what is wrong with markup that was made of foreign text: a tag or attribute that we don't write, an
// address that is neither the web nor mail, tags that don't close. Empty means nothing.
func unsafeHTML(s string) string {
	tag := regexp.MustCompile(`^<(/?)([a-z0-9]+)((?:\s+[a-zA-Z:-]+(?:="[^"<>]*")?)*)\s*/?>`)
	attribute := regexp.MustCompile(`([a-zA-Z:-]+)(?:="([^"]*)")?`)
	known := strings.Fields("a br strong em s u code pre blockquote div span time ol ul li hr h2 p label fieldset legend form button template select option optgroup input textarea small details summary svg path circle rect")
	void := strings.Fields("br hr input path circle rect")
	var open []string
	for s != "" {
		i := strings.IndexAny(s, "<>")
		if i < 0 {
			break
		}
		m := tag.FindStringSubmatch(s[i:])
		if m == nil || !slices.Contains(known, m[2]) {
			return fmt.Sprintf("a bracket that is no tag of ours: %.60q", s[i:])
		}
		for _, a := range attribute.FindAllStringSubmatch(m[3], -1) {
			if strings.HasPrefix(a[1], "on") || a[1] == "style" || a[1] == "src" || a[1] == "href" && !safeURL(html.UnescapeString(a[2])) {
				return fmt.Sprintf("attribute %q", a[0])
			}
		}
		switch {
		case slices.Contains(void, m[2]):
		case m[1] == "":
			open = append(open, m[2])
		case len(open) == 0 || open[len(open)-1] != m[2]:
			return fmt.Sprintf("</%s> closes %v", m[2], open)
		default:
			open = open[:len(open)-1]
		}
		s = s[i+len(m[0]):]
	}
	if len(open) > 0 {
		return fmt.Sprintf("not closed: %v", open)
	}
	return ""
}
