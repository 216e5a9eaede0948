package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// What people and tools quote an error for without reporting it (an agenda,
// release notes, a template, a quiz, a report of last week's errors) shows in the
// words and the shape of the text around it. Each such sign has a weight, and so
// has each sign that it fails now; what remains decides.
const (
	talkOnly  = 2 // from here on it is talk, and no alert
	talkMaybe = 1 // from here on it is left open
)

// How far from the error's words signs are looked for, in words.
const (
	talkBefore = 48
	talkBehind = 32
)

// How many words of a person around an error's make a sentence that would say so
// if it failed.
const sentenceWords = 7

// unsaid says that the error stands within a sentence that doesn't report it: no
// word tells that something fails, or that somebody sees it.
func (k *talkScan) unsaid() bool {
	around, inSentence := 0, false
	for i := k.start; i < k.end; i++ {
		if k.quoted(i) {
			continue
		}
		if around++; reportsFailure(k.t.word(i)) {
			return false
		}
	}
	for _, f := range k.findings {
		if k.apart(f) {
			return false
		}
		inSentence = true
	}
	return inSentence && around >= sentenceWords
}

// apart says whether the finding has a line, a field or a place of its own
// behind a colon, rather than being part of a sentence that goes on.
func (k *talkScan) apart(f finding) bool {
	head, tail := k.t.cleaned[:k.t.spans[f.start].from], k.t.cleaned[k.t.spans[f.end-1].to:]
	head = head[strings.LastIndexByte(head, '\n')+1:]
	bare := strings.TrimRight(head, " \"'>([")
	if bare == "" || strings.HasSuffix(head, ",") || strings.HasSuffix(head, ";") {
		return true
	}
	if !strings.ContainsAny(bare[len(bare)-1:], ":=|-]>.?!") {
		return false
	}
	quoted := strings.HasSuffix(head, "\"") && strings.HasPrefix(strings.TrimLeft(tail, ".,!?"), "\"")
	tail, _, _ = strings.Cut(tail, "\n")
	return !quoted || len(strings.Fields(tail)) < 5
}

// talk is how much more speaks for the error being only talked of than for its
// happening now, and the signs that speak for it.
func (r *Recognizer) talk(t *reading, at []int, findings []finding, again bool) (weight int, signs []string) {
	k := talkScan{r: r, t: t, at: at, findings: findings}
	k.start, k.end = extent(findings)
	k.start, k.end = max(0, k.start-talkBefore), min(len(t.words), k.end+talkBehind)
	k.words()
	k.turns(cueTalk, talkOnly)
	k.shape()
	if k.weight < talkOnly && k.unsaid() {
		k.add("nothing around it tells of a failure", talkMaybe)
	}
	if k.weight == 0 {
		return 0, nil
	}
	now := k.now()
	if again {
		now += 2
	}
	return k.weight - now, k.signs
}

// A talkScan gathers the signs of one text.
type talkScan struct {
	r          *Recognizer
	t          *reading
	at         []int
	findings   []finding
	start, end int // words
	weight     int
	signs      []string
}

func (k *talkScan) add(sign string, weight int) {
	if !slices.Contains(k.signs, sign) {
		k.signs, k.weight = append(k.signs, sign), k.weight+weight
	}
}

// quoted says whether the word stands within the error's own words.
func (k *talkScan) quoted(at int) bool {
	return slices.ContainsFunc(k.findings, func(f finding) bool { return f.start <= at && at < f.end })
}

