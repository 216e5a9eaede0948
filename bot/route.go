package bot

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"syncfix/diagnose"
)

// Playbooks gives the library in force, which may be replaced while the bot works.
type Playbooks interface {
	// Library is the one in force now. The bot asks once for each envelope, so
	// that all that comes of it is of one library.
	Library() Library
	// Problems says what is wrong with a newer one that was refused, for App Home;
	// nil if nothing is.
	Problems() []string
}

// Library is a set of playbooks. It does not change.
type Library interface {
	All() []diagnose.Playbook
	Get(id string) (diagnose.Playbook, bool)
	Recognizer() diagnose.Recognizer
}

// Seen is an Inbound with all that was looked up about it before the
// transaction, so that routing itself asks nobody.
type Seen struct {
	Inbound
	Recognition diagnose.Recognition
	Channel     Channel
	Past        string // why a report that came late says nothing any more
	Left        string // why nothing comes of it but a word about the secret in it
}

// Routed is an event on its way to a case.
type Routed struct {
	Case  string // empty: a new one
	Event Event
	Bind  []string // keys that lead to the case from now on
	// Playbook is what the case runs on from this event on; the zero one: what it
	// runs on already.
	Playbook diagnose.Playbook
}

// Routing is what an Inbound comes to: events for cases, effects that belong to
// no case, or nothing, for the reason in Drop.
type Routing struct {
	Steps   []Routed
	Effects []Effect
	Drop    string
	Notices map[string]Notice // to be kept, by key
	Job     string            // a tick that is done now …
	Due     time.Time         // … and its time
	Prune   time.Time         // forget inbox keys from before
	Expired time.Time         // forget cases that were closed before
	Dead    time.Time         // forget deliveries that were given up and last put on their way before
}

// Router decides which case an Inbound belongs to. It reads in the same
// transaction in which the events are stepped.
type Router struct {
	Cases    Reader
	Library  Library
	Settings Settings
}

// Route decides what in comes to.
func (r Router) Route(in Seen) (Routing, error) {
	if in.Left != "" {
		return warned(in, drop(in.Left)), nil
	}
	var out Routing
	var err error
	switch in.Kind {
	case InMessage:
		if in.Channel.Direct {
			out, err = r.mention(in)
		} else {
			out, err = r.message(in)
		}
	case InMention:
		out, err = r.mention(in)
	case InCommand:
		out, err = r.command(in)
	case InShortcut:
		out, err = r.shortcut(in)
	case InPress:
		out, err = r.press(in)
	case InForm:
		out, err = r.form(in)
	case InHome:
		refusal := Authorize(in.By, RightRespond, r.Settings)
		out = Routing{Effects: []Effect{{Kind: ShowHome, To: in.By.ID, Place: Place{Team: in.Place.Team}, Text: refusal}}}
	case InJoined:
		out = r.joined(in)
	case InTick:
		out, err = r.tick(in)
	default:
		out = drop("nothing to do")
	}
	out = warned(in, out)
	if err != nil {
		return out, fmt.Errorf("routing %s %s: %w", in.Kind, in.Key, err)
	}
	return out, nil
}

// warned adds a word to the one who posted a secret.
func warned(in Seen, out Routing) Routing {
	if len(in.Removed) > 0 && !in.By.Bot && !in.Own && in.By.ID != "" {
		out.Effects = append(out.Effects, secretWarning(in.Inbound))
	}
	return out
}

func drop(reason string) Routing { return Routing{Drop: reason} }

func (r Router) message(in Seen) (Routing, error) {
	if in.Own {
		return drop("own message"), nil
	}
	if in.Deleted {
		return r.deleted(in)
	}
	if why := r.Settings.Quiet(in.Channel); why != "" {
		return drop(why), nil
	}
	if in.Past != "" {
		return drop(in.Past), nil
	}
	if in.Recognition.Recovered {
		if !in.By.Bot {
			return drop("a person's word that it works is no success notice; there is a button for it"), nil
		}
		return r.recovered(in)
	}
	if in.Recognition.Outcome == diagnose.No || in.Recognition.Outcome == "" {
		return drop("not an alert"), nil
	}
	return r.alert(in)
}

// alert finds the case of a recognised failure: the thread's, the message's, the
// scope's, or a new one.
func (r Router) alert(in Seen) (Routing, error) {
	p, ok := r.Library.Get(in.Recognition.Playbook)
	if !ok {
		return drop("no such playbook: " + in.Recognition.Playbook), nil
	}
	a := alertOf(in, p)
	if why, err := r.ended(in); err != nil || why != "" {
		return drop(why), err
	}
	if in.Edited {
		c, ok, err := r.at(messageKey(in.Place))
		if err != nil {
			return Routing{}, err
		}
		if ok {
			return r.edited(in, c, a)
		}
	}
	if in.Place.Thread != "" {
		if c, ok, err := r.at(threadKey(in.Place)); err != nil {
			return Routing{}, err
		} else if ok && r.sameFailure(c, in.At) && !contradicts(c, in.Recognition) {
			if in.Recognition.Outcome != diagnose.Sure {
				return drop("only likely an alert, and in a case's thread"), nil
			}
			return r.again(in, c, a, nil)
		}
	}
	keys := scopeKeys(in.Place.Team, p, a.Account, a.Company, a.Subject)
	previous := Case{}
	for _, k := range keys {
		c, ok, err := r.at(k)
		if err != nil {
			return Routing{}, err
		}
		if !ok || contradicts(c, in.Recognition) {
			continue
		}
		if r.sameFailure(c, in.At) {
			return r.again(in, c, a, keys)
		}
		if previous.ID == "" {
			previous = c
		}
	}
	if in.Recognition.Outcome == diagnose.Likely || len(a.Others) > 0 {
		return r.propose(in, p, a)
	}
	return r.open(in, p, a, previous, EventOpened)
}

// sameFailure says whether a failure at that time belongs to an earlier case of
// the same scope: it is open, or was resolved within the reopen window.
func (r Router) sameFailure(c Case, at time.Time) bool {
	switch {
	case c.State == Proposed, c.State == Dismissed:
		return false
	case c.State == Resolved:
		return at.Sub(c.Verified.At) <= r.Settings.Reopen
	}
	return true
}

// open makes the event with which a case begins. The account's last verified
// cause goes with it.
func (r Router) open(in Seen, p diagnose.Playbook, a *Alert, previous Case, kind EventKind) (Routing, error) {
	if v := previous.Verified; v.Cause != "" && previous.Playbook == p.ID && in.At.After(v.At) {
		a.Evidence = append(slices.Clone(a.Evidence), diagnose.Evidence{
			Kind: diagnose.KindHistory, Cause: v.Cause, Age: in.At.Sub(v.At),
		})
	}
	if err := r.learn(p, in.At, a); err != nil {
		return Routing{}, err
	}
	e := eventOf(in.Inbound, kind)
	e.Alert = a
	return Routing{Steps: []Routed{{Event: e, Bind: r.bindings(in, p, a), Playbook: p}}}, nil
}

// maxLearned is how many outcomes of a playbook are looked at: the newest, which
// weigh most.
const maxLearned = 300

// learn adds where verified outcomes of earlier cases let this one start. It is
// kept with the event, so that a replay needs nothing else.
func (r Router) learn(p diagnose.Playbook, at time.Time, a *Alert) error {
	if !r.Settings.Learn {
		return nil
	}
	outcomes, err := r.Cases.Outcomes(p.ID, maxLearned)
	if err != nil {
		return fmt.Errorf("reading the outcomes of %s: %w", p.ID, err)
	}
	if len(outcomes) > 0 {
		a.Evidence = append(slices.Clone(a.Evidence), diagnose.LearnedEvidence(diagnose.Learn(p, outcomes, at))...)
	}
	return nil
}

func (r Router) bindings(in Seen, p diagnose.Playbook, a *Alert) []string {
	keys := scopeKeys(in.Place.Team, p, a.Account, a.Company, a.Subject)
	if in.Place.TS != "" {
		keys = append(keys, threadKey(in.Place), messageKey(in.Place))
	}
	return keys
}

// propose asks before a case is opened. Only the message leads to a proposal: it
// must not catch the alerts that belong to a real case.
func (r Router) propose(in Seen, p diagnose.Playbook, a *Alert) (Routing, error) {
	if err := r.learn(p, in.At, a); err != nil {
		return Routing{}, err
	}
	e := eventOf(in.Inbound, EventProposed)
	e.Alert = a
	var keys []string
	if in.Place.TS != "" {
		keys = []string{messageKey(in.Place)}
	}
	return Routing{Steps: []Routed{{Event: e, Bind: keys, Playbook: p}}}, nil
}

// again is a further report of a case's failure. Another channel is told once
// where the case stands.
func (r Router) again(in Seen, c Case, a *Alert, keys []string) (Routing, error) {
	e := eventOf(in.Inbound, EventAlert)
	e.Alert = a
	rt := Routed{Case: c.ID, Event: e, Bind: append([]string{messageKey(in.Place)}, keys...)}
	out := Routing{Steps: []Routed{rt}}
	if in.Place.Channel != c.Anchor.Channel {
		k := pointerKey(c.ID, in.Place.Channel)
		if _, told, err := r.Cases.CaseAt(k); err != nil {
			return out, err
		} else if !told {
			out.Steps[0].Bind = append(out.Steps[0].Bind, k)
			out.Effects = append(out.Effects, Effect{Kind: Pointer, Case: c.ID, Place: in.Place})
		}
	}
	if c.Account == "" && a.Account != "" && c.State.Open() {
		merged, err := r.joinAccount(in, c, EventNamed, a.Account, a.Company)
		out.Steps = append(out.Steps, merged...)
		return out, err
	}
	return out, nil
}

