package sandbox

import (
	"encoding/json"
	"html/template"
	"strings"
)

// attachmentJSON is a secondary attachment, as alert tools still send them, or a shared message.
// https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments
type attachmentJSON struct {
	Color         string          `json:"color"`
	Pretext       string          `json:"pretext"`
	AuthorName    string          `json:"author_name"`
	Title         string          `json:"title"`
	TitleLink     string          `json:"title_link"`
	Text          string          `json:"text"`
	Fallback      string          `json:"fallback"`
	Footer        string          `json:"footer"`
	ImageURL      string          `json:"image_url"`
	IsShare       bool            `json:"is_share"`
	Blocks        json.RawMessage `json:"blocks"`
	MessageBlocks json.RawMessage `json:"message_blocks"`
	Fields        []struct {
		Title string `json:"title"`
		Value string `json:"value"`
		Short bool   `json:"short"`
	} `json:"fields"`
}

// drawnAttachment is an attachment ready for the templates.
type drawnAttachment struct {
	Color   string // #rrggbb, or empty
	Pretext template.HTML
	Author  string
	Title   template.HTML
	Link    string
	Text    template.HTML
	Fields  []drawnField
	Blocks  []drawnBlock
	Image   *drawnImage
	Footer  template.HTML
	Shared  bool
}

type drawnField struct {
	Title template.HTML
	Value template.HTML
	Short bool
}

// drawAttachments turns a message's attachments into what the templates draw.
func drawAttachments(raw json.RawMessage, s surface) []drawnAttachment {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	var list []attachmentJSON
	if err := json.Unmarshal(raw, &list); err != nil {
		return []drawnAttachment{{Blocks: []drawnBlock{{Kind: "unknown", Name: "attachments that can't be read"}}}}
	}
	drawn := make([]drawnAttachment, 0, len(list))
	for _, a := range list {
		drawn = append(drawn, drawAttachment(a, s))
	}
	return drawn
}

func drawAttachment(a attachmentJSON, s surface) drawnAttachment {
	d := drawnAttachment{
		Color: attachmentColor(a.Color), Pretext: mrkdwnHTML(a.Pretext, s.Names), Author: plainWords(a.AuthorName),
		Title: mrkdwnHTML(a.Title, s.Names), Text: mrkdwnHTML(a.Text, s.Names), Footer: mrkdwnHTML(a.Footer, s.Names), Shared: a.IsShare,
	}
	if safeURL(a.TitleLink) {
		d.Link = a.TitleLink
	}
	if a.ImageURL != "" {
		d.Image = &drawnImage{Alt: a.Fallback, URL: a.ImageURL}
	}
	for _, f := range a.Fields {
		d.Fields = append(d.Fields, drawnField{Title: mrkdwnHTML(f.Title, s.Names), Value: mrkdwnHTML(f.Value, s.Names), Short: f.Short})
	}
	d.Blocks = drawBlocks(a.Blocks, s, nil)
	if len(d.Blocks) == 0 {
		d.Blocks = drawBlocks(sharedBlocks(a.MessageBlocks), s, nil)
	}
	if d.Pretext == "" && d.Title == "" && d.Text == "" && len(d.Fields) == 0 && len(d.Blocks) == 0 && d.Image == nil {
		d.Text = mrkdwnHTML(a.Fallback, s.Names)
	}
	return d
}

// sharedBlocks takes the blocks out of message_blocks: [{message:{blocks:[…]}}].
func sharedBlocks(raw json.RawMessage) json.RawMessage {
	var shared []struct {
		Message struct {
			Blocks json.RawMessage `json:"blocks"`
		} `json:"message"`
	}
	if len(raw) == 0 || json.Unmarshal(raw, &shared) != nil || len(shared) == 0 {
		return nil
	}
	return shared[0].Message.Blocks
}

// attachmentColor allows Slack's words and hex colours only.
func attachmentColor(c string) string {
	switch c {
	case "good":
		return "#2eb67d"
	case "warning":
		return "#ecb22e"
	case "danger":
		return "#e01e5a"
	}
	hex := strings.TrimPrefix(c, "#")
	if (len(hex) == 3 || len(hex) == 6) && strings.Trim(hex, "0123456789abcdefABCDEF") == "" {
		return "#" + hex
	}
	return ""
}

// drawnFile is a file of a message; mail is drawn as mail.
type drawnFile struct {
	Mail    bool
	Name    string
	Type    string
	Subject string
	From    string
	Text    template.HTML
}

// drawFiles turns a message's files into what the templates draw.
func drawFiles(raw json.RawMessage) []drawnFile {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	var list []struct {
		Mode       string `json:"mode"`
		Name       string `json:"name"`
		Title      string `json:"title"`
		PrettyType string `json:"pretty_type"`
		Filetype   string `json:"filetype"`
		Subject    string `json:"subject"`
		PlainText  string `json:"plain_text"`
		Preview    string `json:"preview_plain_text"`
		From       []struct {
			Address  string `json:"address"`
			Name     string `json:"name"`
			Original string `json:"original"`
		} `json:"from"`
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return []drawnFile{{Name: "Files that can't be read"}}
	}
	drawn := make([]drawnFile, 0, len(list))
	for _, f := range list {
		d := drawnFile{
			Mail: f.Mode == "email" || f.Filetype == "email", Name: plainWords(firstOf(f.Title, f.Name, "Untitled")),
			Type: firstOf(f.PrettyType, f.Filetype, "File"), Subject: plainWords(firstOf(f.Subject, f.Title)),
			Text: plainHTML(firstOf(f.PlainText, f.Preview)),
		}
		if len(f.From) > 0 {
			d.From = firstOf(f.From[0].Original, f.From[0].Name, f.From[0].Address)
		}
		drawn = append(drawn, d)
	}
	return drawn
}