// words counts the words that name a kind of text, and those for working on a
// text where they stand right before the error's.
func (k *talkScan) words() {
	heading := k.heading()
	for i := k.start; i < k.end; i++ {
		word := k.t.word(i)
		if weight := talkWord(word); weight > 0 && !k.t.inAddress(i) && !k.quoted(i) && !k.denied(i) && (weight > 1 || !k.inName(i)) {
			if i < heading {
				weight = talkOnly
			}
			k.add(word, weight)
		}
	}
	for _, f := range k.findings {
		for i := max(k.start, f.start-5); i < f.start; i++ {
			word := k.t.word(i)
			if !k.quoted(i) && (editsText(word) || i+1 < f.start && describesErrors(word, k.t.word(i+1))) {
				k.add(word, 1)
			}
		}
		if f.start > 0 && isTopic(k.t.word(f.start-1)) {
			k.add(k.t.word(f.start-1), talkOnly)
		}
	}
}

// headingWords is how many words a heading has at most.
const headingWords = 6

// heading is how many of the text's first words stand before a colon or the end
// of the line, as a heading does; 0 if too many do.
func (k *talkScan) heading() int {
	for i := range min(len(k.t.words), headingWords+1) {
		between := k.t.cleaned[k.t.spans[i].to:]
		if i+1 < len(k.t.words) {
			between = k.t.cleaned[k.t.spans[i].to:max(k.t.spans[i].to, k.t.spans[i+1].from)]
		}
		if strings.ContainsAny(between, ":\n") {
			return i + 1
		}
	}
	return 0
}

// inAddress says whether the word is part of a mail address, a host or a file's
// name: "ap@acme.example", "docs.acme.com".
func (t *reading) inAddress(at int) bool {
	from, to, text := int(t.spans[at].from), int(t.spans[at].to), t.cleaned
	joins := func(mark, other int) bool {
		return mark >= 0 && mark < len(text) && (text[mark] == '.' || text[mark] == '@') && other >= 0 && other < len(text) && isWordByte(text[other])
	}
	return joins(from-1, from-2) || joins(to, to+1)
}

func (k *talkScan) denied(at int) bool {
	return at > 0 && negates(k.t.word(at-1)) || at > 1 && negates(k.t.word(at-2))
}

// inName says whether the word is part of a name: "Demo Days Ltd".
func (k *talkScan) inName(at int) bool {
	text := k.t.cleaned
	from, to := int(k.t.spans[at].from), int(k.t.spans[at].to)
	if !startsName(text[from:]) {
		return false
	}
	named := func(i, gap int) bool {
		return i >= 0 && i < len(k.t.words) && gap == 1 && startsName(text[k.t.spans[i].from:]) && !isNoName(k.t.word(i))
	}
	before := at > 0 && named(at-1, from-int(k.t.spans[at-1].to))
	return before || at+1 < len(k.t.words) && named(at+1, int(k.t.spans[at+1].from)-to)
}

func (k *talkScan) turns(kind cue, weight int) {
	for _, c := range k.r.cues[kind] {
		if place := k.at[c.seq]; place != none && place >= k.start && place < k.end && !k.quoted(place) && !k.denied(place) {
			k.add(c.turn, weight)
		}
	}
}

// shape counts what the text's form says: placeholders where values belong,
// percentages beside errors, errors of several systems side by side.
func (k *talkScan) shape() {
	lower := strings.ToLower(headAndTail(k.t.cleaned))
	for _, p := range []string{"{{", "${", "[customer", "[company", "[client", "[name", "[account]", "[invoice", "[vendor", "[error"} {
		if i := strings.Index(lower, p); i >= 0 && isPlaceholder(lower[i:]) {
			k.add(p, 2)
			break
		}
	}
	for i := k.start; i < k.end; i++ {
		if word := k.t.word(i); len(word) >= 3 && strings.Trim(word, "x") == "" {
			k.add(word, 1)
		}
	}
	if sign := k.periodical(); sign != "" {
		k.add(sign, talkOnly)
	}
	var systems, shares []int
	var apart []finding
	for _, f := range k.findings {
		system := k.r.books[f.book].system
		if f.named && f.confidence >= certainLikely && !slices.Contains(systems, system) && !slices.ContainsFunc(apart, f.overlaps) {
			systems, apart = append(systems, system), append(apart, f)
		}
		if line := k.lineEnd(f); hasShare(line) && !slices.Contains(shares, len(line)) {
			shares = append(shares, len(line))
		}
	}
	if n := len(shares); n > 0 {
		k.add("a percentage beside the error", min(n, 2))
	}
	switch n := len(systems); {
	case n > 1 && k.weight > 0:
		k.add(fmt.Sprintf("errors of %d systems", n), n-1)
	case n > 2: // a digest of what fails has them as well
		k.add(fmt.Sprintf("errors of %d systems", n), talkMaybe)
	}
}