// edited is a new version of a message that reported a failure: not another
// failure, but it may say whose sync it is.
func (r Router) edited(in Seen, c Case, a *Alert) (Routing, error) {
	if c.State == Proposed || !c.State.Open() || c.Account != "" || a.Account == "" {
		return drop("an edit that changes nothing"), nil
	}
	steps, err := r.joinAccount(in, c, EventNamed, a.Account, a.Company)
	return Routing{Steps: steps}, err
}

// joinAccount is what follows when a case's account becomes known: it is bound
// to its scope, or merged with the open case that has that scope already. The
// one whose fix is under way goes on; otherwise the older one.
func (r Router) joinAccount(in Seen, c Case, kind EventKind, account, company string) ([]Routed, error) {
	p, err := r.playbookOf(c)
	if err != nil {
		return nil, err
	}
	keys := scopeKeys(c.Team, p, account, company, c.Subject)
	set := eventOf(in.Inbound, kind)
	set.Values = map[string]string{FieldAccount: account, FieldCompany: company}
	steps := []Routed{{Case: c.ID, Event: set, Bind: keys}}
	other, ok, err := r.twin(c.ID, keys, account)
	if err != nil || !ok {
		return steps, err
	}
	keep, gone := other, c
	if underWay(c) && !underWay(other) {
		keep, gone = c, other
	}
	merged := eventOf(in.Inbound, EventMerged)
	merged.Choice = keep.ID
	report := eventOf(in.Inbound, EventAlert)
	report.At = gone.LastFailure
	report.Alert = &Alert{Playbook: gone.Playbook, Hash: gone.Hash, Text: gone.Text, Account: account, Company: company}
	steps[0].Bind = nil
	return append(steps, Routed{Case: gone.ID, Event: merged},
		Routed{Case: keep.ID, Event: report, Bind: append(keys, threadKey(gone.Anchor))}), nil
}

// twin is another open case of the same scope, if there is one: a case that
// names another account is none.
func (r Router) twin(id string, keys []string, account string) (Case, bool, error) {
	for _, k := range keys {
		other, ok, err := r.at(k)
		if err != nil {
			return Case{}, false, err
		}
		if ok && other.ID != id && other.State != Proposed && other.State.Open() && !differ(other.Account, account) {
			return other, true, nil
		}
	}
	return Case{}, false, nil
}

// playbookOf is the playbook that a case runs on; the zero Playbook if the store
// has it no more, so that the case can still be worked.
func (r Router) playbookOf(c Case) (diagnose.Playbook, error) {
	p, err := r.Cases.Playbook(c.Hash)
	if err = ignoreNotFound(err); err != nil {
		return p, fmt.Errorf("reading the playbook of %s: %w", c.ID, err)
	}
	return p, nil
}

func underWay(c Case) bool { return c.State == Fixing || c.State == Verifying }

// contradicts says that a notice names another account than the case has.
func contradicts(c Case, rec diagnose.Recognition) bool {
	return differ(c.Account, rec.Account)
}

// differ says that two accounts are known, and not the same.
func differ(a, b string) bool { return a != "" && b != "" && fold(a) != fold(b) }

// at is the case that key leads to.
func (r Router) at(key string) (Case, bool, error) {
	id, ok, err := r.Cases.CaseAt(key)
	if err != nil || !ok {
		return Case{}, false, err
	}
	c, err := r.Cases.Case(id)
	if errors.Is(err, ErrNotFound) {
		return Case{}, false, nil
	}
	return c, err == nil, err
}

// eventOf carries over what every event has.
func eventOf(in Inbound, kind EventKind) Event {
	return Event{
		Key: in.Key, Kind: kind, At: in.At, Learned: in.Learned, By: in.By, Place: in.Place,
		Trigger: in.Trigger, ReplyTo: in.ReplyTo,
	}
}

func alertOf(in Seen, p diagnose.Playbook) *Alert {
	rec := in.Recognition
	return &Alert{
		Playbook: p.ID, Hash: p.Hash, Others: slices.Clone(rec.Others), Text: shorten(in.Text, maxText), System: p.System,
		Account: shorten(rec.Account, 80), Company: shorten(rec.Company, 80), Subject: shorten(rec.Subject, 200),
		Evidence: slices.Clone(rec.Signals),
	}
}
