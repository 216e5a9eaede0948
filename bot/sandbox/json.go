package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// object is a JSON object under construction.
type object = map[string]any

// mustJSON encodes a value built here, of maps, slices, strings and valid raw JSON, which cannot fail.
func mustJSON(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("sandbox: encode %T: %v", v, err))
	}
	return b
}

// decode reads JSON into plain maps and slices, keeping numbers as written.
func decode(raw json.RawMessage) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	return v, nil
}

// blockList reads an array of blocks, leaving out what is no object.
func blockList(raw json.RawMessage) []object {
	v, err := decode(raw)
	if len(raw) == 0 || err != nil {
		return nil
	}
	return objects(v)
}

func objects(v any) []object {
	list, _ := v.([]any)
	var out []object
	for _, item := range list {
		if o, ok := item.(object); ok {
			out = append(out, o)
		}
	}
	return out
}

func str(o object, key string) string {
	s, _ := o[key].(string)
	return s
}

func sub(o object, key string) object {
	m, _ := o[key].(object)
	return m
}

// textOf is the text of a text object, or of a plain string.
func textOf(v any) string {
	switch t := v.(type) {
	case string:
		return t
	case object:
		return str(t, "text")
	}
	return ""
}

// empty reports whether raw holds nothing: absent, null, [] or {}.
func empty(raw json.RawMessage) bool {
	switch string(bytes.TrimSpace(raw)) {
	case "", "null", "[]", "{}":
		return true
	}
	return false
}
