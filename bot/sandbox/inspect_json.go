package sandbox

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
)

// secrets finds what must not be shown or exported: tokens of any workspace, and the addresses that stand for one.
func secrets() *regexp.Regexp {
	return regexp.MustCompile(`(xox[a-zA-Z]{1,3}[-.]|xapp-|/hooks/response/|ticket=)[A-Za-z0-9._-]{4,}`)
}

// redacted decodes JSON and strikes secrets out, in every string and name. Numbers stay as written.
func redacted(secret *regexp.Regexp, raw json.RawMessage) any {
	if len(raw) == 0 {
		return nil
	}
	v, err := decode(raw)
	if err != nil {
		return secret.ReplaceAllString(string(raw), "${1}***")
	}
	return withoutSecrets(secret, v)
}

func withoutSecrets(secret *regexp.Regexp, v any) any {
	switch v := v.(type) {
	case string:
		return secret.ReplaceAllString(v, "${1}***")
	case []any:
		for i := range v {
			v[i] = withoutSecrets(secret, v[i])
		}
	case object:
		out := make(object, len(v))
		for name, value := range v {
			if _, text := value.(string); text && strings.EqualFold(name, "token") {
				value = "***"
			}
			out[secret.ReplaceAllString(name, "${1}***")] = withoutSecrets(secret, value)
		}
		return out
	}
	return v
}

// maxPretty bounds what is shown of one JSON text, in bytes.
const maxPretty = 256 << 10

// pretty is JSON for people. Arguments that came as JSON inside a string, as a form's do, are unfolded.
func pretty(secret *regexp.Regexp, raw json.RawMessage) string {
	v := redacted(secret, raw)
	if v == nil {
		return ""
	}
	text := string(bytes.TrimRight(encoded(unfolded(v), "  "), "\n"))
	if len(text) > maxPretty {
		text = strings.ToValidUTF8(text[:maxPretty], "") + "\n… the rest is left out here; the export has it"
	}
	return text
}

// encoded writes JSON without the escapes that only a page needs.
func encoded(v any, indent string) []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(v); err != nil {
		return []byte(`"not readable"`) // decoded JSON can always be written
	}
	return out.Bytes()
}

func unfolded(v any) any {
	o, ok := v.(object)
	if !ok {
		return v
	}
	for name, value := range o {
		text, ok := value.(string)
		if !ok || !strings.HasPrefix(text, "{") && !strings.HasPrefix(text, "[") {
			continue
		}
		if inner, err := decode(json.RawMessage(text)); err == nil && json.Valid([]byte(text)) {
			o[name] = inner
		}
	}
	return o
}
