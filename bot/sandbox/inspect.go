package sandbox

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Bounds on how many entries the inspector shows.
const (
	firstTraces = 200
	moreTraces  = 400
	mostTraces  = 2000
)

// inspection is what somebody wants to see of the traffic.
type inspection struct {
	word     string // only what mentions it; a case's number (SF-12) also finds what mentions its thread
	kind     string // a key of traceKinds, or empty for all
	problems bool   // only what went wrong
	most     int
}

// inspectionKind is one choice of what to see.
type inspectionKind struct {
	Key, Name string
	Is        func(trace) bool
}

func traceKinds() []inspectionKind {
	return []inspectionKind{
		{"events", "Events", func(t trace) bool { return t.envelope != nil && t.sent.Type == "events_api" }},
		{"interactions", "Commands, presses, forms", func(t trace) bool { return t.envelope != nil && t.sent.Type != "events_api" }},
		{"calls", "API calls", func(t trace) bool { return t.call != nil && t.call.Method != "response_url" }},
		{"responses", "Response URLs", func(t trace) bool { return t.call != nil && t.call.Method == "response_url" }},
		{"notes", "Connections and faults", func(t trace) bool { return t.note != "" }},
	}
}

func readInspection(r *http.Request) inspection {
	q := r.URL.Query()
	i := inspection{word: strings.TrimSpace(q.Get("word")), kind: q.Get("kind"), problems: q.Get("problems") == "on", most: firstTraces}
	if len(i.word) > 200 {
		i.word = strings.ToValidUTF8(i.word[:200], "")
	}
	if !slices.ContainsFunc(traceKinds(), func(k inspectionKind) bool { return k.Key == i.kind }) {
		i.kind = ""
	}
	if n, err := strconv.Atoi(q.Get("most")); err == nil {
		i.most = min(max(n, 1), mostTraces)
	}
	return i
}

// query is the inspection as an address has it.
func (i inspection) query() string {
	q := url.Values{}
	if i.word != "" {
		q.Set("word", i.word)
	}
	if i.kind != "" {
		q.Set("kind", i.kind)
	}
	if i.problems {
		q.Set("problems", "on")
	}
	if i.most != firstTraces {
		q.Set("most", strconv.Itoa(i.most))
	}
	return q.Encode()
}

// caseNumber is how a case is named: capitals, a dash, digits.
func caseNumber(word string) bool {
	prefix, number, ok := strings.Cut(word, "-")
	_, err := strconv.ParseUint(number, 10, 32)
	return ok && err == nil && prefix != "" && len(prefix) <= 10 && strings.Trim(strings.ToUpper(prefix), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// finder says whether a text mentions what the inspection looks for: a case's number as a whole word, anything else in
// capitals or not.
func (i inspection) finder() func(text []byte) bool {
	if i.word == "" {
		return func([]byte) bool { return true }
	}
	word, whole := bytes.ToLower([]byte(i.word)), caseNumber(i.word)
	return func(text []byte) bool {
		text = bytes.ToLower(text)
		for {
			at := bytes.Index(text, word)
			if at < 0 {
				return false
			}
			rest := text[at+len(word):]
			if !whole || (at == 0 || !wordByte(text[at-1])) && (len(rest) == 0 || !wordByte(rest[0])) {
				return true
			}
			text = text[at+1:]
		}
	}
}

// wordByte reports whether a letter or digit goes on a word; text is in small letters.
func wordByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b == '_' || b >= 0x80
}

// inspect gives what there is to see, newest first, and how much that would be without a bound.
func (s *Server) inspect(i inspection) (found []trace, total int) {
	mentions := i.finder()
	var roots []string
	if caseNumber(i.word) {
		roots = s.threadsOf(mentions)
	}
	is := func(trace) bool { return true }
	for _, k := range traceKinds() {
		if k.Key == i.kind {
			is = k.Is
		}
	}
	for _, t := range slices.Backward(s.traces()) {
		if !is(t) || i.problems && len(t.problems()) == 0 || !t.about(mentions, roots) {
			continue
		}
		total++
		if len(found) < i.most {
			found = append(found, t)
		}
	}
	return found, total
}

// texts are the parts of an entry that can be searched.
func (t trace) texts() [][]byte {
	switch {
	case t.call != nil:
		return [][]byte{[]byte(t.call.Method), t.call.Request, t.call.Response}
	case t.envelope != nil:
		return [][]byte{[]byte(t.sent.Kind), t.sent.Payload, t.sent.Response}
	}
	return [][]byte{[]byte(t.note)}
}

func (t trace) about(mentions func([]byte) bool, roots []string) bool {
	for _, text := range t.texts() {
		if mentions(text) {
			return true
		}
		for _, root := range roots {
			if bytes.Contains(text, []byte(root)) {
				return true
			}
		}
	}
	return false
}

// problems are what went wrong with an entry, the limits it broke first.
func (t trace) problems() []string {
	out := slices.Clone(t.violations)
	switch {
	case t.call != nil:
		for _, f := range t.call.Faults {
			if !strings.HasPrefix(f, string(FaultLatency)) { // slow is no failure
				out = append(out, "fault "+f)
			}
		}
		if t.call.Error != "" {
			out = append(out, t.call.Error)
		}
	case t.envelope != nil:
		switch t.sent.Outcome {
		case OutcomeMissed:
			out = append(out, "no connection was open")
		case OutcomeRetry:
			out = append(out, "not acknowledged in time, will be sent again")
		case OutcomeUnacked:
			out = append(out, "not acknowledged in time")
		}
		if t.sent.Attempts > 1 {
			out = append(out, fmt.Sprintf("sent %d times", t.sent.Attempts))
		}
		if t.sent.AcksLost > 0 {
			out = append(out, fmt.Sprintf("%d acks lost", t.sent.AcksLost))
		}
	case t.problem:
		out = append(out, "")
	}
	return out
}

// outcome is how an entry ended, in a few words.
func (t trace) outcome() string {
	switch {
	case t.call != nil && t.call.Status == 0:
		return "no answer after " + milliseconds(t.call.Took)
	case t.call != nil && t.call.RetryAfter > 0:
		return fmt.Sprintf("%d, Retry-After %d s", t.call.Status, retrySeconds(t.call.RetryAfter))
	case t.call != nil:
		return strconv.Itoa(t.call.Status) + " in " + milliseconds(t.call.Took)
	case t.envelope != nil && !t.sent.Acked.IsZero():
		return "acked in " + milliseconds(t.sent.Acked.Sub(t.sent.Sent))
	case t.envelope != nil && t.sent.Outcome == OutcomeWaiting:
		return "waiting for the ack"
	case t.envelope != nil:
		return "no ack"
	}
	return ""
}

func milliseconds(d time.Duration) string {
	return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', 1, 64) + " ms"
}

// retrySeconds is a Retry-After as its header says it: in whole seconds.
func retrySeconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }
