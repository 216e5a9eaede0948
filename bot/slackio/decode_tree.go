package slackio

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// object is a JSON object read as it is. Slack adds fields and kinds of blocks at
// any time, and a message must not be lost to one that has an unexpected type:
// what is not there, or is something else, reads as empty.
type object map[string]any

// readObject reads a JSON object, keeping numbers as they are written.
func readObject(body []byte) (object, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("reading JSON: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("reading JSON: something follows the object")
	}
	o, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("reading JSON: it is no object")
	}
	return o, nil
}

// at follows keys into inner objects.
func (o object) at(keys ...string) object {
	for _, k := range keys {
		o, _ = o[k].(map[string]any)
	}
	return o
}

// text is the string at the end of keys.
func (o object) text(keys ...string) string {
	n := len(keys) - 1
	s, _ := o.at(keys[:n]...)[keys[n]].(string)
	return s
}

// first is the first of these fields that is a string and not empty.
func (o object) first(fields ...string) string {
	for _, f := range fields {
		if s := o.text(f); s != "" {
			return s
		}
	}
	return ""
}

// list is the objects in the array at the end of keys; whatever else is in it is
// left out.
func (o object) list(keys ...string) []object {
	n := len(keys) - 1
	return objects(o.at(keys[:n]...)[keys[n]])
}

func objects(v any) []object {
	array, _ := v.([]any)
	var out []object
	for _, e := range array {
		if m, ok := e.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// seconds is a Unix time that is a number; zero if there is none.
func (o object) seconds(key string) time.Time {
	n, _ := o[key].(json.Number)
	s, err := strconv.ParseInt(n.String(), 10, 64)
	if err != nil || s <= 0 || s > maxUnix {
		return time.Time{}
	}
	return time.Unix(s, 0).UTC()
}

// maxUnix is the end of the year 9999: later times don't survive being stored.
const maxUnix = 253402300799

// timeOf is the time in one of Slack's timestamps, "1700000000.000100": seconds
// and microseconds. Zero if it is none.
func timeOf(ts string) time.Time {
	whole, part, _ := strings.Cut(ts, ".")
	s, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || s <= 0 || s > maxUnix {
		return time.Time{}
	}
	us, err := strconv.ParseInt((part + "000000")[:6], 10, 64)
	if err != nil || us < 0 {
		us = 0
	}
	return time.Unix(s, us*1000).UTC()
}
