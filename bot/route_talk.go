package bot

import (
	"fmt"
	"slices"
	"strings"

	"syncfix/diagnose"
)

// mention is somebody speaking to the bot, by name or in a direct message.
func (r Router) mention(in Seen) (Routing, error) {
	if in.Own || in.Deleted || in.Edited {
		return drop("own, deleted or edited message"), nil
	}
	if why := r.Settings.Quiet(in.Channel); why != "" && !in.Channel.Direct {
		return drop(why), nil
	}
	if in.By.Bot { // another tool that mentions us in its alert
		return r.message(in)
	}
	if in.Recognition.Outcome == diagnose.Sure || in.Recognition.Outcome == diagnose.Likely {
		if refusal := Authorize(in.By, RightRespond, r.Settings); refusal != "" {
			return tell(in, refusal), nil
		}
		in.Recognition.Outcome = diagnose.Sure // asked for by name: no need to ask again
		return r.alert(in)
	}
	return r.command(in)
}

// command is `/syncfix …`.
func (r Router) command(in Seen) (Routing, error) {
	if refusal := Authorize(in.By, RightRespond, r.Settings); refusal != "" {
		return tell(in, refusal), nil
	}
	word, rest, _ := strings.Cut(strings.TrimSpace(in.Text), " ")
	rest = strings.TrimSpace(rest)
	switch strings.ToLower(word) {
	case "":
		if in.Kind != InCommand {
			return r.aboutThread(in)
		}
		return r.startForm(in, ""), nil
	case "help":
		return Routing{Effects: []Effect{toPerson(in, Effect{Kind: ShowHelp})}}, nil
	case "list":
		return Routing{Effects: []Effect{toPerson(in, Effect{Kind: ShowList, List: ListOpen})}}, nil
	case "mine":
		return Routing{Effects: []Effect{toPerson(in, Effect{Kind: ShowList, List: ListMine})}}, nil
	case "show", "resolve", "dismiss", "reopen":
		return r.caseCommand(in, strings.ToLower(word), rest)
	}
	if c, ok, err := r.byNumber(word); err != nil || ok && rest == "" {
		return Routing{Effects: []Effect{toPerson(in, Effect{Kind: ShowCase, Case: c.ID})}}, err
	}
	return r.pasted(in)
}

// commands are the words that /syncfix knows.
var commands = [...]string{"list", "mine", "show", "resolve", "dismiss", "reopen", "help"}

// pasted is an error text behind the command. It becomes public only when the
// person says so, so a recognised one is proposed to them first.
func (r Router) pasted(in Seen) (Routing, error) {
	rec := in.Recognition
	if rec.Outcome == diagnose.Sure || rec.Outcome == diagnose.Likely {
		if refusal := r.cannotStandHere(in.Channel); refusal != "" {
			return tell(in, refusal), nil
		}
		p, ok := r.Library.Get(rec.Playbook)
		if !ok {
			return drop("no such playbook"), nil
		}
		in.Place.TS, in.Place.Thread = "", ""
		return r.propose(in, p, alertOf(in, p))
	}
	if near := nearest(in.Text); near != "" {
		return help(in, fmt.Sprintf("I don't know “%s”. Did you mean `/syncfix %s`?", shorten(in.Text, 40), near)), nil
	}
	if rec.Recovered {
		return help(in, "That reads like good news: a sync that works again. To close a case: `/syncfix resolve SF-1`."), nil
	}
	return help(in, "I don't know this error yet, so I haven't started a case. If it is a sync failure, `/syncfix` alone opens a form where you can choose the system."), nil
}

// cannotStandHere is why a case can't live in a channel, in words for the person.
func (r Router) cannotStandHere(ch Channel) string {
	switch {
	case ch.Direct:
		return "A case needs a channel where your team sees it. Please type `/syncfix` in one I'm in, or write the error to me in a direct message."
	case !ch.Member:
		return "I'm not in this channel, so I can't open a case here. Invite me with `/invite @syncfix`, or use a channel I'm in."
	case ch.Shared && !slices.Contains(r.Settings.SharedChannels, ch.ID):
		return "This channel is shared with another company, so I stay quiet here. Please use one of your own channels."
	}
	return ""
}

// aboutThread answers a bare mention: where it stands, or what the bot can do.
func (r Router) aboutThread(in Seen) (Routing, error) {
	if in.Place.Thread != "" {
		c, ok, err := r.at(threadKey(in.Place))
		if err != nil {
			return Routing{}, err
		}
		if ok {
			return Routing{Effects: []Effect{toPerson(in, Effect{Kind: ShowCase, Case: c.ID})}}, nil
		}
	}
	return help(in, ""), nil
}