// periodical is what names the text a report of a week or longer: "Weekly ERP
// report", "monthly sync error summary". A daily one may well be the alert.
func (k *talkScan) periodical() string {
	for i := k.start; i < k.end; i++ {
		switch k.t.word(i) {
		case "weekly", "monthly", "quarterly", "yearly", "annual":
		default:
			continue
		}
		for n := i + 1; n < min(i+5, k.end); n++ {
			switch k.t.word(n) {
			case "report", "reports", "summary", "digest", "recap", "roundup", "review", "statistics", "stats", "figures", "numbers":
				if !k.quoted(i) && !k.quoted(n) {
					return k.t.word(i) + " … " + k.t.word(n)
				}
			}
		}
	}
	return ""
}

// lineEnd is what follows the finding on its line.
func (k *talkScan) lineEnd(f finding) string {
	line, _, _ := strings.Cut(k.t.cleaned[k.t.spans[f.end-1].to:], "\n")
	return line[:min(len(line), 60)]
}

// isPlaceholder says whether s begins with something in braces or brackets that
// names a value in place of having one: "{{ticket.id}}", "[customer name]".
func isPlaceholder(s string) bool {
	if s[0] != '[' {
		return strings.IndexByte(s[:min(len(s), 80)], '}') > 0
	}
	inner, _, closed := strings.Cut(s[1:min(len(s), 40)], "]")
	if !closed {
		return false
	}
	for _, w := range strings.Fields(inner) {
		switch w {
		case "customer", "company", "client", "name", "account", "invoice", "vendor", "error", "number", "id", "no", "text", "message", "here":
		default:
			return false
		}
	}
	return inner != "error"
}

// hasShare says whether a number with a percent sign stands in s.
func hasShare(s string) bool {
	for i := strings.IndexByte(s, '%'); i > 0; i = -1 {
		before := strings.TrimRight(s[:i], " ")
		return before != "" && before[len(before)-1] >= '0' && before[len(before)-1] <= '9'
	}
	return false
}

// now is how much says that it fails now: the marks of a tool's alert, and what
// people say of a customer who waits.
func (k *talkScan) now() (weight int) {
	lines := 0
	for line := range strings.Lines(k.t.cleaned) {
		words := strings.Fields(fold(line[:min(len(line), 60)]))
		if len(words) == 0 {
			continue
		}
		if opensFiring(words[0]) {
			weight += 2
			break
		}
		if lines++; lines == openingLines {
			break
		}
	}
	for _, c := range k.r.cues[cueNow] {
		place := k.at[c.seq]
		if place != none && !k.quoted(place) && !k.denied(place) {
			weight += 2
			break
		}
	}
	for i := k.start; i < k.end; i++ {
		if saysNow(k.t.word(i)) && !k.quoted(i) && !k.denied(i) {
			return weight + 1
		}
	}
	return weight
}

// saysNow says whether the word speaks of something that goes wrong now.
func saysNow(word string) bool {
	switch word {
	case "today", "urgent", "asap", "stuck", "blocked", "failing", "fails", "failed", "keeps", "broken", "currently", "heute", "hoy", "urgente", "dringend", "aujourd":
		return true
	}
	return false
}

