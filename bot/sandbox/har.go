package sandbox

import (
	"encoding/json"
	"math"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"
)

// export is what the inspector shows, all of it, as a HAR 1.2 file (http://www.softwareishard.com/blog/har-12-spec): each
// call an entry; the connections one more, with envelopes and acks in _webSocketMessages, as browsers write them.
func (p *page) export(w http.ResponseWriter, r *http.Request) {
	i := readInspection(r)
	i.most = math.MaxInt
	found, _ := p.server.inspect(i)
	slices.Reverse(found)
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="sandbox-`+time.Now().UTC().Format("20060102-150405")+`.har"`)
	if _, err := w.Write(encoded(p.har(found), " ")); err != nil {
		p.server.options().Log.Debug("the browser went away", "err", err)
	}
}

// har is the file, oldest first. What HAR has no place for stands under names with an underscore.
func (p *page) har(traces []trace) object {
	entries, messages, notes := []object{}, []object{}, []object{}
	var began time.Time
	for _, t := range traces {
		switch {
		case t.call != nil:
			entries = append(entries, p.harCall(t))
		case t.envelope != nil:
			if began.IsZero() {
				began = t.at
			}
			messages = append(messages, p.harEnvelope(t)...)
		default:
			notes = append(notes, object{"time": harTime(t.at), "text": p.secrets.ReplaceAllString(t.note, "${1}***"), "violations": t.violations})
		}
	}
	if len(messages) > 0 {
		slices.SortStableFunc(messages, func(a, b object) int {
			at, bt := a["time"].(float64), b["time"].(float64)
			switch {
			case at < bt:
				return -1
			case at > bt:
				return 1
			}
			return 0
		})
		socket := p.harEntry("GET", "ws://"+p.server.host+"/link/", began, 0)
		socket["_resourceType"], socket["_webSocketMessages"] = "websocket", messages
		socket["response"] = harAnswer(http.StatusSwitchingProtocols, nil, "")
		entries = append(entries, socket)
	}
	faults := []object{}
	for _, f := range p.server.Faults() {
		faults = append(faults, object{"name": f.Name, "on": f.On, "strikes": f.Strikes})
	}
	version := "devel"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		version = info.Main.Version
	}
	return object{"log": object{
		"version": "1.2", "creator": object{"name": p.server.options().AppName + " sandbox", "version": version},
		"pages": []object{}, "entries": entries, "_notes": notes, "_faults": faults,
	}}
}

func harTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z07:00") }

func (p *page) harEntry(method, url string, at time.Time, took time.Duration) object {
	wait := float64(took) / float64(time.Millisecond)
	return object{
		"startedDateTime": harTime(at), "time": wait, "cache": object{},
		"timings": object{"send": 0, "wait": wait, "receive": 0},
		"request": object{
			"method": method, "url": url, "httpVersion": "HTTP/1.1", "headers": []object{}, "queryString": []object{},
			"cookies": []object{}, "headersSize": -1, "bodySize": 0,
		},
	}
}

func harAnswer(status int, headers []object, body string) object {
	if headers == nil {
		headers = []object{}
	}
	return object{
		"status": status, "statusText": http.StatusText(status), "httpVersion": "HTTP/1.1", "headers": headers, "cookies": []object{},
		"content": object{"size": len(body), "mimeType": "application/json", "text": body}, "redirectURL": "", "headersSize": -1, "bodySize": len(body),
	}
}

func (p *page) harCall(t trace) object {
	path := "/api/" + t.call.Method
	switch t.call.Method {
	case "response_url":
		path = "/hooks/response/***"
	case "socket":
		path = "/link/"
	}
	e := p.harEntry("POST", "http://"+p.server.host+path, t.call.At, t.call.Took)
	body := p.text(t.call.Request)
	request := e["request"].(object)
	request["bodySize"], request["postData"] = len(body), object{"mimeType": "application/json", "text": body}
	var headers []object
	if t.call.RetryAfter > 0 {
		headers = append(headers, object{"name": "Retry-After", "value": strconv.Itoa(retrySeconds(t.call.RetryAfter))})
	}
	e["response"] = harAnswer(t.call.Status, headers, p.text(t.call.Response))
	e["_error"], e["_faults"], e["_violations"] = t.call.Error, t.call.Faults, t.call.Violations
	return e
}

// harEnvelope is an envelope and its ack, as the app sees them.
func (p *page) harEnvelope(t trace) []object {
	at := func(when time.Time) float64 { return float64(when.UnixMicro()) / 1e6 }
	payload := object{"envelope_id": t.sent.ID, "type": t.sent.Type, "payload": redacted(p.secrets, t.sent.Payload)}
	out := []object{{
		"type": "receive", "time": at(t.sent.Sent), "opcode": 1, "data": oneLine(payload), "_kind": t.sent.Kind,
		"_outcome": t.sent.Outcome, "_attempts": t.sent.Attempts, "_acksLost": t.sent.AcksLost, "_violations": t.sent.Violations,
	}}
	if !t.sent.Acked.IsZero() {
		ack := object{"envelope_id": t.sent.ID}
		if answer := redacted(p.secrets, t.sent.Response); answer != nil {
			ack["payload"] = answer
		}
		out = append(out, object{"type": "send", "time": at(t.sent.Acked), "opcode": 1, "data": oneLine(ack)})
	}
	return out
}

func (p *page) text(raw json.RawMessage) string { return oneLine(redacted(p.secrets, raw)) }

func oneLine(v any) string {
	if v == nil {
		return ""
	}
	return strings.TrimSpace(string(encoded(v, "")))
}