// caseCommand is a command about one case.
func (r Router) caseCommand(in Seen, word, rest string) (Routing, error) {
	number, note, _ := strings.Cut(rest, " ")
	if number == "" {
		return tell(in, fmt.Sprintf("Which case? For example: `/syncfix %s SF-1`. `/syncfix list` shows the open ones.", word)), nil
	}
	c, ok, err := r.byNumber(number)
	if err != nil {
		return Routing{}, err
	}
	if !ok {
		return tell(in, fmt.Sprintf("There is no case %s. `/syncfix list` shows the open ones.", shorten(strings.ToUpper(number), 20))), nil
	}
	kinds := map[string]EventKind{"resolve": EventWorked, "dismiss": EventDismissed, "reopen": EventReopened}
	kind, change := kinds[word]
	if !change {
		return Routing{Effects: []Effect{toPerson(in, Effect{Kind: ShowCase, Case: c.ID})}}, nil
	}
	e := eventOf(in.Inbound, kind)
	e.Note = strings.TrimSpace(note)
	if kind == EventDismissed && e.Note == "" {
		return tell(in, "Please say why, so that others know. For example: `/syncfix dismiss "+c.ID+" it was a test account`."), nil
	}
	if kind == EventReopened {
		return r.reopen(in, c, e)
	}
	done := toPerson(in, Effect{Kind: ShowCase, Case: c.ID})
	return Routing{Steps: []Routed{{Case: c.ID, Event: e}}, Effects: []Effect{done}}, nil
}

// byNumber finds a case by what people call it: SF-12, sf12, 12.
func (r Router) byNumber(s string) (Case, bool, error) {
	digits := strings.TrimPrefix(strings.TrimPrefix(strings.ToUpper(s), "SF"), "-")
	if digits == "" || len(digits) > 10 || strings.Trim(digits, "0123456789") != "" {
		return Case{}, false, nil
	}
	c, err := r.Cases.Case(caseID(digits))
	if err != nil {
		return Case{}, false, ignoreNotFound(err)
	}
	return c, c.State != Proposed, nil
}

func caseID(digits string) string { return "SF-" + strings.TrimLeft(digits, "0") }

// shortcut is "Fix this sync" on a message.
func (r Router) shortcut(in Seen) (Routing, error) {
	if refusal := Authorize(in.By, RightRespond, r.Settings); refusal != "" {
		return tell(in, refusal), nil
	}
	for _, k := range []string{messageKey(in.Place), threadKey(in.Place)} {
		c, ok, err := r.at(k)
		if err != nil {
			return Routing{}, err
		}
		if ok && c.State != Proposed && c.State != Dismissed {
			return Routing{Effects: []Effect{toPerson(in, Effect{Kind: ShowCase, Case: c.ID})}}, nil
		}
	}
	if refusal := r.cannotStandHere(in.Channel); refusal != "" {
		return tell(in, refusal), nil
	}
	if in.Recognition.Outcome == diagnose.No || in.Recognition.Outcome == "" || len(in.Recognition.Others) > 0 {
		return r.startForm(in, in.Text), nil
	}
	in.Recognition.Outcome = diagnose.Sure // a person says that it is one
	return r.alert(in)
}

func (r Router) startForm(in Seen, prefill string) Routing {
	return Routing{Effects: []Effect{{
		Kind: OpenForm, To: in.By.ID, Form: FormStart, Place: in.Place, Text: shorten(prefill, maxText),
		Trigger: in.Trigger, Before: in.Learned.Add(formLife), ReplyTo: in.ReplyTo,
	}}}
}

// joined says hello in a channel the bot was invited to.
func (r Router) joined(in Seen) Routing {
	if why := r.Settings.Quiet(in.Channel); why != "" {
		return drop(why)
	}
	return Routing{Effects: []Effect{{
		Kind: Reply, Place: Place{Team: in.Place.Team, Channel: in.Place.Channel},
		Text: "I'm here now. When a sync failure is reported in this channel, I'll answer in its thread. You can also type `/syncfix`.",
	}}}
}

func tell(in Seen, text string) Routing {
	return Routing{Effects: []Effect{toPerson(in, Effect{Kind: Whisper, Text: text})}}
}

func help(in Seen, text string) Routing {
	return Routing{Effects: []Effect{toPerson(in, Effect{Kind: ShowHelp, Text: text})}}
}

// toPerson addresses an effect to the one who acted.
func toPerson(in Seen, e Effect) Effect {
	e.To, e.Place, e.ReplyTo = in.By.ID, in.Place, in.ReplyTo
	e.Before = replyLimit(in.ReplyTo, in.Learned)
	return e
}

// secretWarning tells somebody privately that they posted a secret.
func secretWarning(in Inbound) Effect {
	text := "What you sent seems to contain a " + strings.Join(in.Removed, " and a ") + ". I haven't kept it. Please change it; I never need one."
	if in.Kind == InMessage || in.Kind == InMention {
		text = "Your message seems to contain a " + strings.Join(in.Removed, " and a ") +
			". I haven't kept it, but others can read it here: please delete the message and change it. I never need one."
	}
	return Effect{
		Kind: Whisper, To: in.By.ID, Place: in.Place, ReplyTo: in.ReplyTo, Before: replyLimit(in.ReplyTo, in.Learned), Text: text,
	}
}