// reportsFailure says whether the word tells that something fails, or that
// somebody is shown an error.
func reportsFailure(word string) bool {
	switch word {
	case "error", "errors", "err", "issue", "problem", "failed", "failure", "fail", "fails", "failing", "exception", "fehler", "fehlermeldung", "meldet", "meldung", "erreur", "erro", "melding",
		"says", "said", "saying", "shows", "showing", "shown", "gets", "getting", "got", "get", "sees", "seeing", "see", "keeps", "reports", "reported", "reporting", "called", "sent",
		"stopped", "stops", "stuck", "down", "rejected", "rejects", "refused", "refuses", "broken", "broke", "blocked", "complains", "complaining", "screams", "throws", "throwing",
		"returned", "returns", "not", "waiting", "urgent", "help", "again", "alert", "warning", "trouble", "unable", "sync", "syncing", "synced", "hit", "hits", "hitting", "received", "receives", "receiving":
		return true
	}
	return false
}

// editsText says whether the word, right before an error's, tells of work on its
// text or on what shows it.
func editsText(word string) bool {
	switch word {
	case "recognise", "recognize", "recognises", "recognizes", "detect", "detects", "translate", "rename", "renamed", "clearer", "improve", "improved", "reworded",
		"wording", "string", "named", "titled", "phrase", "copy", "spelling", "support", "parse", "handle", "shorten", "shortened", "rewrite", "rewrote", "fixes", "simplify", "match", "matches",
		"describe", "describes", "regex", "phrases":
		return true
	}
	return false
}

// isTopic says whether the word, right before an error's, makes it what a meeting
// or a text is about.
func isTopic(word string) bool { return word == "topic" || word == "thema" || word == "agenda" }

// describesErrors says whether the words begin to name what an error is described
// in: "the page on …", "a playbook for …".
func describesErrors(noun, preposition string) bool {
	switch preposition {
	case "on", "for", "about", "of":
	default:
		return false
	}
	switch noun {
	case "page", "article", "playbook", "chapter", "section", "pattern", "paragraph", "guide", "entry", "explanation", "description", "answer", "text", "meaning", "template":
		return true
	}
	return false
}

// talkWord is how much the word speaks for a text that talks of errors: 2 for
// what names nothing else, 1 for what also stands in alerts.
func talkWord(word string) int {
	switch word {
	case "quiz", "trivia", "agenda", "changelog", "drill", "glossary", "faq", "reword", "rewording", "rephrase", "rephrasing", "retrospective", "hypothetical",
		"hypothetically", "webinar", "workshop", "throwback", "newsletter", "anecdote", "cheatsheet", "damals", "flashcards":
		return 2
	case "training", "trainings", "trainee", "trainees", "macro", "macros", "draft", "drafts", "drafted", "drafting", "template", "templates", "sample", "samples",
		"example", "examples", "docs", "documentation", "wiki", "runbook", "confluence", "lesson", "lessons", "slide", "slides", "demo", "mock", "mockup", "rehearsal",
		"exercise", "wording", "translation", "translations", "translate", "translated", "typo", "tooltip", "story", "epic", "backlog", "sprint", "refactor", "merged",
		"commit", "deployed", "survey", "poll", "blog", "retro", "remember", "joke", "meme", "lol", "haha", "onboarding", "newbie", "newbies", "curriculum", "bootcamp",
		"interview", "candidate", "spec", "specification", "shall", "commits", "changelogs", "handover", "deck", "explain", "explains", "explicar", "expliquer", "erklären",
		"ejemplos", "beispiele", "exemples", "statistics", "stats", "mess", "proofread", "screenplay", "video", "tutorial", "placeholder", "fictional", "imaginary",
		"schulung", "beispiel", "vorlage", "entwurf", "formulieren", "formulierung", "plantilla", "ejemplo", "borrador", "exemple", "brouillon", "capacitación", "formación":
		return 1
	}
	for _, stem := range [...]string{"übersetz", "traduc", "traduir"} {
		if utf8.RuneCountInString(word) > 5 && strings.HasPrefix(word, stem) {
			return 1
		}
	}
	return 0
}
