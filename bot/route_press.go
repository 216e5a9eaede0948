package bot

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"syncfix/diagnose"
)

func ignoreNotFound(err error) error {
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// pressEvents says which event a button makes.
func pressEvent(a Action) EventKind {
	switch a {
	case ActionAnswer:
		return EventAnswered
	case ActionGate:
		return EventGate
	case ActionCannot:
		return EventCannot
	case ActionWorked:
		return EventWorked
	case ActionFailing:
		return EventFailing
	case ActionDecline:
		return EventDismissed
	case ActionReopen:
		return EventReopened
	case ActionForm:
		return EventForm
	}
	return ""
}

func menuEvent(m MenuChoice) (EventKind, FormKind) {
	switch m {
	case MenuWrong:
		return EventWrong, ""
	case MenuResume:
		return EventResumed, ""
	case MenuMine:
		return EventAssigned, ""
	case MenuAnswers:
		return EventForm, FormAnswers
	case MenuCause:
		return EventForm, FormCause
	case MenuWait:
		return EventForm, FormWait
	case MenuAccount:
		return EventForm, FormAccount
	case MenuHandOff:
		return EventForm, FormHandOff
	case MenuDismiss:
		return EventForm, FormDismiss
	case MenuResolve:
		return EventForm, FormResolve
	case MenuCannot:
		return EventForm, FormCannot
	}
	return "", ""
}

func (r Router) press(in Seen) (Routing, error) {
	if in.Press.Action == ActionForm && in.Press.Case == "" {
		if refusal := Authorize(in.By, RightRespond, r.Settings); refusal != "" {
			return tell(in, refusal), nil
		}
		return r.startForm(in, ""), nil
	}
	c, err := r.Cases.Case(in.Press.Case)
	if err != nil {
		return tell(in, "I don't know this case any more. `/syncfix list` shows the open ones."), ignoreNotFound(err)
	}
	if strange(in, c) {
		return tell(in, "This card is out of date, so I've changed nothing. If this sync still fails, `/syncfix` starts a case."), nil
	}
	e := eventOf(in.Inbound, pressEvent(in.Press.Action))
	e.Offer, e.Choice = in.Press.Offer, in.Press.Choice
	switch in.Press.Action {
	case ActionStart:
		return r.start(in, c)
	case ActionMenu:
		var form FormKind
		e.Kind, form = menuEvent(MenuChoice(in.Press.Choice))
		if e.Kind == EventWrong && c.State == Triage { // nothing was diagnosed yet: ask what it is
			e.Kind, form = EventForm, FormCause
		}
		e.Offer, e.Choice = "", string(form)
	case ActionCannot:
		if in.Press.Choice == "" { // something the playbook doesn't know: say what
			e.Kind, e.Choice = EventForm, string(FormCannot)
		}
	case ActionReopen:
		return r.reopen(in, c, e)
	case ActionDecline:
		if c.State != Proposed {
			return tell(in, c.ID+" has moved on since. The card shows what's next."), nil
		}
		e.Note = in.By.Name + " said it isn't a sync failure."
	}
	if e.Kind == "" {
		return tell(in, "I don't know this button any more. The card shows what's next."), nil
	}
	return Routing{Steps: []Routed{{Case: c.ID, Event: e}}}, nil
}

// strange says that a press came from a message that is none of the case's. When
// an older database was put back, or an empty one begun, numbers are given again,
// and cards of other cases stand with the same ones.
func strange(in Seen, c Case) bool {
	at := in.Place
	if at.TS == "" || in.Private || in.Channel.Direct || c.Anchor.Root() == "" {
		return false
	}
	return !sameThread(at, c.Anchor) && !sameThread(at, c.Card)
}

func sameThread(a, b Place) bool { return a.Channel == b.Channel && a.Root() == b.Root() }

// start takes up a proposal. If the failure has got a case meanwhile, the
// proposal joins it.
func (r Router) start(in Seen, c Case) (Routing, error) {
	id := in.Press.Choice
	if id == "" {
		id = c.Playbook
	}
	p, ok := r.Library.Get(id)
	if !ok {
		return tell(in, "That playbook isn't there any more. `/syncfix` opens a form instead."), nil
	}
	a := &Alert{
		Playbook: p.ID, Hash: p.Hash, System: p.System, Text: c.Text,
		Account: c.Account, Company: c.Company, Subject: c.Subject,
	}
	if p.ID == c.Playbook {
		a.Evidence = slices.Clone(c.Evidence)
	} else {
		a.Evidence = r.Library.Recognizer().Recognize(c.Text).Signals
		if err := r.learn(p, in.At, a); err != nil {
			return Routing{}, err
		}
	}
	keys := scopeKeys(c.Team, p, a.Account, a.Company, a.Subject)
	if c.State == Proposed {
		other, ok, err := r.twin(c.ID, keys, a.Account)
		if err != nil {
			return Routing{}, err
		}
		if ok {
			return r.joinOpen(in, c, other, a)
		}
	}
	e := eventOf(in.Inbound, EventStarted)
	e.Offer, e.Choice, e.Alert = in.Press.Offer, p.ID, a
	e.Place = c.Anchor
	if c.Anchor.Root() != "" {
		keys = append(keys, threadKey(c.Anchor))
	}
	return Routing{Steps: []Routed{{Case: c.ID, Event: e, Bind: keys, Playbook: p}}}, nil
}

// reopen takes a closed case up again, unless its failure has another one by now.
func (r Router) reopen(in Seen, c Case, e Event) (Routing, error) {
	if refusal := Authorize(in.By, RightRespond, r.Settings); refusal != "" {
		return tell(in, refusal), nil
	}
	p, err := r.playbookOf(c)
	if err != nil {
		return Routing{}, err
	}
	keys := scopeKeys(c.Team, p, c.Account, c.Company, c.Subject)
	other, ok, err := r.twin(c.ID, keys, c.Account)
	if err != nil {
		return Routing{}, err
	}
	if ok {
		return tell(in, other.ID+" is open for the same failure. Please go on there."), nil
	}
	if c.Anchor.Root() != "" {
		keys = append(keys, threadKey(c.Anchor))
	}
	return Routing{Steps: []Routed{{Case: c.ID, Event: e, Bind: keys}}}, nil
}

// joinOpen lands a proposal on the case that its failure has already.
func (r Router) joinOpen(in Seen, c, other Case, a *Alert) (Routing, error) {
	if refusal := Authorize(in.By, RightRespond, r.Settings); refusal != "" {
		return tell(in, refusal), nil
	}
	merged := eventOf(in.Inbound, EventMerged)
	merged.Choice = other.ID
	report := eventOf(in.Inbound, EventAlert)
	report.At, report.Alert, report.Place = c.LastFailure, a, c.Anchor
	return Routing{
		Steps: []Routed{{Case: c.ID, Event: merged}, {Case: other.ID, Event: report}},
		Effects: []Effect{
			toPerson(in, Effect{Kind: ShowCase, Case: other.ID}),
		},
	}, nil
}

// form is a submitted form; its fields were checked before the ack.
func (r Router) form(in Seen) (Routing, error) {
	if in.Form.Kind == FormStart {
		return r.started(in)
	}
	c, err := r.Cases.Case(in.Form.Case)
	if err != nil {
		return tell(in, "I don't know this case any more. `/syncfix list` shows the open ones."), ignoreNotFound(err)
	}
	v := in.Form.Values
	e := eventOf(in.Inbound, "")
	e.Note = strings.TrimSpace(v[FieldNote])
	switch in.Form.Kind {
	case FormAnswers:
		e.Kind, e.Values = EventChanged, v
	case FormCause:
		e.Kind, e.Choice = EventPicked, v[FieldCause]
	case FormWait:
		d, err := time.ParseDuration(v[FieldFor])
		if err != nil || d <= 0 {
			d = 24 * time.Hour
		}
		e.Kind, e.Until = EventWaiting, in.Learned.Add(d)
	case FormHandOff:
		e.Kind = EventHandedOff
	case FormDismiss:
		e.Kind, e.Note = EventDismissed, strings.TrimSpace(v[FieldReason])
	case FormResolve:
		e.Kind, e.Choice = EventWorked, v[FieldCause]
	case FormCannot:
		e.Kind, e.Offer, e.Choice = EventCannot, in.Form.Offer, v[FieldCannot]
	case FormAccount:
		if refusal := Authorize(in.By, RightRespond, r.Settings); refusal != "" {
			return tell(in, refusal), nil
		}
		if !c.State.Open() {
			return tell(in, closedText(c)), nil
		}
		steps, err := r.joinAccount(in, c, EventAccount, strings.TrimSpace(v[FieldAccount]), strings.TrimSpace(v[FieldCompany]))
		return Routing{Steps: steps}, err
	default:
		return drop("unknown form " + string(in.Form.Kind)), nil
	}
	return Routing{Steps: []Routed{{Case: c.ID, Event: e}}}, nil
}

// started is the start form: what the person says counts more than what the
// text would by itself.
func (r Router) started(in Seen) (Routing, error) {
	if refusal := Authorize(in.By, RightRespond, r.Settings); refusal != "" {
		return tell(in, refusal), nil
	}
	if refusal := r.cannotStandHere(in.Channel); refusal != "" {
		return tell(in, refusal), nil
	}
	p, rec, ok := choosePlaybook(r.Library, in.Form.Values)
	if !ok {
		return tell(in, "I don't know this error yet, so I haven't started a case."), nil
	}
	in.Recognition, in.Text = rec, in.Form.Values[FieldError]
	in.Recognition.Playbook, in.Recognition.Outcome, in.Recognition.Others = p.ID, diagnose.Sure, nil
	if v := strings.TrimSpace(in.Form.Values[FieldAccount]); v != "" {
		in.Recognition.Account = v
	}
	if v := strings.TrimSpace(in.Form.Values[FieldCompany]); v != "" {
		in.Recognition.Company = v
	}
	out, err := r.alert(in)
	if err == nil && len(out.Steps) > 0 && out.Steps[0].Case != "" { // it has a case already: show it
		out.Effects = append(out.Effects, toPerson(in, Effect{Kind: ShowCase, Case: out.Steps[0].Case}))
	}
	return out, err
}

// choosePlaybook finds the playbook of a start form: the one whose words the
// error has, among those of the system; or the only one of the system.
func choosePlaybook(lib Library, values map[string]string) (diagnose.Playbook, diagnose.Recognition, bool) {
	system := values[FieldSystem]
	rec := lib.Recognizer().Recognize(system + "\n" + values[FieldError])
	if rec.Outcome != diagnose.No {
		for _, id := range append([]string{rec.Playbook}, rec.Others...) {
			if p, ok := lib.Get(id); ok && (p.System == system || system == "") {
				return p, rec, true
			}
		}
	}
	var of []diagnose.Playbook
	for _, p := range lib.All() {
		if p.System == system && p.Scope == diagnose.ScopeConnection {
			of = append(of, p)
		}
	}
	if len(of) == 1 && rec.Outcome == diagnose.No && !rec.Recovered {
		rec.Account, rec.Company, rec.Signals = "", "", nil
		return of[0], rec, true
	}
	return diagnose.Playbook{}, rec, false
}

// CheckForm checks a submitted form before it is acked, by its values alone: a
// message for each field that is wrong, nil if none is.
func CheckForm(f Form, lib Library) map[string]string {
	problems := map[string]string{}
	v := f.Values
	switch f.Kind {
	case FormStart:
		if strings.TrimSpace(v[FieldError]) == "" {
			problems[FieldError] = "Paste the error as the screen shows it."
		}
		if v[FieldSystem] == "" {
			problems[FieldSystem] = "Choose the accounting system."
		}
		if len(problems) == 0 {
			if _, _, ok := choosePlaybook(lib, v); !ok {
				problems[FieldError] = fmt.Sprintf("I don't know this error of %s yet. Check the text, or the system above.", shorten(v[FieldSystem], 40))
			}
		}
	case FormCause:
		if v[FieldCause] == "" {
			problems[FieldCause] = "Choose a cause."
		}
	case FormWait:
		if d, err := time.ParseDuration(v[FieldFor]); err != nil || d <= 0 {
			problems[FieldFor] = "Choose how long."
		}
	case FormAccount:
		if strings.TrimSpace(v[FieldAccount]) == "" && strings.TrimSpace(v[FieldCompany]) == "" {
			problems[FieldAccount] = "Give the account's number, or the company's name below."
		}
	case FormDismiss:
		if strings.TrimSpace(v[FieldReason]) == "" {
			problems[FieldReason] = "Say in a few words why."
		}
	case FormCannot:
		if v[FieldCannot] == "" && strings.TrimSpace(v[FieldNote]) == "" {
			problems[FieldNote] = "Say in a few words what's in the way."
		}
	}
	if len(problems) == 0 {
		return nil
	}
	return problems
}
