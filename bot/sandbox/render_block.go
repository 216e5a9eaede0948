package sandbox

import (
	"encoding/json"
	"fmt"
	"html/template"
)

// blockJSON is a block as it is sent. Fields of kinds that don't use them stay empty.
// https://docs.slack.dev/reference/block-kit/blocks
type blockJSON struct {
	Type           string          `json:"type"`
	BlockID        string          `json:"block_id"`
	Text           *textObject     `json:"text"`
	Fields         []*textObject   `json:"fields"`
	Accessory      json.RawMessage `json:"accessory"`
	Elements       json.RawMessage `json:"elements"`
	Element        json.RawMessage `json:"element"`
	Label          *textObject     `json:"label"`
	Hint           *textObject     `json:"hint"`
	Title          *textObject     `json:"title"`
	Optional       bool            `json:"optional"`
	DispatchAction bool            `json:"dispatch_action"`
	ImageURL       string          `json:"image_url"`
	AltText        string          `json:"alt_text"`
}

// drawnBlock is a block ready for the templates: all text is safe HTML, all choices are made.
type drawnBlock struct {
	Kind      string // the block's type; "unknown" draws a box with Name
	Name      string
	ID        string // block_id
	Body      template.HTML
	Fields    []template.HTML
	Accessory *drawnElement
	Elements  []drawnElement
	Image     *drawnImage

	// Of input blocks.
	DOM      string // id of the control
	Label    template.HTML
	Hint     template.HTML
	Optional bool
	Error    string
}

// drawnImage stands for a picture: the sandbox loads nothing from outside, so it shows what the picture is of.
type drawnImage struct {
	Title template.HTML
	Alt   string
	URL   string
}

// drawBlocks turns Block Kit JSON into what the templates draw. Anything it doesn't know becomes a visible box; JSON
// that is no list of blocks becomes one such box. Errors are shown beside the input of their block id.
func drawBlocks(raw json.RawMessage, s surface, errors map[string]string) []drawnBlock {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return []drawnBlock{{Kind: "unknown", Name: "blocks that can't be read"}}
	}
	drawn := make([]drawnBlock, 0, len(list))
	for i, item := range list {
		var b blockJSON
		if err := json.Unmarshal(item, &b); err != nil {
			drawn = append(drawn, drawnBlock{Kind: "unknown", Name: "a block that can't be read"})
			continue
		}
		if b.BlockID == "" {
			b.BlockID = fmt.Sprintf("block-%d", i)
		}
		drawn = append(drawn, drawBlock(b, s, errors[b.BlockID]))
	}
	return drawn
}

func drawBlock(b blockJSON, s surface, problem string) drawnBlock {
	d := drawnBlock{Kind: b.Type, Name: b.Type, ID: b.BlockID}
	switch b.Type {
	case "divider":
	case "header":
		d.Body = b.Text.html(s.Names)
	case "section":
		d.Body = b.Text.html(s.Names)
		for _, f := range b.Fields {
			d.Fields = append(d.Fields, f.html(s.Names))
		}
		if len(b.Accessory) > 0 {
			e := drawElement(b.Accessory, b.BlockID, s, false)
			d.Accessory = &e
		}
	case "context":
		d.Elements = drawContext(b, s)
	case "actions":
		d.Elements = drawElements(b, s)
	case "input":
		e := drawElement(b.Element, b.BlockID, s, s.Modal && !b.DispatchAction)
		e.Required, e.Described, e.Labelled, e.Invalid = !b.Optional, b.Hint != nil, true, problem != ""
		d.Elements = []drawnElement{e}
		d.DOM, d.Label, d.Hint, d.Optional, d.Error = e.DOM, b.Label.html(s.Names), b.Hint.html(s.Names), b.Optional, problem
	case "image":
		d.Image = &drawnImage{Title: b.Title.html(s.Names), Alt: b.AltText, URL: b.ImageURL}
	case "rich_text":
		d.Body = richHTML(b.Elements, s.Names)
	case "markdown":
		d.Kind, d.Body = "section", plainHTML(b.Text.words())
	default:
		d.Kind, d.Name = "unknown", firstOf(b.Type, "a block without a type")
	}
	return d
}

func drawElements(b blockJSON, s surface) []drawnElement {
	var list []json.RawMessage
	if err := json.Unmarshal(b.Elements, &list); err != nil {
		return []drawnElement{{Kind: "unknown", Name: "elements that can't be read"}}
	}
	drawn := make([]drawnElement, 0, len(list))
	for _, raw := range list {
		drawn = append(drawn, drawElement(raw, b.BlockID, s, false))
	}
	return drawn
}

// drawContext draws a context block, whose elements are texts and small images.
func drawContext(b blockJSON, s surface) []drawnElement {
	var list []json.RawMessage
	if err := json.Unmarshal(b.Elements, &list); err != nil {
		return []drawnElement{{Kind: "unknown", Name: "elements that can't be read"}}
	}
	drawn := make([]drawnElement, 0, len(list))
	for _, raw := range list {
		var text textObject
		if json.Unmarshal(raw, &text) == nil && (text.Type == "mrkdwn" || text.Type == "plain_text") {
			drawn = append(drawn, drawnElement{Kind: "text", Label: text.html(s.Names)})
			continue
		}
		drawn = append(drawn, drawElement(raw, b.BlockID, s, false))
	}
	return drawn
}
