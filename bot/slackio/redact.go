package slackio

import (
	"encoding/json"
	"slices"
	"strings"
)

// Redact takes secrets out of an envelope's payload before it is kept: passwords
// and keys behind their names, tokens, private keys. It works on the strings of
// the parsed JSON (keys of objects included), so that the structure stays, and
// drops Slack's own "token". A secret becomes "[removed: password]".
//
// found names what was removed from what is there now; what only the earlier
// text of an edited message held is removed without being named, since its
// author has acted already. The names are kept in the payload as
// "_syncfix": {"removed": […]}, for Decoder. A body that is no JSON object comes
// back as a JSON string, redacted.
//
// The one exception is Slack's response URL, which is kept for the 30 minutes it
// lives (docs.slack.dev/interactivity/handling-user-interaction#message_responses).
func Redact(body []byte) (clean []byte, found []string) {
	o, err := readObject(body)
	if err != nil {
		text, found := RedactText(strings.ToValidUTF8(string(body), "\uFFFD"))
		return mustMarshal(text), found
	}
	found = redactPayload(o)
	return mustMarshal(o), found
}

// RedactText is Redact for plain text or Slack's markup.
func RedactText(text string) (clean string, found []string) {
	hits := secretsIn(text)
	if len(hits) == 0 {
		return text, nil
	}
	var b strings.Builder
	at := 0
	for _, s := range hits {
		b.WriteString(text[at:s.from])
		b.WriteString(mark(s.what))
		at = s.to
		if !slices.Contains(found, s.what) {
			found = append(found, s.what)
		}
	}
	b.WriteString(text[at:])
	return b.String(), found
}

func mark(what string) string { return "[removed: " + what + "]" }

// noteKey holds what redaction says about a payload.
const noteKey = "_syncfix"

// redactPayload redacts a payload in place and notes what it found.
func redactPayload(o object) []string {
	delete(o, noteKey)
	var r redaction
	r.tree(map[string]any(o), 0)
	if len(r.found) > 0 {
		removed := make([]any, len(r.found))
		for i, f := range r.found {
			removed[i] = f
		}
		o[noteKey] = map[string]any{"removed": removed}
	}
	return r.found
}

// redaction goes through a payload and collects the names of what it removes.
type redaction struct {
	found []string
	past  bool // in what a message was before
}

// maxDepth bounds the depth of a payload. Slack's are less than 20 deep; what is
// deeper is cut off rather than kept unread.
const maxDepth = 64

func (r *redaction) tree(v any, depth int) any {
	if depth > maxDepth {
		return nil
	}
	switch v := v.(type) {
	case string:
		return r.text(v)
	case []any:
		for i, e := range v {
			v[i] = r.tree(e, depth+1)
		}
		r.run(lines(v), "\n")
	case map[string]any:
		r.object(v, depth)
	}
	return v
}

func (r *redaction) object(o map[string]any, depth int) {
	for k, v := range o {
		if _, isText := v.(string); k == "token" && isText {
			delete(o, k)
			continue
		}
		if k == "response_url" && depth <= 2 { // of the payload, or one of its response_urls
			continue
		}
		past := r.past
		r.past = past || k == "previous_message"
		o[k] = r.tree(v, depth+1)
		r.past = past
		if clean, found := RedactText(k); found != nil {
			delete(o, k)
			o[clean] = v
		}
	}
	r.grids(o)
	r.byName(o)
	if t, _ := o["type"].(string); strings.HasPrefix(t, "rich_text") {
		inline, _ := o["elements"].([]any)
		r.run(inlines(inline), "")
	}
}

func (r *redaction) text(s string) string {
	clean, found := RedactText(s)
	for _, f := range found {
		r.add(f)
	}
	return clean
}

func (r *redaction) add(what string) {
	if !r.past && !slices.Contains(r.found, what) {
		r.found = append(r.found, what)
	}
}

// piece is a string that is read together with those beside it: "Password:" and
// what follows it may be formatted differently, and so be two strings.
type piece struct {
	holder map[string]any // under "text"
	text   string
}

// lines are the texts of objects that stand below each other.
func lines(array []any) []piece {
	var out []piece
	for _, e := range array {
		o, _ := e.(map[string]any)
		if t, _ := o["type"].(string); t == "text" {
			return nil // inline: read without line breaks
		}
		switch t := o["text"].(type) {
		case string:
			out = append(out, piece{o, t})
		case map[string]any:
			if s, ok := t["text"].(string); ok {
				out = append(out, piece{t, s})
			}
		default:
			out = append(out, inlines(asArray(o["elements"]))...)
		}
	}
	return out
}

func asArray(v any) []any {
	a, _ := v.([]any)
	return a
}

// inlines are the texts of objects that stand beside each other.
func inlines(array []any) []piece {
	var out []piece
	for _, e := range array {
		o, _ := e.(map[string]any)
		if s, ok := o["text"].(string); ok {
			out = append(out, piece{o, s})
		}
	}
	return out
}

// run redacts secrets that only show when pieces are read together.
func (r *redaction) run(pieces []piece, between string) {
	if len(pieces) < 2 {
		return
	}
	var all strings.Builder
	for _, p := range pieces {
		all.WriteString(p.text)
		all.WriteString(between)
	}
	hits := secretsIn(all.String())
	if len(hits) == 0 {
		return
	}
	at := 0
	for _, p := range pieces {
		end := at + len(p.text)
		p.holder["text"] = r.within(p.text, at, hits)
		at = end + len(between)
	}
}

// within redacts a piece that begins at from in the text that hits are of. The
// mark goes where the secret begins.
func (r *redaction) within(text string, from int, hits []hit) string {
	var b strings.Builder
	at := 0
	for _, s := range hits {
		lo, hi := max(s.from-from, 0), min(s.to-from, len(text))
		if lo >= hi {
			continue
		}
		b.WriteString(text[at:lo])
		if s.from >= from {
			b.WriteString(mark(s.what))
			r.add(s.what)
		}
		at = hi
	}
	return b.String() + text[at:]
}

// mustMarshal writes what was read as JSON before, which can always be written.
func mustMarshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return []byte("null")
	}
	return b
}
