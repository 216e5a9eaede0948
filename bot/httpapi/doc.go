// Package httpapi answers over HTTP how syncfix is doing:
//
//	GET /healthz   200 while the process answers
//	GET /readyz    200 while it can work, otherwise 503; the body says why, as JSON
//	GET /metrics   figures, for Prometheus
//
// It can work while at least one connection to Slack is up, the store takes what
// is written, and nobody has told it to stop. A store that refused is tried again
// when somebody asks, so that it need not wait for the next message.
//
// A Watch hears what the other packages tell their observers, and keeps the
// figures. It holds a registry of its own; there is nothing global. What must be
// asked rather than heard (the inbox, the outbox, the open cases) is read from the
// store at each scrape.
//
// Nothing that people write becomes a label: labels are words of our own, error
// codes of Slack's that we know, and ids from playbooks, of which there is room
// for a bounded number; beyond, it is "other".
//
// There is no login, so the address should be one that only the operator's
// machines can reach. The answers hold no names, texts, channels or tokens.
package httpapi
