package sandbox

import (
	"encoding/json"
	"html/template"
	"strconv"
	"strings"
	"time"
)

// richNode is any node of a rich_text block: a container, or an inline element.
// https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
type richNode struct {
	Type        string          `json:"type"`
	Elements    []richNode      `json:"elements"`
	Text        string          `json:"text"`
	URL         string          `json:"url"`
	Name        string          `json:"name"`
	Unicode     string          `json:"unicode"`
	UserID      string          `json:"user_id"`
	UsergroupID string          `json:"usergroup_id"`
	ChannelID   string          `json:"channel_id"`
	Range       string          `json:"range"`
	Value       string          `json:"value"`
	Timestamp   int64           `json:"timestamp"`
	Format      string          `json:"format"`
	Fallback    string          `json:"fallback"`
	Indent      int             `json:"indent"`
	Offset      int             `json:"offset"`
	Style       json.RawMessage `json:"style"` // an object on inline elements, a word on lists
}

// richHTML draws the elements of a rich_text block.
func richHTML(raw json.RawMessage, names nameBook) template.HTML {
	w := &textWriter{names: names}
	var nodes []richNode
	if err := json.Unmarshal(raw, &nodes); err != nil {
		w.unknown("rich_text that can't be read")
	}
	for _, n := range nodes {
		w.rich(n)
	}
	return template.HTML(w.String())
}

func (w *textWriter) rich(n richNode) {
	switch n.Type {
	case "rich_text_section":
		w.tag(`<div class="rich-section">`)
		w.richInline(n.Elements)
		w.tag("</div>")
	case "rich_text_preformatted":
		w.tag("<pre>")
		w.richInline(n.Elements)
		w.tag("</pre>")
	case "rich_text_quote":
		w.tag("<blockquote>")
		w.richInline(n.Elements)
		w.tag("</blockquote>")
	case "rich_text_list":
		w.richList(n)
	default:
		w.unknown(n.Type)
	}
}

func (w *textWriter) richList(n richNode) {
	name := "ul"
	if listStyle := strings.Trim(string(n.Style), `"`); listStyle == "ordered" {
		name = "ol"
	}
	w.tag("<" + name)
	w.attr("class", "rich-list")
	w.attr("data-indent", strconv.Itoa(min(max(n.Indent, 0), 8)))
	if name == "ol" && n.Offset > 0 {
		w.attr("start", strconv.Itoa(n.Offset+1))
	}
	w.tag(">")
	for _, item := range n.Elements {
		w.tag("<li>")
		w.richInline(item.Elements)
		w.tag("</li>")
	}
	w.tag("</" + name + ">")
}

func (w *textWriter) richInline(nodes []richNode) {
	for _, n := range nodes {
		w.richStyled(n)
	}
}

// richStyled draws one inline element inside the tags of its style.
func (w *textWriter) richStyled(n richNode) {
	var style struct{ Bold, Italic, Strike, Code, Underline bool }
	if err := json.Unmarshal(n.Style, &style); err != nil {
		style.Bold, style.Italic, style.Strike, style.Code, style.Underline = false, false, false, false, false
	}
	var closing string
	open := func(on bool, name string) {
		if on {
			w.tag("<" + name + ">")
			closing = "</" + name + ">" + closing
		}
	}
	open(style.Bold, "strong")
	open(style.Italic, "em")
	open(style.Strike, "s")
	open(style.Underline, "u")
	open(style.Code, "code")
	w.richLeaf(n)
	w.tag(closing)
}

func (w *textWriter) richLeaf(n richNode) {
	switch n.Type {
	case "text":
		for i, line := range strings.Split(n.Text, "\n") {
			if i > 0 {
				w.tag("<br>")
			}
			w.text(line)
		}
	case "link":
		w.link(n.URL, n.Text)
	case "emoji":
		w.emoji(n.Name, firstOf(emojiSymbol(n.Name), ":"+n.Name+":"))
	case "user":
		w.userMention(n.UserID, "")
	case "usergroup":
		w.mention("group", "@"+firstOf(w.names.Groups[n.UsergroupID], n.UsergroupID))
	case "channel":
		w.mention("channel", "#"+firstOf(w.names.Channels[n.ChannelID], n.ChannelID))
	case "broadcast":
		w.mention("broadcast", "@"+n.Range)
	case "color":
		w.tag("<code>")
		w.text(n.Value)
		w.tag("</code>")
	case "date":
		at := time.Unix(n.Timestamp, 0).In(w.names.Now.Location())
		w.text(dateWords(at, w.names.Now, firstOf(n.Format, "{date}")))
	default:
		w.unknown(n.Type)
	}
}

// unknown draws what the sandbox can't, so that it is seen to be there.
func (w *textWriter) unknown(kind string) {
	w.tag(`<span class="unknown">`)
	w.text("Not drawn here: " + firstOf(kind, "something without a type"))
	w.tag("</span>")
}
